//! The two kinds of text.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Text from outside, byte for byte. It has no `Display` and no deref, so that it cannot reach a screen by accident:
/// its doors are [`super::sanitize()`] and [`RawText::as_raw`] (matching, editing, JSON, the API).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawText(Arc<str>);

impl RawText {
    /// Takes text as it came.
    #[must_use]
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The exact text. Never to be drawn, printed or logged.
    #[must_use]
    pub fn as_raw(&self) -> &str {
        &self.0
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) const fn shared(&self) -> &Arc<str> {
        &self.0
    }
}

impl Default for RawText {
    fn default() -> Self {
        Self(Arc::from(""))
    }
}

/// Shows only that there is text and how long it is: an event may be logged, its words may not.
impl fmt::Debug for RawText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RawText({} bytes)", self.0.len())
    }
}

/// Text that cannot drive a terminal. Made by [`super::sanitize()`] alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SafeText(Arc<str>);

impl SafeText {
    pub(super) const fn sealed(text: Arc<str>) -> Self {
        Self(text)
    }

    /// The text, safe to draw and print.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for SafeText {
    fn default() -> Self {
        Self(Arc::from(""))
    }
}

impl fmt::Display for SafeText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
