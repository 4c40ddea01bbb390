//! An organisation that tests arrange: the sandbox, the clock that it shares with the program, and everyone else's acts.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use takeover::clock::Clock;
use takeover::domain::{ConversationId, UserId};
use takeover::random::Random;
use takeover::sandbox::command::{Log, NewConversation, NewMessage, Set, Switch, Target, Texts};
use takeover::sandbox::{Command, Fault, Options, Sandbox};

/// One request as the sandbox's log has it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Request {
    pub(crate) n: u64,
    pub(crate) at: DateTime<Utc>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: Option<String>,
    pub(crate) idempotency_key: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) accepted: bool,
    pub(crate) replayed: bool,
    pub(crate) fault: Option<String>,
}

/// One message as the server stored it.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) role: String,
    pub(crate) text: String,
    pub(crate) at: DateTime<Utc>,
}

/// A sandbox and the clock that it runs by.
pub(crate) struct Town {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Clock,
}

/// When the clocks that tests turn begin.
fn beginning() -> DateTime<Utc> {
    "2026-05-22T14:08:20Z".parse().expect("a time")
}

impl Town {
    /// A town on a clock that goes by leaps (see `TestApp`), with limits that no test meets.
    pub(crate) async fn new() -> Self {
        Self::with(|options| {
            options.minute_limit = 1_000_000;
            options.hour_limit = 1_000_000;
        })
        .await
    }

    /// The same with the platform's own limits: 60 a minute, 1,000 an hour.
    pub(crate) async fn with_real_limits() -> Self {
        Self::with(|_| {}).await
    }

    /// The same, changed.
    pub(crate) async fn with(change: impl FnOnce(&mut Options)) -> Self {
        Self::on(Clock::manual(beginning()), change).await
    }

    /// A town on the machine's clock: seconds are seconds.
    pub(crate) async fn in_real_time() -> Self {
        Self::on(Clock::system(), |_| {}).await
    }

    async fn on(clock: Clock, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options { clock: clock.clone(), random: Random::seeded(11), ..Options::default() };
        change(&mut options);
        Self { sandbox: Sandbox::start(options).await.expect("the sandbox starts"), clock }
    }

    /// One command to the platform.
    pub(crate) fn control(&self, command: Command) -> Value {
        let words = format!("{command:?}");
        self.sandbox.control(command).unwrap_or_else(|error| panic!("{words}: {error}"))
    }

    pub(crate) fn fault(&self, fault: Fault) {
        self.control(Command::Fault(fault));
    }

    pub(crate) fn switch(&self, name: &str, value: impl Into<Value>) {
        self.control(Command::Switch(Switch::new(name, value)));
    }

    /// A conversation as described.
    pub(crate) fn conversation(&self, new: NewConversation) -> ConversationId {
        let made = self.control(Command::Conversation(Box::new(new)));
        ConversationId::parse(made["conversation_id"].as_str().expect("an id")).expect("an id")
    }

    /// A conversation in this status whose visitor of this name wrote a line a minute ago.
    pub(crate) fn visitor_of(&self, name: &str, status: &str) -> ConversationId {
        self.conversation(NewConversation {
            status: Some(status.to_owned()),
            contact_name: Some(name.to_owned()),
            ago: 600.0,
            messages: vec![message("visitor", "Hello, is anybody there?", 60.0)],
            ..NewConversation::default()
        })
    }

    /// June Park asked the bot, the bot gave up, she has waited for a minute.
    pub(crate) fn june(&self) -> ConversationId {
        self.conversation(NewConversation {
            status: Some("agent_requested".to_owned()),
            contact_name: Some("June Park".to_owned()),
            contact_email: Some("june@example.com".to_owned()),
            ago: 240.0,
            messages: vec![
                message("visitor", "My mug came broken.", 200.0),
                message("bot", "Sorry to hear that. Shall I get a person?", 190.0),
                message("visitor", "Yes please.", 100.0),
                message("system", "The visitor asked for a person.", 60.0),
            ],
            ..NewConversation::default()
        })
    }

    pub(crate) fn visitor(&self, conversation: &ConversationId, text: &str) {
        self.control(Command::visitor(conversation.as_str(), text));
    }

