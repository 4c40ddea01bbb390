//! One conversation's messages, oldest first, with times that are unique within the thread.
//!
//! Messages of large made-up data are made when they are asked for, the same each time; only what came later is held.

use std::borrow::Cow;

use chrono::{DateTime, TimeDelta, Utc};

use super::made::Made;
use super::records::Message;

/// The messages of one conversation.
#[derive(Clone, Debug, Default)]
pub(super) struct Thread {
    made: Option<Made>,
    held: Vec<Message>,
}

impl Thread {
    pub(super) const fn made(made: Made) -> Self {
        Self { made: Some(made), held: Vec::new() }
    }

    fn made_len(&self) -> usize {
        self.made.as_ref().map_or(0, Made::count)
    }

    pub(super) fn len(&self) -> usize {
        self.made_len() + self.held.len()
    }

    /// The message at this place, counted from the oldest.
    pub(super) fn get(&self, at: usize) -> Option<Cow<'_, Message>> {
        match at.checked_sub(self.made_len()) {
            Some(at) => self.held.get(at).map(Cow::Borrowed),
            None => self.made.as_ref().map(|made| Cow::Owned(made.message(at))),
        }
    }

    fn time(&self, at: usize) -> Option<DateTime<Utc>> {
        match at.checked_sub(self.made_len()) {
            Some(at) => self.held.get(at).map(|message| message.created_at),
            None => self.made.as_ref().map(|made| made.time(at)),
        }
    }

    /// How many messages are older than this moment.
    pub(super) fn older_than(&self, moment: DateTime<Utc>) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.time(middle).is_some_and(|time| time < moment) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// All, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = Cow<'_, Message>> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// Puts a message at its time; a time that is taken moves on by milliseconds to the next free one. Returns the
    /// time it got.
    pub(super) fn insert(&mut self, mut message: Message) -> DateTime<Utc> {
        if self.made_len() > 0 && self.time(self.made_len() - 1).is_some_and(|last| message.created_at <= last) {
            self.hold_all();
        }
        let mut place = self.older_than(message.created_at);
        while self.time(place) == Some(message.created_at) {
            message.created_at =
                message.created_at.checked_add_signed(TimeDelta::milliseconds(1)).unwrap_or(message.created_at);
            place += 1;
        }
        let time = message.created_at;
        let place = place - self.made_len();
        self.held.insert(place, message);
        time
    }

    /// One message by id, looked for from the newest on.
    pub(super) fn find(&self, id: &str) -> Option<Message> {
        let found = (0..self.len()).rev().filter_map(|at| self.get(at)).find(|message| &*message.id == id);
        found.map(Cow::into_owned)
    }

    /// One message to be changed in place.
    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut Message> {
        if !self.held.iter().any(|message| &*message.id == id) {
            self.hold_all();
        }
        self.held.iter_mut().find(|message| &*message.id == id)
    }

    fn hold_all(&mut self) {
        if let Some(made) = self.made.take() {
            let mut all: Vec<Message> = (0..made.count()).map(|at| made.message(at)).collect();
            all.append(&mut self.held);
            self.held = all;
        }
    }
}
