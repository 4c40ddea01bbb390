//! From the platform's JSON to what it means.
//!
//! Owns leniency: each element of a list is read by itself, and one that cannot be read stands in the page, marked
//! (security, S7). A time that cannot be read borrows its neighbour's. Never fails on a value that the contract leaves
//! open, never recurses into one, and never repeats content in a reason.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::domain::ids::MADE_UP;
use crate::domain::{
    Chatbot, ChatbotId, Conversation, ConversationId, Cursor, Me, Member, MemberId, Message, MessageId, Metadata,
    Origin, Page, Part, PartKind, Priority, Role, Status, UserId,
};
use crate::text::RawText;
use crate::wire::repair;
use crate::wire::rest::{self, Field, List, Next};
use crate::wire::scan;

use super::neighbours::{self, Told};

mod note;
mod tag;

pub use note::{added_note, notes};
pub use tag::{created_tag, tags};

/// A whole body that cannot be read: why, without its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken(pub String);

/// How many characters of `metadata`'s keys are kept: visitors must not be able to grow them.
const MOST_SHAPE_CHARS: usize = 512;
/// How many parts of a message are kept, and how many of those that show nothing: two bytes of JSON make one.
const MOST_PARTS: usize = 1_000;
const MOST_SILENT_PARTS: usize = 20;

/// Reads a page of conversations.
///
/// # Errors
/// [`Broken`] where the envelope cannot be read.
pub fn conversations(body: Vec<u8>) -> Result<Page<Conversation>, Broken> {
    let text = repair::to_text(body);
    let list = envelope(&text)?;
    let mut read: Vec<_> = list.elements.iter().map(|element| conversation_or_mark(element, None)).collect();
    neighbours::lend_to_conversations(&mut read);
    Ok(Page { items: read, next: cursor(&list.next) })
}

/// Reads one conversation, the one that was asked for.
///
/// # Errors
/// [`Broken`] where it is no JSON object.
pub fn conversation(body: Vec<u8>, asked: &ConversationId) -> Result<Conversation, Broken> {
    let text = repair::to_text(body);
    object(&text)?;
    let mut read = [conversation_or_mark(&text, Some(asked))];
    neighbours::lend_to_conversations(&mut read);
    let [read] = read;
    Ok(read)
}

/// Reads the conversation that answers a change. It must be the one that was changed and readable: it is the proof
/// that the server took the change, and tells what else changed with it.
///
/// # Errors
/// [`Broken`] where it is no JSON object, cannot be read, or is another one.
pub fn changed(body: Vec<u8>, asked: &ConversationId) -> Result<Conversation, Broken> {
    let read = conversation(body, asked)?;
    if let Some(reason) = &read.unreadable {
        return Err(Broken(format!("the conversation in it is unreadable: {}", reason.as_raw())));
    }
    if read.id != *asked {
        return Err(Broken("it is about another conversation".to_owned()));
    }
    Ok(read)
}

/// Reads a page of a conversation's messages.
///
/// # Errors
/// [`Broken`] where the envelope cannot be read.
pub fn messages(body: Vec<u8>, conversation: &ConversationId) -> Result<Page<Message>, Broken> {
    let text = repair::to_text(body);
    let list = envelope(&text)?;
    let mut read: Vec<_> = list.elements.iter().map(|element| message_or_mark(element, conversation)).collect();
    neighbours::lend_to_messages(&mut read);
    Ok(Page { items: read, next: cursor(&list.next) })
}

/// Reads the message that answers a reply. Its id must be readable: it is the proof that the server has it.
///
/// # Errors
/// [`Broken`] where it is no JSON object or has no id.
pub fn reply(body: Vec<u8>, conversation: &ConversationId) -> Result<Message, Broken> {
    let text = repair::to_text(body);
    object(&text)?;
    if id_of(&text).and_then(|id| MessageId::parse(&id)).is_none() {
        return Err(Broken("the message in it has no id".to_owned()));
    }
    Ok(message_or_mark(&text, conversation))
}

/// Reads the team's members. One without a readable user id names nobody and is left out.
///
/// # Errors
/// [`Broken`] where the envelope cannot be read.
pub fn members(body: Vec<u8>) -> Result<Page<Member>, Broken> {
    let text = repair::to_text(body);
    let list = envelope(&text)?;
    Ok(Page { items: list.elements.iter().filter_map(|element| member(element)).collect(), next: cursor(&list.next) })
}

