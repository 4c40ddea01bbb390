//! What nobody knows is looked up where it would stand: a reply in the thread, a note among the notes, a change in the
//! conversation, a set of tags in the set, a new tag in the palette. Only then the same step leaves again, not too soon,
//! and not for ever.

use std::time::Duration;

use crate::backoff;
use crate::budget::Lane;
use crate::domain::outbox::Outcome;
use crate::domain::{Change, ConversationId, MessageId, Note, Problem, Remedy, Tag};

use super::super::effect::{Effect, Fetch};
use super::super::guard::{self, Reason};
use super::super::journal_log::{self, Result as Ended};
use super::super::model::Model;
use super::super::notice::Weight;
use super::super::outbox::{Entry, Outbox, State, Work};
use super::super::poller::{self, Purpose};
use super::super::thread::ReadAt;
use super::super::{act_words, triage};
use super::{LOOK_AGAIN_AFTER, LOOK_AGAIN_AT_MOST, RESEND_AFTER, driving, outcomes, tagging};

/// What was found.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// The reply, under this id.
    Message(MessageId),
    /// The note.
    Note(Note),
    /// The value, or the set of tags, stands.
    Stands,
    /// The tag of that name.
    Tag(Tag),
}

/// What a look says of a step whose outcome is not known.
#[derive(Clone, Debug)]
pub(super) enum Verdict {
    /// The server has it.
    Has(Found),
    /// What stood before stands still: the same step may leave again.
    Lacks,
    /// Neither: somebody else was there.
    Other(Vec<Reason>),
    /// There was no look since the last attempt ended.
    Unseen,
}

/// When what tells of a step was last read.
pub(super) fn last_look(model: &Model, entry: &Entry) -> Option<ReadAt> {
    let aside = || model.sidebar.get(&entry.conversation);
    match &entry.work {
        Work::Reply { .. } => model.threads.get(&entry.conversation).and_then(|thread| thread.read),
        Work::Note => aside().and_then(|aside| aside.notes_read),
        Work::Change { .. } => model.inbox.rows.get(&entry.conversation).and_then(|row| row.read),
        Work::Tags { .. } => aside().and_then(|aside| aside.tags_read),
        Work::CreateTag { .. } => model.sidebar.palette.read,
        // Deleting what is gone says so: it is simply asked for again.
        Work::DeleteTag { .. } => None,
    }
}

/// Whether what tells of a step is being asked for by a read of that step or later.
pub(super) fn is_asking(model: &Model, at: usize, from: u64) -> bool {
    let Some(entry) = model.outbox.entries.get(at) else { return false };
    let conversation = &entry.conversation;
    match &entry.work {
        Work::Reply { .. } => poller::asks_newest(model, conversation, from),
        Work::Note => poller::asides::reads_notes(model, conversation, from),
        Work::Change { .. } => poller::is_flying(model, &Fetch::Conversation(conversation.clone()), from),
        Work::Tags { .. } => poller::is_flying(model, &Fetch::Tags(conversation.clone()), from),
        Work::CreateTag { .. } => poller::asides::reads_palette(model, from),
        Work::DeleteTag { .. } => true,
    }
}

/// Asks for what tells of a step.
pub(super) fn ask(model: &mut Model, at: usize, effects: &mut Vec<Effect>) {
    let Some(entry) = model.outbox.entries.get(at) else { return };
    let conversation = entry.conversation.clone();
    match &entry.work {
        Work::Reply { .. } => poller::ask_newest(model, &conversation, Lane::Send, effects),
        Work::Note => poller::asides::ask_notes(model, &conversation, Lane::Send, effects),
        Work::Change { .. } => {
            poller::ask(model, Fetch::Conversation(conversation), Purpose::Row, Lane::Send, effects);
        }
        Work::Tags { .. } => {
            poller::ask(model, Fetch::Tags(conversation), Purpose::Tags, Lane::Send, effects);
        }
        Work::CreateTag { .. } => poller::asides::ask_palette(model, Lane::Send, effects),
        Work::DeleteTag { .. } => {}
    }
}

/// What the last look says of the step at `at`.
pub(super) fn verdict(model: &Model, at: usize) -> Verdict {
    let Some(entry) = model.outbox.entries.get(at) else { return Verdict::Unseen };
    let looked = last_look(model, entry).is_some_and(|read| read.asked > entry.ended_step);
    let otherwise = if looked { Verdict::Lacks } else { Verdict::Unseen };
    match &entry.work {
        Work::Reply { .. } => {
            let thread = model.threads.get(&entry.conversation);
            let found = thread.and_then(|thread| Outbox::find_in(entry, thread));
            found.map_or(otherwise, |id| Verdict::Has(Found::Message(id)))
        }
        Work::Note => note(model, entry).map_or(otherwise, |note| Verdict::Has(Found::Note(note))),
        Work::Change { change, from } if looked => {
            let Some(row) = model.inbox.rows.get(&entry.conversation) else { return Verdict::Unseen };
            let stands = change.standing(&row.conversation);
            if stands == *change {
                Verdict::Has(Found::Stands)
            } else if from.as_ref() == Some(&stands) {
                Verdict::Lacks
            } else {
                Verdict::Other(vec![reason(&stands)])
            }
        }
        Work::Tags { .. } if looked => {
            let delta = tagging::wanted(model, entry);
            let aside = model.sidebar.get(&entry.conversation);
            let stands = delta.zip(aside).is_some_and(|(delta, aside)| delta.stands_in(&aside.tags));
            if stands { Verdict::Has(Found::Stands) } else { Verdict::Lacks }
        }
        Work::CreateTag { name, .. } if looked => {
            let tag = model.sidebar.palette.named(name).cloned();
            tag.map_or(Verdict::Lacks, |tag| Verdict::Has(Found::Tag(tag)))
        }
        Work::Change { .. } | Work::Tags { .. } | Work::CreateTag { .. } | Work::DeleteTag { .. } => otherwise,
    }
}

