//! What can be asked of the control interface: one JSON object, one key, as in `{"visitor":{"text":"hello"}}`.
//!
//! Owns the words alone; `control` carries them out.

mod desk;
mod webhooks;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use self::desk::{ChatbotGone, ChatbotSet, NewNote, NewTag, NoteIn, Patch, TagGone, TagSet, TakeOver};
pub use self::webhooks::{Deliver, Deliveries, Freeze, Replay, RotateSecret};
use super::barriers::Barrier;
use super::faults::Fault;
use super::platform::KeyState;
use super::webhooks::WebhookFault;

/// One command. Absent fields take their defaults.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// A visitor speaks; without a conversation a new one begins.
    Visitor(Visitor),
    /// A colleague replies from the dashboard (takes over what waits, with the marker).
    Colleague(Colleague),
    /// The bot has a turn.
    Bot(Bot),
    /// The conversation is handed off, with the marker.
    Escalate(Target),
    /// A conversation is put in place as described, without side effects.
    Conversation(Box<NewConversation>),
    /// Fields of a conversation change as a colleague would change them.
    Set(Box<Set>),
    /// Any message, at any time.
    Message(NewMessageIn),
    /// A colleague writes a note.
    Note(NoteIn),
    /// A tag joins the palette.
    Tag(NewTag),
    /// A tag leaves the palette and every conversation.
    RemoveTag(TagGone),
    /// A colleague changes the tags of a conversation.
    Tags(TagSet),
    /// A colleague changes a conversation under the rules of PATCH.
    Patch(Patch),
    /// A colleague takes over without a word, and becomes the owner.
    TakeOver(TakeOver),
    /// Raw JSON, or fields, in the place of what the API returns of a record.
    Plant(Plant),
    /// Many conversations at once, repeatable by seed.
    Fill(Fill),
    /// A person joins.
    AddMember(Person),
    /// A person leaves.
    RemoveMember(PersonGone),
    /// A bot joins, or changes.
    Chatbot(ChatbotSet),
    /// A bot is deleted.
    RemoveChatbot(ChatbotGone),
    /// A switch is set.
    Switch(Switch),
    /// What keys are worth.
    Key(Key),
    /// A new key; the old ones become unknown.
    RotateKey(Rotate),
    /// Limits of the rate windows; spending by others.
    Limits(Limits),
    /// A fault.
    Fault(Fault),
    /// No faults from now on.
    ClearFaults {},
    /// Requests are held until so many have arrived, then carried out in a given order.
    Barrier(Barrier),
    /// No barriers from now on; who is held goes on.
    ClearBarriers {},
    /// The platform's time moves on.
    Advance(Advance),
    /// An endpoint made in the dashboard; the body of `POST /webhooks`.
    Webhook(Map<String, Value>),
    /// An endpoint gets a new secret, as by the dashboard.
    RotateSecret(RotateSecret),
    /// A fault of deliveries.
    WebhookFault(WebhookFault),
    /// Nothing is delivered for a while.
    Freeze(Freeze),
    /// Where the deliveries of a public host go.
    Deliver(Deliver),
    /// Settled deliveries are sent again, as by the dashboard.
    Replay(Replay),
    /// Reads: the requests.
    Log(Log),
    /// Forgets the requests.
    ClearLog {},
    /// Reads: the deliveries.
    Deliveries(Deliveries),
    /// Reads: counts of requests, conversations and messages.
    Counts {},
    /// Reads: one conversation with all its messages and notes as stored, oldest first, and its tags.
    Show(Target),
    /// Reads: which conversations there are.
    List(List),
    /// Reads: messages with exactly this text.
    Texts(Texts),
    /// Reads: all switches.
    Switches {},
    /// Reads: the people.
    Members {},
    /// Reads: all tags.
    Palette {},
    /// Reads: the barriers, and how many requests have arrived at each.
    Barriers {},
}

