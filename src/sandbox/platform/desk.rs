//! What an agent does besides replying: PATCH, notes, tags (contract, sections 2.3, 2.6 and 2.7).
//!
//! Owns the bodies of these endpoints and how a refused act is answered.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::bodies::{Fields, is_email, kind};
use super::errors::Refusal;
use super::routes::Done;
use super::{Platform, Ticket};
use crate::sandbox::switches::{ForeignAssignee, NoteAuthor, Pointless, UnknownTag};
use crate::sandbox::world::{ActError, Amendment, FieldErrors, Priority, Status, World, is_uuid};

const PATCHED: [&str; 7] =
    ["status", "priority", "assigned_to", "title", "contact_email", "contact_name", "contact_phone"];

impl Platform {
    pub(super) fn not_found(&self) -> Refusal {
        Refusal::new(404, &self.world.switches.not_found_code, "Not found.")
    }

    /// How an act that the world refused is answered.
    pub(super) fn refused_act(&self, error: ActError) -> Refusal {
        let switches = &self.world.switches;
        match error {
            ActError::WrongState(status) | ActError::WrongTransition(status, _) => {
                let why = "The conversation's current status does not allow this.";
                let refusal = Refusal::new(switches.wrong_state_status, &switches.wrong_state_code, why);
                if switches.wrong_state_details {
                    refusal.with_details(json!({ "status": status.as_str() }))
                } else {
                    refusal
                }
            }
            ActError::Taken(_) => {
                let why = "A tag with this name already exists.";
                Refusal::new(switches.tag_taken_status, &switches.tag_taken_code, why)
            }
            ActError::NoTag(id) => match switches.unknown_tag {
                UnknownTag::Payload => {
                    let mut errors = FieldErrors::default();
                    errors.field("tag_ids", &format!("Unknown tag {id}"));
                    Refusal::payload(&errors)
                }
                UnknownTag::NotFound => self.not_found(),
            },
            ActError::NotThere(_) | ActError::Ended => self.not_found(),
        }
    }

    /// PATCH /conversations/{id}.
    pub(super) fn patch(&mut self, id: &str, body: &[u8], now: DateTime<Utc>) -> Done {
        let amendment = amendment(body, &self.world).map_err(|errors| Refusal::payload(&errors))?;
        self.world.amend(id, amendment, now).map_err(|error| self.refused_act(error))?;
        let it = self.world.conversation(id);
        let ended = it.is_some_and(|it| it.status.is_ended());
        if let Some(visitors) = self.visitors.as_mut().filter(|_| ended) {
            visitors.left(id, now);
        }
        let json = self.world.slot(id).and_then(|slot| self.world.conversation_json(slot));
        json.map(|json| (200, json)).ok_or_else(|| self.not_found())
    }

    /// POST /conversations/{id}/notes.
    pub(super) fn note(&mut self, id: &str, body: &[u8], ticket: &Ticket, now: DateTime<Utc>) -> Done {
        let switches = &self.world.switches;
        let content = content(body, &self.world).map_err(|errors| Refusal::payload(&errors))?;
        let key = self.keys.by_id(&ticket.credential);
        let acting = key.and_then(|key| self.acting_member(key)).map(|member| member.user_id.clone());
        let author = match switches.note_author {
            NoteAuthor::Null => acting,
            NoteAuthor::KeyOwner => acting.or_else(|| self.world.members().first().map(|it| it.user_id.clone())),
        };
        let note = self.world.add_note(id, author, &content, now).map_err(|error| self.refused_act(error))?;
        let json = self.world.stored_note_json(id, &note).unwrap_or_default();
        Ok((self.world.switches.post_status, json))
    }

    /// POST /conversation-tags.
    pub(super) fn new_tag(&mut self, body: &[u8], now: DateTime<Utc>) -> Done {
        let (name, color) = tag(body, &self.world).map_err(|errors| Refusal::payload(&errors))?;
        let id = self.world.add_tag(&name, color.as_deref(), now).map_err(|error| self.refused_act(error))?;
        Ok((self.world.switches.post_status, self.world.stored_tag_json(&id).unwrap_or_default()))
    }

    /// DELETE /conversation-tags/{id}.
    pub(super) fn delete_tag(&mut self, id: &str) -> Done {
        if !self.world.remove_tag(id) {
            return Err(self.not_found());
        }
        let status = self.world.switches.delete_status;
        let body = json!({ "object": "conversation_tag", "id": id, "deleted": true });
        Ok((status, if status == 204 { String::new() } else { body.to_string() }))
    }

