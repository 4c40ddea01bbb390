//! What happens by itself: the schedule's turns, and what is told to webhooks. Owns when, never waits.

use chrono::{DateTime, TimeDelta, Utc};

use super::Platform;
use crate::sandbox::visitors::Visitors;
use crate::sandbox::webhooks::{Job, Outcome};

/// After so long without a request or a command nobody sees what the scripted visitors do, unless a webhook tells it.
const LONG_UNSEEN: TimeDelta = TimeDelta::hours(2);

/// What is to be done now, and when to look again.
#[derive(Debug)]
pub(in crate::sandbox) struct Due {
    /// Deliveries to be sent.
    pub(in crate::sandbox) jobs: Vec<Job>,
    /// Those that took too long.
    pub(in crate::sandbox) expired: Vec<u64>,
    /// In the platform's time.
    pub(in crate::sandbox) next: Option<DateTime<Utc>>,
}

impl Platform {
    /// Queues the deliveries of what happened since the last time.
    pub(in crate::sandbox) fn publish(&mut self, now: DateTime<Utc>) {
        let events = self.world.take_events();
        self.webhooks.publish(&self.world, &events, &self.random, now);
    }

    /// Somebody looks: the scripted visitors have an audience.
    pub(in crate::sandbox) fn look(&mut self, now: DateTime<Utc>) {
        self.looked = Some(now);
    }

    /// Lets everything happen that is due, also when nobody asks.
    pub(in crate::sandbox) fn take_due(&mut self, wall: DateTime<Utc>) -> Due {
        let now = self.time(wall);
        let looked = *self.looked.get_or_insert(now);
        let seen = self.webhooks.is_wanted() || now.signed_duration_since(looked) < LONG_UNSEEN;
        if seen {
            self.catch_up(now);
        }
        let switches = &self.world.switches;
        let expired = self.webhooks.expire(switches, now);
        let jobs = self.webhooks.take_due(switches, &self.random, now);
        let visitors = self.visitors.as_ref().and_then(Visitors::next_due);
        let due = [visitors.filter(|_| seen), self.world.next_due().filter(|_| seen), self.webhooks.next_due(switches)];
        Due { jobs, expired, next: due.into_iter().flatten().min() }
    }

    /// An attempt of a delivery has ended.
    pub(in crate::sandbox) fn delivered(&mut self, job: u64, outcome: &Outcome, wall: DateTime<Utc>) {
        let now = self.time(wall);
        self.webhooks.ended(job, outcome, &self.world.switches, now);
    }
}
