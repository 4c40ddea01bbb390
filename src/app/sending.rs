//! The outbox machine: from Ctrl-S to "the server has it", each text exactly once, or named to the person.
//!
//! Owns the transitions; what a person decides about a reply is in [`super::deciding`].
//!
//! Order of things: the intent is journaled, then held, then the guard reads the thread, then the stored bytes leave.
//! An unknown outcome is looked up in the thread first; without a match the same key and the same bytes leave again.

use std::time::Duration;

use crate::backoff;
use crate::budget::Lane;
use crate::domain::outbox::Outcome;
use crate::domain::{ConversationId, LocalId, Message, MessageId, Problem, Remedy, Status};
use crate::text::RawText;

use super::effect::Effect;
use super::event::Delivery;
use super::guard::{self, Baseline, Reason};
use super::model::Model;
use super::notice::Weight;
use super::outbox::{ALREADY_SENT_FOR, Entry, Outbox, State, Step, Work};
use super::poller;
use super::thread::{ReadAt, Side};

/// The same bytes do not leave again sooner after the last attempt ended.
const RESEND_AFTER: Duration = Duration::from_secs(10);
const RESEND_AT_MOST: Duration = Duration::from_secs(60);
/// That the thread does not have an earlier attempt proves nothing sooner than this.
const ABSENT_AFTER: Duration = Duration::from_secs(60);
const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);
const LOOK_AGAIN_AT_MOST: Duration = Duration::from_secs(30);