    /// PUT /conversations/{id}/tags.
    pub(super) fn set_tags(&mut self, id: &str, body: &[u8], now: DateTime<Utc>) -> Done {
        let ids = tag_ids(body, &self.world).map_err(|errors| Refusal::payload(&errors))?;
        self.world.set_tags(id, &ids, now).map_err(|error| self.refused_act(error))?;
        let slot = self.world.slot(id).ok_or_else(|| self.not_found())?;
        Ok((200, self.world.tag_set_json(slot)))
    }
}

/// A checked body of a PATCH.
pub(in crate::sandbox) fn amendment(body: &[u8], world: &World) -> Result<Amendment, FieldErrors> {
    let switches = &world.switches;
    let mut fields = Fields::read(body, &PATCHED, switches)?;
    if fields.lacks_all(&PATCHED) && switches.empty_patch == Pointless::Refuse {
        fields.errors.form("At least one field is required");
    }
    let (title, contact) = (switches.title_limit, switches.contact_limit);
    // `bot_active` can't be set by anyone (contract, section 8).
    let status = fields.word("status", &["open", "agent_requested", "resolved", "closed", "archived"]);
    let priority = fields.word("priority", &["low", "medium", "high"]);
    let assigned_to = assignee(&mut fields, world);
    let contact_email = fields.nullable_text("contact_email", contact);
    if let Some(Some(email)) = &contact_email
        && !is_email(email)
    {
        fields.wrong("contact_email", "Invalid email");
    }
    let amendment = Amendment {
        status: status.map(|status| Status::parse(&status)),
        priority: priority.and_then(|priority| Priority::parse(&priority)),
        assigned_to,
        title: fields.nullable_text("title", title),
        contact_email,
        contact_name: fields.nullable_text("contact_name", contact),
        contact_phone: fields.nullable_text("contact_phone", contact),
    };
    fields.finish(amendment)
}

/// `assigned_to` holds a user id, never the id of a membership (contract, section 2.5).
fn assignee(fields: &mut Fields, world: &World) -> Option<Option<Arc<str>>> {
    let given = fields.get("assigned_to")?.clone();
    let id = match given {
        Value::Null => return Some(None),
        Value::String(id) => id,
        other => {
            fields.wrong("assigned_to", &format!("Expected string, received {}", kind(&other)));
            return None;
        }
    };
    if !is_uuid(&id) {
        fields.wrong("assigned_to", "Invalid uuid");
        return None;
    }
    if let Some(member) = world.members().iter().find(|member| member.user_id.eq_ignore_ascii_case(&id)) {
        return Some(Some(member.user_id.clone()));
    }
    let membership = world.members().iter().any(|member| member.id.eq_ignore_ascii_case(&id));
    if membership || world.switches.foreign_assignee == ForeignAssignee::Refuse {
        fields.wrong("assigned_to", "Not an active member of the organisation");
        return None;
    }
    Some(Some(id.into()))
}

/// A checked body of a note: `content`.
fn content(body: &[u8], world: &World) -> Result<String, FieldErrors> {
    let mut fields = Fields::read(body, &["content"], &world.switches)?;
    if fields.lacks_all(&["content"]) {
        fields.wrong("content", "Required");
    }
    let content = fields.text("content", 1, world.switches.note_limit).unwrap_or_default();
    fields.finish(content)
}

/// A checked body of a tag: `name` and `color`.
fn tag(body: &[u8], world: &World) -> Result<(String, Option<String>), FieldErrors> {
    let mut fields = Fields::read(body, &["name", "color"], &world.switches)?;
    if fields.lacks_all(&["name"]) {
        fields.wrong("name", "Required");
    }
    let name = fields.text("name", 1, 100).unwrap_or_default();
    let color = fields.nullable_text("color", usize::MAX).flatten();
    if color.as_deref().is_some_and(|color| !is_color(color)) {
        fields.wrong("color", "Invalid");
    }
    fields.finish((name, color))
}

fn is_color(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|hex| hex.len() == 6 && hex.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

/// A checked body of a set of tags: `tag_ids`.
fn tag_ids(body: &[u8], world: &World) -> Result<Vec<String>, FieldErrors> {
    let mut fields = Fields::read(body, &["tag_ids"], &world.switches)?;
    let mut ids = Vec::new();
    match fields.get("tag_ids").cloned() {
        None => fields.wrong("tag_ids", "Required"),
        Some(Value::Array(all)) => {
            for one in all {
                match one {
                    Value::String(id) if is_uuid(&id) => ids.push(id),
                    Value::String(_) => fields.wrong("tag_ids", "Invalid uuid"),
                    other => fields.wrong("tag_ids", &format!("Expected string, received {}", kind(&other))),
                }
            }
        }
        Some(other) => fields.wrong("tag_ids", &format!("Expected array, received {}", kind(&other))),
    }
    fields.finish(ids)
}
