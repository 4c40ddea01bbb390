//! How the platform answers, for the status bar.

use std::time::Duration;

use crate::domain::Problem;

/// How the platform answers.
#[derive(Clone, Debug, Default)]
pub struct Link {
    /// When the live list was last read to its end (asked at, monotonic).
    pub list_read_at: Option<Duration>,
    /// Why the last read of the list failed, until one succeeds. What concerns one thread is held there.
    pub problem: Option<Problem>,
    /// How many reads of the list failed in a row.
    pub failures: u32,
    /// The true cadence of the live list now.
    pub cadence: Duration,
}
