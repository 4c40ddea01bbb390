//! Drafts, and the one being written. A draft belongs to a conversation and a kind, reply or note: each kind has a map of
//! its own and a place of its own for the one that is open, so that no code for one kind can reach the other's text. What
//! it is for is fixed when it opens, and nothing that comes from outside touches a draft.

use std::collections::HashMap;

use crate::domain::{ConversationId, UserId};
use crate::text::{LineEditor, RawText};

use super::action::Level;
use super::guard::Baseline;

/// Who will read what is being written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The visitor.
    Reply,
    /// The team alone.
    Note,
}

/// One draft of a reply.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// Its text and cursor.
    pub editor: LineEditor,
    /// What its writer had seen when it was begun.
    pub baseline: Baseline,
    /// Public https addresses that go with it.
    pub attachments: Vec<RawText>,
}

impl Draft {
    /// Whether there is nothing in it to send.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.editor.is_empty() && self.attachments.is_empty()
    }
}

/// One draft of a note.
#[derive(Clone, Debug, Default)]
pub struct NoteDraft {
    /// Its text and cursor.
    pub editor: LineEditor,
    /// To whom the conversation goes with it, if to anybody.
    pub hands_over: Option<HandOver>,
}

/// Where a conversation goes with a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandOver {
    /// To whom.
    pub to: UserId,
    /// With which priority; none leaves it.
    pub priority: Option<Level>,
}

/// A draft that was discarded.
#[derive(Clone, Debug)]
pub struct DiscardedNote {
    /// Whose.
    pub conversation: ConversationId,
    /// What it said.
    pub text: String,
    /// In which step.
    pub step: u64,
}

/// The drafts.
#[derive(Clone, Debug, Default)]
pub struct Composer {
    /// Replies by conversation.
    pub drafts: HashMap<ConversationId, Draft>,
    /// The reply being written: its target was fixed when it opened. Never together with a note.
    pub open: Option<ConversationId>,
    /// Notes by conversation.
    pub notes: HashMap<ConversationId, NoteDraft>,
    /// The note being written: its target was fixed when it opened. Never together with a reply.
    pub note: Option<ConversationId>,
    /// The last reply discarded, for undo: whose, and its text.
    pub discarded: Option<(ConversationId, String)>,
    /// What went with it.
    pub discarded_attachments: Vec<RawText>,
    /// The last note discarded, for undo.
    pub discarded_note: Option<DiscardedNote>,
    /// In which step the last reply was discarded.
    pub discarded_in: u64,
}

impl Composer {
    /// The reply being written.
    #[must_use]
    pub fn current(&self) -> Option<(&ConversationId, &Draft)> {
        let target = self.open.as_ref()?;
        self.drafts.get_key_value(target)
    }

    /// The reply being written, to change it.
    pub fn current_mut(&mut self) -> Option<&mut Draft> {
        let target = self.open.as_ref()?;
        self.drafts.get_mut(target)
    }

    /// The note being written.
    #[must_use]
    pub fn current_note(&self) -> Option<(&ConversationId, &NoteDraft)> {
        let target = self.note.as_ref()?;
        self.notes.get_key_value(target)
    }

    /// The note being written, to change it.
    pub fn current_note_mut(&mut self) -> Option<&mut NoteDraft> {
        let target = self.note.as_ref()?;
        self.notes.get_mut(target)
    }

    /// The text being written, whichever kind it is: to measure, draw and edit it, never to send it.
    #[must_use]
    pub fn editor(&self) -> Option<&LineEditor> {
        let reply = self.current().map(|(_, draft)| &draft.editor);
        reply.or_else(|| self.current_note().map(|(_, draft)| &draft.editor))
    }

    /// The same, to change it.
    pub fn editor_mut(&mut self) -> Option<&mut LineEditor> {
        if self.open.is_some() {
            return self.current_mut().map(|draft| &mut draft.editor);
        }
        self.current_note_mut().map(|draft| &mut draft.editor)
    }

    /// What is being written, and where it goes.
    #[must_use]
    pub fn target(&self) -> Option<(&ConversationId, Kind)> {
        let reply = self.open.as_ref().map(|id| (id, Kind::Reply));
        reply.or_else(|| self.note.as_ref().map(|id| (id, Kind::Note)))
    }

    /// Whether a conversation has a draft with something in it, of either kind.
    #[must_use]
    pub fn has_text(&self, conversation: &ConversationId) -> bool {
        self.has_reply(conversation) || self.has_note(conversation)
    }

    /// Whether a conversation has a reply with something in it.
    #[must_use]
    pub fn has_reply(&self, conversation: &ConversationId) -> bool {
        self.drafts.get(conversation).is_some_and(|draft| !draft.is_empty())
    }

    /// Whether a conversation has a note with something in it.
    #[must_use]
    pub fn has_note(&self, conversation: &ConversationId) -> bool {
        self.notes.get(conversation).is_some_and(|draft| !draft.editor.is_empty())
    }

    /// How many drafts have something in them.
    #[must_use]
    pub fn with_text(&self) -> usize {
        let replies = self.drafts.values().filter(|draft| !draft.is_empty()).count();
        replies + self.notes.values().filter(|draft| !draft.editor.is_empty()).count()
    }

    /// The drafts with something in them: replies first, each kind by id.
    #[must_use]
    pub fn kept(&self) -> Vec<(ConversationId, Kind)> {
        let replies =
            self.drafts.iter().filter(|(_, draft)| !draft.is_empty()).map(|(id, _)| (id.clone(), Kind::Reply));
        let notes =
            self.notes.iter().filter(|(_, draft)| !draft.editor.is_empty()).map(|(id, _)| (id.clone(), Kind::Note));
        let mut kept: Vec<_> = replies.chain(notes).collect();
        kept.sort_by(|(one, kind), (other, of)| (*kind == Kind::Note, one).cmp(&(*of == Kind::Note, other)));
        kept
    }
}
