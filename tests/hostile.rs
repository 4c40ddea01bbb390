//! Hostile data in every field that is drawn, through every place that draws it: nothing in it drives the terminal,
//! breaks a border, or passes for a line of ours (security, S1, S2, S7).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's way to fail")]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/hostile.rs"]
mod inputs;
#[path = "support/pty.rs"]
mod pty;

#[path = "hostile/acts.rs"]
mod acts;
#[path = "hostile/fields.rs"]
mod fields;
#[path = "hostile/forged.rs"]
mod forged;
#[path = "hostile/look.rs"]
mod look;
#[path = "hostile/malformed.rs"]
mod malformed;
