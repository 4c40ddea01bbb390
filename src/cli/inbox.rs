//! `takeover`: the inbox.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};

use clap::Args;

use crate::api::Client;
use crate::app::Settings;
use crate::app::notice::Weight;
use crate::clock::Clock;
use crate::config::{self, Config, Given};
use crate::effects::{Runner, Shared};
use crate::http::BaseUrl;
use crate::random::Random;
use crate::runtime::{self, End, Inbox, Recorder, RunError, Session};
use crate::store::MemoryJournal;
use crate::text::is_doubtful;

use super::environment::Environment;
use super::record::RecordArgs;
use super::{NO_KEY, configuration, ended, failed, in_background, printer, usage};

/// The inbox's arguments.
#[derive(Args, Clone, Debug)]
pub(super) struct InboxArgs {
    /// The platform's base URL [default: TAKEOVER_BASE_URL, else the platform's own].
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    /// Your user id among the members: the inbox does not ask who you are.
    #[arg(long, value_name = "USER_ID")]
    pub(super) me: Option<String>,
    #[command(flatten)]
    pub(super) record: RecordArgs,
}

/// Three lines for somebody who has no key set.
const WITHOUT_A_KEY: &str = "takeover: no key. Put your organisation's API key into TAKEOVER_API_KEY:
    read -rs TAKEOVER_API_KEY && export TAKEOVER_API_KEY && takeover
To look around first, with nothing to set up: takeover demo";

/// Opens the inbox of the organisation whose key is in the environment.
pub(super) fn run(given: &Given, record: &RecordArgs, environment: &Environment) -> ExitCode {
    let Some(key) = environment.key.clone() else {
        printer::complain(WITHOUT_A_KEY);
        return ExitCode::from(NO_KEY);
    };
    let config = config::load(given, &config::read);
    if config.stops().is_some() {
        return configuration::refused(&config);
    }
    let client = BaseUrl::parse(&config.values.base_url).map_err(|error| error.to_string());
    let client = client.and_then(|base| Client::new(base, key, Clock::system()).map_err(|error| error.to_string()));
    let client = match client {
        Ok(client) => client,
        Err(words) => return usage(&words),
    };
    let settings = config.values.settings.clone();
    match in_background(open(client, settings, false, (&config, given), environment, record)) {
        Ok(Ok(end)) => ended(end),
        Ok(Err(words)) => usage(&words),
        Err(error) => failed(&error.to_string()),
    }
}

/// Runs the inbox over this client until it ends. An error is a flag that does not fit, in words.
pub(super) async fn open(
    client: Client,
    settings: Settings,
    lesson: bool,
    (config, given): (&Config, &Given),
    environment: &Environment,
    record: &RecordArgs,
) -> Result<Result<End, RunError>, String> {
    let clock = Clock::system();
    let able = environment.able();
    let (colours, theme) = configuration::look(config, able);
    let reload = configuration::reloading(config, given, able);
    let recorder = record.start(&settings, &format!("{colours:?}"), lesson, &clock)?;
    let journal: Shared = Arc::new(Mutex::new(Box::new(MemoryJournal::default())));
    let (mut runner, told) = Runner::new(client, journal, Random::System);
    runner.set_machine(environment.machine());
    let mut session = Session::new(settings, (runner, told), clock.clone());
    if let Some(recorder) = &recorder {
        session.observe(recorder.observer());
    }
    if lesson {
        session.model.overlays.lesson = Some(crate::app::overlay::Lesson::Longest);
    }
    if let Some(words) = config.said() {
        session.model.notices.say(clock.now().mono, Weight::Warning, words, None);
    }
    let end =
        runtime::run(session, Inbox { colours, theme, clipboard: environment.clipboard, is_doubtful, reload }).await;
    if let Some(Err(error)) = recorder.map(Recorder::finish) {
        printer::complain(&format!("takeover: the record is not whole: {error}"));
    }
    Ok(end)
}
