//! What happened to conversations and messages, in the documented order (contract, sections 8 and 9.3), for whoever
//! tells the outside about it.
//!
//! Owns the queue and the diff. Never decides who is told, nor how it is written out.

use std::collections::VecDeque;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::World;
use super::acts::Wrote;
use super::records::{Conversation, Message};

/// One fact. The conversation is held as it was right after it.
#[derive(Clone, Debug)]
pub enum WorldEvent {
    /// A visitor opened a conversation; nothing has been said in it.
    ConversationCreated {
        /// When.
        at: DateTime<Utc>,
        /// The conversation.
        conversation: Conversation,
    },
    /// Fields changed that the documentation shows or lets be edited; never `last_message_*`, nor the stamps that
    /// follow from a status.
    ConversationUpdated {
        /// When.
        at: DateTime<Utc>,
        /// The conversation.
        conversation: Conversation,
        /// What changed, never empty.
        changes: Vec<FieldChange>,
    },
    /// A message was stored: a visitor's, the bot's, a person's or a marker.
    MessageCreated {
        /// When.
        at: DateTime<Utc>,
        /// The conversation.
        conversation: Conversation,
        /// The message.
        message: Message,
    },
}

impl WorldEvent {
    /// The conversation that it is about.
    #[must_use]
    pub const fn conversation(&self) -> &Conversation {
        match self {
            Self::ConversationCreated { conversation, .. }
            | Self::ConversationUpdated { conversation, .. }
            | Self::MessageCreated { conversation, .. } => conversation,
        }
    }

    /// When it happened.
    #[must_use]
    pub const fn at(&self) -> DateTime<Utc> {
        match self {
            Self::ConversationCreated { at, .. }
            | Self::ConversationUpdated { at, .. }
            | Self::MessageCreated { at, .. } => *at,
        }
    }

    /// The event's name (contract, section 9.3).
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ConversationCreated { .. } => "conversation.created",
            Self::ConversationUpdated { .. } => "conversation.updated",
            Self::MessageCreated { .. } => "message.created",
        }
    }
}

/// One field's change.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldChange {
    /// The field as the API's bodies name it: `assigned_to`.
    pub field: &'static str,
    /// Its value before.
    pub from: Value,
    /// Its value now.
    pub to: Value,
}

/// What differs between two states of one conversation, in the order of its fields.
pub(super) fn differences(before: &Conversation, after: &Conversation) -> Vec<FieldChange> {
    let text = |text: &Option<String>| json!(text);
    let id = |id: &Option<Arc<str>>| json!(id);
    let of = |it: &Conversation| {
        [
            ("chatbot_id", id(&it.chatbot_id)),
            ("status", json!(it.status.as_str())),
            ("priority", json!(it.priority.as_str())),
            ("title", text(&it.title)),
            ("summary", text(&it.summary)),
            ("sentiment_score", json!(it.sentiment_score)),
            ("contact_email", text(&it.contact_email)),
            ("contact_name", text(&it.contact_name)),
            ("contact_phone", text(&it.contact_phone)),
            ("assigned_to", id(&it.assigned_to)),
        ]
    };
    let pairs = of(before).into_iter().zip(of(after));
    pairs.filter(|(from, to)| from.1 != to.1).map(|((field, from), (_, to))| FieldChange { field, from, to }).collect()
}

/// Events that nobody took yet. Beyond so many the oldest are forgotten: nobody listens.
const MOST: usize = 20_000;

/// The queue.
#[derive(Clone, Debug, Default)]
pub(super) struct Events {
    waiting: VecDeque<WorldEvent>,
}

impl World {
    /// Everything that happened since the last call, the oldest first.
    pub fn take_events(&mut self) -> Vec<WorldEvent> {
        self.events.waiting.drain(..).collect()
    }

    /// Tells of a message that was put in place.
    pub(in crate::sandbox) fn tell(&mut self, wrote: &Wrote) {
        if let Some(slot) = self.slot(&wrote.conversation_id) {
            self.spoken(slot, &wrote.message_id);
        }
    }

    pub(super) fn happened(&mut self, event: WorldEvent) {
        if self.events.waiting.len() >= MOST {
            self.events.waiting.pop_front();
        }
        self.events.waiting.push_back(event);
    }

    pub(super) fn created(&mut self, slot: usize, at: DateTime<Utc>) {
        if let Some(conversation) = self.record(slot).map(|record| record.conversation.clone()) {
            self.happened(WorldEvent::ConversationCreated { at, conversation });
        }
    }

