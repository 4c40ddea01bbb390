//! The outbox journal: what a person wants sent is written down, with its key and exact bytes, before the first byte
//! leaves; each attempt is claimed before it begins; its outcome is written before anybody is told.

use std::collections::BTreeMap;

use crate::domain::LocalId;
use crate::domain::outbox::{Claim, Kind, Outcome, Record, Written};

/// Why the journal did not take something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// There is no such entry.
    #[error("the outbox journal has no such entry")]
    NoSuchEntry,
    /// The entry is done: it must not be sent again.
    #[error("the outbox journal says that this is done")]
    Done,
    /// The entry is of another kind than the one that is about to be sent.
    #[error("the outbox journal holds something else under this number")]
    OtherKind,
    /// It could not be written.
    #[error("the outbox journal cannot be written: {0}")]
    Unwritable(String),
}

/// The journal. Each call is durable when it returns, as far as the engine goes.
pub trait Journal: Send {
    /// Writes the steps of one act down, in their order, all of them or none.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`]; nothing may be sent then.
    fn write(&mut self, steps: Vec<Written>) -> Result<Vec<LocalId>, JournalError>;

    /// Claims the next attempt of an entry of that kind.
    ///
    /// # Errors
    /// [`JournalError::Done`] for what was delivered, refused or taken back, [`JournalError::OtherKind`] for an entry of
    /// another kind; nothing may be sent then.
    fn claim(&mut self, local: LocalId, kind: Kind) -> Result<Claim, JournalError>;

    /// Writes an outcome down. What is delivered stays delivered, whatever comes later.
    ///
    /// # Errors
    /// [`JournalError::NoSuchEntry`], [`JournalError::Unwritable`].
    fn conclude(&mut self, local: LocalId, outcome: Outcome) -> Result<(), JournalError>;

    /// All entries in the order they were written.
    fn records(&self) -> Vec<Record>;
}

/// The journal of a process: gone with it.
#[derive(Clone, Debug, Default)]
pub struct MemoryJournal {
    records: BTreeMap<LocalId, Record>,
    next: u64,
}

impl Journal for MemoryJournal {
    fn write(&mut self, steps: Vec<Written>) -> Result<Vec<LocalId>, JournalError> {
        let act = LocalId(self.next + 1);
        let mut locals = Vec::with_capacity(steps.len());
        for written in steps {
            self.next += 1;
            let local = LocalId(self.next);
            self.records.insert(local, Record { local, act, written, attempts: 0, outcome: Outcome::Waiting });
            locals.push(local);
        }
        Ok(locals)
    }

    fn claim(&mut self, local: LocalId, kind: Kind) -> Result<Claim, JournalError> {
        let record = self.records.get_mut(&local).ok_or(JournalError::NoSuchEntry)?;
        if record.written.intent.kind() != kind {
            return Err(JournalError::OtherKind);
        }
        if record.outcome.is_over() {
            return Err(JournalError::Done);
        }
        record.attempts += 1;
        record.outcome = Outcome::Claimed;
        Ok(Claim { attempt: record.attempts, written: record.written.clone() })
    }

    fn conclude(&mut self, local: LocalId, outcome: Outcome) -> Result<(), JournalError> {
        let record = self.records.get_mut(&local).ok_or(JournalError::NoSuchEntry)?;
        if !matches!(record.outcome, Outcome::Delivered(_) | Outcome::Done) {
            record.outcome = outcome;
        }
        Ok(())
    }

    fn records(&self) -> Vec<Record> {
        self.records.values().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::outbox::Intent;
    use crate::domain::{Change, ConversationId, MessageId, Status};
    use crate::text::RawText;

    fn reply() -> Written {
        let conversation = ConversationId::parse("c1").unwrap();
        let intent = Intent::Reply { conversation, text: RawText::new("hello"), attachments: Vec::new() };
        Written { intent, key: Some("key".to_owned()), body: b"body".to_vec() }
    }

    fn resolve() -> Written {
        let conversation = ConversationId::parse("c1").unwrap();
        let intent = Intent::Change { conversation, change: Change::Status(Status::Resolved) };
        Written { intent, key: None, body: b"resolved".to_vec() }
    }

    fn written() -> (MemoryJournal, LocalId) {
        let mut journal = MemoryJournal::default();
        let local = journal.write(vec![reply()]).unwrap();
        (journal, local[0])
    }

    #[test]
    fn every_attempt_gets_the_same_key_and_bytes() {
        let (mut journal, local) = written();
        let first = journal.claim(local, Kind::Reply).unwrap();
        journal.conclude(local, Outcome::Unknown).unwrap();
        let second = journal.claim(local, Kind::Reply).unwrap();
        assert_eq!(first.written, second.written);
        assert_eq!((first.attempt, second.attempt), (1, 2));
    }

    #[test]
    fn the_steps_of_an_act_are_written_in_their_order_and_known_as_one() {
        let mut journal = MemoryJournal::default();
        journal.write(vec![resolve()]).unwrap();
        let locals = journal.write(vec![reply(), resolve()]).unwrap();
        let records = journal.records();
        assert_eq!(records.iter().skip(1).map(|record| record.local).collect::<Vec<_>>(), locals);
        assert_eq!(records.iter().map(|record| record.act).collect::<Vec<_>>(), [LocalId(1), LocalId(2), LocalId(2)]);
    }

    #[test]
    fn nothing_is_sent_as_another_kind_than_it_was_written_down_as() {
        let (mut journal, local) = written();
        for kind in [Kind::Note, Kind::Change, Kind::Tags, Kind::CreateTag, Kind::DeleteTag] {
            assert_eq!(journal.claim(local, kind), Err(JournalError::OtherKind));
        }
        assert_eq!(journal.claim(local, Kind::Reply).unwrap().attempt, 1, "nothing was counted");
    }

    #[test]
    fn what_is_done_cannot_be_claimed_again() {
        let delivered = Outcome::Delivered(MessageId::parse("m1").unwrap());
        for done in [delivered, Outcome::Done, Outcome::Refused, Outcome::TakenBack] {
            let (mut journal, local) = written();
            journal.conclude(local, done).unwrap();
            assert_eq!(journal.claim(local, Kind::Reply), Err(JournalError::Done));
        }
    }

    #[test]
    fn what_is_delivered_stays_delivered() {
        for done in [Outcome::Delivered(MessageId::parse("m1").unwrap()), Outcome::Done] {
            let (mut journal, local) = written();
            journal.conclude(local, done.clone()).unwrap();
            journal.conclude(local, Outcome::Unknown).unwrap();
            assert_eq!(journal.records().first().map(|record| record.outcome.clone()), Some(done));
        }
    }
}