/// Reads chatbots. One without a readable id names nothing and is left out.
///
/// # Errors
/// [`Broken`] where the envelope cannot be read.
pub fn chatbots(body: Vec<u8>) -> Result<Page<Chatbot>, Broken> {
    let text = repair::to_text(body);
    let list = envelope(&text)?;
    Ok(Page { items: list.elements.iter().filter_map(|element| chatbot(element)).collect(), next: cursor(&list.next) })
}

/// Reads one member.
///
/// # Errors
/// [`Broken`] where it is no JSON object or names nobody.
pub fn one_member(body: Vec<u8>) -> Result<Member, Broken> {
    let text = repair::to_text(body);
    object(&text)?;
    member(&text).ok_or_else(|| Broken("the member in it has no user id".to_owned()))
}

/// Reads one chatbot, the one that was asked for.
///
/// # Errors
/// [`Broken`] where it is no JSON object.
pub fn one_chatbot(body: Vec<u8>, asked: &ChatbotId) -> Result<Chatbot, Broken> {
    let text = repair::to_text(body);
    object(&text)?;
    Ok(chatbot(&text).unwrap_or_else(|| Chatbot { id: asked.clone(), name: RawText::new(asked.as_str()) }))
}

/// Reads whose credential this is. Whatever is missing is nothing: the documentation shows a thin and a full form.
///
/// # Errors
/// [`Broken`] where it is no JSON object.
pub fn me(body: Vec<u8>) -> Result<Me, Broken> {
    let text = repair::to_text(body);
    let me: rest::Me<'_> = rest::read(&text).map_err(Broken)?;
    let org: rest::Named<'_> = me.org.shape().unwrap_or_default();
    let user: rest::Named<'_> = me.user.shape().unwrap_or_default();
    Ok(Me {
        organisation_id: words(org.id),
        organisation_name: words(org.name).or_else(|| words(me.org_name)),
        user_id: user.id.string().and_then(|id| UserId::parse(&id)),
    })
}

/// Behind how many elements a cursor of ours goes on in an offset list: no cursor of the platform has a colon in it.
pub(super) fn offset(cursor: &Cursor) -> Option<u64> {
    cursor.0.as_raw().strip_prefix("offset:")?.parse().ok()
}

fn cursor(next: &Next) -> Option<Cursor> {
    match next {
        Next::End => None,
        Next::Cursor(cursor) => Some(Cursor(RawText::new(cursor.as_str()))),
        Next::Behind(elements) => Some(Cursor(RawText::new(format!("offset:{elements}")))),
    }
}

fn envelope(text: &str) -> Result<List<'_>, Broken> {
    List::read(text).map_err(|broken| Broken(broken.to_string()))
}

fn object(text: &str) -> Result<(), Broken> {
    scan::members(text).map(|_| ()).map_err(|broken| Broken(broken.to_string()))
}

fn words(field: Field<'_>) -> Option<RawText> {
    field.string().map(RawText::new)
}

/// A word of a list that may grow: as it came, also where it is no string at all.
fn word<T>(field: Field<'_>, parse: fn(&str) -> T) -> T {
    match (field.string(), field.json()) {
        (Some(word), _) => parse(&word),
        (None, Some(json)) => parse(&json.chars().take(40).collect::<String>()),
        (None, None) => parse("(none)"),
    }
}

/// The id even of an element that is otherwise unreadable.
fn id_of(element: &str) -> Option<String> {
    let members = scan::members(element).ok()?;
    let id = members.iter().rev().find(|member| member.name == "id")?;
    Field::of(id.value).string()
}

/// A made-up id: the same text gives the same one, so that a row stays itself over polls.
fn made_up(element: &str) -> String {
    let mut id = String::from(MADE_UP);
    for byte in Sha256::digest(element.as_bytes()).iter().take(12) {
        // Writing to a string cannot fail.
        let _ = write!(id, "{byte:02x}");
    }
    id
}

