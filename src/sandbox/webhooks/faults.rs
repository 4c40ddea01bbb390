//! What may go wrong with deliveries because a test asks for it. Owns the choice; `queue` performs it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Post;
use crate::random::Random;

const fn once() -> u32 {
    1
}

const fn a_second() -> u64 {
    1_000
}

const fn ten_minutes() -> i64 {
    600
}

/// What happens. Those of a *delivery* are decided when its event happens, those of an *attempt* each time it is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum WebhookFaultKind {
    /// A delivery comes more than once, right behind itself.
    Duplicate {
        /// How many times more.
        #[serde(default = "once")]
        copies: u32,
        /// Each copy under a delivery id of its own.
        #[serde(default)]
        new_ids: bool,
        /// With the timestamp and signature of the attempt before it, as someone would who recorded it.
        #[serde(default)]
        verbatim: bool,
    },
    /// A delivery's first attempt comes later.
    Delay {
        /// Milliseconds of the platform's time.
        #[serde(default = "a_second")]
        ms: u64,
    },
    /// A delivery comes behind those of later events.
    Reorder {
        /// Behind how many.
        #[serde(default = "once")]
        behind: u32,
        /// It comes after so many milliseconds at the latest.
        #[serde(default = "a_second")]
        ms: u64,
    },
    /// A delivery never comes and is never tried again.
    Drop,
    /// A delivery has this body, rightly signed, in every attempt.
    Body {
        /// Any text.
        text: String,
    },
    /// An attempt gets lost on the way: it fails, and is tried again.
    Unreached,
    /// An attempt arrives but its answer is lost: the platform tries again.
    Unheard,
    /// An attempt's signature is another one of the same form.
    BadSignature,
    /// An attempt's body gets one more byte after it was signed.
    Tampered,
    /// An attempt is rightly signed with a timestamp this far in the past.
    Aged {
        /// Seconds; negative ones lie in the future.
        #[serde(default = "ten_minutes")]
        seconds: i64,
    },
    /// An attempt has other headers; nothing of it is signed anew.
    Headers {
        /// Name to value; `null` takes a header away.
        #[serde(default)]
        set: BTreeMap<String, Option<String>>,
        /// Headers that come besides, also where one of the name is there.
        #[serde(default)]
        add: BTreeMap<String, String>,
    },
}

impl WebhookFaultKind {
    /// Whether it is decided when the event happens.
    const fn is_of_delivery(&self) -> bool {
        match self {
            Self::Duplicate { .. } | Self::Delay { .. } | Self::Reorder { .. } | Self::Drop | Self::Body { .. } => true,
            Self::Unreached
            | Self::Unheard
            | Self::BadSignature
            | Self::Tampered
            | Self::Aged { .. }
            | Self::Headers { .. } => false,
        }
    }

    /// Its name, as it is written.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Duplicate { .. } => "duplicate",
            Self::Delay { .. } => "delay",
            Self::Reorder { .. } => "reorder",
            Self::Drop => "drop",
            Self::Body { .. } => "body",
            Self::Unreached => "unreached",
            Self::Unheard => "unheard",
            Self::BadSignature => "bad_signature",
            Self::Tampered => "tampered",
            Self::Aged { .. } => "aged",
            Self::Headers { .. } => "headers",
        }
    }
}

/// A fault and the deliveries or attempts that it meets. Several may meet the same one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebhookFault {
    /// Only of this endpoint; absent: any.
    #[serde(default)]
    pub webhook_id: Option<String>,
    /// Only of this event type; absent: any.
    #[serde(default)]
    pub event: Option<String>,
    /// Lets this many pass first.
    #[serde(default)]
    pub skip: u32,
    /// Meets this many, then is gone.
    #[serde(default = "once")]
    pub times: u32,
    /// Stays until faults are cleared.
    #[serde(default)]
    pub forever: bool,
    /// How likely it meets one that fits, from 0 to 1; absent: always.
    #[serde(default)]
    pub probability: Option<f64>,
    /// What happens.
    #[serde(flatten)]
    pub kind: WebhookFaultKind,
}

