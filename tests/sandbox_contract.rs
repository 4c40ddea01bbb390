//! The sandbox against the contract, over real HTTP and with a client that shares nothing with takeover's own.
//!
//! Numbers in the names are the contract's sections. JSON is pinned to the documented samples in `tests/fixtures`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper that fails fails its test")]

#[path = "sandbox_contract/control.rs"]
mod control;
#[path = "sandbox_contract/env.rs"]
mod env;
#[path = "sandbox_contract/faults.rs"]
mod faults;
#[path = "sandbox_contract/lifecycle.rs"]
mod lifecycle;
#[path = "sandbox_contract/limits.rs"]
mod limits;
#[path = "sandbox_contract/lists.rs"]
mod lists;
#[path = "sandbox_contract/notes.rs"]
mod notes;
#[path = "sandbox_contract/patch.rs"]
mod patch;
#[path = "sandbox_contract/people.rs"]
mod people;
#[path = "sandbox_contract/races.rs"]
mod races;
#[path = "sandbox_contract/receiver.rs"]
mod receiver;
#[path = "sandbox_contract/replies.rs"]
mod replies;
#[path = "sandbox_contract/shapes.rs"]
mod shapes;
#[path = "sandbox_contract/switches.rs"]
mod switches;
#[path = "sandbox_contract/tags.rs"]
mod tags;
#[path = "sandbox_contract/webhook_deliveries.rs"]
mod webhook_deliveries;
#[path = "sandbox_contract/webhook_endpoints.rs"]
mod webhook_endpoints;
#[path = "sandbox_contract/webhook_faults.rs"]
mod webhook_faults;
