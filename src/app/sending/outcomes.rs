//! What came of an attempt, and what follows from it: for what waits behind it, for the drafts, for the screen.

use std::time::Duration;

use crate::backoff;
use crate::domain::legality::{self, Legality};
use crate::domain::outbox::Outcome;
use crate::domain::problem::Reached;
use crate::domain::{
    Change, Conversation, ConversationId, LocalId, Message, MessageId, Note, Problem, Remedy, Status, Tag,
};
use crate::text::RawText;

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::event::Delivery;
use super::super::journal_log::Result as Ended;
use super::super::model::Model;
use super::super::notice::Weight;
use super::super::outbox::{Entry, State, Work};
use super::super::thread::{Caused, Side};
use super::super::{act_words, journal_log, key_words, lesson, meeting, poller, triage, undo, words};
use super::lookup::{self, Found};
use super::{ABSENT_AFTER, LOOK_AGAIN_AFTER, READ_BACK_FOR, RESEND_AFTER, RESEND_AT_MOST, tagging};

/// The platform's code for a name that another tag has (contract, section 2.7).
const NAME_TAKEN: &str = "conflict";

/// An attempt ended.
pub fn attempted(
    model: &mut Model,
    local: LocalId,
    attempt: u32,
    delivery: Delivery,
    request_id: Option<RawText>,
    effects: &mut Vec<Effect>,
) {
    let Some(at) = model.outbox.entries.iter().position(|entry| entry.local == Some(local)) else { return };
    match delivery {
        Delivery::Failed(problem) => failed(model, at, attempt, problem, request_id, effects),
        good => answered(model, at, good, request_id, effects),
    }
}

/// The server said yes. An answer of another kind than was asked for is none.
fn answered(model: &mut Model, at: usize, delivery: Delivery, request_id: Option<RawText>, effects: &mut Vec<Effect>) {
    let Some(entry) = model.outbox.entries.get(at).cloned() else { return };
    if entry.state.is_final() {
        return;
    }
    match (&entry.work, delivery) {
        (Work::Reply { .. }, Delivery::Delivered(message)) => {
            let id = message.id.clone();
            delivered(model, at, id, Some(*message), request_id);
        }
        (Work::Reply { .. }, Delivery::DeliveredAs(id)) => delivered(model, at, id, None, request_id),
        (Work::Note, Delivery::Noted(note)) => noted(model, at, Some(*note), request_id),
        (Work::Change { change, .. }, Delivery::Changed(answer)) => {
            changed(model, at, &change.clone(), Told::Answer(answer), request_id, effects);
        }
        (Work::Change { change, .. }, Delivery::Accepted) => {
            changed(model, at, &change.clone(), Told::Yes, request_id, effects);
        }
        (Work::Tags { .. }, Delivery::Tagged(tags)) => {
            tagging::replaced(model, at, Some(tags));
            done(model, at, Ended::Done, request_id);
        }
        (Work::Tags { .. }, Delivery::Accepted) => {
            tagging::replaced(model, at, None);
            done(model, at, Ended::Done, request_id);
        }
        (Work::CreateTag { .. }, Delivery::TagCreated(tag)) => made(model, at, Some(tag), request_id),
        (Work::CreateTag { .. }, Delivery::Accepted) => made(model, at, None, request_id),
        (Work::DeleteTag { .. }, Delivery::TagDeleted | Delivery::Accepted) => deleted(model, at, request_id),
        (Work::Note, Delivery::Accepted) => noted(model, at, None, request_id),
        (
            Work::Reply { .. }
            | Work::Note
            | Work::Change { .. }
            | Work::Tags { .. }
            | Work::CreateTag { .. }
            | Work::DeleteTag { .. },
            _,
        ) => {}
    }
}

/// It was found where it would stand.
pub(super) fn found(model: &mut Model, at: usize, found: Found, effects: &mut Vec<Effect>) {
    let Some(entry) = model.outbox.entries.get(at) else { return };
    if entry.state.is_final() {
        return;
    }
    let (local, work) = (entry.local, entry.work.clone());
    let outcome = match &found {
        Found::Message(id) => Outcome::Delivered(id.clone()),
        Found::Note(_) | Found::Stands | Found::Tag(_) => Outcome::Done,
    };
    effects.extend(local.map(|local| Effect::Conclude { local, outcome }));
    match (work, found) {
        (_, Found::Message(id)) => delivered(model, at, id, None, None),
        (_, Found::Note(note)) => noted(model, at, Some(note), None),
        (_, Found::Tag(tag)) => made(model, at, Some(tag), None),
        (Work::Change { change, .. }, Found::Stands) => changed(model, at, &change, Told::Found, None, effects),
        (Work::Tags { .. }, Found::Stands) => {
            tagging::replaced(model, at, None);
            done(model, at, Ended::Done, None);
        }
        (Work::Reply { .. } | Work::Note | Work::CreateTag { .. } | Work::DeleteTag { .. }, Found::Stands) => {}
    }
}

