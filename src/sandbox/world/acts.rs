//! The words of the world's acts: what goes in, what comes out, why not.
//!
//! Owns shapes alone; the acts are in `speaking`, `lifecycle`, `notes` and `tags`.

use std::sync::Arc;

use serde_json::Value;

use super::records::{Priority, Status};

/// Why something did not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// There is no such conversation, message or person.
    #[error("there is no {0}")]
    NotThere(String),
    /// A reply is not taken in this status.
    #[error("a reply is not taken while the conversation is {}", .0.as_str())]
    WrongState(Status),
    /// No PATCH leads from the first status to the second one.
    #[error("a conversation that is {} can't become {}", .0.as_str(), .1.as_str())]
    WrongTransition(Status, Status),
    /// A tag of this name exists.
    #[error("there is a tag called {0:?}")]
    Taken(String),
    /// Not a tag of the organisation.
    #[error("there is no tag {0}")]
    NoTag(String),
    /// The visitor can't write into an ended conversation.
    #[error("the conversation has ended; the visitor can't write into it")]
    Ended,
}

/// A message that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrote {
    /// The conversation; a new one if the visitor's words began one.
    pub conversation_id: Arc<str>,
    /// The message.
    pub message_id: Arc<str>,
}

/// What is known of the visitor.
#[derive(Clone, Debug, Default)]
pub struct Contact {
    /// `contact_name`.
    pub name: Option<String>,
    /// `contact_email`.
    pub email: Option<String>,
    /// `contact_phone`.
    pub phone: Option<String>,
}

/// A conversation to be put into the world as it is, without side effects.
#[derive(Clone, Debug, Default)]
pub struct NewConversation {
    /// A given id; else a fresh one.
    pub id: Option<String>,
    /// `None`: `bot_active`.
    pub status: Option<Status>,
    /// `medium` unless given.
    pub priority: Priority,
    /// `title`.
    pub title: Option<String>,
    /// The visitor.
    pub contact: Contact,
    /// The bot; `None`: the first bot of the organisation.
    pub chatbot_id: Option<Arc<str>>,
    /// The owner.
    pub assigned_to: Option<Arc<str>>,
}

/// A call of a tool by the bot.
#[derive(Clone, Debug, Default)]
pub struct Tool {
    /// `tool_name`.
    pub name: String,
    /// `tool_input`.
    pub input: Value,
    /// `tool_output`.
    pub output: Option<Value>,
    /// `tool_error_text`.
    pub error: Option<String>,
}

/// A file of a reply, by public URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// `https://…`
    pub url: String,
}
