//! What `settle` measured for the next frame: areas, and the lines that will be visible. The view only paints them.

use chrono::NaiveDate;

use crate::domain::{ConversationId, MessageId, Speaker};

use super::inbox::View;
use super::layout::{Fit, Layout};
use super::links::Odd;
use super::trace;

/// One line of the thread pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The message it belongs to; none for rules.
    pub message: Option<MessageId>,
    /// What it shows. All text in it is safe to draw.
    pub kind: LineKind,
}

/// What a line shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A day separator in local time.
    Day(NaiveDate),
    /// Who spoke, and when.
    Header {
        /// Who.
        speaker: Speaker,
        /// The name to show.
        name: String,
        /// The local time of day, with `~` where it is not certain.
        time: String,
    },
    /// A row of a message's text.
    Text {
        /// Whose.
        speaker: Speaker,
        /// The row.
        text: String,
        /// How stretches of it look; they may lie over each other.
        spans: Vec<Span>,
    },
    /// A tool call of the bot on one line.
    Tool {
        /// Whose.
        speaker: Speaker,
        /// The tool's name.
        name: String,
        /// Why it failed.
        failed: Option<String>,
        /// How much of it is shown below; none where there is nothing more to show.
        fold: Option<Fold>,
    },
    /// A row of what a tool was called with, or what came of it.
    Trace {
        /// Whose.
        speaker: Speaker,
        /// The row.
        row: trace::Row,
    },
    /// A file by link.
    File {
        /// Whose.
        speaker: Speaker,
        /// Where it lies; none where its link cannot be used.
        host: Option<String>,
        /// Name and type.
        text: String,
    },
    /// Where a link truly leads that does not lead where it looks as if it did.
    Leads {
        /// Whose.
        speaker: Speaker,
        /// The host that would be asked.
        host: String,
        /// What is odd about it.
        odd: Odd,
    },
    /// A record that could not be read.
    Unreadable {
        /// Whose.
        speaker: Speaker,
        /// Id and reason.
        text: String,
    },
    /// A marker of the platform.
    Marker {
        /// The local time of day.
        time: String,
        /// Its text on one line.
        text: String,
    },
    /// What follows came since the reader last looked: the local time of that.
    NewSince(String),
    /// What came since the draft was begun: how many messages.
    SinceYouBegan(usize),
    /// The thread's beginning.
    Beginning,
    /// Older messages are not loaded (yet).
    OlderNotLoaded {
        /// They are being asked for.
        loading: bool,
    },
    /// A stretch between is not loaded.
    GapNotLoaded,
    /// The thread is being read for the first time.
    Loading,
    /// It could not be read: a row of why, and of what to do.
    Failed(String),
    /// Nobody has said anything.
    Empty,
}

/// How a stretch of a row looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Emphasis.
    Emphasis,
    /// Strong emphasis, a heading.
    Strong,
    /// A mark that stays.
    Dim,
    /// A link.
    Link,
    /// What was searched for: which hit of its message, from 0.
    Hit(usize),
}

/// A stretch of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Byte offset of its first cluster.
    pub start: usize,
    /// Byte offset behind its last cluster.
    pub end: usize,
    /// How it looks.
    pub look: Look,
}

/// How much of a tool call, or of a marker, is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fold {
    /// Its one line.
    #[default]
    Folded,
    /// The first rows of each field.
    Some,
    /// All of it.
    Whole,
}

/// One reply of ours that is not a message yet, as its block shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockLine {
    /// What happens to it, in our words.
    State {
        /// Our words.
        words: String,
        /// Whether a person has to act.
        warning: bool,
    },
    /// A row of its text.
    Text(String),
    /// A row of a note's text.
    Note(String),
    /// The address of what goes with the reply being written.
    Attached(String),
    /// There is more of it.
    More(usize),
}

/// What the next frame shows.
#[derive(Clone, Debug, Default)]
pub struct Screen {
    /// Where everything stands.
    pub layout: Layout,
    /// How many screen rows one row of the list takes: two, or one where the list is wide.
    pub rows_each: u16,
    /// How many rows of the list fit.
    pub list_fits: usize,
    /// The lines of the thread that are visible, from the top.
    pub thread: Vec<Line>,
    /// Whose thread that is.
    pub thread_of: Option<ConversationId>,
    /// The message that keys act on, as drawn: a chosen one, else the last that is visible.
    pub selected: Option<MessageId>,
    /// Messages below what is visible.
    pub below: usize,
    /// How many of these came since the reader left the end.
    pub new_below: usize,
    /// The blocks above the composer.
    pub blocks: Vec<BlockLine>,
    /// The rows of the composer that are visible, safe to draw.
    pub composer: Vec<String>,
    /// Where the composer's cursor stands: row among the visible ones, column.
    pub composer_cursor: (usize, usize),
    /// Whether rows of the draft stand above or below the visible ones.
    pub composer_more: (bool, bool),
    /// The reader is near the first message loaded, and there are older ones.
    pub wants_older: Option<ConversationId>,
    /// Lines to scroll the thread by before the next frame: negative is up.
    pub scroll: i64,
    /// The wrapped messages of the thread that was drawn last.
    pub cache: super::blocks::Cache,
    /// The view the list was drawn for.
    pub view: View,
}

impl Screen {
    /// Whether the sidebar is drawn.
    #[must_use]
    pub const fn sidebar_visible(&self) -> bool {
        !self.layout.sidebar.is_empty()
    }

    /// Whether a thread is previewed beside the list.
    #[must_use]
    pub const fn previews(&self) -> bool {
        matches!(self.layout.fit, Fit::Two | Fit::Three)
    }
}
