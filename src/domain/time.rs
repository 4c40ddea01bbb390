//! Times as the platform tells them and as the program reads them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use chrono::{DateTime, FixedOffset, Local, NaiveDateTime, Utc};

/// A time that the platform told. An unreadable one is data too: it borrows its neighbour's time and is not certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Zone {
    /// The machine's zone, with its daylight saving rules.
    #[default]
    Machine,
    /// A fixed offset: tests, replays.
    Fixed(#[serde(with = "seconds_east")] FixedOffset),
}

/// An offset as the seconds that it lies east of Greenwich.
mod seconds_east {
    use chrono::FixedOffset;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(offset: &FixedOffset, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i32(offset.local_minus_utc())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FixedOffset, D::Error> {
        let seconds = i32::deserialize(deserializer)?;
        FixedOffset::east_opt(seconds).ok_or_else(|| D::Error::custom("no zone is that far east or west"))
    }
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
