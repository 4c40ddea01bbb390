//! A note: what colleagues tell each other about a conversation. No visitor ever reads one (contract, section 7.5).

use serde::{Deserialize, Serialize};

use crate::text::RawText;

use super::ids::{ConversationId, NoteId, UserId};
use super::time::Time;

/// What a signature begins with.
pub const SIGNS: &str = "\u{2014} ";
/// The most characters of a name in a signature: what is longer is text.
const MOST_SIGNED: usize = 80;

/// One note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its id. Where a record came without one, a made-up one (see `unreadable`).
    pub id: NoteId,
    /// The conversation it belongs to.
    pub conversation_id: ConversationId,
    /// Who wrote it; none for what an API key wrote.
    pub author_id: Option<UserId>,
    /// What it says.
    pub content: RawText,
    /// When it was written.
    pub created_at: Time,
    /// Set where the record could not be read: why.
    pub unreadable: Option<RawText>,
}

impl Note {
    /// What it says without the signature that ends it, and the name in that: a key has no user, so this is all there is
    /// to tell who wrote it, and anybody can write it.
    #[must_use]
    pub fn signed(&self) -> (&str, Option<&str>) {
        // Blanks alone are left out: what a screen shows as a mark stays (security, S1).
        let blank = |char: char| matches!(char, ' ' | '\t' | '\n' | '\r');
        let whole = self.content.as_raw().trim_end_matches(blank);
        let (body, last) = whole.rsplit_once('\n').unwrap_or(("", whole));
        let name = last.strip_prefix(SIGNS).map(|name| name.trim_matches(blank));
        match name.filter(|name| !name.is_empty() && name.chars().count() <= MOST_SIGNED && !body.trim().is_empty()) {
            Some(name) => (body.trim_end_matches(blank), Some(name)),
            None => (whole, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(content: &str) -> Note {
        Note {
            id: NoteId::parse("n").unwrap(),
            conversation_id: ConversationId::parse("c").unwrap(),
            author_id: None,
            content: RawText::new(content),
            created_at: Time::certain(chrono::DateTime::UNIX_EPOCH),
            unreadable: None,
        }
    }

    #[test]
    fn a_signature_is_the_last_line_of_a_note_that_says_something() {
        assert_eq!(note("call back\n\u{2014} Mara L").signed(), ("call back", Some("Mara L")));
        assert_eq!(note("call\nback\n\n\u{2014} Mara\n").signed(), ("call\nback", Some("Mara")));
        for plain in ["call back", "\u{2014} Mara", "a\n\u{2014} ", "a \u{2014} Mara", "\u{2014} Mara\nsays hello"] {
            assert_eq!(note(plain).signed(), (plain.trim_end(), None), "{plain:?}");
        }
        let marked = note("call\u{b}\n\u{2014} \u{85}Mara\u{c}");
        assert_eq!(marked.signed(), ("call\u{b}", Some("\u{85}Mara\u{c}")), "nothing is left out unseen");
        let long = format!("a\n\u{2014} {}", "x".repeat(81));
        assert_eq!(note(&long).signed(), (long.as_str(), None));
    }
}