impl WebhookFault {
    /// Meets the next one, once.
    #[must_use]
    pub const fn once(kind: WebhookFaultKind) -> Self {
        Self { webhook_id: None, event: None, skip: 0, times: 1, forever: false, probability: None, kind }
    }

    /// So many times.
    #[must_use]
    pub const fn times(mut self, times: u32) -> Self {
        self.times = times;
        self
    }

    /// Until faults are cleared, each time with this probability.
    #[must_use]
    pub const fn with_probability(mut self, probability: f64) -> Self {
        self.forever = true;
        self.probability = Some(probability);
        self
    }

    fn fits(&self, post: &Post<'_>) -> bool {
        self.webhook_id.as_deref().is_none_or(|wanted| wanted == post.webhook_id)
            && self.event.as_deref().is_none_or(|wanted| wanted == post.event)
    }

    fn strikes(&self, random: &Random) -> bool {
        let Some(probability) = self.probability else { return true };
        // 53 bits: every one of these numbers is exact as a float.
        let drawn = (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        drawn < probability
    }
}

/// All faults that are set, the oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct WebhookFaults {
    set: Vec<WebhookFault>,
}

impl WebhookFaults {
    pub(super) fn add(&mut self, fault: WebhookFault) {
        self.set.push(fault);
    }

    pub(super) fn clear(&mut self) {
        self.set.clear();
    }

    pub(super) fn list(&self) -> &[WebhookFault] {
        &self.set
    }

    /// What meets a new delivery.
    pub(super) fn of_delivery(&mut self, post: &Post<'_>, random: &Random) -> Vec<WebhookFaultKind> {
        self.meet(true, post, random)
    }

    /// What meets an attempt.
    pub(super) fn of_attempt(&mut self, post: &Post<'_>, random: &Random) -> Vec<WebhookFaultKind> {
        self.meet(false, post, random)
    }

    fn meet(&mut self, of_delivery: bool, post: &Post<'_>, random: &Random) -> Vec<WebhookFaultKind> {
        let mut met = Vec::new();
        for fault in &mut self.set {
            if fault.kind.is_of_delivery() != of_delivery || !fault.fits(post) || !fault.strikes(random) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.times = fault.times.saturating_sub(1);
            met.push(fault.kind.clone());
        }
        self.set.retain(|fault| fault.forever || fault.times > 0);
        met
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_written_as_one_flat_object_and_meets_what_it_names() {
        let text = r#"{"event":"message.created","skip":1,"times":2,"kind":"duplicate","copies":3}"#;
        let fault: WebhookFault = serde_json::from_str(text).unwrap();
        let kind = WebhookFaultKind::Duplicate { copies: 3, new_ids: false, verbatim: false };
        assert_eq!((fault.times, fault.skip, &fault.kind), (2, 1, &kind));
        let back: WebhookFault = serde_json::from_value(serde_json::to_value(&fault).unwrap()).unwrap();
        assert_eq!(back, fault);

        let (mut faults, random) = (WebhookFaults::default(), Random::seeded(1));
        faults.add(fault);
        let created = Post { webhook_id: "w", event: "message.created" };
        let updated = Post { webhook_id: "w", event: "conversation.updated" };
        let met: Vec<usize> = [updated, created, created, created, created]
            .iter()
            .map(|post| {
                assert!(faults.of_attempt(post, &random).is_empty(), "it is no fault of attempts");
                faults.of_delivery(post, &random).len()
            })
            .collect();
        assert_eq!(met, [0, 0, 1, 1, 0]);
        assert!(faults.list().is_empty());
    }

    #[test]
    fn a_probability_meets_about_that_share_and_none_or_all_at_its_ends() {
        let random = Random::seeded(4);
        let count = |probability| {
            let mut faults = WebhookFaults::default();
            faults.add(WebhookFault::once(WebhookFaultKind::Drop).with_probability(probability));
            let post = Post { webhook_id: "w", event: "message.created" };
            (0..1_000).filter(|_| !faults.of_delivery(&post, &random).is_empty()).count()
        };
        assert_eq!((count(0.0), count(1.0)), (0, 1_000));
        let half = count(0.5);
        assert!((400..600).contains(&half), "{half}");
    }
}
