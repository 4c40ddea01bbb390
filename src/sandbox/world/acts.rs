//! What may happen to a conversation, with its markers in order (contract, section 8).
//!
//! Owns the state gate and the transitions. Never answers HTTP.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::made::JOINED;
use super::records::{Author, Content, Conversation, Message, Part, Planted, Priority, Status};
use super::thread::Thread;
use super::{Record, World};
use crate::sandbox::switches::VisitorToEnded;

/// Why something did not happen.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// There is no such conversation, message or person.
    #[error("there is no {0}")]
    NotThere(String),
    /// A reply is not taken in this status.
    #[error("a reply is not taken while the conversation is {}", .0.as_str())]
    WrongState(Status),
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

impl World {
    /// A visitor opens a conversation.
    pub fn open_conversation(&mut self, new: NewConversation, at: DateTime<Utc>) -> Arc<str> {
        let id = self.add_conversation(new, at);
        if let Some(slot) = self.slot(&id) {
            self.created(slot, at);
        }
        id
    }

    /// Puts a conversation in place, untold.
    pub fn add_conversation(&mut self, new: NewConversation, created_at: DateTime<Utc>) -> Arc<str> {
        let id = new.id.filter(|id| !self.by_id.contains_key(id.as_str())).map_or_else(|| self.fresh_id(), Arc::from);
        let mut it = Conversation::new(id.clone(), created_at);
        it.chatbot_id = new.chatbot_id.or_else(|| self.chatbots.first().map(|bot| bot.id.clone()));
        it.status = new.status.unwrap_or(Status::BotActive);
        it.priority = new.priority;
        it.title = new.title;
        it.contact_name = new.contact.name;
        it.contact_email = new.contact.email;
        it.contact_phone = new.contact.phone;
        it.assigned_to = new.assigned_to;
        match it.status {
            Status::Resolved => it.resolved_at = Some(created_at),
            Status::Closed => it.closed_at = Some(created_at),
            Status::BotActive | Status::AgentRequested | Status::Open | Status::Archived | Status::Other(_) => {}
        }
        self.add_record(Record { conversation: it, thread: Thread::default(), planted: Planted::default() });
        id
    }

    /// A visitor writes. Into an ended conversation: as the switch says (contract, section 11 #19).
    ///
    /// # Errors
    ///
    /// No such conversation; an ended one while the switch refuses.
    pub fn visitor_says(&mut self, id: &str, text: &str, at: DateTime<Utc>) -> Result<Wrote, ActError> {
        let slot = self.find(id)?;
        let Some(it) = self.conversation(id).cloned() else { return Err(ActError::NotThere(id.to_owned())) };
        if it.status.is_ended() {
            match self.switches.visitor_to_ended {
                VisitorToEnded::Reopen => self.move_to(slot, Status::Open, at),
                VisitorToEnded::Refuse => return Err(ActError::Ended),
                VisitorToEnded::New => {
                    let contact = Contact { name: it.contact_name, email: it.contact_email, phone: it.contact_phone };
                    let new = NewConversation { contact, chatbot_id: it.chatbot_id, ..NewConversation::default() };
                    let id = self.open_conversation(new, at);
                    return self.visitor_says(&id, text, at);
                }
            }
        }
        Ok(self.say(slot, Author::Visitor, self.words(text), at))
    }

    /// The bot has a turn: words, a call of a tool, or both.
    ///
    /// # Errors
    ///
    /// No such conversation.
    pub fn bot_says(&mut self, id: &str, text: &str, tool: Option<Tool>, at: DateTime<Utc>) -> Result<Wrote, ActError> {
        let slot = self.find(id)?;
        let mut parts = Vec::new();
        if let Some(tool) = tool {
            let call_id = format!("call_{}", self.random.hex(6));
            let Tool { name, input, output, error } = tool;
            parts.push(self.part(Content::Tool { name, call_id, input, output, error }));
        }
        if !text.is_empty() {
            parts.append(&mut self.words(text));
        }
        Ok(self.say(slot, Author::Bot, parts, at))
    }

