//! An endpoint as it is stored, written out and asked for (contract, sections 7.7, 9.5 and 9.6).
//!
//! Owns validation. Never sends.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use url::{Host, Url};

use super::delivery::Sending;
use super::signature::Secret;
use crate::sandbox::switches::{Switches, UnknownFields};
use crate::sandbox::world::{FieldErrors, timestamp};

/// The event types that the documentation names (contract, section 9.3); it counts 36.
pub(super) const EVENTS: [&str; 7] = [
    "conversation.created",
    "conversation.updated",
    "message.created",
    "member.joined",
    "member.removed",
    "chatbot.updated",
    "chatbot.deleted",
];

/// How many event types there are, and so the most that an endpoint can ask for.
const MOST_EVENTS: usize = 36;
/// Longest `description`, in UTF-16 units as JavaScript counts.
const MOST_DESCRIPTION: usize = 500;

/// Who made an endpoint, which decides who sees it (contract, section 9.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Maker {
    /// A person in the dashboard.
    Dashboard,
    /// A personal API key, by its id.
    Key(String),
    /// An OAuth token, by its id.
    Token(String),
}

/// One endpoint and what waits to be sent to it.
#[derive(Clone, Debug)]
pub(super) struct Endpoint {
    pub(super) id: String,
    pub(super) url: Url,
    pub(super) description: Option<String>,
    pub(super) events: Vec<&'static str>,
    pub(super) is_active: bool,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
    pub(super) maker: Maker,
    pub(super) secret: Secret,
    /// The one before, valid until then.
    pub(super) old_secret: Option<(Secret, DateTime<Utc>)>,
    /// What is to be sent, by the moment it is due and the order it was asked for.
    pub(super) queue: BTreeMap<(DateTime<Utc>, u64), Sending>,
    pub(super) in_flight: usize,
    pub(super) failed_in_a_row: u32,
}

impl Endpoint {
    /// As every read shows it: without its secret.
    pub(super) fn json(&self, switches: &Switches) -> Value {
        let mut json = json!({
            "object": "webhook_endpoint",
            "id": self.id,
            "url": self.url.as_str(),
            "description": self.description,
            "events": self.events,
            "is_active": self.is_active,
            "created_at": timestamp(self.created_at, switches.timestamps),
            "updated_at": timestamp(self.updated_at, switches.timestamps),
        });
        if let (true, Some(fields)) = (switches.extra_fields, json.as_object_mut()) {
            fields.insert("x_weather".to_owned(), json!({ "sky": ["clear", null], "wind": {} }));
        }
        json
    }

    /// As the one answer to its creation shows it.
    pub(super) fn json_with_secret(&self, switches: &Switches) -> Value {
        let mut json = self.json(switches);
        if let Some(fields) = json.as_object_mut() {
            fields.insert("signing_secret".to_owned(), json!(self.secret.reveal()));
        }
        json
    }

    /// The secrets that sign at this moment.
    pub(super) fn secrets(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Secret> {
        let old = self.old_secret.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret);
        std::iter::once(&self.secret).chain(old)
    }
}

/// What an endpoint is made of.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct NewEndpoint {
    pub(super) url: Url,
    pub(super) events: Vec<&'static str>,
    pub(super) description: Option<String>,
}

impl NewEndpoint {
    /// Reads the body of a creation.
    pub(in crate::sandbox) fn read(body: &[u8], switches: &Switches) -> Result<Self, FieldErrors> {
        let (fields, mut errors) = fields(body, &["url", "events", "description"], switches)?;
        for name in ["url", "events"].into_iter().filter(|name| !fields.contains_key(*name)) {
            errors.field(name, "Required");
        }
        let url = fields.get("url").and_then(|url| public_url(url, &mut errors));
        let events = fields.get("events").and_then(|it| events(it, &mut errors));
        let description = fields.get("description").and_then(|it| description(it, &mut errors)).flatten();
        match (url, events) {
            (Some(url), Some(events)) if errors.is_empty() => Ok(Self { url, events, description }),
            _ => Err(errors),
        }
    }
}

