//! The endpoints (contract, section 2): path to world, world to JSON. Owns validation of bodies and queries.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::errors::Refusal;
use super::{Call, Platform, Ticket};
use crate::sandbox::switches::{MeShape, Switches, UnknownFields};
use crate::sandbox::world::{ActError, Attachment, FieldErrors, ListQuery, World, cursor_list, parameters};

pub(super) type Done = Result<(u16, String), Refusal>;

impl Platform {
    /// Finds the endpoint. Reads look at `frozen` where it is given.
    pub(super) fn route(&mut self, call: &Call, ticket: &Ticket, frozen: Option<&World>, now: DateTime<Utc>) -> Done {
        if !call.path.starts_with("/v1/") {
            return Err(self.not_found());
        }
        let segments: Vec<&str> = ticket.path.split('/').skip(1).collect();
        let query = call.query.as_deref();
        let world = frozen.unwrap_or(&self.world);
        match (call.method.as_str(), segments.as_slice()) {
            ("GET", ["me"]) => Ok((200, self.me(ticket).to_string())),
            ("GET", ["team", "members"]) => Ok((200, world.members_json().to_string())),
            ("GET", ["team", "members", id]) => {
                let member = world.members().iter().find(|member| &*member.id == *id);
                member.map(|member| (200, world.member_json(member).to_string())).ok_or_else(|| self.not_found())
            }
            ("GET", ["chatbots"]) => chatbots(world, query),
            ("GET", ["chatbots", id]) => {
                let bot = world.chatbots().iter().find(|bot| &*bot.id == *id);
                bot.map(|bot| (200, world.chatbot_json(bot).to_string())).ok_or_else(|| self.not_found())
            }
            ("GET", ["conversations"]) => {
                let query = ListQuery::parse(query, &world.switches).map_err(|errors| Refusal::query(&errors))?;
                let page = world.conversations_page(&query);
                Ok((200, cursor_list(&page.items, page.next.as_deref())))
            }
            ("GET", ["conversations", id]) => {
                let json = world.slot(id).and_then(|slot| world.conversation_json(slot));
                json.map(|json| (200, json)).ok_or_else(|| self.not_found())
            }
            ("GET", ["conversations", id, "messages"]) => {
                let slot = world.slot(id).ok_or_else(|| self.not_found())?;
                let page = world.messages_page(slot, query).map_err(|errors| Refusal::query(&errors))?;
                Ok((200, cursor_list(&page.items, page.next.as_deref())))
            }
            ("POST", ["conversations", id, "messages"]) => self.reply(id, &call.body, now),
            (method, ["webhooks"]) => self.webhooks(method, &call.body, ticket, now),
            (method, ["webhooks", id]) => self.webhook(method, id, &call.body, ticket, now),
            _ => Err(self.not_found()),
        }
    }

    pub(super) fn not_found(&self) -> Refusal {
        Refusal::new(404, &self.world.switches.not_found_code, "Not found.")
    }

    fn reply(&mut self, id: &str, body: &[u8], now: DateTime<Utc>) -> Done {
        let reply = Reply::read(body, &self.world.switches).map_err(|errors| Refusal::payload(&errors))?;
        let wrote = self.world.reply(id, &reply.text, &reply.attachments, now).map_err(|error| match error {
            ActError::WrongState(status) => {
                let switches = &self.world.switches;
                let refusal = Refusal::new(
                    switches.wrong_state_status,
                    &switches.wrong_state_code,
                    "The conversation does not take replies in its current status.",
                );
                if switches.wrong_state_details {
                    refusal.with_details(json!({ "status": status.as_str() }))
                } else {
                    refusal
                }
            }
            ActError::NotThere(_) | ActError::Ended => self.not_found(),
        })?;
        if let Some(visitors) = &mut self.visitors {
            visitors.answered(&self.world, id, &reply.text, now);
        }
        let json = self.world.stored_message_json(&wrote).unwrap_or_default();
        Ok((self.world.switches.post_status, json))
    }

