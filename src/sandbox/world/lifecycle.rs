//! What a status allows and leads to: markers, stamps, the later summary, in the documented order (contract, section 8).
//!
//! Owns transitions. Never checks the form of what was asked for: that is the platform's.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::World;
use super::acts::ActError;
use super::made::{JOINED, below};
use super::records::{Conversation, Priority, Status};
use crate::sandbox::switches::{OpenMarker, Pointless};

/// What a PATCH asks for (contract, section 2.3). Absent fields stay; `Some(None)` clears.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Amendment {
    /// `status`.
    pub status: Option<Status>,
    /// `priority`.
    pub priority: Option<Priority>,
    /// `assigned_to`, a user id.
    pub assigned_to: Option<Option<Arc<str>>>,
    /// `title`.
    pub title: Option<Option<String>>,
    /// `contact_email`.
    pub contact_email: Option<Option<String>>,
    /// `contact_name`.
    pub contact_name: Option<Option<String>>,
    /// `contact_phone`.
    pub contact_phone: Option<Option<String>>,
}

impl Amendment {
    fn apply(self, it: &mut Conversation) {
        let Self { status: _, priority, assigned_to, title, contact_email, contact_name, contact_phone } = self;
        it.priority = priority.unwrap_or(it.priority);
        set(&mut it.assigned_to, assigned_to);
        set(&mut it.title, title);
        set(&mut it.contact_email, contact_email);
        set(&mut it.contact_name, contact_name);
        set(&mut it.contact_phone, contact_phone);
    }
}

fn set<T>(field: &mut T, to: Option<T>) {
    if let Some(to) = to {
        *field = to;
    }
}

/// Whether the visitor is told that a person joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joined {
    /// As the act is one that takes over.
    Told,
    /// The status changes, nobody takes over.
    Untold,
}

impl World {
    /// A PATCH: the matrix first, then everything at once or nothing.
    ///
    /// # Errors
    ///
    /// No such conversation; a transition that the matrix and its switch refuse.
    pub fn amend(&mut self, id: &str, amendment: Amendment, at: DateTime<Utc>) -> Result<(), ActError> {
        let slot = self.find(id)?;
        let Some(from) = self.record(slot).map(|record| record.conversation.status.clone()) else { return Ok(()) };
        let to = match amendment.status.clone() {
            Some(to) if to == from => {
                let allowed = self.switches.same_status == Pointless::NoOp;
                if !self.switches.transitions.rule(&from, &to).unwrap_or(allowed) {
                    return Err(ActError::WrongTransition(from, to));
                }
                None
            }
            Some(to) if !self.switches.transitions.allow(&from, &to) => {
                return Err(ActError::WrongTransition(from, to));
            }
            to => to,
        };
        let bots = from == Status::BotActive && to == Some(Status::Open);
        let joined = if bots && self.switches.open_marker != OpenMarker::Patch { Joined::Untold } else { Joined::Told };
        self.pass(slot, to, joined, at, |it| amendment.apply(it));
        if let Some(record) = self.records.get_mut(slot).filter(|_| bots) {
            record.joins_with_reply = self.switches.open_marker == OpenMarker::FirstReply;
        }
        Ok(())
    }

    /// A person takes over from the dashboard and becomes the owner: the marker, then one update.
    ///
    /// # Errors
    ///
    /// No such conversation.
    pub fn take_over(&mut self, id: &str, user_id: &str, at: DateTime<Utc>) -> Result<(), ActError> {
        let slot = self.find(id)?;
        let user: Arc<str> = user_id.into();
        self.pass(slot, Some(Status::Open), Joined::Told, at, |it| it.assigned_to = Some(user));
        Ok(())
    }

    /// The bot, or the visitor, asks for a person. The marker is only written from `bot_active`.
    ///
    /// # Errors
    ///
    /// No such conversation.
    pub fn escalate(&mut self, id: &str, at: DateTime<Utc>) -> Result<(), ActError> {
        self.change_status(id, Status::AgentRequested, at)
    }

    /// The status changes, whatever the matrix says: stamps, markers and the later summary; nobody is said to join.
    ///
    /// # Errors
    ///
    /// No such conversation.
    pub fn change_status(&mut self, id: &str, status: Status, at: DateTime<Utc>) -> Result<(), ActError> {
        let slot = self.find(id)?;
        self.pass(slot, Some(status), Joined::Untold, at, |_| {});
        Ok(())
    }

