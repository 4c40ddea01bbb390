//! Moves every queue as far as it can go now: the head of each, and only the head.

use std::time::Duration;

use crate::budget::Lane;
use crate::domain::legality::{self, Legality};
use crate::domain::{Change, ConversationId, Status};

use super::super::effect::Effect;
use super::super::guard::{self, Reason};
use super::super::journal_log::Result as Ended;
use super::super::model::Model;
use super::super::notice::Weight;
use super::super::outbox::{ALREADY_SENT_FOR, State, Work};
use super::super::thread::ReadAt;
use super::super::{act_words, journal_log, poller, triage};
use super::lookup::{self, Verdict};
use super::{effect_of, outcomes, tagging};

/// Moves every queue as far as it can go now.
pub fn drive(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    model.outbox.entries.retain(|entry| entry.state.ended().is_none_or(|at| now < at + ALREADY_SENT_FOR));
    for entry in &mut model.outbox.entries {
        if matches!(entry.state, State::Held { until } if until <= now) {
            entry.state = State::Ready { problem: None, retry_at: now };
        }
    }
    tagging::verify(model, effects);
    let mut heads: Vec<ConversationId> = Vec::new();
    for entry in &model.outbox.entries {
        if !entry.state.is_final() && !heads.contains(&entry.conversation) {
            heads.push(entry.conversation.clone());
        }
    }
    for conversation in heads {
        // Each step that is found done lets the next in the queue move.
        for _ in 0..=model.outbox.entries.len() {
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
    if entry.unknown && !matches!(entry.state, State::Sending | State::ReadBack { .. }) {
        match lookup::verdict(model, at) {
            Verdict::Has(found) => {
                outcomes::found(model, at, found, effects);
                return true;
            }
            Verdict::Other(reasons) if matches!(entry.state, State::Uncertain { .. }) => {
                stop(model, at, reasons);
                return false;
            }
            Verdict::Other(_) | Verdict::Lacks | Verdict::Unseen => {}
        }
    }
    let Some(entry) = model.outbox.entries.get(at) else { return false };
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
                if model.outbox.is_claim(at) {
                    lookup::ask(model, at, effects);
                }
            }
            false
        }
        State::Ready { retry_at, .. } => {
            let retry_at = *retry_at;
            ready(model, at, conversation, retry_at, effects)
        }
        State::ReadBack { from, look_at, until } => {
            let (from, look_at, until) = (*from, *look_at, *until);
            outcomes::read_back(model, at, (from, look_at, until), effects)
        }
        State::Uncertain { look_at, resend_at, refused, .. } => {
            let (look_at, resend_at, refused) = (*look_at, *resend_at, *refused);
            lookup::uncertain(model, at, conversation, (look_at, resend_at, refused), effects);
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
        | State::Stopped { .. }
        | State::Refused { .. }
        | State::Blocked { .. }
        | State::Unjournaled { .. }
        | State::Unsent
        | State::Delivered { .. }
        | State::Done { .. } => false,
    }
}

/// From when on a read is the last one before a first byte that is due then.
pub(super) const fn last_read_due(until: Duration) -> Duration {
    until.saturating_sub(guard::LAST_READ_BEFORE)
}

/// The hold is over and it is its turn; whether the next step may follow at once.
fn ready(
    model: &mut Model,
    at: usize,
    conversation: &ConversationId,
    retry_at: Duration,
    effects: &mut Vec<Effect>,
) -> bool {
    let Some(entry) = model.outbox.entries.get(at) else { return false };
    // Whose it is by now and what was said are told in one stop, not in two.
    if model.outbox.is_claim(at) && !entry.is_late(model.now) && !is_told_fresh(model, at, retry_at, effects) {
        if retry_at <= model.now.mono && !poller::asks_newest(model, conversation, 0) {
            poller::ask_newest(model, conversation, Lane::Send, effects);
        }
        return false;
    }
    let Some(entry) = model.outbox.entries.get(at) else { return false };
    if model.outbox.is_seen(entry.act) && !is_guarded(model, at, conversation, retry_at, effects) {
        return false;
    }
    let Some(entry) = model.outbox.entries.get(at) else { return false };
    match &entry.work {
        Work::Change { change: change @ Change::Owner(_), from } => {
            let (change, from) = (change.clone(), from.clone());
            owner(model, at, &change, from.as_ref(), retry_at, effects)
        }
        Work::Change { change: Change::Status(to), .. } => {
            let row = model.inbox.rows.get(conversation);
            let stands = row.map(|row| &row.conversation.status);
            // What waits for a person is opened by a reply alone (contract, section 11, question 6).
            let by_reply = *to == Status::Open && stands == Some(&Status::AgentRequested);
            if by_reply || stands == Some(to) {
                outcomes::unchanged(model, at, effects);
                return true;
            }
            deliver(model, at, effects);
            false
        }
        Work::Tags { .. } => tagging::ready(model, at, retry_at, effects),
        Work::Reply { .. } | Work::Note | Work::Change { .. } | Work::CreateTag { .. } | Work::DeleteTag { .. } => {
            deliver(model, at, effects);
            false
        }
    }
}

