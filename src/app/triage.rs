//! What a thread tells of its row: who spoke last, and since when the visitor waits.

use chrono::{DateTime, Utc};

use crate::domain::{ConversationId, Message, Role, Speaker, Status};
use crate::text::RawText;

use super::inbox::{Knowledge, Row, Since};
use super::model::Model;
use super::thread::Thread;

/// The documented markers that are no handoff (contract, section 7.4). Used for the clock alone.
const JOINED: &str = "A team member has joined the conversation.";
/// See [`JOINED`]: these end what a visitor waits for.
const ENDINGS: [&str; 2] = ["This conversation has been resolved.", "This conversation has been closed."];

/// Tells a row again from its thread, after the thread changed or the newest page was read.
pub fn learn(model: &mut Model, conversation: &ConversationId) {
    let Some(thread) = model.threads.get(conversation) else { return };
    let Some(row) = model.inbox.rows.get_mut(conversation) else { return };
    if thread.read.is_none() && thread.own.is_empty() {
        return;
    }
    let mut knowledge = knowledge(row, thread);
    if thread.read.is_none_or(|read| read.asked < row.changed) {
        // The row was told after the thread was asked for: it may speak of a message that is not here.
        knowledge.for_last = knowledge.newest;
    }
    // The thread may be ahead of the list: the row then shows what the thread has, until the list is read again.
    let newest = thread.messages.iter().rev().map(|entry| &entry.message).find(|message| message.role != Role::System);
    if let Some(newest) = newest {
        let behind = row.conversation.last_message_at.is_none_or(|last| last.at < newest.created_at.at);
        if behind {
            row.conversation.last_message_at = Some(newest.created_at);
            row.conversation.last_message_preview = Some(preview(newest));
            knowledge.for_last = row.conversation.last_message_at;
        }
    }
    if row.knowledge.as_ref() != Some(&knowledge) {
        row.knowledge = Some(knowledge);
        model.inbox.unsettled = true;
    }
    model.poller.fill_unsettled = true;
}

fn knowledge(row: &Row, thread: &Thread) -> Knowledge {
    let newest = thread.spoken().rev().find(|(_, speaker)| *speaker != Speaker::Marker);
    let answered = thread.spoken().rev().find(|(_, speaker)| speaker.may_be_person());
    Knowledge {
        for_last: row.conversation.last_message_at,
        newest: newest.map(|(entry, _)| entry.message.created_at),
        speaker: newest.map(|(_, speaker)| speaker),
        waiting: waiting_since(&row.conversation.status, thread).or_else(|| {
            // A handoff without a marker: its time is not told anywhere.
            let guess = row.first_requested.filter(|_| row.conversation.status == Status::AgentRequested)?;
            let last = row.conversation.last_activity().at;
            Some(Since { at: guess.min(last), certain: false })
        }),
        answered: answered.map(|(entry, _)| entry.message.created_at.at),
    }
}

/// Since when the visitor waits: the handoff while no person has answered since it, else the first visitor message
/// after the last person's answer. A bot's answer counts only while the bot owns the thread.
fn waiting_since(status: &Status, thread: &Thread) -> Option<Since> {
    let bot_owns = *status == Status::BotActive;
    let mut handoff: Option<DateTime<Utc>> = None;
    let mut asked: Option<(DateTime<Utc>, bool)> = None;
    for (entry, speaker) in thread.spoken() {
        let at = entry.message.created_at;
        match speaker {
            Speaker::Person | Speaker::Unknown => {
                handoff = None;
                asked = None;
            }
            Speaker::Bot if bot_owns => asked = None,
            Speaker::Bot => {}
            Speaker::Visitor => {
                asked.get_or_insert((at.at, at.certain));
            }
            // Whatever was asked before it ended was done with: who comes back asks anew.
            Speaker::Marker if says(&entry.message, &ENDINGS) => {
                handoff = None;
                asked = None;
            }
            Speaker::Marker if says(&entry.message, &[JOINED]) => {}
            Speaker::Marker => {
                handoff.get_or_insert(at.at);
            }
        }
    }
    match status {
        Status::AgentRequested => {
            handoff.map(|at| Since { at, certain: true }).or_else(|| asked.map(|(at, _)| Since { at, certain: false }))
        }
        Status::Open => match (handoff, asked) {
            (Some(at), Some(_)) => Some(Since { at, certain: true }),
            (_, Some((at, certain))) => Some(Since { at, certain }),
            (_, None) => None,
        },
        Status::BotActive | Status::Resolved | Status::Closed | Status::Archived | Status::Other(_) => None,
    }
}

fn says(message: &Message, markers: &[&str]) -> bool {
    let text = message.raw_text();
    markers.contains(&text.as_raw().trim())
}

/// The beginning of a message, as a row shows it.
fn preview(message: &Message) -> RawText {
    let text = message.raw_text();
    let beginning: String = text.as_raw().chars().take(200).collect();
    RawText::new(beginning)
}

/// What a person calls a conversation: the visitor's name, else the mail address, else the beginning of its id.
#[must_use]
pub fn name_of(model: &Model, conversation: &ConversationId) -> Option<RawText> {
    model.inbox.rows.get(conversation).map(name_of_row)
}

/// See [`name_of`].
#[must_use]
pub fn name_of_row(row: &Row) -> RawText {
    let conversation = &row.conversation;
    let given = [&conversation.contact_name, &conversation.contact_email];
    given.into_iter().flatten().find(|name| !name.as_raw().trim().is_empty()).cloned().unwrap_or_else(|| {
        let beginning: String = conversation.id.as_str().chars().take(4).collect();
        RawText::new(format!("visitor {beginning}"))
    })
}
