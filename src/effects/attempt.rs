//! One attempt at one step: claim it in the journal, carry it out, write its outcome down, then tell.
//!
//! Owns that order. Never knows what is sent: each kind of step has a file of its own, and claims its own kind alone.

use std::sync::{MutexGuard, PoisonError};

use crate::api::Answer;
use crate::app::{Delivery, Event};
use crate::domain::outbox::{Claim, Kind, Outcome};
use crate::domain::problem::Reached;
use crate::domain::{LocalId, Problem, Remedy};
use crate::store::{Journal, JournalError};
use crate::text::RawText;

use super::Shared;

/// The journal, for one statement.
pub(super) fn locked(journal: &Shared) -> MutexGuard<'_, Box<dyn Journal>> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The next attempt of an entry of that kind, or the event that says that there is none.
pub(super) fn claim(journal: &Shared, local: LocalId, kind: Kind) -> Result<Claim, Box<Event>> {
    locked(journal).claim(local, kind).map_err(|error| {
        let delivery = Delivery::Failed(not_claimed(&error));
        Box::new(Event::Attempted { local, attempt: 0, delivery, reading: None, request_id: None })
    })
}

/// Writes an attempt's outcome down, then tells it. `delivered` says what a good answer means.
pub(super) fn conclude<T>(
    journal: &Shared,
    local: LocalId,
    attempt: u32,
    answer: Answer<T>,
    delivered: impl FnOnce(T) -> (Outcome, Delivery),
) -> Event {
    let Answer { result, reading, request_id, .. } = answer;
    let (outcome, delivery) = match result {
        Ok(good) => delivered(good),
        // Whether a refusal is final is the core's to say; until then the journal keeps the attempt open.
        Err(problem) => (Outcome::Unknown, Delivery::Failed(problem)),
    };
    // An outcome that cannot be written is not lost: the entry stays claimed and is looked up again.
    let _ = locked(journal).conclude(local, outcome);
    Event::Attempted { local, attempt, delivery, reading, request_id }
}

/// A body that cannot be made: no request may leave without one.
pub(super) fn without_body(local: LocalId) -> Event {
    let delivery = Delivery::Failed(ours("there is nothing to send for this"));
    Event::Attempted { local, attempt: 0, delivery, reading: None, request_id: None }
}

fn not_claimed(error: &JournalError) -> Problem {
    ours(&error.to_string())
}

fn ours(message: &str) -> Problem {
    Problem {
        remedy: Remedy::TryLater,
        reached: Reached::NotSent,
        status: None,
        code: None,
        message: RawText::new(message),
        request_id: None,
        fields: Vec::new(),
    }
}
