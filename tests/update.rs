//! The core, driven by keys as people write them and by a platform that answers in its own time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may end at what it cannot make")]

#[allow(dead_code, reason = "the desk serves several tests")]
mod desk;

#[path = "update/keys.rs"]
mod keys;
#[path = "update/merging.rs"]
mod merging;
#[path = "update/order.rs"]
mod order;
#[path = "update/reading.rs"]
mod reading;
#[path = "update/tasks.rs"]
mod tasks;
#[path = "update/threads.rs"]
mod threads;
#[path = "update/verbs.rs"]
mod verbs;
