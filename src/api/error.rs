//! What an error means: grouped by what to do next, in words that a person can act on (contract, sections 1 and 4).
//!
//! Owns the table from status to remedy and the words for a network that fails. Never names a path, a query or a key.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::value::RawValue;

use crate::domain::Problem;
use crate::domain::problem::{Reached, Remedy};
use crate::http::Limits;
use crate::text::RawText;
use crate::wire::repair;
use crate::wire::rest::{self, Field};

/// The code of an answer over the limit: the caller may ask again with a smaller page (25, 5, 1).
pub const PAGE_TOO_LARGE: &str = "page_too_large";

/// Whether a page was over the limit, so that a smaller one may fit.
#[must_use]
pub fn is_page_too_large(problem: &Problem) -> bool {
    let good = problem.status.is_some_and(|status| (200..300).contains(&status));
    good && problem.code.as_ref().is_some_and(|code| code.as_raw() == PAGE_TOO_LARGE)
}

/// The most characters of the platform's words that are kept.
const MOST_WORDS: usize = 1_000;
/// The most field errors that are kept.
const MOST_FIELDS: usize = 50;

/// Where the request went, and how: what every message may name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// Host, and port where it is not the usual one.
    pub(super) authority: &'a str,
    pub(super) limits: &'a Limits,
    /// Whether it changes something at the server.
    pub(super) changes: bool,
}

fn problem(remedy: Remedy, reached: Reached, message: String) -> Problem {
    Problem {
        remedy,
        reached,
        status: None,
        code: None,
        message: RawText::new(message),
        request_id: None,
        fields: Vec::new(),
    }
}

/// A request that our own rules did not let out.
pub(super) fn not_sent(message: String) -> Problem {
    problem(Remedy::FixTheInput, Reached::NotSent, message)
}

/// An answer of the good kind that cannot be read.
pub(super) fn unreadable_answer(asked: &Asked<'_>, status: StatusCode, why: &str) -> Problem {
    let message = format!("the answer from {} cannot be read: {why}", asked.authority);
    Problem { status: Some(status.as_u16()), ..problem(Remedy::TryLater, Reached::Unknown, message) }
}

/// An answer of the good kind with more bytes than are taken.
pub(super) fn too_large(asked: &Asked<'_>, status: StatusCode) -> Problem {
    let most = asked.limits.body / (1024 * 1024);
    let message = if most > 0 {
        format!("the answer from {} is larger than {most} MiB", asked.authority)
    } else {
        format!("the answer from {} is larger than {} bytes", asked.authority, asked.limits.body)
    };
    Problem {
        status: Some(status.as_u16()),
        code: Some(RawText::new(PAGE_TOO_LARGE)),
        ..problem(Remedy::TryLater, Reached::Unknown, message)
    }
}

/// An answer that is a redirect: never followed, since the key would go along.
pub(super) fn redirect(asked: &Asked<'_>, status: StatusCode, to: Option<&str>) -> Problem {
    let to = to.map_or_else(|| "elsewhere".to_owned(), |host| format!("to {host}"));
    let message =
        format!("{} answered {} and points {to}: not followed. Check the base URL", asked.authority, status.as_u16());
    // 307 and 308 say "ask there instead"; after the others the request may have been acted on.
    let refused = matches!(status.as_u16(), 307 | 308) || !asked.changes;
    let reached = if refused { Reached::Refused } else { Reached::Unknown };
    Problem { status: Some(status.as_u16()), ..problem(Remedy::TryLater, reached, message) }
}

/// An answer that says no, or that the server failed. `wait` is what a 429 asks for.
pub(super) fn refusal(asked: &Asked<'_>, status: StatusCode, body: Vec<u8>, wait: Duration) -> Problem {
    let text = repair::to_text(body);
    let failure: rest::Failure<'_> = rest::read(&text).unwrap_or_default();
    let nested: rest::Failure<'_> = failure.error.shape().unwrap_or_default();
    let first = |fields: &[Field<'_>]| {
        fields.iter().find_map(|field| field.string().filter(|text| !text.trim().is_empty())).map(cut)
    };
    let message = first(&[failure.message, nested.message, failure.error_description, failure.detail, failure.title]);
    let (remedy, reached) = meaning(status.as_u16(), wait, asked.changes);
    Problem {
        status: Some(status.as_u16()),
        code: first(&[failure.error, nested.code, failure.code]).map(RawText::new),
        request_id: first(&[failure.request_id, nested.request_id]).map(RawText::new),
        fields: fields(failure.details),
        ..problem(remedy, reached, message.unwrap_or_else(|| without_words(asked, status, &text)))
    }
}

fn meaning(status: u16, wait: Duration, changes: bool) -> (Remedy, Reached) {
    match status {
        401 | 403 => (Remedy::SignInAgain, Reached::Refused),
        404 | 410 => (Remedy::NotThere, Reached::Refused),
        // Under one idempotency key this may mean that the first try is still being worked on.
        409 if changes => (Remedy::Conflict, Reached::Unknown),
        409 => (Remedy::Conflict, Reached::Refused),
        429 => (Remedy::WaitFor(wait), Reached::Refused),
        408 | 425 => (Remedy::TryLater, Reached::Unknown),
        400..=499 => (Remedy::FixTheInput, Reached::Refused),
        _ => (Remedy::TryLater, Reached::Unknown),
    }
}

