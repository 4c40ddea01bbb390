//! The pure core: `update(&mut Model, Stamped<Event>) -> Vec<Effect>`.
//!
//! Owns every decision. Never fails, never awaits, never reads a clock, a file, the environment or a random number,
//! and cannot name a request body, a channel or a runtime.

pub mod effect;
pub mod event;
pub mod key;

pub use effect::{Effect, Fetch};
pub use event::{Delivery, Event, Found, Size, Stamped};
pub use key::{Code, Key};