    /// A reply through the API. On `agent_requested` it takes over first: the marker, then the status, then the reply
    /// (contract, section 8).
    ///
    /// # Errors
    ///
    /// No such conversation; any status but `open` and `agent_requested`.
    pub fn reply(
        &mut self,
        id: &str,
        text: &str,
        attachments: &[Attachment],
        at: DateTime<Utc>,
    ) -> Result<Wrote, ActError> {
        let slot = self.find(id)?;
        match self.conversation(id).map(|it| it.status.clone()) {
            Some(Status::Open) => {}
            Some(Status::AgentRequested) => self.take_over(slot, at),
            Some(status) => return Err(ActError::WrongState(status)),
            None => return Err(ActError::NotThere(id.to_owned())),
        }
        let mut parts = if text.is_empty() { Vec::new() } else { self.words(text) };
        for attachment in attachments {
            let (filename, media_type) = file_facts(&attachment.url);
            parts.push(self.part(Content::File { url: attachment.url.clone(), media_type, filename }));
        }
        Ok(self.say(slot, Author::Api, parts, at))
    }

    /// A colleague replies from the dashboard. He takes over what waits or is the bot's, reopens what has ended, and
    /// becomes the owner of what has none (contract, section 2.4: the dashboard needs an owner).
    ///
    /// # Errors
    ///
    /// No such conversation.
    pub fn colleague_replies(
        &mut self,
        id: &str,
        user_id: &str,
        text: &str,
        at: DateTime<Utc>,
    ) -> Result<Wrote, ActError> {
        let slot = self.find(id)?;
        let user: Arc<str> = user_id.into();
        let status = self.conversation(id).map(|it| it.status.clone());
        if matches!(status, Some(Status::AgentRequested | Status::BotActive)) && self.switches.takeover_marker {
            self.mark(slot, JOINED, at);
        }
        let opens = status.is_some_and(|status| match status {
            Status::Open | Status::Other(_) => false,
            Status::AgentRequested | Status::BotActive | Status::Resolved | Status::Closed | Status::Archived => true,
        });
        let clears = self.switches.reopen_clears_stamps;
        self.update(slot, at, |it| {
            if opens {
                enter(it, Status::Open, at, clears);
            }
            it.assigned_to.get_or_insert_with(|| user.clone());
        });
        Ok(self.say(slot, Author::Dashboard(user), self.words(text), at))
    }

    /// The bot, or the visitor, asks for a person. The marker is only written from `bot_active`.
    ///
    /// # Errors
    ///
    /// No such conversation.
    pub fn escalate(&mut self, id: &str, at: DateTime<Utc>) -> Result<(), ActError> {
        let slot = self.find(id)?;
        if self.conversation(id).is_some_and(|it| it.status == Status::BotActive) && self.switches.escalation_marker {
            let text = self.switches.escalation_text.clone();
            // No `message.created` is listed for this marker (contract, section 12 #8).
            self.write_marker(slot, &text, at);
        }
        self.move_to(slot, Status::AgentRequested, at);
        Ok(())
    }

    /// The status changes as by the dashboard: stamps, markers and the later summary.
    ///
    /// # Errors
    ///
    /// No such conversation.
    pub fn change_status(&mut self, id: &str, status: Status, at: DateTime<Utc>) -> Result<(), ActError> {
        let slot = self.find(id)?;
        if self.conversation(id).is_some_and(|it| it.status == status) {
            return Ok(());
        }
        let marker = match status {
            Status::Resolved => Some("This conversation has been resolved."),
            Status::Closed => Some("This conversation has been closed."),
            Status::AgentRequested => return self.escalate(id, at),
            Status::BotActive | Status::Open | Status::Archived | Status::Other(_) => None,
        };
        if let Some(marker) = marker.filter(|_| self.switches.ending_markers) {
            self.mark(slot, marker, at);
        }
        if status == Status::Resolved {
            let due = at.checked_add_signed(TimeDelta::seconds(20)).unwrap_or(at);
            self.summaries_due.push((due, slot));
        }
        self.move_to(slot, status, at);
        Ok(())
    }

    /// Changes fields of a conversation; no stamp and no marker follows.
    ///
    /// # Errors
    ///
    /// No such conversation.
    pub fn change(
        &mut self,
        id: &str,
        at: DateTime<Utc>,
        change: impl FnOnce(&mut Conversation),
    ) -> Result<(), ActError> {
        let slot = self.find(id)?;
        self.update(slot, at, change);
        Ok(())
    }

