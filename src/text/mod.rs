//! Everything about characters, graphemes and cells.
//!
//! Owns the two kinds of text: [`RawText`], exactly what came from outside, and [`SafeText`], the only kind that may
//! reach a cell, made by [`sanitize`] alone. Never draws, never knows what a conversation is.

mod raw;
mod sanitize;

pub use raw::{RawText, SafeText};
pub use sanitize::{sanitize, sanitize_line};
