//! What is wrong with the configuration: where, what, and what to do. Words from outside are quoted and made safe here,
//! so that a problem may stand in any of our sentences (security, S2).

use std::fmt;
use std::path::{Path, PathBuf};

use crate::app::words::quoted;
use crate::text::{RawText, sanitize_line};

/// Where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a file: line and column count from 1, the column in characters.
    File {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// A file as a whole.
    Whole(PathBuf),
    /// A variable of the environment.
    Variable(&'static str),
    /// An argument.
    Flag(&'static str),
}

impl Place {
    /// The file, if it is in one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::File { path, .. } | Self::Whole(path) => Some(path),
            Self::Variable(_) | Self::Flag(_) => None,
        }
    }
}

/// A path as our sentences write it.
#[must_use]
pub fn shown(path: &Path) -> String {
    sanitize_line(&RawText::new(path.to_string_lossy().as_ref())).as_str().to_owned()
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => write!(formatter, "{}:{line}:{column}", shown(path)),
            Self::Whole(path) => formatter.write_str(&shown(path)),
            Self::Variable(name) | Self::Flag(name) => formatter.write_str(name),
        }
    }
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub advice: String,
    /// The setting that it is about, if it is about one.
    pub setting: Option<&'static str>,
    /// Whether nothing may start with it: where requests go, or whose settings these are, would be a guess.
    pub stops: bool,
}

impl Problem {
    pub(super) fn new(place: Place, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { place, what: what.into(), advice: advice.into(), setting: None, stops: false }
    }
}

/// `file:line:column: what; what to do`.
impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}; {}", self.place, self.what, self.advice)
    }
}

/// Outside text in a sentence; what may be a key is not repeated.
pub(super) fn said(text: &str) -> String {
    if text.contains("_live_") { "what looks like a key".to_owned() } else { quoted(&RawText::new(text)) }
}

/// The known word that was probably meant.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 64;
    let word: String = word.chars().take(LONGEST).collect::<String>().to_lowercase().replace('-', "_");
    let far = (word.chars().count() / 3).max(1);
    let distance = |known: &str| {
        let plain = known.replace('-', "_");
        // A beginning is as good as a slip.
        let begins = word.chars().count() >= 3 && plain.starts_with(word.as_str());
        if begins { 1 } else { strsim::damerau_levenshtein(&word, &plain) }
    };
    let near = known.into_iter().map(|known| (distance(known), known));
    near.filter(|(distance, _)| *distance <= far).min_by_key(|(distance, _)| *distance).map(|(_, known)| known)
}

/// "did you mean …?", else the whole choice.
pub(super) fn instead<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    match nearest(word, known.clone()) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("there is {}", list(known)),
    }
}

/// `a, b or c`.
pub(super) fn list<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let words: Vec<&str> = words.into_iter().collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((last, _)) => (*last).to_owned(),
        None => "none".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_understood_and_nonsense_is_not() {
        let known = ["hold", "advance", "claim_on_reply", "me"];
        for (word, meant) in [
            ("hodl", "hold"),
            ("Advance", "advance"),
            ("claim-on-reply", "claim_on_reply"),
            ("claim", "claim_on_reply"),
        ] {
            assert_eq!(nearest(word, known), Some(meant), "{word}");
        }
        for nonsense in ["", "xyzzy", &"hold".repeat(100_000)] {
            assert_eq!(nearest(nonsense, known), None);
        }
    }

    #[test]
    fn what_looks_like_a_key_is_never_repeated() {
        assert!(!said("aw_live_0123456789").contains("0123"));
        assert_eq!(said("a\u{1b}b"), "\u{201C}a\u{241B}b\u{201D}");
    }
}
