//! Facts: everything the core can learn, as one closed list.

use serde::{Deserialize, Serialize};

use crate::budget::Reading;
use crate::domain::{Chatbot, Conversation, LocalId, Me, Member, Message, MessageId, Moment, Note, Page, Problem, Tag};
use crate::text::RawText;

use super::effect::Fetch;
use super::key::Key;
use super::settings::Settings;

/// A fact with the moment it was handled at and its number.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Stamped<E> {
    /// When the loop took it.
    pub at: Moment,
    /// How many events were handled before it.
    pub step: u64,
    /// The fact.
    pub event: E,
}

/// The screen's size in cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// Columns.
    pub columns: u16,
    /// Rows.
    pub rows: u16,
}

/// What a fetch brought.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Found {
    /// Whose credential this is.
    Me(Me),
    /// The members.
    Members(Vec<Member>),
    /// A page of chatbots.
    Chatbots(Vec<Chatbot>),
    /// A page of the list.
    Conversations(Page<Conversation>),
    /// One conversation.
    Conversation(Box<Conversation>),
    /// A page of a thread.
    Messages(Page<Message>),
    /// A page of notes.
    Notes(Page<Note>),
    /// The tags of a conversation.
    Tags(Page<Tag>),
    /// A page of the organisation's tags.
    Palette(Page<Tag>),
}

/// How an attempt ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Delivery {
    /// The server has the reply: the message as it answered.
    Delivered(Box<Message>),
    /// The server has the reply under this id.
    DeliveredAs(MessageId),
    /// The server has the note.
    Noted(Box<Note>),
    /// The server took the change: the conversation as it answered.
    Changed(Box<Conversation>),
    /// The server took the set: the tags as it answered.
    Tagged(Vec<Tag>),
    /// The server made the tag.
    TagCreated(Tag),
    /// The tag is gone.
    TagDeleted,
    /// The server said yes, in words that could not be read.
    Accepted,
    /// The server or the way to it said no, or nobody knows: the problem tells which.
    Failed(Problem),
}

/// Who may have put text on the clipboard. Neither ever says that it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CopiedBy {
    /// The terminal, by OSC 52.
    Terminal,
    /// tmux or the terminal around it, by OSC 52.
    Tmux,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PipeEnd {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// Its time was over.
    TimeOver,
}

/// What a command left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Piped {
    /// Its standard output, at most 1 MiB.
    pub output: RawText,
    /// Its standard error, at most 64 KiB.
    pub errors: RawText,
    /// Whether it wrote more than that to standard output, and was ended for it.
    pub cut: bool,
    /// How it ended.
    pub end: PipeEnd,
}

/// A fact.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Event {
    /// The loop begins.
    Started,
    /// Keys that arrived in one read, in order.
    KeysPressed(Vec<Key>),
    /// A bracketed paste, or what has to count as one.
    Pasted(RawText),
    /// The screen has another size.
    Resized(Size),
    /// The terminal gained or lost the focus.
    FocusChanged(bool),
    /// The moment that the core asked to be woken at (see `next_wake`) has come.
    TimeReached,
    /// A fetch was answered.
    Fetched {
        /// The step in which it was asked.
        asked: u64,
        /// What was asked.
        fetch: Fetch,
        /// What came.
        found: Result<Found, Problem>,
        /// What the response said of the budget.
        reading: Option<Reading>,
    },
    /// All steps of an act are safe in the journal.
    Journaled {
        /// The number of the ask.
        ask: u64,
        /// The identities that its steps got, in their order.
        locals: Vec<LocalId>,
    },
    /// The journal could not take any of the steps.
    JournalFailed {
        /// The number of the ask.
        ask: u64,
        /// Why, in words.
        reason: RawText,
    },
    /// An attempt to deliver ended.
    Attempted {
        /// Which entry.
        local: LocalId,
        /// The attempt's number, from 1; 0 where it could not be claimed in the journal, so that nothing left.
        attempt: u32,
        /// How it ended.
        delivery: Delivery,
        /// What the response said of the budget.
        reading: Option<Reading>,
        /// The platform's request id, for its support.
        request_id: Option<RawText>,
    },
    /// The system's opener was started with a link, or could not be.
    LinkOpened {
        /// The number of the ask.
        ask: u64,
        /// Why not, in words.
        result: Result<(), RawText>,
    },
    /// A file was saved, or was not.
    FileSaved {
        /// The number of the ask.
        ask: u64,
        /// Where it lies now, or why it does not.
        result: Result<RawText, RawText>,
    },
    /// Text was handed to the terminal for its clipboard, or was not.
    Copied {
        /// The way it went, or why it did not, in words.
        result: Result<CopiedBy, RawText>,
    },
    /// A command that a person piped a transcript to has ended.
    Piped {
        /// The number of the ask.
        ask: u64,
        /// What it left, or why it did not run, in words.
        result: Result<Piped, RawText>,
    },
    /// The configuration was read again.
    Reloaded {
        /// What holds now; what is bad is as it was before.
        settings: Box<Settings>,
        /// How many of its lines do not fit.
        problems: usize,
        /// The place of the first of them: a file's name with line and column, or a variable.
        first: Option<RawText>,
    },
    /// The terminal is ours again after Ctrl-Z.
    Resumed,
}

impl Event {
    /// The event's name, for a report: never its values.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Started => "Started",
            Self::KeysPressed(_) => "KeysPressed",
            Self::Pasted(_) => "Pasted",
            Self::Resized(_) => "Resized",
            Self::FocusChanged(_) => "FocusChanged",
            Self::TimeReached => "TimeReached",
            Self::Fetched { .. } => "Fetched",
            Self::Journaled { .. } => "Journaled",
            Self::JournalFailed { .. } => "JournalFailed",
            Self::Attempted { .. } => "Attempted",
            Self::LinkOpened { .. } => "LinkOpened",
            Self::FileSaved { .. } => "FileSaved",
            Self::Copied { .. } => "Copied",
            Self::Piped { .. } => "Piped",
            Self::Reloaded { .. } => "Reloaded",
            Self::Resumed => "Resumed",
        }
    }
}
