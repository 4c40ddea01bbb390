//! The threads that were read: merged by id, sorted by the server's time, in whichever order the server lists them.
//!
//! Owns what is known of each message (when it was first seen, when it was drawn) and where the reader stands in the
//! thread. Never decides when to read: that is the poller's.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::speaker::speakers;
use crate::domain::{ConversationId, Cursor, Message, MessageId, Page, Problem, Role, Speaker};

use super::screen::Fold;

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
    /// Its place among messages of the same time.
    pub tie: u32,
}

/// Which end of the thread a page reaches to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What is not on the page and ties with it is older.
    Newer,
    /// What is not on the page and ties with it is newer.
    Older,
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
    /// The step in which it was here.
    pub came_in: u64,
}

/// A change of status that we made, and between which steps its marker may have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caused {
    /// The step in which the request left.
    pub left_in: u64,
    /// The step in which its answer was here.
    pub answered_in: u64,
    /// The step in which the first read of the thread came that was asked after the answer.
    pub read_back_in: Option<u64>,
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
    /// In order of time; ties in the server's order.
    pub messages: Vec<Entry>,
    /// Who spoke, message by message.
    pub speakers: Vec<Speaker>,
    /// Under which time each message is sorted.
    ids: HashMap<MessageId, (DateTime<Utc>, u32)>,
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
    /// Stretches that are not loaded, the newest last: the message before each, and where the walk that closes it goes
    /// on.
    pub gaps: Vec<(MessageId, Cursor)>,
    /// When a page of such a stretch was last asked for.
    pub gap_at: Option<Duration>,
    /// When the newest page was last read.
    pub read: Option<ReadAt>,
    /// And when before that.
    pub read_before: Option<ReadAt>,
    /// The step in which the first page arrived.
    pub loaded_in: Option<u64>,
    /// When anyone's last word arrived here (monotonic).
    pub last_word_at: Option<Duration>,
    /// Messages that we sent.
    pub own: HashSet<MessageId>,
    /// Those of them that took the conversation over: the platform writes a marker before each (contract, section 8).
    pub took_over: HashSet<MessageId>,
    /// The changes of status that we made: the platform writes at most one marker for each.
    pub caused: Vec<Caused>,
    /// In which step each message that we sent left, as far as that is known.
    pub left_in: HashMap<MessageId, u64>,
    /// Answers of colleagues near one of ours that the person was told of.
    pub met: HashSet<MessageId>,
    /// Where the reader stands.
    pub anchor: Anchor,
    /// The message that the reader chose; none while the last one visible is under the cursor.
    pub selected: Option<MessageId>,
    /// Whether the bot's tool calls are unfolded.
    pub trace: bool,
    /// Messages that were folded or unfolded by themselves.
    pub folds: HashMap<MessageId, Fold>,
    /// The newest message when the reader last looked at the end of the opened thread, and when that was.
    pub read_to: Option<(MessageId, DateTime<Utc>)>,
    /// The first message that came since, and since when: it stays where it is while the thread is open.
    pub fresh: Option<(MessageId, DateTime<Utc>)>,
    /// The step in which it was opened last: what is read after it may tell of something that came before.
    pub opened_in: u64,
    /// Whether the last frame showed the end of the opened thread to somebody.
    pub looked_at: bool,
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
    /// Why the last read failed, until one succeeds.
    pub problem: Option<Problem>,
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
        let sorted = self.ids.get(id)?;
        let found = self.messages.binary_search_by(|entry| (entry.message.created_at.at, entry.tie).cmp(sorted)).ok();
        found.filter(|at| self.messages.get(*at).is_some_and(|entry| entry.message.id == *id))
    }

    /// Merges a page by id; a later copy replaces an earlier one. Returns whether anything changed.
    ///
    /// Sorted by time; where times tie (they may have no seconds), in the order that the server lists them.
    /// `step` is when they count as first seen: for history that is loaded on demand, the step in which the thread was
    /// first loaded, since it is no news.
    pub fn merge(&mut self, mut page: Vec<Message>, side: Side, step: u64, now: Duration) -> bool {
        if self.order != Some(Order::OldestFirst) {
            page.reverse();
        }
        let mut changed = false;
        let mut moved = false;
        let mut fresh: Vec<Entry> = Vec::new();
        for message in &page {
            let known = self.ids.contains_key(&message.id);
            match self.position(&message.id).and_then(|at| self.messages.get_mut(at)) {
                Some(held) if held.message == *message => {}
                Some(held) => {
                    held.drawn_at = None;
                    moved |= held.message.created_at.at != message.created_at.at;
                    held.message = message.clone();
                    changed = true;
                }
                // The same id twice on one page.
                None if known => {}
                None => {
                    let news = self.loaded_in.is_some_and(|loaded| step > loaded);
                    if news && message.role != Role::System {
                        self.last_word_at = Some(now);
                    }
                    self.ids.insert(message.id.clone(), (message.created_at.at, 0));
                    fresh.push(Entry { message: message.clone(), first_seen: step, drawn_at: None, tie: 0 });
                    changed = true;
                    moved = true;
                }
            }
        }
        self.messages.append(&mut fresh);
        if moved || changed {
            self.rank(&page, side);
            self.tell_speakers();
            self.version += 1;
        }
        changed
    }

    /// Puts the messages in order again after a page was merged: by time, ties as the page has them. What ties with it
    /// and is not on it lies beyond the end that the page does not reach.
    fn rank(&mut self, page: &[Message], side: Side) {
        let places: HashMap<&MessageId, usize> =
            page.iter().enumerate().map(|(at, message)| (&message.id, at)).collect();
        let beyond = |tie: u32| match side {
            Side::Newer => (0, tie as usize),
            Side::Older => (2, tie as usize),
        };
        self.messages.sort_by_cached_key(|entry| {
            let within = places.get(&entry.message.id).map_or_else(|| beyond(entry.tie), |at| (1, *at));
            (entry.message.created_at.at, within)
        });
        let mut before: Option<DateTime<Utc>> = None;
        let mut tie = 0;
        for entry in &mut self.messages {
            let at = entry.message.created_at.at;
            tie = if before == Some(at) { tie + 1 } else { 0 };
            before = Some(at);
            if entry.tie != tie || self.ids.get(&entry.message.id) != Some(&(at, tie)) {
                entry.tie = tie;
                self.ids.insert(entry.message.id.clone(), (at, tie));
            }
        }
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

    /// How much is shown of what a message folds.
    #[must_use]
    pub fn fold_of(&self, id: &MessageId) -> Fold {
        let usual = if self.trace { Fold::Some } else { Fold::Folded };
        self.folds.get(id).copied().unwrap_or(usual)
    }

    /// A read of the newest page came that was asked in that step: markers of what was answered before are here now.
    pub fn read_back(&mut self, asked: u64, step: u64) {
        for caused in self.caused.iter_mut().filter(|caused| caused.answered_in <= asked) {
            caused.read_back_in.get_or_insert(step);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Metadata, Part, PartKind, Time};
    use crate::text::RawText;
    use chrono::TimeZone;
    use proptest::prelude::*;

    fn message(id: usize, minute: u32) -> Message {
        let at = Utc.with_ymd_and_hms(2026, 5, 22, 14, minute, 0).unwrap();
        Message {
            id: MessageId::parse(&format!("m{id}")).unwrap(),
            conversation_id: ConversationId::parse("c").unwrap(),
            role: Role::User,
            metadata: Metadata::default(),
            parts: vec![Part { order: 0, kind: PartKind::Text(RawText::new(format!("{id}"))) }],
            created_at: Time::certain(at),
        }
    }

    fn ids(thread: &Thread) -> Vec<String> {
        thread.messages.iter().map(|entry| entry.message.id.to_string()).collect()
    }

    proptest! {
        #[test]
        fn pages_in_any_order_and_doubled_end_in_the_servers_order(
            count in 1usize..40, per_minute in 1usize..6, size in 1usize..9, newest_first: bool, picks in prop::collection::vec(0usize..100, 0..30)
        ) {
            let all: Vec<Message> = (0..count).map(|id| message(id, (id / per_minute) as u32)).collect();
            let mut thread = Thread { order: Some(if newest_first { Order::NewestFirst } else { Order::OldestFirst }), ..Thread::default() };
            let pages: Vec<Vec<Message>> = all.chunks(size).map(<[Message]>::to_vec).collect();
            // The newest page first, older ones as they are scrolled to, any of them again.
            let walk = (0..pages.len()).rev();
            for (step, at) in walk.clone().chain(picks.iter().map(|pick| pick % pages.len())).enumerate() {
                let mut page = pages[at].clone();
                if newest_first { page.reverse(); }
                thread.merge(page, Side::Older, step as u64, Duration::ZERO);
            }
            let wanted: Vec<String> = all.iter().map(|message| message.id.to_string()).collect();
            prop_assert_eq!(ids(&thread), wanted);
            for (at, entry) in thread.messages.iter().enumerate() {
                prop_assert_eq!(thread.position(&entry.message.id), Some(at));
            }
        }
    }

    #[test]
    fn what_comes_new_within_the_same_minute_stands_below() {
        let mut thread = Thread { order: Some(Order::NewestFirst), ..Thread::default() };
        thread.merge(vec![message(2, 1), message(9, 1), message(5, 0)], Side::Newer, 1, Duration::ZERO);
        thread.merge(vec![message(1, 1)], Side::Newer, 2, Duration::ZERO);
        assert_eq!(ids(&thread), ["m5", "m9", "m2", "m1"]);
        thread.merge(vec![message(1, 1), message(7, 1), message(2, 1), message(9, 1)], Side::Newer, 3, Duration::ZERO);
        assert_eq!(ids(&thread), ["m5", "m9", "m2", "m7", "m1"]);
    }

    #[test]
    fn an_id_that_comes_twice_on_a_page_is_one_message() {
        let mut thread = Thread::default();
        thread.merge(vec![message(1, 2), message(1, 2), message(1, 2)], Side::Newer, 1, Duration::ZERO);
        assert_eq!(ids(&thread), ["m1"]);
    }
}
