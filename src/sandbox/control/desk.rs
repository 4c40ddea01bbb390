//! Carries out the commands about notes, tags, PATCH, takeover, people and bots.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{ControlError, Done, ago, unfit};
use crate::sandbox::command::{ChatbotGone, ChatbotSet, NewNote, NewTag, Patch, Person, TagGone, TagSet, TakeOver};
use crate::sandbox::platform::{Platform, amendment};
use crate::sandbox::world::ChatbotChange;

impl Platform {
    /// Who acts when nobody is named: the owner, else the last member.
    pub(super) fn somebody(&self, named: Option<&String>, conversation_id: &str) -> Arc<str> {
        let owner = self.world.conversation(conversation_id).and_then(|it| it.assigned_to.clone());
        let last = || self.world.members().last().map_or_else(|| "".into(), |member| member.user_id.clone());
        named.map(|user| user.as_str().into()).or(owner).unwrap_or_else(last)
    }

    pub(super) fn note_command(
        &mut self,
        id: &str,
        it: &NewNote,
        now: DateTime<Utc>,
    ) -> Result<Arc<str>, ControlError> {
        let author = (!it.by_key).then(|| self.somebody(it.user_id.as_ref(), id));
        Ok(self.world.add_note(id, author, &it.content, ago(now, it.ago))?)
    }

    pub(super) fn tag_command(&mut self, it: &NewTag, now: DateTime<Utc>) -> Done {
        let id = self.world.add_tag(&it.name, it.color.as_deref(), now)?;
        Ok(json!({ "tag_id": id }))
    }

    pub(super) fn remove_tag_command(&mut self, it: &TagGone) -> Done {
        let id = self.tag_id(&it.tag)?;
        self.world.remove_tag(&id);
        Ok(json!({}))
    }

    pub(super) fn tags_command(&mut self, it: &TagSet, now: DateTime<Utc>) -> Done {
        let slot = self.world.slot(&it.conversation_id);
        let slot = slot.ok_or_else(|| unfit(format!("there is no conversation {}", it.conversation_id)))?;
        let named = |all: &[String]| all.iter().map(|tag| self.tag_id(tag)).collect::<Result<Vec<_>, _>>();
        let mut ids = match &it.set {
            Some(set) => named(set)?,
            None => self.world.tags_of(slot).iter().map(ToString::to_string).collect(),
        };
        ids.extend(named(&it.add)?);
        let gone = named(&it.remove)?;
        ids.retain(|id| !gone.contains(id));
        self.world.set_tags(&it.conversation_id, &ids, now)?;
        Ok(json!({ "tag_ids": self.world.tags_of(slot) }))
    }

    fn tag_id(&self, named: &str) -> Result<String, ControlError> {
        let tags = self.world.tags();
        let by_id = tags.iter().find(|tag| tag.id.eq_ignore_ascii_case(named));
        let tag = by_id.or_else(|| tags.iter().find(|tag| tag.name.to_lowercase() == named.to_lowercase()));
        tag.map(|tag| tag.id.to_string()).ok_or_else(|| unfit(format!("there is no tag {named:?}")))
    }

    pub(super) fn patch_command(&mut self, it: &Patch, now: DateTime<Utc>) -> Done {
        let body = Value::Object(it.fields.clone()).to_string();
        let amendment = amendment(body.as_bytes(), &self.world)
            .map_err(|errors| unfit(format!("the change does not fit: {}", errors.details())))?;
        self.world.amend(&it.conversation_id, amendment, now)?;
        Ok(json!({ "conversation_id": it.conversation_id }))
    }

    pub(super) fn take_over_command(&mut self, it: &TakeOver, now: DateTime<Utc>) -> Done {
        let user = self.somebody(it.user_id.as_ref(), "");
        self.world.take_over(&it.conversation_id, &user, now)?;
        Ok(json!({ "conversation_id": it.conversation_id, "user_id": user }))
    }

    pub(super) fn add_member_command(&mut self, it: &Person, now: DateTime<Utc>) -> Done {
        let role = it.role.as_deref().unwrap_or("agent");
        let user = self.world.add_member(it.first_name.as_deref(), it.last_name.as_deref(), role, now);
        let id = self.world.members().last().map(|member| member.id.clone());
        Ok(json!({ "user_id": user, "member_id": id }))
    }

    pub(super) fn chatbot_command(&mut self, it: ChatbotSet, now: DateTime<Utc>) -> Done {
        let id = match it.chatbot_id {
            Some(id) => id,
            None => {
                let slug = self.random.hex(3);
                self.world.add_chatbot(it.name.as_deref().unwrap_or("Bot"), &slug, now).to_string()
            }
        };
        let (name, status, human_support_enabled) = (it.name, it.status, it.human_support_enabled);
        self.world.change_chatbot(&id, ChatbotChange { name, status, human_support_enabled }, now)?;
        Ok(json!({ "chatbot_id": id }))
    }

    pub(super) fn remove_chatbot_command(&mut self, it: &ChatbotGone) -> Done {
        let gone = self.world.remove_chatbot(&it.chatbot_id);
        gone.then(|| json!({})).ok_or_else(|| unfit(format!("there is no chatbot {}", it.chatbot_id)))
    }

    /// Raw JSON, or fields, in the place of a note, tag, person or bot.
    pub(super) fn plant_beside(
        &mut self,
        what: &Planted<'_>,
        raw: Option<String>,
        fields: Map<String, Value>,
        now: DateTime<Utc>,
    ) -> Done {
        match what {
            Planted::Note(conversation, "new") => {
                let note = NewNote { content: "(planted)".to_owned(), ..NewNote::default() };
                let id = self.note_command(conversation, &note, now)?;
                self.world.plant_note(conversation, &id, raw, fields)?;
                Ok(json!({ "conversation_id": conversation, "note_id": id }))
            }
            Planted::Note(conversation, id) => {
                self.world.plant_note(conversation, id, raw, fields)?;
                Ok(json!({ "conversation_id": conversation, "note_id": id }))
            }
            Planted::Tag("new") => {
                let name = format!("planted {}", self.random.hex(4));
                let id = self.world.add_tag(&name, None, now)?;
                self.world.plant_tag(&id, raw, fields)?;
                Ok(json!({ "tag_id": id }))
            }
            Planted::Tag(named) => {
                let id = self.tag_id(named)?;
                self.world.plant_tag(&id, raw, fields)?;
                Ok(json!({ "tag_id": id }))
            }
            Planted::Member(user) => {
                self.world.plant_member(user, raw, fields)?;
                Ok(json!({ "user_id": user }))
            }
            Planted::Chatbot(id) => {
                self.world.plant_chatbot(id, raw, fields)?;
                Ok(json!({ "chatbot_id": id }))
            }
        }
    }
}

/// What a plant is laid over besides conversations and messages.
pub(super) enum Planted<'a> {
    /// A note of a conversation.
    Note(&'a str, &'a str),
    /// A tag, by id or name.
    Tag(&'a str),
    /// A person, by user id.
    Member(&'a str),
    /// A bot.
    Chatbot(&'a str),
}
