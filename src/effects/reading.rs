//! Reads: one fetch, one request, what it brought.

use crate::api::{Client, ConversationsQuery};
use crate::app::{Fetch, Found};
use crate::budget::Reading;
use crate::domain::Problem;

/// How many notes a page asks for.
const NOTES: u8 = 100;

/// Carries a fetch out; what its answer said of the budget comes along.
pub(super) async fn read(client: &Client, fetch: &Fetch) -> (Result<Found, Problem>, Option<Reading>) {
    match fetch {
        Fetch::Me => {
            let answer = client.me().await;
            (answer.result.map(Found::Me), answer.reading)
        }
        Fetch::Members => {
            let answer = client.members().await;
            (answer.result.map(|page| Found::Members(page.items)), answer.reading)
        }
        Fetch::Chatbots => {
            let answer = client.chatbots(1).await;
            (answer.result.map(|page| Found::Chatbots(page.items)), answer.reading)
        }
        Fetch::List { statuses, cursor, limit } => {
            let query = ConversationsQuery {
                statuses: statuses.clone(),
                cursor: cursor.clone(),
                limit: *limit,
                ..ConversationsQuery::default()
            };
            let answer = client.conversations(&query).await;
            (answer.result.map(Found::Conversations), answer.reading)
        }
        Fetch::Conversation(id) => {
            let answer = client.conversation(id).await;
            (answer.result.map(|conversation| Found::Conversation(Box::new(conversation))), answer.reading)
        }
        Fetch::Thread { conversation, cursor, limit } => {
            let answer = client.messages(conversation, cursor.as_ref(), *limit).await;
            (answer.result.map(Found::Messages), answer.reading)
        }
        Fetch::Notes { conversation, cursor } => {
            let answer = client.notes(conversation, cursor.as_ref(), NOTES).await;
            (answer.result.map(Found::Notes), answer.reading)
        }
        Fetch::Tags(id) => {
            let answer = client.tags(id).await;
            (answer.result.map(Found::Tags), answer.reading)
        }
        Fetch::Palette(page) => {
            let answer = client.palette(*page).await;
            (answer.result.map(Found::Palette), answer.reading)
        }
    }
}
