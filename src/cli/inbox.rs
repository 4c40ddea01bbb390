//! `takeover`: the inbox.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use clap::Args;

use crate::api::Client;
use crate::app::Settings;
use crate::clock::Clock;
use crate::domain::UserId;
use crate::effects::{Runner, Shared};
use crate::http::{BaseUrl, DEFAULT_BASE_URL};
use crate::random::Random;
use crate::runtime::{self, End, Inbox, RunError, Session};
use crate::store::MemoryJournal;
use crate::terminal::Colours;
use crate::text::is_doubtful;
use crate::ui::Theme;

use super::environment::Environment;
use super::{NO_KEY, USAGE, ended, failed, in_background, printer};

/// The inbox's arguments.
#[derive(Args, Clone, Debug)]
pub(super) struct InboxArgs {
    /// The platform's base URL [default: TAKEOVER_BASE_URL, else the platform's own].
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Your user id among the members: the inbox does not ask who you are.
    #[arg(long, value_name = "USER_ID")]
    me: Option<String>,
}

/// Three lines for somebody who has no key set.
const WITHOUT_A_KEY: &str = "takeover: no key. Put your organisation's API key into TAKEOVER_API_KEY:
    read -rs TAKEOVER_API_KEY && export TAKEOVER_API_KEY && takeover
To look around first, with nothing to set up: takeover demo";

/// Opens the inbox of the organisation whose key is in the environment.
pub(super) fn run(args: &InboxArgs, environment: &Environment) -> ExitCode {
    let Some(key) = environment.key.clone() else {
        printer::complain(WITHOUT_A_KEY);
        return ExitCode::from(NO_KEY);
    };
    let base = args.base_url.as_deref().or(environment.base_url.as_deref()).unwrap_or(DEFAULT_BASE_URL);
    let base = match BaseUrl::parse(base) {
        Ok(base) => base,
        Err(error) => return usage(&format!("the base URL does not fit: {error}")),
    };
    let me = match args.me.as_deref().map(UserId::parse) {
        Some(None) => return usage("--me takes a user id of the team's members"),
        Some(Some(me)) => Some(me),
        None => None,
    };
    let client = match Client::new(base, key, Clock::system()) {
        Ok(client) => client,
        Err(error) => return usage(&error.to_string()),
    };
    let settings = Settings { me, ascii: environment.ascii, ..Settings::default() };
    match in_background(open(client, settings, false, environment)) {
        Ok(end) => ended(end),
        Err(error) => failed(&error.to_string()),
    }
}

fn usage(words: &str) -> ExitCode {
    printer::complain(&format!("takeover: {words}"));
    ExitCode::from(USAGE)
}

/// Runs the inbox over this client until it ends.
pub(super) async fn open(
    client: Client,
    settings: Settings,
    lesson: bool,
    environment: &Environment,
) -> Result<End, RunError> {
    let journal: Shared = Arc::new(Mutex::new(Box::new(MemoryJournal::default())));
    let theme = Theme::of(!matches!(environment.colours, Colours::None | Colours::Dumb), settings.ascii);
    let (mut runner, told) = Runner::new(client, journal, Random::System);
    runner.set_machine(environment.machine());
    let mut session = Session::new(settings, (runner, told), Clock::system());
    if lesson {
        session.model.overlays.lesson = Some(crate::app::overlay::Lesson::Longest);
    }
    runtime::run(session, Inbox { colours: environment.colours, theme, clipboard: environment.clipboard, is_doubtful })
        .await
}
