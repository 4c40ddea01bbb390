//! What goes wrong on the way, as chances in a thousand.

use std::time::Duration;

use takeover::domain::problem::Reached;
use takeover::domain::{Problem, Remedy};
use takeover::text::RawText;

/// The chances of each fault, in a thousand; times in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weather {
    pub(crate) fastest: u64,
    pub(crate) slowest: u64,
    /// The request does not leave this machine.
    pub(crate) not_sent: u64,
    /// The request is lost, or hangs, before the server has it.
    pub(crate) lost_before: u64,
    /// A lost request arrives all the same, after we gave it up.
    pub(crate) lingers: u64,
    /// The server acts on it, the answer is lost.
    pub(crate) lost_after: u64,
    /// The server acts on it, the answer is a 502.
    pub(crate) gateway_after: u64,
    /// The server acts on it, the answer holds the id alone.
    pub(crate) short_answer: u64,
    /// 500, 502, 503, 408, 409, 425 without anything done.
    pub(crate) failed: u64,
    /// 429.
    pub(crate) limited: u64,
    /// 401 or 403.
    pub(crate) no_credential: u64,
    /// 400, 404, 413 or 422, though nothing is wrong.
    pub(crate) refused: u64,
    /// The same event comes twice.
    pub(crate) doubled: u64,
    /// An answer is an earlier answer to the same question.
    pub(crate) stale: u64,
    /// What a thread's answer lags behind.
    pub(crate) lag: u64,
    /// The journal cannot be written.
    pub(crate) journal_fails: u64,
    /// The journal takes up to a second and a half.
    pub(crate) journal_slow: u64,
    /// The claim of an attempt cannot be written.
    pub(crate) claim_fails: u64,
}

pub(crate) const CALM: Weather = Weather {
    fastest: 30,
    slowest: 300,
    not_sent: 0,
    lost_before: 0,
    lingers: 0,
    lost_after: 0,
    gateway_after: 0,
    short_answer: 0,
    failed: 0,
    limited: 0,
    no_credential: 0,
    refused: 0,
    doubled: 0,
    stale: 0,
    lag: 0,
    journal_fails: 0,
    journal_slow: 0,
    claim_fails: 0,
};

/// A little of everything.
pub(crate) const GUSTY: Weather = Weather {
    slowest: 1_500,
    not_sent: 40,
    lost_before: 50,
    lingers: 500,
    lost_after: 90,
    gateway_after: 60,
    short_answer: 40,
    failed: 60,
    limited: 30,
    no_credential: 8,
    refused: 15,
    doubled: 80,
    stale: 40,
    journal_fails: 25,
    journal_slow: 150,
    claim_fails: 15,
    ..CALM
};

/// Most of what the server accepts is not heard of, and its threads lag.
pub(crate) const DEAF: Weather = Weather { lost_after: 500, gateway_after: 200, doubled: 100, lag: 8_000, ..GUSTY };

/// Nothing leaves, or everything hangs.
pub(crate) const OFFLINE: Weather = Weather { not_sent: 700, lost_before: 1_000, lingers: 100, ..CALM };

/// Every answer takes seconds.
pub(crate) const SLOW: Weather = Weather { fastest: 1_500, slowest: 7_000, doubled: 60, ..CALM };

/// The credential is not accepted.
pub(crate) const LOCKED: Weather = Weather { no_credential: 1_000, ..CALM };

/// The shared limit is reached.
pub(crate) const LIMITED: Weather = Weather { limited: 700, failed: 100, ..CALM };

/// What is refused is refused for good.
pub(crate) const STRICT: Weather = Weather { refused: 500, lost_after: 200, gateway_after: 100, ..CALM };

pub(crate) const ALL: [Weather; 8] = [CALM, GUSTY, DEAF, OFFLINE, SLOW, LOCKED, LIMITED, STRICT];

/// A problem as the client would tell it (contract, sections 1 and 4).
pub(crate) fn problem(status: Option<u16>, reached: Reached, wait: Duration) -> Problem {
    let remedy = match status {
        Some(401 | 403) => Remedy::SignInAgain,
        Some(404 | 410) => Remedy::NotThere,
        Some(409) => Remedy::Conflict,
        Some(429) => Remedy::WaitFor(wait),
        Some(408 | 425) => Remedy::TryLater,
        Some(400..500) => Remedy::FixTheInput,
        Some(_) | None => Remedy::TryLater,
    };
    let message = RawText::new(status.map_or_else(|| "no answer".to_owned(), |status| format!("status {status}")));
    Problem { remedy, reached, status, code: None, message, request_id: None, fields: Vec::new() }
}

/// What a status says of whether a reply may have been taken.
pub(crate) const fn reached(status: u16) -> Reached {
    match status {
        408 | 409 | 425 | 500.. => Reached::Unknown,
        _ => Reached::Refused,
    }
}
