//! The organisation's people and bots (contract, sections 2.5 and 2.8).
//!
//! Owns who is there. What their ids in conversations lead to once they are gone is the reader's to find out.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::World;
use super::acts::ActError;
use super::paging::{Listed, Row};
use super::query::{FieldErrors, parameters};
use super::records::{Chatbot, Member, Planted};
use crate::sandbox::switches::Envelope;

/// What changes of a bot; absent fields stay.
#[derive(Clone, Debug, Default)]
pub(in crate::sandbox) struct ChatbotChange {
    pub(in crate::sandbox) name: Option<String>,
    /// `draft`, `active`, `paused`, `archived`, or any word.
    pub(in crate::sandbox) status: Option<String>,
    pub(in crate::sandbox) human_support_enabled: Option<bool>,
}

impl World {
    /// The people, in the order they joined.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The bots.
    #[must_use]
    pub fn chatbots(&self) -> &[Chatbot] {
        &self.chatbots
    }

    /// Adds a person; returns the user id.
    pub fn add_member(
        &mut self,
        first: Option<&str>,
        last: Option<&str>,
        role: &str,
        joined: DateTime<Utc>,
    ) -> Arc<str> {
        let role_id = self.members.iter().find(|member| member.role == role).map(|member| member.role_id.clone());
        let member = Member {
            id: self.fresh_id(),
            user_id: self.fresh_id(),
            first_name: first.map(str::to_owned),
            last_name: last.map(str::to_owned),
            role_id: role_id.unwrap_or_else(|| self.fresh_id()),
            role: role.to_owned(),
            joined_at: joined,
            updated_at: joined,
            planted: Planted::default(),
        };
        let user = member.user_id.clone();
        self.members.push(member);
        user
    }

    /// Removes a person; conversations keep their `assigned_to`, which then points at nobody.
    pub fn remove_member(&mut self, user_id: &str) -> bool {
        let before = self.members.len();
        self.members.retain(|member| &*member.user_id != user_id);
        self.members.len() < before
    }

    /// Adds an active bot that may hand off; returns its id.
    pub fn add_chatbot(&mut self, name: &str, public_slug: &str, created: DateTime<Utc>) -> Arc<str> {
        let id = self.fresh_id();
        self.chatbots.push(Chatbot {
            id: id.clone(),
            name: name.to_owned(),
            slug: name.to_lowercase().replace(' ', "-"),
            public_slug: public_slug.to_owned(),
            status: "active".to_owned(),
            human_support_enabled: true,
            created_at: created,
            updated_at: created,
            planted: Planted::default(),
        });
        id
    }

    /// Changes a bot.
    ///
    /// # Errors
    ///
    /// No such bot.
    pub(in crate::sandbox) fn change_chatbot(
        &mut self,
        id: &str,
        change: ChatbotChange,
        at: DateTime<Utc>,
    ) -> Result<(), ActError> {
        let bot = self.chatbots.iter_mut().find(|bot| &*bot.id == id);
        let bot = bot.ok_or_else(|| ActError::NotThere(format!("chatbot {id}")))?;
        bot.name = change.name.unwrap_or_else(|| bot.name.clone());
        bot.status = change.status.unwrap_or_else(|| bot.status.clone());
        bot.human_support_enabled = change.human_support_enabled.unwrap_or(bot.human_support_enabled);
        bot.updated_at = at;
        Ok(())
    }

    /// Deletes a bot; its conversations lose their `chatbot_id` (contract, section 7.1).
    pub fn remove_chatbot(&mut self, id: &str) -> bool {
        let before = self.chatbots.len();
        self.chatbots.retain(|bot| &*bot.id != id);
        for slot in 0..self.records.len() {
            if self.record(slot).is_some_and(|record| record.conversation.chatbot_id.as_deref() == Some(id)) {
                self.edit(slot, |record| record.conversation.chatbot_id = None);
            }
        }
        self.chatbots.len() < before
    }

    /// Plants raw text or fields in the place of a person's JSON, by user id.
    ///
    /// # Errors
    ///
    /// No such person.
    pub fn plant_member(
        &mut self,
        user_id: &str,
        raw: Option<String>,
        overlay: Map<String, Value>,
    ) -> Result<(), ActError> {
        let member = self.members.iter_mut().find(|member| &*member.user_id == user_id);
        let member = member.ok_or_else(|| ActError::NotThere(format!("member {user_id}")))?;
        member.planted = Planted { raw: raw.map(Arc::from), overlay };
        Ok(())
    }

    /// Plants raw text or fields in the place of a bot's JSON.
    ///
    /// # Errors
    ///
    /// No such bot.
    pub fn plant_chatbot(
        &mut self,
        id: &str,
        raw: Option<String>,
        overlay: Map<String, Value>,
    ) -> Result<(), ActError> {
        let bot = self.chatbots.iter_mut().find(|bot| &*bot.id == id);
        let bot = bot.ok_or_else(|| ActError::NotThere(format!("chatbot {id}")))?;
        bot.planted = Planted { raw: raw.map(Arc::from), overlay };
        Ok(())
    }

    /// The list of people (contract, section 2.5): everyone in one response.
    #[must_use]
    pub fn members_json(&self) -> String {
        let rows: Vec<Row> = self
            .members
            .iter()
            .map(|it| Row { at: it.joined_at, id: it.id.clone(), json: self.member_json(it) })
            .collect();
        Listed::whole(&rows, self.switches.members_envelope)
    }

    /// A page of bots, by `page`, `page_size`, `status` and `sort`.
    ///
    /// # Errors
    ///
    /// What is wrong with which parameter; the answer is 400 `invalid_query`.
    pub fn chatbots_page(&self, query: Option<&str>) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        let given = parameters(query, &mut errors);
        let mut bots = self.wanted_chatbots(&given, &mut errors);
        match given.get("sort").map(String::as_str) {
            None | Some("created_at") => bots.sort_by_key(|bot| bot.created_at),
            Some("-created_at") => bots.sort_by_key(|bot| std::cmp::Reverse(bot.created_at)),
            Some("name") => bots.sort_by(|one, other| one.name.cmp(&other.name)),
            Some("-name") => bots.sort_by(|one, other| other.name.cmp(&one.name)),
            Some(_) => errors.field("sort", "Invalid sort"),
        }
        let rows: Vec<Row> = bots
            .into_iter()
            .map(|it| Row { at: it.created_at, id: it.id.clone(), json: self.chatbot_json(it) })
            .collect();
        Listed { rows: &rows, name: "chatbots", envelope: Envelope::Offset }.page(&given, &self.switches, errors)
    }

    fn wanted_chatbots(&self, given: &HashMap<String, String>, errors: &mut FieldErrors) -> Vec<&Chatbot> {
        let status = given.get("status");
        if status.is_some_and(|status| !["draft", "active", "paused", "archived"].contains(&status.as_str())) {
            errors.field("status", "Invalid enum value. Expected 'draft' | 'active' | 'paused' | 'archived'");
        }
        self.chatbots.iter().filter(|bot| status.is_none_or(|status| *status == bot.status)).collect()
    }
}
