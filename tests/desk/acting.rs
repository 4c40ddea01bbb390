//! What the simulated platform does with acts that are no replies: notes, changes, tags. As the contract tells it, and
//! without faults: those are other tests' matter.

use std::collections::HashMap;
use std::time::Duration;

use takeover::app::{Delivery, Effect};
use takeover::domain::legality::{self, Legality};
use takeover::domain::outbox::Intent;
use takeover::domain::problem::Reached;
use takeover::domain::{Change, ConversationId, LocalId, Note, NoteId, Remedy, Tag, TagId, Time};

use super::{Desk, problem};

/// What the platform holds beside conversations and threads.
#[derive(Default)]
pub(crate) struct Beside {
    pub(crate) notes: Vec<Note>,
    pub(crate) palette: Vec<Tag>,
    pub(crate) tags: HashMap<ConversationId, Vec<TagId>>,
    /// The changes that it took, in order.
    pub(crate) changes: Vec<(ConversationId, Change)>,
}

impl Beside {
    pub(crate) fn tags_of(&self, conversation: &ConversationId) -> Vec<Tag> {
        let ids = self.tags.get(conversation).cloned().unwrap_or_default();
        ids.iter().filter_map(|id| self.palette.iter().find(|tag| tag.id == *id)).cloned().collect()
    }

    pub(crate) fn notes_of(&self, conversation: &ConversationId) -> Vec<Note> {
        self.notes.iter().filter(|note| note.conversation_id == *conversation).cloned().collect()
    }
}

/// The entry that an effect carries out, if it is one of these.
pub(crate) fn acts(effect: &Effect) -> Option<LocalId> {
    match effect {
        Effect::SaveNote { local }
        | Effect::Change { local }
        | Effect::ReplaceTags { local, .. }
        | Effect::CreateTag { local }
        | Effect::DeleteTag { local } => Some(*local),
        _ => None,
    }
}

impl Desk {
    /// Carries an act out at the platform.
    pub(crate) fn act_at_platform(&mut self, local: LocalId, effect: &Effect, now: Duration) -> Delivery {
        let intent = self.intents[usize::try_from(local.0).unwrap() - 1].clone();
        let refused = |status| Delivery::Failed(problem(Some(status), Reached::Refused, Remedy::FixTheInput));
        match (intent, effect) {
            (Intent::Note { conversation, text }, Effect::SaveNote { .. }) => {
                let note = Note {
                    id: NoteId::parse(&format!("note-{}", local.0)).unwrap(),
                    conversation_id: conversation,
                    author_id: None,
                    content: text,
                    created_at: Time::certain(self.platform.wall(now)),
                    unreadable: None,
                };
                self.beside.notes.push(note.clone());
                Delivery::Noted(Box::new(note))
            }
            (Intent::Change { conversation, change }, Effect::Change { .. }) => {
                let Some(at) = self.platform.position(&conversation) else { return refused(404) };
                let held = &mut self.platform.held[at].conversation;
                if let Change::Status(to) = &change
                    && *to != held.status
                    && legality::change_status(&held.status, to) == Legality::Illegal
                {
                    return refused(400);
                }
                change.apply(held);
                self.beside.changes.push((conversation, change));
                Delivery::Changed(Box::new(held.clone()))
            }
            (Intent::Tags { conversation, .. }, Effect::ReplaceTags { tags, .. }) => {
                self.beside.tags.insert(conversation.clone(), tags.clone());
                Delivery::Tagged(self.beside.tags_of(&conversation))
            }
            (Intent::CreateTag { name, color, .. }, Effect::CreateTag { .. }) => {
                let tag = Tag { id: TagId::parse(&format!("tag-{}", local.0)).unwrap(), name, color };
                self.beside.palette.push(tag.clone());
                Delivery::TagCreated(tag)
            }
            (Intent::DeleteTag { tag, .. }, Effect::DeleteTag { .. }) => {
                self.beside.palette.retain(|held| held.id != tag);
                for tags in self.beside.tags.values_mut() {
                    tags.retain(|held| *held != tag);
                }
                Delivery::TagDeleted
            }
            (intent, effect) => panic!("{effect:?} does not carry out {intent:?}"),
        }
    }
}
