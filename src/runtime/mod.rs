//! The loop: it owns the model and the terminal; everyone else sends it events.
//!
//! Owns the order of things: stamp, update, carry out, settle, draw. Never decides what an event means.

mod interactive;
mod session;

pub use interactive::{End, Inbox, RunError, run};
pub use session::{Observer, Session};
