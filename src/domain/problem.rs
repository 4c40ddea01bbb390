//! What went wrong with a request, grouped by what to do next (contract, sections 1 and 4).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::text::RawText;

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Remedy {
    /// The credential is not accepted: 401, 403 `api_key_paused`, 403 `forbidden`.
    SignInAgain,
    /// The shared limit is reached: 429. The wait is capped at 3,600 s.
    WaitFor(Duration),
    /// The request is wrong in itself: 400, 413, 422 and every other definite refusal.
    FixTheInput,
    /// It is gone, or never was ours: 404.
    NotThere,
    /// Something else is under way or in the way: 409.
    Conflict,
    /// The server or the way to it failed: 5xx, 408, 425, no connection, no answer, an answer that is no JSON.
    TryLater,
}

/// Whether the server may have acted on the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reached {
    /// It answered, and the answer says no.
    Refused,
    /// The request never left (no connection, wrong host name, refused by our own rules).
    NotSent,
    /// It may have been accepted: no answer, a broken answer, or a 5xx.
    Unknown,
}

/// One failed request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// What to do next.
    pub remedy: Remedy,
    /// Whether the server may have acted.
    pub reached: Reached,
    /// The HTTP status, where there was one.
    pub status: Option<u16>,
    /// The platform's `error` code.
    pub code: Option<RawText>,
    /// What happened in words: the platform's `message`, or ours.
    pub message: RawText,
    /// The platform's request id, for its support.
    pub request_id: Option<RawText>,
    /// `details.fieldErrors` and `formErrors` (with an empty field name).
    pub fields: Vec<(RawText, RawText)>,
}
