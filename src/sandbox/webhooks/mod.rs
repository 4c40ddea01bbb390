//! The organisation's webhook endpoints and what is delivered to them (contract, section 9).
//!
//! Owns endpoints, secrets, the queue of deliveries and their schedule. Pure: told the moment, it says what is to be
//! sent now and is told how that ended. Never opens a connection: that is the server's.

mod delivery;
mod destination;
mod endpoint;
mod faults;
mod payload;
mod queue;
mod signature;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use self::delivery::{Delivery, Flight};
pub(in crate::sandbox) use self::delivery::{Job, Outcome};
use self::destination::Destinations;
pub use self::destination::{Destination, DestinationError};
use self::endpoint::Endpoint;
pub(in crate::sandbox) use self::endpoint::{EVENTS, EndpointChange, Maker, NewEndpoint};
use self::faults::WebhookFaults;
pub use self::faults::{WebhookFault, WebhookFaultKind};
pub(in crate::sandbox) use self::queue::LIMIT;
use self::signature::Secret;
use super::switches::{Switches, WebhookVisibility};
use super::world::{FieldErrors, Listed, Row, parameters};
use crate::random::Random;

/// What a fault looks at.
#[derive(Clone, Copy, Debug)]
struct Post<'a> {
    webhook_id: &'a str,
    event: &'a str,
}

/// Which deliveries are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::sandbox) struct Wanted<'a> {
    pub(in crate::sandbox) since: u64,
    pub(in crate::sandbox) delivery_id: Option<&'a str>,
    pub(in crate::sandbox) webhook_id: Option<&'a str>,
    pub(in crate::sandbox) event: Option<&'a str>,
    pub(in crate::sandbox) state: Option<&'a str>,
    pub(in crate::sandbox) bodies: bool,
}

/// All endpoints and deliveries.
#[derive(Debug, Default)]
pub(in crate::sandbox) struct Webhooks {
    endpoints: Vec<Endpoint>,
    /// By number, the oldest first.
    deliveries: BTreeMap<u64, Delivery>,
    /// Attempts under way, by job.
    flights: BTreeMap<u64, Flight>,
    faults: WebhookFaults,
    destinations: Destinations,
    frozen: bool,
    /// Numbers of deliveries, places in queues and jobs.
    count: u64,
}

impl Webhooks {
    fn next(&mut self) -> u64 {
        self.count += 1;
        self.count
    }

    /// Whether anybody would be told of an event.
    pub(in crate::sandbox) fn is_wanted(&self) -> bool {
        self.endpoints.iter().any(|endpoint| endpoint.is_active)
    }

    /// Makes an endpoint. The only answer that holds its secret.
    pub(in crate::sandbox) fn create(
        &mut self,
        new: NewEndpoint,
        maker: Maker,
        switches: &Switches,
        random: &Random,
        now: DateTime<Utc>,
    ) -> Value {
        let endpoint = Endpoint {
            id: random.uuid(),
            url: new.url,
            description: new.description,
            events: new.events,
            is_active: true,
            created_at: now,
            updated_at: now,
            maker,
            secret: Secret::fresh(),
            old_secret: None,
            queue: BTreeMap::new(),
            in_flight: 0,
            failed_in_a_row: 0,
        };
        let json = endpoint.json_with_secret(switches);
        self.endpoints.push(endpoint);
        json
    }

