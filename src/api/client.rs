//! The client: a base URL, a credential, and one request for one answer.
//!
//! Owns the transport that every endpoint shares: it knows a method, a URL, a key and bytes. Never knows what an
//! endpoint means: those stand in the files beside this one.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue, LOCATION};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::budget::Reading;
use crate::clock::Clock;
use crate::domain::Problem;
use crate::domain::problem::Reached;
use crate::http::{self, BaseUrl, BuildError, Options};
use crate::text::RawText;

use super::body::{self, Cut};
use super::decode::Broken;
use super::error::{self, Asked};
use super::headers;

/// The longest `Idempotency-Key` (contract, section 6).
const MOST_KEY_CHARS: usize = 255;
/// The shortest key that is looked for in what a server says.
const SHORTEST_SECRET: usize = 8;

/// What one request brought: its result, and what every answer tells besides.
#[derive(Clone, Debug)]
pub struct Answer<T> {
    /// What was asked for, or what went wrong.
    pub result: Result<T, Problem>,
    /// What the answer said of the budget; none where it said nothing or did not come.
    pub reading: Option<Reading>,
    /// Whether it was a 429.
    pub limited: bool,
    /// The platform's request id.
    pub request_id: Option<RawText>,
    /// The server's clock.
    pub date: Option<DateTime<Utc>>,
}

impl<T> Answer<T> {
    const fn without_head(problem: Problem) -> Self {
        Self { result: Err(problem), reading: None, limited: false, request_id: None, date: None }
    }
}

/// Why no client could be made, in words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// No key at all.
    #[error("the API key is empty")]
    EmptyKey,
    /// A key that cannot be a header's value; it is not repeated.
    #[error("the API key holds a character that no key has (a space, a line break or a letter outside ASCII)")]
    BadKey,
    /// TLS or proxy settings.
    #[error(transparent)]
    Build(#[from] BuildError),
}

/// The platform's API under one credential. Clones share their connections.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    http: reqwest::Client,
    base: BaseUrl,
    authority: String,
    key: SecretString,
    options: Options,
    clock: Clock,
}

/// Shows where it leads, never the key.
impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Client").field("base", &self.shared.base).finish_non_exhaustive()
    }
}

impl Client {
    /// A client with the usual limits. Spaces and line breaks around the key are dropped: files and copies add them.
    ///
    /// # Errors
    /// [`ClientError`] where the key cannot be sent or TLS cannot be set up.
    pub fn new(base: BaseUrl, key: SecretString, clock: Clock) -> Result<Self, ClientError> {
        Self::with_options(base, key, clock, Options::default())
    }