fn without_words(asked: &Asked<'_>, status: StatusCode, body: &str) -> String {
    let reason = status.canonical_reason().map_or_else(String::new, |reason| format!(" {reason}"));
    let page = if body.trim_start().starts_with('<') { " with a web page instead of JSON" } else { "" };
    format!("{} answered {}{reason}{page}", asked.authority, status.as_u16())
}

fn cut(text: String) -> String {
    if text.chars().nth(MOST_WORDS).is_none() {
        return text;
    }
    text.chars().take(MOST_WORDS).chain(['…']).collect()
}

/// `formErrors` under an empty name, then `fieldErrors` by name; a string in the place of a list is taken too.
fn fields(details: Field<'_>) -> Vec<(RawText, RawText)> {
    let details: rest::Details<'_> = details.shape().unwrap_or_default();
    let by_name: BTreeMap<String, &RawValue> = details.field_errors.shape().unwrap_or_default();
    let named = by_name.into_iter().map(|(name, value)| (RawText::new(cut(name)), Field::of(value.get())));
    std::iter::once((RawText::default(), details.form_errors))
        .chain(named)
        .flat_map(|(name, value)| strings(value).into_iter().map(move |text| (name.clone(), RawText::new(cut(text)))))
        .take(MOST_FIELDS)
        .collect()
}

fn strings(field: Field<'_>) -> Vec<String> {
    let several = field.elements().unwrap_or_default().into_iter().filter_map(|element| Field::of(element).string());
    field.string().into_iter().chain(several).collect()
}

/// A request that got no whole answer. `status` is set where the head of an answer came.
pub(super) fn no_answer(asked: &Asked<'_>, status: Option<StatusCode>, error: &reqwest::Error) -> Problem {
    let reached = if status.is_none() && (error.is_connect() || error.is_builder()) {
        Reached::NotSent
    } else {
        Reached::Unknown
    };
    let message = words_for(asked, status.is_some(), reached, error);
    Problem { status: status.map(|status| status.as_u16()), ..problem(Remedy::TryLater, reached, message) }
}

fn words_for(asked: &Asked<'_>, answering: bool, reached: Reached, error: &reqwest::Error) -> String {
    let to = asked.authority;
    let within = if reached == Reached::NotSent { asked.limits.connect } else { asked.limits.total };
    let within = if within.subsec_nanos() == 0 {
        format!("{} s", within.as_secs())
    } else {
        format!("{} ms", within.as_millis())
    };
    let cause = Cause::of(error);
    if reached == Reached::NotSent {
        return match cause {
            Cause::NoSuchHost => format!("cannot find the host {to}"),
            Cause::Refused => format!("connection refused by {to}"),
            Cause::Tls(why) => format!("no secure connection to {to}: {why}"),
            Cause::Timeout => format!("no connection to {to} within {within}"),
            Cause::Closed => format!("{to} closed the connection at once"),
            Cause::Other(why) => format!("no connection to {to}: {why}"),
        };
    }
    match cause {
        Cause::Timeout if answering => format!("the answer from {to} was not complete within {within}"),
        Cause::Timeout => format!("no answer within {within} from {to}"),
        Cause::Closed if !answering => format!("{to} closed the connection before it answered"),
        Cause::Closed => format!("{to} closed the connection in the middle of its answer"),
        Cause::Other(_) if answering => format!("the answer from {to} is damaged"),
        Cause::NoSuchHost | Cause::Refused | Cause::Tls(_) | Cause::Other(_) => {
            format!("no answer from {to}: the connection failed")
        }
    }
}

/// What is at the bottom of a network error.
enum Cause {
    Timeout,
    NoSuchHost,
    Refused,
    Closed,
    Tls(String),
    Other(String),
}

impl Cause {
    fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Timeout;
        }
        let mut deepest = String::new();
        let mut next: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
        while let Some(cause) = next {
            deepest = cause.to_string();
            if deepest.contains("dns error") {
                return Self::NoSuchHost;
            }
            if let Some(io) = cause.downcast_ref::<io::Error>() {
                if let Some(tls) = tls_within(io) {
                    return Self::Tls(tls.to_string());
                }
                match io.kind() {
                    io::ErrorKind::ConnectionRefused => return Self::Refused,
                    io::ErrorKind::ConnectionReset
                    | io::ErrorKind::ConnectionAborted
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::UnexpectedEof => return Self::Closed,
                    _ => {}
                }
            }
            if let Some(hyper) = cause.downcast_ref::<hyper::Error>()
                && (hyper.is_incomplete_message() || hyper.is_closed() || hyper.is_canceled())
            {
                return Self::Closed;
            }
            next = cause.source();
        }
        Self::Other(deepest)
    }
}