/// What was asked for stands already, though nothing was sent for it.
pub(super) fn unchanged(model: &mut Model, at: usize, effects: &mut Vec<Effect>) {
    let Some(entry) = model.outbox.entries.get(at) else { return };
    let conversation = entry.conversation.clone();
    effects.extend(entry.local.map(|local| Effect::Conclude { local, outcome: Outcome::Done }));
    if let Work::Change { change, from: Some(from) } = entry.work.clone() {
        let stands = model.inbox.rows.get(&conversation).map(|row| change.standing(&row.conversation));
        advance(model, &conversation, &from, &stands.unwrap_or(change));
    }
    done(model, at, Ended::Unchanged, None);
}

fn failed(
    model: &mut Model,
    at: usize,
    attempt: u32,
    problem: Problem,
    request_id: Option<RawText>,
    effects: &mut Vec<Effect>,
) {
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
    let gone = problem.remedy == Remedy::NotThere;
    if gone && matches!(entry.work, Work::DeleteTag { .. }) {
        effects.extend(entry.local.map(|local| Effect::Conclude { local, outcome: Outcome::Done }));
        deleted(model, at, request_id);
        return;
    }
    let seed = entry.ask.wrapping_mul(7_919).wrapping_add(u64::from(attempt));
    let again = now + backoff::delay(entry.failures, RESEND_AFTER, RESEND_AT_MOST, 0).max(RESEND_AFTER);
    let definite = problem
        .status
        .is_some_and(|status| (400..500).contains(&status) && !matches!(status, 401 | 403 | 408 | 409 | 425 | 429));
    // The name of a new tag is taken: then the tag is there, and is as good as made.
    let taken = matches!(entry.work, Work::CreateTag { .. })
        && problem.status == Some(409)
        && problem.code.as_ref().is_some_and(|code| code.as_raw() == NAME_TAKEN);
    entry.refused |= definite;
    entry.state = match (&problem.remedy, problem.status) {
        _ if taken => {
            entry.unknown = true;
            State::Uncertain { problem, look_at: now, resend_at: now, refused: true }
        }
        _ if definite && !entry.unknown => State::Refused { problem },
        _ if definite => State::Uncertain { problem, look_at: now, resend_at: now + ABSENT_AFTER, refused: true },
        // A server that asks for no wait at all must not be asked in a circle.
        (Remedy::WaitFor(wait), _) => State::Waiting { until: now + (*wait).max(LOOK_AGAIN_AFTER), problem },
        (Remedy::SignInAgain, _) => State::Blocked { problem },
        (_, Some(300..400)) => State::Blocked { problem },
        _ if problem.reached == Reached::NotSent => {
            let until = now + backoff::delay(entry.failures, RESEND_AFTER, RESEND_AT_MOST, seed).max(RESEND_AFTER);
            State::Waiting { until, problem }
        }
        _ => {
            entry.unknown = true;
            State::Uncertain { problem, look_at: now, resend_at: again, refused: false }
        }
    };
    let entry = entry.clone();
    let ended = match &entry.state {
        State::Refused { .. } | State::Blocked { .. } => Ended::Refused,
        State::Waiting { .. } => Ended::NotSent,
        _ => Ended::Unknown,
    };
    journal_log::step(model, &entry, ended, request_id);
    if let State::Refused { .. } = &entry.state {
        effects.extend(entry.local.map(|local| Effect::Conclude { local, outcome: Outcome::Refused }));
        say_refused(model, at);
    }
}

/// The server said no for good: what that means for what follows, and for what is offered from now on.
pub(super) fn say_refused(model: &mut Model, at: usize) {
    let now = model.now.mono;
    let Some(entry) = model.outbox.entries.get(at).cloned() else { return };
    let State::Refused { problem } = &entry.state else { return };
    let name = triage::name_of(model, &entry.conversation);
    if let Work::Change { change: Change::Status(to), from } = &entry.work {
        let from = match from {
            Some(Change::Status(from)) => Some(from.clone()),
            Some(_) | None => None,
        };
        if let Some(from) = from.filter(|from| legality::change_status(from, to) == Legality::Unknown) {
            model.acts.remember_refused(from, to.clone());
        }
        // It may be another status than was thought (contract, section 11, question 5).
        model.inbox.stale.insert(entry.conversation.clone());
    }
    let behind = model.outbox.entries.iter().skip(at + 1).find(|later| later.act == entry.act);
    let words = match (&entry.work, behind) {
        (Work::Reply { .. }, Some(next)) => {
            format!("{}: the reply was refused", act_words::not_done(&next.work))
        }
        // The block above the composer says it.
        (Work::Reply { .. }, None) => return,
        (work, _) => format!("{}: {}", act_words::not_done(work), words::cause(problem)),
    };
    model.notices.say(now, Weight::Warning, words, name);
}