/// A person sends a reply.
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
    if !entry.at_once {
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

/// An attempt ended.
pub fn attempted(model: &mut Model, local: LocalId, attempt: u32, delivery: Delivery, effects: &mut Vec<Effect>) {
    let Some(at) = model.outbox.entries.iter().position(|entry| entry.local == Some(local)) else { return };
    match delivery {
        Delivery::Delivered(message) => {
            let id = message.id.clone();
            delivered(model, at, id, Some(*message), false, effects);
        }
        Delivery::DeliveredAs(id) => delivered(model, at, id, None, false, effects),
        Delivery::Changed(conversation) => {
            let step = model.step;
            if let Some(row) = model.inbox.rows.get_mut(&conversation.id) {
                row.conversation = *conversation;
                row.changed = step;
                model.inbox.unsettled = true;
            }
            done(model, at);
        }
        Delivery::Noted(_)
        | Delivery::Tagged(_)
        | Delivery::TagCreated(_)
        | Delivery::TagDeleted
        | Delivery::Accepted => done(model, at),
        Delivery::Failed(problem) => failed(model, at, attempt, problem, effects),
    }
}

fn failed(model: &mut Model, at: usize, attempt: u32, problem: Problem, effects: &mut Vec<Effect>) {
    let (now, step) = (model.now.mono, model.step);
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    // An answer of an earlier attempt that comes late, or twice, tells nothing about the one under way. The number 0
    // says that the attempt could not even be claimed: nothing left, and the journal did not count it.
    let unclaimed = attempt == 0;
    if entry.state != State::Sending || (!unclaimed && entry.attempts != attempt) {
        return;
    }
    if unclaimed {
        entry.attempts = entry.attempts.saturating_sub(1);
        if entry.attempts == 0 {
            (entry.attempt_step, entry.first_byte, entry.first_byte_wall) = (None, None, None);
        }
    }
    entry.ended_step = step;
    entry.failures = entry.failures.saturating_add(1);
    let seed = entry.ask.wrapping_mul(7_919).wrapping_add(u64::from(attempt));
    let again = now + backoff::delay(entry.failures, RESEND_AFTER, RESEND_AT_MOST, 0).max(RESEND_AFTER);
    let definite = problem
        .status
        .is_some_and(|status| (400..500).contains(&status) && !matches!(status, 401 | 403 | 408 | 409 | 425 | 429));
    entry.refused |= definite;
    entry.state = match (&problem.remedy, problem.status) {
        _ if definite && !entry.unknown => State::Refused { problem },
        _ if definite => State::Uncertain { problem, look_at: now, resend_at: now + ABSENT_AFTER, refused: true },
        // A server that asks for no wait at all must not be asked in a circle.
        (Remedy::WaitFor(wait), _) => State::Waiting { until: now + (*wait).max(LOOK_AGAIN_AFTER), problem },
        (Remedy::SignInAgain, _) => State::Blocked { problem },
        (_, Some(300..400)) => State::Blocked { problem },
        _ if problem.reached == crate::domain::problem::Reached::NotSent => {
            let until = now + backoff::delay(entry.failures, RESEND_AFTER, RESEND_AT_MOST, seed).max(RESEND_AFTER);
            State::Waiting { until, problem }
        }
        _ => {
            entry.unknown = true;
            State::Uncertain { problem, look_at: now, resend_at: again, refused: false }
        }
    };
    if let (State::Refused { .. }, Some(local)) = (&entry.state, entry.local) {
        effects.push(Effect::Conclude { local, outcome: Outcome::Refused });
    }
}

/// The server has it: by its own answer, or `found` in the thread.
fn delivered(
    model: &mut Model,
    at: usize,
    id: MessageId,
    message: Option<Message>,
    found: bool,
    effects: &mut Vec<Effect>,
) {
    let (now, step) = (model.now.mono, model.step);
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    if entry.state.is_final() {
        return;
    }
    let conversation = entry.conversation.clone();
    // A list that was read in between may show the effect already; what counts is how it stood when this was begun.
    let begun_waiting = entry.baseline.facts.as_ref().is_some_and(|facts| facts.status == Status::AgentRequested);
    entry.state = State::Delivered { message: id.clone(), at: now };
    let text = entry.text.clone();
    if let (true, Some(local)) = (found, entry.local) {
        effects.push(Effect::Conclude { local, outcome: Outcome::Delivered(id.clone()) });
    }
    model.outbox.last_sent.insert(conversation.clone(), text);
    let thread = model.threads.entry(&conversation);
    thread.owns(&id);
    if let Some(message) = message.filter(|message| message.conversation_id == conversation) {
        thread.merge(vec![message], Side::Newer, step, now);
        thread.owns(&id);
    }
    thread.last_word_at = Some(now);
    // The one change of status that a first reply causes is ours (contract, section 8): what waits behind it, and the
    // draft being written, have it as seen.
    if begun_waiting {
        thread.took_over.insert(id);
    }
    if let Some(row) = model.inbox.rows.get_mut(&conversation) {
        if row.conversation.status == Status::AgentRequested {
            row.conversation.status = Status::Open;
            row.changed = step;
            model.inbox.unsettled = true;
        }
        row.unread = false;
    }
    let drafts = model.composer.drafts.get_mut(&conversation).map(|draft| &mut draft.baseline);
    let queued = model.outbox.entries.iter_mut().filter(|entry| entry.conversation == conversation);
    for baseline in queued.map(|entry| &mut entry.baseline).chain(drafts) {
        if let Some(facts) = baseline.facts.as_mut().filter(|facts| facts.status == Status::AgentRequested) {
            facts.status = Status::Open;
        }
    }
    super::triage::learn(model, &conversation);
    poller::thread_changed(model, &conversation);
    super::lesson::sent(model);
    let clock = model.settings.zone.civil(model.now.wall).format("%H:%M").to_string();
    model.notices.say(now, Weight::Plain, format!("sent {clock}"), super::triage::name_of(model, &conversation));
}

/// The server has what is no reply.
fn done(model: &mut Model, at: usize) {
    let now = model.now.mono;
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    entry.state = State::Done { at: now };
    let work = entry.work.clone();
    let (words, outside) = super::act_words::done(model, &work);
    model.notices.say(now, Weight::Plain, words, outside);
}

/// Moves every queue as far as it can go now.
pub fn drive(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    model.outbox.entries.retain(|entry| match entry.state {
        State::Delivered { at, .. } | State::Done { at } => now < at + ALREADY_SENT_FOR,
        _ => true,
    });
    for entry in &mut model.outbox.entries {
        if matches!(entry.state, State::Held { until } if until <= now) {
            entry.state = State::Ready { problem: None, retry_at: now };
        }
    }
    let mut heads: Vec<ConversationId> = Vec::new();
    for entry in &model.outbox.entries {
        if !entry.state.is_final() && !heads.contains(&entry.conversation) {
            heads.push(entry.conversation.clone());
        }
    }
    for conversation in heads {
        // Each delivery found in the thread lets the next in the queue move.
        for _ in 0..model.outbox.entries.len() {
            if !drive_head(model, &conversation, effects) {
                break;
            }
        }
    }
}

/// Moves the head of one queue; whether another may follow at once.
fn drive_head(model: &mut Model, conversation: &ConversationId, effects: &mut Vec<Effect>) -> bool {
    let Some(at) = model.outbox.head(conversation) else { return false };
    let now = model.now.mono;
    let Some(entry) = model.outbox.entries.get(at) else { return false };
    if entry.unknown && !matches!(entry.state, State::Sending) {
        let found = model.threads.get(conversation).and_then(|thread| Outbox::find_in(entry, thread));
        if let Some(id) = found {
            delivered(model, at, id, None, true, effects);
            return true;
        }
    }
    match &entry.state {
        State::Held { until } if last_read_due(*until) <= now => {
            let due = last_read_due(*until);
            // One that failed is not asked for again before the hold is over.
            let asked = model
                .threads
                .get(conversation)
                .is_some_and(|thread| thread.read.is_some_and(|read| read.at >= due) || thread.retry_at > now);
            if !asked && !poller::asks_newest_since(model, conversation, due) {
                poller::ask_newest(model, conversation, Lane::Send, effects);
            }
            false
        }
        State::Ready { retry_at, .. } => {
            let retry_at = *retry_at;
            ready(model, at, conversation, retry_at, effects);
            false
        }
        State::Uncertain { look_at, resend_at, refused, .. } => {
            let (look_at, resend_at, refused) = (*look_at, *resend_at, *refused);
            uncertain(model, at, conversation, (look_at, resend_at, refused), effects);
            false
        }
        State::Waiting { until, .. } if *until <= now => {
            let unknown = entry.unknown;
            let Some(entry) = model.outbox.entries.get_mut(at) else { return false };
            let State::Waiting { problem, .. } = &entry.state else { return false };
            entry.state = if unknown {
                State::Uncertain { problem: problem.clone(), look_at: now, resend_at: now, refused: false }
            } else {
                State::Ready { problem: None, retry_at: now }
            };
            true
        }
        State::Waiting { .. }
        | State::Journaling
        | State::Held { .. }
        | State::Sending
        | State::ReadBack { .. }
        | State::Stopped { .. }
        | State::Refused { .. }
        | State::Blocked { .. }
        | State::Unjournaled { .. }
        | State::Unsent
        | State::Delivered { .. }
        | State::Done { .. } => false,
    }
}

/// From when on a read of the thread is the last one before a first byte that is due then.
const fn last_read_due(until: Duration) -> Duration {
    until.saturating_sub(guard::LAST_READ_BEFORE)
}

/// The hold is over and it is its turn: the guard decides on a read of the thread that is young enough.
fn ready(model: &mut Model, at: usize, conversation: &ConversationId, retry_at: Duration, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let Some(entry) = model.outbox.entries.get(at) else { return };
    if !entry.work.is_visible() {
        deliver(model, at, effects);
        return;
    }
    if entry.is_late(model.now) {
        stop(model, at, vec![Reason::Late]);
        return;
    }
    let thread = model.threads.get(conversation);
    let vouches = |read: &ReadAt| read.asked >= entry.guard_from && guard::is_young(*read, entry.hold_ends, now);
    let due = last_read_due(entry.hold_ends);
    let read = thread.and_then(|thread| thread.read).filter(|read| vouches(read) && read.at >= due);
    let Some(read) = read else {
        if retry_at <= now && !poller::asks_newest(model, conversation, entry.guard_from) {
            poller::ask_newest(model, conversation, Lane::Send, effects);
        }
        return;
    };
    let before = thread.and_then(|thread| thread.read_before).filter(|read| vouches(read) && !entry.at_once);
    let row = model.inbox.rows.get(conversation).map(|row| &row.conversation);
    // Without a hold, what was drawn after the send chord cannot have been read before it.
    let reasons =
        guard::check(&entry.baseline, thread, row, entry.hold_ends, entry.at_once, before.map(|_| read.came_in));
    if reasons.is_empty() {
        deliver(model, at, effects);
    } else {
        stop(model, at, reasons);
    }
}

fn stop(model: &mut Model, at: usize, reasons: Vec<Reason>) {
    let now = model.now.mono;
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    entry.state = State::Stopped { reasons, since: now };
    let conversation = entry.conversation.clone();
    // The lines that stopped it must be on the screen.
    if let Some(thread) = model.threads.held.get_mut(&conversation) {
        thread.anchor = super::thread::Anchor::Tail;
        thread.version += 1;
    }
    if model.panes.on_screen.as_ref() != Some(&conversation) {
        let name = super::triage::name_of(model, &conversation);
        model.notices.say(now, Weight::Warning, "a reply was stopped: open it to read why", name);
    }
}

fn deliver(model: &mut Model, at: usize, effects: &mut Vec<Effect>) {
    let (now, step) = (model.now, model.step);
    if !model.budget.allows(Lane::Send, now.mono) {
        return;
    }
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    let Some(local) = entry.local else { return };
    entry.attempts += 1;
    entry.attempt_step.get_or_insert(step);
    entry.first_byte.get_or_insert(now.mono);
    entry.first_byte_wall.get_or_insert(now.wall);
    entry.state = State::Sending;
    model.budget.spend(Lane::Send, now.mono);
    effects.push(match &entry.work {
        Work::Reply { .. } => Effect::Deliver { local },
        Work::Note => Effect::SaveNote { local },
        Work::Change { .. } => Effect::Change { local },
        Work::Tags { delta, .. } => Effect::ReplaceTags { local, tags: delta.add.clone() },
        Work::CreateTag { .. } => Effect::CreateTag { local },
        Work::DeleteTag { .. } => Effect::DeleteTag { local },
    });
}

/// Look first; without a match the same bytes again, not too soon, and not for ever.
fn uncertain(
    model: &mut Model,
    at: usize,
    conversation: &ConversationId,
    (look_at, resend_at, refused): (Duration, Duration, bool),
    effects: &mut Vec<Effect>,
) {
    let moment = model.now;
    let now = moment.mono;
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    if entry.was_followed_up(moment) {
        entry.state = State::Unsent;
        let name = super::triage::name_of(model, conversation);
        model.notices.say(now, Weight::Warning, "a reply is unsent: open it to decide", name);
        return;
    }
    if look_at > now {
        return;
    }
    let ended = entry.ended_step;
    let read = model.threads.get(conversation).and_then(|thread| thread.read);
    let looked = read.filter(|read| read.asked > ended);
    match looked {
        Some(read) if refused && read.at >= resend_at => {
            // The thread does not have it. Should it come all the same, it is still found.
            if let State::Uncertain { problem, .. } = &entry.state {
                entry.state = State::Refused { problem: problem.clone() };
                if let Some(local) = entry.local {
                    effects.push(Effect::Conclude { local, outcome: Outcome::Refused });
                }
            }
        }
        Some(_) if refused => {
            if let State::Uncertain { look_at, .. } = &mut entry.state {
                *look_at = (now + RESEND_AFTER).min(resend_at).max(now + LOOK_AGAIN_AFTER);
            }
            if !poller::asks_newest(model, conversation, ended + 1) {
                poller::ask_newest(model, conversation, Lane::Send, effects);
            }
        }
        Some(read) if resend_at <= now && guard::is_young(read, resend_at, now) => {
            deliver(model, at, effects);
        }
        Some(_) if resend_at > now => {
            if let State::Uncertain { look_at, .. } = &mut entry.state {
                *look_at = resend_at;
            }
        }
        Some(_) | None => {
            if !poller::asks_newest(model, conversation, ended + 1) {
                poller::ask_newest(model, conversation, Lane::Send, effects);
            }
        }
    }
}

/// A read of the thread that a queue waits for failed: it is tried again, later each time.
pub fn read_failed(model: &mut Model, conversation: &ConversationId, problem: &Problem) {
    let now = model.now.mono;
    let Some(at) = model.outbox.head(conversation) else { return };
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    entry.failures = entry.failures.saturating_add(1);
    let wait = match problem.remedy {
        Remedy::WaitFor(wait) => wait.max(LOOK_AGAIN_AFTER),
        _ => backoff::delay(entry.failures, LOOK_AGAIN_AFTER, LOOK_AGAIN_AT_MOST, entry.ask),
    };
    match &mut entry.state {
        State::Ready { problem: held, retry_at } => {
            if problem.remedy == Remedy::NotThere {
                stop(model, at, vec![Reason::Gone]);
            } else {
                *held = Some(problem.clone());
                *retry_at = now + wait;
            }
        }
        State::Uncertain { look_at, .. } => *look_at = now + wait,
        State::Journaling
        | State::Held { .. }
        | State::Sending
        | State::ReadBack { .. }
        | State::Waiting { .. }
        | State::Stopped { .. }
        | State::Refused { .. }
        | State::Blocked { .. }
        | State::Unjournaled { .. }
        | State::Unsent
        | State::Delivered { .. }
        | State::Done { .. } => {}
    }
}

/// The clocks parted: the machine slept, or its clock was set. What was read before vouches for nothing any more.
pub fn resync(model: &mut Model) {
    let step = model.step;
    for entry in &mut model.outbox.entries {
        entry.guard_from = step;
        entry.ended_step = step;
    }
}

/// When a queue next wants to be moved.
#[must_use]
pub fn next_wake(model: &Model) -> Option<Duration> {
    let now = model.now.mono;
    let second = Duration::from_secs(1);
    model
        .outbox
        .entries
        .iter()
        .filter_map(|entry| match &entry.state {
            // The countdown is drawn by whole seconds.
            State::Held { until } => {
                let countdown = now + until_next_second(*until, now, second);
                let read = last_read_due(*until);
                Some((*until).min(countdown).min(if read > now { read } else { *until }))
            }
            State::Ready { retry_at, .. } => Some((*retry_at).max(now + second)),
            State::Uncertain { look_at, .. } => Some((*look_at).max(now + second)),
            State::Waiting { until, .. } => Some((*until).max(now + second)),
            State::Delivered { at, .. } | State::Done { at } => Some(*at + ALREADY_SENT_FOR),
            State::ReadBack { .. }
            | State::Journaling
            | State::Sending
            | State::Stopped { .. }
            | State::Refused { .. }
            | State::Blocked { .. }
            | State::Unjournaled { .. }
            | State::Unsent => None,
        })
        .min()
}

fn until_next_second(until: Duration, now: Duration, second: Duration) -> Duration {
    let left = until.saturating_sub(now);
    let part = Duration::from_nanos(u64::from(left.subsec_nanos()));
    if part.is_zero() { second } else { part }
}
