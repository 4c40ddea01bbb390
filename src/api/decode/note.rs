//! Notes from the platform's JSON (contract, sections 2.6 and 7.5).
//!
//! Owns leniency for notes alone. Never reads a message: notes and messages have no code in common but the list's
//! envelope.

use crate::domain::{ConversationId, Note, NoteId, Page, UserId};
use crate::text::RawText;
use crate::wire::repair;
use crate::wire::rest;

use super::neighbours::{self, Told};
use super::{Broken, cursor, envelope, id_of, id_or_made_up, no_id, object, words};

/// Reads a page of a conversation's notes, in either envelope or none.
///
/// # Errors
/// [`Broken`] where the envelope cannot be read.
pub fn notes(body: Vec<u8>, conversation: &ConversationId) -> Result<Page<Note>, Broken> {
    let text = repair::to_text(body);
    let list = envelope(&text)?;
    let mut read: Vec<_> = list.elements.iter().map(|element| note_or_mark(element, conversation)).collect();
    neighbours::lend_to_notes(&mut read);
    Ok(Page { items: read, next: cursor(&list.next) })
}

/// Reads the note that answers an added one. Its id must be readable: it is the proof that the server has it.
///
/// # Errors
/// [`Broken`] where it is no JSON object or has no id.
pub fn added_note(body: Vec<u8>, conversation: &ConversationId) -> Result<Note, Broken> {
    let text = repair::to_text(body);
    object(&text)?;
    if id_of(&text).and_then(|id| NoteId::parse(&id)).is_none() {
        return Err(Broken("the note in it has no id".to_owned()));
    }
    Ok(note_or_mark(&text, conversation))
}

fn note_or_mark(element: &str, conversation: &ConversationId) -> Note {
    readable(element, conversation).unwrap_or_else(|reason| Note {
        id: id_or_made_up(element, NoteId::parse),
        conversation_id: conversation.clone(),
        author_id: None,
        content: RawText::default(),
        created_at: neighbours::NOT_YET,
        unreadable: Some(RawText::new(reason)),
    })
}

fn readable(element: &str, conversation: &ConversationId) -> Result<Note, String> {
    let wire: rest::Note<'_> = rest::read(element)?;
    let id = wire.id.string().and_then(|id| NoteId::parse(&id)).ok_or_else(|| no_id(wire.id))?;
    let content = words(wire.content);
    // Somebody wrote something: better a mark, by whom and when, than a gap.
    let unreadable = content
        .is_none()
        .then(|| RawText::new(if wire.content.is_given() { "its content is no string" } else { "it has no content" }));
    Ok(Note {
        id,
        // The conversation that was asked for: what it holds belongs to it, whatever a record says.
        conversation_id: conversation.clone(),
        author_id: wire.author_id.string().and_then(|id| UserId::parse(&id)),
        content: content.unwrap_or_default(),
        created_at: Told::read(wire.created_at).required(),
        unreadable,
    })
}
