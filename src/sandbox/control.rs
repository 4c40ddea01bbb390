//! Carries out the commands of the control interface, the same in process and over HTTP.

mod desk;
mod webhooks;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use self::desk::Planted;
use super::command::{
    self, Bot, Colleague, Command, Fill, List, NewConversation, NewMessage, Plant, Rotate, Set, TagSet, Visitor,
};
use super::platform::{Platform, fresh_key, fresh_oauth_token};
use super::world::{self, ActError, Author, Contact, Content, Conversation, Priority, Status, Tool, Wrote};

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlError {
    /// It names something that is not there, or that does not fit.
    #[error("{0}")]
    Unfit(String),
}

impl From<ActError> for ControlError {
    fn from(error: ActError) -> Self {
        Self::Unfit(error.to_string())
    }
}

fn unfit(why: impl Into<String>) -> ControlError {
    ControlError::Unfit(why.into())
}

type Done = Result<Value, ControlError>;
type Change = Box<dyn FnOnce(&mut Conversation)>;

fn wrote(wrote: &Wrote) -> Value {
    json!({ "conversation_id": wrote.conversation_id, "message_id": wrote.message_id })
}

/// What the API writes, as a value; what is no JSON as a string.
fn read(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

fn ago(now: DateTime<Utc>, seconds: f64) -> DateTime<Utc> {
    // Beyond a thousand years either way nothing is told apart.
    let millis = (seconds.clamp(-3.2e10, 3.2e10) * 1_000.0) as i64;
    now.checked_sub_signed(TimeDelta::milliseconds(millis)).unwrap_or(now)
}

impl Platform {
    /// One command, carried out now.
    ///
    /// # Errors
    ///
    /// A sentence that says what does not fit.
    pub fn control(&mut self, command: Command, wall: DateTime<Utc>) -> Done {
        let now = self.time(wall);
        self.look(now);
        self.catch_up(now);
        match command {
            Command::Visitor(it) => self.visitor(it, now),
            Command::Colleague(it) => self.colleague(&it, now),
            Command::Bot(it) => self.bot(it, now),
            Command::Escalate(it) => {
                self.world.escalate(&it.conversation_id, now)?;
                Ok(json!({ "conversation_id": it.conversation_id }))
            }
            Command::Conversation(it) => self.conversation(*it, now),
            Command::Set(it) => self.set(*it, now),
            Command::Message(it) => {
                let done = self.message(&it.conversation_id, it.message, now)?;
                self.world.tell(&done);
                Ok(wrote(&done))
            }
            Command::Plant(it) => self.plant(it, now),
            Command::Fill(it) => Ok(self.fill(it, now)),
            Command::Note(it) => {
                let note = self.note_command(&it.conversation_id, &it.note, now)?;
                Ok(json!({ "conversation_id": it.conversation_id, "note_id": note }))
            }
            Command::Tag(it) => self.tag_command(&it, now),
            Command::RemoveTag(it) => self.remove_tag_command(&it),
            Command::Tags(it) => self.tags_command(&it, now),
            Command::Patch(it) => self.patch_command(&it, now),
            Command::TakeOver(it) => self.take_over_command(&it, now),
            Command::Chatbot(it) => self.chatbot_command(it, now),
            Command::RemoveChatbot(it) => self.remove_chatbot_command(&it),
            Command::AddMember(it) => self.add_member_command(&it, now),
            Command::RemoveMember(it) => {
                let gone = self.world.remove_member(&it.user_id);
                gone.then(|| json!({})).ok_or_else(|| unfit(format!("there is no member {}", it.user_id)))
            }
            Command::Switch(it) => {
                self.world.switches.set(&it.name, it.value).map_err(unfit)?;
                Ok(json!({}))
            }
            Command::Key(it) => {
                let found = self.set_key_state(it.token.as_deref(), it.state);
                found.then(|| json!({})).ok_or_else(|| unfit("there is no such key"))
            }
            Command::RotateKey(it) => Ok(self.rotate(it)),
            Command::Limits(it) => {
                self.set_limits(it.minute, it.hour);
                if it.forget {
                    self.forget_spent();
                }
                self.spend(it.spend.min(1_000_000), now);
                Ok(json!({}))
            }
            Command::Fault(it) => {
                self.add_fault(it);
                Ok(json!({}))
            }
            Command::ClearFaults {} => {
                self.faults.clear();
                self.webhooks.clear_faults();
                Ok(json!({}))
            }
            Command::Barrier(it) => {
                self.barriers.add(it);
                Ok(json!({}))
            }
            Command::ClearBarriers {} => {
                self.barriers.clear();
                Ok(json!({}))
            }
            Command::Barriers {} => Ok(self.barriers.list()),
            Command::Palette {} => {
                let tags: Vec<Value> = self.world.tags().iter().map(|tag| read(self.world.tag_json(tag))).collect();
                Ok(Value::Array(tags))
            }
            Command::Advance(it) => {
                let millis = it.seconds.saturating_mul(1_000).saturating_add(it.ms).min(10_u64.pow(14));
                self.skip(TimeDelta::milliseconds(i64::try_from(millis).unwrap_or(0)));
                let now = self.time(wall);
                self.catch_up(now);
                Ok(json!({ "now": now.to_rfc3339() }))
            }
            Command::Webhook(it) => self.webhook_command(it, now),
            Command::RotateSecret(it) => self.rotate_secret_command(&it, now),
            Command::WebhookFault(it) => {
                self.webhooks.add_fault(it);
                Ok(json!({}))
            }
            Command::Freeze(it) => {
                self.webhooks.freeze(it.frozen);
                Ok(json!({}))
            }
            Command::Deliver(it) => self.deliver_command(&it),
            Command::Replay(it) => self.replay_command(&it, now),
            Command::Deliveries(it) => Ok(self.deliveries_command(&it)),
            Command::Log(it) => Ok(self.read_log(it.since, it.method.as_deref(), it.path.as_deref())),
            Command::ClearLog {} => {
                self.clear_log();
                Ok(json!({}))
            }
            Command::Counts {} => Ok(self.counts()),
            Command::Show(it) => self.show(&it.conversation_id),
            Command::List(it) => Ok(self.list(&it)),
            Command::Texts(it) => self.texts(&it),
            Command::Switches {} => {
                serde_json::to_value(&self.world.switches).map_err(|error| unfit(error.to_string()))
            }
            Command::Members {} => Ok(read(self.world.members_json())),
        }
    }

    fn visitor(&mut self, it: Visitor, now: DateTime<Utc>) -> Done {
        if let Some(id) = &it.conversation_id {
            return Ok(wrote(&self.world.visitor_says(id, &it.text, now)?));
        }
        let new = world::NewConversation {
            title: it.title,
            contact: Contact { name: it.contact_name, email: it.contact_email, phone: it.contact_phone },
            chatbot_id: it.chatbot_id.map(Into::into),
            ..world::NewConversation::default()
        };
        let id = self.world.open_conversation(new, now);
        Ok(wrote(&self.world.visitor_says(&id, &it.text, now)?))
    }

    fn colleague(&mut self, it: &Colleague, now: DateTime<Utc>) -> Done {
        let user = self.somebody(it.user_id.as_ref(), &it.conversation_id);
        Ok(wrote(&self.world.colleague_replies(&it.conversation_id, &user, &it.text, now)?))
    }

    fn bot(&mut self, it: Bot, now: DateTime<Utc>) -> Done {
        let tool =
            it.tool.map(|tool| Tool { name: tool.name, input: tool.input, output: tool.output, error: tool.error });
        if tool.is_none() && it.text.is_empty() {
            return Err(unfit("a bot's turn needs text or a tool"));
        }
        Ok(wrote(&self.world.bot_says(&it.conversation_id, &it.text, tool, now)?))
    }

    fn conversation(&mut self, it: NewConversation, now: DateTime<Utc>) -> Done {
        if it.id.as_deref().is_some_and(|id| self.world.slot(id).is_some()) {
            return Err(unfit("there is a conversation with this id"));
        }
        let priority = match it.priority.as_deref() {
            None => Priority::default(),
            Some(name) => Priority::parse(name).ok_or_else(|| unfit(format!("no priority is called {name:?}")))?,
        };
        let oldest = it.messages.iter().map(|message| message.ago).fold(it.ago, f64::max);
        let new = world::NewConversation {
            id: it.id,
            status: it.status.as_deref().map(Status::parse),
            priority,
            title: it.title,
            contact: Contact { name: it.contact_name, email: it.contact_email, phone: it.contact_phone },
            chatbot_id: it.chatbot_id.map(Into::into),
            assigned_to: it.assigned_to.map(Into::into),
        };
        let id = self.world.add_conversation(new, ago(now, oldest));
        let mut messages = Vec::new();
        for message in it.messages {
            messages.push(self.message(&id, message, now)?.message_id);
        }
        for note in it.notes {
            self.note_command(&id, &note, now)?;
        }
        self.tags_command(&TagSet { conversation_id: id.to_string(), add: it.tags, ..TagSet::default() }, now)?;
        Ok(json!({ "conversation_id": id, "message_ids": messages }))
    }

    fn message(&mut self, id: &str, it: NewMessage, now: DateTime<Utc>) -> Result<Wrote, ControlError> {
        let author = match it.who.as_str() {
            "visitor" => Author::Visitor,
            "bot" => Author::Bot,
            "api" => Author::Api,
            "dashboard" => Author::Dashboard(self.somebody(it.user_id.as_ref(), "")),
            "system" => Author::System,
            "" => return Err(unfit("a message needs who: visitor, bot, api, dashboard, system, or any role")),
            role => Author::Other { role: role.into(), metadata: it.metadata },
        };
        let mut contents = Vec::new();
        if !it.text.is_empty() || it.file_url.is_none() {
            contents.push(Content::Text(it.text));
        }
        if let Some(url) = it.file_url {
            let filename = url.rsplit('/').next().map(str::to_owned);
            contents.push(Content::File { url, media_type: None, filename });
        }
        Ok(self.world.add_message(id, author, contents, ago(now, it.ago))?)
    }

    fn set(&mut self, it: Set, now: DateTime<Utc>) -> Done {
        let id = it.conversation_id;
        let mut changes: Vec<Change> = Vec::new();
        for (name, value) in it.fields {
            changes.push(change(&name, &value)?);
        }
        self.world.change(&id, now, |conversation| {
            for change in changes {
                change(conversation);
            }
        })?;
        if let Some(status) = it.status.as_deref().map(Status::parse) {
            if it.silent {
                self.world.change(&id, now, |conversation| conversation.status = status)?;
            } else {
                self.world.change_status(&id, status, now)?;
            }
        }
        Ok(json!({ "conversation_id": id }))
    }

    fn plant(&mut self, it: Plant, now: DateTime<Utc>) -> Done {
        let conversation = it.conversation_id.clone().unwrap_or_default();
        let beside = match (&it.note_id, &it.tag, &it.user_id, &it.chatbot_id) {
            (Some(note), _, _, _) => Some(Planted::Note(&conversation, note)),
            (None, Some(tag), _, _) => Some(Planted::Tag(tag)),
            (None, None, Some(user), _) => Some(Planted::Member(user)),
            (None, None, None, Some(bot)) => Some(Planted::Chatbot(bot)),
            (None, None, None, None) => None,
        };
        if let Some(what) = beside {
            return self.plant_beside(&what, it.raw, it.fields, now);
        }
        let known = it.conversation_id.filter(|id| self.world.slot(id).is_some() || it.message_id.is_some());
        let id = match known {
            Some(id) => id,
            None => {
                let status = Some(Status::parse(it.status.as_deref().unwrap_or("open")));
                let new = world::NewConversation { status, ..world::NewConversation::default() };
                self.world.add_conversation(new, now).to_string()
            }
        };
        match it.message_id.as_deref() {
            None => {
                self.world.plant_conversation(&id, it.raw, it.fields)?;
                Ok(json!({ "conversation_id": id }))
            }
            Some(message) => {
                let message = if message == "new" {
                    let new = self.world.visitor_says(&id, "(planted)", now)?;
                    new.message_id.to_string()
                } else {
                    message.to_owned()
                };
                self.world.plant_message(&id, &message, it.raw, it.fields)?;
                Ok(json!({ "conversation_id": id, "message_id": message }))
            }
        }
    }

    fn fill(&mut self, it: Fill, now: DateTime<Utc>) -> Value {
        let fill = world::Fill {
            conversations: it.conversations,
            messages: it.messages,
            seed: it.seed,
            statuses: it.statuses.iter().map(|status| Status::parse(status)).collect(),
            assigned_to: it.assigned_to.map(Into::into),
            unassigned: it.unassigned,
            ages: it.ages,
        };
        let ids = self.world.fill(&fill, now);
        // The ids of a large fill would be megabytes that nobody reads.
        json!({ "made": ids.len(), "conversation_ids": ids.iter().take(1_000).collect::<Vec<_>>() })
    }

    fn rotate(&mut self, it: Rotate) -> Value {
        if !it.keep_old {
            self.set_key_state(None, super::platform::KeyState::Unknown);
        }
        let token = it.token.unwrap_or_else(|| if it.oauth { fresh_oauth_token() } else { fresh_key() });
        self.add_key(token.clone(), "rotated", it.user_id, it.scopes);
        json!({ "api_key": token })
    }

    fn counts(&self) -> Value {
        let by_status: Map<String, Value> =
            Status::KNOWN.iter().map(|status| (status.as_str().to_owned(), json!(self.world.count(status)))).collect();
        let messages: usize = self.world.records().iter().map(world::Record::len).sum();
        let mut counts = self.log_counts();
        if let Some(fields) = counts.as_object_mut() {
            fields.insert("conversations".to_owned(), json!(self.world.len()));
            fields.insert("conversations_by_status".to_owned(), Value::Object(by_status));
            fields.insert("messages".to_owned(), json!(messages));
            fields.insert("faults".to_owned(), json!(self.faults.list()));
            fields.insert("webhook_faults".to_owned(), json!(self.webhooks.faults()));
        }
        counts
    }

    fn show(&self, id: &str) -> Done {
        let slot = self.world.slot(id).ok_or_else(|| unfit(format!("there is no conversation {id}")))?;
        let record = self.world.record(slot).ok_or_else(|| unfit("there is no such conversation"))?;
        let messages: Vec<Value> =
            record.messages().map(|message| read(self.world.message_json(id, &message))).collect();
        let conversation = self.world.conversation_json(slot).map_or(Value::Null, read);
        let notes: Vec<Value> =
            self.world.notes(slot).iter().map(|note| read(self.world.note_json(id, note))).collect();
        let tags = self.world.tags_of(slot).iter().filter_map(|tag| self.world.stored_tag_json(tag)).map(read);
        let tags: Vec<Value> = tags.collect();
        Ok(json!({ "conversation": conversation, "messages": messages, "notes": notes, "tags": tags }))
    }

    fn list(&self, it: &List) -> Value {
        let limit = if it.limit == 0 { 1_000 } else { it.limit };
        let rows = self.world.records().iter().map(|record| &record.conversation).filter(|row| {
            it.status.as_deref().is_none_or(|status| row.status.as_str() == status)
                && it
                    .contact_name
                    .as_deref()
                    .is_none_or(|name| row.contact_name.as_deref().is_some_and(|held| held.contains(name)))
        });
        let rows: Vec<Value> = rows
            .take(limit)
            .map(|row| {
                json!({
                    "id": row.id, "status": row.status.as_str(), "contact_name": row.contact_name,
                    "assigned_to": row.assigned_to, "title": row.title,
                })
            })
            .collect();
        json!({ "conversations": rows })
    }

    fn texts(&self, it: &command::Texts) -> Done {
        let mut found = Vec::new();
        let slots = match &it.conversation_id {
            Some(id) => {
                let slot = self.world.slot(id).ok_or_else(|| unfit(format!("there is no conversation {id}")))?;
                slot..slot + 1
            }
            None => 0..self.world.len(),
        };
        for record in self.world.records().get(slots).unwrap_or_default() {
            for message in record.messages().filter(|message| message.text() == it.text) {
                found.push(json!({
                    "conversation_id": record.conversation.id,
                    "message_id": message.id,
                    "role": message.author.role(),
                    "created_at": message.created_at.to_rfc3339(),
                }));
            }
        }
        Ok(json!({ "count": found.len(), "messages": found }))
    }
}

/// One field's change, checked before anything is touched.
fn change(name: &str, value: &Value) -> Result<Change, ControlError> {
    let wrong = || unfit(format!("{name} can't be {value}"));
    let text = match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Number(_) if name == "sentiment_score" => None,
        Value::Number(_) | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Err(wrong()),
    };
    let score =
        if name == "sentiment_score" && !value.is_null() { Some(value.as_i64().ok_or_else(wrong)?) } else { None };
    let priority = match (name, &text) {
        ("priority", Some(text)) => Priority::parse(text).ok_or_else(wrong)?,
        ("priority", None) => return Err(wrong()),
        _ => Priority::default(),
    };
    Ok(match name {
        "assigned_to" => Box::new(move |it| it.assigned_to = text.map(Into::into)),
        "priority" => Box::new(move |it| it.priority = priority),
        "title" => Box::new(move |it| it.title = text),
        "summary" => Box::new(move |it| it.summary = text),
        "sentiment_score" => Box::new(move |it| it.sentiment_score = score),
        "contact_name" => Box::new(move |it| it.contact_name = text),
        "contact_email" => Box::new(move |it| it.contact_email = text),
        "contact_phone" => Box::new(move |it| it.contact_phone = text),
        "chatbot_id" => Box::new(move |it| it.chatbot_id = text.map(Into::into)),
        "qr_code_id" => Box::new(move |it| it.qr_code_id = text.map(Into::into)),
        "product_id" => Box::new(move |it| it.product_id = text.map(Into::into)),
        "object_id" => Box::new(move |it| it.object_id = text.map(Into::into)),
        _ => return Err(unfit(format!("a conversation has no field {name:?} to set"))),
    })
}