    /// Puts any message in place, as it is and untold; it moves `last_message_*` like a message of its role does.
    ///
    /// # Errors
    ///
    /// No such conversation.
    pub fn add_message(
        &mut self,
        id: &str,
        author: Author,
        contents: Vec<Content>,
        at: DateTime<Utc>,
    ) -> Result<Wrote, ActError> {
        let slot = self.find(id)?;
        let parts = contents.into_iter().map(|content| self.part(content)).collect();
        let bumps = author != Author::System || self.switches.markers_bump;
        let message = self.message(author, parts, at);
        Ok(self.store(slot, message, bumps))
    }

    /// Plants raw text or fields in the place of a conversation's JSON; nothing of both takes the plant away.
    ///
    /// # Errors
    ///
    /// No such conversation.
    pub fn plant_conversation(
        &mut self,
        id: &str,
        raw: Option<String>,
        overlay: Map<String, Value>,
    ) -> Result<(), ActError> {
        let slot = self.find(id)?;
        self.edit(slot, |record| record.planted = Planted { raw: raw.map(Arc::from), overlay });
        Ok(())
    }

    /// Plants raw text or fields in the place of a message's JSON; nothing of both takes the plant away.
    ///
    /// # Errors
    ///
    /// No such conversation or message.
    pub fn plant_message(
        &mut self,
        id: &str,
        message_id: &str,
        raw: Option<String>,
        overlay: Map<String, Value>,
    ) -> Result<(), ActError> {
        let slot = self.find(id)?;
        let planted = Planted { raw: raw.map(Arc::from), overlay };
        let message = self.records.get_mut(slot).and_then(|record| record.thread.get_mut(message_id));
        message.map(|message| message.planted = planted).ok_or_else(|| ActError::NotThere(message_id.to_owned()))
    }

    /// One message as JSON text.
    #[must_use]
    pub fn stored_message_json(&self, wrote: &Wrote) -> Option<String> {
        let record = self.slot(&wrote.conversation_id).and_then(|slot| self.record(slot))?;
        let newest_first = (0..record.thread.len()).rev().filter_map(|at| record.thread.get(at));
        let message = newest_first.into_iter().find(|message| message.id == wrote.message_id)?;
        Some(self.message_json(&wrote.conversation_id, &message))
    }

    fn find(&self, id: &str) -> Result<usize, ActError> {
        self.slot(id).ok_or_else(|| ActError::NotThere(format!("conversation {id}")))
    }

    fn take_over(&mut self, slot: usize, at: DateTime<Utc>) {
        if self.switches.takeover_marker {
            self.mark(slot, JOINED, at);
        }
        self.move_to(slot, Status::Open, at);
    }

    fn mark(&mut self, slot: usize, text: &str, at: DateTime<Utc>) {
        let wrote = self.write_marker(slot, text, at);
        self.spoken(slot, &wrote.message_id);
    }

    fn write_marker(&mut self, slot: usize, text: &str, at: DateTime<Utc>) -> Wrote {
        let words = self.words(text);
        let message = self.message(Author::System, words, at);
        let bumps = self.switches.markers_bump;
        self.store(slot, message, bumps)
    }

    fn move_to(&mut self, slot: usize, status: Status, at: DateTime<Utc>) {
        let clears = self.switches.reopen_clears_stamps;
        self.update(slot, at, |it| enter(it, status, at, clears));
    }

    fn say(&mut self, slot: usize, author: Author, parts: Vec<Part>, at: DateTime<Utc>) -> Wrote {
        let message = self.message(author, parts, at);
        let wrote = self.store(slot, message, true);
        self.spoken(slot, &wrote.message_id);
        wrote
    }

    fn store(&mut self, slot: usize, message: Message, bumps: bool) -> Wrote {
        let message_id = message.id.clone();
        let preview = message.preview();
        let conversation_id = self.edit(slot, |record| {
            let time = record.thread.insert(message);
            if bumps && record.conversation.last_message_at.is_none_or(|last| last <= time) {
                record.conversation.last_message_at = Some(time);
                record.conversation.last_message_preview = Some(preview);
            }
            record.conversation.id.clone()
        });
        let bot = self.record(slot).and_then(|record| record.conversation.chatbot_id.clone());
        if let Some(bot) = bot {
            let last = self.record(slot).and_then(|record| record.conversation.last_message_at);
            let used = self.chatbot_use.entry(bot).or_default();
            used.last = used.last.max(last);
        }
        Wrote { conversation_id: conversation_id.unwrap_or_else(|| "".into()), message_id }
    }

