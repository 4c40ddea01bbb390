//! Everything about characters, graphemes and cells.
//!
//! Owns the two kinds of text: [`RawText`], exactly what came from outside, and [`SafeText`], the only kind that may
//! reach a cell, made by [`sanitize()`] alone; how wide a cluster is drawn ([`graphemes`], [`width()`]); cutting, padding
//! wrapping by cells; finding whatever the case ([`Needle`]); and the composer's [`LineEditor`]. Never draws, never knows what a conversation is, and never
//! parses what a terminal sequence would mean: whatever cannot be drawn becomes a visible mark, one for one.

mod draft;
mod fit;
mod fold;
mod json;
mod line_editor;
mod marks;
mod raw;
mod sanitize;
mod width;
mod wrap;

pub use draft::mark_for_draft;
pub use fit::{Truncated, fit, fit_left, truncate};
pub use fold::Needle;
pub use json::to_json;
pub use line_editor::{DisplayRow, LineEditor};
pub use marks::is_forbidden;
pub use raw::{RawText, SafeText};
pub use sanitize::{BODY_LIMIT, LINE_LIMIT, sanitize, sanitize_line};
pub use width::{graphemes, is_doubtful, reach, width};
pub use wrap::{Row, wrap};
