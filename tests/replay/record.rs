//! A record on disk is the session: everything that was drawn comes again from it.

use std::io::{BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Mutex};

use takeover::app::keymap::{Change, Context, Keymap, Keys};
use takeover::app::{
    Action, CopiedBy, Delivery, Event, Fetch, Found, Key, Moment, PipeEnd, Piped, Settings, Size, Stamped,
};
use takeover::budget::{Reading, WindowReading};
use takeover::domain::problem::Reached;
use takeover::domain::{ConversationId, Cursor, LocalId, MessageId, Page, Problem, Remedy, Zone};
use takeover::runtime::{Header, Line, Reader, RecordError, Recorder, Seen, create, replay};
use takeover::text::{RawText, to_json};

use crate::busy_run;

/// Frames of the tests write two cells of a wide character, a replay one: without blanks both are the same.
fn inked(rows: &[String]) -> Vec<String> {
    rows.iter().map(|row| row.chars().filter(|char| *char != ' ').collect()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recorded_session_replays_from_its_file_to_the_screen_after_any_of_its_events() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("session.record");
    let file = create(&path).unwrap();
    let mut recorder = None;
    let (_, _, recording, mut app) = busy_run(|settings, town| {
        let now = town.clock.now();
        let header = Header::new(settings, "Sixteen", false, Moment { mono: now.mono, wall: now.wall });
        let started = Recorder::start(file, &header).unwrap();
        let observer = started.observer();
        recorder = Some(started);
        Some(observer)
    })
    .await;
    let frames = app.frames.take().unwrap();
    app.end().await;
    recorder.unwrap().finish().unwrap();
    assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o600);
    let bytes = std::fs::read(&path).unwrap();
    let whole = replay(bytes.as_slice(), None).unwrap();
    assert_eq!(inked(&whole.screen), inked(frames.last().unwrap()));
    let names: Vec<_> = recording.lock().unwrap().iter().map(|it| (it.step, it.event.name())).collect();
    assert_eq!((&whole.events, whole.cut_off), (&names, None));
    let count = frames.len();
    for at in [1, 2, 3, count / 4, count / 3, count / 2, count - 1] {
        let part = replay(bytes.as_slice(), Some(at)).unwrap();
        assert_eq!(inked(&part.screen), inked(&frames[at - 1]), "after {at} of {count} events");
        assert_eq!(part.events, names[..at]);
    }
    let too_far = replay(bytes.as_slice(), Some(count + 1)).unwrap_err().to_string();
    assert!(too_far.ends_with(&format!("the record has {count} events, and no more")), "{too_far}");
    // The texts are exact, and no character in the file could drive or fool a terminal.
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains(r"\u001b[2Jhello\u0007") && text.contains("Ren\u{e9}e \\u202egnp.exe"));
    assert!(!text.chars().any(|char| (char.is_control() && char != '\n') || ('\u{202a}'..='\u{202e}').contains(&char)));
}

/// A writer that others can look into, and that fails once it would hold more than this.
#[derive(Clone, Default)]
struct Shelf {
    held: Arc<Mutex<Vec<u8>>>,
    most: Option<usize>,
}

impl Shelf {
    fn bytes(&self) -> Vec<u8> {
        self.held.lock().unwrap().clone()
    }
}

