//! Replies on their way: what each is, where it stands, and one queue for each conversation.
//!
//! Owns the entries; [`super::sending`] moves them. Never holds the bytes or the key: those are the journal's.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::outbox::Intent;
use crate::domain::{Change, Color, ConversationId, LocalId, MessageId, Moment, Problem, Role, TagDelta, TagId};
use crate::text::RawText;

use super::guard::{Baseline, Reason};
use super::thread::Thread;

/// An unknown outcome is followed up by itself for this long after its first byte; later a person decides. The same
/// holds for a reply that could not leave: nothing visitor-visible goes out later than this by itself.
pub const BY_ITSELF_FOR: Duration = Duration::from_secs(600);

/// For this long after a reply left, taking it back only says that it was sent.
pub const ALREADY_SENT_FOR: Duration = Duration::from_secs(3);

/// How a reply stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Being written into the journal.
    Journaling,
    /// In the journal; leaves when its hold is over.
    Held {
        /// When that is.
        until: Duration,
    },
    /// Its hold is over: it waits for its turn, and for the guard's read of the thread.
    Ready {
        /// Why the thread could not be read, if that failed.
        problem: Option<Problem>,
        /// Not read again before.
        retry_at: Duration,
    },
    /// The bytes are on their way.
    Sending,
    /// The server took it; whether it stands, or somebody else was quicker, is read back.
    ReadBack {
        /// The read must have been asked at this step or later.
        from: u64,
        /// Not asked again before.
        look_at: Duration,
        /// After this it is taken for done.
        until: Duration,
    },
    /// Nobody knows whether the server has it: look first, then the same key and bytes.
    Uncertain {
        /// What happened.
        problem: Problem,
        /// When the thread is to be read next.
        look_at: Duration,
        /// Before this, the same bytes do not leave again; where a later attempt was refused, that the thread does not
        /// have it proves nothing before this.
        resend_at: Duration,
        /// The server refused a later attempt: if the thread does not have it, it never will by itself.
        refused: bool,
    },
    /// It did not reach the server, or the limit stood in its way: tries again by itself.
    Waiting {
        /// What happened.
        problem: Problem,
        /// When it tries again.
        until: Duration,
    },
    /// The guard stopped it.
    Stopped {
        /// Why: never empty.
        reasons: Vec<Reason>,
        /// When.
        since: Duration,
    },
    /// The server said no for good: another try is another send.
    Refused {
        /// Why.
        problem: Problem,
    },
    /// The credential was not accepted: the same send can go on once it is.
    Blocked {
        /// Why.
        problem: Problem,
    },
    /// The journal could not take it.
    Unjournaled {
        /// Why, in words.
        reason: RawText,
    },
    /// Its outcome stayed unknown for too long: only a person sends it again.
    Unsent,
    /// The server has it.
    Delivered {
        /// Under this id.
        message: MessageId,
        /// Since when we know.
        at: Duration,
    },
    /// The server has what is no reply, or it stood there already.
    Done {
        /// Since when we know.
        at: Duration,
    },
}

impl State {
    /// Whether nothing will happen to it any more.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Delivered { .. } | Self::Done { .. })
    }

    /// Since when nothing will happen to it any more.
    #[must_use]
    pub const fn ended(&self) -> Option<Duration> {
        match self {
            Self::Delivered { at, .. } | Self::Done { at } => Some(*at),
            _ => None,
        }
    }

    /// Whether it stands as a block of its own until a person decides.
    #[must_use]
    pub const fn asks(&self) -> bool {
        match self {
            Self::Stopped { .. }
            | Self::Refused { .. }
            | Self::Blocked { .. }
            | Self::Unjournaled { .. }
            | Self::Unsent => true,
            Self::Journaling
            | Self::Held { .. }
            | Self::Ready { .. }
            | Self::Sending
            | Self::ReadBack { .. }
            | Self::Uncertain { .. }
            | Self::Waiting { .. }
            | Self::Delivered { .. }
            | Self::Done { .. } => false,
        }
    }
}

/// What an entry asks the platform for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// A reply: [`Entry::text`], and these public https URLs with it.
    Reply {
        /// What goes with it.
        attachments: Vec<RawText>,
    },
    /// A note: [`Entry::text`].
    Note,
    /// One field.
    Change {
        /// Which, and what it shall be.
        change: Change,
        /// As it stood when a person asked for it: what takes it back, and what must still stand for a retry.
        from: Option<Change>,
    },
    /// The tags.
    Tags {
        /// What shall be on it, and what not.
        delta: TagDelta,
        /// The name of a tag that an earlier step of the same act makes: it shall be on it too.
        made: Option<RawText>,
    },
    /// A new tag.
    CreateTag {
        /// Its name.
        name: RawText,
        /// Its colour.
        color: Option<Color>,
    },
    /// A tag's end.
    DeleteTag {
        /// Which.
        tag: TagId,
    },
}

