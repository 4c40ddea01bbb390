//! The screen as text and styles, at the sizes that people have, and what holds for it whatever comes from outside.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "view/agent.rs"]
mod agent;
#[path = "view/hostile.rs"]
mod hostile;
#[path = "support/hostile.rs"]
mod inputs;
#[path = "view/pictures.rs"]
mod pictures;
#[path = "view/reading.rs"]
mod reading;
#[path = "view/rebound.rs"]
mod rebound;
#[path = "view/sample.rs"]
mod sample;
#[path = "view/twins.rs"]
mod twins;
