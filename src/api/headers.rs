//! What an answer's headers tell: its date, its request id, the budget, how long to wait (contract, section 5).
//!
//! Owns forgiving arithmetic: every number saturates, nothing a server says can overflow or wait for ever (security,
//! S9). Never decides what to do with it.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, Utc};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::budget::{Reading, WindowReading};
use crate::text::RawText;

/// The longest wait a server can ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// What an answer's headers tell.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) date: Option<DateTime<Utc>>,
    pub(super) request_id: Option<RawText>,
    /// None where no header speaks of the budget.
    pub(super) reading: Option<Reading>,
}

/// Reads the headers. `wall` is our clock, for an answer without a date.
pub(super) fn read(headers: &HeaderMap, wall: DateTime<Utc>) -> Told {
    let date = text(headers, DATE.as_str()).and_then(http_date);
    let now = date.unwrap_or(wall);
    let retry_after = text(headers, RETRY_AFTER.as_str()).and_then(|value| wait(value, now));
    let mut minute = window(headers, "-minute", MINUTE, 60, now);
    let mut hour = window(headers, "-hour", HOUR, 1_000, now);
    if minute.is_none() && hour.is_none() {
        // The older three, which the platform says it does not use. Which window they mean only the reset can tell.
        match window(headers, "", HOUR, 1_000, now) {
            Some(told) if told.resets_in <= MINUTE => minute = Some(told),
            told => hour = told,
        }
    }
    let spoken = minute.is_some() || hour.is_some() || retry_after.is_some();
    Told {
        date,
        request_id: text(headers, "x-request-id").filter(|id| !id.is_empty()).map(RawText::new),
        reading: spoken.then_some(Reading { minute, hour, retry_after }),
    }
}

/// How long a 429 asks to wait: what it says, else until the window that is used up rolls over, else 30 s.
pub(super) fn limited_wait(reading: Option<&Reading>) -> Duration {
    let Some(reading) = reading else { return Duration::from_secs(30) };
    let used_up = [reading.minute, reading.hour].into_iter().flatten().filter(|told| told.remaining == 0);
    let until_reset = used_up.map(|told| told.resets_in).max();
    reading.retry_after.or(until_reset).unwrap_or(Duration::from_secs(30)).min(LONGEST_WAIT)
}

fn window(headers: &HeaderMap, name: &str, length: Duration, usual: u32, now: DateTime<Utc>) -> Option<WindowReading> {
    let value = |kind: &str| {
        let with_x = text(headers, &format!("x-ratelimit-{kind}{name}"));
        with_x.or_else(|| text(headers, &format!("ratelimit-{kind}{name}"))).and_then(number)
    };
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    Some(WindowReading {
        remaining: small(value("remaining")?),
        limit: value("limit").map_or(usual, small),
        resets_in: value("reset").map_or(length, |reset| until(reset, now)).min(length),
    })
}

/// How long until a reset. The platform sends Unix seconds; milliseconds and a count of seconds are told by their size.
fn until(reset: u64, now: DateTime<Utc>) -> Duration {
    let now = u64::try_from(now.timestamp()).unwrap_or(0);
    Duration::from_secs(match reset {
        0..=999_999_999 => reset,
        1_000_000_000..=99_999_999_999 => reset.saturating_sub(now),
        _ => (reset / 1_000).saturating_sub(now),
    })
}

