//! The outbox machine: from a person's act to "the server has it", each step exactly once, or named to the person.
//!
//! Owns the transitions: `driving` moves what waits, `lookup` finds out what nobody knows, `outcomes` takes what
//! came of it, `tagging` is what replacing sets needs besides. What a person decides is in [`super::deciding`].
//!
//! Order of things: all steps of an act are journaled, then held if a visitor sees any of them, then the guard reads
//! the thread, then the stored bytes leave; each step waits until the one before it in its conversation is done. An
//! unknown outcome is looked up first; only then the same step leaves again.

mod driving;
mod lookup;
mod outcomes;
mod tagging;

use std::time::Duration;

use crate::budget::Lane;
use crate::domain::outbox::Outcome;
use crate::domain::{ConversationId, LocalId};
use crate::text::RawText;

use super::effect::Effect;
use super::guard::{Baseline, Reason};
use super::model::Model;
use super::outbox::{ALREADY_SENT_FOR, Entry, Outbox, State, Step, Work};
use super::poller;

pub use driving::drive;
pub use lookup::read_failed;
pub use outcomes::attempted;

/// The same step does not leave again sooner after the last attempt ended.
const RESEND_AFTER: Duration = Duration::from_secs(10);
const RESEND_AT_MOST: Duration = Duration::from_secs(60);
/// That a look does not find an earlier attempt proves nothing sooner than this.
const ABSENT_AFTER: Duration = Duration::from_secs(60);
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);
const LOOK_AGAIN_AT_MOST: Duration = Duration::from_secs(30);
/// A change that the server took is read back for at most this long.
const READ_BACK_FOR: Duration = Duration::from_secs(15);

/// A person sends a reply, and nothing besides.
pub fn submit(
    model: &mut Model,
    conversation: &ConversationId,
    text: RawText,
    cursor: usize,
    baseline: Baseline,
    effects: &mut Vec<Effect>,
) {
    let step = Step { work: Work::Reply { attachments: Vec::new() }, text, cursor };
    submit_act(model, conversation, vec![step], &baseline, effects);
}

/// A person acts: all steps go to the journal at once, and the guard's read of what a visitor will see leaves at once.
/// Returns the number of the act.
pub fn submit_act(
    model: &mut Model,
    conversation: &ConversationId,
    steps: Vec<Step>,
    baseline: &Baseline,
    effects: &mut Vec<Effect>,
) -> u64 {
    let ask = next_ask(&mut model.outbox);
    let visible = steps.iter().any(|step| step.work.is_visible());
    let hold = if visible { model.settings.hold } else { Duration::ZERO };
    let intents = steps.iter().map(|step| step.intent(conversation)).collect();
    for step in steps {
        tagging::forget_what_changes(&mut model.outbox, conversation, &step.work);
        model.outbox.entries.push(Entry {
            act: ask,
            work: step.work,
            ask,
            local: None,
            conversation: conversation.clone(),
            text: step.text,
            cursor: step.cursor,
            baseline: baseline.clone(),
            state: State::Journaling,
            submitted: model.now,
            said: model.now,
            hold_ends: model.now.mono + hold,
            at_once: hold.is_zero(),
            guard_from: model.step,
            read_from: 0,
            attempts: 0,
            attempt_step: None,
            first_byte: None,
            first_byte_wall: None,
            ended_step: 0,
            unknown: false,
            refused: false,
            failures: 0,
            taken_back: false,
            earlier_gone: false,
            look_from: None,
            looked_before: false,
            stood: Vec::new(),
            again: 0,
        });
    }
    effects.push(Effect::Journal { ask, steps: intents });
    if visible {
        poller::ask_newest(model, conversation, Lane::Send, effects);
    }
    ask
}

pub(super) const fn next_ask(outbox: &mut Outbox) -> u64 {
    outbox.next_ask += 1;
    outbox.next_ask
}

