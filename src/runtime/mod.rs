//! The loop: it owns the model and the terminal; everyone else sends it events.
//!
//! Owns the order of things: stamp, update, carry out, settle, draw. Never decides what an event means.

mod interactive;
mod record;
mod replay;
mod session;

pub use interactive::{End, Inbox, Reload, Reloaded, RunError, run};
pub use record::{FORMAT, Header, Line, LineError, MOST_BYTES, Reader, RecordError, Recorder, create};
pub use replay::{ReplayError, Replayed, Wrong, replay};
pub use session::{Observer, Seen, Session};
