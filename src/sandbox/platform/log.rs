//! What was asked and how it ended, for tests to read. Never holds a credential.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};

/// One request.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Entry {
    /// Counts from 1 and never repeats.
    pub(super) n: u64,
    pub(super) at: DateTime<Utc>,
    pub(super) method: String,
    /// After `/v1`.
    pub(super) path: String,
    pub(super) query: Option<String>,
    pub(super) idempotency_key: Option<String>,
    /// Of the answer; `null` while running, and for ever when there was none.
    pub(super) status: Option<u16>,
    /// A write was carried out.
    pub(super) accepted: bool,
    pub(super) replayed: bool,
    /// The name of the fault that it met.
    pub(super) fault: Option<String>,
    pub(super) request_id: String,
    pub(super) body_bytes: usize,
}

const MOST: usize = 200_000;

/// The log and what it counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    entries: VecDeque<Entry>,
    next: u64,
}

impl Log {
    pub(super) fn push(&mut self, mut entry: Entry) -> u64 {
        self.next += 1;
        entry.n = self.next;
        self.entries.push_back(entry);
        if self.entries.len() > MOST {
            self.entries.pop_front();
        }
        self.next
    }

    pub(super) fn entry(&mut self, n: u64) -> Option<&mut Entry> {
        let first = self.entries.front()?.n;
        self.entries.get_mut(usize::try_from(n.checked_sub(first)?).ok()?)
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Entries after number `since` whose method and path fit, oldest first.
    pub(super) fn read(&self, since: u64, method: Option<&str>, path: Option<&str>) -> Value {
        let fits = |entry: &&Entry| {
            entry.n > since
                && method.is_none_or(|method| entry.method.eq_ignore_ascii_case(method))
                && path.is_none_or(|path| entry.path.contains(path))
        };
        let entries: Vec<&Entry> = self.entries.iter().filter(fits).collect();
        json!({ "entries": entries, "last": self.next })
    }

    pub(super) fn counts(&self) -> Value {
        let mut by_status: BTreeMap<String, u64> = BTreeMap::new();
        let mut by_method: BTreeMap<&str, u64> = BTreeMap::new();
        for entry in &self.entries {
            let status = entry.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
            *by_status.entry(status).or_default() += 1;
            *by_method.entry(&entry.method).or_default() += 1;
        }
        json!({
            "requests": self.entries.len(),
            "accepted": self.entries.iter().filter(|entry| entry.accepted).count(),
            "by_status": by_status,
            "by_method": by_method,
        })
    }
}
