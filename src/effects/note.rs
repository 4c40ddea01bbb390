//! Adds a note: the team reads it, no visitor does. Never sends anything else.

use crate::api::Client;
use crate::app::{Delivery, Event};
use crate::domain::LocalId;
use crate::domain::outbox::{Kind, Outcome};

use super::{Shared, attempt};

/// One attempt under the key and with the bytes that were written down.
pub(super) async fn save(client: Client, journal: Shared, local: LocalId) -> Event {
    let claim = match attempt::claim(&journal, local, Kind::Note) {
        Ok(claim) => claim,
        Err(event) => return *event,
    };
    let written = claim.written;
    let key = written.key.unwrap_or_default();
    let answer = client.add_note(written.intent.conversation(), &key, written.body).await;
    attempt::conclude(&journal, local, claim.attempt, answer, |note| (Outcome::Done, Delivery::Noted(Box::new(note))))
}
