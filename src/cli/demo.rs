//! `takeover demo`: the sandbox and the inbox in one process. Nothing to configure, nothing left behind: the sandbox
//! listens on a free port of this machine alone, and there is no file.

use std::process::ExitCode;

use clap::Args;
use secrecy::SecretString;

use crate::api::Client;
use crate::app::Settings;
use crate::clock::Clock;
use crate::config::{self, Config, Given, Place};
use crate::domain::UserId;
use crate::http::BaseUrl;
use crate::runtime::{End, RunError};
use crate::sandbox::{Options, Sandbox, Script};

use super::environment::Environment;
use super::record::RecordArgs;
use super::{configuration, ended, failed, in_background, inbox};

/// The demo's arguments.
#[derive(Args, Clone, Debug)]
pub(super) struct DemoArgs {
    /// The same seed makes the same visitors.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    record: RecordArgs,
}

/// Runs the demo. Of the configuration it takes the keys, the look and the manners; where the platform is and who the
/// person is are its own.
pub(super) fn run(args: &DemoArgs, given: &Given, environment: &Environment) -> ExitCode {
    let config = config::load(given, &config::read);
    if config.stops().is_some_and(|problem| matches!(problem.place, Place::Flag(_)) || given.file.is_some()) {
        return configuration::refused(&config);
    }
    match in_background(demo(args, (&config, given), environment)) {
        Ok(Ok(end)) => ended(end),
        Ok(Err(words)) => failed(&words),
        Err(error) => failed(&error.to_string()),
    }
}

async fn demo(
    args: &DemoArgs,
    (config, given): (&Config, &Given),
    environment: &Environment,
) -> Result<Result<End, RunError>, String> {
    let options = Options { script: Script::Demo, seed: args.seed, ..Options::default() };
    let sandbox = Sandbox::start(options).await.map_err(|error| error.to_string())?;
    let base = BaseUrl::parse(sandbox.base_url()).map_err(|error| error.to_string())?;
    let key = SecretString::from(sandbox.api_key().to_owned());
    let client = Client::new(base, key, Clock::system()).map_err(|error| error.to_string())?;
    let me = sandbox.demo_me().as_deref().and_then(UserId::parse);
    let settings = Settings { me, demo: true, ..config.values.settings.clone() };
    let end = inbox::open(client, settings, true, (config, given), environment, &args.record).await;
    sandbox.shutdown().await;
    end
}
