//! One event on its way to one endpoint, with every attempt. Owns records alone; `queue` moves them.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// For its next attempt.
    Waiting,
    /// An attempt is under way.
    Sending,
    /// An attempt was answered with 2xx.
    Delivered,
    /// The last attempt failed, or there is nowhere to send it.
    Failed,
    /// By a fault: it is never sent.
    Dropped,
    /// Its endpoint is gone or switched off.
    Cancelled,
}

impl State {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
            Self::Cancelled => "cancelled",
        }
    }

    pub(super) const fn is_settled(self) -> bool {
        match self {
            Self::Waiting | Self::Sending => false,
            Self::Delivered | Self::Failed | Self::Dropped | Self::Cancelled => true,
        }
    }
}

/// One sending of a delivery.
#[derive(Clone, Debug, Default, Serialize)]
pub(super) struct Attempt {
    pub(super) at: String,
    /// `t` of the signature.
    pub(super) timestamp: Option<i64>,
    pub(super) status: Option<u16>,
    pub(super) error: Option<String>,
    /// One more sending by a fault; its outcome counts for nothing.
    pub(super) copy: bool,
    pub(super) faults: Vec<&'static str>,
}

/// One event on its way to one endpoint.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    pub(super) n: u64,
    pub(super) id: String,
    pub(super) webhook_id: String,
    pub(super) event: &'static str,
    pub(super) conversation_id: Arc<str>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) body: Arc<[u8]>,
    pub(super) state: State,
    pub(super) due: Option<DateTime<Utc>>,
    /// Attempts since it was new or replayed.
    pub(super) tries: usize,
    pub(super) attempts: Vec<Attempt>,
    pub(super) faults: Vec<&'static str>,
    /// The headers of the last attempt, for a copy that is the same to the byte.
    pub(super) sent: Vec<(String, String)>,
}

impl Delivery {
    pub(super) fn json(&self, with_body: bool) -> Value {
        let mut json = json!({
            "n": self.n,
            "delivery_id": self.id,
            "webhook_id": self.webhook_id,
            "event": self.event,
            "conversation_id": self.conversation_id,
            "created_at": written(self.created_at),
            "state": self.state.as_str(),
            "next_attempt_at": self.due.map(written),
            "attempts": self.attempts,
            "faults": self.faults,
        });
        if let (true, Some(fields)) = (with_body, json.as_object_mut()) {
            fields.insert("body".to_owned(), json!(String::from_utf8_lossy(&self.body)));
        }
        json
    }
}

pub(super) fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A place in an endpoint's queue.
#[derive(Clone, Debug)]
pub(super) struct Sending {
    pub(super) delivery: u64,
    pub(super) copy: Option<Again>,
    /// So many later deliveries go first.
    pub(super) behind: u32,
}

/// How a copy differs from what it copies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Again {
    pub(super) new_id: bool,
    pub(super) verbatim: bool,
}

/// An attempt under way.
#[derive(Clone, Debug)]
pub(super) struct Flight {
    pub(super) delivery: u64,
    pub(super) webhook_id: String,
    pub(super) since: DateTime<Utc>,
    pub(super) attempt: usize,
    pub(super) copy: bool,
    pub(super) unheard: bool,
}

/// What is to be sent now.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Job {
    /// To be named when it has ended.
    pub(in crate::sandbox) id: u64,
    /// On this machine.
    pub(in crate::sandbox) url: Url,
    /// In order; a name may come twice.
    pub(in crate::sandbox) headers: Vec<(String, String)>,
    /// The bytes.
    pub(in crate::sandbox) body: Vec<u8>,
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::sandbox) enum Outcome {
    /// With this HTTP status.
    Answered(u16),
    /// Without an answer, and why.
    Unanswered(&'static str),
}
