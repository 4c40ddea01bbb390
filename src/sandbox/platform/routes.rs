//! The endpoints (contract, section 2): method and path to what carries them out.

use chrono::{DateTime, Utc};

use super::errors::Refusal;
use super::{Call, Platform, Ticket, directory};
use crate::sandbox::world::{FieldErrors, ListQuery, World, cursor_list};

/// A status and a body, or a refusal.
pub(super) type Done = Result<(u16, String), Refusal>;

impl Platform {
    /// Finds the endpoint. Reads look at `frozen` where it is given.
    pub(super) fn route(&mut self, call: &Call, ticket: &Ticket, frozen: Option<&World>, now: DateTime<Utc>) -> Done {
        if !call.path.starts_with("/v1/") {
            return Err(self.not_found());
        }
        let segments: Vec<&str> = ticket.path.split('/').skip(1).collect();
        let body = call.body.as_slice();
        match (call.method.as_str(), segments.as_slice()) {
            ("GET", path) => self.read(path, call.query.as_deref(), ticket, frozen.unwrap_or(&self.world)),
            ("PATCH", ["conversations", id]) => self.patch(id, body, now),
            ("POST", ["conversations", id, "messages"]) => self.reply(id, body, now),
            ("POST", ["conversations", id, "notes"]) => self.note(id, body, ticket, now),
            ("PUT", ["conversations", id, "tags"]) => self.set_tags(id, body, now),
            ("POST", ["conversation-tags"]) => self.new_tag(body, now),
            ("DELETE", ["conversation-tags", id]) => self.delete_tag(id),
            ("POST", ["webhooks"]) => self.new_webhook(body, ticket, now),
            ("PATCH", ["webhooks", id]) => self.change_webhook(id, body, ticket, now),
            ("DELETE", ["webhooks", id]) => self.delete_webhook(id, ticket),
            _ => Err(self.not_found()),
        }
    }

    fn read(&self, path: &[&str], query: Option<&str>, ticket: &Ticket, world: &World) -> Done {
        let there = |found: Option<(u16, String)>| found.ok_or_else(|| self.not_found());
        let of = |id: &str| world.slot(id).ok_or_else(|| self.not_found());
        let listed = |list: Result<String, FieldErrors>| match list {
            Ok(list) => Ok((200, list)),
            Err(errors) => Err(Refusal::query(&errors)),
        };
        match path {
            ["me"] => Ok((200, self.me(ticket).to_string())),
            ["team", "members"] => Ok((200, world.members_json())),
            ["team", "members", id] => there(directory::member(world, id)),
            ["chatbots"] => listed(world.chatbots_page(query)),
            ["chatbots", id] => there(directory::chatbot(world, id)),
            ["conversations"] => {
                let query = ListQuery::parse(query, &world.switches).map_err(|errors| Refusal::query(&errors))?;
                let page = world.conversations_page(&query);
                Ok((200, cursor_list(&page.items, page.next.as_deref())))
            }
            ["conversations", id] => there(world.conversation_json(of(id)?).map(|json| (200, json))),
            ["conversations", id, "messages"] => {
                let page = world.messages_page(of(id)?, query).map_err(|errors| Refusal::query(&errors))?;
                Ok((200, cursor_list(&page.items, page.next.as_deref())))
            }
            ["conversations", id, "notes"] => listed(world.notes_page(of(id)?, query)),
            ["conversations", id, "tags"] => listed(world.tag_set_page(of(id)?, query)),
            ["conversation-tags"] => listed(world.palette_page(query)),
            ["webhooks"] => self.webhooks(query, ticket),
            ["webhooks", id] => self.webhook(id, ticket),
            _ => Err(self.not_found()),
        }
    }
}
