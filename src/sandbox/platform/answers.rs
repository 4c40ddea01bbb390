//! What `Idempotency-Key` remembers (contract, section 6): running and finished requests by key, method, path and
//! credential. Owns matching and expiry; told the moment.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::sandbox::switches::BodyCompare;

/// What a key stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Operation {
    pub(super) credential: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) key: String,
}

#[derive(Clone, Debug)]
enum State {
    Running,
    Finished { status: u16, answer: Vec<u8> },
}

#[derive(Clone, Debug)]
struct Entry {
    body: Vec<u8>,
    since: DateTime<Utc>,
    state: State,
}

/// How a request with a key stands to those before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// The first of its key; it is now running.
    First,
    /// The same request is running.
    Running,
    /// The same key came with another body.
    Conflict,
    /// The same request is done: its status and body.
    Replay(u16, Vec<u8>),
}

/// All keys of the last 24 hours.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    entries: HashMap<Operation, Entry>,
}

const LIFE: TimeDelta = TimeDelta::hours(24);

impl Answers {
    pub(super) fn begin(
        &mut self,
        operation: &Operation,
        body: &[u8],
        now: DateTime<Utc>,
        compare: BodyCompare,
    ) -> Standing {
        if let Some(entry) = self.entries.get(operation)
            && now.signed_duration_since(entry.since) < LIFE
        {
            if !same(&entry.body, body, compare) {
                return Standing::Conflict;
            }
            return match &entry.state {
                State::Running => Standing::Running,
                State::Finished { status, answer } => Standing::Replay(*status, answer.clone()),
            };
        }
        if self.entries.len().is_multiple_of(1_024) {
            self.entries.retain(|_, entry| now.signed_duration_since(entry.since) < LIFE);
        }
        let entry = Entry { body: body.to_vec(), since: now, state: State::Running };
        self.entries.insert(operation.clone(), entry);
        Standing::First
    }

    pub(super) fn finish(&mut self, operation: &Operation, status: u16, answer: &[u8]) {
        if let Some(entry) = self.entries.get_mut(operation) {
            entry.state = State::Finished { status, answer: answer.to_vec() };
        }
    }

    /// The request left nothing to be replayed: the key is free again.
    pub(super) fn forget(&mut self, operation: &Operation) {
        self.entries.remove(operation);
    }
}

fn same(held: &[u8], given: &[u8], compare: BodyCompare) -> bool {
    if held == given {
        return true;
    }
    match compare {
        BodyCompare::Raw => false,
        BodyCompare::Canonical => {
            let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok();
            read(held).is_some_and(|held| read(given).is_some_and(|given| held == given))
        }
    }
}
