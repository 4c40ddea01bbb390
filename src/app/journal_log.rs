//! What was done in this session, for the log on screen: when, where, what kind, how it ended. Never what was said.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use crate::domain::{ConversationId, Status};
use crate::text::RawText;

use super::act_words;
use super::model::Model;
use super::outbox::Entry;

/// The most lines that are kept.
pub const KEPT: usize = 1_000;

/// How an attempt, or a whole step, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Result {
    /// The server has it.
    Done,
    /// It stood already: nothing was sent.
    Unchanged,
    /// The server said no for good.
    Refused,
    /// It did not go out, and tries again.
    NotSent,
    /// Nobody knows.
    Unknown,
    /// The guard stopped it, or somebody else was first.
    Stopped,
    /// A person took it back.
    TakenBack,
}

impl Result {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unchanged => "stood already",
            Self::Refused => "refused",
            Self::NotSent => "not sent, tries again",
            Self::Unknown => "not known",
            Self::Stopped => "stopped",
            Self::TakenBack => "taken back",
        }
    }
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// When.
    pub at: DateTime<Utc>,
    /// In whose queue.
    pub conversation: ConversationId,
    /// Which kind of step.
    pub kind: &'static str,
    /// How it ended.
    pub result: Result,
    /// The platform's request id, where there was an answer.
    pub request_id: Option<RawText>,
}

/// What is known of this session's acts.
#[derive(Clone, Debug, Default)]
pub struct Acts {
    /// The log, the oldest first.
    pub log: VecDeque<Logged>,
    /// Changes of status that the platform refused though nothing documents that.
    refused: Vec<(Status, Status)>,
}

impl Acts {
    /// Writes a line.
    pub fn write(&mut self, logged: Logged) {
        if self.log.len() >= KEPT {
            self.log.pop_front();
        }
        self.log.push_back(logged);
    }

    /// Whether the platform refused this change of status before.
    #[must_use]
    pub fn refused(&self, from: &Status, to: &Status) -> bool {
        self.refused.iter().any(|(held, wanted)| held == from && wanted == to)
    }

    /// Remembers that the platform refused it.
    pub fn remember_refused(&mut self, from: Status, to: Status) {
        if !self.refused(&from, &to) {
            self.refused.push((from, to));
        }
    }
}

/// Writes how a step ended.
pub(super) fn step(model: &mut Model, entry: &Entry, result: Result, request_id: Option<RawText>) {
    let logged = Logged {
        at: model.now.wall,
        conversation: entry.conversation.clone(),
        kind: act_words::kind(&entry.work),
        result,
        request_id,
    };
    model.acts.write(logged);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_line_makes_room() {
        let mut acts = Acts::default();
        for number in 0..KEPT + 5 {
            acts.write(Logged {
                at: DateTime::UNIX_EPOCH,
                conversation: ConversationId::parse(&format!("c{number}")).unwrap(),
                kind: "reply",
                result: Result::Done,
                request_id: None,
            });
        }
        assert_eq!(acts.log.len(), KEPT);
        assert_eq!(acts.log.front().map(|line| line.conversation.as_str()), Some("c5"));
    }
}
