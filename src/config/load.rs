//! From the files, the environment and the arguments to what holds: arguments go before the environment, that before the
//! profile, that before the file, that before the defaults. Every value knows where it came from.
//!
//! Owns that one bad line never takes the others with it. Pure: what is at a path is asked of the caller.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::app::keymap::Keymap;
use crate::app::settings::Settings;
use crate::ui::theme::Theme;

use super::document::{Document, Entry, Node};
use super::files::Found;
use super::problem::{Place, Problem, nearest, said, shown};
use super::settings::{AUTO, Fault, KEYMAP_FILE, PROFILE, SETTINGS, Setting, Values, named};
use super::{keymap, theme};

/// What comes from outside the files.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Arguments: a setting's name and its value.
    pub flags: Vec<(&'static str, String)>,
    /// Variables of the environment: a setting's name and its value.
    pub variables: Vec<(&'static str, String)>,
    /// The folder of the files, if there is one.
    pub folder: Option<PathBuf>,
    /// The file that an argument names in place of config.toml; its folder is that of the others then.
    pub file: Option<PathBuf>,
    /// What holds without any setting.
    pub defaults: Settings,
}

/// Where a value came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Origin {
    /// Nothing was said.
    #[default]
    Default,
    /// A line of the file, above its tables.
    File(PathBuf, usize),
    /// A line of a profile.
    Profile(String, PathBuf, usize),
    /// A variable.
    Variable(&'static str),
    /// An argument.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File(path, line) => write!(formatter, "{}:{line}", shown(path)),
            Self::Profile(name, path, line) => write!(formatter, "profile {}, {}:{line}", said(name), shown(path)),
            Self::Variable(name) | Self::Flag(name) => formatter.write_str(name),
        }
    }
}

/// One of the three files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// What it holds: `settings`, `keys`, `theme`.
    pub what: &'static str,
    /// Where it is, or would be.
    pub path: PathBuf,
    /// Whether it is there.
    pub there: bool,
    /// Whether it counts: a theme of another name leaves theme.toml alone.
    pub used: bool,
}

/// The whole configuration.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What holds.
    pub values: Values,
    /// How it looks, on a terminal with colours.
    pub theme: Theme,
    /// Whether the keys or the look came from a file.
    pub files: Vec<Read>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    origins: BTreeMap<&'static str, Origin>,
    /// Whether lines are missing because they can't be read.
    damaged: bool,
}

impl Config {
    /// Where a setting's value came from.
    #[must_use]
    pub fn origin(&self, setting: &str) -> &Origin {
        self.origins.get(setting).unwrap_or(&Origin::Default)
    }

    /// The problem that nothing may start with, if there is one.
    #[must_use]
    pub fn stops(&self) -> Option<&Problem> {
        self.problems.iter().find(|problem| problem.stops)
    }

    /// One line about the problems for the screen; nothing if there are none.
    #[must_use]
    pub fn said(&self) -> Option<String> {
        let first = self.problems.first()?;
        let count = match self.problems.len() {
            1 => "1 problem".to_owned(),
            many => format!("{many} problems"),
        };
        let place = short(&first.place);
        Some(format!("{count} in the configuration, the first at {place}; takeover config check tells"))
    }

    /// The place of the first problem in one line for the screen: the file's name without its folder.
    #[must_use]
    pub fn first_place(&self) -> Option<String> {
        self.problems.first().map(|problem| short(&problem.place))
    }

    fn set(&mut self, setting: &'static Setting, origin: Origin) {
        self.origins.insert(setting.name, origin);
    }
}

fn short(place: &Place) -> String {
    match place {
        Place::File { path, line, column } => format!("{}:{line}:{column}", file_name(path)),
        Place::Whole(path) => file_name(path),
        Place::Variable(name) | Place::Flag(name) => (*name).to_owned(),
    }
}

fn file_name(path: &Path) -> String {
    shown(Path::new(path.file_name().unwrap_or_default()))
}

