//! What a person decides about a reply that has not gone out: send it now or anyway, or take it back.
//!
//! Owns these two acts; [`super::sending`] moves what was decided. Never sends and never journals anything unasked.

use crate::domain::legality::{self, Legality};
use crate::domain::outbox::{KEY_TRUSTED_FOR, Outcome};
use crate::domain::problem::Reached;
use crate::domain::{Change, ConversationId, Problem, Remedy, Status};
use crate::text::RawText;

use super::effect::Effect;
use super::guard::{self, Baseline, Reason};
use super::model::Model;
use super::outbox::{ALREADY_SENT_FOR, Entry, State, Work};
use super::sending::next_ask;
use super::{act_words, acts, journal_log, undo, writing};

/// What pressing the send chord in an empty composer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendNow {
    /// Something moves.
    Done,
    /// There is nothing to send.
    Nothing,
    /// The chord came too soon after the stop.
    TooSoon,
    /// The platform takes no reply in this state.
    Illegal,
}

/// The send chord in the empty composer, or `r` in the outbox: sends what asks, else what is held, now. What asks goes
/// on from the step that did not go out; what is done before it is never done again.
pub fn send_now(model: &mut Model, conversation: &ConversationId, effects: &mut Vec<Effect>) -> SendNow {
    let (now, step) = (model.now, model.step);
    let Some(at) = model.outbox.head(conversation) else { return SendNow::Nothing };
    let status = model.inbox.rows.get(conversation).map(|row| row.conversation.status.clone());
    let illegal = status.as_ref().is_some_and(|status| legality::reply(status) == Legality::Illegal);
    if illegal && only_replies(model, at) && model.outbox.entries.get(at).is_some_and(|entry| entry.state.asks()) {
        return SendNow::Illegal;
    }
    let Some(entry) = model.outbox.entries.get_mut(at) else { return SendNow::Nothing };
    let act = entry.act;
    match &entry.state {
        State::Stopped { since, .. } => {
            if now.mono < *since + guard::STOP_DEAF_FOR {
                return SendNow::TooSoon;
            }
            go_on(model, at, effects);
        }
        State::Refused { .. } => {
            // A definite refusal is over: another try is another send, with a key of its own.
            let steps = match &entry.work {
                Work::Change { change: Change::Status(Status::Open), .. } if status == Some(Status::Archived) => {
                    by_closed(model, at)
                }
                _ => vec![at],
            };
            renew(model, &steps, effects);
        }
        State::Unjournaled { .. } => {
            let unwritten = |entry: &Entry| entry.act == act && matches!(entry.state, State::Unjournaled { .. });
            let steps = model.outbox.entries.iter().enumerate().filter(|(_, entry)| unwritten(entry));
            let steps: Vec<usize> = steps.map(|(at, _)| at).collect();
            renew(model, &steps, effects);
        }
        State::Blocked { problem } => {
            entry.said = now;
            entry.state = if entry.unknown {
                State::Uncertain { problem: problem.clone(), look_at: now.mono, resend_at: now.mono, refused: false }
            } else {
                entry.hold_ends = now.mono;
                State::Ready { problem: None, retry_at: now.mono }
            };
        }
        State::Unsent => {
            // Look first in any case. Under a key that the platform may have forgotten the same bytes would be another
            // reply, and under one that it refused they are refused again: what is not in the thread then asks once
            // more, and goes out anew.
            let first = entry.first_byte_wall.unwrap_or(now.wall);
            let old = (now.wall - first).to_std().unwrap_or_default() > KEY_TRUSTED_FOR;
            let over = old || entry.refused;
            entry.said = now;
            entry.first_byte = Some(now.mono);
            entry.ended_step = step;
            entry.state = State::Uncertain {
                problem: if over { over_with() } else { unknown_outcome() },
                look_at: now.mono,
                resend_at: now.mono,
                refused: over,
            };
        }
        State::Waiting { .. } => {
            entry.said = now;
            if let State::Waiting { until, .. } = &mut entry.state {
                *until = now.mono;
            }
            model.budget.stop_waiting();
        }
        State::Ready { .. } => {
            entry.said = now;
            if let State::Ready { retry_at, .. } = &mut entry.state {
                *retry_at = now.mono;
            }
            model.budget.stop_waiting();
        }
        State::Held { .. } | State::Journaling => {
            for entry in model.outbox.entries.iter_mut().filter(|entry| entry.act == act) {
                entry.said = now;
                entry.at_once = true;
                entry.hold_ends = now.mono;
                if let State::Held { until } = &mut entry.state {
                    *until = now.mono;
                }
            }
        }
        State::Sending
        | State::ReadBack { .. }
        | State::Uncertain { .. }
        | State::Delivered { .. }
        | State::Done { .. } => return SendNow::Nothing,
    }
    SendNow::Done
}

/// Whether the act that goes on at `at` has a reply to come and no step before it that opens the conversation.
fn only_replies(model: &Model, at: usize) -> bool {
    let steps = || model.outbox.entries.iter().skip(at);
    let act = steps().next().map(|entry| entry.act);
    let mut works = steps().filter(|entry| Some(entry.act) == act).map(|entry| &entry.work);
    let opens = |work: &&Work| matches!(work, Work::Change { change: Change::Status(Status::Open), .. });
    works.find(|work| opens(work) || matches!(work, Work::Reply { .. })).is_some_and(|work| !opens(&work))
}

