//! The settings as one table: a row is a setting with its name, what it takes, where it goes and what it says.
//!
//! A new setting is one row in [`SETTINGS`]: files, profiles, the environment, `takeover config` and the annotated
//! defaults follow from it. Never holds a secret: keys are no settings.

use std::sync::Arc;
use std::time::Duration;

use crate::app::langmap::{Langmap, layouts};
use crate::app::settings::{Advance, Settings};
use crate::domain::UserId;
use crate::http::{BaseUrl, DEFAULT_BASE_URL};
use crate::ui::theme;

use super::document::Node;
use super::problem::{instead, list, said};

/// What the settings add up to.
#[derive(Clone, Debug)]
pub struct Values {
    /// What the core reads.
    pub settings: Settings,
    /// The platform's base URL.
    pub base_url: String,
    /// The profile in use, if one is.
    pub profile: Option<String>,
    /// The theme's name; `auto` is theme.toml over the default, if there is one.
    pub theme: String,
    /// The file of the keys, in the configuration's folder unless it is an absolute path.
    pub keymap: String,
    /// The layouts and pairs of other alphabets, as they were written.
    pub langmap: Vec<String>,
}

impl Default for Values {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            base_url: DEFAULT_BASE_URL.to_owned(),
            profile: None,
            theme: AUTO.to_owned(),
            keymap: KEYMAP_FILE.to_owned(),
            langmap: Vec::new(),
        }
    }
}

/// The theme that is theme.toml, if there is one, else the default.
pub(super) const AUTO: &str = "auto";
/// The usual file of the keys.
pub(super) const KEYMAP_FILE: &str = "keymap.toml";
/// The setting that names the profile in use.
pub(super) const PROFILE: &str = "default_profile";

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its name in `config.toml`.
    pub name: &'static str,
    /// What it does, in words.
    pub help: &'static str,
    /// What it takes and where that goes.
    pub field: Field,
    /// Its variable in the environment.
    pub variable: &'static str,
    /// Its argument, if it has one.
    pub flag: Option<&'static str>,
    /// Whether it is taken only from a file that nobody else can write, and nothing starts without it being right: it
    /// decides where the key goes.
    pub guarded: bool,
}

/// What a setting takes, and its place among the values.
#[derive(Clone, Copy, Debug)]
pub enum Field {
    /// True or false.
    Toggle(fn(&mut Values) -> &mut bool),
    /// A length of time, within these bounds.
    Time {
        /// The place.
        of: fn(&mut Values) -> &mut Duration,
        /// The shortest, in seconds.
        least: u64,
        /// The longest, in seconds.
        most: u64,
    },
    /// One of some words.
    Word {
        /// The words.
        words: fn() -> Vec<&'static str>,
        /// The one that holds.
        get: fn(&Values) -> &str,
        /// Takes one of them.
        set: fn(&mut Values, &str),
    },
    /// Text, or nothing.
    Text {
        /// What it is, for the annotated file: `"…"`.
        example: &'static str,
        /// The text.
        get: fn(&Values) -> Option<&str>,
        /// Takes a text, or nothing; the words say what is wrong with it.
        set: fn(&mut Values, Option<&str>) -> Result<(), String>,
    },
    /// Some texts.
    List {
        /// The texts.
        get: fn(&Values) -> &[String],
        /// Takes texts; what is wrong with one of them is said with its place.
        set: SetList,
    },
}

/// Takes some texts; what is wrong with one of them, with its place among them.
pub type SetList = fn(&mut Values, &[String]) -> Result<(), (usize, String)>;

/// A value as `takeover config show` tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// True or false.
    Toggle(bool),
    /// Text.
    Text(String),
    /// Some texts.
    List(Vec<String>),
    /// Nothing is set.
    Nothing,
}

const fn setting(name: &'static str, variable: &'static str, field: Field, help: &'static str) -> Setting {
    Setting { name, help, field, variable, flag: None, guarded: false }
}

impl Setting {
    const fn with_flag(self, flag: &'static str) -> Self {
        Self { flag: Some(flag), ..self }
    }

    const fn guarded(self) -> Self {
        Self { guarded: true, ..self }
    }
}

