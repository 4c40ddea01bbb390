//! The endpoints that manage webhooks (contract, sections 9.5 and 9.6).
//!
//! Owns their bodies and who may see what. What is stored and sent is the room of `webhooks`.

use chrono::{DateTime, Utc};
use url::{Host, Url};

use super::bodies::{Fields, kind};
use super::errors::Refusal;
use super::routes::Done;
use super::{Platform, Ticket};
use crate::sandbox::switches::Switches;
use crate::sandbox::webhooks::{EVENTS, EndpointChange, Maker, NewEndpoint};
use crate::sandbox::world::FieldErrors;

/// How many event types there are, and so the most that an endpoint can ask for.
const MOST_EVENTS: usize = 36;
/// Longest `description`.
const MOST_DESCRIPTION: usize = 500;

impl Platform {
    /// GET /webhooks.
    pub(super) fn webhooks(&self, query: Option<&str>, ticket: &Ticket) -> Done {
        let list = self.webhooks.list(&self.viewer(ticket), query, &self.world.switches);
        list.map(|list| (200, list)).map_err(|errors| Refusal::query(&errors))
    }

    /// POST /webhooks: the one answer that holds the secret.
    pub(super) fn new_webhook(&mut self, body: &[u8], ticket: &Ticket, now: DateTime<Utc>) -> Done {
        let (viewer, switches) = (self.viewer(ticket), &self.world.switches);
        let new = new_endpoint(body, switches).map_err(|errors| Refusal::payload(&errors))?;
        let made = self.webhooks.create(new, viewer, switches, &self.random, now);
        Ok((switches.post_status, made.to_string()))
    }

    /// GET /webhooks/{id}. What the credential may not see is not there.
    pub(super) fn webhook(&self, id: &str, ticket: &Ticket) -> Done {
        let found = self.webhooks.get(&self.viewer(ticket), id, &self.world.switches);
        found.map(|found| (200, found.to_string())).ok_or_else(|| self.not_found())
    }

    /// PATCH /webhooks/{id}.
    pub(super) fn change_webhook(&mut self, id: &str, body: &[u8], ticket: &Ticket, now: DateTime<Utc>) -> Done {
        let _ = self.webhook(id, ticket)?;
        let (viewer, switches) = (self.viewer(ticket), &self.world.switches);
        let change = endpoint_change(body, switches).map_err(|errors| Refusal::payload(&errors))?;
        let changed = self.webhooks.change(&viewer, id, change, switches, now);
        changed.map(|changed| (200, changed.to_string())).ok_or_else(|| self.not_found())
    }

    /// DELETE /webhooks/{id}.
    pub(super) fn delete_webhook(&mut self, id: &str, ticket: &Ticket) -> Done {
        let (_, found) = self.webhook(id, ticket)?;
        let (viewer, switches) = (self.viewer(ticket), &self.world.switches);
        self.webhooks.remove(&viewer, id, switches);
        let status = switches.webhook_delete_status;
        Ok((status, if status == 204 { String::new() } else { found }))
    }

    fn viewer(&self, ticket: &Ticket) -> Maker {
        match self.keys.by_id(&ticket.credential) {
            Some(key) if key.is_oauth() => Maker::Token(key.id.clone()),
            Some(_) | None => Maker::Key(ticket.credential.clone()),
        }
    }
}

/// The body of a creation.
pub(in crate::sandbox) fn new_endpoint(body: &[u8], switches: &Switches) -> Result<NewEndpoint, FieldErrors> {
    let mut fields = Fields::read(body, &["url", "events", "description"], switches)?;
    for name in ["url", "events"] {
        if fields.get(name).is_none() {
            fields.wrong(name, "Required");
        }
    }
    let (url, events) = (public_url(&mut fields), events(&mut fields));
    let description = fields.nullable_text("description", MOST_DESCRIPTION).flatten();
    let errors = fields.errors.clone();
    match (url, events) {
        (Some(url), Some(events)) => fields.finish(NewEndpoint { url, events, description }),
        // Whatever is absent or wrong was noted.
        _ => Err(errors),
    }
}

/// The body of a PATCH: `isActive` in camelCase, unlike the answer's `is_active`.
fn endpoint_change(body: &[u8], switches: &Switches) -> Result<EndpointChange, FieldErrors> {
    let mut fields = Fields::read(body, &["url", "events", "description", "isActive"], switches)?;
    let is_active = fields.get("isActive").cloned();
    if let Some(other) = is_active.as_ref().filter(|given| !given.is_boolean()) {
        fields.wrong("isActive", &format!("Expected boolean, received {}", kind(other)));
    }
    let change = EndpointChange {
        url: public_url(&mut fields),
        events: events(&mut fields),
        description: fields.nullable_text("description", MOST_DESCRIPTION),
        is_active: is_active.and_then(|given| given.as_bool()),
    };
    fields.finish(change)
}

fn events(fields: &mut Fields) -> Option<Vec<&'static str>> {
    let given = fields.get("events")?.clone();
    let Some(all) = given.as_array() else {
        fields.wrong("events", &format!("Expected array, received {}", kind(&given)));
        return None;
    };
    if all.is_empty() || all.len() > MOST_EVENTS {
        fields.wrong("events", &format!("Array must contain 1 to {MOST_EVENTS} element(s)"));
        return None;
    }
    let mut events = Vec::new();
    for one in all {
        match EVENTS.into_iter().find(|name| one.as_str() == Some(name)) {
            Some(name) if events.contains(&name) => {}
            Some(name) => events.push(name),
            None => {
                fields.wrong("events", "Invalid enum value");
                return None;
            }
        }
    }
    Some(events)
}

/// A public https URL by host name (contract, section 9.5). Names are judged as written and never looked up.
fn public_url(fields: &mut Fields) -> Option<Url> {
    let given = fields.get("url")?;
    let Some(url) = given.as_str().and_then(|text| Url::parse(text).ok()) else {
        fields.wrong("url", "Invalid url");
        return None;
    };
    let why = match url.host() {
        _ if url.scheme() != "https" => "Only https URLs are accepted",
        _ if !url.username().is_empty() || url.password().is_some() => "Credentials in the URL are not accepted",
        Some(Host::Domain(name)) if is_public(name) => return Some(url),
        Some(Host::Domain(_)) => "Only public hostnames are accepted",
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => "IP addresses are not accepted",
        None => "Invalid url",
    };
    fields.wrong("url", why);
    None
}

fn is_public(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let last = name.rsplit('.').next().unwrap_or_default();
    name.contains('.') && !["localhost", "local", "internal", "localdomain"].contains(&last)
}
