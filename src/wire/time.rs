//! Timestamps: the one function that reads them.

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

/// Reads an ISO 8601 timestamp in every form that the platform's schema permits (contract, section 4): `Z`, any
/// offset, a fraction of any length, omitted seconds; a space or a small letter for `T` and `Z` too. Without an offset
/// it is taken as UTC. A year is four digits: anything else (JavaScript's `+275760`) is unreadable, `None`.
#[must_use]
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let mut rest = Rest(text.trim().as_bytes());
    let year = rest.digits(4)?;
    rest.one_of(b"-")?;
    let month = rest.digits(2)?;
    rest.one_of(b"-")?;
    let day = rest.digits(2)?;
    rest.one_of(b"Tt ")?;
    let hour = rest.digits(2)?;
    rest.one_of(b":")?;
    let minute = rest.digits(2)?;
    let mut second = 0;
    let mut nanos = 0;
    if rest.one_of(b":").is_some() {
        // A leap second is shown as the second before it.
        second = match rest.digits(2)? {
            60 => 59,
            second => second,
        };
        if rest.one_of(b".,").is_some() {
            nanos = rest.fraction()?;
        }
    }
    let offset = rest.offset()?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    let time = NaiveTime::from_hms_nano_opt(hour, minute, second, nanos)?;
    date.and_time(time).checked_sub_signed(offset).map(|at| at.and_utc())
}

struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn one_of(&mut self, any: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        any.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    fn digit(&mut self) -> Option<u32> {
        self.one_of(b"0123456789").map(|digit| u32::from(digit - b'0'))
    }

    fn digits(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0, |value, _| Some(value * 10 + self.digit()?))
    }

    /// Nanoseconds; at least one digit, those past the ninth are dropped.
    fn fraction(&mut self) -> Option<u32> {
        let mut nanos = self.digit()? * 100_000_000;
        let mut worth = 10_000_000;
        while let Some(digit) = self.digit() {
            nanos += digit * worth;
            worth /= 10;
        }
        Some(nanos)
    }

    fn offset(&mut self) -> Option<Duration> {
        if self.0.is_empty() || (self.one_of(b"Zz").is_some() && self.0.is_empty()) {
            return Some(Duration::zero());
        }
        let sign = if self.one_of(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.digits(2)?;
        let minutes = if self.0.is_empty() {
            0
        } else {
            let _ = self.one_of(b":");
            self.digits(2)?
        };
        let whole = self.0.is_empty() && hours < 24 && minutes < 60;
        whole.then(|| Duration::minutes(sign * i64::from(hours * 60 + minutes)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_of_one_instant_is_read_as_that_instant() {
        let instant = DateTime::parse_from_rfc3339("2026-05-22T14:08:00Z").expect("a time").to_utc();
        for text in [
            "2026-05-22T14:08:00Z",
            "2026-05-22T14:08:00+00:00",
            "2026-05-22T14:08:00-00:00",
            "2026-05-22T14:08Z",
            "2026-05-22T14:08+00:00",
            "2026-05-22 14:08:00Z",
            "2026-05-22t14:08:00z",
            "2026-05-22T14:08:00.000Z",
            "2026-05-22T14:08:00.0000000000001+00:00",
            "2026-05-22T19:53:00+05:45",
            "2026-05-22T10:38:00-0330",
            "2026-05-22T16:08+02",
            "2026-05-22T14:08:00",
            " 2026-05-22T14:08:00Z\n",
        ] {
            assert_eq!(parse(text), Some(instant), "{text}");
        }
    }

    #[test]
    fn fractions_leap_seconds_and_far_years_are_read() {
        let nanos = |text| parse(text).map(|at| at.timestamp_subsec_nanos());
        assert_eq!(nanos("2026-05-22T14:08:42.5Z"), Some(500_000_000));
        assert_eq!(nanos("2026-05-22T14:08:42,123456789987Z"), Some(123_456_789));
        assert_eq!(parse("2016-12-31T23:59:60Z"), parse("2016-12-31T23:59:59Z"));
        assert!(parse("0001-01-01T00:00:00Z").is_some());
        assert!(parse("9999-12-31T23:59:59.999-23:59").is_some());
    }

    #[test]
    fn what_is_no_timestamp_is_unreadable() {
        for text in [
            "",
            "null",
            "2026-05-22",
            "+275760-09-13T00:00:00.000Z",
            "-000001-01-01T00:00:00Z",
            "2026-13-01T00:00Z",
            "2026-02-30T00:00Z",
            "2026-05-22T24:00:00Z",
            "2026-05-22T14:08:00.Z",
            "2026-05-22T14:08:00+24:00",
            "2026-05-22T14:08:00+0",
            "2026-05-22T14:08:00Zulu",
            "1779458922",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = parse(&text);
        }

        #[test]
        fn whatever_a_clock_writes_is_read_back(seconds in -62_135_596_800_i64..253_402_300_799, nanos in 0_u32..1_000_000_000) {
            let at = DateTime::from_timestamp(seconds, nanos).expect("in range");
            prop_assert_eq!(parse(&at.to_rfc3339()), Some(at));
        }
    }
}
