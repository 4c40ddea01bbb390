//! The shared request budget, pure: both windows, lanes and shares (contract, section 5).
//!
//! The limit is the organisation's: other programs spend the same bucket, so what the server last said always wins
//! over our own count. Never reads a clock: every call is told the moment.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What one response said of the budget, read against the response's own `Date`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// `X-RateLimit-*-Minute`.
    pub minute: Option<WindowReading>,
    /// `X-RateLimit-*-Hour`.
    pub hour: Option<WindowReading>,
    /// `Retry-After`, capped at 3,600 s; only a 429's counts.
    pub retry_after: Option<Duration>,
}

/// One window's three headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowReading {
    /// `Limit`.
    pub limit: u32,
    /// `Remaining`.
    pub remaining: u32,
    /// `Reset` less the response's `Date` (or our clock where there is none), capped at 3,600 s.
    pub resets_in: Duration,
}

/// Who asks. Earlier lanes may spend what later ones must leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// What a person sends, its guard and its look-ups.
    Send,
    /// The conversation on screen.
    OnScreen,
    /// The live list.
    List,
    /// Rows filled in, pages on demand, names.
    Background,
}

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

#[derive(Clone, Debug)]
struct Window {
    length: Duration,
    limit: u32,
    /// Our own requests within the window, and whether the last reading counted them already.
    ours: VecDeque<Duration>,
    /// What the server last said remained, when, and until when that holds.
    told: Option<Told>,
}

#[derive(Clone, Copy, Debug)]
struct Told {
    at: Duration,
    remaining: u32,
    until: Duration,
}

impl Window {
    const fn new(length: Duration, limit: u32) -> Self {
        Self { length, limit, ours: VecDeque::new(), told: None }
    }

    fn forget_old(&mut self, now: Duration) {
        while self.ours.front().is_some_and(|at| *at + self.length <= now) {
            self.ours.pop_front();
        }
        if self.told.is_some_and(|told| told.until <= now) {
            self.told = None;
        }
    }

    /// What is left by our own count over a rolling window and by what the server said: the lower of the two.
    fn remaining(&self, now: Duration) -> u32 {
        let within = self.ours.iter().filter(|at| **at + self.length > now).count();
        let by_count = self.limit.saturating_sub(u32::try_from(within).unwrap_or(u32::MAX));
        match self.told {
            Some(told) if told.until > now => {
                let since = self.ours.iter().filter(|at| **at > told.at).count();
                by_count.min(told.remaining.saturating_sub(u32::try_from(since).unwrap_or(u32::MAX)))
            }
            Some(_) | None => by_count,
        }
    }
}

/// Both windows, and the wait that the server asked for.
#[derive(Clone, Debug)]
pub struct Budget {
    minute: Window,
    hour: Window,
    wait_until: Option<Duration>,
    background: VecDeque<Duration>,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            minute: Window::new(MINUTE, 60),
            hour: Window::new(HOUR, 1_000),
            wait_until: None,
            background: VecDeque::new(),
        }
    }
}

impl Budget {
    /// Counts a request that leaves now.
    pub fn spend(&mut self, lane: Lane, now: Duration) {
        self.minute.forget_old(now);
        self.hour.forget_old(now);
        self.minute.ours.push_back(now);
        self.hour.ours.push_back(now);
        if lane == Lane::Background {
            self.background.push_back(now);
        }
        while self.background.front().is_some_and(|at| *at + HOUR <= now) {
            self.background.pop_front();
        }
    }

    /// Takes what a response said. `asked` is when its request left, so that later ones of ours still count.
    pub fn observe(&mut self, reading: &Reading, asked: Duration, now: Duration, limited: bool) {
        for (window, told) in [(&mut self.minute, reading.minute), (&mut self.hour, reading.hour)] {
            let Some(told) = told else { continue };
            window.limit = told.limit.max(1);
            let newer = window.told.is_none_or(|held| held.at <= asked || held.until <= now);
            if newer {
                window.told =
                    Some(Told { at: asked, remaining: told.remaining, until: now + told.resets_in.min(HOUR) });
            }
        }
        if limited {
            let wait = reading.retry_after.unwrap_or(Duration::from_secs(30)).min(HOUR);
            self.wait_until = Some(now + wait);
        }
    }

    /// Until when the server asked us to wait, if that is still ahead.
    #[must_use]
    pub fn waits_until(&self, now: Duration) -> Option<Duration> {
        self.wait_until.filter(|until| *until > now)
    }

    /// A person decided to send now in spite of the wait.
    pub const fn stop_waiting(&mut self) {
        self.wait_until = None;
    }

    /// What is left of the minute.
    #[must_use]
    pub fn remaining_minute(&self, now: Duration) -> u32 {
        self.minute.remaining(now)
    }

    /// What is left of the hour.
    #[must_use]
    pub fn remaining_hour(&self, now: Duration) -> u32 {
        self.hour.remaining(now)
    }

    /// The hour's limit.
    #[must_use]
    pub const fn hour_limit(&self) -> u32 {
        self.hour.limit
    }

    /// Whether a request of this lane may leave now. Sends keep a tenth of both windows to themselves; the list keeps
    /// a share from what only fills in; background work never takes more than a fifth of the hour.
    #[must_use]
    pub fn allows(&self, lane: Lane, now: Duration) -> bool {
        if self.waits_until(now).is_some() {
            return false;
        }
        let (minute, hour) = (self.minute.remaining(now), self.hour.remaining(now));
        let (of_minute, of_hour) = match lane {
            Lane::Send => (0, 0),
            Lane::OnScreen => (self.minute.limit / 6, self.hour.limit / 10),
            Lane::List => (self.minute.limit / 10, self.hour.limit / 20),
            Lane::Background => {
                let spent = self.background.iter().filter(|at| **at + HOUR > now).count();
                if spent >= (self.hour.limit / 5) as usize {
                    return false;
                }
                (self.minute.limit / 5, self.hour.limit / 4)
            }
        };
        minute > of_minute && hour > of_hour
    }

    /// By how much planned reads are stretched: 1.0 while the hour can carry the planned pace to its end, more as it
    /// falls, at most 12.
    #[must_use]
    pub fn stretch(&self, planned_an_hour: f64, now: Duration) -> f64 {
        let left = f64::from(self.hour.remaining(now));
        let keep = f64::from(self.hour.limit) / 10.0;
        let usable = (left - keep).max(1.0);
        let until_reset = self.hour.told.map_or(HOUR, |told| told.until.saturating_sub(now)).as_secs_f64();
        let wanted = planned_an_hour * until_reset / HOUR.as_secs_f64();
        (wanted / usable).clamp(1.0, 12.0)
    }
}
