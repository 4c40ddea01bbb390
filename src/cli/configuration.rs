//! What the commands have in common about the configuration: arguments and environment in, what holds out.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;

use crate::app::Settings;
use crate::config::{self, Config, Given, Origin};
use crate::runtime::{Reload, Reloaded};
use crate::terminal::Colours;
use crate::ui::Theme;

use super::environment::Environment;
use super::inbox::InboxArgs;
use super::{USAGE, printer};

/// Arguments of every command that reads the configuration.
#[derive(Args, Clone, Debug)]
pub(super) struct ConfigurationArgs {
    /// The profile to use: a table [profile.NAME] of config.toml.
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
    /// A file in place of config.toml; keymap.toml and theme.toml are looked for beside it.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How it looks: auto, default, light, dark or mono.
    #[arg(long, global = true, value_name = "NAME")]
    theme: Option<String>,
}

impl ConfigurationArgs {
    /// What the files are added to.
    pub(super) fn given(&self, inbox: &InboxArgs, environment: &Environment) -> Given {
        let flags = [
            ("default_profile", &self.profile),
            ("theme", &self.theme),
            ("base_url", &inbox.base_url),
            ("me", &inbox.me),
        ];
        Given {
            flags: flags.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect(),
            variables: environment.settings.clone(),
            folder: config::folder(environment.config_home.as_deref(), environment.home.as_deref()),
            file: self.config.clone(),
            defaults: Settings { ascii: environment.ascii, ..Settings::default() },
        }
    }
}

/// Says what nothing can start with.
pub(super) fn refused(config: &Config) -> ExitCode {
    let stops = config.problems.iter().filter(|problem| problem.stops);
    let words: Vec<String> = stops.map(|problem| format!("takeover: {problem}")).collect();
    printer::complain(&words.join("\n"));
    ExitCode::from(USAGE)
}

/// What this terminal can show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Able {
    /// Whatever `NO_COLOR` asks for.
    pub(super) all: Colours,
    /// With what `NO_COLOR` asks for.
    pub(super) asked: Colours,
}

/// Reads the configuration again whenever it is called; what is bad keeps what held before.
pub(super) fn reloading(config: &Config, given: &Given, able: Able) -> Reload {
    let (held, given) = (Mutex::new(config.clone()), given.clone());
    Arc::new(move || {
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        *held = config::reload(&held, &given, &config::read);
        let (colours, theme) = look(&held, able);
        let (problems, first) = (held.problems.len(), held.first_place());
        Reloaded { settings: held.values.settings.clone(), colours, theme, problems, first }
    })
}

/// The colours and the look for this terminal. A theme that somebody chose goes before `NO_COLOR`, never before what the
/// terminal can show.
pub(super) fn look(config: &Config, able: Able) -> (Colours, Theme) {
    let chosen = *config.origin("theme") != Origin::Default;
    let colours = if chosen { able.all } else { able.asked };
    let theme = match colours {
        Colours::None | Colours::Dumb => config.theme.without_colours(),
        Colours::Full | Colours::Indexed | Colours::Sixteen => config.theme,
    };
    (colours, Theme { ascii: config.values.settings.ascii, ..theme })
}
