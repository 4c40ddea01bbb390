//! What the outbox journal remembers of an act that visitors see. The journal is written before the first byte leaves.

use std::time::Duration;

use crate::text::RawText;

use super::ids::{ConversationId, LocalId, MessageId};

/// What a person asked for, before it has an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Who will read it. Fixed when the composer opened.
    pub conversation: ConversationId,
    /// Exactly what they will read.
    pub text: RawText,
}

/// What the journal holds for one intent: frozen when it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its identity here.
    pub local: LocalId,
    /// Where it goes.
    pub conversation: ConversationId,
    /// `Idempotency-Key`, one for all attempts (contract, section 6).
    pub key: String,
    /// The request body, encoded once.
    pub body: Vec<u8>,
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
    /// The server has it under this id.
    Delivered(MessageId),
    /// The server said no.
    Refused,
    /// Nobody knows yet.
    Unknown,
    /// A person took it back before it left.
    TakenBack,
}

/// One attempt, as the journal's claim tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The number of this attempt, from 1.
    pub attempt: u32,
    /// The key of every attempt.
    pub key: String,
    /// The bytes of every attempt.
    pub body: Vec<u8>,
    /// Where it goes.
    pub conversation: ConversationId,
}

/// An idempotency key is trusted for this long (the platform keeps it 24 h).
pub const KEY_TRUSTED_FOR: Duration = Duration::from_secs(23 * 3600);
