//! Requests of the platform's API: HTTP to `Call`, `Answer` to HTTP, and the faults that need a connection.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use hyper::{Request, Response, StatusCode};
use tokio::sync::oneshot;

use super::Shared;
use super::body::{AnyBody, half, trickle, whole};
use super::bomb::gzip_bomb;
use super::line::Line;
use super::listener::{Handler, Limits};
use crate::sandbox::barriers::Place;
use crate::sandbox::faults::FaultKind;
use crate::sandbox::platform::{Answer, Call, Entered, Ticket};

/// The API's handler.
pub(in crate::sandbox) struct Api {
    pub(in crate::sandbox) shared: Arc<Shared>,
    pub(in crate::sandbox) limits: Limits,
}

/// Why a body was not read.
pub(super) enum Unread {
    TooLarge,
    TooSlow,
    Broken,
}

/// Reads a whole body within the limits.
pub(super) async fn read_body(body: Incoming, limits: &Limits) -> Result<Bytes, Unread> {
    let reading = Limited::new(body, limits.body_bytes).collect();
    match tokio::time::timeout(limits.body, reading).await {
        Err(_) => Err(Unread::TooSlow),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Unread::TooLarge),
        Ok(Err(_)) => Err(Unread::Broken),
        Ok(Ok(read)) => Ok(read.to_bytes()),
    }
}