    /// Lets what was due happen: summaries appear some time after a conversation was resolved.
    pub fn pass_time(&mut self, now: DateTime<Utc>) {
        let (due, later) = self.summaries_due.drain(..).partition(|(due, _)| *due <= now);
        self.summaries_due = later;
        for (at, slot) in due {
            let score = 40 + below(&self.random, 61) as i64;
            // Opened again meanwhile: there is nothing to sum up yet.
            if !self.record(slot).is_some_and(|record| record.conversation.status.is_ended()) {
                continue;
            }
            let stamp = move |it: &mut Conversation| {
                let asked = it.title.clone().unwrap_or_else(|| "a question".to_owned());
                it.summary = Some(format!("The visitor asked about: {asked}."));
                it.sentiment_score = Some(score);
            };
            if self.switches.summary_event {
                self.update(slot, at, stamp);
            } else {
                self.edit(slot, |record| stamp(&mut record.conversation));
            }
        }
    }

    /// When [`World::pass_time`] has something to do.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.summaries_due.iter().map(|(due, _)| *due).min()
    }

    /// The marker of a transition, then one update with everything that changes besides.
    pub(super) fn pass(
        &mut self,
        slot: usize,
        to: Option<Status>,
        joined: Joined,
        at: DateTime<Utc>,
        also: impl FnOnce(&mut Conversation),
    ) {
        let Some(from) = self.record(slot).map(|record| record.conversation.status.clone()) else { return };
        let to = to.filter(|to| *to != from);
        if let Some(to) = &to {
            self.mark_transition(slot, &from, to, joined, at);
            if let Some(record) = self.records.get_mut(slot) {
                record.joins_with_reply = false;
            }
        }
        if to == Some(Status::Resolved) {
            let delay = i64::try_from(self.switches.summary_delay_ms).ok().and_then(TimeDelta::try_milliseconds);
            let due = delay.and_then(|delay| at.checked_add_signed(delay)).unwrap_or(at);
            self.summaries_due.push((due, slot));
        }
        let clears = self.switches.reopen_clears_stamps;
        self.update(slot, at, |it| {
            if let Some(to) = to {
                enter(it, to, at, clears);
            }
            also(it);
        });
    }

    fn mark_transition(&mut self, slot: usize, from: &Status, to: &Status, joined: Joined, at: DateTime<Utc>) {
        let switches = &self.switches;
        let text = match to {
            Status::Resolved if switches.ending_markers => RESOLVED.to_owned(),
            // From the archive nothing but the status changes.
            Status::Closed if switches.ending_markers && *from != Status::Archived => CLOSED.to_owned(),
            Status::AgentRequested if *from == Status::BotActive && switches.escalation_marker => {
                let text = switches.escalation_text.clone();
                if !switches.escalation_message_event {
                    // No `message.created` is listed for this marker (contract, section 12 #8).
                    self.write_marker(slot, &text, at);
                    return;
                }
                text
            }
            Status::Open if from.is_ended() => switches.reopen_text.clone(),
            Status::Open if joined == Joined::Told && switches.takeover_marker => JOINED.to_owned(),
            Status::Archived => switches.archive_text.clone(),
            Status::Resolved
            | Status::Closed
            | Status::AgentRequested
            | Status::Open
            | Status::BotActive
            | Status::Other(_) => return,
        };
        if !text.is_empty() {
            self.mark(slot, &text, at);
        }
    }
}

const RESOLVED: &str = "This conversation has been resolved.";
const CLOSED: &str = "This conversation has been closed.";

/// A status with the stamps that follow from it.
fn enter(it: &mut Conversation, status: Status, at: DateTime<Utc>, clears: bool) {
    match status {
        Status::Resolved => it.resolved_at = Some(at),
        Status::Closed if it.status == Status::Archived => it.closed_at = it.closed_at.or(Some(at)),
        Status::Closed => it.closed_at = Some(at),
        Status::Open | Status::AgentRequested if it.status.is_ended() && clears => {
            it.resolved_at = None;
            it.closed_at = None;
        }
        Status::Open | Status::BotActive | Status::AgentRequested | Status::Archived | Status::Other(_) => {}
    }
    it.status = status;
}