    pub(crate) fn colleague(&self, conversation: &ConversationId, text: &str) {
        self.control(Command::colleague(conversation.as_str(), text));
    }

    pub(crate) fn escalate(&self, conversation: &ConversationId) {
        self.control(Command::Escalate(Target { conversation_id: conversation.as_str().to_owned() }));
    }

    /// Fields of a conversation change.
    pub(crate) fn set(&self, conversation: &ConversationId, fields: Value) {
        let mut set = fields;
        set["conversation_id"] = json!(conversation.as_str());
        let set: Set = serde_json::from_value(set).expect("fields");
        self.control(Command::Set(Box::new(set)));
    }

    /// Waits until the server has come so far, while the program is not looked at.
    pub(crate) async fn sees(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let machine = Clock::system();
        while !holds(self) {
            assert!(machine.now().mono < seconds(30), "the server never saw: {what}");
            tokio::task::yield_now().await;
        }
    }

    /// A member's user id.
    pub(crate) fn member(&self, at: usize) -> UserId {
        let members = self.control(Command::Members {});
        UserId::parse(members["data"][at]["user_id"].as_str().expect("a user id")).expect("a user id")
    }

    /// The requests so far of this method whose path holds this, oldest first.
    pub(crate) fn requests(&self, method: &str, path: &str) -> Vec<Request> {
        let method = (!method.is_empty()).then(|| method.to_owned());
        let log = self.control(Command::Log(Log { since: 0, method, path: Some(path.to_owned()) }));
        serde_json::from_value(log["entries"].clone()).expect("a log")
    }

    /// The attempts to reply in a conversation.
    pub(crate) fn attempts(&self, conversation: &ConversationId) -> Vec<Request> {
        self.requests("POST", &format!("/conversations/{conversation}/messages"))
    }

    /// All requests.
    pub(crate) fn everything_asked(&self) -> Vec<Request> {
        self.requests("", "")
    }

    /// In which conversations the server stores exactly this text, with the message's id.
    pub(crate) fn stored(&self, text: &str) -> Vec<(ConversationId, String)> {
        let found = self.control(Command::Texts(Texts { conversation_id: None, text: text.to_owned() }));
        let found = found["messages"].as_array().expect("messages");
        let place = |it: &Value| {
            let conversation = ConversationId::parse(it["conversation_id"].as_str().expect("an id")).expect("an id");
            (conversation, it["message_id"].as_str().expect("an id").to_owned())
        };
        found.iter().map(place).collect()
    }

    /// The conversation's record.
    pub(crate) fn record(&self, conversation: &ConversationId) -> Value {
        self.show(conversation)["conversation"].clone()
    }

    /// The whole thread as stored, oldest first.
    pub(crate) fn thread(&self, conversation: &ConversationId) -> Vec<Stored> {
        let shown = self.show(conversation);
        let messages = shown["messages"].as_array().expect("messages");
        let stored = |it: &Value| {
            let parts = it["parts"].as_array().cloned().unwrap_or_default();
            let texts: Vec<&str> = parts.iter().filter_map(|part| part["text"].as_str()).collect();
            Stored {
                id: it["id"].as_str().unwrap_or_default().to_owned(),
                role: it["role"].as_str().unwrap_or_default().to_owned(),
                text: texts.join("\n"),
                at: it["created_at"].as_str().and_then(|at| at.parse().ok()).unwrap_or_default(),
            }
        };
        messages.iter().map(stored).collect()
    }

    /// The conversation with its messages, notes and tags, as stored.
    pub(crate) fn shown(&self, conversation: &ConversationId) -> Value {
        self.show(conversation)
    }

    fn show(&self, conversation: &ConversationId) -> Value {
        self.control(Command::Show(Target { conversation_id: conversation.as_str().to_owned() }))
    }
}

/// A message of a conversation to come, written so many seconds ago.
pub(crate) fn message(who: &str, text: &str, ago: f64) -> NewMessage {
    NewMessage { who: who.to_owned(), text: text.to_owned(), ago, ..NewMessage::default() }
}

/// How many rounds to run: what the environment says, else this.
#[expect(clippy::disallowed_methods, reason = "full-size runs are asked for by the environment")]
pub(crate) fn rounds(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// Seconds, to be short.
pub(crate) const fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