/// Adds everything up. `read` tells what is at a path.
#[must_use]
pub fn load(given: &Given, read: &dyn Fn(&Path) -> Found) -> Config {
    let mut config = Config::default();
    config.values.settings = given.defaults.clone();
    let path = given.file.clone().or_else(|| Some(given.folder.as_ref()?.join("config.toml")));
    let folder = match &given.file {
        Some(file) => file.parent().map(Path::to_path_buf),
        None => given.folder.clone(),
    };
    let mut file = None;
    if let Some(path) = path.clone() {
        let found = read(&path);
        let missing = matches!(found, Found::Missing);
        config.files.push(Read { what: "settings", path: path.clone(), there: !missing, used: !missing });
        if missing && given.file.is_some() {
            let problem = Problem::new(
                Place::Whole(path.clone()),
                "there is no such file",
                "--config takes a file that is there",
            );
            config.problems.push(Problem { stops: true, ..problem });
        }
        file = open(path, found, &mut config);
    }
    if let Some((document, shared)) = &file {
        layers(&mut config, given, document, shared.as_deref());
    } else {
        choose_profile(&mut config, given, None);
    }
    for (pairs, flags) in [(&given.variables, false), (&given.flags, true)] {
        for (name, text) in pairs {
            outside(&mut config, name, text, flags);
        }
    }
    if let Some(path) = &path {
        guess(&mut config, path, file.as_ref().map(|(document, _)| document));
    }
    if let Some(folder) = &folder {
        keys(&mut config, folder, read);
        looks(&mut config, folder, read);
    }
    let files: Vec<PathBuf> = config.files.iter().map(|file| file.path.clone()).collect();
    config.problems.sort_by_key(|problem| {
        let line = match &problem.place {
            Place::File { line, column, .. } => (*line, *column),
            Place::Whole(_) | Place::Variable(_) | Place::Flag(_) => (0, 0),
        };
        (problem.place.file().and_then(|file| files.iter().position(|known| known == file)), line)
    });
    config
}

/// The same after the files changed. What is bad keeps what held before; the profile stays.
#[must_use]
pub fn reload(old: &Config, given: &Given, read: &dyn Fn(&Path) -> Found) -> Config {
    let mut given = given.clone();
    given.flags.retain(|(name, _)| *name != PROFILE);
    given.flags.extend(old.values.profile.clone().map(|profile| (PROFILE, profile)));
    let mut new = load(&given, read);
    let gone = new.problems.iter().any(|problem| problem.setting == Some(PROFILE));
    for setting in SETTINGS {
        let bad = new.problems.iter().any(|problem| problem.setting == Some(setting.name));
        let lost = (new.damaged || gone) && *new.origin(setting.name) == Origin::Default;
        if bad || lost || setting.name == PROFILE {
            setting.field.copy(&old.values, &mut new.values);
            new.set(setting, old.origin(setting.name).clone());
        }
    }
    let bad = |what: &str| {
        let path = new.files.iter().find(|file| file.what == what).map(|file| file.path.as_path());
        new.problems.iter().any(|problem| problem.place.file().is_some_and(|file| Some(file) == path))
            || new.problems.iter().any(|problem| problem.setting == Some(what))
    };
    let (keys, looks) = (bad("keys") || bad("keymap"), bad("theme"));
    if keys {
        new.values.settings.keymap = Arc::clone(&old.values.settings.keymap);
    }
    if looks {
        new.theme = old.theme;
    }
    new
}

/// Reads what was found as a document.
fn open(path: PathBuf, found: Found, config: &mut Config) -> Option<(Document, Option<String>)> {
    match found {
        Found::Missing => None,
        Found::Text { bytes, shared } => {
            let document = Document::read(path, &bytes, &mut config.problems);
            Some((document, shared))
        }
        Found::Unreadable(why) => {
            config.damaged = true;
            let problem = Problem::new(
                Place::Whole(path),
                format!("it can't be read: {}", said(&why)),
                "mend it or move it away",
            );
            config.problems.push(problem);
            None
        }
    }
}

/// The file's own lines, then those of the profile in use. Other profiles are looked at, but do not count.
fn layers(config: &mut Config, given: &Given, document: &Document, shared: Option<&str>) {
    config.damaged |= document.damaged;
    let mut profiles: Vec<&Entry> = Vec::new();
    for entry in &document.root {
        match (entry.key.as_str(), &entry.value) {
            ("$schema", _) => {}
            ("profile", Node::Table(tables)) => profiles.extend(tables),
            ("profile", other) => {
                let what = format!("profile holds the tables [profile.NAME], not {}", other.kind());
                config.problems.push(Problem::new(
                    document.place(entry.at),
                    what,
                    format!("the one to use is {PROFILE} = \"NAME\""),
                ));
            }
            _ => line(config, document, entry, shared, None),
        }
    }
    let tables: Vec<(&str, &[Entry])> = profiles
        .iter()
        .filter_map(|profile| match &profile.value {
            Node::Table(entries) => Some((profile.key.as_str(), entries.as_slice())),
            other => {
                let what = format!("profile {} is a table, not {}", said(&profile.key), other.kind());
                config.problems.push(Problem::new(document.place(profile.at), what, "write [profile.NAME]"));
                None
            }
        })
        .collect();
    choose_profile(config, given, Some(&tables));
    let chosen = config.values.profile.clone();
    for (name, entries) in tables {
        if Some(name) == chosen.as_deref() {
            entries.iter().for_each(|entry| line(config, document, entry, shared, Some(name)));
            continue;
        }
        // Looked at, so that what is wrong is known before the profile is in use; where requests go is no guess yet.
        let mut other = Config { values: config.values.clone(), ..Config::default() };
        entries.iter().for_each(|entry| line(&mut other, document, entry, shared, Some(name)));
        config.problems.extend(other.problems.into_iter().map(|problem| Problem {
            stops: false,
            setting: None,
            ..problem
        }));
    }
}

