//! The platform as the contract tells it, without a socket: conversations, threads in either order, the state gate,
//! the takeover with its marker, and the idempotency keys.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use takeover::domain::{
    Conversation, ConversationId, Cursor, Message, MessageId, Metadata, Page, Part, PartKind, Priority, Role, Status,
    Time, UserId,
};
use takeover::text::RawText;

#[allow(dead_code, reason = "the histories of replies need none of it")]
#[path = "office.rs"]
pub(crate) mod office;

use office::Office;

/// The platform keeps the answer to a key for this long (contract, section 6).
pub(crate) const KEY_KEPT_FOR: Duration = Duration::from_secs(24 * 3_600);

pub(crate) const JOINED: &str = "A team member has joined the conversation.";

/// Where a message came from, as only the platform knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Visitor,
    Bot,
    Colleague,
    /// A marker that a reply of ours caused.
    OurMarker,
    /// A marker of another's act.
    OtherMarker,
    /// Posted through the API.
    Ours,
}

/// What a reply was answered with.
#[derive(Clone, Debug)]
pub(crate) enum Posted {
    Created(Message),
    /// The first try under this key is still being worked on.
    Busy,
    /// The state gate (or another definite refusal), as it is kept under the key.
    Refused(u16),
    NotThere,
}

struct Kept {
    body: Vec<u8>,
    answer: Posted,
    busy_until: Duration,
    at: DateTime<Utc>,
}

pub(crate) struct Held {
    pub(crate) conversation: Conversation,
    pub(crate) messages: Vec<Message>,
    pub(crate) origins: HashMap<MessageId, Origin>,
}

/// A message that the platform took from us.
#[derive(Clone, Debug)]
pub(crate) struct Accepted {
    pub(crate) key: String,
    pub(crate) conversation: usize,
    pub(crate) message: MessageId,
    pub(crate) text: String,
    pub(crate) at: Duration,
}

pub(crate) struct Platform {
    pub(crate) held: Vec<Held>,
    pub(crate) newest_first: bool,
    /// The most messages of a page.
    pub(crate) thread_page: usize,
    /// The most rows of a page.
    pub(crate) list_page: usize,
    /// The marker of a takeover may carry the very time of the reply.
    pub(crate) marker_at_once: bool,
    /// Keys do not outlive this.
    pub(crate) keys_kept_for: Duration,
    pub(crate) accepted: Vec<Accepted>,
    /// Notes, tags and changes.
    #[allow(dead_code, reason = "the histories of replies need none of it")]
    pub(crate) office: Office,
    /// The first key that came with two bodies, if one did.
    pub(crate) two_bodies: Option<String>,
    keys: HashMap<(usize, String), Kept>,
    began: DateTime<Utc>,
    next: u64,
}

impl Platform {
    pub(crate) fn new(began: DateTime<Utc>, conversations: usize) -> Self {
        let held = (0..conversations).map(|at| Held {
            conversation: conversation(at, began),
            messages: Vec::new(),
            origins: HashMap::new(),
        });
        Self {
            held: held.collect(),
            newest_first: true,
            thread_page: 100,
            list_page: 100,
            marker_at_once: false,
            keys_kept_for: KEY_KEPT_FOR,
            accepted: Vec::new(),
            office: Office::default(),
            two_bodies: None,
            keys: HashMap::new(),
            began,
            next: 0,
        }
    }

    pub(crate) fn wall(&self, now: Duration) -> DateTime<Utc> {
        self.began + now
    }

    /// The machine sleeps: the world goes on, our monotonic clock does not.
    pub(crate) fn goes_on_alone(&mut self, by: Duration) {
        self.began += by;
    }

    pub(crate) fn position(&self, id: &ConversationId) -> Option<usize> {
        self.held.iter().position(|held| held.conversation.id == *id)
    }

    /// Somebody says something.
    pub(crate) fn say(&mut self, at: usize, origin: Origin, text: &str, now: Duration) -> Message {
        self.next += 1;
        let (role, source, shape) = match origin {
            Origin::Visitor => (Role::User, None, "null"),
            Origin::Bot => (Role::Assistant, Some("bot"), "object:source"),
            Origin::Colleague => (Role::Assistant, Some("dashboard"), "object:source,user_id"),
            Origin::OurMarker | Origin::OtherMarker => (Role::System, None, "null"),
            Origin::Ours => (Role::Assistant, Some("api"), "object:source"),
        };
        let wall = self.wall(now);
        let held = &mut self.held[at];
        // A thread is sorted by time: nothing is stored before what stands already.
        let wall = held.messages.last().map_or(wall, |last| wall.max(last.created_at.at));
        let message = Message {
            id: MessageId::parse(&format!("m{:05}", self.next)).unwrap(),
            conversation_id: held.conversation.id.clone(),
            role,
            metadata: Metadata { source: source.map(RawText::new), shape: RawText::new(shape) },
            parts: vec![Part { order: 0, kind: PartKind::Text(RawText::new(text)) }],
            created_at: Time::certain(wall),
        };
        held.origins.insert(message.id.clone(), origin);
        held.messages.push(message.clone());
        if message.role != Role::System {
            held.conversation.last_message_at = Some(message.created_at);
            held.conversation.last_message_preview = Some(RawText::new(text));
        }
        message
    }

