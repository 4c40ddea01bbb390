//! Who says what: visitors, the bot, people by API and dashboard, markers; and how a message is stored.
//!
//! Owns messages and their ids. What a status allows and leads to is in `lifecycle`.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::World;
use super::acts::{ActError, Attachment, Contact, NewConversation, Tool, Wrote};
use super::lifecycle::Joined;
use super::made::JOINED;
use super::records::{Author, Content, Message, Part, Planted, Status};
use crate::sandbox::switches::VisitorToEnded;

impl World {
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
                VisitorToEnded::Reopen => self.pass(slot, Some(Status::Open), Joined::Untold, at, |_| {}),
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
            Some(Status::Open) => {
                let record = self.records.get_mut(slot);
                let joins = record.is_some_and(|record| std::mem::take(&mut record.joins_with_reply));
                if joins && self.switches.takeover_marker {
                    self.mark(slot, JOINED, at);
                }
            }
            Some(Status::AgentRequested) => self.pass(slot, Some(Status::Open), Joined::Told, at, |_| {}),
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
        let opens = self.conversation(id).is_some_and(|it| match it.status {
            Status::Open | Status::Other(_) => false,
            Status::AgentRequested | Status::BotActive | Status::Resolved | Status::Closed | Status::Archived => true,
        });
        let owner = user.clone();
        self.pass(slot, opens.then_some(Status::Open), Joined::Told, at, |it| {
            it.assigned_to.get_or_insert(owner);
        });
        Ok(self.say(slot, Author::Dashboard(user), self.words(text), at))
    }

    /// One message as JSON text.
    #[must_use]
    pub fn stored_message_json(&self, wrote: &Wrote) -> Option<String> {
        let record = self.slot(&wrote.conversation_id).and_then(|slot| self.record(slot))?;
        let message = record.thread.find(&wrote.message_id)?;
        Some(self.message_json(&wrote.conversation_id, &message))
    }

    pub(super) fn mark(&mut self, slot: usize, text: &str, at: DateTime<Utc>) {
        let wrote = self.write_marker(slot, text, at);
        self.spoken(slot, &wrote.message_id);
    }

    pub(super) fn write_marker(&mut self, slot: usize, text: &str, at: DateTime<Utc>) -> Wrote {
        let words = self.words(text);
        let message = self.message(Author::System, words, at);
        let bumps = self.switches.markers_bump;
        self.store(slot, message, bumps)
    }

    pub(super) fn say(&mut self, slot: usize, author: Author, parts: Vec<Part>, at: DateTime<Utc>) -> Wrote {
        let message = self.message(author, parts, at);
        let wrote = self.store(slot, message, true);
        self.spoken(slot, &wrote.message_id);
        wrote
    }

    pub(super) fn store(&mut self, slot: usize, message: Message, bumps: bool) -> Wrote {
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

    pub(super) fn message(&mut self, author: Author, parts: Vec<Part>, at: DateTime<Utc>) -> Message {
        Message { id: self.message_id(at), author, parts, created_at: at, planted: Planted::default() }
    }

    pub(super) fn message_id(&mut self, at: DateTime<Utc>) -> Arc<str> {
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

    pub(super) fn words(&self, text: &str) -> Vec<Part> {
        vec![self.part(Content::Text(text.to_owned()))]
    }

    pub(super) fn part(&self, content: Content) -> Part {
        Part { id: self.fresh_id(), content }
    }
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
