//! What one request for a list returns.

use serde::{Deserialize, Serialize};

use crate::text::RawText;

/// An opaque place in a walk: never parsed, never built.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Cursor(pub RawText);

/// One page. Elements that could not be read are in it, marked (security: one bad record never blinds the inbox).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The elements, in the server's order.
    pub items: Vec<T>,
    /// Where the walk goes on; `None` at its end.
    pub next: Option<Cursor>,
}
