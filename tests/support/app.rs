//! The program without a terminal: the session that the loop drives, with the real client over real HTTP.
//!
//! Time is one clock that program and sandbox share. While an answer is awaited it creeps; when nothing is under way
//! it leaps to the next moment that the core asked to be woken at. So ten seconds of back-off cost nothing, nothing
//! depends on the machine's speed, and the clock still never passes a request that is under way. In a town on the
//! machine's clock, seconds are seconds.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Cell;
use secrecy::SecretString;
use takeover::api::Client;
use takeover::app::layout::Area;
use takeover::app::outbox::State;
use takeover::app::overlay::Overlay;
use takeover::app::screen::{BlockLine, LineKind};
use takeover::app::{Effect, Event, Key, Model, Settings, Size, Stamped, settle, words};
use takeover::clock::Clock;
use takeover::domain::{ConversationId, LocalId, Zone};
use takeover::effects::{Runner, Shared};
use takeover::http::{BaseUrl, Limits, Options};
use takeover::random::Random;
use takeover::runtime::{Observer, Seen, Session};
use takeover::store::MemoryJournal;
use takeover::terminal::mend;
use takeover::ui::{Theme, view};

use super::Town;

/// An answer takes at most this long by the shared clock, however busy the machine is, unless a timer comes first.
const ANSWER_TAKES: Duration = Duration::from_millis(20);
/// A test that waits longer than this by the machine's clock has failed.
const PATIENCE: Duration = Duration::from_secs(90);

/// The program, drawn on a screen of this size.
pub(crate) struct TestApp {
    pub(crate) session: Session,
    pub(crate) journal: Shared,
    pub(crate) bells: usize,
    pub(crate) has_quit: bool,
    /// Every frame from when recording began.
    pub(crate) frames: Option<Vec<Vec<String>>>,
    size: Size,
    clock: Clock,
    machine: Clock,
}

/// The model as the view paints it on a screen of this size. A wide character takes its first cell; the second is
/// blank.
pub(crate) fn screen_rows(model: &Model, size: Size) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(size.columns, size.rows)).expect("a screen");
    let theme = Theme::of(true, false);
    let drawn = terminal.draw(|frame| {
        view(model, &theme, frame);
        mend(frame.buffer_mut());
    });
    let buffer = drawn.expect("a frame").buffer.clone();
    let width = usize::from(size.columns).max(1);
    let row = |cells: &[Cell]| cells.iter().map(Cell::symbol).collect::<String>();
    buffer.content.chunks(width).map(row).collect()
}

/// The events of a run, in order.
pub(crate) type Recording = Arc<Mutex<Vec<Stamped<Event>>>>;

/// How a program is started.
pub(crate) struct Start {
    pub(crate) settings: Settings,
    pub(crate) size: Size,
    pub(crate) limits: Limits,
    /// Nobody said beforehand who the person is.
    pub(crate) unknown: bool,
    /// Takes down every event, and the frame after each.
    pub(crate) recording: Option<Recording>,
    /// Is told the same, and the frames' sizes.
    pub(crate) observer: Option<Observer>,
    pub(crate) base_url: Option<String>,
    pub(crate) key: Option<String>,
}

impl Default for Start {
    fn default() -> Self {
        let settings = Settings {
            zone: Zone::Fixed(chrono::FixedOffset::east_opt(0).unwrap()),
            claim_on_reply: false,
            ..Settings::default()
        };
        let size = Size { columns: 120, rows: 40 };
        Self {
            settings,
            size,
            limits: Limits::default(),
            unknown: false,
            recording: None,
            observer: None,
            base_url: None,
            key: None,
        }
    }
}

impl TestApp {
    /// A program of the town's first member, with the usual settings, on 120 by 40 cells.
    pub(crate) fn start(town: &Town) -> Self {
        Self::start_with(town, Start::default())
    }

