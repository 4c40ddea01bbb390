//! POST /conversations/{id}/messages (contract, section 2.4). Owns the body of a reply.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Platform;
use super::bodies::{Fields, kind};
use super::errors::Refusal;
use super::routes::Done;
use crate::sandbox::switches::Switches;
use crate::sandbox::world::{Attachment, FieldErrors};

impl Platform {
    pub(super) fn reply(&mut self, id: &str, body: &[u8], now: DateTime<Utc>) -> Done {
        let reply = Reply::read(body, &self.world.switches).map_err(|errors| Refusal::payload(&errors))?;
        let wrote = self.world.reply(id, &reply.text, &reply.attachments, now);
        let wrote = wrote.map_err(|error| self.refused_act(error))?;
        if let Some(visitors) = &mut self.visitors {
            visitors.answered(&self.world, id, &reply.text, now);
        }
        let json = self.world.stored_message_json(&wrote).unwrap_or_default();
        Ok((self.world.switches.post_status, json))
    }
}

/// A checked body of a reply.
struct Reply {
    text: String,
    attachments: Vec<Attachment>,
}

impl Reply {
    fn read(body: &[u8], switches: &Switches) -> Result<Self, FieldErrors> {
        let mut fields = Fields::read(body, &["text", "attachments"], switches)?;
        let text = fields.text("text", 0, switches.text_limit).unwrap_or_default();
        let mut attachments = Vec::new();
        match fields.get("attachments").cloned() {
            None => {}
            Some(Value::Array(all)) => {
                if all.len() > switches.attachment_limit {
                    let most = switches.attachment_limit;
                    fields.wrong("attachments", &format!("Array must contain at most {most} element(s)"));
                }
                attachments = all.iter().filter_map(|one| attachment(one, &mut fields)).collect();
            }
            Some(other) => fields.wrong("attachments", &format!("Expected array, received {}", kind(&other))),
        }
        let nothing = text.is_empty() && (attachments.is_empty() || !switches.attachments_alone);
        if fields.errors.is_empty() && nothing {
            fields.wrong("text", "Either text or attachments must be given");
        }
        fields.finish(Self { text, attachments })
    }
}

fn attachment(one: &Value, fields: &mut Fields) -> Option<Attachment> {
    let Some(url) = one.get("url").and_then(Value::as_str) else {
        fields.wrong("attachments", "Expected an object with url");
        return None;
    };
    match url::Url::parse(url) {
        Ok(parsed) if parsed.scheme() == "https" && parsed.host_str().is_some() => {
            Some(Attachment { url: url.to_owned() })
        }
        Ok(_) | Err(_) => {
            fields.wrong("attachments", "Only public https URLs are accepted");
            None
        }
    }
}
