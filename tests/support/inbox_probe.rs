//! The real session and loop over a sandbox of another thread, with faults of our own on demand.
//!
//! Arguments: `loop` panics in the loop when `Y` is pressed, `task` in the task that delivers a reply, `thread` in a
//! thread that nobody waits for when `Y` is pressed.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use secrecy::SecretString;
use takeover::api::Client;
use takeover::app::{Event, Key, Settings};
use takeover::clock::Clock;
use takeover::domain::LocalId;
use takeover::domain::outbox::{Claim, Kind, Outcome, Record, Written};
use takeover::effects::Runner;
use takeover::http::BaseUrl;
use takeover::random::Random;
use takeover::runtime::{self, End, Inbox, Reload, Reloaded, Seen, Session};
use takeover::sandbox::{Options, Sandbox, Script};
use takeover::store::{Journal, JournalError, MemoryJournal};
use takeover::terminal::{Clipboard, Colours};
use takeover::text::is_doubtful;
use takeover::ui::Theme;

/// A journal whose claims fail in the worst way.
struct Faulty(MemoryJournal);

impl Journal for Faulty {
    fn write(&mut self, steps: Vec<Written>) -> Result<Vec<LocalId>, JournalError> {
        self.0.write(steps)
    }

    #[expect(clippy::panic, reason = "that is what it is for")]
    fn claim(&mut self, local: LocalId, kind: Kind) -> Result<Claim, JournalError> {
        let claim = self.0.claim(local, kind)?;
        panic!("a fault about {}", String::from_utf8_lossy(&claim.written.body));
    }

    fn conclude(&mut self, local: LocalId, outcome: Outcome) -> Result<(), JournalError> {
        self.0.conclude(local, outcome)
    }

    fn records(&self) -> Vec<Record> {
        self.0.records()
    }
}

fn main() -> ExitCode {
    let kind = std::env::args().nth(1).unwrap_or_default();
    match run(&kind) {
        Some(End::Quit) => ExitCode::SUCCESS,
        Some(End::Panic) => ExitCode::from(101),
        Some(End::Signal(_) | End::TerminalGone) | None => ExitCode::from(9),
    }
}

fn run(kind: &str) -> Option<End> {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
        runtime.block_on(async {
            let options = Options { script: Script::Demo, ..Options::default() };
            let sandbox = Sandbox::start(options).await.ok()?;
            tell.send((sandbox.base_url().to_owned(), sandbox.api_key().to_owned())).ok()?;
            std::future::pending::<Option<()>>().await
        })
    });
    let (base, key) = told.recv().ok()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().ok()?;
    runtime.block_on(async {
        let client = Client::new(BaseUrl::parse(&base).ok()?, SecretString::from(key), Clock::system()).ok()?;
        let memory = MemoryJournal::default();
        let journal: Box<dyn Journal> = if kind == "task" { Box::new(Faulty(memory)) } else { Box::new(memory) };
        let runner = Runner::new(client, Arc::new(Mutex::new(journal)), Random::System);
        let settings = Settings { demo: true, ..Settings::default() };
        let mut session = Session::new(settings, runner, Clock::system());
        let in_thread = kind == "thread";
        if kind != "task" {
            session.observe(Box::new(move |seen| {
                if let Seen::Event(stamped) = seen
                    && matches!(&stamped.event, Event::KeysPressed(keys) if keys.contains(&Key::char('Y')))
                {
                    fail(in_thread);
                }
            }));
        }
        let (colours, theme) = (Colours::Sixteen, Theme::of(true, false));
        let reload: Reload =
            Arc::new(move || Reloaded { settings: Settings::default(), colours, theme, problems: 0, first: None });
        let inbox = Inbox { colours, theme, clipboard: Clipboard::None, is_doubtful, reload };
        runtime::run(session, inbox).await.ok()
    })
}

#[expect(clippy::panic, reason = "that is what it is for")]
fn fail(in_thread: bool) {
    let visitor = "visitor-secret";
    if in_thread {
        std::thread::spawn(move || panic!("a fault in a thread about {visitor}"));
    } else {
        panic!("a fault about {visitor}");
    }
}
