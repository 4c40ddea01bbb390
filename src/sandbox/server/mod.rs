//! HTTP/1.1 around the platform: listeners, connections, and what faults do to time and to the line.
//!
//! Owns sockets and waiting. Decides nothing about the API: that is the platform's.

mod api;
mod body;
mod bomb;
mod control;
mod line;
mod listener;
mod schedule;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::sync::Notify;
use tokio::task::JoinSet;

pub(super) use self::api::Api;
pub(super) use self::control::ControlDoor;
pub(super) use self::listener::{Limits, serve};
pub(super) use self::schedule::{keep_schedule, sender};
use super::command::Command;
use super::control::ControlError;
use super::platform::Platform;
use crate::clock::Clock;

/// What all connections share.
pub(super) struct Shared {
    platform: Mutex<Platform>,
    /// Told whenever a request that holds an idempotency key is done.
    settled: Notify,
    /// Told whenever something may have become due.
    stirred: Notify,
    /// Requests that are carried out although their client may have gone.
    late: Mutex<JoinSet<()>>,
    clock: Clock,
}

impl Shared {
    pub(super) fn new(platform: Platform, clock: Clock) -> Arc<Self> {
        let (settled, stirred, late) = (Notify::new(), Notify::new(), Mutex::new(JoinSet::new()));
        Arc::new(Self { platform: Mutex::new(platform), settled, stirred, late, clock })
    }

    /// The platform. Held for one step, never across a wait.
    pub(super) fn platform(&self) -> MutexGuard<'_, Platform> {
        self.platform.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One command.
    pub(super) fn control(&self, command: Command) -> Result<Value, ControlError> {
        let wall = self.wall();
        let done = self.platform().control(command, wall);
        // A switch may be what a waiting request waits for.
        self.settled.notify_waiters();
        self.stirred.notify_one();
        done
    }

    pub(super) fn wall(&self) -> DateTime<Utc> {
        self.clock.now().wall
    }

    fn spawn_late(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut late = self.late.lock().unwrap_or_else(PoisonError::into_inner);
        while late.try_join_next().is_some() {}
        late.spawn(task);
    }
}
