//! An endpoint as it is stored, written out and asked for (contract, sections 7.7, 9.5 and 9.6).
//!
//! Owns what is stored. Bodies are checked where they come in; nothing is sent from here.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use super::delivery::Sending;
use super::signature::Secret;
use crate::sandbox::switches::Switches;
use crate::sandbox::world::timestamp;

/// The event types that the documentation names (contract, section 9.3); it counts 36.
pub(in crate::sandbox) const EVENTS: [&str; 7] = [
    "conversation.created",
    "conversation.updated",
    "message.created",
    "member.joined",
    "member.removed",
    "chatbot.updated",
    "chatbot.deleted",
];

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
    /// Public, https.
    pub(in crate::sandbox) url: Url,
    /// Of [`EVENTS`].
    pub(in crate::sandbox) events: Vec<&'static str>,
    pub(in crate::sandbox) description: Option<String>,
}

/// What a PATCH changes; an absent field stays.
#[derive(Clone, Debug, Default)]
pub(in crate::sandbox) struct EndpointChange {
    pub(in crate::sandbox) url: Option<Url>,
    pub(in crate::sandbox) events: Option<Vec<&'static str>>,
    pub(in crate::sandbox) description: Option<Option<String>>,
    pub(in crate::sandbox) is_active: Option<bool>,
}