/// The note that is this one: the same text, word for word, not known before the first attempt, and no other of ours.
/// Where the notes had not been read before it, an old one might be taken for it: then only the key tells.
fn note(model: &Model, entry: &Entry) -> Option<Note> {
    let before = entry.attempt_step.filter(|_| entry.looked_before)?;
    let aside = model.sidebar.get(&entry.conversation)?;
    let fits = |note: &&Note| {
        note.content == entry.text && aside.first_seen(&note.id) > Some(before) && !aside.own_notes.contains(&note.id)
    };
    aside.notes.iter().rev().find(fits).cloned()
}

/// Why a step stops where another value stands than it came from.
pub(super) fn reason(stands: &Change) -> Reason {
    match stands {
        Change::Status(status) => Reason::Status(status.clone()),
        Change::Owner(owner) => Reason::Owner(owner.clone()),
        Change::Priority(_) | Change::Title(_) | Change::Email(_) | Change::Name(_) | Change::Phone(_) => {
            Reason::Field(stands.clone())
        }
    }
}

/// Look first; without a match the same step again, not too soon, and not for ever.
pub(super) fn uncertain(
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
        let work = entry.work.clone();
        let name = triage::name_of(model, conversation);
        let words = match &work {
            Work::Reply { .. } => "a reply is unsent: open it to decide".to_owned(),
            other => format!("not known whether it is done ({}): open it to decide", act_words::kind(other)),
        };
        model.notices.say(now, Weight::Warning, words, name);
        return;
    }
    if look_at > now {
        return;
    }
    if matches!(entry.work, Work::DeleteTag { .. }) {
        match &mut entry.state {
            State::Uncertain { look_at, .. } if resend_at > now => *look_at = resend_at,
            _ => driving::deliver(model, at, effects),
        }
        return;
    }
    let ended = entry.ended_step;
    let looked = last_look_at(model, at).filter(|read| read.asked > ended);
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    match looked {
        Some(read) if refused && read.at >= resend_at => {
            // It is not there. Should it come all the same, it is still found.
            if let State::Uncertain { problem, .. } = &entry.state {
                let problem = problem.clone();
                entry.state = State::Refused { problem };
                if let Some(local) = entry.local {
                    effects.push(Effect::Conclude { local, outcome: Outcome::Refused });
                }
                let entry = entry.clone();
                journal_log::step(model, &entry, Ended::Refused, None);
                outcomes::say_refused(model, at);
            }
        }
        Some(_) if refused => {
            if let State::Uncertain { look_at, .. } = &mut entry.state {
                *look_at = (now + RESEND_AFTER).min(resend_at).max(now + LOOK_AGAIN_AFTER);
            }
            if !is_asking(model, at, ended + 1) {
                ask(model, at, effects);
            }
        }
        Some(read) if resend_at <= now && guard::is_young(read, resend_at, now) => {
            driving::deliver(model, at, effects);
        }
        Some(_) if resend_at > now => {
            if let State::Uncertain { look_at, .. } = &mut entry.state {
                *look_at = resend_at;
            }
        }
        Some(_) | None => {
            if !is_asking(model, at, ended + 1) {
                ask(model, at, effects);
            }
        }
    }
}

fn last_look_at(model: &Model, at: usize) -> Option<ReadAt> {
    model.outbox.entries.get(at).and_then(|entry| last_look(model, entry))
}

/// A read that a queue waits for failed: it is tried again, later each time.
pub fn read_failed(model: &mut Model, conversation: &ConversationId, fetch: &Fetch, problem: &Problem) {
    let now = model.now.mono;
    let Some(at) = model.outbox.head(conversation) else { return };
    let guarded = model.outbox.entries.get(at).is_some_and(|entry| model.outbox.is_seen(entry.act));
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    let concerns = match fetch {
        Fetch::Thread { .. } => guarded || matches!(entry.work, Work::Reply { .. }),
        Fetch::Conversation(_) => matches!(entry.work, Work::Change { .. }),
        Fetch::Notes { .. } => entry.work == Work::Note,
        Fetch::Tags(_) => matches!(entry.work, Work::Tags { .. }),
        Fetch::Palette(_) => matches!(entry.work, Work::CreateTag { .. } | Work::Tags { .. }),
        Fetch::Me | Fetch::Members | Fetch::Chatbots | Fetch::List { .. } => false,
    };
    if !concerns {
        return;
    }
    entry.failures = entry.failures.saturating_add(1);
    let wait = match problem.remedy {
        Remedy::WaitFor(wait) => wait.max(LOOK_AGAIN_AFTER),
        _ => backoff::delay(entry.failures, LOOK_AGAIN_AFTER, LOOK_AGAIN_AT_MOST, entry.ask),
    };
    match &mut entry.state {
        State::Ready { problem: held, retry_at } => {
            if problem.remedy == Remedy::NotThere {
                driving::stop(model, at, vec![Reason::Gone]);
            } else {
                *held = Some(problem.clone());
                *retry_at = now + wait;
            }
        }
        State::Uncertain { look_at, .. } | State::ReadBack { look_at, .. } => *look_at = now + wait,
        State::Journaling
        | State::Held { .. }
        | State::Sending
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