/// TLS errors come wrapped in an I/O error or two, which do not name them as their source.
fn tls_within(error: &io::Error) -> Option<&rustls::Error> {
    let inner = error.get_ref()?;
    match inner.downcast_ref::<io::Error>() {
        Some(deeper) => tls_within(deeper),
        None => inner.downcast_ref(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        connect: Duration::from_secs(10),
        total: Duration::from_secs(30),
        body: 16 << 20,
        error_body: 64 << 10,
    };

    fn refused(status: u16, body: &str) -> Problem {
        let asked = Asked { authority: "api.awardee.dev", limits: &LIMITS, changes: true };
        let status = StatusCode::from_u16(status).expect("a status");
        refusal(&asked, status, body.as_bytes().to_vec(), Duration::from_secs(27))
    }

    #[test]
    fn every_status_says_what_to_do_next_and_whether_the_server_may_have_acted() {
        let table = [
            (401, Remedy::SignInAgain, Reached::Refused),
            (403, Remedy::SignInAgain, Reached::Refused),
            (404, Remedy::NotThere, Reached::Refused),
            (410, Remedy::NotThere, Reached::Refused),
            (409, Remedy::Conflict, Reached::Unknown),
            (429, Remedy::WaitFor(Duration::from_secs(27)), Reached::Refused),
            (400, Remedy::FixTheInput, Reached::Refused),
            (413, Remedy::FixTheInput, Reached::Refused),
            (422, Remedy::FixTheInput, Reached::Refused),
            (418, Remedy::FixTheInput, Reached::Refused),
            (408, Remedy::TryLater, Reached::Unknown),
            (425, Remedy::TryLater, Reached::Unknown),
            (500, Remedy::TryLater, Reached::Unknown),
            (503, Remedy::TryLater, Reached::Unknown),
            (599, Remedy::TryLater, Reached::Unknown),
            (999, Remedy::TryLater, Reached::Unknown),
        ];
        for (status, remedy, reached) in table {
            let problem = refused(status, "{}");
            assert_eq!((problem.remedy, problem.reached, problem.status), (remedy, reached, Some(status)));
        }
    }

    #[test]
    fn the_documented_envelope_is_read_with_its_field_errors() {
        let problem = refused(400, include_str!("../../tests/fixtures/field_errors.json"));
        assert_eq!(problem.code, Some(RawText::new("invalid_payload")));
        assert_eq!(problem.message, RawText::new("Invalid request body."));
        assert_eq!(problem.request_id, Some(RawText::new("req_8fK2x9aLp0qR")));
        assert_eq!(problem.fields, [(RawText::new("color"), RawText::new("Invalid"))]);
        let problem = refused(
            400,
            r#"{"error":"invalid_query","details":{"formErrors":["a",7,"b"],"fieldErrors":{"x":"c","y":["d"],"z":{}}}}"#,
        );
        let fields: Vec<_> = problem.fields.iter().map(|(name, text)| (name.as_raw(), text.as_raw())).collect();
        assert_eq!(fields, [("", "a"), ("", "b"), ("x", "c"), ("y", "d")]);
    }

    #[test]
    fn other_peoples_envelopes_are_read_too() {
        let words = |status, body| {
            let problem = refused(status, body);
            (problem.message.as_raw().to_owned(), problem.code.map(|code| code.as_raw().to_owned()))
        };
        let code = |text: &str| Some(text.to_owned());
        assert_eq!(words(503, r#"{"type":"about:blank","title":"Busy","detail":"Full."}"#), ("Full.".into(), None));
        assert_eq!(words(400, r#"{"error":{"code":"bad","message":"No."}}"#), ("No.".into(), code("bad")));
        assert_eq!(words(401, r#"{"error":"x","error_description":"Old."}"#), ("Old.".into(), code("x")));
    }

    #[test]
    fn a_body_that_says_nothing_leaves_our_own_words() {
        let words = |status, body| refused(status, body).message.as_raw().to_owned();
        assert_eq!(words(500, ""), "api.awardee.dev answered 500 Internal Server Error");
        assert_eq!(
            words(502, "<html>Bad</html>"),
            "api.awardee.dev answered 502 Bad Gateway with a web page instead of JSON"
        );
        for body in ["[1]", "null", "{\"message\":", "{\"message\":7}", "{\"message\":\" \"}", "\u{0}"] {
            assert_eq!(words(599, body), "api.awardee.dev answered 599", "{body}");
        }
    }

    #[test]
    fn hostile_error_bodies_stay_small() {
        let deep = format!(
            r#"{{"error":"a","message":"{}","details":{}{}}}"#,
            "é".repeat(9_000),
            "[".repeat(20_000),
            "]".repeat(20_000)
        );
        let problem = refused(400, &deep);
        assert_eq!(problem.message.as_raw().chars().count(), MOST_WORDS + 1);
        let many = format!(r#"{{"details":{{"formErrors":[{}"x"]}}}}"#, "\"x\",".repeat(4_000));
        assert_eq!(refused(400, &many).fields.len(), MOST_FIELDS);
    }
}
