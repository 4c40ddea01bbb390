//! The threads that were read: merged by id, sorted by the server's time, in whichever order the server lists them.
//!
//! Owns what is known of each message (when it was first seen, when it was drawn) and where the reader stands in the
//! thread. Never decides when to read: that is the poller's.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::speaker::speakers;
use crate::domain::{ConversationId, Cursor, Message, MessageId, Page, Role, Speaker};

/// The threads by conversation.
#[derive(Clone, Debug, Default)]
pub struct Threads {
    /// What is held.
    pub held: HashMap<ConversationId, Thread>,
}

impl Threads {
    /// The thread of a conversation, if anything of it was read.
    #[must_use]
    pub fn get(&self, conversation: &ConversationId) -> Option<&Thread> {
        self.held.get(conversation)
    }

    /// The thread of a conversation, made where it is not there yet.
    pub fn entry(&mut self, conversation: &ConversationId) -> &mut Thread {
        self.held.entry(conversation.clone()).or_default()
    }
}

/// One message and what is known of it here.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The message as the server last told it.
    pub message: Message,
    /// The step in which it was first seen.
    pub first_seen: u64,
    /// When it was first drawn in full.
    pub drawn_at: Option<Duration>,
}

/// Which end the server lists first (contract, section 11, question 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The newest message first.
    NewestFirst,
    /// The oldest message first: the newest are on the last page.
    OldestFirst,
}

/// When the newest page was last read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadAt {
    /// The step that asked.
    pub asked: u64,
    /// When it was asked.
    pub at: Duration,
    /// When it was here.
    pub came: Duration,
}

/// Where the reader stands: an identity, never a line number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Anchor {
    /// At the end, following what comes.
    #[default]
    Tail,
    /// The last line drawn is this row (from 0) of this message.
    Message {
        /// Which message.
        id: MessageId,
        /// Which of its rows stands at the bottom.
        row: usize,
    },
}

/// One thread.
#[derive(Clone, Debug, Default)]
pub struct Thread {
    /// In order of time, then id.
    pub messages: Vec<Entry>,
    /// Who spoke, message by message.
    pub speakers: Vec<Speaker>,
    /// Under which time each message is sorted.
    ids: HashMap<MessageId, DateTime<Utc>>,
    /// Whether the first message here is the thread's first.
    pub from_start: bool,
    /// Where older messages are, on a server that lists the newest first.
    pub older: Option<Cursor>,
    /// The order that the server was seen to use.
    pub order: Option<Order>,
    /// On a server that lists the oldest first: the cursor that led to the last page.
    pub tail: Option<Cursor>,
    /// Where a walk to the newest page goes on.
    pub walk: Option<Cursor>,
    /// The message before a stretch that is not loaded, and where the walk that closes it goes on.
    pub gap: Option<(MessageId, Cursor)>,
    /// When the newest page was last read.
    pub read: Option<ReadAt>,
    /// The step in which the first page arrived.
    pub loaded_in: Option<u64>,
    /// When anyone's last word arrived here (monotonic).
    pub last_word_at: Option<Duration>,
    /// Messages that we sent.
    pub own: HashSet<MessageId>,
    /// Where the reader stands.
    pub anchor: Anchor,
    /// The message under the cursor.
    pub selected: Option<MessageId>,
    /// The newest message when the reader last saw the end; what follows is "new".
    pub seen: Option<MessageId>,
    /// Grows with every change of what is drawn.
    pub version: u64,
    /// How many messages to ask for: less where a page was too large (security, S7); none for the usual 100.
    pub limit: Option<u8>,
    /// After a failed read, not read again before.
    pub retry_at: Duration,
    /// How many reads failed in a row.
    pub failures: u32,
}

impl Thread {
    /// Whether this message is here.
    #[must_use]
    pub fn knows(&self, id: &MessageId) -> bool {
        self.ids.contains_key(id)
    }

    /// The newest message.
    #[must_use]
    pub fn newest(&self) -> Option<&Entry> {
        self.messages.last()
    }

