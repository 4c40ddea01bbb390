//! A message and its parts (contract, sections 7.2 and 7.3).

use serde::{Deserialize, Serialize};

use crate::text::RawText;

use super::ids::{ConversationId, MessageId};
use super::time::Time;

/// Who the platform says a message is from. `Assistant` covers the bot and people alike; see [`super::speaker`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Role {
    /// The visitor.
    User,
    /// The bot or a person.
    Assistant,
    /// A marker.
    System,
    /// A role this version does not know, as it came.
    Other(RawText),
}

/// What a message's metadata tells: kept small, since the field may be any JSON at any depth.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// `metadata.source`, where metadata is an object and that is a string.
    pub source: Option<RawText>,
    /// The JSON type plus the sorted top-level keys, e.g. `null`, `object:source,user_id`, `string`.
    pub shape: RawText,
}

/// One part, classified by which fields are filled, never by its `type` alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartKind {
    /// Words.
    Text(RawText),
    /// A file by link. Nothing is ever fetched without a key press.
    File {
        /// Where it lies.
        url: RawText,
        /// Its media type.
        media_type: Option<RawText>,
        /// Its name.
        filename: Option<RawText>,
    },
    /// A tool call of the bot. Input and output stay JSON text.
    Tool {
        /// The tool's name.
        name: Option<RawText>,
        /// What it was called with.
        input: Option<RawText>,
        /// What it answered.
        output: Option<RawText>,
        /// Why it failed.
        error_text: Option<RawText>,
    },
    /// Nothing this version can show (`step-start` and the like).
    Empty,
    /// A record that could not be read: why.
    Unreadable(RawText),
}

/// A part in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Its place in the message, from 0.
    pub order: i64,
    /// What it is.
    pub kind: PartKind,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its id. Where a record came without one, a made-up one (see [`PartKind::Unreadable`]).
    pub id: MessageId,
    /// The conversation it belongs to.
    pub conversation_id: ConversationId,
    /// Who the platform says it is from.
    pub role: Role,
    /// What tells a bot's answer from a person's.
    pub metadata: Metadata,
    /// Its parts, by `order`.
    pub parts: Vec<Part>,
    /// When it was stored.
    pub created_at: Time,
}

impl Message {
    /// All its words, exactly: text parts joined by a line break.
    #[must_use]
    pub fn raw_text(&self) -> RawText {
        let mut words = self.parts.iter().filter_map(|part| match &part.kind {
            PartKind::Text(text) => Some(text),
            PartKind::File { .. } | PartKind::Tool { .. } | PartKind::Empty | PartKind::Unreadable(_) => None,
        });
        match (words.next(), words.next()) {
            (None, _) => RawText::default(),
            (Some(only), None) => only.clone(),
            (Some(first), Some(second)) => {
                let mut all = String::from(first.as_raw());
                for next in std::iter::once(second).chain(words) {
                    all.push('\n');
                    all.push_str(next.as_raw());
                }
                RawText::new(all)
            }
        }
    }
}
