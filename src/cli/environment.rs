//! The environment, read once, here and nowhere else.

use std::ffi::OsString;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use crate::config::SETTINGS;
use crate::effects::Machine;
use crate::effects::children::{Children, without_secrets};
use crate::terminal::{Clipboard, Colours};

use super::configuration::Able;

/// The most bytes that a variable may have; a longer one is left out, which its reader then says.
const LIMIT: usize = 8 * 1024;

/// What the environment tells.
pub(super) struct Environment {
    /// `TAKEOVER_API_KEY`, if it is set and not empty.
    pub(super) key: Option<SecretString>,
    /// The settings that have a variable set: name and value.
    pub(super) settings: Vec<(&'static str, String)>,
    /// `XDG_CONFIG_HOME`.
    pub(super) config_home: Option<PathBuf>,
    /// `HOME`.
    pub(super) home: Option<PathBuf>,
    /// What the terminal can show, and is to show.
    pub(super) colours: Colours,
    /// What it can show whatever `NO_COLOR` says: a theme that was chosen goes before it.
    pub(super) all_colours: Colours,
    /// How text gets to the clipboard.
    pub(super) clipboard: Clipboard,
    /// Whether the terminal draws nothing beyond ASCII.
    pub(super) ascii: bool,
    /// Where files are saved: `XDG_DOWNLOAD_DIR`, else `Downloads` in the home.
    downloads: Option<PathBuf>,
    /// What children get: no key, no token.
    for_children: Vec<(OsString, OsString)>,
}

/// A folder that a variable names: absolute, so that it does not depend on where takeover was started.
#[expect(clippy::disallowed_methods, reason = "this module is the door to the environment")]
fn folder(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

#[expect(clippy::disallowed_methods, reason = "this module is the door to the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty() && value.len() <= LIMIT)
}

/// A setting's variable. One that can't be read is no variable left out: nothing takes what stands for it.
#[expect(clippy::disallowed_methods, reason = "this module is the door to the environment")]
fn setting(name: &str) -> Option<String> {
    let value = std::env::var_os(name).filter(|value| !value.is_empty())?;
    let readable = value.into_string().ok().filter(|value| value.len() <= LIMIT);
    Some(readable.unwrap_or_else(|| char::REPLACEMENT_CHARACTER.to_string()))
}

impl Environment {
    /// Reads it.
    pub(super) fn read() -> Self {
        let term = variable("TERM");
        let (colorterm, no_color) = (variable("COLORTERM"), variable("NO_COLOR"));
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
        // Without any locale most terminals still draw UTF-8; one that says otherwise is believed.
        let utf8 = locale.is_none_or(|locale| {
            let locale = locale.to_ascii_uppercase();
            locale.contains("UTF-8") || locale.contains("UTF8") || locale == "C" && term.as_deref() != Some("linux")
        });
        let key = variable("TAKEOVER_API_KEY").map(SecretString::from);
        let secrets = key.as_ref().map(|key| key.expose_secret());
        Self {
            downloads: folder("XDG_DOWNLOAD_DIR").or_else(|| Some(folder("HOME")?.join("Downloads"))),
            for_children: without_secrets(std::env::vars_os(), secrets.as_slice()),
            key,
            settings: SETTINGS.iter().filter_map(|row| Some((row.name, setting(row.variable)?))).collect(),
            config_home: folder("XDG_CONFIG_HOME"),
            home: folder("HOME"),
            colours: Colours::of(term.as_deref(), colorterm.as_deref(), no_color.as_deref()),
            all_colours: Colours::of(term.as_deref(), colorterm.as_deref(), None),
            clipboard: Clipboard::of(term.as_deref(), variable("TMUX").as_deref()),
            ascii: !utf8 || term.as_deref() == Some("dumb"),
        }
    }

    /// What the terminal can show.
    pub(super) const fn able(&self) -> Able {
        Able { all: self.all_colours, asked: self.colours }
    }

    /// The edges of this machine, for the runner.
    pub(super) fn machine(&self) -> Machine {
        Machine {
            children: Children::new(self.for_children.clone()),
            downloads: self.downloads.clone(),
            ..Machine::default()
        }
    }
}