    pub(super) fn spoken(&mut self, slot: usize, message_id: &str) {
        let Some(record) = self.record(slot) else { return };
        let conversation = record.conversation.clone();
        if let Some(message) = record.thread.find(message_id) {
            let at = message.created_at;
            self.happened(WorldEvent::MessageCreated { at, conversation, message });
        }
    }

    /// Changes a conversation and tells what differs.
    pub(super) fn update(&mut self, slot: usize, at: DateTime<Utc>, change: impl FnOnce(&mut Conversation)) {
        let Some(before) = self.record(slot).map(|record| record.conversation.clone()) else { return };
        let after = self.edit(slot, |record| {
            change(&mut record.conversation);
            // Identity and creation never change; the indexes lean on it.
            record.conversation.id = before.id.clone();
            record.conversation.created_at = before.created_at;
            record.conversation.clone()
        });
        if let Some(conversation) = after {
            let changes = differences(&before, &conversation);
            if !changes.is_empty() {
                self.happened(WorldEvent::ConversationUpdated { at, conversation, changes });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::sandbox::switches::Switches;
    use crate::sandbox::world::{NewConversation, Status};

    fn moment() -> DateTime<Utc> {
        "2026-05-22T14:00:00Z".parse().unwrap()
    }

    fn world() -> World {
        let mut world = World::new(Switches::default(), Random::seeded(7));
        world.add_chatbot("Support bot", "ax7q9m", moment());
        world.add_member(Some("Mara"), None, "agent", moment());
        world
    }

    fn told(world: &mut World) -> Vec<String> {
        let line = |event: WorldEvent| match event {
            WorldEvent::ConversationCreated { conversation, .. } => format!("created {}", conversation.status.as_str()),
            WorldEvent::ConversationUpdated { changes, .. } => {
                let all: Vec<String> = changes.iter().map(|it| format!("{} {}>{}", it.field, it.from, it.to)).collect();
                format!("updated {}", all.join(", "))
            }
            WorldEvent::MessageCreated { conversation, message, .. } => {
                format!("{} {:?} while {}", message.author.role(), message.text(), conversation.status.as_str())
            }
        };
        world.take_events().into_iter().map(line).collect()
    }

    #[test]
    fn events_come_in_the_documented_order_from_the_first_word_to_the_summary() {
        let mut world = world();
        let id = world.open_conversation(NewConversation::default(), moment());
        world.visitor_says(&id, "help", moment()).unwrap();
        world.bot_says(&id, "One moment.", None, moment()).unwrap();
        world.escalate(&id, moment()).unwrap();
        assert_eq!(
            told(&mut world),
            [
                "created bot_active",
                "user \"help\" while bot_active",
                "assistant \"One moment.\" while bot_active",
                "updated status \"bot_active\">\"agent_requested\"",
            ],
            "the escalation's marker is told by no event"
        );
        world.reply(&id, "hello", &[], moment()).unwrap();
        assert_eq!(
            told(&mut world),
            [
                "system \"A team member has joined the conversation.\" while agent_requested",
                "updated status \"agent_requested\">\"open\"",
                "assistant \"hello\" while open",
            ]
        );
        world.change_status(&id, Status::Resolved, moment()).unwrap();
        world.pass_time(moment() + chrono::TimeDelta::minutes(1));
        let told = told(&mut world);
        let (last, first) = told.split_last().unwrap();
        assert_eq!(
            first,
            ["system \"This conversation has been resolved.\" while open", "updated status \"open\">\"resolved\"",]
        );
        assert!(last.starts_with("updated summary null>"), "{last}");
    }

    #[test]
    fn a_colleague_who_takes_over_becomes_the_owner_in_the_same_update() {
        let mut world = world();
        let user = world.members()[0].user_id.clone();
        let status = Some(Status::AgentRequested);
        let id = world.add_conversation(NewConversation { status, ..NewConversation::default() }, moment());
        world.colleague_replies(&id, &user, "mine", moment()).unwrap();
        let told = told(&mut world);
        assert_eq!(told.len(), 3);
        assert_eq!(told[1], format!("updated status \"agent_requested\">\"open\", assigned_to null>\"{user}\""));
        world.change(&id, moment(), |_| {}).unwrap();
        assert!(world.take_events().is_empty(), "what changes nothing is told by nothing");
    }
}