/// `Retry-After` (RFC 9110): seconds or a date.
fn wait(value: &str, now: DateTime<Utc>) -> Option<Duration> {
    let wait = match number(value) {
        Some(seconds) => Duration::from_secs(seconds),
        None => http_date(value)?.signed_duration_since(now).to_std().unwrap_or_default(),
    };
    Some(wait.min(LONGEST_WAIT))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// A whole number; a fraction is dropped, a negative one is 0, one too large saturates.
fn number(value: &str) -> Option<u64> {
    let (negative, digits) = value.strip_prefix('-').map_or((false, value), |digits| (true, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    if negative {
        return Some(0);
    }
    Some(whole.bytes().fold(0, |value: u64, digit| value.saturating_mul(10).saturating_add(u64::from(digit - b'0'))))
}

/// A date in one of the three forms of RFC 9110, section 5.6.7.
fn http_date(value: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc2822(value)
        .map(|date| date.to_utc())
        .or_else(|_| NaiveDateTime::parse_from_str(value, "%A, %d-%b-%y %H:%M:%S GMT").map(|date| date.and_utc()))
        .or_else(|_| NaiveDateTime::parse_from_str(value, "%a %b %e %H:%M:%S %Y").map(|date| date.and_utc()))
        .ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (HeaderName::try_from(*name).expect("a name"), HeaderValue::from_str(value).expect("a value"))
            })
            .collect()
    }

    fn at(text: &str) -> DateTime<Utc> {
        crate::wire::time::parse(text).expect("a time")
    }

    fn reading(pairs: &[(&str, &str)]) -> Option<Reading> {
        read(&headers(pairs), at("2026-05-22T14:00:00Z")).reading
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_documented_headers_are_read_against_the_answers_own_date() {
        let text = include_str!("../../tests/fixtures/rate_limited.http");
        let pairs: Vec<_> = text.lines().skip(1).map_while(|line| line.split_once(": ")).collect();
        // Our own clock is a day off: it must not matter.
        let told = read(&headers(&pairs), at("2026-05-23T14:08:20Z"));
        assert_eq!(told.date, Some(at("2026-05-22T14:08:20Z")));
        assert_eq!(told.request_id, Some(RawText::new("req_8fK2x9aLp0qR")));
        let reset_hour = 1_779_460_400 - u64::try_from(at("2026-05-22T14:08:20Z").timestamp()).expect("after 1970");
        let minute = WindowReading { limit: 60, remaining: 0, resets_in: seconds(27) };
        let hour = WindowReading { limit: 1_000, remaining: 412, resets_in: seconds(reset_hour.min(3_600)) };
        let expected = Reading { minute: Some(minute), hour: Some(hour), retry_after: Some(seconds(27)) };
        assert_eq!(told.reading, Some(expected));
    }

    #[test]
    fn an_answer_that_says_nothing_of_the_budget_gives_no_reading() {
        assert_eq!(reading(&[]), None);
        assert_eq!(reading(&[("x-ratelimit-limit-minute", "60"), ("x-ratelimit-remaining-minute", "many")]), None);
    }

    #[test]
    fn hostile_numbers_saturate_and_no_wait_is_longer_than_an_hour() {
        let retry = |value| reading(&[("retry-after", value)]).and_then(|reading| reading.retry_after);
        assert_eq!(retry("9999999999"), Some(LONGEST_WAIT));
        assert_eq!(retry("99999999999999999999999999"), Some(LONGEST_WAIT));
        assert_eq!(retry("-5"), Some(Duration::ZERO));
        assert_eq!(retry("2.7"), Some(seconds(2)));
        assert_eq!(retry("soon"), None);
        let told = reading(&[
            ("x-ratelimit-limit-hour", "99999999999999999999"),
            ("x-ratelimit-remaining-hour", "-3"),
            ("x-ratelimit-reset-hour", "4070908800"),
            ("x-ratelimit-remaining-minute", "7"),
            ("x-ratelimit-reset-minute", "0"),
        ])
        .expect("a reading");
        assert_eq!(told.hour, Some(WindowReading { limit: u32::MAX, remaining: 0, resets_in: seconds(3_600) }));
        assert_eq!(told.minute, Some(WindowReading { limit: 60, remaining: 7, resets_in: Duration::ZERO }));
    }

    #[test]
    fn a_wait_may_be_a_date_in_all_three_forms_of_the_standard() {
        for date in ["Fri, 22 May 2026 14:01:30 GMT", "Friday, 22-May-26 14:01:30 GMT", "Fri May 22 14:01:30 2026"] {
            let told = reading(&[("retry-after", date), ("date", "Fri, 22 May 2026 14:01:00 GMT")]);
            assert_eq!(told.and_then(|told| told.retry_after), Some(seconds(30)), "{date}");
        }
        let past = reading(&[("retry-after", "Fri, 22 May 2020 14:01:30 GMT")]);
        assert_eq!(past.and_then(|told| told.retry_after), Some(Duration::ZERO));
    }

    #[test]
    fn the_older_three_headers_count_only_where_the_paired_ones_are_absent() {
        let told = reading(&[("ratelimit-remaining", "3"), ("ratelimit-limit", "60"), ("ratelimit-reset", "20")]);
        let minute = Some(WindowReading { limit: 60, remaining: 3, resets_in: seconds(20) });
        assert_eq!(told, Some(Reading { minute, ..Reading::default() }));
        let told = reading(&[("x-ratelimit-remaining", "3"), ("x-ratelimit-reset", "900")]);
        let hour = Some(WindowReading { limit: 1_000, remaining: 3, resets_in: seconds(900) });
        assert_eq!(told, Some(Reading { hour, ..Reading::default() }));
        let told = reading(&[("x-ratelimit-remaining", "3"), ("x-ratelimit-remaining-hour", "9")]).expect("a reading");
        assert_eq!((told.minute, told.hour.map(|hour| hour.remaining)), (None, Some(9)));
    }

    #[test]
    fn a_429_without_retry_after_waits_for_the_window_that_is_used_up() {
        let told = reading(&[
            ("x-ratelimit-remaining-minute", "5"),
            ("x-ratelimit-remaining-hour", "0"),
            ("x-ratelimit-reset-hour", "700"),
        ]);
        assert_eq!(limited_wait(told.as_ref()), seconds(700));
        assert_eq!(limited_wait(None), seconds(30));
    }

    proptest! {
        #[test]
        fn no_header_makes_it_panic(value in "[ -~]{0,40}", year in -200_000_i64..200_000) {
            let all = [
                "date", "retry-after", "x-request-id", "x-ratelimit-reset-minute", "x-ratelimit-remaining-minute",
                "x-ratelimit-limit-minute",
            ];
            let wall = DateTime::from_timestamp(year * 31_556_952, 0).expect("in range");
            let _ = read(&headers(&all.map(|name| (name, value.as_str()))), wall);
        }
    }
}