impl Work {
    /// Whether the visitor sees its effect: then it is held, and guarded.
    #[must_use]
    pub const fn is_visible(&self) -> bool {
        match self {
            Self::Reply { .. } => true,
            Self::Change { change, .. } => change.is_visible(),
            Self::Note | Self::Tags { .. } | Self::CreateTag { .. } | Self::DeleteTag { .. } => false,
        }
    }
}

/// One step of an act, as it is submitted.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it asks for.
    pub work: Work,
    /// Of a reply or a note: exactly what will be read. Else empty.
    pub text: RawText,
    /// Where the cursor stood in it, for taking it back.
    pub cursor: usize,
}

impl Step {
    /// What the journal writes down for it.
    #[must_use]
    pub fn intent(&self, conversation: &ConversationId) -> Intent {
        intent(&self.work, conversation, &self.text)
    }
}

fn intent(work: &Work, conversation: &ConversationId, text: &RawText) -> Intent {
    let (conversation, text) = (conversation.clone(), text.clone());
    match work.clone() {
        Work::Reply { attachments } => Intent::Reply { conversation, text, attachments },
        Work::Note => Intent::Note { conversation, text },
        Work::Change { change, from: _ } => Intent::Change { conversation, change },
        Work::Tags { delta, made } => Intent::Tags { conversation, delta, made },
        Work::CreateTag { name, color } => Intent::CreateTag { conversation, name, color },
        Work::DeleteTag { tag } => Intent::DeleteTag { conversation, tag },
    }
}

/// One step on its way.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The number of the act that it is a step of: steps of one act stand together, in order, and share one hold.
    pub act: u64,
    /// What it asks for.
    pub work: Work,
    /// The number of the ask that put it into the journal.
    pub ask: u64,
    /// Its identity, once it is in the journal.
    pub local: Option<LocalId>,
    /// Where it goes: fixed when the composer opened.
    pub conversation: ConversationId,
    /// Of a reply or a note: exactly what will be read. Else empty.
    pub text: RawText,
    /// Where the cursor stood, for taking it back.
    pub cursor: usize,
    /// What its writer had seen.
    pub baseline: Baseline,
    /// How it stands.
    pub state: State,
    /// When a person sent it.
    pub submitted: Moment,
    /// When a person last said that it shall go: with the send chord, or with one that sent it on or anyway.
    pub said: Moment,
    /// When its hold ends (or ended).
    pub hold_ends: Duration,
    /// There is no hold to read in: lines that were not drawn stop it.
    pub at_once: bool,
    /// The guard's read must have been asked at this step or later.
    pub guard_from: u64,
    /// The last of the guard's reads must have been asked at this step or later: after what the steps before it did.
    pub read_from: u64,
    /// How many attempts were made.
    pub attempts: u32,
    /// The step of the first attempt: what was known before it is not it.
    pub attempt_step: Option<u64>,
    /// When the first byte left (or when a person last said to go on).
    pub first_byte: Option<Duration>,
    /// The wall clock then, for "unsent since".
    pub first_byte_wall: Option<DateTime<Utc>>,
    /// The step in which the last attempt ended.
    pub ended_step: u64,
    /// Some attempt may have been accepted.
    pub unknown: bool,
    /// Some attempt was refused for good: these bytes do not leave again under their key.
    pub refused: bool,
    /// How often looking or sending failed in a row, for the back-off.
    pub failures: u32,
    /// Taken back before the journal had answered.
    pub taken_back: bool,
    /// What stood before it was taken back before the journal had answered for this one: it must not go by itself.
    pub earlier_gone: bool,
    /// Of a change of tags: the set must have been read by a read of this step or later; none until its turn comes.
    pub look_from: Option<u64>,
    /// Of a note: the notes had been read to their end before the first attempt, so that one that is new is ours.
    pub looked_before: bool,
    /// Of a change of tags: the set that stood before it was replaced.
    pub stood: Vec<TagId>,
    /// Of a change of tags: how often a colleague's change had lost it, so that it is made again.
    pub again: u8,
}