/// Whether the body is sent as it is.
pub(super) fn is_plain(headers: &HeaderMap) -> bool {
    headers.get_all(CONTENT_ENCODING).iter().all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// A ticket that is given back if its request ends before it was carried out.
struct Held {
    shared: Arc<Shared>,
    ticket: Option<Ticket>,
    /// Its place at a barrier.
    place: Option<Place>,
}

impl Held {
    fn take(&mut self) -> Option<Ticket> {
        self.ticket.take()
    }

    /// Whoever waits at the barrier waits for this one no longer.
    fn step_aside(&mut self) {
        if let Some(place) = self.place.take() {
            self.shared.platform().barriers.done(place);
            self.shared.settled.notify_waiters();
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            self.shared.platform().abandon(&ticket);
            self.shared.settled.notify_waiters();
        }
        self.step_aside();
    }
}

impl Handler for Api {
    async fn handle(self: Arc<Self>, request: Request<Incoming>, line: Arc<Line>) -> Response<AnyBody> {
        let (head, body) = request.into_parts();
        if !is_plain(&head.headers) {
            return self.turned_away(415, "unsupported_media_type", "Compressed bodies are not accepted.");
        }
        let body = match read_body(body, &self.limits).await {
            Ok(body) => body,
            Err(Unread::TooLarge) => return self.turned_away(413, "payload_too_large", "The body is too large."),
            Err(Unread::TooSlow) => return self.turned_away(408, "request_timeout", "The body took too long."),
            Err(Unread::Broken) => return self.turned_away(400, "invalid_payload", "The body could not be read."),
        };
        let call = Call {
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            authorization: text(&head.headers, &AUTHORIZATION),
            idempotency_key: text(&head.headers, &HeaderName::from_static("idempotency-key")),
            body: body.to_vec(),
        };
        self.answer(call, line).await
    }
}

impl Api {
    fn turned_away(&self, status: u16, code: &str, message: &str) -> Response<AnyBody> {
        let wall = self.shared.wall();
        let answer = self.shared.platform().turned_away(status, code, message, wall);
        response(answer)
    }

    async fn answer(&self, call: Call, line: Arc<Line>) -> Response<AnyBody> {
        let shared = &self.shared;
        let begun = shared.platform().begin(&call, shared.wall());
        // What was due has happened by now.
        shared.stirred.notify_one();
        let ticket = match begun {
            Ok(ticket) => ticket,
            Err(answer) => return response(answer),
        };
        let place = shared.platform().arrive(&call, &ticket);
        let mut held = Held { shared: shared.clone(), ticket: Some(ticket), place };
        if place.is_some() {
            // The last one that is waited for may have arrived.
            shared.settled.notify_waiters();
        }
        loop {
            // Listening begins before looking, so that an end in between is not missed.
            let mut settled = std::pin::pin!(shared.settled.notified());
            settled.as_mut().enable();
            if place.is_some_and(|place| !shared.platform().barriers.may_go(place)) {
                settled.await;
                continue;
            }
            let Some(ticket) = held.ticket.as_mut() else { return pending().await };
            let entered = shared.platform().enter(&call, ticket, shared.wall());
            match entered {
                Entered::Go => break,
                Entered::Wait => settled.await,
                Entered::Answered(answer) => {
                    let _ = held.take();
                    return response(answer);
                }
            }
        }
        let fault = held.ticket.as_ref().and_then(|ticket| ticket.fault().cloned());
        match fault {
            Some(FaultKind::Hang) => {
                held.step_aside();
                pending().await
            }
            Some(FaultKind::ResetBeforeAccept) => {
                drop(held);
                line.reset();
                pending().await
            }
            Some(FaultKind::Slow { ms }) => self.late(call, held, Duration::from_millis(ms)).await,
            Some(FaultKind::GzipBomb { bytes }) => {
                let (answer, _) = self.run(&call, held);
                let mut response = response(Answer { body: Vec::new(), ..answer });
                response.headers_mut().remove(CONTENT_LENGTH);
                response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
                *response.status_mut() = StatusCode::OK;
                *response.body_mut() = gzip_bomb(bytes);
                response
            }
            Some(FaultKind::SlowAfterAccept { ms }) => {
                let (answer, _) = self.run(&call, held);
                tokio::time::sleep(Duration::from_millis(ms)).await;
                response(answer)
            }
            Some(FaultKind::HangAfterAccept) => {
                self.run_unanswered(&call, held);
                pending().await
            }
            Some(FaultKind::ResetAfterAccept) => {
                self.run_unanswered(&call, held);
                line.reset();
                pending().await
            }
            Some(FaultKind::TruncatedBody) => {
                let (answer, _) = self.run(&call, held);
                let body = half(&answer.body);
                let length = answer.body.len();
                with_body(answer, length, body)
            }
            Some(FaultKind::Trickle { ms }) => {
                let (mut answer, _) = self.run(&call, held);
                let bytes = std::mem::take(&mut answer.body);
                let length = bytes.len();
                with_body(answer, length, trickle(bytes, Duration::from_millis(ms)))
            }
            Some(
                FaultKind::Status { .. }
                | FaultKind::StatusAfterAccept { .. }
                | FaultKind::NonJson { .. }
                | FaultKind::RateLimited { .. }
                | FaultKind::Stale
                | FaultKind::Redirect { .. }
                | FaultKind::Headers { .. },
            )
            | None => response(self.run(&call, held).0),
        }
    }

    fn run(&self, call: &Call, held: Held) -> (Answer, Option<Ticket>) {
        carry_out(&self.shared, call, held)
    }

    fn run_unanswered(&self, call: &Call, held: Held) {
        if let (_, Some(ticket)) = self.run(call, held) {
            self.shared.platform().unanswered(&ticket);
        }
    }

    /// Carries the request out later, in a task of its own: it happens even if the client has gone.
    async fn late(&self, call: Call, mut held: Held, after: Duration) -> Response<AnyBody> {
        let (done, answer) = oneshot::channel();
        // The task must not own what owns the task: it holds the shared state weakly while it sleeps.
        let weak = Arc::downgrade(&self.shared);
        let (ticket, place) = (held.take(), held.place.take());
        self.shared.spawn_late(async move {
            tokio::time::sleep(after).await;
            if let Some(shared) = weak.upgrade() {
                let held = Held { shared: shared.clone(), ticket, place };
                let (answer, ticket) = carry_out(&shared, &call, held);
                if let (Err(_), Some(ticket)) = (done.send(answer), ticket) {
                    shared.platform().unanswered(&ticket);
                }
            }
        });
        match answer.await {
            Ok(answer) => response(answer),
            Err(_) => pending().await,
        }
    }
}

fn carry_out(shared: &Arc<Shared>, call: &Call, mut held: Held) -> (Answer, Option<Ticket>) {
    let Some(ticket) = held.take() else {
        let wall = shared.wall();
        return (shared.platform().turned_away(500, "internal_error", "No ticket.", wall), None);
    };
    let wall = shared.wall();
    let answer = shared.platform().run(call, &ticket, wall);
    held.step_aside();
    shared.settled.notify_waiters();
    shared.stirred.notify_one();
    (answer, Some(ticket))
}

fn response(mut answer: Answer) -> Response<AnyBody> {
    let bytes = std::mem::take(&mut answer.body);
    let length = bytes.len();
    with_body(answer, length, whole(bytes))
}

fn with_body(answer: Answer, length: usize, body: AnyBody) -> Response<AnyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        // A fault may name what is no header; it is then left out.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    if answer.status >= 200 && answer.status != 204 && answer.status != 304 {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    response
}
