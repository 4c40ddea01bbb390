//! Commands about what an agent does besides replying, and about the organisation's tags, people and bots.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A colleague's note from the dashboard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NoteIn {
    /// Which conversation.
    pub conversation_id: String,
    /// The note.
    #[serde(flatten)]
    pub note: NewNote,
}

/// A note.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewNote {
    /// The words, of any length.
    pub content: String,
    /// Who; absent: the owner, else the last member.
    pub user_id: Option<String>,
    /// Nobody's, as notes by API key are.
    pub by_key: bool,
    /// Written so many seconds ago.
    pub ago: f64,
}

/// A tag of the palette.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewTag {
    /// Any name that is free.
    pub name: String,
    /// Any text.
    pub color: Option<String>,
}

/// Which tag.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagGone {
    /// Its id, or its name.
    pub tag: String,
}

/// A colleague tags a conversation. Tags are named by id or by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TagSet {
    /// Which conversation.
    pub conversation_id: String,
    /// The whole new set; absent: what is there, changed as below.
    pub set: Option<Vec<String>>,
    /// These come.
    pub add: Vec<String>,
    /// These go.
    pub remove: Vec<String>,
}

/// A colleague changes a conversation under the rules of PATCH.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Patch {
    /// Which conversation.
    pub conversation_id: String,
    /// The body of the PATCH.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

/// A colleague takes over from the dashboard, without a word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TakeOver {
    /// Which conversation.
    pub conversation_id: String,
    /// Who; absent: the last member.
    pub user_id: Option<String>,
}

/// A bot of the organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChatbotSet {
    /// Which; absent: a new one.
    pub chatbot_id: Option<String>,
    /// `name`.
    pub name: Option<String>,
    /// `draft`, `active`, `paused`, `archived`, or any word.
    pub status: Option<String>,
    /// `human_support_enabled`.
    pub human_support_enabled: Option<bool>,
}

/// A bot that is deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatbotGone {
    /// Which.
    pub chatbot_id: String,
}