    /// Where a message stands.
    #[must_use]
    pub fn position(&self, id: &MessageId) -> Option<usize> {
        let at = *self.ids.get(id)?;
        self.messages.binary_search_by(|entry| order_of(&entry.message).cmp(&(at, id.as_str()))).ok()
    }

    /// Merges messages by id; a later copy replaces an earlier one. Returns whether anything changed.
    ///
    /// `step` is when they count as first seen: for history that is loaded on demand, the step in which the thread was
    /// first loaded, since it is no news.
    pub fn merge(&mut self, messages: impl IntoIterator<Item = Message>, step: u64, now: Duration) -> bool {
        let mut changed = false;
        let mut sorted = true;
        for message in messages {
            if self.ids.contains_key(&message.id) {
                changed |= self.replace(message);
                continue;
            }
            self.ids.insert(message.id.clone(), message.created_at.at);
            sorted &= self.messages.last().is_none_or(|last| order_of(&last.message) <= order_of(&message));
            let news = self.loaded_in.is_some_and(|loaded| step > loaded);
            if news && message.role != Role::System {
                self.last_word_at = Some(now);
            }
            self.messages.push(Entry { message, first_seen: step, drawn_at: None });
            changed = true;
        }
        if !sorted {
            self.messages.sort_by(|one, other| order_of(&one.message).cmp(&order_of(&other.message)));
        }
        if changed {
            self.tell_speakers();
            self.version += 1;
        }
        changed
    }

    fn replace(&mut self, message: Message) -> bool {
        let Some(at) = self.position(&message.id) else { return false };
        let Some(held) = self.messages.get_mut(at) else { return false };
        if held.message == message {
            return false;
        }
        held.drawn_at = None;
        let moved = held.message.created_at != message.created_at;
        if moved {
            self.ids.insert(message.id.clone(), message.created_at.at);
        }
        held.message = message;
        if moved {
            self.messages.sort_by(|one, other| order_of(&one.message).cmp(&order_of(&other.message)));
        }
        true
    }

    /// Says that the first message here is the thread's first: who is the bot may be clearer now.
    pub fn reaches_start(&mut self) {
        if !self.from_start {
            self.from_start = true;
            self.tell_speakers();
            self.version += 1;
        }
    }

    fn tell_speakers(&mut self) {
        self.speakers = speakers(self.messages.iter().map(|entry| &entry.message), self.from_start);
        for (entry, speaker) in self.messages.iter().zip(&mut self.speakers) {
            if self.own.contains(&entry.message.id) {
                *speaker = Speaker::Person;
            }
        }
    }

    /// Marks a message as sent from here.
    pub fn owns(&mut self, id: &MessageId) {
        if self.own.insert(id.clone()) {
            self.tell_speakers();
            self.version += 1;
        }
    }

    /// The messages with who spoke, oldest first.
    pub fn spoken(&self) -> impl DoubleEndedIterator<Item = (&Entry, Speaker)> {
        self.messages.iter().zip(self.speakers.iter().copied())
    }

    /// The order of a page, where it shows one: what most neighbours say, since one time that is odd or could not be
    /// read must not turn a thread around.
    #[must_use]
    pub fn order_of_page(page: &Page<Message>) -> Option<Order> {
        let times = page.items.iter().map(|message| message.created_at).filter(|time| time.certain);
        let (mut rises, mut falls) = (0_usize, 0_usize);
        for (one, next) in times.clone().zip(times.skip(1)) {
            rises += usize::from(one.at < next.at);
            falls += usize::from(one.at > next.at);
        }
        match rises.cmp(&falls) {
            std::cmp::Ordering::Greater => Some(Order::OldestFirst),
            std::cmp::Ordering::Less => Some(Order::NewestFirst),
            std::cmp::Ordering::Equal => None,
        }
    }
}

fn order_of(message: &Message) -> (DateTime<Utc>, &str) {
    (message.created_at.at, message.id.as_str())
}
