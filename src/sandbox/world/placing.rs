//! What is put in place as it is: conversations, messages, fields, and plants over what the API returns.
//!
//! Owns no rule: nothing here has side effects.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::acts::{ActError, NewConversation, Wrote};
use super::records::{Author, Content, Conversation, Planted, Status};
use super::thread::Thread;
use super::{Record, World};

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
        self.add_record(Record::new(it, Thread::default()));
        id
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

    pub(super) fn find(&self, id: &str) -> Result<usize, ActError> {
        self.slot(id).ok_or_else(|| ActError::NotThere(format!("conversation {id}")))
    }
}
