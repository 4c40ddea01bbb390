//! The terminal: modes on and off on every way out, bytes to keys, cells to bytes.
//!
//! Owns the terminal's descriptors, its modes ([`Guard`]), the thread that reads it ([`Input`], [`Parser`]), the backend
//! that draws on it ([`Screen`]), the way to its clipboard ([`Clipboard`]) and the process's signals ([`Signals`]). Never knows what a conversation is, never asks
//! the terminal anything (an unanswered question would cost a wait), never reads the environment.

mod clipboard;
mod colour;
mod guard;
mod input;
mod job;
mod keys;
mod mend;
mod panic;
mod parser;
mod paste;
mod screen;
mod signals;
mod tty;

pub use clipboard::{Clipboard, MOST_ENCODED, NotCopied};
pub use colour::Colours;
pub use guard::{Guard, Output};
pub use input::{Heard, Input};
pub use mend::mend;
pub use panic::{has_panicked, install_panic_hook};
pub use parser::Parser;
pub use paste::{CUT_NOTE, PASTE_LIMIT};
pub use screen::{Screen, Surface};
pub use signals::{Signal, Signals};
pub use tty::{NotTerminal, Tty, is_gone};
