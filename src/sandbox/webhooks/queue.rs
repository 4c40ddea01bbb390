//! When deliveries are sent: at once, then after 30 s, 2 min, 10 min, 30 min and 2 h (contract, section 9.4).
//!
//! Owns what is due and what an outcome means. Each attempt keeps id and body, with a timestamp and signature of its
//! own.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::delivery::{Again, Attempt, Delivery, Flight, Job, Outcome, Sending, State, written};
use super::faults::WebhookFaultKind;
use super::{Post, Webhooks, payload, signature};
use crate::random::Random;
use crate::sandbox::switches::Switches;
use crate::sandbox::world::{World, WorldEvent};

/// How long an attempt may take.
pub(in crate::sandbox) const LIMIT: TimeDelta = TimeDelta::seconds(30);
/// So many deliveries are remembered; beyond, the oldest that are settled are forgotten.
const MOST: usize = 20_000;

const DELIVERY: &str = "X-Awardee-Delivery";
const SIGNATURE: &str = "X-Awardee-Signature";

impl Webhooks {
    /// Queues what happened for every endpoint that asked for it.
    pub(in crate::sandbox) fn publish(
        &mut self,
        world: &World,
        events: &[WorldEvent],
        random: &Random,
        now: DateTime<Utc>,
    ) {
        for event in events.iter().filter(|event| payload::is_told(event, &world.switches)) {
            let takes = |place: &usize| {
                let endpoint = self.endpoints.get(*place);
                endpoint.is_some_and(|it| it.is_active && it.events.contains(&event.name()))
            };
            let places: Vec<usize> = (0..self.endpoints.len()).filter(takes).collect();
            if places.is_empty() {
                continue;
            }
            let body: Arc<[u8]> = payload::body(event, world).into();
            for place in places {
                self.queue(place, event, body.clone(), random, now);
            }
        }
    }

    fn queue(&mut self, place: usize, event: &WorldEvent, body: Arc<[u8]>, random: &Random, now: DateTime<Utc>) {
        let Some(webhook_id) = self.endpoints.get(place).map(|endpoint| endpoint.id.clone()) else { return };
        let met = self.faults.of_delivery(&Post { webhook_id: &webhook_id, event: event.name() }, random);
        let n = self.next();
        let mut delivery = Delivery {
            n,
            id: random.uuid(),
            webhook_id,
            event: event.name(),
            conversation_id: event.conversation().id.clone(),
            created_at: now,
            body,
            state: State::Waiting,
            due: Some(now),
            tries: 0,
            attempts: Vec::new(),
            faults: met.iter().map(WebhookFaultKind::name).collect(),
            sent: Vec::new(),
        };
        let mut copies = Vec::new();
        let (mut due, mut behind) = (now, 0);
        for fault in met {
            match fault {
                WebhookFaultKind::Duplicate { copies: count, new_ids, verbatim } => {
                    copies.extend((0..count.min(1_000)).map(|_| Again { new_id: new_ids, verbatim }));
                }
                WebhookFaultKind::Delay { ms } => due = later(due, ms),
                WebhookFaultKind::Reorder { behind: count, ms } => {
                    behind = count;
                    due = later(due, ms);
                }
                WebhookFaultKind::Drop => delivery.state = State::Dropped,
                WebhookFaultKind::Body { text } => delivery.body = text.into_bytes().into(),
                WebhookFaultKind::Unreached
                | WebhookFaultKind::Unheard
                | WebhookFaultKind::BadSignature
                | WebhookFaultKind::Tampered
                | WebhookFaultKind::Aged { .. }
                | WebhookFaultKind::Headers { .. } => {}
            }
        }
        let dropped = delivery.state == State::Dropped;
        delivery.due = Some(due).filter(|_| !dropped);
        self.deliveries.insert(n, delivery);
        if !dropped {
            self.put(place, due, Sending { delivery: n, copy: None, behind });
            for copy in copies {
                self.put(place, due, Sending { delivery: n, copy: Some(copy), behind });
            }
            self.pass(place, n, now);
        }
        while self.deliveries.len() > MOST
            && let Some(oldest) = self.deliveries.first_entry().filter(|oldest| oldest.get().state.is_settled())
        {
            oldest.remove();
        }
    }

