//! What agents do besides replying, as the contract tells it (sections 2.3, 2.6, 2.7, 6 and 8): changes of a
//! conversation, notes, tags.

use std::collections::HashMap;
use std::time::Duration;

use takeover::domain::{Change, Color, Conversation, ConversationId, Note, NoteId, Status, Tag, TagId, Time};
use takeover::text::RawText;

use super::{JOINED, Origin, Platform};

/// What is kept besides the threads.
#[derive(Default)]
pub(crate) struct Office {
    /// The notes, oldest first.
    pub(crate) notes: Vec<Note>,
    /// The palette.
    pub(crate) palette: Vec<Tag>,
    /// The tags by conversation.
    pub(crate) tags: HashMap<ConversationId, Vec<TagId>>,
    /// Every change that was taken from us, in order.
    pub(crate) changed: Vec<(usize, Change)>,
    /// Every set that was written by us.
    pub(crate) sets: Vec<(usize, Vec<TagId>)>,
    /// Changes of status that are refused whatever the matrix says.
    pub(crate) refuses: Vec<(Status, Status)>,
    made: HashMap<String, NoteId>,
    next: u64,
}

pub(crate) fn tag(name: &str) -> TagId {
    TagId::parse(name).unwrap()
}

fn allowed(from: &Status, to: &Status) -> bool {
    use Status::{AgentRequested, Archived, BotActive, Closed, Open, Resolved};
    from == to
        || matches!(
            (from, to),
            (BotActive, AgentRequested | Open | Resolved | Closed)
                | (AgentRequested, Resolved | Closed)
                | (Open, AgentRequested | Resolved | Closed)
                | (Resolved, Open | Closed | Archived)
                | (Closed, Open | Resolved | Archived)
                | (Archived, Closed | Open)
        )
}

impl Platform {
    /// `PATCH /conversations/{id}` by `who`; the status with which it is refused.
    pub(crate) fn patch(
        &mut self,
        at: usize,
        change: &Change,
        who: Origin,
        now: Duration,
    ) -> Result<Conversation, u16> {
        if let Change::Status(to) = change {
            let from = self.held[at].conversation.status.clone();
            if !allowed(&from, to) || self.office.refuses.contains(&(from.clone(), to.clone())) {
                return Err(400);
            }
            if from != *to {
                match to {
                    Status::Open if from == Status::BotActive => drop(self.say(at, who, JOINED, now)),
                    Status::Resolved => drop(self.say(at, who, "This conversation has been resolved.", now)),
                    Status::Closed => drop(self.say(at, who, "This conversation has been closed.", now)),
                    _ => {}
                }
            }
        }
        change.apply(&mut self.held[at].conversation);
        if who == Origin::OurMarker {
            self.office.changed.push((at, change.clone()));
        }
        Ok(self.held[at].conversation.clone())
    }

    /// `POST …/notes`.
    pub(crate) fn add_note(&mut self, at: usize, key: &str, text: &RawText, now: Duration) -> Note {
        if let Some(id) = self.office.made.get(key) {
            return self.office.notes.iter().find(|note| note.id == *id).unwrap().clone();
        }
        self.office.next += 1;
        let note = Note {
            id: NoteId::parse(&format!("n{:04}", self.office.next)).unwrap(),
            conversation_id: self.held[at].conversation.id.clone(),
            author_id: None,
            content: text.clone(),
            created_at: Time::certain(self.wall(now)),
            unreadable: None,
        };
        self.office.made.insert(key.to_owned(), note.id.clone());
        self.office.notes.push(note.clone());
        note
    }

    /// The notes of a conversation.
    pub(crate) fn notes_of(&self, at: usize) -> Vec<Note> {
        let id = &self.held[at].conversation.id;
        self.office.notes.iter().filter(|note| note.conversation_id == *id).cloned().collect()
    }

    /// The tags of a conversation by id.
    pub(crate) fn tags_of(&self, at: usize) -> Vec<TagId> {
        self.office.tags.get(&self.held[at].conversation.id).cloned().unwrap_or_default()
    }

    /// The tags of a conversation in full.
    pub(crate) fn full_tags_of(&self, at: usize) -> Vec<Tag> {
        let named = |id: &TagId| self.office.palette.iter().find(|tag| tag.id == *id).cloned();
        self.tags_of(at).iter().filter_map(named).collect()
    }

    /// `PUT …/tags`: the whole set, the last writer wins.
    pub(crate) fn replace_tags(&mut self, at: usize, set: &[TagId]) -> Vec<Tag> {
        self.office.tags.insert(self.held[at].conversation.id.clone(), set.to_vec());
        self.full_tags_of(at)
    }

    /// `POST /conversation-tags`: a name that exists is a conflict.
    pub(crate) fn create_tag(&mut self, name: &RawText, color: Option<Color>) -> Result<Tag, u16> {
        if self.office.palette.iter().any(|tag| tag.name.as_raw().eq_ignore_ascii_case(name.as_raw())) {
            return Err(409);
        }
        self.office.next += 1;
        let made = Tag { id: tag(&format!("tag{}", self.office.next)), name: name.clone(), color };
        self.office.palette.push(made.clone());
        Ok(made)
    }

    /// `DELETE /conversation-tags/{id}`.
    pub(crate) fn delete_tag(&mut self, id: &TagId) -> Result<(), u16> {
        let before = self.office.palette.len();
        self.office.palette.retain(|tag| tag.id != *id);
        for set in self.office.tags.values_mut() {
            set.retain(|held| held != id);
        }
        if self.office.palette.len() < before { Ok(()) } else { Err(404) }
    }
}