    fn me(&self, ticket: &Ticket) -> Value {
        let org = &self.world.org;
        let Some(key) = self.keys.by_id(&ticket.credential) else { return Value::Null };
        if key.is_oauth() {
            let user = self.world.members().first();
            return json!({
                "object": "me",
                "connection_label": org.name,
                "org_name": org.name,
                "auth": {
                    "type": "oauth_token",
                    "client": { "client_id": "awc_3f9a1c27d5e8", "name": "inbox", "logo_url": null },
                    "scopes": ["conversations.view", "conversations.manage", "webhooks.manage"],
                },
                "org": { "id": org.id, "name": org.name, "slug": org.slug },
                "user": {
                    "id": user.map(|user| &user.user_id),
                    "first_name": user.and_then(|user| user.first_name.as_ref()),
                    "last_name": user.and_then(|user| user.last_name.as_ref()),
                },
            });
        }
        match self.world.switches.me {
            MeShape::Full => json!({
                "object": "me",
                "connection_label": org.name,
                "org_name": org.name,
                "auth": { "type": "api_key" },
                "org": { "id": org.id, "name": org.name, "slug": org.slug },
                "api_key": { "id": key.id, "name": key.name },
            }),
            MeShape::Thin => json!({
                "org": { "id": org.id, "name": org.name },
                "api_key": { "id": key.id, "name": key.name },
            }),
        }
    }
}

fn chatbots(world: &World, query: Option<&str>) -> Done {
    let mut errors = FieldErrors::default();
    let given = parameters(query, &mut errors);
    let mut number = |name: &str, default: usize, most: usize| {
        let Some(text) = given.get(name) else { return default };
        match text.parse::<usize>() {
            Ok(number) if (1..=most).contains(&number) => number,
            Ok(_) | Err(_) => {
                errors.field(name, "Number out of range");
                default
            }
        }
    };
    let (page, size) = (number("page", 1, usize::MAX), number("page_size", 25, 100));
    let status = given.get("status");
    if status.is_some_and(|status| !["draft", "active", "paused", "archived"].contains(&status.as_str())) {
        errors.field("status", "Invalid enum value");
    }
    if !errors.is_empty() {
        return Err(Refusal::query(&errors));
    }
    let all: Vec<_> = world.chatbots().iter().filter(|bot| status.is_none_or(|status| *status == bot.status)).collect();
    let data: Vec<Value> =
        all.iter().skip((page - 1).saturating_mul(size)).take(size).map(|bot| world.chatbot_json(bot)).collect();
    let list = json!({ "object": "list", "total": all.len(), "page": page, "page_size": size, "data": data });
    Ok((200, list.to_string()))
}

/// A checked body of a reply.
struct Reply {
    text: String,
    attachments: Vec<Attachment>,
}

impl Reply {
    fn read(body: &[u8], switches: &Switches) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let body = if body.is_empty() { b"{}" } else { body };
        let fields = match serde_json::from_slice::<Value>(body) {
            Ok(Value::Object(fields)) => fields,
            Ok(_) => {
                errors.form("Expected object");
                return Err(errors);
            }
            Err(_) => {
                errors.form("Invalid JSON");
                return Err(errors);
            }
        };
        if switches.unknown_fields == UnknownFields::Refuse {
            for name in fields.keys().filter(|name| !["text", "attachments"].contains(&name.as_str())) {
                errors.form(&format!("Unrecognized key(s) in object: '{name}'"));
            }
        }
        let text = match fields.get("text") {
            None => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(_) => {
                errors.field("text", "Expected string");
                String::new()
            }
        };
        if text.encode_utf16().count() > switches.text_limit {
            errors.field("text", &format!("String must contain at most {} character(s)", switches.text_limit));
        }
        let attachments = match fields.get("attachments") {
            None => Vec::new(),
            Some(Value::Array(all)) => all.iter().filter_map(|one| attachment(one, &mut errors)).collect(),
            Some(_) => {
                errors.field("attachments", "Expected array");
                Vec::new()
            }
        };
        if attachments.len() > switches.attachment_limit {
            let most = switches.attachment_limit;
            errors.field("attachments", &format!("Array must contain at most {most} element(s)"));
        }
        if errors.is_empty() && text.is_empty() && (attachments.is_empty() || !switches.attachments_alone) {
            errors.field("text", "Either text or attachments must be given");
        }
        if errors.is_empty() { Ok(Self { text, attachments }) } else { Err(errors) }
    }
}

fn attachment(one: &Value, errors: &mut FieldErrors) -> Option<Attachment> {
    let Some(url) = one.get("url").and_then(Value::as_str) else {
        errors.field("attachments", "Expected an object with url");
        return None;
    };
    match url::Url::parse(url) {
        Ok(parsed) if parsed.scheme() == "https" && parsed.host_str().is_some() => {
            Some(Attachment { url: url.to_owned() })
        }
        Ok(_) | Err(_) => {
            errors.field("attachments", "Only public https URLs are accepted");
            None
        }
    }
}
