//! The demo's script as `assets/demo.json` writes it. Owns the shapes and small readings of them.

use serde::Deserialize;
use serde_json::Value;

use crate::random::Random;
use crate::sandbox::world::below;

const TEXT: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo.json"));

/// Everything.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    pub(super) organisation: Organisation,
    pub(super) chatbots: Vec<Bot>,
    pub(super) members: Vec<Member>,
    /// Key of the member at the keyboard.
    pub(super) me: String,
    /// The palette.
    pub(super) tags: Vec<Tag>,
    /// Ended conversations that only fill the list.
    pub(super) filler: Filler,
    /// Least and most seconds between two new visitors.
    pub(super) arrive_every: (u64, u64),
    /// Who is there at the start.
    pub(super) visitors: Vec<Person>,
    /// Who comes while the demo runs, in turn for ever.
    pub(super) arrivals: Vec<Person>,
    /// Names for those who come in a second round.
    pub(super) names: Vec<String>,
    pub(super) talk: Talk,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Organisation {
    pub(super) name: String,
    pub(super) slug: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Bot {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) public_slug: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Member {
    pub(super) key: String,
    pub(super) first_name: Option<String>,
    pub(super) last_name: Option<String>,
    pub(super) role: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Tag {
    pub(super) key: String,
    pub(super) name: String,
    pub(super) color: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct Filler {
    pub(super) conversations: usize,
    pub(super) messages: usize,
}

/// A visitor and his conversation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    pub(super) name: Option<String>,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
    /// Key of the bot.
    pub(super) bot: String,
    pub(super) title: Option<String>,
    pub(super) priority: Option<String>,
    /// `product`, `qr` or `object`: where the visitor came from.
    pub(super) origin: Option<String>,
    /// Status at the start.
    pub(super) status: String,
    /// Key of the owner.
    pub(super) owner: Option<String>,
    /// Age of the last line: `40s`, `11m`, `5h`, `21d`.
    pub(super) last: String,
    /// Stands for `{order}` in replies.
    pub(super) order: Option<String>,
    /// Keys of tags.
    #[serde(default)]
    pub(super) tags: Vec<String>,
    /// What members wrote about it after the last line.
    #[serde(default)]
    pub(super) notes: Vec<NoteLine>,
    /// What was said before the start.
    #[serde(default)]
    pub(super) lines: Vec<Line>,
    /// What is said by itself from the start on, unless a person writes.
    #[serde(default)]
    pub(super) live: Vec<Line>,
    /// What is answered to a person's first words, second words and so on.
    #[serde(default)]
    pub(super) answers: Vec<Vec<String>>,
}

/// One line of a conversation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// `visitor`, `bot`, `handoff`, or a member's key.
    pub(super) who: String,
    #[serde(default)]
    pub(super) text: String,
    /// Seconds after the line before.
    pub(super) after: u64,
    pub(super) tool: Option<ToolLine>,
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct ToolLine {
    pub(super) name: String,
    pub(super) input: Value,
    pub(super) output: Option<Value>,
    pub(super) error: Option<String>,
}

/// An internal note.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoteLine {
    /// A member's key.
    pub(super) who: String,
    pub(super) text: String,
    /// Seconds after the last line; never in the future.
    pub(super) after: u64,
}

/// What visitors and colleagues say when nothing is written for the moment.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Talk {
    pub(super) rules: Vec<Rule>,
    pub(super) otherwise: Vec<Vec<String>>,
    pub(super) thanks: Vec<Vec<String>>,
    pub(super) returns: Vec<Vec<String>>,
    pub(super) colleague: Vec<String>,
}

/// Words of a person, and what a visitor may answer to them.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Rule {
    pub(super) words: Vec<String>,
    pub(super) say: Vec<Vec<String>>,
}

impl Script {
    pub(super) fn read() -> Result<Self, serde_json::Error> {
        serde_json::from_str(TEXT)
    }
}

impl Talk {
    /// A fitting answer to what a person wrote.
    pub(super) fn answer(&self, to: &str, random: &Random) -> Vec<String> {
        let to = to.to_lowercase();
        let rule = self.rules.iter().find(|rule| rule.words.iter().any(|word| mentions(&to, word)));
        one(rule.map_or(&self.otherwise, |rule| &rule.say), random).cloned().unwrap_or_default()
    }
}

/// Whether a text holds a word: a whole word, the beginning of a long one, or anything that is no single word.
fn mentions(text: &str, word: &str) -> bool {
    if !word.chars().all(char::is_alphanumeric) {
        return text.contains(word);
    }
    text.split(|letter: char| !letter.is_alphanumeric())
        .any(|held| held == word || (word.len() > 4 && held.starts_with(word)))
}

/// One of several.
pub(super) fn one<'a, T>(of: &'a [T], random: &Random) -> Option<&'a T> {
    of.get(below(random, of.len()))
}

/// `40s`, `11m`, `5h`, `21d` in seconds; what can't be read is no time at all.
pub(super) fn seconds(text: &str) -> u64 {
    let digits = text.trim_end_matches(|letter: char| !letter.is_ascii_digit());
    let unit = match text.chars().next_back() {
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        Some(_) | None => 1,
    };
    digits.parse::<u64>().map_or(0, |number| number.saturating_mul(unit))
}
