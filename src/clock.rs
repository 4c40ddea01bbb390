//! The only door to time. Everything else is handed the moment it works at.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

/// A reading of both clocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Time since the clock was made; stands still while the machine sleeps.
    pub mono: Duration,
    /// The wall clock.
    pub wall: DateTime<Utc>,
}

/// A clock: the machine's, or one that tests turn by hand.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clocks.
    System(Instant),
    /// Turned by hand.
    Manual(Arc<Mutex<Reading>>),
}

impl Clock {
    /// The machine's clocks, counted from now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this module is the door")]
    pub fn system() -> Self {
        Self::System(Instant::now())
    }

    /// A clock that stands at `wall` until it is advanced.
    #[must_use]
    pub fn manual(wall: DateTime<Utc>) -> Self {
        Self::Manual(Arc::new(Mutex::new(Reading { mono: Duration::ZERO, wall })))
    }

    /// Both clocks, now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this module is the door")]
    pub fn now(&self) -> Reading {
        match self {
            Self::System(origin) => Reading { mono: origin.elapsed(), wall: Utc::now() },
            Self::Manual(reading) => *reading.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Turns a manual clock; the machine's stays as it is.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(reading) = self {
            let mut reading = reading.lock().unwrap_or_else(PoisonError::into_inner);
            reading.mono = reading.mono.saturating_add(by);
            if let Some(wall) = chrono::Duration::from_std(by).ok().and_then(|by| reading.wall.checked_add_signed(by)) {
                reading.wall = wall;
            }
        }
    }
}
