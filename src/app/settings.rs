//! What a person may set. Plain values with the documented defaults.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::{UserId, Zone};

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
    /// How long a colleague's row must wait before it stands in Waiting too.
    pub colleague_waits: Duration,
    /// Shown in place of the organisation's name.
    pub demo: bool,
    /// Marks and gutters without anything outside ASCII.
    pub ascii: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hold: Duration::from_secs(2),
            me: None,
            zone: Zone::Machine,
            colleague_waits: Duration::from_secs(600),
            demo: false,
            ascii: false,
        }
    }
}
