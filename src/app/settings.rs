//! What a person may set. Plain values with the documented defaults.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::{UserId, Zone};

use super::keymap::Keymap;
use super::langmap::Langmap;

/// Where a resolve or a snooze leads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Advance {
    /// To the next row of the same view.
    #[default]
    Next,
    /// To the row before.
    Previous,
    /// Nowhere: the conversation stays on screen.
    Stay,
    /// Back to the list.
    List,
}

impl Advance {
    /// All of them by name.
    pub const WORDS: [(&'static str, Self); 4] =
        [("next", Self::Next), ("previous", Self::Previous), ("stay", Self::Stay), ("list", Self::List)];
}

/// The settings of one profile.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// How long a reply waits before it leaves; zero turns the hold off.
    pub hold: Duration,
    /// Whose inbox this is, if it was said beforehand.
    pub me: Option<UserId>,
    /// Where times are drawn.
    pub zone: Zone,
    /// Times in full in the thread, and since when a visitor waits; else the time of day, and how long.
    pub absolute_times: bool,
    /// How long a colleague's row must wait before it stands in Waiting too.
    pub colleague_waits: Duration,
    /// Shown in place of the organisation's name.
    pub demo: bool,
    /// Marks and gutters without anything outside ASCII.
    pub ascii: bool,
    /// Whether the first reply on a conversation that nobody owns assigns it to me.
    pub claim_on_reply: bool,
    /// Whether a note ends in the name of who wrote it.
    pub note_signature: bool,
    /// Whether Enter sends a reply; Ctrl-J makes a new line either way.
    pub enter_sends: bool,
    /// Where a resolve or a snooze leads.
    pub advance: Advance,
    /// What the keys do.
    pub keymap: Arc<Keymap>,
    /// What letters of other alphabets stand for outside text.
    pub langmap: Arc<Langmap>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hold: Duration::from_secs(2),
            me: None,
            zone: Zone::Machine,
            absolute_times: false,
            colleague_waits: Duration::from_secs(600),
            demo: false,
            ascii: false,
            claim_on_reply: true,
            note_signature: true,
            enter_sends: false,
            advance: Advance::Next,
            keymap: Keymap::defaults(),
            langmap: Arc::default(),
        }
    }
}
