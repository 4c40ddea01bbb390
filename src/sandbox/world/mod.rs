//! The organisation in memory: its people, bots, conversations and threads, kept in ordered indexes.
//!
//! Pure: told the moment, no socket, no clock; chance comes from the source that it was given. Owns its own records
//! and never uses the client's shapes. What is said is in `speaking`, what a status allows in `lifecycle`, how records are
//! written out in `json`.

mod acts;
mod events;
mod json;
mod lifecycle;
mod made;
mod notes;
mod paging;
mod people;
mod placing;
mod query;
mod records;
mod speaking;
mod tags;
#[cfg(test)]
mod tests;
mod thread;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use self::acts::{ActError, Attachment, Contact, NewConversation, Tool, Wrote};
use self::events::Events;
pub use self::events::{FieldChange, WorldEvent};
pub use self::json::{cursor_list, timestamp};
pub use self::lifecycle::Amendment;
pub use self::made::Fill;
pub(in crate::sandbox) use self::made::{back, below};
pub(in crate::sandbox) use self::paging::{Listed, Row};
pub(in crate::sandbox) use self::people::ChatbotChange;
pub use self::query::{FieldErrors, ListQuery, Page};
use self::query::{Index, Key};
pub(in crate::sandbox) use self::query::{is_uuid, parameters};
pub use self::records::{
    Author, Chatbot, Content, Conversation, Member, Message, Note, Org, Part, Planted, Priority, Status, Tag,
};
use self::thread::Thread;
use super::switches::Switches;
use crate::random::Random;

/// A conversation with its thread and what a test planted over it.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Record {
    pub(in crate::sandbox) conversation: Conversation,
    thread: Thread,
    planted: Planted,
    /// Oldest first.
    notes: Vec<Note>,
    /// Ids of its tags, in the order of their assignment.
    tags: Vec<Arc<str>>,
    /// The next reply shows the joined-marker that a PATCH to `open` left out.
    joins_with_reply: bool,
}

impl Record {
    fn new(conversation: Conversation, thread: Thread) -> Self {
        let planted = Planted::default();
        Self { conversation, thread, planted, notes: Vec::new(), tags: Vec::new(), joins_with_reply: false }
    }

    pub(in crate::sandbox) fn messages(&self) -> impl Iterator<Item = std::borrow::Cow<'_, Message>> {
        self.thread.iter()
    }

    pub(in crate::sandbox) fn len(&self) -> usize {
        self.thread.len()
    }
}

/// The whole organisation.
#[derive(Clone, Debug)]
pub struct World {
    /// How the open questions are answered.
    pub switches: Switches,
    /// The organisation.
    pub org: Org,
    members: Vec<Member>,
    chatbots: Vec<Chatbot>,
    /// The palette, in the order of creation.
    tags: Vec<Tag>,
    records: Vec<Record>,
    by_id: HashMap<Arc<str>, usize>,
    by_created: Index,
    by_activity: Index,
    chatbot_use: HashMap<Arc<str>, Use>,
    summaries_due: Vec<(DateTime<Utc>, usize)>,
    /// Messages given an ordered id.
    said: u32,
    events: Events,
    random: Random,
}

/// What `conversation_count` and `last_active_at` of a chatbot are made of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Use {
    pub(super) count: usize,
    pub(super) last: Option<DateTime<Utc>>,
}

impl World {
    /// An organisation without people, bots and conversations.
    #[must_use]
    pub fn new(switches: Switches, random: Random) -> Self {
        let org = Org { id: random.uuid().into(), name: "Acme Inc".to_owned(), slug: "acme".to_owned() };
        Self {
            switches,
            org,
            members: Vec::new(),
            chatbots: Vec::new(),
            tags: Vec::new(),
            records: Vec::new(),
            by_id: HashMap::new(),
            by_created: Index::default(),
            by_activity: Index::default(),
            chatbot_use: HashMap::new(),
            summaries_due: Vec::new(),
            said: 0,
            events: Events::default(),
            random,
        }
    }

    /// How many conversations there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is no conversation.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// How many conversations have this status.
    #[must_use]
    pub fn count(&self, status: &Status) -> usize {
        self.by_created.count(status)
    }

    /// The conversation of this status that was created last.
    #[must_use]
    pub fn newest(&self, status: &Status) -> Option<Arc<str>> {
        self.by_created.newest(status)
    }

    /// The place of a conversation, for the calls that ask for one.
    #[must_use]
    pub fn slot(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// A conversation as stored.
    #[must_use]
    pub fn conversation(&self, id: &str) -> Option<&Conversation> {
        self.slot(id).and_then(|slot| self.record(slot)).map(|record| &record.conversation)
    }

    pub(in crate::sandbox) fn record(&self, slot: usize) -> Option<&Record> {
        self.records.get(slot)
    }

    pub(in crate::sandbox) fn records(&self) -> &[Record] {
        &self.records
    }

    fn chatbot_use(&self, id: &str) -> Use {
        self.chatbot_use.get(id).copied().unwrap_or_default()
    }

    /// Makes many conversations at once; returns their ids.
    pub fn fill(&mut self, fill: &Fill, now: DateTime<Utc>) -> Vec<Arc<str>> {
        let members: Vec<Arc<str>> = self.members.iter().map(|member| member.user_id.clone()).collect();
        let chatbots: Vec<Arc<str>> = self.chatbots.iter().map(|bot| bot.id.clone()).collect();
        let mut ids = Vec::with_capacity(fill.conversations);
        for n in 0..fill.conversations {
            let (conversation, made) = made::conversation(fill, n, &members, &chatbots, now);
            if self.by_id.contains_key(&conversation.id) {
                continue;
            }
            ids.push(conversation.id.clone());
            self.add_record(Record::new(conversation, made.map_or_else(Thread::default, Thread::made)));
        }
        ids
    }

    fn fresh_id(&self) -> Arc<str> {
        self.random.uuid().into()
    }

    fn add_record(&mut self, record: Record) -> usize {
        let slot = self.records.len();
        self.by_id.insert(record.conversation.id.clone(), slot);
        if let Some(bot) = &record.conversation.chatbot_id {
            let used = self.chatbot_use.entry(bot.clone()).or_default();
            used.count += 1;
            used.last =
                used.last.max(Some(record.conversation.last_message_at.unwrap_or(record.conversation.created_at)));
        }
        self.records.push(record);
        self.index(slot);
        slot
    }

    /// Changes a record and keeps the indexes true.
    fn edit<T>(&mut self, slot: usize, change: impl FnOnce(&mut Record) -> T) -> Option<T> {
        self.unindex(slot);
        let answer = self.records.get_mut(slot).map(change);
        self.index(slot);
        answer
    }

    fn keys(it: &Conversation, slot: usize) -> (Key, Key) {
        let created = Key { at: it.created_at, id: it.id.clone(), slot };
        let active = Key { at: it.last_message_at.unwrap_or(it.created_at), id: it.id.clone(), slot };
        (created, active)
    }

    fn index(&mut self, slot: usize) {
        let Some(record) = self.records.get(slot) else { return };
        let (created, active) = Self::keys(&record.conversation, slot);
        self.by_created.insert(&record.conversation.status, created);
        self.by_activity.insert(&record.conversation.status, active);
    }

    fn unindex(&mut self, slot: usize) {
        let Some(record) = self.records.get(slot) else { return };
        let (created, active) = Self::keys(&record.conversation, slot);
        self.by_created.remove(&record.conversation.status, &created);
        self.by_activity.remove(&record.conversation.status, &active);
    }
}
