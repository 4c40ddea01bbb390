//! Identities. Opaque to us: the platform's samples hold ids that no strict UUID parser takes, so only the length and
//! the alphabet are checked, which also makes every id safe as one segment of a URL.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The most characters an id may have.
pub const MAX_ID_CHARS: usize = 64;

/// How the id begins that stands for a record without a usable one: it is the same for the same record.
pub const MADE_UP: &str = "unreadable-";

fn is_id(text: &str) -> bool {
    (1..=MAX_ID_CHARS).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl TryFrom<String> for $name {
            type Error = &'static str;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or("no id: 1 to 64 letters, digits, - and _")
            }
        }

        impl $name {
            /// Takes 1 to 64 characters of `[A-Za-z0-9_-]`, else nothing.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                is_id(text).then(|| Self(Arc::from(text)))
            }

            /// The id as the platform wrote it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Whether it stands for a record that came without a usable one: no request may name it.
            #[must_use]
            pub fn is_made_up(&self) -> bool {
                self.0.starts_with(MADE_UP)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A conversation's id.
    ConversationId
);
id!(
    /// A message's id.
    MessageId
);
id!(
    /// A person's id, the one that `assigned_to` holds.
    UserId
);
id!(
    /// A membership's id; not what `assigned_to` holds.
    MemberId
);
id!(
    /// A chatbot's id.
    ChatbotId
);
id!(
    /// A note's id.
    NoteId
);
id!(
    /// A tag's id.
    TagId
);

/// An act of ours before and after the server knows it: unique within one store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LocalId(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_safe_segment_of_a_url() {
        assert!(ConversationId::parse("8f3a9d2e-1b4c-4f5d-9e8a-7c3b2a1d0f9e").is_some());
        assert!(ConversationId::parse("not_a_uuid").is_some());
        for bad in ["", "a/b", "..", "a b", "ä", "a?b", &"x".repeat(65)] {
            assert!(ConversationId::parse(bad).is_none(), "{bad:?}");
        }
    }
}
