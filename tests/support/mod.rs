//! What the tests over real HTTP share: an organisation to talk to, and the program without a terminal.
//!
//! Each test file uses its own part of it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may end at what it cannot make")]
#![allow(unused_imports, reason = "each test takes what it needs of the harness")]
#![allow(dead_code, reason = "every test file is a crate of its own and uses its own part")]

mod app;
mod town;

pub(crate) use app::{Start, TestApp};
pub(crate) use town::{Request, Town, message, rounds, seconds};
