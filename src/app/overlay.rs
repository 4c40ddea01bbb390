//! Popups, questions and a waiting prefix: what takes the keys before the panes do.

use std::time::Duration;

use crate::domain::{ConversationId, TagId};
use crate::text::{LineEditor, RawText};

use super::action::Goal;
use super::acts::{After, Before, Obstacle};
use super::chooser::Chooser;
use super::key::Key;
use super::links::Link;
use super::listing::Listing;
use super::piping::Pipe;
use super::prompt::Prompt;
use super::records::Records;

/// A question ignores keys for this long, so that a key meant for something else does not answer it.
pub const QUESTION_DEAF_FOR: Duration = Duration::from_millis(200);

/// What stands over the panes.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// The keys that work where it was opened.
    Help {
        /// The first line shown.
        top: usize,
    },
    /// Which member I am; `chosen` is an index into the members, the last is "nobody of these".
    WhoAmI {
        /// The line under the cursor.
        chosen: usize,
    },
    /// Links and files, to open or save one.
    Links(Listing),
    /// The line of a command that gets the transcript ([`super::piping`]).
    PipePrompt,
    /// That command runs.
    PipeRunning {
        /// The number of the ask.
        ask: u64,
    },
    /// What the command wrote.
    PipeOutput {
        /// The first row shown.
        top: usize,
    },
    /// A question that takes only `y` and Esc.
    Question(Question),
    /// One of several, narrowed by typing.
    Choose(Chooser),
    /// A text of one line.
    Prompt(Prompt),
    /// A list of what this program holds: the outbox, the log, the drafts.
    Records(Records),
}

impl Overlay {
    /// Its text field, if it has one: what is typed and pasted goes there.
    pub const fn field_mut(&mut self) -> Option<&mut LineEditor> {
        match self {
            Self::Choose(chooser) => Some(&mut chooser.filter),
            Self::Prompt(prompt) => Some(&mut prompt.editor),
            Self::Help { .. }
            | Self::WhoAmI { .. }
            | Self::Links(_)
            | Self::PipePrompt
            | Self::PipeRunning { .. }
            | Self::PipeOutput { .. }
            | Self::Question(_)
            | Self::Records(_) => None,
        }
    }

    /// Whether characters typed over it are text, so that no letter of another alphabet stands for a key there.
    #[must_use]
    pub const fn takes_text(&self) -> bool {
        match self {
            Self::Choose(_) | Self::Prompt(_) | Self::PipePrompt => true,
            Self::Help { .. }
            | Self::WhoAmI { .. }
            | Self::Links(_)
            | Self::PipeRunning { .. }
            | Self::PipeOutput { .. }
            | Self::Question(_)
            | Self::Records(_) => false,
        }
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Leave although text would be lost: how many drafts, and how many replies that have not left or are not known.
    Quit {
        /// Drafts with text.
        drafts: usize,
        /// Replies not delivered.
        unsent: usize,
    },
    /// Start a reply with what was pasted outside a text field.
    PasteAsReply {
        /// To whom.
        conversation: ConversationId,
        /// What.
        text: RawText,
    },
    /// Send the reply being written where sending does more than sending.
    Send {
        /// To whom.
        conversation: ConversationId,
        /// What happens first.
        before: Before,
        /// What follows.
        then: After,
    },
    /// Take over from the bot, which cannot be given back from here.
    TakeOver {
        /// Which conversation.
        conversation: ConversationId,
    },
    /// Change the status although a draft or a reply that was not sent lies there.
    Become {
        /// Of which conversation.
        conversation: ConversationId,
        /// To what.
        goal: Goal,
        /// Whether the next one follows.
        advance: bool,
        /// What lies there.
        obstacle: Obstacle,
    },
    /// Delete a tag: it goes from every conversation.
    DeleteTag {
        /// From where it is asked.
        conversation: ConversationId,
        /// Which.
        tag: TagId,
    },
    /// Fetch a file: its host learns the address of this machine (security, S14).
    SaveFile {
        /// Where it lies.
        link: Link,
        /// Its name, as it came.
        name: RawText,
    },
}

/// The overlays.
#[derive(Clone, Debug, Default)]
pub struct Overlays {
    /// The one that stands, and since when.
    pub open: Option<(Overlay, Duration)>,
    /// A prefix that waits for its second key.
    pub prefix: Option<Key>,
    /// A transcript on its way through a command.
    pub pipe: Pipe,
    /// The demo's lesson: which step it is at.
    pub lesson: Option<Lesson>,
    /// Whether the first-run question "who are you" was answered or not needed.
    pub introduced: bool,
}

/// The four steps that the demo's hint line leads through once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lesson {
    /// `w` goes to who has waited longest.
    Longest,
    /// Enter opens.
    Open,
    /// `r` starts a reply.
    Reply,
    /// Ctrl-S sends it.
    Send,
}

impl Overlays {
    /// Opens one.
    pub fn show(&mut self, overlay: Overlay, now: Duration) {
        self.prefix = None;
        self.open = Some((overlay, now));
    }
}
