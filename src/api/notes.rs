//! What only colleagues read: a conversation's notes.
//!
//! Owns the one request that adds a note. Never names the path that visitors read from, and takes nothing that could
//! turn a note into a reply.

use url::Url;

use crate::domain::{ConversationId, Cursor, Note, Page};

use super::client::{Answer, Client};
use super::{decode, pages};

impl Client {
    /// `GET /conversations/{id}/notes`: one page, in the server's order. The envelope is not documented: whichever
    /// comes, its `next` goes on (contract, section 11, question 12).
    pub async fn notes(&self, id: &ConversationId, cursor: Option<&Cursor>, limit: u8) -> Answer<Page<Note>> {
        let mut url = self.notes_of(id);
        pages::place(&mut url, cursor, limit);
        self.get(url, |body| decode::notes(body, id)).await
    }

    /// `POST /conversations/{id}/notes`: adds a note, exactly these bytes under this `Idempotency-Key`, and answers
    /// with the note as the server has it. No visitor sees it.
    pub async fn add_note(&self, id: &ConversationId, key: &str, body: Vec<u8>) -> Answer<Note> {
        self.post(self.notes_of(id), key, body, |body| decode::added_note(body, id)).await
    }

    fn notes_of(&self, id: &ConversationId) -> Url {
        self.endpoint(&["conversations", id.as_str(), "notes"])
    }
}