/// All settings, in the order of the annotated file.
pub const SETTINGS: &[Setting] = &[
    setting(
        PROFILE,
        "TAKEOVER_PROFILE",
        Field::Text { example: "work", get: |it| it.profile.as_deref(), set: |it, new| set_text(&mut it.profile, new) },
        "The profile to use: its table [profile.NAME] goes before what stands above the tables.",
    )
    .with_flag("--profile"),
    setting(
        "base_url",
        "TAKEOVER_BASE_URL",
        Field::Text { example: DEFAULT_BASE_URL, get: |it| Some(&it.base_url), set: set_base_url },
        "Where the platform's API is. Taken only from a file that nobody else can write: the key goes there.",
    )
    .with_flag("--base-url")
    .guarded(),
    setting(
        "me",
        "TAKEOVER_ME",
        Field::Text { example: "usr_0123", get: |it| it.settings.me.as_ref().map(UserId::as_str), set: set_me },
        "Your user id among the members; without it the inbox asks once.",
    )
    .with_flag("--me"),
    setting(
        "hold",
        "TAKEOVER_HOLD",
        Field::Time { of: |it| &mut it.settings.hold, least: 0, most: 60 },
        "How long what a visitor will see waits before it leaves; 0s turns the hold off.",
    ),
    setting(
        "colleague_waits",
        "TAKEOVER_COLLEAGUE_WAITS",
        Field::Time { of: |it| &mut it.settings.colleague_waits, least: 0, most: 86_400 },
        "How long a colleague's visitor waits before the row stands in Waiting too.",
    ),
    setting(
        "claim_on_reply",
        "TAKEOVER_CLAIM_ON_REPLY",
        Field::Toggle(|it| &mut it.settings.claim_on_reply),
        "The first reply on a conversation that nobody owns assigns it to you.",
    ),
    setting(
        "note_signature",
        "TAKEOVER_NOTE_SIGNATURE",
        Field::Toggle(|it| &mut it.settings.note_signature),
        "A note ends in your name.",
    ),
    setting(
        "enter_sends",
        "TAKEOVER_ENTER_SENDS",
        Field::Toggle(|it| &mut it.settings.enter_sends),
        "Enter sends; Ctrl-J, and Alt-Enter and Shift-Enter where reported, make a new line either way.",
    ),
    setting(
        "advance",
        "TAKEOVER_ADVANCE",
        Field::Word {
            words: || Advance::WORDS.iter().map(|(word, _)| *word).collect(),
            get: |it| Advance::WORDS.iter().find(|(_, held)| *held == it.settings.advance).map_or("", |(word, _)| word),
            set: |it, new| {
                let known = Advance::WORDS.iter().find(|(word, _)| *word == new);
                it.settings.advance = known.map_or(it.settings.advance, |(_, advance)| *advance);
            },
        },
        "Where a resolve or a snooze leads: the next row, the previous one, nowhere, the list.",
    ),
    setting(
        "ascii",
        "TAKEOVER_ASCII",
        Field::Toggle(|it| &mut it.settings.ascii),
        "Marks and frames without anything outside ASCII; by itself where the locale is not UTF-8.",
    ),
    setting(
        "absolute_times",
        "TAKEOVER_ABSOLUTE_TIMES",
        Field::Toggle(|it| &mut it.settings.absolute_times),
        "Times in full in the thread, and since when a visitor waits; else the time of day, and how long.",
    ),
    setting(
        "theme",
        "TAKEOVER_THEME",
        Field::Word {
            words: || std::iter::once(AUTO).chain(theme::BUILT_IN.iter().map(|(name, _)| *name)).collect(),
            get: |it| &it.theme,
            set: |it, new| new.clone_into(&mut it.theme),
        },
        "How it looks; auto is theme.toml in this folder, if there is one, else default.",
    )
    .with_flag("--theme"),
    setting(
        "keymap",
        "TAKEOVER_KEYMAP",
        Field::Text { example: KEYMAP_FILE, get: |it| Some(&it.keymap), set: set_keymap },
        "The file of your keys, in this folder unless it is an absolute path.",
    ),
    setting(
        "langmap",
        "TAKEOVER_LANGMAP",
        Field::List { get: |it| &it.langmap, set: set_langmap },
        "Letters that stand for Latin keys outside text: russian, greek, arabic, hebrew, or pairs such as \"йq\".",
    ),
];

/// The setting of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

fn set_text(held: &mut Option<String>, new: Option<&str>) -> Result<(), String> {
    if new.is_some_and(str::is_empty) {
        return Err("must not be empty".to_owned());
    }
    *held = new.map(str::to_owned);
    Ok(())
}

fn set_base_url(values: &mut Values, new: Option<&str>) -> Result<(), String> {
    let new = new.unwrap_or(DEFAULT_BASE_URL);
    BaseUrl::parse(new).map_err(|error| format!("does not fit: {error}"))?;
    new.clone_into(&mut values.base_url);
    Ok(())
}

fn set_me(values: &mut Values, new: Option<&str>) -> Result<(), String> {
    let me = new.map(|new| UserId::parse(new).ok_or("takes a user id of the team's members")).transpose()?;
    values.settings.me = me;
    Ok(())
}

