//! What the outbox journal remembers of an act that visitors see. The journal is written before the first byte leaves.

use std::time::Duration;

use crate::text::RawText;

use super::change::Change;
use super::ids::{ConversationId, LocalId, MessageId, TagId};
use super::tag::{Color, TagDelta};

/// What a person asked for, before it has an identity: one step of an act, and one request once its turn comes (a change
/// of tags reads and verifies besides).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// A reply: the visitor will read it.
    Reply {
        /// Whose visitor. Fixed when the composer opened.
        conversation: ConversationId,
        /// Exactly what they will read.
        text: RawText,
        /// Public https URLs of what goes with it.
        attachments: Vec<RawText>,
    },
    /// A note: the team will read it, no visitor ever does.
    Note {
        /// The conversation it is about. Fixed when the composer opened.
        conversation: ConversationId,
        /// Exactly what they will read.
        text: RawText,
    },
    /// A change of one field.
    Change {
        /// Of which conversation.
        conversation: ConversationId,
        /// Which field, and what it shall be.
        change: Change,
    },
    /// A change of the tags: applied to the set that stands when its turn comes.
    Tags {
        /// Of which conversation.
        conversation: ConversationId,
        /// What shall be on it, and what not.
        delta: TagDelta,
        /// The name of a tag that an earlier step of the same act makes: it shall be on it too.
        made: Option<RawText>,
    },
    /// A new tag for the organisation's palette.
    CreateTag {
        /// In whose queue it waits its turn.
        conversation: ConversationId,
        /// Its name, 1 to 100 characters.
        name: RawText,
        /// Its colour.
        color: Option<Color>,
    },
    /// A tag that goes from the palette, and from every conversation.
    DeleteTag {
        /// In whose queue it waits its turn.
        conversation: ConversationId,
        /// Which.
        tag: TagId,
    },
}

/// What kind of request an intent becomes. An effect names it again, and the journal gives out an attempt only for the
/// kind that was written down: no code that sends a note can ever send a reply, or the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `POST …/messages`.
    Reply,
    /// `POST …/notes`.
    Note,
    /// `PATCH …`.
    Change,
    /// `PUT …/tags`.
    Tags,
    /// `POST /conversation-tags`.
    CreateTag,
    /// `DELETE /conversation-tags/{id}`.
    DeleteTag,
}

impl Intent {
    /// The queue that it stands in.
    #[must_use]
    pub const fn conversation(&self) -> &ConversationId {
        match self {
            Self::Reply { conversation, .. }
            | Self::Note { conversation, .. }
            | Self::Change { conversation, .. }
            | Self::Tags { conversation, .. }
            | Self::CreateTag { conversation, .. }
            | Self::DeleteTag { conversation, .. } => conversation,
        }
    }

    /// What it becomes.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Reply { .. } => Kind::Reply,
            Self::Note { .. } => Kind::Note,
            Self::Change { .. } => Kind::Change,
            Self::Tags { .. } => Kind::Tags,
            Self::CreateTag { .. } => Kind::CreateTag,
            Self::DeleteTag { .. } => Kind::DeleteTag,
        }
    }
}

/// One step as it is written down: frozen from then on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// What it is.
    pub intent: Intent,
    /// `Idempotency-Key`, one for all attempts; none where the platform ignores it (contract, section 6).
    pub key: Option<String>,
    /// The request body, encoded once; empty where it is told only when its turn comes (tags) or there is none.
    pub body: Vec<u8>,
}

/// What the journal holds for one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its identity here.
    pub local: LocalId,
    /// The first step of the act that it belongs to: its own identity if it stands alone.
    pub act: LocalId,
    /// What was written down.
    pub written: Written,
    /// How often it was tried.
    pub attempts: u32,
    /// How it ended, as far as that is known.
    pub outcome: Outcome,
}

/// How a journaled act stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Written down, not tried yet.
    Waiting,
    /// Claimed: an attempt is under way, or was when the process ended.
    Claimed,
    /// The server has the reply under this id.
    Delivered(MessageId),
    /// The server has it: what is no reply.
    Done,
    /// The server said no.
    Refused,
    /// Nobody knows yet.
    Unknown,
    /// A person took it back before it left.
    TakenBack,
}

impl Outcome {
    /// Whether nothing may be sent for it any more.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        match self {
            Self::Delivered(_) | Self::Done | Self::Refused | Self::TakenBack => true,
            Self::Waiting | Self::Claimed | Self::Unknown => false,
        }
    }
}

/// One attempt, as the journal's claim tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The number of this attempt, from 1.
    pub attempt: u32,
    /// What was written down: the same for every attempt.
    pub written: Written,
}

/// An idempotency key is trusted for this long (the platform keeps it 24 h).
pub const KEY_TRUSTED_FOR: Duration = Duration::from_secs(23 * 3600);