    fn put(&mut self, place: usize, due: DateTime<Utc>, sending: Sending) {
        let turn = self.next();
        if let Some(endpoint) = self.endpoints.get_mut(place) {
            endpoint.queue.insert((due, turn), sending);
        }
    }

    /// A new delivery is in the queue: those that were to come behind it have one less to wait for.
    fn pass(&mut self, place: usize, newest: u64, now: DateTime<Utc>) {
        let Some(endpoint) = self.endpoints.get_mut(place) else { return };
        let mut freed = Vec::new();
        for (at, sending) in &mut endpoint.queue {
            if sending.behind > 0 && sending.delivery != newest {
                sending.behind -= 1;
                if sending.behind == 0 {
                    freed.push(*at);
                }
            }
        }
        let freed: Vec<Sending> = freed.iter().filter_map(|at| endpoint.queue.remove(at)).collect();
        for sending in freed {
            self.put(place, now, sending);
        }
    }

    /// When the next attempt is due.
    pub(in crate::sandbox) fn next_due(&self, switches: &Switches) -> Option<DateTime<Utc>> {
        let ready = self.endpoints.iter().filter(|it| !self.frozen && it.in_flight < switches.webhook_parallel.max(1));
        ready.filter_map(|endpoint| endpoint.queue.first_key_value().map(|((due, _), _)| *due)).min()
    }

    /// What is to be sent now. The order of an endpoint's queue holds as far as `webhook_parallel` lets it.
    pub(in crate::sandbox) fn take_due(
        &mut self,
        switches: &Switches,
        random: &Random,
        now: DateTime<Utc>,
    ) -> Vec<Job> {
        let mut jobs = Vec::new();
        for place in 0..self.endpoints.len() {
            while let Some(sending) = self.take_from(place, switches, now) {
                if let Some(job) = self.start(place, &sending, switches, random, now) {
                    jobs.push(job);
                }
            }
        }
        jobs
    }