/// What a PATCH changes; an absent field stays.
#[derive(Clone, Debug, Default)]
pub(in crate::sandbox) struct EndpointChange {
    pub(super) url: Option<Url>,
    pub(super) events: Option<Vec<&'static str>>,
    pub(super) description: Option<Option<String>>,
    pub(super) is_active: Option<bool>,
}

impl EndpointChange {
    /// Reads the body of a PATCH: `isActive` in camelCase, unlike the answer's `is_active`.
    pub(in crate::sandbox) fn read(body: &[u8], switches: &Switches) -> Result<Self, FieldErrors> {
        let (fields, mut errors) = fields(body, &["url", "events", "description", "isActive"], switches)?;
        let change = Self {
            url: fields.get("url").and_then(|url| public_url(url, &mut errors)),
            events: fields.get("events").and_then(|it| events(it, &mut errors)),
            description: fields.get("description").and_then(|it| description(it, &mut errors)),
            is_active: fields.get("isActive").and_then(|it| {
                if !it.is_boolean() {
                    errors.field("isActive", "Expected boolean");
                }
                it.as_bool()
            }),
        };
        if errors.is_empty() { Ok(change) } else { Err(errors) }
    }
}

fn fields(body: &[u8], known: &[&str], switches: &Switches) -> Result<(Map<String, Value>, FieldErrors), FieldErrors> {
    let mut errors = FieldErrors::default();
    let fields = match serde_json::from_slice::<Value>(if body.is_empty() { b"{}" } else { body }) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => {
            errors.form("Expected object");
            return Err(errors);
        }
        Err(_) => {
            errors.form("Invalid JSON");
            return Err(errors);
        }
    };
    if switches.unknown_fields == UnknownFields::Refuse {
        for name in fields.keys().filter(|name| !known.contains(&name.as_str())) {
            errors.form(&format!("Unrecognized key(s) in object: '{name}'"));
        }
    }
    Ok((fields, errors))
}

fn events(given: &Value, errors: &mut FieldErrors) -> Option<Vec<&'static str>> {
    let Some(all) = given.as_array() else {
        errors.field("events", "Expected array");
        return None;
    };
    if all.is_empty() || all.len() > MOST_EVENTS {
        errors.field("events", &format!("Array must contain 1 to {MOST_EVENTS} element(s)"));
        return None;
    }
    let mut events = Vec::new();
    for one in all {
        match EVENTS.into_iter().find(|name| one.as_str() == Some(name)) {
            Some(name) if events.contains(&name) => {}
            Some(name) => events.push(name),
            None => {
                errors.field("events", "Invalid enum value");
                return None;
            }
        }
    }
    Some(events)
}

fn description(given: &Value, errors: &mut FieldErrors) -> Option<Option<String>> {
    match given {
        Value::Null => Some(None),
        Value::String(text) if text.encode_utf16().count() <= MOST_DESCRIPTION => Some(Some(text.clone())),
        Value::String(_) => {
            errors.field("description", &format!("String must contain at most {MOST_DESCRIPTION} character(s)"));
            None
        }
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            errors.field("description", "Expected string");
            None
        }
    }
}

/// A public https URL by host name (contract, section 9.5). Names are judged as written and never looked up.
fn public_url(given: &Value, errors: &mut FieldErrors) -> Option<Url> {
    let url = given.as_str().and_then(|text| Url::parse(text).ok());
    let Some(url) = url else {
        errors.field("url", "Invalid url");
        return None;
    };
    let why = match url.host() {
        _ if url.scheme() != "https" => Some("Only https URLs are accepted"),
        _ if !url.username().is_empty() || url.password().is_some() => Some("Credentials in the URL are not accepted"),
        Some(Host::Domain(name)) if is_public(name) => None,
        Some(Host::Domain(_)) => Some("Only public hostnames are accepted"),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => Some("IP addresses are not accepted"),
        None => Some("Invalid url"),
    };
    match why {
        None => Some(url),
        Some(why) => {
            errors.field("url", why);
            None
        }
    }
}

fn is_public(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let last = name.rsplit('.').next().unwrap_or_default();
    name.contains('.') && !["localhost", "local", "internal", "localdomain"].contains(&last)
}
