//! Somebody with a key: the client that the program uses, and the organisation that it talks to.

use std::cell::Cell;

use secrecy::SecretString;
use serde_json::{Value, json};
use takeover::api::{
    Client, ConversationsQuery, encode_change, encode_new_tag, encode_note, encode_reply, encode_tag_ids,
};
use takeover::domain::problem::Reached;
use takeover::domain::{
    Change, Conversation, ConversationId, Message, Note, Page, Problem, Remedy, Role, Status, Tag, TagId,
};
use takeover::http::{BaseUrl, Limits, Options};
use takeover::sandbox::Command;
use takeover::sandbox::command::{NewConversation, NewMessage};
use takeover::text::RawText;

pub(crate) use crate::support::{Town, message, seconds};

pub(crate) const JOINED: &str = "A team member has joined the conversation.";
pub(crate) const RESOLVED: &str = "This conversation has been resolved.";
pub(crate) const CLOSED: &str = "This conversation has been closed.";

/// The platform's six words.
pub(crate) const STATUSES: [&str; 6] = ["bot_active", "agent_requested", "open", "resolved", "closed", "archived"];

/// The words that a PATCH takes.
pub(crate) const PATCHABLE: [&str; 5] = ["agent_requested", "open", "resolved", "closed", "archived"];

pub(crate) fn raw(text: &str) -> RawText {
    RawText::new(text)
}

pub(crate) fn told(text: Option<&RawText>) -> Option<&str> {
    text.map(RawText::as_raw)
}

/// An agent and the organisation.
pub(crate) struct Agent {
    pub(crate) town: Town,
    pub(crate) client: Client,
    keys: Cell<u32>,
}

impl Agent {
    pub(crate) async fn new() -> Self {
        let town = Town::new().await;
        let client = client_with(&town, town.sandbox.api_key());
        Self { town, client, keys: Cell::new(0) }
    }

    /// The same in an organisation where a question is answered so.
    pub(crate) async fn under(switches: &[(&str, Value)]) -> Self {
        let agent = Self::new().await;
        for (name, value) in switches {
            agent.town.switch(name, value.clone());
        }
        agent
    }

    /// A colleague with a token of this kind: the client and nothing else.
    pub(crate) fn with_token(&self, rotate: Value) -> Client {
        let command: Command = serde_json::from_value(json!({ "rotate_key": rotate })).unwrap();
        let made = self.town.control(command);
        client_with(&self.town, made["api_key"].as_str().unwrap())
    }

    /// A fresh idempotency key.
    pub(crate) fn key(&self) -> String {
        self.keys.set(self.keys.get() + 1);
        format!("key-{}", self.keys.get())
    }

    /// A conversation in this status with one line of its visitor.
    pub(crate) fn conversation(&self, status: &str) -> ConversationId {
        self.town.visitor_of("June Park", status)
    }

    /// The same with so many lines.
    pub(crate) fn long_conversation(&self, lines: usize) -> ConversationId {
        let line = |at: usize| message("visitor", &format!("line {at}"), 600.0 - at as f64);
        let messages: Vec<NewMessage> = (0..lines).map(line).collect();
        let status = Some("open".to_owned());
        self.town.conversation(NewConversation { status, ago: 900.0, messages, ..NewConversation::default() })
    }

    // Acts, each one request under a key of its own.

    pub(crate) async fn reply(&self, id: &ConversationId, text: &str) -> Result<Message, Problem> {
        self.client.reply(id, &self.key(), encode_reply(&raw(text), &[])).await.result
    }

    pub(crate) async fn reply_with(&self, id: &ConversationId, text: &str, urls: &[&str]) -> Result<Message, Problem> {
        let urls: Vec<RawText> = urls.iter().map(|url| raw(url)).collect();
        self.client.reply(id, &self.key(), encode_reply(&raw(text), &urls)).await.result
    }

    pub(crate) async fn add_note(&self, id: &ConversationId, text: &str) -> Result<Note, Problem> {
        self.client.add_note(id, &self.key(), encode_note(&raw(text))).await.result
    }

    pub(crate) async fn change(&self, id: &ConversationId, change: Change) -> Result<Conversation, Problem> {
        let body = encode_change(&change).expect("a change that can be written");
        self.client.change(id, body).await.result
    }