/// What was stopped goes on, all steps of its act: why it stopped stands on the screen, that counts as seen.
fn go_on(model: &mut Model, at: usize, effects: &mut Vec<Effect>) {
    let now = model.now;
    let Some(entry) = model.outbox.entries.get(at).cloned() else { return };
    let State::Stopped { reasons, .. } = &entry.state else { return };
    let seen = writing::baseline(model, &entry.conversation);
    let me = model.directory.me.clone();
    let taken = reasons.iter().any(|reason| matches!(reason, Reason::Owner(Some(owner)) if Some(owner) != me.as_ref()));
    let gives_up = taken && model.outbox.is_claim(at);
    let row = model.inbox.rows.get(&entry.conversation);
    for later in model.outbox.entries.iter_mut().filter(|later| later.act == entry.act) {
        later.baseline = seen.clone();
        later.hold_ends = now.mono;
        later.at_once = true;
        later.said = now;
        if let (Work::Change { change, from }, Some(row)) = (&mut later.work, row)
            && later.ask == entry.ask
            && later.local == entry.local
        {
            *from = Some(change.standing(&row.conversation));
        }
    }
    if gives_up {
        // It stays the colleague's: the reply goes out, the claim does not.
        effects.extend(entry.local.map(|local| Effect::Conclude { local, outcome: Outcome::TakenBack }));
        journal_log::step(model, &entry, journal_log::Result::TakenBack, None);
        model.outbox.entries.remove(at);
        return;
    }
    if let Some(entry) = model.outbox.entries.get_mut(at) {
        entry.guard_from = entry.guard_from.max(1);
        entry.state = State::Ready { problem: None, retry_at: now.mono };
    }
}

/// From archived the platform takes the long way alone: the step before the refused one is made. Returns both places.
fn by_closed(model: &mut Model, at: usize) -> Vec<usize> {
    let Some(entry) = model.outbox.entries.get(at).cloned() else { return Vec::new() };
    let steps = acts::by_closed();
    let ways: Vec<Entry> = steps.into_iter().map(|step| Entry { work: step.work, ..entry.clone() }).collect();
    let places = (at..at + ways.len()).collect();
    model.outbox.entries.splice(at..=at, ways);
    places
}

/// Sends with an identity of their own: nothing of the earlier ones holds for them.
fn renew(model: &mut Model, steps: &[usize], effects: &mut Vec<Effect>) {
    let now = model.now;
    let ask = next_ask(&mut model.outbox);
    let mut intents = Vec::new();
    for at in steps {
        let Some(conversation) = model.outbox.entries.get(*at).map(|entry| entry.conversation.clone()) else {
            continue;
        };
        let baseline = writing::baseline(model, &conversation);
        let Some(entry) = model.outbox.entries.get_mut(*at) else { continue };
        entry.ask = ask;
        entry.local = None;
        entry.baseline = baseline;
        entry.state = State::Journaling;
        entry.said = now;
        entry.hold_ends = now.mono;
        entry.at_once = true;
        entry.attempts = 0;
        entry.attempt_step = None;
        entry.first_byte = None;
        entry.first_byte_wall = None;
        entry.unknown = false;
        entry.refused = false;
        entry.failures = 0;
        entry.earlier_gone = false;
        entry.look_from = None;
        intents.push(entry.intent());
        // Whoever sends it again has seen what stands on the screen, for what follows it too.
        let (act, seen) = (entry.act, entry.baseline.clone());
        let waits =
            |later: &&mut Entry| later.act == act && matches!(later.state, State::Held { .. } | State::Ready { .. });
        for later in model.outbox.entries.iter_mut().filter(waits) {
            later.baseline = seen.clone();
            later.said = now;
            later.hold_ends = now.mono;
            later.at_once = true;
        }
    }
    effects.push(Effect::Journal { ask, steps: intents });
}

fn unknown_outcome() -> Problem {
    ours(Reached::Unknown, "nobody knows yet whether it arrived")
}

fn over_with() -> Problem {
    ours(Reached::NotSent, "refused, or too old to be sent again as the same reply")
}

fn ours(reached: Reached, message: &str) -> Problem {
    Problem {
        remedy: Remedy::TryLater,
        reached,
        status: None,
        code: None,
        message: RawText::new(message),
        request_id: None,
        fields: Vec::new(),
    }
}

/// What taking back found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TakenBack {
    /// The text, where its cursor stood, what its writer has seen, and the addresses of what went with it.
    Text(RawText, usize, Baseline, Vec<RawText>),
    /// The text of a note, and where its cursor stood: never a reply's.
    Note(RawText, usize),
    /// An act without words of its own: what it would have done.
    Act(String),
    /// It left a moment ago.
    AlreadySent,
    /// It is on its way, or nobody knows.
    OnItsWay,
    /// There is nothing.
    Nothing,
}

