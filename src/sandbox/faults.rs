//! Faults that a test asks for: which request each meets and how often. Owns the choice; `server` performs them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::world::World;

const fn once() -> u32 {
    1
}

const fn bad_gateway() -> u16 {
    502
}

const fn server_error() -> u16 {
    500
}

const fn fine() -> u16 {
    200
}

const fn temporary_redirect() -> u16 {
    307
}

const fn a_second() -> u64 {
    1_000
}

const fn a_gibibyte() -> u64 {
    1 << 30
}

fn a_page() -> String {
    "<!DOCTYPE html><html><head><title>One moment</title></head><body><h1>One moment, please</h1></body></html>"
        .to_owned()
}

/// What happens in the place of the answer. "After accept": the request was carried out, and stored under its
/// idempotency key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// An error answer; nothing is carried out.
    Status {
        /// HTTP status.
        #[serde(default = "server_error")]
        status: u16,
        /// `error`; without it a fitting one.
        #[serde(default)]
        code: Option<String>,
        /// `details`.
        #[serde(default)]
        details: Option<Value>,
        /// The whole body, in the place of the envelope.
        #[serde(default)]
        body: Option<String>,
        /// Headers besides.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// An error answer although the request was carried out.
    StatusAfterAccept {
        /// HTTP status.
        #[serde(default = "bad_gateway")]
        status: u16,
        /// The whole body, in the place of the envelope.
        #[serde(default)]
        body: Option<String>,
    },
    /// The request is carried out after this time, even if the client has gone by then.
    Slow {
        /// Milliseconds.
        #[serde(default = "a_second")]
        ms: u64,
    },
    /// Carried out at once, answered after this time.
    SlowAfterAccept {
        /// Milliseconds.
        #[serde(default = "a_second")]
        ms: u64,
    },
    /// Never carried out, never answered.
    Hang,
    /// Carried out, never answered.
    HangAfterAccept,
    /// The connection is reset; nothing is carried out.
    ResetBeforeAccept,
    /// Carried out, then the connection is reset.
    ResetAfterAccept,
    /// Carried out; half of the answer's body comes, then the end.
    TruncatedBody,
    /// Carried out; the answer's body comes one byte at a time.
    Trickle {
        /// Milliseconds between two bytes.
        #[serde(default = "a_second")]
        ms: u64,
    },
    /// A body that is no JSON; nothing is carried out.
    NonJson {
        /// HTTP status.
        #[serde(default = "fine")]
        status: u16,
        /// The body; HTML unless given.
        #[serde(default = "a_page")]
        body: String,
    },
    /// 429; nothing is carried out.
    RateLimited {
        /// Seconds, written as they are.
        #[serde(default)]
        retry_after: Option<u64>,
        /// The window whose `Remaining` is shown as 0 is the hour's.
        #[serde(default)]
        hour: bool,
    },
    /// A read is answered from the moment at which the fault was set. Writes pass, uncounted.
    Stale,
    /// A redirect; nothing is carried out.
    Redirect {
        /// `Location`.
        location: String,
        /// HTTP status.
        #[serde(default = "temporary_redirect")]
        status: u16,
    },
    /// 200 with a gzip body that grows to this many bytes.
    GzipBomb {
        /// Bytes when unpacked.
        #[serde(default = "a_gibibyte")]
        bytes: u64,
    },
    /// Carried out; the true answer with other headers. `null` takes a header away.
    Headers {
        /// Name to value.
        set: BTreeMap<String, Option<String>>,
    },
}

/// A fault and the requests that it meets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Only this method; absent: any.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests whose path and query (after `/v1`) contain this; absent: any.
    #[serde(default)]
    pub path: Option<String>,
    /// Lets this many matching requests pass first.
    #[serde(default)]
    pub skip: u32,
    /// Meets this many requests, then is gone.
    #[serde(default = "once")]
    pub times: u32,
    /// Stays until faults are cleared.
    #[serde(default)]
    pub forever: bool,
    /// What happens.
    #[serde(flatten)]
    pub kind: FaultKind,
}

impl Fault {
    /// Meets the next request of any kind, once.
    #[must_use]
    pub const fn once(kind: FaultKind) -> Self {
        Self { method: None, path: None, skip: 0, times: 1, forever: false, kind }
    }

    /// Only requests of this method whose path contains this.
    #[must_use]
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.method = Some(method.to_owned());
        self.path = Some(path.to_owned());
        self
    }

    /// So many times.
    #[must_use]
    pub const fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Until faults are cleared.
    #[must_use]
    pub const fn forever(mut self) -> Self {
        self.forever = true;
        self
    }

    fn meets(&self, method: &str, target: &str) -> bool {
        let readable = self.kind != FaultKind::Stale || method == "GET";
        readable
            && self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path.as_deref().is_none_or(|wanted| target.contains(wanted))
    }
}

/// A fault that met a request, with the world as it was when a stale one was set.
#[derive(Clone, Debug)]
pub(super) struct Met {
    pub(super) kind: FaultKind,
    pub(super) frozen: Option<Arc<World>>,
}

/// All faults that are set, the oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    set: Vec<(Fault, Option<Arc<World>>)>,
}

impl Faults {
    pub(super) fn add(&mut self, fault: Fault, world: &World) {
        let frozen = (fault.kind == FaultKind::Stale).then(|| Arc::new(world.clone()));
        self.set.push((fault, frozen));
    }

    pub(super) fn clear(&mut self) {
        self.set.clear();
    }

    pub(super) fn list(&self) -> Vec<&Fault> {
        self.set.iter().map(|(fault, _)| fault).collect()
    }

    /// The first fault that meets this request, counted down.
    pub(super) fn meet(&mut self, method: &str, target: &str) -> Option<Met> {
        let mut met = None;
        for (fault, frozen) in &mut self.set {
            if !fault.meets(method, target) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.times = fault.times.saturating_sub(1);
            met = Some(Met { kind: fault.kind.clone(), frozen: frozen.clone() });
            break;
        }
        self.set.retain(|(fault, _)| fault.forever || fault.times > 0);
        met
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::sandbox::switches::Switches;

    #[test]
    fn a_fault_meets_what_it_names_so_often_and_no_more() {
        let world = World::new(Switches::default(), Random::seeded(1));
        let mut faults = Faults::default();
        let mut fault = Fault::once(FaultKind::Hang).on("POST", "/messages").times(2);
        fault.skip = 1;
        faults.add(fault, &world);
        assert!(faults.meet("GET", "/conversations/1/messages").is_none());
        assert!(faults.meet("POST", "/conversations/1/messages").is_none(), "the first passes");
        assert!(faults.meet("POST", "/conversations/1/messages").is_some());
        assert!(faults.meet("POST", "/conversations/1/messages").is_some());
        assert!(faults.meet("POST", "/conversations/1/messages").is_none());
        assert!(faults.list().is_empty());
    }

    #[test]
    fn a_fault_is_written_as_one_flat_object() {
        let text = r#"{"method":"POST","path":"/messages","times":3,"kind":"status_after_accept","status":503}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        assert_eq!(fault.kind, FaultKind::StatusAfterAccept { status: 503, body: None });
        assert_eq!(fault.times, 3);
        let back: Fault = serde_json::from_value(serde_json::to_value(&fault).unwrap()).unwrap();
        assert_eq!(back, fault);
    }
}
