//! Both rate windows as the platform counts them (contract, section 5). Owns counting; told the moment.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};

use crate::sandbox::switches::RateWindows;

#[derive(Clone, Debug)]
struct Window {
    seconds: i64,
    limit: u32,
    spent: VecDeque<DateTime<Utc>>,
}

impl Window {
    fn end_of(&self, start: DateTime<Utc>) -> DateTime<Utc> {
        start.checked_add_signed(TimeDelta::seconds(self.seconds)).unwrap_or(start)
    }

    fn roll(&mut self, now: DateTime<Utc>, how: RateWindows) {
        match how {
            RateWindows::Rolling => {
                while self.spent.front().is_some_and(|at| self.end_of(*at) <= now) {
                    self.spent.pop_front();
                }
            }
            RateWindows::Fixed => {
                if self.spent.front().is_some_and(|at| self.end_of(*at) <= now) {
                    self.spent.clear();
                }
            }
        }
    }

    fn remaining(&self) -> u32 {
        self.limit.saturating_sub(u32::try_from(self.spent.len()).unwrap_or(u32::MAX))
    }

    /// When the window rolls over; one that is empty rolls over a length from now. With more spent than the limit
    /// (it was lowered), when so many have left that one fits.
    fn reset(&self, now: DateTime<Utc>, how: RateWindows) -> DateTime<Utc> {
        let over = match how {
            RateWindows::Rolling => (self.spent.len() + 1).saturating_sub(self.limit.max(1) as usize),
            RateWindows::Fixed => 0,
        };
        self.end_of(self.spent.get(over.saturating_sub(1)).copied().unwrap_or(now))
    }
}

/// The organisation's two windows.
#[derive(Clone, Debug)]
pub(super) struct Windows {
    minute: Window,
    hour: Window,
}

impl Windows {
    pub(super) const fn new(minute: u32, hour: u32) -> Self {
        Self {
            minute: Window { seconds: 60, limit: minute, spent: VecDeque::new() },
            hour: Window { seconds: 3_600, limit: hour, spent: VecDeque::new() },
        }
    }

    pub(super) fn set_limits(&mut self, minute: Option<u32>, hour: Option<u32>) {
        self.minute.limit = minute.unwrap_or(self.minute.limit);
        self.hour.limit = hour.unwrap_or(self.hour.limit);
    }

    pub(super) fn forget(&mut self) {
        self.minute.spent.clear();
        self.hour.spent.clear();
    }

    /// Spends one request, whether it fits or not.
    pub(super) fn spend(&mut self, now: DateTime<Utc>, how: RateWindows) {
        for window in [&mut self.minute, &mut self.hour] {
            window.roll(now, how);
            window.spent.push_back(now);
        }
    }

    /// Seconds to wait when either window is full, rounded up.
    pub(super) fn full(&mut self, now: DateTime<Utc>, how: RateWindows) -> Option<u64> {
        let mut wait: Option<u64> = None;
        for window in [&mut self.minute, &mut self.hour] {
            window.roll(now, how);
            if window.remaining() == 0 {
                let left = window.reset(now, how).signed_duration_since(now).num_milliseconds().max(1);
                let seconds = u64::try_from(left).unwrap_or(0).div_ceil(1_000);
                wait = wait.max(Some(seconds));
            }
        }
        wait
    }

    /// The six headers.
    pub(super) fn headers(&mut self, now: DateTime<Utc>, how: RateWindows) -> Vec<(String, String)> {
        let mut all = Vec::with_capacity(6);
        for (name, window) in [("Minute", &mut self.minute), ("Hour", &mut self.hour)] {
            window.roll(now, how);
            let reset = window.reset(now, how).timestamp_millis();
            let reset = reset.div_euclid(1_000) + i64::from(reset.rem_euclid(1_000) > 0);
            all.push((format!("X-RateLimit-Limit-{name}"), window.limit.to_string()));
            all.push((format!("X-RateLimit-Remaining-{name}"), window.remaining().to_string()));
            all.push((format!("X-RateLimit-Reset-{name}"), reset.to_string()));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_rolling_window_frees_each_request_after_its_length() {
        let mut windows = Windows::new(3, 1_000);
        for second in [0, 10, 20] {
            assert_eq!(windows.full(at(second), RateWindows::Rolling), None);
            windows.spend(at(second), RateWindows::Rolling);
        }
        assert_eq!(windows.full(at(20), RateWindows::Rolling), Some(40));
        assert_eq!(windows.full(at(59), RateWindows::Rolling), Some(1));
        assert_eq!(windows.full(at(60), RateWindows::Rolling), None);
        windows.spend(at(60), RateWindows::Rolling);
        assert_eq!(windows.full(at(61), RateWindows::Rolling), Some(9));
    }

    #[test]
    fn a_fixed_window_empties_as_a_whole() {
        let mut windows = Windows::new(2, 1_000);
        windows.spend(at(0), RateWindows::Fixed);
        windows.spend(at(50), RateWindows::Fixed);
        assert_eq!(windows.full(at(51), RateWindows::Fixed), Some(9));
        let headers = windows.headers(at(60), RateWindows::Fixed);
        assert!(headers.contains(&("X-RateLimit-Remaining-Minute".to_owned(), "2".to_owned())));
        assert!(headers.contains(&("X-RateLimit-Remaining-Hour".to_owned(), "998".to_owned())));
    }

    #[test]
    fn the_hour_alone_may_be_full_and_its_wait_is_long() {
        let mut windows = Windows::new(100, 2);
        windows.spend(at(0), RateWindows::Rolling);
        windows.spend(at(1), RateWindows::Rolling);
        assert_eq!(windows.full(at(120), RateWindows::Rolling), Some(3_480));
    }
}
