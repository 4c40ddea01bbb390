//! What visitors read: the thread, and the one request that adds to it.
//!
//! Owns the only POST whose words reach a visitor. Never shares the making of that request with notes.

use url::Url;

use crate::domain::{ConversationId, Cursor, Message, Page};

use super::client::{Answer, Client};
use super::{decode, pages};

impl Client {
    /// `GET /conversations/{id}/messages`: one page, in the server's order.
    pub async fn messages(&self, id: &ConversationId, cursor: Option<&Cursor>, limit: u8) -> Answer<Page<Message>> {
        let mut url = self.messages_of(id);
        pages::place(&mut url, cursor, limit);
        self.get(url, |body| decode::messages(body, id)).await
    }

    /// `POST /conversations/{id}/messages`: sends exactly these bytes under this `Idempotency-Key`, and answers with
    /// the message as the server has it. Visitors see it.
    pub async fn reply(&self, id: &ConversationId, key: &str, body: Vec<u8>) -> Answer<Message> {
        self.post(self.messages_of(id), key, body, |body| decode::reply(body, id)).await
    }

    fn messages_of(&self, id: &ConversationId) -> Url {
        self.endpoint(&["conversations", id.as_str(), "messages"])
    }
}