    fn take_from(&mut self, place: usize, switches: &Switches, now: DateTime<Utc>) -> Option<Sending> {
        let endpoint = self.endpoints.get_mut(place)?;
        if self.frozen || endpoint.in_flight >= switches.webhook_parallel.max(1) {
            return None;
        }
        let first = endpoint.queue.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    fn start(
        &mut self,
        place: usize,
        sending: &Sending,
        switches: &Switches,
        random: &Random,
        now: DateTime<Utc>,
    ) -> Option<Job> {
        let delivery = self.deliveries.get_mut(&sending.delivery)?;
        let endpoint = self.endpoints.get_mut(place)?;
        let met = self.faults.of_attempt(&Post { webhook_id: &endpoint.id, event: delivery.event }, random);
        let mut attempt = Attempt {
            at: written(now),
            copy: sending.copy.is_some(),
            faults: met.iter().map(WebhookFaultKind::name).collect(),
            ..Attempt::default()
        };
        let counts = sending.copy.is_none();
        if counts {
            delivery.tries += 1;
            delivery.due = None;
        }
        let Some(url) = self.destinations.of(&endpoint.url) else {
            attempt.error = Some("not mapped: nothing leaves this machine".to_owned());
            delivery.attempts.push(attempt);
            if counts {
                delivery.state = State::Failed;
            }
            return None;
        };
        if met.contains(&WebhookFaultKind::Unreached) {
            attempt.error = Some("lost on the way".to_owned());
            delivery.attempts.push(attempt);
            if counts {
                self.failed(sending.delivery, switches, now);
            }
            return None;
        }
        let aged = met.iter().find_map(|fault| match fault {
            WebhookFaultKind::Aged { seconds } => Some(*seconds),
            WebhookFaultKind::Duplicate { .. }
            | WebhookFaultKind::Delay { .. }
            | WebhookFaultKind::Reorder { .. }
            | WebhookFaultKind::Drop
            | WebhookFaultKind::Body { .. }
            | WebhookFaultKind::Unreached
            | WebhookFaultKind::Unheard
            | WebhookFaultKind::BadSignature
            | WebhookFaultKind::Tampered
            | WebhookFaultKind::Headers { .. } => None,
        });
        let t = now.timestamp().saturating_sub(aged.unwrap_or(0));
        let again = sending.copy.unwrap_or(Again { new_id: false, verbatim: false });
        let mut headers = if again.verbatim && !delivery.sent.is_empty() {
            delivery.sent.clone()
        } else {
            attempt.timestamp = Some(t);
            vec![
                ("Content-Type".to_owned(), "application/json".to_owned()),
                ("X-Awardee-Event".to_owned(), delivery.event.to_owned()),
                (DELIVERY.to_owned(), delivery.id.clone()),
                ("X-Awardee-Timestamp".to_owned(), t.to_string()),
                (SIGNATURE.to_owned(), signature::header(endpoint.secrets(now), t, &delivery.body)),
            ]
        };
        if again.new_id {
            set(&mut headers, DELIVERY, Some(random.uuid()));
        }
        let mut body = delivery.body.to_vec();
        spoil(&met, &mut headers, &mut body);
        delivery.sent.clone_from(&headers);
        delivery.attempts.push(attempt);
        if counts {
            delivery.state = State::Sending;
        }
        endpoint.in_flight += 1;
        let flight = Flight {
            delivery: sending.delivery,
            webhook_id: endpoint.id.clone(),
            since: now,
            attempt: delivery.attempts.len() - 1,
            copy: !counts,
            unheard: met.contains(&WebhookFaultKind::Unheard),
        };
        let id = self.next();
        self.flights.insert(id, flight);
        Some(Job { id, url, headers, body })
    }

    /// An attempt has ended. One that is not under way any more is left alone.
    pub(in crate::sandbox) fn ended(&mut self, job: u64, outcome: &Outcome, switches: &Switches, now: DateTime<Utc>) {
        let Some(flight) = self.flights.remove(&job) else { return };
        if let Some(endpoint) = self.endpoints.iter_mut().find(|endpoint| endpoint.id == flight.webhook_id) {
            endpoint.in_flight = endpoint.in_flight.saturating_sub(1);
        }
        let Some(delivery) = self.deliveries.get_mut(&flight.delivery) else { return };
        let mut succeeded = false;
        if let Some(attempt) = delivery.attempts.get_mut(flight.attempt) {
            match outcome {
                Outcome::Answered(status) if flight.unheard => {
                    attempt.error = Some(format!("its answer, {status}, got lost"));
                }
                Outcome::Answered(status) => {
                    attempt.status = Some(*status);
                    succeeded = (200..=299).contains(status);
                }
                Outcome::Unanswered(why) => attempt.error = Some((*why).to_owned()),
            }
        }
        if flight.copy {
            return;
        }
        if succeeded {
            delivery.state = State::Delivered;
            if let Some(endpoint) = self.endpoints.iter_mut().find(|endpoint| endpoint.id == flight.webhook_id) {
                endpoint.failed_in_a_row = 0;
            }
        } else {
            self.failed(flight.delivery, switches, now);
        }
    }

    /// Ends what has been under way for too long by the platform's time; says which jobs.
    pub(in crate::sandbox) fn expire(&mut self, switches: &Switches, now: DateTime<Utc>) -> Vec<u64> {
        let late = |(job, flight): (&u64, &Flight)| (now.signed_duration_since(flight.since) >= LIMIT).then_some(*job);
        let jobs: Vec<u64> = self.flights.iter().filter_map(late).collect();
        for job in &jobs {
            self.ended(*job, &Outcome::Unanswered("no answer within 30 s"), switches, now);
        }
        jobs
    }

    /// An attempt failed: the next one, or none.
    fn failed(&mut self, n: u64, switches: &Switches, now: DateTime<Utc>) {
        let Some(delivery) = self.deliveries.get_mut(&n) else { return };
        let place = self.endpoints.iter().position(|it| it.id == delivery.webhook_id && it.is_active);
        let Some((place, endpoint)) = place.and_then(|place| Some((place, self.endpoints.get_mut(place)?))) else {
            delivery.state = State::Cancelled;
            return;
        };
        if let Some(wait) = delivery.tries.checked_sub(1).and_then(|tried| switches.webhook_retries.get(tried)) {
            let due = later(now, u64::from(*wait).saturating_mul(1_000));
            delivery.state = State::Waiting;
            delivery.due = Some(due);
            self.put(place, due, Sending { delivery: n, copy: None, behind: 0 });
            return;
        }
        delivery.state = State::Failed;
        endpoint.failed_in_a_row = endpoint.failed_in_a_row.saturating_add(1);
        if switches.webhook_disable_after > 0 && endpoint.failed_in_a_row >= switches.webhook_disable_after {
            endpoint.is_active = false;
            let waiting = std::mem::take(&mut endpoint.queue);
            self.cancel(waiting.into_values());
        }
    }

    /// These are not sent any more.
    pub(super) fn cancel(&mut self, waiting: impl Iterator<Item = Sending>) {
        for sending in waiting.filter(|sending| sending.copy.is_none()) {
            if let Some(delivery) = self.deliveries.get_mut(&sending.delivery) {
                delivery.state = State::Cancelled;
                delivery.due = None;
            }
        }
    }

    /// Sends settled deliveries again, as the dashboard does: the same id and body, all attempts anew. Without an id
    /// all that failed. Returns how many; `None`: no such delivery, it is still under way, or its endpoint is gone.
    pub(in crate::sandbox) fn replay(&mut self, delivery_id: Option<&str>, now: DateTime<Utc>) -> Option<usize> {
        let wanted = |it: &Delivery| match delivery_id {
            Some(id) => it.id == id && it.state.is_settled(),
            None => it.state == State::Failed,
        };
        let found: Vec<u64> = self.deliveries.values().filter(|it| wanted(it)).map(|it| it.n).collect();
        let mut count = 0;
        for n in found {
            let Some(delivery) = self.deliveries.get_mut(&n) else { continue };
            let Some(place) = self.endpoints.iter().position(|it| it.id == delivery.webhook_id) else { continue };
            delivery.state = State::Waiting;
            delivery.due = Some(now);
            delivery.tries = 0;
            self.put(place, now, Sending { delivery: n, copy: None, behind: 0 });
            count += 1;
        }
        (delivery_id.is_none() || count > 0).then_some(count)
    }
}

fn later(at: DateTime<Utc>, millis: u64) -> DateTime<Utc> {
    // Beyond some years nothing is told apart.
    let millis = i64::try_from(millis.min(10_u64.pow(12))).unwrap_or(0);
    at.checked_add_signed(TimeDelta::milliseconds(millis)).unwrap_or(at)
}

fn set(headers: &mut Vec<(String, String)>, name: &str, value: Option<String>) {
    headers.retain(|(held, _)| !held.eq_ignore_ascii_case(name));
    if let Some(value) = value {
        headers.push((name.to_owned(), value));
    }
}

/// What faults do to an attempt after it was signed.
fn spoil(met: &[WebhookFaultKind], headers: &mut Vec<(String, String)>, body: &mut Vec<u8>) {
    for fault in met {
        match fault {
            WebhookFaultKind::BadSignature => {
                for (_, value) in headers.iter_mut().filter(|(name, _)| name == SIGNATURE) {
                    *value = signature::spoilt(value);
                }
            }
            WebhookFaultKind::Tampered => body.push(b' '),
            WebhookFaultKind::Headers { set: over, add } => {
                for (name, value) in over {
                    set(headers, name, value.clone());
                }
                headers.extend(add.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            WebhookFaultKind::Duplicate { .. }
            | WebhookFaultKind::Delay { .. }
            | WebhookFaultKind::Reorder { .. }
            | WebhookFaultKind::Drop
            | WebhookFaultKind::Body { .. }
            | WebhookFaultKind::Unreached
            | WebhookFaultKind::Unheard
            | WebhookFaultKind::Aged { .. } => {}
        }
    }
}