impl Command {
    /// A visitor's words in a conversation.
    #[must_use]
    pub fn visitor(conversation_id: &str, text: &str) -> Self {
        let conversation_id = Some(conversation_id.to_owned());
        Self::Visitor(Visitor { conversation_id, text: text.to_owned(), ..Visitor::default() })
    }

    /// A colleague's reply from the dashboard.
    #[must_use]
    pub fn colleague(conversation_id: &str, text: &str) -> Self {
        Self::Colleague(Colleague { conversation_id: conversation_id.to_owned(), text: text.to_owned(), user_id: None })
    }

    /// Whether it changes nothing.
    #[must_use]
    pub const fn is_read(&self) -> bool {
        matches!(
            self,
            Self::Log(_)
                | Self::Deliveries(_)
                | Self::Counts {}
                | Self::Show(_)
                | Self::List(_)
                | Self::Texts(_)
                | Self::Switches {}
                | Self::Members {}
                | Self::Palette {}
                | Self::Barriers {}
        )
    }
}

/// Which conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its id.
    pub conversation_id: String,
}

/// A visitor's words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Visitor {
    /// Absent: a new conversation of the bot's.
    pub conversation_id: Option<String>,
    /// The words.
    pub text: String,
    /// Contact of a new conversation.
    pub contact_name: Option<String>,
    /// Contact of a new conversation.
    pub contact_email: Option<String>,
    /// Contact of a new conversation.
    pub contact_phone: Option<String>,
    /// Title of a new conversation.
    pub title: Option<String>,
    /// Bot of a new conversation.
    pub chatbot_id: Option<String>,
}

/// A colleague's reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colleague {
    /// Which conversation.
    pub conversation_id: String,
    /// The words.
    pub text: String,
    /// Who; absent: the owner, else the last member.
    #[serde(default)]
    pub user_id: Option<String>,
}

/// A bot's turn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bot {
    /// Which conversation.
    pub conversation_id: String,
    /// The words; may be empty beside a tool.
    #[serde(default)]
    pub text: String,
    /// A call of a tool before the words.
    #[serde(default)]
    pub tool: Option<ToolCall>,
}

/// A call of a tool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ToolCall {
    /// `tool_name`.
    pub name: String,
    /// `tool_input`.
    #[serde(default)]
    pub input: Value,
    /// `tool_output`.
    #[serde(default)]
    pub output: Option<Value>,
    /// `tool_error_text`.
    #[serde(default)]
    pub error: Option<String>,
}

/// A conversation and its messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewConversation {
    /// A given id, of any form.
    pub id: Option<String>,
    /// Any word; absent: `bot_active`.
    pub status: Option<String>,
    /// `low`, `medium`, `high`.
    pub priority: Option<String>,
    /// `title`.
    pub title: Option<String>,
    /// `contact_name`.
    pub contact_name: Option<String>,
    /// `contact_email`.
    pub contact_email: Option<String>,
    /// `contact_phone`.
    pub contact_phone: Option<String>,
    /// A user id.
    pub assigned_to: Option<String>,
    /// A chatbot's id.
    pub chatbot_id: Option<String>,
    /// Created so many seconds ago.
    pub ago: f64,
    /// Its thread, in any order.
    pub messages: Vec<NewMessage>,
    /// Its notes, in any order.
    pub notes: Vec<NewNote>,
    /// Its tags, by id or name.
    pub tags: Vec<String>,
}

/// One message of a new conversation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewMessage {
    /// `visitor`, `bot`, `api`, `dashboard`, `system`, or any role that nobody knows.
    pub who: String,
    /// The words.
    pub text: String,
    /// Written so many seconds ago.
    pub ago: f64,
    /// Of a role that nobody knows.
    pub metadata: Value,
    /// For `dashboard`; absent: the last member.
    pub user_id: Option<String>,
    /// A file beside the words.
    pub file_url: Option<String>,
}

/// A message for a conversation that is there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewMessageIn {
    /// Which conversation.
    pub conversation_id: String,
    /// The message.
    #[serde(flatten)]
    pub message: NewMessage,
}