    /// A colleague answers from the dashboard; taking over where nobody had.
    pub(crate) fn colleague(&mut self, at: usize, text: &str, now: Duration) {
        self.take_over(at, Origin::OtherMarker, now);
        self.say(at, Origin::Colleague, text, now);
    }

    pub(crate) fn take_over(&mut self, at: usize, by: Origin, now: Duration) {
        if self.held[at].conversation.status == Status::AgentRequested {
            self.say(at, by, JOINED, now);
            self.held[at].conversation.status = Status::Open;
        }
    }

    /// `POST …/messages`: what the platform does with it (contract, sections 2.4, 6 and 8).
    pub(crate) fn post(&mut self, at: usize, key: &str, body: &[u8], busy: Duration, now: Duration) -> Posted {
        let name = (at, key.to_owned());
        let wall = self.wall(now);
        if let Some(kept) = self.keys.get(&name).filter(|kept| wall < kept.at + self.keys_kept_for) {
            if kept.body != body {
                self.two_bodies.get_or_insert_with(|| key.to_owned());
                return Posted::Busy;
            }
            return if now < kept.busy_until { Posted::Busy } else { kept.answer.clone() };
        }
        let Some(held) = self.held.get(at) else { return Posted::NotThere };
        let answer = if matches!(held.conversation.status, Status::Open | Status::AgentRequested) {
            let text = text_of(body);
            self.take_over(at, Origin::OurMarker, now);
            let after = if self.marker_at_once { Duration::ZERO } else { Duration::from_millis(1) };
            let message = self.say(at, Origin::Ours, &text, now + after);
            self.accepted.push(Accepted {
                key: key.to_owned(),
                conversation: at,
                message: message.id.clone(),
                text,
                at: now,
            });
            Posted::Created(message)
        } else {
            Posted::Refused(400)
        };
        self.keys.insert(name, Kept { body: body.to_vec(), answer: answer.clone(), busy_until: now + busy, at: wall });
        answer
    }

    /// A page of the list, in the order of creation, the newest first.
    pub(crate) fn list(&self, statuses: &[Status], cursor: Option<&Cursor>) -> Page<Conversation> {
        let from = cursor.map_or(0, place);
        let mut rows = self.held.iter().rev().map(|held| &held.conversation);
        let fits = |row: &&Conversation| statuses.contains(&row.status);
        let rows: Vec<&Conversation> = rows.by_ref().filter(fits).skip(from).collect();
        let items: Vec<Conversation> = rows.iter().take(self.list_page).map(|row| (*row).clone()).collect();
        let next = (rows.len() > items.len()).then(|| cursor_at(from + items.len()));
        Page { items, next }
    }

    /// A page of a thread. What is younger than `lag` is not visible yet.
    pub(crate) fn thread(&self, at: usize, cursor: Option<&Cursor>, lag: Duration, now: Duration) -> Page<Message> {
        let until = self.wall(now.saturating_sub(lag));
        let all = &self.held[at].messages;
        let visible = all.iter().take_while(|message| lag.is_zero() || message.created_at.at <= until).count();
        if self.newest_first {
            let before = cursor.map_or(visible, place).min(visible);
            let from = before.saturating_sub(self.thread_page);
            let items = all[from..before].iter().rev().cloned().collect();
            Page { items, next: (from > 0).then(|| cursor_at(from)) }
        } else {
            let from = cursor.map_or(0, place).min(visible);
            let to = (from + self.thread_page).min(visible);
            Page { items: all[from..to].to_vec(), next: (to < visible).then(|| cursor_at(to)) }
        }
    }
}

fn cursor_at(place: usize) -> Cursor {
    Cursor(RawText::new(format!("at{place}")))
}

fn place(cursor: &Cursor) -> usize {
    cursor.0.as_raw().trim_start_matches("at").parse().unwrap()
}

/// The text of a reply's body.
pub(crate) fn text_of(body: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(body).unwrap();
    value["text"].as_str().unwrap().to_owned()
}

fn conversation(at: usize, began: DateTime<Utc>) -> Conversation {
    Conversation {
        id: ConversationId::parse(&format!("c{at}")).unwrap(),
        chatbot_id: None,
        status: Status::AgentRequested,
        priority: Priority::Medium,
        title: None,
        summary: None,
        sentiment_score: None,
        contact_email: None,
        contact_name: Some(RawText::new(format!("Visitor {at}"))),
        contact_phone: None,
        assigned_to: None,
        last_message_preview: None,
        last_message_at: None,
        resolved_at: None,
        closed_at: None,
        created_at: Time::certain(began - chrono::Duration::minutes(90)),
        origin: None,
        unreadable: None,
    }
}

/// A user's id.
pub(crate) fn user(name: &str) -> UserId {
    UserId::parse(name).unwrap()
}
