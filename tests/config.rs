//! The configuration: what goes before what, every kind of mistake with its line and column, what a bad file may not do,
//! and that no keymap has a key with two meanings.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's way to fail")]

#[path = "config/fuzz.rs"]
mod fuzz;
#[path = "config/keys.rs"]
mod keys;
#[path = "config/mistakes.rs"]
mod mistakes;
#[path = "config/precedence.rs"]
mod precedence;
#[path = "config/reloading.rs"]
mod reloading;
#[path = "config/theme.rs"]
mod theme;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use takeover::config::{self, Config, Found, Given};

/// Files by name, in the folder of the configuration.
#[derive(Clone, Debug, Default)]
struct Files {
    held: HashMap<PathBuf, Found>,
}

const FOLDER: &str = "/home/ada/.config/takeover";

impl Files {
    fn of(files: &[(&str, &str)]) -> Self {
        let mut all = Self::default();
        for (name, text) in files {
            all.put(name, text.as_bytes());
        }
        all
    }

    fn put(&mut self, name: &str, bytes: &[u8]) {
        self.held.insert(Path::new(FOLDER).join(name), Found::Text { bytes: bytes.to_vec(), shared: None });
    }

    fn read(&self, path: &Path) -> Found {
        self.held.get(path).cloned().unwrap_or(Found::Missing)
    }

    fn load(&self, given: &Given) -> Config {
        config::load(given, &|path| self.read(path))
    }
}

fn given() -> Given {
    Given { folder: Some(PathBuf::from(FOLDER)), ..Given::default() }
}

/// What these files add up to.
fn load(files: &[(&str, &str)]) -> Config {
    Files::of(files).load(&given())
}

/// The problems as they are told, without the folder.
fn told(config: &Config) -> Vec<String> {
    config.problems.iter().map(|problem| problem.to_string().replace(&format!("{FOLDER}/"), "")).collect()
}

/// A setting's value as it is told.
fn value(config: &Config, setting: &str) -> config::Shown {
    config::named(setting).unwrap().field.get(&config.values)
}

fn text(text: &str) -> config::Shown {
    config::Shown::Text(text.to_owned())
}
