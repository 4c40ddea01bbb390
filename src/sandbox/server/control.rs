//! The control interface over HTTP, behind an unguessable path on loopback (security, S16): no web page and no other
//! user can drive it.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

use super::Shared;
use super::api::{Unread, is_plain, read_body};
use super::body::{AnyBody, whole};
use super::line::Line;
use super::listener::{Handler, Limits};
use crate::sandbox::command::{Command, Deliveries, List, Log, Target};

/// The control interface's handler.
pub(in crate::sandbox) struct ControlDoor {
    pub(in crate::sandbox) shared: Arc<Shared>,
    pub(in crate::sandbox) limits: Limits,
    /// 128 random bits in hex.
    pub(in crate::sandbox) secret: String,
    pub(in crate::sandbox) port: u16,
}

impl Handler for ControlDoor {
    async fn handle(self: Arc<Self>, request: Request<Incoming>, _line: Arc<Line>) -> Response<AnyBody> {
        match self.command(request).await {
            Ok(command) => match self.shared.control(command) {
                Ok(value) => response(200, &value),
                Err(error) => refusal(400, &error.to_string()),
            },
            Err((status, why)) => refusal(status, &why),
        }
    }
}

impl ControlDoor {
    async fn command(&self, request: Request<Incoming>) -> Result<Command, (u16, String)> {
        let (head, body) = request.into_parts();
        if !self.is_ours(&head.headers, &HOST, "") {
            return Err((421, "this host is not served here".to_owned()));
        }
        if head.headers.contains_key(ORIGIN) && !self.is_ours(&head.headers, &ORIGIN, "http://") {
            return Err((403, "requests of other origins are refused".to_owned()));
        }
        let rest = self.behind_the_secret(head.uri.path()).ok_or((404, "not found".to_owned()))?;
        if head.method == Method::GET {
            return read(rest).ok_or((404, "not found".to_owned()));
        }
        if head.method != Method::POST {
            return Err((405, "only GET and POST".to_owned()));
        }
        if !rest.is_empty() {
            return Err((404, "not found".to_owned()));
        }
        let media = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let media = media.split(';').next().unwrap_or_default().trim();
        if !media.eq_ignore_ascii_case("application/json") || !is_plain(&head.headers) {
            return Err((415, "commands are application/json".to_owned()));
        }
        let body = read_body(body, &self.limits).await.map_err(|why| match why {
            Unread::TooLarge => (413, "the body is too large".to_owned()),
            Unread::TooSlow => (408, "the body took too long".to_owned()),
            Unread::Broken => (400, "the body could not be read".to_owned()),
        })?;
        serde_json::from_slice(&body).map_err(|error| (400, format!("no command: {error}")))
    }

    /// Whether a header names this door: the loopback address or `localhost`, with the port.
    fn is_ours(&self, headers: &HeaderMap, name: &HeaderName, scheme: &str) -> bool {
        let mut values = headers.get_all(name).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return false };
        ["127.0.0.1", "localhost"]
            .iter()
            .any(|host| value.as_bytes().eq_ignore_ascii_case(format!("{scheme}{host}:{}", self.port).as_bytes()))
    }

    fn behind_the_secret<'a>(&self, path: &'a str) -> Option<&'a str> {
        let path = path.strip_prefix("/control/")?;
        let (secret, rest) = path.split_once('/').unwrap_or((path, ""));
        bool::from(secret.as_bytes().ct_eq(self.secret.as_bytes())).then_some(rest)
    }
}

/// Reads by GET: counts, the log, deliveries, one conversation, all of them, people, switches.
fn read(path: &str) -> Option<Command> {
    match path.split('/').collect::<Vec<_>>().as_slice() {
        [""] | ["counts"] => Some(Command::Counts {}),
        ["deliveries"] => Some(Command::Deliveries(Deliveries::default())),
        ["log"] => Some(Command::Log(Log::default())),
        ["members"] => Some(Command::Members {}),
        ["switches"] => Some(Command::Switches {}),
        ["conversations"] => Some(Command::List(List::default())),
        ["conversations", id] => Some(Command::Show(Target { conversation_id: (*id).to_owned() })),
        _ => None,
    }
}

fn refusal(status: u16, why: &str) -> Response<AnyBody> {
    response(status, &json!({ "error": why }))
}

fn response(status: u16, value: &Value) -> Response<AnyBody> {
    let mut response = Response::new(whole(value.to_string().into_bytes()));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
