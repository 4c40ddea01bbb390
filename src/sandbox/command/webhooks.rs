//! Commands about webhooks and their deliveries.

use serde::{Deserialize, Serialize};

/// A new secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotateSecret {
    /// Whose.
    pub webhook_id: String,
    /// The old one signs beside it for so many seconds.
    #[serde(default)]
    pub both_for: u64,
}

/// Whether deliveries are held back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Freeze {
    /// `false`: they go on.
    pub frozen: bool,
}

impl Default for Freeze {
    fn default() -> Self {
        Self { frozen: true }
    }
}

/// Where deliveries go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliver {
    /// The host in the endpoints' URLs.
    pub host: String,
    /// Plain http to this machine; absent: nowhere any more.
    #[serde(default)]
    pub url: Option<String>,
}

/// Which deliveries are sent again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Replay {
    /// Absent: all that failed.
    pub delivery_id: Option<String>,
}

/// Which deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Deliveries {
    /// After this number.
    pub since: u64,
    /// The one of this id.
    pub delivery_id: Option<String>,
    /// Of this endpoint.
    pub webhook_id: Option<String>,
    /// Of this event type.
    pub event: Option<String>,
    /// `waiting`, `sending`, `delivered`, `failed`, `dropped`, `cancelled`.
    pub state: Option<String>,
    /// With their bodies.
    pub bodies: bool,
}
