//! How long ago, in at most four cells.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// Clocks differ by this much without being wrong.
const SKEW_SECONDS: i64 = 60;
/// Seconds are told in steps of ten: an age that counts along would never be at rest.
const STEP_SECONDS: u64 = 10;

/// An age as it is drawn: `now`, `50s`, `4m`, `3h`, `2d`, `14w`, `7y`, with `~` before what is not certain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Age(String);

impl Age {
    /// How long before `now` something was. What lies ahead of a clock's usual error is drawn as now, and not certain
    /// (security, S9).
    #[must_use]
    pub fn since(at: DateTime<Utc>, certain: bool, now: DateTime<Utc>) -> Self {
        let seconds = now.signed_duration_since(at).num_seconds();
        let mark = if certain && seconds >= -SKEW_SECONDS { "" } else { "~" };
        let seconds = u64::try_from(seconds).unwrap_or(0);
        if seconds < STEP_SECONDS {
            return Self(format!("{mark}now"));
        }
        let seconds = if seconds < 60 { seconds / STEP_SECONDS * STEP_SECONDS } else { seconds };
        Self(format!("{mark}{}", span(Duration::from_secs(seconds))))
    }

    /// At most four cells of ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A span in its largest whole unit, in at most three cells.
pub(super) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    let (weeks, years) = (days / 7, days / 365);
    match (minutes, hours, days, weeks) {
        (0, ..) => format!("{seconds}s"),
        (_, 0, ..) => format!("{minutes}m"),
        (_, _, 0, _) => format!("{hours}h"),
        (_, _, 1..100, _) => format!("{days}d"),
        (_, _, _, 0..100) => format!("{weeks}w"),
        _ => format!("{}y", years.min(99)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds_before: i64) -> String {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let then = now - chrono::Duration::seconds(seconds_before);
        Age::since(then, true, now).as_str().to_owned()
    }

    #[test]
    fn ages_are_told_in_their_largest_unit() {
        let told: Vec<String> =
            [0, 9, 10, 59, 60, 3_599, 3_600, 86_399, 86_400, 99 * 86_400, 100 * 86_400, 800 * 86_400].map(at).to_vec();
        assert_eq!(told, ["now", "now", "10s", "50s", "1m", "59m", "1h", "23h", "1d", "99d", "14w", "2y"]);
    }

    #[test]
    fn the_future_is_now_and_not_certain_unless_clocks_only_differ() {
        assert_eq!(at(-30), "now");
        assert_eq!(at(-61), "~now");
        assert_eq!(at(-86_400 * 365 * 200), "~now");
    }

    #[test]
    fn no_time_takes_more_than_four_cells() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let ends = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
        let years = (0..62_000).map(|days| now - chrono::Duration::days(days));
        for then in ends.into_iter().chain(years) {
            for certain in [true, false] {
                let age = Age::since(then, certain, now);
                assert!((2..=4).contains(&age.as_str().len()), "{age:?}");
            }
        }
    }
}
