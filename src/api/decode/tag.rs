//! Tags from the platform's JSON (contract, sections 2.7 and 7.6).
//!
//! Owns leniency for tags. Never leaves one out: the platform replaces whole sets, so a tag that was not seen would be
//! taken off by the next change.

use crate::domain::{Color, Page, Tag, TagId};
use crate::text::RawText;
use crate::wire::repair;
use crate::wire::rest;

use super::{Broken, cursor, envelope, id_of, id_or_made_up, no_id, object, words};

/// Reads a page of tags: of a conversation, of a set that was replaced, or of the palette.
///
/// # Errors
/// [`Broken`] where the envelope cannot be read.
pub fn tags(body: Vec<u8>) -> Result<Page<Tag>, Broken> {
    let text = repair::to_text(body);
    let list = envelope(&text)?;
    Ok(Page { items: list.elements.iter().map(|element| tag_or_mark(element)).collect(), next: cursor(&list.next) })
}

/// Reads the tag that answers a new one. Its id must be readable: it is the proof that the server has it.
///
/// # Errors
/// [`Broken`] where it is no JSON object or has no id.
pub fn created_tag(body: Vec<u8>) -> Result<Tag, Broken> {
    let text = repair::to_text(body);
    object(&text)?;
    if id_of(&text).and_then(|id| TagId::parse(&id)).is_none() {
        return Err(Broken("the tag in it has no id".to_owned()));
    }
    Ok(tag_or_mark(&text))
}

fn tag_or_mark(element: &str) -> Tag {
    readable(element).unwrap_or_else(|reason| {
        let id = id_or_made_up(element, TagId::parse);
        Tag { name: unreadable(&id, &reason), id, color: None }
    })
}

fn readable(element: &str) -> Result<Tag, String> {
    let wire: rest::Tag<'_> = rest::read(element)?;
    let id = wire.id.string().and_then(|id| TagId::parse(&id)).ok_or_else(|| no_id(wire.id))?;
    let name = words(wire.name).filter(|name| !name.as_raw().trim().is_empty());
    Ok(Tag {
        name: name.unwrap_or_else(|| unreadable(&id, "it has no name")),
        id,
        // What is no colour is drawn as the platform draws a tag without one.
        color: wire.color.string().and_then(|color| Color::parse(&color)),
    })
}

/// What stands in the place of a name (security, S7).
fn unreadable(id: &TagId, reason: &str) -> RawText {
    if id.is_made_up() {
        return RawText::new(format!("unreadable ({reason})"));
    }
    RawText::new(format!("unreadable ({id}, {reason})"))
}