/// A step is over for good: said, remembered, written into the log.
fn done(model: &mut Model, at: usize, ended: Ended, request_id: Option<RawText>) {
    let now = model.now.mono;
    let claim = model.outbox.is_claim(at);
    let seen = model.outbox.entries.get(at).is_some_and(|entry| model.outbox.is_seen(entry.act));
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    entry.state = State::Done { at: now };
    let entry = entry.clone();
    journal_log::step(model, &entry, ended, request_id);
    // What only prepared a reply is no act of its own.
    let prepares = claim || (seen && prepares_reply(model, at));
    let again = entry.again > 0;
    if ended == Ended::Done && !prepares && !again {
        let (forward, backward) = ways(&entry);
        undo::done(model, &entry.conversation, entry.act, forward, backward);
    }
    act_ended(model, entry.act);
    if !prepares {
        say_done(model, &entry, ended);
    }
}

fn prepares_reply(model: &Model, at: usize) -> bool {
    let act = model.outbox.entries.get(at).map(|entry| entry.act);
    let replies = |later: &Entry| Some(later.act) == act && matches!(later.work, Work::Reply { .. });
    model.outbox.entries.iter().skip(at + 1).any(replies)
}

/// What a step did, and what takes it back.
fn ways(entry: &Entry) -> (Work, Option<Work>) {
    let backward = match &entry.work {
        Work::Change { change, from } => undo::way_back(change, from.as_ref()),
        Work::Tags { delta, made } => {
            let effect = tagging::effect(entry, delta);
            let back = Work::Tags { delta: effect.reversed(), made: None };
            (made.is_none() && !effect.is_empty()).then_some(back)
        }
        Work::Reply { .. } | Work::Note | Work::CreateTag { .. } | Work::DeleteTag { .. } => None,
    };
    (entry.work.clone(), backward)
}

fn act_ended(model: &mut Model, act: u64) {
    if !model.outbox.entries.iter().any(|entry| entry.act == act && !entry.state.is_final()) {
        undo::act_ended(model, act, true);
    }
}

fn say_done(model: &mut Model, entry: &Entry, ended: Ended) {
    let now = model.now.mono;
    if ended == Ended::Unchanged {
        let words = match &entry.work {
            Work::Change { change, .. } => act_words::unchanged(model, change),
            Work::Tags { .. } => "the tags stand already",
            Work::Reply { .. } | Work::Note | Work::CreateTag { .. } | Work::DeleteTag { .. } => "it is done already",
        };
        model.notices.say(now, Weight::Plain, words, triage::name_of(model, &entry.conversation));
        return;
    }
    let (words, outside) = act_words::done(model, &entry.work);
    let clock = model.settings.zone.civil(model.now.wall).format("%H:%M").to_string();
    let nobodys = matches!(&entry.work, Work::Change { change: Change::Status(Status::Closed), .. })
        && model.directory.me.is_some()
        && model.inbox.rows.get(&entry.conversation).is_some_and(|row| row.conversation.assigned_to.is_none());
    let words = match (entry.again, outside.is_some()) {
        (0, true) => words,
        (0, false) if nobodys => {
            let mine = (key_words::pane(model), Action::AssignToMe);
            let assigns = key_words::clause(model, mine, ": ", " assigns it to you");
            format!("{words} {clock}, and it is nobody's{assigns}")
        }
        (0, false) => format!("{words} {clock}"),
        (_, _) => "a colleague's change had lost your tags: they are set again".to_owned(),
    };
    let outside = outside.or_else(|| triage::name_of(model, &entry.conversation));
    model.notices.say(now, Weight::Plain, words, outside);
}

