//! The outbox journal: what a person wants sent is written down, with its key and exact bytes, before the first byte
//! leaves; each attempt is claimed before it begins; its outcome is written before anybody is told.

use std::collections::BTreeMap;

use crate::domain::LocalId;
use crate::domain::outbox::{Claim, Intent, Outcome, Record};

/// Why the journal did not take something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// There is no such entry.
    #[error("the outbox journal has no such entry")]
    NoSuchEntry,
    /// The entry is done: it must not be sent again.
    #[error("the outbox journal says that this reply is done")]
    Done,
    /// It could not be written.
    #[error("the outbox journal cannot be written: {0}")]
    Unwritable(String),
}

/// The journal. Each call is durable when it returns, as far as the engine goes.
pub trait Journal: Send {
    /// Writes an intent down with the key of all its attempts and the bytes of its body.
    ///
    /// # Errors
    /// [`JournalError::Unwritable`]; nothing may be sent then.
    fn write(&mut self, intent: &Intent, key: String, body: Vec<u8>) -> Result<LocalId, JournalError>;

    /// Claims the next attempt.
    ///
    /// # Errors
    /// [`JournalError::Done`] for what was delivered, refused or taken back; nothing may be sent then.
    fn claim(&mut self, local: LocalId) -> Result<Claim, JournalError>;

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
    fn write(&mut self, intent: &Intent, key: String, body: Vec<u8>) -> Result<LocalId, JournalError> {
        self.next += 1;
        let local = LocalId(self.next);
        let conversation = intent.conversation.clone();
        let record = Record { local, conversation, key, body, attempts: 0, outcome: Outcome::Waiting };
        self.records.insert(local, record);
        Ok(local)
    }

    fn claim(&mut self, local: LocalId) -> Result<Claim, JournalError> {
        let record = self.records.get_mut(&local).ok_or(JournalError::NoSuchEntry)?;
        match record.outcome {
            Outcome::Waiting | Outcome::Claimed | Outcome::Unknown => {}
            Outcome::Delivered(_) | Outcome::Refused | Outcome::TakenBack => return Err(JournalError::Done),
        }
        record.attempts += 1;
        record.outcome = Outcome::Claimed;
        Ok(Claim {
            attempt: record.attempts,
            key: record.key.clone(),
            body: record.body.clone(),
            conversation: record.conversation.clone(),
        })
    }

    fn conclude(&mut self, local: LocalId, outcome: Outcome) -> Result<(), JournalError> {
        let record = self.records.get_mut(&local).ok_or(JournalError::NoSuchEntry)?;
        if !matches!(record.outcome, Outcome::Delivered(_)) {
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
    use crate::domain::{ConversationId, MessageId};
    use crate::text::RawText;

    fn written() -> (MemoryJournal, LocalId) {
        let mut journal = MemoryJournal::default();
        let intent = Intent { conversation: ConversationId::parse("c1").unwrap(), text: RawText::new("hello") };
        let local = journal.write(&intent, "key".to_owned(), b"body".to_vec()).unwrap();
        (journal, local)
    }

    #[test]
    fn every_attempt_gets_the_same_key_and_bytes() {
        let (mut journal, local) = written();
        let first = journal.claim(local).unwrap();
        journal.conclude(local, Outcome::Unknown).unwrap();
        let second = journal.claim(local).unwrap();
        assert_eq!((first.key, first.body), (second.key, second.body));
        assert_eq!((first.attempt, second.attempt), (1, 2));
    }

    #[test]
    fn what_is_done_cannot_be_claimed_again() {
        for done in [Outcome::Delivered(MessageId::parse("m1").unwrap()), Outcome::Refused, Outcome::TakenBack] {
            let (mut journal, local) = written();
            journal.conclude(local, done).unwrap();
            assert_eq!(journal.claim(local), Err(JournalError::Done));
        }
    }

    #[test]
    fn what_is_delivered_stays_delivered() {
        let (mut journal, local) = written();
        let delivered = Outcome::Delivered(MessageId::parse("m1").unwrap());
        journal.conclude(local, delivered.clone()).unwrap();
        journal.conclude(local, Outcome::Unknown).unwrap();
        assert_eq!(journal.records().first().map(|record| record.outcome.clone()), Some(delivered));
    }
}
