//! Orders to the machine, as plain data. Each is carried out once and answers with at most one event.

use crate::budget::Lane;
use crate::domain::outbox::{Intent, Outcome};
use crate::domain::{ConversationId, Cursor, LocalId, Status};
use crate::text::RawText;

/// One request that reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetch {
    /// `GET /me`.
    Me,
    /// `GET /team/members`.
    Members,
    /// `GET /chatbots`.
    Chatbots,
    /// One page of `GET /conversations`.
    List {
        /// The statuses asked for, always given.
        statuses: Vec<Status>,
        /// Where the walk goes on.
        cursor: Option<Cursor>,
        /// 1 to 100.
        limit: u8,
    },
    /// `GET /conversations/{id}`.
    Conversation(ConversationId),
    /// One page of `GET /conversations/{id}/messages`.
    Thread {
        /// Whose.
        conversation: ConversationId,
        /// Where the walk goes on.
        cursor: Option<Cursor>,
        /// 1 to 100.
        limit: u8,
    },
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask for something. Answered by `Fetched` with the same `asked` and `fetch`.
    Fetch {
        /// The step that asks.
        asked: u64,
        /// What for.
        fetch: Fetch,
        /// On whose share of the budget.
        lane: Lane,
    },
    /// Write the intent down. Answered by `Journaled` or `JournalFailed`.
    Journal {
        /// The number of this ask.
        ask: u64,
        /// What a person wants sent.
        intent: Intent,
    },
    /// Claim the next attempt in the journal and send the stored bytes. Answered by `Attempted`.
    Deliver {
        /// Which entry.
        local: LocalId,
    },
    /// Write down how an entry ended without an attempt of ours telling it (found in the thread, taken back).
    Conclude {
        /// Which entry.
        local: LocalId,
        /// How.
        outcome: Outcome,
    },
    /// Open a link that a person chose, by the system's opener. Answered by `LinkOpened`.
    OpenLink {
        /// The number of this ask.
        ask: u64,
        /// Where it leads: http, https or mailto, in ASCII.
        url: RawText,
    },
    /// Fetch one file that a person asked for, after its host was shown (security, S14). Answered by `FileSaved`.
    SaveFile {
        /// The number of this ask.
        ask: u64,
        /// Where it lies.
        url: RawText,
        /// Its name as the visitor gave it: to be made one safe component before it is used.
        name: RawText,
    },
    /// Put text on the clipboard, as the terminal offers it (OSC 52). Not answered.
    Copy {
        /// What: made safe already, line breaks kept, none at the end (security, S4).
        text: String,
    },
    /// Ring the bell.
    RingBell,
    /// Clear and draw everything again.
    Redraw,
    /// Hand the terminal back and stop until continued.
    Suspend,
    /// Leave.
    Quit,
}