/// Takes back what asks, else the last act that has not left: all of its steps that have not.
pub fn take_back(model: &mut Model, conversation: &ConversationId, effects: &mut Vec<Effect>) -> TakenBack {
    let head = model.outbox.head(conversation);
    let asks = head.filter(|at| model.outbox.entries.get(*at).is_some_and(|entry| entry.state.asks()));
    let last =
        || {
            model.outbox.entries.iter().rposition(|entry| {
                entry.conversation == *conversation && entry.can_be_taken_back() && !entry.taken_back
            })
        };
    let Some(at) = asks.or_else(last) else {
        let mut here = model.outbox.entries.iter().filter(|entry| entry.conversation == *conversation);
        return match here.next_back() {
            Some(entry) if entry.state.is_final() && sent_a_moment_ago(model, conversation) => TakenBack::AlreadySent,
            Some(entry) if !entry.state.is_final() => TakenBack::OnItsWay,
            Some(_) | None => TakenBack::Nothing,
        };
    };
    let seen = writing::baseline(model, conversation);
    let Some(entry) = model.outbox.entries.get(at) else { return TakenBack::Nothing };
    if !entry.can_be_taken_back() {
        return TakenBack::OnItsWay;
    }
    let (act, asked) = (entry.act, entry.state.asks());
    // What stopped it stands on the screen: that counts as seen.
    let taken = words_of(model, act, asked.then_some(seen));
    remove(model, act, effects);
    if asked {
        stop_what_follows(model, conversation);
    }
    taken
}

/// Whether what left last here left so short a time ago that taking it back only says so. What has a way back and is
/// seen by no visitor is no such thing.
#[must_use]
pub fn sent_a_moment_ago(model: &Model, conversation: &ConversationId) -> bool {
    let now = model.now.mono;
    let last = model.outbox.entries.iter().rfind(|entry| entry.conversation == *conversation);
    last.is_some_and(|entry| {
        let said = entry.work.is_visible() || entry.work == Work::Note;
        said && entry.state.ended().is_some_and(|at| now < at + ALREADY_SENT_FOR)
    })
}

/// The words of an act that have not left, as they come back to their writer.
fn words_of(model: &Model, act: u64, seen: Option<Baseline>) -> TakenBack {
    let steps = || model.outbox.entries.iter().filter(|entry| entry.act == act && entry.can_be_taken_back());
    let words = steps().find_map(|entry| match &entry.work {
        Work::Reply { attachments } => {
            let baseline = seen.clone().unwrap_or_else(|| entry.baseline.clone());
            Some(TakenBack::Text(entry.text.clone(), entry.cursor, baseline, attachments.clone()))
        }
        Work::Note => {
            let unsigned = acts::signature(model)
                .and_then(|signature| entry.text.as_raw().strip_suffix(signature.as_str()))
                .unwrap_or(entry.text.as_raw());
            Some(TakenBack::Note(RawText::new(unsigned), entry.cursor))
        }
        Work::Change { .. } | Work::Tags { .. } | Work::CreateTag { .. } | Work::DeleteTag { .. } => None,
    });
    words.unwrap_or_else(|| {
        let orders: Vec<String> = steps().map(|entry| act_words::order(model, &entry.work)).collect();
        TakenBack::Act(orders.join(", then "))
    })
}

/// Takes the steps of an act out of the queue that have not left.
fn remove(model: &mut Model, act: u64, effects: &mut Vec<Effect>) {
    let taken: Vec<Entry> = model
        .outbox
        .entries
        .iter()
        .filter(|entry| entry.act == act && entry.can_be_taken_back() && !entry.taken_back)
        .cloned()
        .collect();
    for entry in &taken {
        journal_log::step(model, entry, journal_log::Result::TakenBack, None);
    }
    model.outbox.entries.retain_mut(|entry| {
        if entry.act != act || !entry.can_be_taken_back() {
            return true;
        }
        match entry.local {
            Some(local) => {
                effects.push(Effect::Conclude { local, outcome: Outcome::TakenBack });
                false
            }
            None => {
                // The journal has not answered for it yet.
                let waits = entry.state == State::Journaling;
                entry.taken_back |= waits;
                waits
            }
        }
    });
    undo::act_ended(model, act, false);
}

/// What a visitor would see of what was queued behind something that did not go out must not go out by itself.
fn stop_what_follows(model: &mut Model, conversation: &ConversationId) {
    let now = model.now.mono;
    let here = |entry: &&Entry| entry.conversation == *conversation;
    let visible: Vec<u64> =
        model.outbox.entries.iter().filter(here).filter(|entry| entry.work.is_visible()).map(|it| it.act).collect();
    let behind = |entry: &&mut Entry| entry.conversation == *conversation && visible.contains(&entry.act);
    for entry in model.outbox.entries.iter_mut().filter(behind) {
        match entry.state {
            State::Held { .. } | State::Ready { .. } => {
                entry.state = State::Stopped { reasons: vec![Reason::Earlier], since: now };
            }
            // The journal has not answered for it yet: it stops as soon as that has.
            State::Journaling => entry.earlier_gone = true,
            State::Sending
            | State::ReadBack { .. }
            | State::Uncertain { .. }
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
}