    /// The same, started otherwise. Who I am is the town's first member, unless it is said.
    pub(crate) fn start_with(town: &Town, start: Start) -> Self {
        let Start { mut settings, size, limits, unknown, recording, mut observer, base_url, key } = start;
        if !unknown {
            settings.me.get_or_insert_with(|| town.member(0));
        }
        let base = BaseUrl::parse(base_url.as_deref().unwrap_or(town.sandbox.base_url())).expect("a base URL");
        let key = SecretString::from(key.unwrap_or_else(|| town.sandbox.api_key().to_owned()));
        let options = Options { limits, system_proxy: false };
        let client = Client::with_options(base, key, town.clock.clone(), options).expect("a client");
        let journal: Shared = Arc::new(Mutex::new(Box::new(MemoryJournal::default())));
        let runner = Runner::new(client, journal.clone(), Random::System);
        let mut session = Session::new(settings, runner, town.clock.clone());
        let frames = recording.as_ref().map(|_| Vec::new());
        if let Some(recording) = recording {
            session.observe(Box::new(move |seen| {
                if let Some(observer) = &mut observer {
                    observer(seen);
                }
                if let Seen::Event(stamped) = seen {
                    recording.lock().unwrap().push(stamped.clone());
                }
            }));
        }
        let (clock, machine) = (town.clock.clone(), Clock::system());
        let mut app = Self { session, journal, bells: 0, has_quit: false, frames, size, clock, machine };
        app.handle(Event::Started);
        app
    }

    pub(crate) fn model(&self) -> &Model {
        &self.session.model
    }

    /// One fact, and the frame after it.
    pub(crate) fn handle(&mut self, event: Event) {
        for effect in self.session.handle(event) {
            match effect {
                Effect::RingBell => self.bells += 1,
                Effect::Quit => self.has_quit = true,
                Effect::Redraw | Effect::Reload | Effect::Suspend | Effect::Copy { .. } => {}
                other => panic!("the session kept {other:?} from its runner"),
            }
        }
        self.draw();
    }

    fn draw(&mut self) {
        self.session.settle(self.size);
        self.session.model.panes.dirty = false;
        if let Some(frames) = &mut self.frames {
            frames.push(screen_rows(&self.session.model, self.size));
        }
    }

