//! The world's records as the platform writes them, under the switches. Owns shapes; decides nothing else.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::World;
use super::records::{Author, Chatbot, Content, Member, Message, Note, Part, Planted, Tag};
use crate::sandbox::switches::{BotMetadata, DashboardMetadata, Switches, Timestamps};

#[derive(Serialize)]
struct ConversationJson<'a> {
    object: &'static str,
    id: &'a str,
    chatbot_id: Option<&'a str>,
    status: &'a str,
    priority: &'static str,
    title: Option<&'a str>,
    summary: Option<&'a str>,
    sentiment_score: Option<i64>,
    contact_email: Option<&'a str>,
    contact_name: Option<&'a str>,
    contact_phone: Option<&'a str>,
    assigned_to: Option<&'a str>,
    last_message_preview: Option<&'a str>,
    last_message_at: Option<String>,
    resolved_at: Option<String>,
    closed_at: Option<String>,
    created_at: String,
    qr_code_id: Option<&'a str>,
    product_id: Option<&'a str>,
    object_id: Option<&'a str>,
}

#[derive(Serialize)]
struct MessageJson<'a> {
    object: &'static str,
    id: &'a str,
    conversation_id: &'a str,
    role: &'a str,
    metadata: Value,
    parts: Vec<PartJson<'a>>,
    created_at: String,
}

#[derive(Default, Serialize)]
struct PartJson<'a> {
    object: &'static str,
    id: String,
    order: usize,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    text: Option<&'a str>,
    tool_name: Option<&'a str>,
    tool_call_id: Option<&'a str>,
    tool_input: Option<&'a Value>,
    tool_output: Option<&'a Value>,
    tool_error_text: Option<&'a str>,
    file_url: Option<&'a str>,
    file_media_type: Option<&'a str>,
    file_filename: Option<&'a str>,
    created_at: String,
}

/// A moment in the form that the switch asks for.
#[must_use]
pub fn timestamp(at: DateTime<Utc>, form: Timestamps) -> String {
    match form {
        Timestamps::Offset => at.to_rfc3339_opts(SecondsFormat::Millis, false),
        Timestamps::Seconds => at.to_rfc3339_opts(SecondsFormat::Secs, false),
        Timestamps::Z => at.to_rfc3339_opts(SecondsFormat::Millis, true),
        Timestamps::NoSeconds => at.format("%Y-%m-%dT%H:%MZ").to_string(),
        Timestamps::Fractional => at.to_rfc3339_opts(SecondsFormat::Micros, false),
        Timestamps::OtherOffset => match FixedOffset::east_opt(5 * 3_600 + 45 * 60) {
            Some(offset) => at.with_timezone(&offset).to_rfc3339_opts(SecondsFormat::Millis, false),
            None => at.to_rfc3339_opts(SecondsFormat::Millis, false),
        },
        Timestamps::Mixed => {
            const FORMS: [Timestamps; 4] =
                [Timestamps::Offset, Timestamps::Z, Timestamps::Fractional, Timestamps::OtherOffset];
            let turn = usize::try_from(at.timestamp_millis().rem_euclid(4)).unwrap_or(0);
            timestamp(at, FORMS[turn])
        }
    }
}

impl World {
    fn time(&self, at: DateTime<Utc>) -> String {
        timestamp(at, self.switches.timestamps)
    }

    /// A conversation as JSON text, or what was planted in its place.
    #[must_use]
    pub fn conversation_json(&self, slot: usize) -> Option<String> {
        let record = self.record(slot)?;
        if let Some(raw) = &record.planted.raw {
            return Some(raw.to_string());
        }
        let it = &record.conversation;
        let nulls = self.switches.nulls;
        let json = ConversationJson {
            object: "conversation",
            id: &it.id,
            chatbot_id: it.chatbot_id.as_deref().filter(|_| !nulls),
            status: it.status.as_str(),
            priority: it.priority.as_str(),
            title: it.title.as_deref().filter(|_| !nulls),
            summary: it.summary.as_deref().filter(|_| !nulls),
            sentiment_score: it.sentiment_score.filter(|_| !nulls),
            contact_email: it.contact_email.as_deref().filter(|_| !nulls),
            contact_name: it.contact_name.as_deref().filter(|_| !nulls),
            contact_phone: it.contact_phone.as_deref().filter(|_| !nulls),
            assigned_to: it.assigned_to.as_deref().filter(|_| !nulls),
            last_message_preview: it.last_message_preview.as_deref().filter(|_| !nulls),
            last_message_at: it.last_message_at.filter(|_| !nulls).map(|at| self.time(at)),
            resolved_at: it.resolved_at.filter(|_| !nulls).map(|at| self.time(at)),
            closed_at: it.closed_at.filter(|_| !nulls).map(|at| self.time(at)),
            created_at: self.time(it.created_at),
            qr_code_id: it.qr_code_id.as_deref().filter(|_| !nulls),
            product_id: it.product_id.as_deref().filter(|_| !nulls),
            object_id: it.object_id.as_deref().filter(|_| !nulls),
        };
        Some(self.finish(&json, &record.planted.overlay))
    }

    /// A message as JSON text, or what was planted in its place.
    #[must_use]
    pub fn message_json(&self, conversation_id: &str, message: &Message) -> String {
        if let Some(raw) = &message.planted.raw {
            return raw.to_string();
        }
        let mut parts: Vec<PartJson<'_>> =
            message.parts.iter().enumerate().map(|(order, part)| self.part_json(part, order, message)).collect();
        if self.switches.unknown_parts && message.author == Author::Bot {
            for kind in ["step-start", "hologram"] {
                let order = parts.len();
                parts.push(PartJson {
                    object: "message_part",
                    id: format!("{}-{order}", message.id),
                    order,
                    kind: Some(kind),
                    created_at: self.time(message.created_at),
                    ..PartJson::default()
                });
            }
        }
        let json = MessageJson {
            object: "message",
            id: &message.id,
            conversation_id,
            role: message.author.role(),
            metadata: metadata(&message.author, &self.switches),
            parts,
            created_at: self.time(message.created_at),
        };
        self.finish(&json, &message.planted.overlay)
    }