/// A change of tags that the server took and that has to be found standing: the API only replaces whole sets, and the
/// last writer wins.
#[derive(Clone, Debug)]
pub struct Verifying {
    /// Of which conversation.
    pub conversation: ConversationId,
    /// What has to stand.
    pub delta: TagDelta,
    /// The step in which the server took it.
    pub written_in: u64,
    /// When that was.
    pub written_at: Duration,
    /// How many looks found it standing.
    pub looks: usize,
    /// How often it was made again.
    pub again: u8,
}

impl Entry {
    /// What the journal writes down for it.
    #[must_use]
    pub fn intent(&self) -> Intent {
        intent(&self.work, &self.conversation, &self.text)
    }

    /// Whether it is more than ten minutes late, by either clock: the monotonic one stands still while a machine sleeps.
    #[must_use]
    pub fn is_late(&self, now: Moment) -> bool {
        let hold = self.hold_ends.saturating_sub(self.said.mono);
        now.mono > self.hold_ends + BY_ITSELF_FOR || passed(self.said.wall, now.wall) > hold + BY_ITSELF_FOR
    }

    /// Whether its unknown outcome was followed up for long enough, by either clock.
    #[must_use]
    pub fn was_followed_up(&self, now: Moment) -> bool {
        let since = self.first_byte_wall.map(|first| first.max(self.said.wall));
        self.first_byte.is_some_and(|first| now.mono > first + BY_ITSELF_FOR)
            || since.is_some_and(|since| passed(since, now.wall) > BY_ITSELF_FOR)
    }

    /// Whether a person may still take it back: nothing of it can be at the server.
    #[must_use]
    pub const fn can_be_taken_back(&self) -> bool {
        match self.state {
            State::Journaling
            | State::Held { .. }
            | State::Ready { .. }
            | State::Stopped { .. }
            | State::Refused { .. }
            | State::Unjournaled { .. }
            | State::Unsent => true,
            State::Waiting { .. } | State::Blocked { .. } => !self.unknown,
            State::Sending
            | State::ReadBack { .. }
            | State::Uncertain { .. }
            | State::Delivered { .. }
            | State::Done { .. } => false,
        }
    }
}

fn passed(from: DateTime<Utc>, to: DateTime<Utc>) -> Duration {
    (to - from).to_std().unwrap_or_default()
}

/// The replies of this session, in the order they were sent.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    /// All of them, delivered ones for a moment.
    pub entries: Vec<Entry>,
    /// The number of the next ask.
    pub next_ask: u64,
    /// Changes of tags that have to be found standing.
    pub verifying: Vec<Verifying>,
    /// The last own text in each conversation, to copy.
    pub last_sent: std::collections::HashMap<ConversationId, RawText>,
}

impl Outbox {
    /// The replies of one conversation that are not done, in order.
    pub fn pending<'a>(&'a self, conversation: &'a ConversationId) -> impl DoubleEndedIterator<Item = &'a Entry> {
        self.entries.iter().filter(move |entry| entry.conversation == *conversation && !entry.state.is_final())
    }

    /// Where the head of a conversation's queue stands in `entries`.
    #[must_use]
    pub fn head(&self, conversation: &ConversationId) -> Option<usize> {
        self.entries.iter().position(|entry| entry.conversation == *conversation && !entry.state.is_final())
    }

    /// How many replies are not known to be delivered.
    #[must_use]
    pub fn undelivered(&self) -> usize {
        self.entries.iter().filter(|entry| !entry.state.is_final()).count()
    }

    /// Whether a step of this act is seen by the visitor: then all of it is held, and guarded.
    #[must_use]
    pub fn is_seen(&self, act: u64) -> bool {
        self.entries.iter().any(|entry| entry.act == act && entry.work.is_visible())
    }

    /// Whether the step at `at` only makes a conversation mine before a reply of the same act.
    #[must_use]
    pub fn is_claim(&self, at: usize) -> bool {
        let Some(entry) = self.entries.get(at) else { return false };
        let owner = matches!(&entry.work, Work::Change { change: Change::Owner(Some(_)), .. });
        let replies = |later: &Entry| later.act == entry.act && matches!(later.work, Work::Reply { .. });
        owner && self.entries.iter().skip(at + 1).any(replies)
    }

    /// The message in the thread that is this reply: a text of the team, word for word, that was not known before its
    /// first attempt and that no other reply of ours is.
    #[must_use]
    pub fn find_in(entry: &Entry, thread: &Thread) -> Option<MessageId> {
        let before = entry.attempt_step?;
        thread
            .messages
            .iter()
            .rev()
            .filter(|held| held.first_seen > before)
            .find(|held| {
                held.message.role == Role::Assistant
                    && !thread.own.contains(&held.message.id)
                    && held.message.raw_text() == entry.text
            })
            .map(|held| held.message.id.clone())
    }
}
