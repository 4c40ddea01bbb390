//! The platform's whole behaviour without a socket: one request in, one answer out, told the moment.
//!
//! Owns credentials, rate windows, idempotency, faults and the log around the `World`. Never waits and never sleeps:
//! what a fault does to time and to the connection is the server's.

mod answers;
mod bodies;
mod desk;
mod directory;
mod errors;
mod failing;
mod keys;
mod log;
mod pace;
mod replies;
mod routes;
mod steering;
mod webhooks;
mod windows;

use std::sync::Arc;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use self::answers::{Answers, Operation, Standing};
pub(in crate::sandbox) use self::desk::amendment;
use self::errors::Refusal;
use self::failing::fault_name;
pub use self::keys::KeyState;
use self::keys::Keys;
pub(in crate::sandbox) use self::keys::{fresh_key, fresh_oauth_token};
use self::log::{Entry, Log};
pub(in crate::sandbox) use self::webhooks::new_endpoint;
use self::windows::Windows;
use super::barriers::{Barriers, Place};
use super::faults::{FaultKind, Faults, Met};
use super::switches::InFlight;
use super::visitors::Visitors;
use super::webhooks::Webhooks;
use super::world::{FieldErrors, World};
use crate::random::Random;

/// One request, as far as the platform looks at it.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// In capitals.
    pub method: String,
    /// The whole path, `/v1/…`.
    pub path: String,
    /// Without the question mark.
    pub query: Option<String>,
    /// `Authorization`.
    pub authorization: Option<String>,
    /// `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Names as documented; a name comes once.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Answer {
    /// A header's value, by name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(held, _)| held.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    fn set(&mut self, name: &str, value: Option<String>) {
        self.headers.retain(|(held, _)| !held.eq_ignore_ascii_case(name));
        if let Some(value) = value {
            self.headers.push((name.to_owned(), value));
        }
    }
}

/// A request that passed the gates and may be carried out.
#[derive(Debug)]
pub(super) struct Ticket {
    n: u64,
    request_id: String,
    credential: String,
    path: String,
    operation: Option<Operation>,
    fault: Option<Met>,
}

impl Ticket {
    pub(super) fn fault(&self) -> Option<&FaultKind> {
        self.fault.as_ref().map(|met| &met.kind)
    }
}

/// How a request stands after its idempotency key was looked at.
pub(super) enum Entered {
    /// It is to be carried out.
    Go,
    /// The same request is running and the switch says to wait for it.
    Wait,
    /// It is answered.
    Answered(Answer),
}

/// The organisation, and everything around it that answers requests.
#[derive(Debug)]
pub struct Platform {
    /// The organisation.
    pub world: World,
    pub(super) faults: Faults,
    pub(super) barriers: Barriers,
    pub(super) visitors: Option<Visitors>,
    pub(super) webhooks: Webhooks,
    pub(super) random: Random,
    keys: Keys,
    windows: Windows,
    answers: Answers,
    log: Log,
    ahead: TimeDelta,
    /// When somebody last asked for something.
    looked: Option<DateTime<Utc>>,
}

impl Platform {
    /// A platform with one valid key.
    #[must_use]
    pub fn new(world: World, api_key: String, minute_limit: u32, hour_limit: u32, random: Random) -> Self {
        Self {
            world,
            faults: Faults::default(),
            barriers: Barriers::default(),
            visitors: None,
            webhooks: Webhooks::default(),
            keys: Keys::new(api_key, &random),
            random,
            windows: Windows::new(minute_limit, hour_limit),
            answers: Answers::default(),
            log: Log::default(),
            ahead: TimeDelta::zero(),
            looked: None,
        }
    }

    /// The platform's time: the wall clock, plus what was skipped, in whole milliseconds.
    #[must_use]
    pub fn time(&self, wall: DateTime<Utc>) -> DateTime<Utc> {
        let now = wall.checked_add_signed(self.ahead).unwrap_or(wall);
        now.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(now)
    }

    /// Moves the platform's time ahead of the wall clock.
    pub fn skip(&mut self, by: TimeDelta) {
        self.ahead = self.ahead.checked_add(&by).unwrap_or(self.ahead);
    }

    /// Lets everything happen that is due: scripted visitors speak, summaries appear. What happened by then, by whomever,
    /// is queued for the webhooks that were there.
    pub fn catch_up(&mut self, now: DateTime<Utc>) {
        if let Some(visitors) = &mut self.visitors {
            visitors.catch_up(&mut self.world, now);
        }
        self.world.pass_time(now);
        self.publish(now);
    }

