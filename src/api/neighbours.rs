//! Times that could not be read borrow from what stands near them (security, S7).
//!
//! Owns the borrowing alone: every borrowed time stays marked as not certain.

use chrono::{DateTime, Utc};

use crate::domain::{Conversation, Message, Note, Time};
use crate::wire::rest::Field;
use crate::wire::time;

/// A time that has not borrowed yet.
pub(super) const NOT_YET: Time = Time::guessed(DateTime::UNIX_EPOCH);

/// What a field told about a time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    /// Nothing: missing or null.
    Nothing,
    /// Something that is no time.
    Unreadable,
    /// A time.
    At(DateTime<Utc>),
}

impl Told {
    pub(super) fn read(field: Field<'_>) -> Self {
        if !field.is_given() {
            return Self::Nothing;
        }
        field.string().and_then(|text| time::parse(&text)).map_or(Self::Unreadable, Self::At)
    }

    /// For a time that a record must have.
    pub(super) const fn required(self) -> Time {
        match self {
            Self::Nothing | Self::Unreadable => NOT_YET,
            Self::At(at) => Time::certain(at),
        }
    }

    /// For a time that a record may have.
    pub(super) const fn optional(self) -> Option<Time> {
        match self {
            Self::Nothing => None,
            Self::Unreadable => Some(NOT_YET),
            Self::At(at) => Some(Time::certain(at)),
        }
    }
}

/// Conversations borrow from their own last message, then from the row before, then from the row after; their other
/// times from their own creation.
pub(super) fn lend_to_conversations(rows: &mut [Conversation]) {
    for row in rows.iter_mut().filter(|row| !row.created_at.certain) {
        let own = [row.last_message_at, row.closed_at, row.resolved_at].into_iter().flatten();
        if let Some(own) = own.into_iter().find(|time| time.certain) {
            row.created_at = Time::guessed(own.at);
        }
    }
    lend(rows, |row| &mut row.created_at);
    for row in rows {
        let created = row.created_at.at;
        let last = row.last_message_at.filter(|time| time.certain).map_or(created, |time| time.at);
        for (time, lender) in
            [(&mut row.last_message_at, created), (&mut row.resolved_at, last), (&mut row.closed_at, last)]
        {
            if let Some(time) = time.as_mut().filter(|time| !time.certain) {
                time.at = lender;
            }
        }
    }
}

/// Messages borrow from the one before, then from the one after.
pub(super) fn lend_to_messages(messages: &mut [Message]) {
    lend(messages, |message| &mut message.created_at);
}

/// So do notes.
pub(super) fn lend_to_notes(notes: &mut [Note]) {
    lend(notes, |note| &mut note.created_at);
}

fn lend<T>(items: &mut [T], time_of: impl Fn(&mut T) -> &mut Time) {
    let mut lender: Option<DateTime<Utc>> = None;
    for item in items.iter_mut() {
        borrow(time_of(item), &mut lender);
    }
    // What stands before the first that was read borrows from it.
    let mut lender = None;
    for item in items.iter_mut().rev() {
        borrow(time_of(item), &mut lender);
    }
}

fn borrow(time: &mut Time, lender: &mut Option<DateTime<Utc>>) {
    match *lender {
        Some(at) if *time == NOT_YET => time.at = at,
        Some(_) | None => {}
    }
    if *time != NOT_YET {
        *lender = Some(time.at);
    }
}