/// The journal has it: only now the hold begins.
pub fn journaled(model: &mut Model, ask: u64, locals: &[LocalId], effects: &mut Vec<Effect>) {
    for local in locals {
        let entry = model.outbox.entries.iter().position(|entry| entry.ask == ask && entry.local.is_none());
        let Some(at) = entry else { return };
        step_journaled(model, at, *local, effects);
    }
}

fn step_journaled(model: &mut Model, at: usize, local: LocalId, effects: &mut Vec<Effect>) {
    let (now, hold) = (model.now.mono, model.settings.hold);
    let seen = model.outbox.entries.get(at).is_some_and(|entry| model.outbox.is_seen(entry.act));
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    if entry.taken_back {
        effects.push(Effect::Conclude { local, outcome: Outcome::TakenBack });
        model.outbox.entries.remove(at);
        return;
    }
    if entry.state != State::Journaling {
        return;
    }
    entry.local = Some(local);
    // Without a hold, what was not drawn when the person pressed stays not read, however long the journal took.
    if seen && !entry.at_once {
        entry.hold_ends = now + hold;
    }
    entry.state = if entry.earlier_gone {
        State::Stopped { reasons: vec![Reason::Earlier], since: now }
    } else {
        State::Held { until: entry.hold_ends }
    };
}

/// The journal could not take it: it stands as a block, nothing leaves.
pub fn journal_failed(model: &mut Model, ask: u64, reason: &RawText) {
    model.outbox.entries.retain_mut(|entry| {
        if entry.ask != ask || entry.local.is_some() {
            return true;
        }
        if entry.state == State::Journaling && !entry.taken_back {
            entry.state = State::Unjournaled { reason: reason.clone() };
        }
        !entry.taken_back
    });
}

/// The clocks parted: the machine slept, or its clock was set. What was read before vouches for nothing any more.
pub fn resync(model: &mut Model) {
    let step = model.step;
    for entry in &mut model.outbox.entries {
        entry.guard_from = step;
        entry.ended_step = step;
        entry.look_from = None;
    }
}

/// When a queue next wants to be moved.
#[must_use]
pub fn next_wake(model: &Model) -> Option<Duration> {
    let now = model.now.mono;
    let second = Duration::from_secs(1);
    let entries = model.outbox.entries.iter().filter_map(|entry| match &entry.state {
        // The countdown is drawn by whole seconds.
        State::Held { until } => {
            let countdown = now + until_next_second(*until, now, second);
            let read = driving::last_read_due(*until);
            Some((*until).min(countdown).min(if read > now { read } else { *until }))
        }
        State::Ready { retry_at, .. } => Some((*retry_at).max(now + second)),
        State::ReadBack { look_at, .. } => Some((*look_at).max(now + second)),
        State::Uncertain { look_at, .. } => Some((*look_at).max(now + second)),
        State::Waiting { until, .. } => Some((*until).max(now + second)),
        State::Delivered { at, .. } | State::Done { at } => Some(*at + ALREADY_SENT_FOR),
        State::Journaling
        | State::Sending
        | State::Stopped { .. }
        | State::Refused { .. }
        | State::Blocked { .. }
        | State::Unjournaled { .. }
        | State::Unsent => None,
    });
    entries.chain(tagging::next_wake(model)).min()
}

fn until_next_second(until: Duration, now: Duration, second: Duration) -> Duration {
    let left = until.saturating_sub(now);
    let part = Duration::from_nanos(u64::from(left.subsec_nanos()));
    if part.is_zero() { second } else { part }
}

/// What an effect of this kind of work is.
fn effect_of(work: &Work, local: LocalId, set: Vec<crate::domain::TagId>) -> Effect {
    match work {
        Work::Reply { .. } => Effect::Deliver { local },
        Work::Note => Effect::SaveNote { local },
        Work::Change { .. } => Effect::Change { local },
        Work::Tags { .. } => Effect::ReplaceTags { local, tags: set },
        Work::CreateTag { .. } => Effect::CreateTag { local },
        Work::DeleteTag { .. } => Effect::DeleteTag { local },
    }
}
