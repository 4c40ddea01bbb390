//! A conversation as the list tells it (contract, section 7.1).

use serde::{Deserialize, Serialize};

use crate::text::RawText;

use super::ids::{ChatbotId, ConversationId, UserId};
use super::time::Time;

/// The six documented states, and any the platform adds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Status {
    /// The bot answers.
    BotActive,
    /// Handed off, waiting for a person.
    AgentRequested,
    /// A person works on it, the bot is paused.
    Open,
    /// Handled.
    Resolved,
    /// Ended without being solved.
    Closed,
    /// Out of the default inbox.
    Archived,
    /// A state this version does not know, as it came.
    Other(RawText),
}

impl Status {
    /// Reads the platform's word.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "bot_active" => Self::BotActive,
            "agent_requested" => Self::AgentRequested,
            "open" => Self::Open,
            "resolved" => Self::Resolved,
            "closed" => Self::Closed,
            "archived" => Self::Archived,
            other => Self::Other(RawText::new(other)),
        }
    }

    /// The platform's word; for a state this version does not know, `None`.
    #[must_use]
    pub const fn word(&self) -> Option<&'static str> {
        match self {
            Self::BotActive => Some("bot_active"),
            Self::AgentRequested => Some("agent_requested"),
            Self::Open => Some("open"),
            Self::Resolved => Some("resolved"),
            Self::Closed => Some("closed"),
            Self::Archived => Some("archived"),
            Self::Other(_) => None,
        }
    }
}

/// How much a conversation matters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Priority {
    /// Can wait.
    Low,
    /// The usual.
    Medium,
    /// Goes first.
    High,
    /// A word this version does not know, as it came.
    Other(RawText),
}

impl Priority {
    /// Reads the platform's word.
    #[must_use]
    pub fn parse(word: &str) -> Self {
        match word {
            "low" => Self::Low,
            "medium" => Self::Medium,
            "high" => Self::High,
            other => Self::Other(RawText::new(other)),
        }
    }

    /// The platform's word; for a priority this version does not know, `None`.
    #[must_use]
    pub const fn word(&self) -> Option<&'static str> {
        match self {
            Self::Low => Some("low"),
            Self::Medium => Some("medium"),
            Self::High => Some("high"),
            Self::Other(_) => None,
        }
    }
}

/// Which of the three origin ids is set: where the visitor came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// `qr_code_id`.
    QrCode,
    /// `product_id`.
    Product,
    /// `object_id`.
    Object,
}

/// One conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conversation {
    /// Its id. Where a record came without one, a made-up one that no request may use (see `unreadable`).
    pub id: ConversationId,
    /// The bot it runs on; none after that bot was deleted.
    pub chatbot_id: Option<ChatbotId>,
    /// Its state.
    pub status: Status,
    /// Its priority.
    pub priority: Priority,
    /// Its title.
    pub title: Option<RawText>,
    /// What a model wrote about it after it was resolved.
    pub summary: Option<RawText>,
    /// The model's score, probably 0 to 100, higher is happier.
    pub sentiment_score: Option<i64>,
    /// Where mails to an absent visitor go.
    pub contact_email: Option<RawText>,
    /// The visitor's name.
    pub contact_name: Option<RawText>,
    /// The visitor's telephone number, free form.
    pub contact_phone: Option<RawText>,
    /// The assignee's user id.
    pub assigned_to: Option<UserId>,
    /// The last message's beginning.
    pub last_message_preview: Option<RawText>,
    /// When the last message was written.
    pub last_message_at: Option<Time>,
    /// When it was resolved.
    pub resolved_at: Option<Time>,
    /// When it was closed.
    pub closed_at: Option<Time>,
    /// When the visitor opened it.
    pub created_at: Time,
    /// Where the visitor came from.
    pub origin: Option<Origin>,
    /// Set where the record could not be read: why. Such a row is shown and never asked for.
    pub unreadable: Option<RawText>,
}

impl Conversation {
    /// The last activity: the last message, else the creation.
    #[must_use]
    pub fn last_activity(&self) -> Time {
        self.last_message_at.unwrap_or(self.created_at)
    }
}
