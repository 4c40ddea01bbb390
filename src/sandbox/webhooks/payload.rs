//! The bodies of deliveries (contract, section 9.3): camelCase, no envelope, in the shape that the switches ask for,
//! since the documentation leaves most of it open. Owns shapes alone.

use serde_json::{Map, Value, json};

use crate::sandbox::switches::{Switches, WebhookChanges, WebhookShape};
use crate::sandbox::world::{Author, Conversation, FieldChange, Message, Planted, World, WorldEvent, timestamp};

/// Whether the switches let this event be told at all (contract, section 11 #15).
pub(super) fn is_told(event: &WorldEvent, switches: &Switches) -> bool {
    match event {
        WorldEvent::ConversationCreated { .. } | WorldEvent::ConversationUpdated { .. } => true,
        WorldEvent::MessageCreated { message, .. } => match &message.author {
            Author::Bot => switches.webhook_bot_turns,
            Author::Visitor => switches.webhook_visitor_turns,
            Author::Api | Author::Dashboard(_) | Author::System | Author::Other { .. } => true,
        },
    }
}

/// The body of an event's deliveries, the same for every endpoint and every attempt.
pub(super) fn body(event: &WorldEvent, world: &World) -> Vec<u8> {
    let mut fields = match event {
        WorldEvent::ConversationCreated { conversation, .. } => about_conversation(conversation, world),
        WorldEvent::ConversationUpdated { conversation, changes, .. } => {
            let mut fields = about_conversation(conversation, world);
            match world.switches.webhook_changes {
                WebhookChanges::Changes => drop(fields.insert("changes".to_owned(), diff(changes))),
                WebhookChanges::Diff => drop(fields.insert("diff".to_owned(), diff(changes))),
                WebhookChanges::None => {}
            }
            fields
        }
        WorldEvent::MessageCreated { conversation, message, .. } => about_message(conversation, message, world),
    };
    if world.switches.extra_fields {
        fields.insert("xWeather".to_owned(), json!({ "sky": ["clear", null, 1.5e300], "wind": {} }));
    }
    Value::Object(fields).to_string().into_bytes()
}

fn about_conversation(it: &Conversation, world: &World) -> Map<String, Value> {
    match world.switches.webhook_shape {
        WebhookShape::Nested | WebhookShape::MessageAlone => object([("conversation", conversation(it, world))]),
        WebhookShape::Flat => into_fields(conversation(it, world)),
        WebhookShape::Top => {
            object([("conversationId", json!(it.id)), ("orgId", json!(world.org.id)), ("status", status(it))])
        }
        WebhookShape::Thin => object([("conversation", json!({ "id": it.id }))]),
    }
}

fn about_message(it: &Conversation, message: &Message, world: &World) -> Map<String, Value> {
    let around = || json!({ "id": it.id, "chatbotId": it.chatbot_id, "orgId": world.org.id, "status": status(it) });
    match world.switches.webhook_shape {
        WebhookShape::Nested => object([("message", full_message(it, message, world)), ("conversation", around())]),
        WebhookShape::MessageAlone => object([("message", full_message(it, message, world))]),
        WebhookShape::Flat => {
            let mut fields = into_fields(full_message(it, message, world));
            fields.insert("orgId".to_owned(), json!(world.org.id));
            fields
        }
        WebhookShape::Top => {
            let mut whole = into_fields(full_message(it, message, world));
            let id = whole.remove("id").unwrap_or_default();
            whole.insert("messageId".to_owned(), id);
            whole
        }
        WebhookShape::Thin => object([("message", json!({ "id": message.id, "conversationId": it.id }))]),
    }
}

fn status(it: &Conversation) -> Value {
    json!(it.status.as_str())
}

fn diff(changes: &[FieldChange]) -> Value {
    let one = |it: &FieldChange| (camel(it.field), json!({ "from": it.from, "to": it.to }));
    Value::Object(changes.iter().map(one).collect())
}

/// All of the API's fields in camelCase, and the organisation.
fn conversation(it: &Conversation, world: &World) -> Value {
    let form = world.switches.webhook_timestamps;
    let time = |at: Option<_>| at.map(|at| timestamp(at, form));
    let mut json = json!({
        "id": it.id,
        "chatbotId": it.chatbot_id,
        "status": it.status.as_str(),
        "priority": it.priority.as_str(),
        "title": it.title,
        "summary": it.summary,
        "sentimentScore": it.sentiment_score,
        "contactEmail": it.contact_email,
        "contactName": it.contact_name,
        "contactPhone": it.contact_phone,
        "assignedTo": it.assigned_to,
        "lastMessagePreview": it.last_message_preview,
        "lastMessageAt": time(it.last_message_at),
        "resolvedAt": time(it.resolved_at),
        "closedAt": time(it.closed_at),
        "createdAt": timestamp(it.created_at, form),
        "qrCodeId": it.qr_code_id,
        "productId": it.product_id,
        "objectId": it.object_id,
        "orgId": world.org.id,
    });
    if let (true, Some(fields)) = (world.switches.nulls, json.as_object_mut()) {
        for (_, value) in fields.iter_mut().filter(|(name, _)| !NEVER_NULL.contains(&name.as_str())) {
            *value = Value::Null;
        }
    }
    json
}

const NEVER_NULL: [&str; 5] = ["id", "orgId", "status", "priority", "createdAt"];

/// The message as the API shows it, its own fields and its parts' in camelCase; what was put into it stays as it is.
fn full_message(it: &Conversation, message: &Message, world: &World) -> Value {
    let plain = Message { planted: Planted::default(), ..message.clone() };
    let text = world.message_json(&it.id, &plain);
    let mut fields = renamed(serde_json::from_str(&text).unwrap_or_default(), world);
    if let Some(Value::Array(parts)) = fields.remove("parts")
        && world.switches.webhook_parts
    {
        let parts = parts.into_iter().map(|part| Value::Object(renamed(into_fields(part), world))).collect();
        fields.insert("parts".to_owned(), Value::Array(parts));
    }
    Value::Object(fields)
}

fn renamed(fields: Map<String, Value>, world: &World) -> Map<String, Value> {
    let kept = fields.into_iter().filter(|(name, _)| name != "object");
    kept.map(|(name, value)| {
        let value = match (name.as_str(), value.as_str().map(|text| text.parse())) {
            ("created_at", Some(Ok(at))) => json!(timestamp(at, world.switches.webhook_timestamps)),
            _ => value,
        };
        (camel(&name), value)
    })
    .collect()
}

/// `last_message_at` to `lastMessageAt`.
fn camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut raise = false;
    for letter in name.chars() {
        match letter {
            '_' => raise = true,
            letter if raise => {
                camel.extend(letter.to_uppercase());
                raise = false;
            }
            letter => camel.push(letter),
        }
    }
    camel
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn into_fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}