/// Fields to change. `null` clears what may be null; an absent field stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Set {
    /// Which conversation.
    pub conversation_id: String,
    /// Any word. Stamps, markers and the summary follow, unless `silent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The status changes without markers.
    #[serde(default)]
    pub silent: bool,
    /// `assigned_to`, `priority`, `title`, `summary`, `sentiment_score`, `contact_name`, `contact_email`,
    /// `contact_phone`, `chatbot_id`, `qr_code_id`, `product_id`, `object_id`.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

/// What the API returns in the place of a record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plant {
    /// The conversation; absent or unknown: a new one in status `status` is made to carry the plant.
    pub conversation_id: Option<String>,
    /// A message of it; `new` makes one.
    pub message_id: Option<String>,
    /// In its place: a note of the conversation; `new` makes one.
    pub note_id: Option<String>,
    /// In its place: a tag, by id or name; `new` makes one.
    pub tag: Option<String>,
    /// In its place: a person.
    pub user_id: Option<String>,
    /// In its place: a bot.
    pub chatbot_id: Option<String>,
    /// Returned verbatim, JSON or not.
    pub raw: Option<String>,
    /// Fields laid over the true ones; any value.
    pub fields: Map<String, Value>,
    /// Status of a conversation made for the plant, so that lists by status find it; absent: `open`.
    pub status: Option<String>,
}

/// Many conversations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fill {
    /// How many.
    pub conversations: usize,
    /// How many messages in each.
    pub messages: usize,
    /// The same seed makes the same data.
    pub seed: u64,
    /// Only these statuses in turn; empty: a mix.
    pub statuses: Vec<String>,
    /// The owner of all.
    pub assigned_to: Option<String>,
    /// No owner.
    pub unassigned: bool,
    /// Youngest and oldest age of the last message in seconds.
    pub ages: Option<(u64, u64)>,
}

/// A person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// `first_name`.
    pub first_name: Option<String>,
    /// `last_name`.
    pub last_name: Option<String>,
    /// `role`; absent: `agent`.
    pub role: Option<String>,
}

/// A person who leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonGone {
    /// Whose.
    pub user_id: String,
}

/// One switch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Switch {
    /// Its name.
    pub name: String,
    /// Its new value.
    pub value: Value,
}

impl Switch {
    /// A switch and its new value.
    #[must_use]
    pub fn new(name: &str, value: impl Into<Value>) -> Self {
        Self { name: name.to_owned(), value: value.into() }
    }
}

/// What keys are worth.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Key {
    /// Which; absent: all.
    pub token: Option<String>,
    /// What it is worth from now on.
    pub state: KeyState,
}

/// A new key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rotate {
    /// The token; absent: a fresh one.
    pub token: Option<String>,
    /// An OAuth token in the place of a personal key.
    pub oauth: bool,
    /// Whom an OAuth token acts for; absent: the first member.
    pub user_id: Option<String>,
    /// What an OAuth token may do; absent: everything.
    pub scopes: Option<Vec<String>>,
    /// The old keys stay as they are.
    pub keep_old: bool,
}

/// The rate windows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Requests a minute.
    pub minute: Option<u32>,
    /// Requests an hour.
    pub hour: Option<u32>,
    /// Both windows are empty again.
    pub forget: bool,
    /// Others of the organisation spend so many now.
    pub spend: u32,
}

/// The platform's time moves on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Advance {
    /// By so many milliseconds.
    pub ms: u64,
    /// And so many seconds.
    pub seconds: u64,
}

/// Which requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Log {
    /// After this number.
    pub since: u64,
    /// Of this method.
    pub method: Option<String>,
    /// Whose path contains this.
    pub path: Option<String>,
}

/// Which conversations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct List {
    /// Of this status.
    pub status: Option<String>,
    /// Whose contact name contains this.
    pub contact_name: Option<String>,
    /// At most so many; 0: 1,000.
    pub limit: usize,
}

/// Which texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Texts {
    /// Only in this conversation.
    pub conversation_id: Option<String>,
    /// The exact text.
    pub text: String,
}