#[expect(clippy::expect_used, reason = "a made-up id is 35 characters of the alphabet of ids")]
fn id_or_made_up<T>(element: &str, parse: fn(&str) -> Option<T>) -> T {
    let real = id_of(element).and_then(|id| parse(&id));
    real.unwrap_or_else(|| parse(&made_up(element)).expect("a made-up id is an id"))
}

fn no_id(id: Field<'_>) -> String {
    if id.is_given() { "its id is none that can be used".to_owned() } else { "it has no id".to_owned() }
}

fn conversation_or_mark(element: &str, asked: Option<&ConversationId>) -> Conversation {
    readable_conversation(element).unwrap_or_else(|reason| Conversation {
        id: asked.cloned().unwrap_or_else(|| id_or_made_up(element, ConversationId::parse)),
        chatbot_id: None,
        status: Status::Other(RawText::new("unreadable")),
        priority: Priority::Other(RawText::new("unreadable")),
        title: None,
        summary: None,
        sentiment_score: None,
        contact_email: None,
        contact_name: None,
        contact_phone: None,
        assigned_to: None,
        last_message_preview: None,
        last_message_at: None,
        resolved_at: None,
        closed_at: None,
        created_at: neighbours::NOT_YET,
        origin: None,
        unreadable: Some(RawText::new(reason)),
    })
}

fn readable_conversation(element: &str) -> Result<Conversation, String> {
    let wire: rest::Conversation<'_> = rest::read(element)?;
    let id = wire.id.string().and_then(|id| ConversationId::parse(&id)).ok_or_else(|| no_id(wire.id))?;
    let origins =
        [(wire.qr_code_id, Origin::QrCode), (wire.product_id, Origin::Product), (wire.object_id, Origin::Object)];
    Ok(Conversation {
        id,
        chatbot_id: wire.chatbot_id.string().and_then(|id| ChatbotId::parse(&id)),
        status: word(wire.status, Status::parse),
        priority: word(wire.priority, Priority::parse),
        title: words(wire.title),
        summary: words(wire.summary),
        sentiment_score: wire.sentiment_score.integer(),
        contact_email: words(wire.contact_email),
        contact_name: words(wire.contact_name),
        contact_phone: words(wire.contact_phone),
        assigned_to: wire.assigned_to.string().and_then(|id| UserId::parse(&id)),
        last_message_preview: words(wire.last_message_preview),
        last_message_at: Told::read(wire.last_message_at).optional(),
        resolved_at: Told::read(wire.resolved_at).optional(),
        closed_at: Told::read(wire.closed_at).optional(),
        created_at: Told::read(wire.created_at).required(),
        origin: origins.into_iter().find(|(id, _)| id.is_given()).map(|(_, origin)| origin),
        unreadable: None,
    })
}

fn message_or_mark(element: &str, conversation: &ConversationId) -> Message {
    readable_message(element, conversation).unwrap_or_else(|reason| Message {
        id: id_or_made_up(element, MessageId::parse),
        conversation_id: conversation.clone(),
        role: Role::Other(RawText::new("unreadable")),
        metadata: metadata(Field::default()),
        parts: vec![unreadable(0, reason)],
        created_at: neighbours::NOT_YET,
    })
}

fn readable_message(element: &str, conversation: &ConversationId) -> Result<Message, String> {
    let wire: rest::Message<'_> = rest::read(element)?;
    let id = wire.id.string().and_then(|id| MessageId::parse(&id)).ok_or_else(|| no_id(wire.id))?;
    Ok(Message {
        id,
        // The thread that was asked for: what it holds belongs to it, whatever a record says.
        conversation_id: conversation.clone(),
        role: word(wire.role, role),
        metadata: metadata(wire.metadata),
        parts: parts(wire.parts),
        created_at: Told::read(wire.created_at).required(),
    })
}

fn role(word: &str) -> Role {
    match word {
        "user" => Role::User,
        "assistant" => Role::Assistant,
        "system" => Role::System,
        other => Role::Other(RawText::new(other)),
    }
}