/// The server has the reply: by its own answer, or found in the thread.
fn delivered(model: &mut Model, at: usize, id: MessageId, message: Option<Message>, request_id: Option<RawText>) {
    let (now, step) = (model.now.mono, model.step);
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    let conversation = entry.conversation.clone();
    // A list that was read in between may show the effect already; what counts is how it stood when this was begun.
    let begun_waiting = entry.baseline.facts.as_ref().is_some_and(|facts| facts.status == Status::AgentRequested);
    entry.state = State::Delivered { message: id.clone(), at: now };
    let entry = entry.clone();
    journal_log::step(model, &entry, Ended::Done, request_id);
    model.outbox.last_sent.insert(conversation.clone(), entry.text.clone());
    let thread = model.threads.entry(&conversation);
    thread.owns(&id);
    if let Some(message) = message.filter(|message| message.conversation_id == conversation) {
        thread.merge(vec![message], Side::Newer, step, now);
        thread.owns(&id);
    }
    thread.last_word_at = Some(now);
    thread.left_in.insert(id.clone(), entry.attempt_step.unwrap_or(step));
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
    advance(model, &conversation, &Change::Status(Status::AgentRequested), &Change::Status(Status::Open));
    triage::learn(model, &conversation);
    poller::thread_changed(model, &conversation);
    lesson::sent(model);
    act_ended(model, entry.act);
    let clock = model.settings.zone.civil(model.now.wall).format("%H:%M").to_string();
    model.notices.say(now, Weight::Plain, format!("sent {clock}"), triage::name_of(model, &conversation));
    meeting::told(model, &conversation);
}

/// The team has the note.
fn noted(model: &mut Model, at: usize, note: Option<Note>, request_id: Option<RawText>) {
    let step = model.step;
    let Some(entry) = model.outbox.entries.get(at) else { return };
    let aside = model.sidebar.entry(&entry.conversation);
    if let Some(note) = note.filter(|note| note.conversation_id == entry.conversation) {
        aside.own_notes.insert(note.id.clone());
        aside.learn_notes([note]);
        aside.mark_seen(step);
    }
    aside.notes_again = true;
    done(model, at, Ended::Done, request_id);
}

/// A tag of that name is in the palette, by our own request or another's.
fn made(model: &mut Model, at: usize, tag: Option<Tag>, request_id: Option<RawText>) {
    model.sidebar.palette.learn(tag);
    done(model, at, Ended::Done, request_id);
}

/// The tag is gone from everywhere.
fn deleted(model: &mut Model, at: usize, request_id: Option<RawText>) {
    let Some(Work::DeleteTag { tag }) = model.outbox.entries.get(at).map(|entry| entry.work.clone()) else { return };
    done(model, at, Ended::Done, request_id);
    model.sidebar.forget_tag(&tag);
    for verifying in &mut model.outbox.verifying {
        verifying.delta.add.retain(|held| *held != tag);
    }
}

/// How it is known that the server took a change.
enum Told {
    /// The conversation as it answered.
    Answer(Box<Conversation>),
    /// It said yes, in words that could not be read.
    Yes,
    /// It was read and found standing.
    Found,
}

/// The server took a change.
fn changed(
    model: &mut Model,
    at: usize,
    change: &Change,
    told: Told,
    request_id: Option<RawText>,
    effects: &mut Vec<Effect>,
) {
    let (now, step) = (model.now.mono, model.step);
    let Some(entry) = model.outbox.entries.get(at).cloned() else { return };
    let conversation = entry.conversation.clone();
    let found = matches!(told, Told::Found);
    let answer = match told {
        Told::Answer(answer) => Some(*answer).filter(|answer| answer.id == conversation),
        Told::Yes | Told::Found => None,
    };
    let before = model.inbox.rows.get(&conversation).map(|row| change.standing(&row.conversation));
    let ignored = answer.as_ref().is_some_and(|answer| strict(change) && !change.stands_in(answer));
    put(model, &conversation, change, answer);
    if ignored {
        let problem = not_taken();
        if let Some(entry) = model.outbox.entries.get_mut(at) {
            entry.ended_step = step;
            entry.state = State::Refused { problem };
        }
        effects.extend(entry.local.map(|local| Effect::Conclude { local, outcome: Outcome::Refused }));
        journal_log::step(model, &entry, Ended::Refused, request_id);
        say_refused(model, at);
        return;
    }
    if let Work::Change { from: Some(from), .. } = &entry.work {
        advance(model, &conversation, from, change);
    }
    if let Some(before) = before {
        advance(model, &conversation, &before, change);
    }
    if change.is_visible() {
        let thread = model.threads.entry(&conversation);
        let left_in = entry.attempt_step.unwrap_or(step);
        thread.caused.push(Caused { left_in, answered_in: step, read_back_in: None });
        poller::thread_changed(model, &conversation);
        // What follows is decided on a thread that shows it, and what anybody else did meanwhile.
        for later in model.outbox.entries.iter_mut().filter(|later| later.conversation == conversation) {
            later.read_from = step;
        }
    }
    if matches!(change, Change::Owner(_)) && !found {
        // Somebody else may have written it at the same moment: the last one wins.
        if let Some(entry) = model.outbox.entries.get_mut(at) {
            entry.state = State::ReadBack { from: step, look_at: now, until: now + READ_BACK_FOR };
        }
        journal_log::step(model, &entry, Ended::Done, request_id);
        return;
    }
    done(model, at, Ended::Done, request_id);
}

