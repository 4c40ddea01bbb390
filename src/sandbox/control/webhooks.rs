//! Carries out the commands about webhooks and their deliveries.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::{Done, unfit};
use crate::sandbox::command::{Deliver, Deliveries, Replay, RotateSecret};
use crate::sandbox::platform::{Platform, new_endpoint};
use crate::sandbox::webhooks::{Destination, Maker, Wanted};

impl Platform {
    pub(super) fn webhook_command(&mut self, it: Map<String, Value>, now: DateTime<Utc>) -> Done {
        let body = Value::Object(it).to_string();
        let switches = &self.world.switches;
        let new = new_endpoint(body.as_bytes(), switches).map_err(|errors| unfit(errors.details().to_string()))?;
        Ok(self.webhooks.create(new, Maker::Dashboard, switches, &self.random, now))
    }

    pub(super) fn rotate_secret_command(&mut self, it: &RotateSecret, now: DateTime<Utc>) -> Done {
        let both_for = TimeDelta::seconds(i64::try_from(it.both_for.min(10_u64.pow(9))).unwrap_or(0));
        let rotated = self.webhooks.rotate_secret(&it.webhook_id, both_for, &self.world.switches, now);
        rotated.ok_or_else(|| unfit(format!("there is no webhook {}", it.webhook_id)))
    }

    pub(super) fn deliver_command(&mut self, it: &Deliver) -> Done {
        match &it.url {
            Some(url) => {
                let destination = Destination::new(&it.host, url).map_err(|error| unfit(error.to_string()))?;
                self.webhooks.set_destination(destination);
            }
            None if self.webhooks.remove_destination(&it.host) => {}
            None => return Err(unfit(format!("no deliveries go to {}", it.host))),
        }
        Ok(json!({}))
    }

    pub(super) fn replay_command(&mut self, it: &Replay, now: DateTime<Utc>) -> Done {
        let count = self.webhooks.replay(it.delivery_id.as_deref(), now);
        let none = || unfit("there is no such delivery to be sent again: it is under way, or its webhook is gone");
        count.map(|count| json!({ "replayed": count })).ok_or_else(none)
    }

    pub(super) fn deliveries_command(&self, it: &Deliveries) -> Value {
        self.webhooks.deliveries(&Wanted {
            since: it.since,
            delivery_id: it.delivery_id.as_deref(),
            webhook_id: it.webhook_id.as_deref(),
            event: it.event.as_deref(),
            state: it.state.as_deref(),
            bodies: it.bodies,
        })
    }
}
