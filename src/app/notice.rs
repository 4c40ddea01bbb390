//! Short sentences to the person, shown in the hint line until the next one or until their time is over.

use std::time::Duration;

use crate::text::RawText;

/// How long a sentence stands.
pub const STANDS_FOR: Duration = Duration::from_secs(6);

/// How much a sentence matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Good to know.
    Plain,
    /// Something was not done.
    Warning,
}

/// One sentence. Our own words come first; what came from outside follows them, quoted by the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Our words.
    pub words: String,
    /// Text from outside that belongs to it.
    pub outside: Option<RawText>,
    /// Its weight.
    pub weight: Weight,
    /// When it was said.
    pub at: Duration,
}

/// The sentence that stands now, if any.
#[derive(Clone, Debug, Default)]
pub struct Notices {
    /// The latest.
    pub latest: Option<Notice>,
}

impl Notices {
    /// Says something.
    pub fn say(&mut self, at: Duration, weight: Weight, words: impl Into<String>, outside: Option<RawText>) {
        self.latest = Some(Notice { words: words.into(), outside, weight, at });
    }

    /// The sentence to show now.
    #[must_use]
    pub fn standing(&self, now: Duration) -> Option<&Notice> {
        self.latest.as_ref().filter(|notice| now < notice.at + STANDS_FOR)
    }
}
