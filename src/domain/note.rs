//! A note: what colleagues tell each other about a conversation. No visitor ever reads one (contract, section 7.5).

use serde::{Deserialize, Serialize};

use crate::text::RawText;

use super::ids::{ConversationId, NoteId, UserId};
use super::time::Time;

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
