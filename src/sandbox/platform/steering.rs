//! What the control interface does to the platform besides the world: faults, limits, keys, the log.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{KeyState, Platform};
use crate::sandbox::faults::Fault;

impl Platform {
    pub(in crate::sandbox) fn add_fault(&mut self, fault: Fault) {
        self.faults.add(fault, &self.world);
    }

    pub(in crate::sandbox) fn set_limits(&mut self, minute: Option<u32>, hour: Option<u32>) {
        self.windows.set_limits(minute, hour);
    }

    pub(in crate::sandbox) fn forget_spent(&mut self) {
        self.windows.forget();
    }

    /// Somebody else of the organisation spends.
    pub(in crate::sandbox) fn spend(&mut self, requests: u32, now: DateTime<Utc>) {
        for _ in 0..requests {
            self.windows.spend(now, self.world.switches.rate_windows);
        }
    }

    pub(in crate::sandbox) fn set_key_state(&mut self, token: Option<&str>, state: KeyState) -> bool {
        self.keys.set(token, state)
    }

    pub(in crate::sandbox) fn add_key(
        &mut self,
        token: String,
        name: &str,
        user: Option<String>,
        scopes: Option<Vec<String>>,
    ) {
        self.keys.add(token, name, user, scopes, &self.random);
    }

    /// The token of the newest key.
    #[must_use]
    pub fn current_key(&self) -> &str {
        self.keys.current()
    }

    pub(in crate::sandbox) fn read_log(&self, since: u64, method: Option<&str>, path: Option<&str>) -> Value {
        self.log.read(since, method, path)
    }

    pub(in crate::sandbox) fn clear_log(&mut self) {
        self.log.clear();
    }

    pub(in crate::sandbox) fn log_counts(&self) -> Value {
        self.log.counts()
    }
}