    fn part_json<'a>(&self, part: &'a Part, order: usize, message: &Message) -> PartJson<'a> {
        let mut json = PartJson {
            object: "message_part",
            id: part.id.to_string(),
            order,
            created_at: self.time(message.created_at),
            ..PartJson::default()
        };
        let kind = match &part.content {
            Content::Text(text) => {
                json.text = Some(text);
                "text"
            }
            Content::File { url, media_type, filename } => {
                json.file_url = Some(url);
                json.file_media_type = media_type.as_deref().filter(|_| !self.switches.nulls);
                json.file_filename = filename.as_deref().filter(|_| !self.switches.nulls);
                "file"
            }
            Content::Tool { name, call_id, input, output, error } => {
                json.tool_name = Some(name);
                json.tool_call_id = Some(call_id);
                json.tool_input = Some(input);
                json.tool_output = output.as_ref();
                json.tool_error_text = error.as_deref();
                "tool"
            }
        };
        json.kind = Some(kind).filter(|_| self.switches.part_type);
        json
    }

    pub(in crate::sandbox) fn member_json(&self, it: &Member) -> String {
        let nulls = self.switches.nulls;
        let json = json!({
            "object": "team_member",
            "id": it.id,
            "user_id": it.user_id,
            "first_name": it.first_name.as_ref().filter(|_| !nulls),
            "last_name": it.last_name.as_ref().filter(|_| !nulls),
            "avatar_url": null,
            "role_id": it.role_id,
            "role": it.role,
            "joined_at": self.time(it.joined_at),
            "updated_at": self.time(it.updated_at),
        });
        self.written(&json, &it.planted)
    }

    pub(in crate::sandbox) fn chatbot_json(&self, it: &Chatbot) -> String {
        let used = self.chatbot_use(&it.id);
        let json = json!({
            "object": "chatbot",
            "id": it.id,
            "name": it.name,
            "slug": it.slug,
            "public_slug": it.public_slug,
            "url": format!("https://chatbot.awardee.dev/{}", it.public_slug),
            "status": it.status,
            "human_support_enabled": it.human_support_enabled,
            "conversation_count": used.count,
            "last_active_at": used.last.filter(|_| !self.switches.nulls).map(|at| self.time(at)),
            "created_at": self.time(it.created_at),
            "updated_at": self.time(it.updated_at),
        });
        self.written(&json, &it.planted)
    }

    pub(in crate::sandbox) fn note_json(&self, conversation_id: &str, it: &Note) -> String {
        let json = json!({
            "object": "conversation_note",
            "id": it.id,
            "conversation_id": conversation_id,
            "author_id": it.author_id.as_ref().filter(|_| !self.switches.nulls),
            "content": it.content,
            "created_at": self.time(it.created_at),
        });
        self.written(&json, &it.planted)
    }

    pub(in crate::sandbox) fn tag_json(&self, it: &Tag) -> String {
        let json = json!({
            "object": "conversation_tag",
            "id": it.id,
            "name": it.name,
            "color": it.color.as_ref().filter(|_| !self.switches.nulls),
            "created_at": self.time(it.created_at),
        });
        self.written(&json, &it.planted)
    }

    fn written(&self, json: &Value, planted: &Planted) -> String {
        planted.raw.as_ref().map_or_else(|| self.finish(json, &planted.overlay), ToString::to_string)
    }

    fn extra(&self, mut value: Value) -> Value {
        if self.switches.extra_fields
            && let Some(fields) = value.as_object_mut()
        {
            fields.insert("x_weather".to_owned(), json!({ "sky": ["clear", null, 1.5e300], "wind": {} }));
        }
        value
    }

    fn finish(&self, json: &impl Serialize, overlay: &Map<String, Value>) -> String {
        if overlay.is_empty() && !self.switches.extra_fields {
            return serde_json::to_string(json).unwrap_or_default();
        }
        let mut value = self.extra(serde_json::to_value(json).unwrap_or_default());
        if let Some(fields) = value.as_object_mut() {
            for (name, over) in overlay {
                fields.insert(name.clone(), over.clone());
            }
        }
        value.to_string()
    }
}

fn metadata(author: &Author, switches: &Switches) -> Value {
    let bot = match switches.bot_metadata {
        BotMetadata::Source => json!({ "source": "bot" }),
        BotMetadata::Null => Value::Null,
        BotMetadata::Other => json!({ "model": "m-2", "finish": "stop" }),
    };
    match author {
        Author::Visitor | Author::System => Value::Null,
        Author::Bot => bot,
        Author::Api => json!({ "source": "api" }),
        Author::Dashboard(user) => match switches.dashboard_metadata {
            DashboardMetadata::Source => json!({ "source": "dashboard", "user_id": user }),
            DashboardMetadata::Null => Value::Null,
            DashboardMetadata::SameAsBot => bot,
        },
        Author::Other { metadata, .. } => metadata.clone(),
    }
}

/// The cursor envelope around items that are already text.
#[must_use]
pub fn cursor_list(items: &[String], next: Option<&str>) -> String {
    let next_json = next.map_or_else(|| "null".to_owned(), |cursor| format!("\"{cursor}\""));
    format!(
        "{{\"object\":\"list\",\"has_more\":{},\"next_cursor\":{next_json},\"data\":[{}]}}",
        next.is_some(),
        items.join(",")
    )
}
