//! Replaces a conversation's tags, makes and deletes tags of the palette. Never sends anything else.

use crate::api::{self, Client};
use crate::app::{Delivery, Event};
use crate::domain::outbox::{Intent, Kind, Outcome};
use crate::domain::{LocalId, TagId};

use super::{Shared, attempt};

/// One attempt to replace the whole set by this one, which was told from what stood a moment ago.
pub(super) async fn replace(client: Client, journal: Shared, local: LocalId, tags: Vec<TagId>) -> Event {
    let claim = match attempt::claim(&journal, local, Kind::Tags) {
        Ok(claim) => claim,
        Err(event) => return *event,
    };
    let answer = client.replace_tags(claim.written.intent.conversation(), api::encode_tag_ids(&tags)).await;
    attempt::conclude(&journal, local, claim.attempt, answer, |page| (Outcome::Done, Delivery::Tagged(page.items)))
}

/// One attempt to make a tag, under the key and with the bytes that were written down.
pub(super) async fn create(client: Client, journal: Shared, local: LocalId) -> Event {
    let claim = match attempt::claim(&journal, local, Kind::CreateTag) {
        Ok(claim) => claim,
        Err(event) => return *event,
    };
    let written = claim.written;
    let answer = client.create_tag(&written.key.unwrap_or_default(), written.body).await;
    attempt::conclude(&journal, local, claim.attempt, answer, |tag| (Outcome::Done, Delivery::TagCreated(tag)))
}

/// One attempt to delete a tag.
pub(super) async fn delete(client: Client, journal: Shared, local: LocalId) -> Event {
    let claim = match attempt::claim(&journal, local, Kind::DeleteTag) {
        Ok(claim) => claim,
        Err(event) => return *event,
    };
    let Intent::DeleteTag { tag, .. } = &claim.written.intent else { return attempt::without_body(local) };
    let answer = client.delete_tag(tag).await;
    attempt::conclude(&journal, local, claim.attempt, answer, |()| (Outcome::Done, Delivery::TagDeleted))
}
