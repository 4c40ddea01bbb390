//! What stands beside a thread and is read by itself: notes, tags, the organisation's palette.
//!
//! Owns what was read of them and when. Never decides when to read: that is the poller's; never changes them: that is
//! the outbox's.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::domain::{ConversationId, Cursor, Note, NoteId, Tag, TagId};
use crate::text::RawText;

use super::thread::ReadAt;

/// The sidebars' contents.
#[derive(Clone, Debug, Default)]
pub struct Sidebar {
    /// By conversation.
    pub held: HashMap<ConversationId, Aside>,
    /// The organisation's tags.
    pub palette: Palette,
}

/// A walk over pages: when it began, and where it goes on.
#[derive(Clone, Debug)]
pub struct Walk<T> {
    /// The step that asked for its first page.
    pub asked: u64,
    /// When that was.
    pub at: Duration,
    /// How many pages were asked for.
    pub pages: u32,
    /// The page that it waits for.
    pub next: T,
}

/// What stands beside one thread.
#[derive(Clone, Debug, Default)]
pub struct Aside {
    /// The notes, oldest first; ties in the server's order.
    pub notes: Vec<Note>,
    /// When they were last read to their end.
    pub notes_read: Option<ReadAt>,
    /// Where a walk over the notes goes on.
    pub notes_walk: Option<Walk<Cursor>>,
    /// A note of ours was added since: they are read once more soon.
    pub notes_again: bool,
    /// Notes that we added.
    pub own_notes: HashSet<NoteId>,
    /// In which step each note was first seen.
    seen: HashMap<NoteId, u64>,
    /// The tags, in the server's order.
    pub tags: Vec<TagId>,
    /// Whether these are all of them: a set that is longer than a page must not be replaced.
    pub tags_whole: bool,
    /// When they were last read.
    pub tags_read: Option<ReadAt>,
    /// The step in which a write of ours last changed them.
    pub tags_changed: u64,
    /// How many reads failed in a row.
    pub failures: u32,
    /// A read that failed is not tried again before.
    pub retry_at: Duration,
    /// The note that is kept on top here, by this person's choice.
    pub pinned: Option<NoteId>,
}

/// The organisation's tags.
#[derive(Clone, Debug, Default)]
pub struct Palette {
    /// All that were read or seen on a conversation, by name.
    pub tags: Vec<Tag>,
    /// When they were last read to their end.
    pub read: Option<ReadAt>,
    /// A walk over their pages, which are counted from 1.
    pub walk: Option<Walk<u32>>,
    /// What was learned since that walk began: what it did not show is gone.
    pub learned: HashSet<TagId>,
    /// Somebody wants to see them.
    pub wanted: bool,
    /// How many reads failed in a row.
    pub failures: u32,
    /// A read that failed is not tried again before.
    pub retry_at: Duration,
}

impl Palette {
    /// A tag by its id.
    #[must_use]
    pub fn get(&self, id: &TagId) -> Option<&Tag> {
        self.tags.iter().find(|tag| tag.id == *id)
    }

    /// A tag by its name, whatever the case: the platform allows each name once.
    #[must_use]
    pub fn named(&self, name: &RawText) -> Option<&Tag> {
        let wanted = key(name);
        self.tags.iter().find(|tag| key(&tag.name) == wanted)
    }

    /// Takes tags that were read: each replaces what was known of it.
    pub fn learn(&mut self, tags: impl IntoIterator<Item = Tag>) {
        for tag in tags {
            self.learned.insert(tag.id.clone());
            self.tags.retain(|held| held.id != tag.id);
            self.tags.push(tag);
        }
        self.tags.sort_by(|one, other| (key(&one.name), &one.id).cmp(&(key(&other.name), &other.id)));
    }
}

fn key(name: &RawText) -> String {
    name.as_raw().to_lowercase()
}

impl Sidebar {
    /// What stands beside a thread, if anything of it was read.
    #[must_use]
    pub fn get(&self, conversation: &ConversationId) -> Option<&Aside> {
        self.held.get(conversation)
    }

    /// What stands beside a thread, made where it is not there yet.
    pub fn entry(&mut self, conversation: &ConversationId) -> &mut Aside {
        self.held.entry(conversation.clone()).or_default()
    }

    /// A tag is gone: from the palette, and from every conversation.
    pub fn forget_tag(&mut self, tag: &TagId) {
        self.palette.tags.retain(|held| held.id != *tag);
        self.palette.learned.remove(tag);
        for aside in self.held.values_mut() {
            aside.tags.retain(|held| held != tag);
        }
    }
}

impl Aside {
    /// The note on top: the pinned one if it is still there, else the newest.
    #[must_use]
    pub fn top_note(&self) -> Option<&Note> {
        let pinned = self.pinned.as_ref().and_then(|id| self.notes.iter().find(|note| note.id == *id));
        pinned.or_else(|| self.notes.last())
    }

    /// Takes notes that were read or written: each once, in order of time.
    pub fn learn_notes(&mut self, notes: impl IntoIterator<Item = Note>) {
        for note in notes {
            match self.notes.iter_mut().find(|held| held.id == note.id) {
                Some(held) => *held = note,
                None => self.notes.push(note),
            }
        }
        self.notes.sort_by_key(|note| note.created_at.at);
    }

    /// Notes that were not seen before are seen in this step.
    pub fn mark_seen(&mut self, step: u64) {
        for note in &self.notes {
            self.seen.entry(note.id.clone()).or_insert(step);
        }
    }

    /// In which step a note was first seen.
    #[must_use]
    pub fn first_seen(&self, note: &NoteId) -> Option<u64> {
        self.seen.get(note).copied()
    }
}