    /// One request, answered at once. Faults that need a connection are left out.
    pub fn call(&mut self, call: &Call, wall: DateTime<Utc>) -> Answer {
        let mut ticket = match self.begin(call, wall) {
            Ok(ticket) => ticket,
            Err(answer) => return answer,
        };
        match self.enter(call, &mut ticket, wall) {
            Entered::Answered(answer) => answer,
            // Alone there is nobody to wait for.
            Entered::Go | Entered::Wait => self.run(call, &ticket, wall),
        }
    }

    /// Credential, budget and fault. `Err` is the answer of a request that got no further.
    pub(super) fn begin(&mut self, call: &Call, wall: DateTime<Utc>) -> Result<Ticket, Answer> {
        let now = self.time(wall);
        self.look(now);
        self.catch_up(now);
        let request_id = self.request_id();
        let path = match call.path.strip_prefix("/v1") {
            Some(path) if path.starts_with('/') => path.to_owned(),
            Some(_) | None => call.path.clone(),
        };
        let n = self.log.push(Entry {
            n: 0,
            at: now,
            method: call.method.clone(),
            path: path.clone(),
            query: call.query.clone(),
            idempotency_key: call.idempotency_key.clone(),
            status: None,
            accepted: false,
            replayed: false,
            fault: None,
            request_id: request_id.clone(),
            body_bytes: call.body.len(),
        });
        let how = self.world.switches.rate_windows;
        let credential = match self.keys.check(call.authorization.as_deref(), &call.method, &path) {
            Ok(key) => key.id.clone(),
            Err(refusal) => {
                if self.world.switches.count_unauthorized {
                    self.windows.spend(now, how);
                }
                return Err(self.refused(n, &request_id, &refusal, now));
            }
        };
        if let Some(wait) = self.windows.full(now, how) {
            if self.world.switches.count_limited {
                self.windows.spend(now, how);
            }
            let refusal = Refusal::new(429, "rate_limited", "Rate limit exceeded.");
            let mut answer = self.refused(n, &request_id, &refusal, now);
            answer.set("Retry-After", Some(wait.to_string()));
            return Err(answer);
        }
        let fault = self.faults.meet(&call.method, &target(&path, call.query.as_deref()));
        if let (Some(met), Some(entry)) = (&fault, self.log.entry(n)) {
            entry.fault = fault_name(&met.kind);
        }
        Ok(Ticket { n, request_id, credential, path, operation: None, fault })
    }

    /// Takes a place at a barrier, if one waits for such a request.
    pub(super) fn arrive(&mut self, call: &Call, ticket: &Ticket) -> Option<Place> {
        let target = target(&ticket.path, call.query.as_deref());
        self.barriers.arrive(&call.method, &target, call.idempotency_key.as_deref(), &call.body)
    }

    /// Looks at the idempotency key; spends the budget.
    pub(super) fn enter(&mut self, call: &Call, ticket: &mut Ticket, wall: DateTime<Utc>) -> Entered {
        let now = self.time(wall);
        let how = self.world.switches.rate_windows;
        let given = call.idempotency_key.as_ref().filter(|key| call.method == "POST" && !key.is_empty());
        let Some(given) = given else {
            self.windows.spend(now, how);
            return Entered::Go;
        };
        if given.chars().count() > 255 {
            self.windows.spend(now, how);
            let mut errors = FieldErrors::default();
            errors.field("Idempotency-Key", "String must contain at most 255 character(s)");
            let refusal = Refusal::payload(&errors);
            return Entered::Answered(self.refused(ticket.n, &ticket.request_id, &refusal, now));
        }
        let operation = Operation {
            credential: ticket.credential.clone(),
            method: call.method.clone(),
            path: ticket.path.clone(),
            key: given.clone(),
        };
        let compare = self.world.switches.body_compare;
        let standing = self.answers.begin(&operation, &call.body, now, compare);
        if standing == Standing::Running && self.world.switches.in_flight == InFlight::Wait {
            return Entered::Wait;
        }
        let replayed = matches!(standing, Standing::Replay(..));
        if !replayed || self.world.switches.count_replays {
            self.windows.spend(now, how);
        }
        match standing {
            Standing::First => {
                ticket.operation = Some(operation);
                Entered::Go
            }
            Standing::Running | Standing::Conflict => {
                let why = if standing == Standing::Conflict {
                    "This Idempotency-Key was used with a different request."
                } else {
                    "A request with this Idempotency-Key is still running."
                };
                let refusal = Refusal::new(409, "idempotency_conflict", why);
                Entered::Answered(self.refused(ticket.n, &ticket.request_id, &refusal, now))
            }
            Standing::Replay(status, body) => {
                let mut answer = self.answer(status, body, &ticket.request_id, now);
                answer.set("Idempotent-Replayed", Some("true".to_owned()));
                if let Some(entry) = self.log.entry(ticket.n) {
                    entry.replayed = true;
                }
                self.ended(ticket.n, Some(status));
                Entered::Answered(answer)
            }
        }
    }

