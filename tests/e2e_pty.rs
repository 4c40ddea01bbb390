//! The whole program, from keys to the server and back: the real binary in a real pty before a sandbox.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's way to fail")]

#[path = "support/desk.rs"]
mod desk;
#[path = "support/pty.rs"]
mod pty;

#[path = "e2e_pty/copies.rs"]
mod copies;
#[path = "e2e_pty/day.rs"]
mod day;
#[path = "e2e_pty/ends.rs"]
mod ends;
#[path = "e2e_pty/keys.rs"]
mod keys;
#[path = "e2e_pty/pastes.rs"]
mod pastes;
#[path = "e2e_pty/record.rs"]
mod record;
#[path = "e2e_pty/reload.rs"]
mod reload;
#[path = "e2e_pty/reply.rs"]
mod reply;
#[path = "e2e_pty/sizes.rs"]
mod sizes;
#[path = "e2e_pty/surroundings.rs"]
mod surroundings;
