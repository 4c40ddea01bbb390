//! The only door to time. Everything else is handed the moment it works at.

use std::future::pending;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::watch;

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
    Manual(Arc<watch::Sender<Reading>>),
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
        Self::Manual(Arc::new(watch::Sender::new(Reading { mono: Duration::ZERO, wall })))
    }

    /// Both clocks, now.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this module is the door")]
    pub fn now(&self) -> Reading {
        match self {
            Self::System(origin) => Reading { mono: origin.elapsed(), wall: Utc::now() },
            Self::Manual(reading) => *reading.borrow(),
        }
    }

    /// Turns a manual clock; the machine's stays as it is.
    pub fn advance(&self, by: Duration) {
        if let Self::Manual(reading) = self {
            let by_wall = chrono::Duration::from_std(by).ok();
            reading.send_modify(|reading| {
                reading.mono = reading.mono.saturating_add(by);
                if let Some(wall) = by_wall.and_then(|by| reading.wall.checked_add_signed(by)) {
                    reading.wall = wall;
                }
            });
        }
    }

    /// Returns when `left` has passed since the reading `since`, or once the clock was turned by hand after it. A
    /// manual clock that nobody turns waits for ever.
    pub async fn pass(&self, since: Reading, left: Duration) {
        match self {
            Self::System(_) => {
                let passed = self.now().mono.saturating_sub(since.mono);
                tokio::time::sleep(left.saturating_sub(passed)).await;
            }
            Self::Manual(_) if left.is_zero() => {}
            Self::Manual(reading) => {
                // Turned between the reading and this call: the first look sees it.
                if reading.subscribe().wait_for(|now| *now != since).await.is_err() {
                    pending::<()>().await;
                }
            }
        }
    }
}