    /// The same with limits and proxy rule of one's own.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_options(base: BaseUrl, key: SecretString, clock: Clock, options: Options) -> Result<Self, ClientError> {
        let key = SecretString::from(key.expose_secret().trim());
        if key.expose_secret().is_empty() {
            return Err(ClientError::EmptyKey);
        }
        if !key.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ClientError::BadKey);
        }
        let authorization =
            HeaderValue::try_from(format!("Bearer {}", key.expose_secret())).map_err(|_| ClientError::BadKey)?;
        let http = http::client(&base, &options, Some(authorization))?;
        let authority = base.authority();
        Ok(Self { shared: Arc::new(Shared { http, base, authority, key, options, clock }) })
    }

    /// Where it leads.
    #[must_use]
    pub fn base(&self) -> &BaseUrl {
        &self.shared.base
    }

    /// What is odd about the key, though it is tried: a prefix that the platform does not document.
    #[must_use]
    pub fn key_warning(&self) -> Option<&'static str> {
        let key = self.shared.key.expose_secret();
        let known = ["aw_live_", "awo_live_"].iter().any(|prefix| key.starts_with(prefix));
        (!known).then_some("the API key begins with neither aw_live_ nor awo_live_: is it the right one?")
    }

    /// SHA-256 of the key and the base URL, in hex: an idempotency key is worth nothing under another one
    /// (security, S10).
    #[must_use]
    pub fn credential_fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.shared.key.expose_secret().as_bytes());
        hash.update([0]);
        hash.update(self.shared.base.as_str().as_bytes());
        hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub(super) fn endpoint(&self, segments: &[&str]) -> Url {
        self.shared.base.endpoint(segments)
    }

    pub(super) async fn get<T>(&self, url: Url, read: impl FnOnce(Vec<u8>) -> Result<T, Broken>) -> Answer<T> {
        self.exchange(self.shared.http.get(url), false, read).await
    }

    /// Exactly these bytes under this `Idempotency-Key`: the platform honours it on POST alone (contract, section 6).
    pub(super) async fn post<T>(
        &self,
        url: Url,
        key: &str,
        body: Vec<u8>,
        read: impl FnOnce(Vec<u8>) -> Result<T, Broken>,
    ) -> Answer<T> {
        let good = (1..=MOST_KEY_CHARS).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if !good {
            let message = "the idempotency key is empty, too long, or holds odd characters".to_owned();
            return Answer::without_head(error::not_sent(message));
        }
        let request = self.shared.http.post(url).header("idempotency-key", key);
        self.exchange(with_json(request, body), true, read).await
    }

    pub(super) async fn patch<T>(
        &self,
        url: Url,
        body: Vec<u8>,
        read: impl FnOnce(Vec<u8>) -> Result<T, Broken>,
    ) -> Answer<T> {
        refused_if_in_the_way(self.exchange(with_json(self.shared.http.patch(url), body), true, read).await)
    }

    pub(super) async fn put<T>(
        &self,
        url: Url,
        body: Vec<u8>,
        read: impl FnOnce(Vec<u8>) -> Result<T, Broken>,
    ) -> Answer<T> {
        refused_if_in_the_way(self.exchange(with_json(self.shared.http.put(url), body), true, read).await)
    }

    /// Any good status says that it is gone; a body, if there is one, is not read.
    pub(super) async fn delete(&self, url: Url) -> Answer<()> {
        let asked = self.asked(true);
        let mut head = match self.head(self.shared.http.delete(url), &asked).await {
            Ok(head) => head,
            Err(problem) => return Answer::without_head(problem),
        };
        let result = match head.response.status().is_success() {
            true => Ok(()),
            false => Err(self.failure(&asked, &mut head.response, &head.told).await),
        };
        refused_if_in_the_way(self.answer(head, result))
    }

    fn asked(&self, changes: bool) -> Asked<'_> {
        Asked { authority: &self.shared.authority, limits: &self.shared.options.limits, changes }
    }

    /// One request, one answer.
    async fn exchange<T>(
        &self,
        request: RequestBuilder,
        changes: bool,
        read: impl FnOnce(Vec<u8>) -> Result<T, Broken>,
    ) -> Answer<T> {
        let asked = self.asked(changes);
        let mut head = match self.head(request, &asked).await {
            Ok(head) => head,
            Err(problem) => return Answer::without_head(problem),
        };
        let result = if head.response.status().is_success() {
            success(&asked, &mut head.response, read).await
        } else {
            Err(self.failure(&asked, &mut head.response, &head.told).await)
        };
        self.answer(head, result)
    }

    /// Sends, and reads the answer up to its body.
    async fn head(&self, request: RequestBuilder, asked: &Asked<'_>) -> Result<Head, Problem> {
        let response = match request.header(ACCEPT, "application/json").send().await {
            Ok(response) => response,
            Err(error) => return Err(self.redacted(error::no_answer(asked, None, &error))),
        };
        let mut told = headers::read(response.headers(), self.shared.clock.now().wall);
        let limited = response.status() == StatusCode::TOO_MANY_REQUESTS;
        if limited {
            // So that the budget waits as long as the person is told.
            let wait = headers::limited_wait(told.reading.as_ref());
            told.reading.get_or_insert_default().retry_after = Some(wait);
        }
        Ok(Head { response, told, limited })
    }

    fn answer<T>(&self, head: Head, result: Result<T, Problem>) -> Answer<T> {
        let Head { told, limited, .. } = head;
        let result = result.map_err(|problem| {
            let request_id = told.request_id.clone().or_else(|| problem.request_id.clone());
            self.redacted(Problem { request_id, ..problem })
        });
        Answer { result, reading: told.reading, limited, request_id: told.request_id, date: told.date }
    }

    async fn failure(&self, asked: &Asked<'_>, response: &mut Response, told: &headers::Told) -> Problem {
        let status = response.status();
        if status.is_redirection() {
            let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let target = location.and_then(|location| response.url().join(location).ok());
            return error::redirect(asked, status, target.as_ref().and_then(Url::host_str));
        }
        // A body that is too large or breaks off only takes its words with it: the status stands.
        let body = body::read(response, asked.limits.error_body).await.unwrap_or_default();
        error::refusal(asked, status, body, headers::limited_wait(told.reading.as_ref()))
    }

    /// A server may repeat what it was sent: the key is taken out of everything that is shown. One too short to be a
    /// key is left, since it would be found in ordinary words.
    fn redacted(&self, problem: Problem) -> Problem {
        let key = self.shared.key.expose_secret();
        let clean = |text: RawText| {
            if key.len() >= SHORTEST_SECRET && text.as_raw().contains(key) {
                RawText::new(text.as_raw().replace(key, "(key)"))
            } else {
                text
            }
        };
        Problem {
            remedy: problem.remedy,
            reached: problem.reached,
            status: problem.status,
            code: problem.code.map(clean),
            message: clean(problem.message),
            request_id: problem.request_id.map(clean),
            fields: problem.fields.into_iter().map(|(name, text)| (clean(name), clean(text))).collect(),
        }
    }
}