/// Whether the guard lets it go: it decides on a read of the thread that is young enough, and asks for one.
fn is_guarded(
    model: &mut Model,
    at: usize,
    conversation: &ConversationId,
    retry_at: Duration,
    effects: &mut Vec<Effect>,
) -> bool {
    let now = model.now.mono;
    let Some(entry) = model.outbox.entries.get(at) else { return false };
    if entry.is_late(model.now) {
        stop(model, at, vec![Reason::Late]);
        return false;
    }
    let thread = model.threads.get(conversation);
    let vouches = |read: &ReadAt| read.asked >= entry.guard_from && guard::is_young(*read, entry.hold_ends, now);
    let due = last_read_due(entry.hold_ends);
    let read = thread
        .and_then(|thread| thread.read)
        .filter(|read| vouches(read) && read.at >= due && read.asked >= entry.read_from);
    let Some(read) = read else {
        if retry_at <= now && !poller::asks_newest(model, conversation, entry.guard_from.max(entry.read_from)) {
            poller::ask_newest(model, conversation, Lane::Send, effects);
        }
        return false;
    };
    let before = thread.and_then(|thread| thread.read_before).filter(|read| vouches(read) && !entry.at_once);
    let row = model.inbox.rows.get(conversation).map(|row| &row.conversation);
    // Without a hold, what was drawn after the send chord cannot have been read before it.
    let mut reasons =
        guard::check(&entry.baseline, thread, row, entry.hold_ends, entry.at_once, before.map(|_| read.came_in));
    // Somebody else did just that: there is nothing left to stop.
    if let Work::Change { change: Change::Status(to), .. } = &entry.work {
        reasons.retain(|reason| !matches!(reason, Reason::Status(status) if status == to));
    }
    // What was to open it before this was taken back: the platform would only refuse.
    if let (Work::Reply { .. }, Some(row), true) = (&entry.work, row, reasons.is_empty())
        && legality::reply(&row.status) == Legality::Illegal
    {
        reasons.push(Reason::Status(row.status.clone()));
    }
    if reasons.is_empty() {
        return true;
    }
    stop(model, at, reasons);
    false
}

/// Whose it is, is compared before it is written: a slow claim must not take what a colleague has by now.
fn owner(
    model: &mut Model,
    at: usize,
    change: &Change,
    from: Option<&Change>,
    retry_at: Duration,
    effects: &mut Vec<Effect>,
) -> bool {
    if !is_told_fresh(model, at, retry_at, effects) {
        return false;
    }
    let Some(entry) = model.outbox.entries.get(at) else { return false };
    let Some(row) = model.inbox.rows.get(&entry.conversation) else { return false };
    let stands = change.standing(&row.conversation);
    if stands == *change {
        outcomes::unchanged(model, at, effects);
        return true;
    }
    if from.is_some_and(|from| stands != *from) {
        stop(model, at, vec![lookup::reason(&stands)]);
        return false;
    }
    deliver(model, at, effects);
    false
}

/// Whether the conversation itself was read just now; it is asked for where it was not.
fn is_told_fresh(model: &mut Model, at: usize, retry_at: Duration, effects: &mut Vec<Effect>) -> bool {
    let now = model.now.mono;
    let Some(entry) = model.outbox.entries.get(at) else { return false };
    let from = entry.guard_from;
    let row = model.inbox.rows.get(&entry.conversation);
    let fresh = row.and_then(|row| row.read).is_some_and(|read| {
        let due = last_read_due(entry.hold_ends);
        read.asked >= from && read.at >= due && guard::is_young(read, entry.hold_ends, now)
    });
    if !fresh && retry_at <= now && !lookup::is_asking(model, at, from) {
        lookup::ask(model, at, effects);
    }
    fresh
}

pub(super) fn stop(model: &mut Model, at: usize, reasons: Vec<Reason>) {
    let now = model.now.mono;
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    entry.state = State::Stopped { reasons, since: now };
    let entry = entry.clone();
    journal_log::step(model, &entry, Ended::Stopped, None);
    // The lines that stopped it must be on the screen.
    if let Some(thread) = model.threads.held.get_mut(&entry.conversation) {
        thread.anchor = super::super::thread::Anchor::Tail;
        thread.version += 1;
    }
    if model.panes.on_screen.as_ref() != Some(&entry.conversation) {
        let name = triage::name_of(model, &entry.conversation);
        let words = if replies(model, entry.act) {
            "a reply was stopped: open it to read why".to_owned()
        } else {
            format!("stopped, {}: open it to read why", act_words::not_done(&entry.work))
        };
        model.notices.say(now, Weight::Warning, words, name);
    }
}

/// Whether a reply of this act has not left yet.
fn replies(model: &Model, act: u64) -> bool {
    let waits = |entry: &super::super::outbox::Entry| !entry.state.is_final();
    model
        .outbox
        .entries
        .iter()
        .any(|entry| entry.act == act && waits(entry) && matches!(entry.work, Work::Reply { .. }))
}

/// The next attempt leaves.
pub(super) fn deliver(model: &mut Model, at: usize, effects: &mut Vec<Effect>) {
    let (now, step) = (model.now, model.step);
    if !model.budget.allows(Lane::Send, now.mono) {
        return;
    }
    let Some(set) = tagging::set_for(model, at) else { return };
    let known = model.outbox.entries.get(at).and_then(|entry| model.sidebar.get(&entry.conversation));
    let looked = known.is_some_and(|aside| aside.notes_read.is_some());
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    let Some(local) = entry.local else { return };
    if entry.attempts == 0 {
        entry.looked_before = looked;
    }
    entry.attempts += 1;
    entry.attempt_step.get_or_insert(step);
    entry.first_byte.get_or_insert(now.mono);
    entry.first_byte_wall.get_or_insert(now.wall);
    entry.state = State::Sending;
    entry.look_from = None;
    let effect = effect_of(&entry.work, local, set);
    model.budget.spend(Lane::Send, now.mono);
    effects.push(effect);
}
