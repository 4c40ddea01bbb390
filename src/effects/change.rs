//! Changes one field of a conversation. Never sends anything else.

use crate::api::Client;
use crate::app::{Delivery, Event};
use crate::domain::LocalId;
use crate::domain::outbox::{Kind, Outcome};

use super::{Shared, attempt};

/// One attempt with the bytes that were written down; the platform knows no key here.
pub(super) async fn change(client: Client, journal: Shared, local: LocalId) -> Event {
    let claim = match attempt::claim(&journal, local, Kind::Change) {
        Ok(claim) => claim,
        Err(event) => return *event,
    };
    let written = claim.written;
    if written.body.is_empty() {
        return attempt::without_body(local);
    }
    let answer = client.change(written.intent.conversation(), written.body).await;
    attempt::conclude(&journal, local, claim.attempt, answer, |conversation| {
        (Outcome::Done, Delivery::Changed(Box::new(conversation)))
    })
}
