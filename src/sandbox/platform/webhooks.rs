//! The endpoints that manage webhooks (contract, section 9.6): who asks, and what may be answered.

use chrono::{DateTime, Utc};

use super::errors::Refusal;
use super::routes::Done;
use super::{Platform, Ticket};
use crate::sandbox::webhooks::{EndpointChange, Maker, NewEndpoint};

impl Platform {
    /// `/webhooks`.
    pub(super) fn webhooks(&mut self, method: &str, body: &[u8], ticket: &Ticket, now: DateTime<Utc>) -> Done {
        let (viewer, switches) = (self.viewer(ticket), &self.world.switches);
        match method {
            "GET" => Ok((200, self.webhooks.list(&viewer, switches).to_string())),
            "POST" => {
                let new = NewEndpoint::read(body, switches).map_err(|errors| Refusal::payload(&errors))?;
                let made = self.webhooks.create(new, viewer, switches, &self.random, now);
                Ok((switches.post_status, made.to_string()))
            }
            _ => Err(self.not_found()),
        }
    }

    /// `/webhooks/{id}`. What the credential may not see is not there.
    pub(super) fn webhook(&mut self, method: &str, id: &str, body: &[u8], ticket: &Ticket, now: DateTime<Utc>) -> Done {
        let (viewer, switches) = (self.viewer(ticket), &self.world.switches);
        let found = self.webhooks.get(&viewer, id, switches);
        let Some(found) = found else { return Err(self.not_found()) };
        match method {
            "GET" => Ok((200, found.to_string())),
            "PATCH" => {
                let change = EndpointChange::read(body, switches).map_err(|errors| Refusal::payload(&errors))?;
                let changed = self.webhooks.change(&viewer, id, change, switches, now);
                changed.map(|changed| (200, changed.to_string())).ok_or_else(|| self.not_found())
            }
            "DELETE" => {
                let status = switches.webhook_delete_status;
                self.webhooks.remove(&viewer, id, switches);
                Ok((status, if status == 204 { String::new() } else { found.to_string() }))
            }
            _ => Err(self.not_found()),
        }
    }

    fn viewer(&self, ticket: &Ticket) -> Maker {
        match self.keys.by_id(&ticket.credential) {
            Some(key) if key.is_oauth() => Maker::Token(key.id.clone()),
            Some(_) | None => Maker::Key(ticket.credential.clone()),
        }
    }
}
