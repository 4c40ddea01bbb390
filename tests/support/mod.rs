//! What the tests over real HTTP share: an organisation to talk to, and the program without a terminal.
//!
//! Each test file uses its own part of it.
#![allow(dead_code, unused_imports, reason = "every test file is a crate of its own and uses its own part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may end at what it cannot make")]

mod app;
mod town;

pub(crate) use app::{Recording, Start, TestApp, screen_rows};
pub(crate) use town::{Request, Town, message, rounds, seconds};