    /// The screen gets another size.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.size = Size { columns, rows };
        self.handle(Event::Resized(self.size));
    }

    /// Keys as people write them, each in a read of its own.
    pub(crate) fn keys(&mut self, keys: &str) {
        for key in Key::parse_all(keys).unwrap_or_else(|| panic!("no such key in {keys}")) {
            self.handle(Event::KeysPressed(vec![key]));
        }
    }

    /// Keys that arrive in one read.
    pub(crate) fn keys_at_once(&mut self, keys: &str) {
        let keys = Key::parse_all(keys).unwrap_or_else(|| panic!("no such key in {keys}"));
        self.handle(Event::KeysPressed(keys));
    }

    /// Opens this conversation by moving to its row, from wherever the cursor is.
    pub(crate) fn open(&mut self, conversation: &ConversationId) {
        use takeover::app::Focus;
        while self.model().panes.focus != Focus::List || self.model().panes.on_screen.is_some() {
            self.keys("<esc>");
        }
        if !self.model().inbox.order.contains(conversation) {
            self.keys("ga");
        }
        let order = &self.model().inbox.order;
        let at = order.iter().position(|id| id == conversation);
        let at = at.unwrap_or_else(|| panic!("{conversation} is not in the list\n{}", self.dump()));
        let from = self.model().inbox.at;
        let (key, count) = if at > from { ("j", at - from) } else { ("k", from - at) };
        self.keys(&key.repeat(count));
        self.keys("<enter>");
        assert_eq!(self.model().panes.on_screen.as_ref(), Some(conversation));
    }

    /// Whether something is under way that will answer.
    fn awaits(&self) -> bool {
        let model = self.model();
        let sending = |state: &State| matches!(state, State::Journaling | State::Sending);
        let runs = matches!(model.overlays.open, Some((Overlay::PipeRunning { .. }, _)));
        runs || !model.poller.in_flight.is_empty() || model.outbox.entries.iter().any(|entry| sending(&entry.state))
    }

    /// What a key will do, done by its function.
    pub(crate) fn act<T>(&mut self, act: impl FnOnce(&mut Model, &mut Vec<Effect>) -> T) -> T {
        self.handle(Event::TimeReached);
        let mut effects = Vec::new();
        let told = act(&mut self.session.model, &mut effects);
        self.session.carry_out(effects);
        self.handle(Event::TimeReached);
        told
    }

    /// Lets two programs on one clock go on beside each other until this holds.
    pub(crate) async fn together(one: &mut Self, other: &mut Self, what: &str, holds: impl Fn(&Self, &Self) -> bool) {
        let machine = Clock::system();
        while !holds(one, other) {
            assert!(machine.now().mono < PATIENCE, "never came: {what}\n{}\n{}", one.dump(), other.dump());
            one.take_what_is_there();
            other.take_what_is_there();
            if one.awaits() || other.awaits() {
                // Whoever is answered first goes on; the clock creeps, so that nothing is due before its answer.
                let told = tokio::select! {
                    Some(event) = one.session.next() => (true, event),
                    Some(event) = other.session.next() => (false, event),
                };
                one.clock.advance(Duration::from_millis(1));
                let (ones, event) = told;
                if ones { one.handle(event) } else { other.handle(event) }
            } else {
                let wakes = [one.session.sleeps_for(), other.session.sleeps_for()];
                one.clock.advance(wakes.into_iter().flatten().min().unwrap_or_default());
                one.handle(Event::TimeReached);
                other.handle(Event::TimeReached);
            }
        }
    }

    /// Takes whatever has come, without waiting.
    pub(crate) fn take_what_is_there(&mut self) {
        while let Some(event) = self.session.ready() {
            self.handle(event);
        }
    }

    /// Waits for one answer, if one is under way.
    pub(crate) async fn take_one(&mut self) {
        if self.awaits() {
            let limit = self.clock.now().mono + Duration::from_secs(1);
            self.step(limit).await;
        }
    }

    /// The next thing that happens, but not after this moment. Returns whether something did before it.
    async fn step(&mut self, until: Duration) -> bool {
        if let Some(event) = self.session.ready() {
            self.handle(event);
            return true;
        }
        let now = self.clock.now().mono;
        if now >= until {
            return false;
        }
        let leaps = matches!(self.clock, Clock::Manual(_));
        if leaps && !self.awaits() {
            let wake = self.session.sleeps_for().unwrap_or(Duration::MAX);
            let rest = until - now;
            self.clock.advance(wake.min(rest));
            if wake <= rest {
                self.handle(Event::TimeReached);
            }
            return true;
        }
        let began = self.machine.now().mono;
        let sleeps = self.session.sleeps_for();
        let patience = if leaps { PATIENCE } else { (until - now).min(PATIENCE) };
        match tokio::time::timeout(patience, self.session.next()).await {
            Ok(Some(Event::TimeReached)) => {
                self.clock.advance(sleeps.unwrap_or_default());
                self.handle(Event::TimeReached);
            }
            Ok(Some(event)) => {
                self.clock.advance((self.machine.now().mono - began).min(ANSWER_TAKES));
                self.handle(event);
            }
            Ok(None) => panic!("a task panicked"),
            Err(_) => assert!(!leaps, "no answer came\n{}", self.dump()),
        }
        true
    }

    /// Lets things happen until this holds; fails with the screen if it does not within a minute of the shared clock.
    pub(crate) async fn until(&mut self, what: &str, holds: impl FnMut(&Self) -> bool) {
        self.within(Duration::from_secs(60), what, holds).await;
    }

    /// Lets things happen until this holds, at most for this long.
    pub(crate) async fn within(&mut self, limit: Duration, what: &str, mut holds: impl FnMut(&Self) -> bool) {
        let deadline = self.clock.now().mono + limit;
        let began = self.machine.now().mono;
        while !holds(self) {
            let patient = self.machine.now().mono < began + PATIENCE;
            if !patient || !self.step(deadline).await {
                panic!("never came: {what}\n{}", self.dump());
            }
        }
    }

    /// Lets this much time pass.
    pub(crate) async fn pass(&mut self, time: Duration) {
        let until = self.clock.now().mono + time;
        while self.step(until).await {}
    }

    /// Lets things happen until the list was read to its end and nothing is under way.
    pub(crate) async fn settled(&mut self) {
        self.until("the list, and nothing under way", |app| app.model().inbox.complete && !app.awaits()).await;
    }

    /// Lets things happen until no reply is on its way, then until each is at rest as a message.
    pub(crate) async fn all_delivered(&mut self) {
        self.within(Duration::from_secs(120), "every reply delivered", |app| app.model().outbox.undelivered() == 0)
            .await;
    }

    /// The whole screen as the view paints it, row by row.
    pub(crate) fn screen_rows(&self) -> Vec<String> {
        screen_rows(self.model(), self.size)
    }

    /// What the view painted in an area, its rows joined as one runs on into the next.
    pub(crate) fn painted(&self, area: Area) -> String {
        let rows = self.screen_rows();
        let rows = rows.iter().skip(area.y.into()).take(area.height.into());
        let cut = |row: &String| row.chars().skip(area.x.into()).take(area.width.into()).collect::<String>();
        let joined = rows.map(cut).collect::<Vec<_>>().join(" ");
        joined.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The list's pane, as painted.
    pub(crate) fn list_pane(&self) -> String {
        self.painted(self.model().screen.layout.list)
    }

    /// The thread's pane with blocks and composer, as painted.
    pub(crate) fn thread_pane(&self) -> String {
        self.painted(self.model().screen.layout.pane)
    }

    /// The status bar, as painted.
    pub(crate) fn status_bar(&self) -> String {
        self.painted(self.model().screen.layout.status)
    }

    /// The thread area as text: who speaks, then the rows.
    pub(crate) fn thread_text(&self) -> String {
        let mut text = String::new();
        for line in &self.model().screen.thread {
            let _ = match &line.kind {
                LineKind::Day(day) => writeln!(text, "-- {day}"),
                LineKind::Header { name, time, .. } => writeln!(text, "{name} {time}"),
                LineKind::Text { text: row, .. } => writeln!(text, "  {row}"),
                LineKind::Tool { name, failed, .. } => writeln!(text, "  tool {name} {failed:?}"),
                LineKind::File { text: row, .. } => writeln!(text, "  file {row}"),
                LineKind::Unreadable { text: row, .. } => writeln!(text, "  unreadable {row}"),
                LineKind::Marker { time, text: row } => writeln!(text, "* {row} {time}"),
                LineKind::SinceYouBegan(count) => writeln!(text, "-- {count} since you began"),
                other => writeln!(text, "-- {other:?}"),
            };
        }
        text
    }

    /// The blocks above the composer as text.
    pub(crate) fn blocks_text(&self) -> String {
        let lines = self.model().screen.blocks.iter().map(|line| match line {
            BlockLine::State { words, .. } => format!("[{words}]"),
            BlockLine::Text(row) => row.clone(),
            BlockLine::Note(row) => format!("n {row}"),
            BlockLine::Attached(url) => format!("(attached {url})"),
            BlockLine::More(count) => format!("({count} more)"),
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    /// The text of a conversation's draft.
    pub(crate) fn draft(&self, conversation: &ConversationId) -> String {
        let draft = self.model().composer.drafts.get(conversation);
        draft.map(|draft| draft.editor.text().to_owned()).unwrap_or_default()
    }

    /// The sentence that stands in the hint line.
    pub(crate) fn notice(&self) -> String {
        let standing = self.model().notices.standing(self.model().now.mono);
        standing.map(|notice| notice.words.clone()).unwrap_or_default()
    }

    /// What is written under a local id.
    pub(crate) fn key_of(&self, local: LocalId) -> String {
        let records = self.journal.lock().unwrap().records();
        records
            .into_iter()
            .find(|record| record.local == local)
            .and_then(|record| record.written.key)
            .unwrap_or_default()
    }

    /// Everything that a person could see, for a failure's words.
    pub(crate) fn dump(&self) -> String {
        let model = self.model();
        let mut text = format!(
            "{} {:?} on screen {:?}, focus {:?}\n",
            model.now.wall, model.inbox.view, model.panes.on_screen, model.panes.focus
        );
        for id in &model.inbox.order {
            let Some(row) = model.inbox.rows.get(id) else { continue };
            let cursor = if model.inbox.cursor.as_ref() == Some(id) { ">" } else { " " };
            let name = takeover::app::triage::name_of_row(row);
            let _ = writeln!(text, "{cursor} {} {:?} {:?}", name.as_raw(), row.conversation.status, row.waits());
        }
        let _ = writeln!(text, "thread:\n{}", self.thread_text());
        let _ = writeln!(text, "blocks:\n{}\ncomposer: {:?}", self.blocks_text(), model.screen.composer);
        for entry in &model.outbox.entries {
            let _ = writeln!(text, "{:?} {:?} {}", entry.text.as_raw(), entry.state, words::entry(model, entry).0);
        }
        let _ = writeln!(text, "notice: {}\nproblem: {:?}", self.notice(), model.link.problem);
        let _ = writeln!(text, "screen:\n{}", self.screen_rows().join("\n"));
        let _ = writeln!(text, "under way: {:?}\noverlay: {:?}", model.poller.in_flight, model.overlays.open);
        text
    }

    /// Ends the program and waits for what is under way.
    pub(crate) async fn end(self) {
        self.session.shutdown().await;
    }
}