    fn message(&mut self, author: Author, parts: Vec<Part>, at: DateTime<Utc>) -> Message {
        Message { id: self.message_id(at), author, parts, created_at: at, planted: Planted::default() }
    }

    fn message_id(&mut self, at: DateTime<Utc>) -> Arc<str> {
        if !self.switches.ordered_ids {
            return self.fresh_id();
        }
        // The count stands before the random bits: messages of one millisecond keep their order.
        self.said = self.said.wrapping_add(1);
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        let mut tail = [0; 10];
        self.random.fill(&mut tail);
        let [first, second, third, ..] = &mut tail;
        // Four, eight and six bits: version and variant take the rest of their bytes.
        *first = ((self.said >> 14) & 0x0F) as u8;
        *second = ((self.said >> 6) & 0xFF) as u8;
        *third = (self.said & 0x3F) as u8;
        uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid().to_string().into()
    }

    fn words(&self, text: &str) -> Vec<Part> {
        vec![self.part(Content::Text(text.to_owned()))]
    }

    fn part(&self, content: Content) -> Part {
        Part { id: self.fresh_id(), content }
    }
}

/// A status with the stamps that follow from it (contract, section 8).
fn enter(it: &mut Conversation, status: Status, at: DateTime<Utc>, clears: bool) {
    match status {
        Status::Resolved => it.resolved_at = Some(at),
        Status::Closed => it.closed_at = Some(at),
        Status::Open if it.status.is_ended() && clears => {
            it.resolved_at = None;
            it.closed_at = None;
        }
        Status::Open | Status::BotActive | Status::AgentRequested | Status::Archived | Status::Other(_) => {}
    }
    it.status = status;
}

