//! Times as the platform tells them and as the program reads them.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, Local, NaiveDateTime, Utc};

/// A time that the platform told. An unreadable one is data too: it borrows its neighbour's time and is not certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    /// The instant; borrowed from a neighbour (or the epoch) where `certain` is false.
    pub at: DateTime<Utc>,
    /// Whether the platform's text could be read.
    pub certain: bool,
}

impl Time {
    /// A time that was read.
    #[must_use]
    pub const fn certain(at: DateTime<Utc>) -> Self {
        Self { at, certain: true }
    }

    /// A stand-in for a time that could not be read.
    #[must_use]
    pub const fn guessed(at: DateTime<Utc>) -> Self {
        Self { at, certain: false }
    }
}

/// Now, as it came with an event: both clocks, since the monotonic one stands still while a machine sleeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Time since the process started.
    pub mono: Duration,
    /// The wall clock.
    pub wall: DateTime<Utc>,
}

impl Default for Moment {
    fn default() -> Self {
        Self { mono: Duration::ZERO, wall: DateTime::UNIX_EPOCH }
    }
}

/// Where day separators and clock times are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Zone {
    /// The machine's zone, with its daylight saving rules.
    #[default]
    Machine,
    /// A fixed offset: tests, replays.
    Fixed(FixedOffset),
}

impl Zone {
    /// The civil time of an instant in this zone.
    #[must_use]
    pub fn civil(self, at: DateTime<Utc>) -> NaiveDateTime {
        match self {
            Self::Machine => at.with_timezone(&Local).naive_local(),
            Self::Fixed(offset) => at.with_timezone(&offset).naive_local(),
        }
    }
}