    /// A change of the status to any word, also one that our encoder does not write.
    pub(crate) async fn patch_status(&self, id: &ConversationId, word: &str) -> Result<Conversation, Problem> {
        let body = json!({ "status": word }).to_string().into_bytes();
        let ours = encode_change(&Change::Status(Status::parse(word)));
        assert_eq!(ours, PATCHABLE.contains(&word).then(|| body.clone()), "{word}: what our encoder writes");
        self.client.change(id, body).await.result
    }

    pub(crate) async fn create_tag(&self, name: &str) -> Result<Tag, Problem> {
        self.client.create_tag(&self.key(), encode_new_tag(&raw(name), None)).await.result
    }

    pub(crate) async fn put_tags(&self, id: &ConversationId, tags: &[TagId]) -> Result<Page<Tag>, Problem> {
        self.client.replace_tags(id, encode_tag_ids(tags)).await.result
    }

    // Reads.

    pub(crate) async fn read(&self, id: &ConversationId) -> Conversation {
        self.client.conversation(id).await.result.expect("a conversation")
    }

    /// The word of the conversation's status as it is read.
    pub(crate) async fn status(&self, id: &ConversationId) -> &'static str {
        self.read(id).await.status.word().expect("a status of the six")
    }

    /// The thread as its pages bring it.
    pub(crate) async fn pages(&self, id: &ConversationId, limit: u8) -> Vec<Message> {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.client.messages(id, cursor.as_ref(), limit).await.result.expect("a page");
            all.extend(page.items);
            assert!(all.len() < 10_000, "the walk does not end");
            cursor = page.next;
            if cursor.is_none() {
                return all;
            }
        }
    }

    /// The thread, oldest first, whatever order it came in.
    pub(crate) async fn thread(&self, id: &ConversationId) -> Vec<Message> {
        let mut all = self.pages(id, 100).await;
        all.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        all
    }

    /// The texts of the thread's markers, oldest first.
    pub(crate) async fn markers(&self, id: &ConversationId) -> Vec<String> {
        let thread = self.thread(id).await;
        let markers = thread.iter().filter(|message| message.role == Role::System);
        markers.map(|message| message.raw_text().as_raw().to_owned()).collect()
    }

    /// The notes as their pages bring them.
    pub(crate) async fn notes(&self, id: &ConversationId, limit: u8) -> Vec<Note> {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.client.notes(id, cursor.as_ref(), limit).await.result.expect("a page");
            all.extend(page.items);
            assert!(all.len() < 10_000, "the walk does not end");
            cursor = page.next;
            if cursor.is_none() {
                return all;
            }
        }
    }

    /// The ids of the tags on a conversation.
    pub(crate) async fn tags(&self, id: &ConversationId) -> Vec<TagId> {
        let page = self.client.tags(id).await.result.expect("a page");
        assert_eq!(page.next, None, "the whole set");
        page.items.into_iter().map(|tag| tag.id).collect()
    }

    /// The ids of all conversations that a walk with this query brings, in its order.
    pub(crate) async fn listed(&self, query: ConversationsQuery) -> Vec<ConversationId> {
        let (mut all, mut cursor) = (Vec::new(), None);
        loop {
            let query = ConversationsQuery { cursor, ..query.clone() };
            let page = self.client.conversations(&query).await.result.expect("a page");
            all.extend(page.items.into_iter().map(|row| row.id));
            assert!(all.len() < 10_000, "the walk does not end");
            cursor = page.next;
            if cursor.is_none() {
                return all;
            }
        }
    }
}

/// A client of this organisation.
fn client_with(town: &Town, token: &str) -> Client {
    let limits = Limits { connect: seconds(20), total: seconds(30), ..Limits::default() };
    let base = BaseUrl::parse(town.sandbox.base_url()).expect("a base URL");
    let options = Options { limits, system_proxy: false };
    Client::with_options(base, SecretString::from(token), town.clock.clone(), options).expect("a client")
}

/// Fails unless it is a definite refusal of the input with this status and code; tells which fields are named.
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, Problem>, status: u16, code: &str) -> Vec<String> {
    let problem = result.expect_err("a refusal");
    assert_eq!((problem.reached, problem.status), (Reached::Refused, Some(status)), "{problem:?}");
    assert_eq!(problem.remedy, Remedy::FixTheInput);
    assert_eq!(told(problem.code.as_ref()), Some(code));
    assert!(!problem.message.is_empty() && problem.request_id.is_some(), "words and a request id to show");
    let mut fields: Vec<String> = problem.fields.iter().map(|(name, _)| name.as_raw().to_owned()).collect();
    fields.dedup();
    fields
}
