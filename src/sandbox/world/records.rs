//! The world's own records. Owns what is stored; never how it is written out (`json`).

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

/// A conversation's status (contract, section 7.1), or one that nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// The bot answers.
    BotActive,
    /// Handed off, waiting for a person.
    AgentRequested,
    /// A person works on it.
    Open,
    /// Handled.
    Resolved,
    /// Ended without being solved.
    Closed,
    /// Out of the default inbox.
    Archived,
    /// Planted by a test.
    Other(Arc<str>),
}

impl Status {
    /// The six documented ones.
    pub const KNOWN: [Self; 6] =
        [Self::BotActive, Self::AgentRequested, Self::Open, Self::Resolved, Self::Closed, Self::Archived];

    /// As the API writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::BotActive => "bot_active",
            Self::AgentRequested => "agent_requested",
            Self::Open => "open",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Archived => "archived",
            Self::Other(name) => name,
        }
    }

    /// From the API's word; anything else is [`Status::Other`].
    #[must_use]
    pub fn parse(name: &str) -> Self {
        Self::KNOWN.into_iter().find(|status| status.as_str() == name).unwrap_or_else(|| Self::Other(name.into()))
    }

    /// Whether it is resolved, closed or archived.
    #[must_use]
    pub const fn is_ended(&self) -> bool {
        matches!(self, Self::Resolved | Self::Closed | Self::Archived)
    }
}

/// A conversation's priority.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Priority {
    /// `low`.
    Low,
    /// `medium`, the default.
    #[default]
    Medium,
    /// `high`.
    High,
}

impl Priority {
    /// As the API writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// From the API's word.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High].into_iter().find(|priority| priority.as_str() == name)
    }
}

/// A conversation as stored (contract, section 7.1).
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the contract's, named as there")]
pub struct Conversation {
    pub id: Arc<str>,
    pub chatbot_id: Option<Arc<str>>,
    pub status: Status,
    pub priority: Priority,
    pub title: Option<String>,
    pub summary: Option<String>,
    pub sentiment_score: Option<i64>,
    pub contact_email: Option<String>,
    pub contact_name: Option<String>,
    pub contact_phone: Option<String>,
    pub assigned_to: Option<Arc<str>>,
    pub last_message_preview: Option<String>,
    pub last_message_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub qr_code_id: Option<Arc<str>>,
    pub product_id: Option<Arc<str>>,
    pub object_id: Option<Arc<str>>,
}

impl Conversation {
    /// An empty one of the bot's, medium priority, without contact.
    #[must_use]
    pub fn new(id: Arc<str>, created_at: DateTime<Utc>) -> Self {
        Self {
            id,
            chatbot_id: None,
            status: Status::BotActive,
            priority: Priority::Medium,
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
            created_at,
            qr_code_id: None,
            product_id: None,
            object_id: None,
        }
    }
}

/// Who wrote a message. Role and metadata follow from it and from the switches.
#[derive(Clone, Debug, PartialEq)]
pub enum Author {
    /// The visitor.
    Visitor,
    /// The bot.
    Bot,
    /// A person, through the API.
    Api,
    /// A person, from the dashboard, with the user id.
    Dashboard(Arc<str>),
    /// A marker.
    System,
    /// Planted by a test, written out as it is.
    Other {
        /// Any word.
        role: Arc<str>,
        /// Any JSON.
        metadata: Value,
    },
}

impl Author {
    /// `user`, `assistant`, `system` or what was planted.
    #[must_use]
    pub fn role(&self) -> &str {
        match self {
            Self::Visitor => "user",
            Self::Bot | Self::Api | Self::Dashboard(_) => "assistant",
            Self::System => "system",
            Self::Other { role, .. } => role,
        }
    }
}

/// What a part holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Words.
    Text(String),
    /// A file by public URL.
    File {
        /// Where it is.
        url: String,
        /// Derived from the name.
        media_type: Option<String>,
        /// The last segment of the path.
        filename: Option<String>,
    },
    /// A call of a tool by the bot.
    Tool {
        /// The tool's name.
        name: String,
        /// The call's id.
        call_id: String,
        /// What went in.
        input: Value,
        /// What came out.
        output: Option<Value>,
        /// What went wrong.
        error: Option<String>,
    },
}

/// One part of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its id.
    pub id: Arc<str>,
    /// What it holds.
    pub content: Content,
}

/// One message of a thread.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: Arc<str>,
    /// Who wrote it.
    pub author: Author,
    /// In order.
    pub parts: Vec<Part>,
    /// Unique within its thread.
    pub created_at: DateTime<Utc>,
    /// Planted by a test: what the API returns in its place.
    pub planted: Planted,
}

impl Message {
    /// All text parts, joined by line breaks.
    #[must_use]
    pub fn text(&self) -> String {
        let texts: Vec<&str> = self
            .parts
            .iter()
            .filter_map(|part| match &part.content {
                Content::Text(text) => Some(text.as_str()),
                Content::File { .. } | Content::Tool { .. } => None,
            })
            .collect();
        texts.join("\n")
    }

    /// What a list shows of it: its text, else a file's name, else a tool's.
    #[must_use]
    pub fn preview(&self) -> String {
        let text = self.text();
        if !text.is_empty() {
            return text.chars().take(140).collect();
        }
        self.parts
            .iter()
            .find_map(|part| match &part.content {
                Content::File { filename, url, .. } => Some(filename.clone().unwrap_or_else(|| url.clone())),
                Content::Tool { name, .. } => Some(name.clone()),
                Content::Text(_) => None,
            })
            .unwrap_or_default()
    }
}

/// What a test put in the place of a record's JSON.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Planted {
    /// Returned verbatim, whether it is JSON or not.
    pub raw: Option<Arc<str>>,
    /// Fields laid over the true ones.
    pub overlay: Map<String, Value>,
}

/// An internal note (contract, section 7.5).
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the contract's, named as there")]
pub struct Note {
    pub id: Arc<str>,
    pub author_id: Option<Arc<str>>,
    pub content: String,
    pub created_at: DateTime<Utc>,
    /// Planted by a test: what the API returns in its place.
    pub planted: Planted,
}

/// A tag of the palette (contract, section 7.6).
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the contract's, named as there")]
pub struct Tag {
    pub id: Arc<str>,
    pub name: String,
    /// `#RRGGBB`.
    pub color: Option<String>,
    pub created_at: DateTime<Utc>,
    /// Planted by a test: what the API returns in its place.
    pub planted: Planted,
}

/// A person who can be assigned (contract, section 2.5).
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the contract's, named as there")]
pub struct Member {
    pub id: Arc<str>,
    pub user_id: Arc<str>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub role_id: Arc<str>,
    pub role: String,
    pub joined_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Planted by a test: what the API returns in its place.
    pub planted: Planted,
}

/// A chatbot (contract, section 2.8).
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the contract's, named as there")]
pub struct Chatbot {
    pub id: Arc<str>,
    pub name: String,
    pub slug: String,
    pub public_slug: String,
    pub status: String,
    pub human_support_enabled: bool,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Planted by a test: what the API returns in its place.
    pub planted: Planted,
}

/// The organisation behind the key.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are the contract's, named as there")]
pub struct Org {
    pub id: Arc<str>,
    pub name: String,
    pub slug: String,
}