    fn seen<'a>(&'a self, viewer: &'a Maker, switches: &'a Switches) -> impl Iterator<Item = &'a Endpoint> {
        self.endpoints.iter().filter(move |endpoint| match viewer {
            Maker::Dashboard => true,
            Maker::Key(_) => match switches.webhook_visibility {
                WebhookVisibility::All => true,
                WebhookVisibility::Dashboard => endpoint.maker == Maker::Dashboard,
            },
            Maker::Token(_) => endpoint.maker == *viewer,
        })
    }

    fn sees(&self, viewer: &Maker, id: &str, switches: &Switches) -> bool {
        self.seen(viewer, switches).any(|endpoint| endpoint.id == id)
    }

    /// A page of those that the viewer sees, the oldest first.
    pub(in crate::sandbox) fn list(
        &self,
        viewer: &Maker,
        query: Option<&str>,
        switches: &Switches,
    ) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        let given = parameters(query, &mut errors);
        let row =
            |it: &Endpoint| Row { at: it.created_at, id: it.id.as_str().into(), json: it.json(switches).to_string() };
        let rows: Vec<Row> = self.seen(viewer, switches).map(row).collect();
        let listed = Listed { rows: &rows, name: "webhooks", envelope: switches.webhooks_envelope };
        listed.page(&given, switches, errors)
    }

    /// One, if the viewer sees it.
    pub(in crate::sandbox) fn get(&self, viewer: &Maker, id: &str, switches: &Switches) -> Option<Value> {
        self.seen(viewer, switches).find(|endpoint| endpoint.id == id).map(|endpoint| endpoint.json(switches))
    }

    /// Changes one, if the viewer sees it. The secret stays. Switched off, what waits for it is not sent any more.
    pub(in crate::sandbox) fn change(
        &mut self,
        viewer: &Maker,
        id: &str,
        change: EndpointChange,
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> Option<Value> {
        if !self.sees(viewer, id, switches) {
            return None;
        }
        let endpoint = self.endpoints.iter_mut().find(|endpoint| endpoint.id == id)?;
        let EndpointChange { url, events, description, is_active } = change;
        endpoint.url = url.unwrap_or_else(|| endpoint.url.clone());
        if let Some(events) = events {
            endpoint.events = events;
        }
        if let Some(description) = description {
            endpoint.description = description;
        }
        if let Some(is_active) = is_active {
            endpoint.is_active = is_active;
        }
        endpoint.updated_at = now;
        let json = endpoint.json(switches);
        if !endpoint.is_active {
            let waiting = std::mem::take(&mut endpoint.queue);
            self.cancel(waiting.into_values());
        }
        Some(json)
    }

    /// Takes one away, if the viewer sees it.
    pub(in crate::sandbox) fn remove(&mut self, viewer: &Maker, id: &str, switches: &Switches) -> bool {
        if !self.sees(viewer, id, switches) {
            return false;
        }
        let place = self.endpoints.iter().position(|endpoint| endpoint.id == id);
        if let Some(endpoint) = place.map(|place| self.endpoints.remove(place)) {
            self.cancel(endpoint.queue.into_values());
        }
        place.is_some()
    }
}

/// What the control interface does.
impl Webhooks {
    /// A new secret from the dashboard; the old one signs beside it for so long. `None`: no such endpoint.
    pub(in crate::sandbox) fn rotate_secret(
        &mut self,
        id: &str,
        both_for: TimeDelta,
        switches: &Switches,
        now: DateTime<Utc>,
    ) -> Option<Value> {
        let endpoint = self.endpoints.iter_mut().find(|endpoint| endpoint.id == id)?;
        let old = std::mem::replace(&mut endpoint.secret, Secret::fresh());
        endpoint.old_secret = now.checked_add_signed(both_for).map(|until| (old, until));
        endpoint.updated_at = now;
        Some(endpoint.json_with_secret(switches))
    }

    pub(in crate::sandbox) fn add_fault(&mut self, fault: WebhookFault) {
        self.faults.add(fault);
    }

    pub(in crate::sandbox) fn clear_faults(&mut self) {
        self.faults.clear();
    }

    pub(in crate::sandbox) fn faults(&self) -> &[WebhookFault] {
        self.faults.list()
    }

    /// Nothing is sent while frozen; what is under way goes on.
    pub(in crate::sandbox) fn freeze(&mut self, frozen: bool) {
        self.frozen = frozen;
    }

    pub(in crate::sandbox) fn set_destination(&mut self, destination: Destination) {
        self.destinations.set(destination);
    }

    pub(in crate::sandbox) fn remove_destination(&mut self, host: &str) -> bool {
        self.destinations.remove(host)
    }

    /// Deliveries and their attempts, the oldest first. Holds no secret and no signature.
    pub(in crate::sandbox) fn deliveries(&self, wanted: &Wanted<'_>) -> Value {
        let is = |wanted: Option<&str>, held: &str| wanted.is_none_or(|wanted| wanted == held);
        let newer = self.deliveries.range(wanted.since.saturating_add(1)..).map(|(_, delivery)| delivery);
        let found: Vec<Value> = newer
            .filter(|it| is(wanted.delivery_id, &it.id) && is(wanted.webhook_id, &it.webhook_id))
            .filter(|it| is(wanted.event, it.event) && is(wanted.state, it.state.as_str()))
            .map(|it| it.json(wanted.bodies))
            .collect();
        let unsettled = self.deliveries.values().filter(|it| !it.state.is_settled()).count();
        let last = self.deliveries.keys().next_back().copied().unwrap_or(0);
        json!({
            "deliveries": found, "last": last, "unsettled": unsettled, "in_flight": self.flights.len(),
            "frozen": self.frozen,
        })
    }
}