fn set_keymap(values: &mut Values, new: Option<&str>) -> Result<(), String> {
    let new = new.unwrap_or(KEYMAP_FILE);
    if new.is_empty() || new.contains('\0') {
        return Err("takes the name of a file".to_owned());
    }
    new.clone_into(&mut values.keymap);
    Ok(())
}

fn set_langmap(values: &mut Values, new: &[String]) -> Result<(), (usize, String)> {
    let mut langmap = Langmap::default();
    for (at, part) in new.iter().enumerate() {
        langmap.add(part).map_err(|_| {
            let names: Vec<_> = layouts().collect();
            (at, format!("does not know {}: it takes {}, or two characters such as \"йq\"", said(part), list(names)))
        })?;
    }
    values.settings.langmap = Arc::new(langmap);
    values.langmap = new.to_vec();
    Ok(())
}

/// Why a value was not taken.
pub(super) struct Fault {
    /// What is wrong, after the setting's name.
    pub(super) what: String,
    /// What to do.
    pub(super) advice: String,
    /// The byte in the file where it is, if that is not where the value begins.
    pub(super) at: Option<usize>,
}

impl Fault {
    fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), advice: advice.into(), at: None }
    }
}

impl Field {
    /// What it takes, in words.
    fn takes(&self) -> String {
        match self {
            Self::Toggle(_) => "true or false".to_owned(),
            Self::Time { least, most, .. } => format!(
                "a time from {} to {}, such as \"2s\" or \"10m\"",
                time(Duration::from_secs(*least)),
                time(Duration::from_secs(*most))
            ),
            Self::Word { words, .. } => list(words()),
            Self::Text { .. } => "text in quotation marks".to_owned(),
            Self::List { .. } => "a list of texts".to_owned(),
        }
    }

    /// Takes a value of a file.
    pub(super) fn set(&self, values: &mut Values, node: &Node) -> Result<(), Fault> {
        let other = || {
            Fault::new(
                format!("takes {}, not {}", self.takes(), node.kind()),
                "write it like that, or take the line out",
            )
        };
        match (self, node) {
            (Self::Toggle(of), Node::Toggle(new)) => *of(values) = *new,
            (Self::Time { .. }, Node::Whole(seconds)) => {
                let new = u64::try_from(*seconds).ok().map(Duration::from_secs);
                self.set_time(values, new.ok_or_else(other)?)?;
            }
            (Self::Time { .. }, Node::Text(text)) => {
                let what = || {
                    Fault::new(
                        format!("takes {}, not {}", self.takes(), said(text)),
                        "write a number with ms, s, m or h",
                    )
                };
                self.set_time(values, parse_time(text).ok_or_else(what)?)?;
            }
            (Self::Word { words, set, .. }, Node::Text(text)) => {
                if !words().contains(&text.as_str()) {
                    return Err(Fault::new(
                        format!("takes {}, not {}", self.takes(), said(text)),
                        instead(text, words()),
                    ));
                }
                set(values, text);
            }
            (Self::Text { set, .. }, Node::Text(text)) => {
                set(values, Some(text)).map_err(|what| Fault::new(what, "mend it or take the line out"))?;
            }
            (Self::List { .. }, Node::Text(text)) => self.set_list(values, std::slice::from_ref(text), &[])?,
            (Self::List { .. }, Node::List(nodes)) => {
                let mut texts = Vec::new();
                for (node, at) in nodes {
                    let Node::Text(text) = node else {
                        return Err(Fault {
                            at: Some(*at),
                            ..Fault::new(format!("takes texts, not {}", node.kind()), "write each in quotation marks")
                        });
                    };
                    texts.push(text.clone());
                }
                let places: Vec<usize> = nodes.iter().map(|(_, at)| *at).collect();
                self.set_list(values, &texts, &places)?;
            }
            (Self::Toggle(_) | Self::Time { .. } | Self::Word { .. } | Self::Text { .. } | Self::List { .. }, _) => {
                return Err(other());
            }
        }
        Ok(())
    }

    fn set_time(&self, values: &mut Values, new: Duration) -> Result<(), Fault> {
        let Self::Time { of, least, most } = self else { return Ok(()) };
        let bounds = Duration::from_secs(*least)..=Duration::from_secs(*most);
        if !bounds.contains(&new) {
            let what = format!("takes {}, not {}", self.takes(), time(new));
            let near = if new < *bounds.start() { bounds.start() } else { bounds.end() };
            return Err(Fault::new(what, format!("the nearest is \"{}\"", time(*near))));
        }
        *of(values) = new;
        Ok(())
    }

    fn set_list(&self, values: &mut Values, texts: &[String], places: &[usize]) -> Result<(), Fault> {
        let Self::List { set, .. } = self else { return Ok(()) };
        set(values, texts).map_err(|(part, what)| Fault {
            at: places.get(part).copied(),
            ..Fault::new(what, "mend it or take it out")
        })
    }