/// Fields whose words are ours: the platform has them as we said, or not at all. Of free text it may make its own.
const fn strict(change: &Change) -> bool {
    match change {
        Change::Status(_) | Change::Priority(_) | Change::Owner(_) => true,
        Change::Title(_) | Change::Email(_) | Change::Name(_) | Change::Phone(_) => false,
    }
}

fn not_taken() -> Problem {
    Problem {
        remedy: Remedy::FixTheInput,
        reached: Reached::Refused,
        status: None,
        code: None,
        message: RawText::new("the server said yes and changed nothing"),
        request_id: None,
        fields: Vec::new(),
    }
}

/// The row as the answer has it, or with the change alone where the answer could not be read.
fn put(model: &mut Model, conversation: &ConversationId, change: &Change, answer: Option<Conversation>) {
    let (step, now) = (model.step, model.now.mono);
    let Some(row) = model.inbox.rows.get_mut(conversation) else { return };
    match answer {
        Some(answer) => row.conversation = answer,
        None => change.apply(&mut row.conversation),
    }
    row.changed = step;
    model.inbox.unsettled = true;
    model.poller.fill_unsettled = true;
    model.poller.changed_at = now;
    triage::learn(model, conversation);
}

/// What our own act changed is seen by whoever queued something behind it, and by the draft being written.
fn advance(model: &mut Model, conversation: &ConversationId, from: &Change, to: &Change) {
    let drafts = model.composer.drafts.get_mut(conversation).map(|draft| &mut draft.baseline);
    let queued = model.outbox.entries.iter_mut().filter(|entry| entry.conversation == *conversation);
    for baseline in queued.map(|entry| &mut entry.baseline).chain(drafts) {
        let Some(facts) = &mut baseline.facts else { continue };
        match (from, to) {
            (Change::Status(from), Change::Status(to)) if facts.status == *from => facts.status = to.clone(),
            (Change::Owner(from), Change::Owner(to)) if facts.owner == *from => facts.owner.clone_from(to),
            (Change::Email(from), Change::Email(to)) if facts.email == *from => facts.email.clone_from(to),
            _ => {}
        }
    }
}

/// Whose it is is read back; whether the next step may follow at once.
pub(super) fn read_back(
    model: &mut Model,
    at: usize,
    (from, look_at, until): (u64, Duration, Duration),
    effects: &mut Vec<Effect>,
) -> bool {
    let now = model.now.mono;
    let Some(entry) = model.outbox.entries.get(at).cloned() else { return false };
    let Work::Change { change, .. } = &entry.work else { return false };
    let looked = lookup::last_look(model, &entry).is_some_and(|read| read.asked >= from && read.came_in > from);
    if !looked && now < until {
        if look_at <= now && !lookup::is_asking(model, at, from) {
            lookup::ask(model, at, effects);
        }
        return false;
    }
    let stands = model.inbox.rows.get(&entry.conversation).map(|row| change.standing(&row.conversation));
    let lost = stands.filter(|stands| looked && stands != change);
    let name = triage::name_of(model, &entry.conversation);
    match lost {
        Some(stands) => {
            let claim = model.outbox.is_claim(at);
            if let Some(entry) = model.outbox.entries.get_mut(at) {
                entry.state = State::Done { at: now };
            }
            act_ended(model, entry.act);
            let reason = words::because(model, &lookup::reason(&stands));
            let words = if claim { format!("not yours: {reason}") } else { format!("not assigned: {reason}") };
            model.notices.say(now, Weight::Warning, words, name);
        }
        None => end_of_read_back(model, at),
    }
    true
}

/// It stands. The log has it already.
fn end_of_read_back(model: &mut Model, at: usize) {
    let now = model.now.mono;
    let claim = model.outbox.is_claim(at);
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    entry.state = State::Done { at: now };
    let entry = entry.clone();
    if !claim {
        let (forward, backward) = ways(&entry);
        undo::done(model, &entry.conversation, entry.act, forward, backward);
        say_done(model, &entry, Ended::Done);
    }
    act_ended(model, entry.act);
}