/// Name and media type of a file, as the server derives them from its URL (contract, section 2.4).
fn file_facts(url: &str) -> (Option<String>, Option<String>) {
    let parsed = url::Url::parse(url).ok();
    let name = parsed
        .as_ref()
        .and_then(|url| url.path_segments()?.next_back().map(str::to_owned))
        .filter(|name| !name.is_empty());
    let ending = name.as_deref().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_ascii_lowercase());
    let media_type = match ending.as_deref() {
        Some("png") => Some("image/png"),
        Some("jpg" | "jpeg") => Some("image/jpeg"),
        Some("gif") => Some("image/gif"),
        Some("webp") => Some("image/webp"),
        Some("pdf") => Some("application/pdf"),
        Some("txt") => Some("text/plain"),
        Some("csv") => Some("text/csv"),
        Some("zip") => Some("application/zip"),
        Some(_) | None => None,
    };
    (name, media_type.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::sandbox::switches::Switches;
    use crate::sandbox::world::{Fill, ListQuery};

    fn moment() -> DateTime<Utc> {
        "2026-05-22T14:00:00Z".parse().unwrap()
    }

    fn world() -> World {
        let mut world = World::new(Switches::default(), Random::seeded(7));
        world.add_chatbot("Support bot", "ax7q9m", moment());
        world.add_member(Some("Mara"), None, "agent", moment());
        world
    }

    fn with_status(world: &mut World, status: Status) -> Arc<str> {
        world.add_conversation(NewConversation { status: Some(status), ..NewConversation::default() }, moment())
    }

    fn texts(world: &World, id: &str) -> Vec<String> {
        world.record(world.slot(id).unwrap()).unwrap().messages().map(|message| message.text()).collect()
    }

    #[test]
    fn a_reply_to_one_who_waits_writes_the_marker_first_then_opens_then_says_it() {
        let mut world = world();
        let id = with_status(&mut world, Status::BotActive);
        world.visitor_says(&id, "help", moment()).unwrap();
        world.escalate(&id, moment()).unwrap();
        world.reply(&id, "hello", &[], moment()).unwrap();
        assert_eq!(texts(&world, &id), ["help", "The visitor asked for a person.", JOINED, "hello"]);
        assert_eq!(world.conversation(&id).unwrap().status, Status::Open);
        assert_eq!(world.conversation(&id).unwrap().assigned_to, None);
    }

    #[test]
    fn a_reply_is_taken_in_two_statuses_alone() {
        for status in Status::KNOWN {
            let mut world = world();
            let id = with_status(&mut world, status.clone());
            let taken = world.reply(&id, "hello", &[], moment()).is_ok();
            assert_eq!(taken, matches!(status, Status::Open | Status::AgentRequested), "{status:?}");
        }
    }

    #[test]
    fn messages_of_the_same_instant_keep_their_order_and_have_times_of_their_own() {
        let mut world = world();
        let id = with_status(&mut world, Status::Open);
        let said: Vec<String> = (0..50).map(|n| format!("line {n}")).collect();
        for line in &said {
            world.visitor_says(&id, line, moment()).unwrap();
        }
        assert_eq!(texts(&world, &id), said);
        let record = world.record(world.slot(&id).unwrap()).unwrap();
        let times: Vec<_> = record.messages().map(|message| message.created_at).collect();
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_walk_by_keyset_sees_each_row_once_though_rows_arrive_between_pages() {
        let mut world = world();
        world.fill(&Fill { conversations: 130, messages: 2, seed: 3, ..Fill::default() }, moment());
        for sort in ["created_at", "-created_at"] {
            let mut seen = std::collections::HashSet::new();
            let mut cursor = None;
            loop {
                let text = match &cursor {
                    None => format!("limit=17&sort={sort}"),
                    Some(cursor) => format!("limit=17&sort={sort}&cursor={cursor}"),
                };
                let query = ListQuery::parse(Some(&text), &world.switches).unwrap();
                let page = world.conversations_page(&query);
                for item in page.items {
                    let row: Value = serde_json::from_str(&item).unwrap();
                    assert!(seen.insert(row["id"].as_str().unwrap().to_owned()));
                }
                with_status(&mut world, Status::Open);
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
                assert!(seen.len() < 400);
            }
            assert!(seen.len() >= 130);
            assert!(world.records().iter().take(130).all(|row| seen.contains(&*row.conversation.id)));
        }
    }

    #[test]
    fn the_same_seed_makes_the_same_data_and_threads_read_the_same_each_time() {
        let make = || {
            let mut world = World::new(Switches::default(), Random::seeded(1));
            let ids = world.fill(&Fill { conversations: 40, messages: 9, seed: 5, ..Fill::default() }, moment());
            let rows: Vec<_> = (0..40).filter_map(|slot| world.conversation_json(slot)).collect();
            let threads: Vec<_> = ids.iter().map(|id| texts(&world, id)).collect();
            (rows, threads)
        };
        let (first, second) = (make(), make());
        assert_eq!(first, second);
        assert!(first.1.iter().all(|thread| thread.len() == 9));
    }

    #[test]
    fn words_added_to_a_made_thread_come_last_and_old_ones_find_their_place() {
        let mut world = world();
        let fill = Fill { conversations: 1, messages: 6, seed: 5, statuses: vec![Status::Open], ..Fill::default() };
        let id = world.fill(&fill, moment()).pop().unwrap();
        world.visitor_says(&id, "newest", moment()).unwrap();
        world.visitor_says(&id, "oldest", DateTime::<Utc>::UNIX_EPOCH).unwrap();
        let texts = texts(&world, &id);
        assert_eq!(texts.len(), 8);
        assert_eq!(texts.first().map(String::as_str), Some("oldest"));
        assert_eq!(texts.last().map(String::as_str), Some("newest"));
        assert_eq!(world.conversation(&id).unwrap().last_message_preview.as_deref(), Some("newest"));
    }

    #[test]
    fn an_ended_conversation_reopens_refuses_or_begins_anew_as_the_switch_says() {
        let mut world = world();
        let id = with_status(&mut world, Status::Resolved);
        world.switches.visitor_to_ended = VisitorToEnded::Refuse;
        assert_eq!(world.visitor_says(&id, "hello?", moment()), Err(ActError::Ended));
        world.switches.visitor_to_ended = VisitorToEnded::New;
        assert_ne!(world.visitor_says(&id, "hello?", moment()).unwrap().conversation_id, id);
        world.switches.visitor_to_ended = VisitorToEnded::Reopen;
        assert_eq!(world.visitor_says(&id, "hello?", moment()).unwrap().conversation_id, id);
        let it = world.conversation(&id).unwrap();
        assert_eq!((it.status.clone(), it.resolved_at), (Status::Open, None));
    }
}