/// An answer up to its body.
struct Head {
    response: Response,
    told: headers::Told,
    limited: bool,
}

fn with_json(request: RequestBuilder, body: Vec<u8>) -> RequestBuilder {
    request.header(CONTENT_TYPE, "application/json").body(body)
}

/// Without an idempotency key a 409 cannot mean that the same request is still being worked on: it is a refusal.
fn refused_if_in_the_way<T>(answer: Answer<T>) -> Answer<T> {
    let refused = |problem: Problem| match problem.status {
        Some(409) => Problem { reached: Reached::Refused, ..problem },
        _ => problem,
    };
    Answer { result: answer.result.map_err(refused), ..answer }
}

async fn success<T>(
    asked: &Asked<'_>,
    response: &mut Response,
    read: impl FnOnce(Vec<u8>) -> Result<T, Broken>,
) -> Result<T, Problem> {
    let status = response.status();
    let body = match body::read(response, asked.limits.body).await {
        Ok(body) => body,
        Err(Cut::TooLarge) => return Err(error::too_large(asked, status)),
        Err(Cut::Broken(error)) => return Err(error::no_answer(asked, Some(status), &error)),
    };
    let why = match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => "it is empty".to_owned(),
        Some(b'<') => "it is a web page instead of JSON".to_owned(),
        Some(_) => match read(body) {
            Ok(value) => return Ok(value),
            Err(Broken(why)) => why,
        },
    };
    Err(error::unreadable_answer(asked, status, &why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(base: &str, key: &str) -> Result<Client, ClientError> {
        let base = BaseUrl::parse(base).expect("a base URL");
        Client::new(base, SecretString::from(key), Clock::system())
    }

    #[test]
    fn a_key_that_cannot_be_sent_is_refused_without_being_repeated() {
        let error = |key| client("http://127.0.0.1:1", key).map(|_| ()).expect_err("refused");
        assert_eq!(error(""), ClientError::EmptyKey);
        assert_eq!(error(" \n"), ClientError::EmptyKey);
        for key in ["aw_live_a b", "aw_live_ä", "aw_live_\u{1b}", "a\nHost: evil.example"] {
            assert_eq!(error(key), ClientError::BadKey);
            assert!(!ClientError::BadKey.to_string().contains("aw_live"));
        }
    }

    #[test]
    fn a_key_with_a_prefix_nobody_documented_is_tried_with_a_warning() {
        let warning = |key| client("http://127.0.0.1:1", key).expect("a client").key_warning();
        assert_eq!(warning("aw_live_0123456789abcdef0123456789abcdef"), None);
        assert_eq!(warning(" awo_live_x\n"), None);
        let odd = warning("sk_live_secret").expect("a warning");
        assert!(!odd.contains("sk_live_secret"));
    }

    #[test]
    fn the_key_is_in_no_debug_text() {
        let client = client("http://127.0.0.1:1/v1", "aw_live_secret").expect("a client");
        assert_eq!(format!("{client:?}"), "Client { base: http://127.0.0.1:1/v1, .. }");
    }

    #[test]
    fn a_fingerprint_tells_credentials_and_places_apart() {
        let print = |base, key| client(base, key).expect("a client").credential_fingerprint();
        let one = print("http://127.0.0.1:1/v1", "aw_live_a");
        assert_eq!(one.len(), 64);
        assert!(!one.contains("aw_live"));
        assert_eq!(one, print("http://127.0.0.1:1/v1/", "aw_live_a\n"));
        assert_ne!(one, print("http://127.0.0.1:1/v1", "aw_live_b"));
        assert_ne!(one, print("http://127.0.0.1:2/v1", "aw_live_a"));
    }
}
