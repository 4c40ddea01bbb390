//! Drafts, one for each conversation, and the one being written. What it is for is fixed when it opens: no key turns
//! one kind into another, and nothing that comes from outside touches a draft.

use std::collections::HashMap;

use crate::domain::ConversationId;
use crate::text::LineEditor;

use super::guard::Baseline;

/// One draft of a reply.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Its text and cursor.
    pub editor: LineEditor,
    /// What its writer had seen when it was begun.
    pub baseline: Baseline,
}

/// The drafts.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    /// By conversation.
    pub drafts: HashMap<ConversationId, Draft>,
    /// Drafts of notes, by conversation: never of the same text as a reply's.
    pub notes: HashMap<ConversationId, Draft>,
    /// The one being written: its target was fixed when it opened.
    pub open: Option<ConversationId>,
    /// The last draft discarded, for undo: whose, and its text.
    pub discarded: Option<(ConversationId, String)>,
}

impl Composer {
    /// The draft being written.
    #[must_use]
    pub fn current(&self) -> Option<(&ConversationId, &Draft)> {
        let target = self.open.as_ref()?;
        self.drafts.get_key_value(target)
    }

    /// The draft being written, to change it.
    pub fn current_mut(&mut self) -> Option<&mut Draft> {
        let target = self.open.as_ref()?;
        self.drafts.get_mut(target)
    }

    /// Whether a conversation has a draft with text in it.
    #[must_use]
    pub fn has_text(&self, conversation: &ConversationId) -> bool {
        self.drafts.get(conversation).is_some_and(|draft| !draft.editor.is_empty())
    }

    /// How many drafts have text.
    #[must_use]
    pub fn with_text(&self) -> usize {
        self.drafts.values().filter(|draft| !draft.editor.is_empty()).count()
    }
}