fn parts(field: Field<'_>) -> Vec<Part> {
    let Some(json) = field.json() else { return Vec::new() };
    let elements = match scan::elements(json) {
        Ok(elements) => elements,
        Err(broken) => return vec![unreadable(0, format!("its parts: {}", broken.reason))],
    };
    let all = elements.len();
    let mut said_nothing = 0;
    let mut parts: Vec<_> = elements
        .into_iter()
        .zip(0..)
        .map(|(element, place)| part(element, place))
        .filter(|part| {
            let says_nothing = matches!(part.kind, PartKind::Empty | PartKind::Unreadable(_));
            said_nothing += usize::from(says_nothing);
            !says_nothing || said_nothing <= MOST_SILENT_PARTS
        })
        .take(MOST_PARTS)
        .collect();
    if parts.len() < all {
        parts.push(unreadable(i64::MAX, "it has more parts than are kept".to_owned()));
    }
    parts.sort_by_key(|part| part.order);
    parts
}

fn unreadable(order: i64, reason: String) -> Part {
    Part { order, kind: PartKind::Unreadable(RawText::new(reason)) }
}

/// A part by which of its fields are filled: file, else tool, else words (contract, section 7.3).
fn part(element: &str, place: i64) -> Part {
    let wire: rest::Part<'_> = match rest::read(element) {
        Ok(wire) => wire,
        Err(reason) => return unreadable(place, reason),
    };
    let filled = |field: Field<'_>| words(field).filter(|text| !text.is_empty());
    let is_tool = filled(wire.tool_name).is_some() || filled(wire.tool_call_id).is_some();
    let has_tool_data = wire.tool_input.is_given() || wire.tool_output.is_given() || wire.tool_error_text.is_given();
    let kind = if let Some(url) = filled(wire.file_url) {
        PartKind::File { url, media_type: filled(wire.file_media_type), filename: filled(wire.file_filename) }
    } else if is_tool {
        tool(&wire)
    } else if let Some(text) = filled(wire.text) {
        PartKind::Text(text)
    } else if has_tool_data {
        tool(&wire)
    } else if wire.text.is_given() && wire.text.string().is_none() {
        // Somebody said something: better a mark than a gap.
        PartKind::Unreadable(RawText::new("its text is no string"))
    } else {
        PartKind::Empty
    };
    Part { order: wire.order.integer().unwrap_or(place), kind }
}

fn tool(wire: &rest::Part<'_>) -> PartKind {
    PartKind::Tool {
        name: words(wire.tool_name),
        input: wire.tool_input.json().map(RawText::new),
        output: wire.tool_output.json().map(RawText::new),
        error_text: words(wire.tool_error_text),
    }
}

fn metadata(field: Field<'_>) -> Metadata {
    let kind = match field.json().and_then(|json| json.trim_start().bytes().next()) {
        None => "null",
        Some(b'{') => return object_metadata(field),
        Some(b'[') => "array",
        Some(b'"') => "string",
        Some(b't' | b'f') => "boolean",
        Some(_) => "number",
    };
    Metadata { source: None, shape: RawText::new(kind) }
}

fn object_metadata(field: Field<'_>) -> Metadata {
    let members = field.json().and_then(|json| scan::members(json).ok()).unwrap_or_default();
    let source = members.iter().rev().find(|member| member.name == "source");
    let mut names: Vec<_> = members.iter().map(|member| member.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let shape: String = format!("object:{}", names.join(",")).chars().take(MOST_SHAPE_CHARS).collect();
    Metadata { source: source.and_then(|source| words(Field::of(source.value))), shape: RawText::new(shape) }
}

fn member(element: &str) -> Option<Member> {
    let wire: rest::Member<'_> = rest::read(element).ok()?;
    let user_id = UserId::parse(&wire.user_id.string()?)?;
    Some(Member {
        id: wire.id.string().and_then(|id| MemberId::parse(&id)).or_else(|| MemberId::parse(user_id.as_str()))?,
        user_id,
        first_name: words(wire.first_name),
        last_name: words(wire.last_name),
        role: words(wire.role),
    })
}

fn chatbot(element: &str) -> Option<Chatbot> {
    let wire: rest::Named<'_> = rest::read(element).ok()?;
    let id = ChatbotId::parse(&wire.id.string()?)?;
    let name = words(wire.name).filter(|name| !name.as_raw().trim().is_empty());
    Some(Chatbot { name: name.unwrap_or_else(|| RawText::new(id.as_str())), id })
}

#[cfg(test)]
mod tests;