    /// Takes a value of the environment or of an argument.
    pub(super) fn set_words(&self, values: &mut Values, text: &str) -> Result<(), Fault> {
        let node = match (self, text) {
            (Self::Toggle(_), "true" | "1") => Node::Toggle(true),
            (Self::Toggle(_), "false" | "0") => Node::Toggle(false),
            (Self::List { .. }, text) => {
                let parts = text.split([',', ' ']).filter(|part| !part.is_empty());
                Node::List(parts.map(|part| (Node::Text(part.to_owned()), 0)).collect())
            }
            (Self::Time { .. }, text) => text.parse().map_or_else(|_| Node::Text(text.to_owned()), Node::Whole),
            (Self::Toggle(_) | Self::Word { .. } | Self::Text { .. }, text) => Node::Text(text.to_owned()),
        };
        self.set(values, &node).map_err(|fault| Fault { at: None, ..fault })
    }

    /// The value that holds.
    #[must_use]
    pub fn get(&self, values: &Values) -> Shown {
        match self {
            Self::Toggle(of) => Shown::Toggle(*of(&mut values.clone())),
            Self::Time { of, .. } => Shown::Text(time(*of(&mut values.clone()))),
            Self::Word { get, .. } => Shown::Text(get(values).to_owned()),
            Self::Text { get, .. } => get(values).map_or(Shown::Nothing, |text| Shown::Text(text.to_owned())),
            Self::List { get, .. } => Shown::List(get(values).to_vec()),
        }
    }

    /// Takes the value that held elsewhere.
    pub(super) fn copy(&self, from: &Values, to: &mut Values) {
        match self {
            Self::Toggle(of) => *of(to) = *of(&mut from.clone()),
            Self::Time { of, .. } => *of(to) = *of(&mut from.clone()),
            Self::Word { get, set, .. } => set(to, get(from)),
            // What was taken once is taken again.
            Self::Text { get, set, .. } => drop(set(to, get(from))),
            Self::List { get, set, .. } => drop(set(to, get(from))),
        }
    }
}

/// `2s`, `500ms`, `10m`, `1h`.
fn parse_time(text: &str) -> Option<Duration> {
    let digits = text.find(|char: char| !char.is_ascii_digit())?;
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u64 = number.parse().ok()?;
    match unit.trim_start() {
        "ms" => Some(Duration::from_millis(number)),
        "s" => Some(Duration::from_secs(number)),
        "m" => number.checked_mul(60).map(Duration::from_secs),
        "h" => number.checked_mul(3_600).map(Duration::from_secs),
        _ => None,
    }
}

/// A time in the largest unit that tells it exactly.
pub(super) fn time(time: Duration) -> String {
    let (whole, millis) = (time.as_secs(), time.subsec_millis());
    match (whole, millis) {
        (0, 0) => "0s".to_owned(),
        (_, 1..) => format!("{}ms", time.as_millis()),
        (whole, _) if whole % 3_600 == 0 => format!("{}h", whole / 3_600),
        (whole, _) if whole % 60 == 0 => format!("{}m", whole / 60),
        (whole, _) => format!("{whole}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_variables_are_each_there_once() {
        for (at, one) in SETTINGS.iter().enumerate() {
            assert!(one.variable.starts_with("TAKEOVER_"), "{}", one.name);
            for other in SETTINGS.iter().skip(at + 1) {
                assert!(one.name != other.name && one.variable != other.variable, "{}", one.name);
            }
        }
    }

    #[test]
    fn a_copied_value_is_the_one_that_held() {
        let mut from = Values::default();
        for (name, text) in
            [("hold", "7s"), ("me", "ada"), ("advance", "list"), ("enter_sends", "true"), ("langmap", "russian,йx")]
        {
            named(name).unwrap().field.set_words(&mut from, text).ok().unwrap();
        }
        let mut to = Values::default();
        for setting in SETTINGS {
            setting.field.copy(&from, &mut to);
            assert_eq!(setting.field.get(&to), setting.field.get(&from), "{}", setting.name);
        }
        assert_eq!(to.settings.langmap, from.settings.langmap);
        for setting in SETTINGS {
            setting.field.copy(&Values::default(), &mut to);
            assert_eq!(setting.field.get(&to), setting.field.get(&Values::default()), "{}", setting.name);
        }
    }

    #[test]
    fn times_are_read_as_they_are_told() {
        for text in ["0s", "500ms", "2s", "90s", "10m", "24h"] {
            assert_eq!(parse_time(text).map(time).as_deref(), Some(text));
        }
        for nonsense in ["", "2", "s", "-2s", "2 weeks", "99999999999999999999s", "18446744073709551615h", "２s"] {
            assert_eq!(parse_time(nonsense), None, "{nonsense}");
        }
    }
}
