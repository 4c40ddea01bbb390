//! Orders to the machine, as plain data. Each is carried out once and answers with at most one event.

use serde::{Deserialize, Serialize};

use crate::budget::Lane;
use crate::domain::outbox::{Intent, Outcome};
use crate::domain::{ConversationId, Cursor, LocalId, Status, TagId};
use crate::text::RawText;

/// One request that reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    /// One page of `GET /conversations/{id}/notes`.
    Notes {
        /// Whose.
        conversation: ConversationId,
        /// Where the walk goes on.
        cursor: Option<Cursor>,
    },
    /// `GET /conversations/{id}/tags`.
    Tags(ConversationId),
    /// One page of `GET /conversation-tags`, from 1.
    Palette(u32),
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
    /// Write the steps of one act down, all or none. Answered by `Journaled` or `JournalFailed`.
    Journal {
        /// The number of this ask.
        ask: u64,
        /// What a person wants done, step by step.
        steps: Vec<Intent>,
    },
    /// Claim the next attempt of a reply in the journal and send the stored bytes. Answered by `Attempted`.
    Deliver {
        /// Which entry.
        local: LocalId,
    },
    /// Claim the next attempt of a note in the journal and send the stored bytes. Answered by `Attempted`.
    SaveNote {
        /// Which entry.
        local: LocalId,
    },
    /// Claim the next attempt of a change in the journal and send the stored bytes. Answered by `Attempted`.
    Change {
        /// Which entry.
        local: LocalId,
    },
    /// Claim the next attempt of a change of tags in the journal and replace the set. Answered by `Attempted`.
    ReplaceTags {
        /// Which entry.
        local: LocalId,
        /// The whole set, as it shall be.
        tags: Vec<TagId>,
    },
    /// Claim the next attempt of a new tag in the journal and send the stored bytes. Answered by `Attempted`.
    CreateTag {
        /// Which entry.
        local: LocalId,
    },
    /// Claim the next attempt of a tag's end in the journal and ask for it. Answered by `Attempted`.
    DeleteTag {
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
    /// Put text on the clipboard, as the terminal offers it (OSC 52). Answered by `Copied`.
    Copy {
        /// What: made safe already, line breaks kept, none at the end (security, S4).
        text: String,
    },
    /// Run a line that the person wrote, by a shell, with text on its standard input (security, S27). Answered by
    /// `Piped`.
    Pipe {
        /// The number of this ask.
        ask: u64,
        /// The line.
        command: String,
        /// What it reads: text made safe.
        input: String,
    },
    /// Read the configuration again. Answered by `Reloaded`.
    Reload,
    /// Ring the bell.
    RingBell,
    /// Clear and draw everything again.
    Redraw,
    /// Hand the terminal back and stop until continued.
    Suspend,
    /// Leave.
    Quit,
}

impl Effect {
    /// Whether only the owner of a terminal can carry it out; everything else is the runner's.
    #[must_use]
    pub const fn is_terminals(&self) -> bool {
        match self {
            Self::Copy { .. } | Self::Reload | Self::RingBell | Self::Redraw | Self::Suspend | Self::Quit => true,
            Self::Fetch { .. }
            | Self::Journal { .. }
            | Self::Deliver { .. }
            | Self::SaveNote { .. }
            | Self::Change { .. }
            | Self::ReplaceTags { .. }
            | Self::CreateTag { .. }
            | Self::DeleteTag { .. }
            | Self::Conclude { .. }
            | Self::OpenLink { .. }
            | Self::SaveFile { .. }
            | Self::Pipe { .. } => false,
        }
    }
}