    /// Carries the request out, or answers as its fault says.
    pub(super) fn run(&mut self, call: &Call, ticket: &Ticket, wall: DateTime<Utc>) -> Answer {
        let now = self.time(wall);
        if let Some(answer) = self.fault_before(ticket, now) {
            if let Some(operation) = &ticket.operation {
                self.answers.forget(operation);
            }
            self.ended(ticket.n, Some(answer.status));
            return answer;
        }
        let frozen: Option<Arc<World>> = ticket.fault.as_ref().and_then(|met| met.frozen.clone());
        let (status, body) = match self.route(call, ticket, frozen.as_deref(), now) {
            Ok(done) => done,
            Err(refusal) => (refusal.status, refusal.body(&ticket.request_id)),
        };
        let body = body.into_bytes();
        if let Some(operation) = &ticket.operation {
            let kept = match status {
                200..=299 => true,
                401 | 403 | 429 => false,
                400..=499 => self.world.switches.cache_refusals,
                _ => false,
            };
            if kept {
                self.answers.finish(operation, status, &body);
            } else {
                self.answers.forget(operation);
            }
        }
        let accepted = call.method != "GET" && (200..=299).contains(&status);
        if let Some(entry) = self.log.entry(ticket.n) {
            entry.accepted = accepted;
        }
        let mut answer = self.answer(status, body, &ticket.request_id, now);
        match ticket.fault() {
            Some(FaultKind::StatusAfterAccept { status, body }) => {
                answer = self.fault_status(*status, None, None, body.as_ref(), ticket, now);
            }
            Some(FaultKind::Headers { set }) => {
                for (name, value) in set {
                    answer.set(name, value.clone());
                }
            }
            Some(_) | None => {}
        }
        self.ended(ticket.n, Some(answer.status));
        answer
    }

    /// The request ended without having been carried out, and without an answer.
    pub(super) fn abandon(&mut self, ticket: &Ticket) {
        if let Some(operation) = &ticket.operation {
            self.answers.forget(operation);
        }
        self.ended(ticket.n, None);
    }

    /// The request was carried out, but its answer never came.
    pub(super) fn unanswered(&mut self, ticket: &Ticket) {
        self.ended(ticket.n, None);
    }

    /// An answer of the server itself, to a request that never reached the platform.
    pub(super) fn turned_away(&mut self, status: u16, code: &str, message: &str, wall: DateTime<Utc>) -> Answer {
        let now = self.time(wall);
        let request_id = self.request_id();
        let body = Refusal::new(status, code, message).body(&request_id);
        self.answer(status, body.into_bytes(), &request_id, now)
    }

    fn refused(&mut self, n: u64, request_id: &str, refusal: &Refusal, now: DateTime<Utc>) -> Answer {
        self.ended(n, Some(refusal.status));
        self.answer(refusal.status, refusal.body(request_id).into_bytes(), request_id, now)
    }

    fn ended(&mut self, n: u64, status: Option<u16>) {
        if let Some(entry) = self.log.entry(n) {
            entry.status = status;
        }
    }

    fn answer(&mut self, status: u16, body: Vec<u8>, request_id: &str, now: DateTime<Utc>) -> Answer {
        let mut headers = vec![
            ("Date".to_owned(), now.format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
            ("X-Request-Id".to_owned(), request_id.to_owned()),
        ];
        // What has no body has no type.
        if status != 204 {
            headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
        }
        headers.append(&mut self.windows.headers(now, self.world.switches.rate_windows));
        if self.world.switches.version_headers {
            headers.push(("X-API-Version".to_owned(), "2026-11-01".to_owned()));
            headers.push(("Deprecation".to_owned(), "@1798761600".to_owned()));
        }
        Answer { status, headers, body }
    }

    fn request_id(&self) -> String {
        const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut bytes = [0; 12];
        self.random.fill(&mut bytes);
        let text: String = bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()])).collect();
        format!("req_{text}")
    }
}

/// Path and query, as faults and barriers look at them.
fn target(path: &str, query: Option<&str>) -> String {
    match query {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}