impl Write for Shelf {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut held = self.held.lock().unwrap();
        if self.most.is_some_and(|most| held.len() + bytes.len() > most) {
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        held.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn header() -> Header {
    Header::new(&Settings::default(), "None", false, Moment::default())
}

fn stamped(step: u64, event: Event) -> Stamped<Event> {
    Stamped { at: Moment::default(), step, event }
}

/// Keys of somebody who reads on with F5.
fn rebound() -> Keymap {
    let keys = Keys::parse("<f5>").unwrap();
    Keymap::changed(&[Change { context: Context::List, keys, action: Some(Action::Refresh) }]).0
}

/// Events whose values are the hardest to write down.
fn hard_events() -> Vec<Event> {
    let problem = Problem {
        remedy: Remedy::WaitFor(std::time::Duration::new(5, 7)),
        reached: Reached::Unknown,
        status: Some(429),
        code: Some(RawText::new("\u{202e}")),
        message: RawText::new("\u{0}\u{7f}\u{9b}\u{2028}\"\\\u{10ffff}"),
        request_id: None,
        fields: vec![(RawText::new("a"), RawText::new("b"))],
    };
    let window = WindowReading { limit: 60, remaining: 1, resets_in: std::time::Duration::from_millis(1) };
    let reading = Some(Reading { minute: Some(window), hour: None, retry_after: None });
    let thread = Fetch::Thread {
        conversation: ConversationId::parse("c-1").unwrap(),
        cursor: Some(Cursor(RawText::new("x"))),
        limit: 25,
    };
    let empty = Found::Conversations(Page { items: Vec::new(), next: None });
    vec![
        Event::Started,
        Event::KeysPressed(Key::parse_all("a\u{e4}<c-x><s-enter><lt><esc>").unwrap()),
        Event::Pasted(RawText::new("\u{1b}[201~\t\r\n")),
        Event::Resized(Size { columns: 50, rows: 20 }),
        Event::FocusChanged(false),
        Event::TimeReached,
        Event::Fetched { asked: 3, fetch: thread, found: Err(problem), reading },
        Event::Fetched { asked: u64::MAX, fetch: Fetch::Me, found: Ok(empty), reading: None },
        Event::Journaled { ask: 1, locals: vec![LocalId(1), LocalId(2)] },
        Event::JournalFailed { ask: 1, reason: RawText::new("full") },
        Event::Attempted {
            local: LocalId(1),
            attempt: 1,
            delivery: Delivery::DeliveredAs(MessageId::parse("m-1").unwrap()),
            reading,
            request_id: Some(RawText::new("r")),
        },
        Event::LinkOpened { ask: 1, result: Err(RawText::new("no")) },
        Event::FileSaved { ask: 1, result: Ok(RawText::new("/home/june/x")) },
        Event::Copied { result: Ok(CopiedBy::Tmux) },
        Event::Piped {
            ask: 1,
            result: Ok(Piped {
                output: RawText::new("\u{1b}[2J\n"),
                errors: RawText::default(),
                cut: true,
                end: PipeEnd::Signal(13),
            }),
        },
        Event::Reloaded {
            settings: Box::new(Settings { keymap: Arc::new(rebound()), ascii: true, ..Settings::default() }),
            problems: 1,
            first: Some(RawText::new("\u{202e}key\u{1b}[2Jmap.toml:2:1")),
        },
        Event::Resumed,
    ]
}

#[test]
fn events_are_read_as_they_were_written() {
    let shelf = Shelf::default();
    let recorder = Recorder::start(shelf.clone(), &header()).unwrap();
    let mut observer = recorder.observer();
    let events = hard_events();
    for (step, event) in (1..).zip(&events) {
        observer(Seen::Event(&stamped(step, event.clone())));
        observer(Seen::Drawn(Size { columns: 80, rows: 24 }));
    }
    drop(observer);
    recorder.finish().unwrap();
    let bytes = shelf.bytes();
    let (mut reader, _) = Reader::open(BufReader::new(bytes.as_slice())).unwrap();
    for (step, event) in (1..).zip(&events) {
        let Some(Line::Event(read)) = reader.next().unwrap() else { panic!("no event {step}") };
        assert_eq!(read.step, step);
        assert_eq!(to_json(&read.event).unwrap(), to_json(event).unwrap());
        assert!(matches!(reader.next().unwrap(), Some(Line::Drawn(Size { columns: 80, rows: 24 }))));
    }
    assert!(reader.next().unwrap().is_none());
}

#[test]
fn what_was_read_again_holds_in_the_replay_from_that_event_on() {
    let shelf = Shelf::default();
    let zone = Zone::Fixed(chrono::FixedOffset::east_opt(0).unwrap());
    let began = Settings { zone, ..Settings::default() };
    let recorder = Recorder::start(shelf.clone(), &Header::new(&began, "None", false, Moment::default())).unwrap();
    let mut observer = recorder.observer();
    let settings = Settings { keymap: Arc::new(rebound()), ascii: true, demo: true, ..Settings::default() };
    let told = [
        Event::Resized(Size { columns: 80, rows: 24 }),
        Event::KeysPressed(vec![Key::char('?')]),
        Event::Reloaded { settings: Box::new(settings), problems: 0, first: None },
    ];
    for (step, event) in (1..).zip(told) {
        observer(Seen::Event(&stamped(step, event)));
    }
    drop(observer);
    recorder.finish().unwrap();
    let shown = |until| replay(shelf.bytes().as_slice(), Some(until)).unwrap().screen.join("\n");
    let (before, after) = (shown(2), shown(3));
    assert!(!before.contains("F5  R") && !before.is_ascii(), "{before}");
    assert!(after.contains("F5  R") && after.is_ascii(), "{after}");
    assert!(!after.contains("DEMO"), "whose session it is does not change: {after}");
}

#[test]
fn settings_and_zones_survive_the_header() {
    let zone = Zone::Fixed(chrono::FixedOffset::east_opt(-12_600).unwrap());
    let settings = Settings { zone, hold: std::time::Duration::from_millis(1_500), ..Settings::default() };
    let shelf = Shelf::default();
    drop(Recorder::start(shelf.clone(), &Header::new(&settings, "None", true, Moment::default())).unwrap());
    let bytes = shelf.bytes();
    let (_, read) = Reader::open(bytes.as_slice()).unwrap();
    assert_eq!((read.settings.zone, read.seconds_east, read.lesson), (zone, -12_600, true));
    assert_eq!(read.settings.hold, settings.hold);
    assert_eq!(read.version, env!("CARGO_PKG_VERSION"));
}

#[test]
fn a_recorder_that_is_dropped_in_a_fault_has_written_what_it_was_told() {
    let shelf = Shelf::default();
    let recorder = Recorder::start(shelf.clone(), &header()).unwrap();
    let mut observer = recorder.observer();
    let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        for step in 1..=100 {
            observer(Seen::Event(&stamped(step, Event::TimeReached)));
        }
        panic!("a fault while a session is recorded");
    }));
    assert!(told.is_err());
    drop(recorder);
    assert_eq!(replay(shelf.bytes().as_slice(), None).unwrap().events.len(), 100);
}

#[test]
fn a_full_disk_ends_the_record_and_is_said_at_the_end() {
    let header_takes = to_json(&header()).unwrap().len();
    let shelf = Shelf { most: Some(header_takes + 4_000), ..Shelf::default() };
    let recorder = Recorder::start(shelf, &header()).unwrap();
    let mut observer = recorder.observer();
    for step in 1..=1_000 {
        observer(Seen::Event(&stamped(step, Event::TimeReached)));
    }
    drop(observer);
    assert!(matches!(recorder.finish(), Err(RecordError::Io(_))));
}

#[test]
fn a_record_is_made_new_and_an_existing_file_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("x");
    std::fs::write(&path, "precious").unwrap();
    assert_eq!(create(&path).unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
    let link = home.path().join("link");
    std::os::unix::fs::symlink(home.path().join("nowhere"), &link).unwrap();
    assert_eq!(create(&link).unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}