/// Which profile is in use: the argument's, the variable's, the file's. One that is not there is no guess to make.
fn choose_profile(config: &mut Config, given: &Given, tables: Option<&[(&str, &[Entry])]>) {
    let asked = |pairs: &[(&'static str, String)]| {
        pairs.iter().rev().find(|(name, text)| *name == PROFILE && !text.is_empty()).map(|(_, text)| text.clone())
    };
    let variable = named(PROFILE).map_or("", |setting| setting.variable);
    let (name, place, origin) = if let Some(name) = asked(&given.flags) {
        (name, Place::Flag("--profile"), Origin::Flag("--profile"))
    } else if let Some(name) = asked(&given.variables) {
        (name, Place::Variable(variable), Origin::Variable(variable))
    } else if let (Some(name), Origin::File(path, line)) =
        (config.values.profile.clone(), config.origin(PROFILE).clone())
    {
        (name, Place::File { path: path.clone(), line, column: 1 }, Origin::File(path, line))
    } else {
        return;
    };
    let names = || tables.unwrap_or_default().iter().map(|(name, _)| *name);
    if names().any(|known| known == name) {
        config.values.profile = Some(name);
        config.origins.insert(PROFILE, origin);
        return;
    }
    config.values.profile = None;
    config.origins.remove(PROFILE);
    let advice = match nearest(&name, names()) {
        Some(near) => format!("did you mean {}?", said(near)),
        None if names().next().is_none() => "config.toml has no table [profile.NAME]".to_owned(),
        None => format!("there is {}", names().map(said).collect::<Vec<_>>().join(", ")),
    };
    let problem = Problem::new(place, format!("there is no profile {}", said(&name)), advice);
    config.problems.push(Problem { setting: Some(PROFILE), stops: true, ..problem });
}

/// One line of the file or of a profile.
fn line(config: &mut Config, document: &Document, entry: &Entry, shared: Option<&str>, profile: Option<&str>) {
    let at_key = document.place(entry.at);
    let Some(setting) = named(&entry.key).filter(|setting| profile.is_none() || setting.name != PROFILE) else {
        config.problems.push(unknown(&entry.key, at_key, profile.is_some()));
        return;
    };
    let about = |problem: Problem| Problem { setting: Some(setting.name), stops: setting.guarded, ..problem };
    if let Some(how) = shared.filter(|_| setting.guarded) {
        let what = format!("{} is taken only from a file that nobody else can write", setting.name);
        config.problems.push(about(Problem::new(at_key, what, how)));
        return;
    }
    let mut values = config.values.clone();
    match setting.field.set(&mut values, &entry.value) {
        Ok(()) => {
            config.values = values;
            let (path, line) = match &at_key {
                Place::File { path, line, .. } => (path.clone(), *line),
                Place::Whole(path) => (path.clone(), 1),
                Place::Variable(_) | Place::Flag(_) => return,
            };
            let origin = match profile {
                Some(name) => Origin::Profile(name.to_owned(), path, line),
                None => Origin::File(path, line),
            };
            config.set(setting, origin);
        }
        Err(Fault { what, advice, at }) => {
            let place = document.place(at.unwrap_or(entry.value_at));
            config.problems.push(about(Problem::new(place, format!("{} {what}", setting.name), advice)));
        }
    }
}

fn unknown(key: &str, place: Place, in_profile: bool) -> Problem {
    let plain = key.to_lowercase().replace(['-', '_'], "");
    if ["key", "apikey", "token", "apitoken", "secret", "password"].contains(&plain.as_str()) {
        let what = format!("{} does not belong into a file", said(key));
        return Problem::new(place, what, "put the key into the variable TAKEOVER_API_KEY and take the line out");
    }
    if in_profile && key == PROFILE {
        let what = format!("{PROFILE} stands above all tables, not in a profile");
        return Problem::new(place, what, "move it to the top of the file");
    }
    let names = SETTINGS.iter().map(|setting| setting.name).chain(["profile"]);
    let advice = nearest(key, names)
        .map_or("takeover config show lists the settings".to_owned(), |near| format!("did you mean {near}?"));
    Problem::new(place, format!("no setting is called {}", said(key)), advice)
}

/// A value of the environment or of an argument. A bad argument was just typed: nothing starts with it.
fn outside(config: &mut Config, name: &str, text: &str, flag: bool) {
    let Some(setting) = named(name).filter(|setting| setting.name != PROFILE) else { return };
    let flag = setting.flag.filter(|_| flag);
    let mut values = config.values.clone();
    match setting.field.set_words(&mut values, text) {
        Ok(()) => {
            config.values = values;
            config.set(setting, flag.map_or(Origin::Variable(setting.variable), Origin::Flag));
        }
        Err(Fault { what, advice, .. }) => {
            let place = flag.map_or(Place::Variable(setting.variable), Place::Flag);
            let problem = Problem::new(place, format!("{} {what}", setting.name), advice);
            let stops = setting.guarded || flag.is_some();
            config.problems.push(Problem { setting: Some(setting.name), stops, ..problem });
        }
    }
}

/// What decides where the key goes, and whose settings these are, is never guessed: a file that can't be read as a whole
/// and may name it stops the start, unless something before it says what holds. So does a bad value, unless a better one
/// goes before it.
fn guess(config: &mut Config, path: &Path, document: Option<&Document>) {
    for setting in SETTINGS.iter().filter(|setting| setting.guarded || setting.name == PROFILE) {
        let origin = config.origin(setting.name).clone();
        for problem in config.problems.iter_mut().filter(|problem| problem.setting == Some(setting.name)) {
            problem.stops &= !outranks(&origin, &problem.place);
        }
        let known =
            origin != Origin::Default || config.problems.iter().any(|problem| problem.setting == Some(setting.name));
        let named = document.is_none_or(|document| document.mentions(setting.name));
        if config.damaged && named && !known {
            let what = format!("not all of it can be read, and it may name the {}", setting.name);
            let advice = format!("mend the file, or pass {}", setting.flag.unwrap_or(setting.variable));
            let problem = Problem::new(Place::Whole(path.to_path_buf()), what, advice);
            config.problems.push(Problem { setting: Some(setting.name), stops: true, ..problem });
        }
    }
}

/// Whether a value from there goes before what stands at a place. Lines of a profile stand below those above all tables.
fn outranks(origin: &Origin, place: &Place) -> bool {
    match (origin, place) {
        (Origin::Flag(_), Place::File { .. } | Place::Whole(_) | Place::Variable(_)) => true,
        (Origin::Variable(_), Place::File { .. } | Place::Whole(_)) => true,
        (Origin::Profile(_, _, line), Place::File { line: other, .. }) => other < line,
        (Origin::Flag(_) | Origin::Variable(_) | Origin::Profile(..) | Origin::File(..) | Origin::Default, _) => false,
    }
}

fn keys(config: &mut Config, folder: &Path, read: &dyn Fn(&Path) -> Found) {
    let path = folder.join(&config.values.keymap);
    let found = read(&path);
    let missing = matches!(found, Found::Missing);
    if missing && config.values.keymap != KEYMAP_FILE {
        let what = format!("there is no file {}", said(&shown(&path)));
        let problem = Problem::new(
            place_of(config, "keymap"),
            what,
            "the default keys hold; name a file in the configuration's folder",
        );
        config.problems.push(Problem { setting: Some("keymap"), ..problem });
    }
    config.files.push(Read { what: "keys", path: path.clone(), there: !missing, used: !missing });
    let damaged = config.damaged;
    if let Some((document, _)) = open(path, found, config) {
        let keymap = keymap::of(&document, &mut config.problems);
        config.values.settings.keymap = Arc::new(keymap);
    } else {
        config.values.settings.keymap = Keymap::defaults();
    }
    // Damage to the keys is no damage to the settings.
    config.damaged = damaged;
}

fn looks(config: &mut Config, folder: &Path, read: &dyn Fn(&Path) -> Found) {
    let path = folder.join("theme.toml");
    let found = read(&path);
    let (missing, used) = (matches!(found, Found::Missing), config.values.theme == AUTO);
    config.files.push(Read { what: "theme", path: path.clone(), there: !missing, used: !missing && used });
    if !used {
        config.theme = Theme::named(&config.values.theme).unwrap_or_default();
        return;
    }
    let damaged = config.damaged;
    if let Some((document, _)) = open(path, found, config) {
        config.theme = theme::of(&document, &mut config.problems);
    }
    config.damaged = damaged;
}

/// Where a setting's value stands.
fn place_of(config: &Config, setting: &str) -> Place {
    match config.origin(setting).clone() {
        Origin::File(path, line) | Origin::Profile(_, path, line) => Place::File { path, line, column: 1 },
        Origin::Variable(name) => Place::Variable(name),
        Origin::Flag(name) => Place::Flag(name),
        Origin::Default => Place::Variable("default"),
    }
}
