//! The organisation in memory: its people, bots, conversations and threads, kept in ordered indexes.
//!
//! Pure: told the moment, no socket, no clock; chance comes from the source that it was given. Owns its own records
//! and never uses the client's shapes. What may happen to them is in `acts`, how they are written out in `json`.

mod acts;
mod events;
mod json;
mod made;
mod query;
mod records;
mod thread;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use self::acts::{ActError, Attachment, Contact, NewConversation, Tool, Wrote};
use self::events::Events;
pub use self::events::{FieldChange, WorldEvent};
pub use self::json::{cursor_list, timestamp};
pub use self::made::Fill;
pub(in crate::sandbox) use self::made::{back, below};
pub(in crate::sandbox) use self::query::parameters;
pub use self::query::{FieldErrors, ListQuery, Page};
use self::query::{Index, Key};
pub use self::records::{
    Author, Chatbot, Content, Conversation, Member, Message, Org, Part, Planted, Priority, Status,
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
}

impl Record {
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

    /// The people, in the order they joined.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The bots.
    #[must_use]
    pub fn chatbots(&self) -> &[Chatbot] {
        &self.chatbots
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

    /// Adds a person; returns the user id.
    pub fn add_member(
        &mut self,
        first: Option<&str>,
        last: Option<&str>,
        role: &str,
        joined: DateTime<Utc>,
    ) -> Arc<str> {
        let role_id = self.members.iter().find(|member| member.role == role).map(|member| member.role_id.clone());
        let member = Member {
            id: self.fresh_id(),
            user_id: self.fresh_id(),
            first_name: first.map(str::to_owned),
            last_name: last.map(str::to_owned),
            role_id: role_id.unwrap_or_else(|| self.fresh_id()),
            role: role.to_owned(),
            joined_at: joined,
            updated_at: joined,
        };
        let user = member.user_id.clone();
        self.members.push(member);
        user
    }

    /// Removes a person; conversations keep their `assigned_to`, which then points at nobody.
    pub fn remove_member(&mut self, user_id: &str) -> bool {
        let before = self.members.len();
        self.members.retain(|member| &*member.user_id != user_id);
        self.members.len() < before
    }

    /// Adds an active bot that may hand off; returns its id.
    pub fn add_chatbot(&mut self, name: &str, public_slug: &str, created: DateTime<Utc>) -> Arc<str> {
        let id = self.fresh_id();
        self.chatbots.push(Chatbot {
            id: id.clone(),
            name: name.to_owned(),
            slug: name.to_lowercase().replace(' ', "-"),
            public_slug: public_slug.to_owned(),
            status: "active".to_owned(),
            human_support_enabled: true,
            created_at: created,
            updated_at: created,
        });
        id
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
            self.add_record(Record {
                conversation,
                thread: made.map_or_else(Thread::default, Thread::made),
                planted: Planted::default(),
            });
        }
        ids
    }

    /// Lets what was due happen: summaries appear some seconds after a conversation was resolved (contract, section 8).
    pub fn pass_time(&mut self, now: DateTime<Utc>) {
        let due: Vec<usize> = self.summaries_due.iter().filter(|(due, _)| *due <= now).map(|(_, slot)| *slot).collect();
        self.summaries_due.retain(|(due, _)| *due > now);
        for slot in due {
            let score = 40 + below(&self.random, 61) as i64;
            self.update(slot, now, |it| {
                let asked = it.title.clone().unwrap_or_else(|| "a question".to_owned());
                it.summary = Some(format!("The visitor asked about: {asked}."));
                it.sentiment_score = Some(score);
            });
        }
    }

    /// When [`World::pass_time`] has something to do.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.summaries_due.iter().map(|(due, _)| *due).min()
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
