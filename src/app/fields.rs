//! The fields of the sidebar that a cursor can stand on, held by what they are. What Enter does there, and the note that
//! is kept on top.

use crate::domain::{Conversation, ConversationId, NoteId, TagDelta};
use crate::text::RawText;

use super::action::Action;
use super::chooser::Ask;
use super::effect::Effect;
use super::keymap::Context;
use super::model::Model;
use super::notice::Weight;
use super::{choosing, key_words, prompt};

/// One field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// A note.
    Note(NoteId),
    /// The title.
    Title,
    /// The visitor's name.
    Name,
    /// The visitor's mail address.
    Email,
    /// The visitor's telephone number.
    Phone,
    /// The tags.
    Tags,
    /// Whose it is.
    Owner,
}

impl Field {
    /// The text of a field that is one, as the conversation has it; the outer none for a field that is no text.
    #[must_use]
    pub const fn text<'a>(&self, conversation: &'a Conversation) -> Option<Option<&'a RawText>> {
        match self {
            Self::Title => Some(conversation.title.as_ref()),
            Self::Name => Some(conversation.contact_name.as_ref()),
            Self::Email => Some(conversation.contact_email.as_ref()),
            Self::Phone => Some(conversation.contact_phone.as_ref()),
            Self::Note(_) | Self::Tags | Self::Owner => None,
        }
    }

    /// What it is called.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Note(_) => "note",
            Self::Title => "title",
            Self::Name => "name",
            Self::Email => "e-mail",
            Self::Phone => "phone",
            Self::Tags => "tags",
            Self::Owner => "owner",
        }
    }
}

/// The notes of a conversation in the order of the sidebar: the one that is kept on top, then the newest first.
#[must_use]
pub fn notes(model: &Model, conversation: &ConversationId) -> Vec<NoteId> {
    let Some(aside) = model.sidebar.get(conversation) else { return Vec::new() };
    let pinned = aside.pinned.as_ref().filter(|id| aside.notes.iter().any(|note| note.id == **id));
    let rest = aside.notes.iter().rev().map(|note| &note.id).filter(|id| Some(*id) != pinned);
    pinned.into_iter().chain(rest).cloned().collect()
}

/// The fields of a conversation's sidebar from the top.
#[must_use]
pub fn all(model: &Model, conversation: &ConversationId) -> Vec<Field> {
    let mut fields: Vec<Field> = notes(model, conversation).into_iter().map(Field::Note).collect();
    fields.extend([Field::Name, Field::Email, Field::Phone, Field::Tags, Field::Owner, Field::Title]);
    fields
}

/// The field under the cursor: the one that it was put on, else the first.
#[must_use]
pub fn current(model: &Model) -> Option<Field> {
    let conversation = model.shown()?;
    let fields = all(model, conversation);
    let held = model.panes.field.as_ref().filter(|held| fields.contains(held));
    held.cloned().or_else(|| fields.into_iter().next())
}

/// Moves the cursor.
pub fn step(model: &mut Model, by: isize) {
    let (Some(conversation), Some(from)) = (model.shown().cloned(), current(model)) else { return };
    let fields = all(model, &conversation);
    let at = fields.iter().position(|field| *field == from).unwrap_or(0);
    let to = at.saturating_add_signed(by).min(fields.len().saturating_sub(1));
    model.panes.field = fields.into_iter().nth(to);
}

/// An act in the sidebar.
pub fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::Open => edit(model, effects),
        Action::Pin => pin(model),
        _ => {}
    }
}

/// Enter on a field.
fn edit(model: &mut Model, effects: &mut Vec<Effect>) {
    let (Some(conversation), Some(field)) = (model.shown().cloned(), current(model)) else { return };
    match field {
        Field::Title | Field::Name | Field::Email | Field::Phone => prompt::edit_field(model, &conversation, field),
        Field::Tags => {
            choosing::open(model, Ask::Tags { conversation, delta: TagDelta::default() }, effects);
        }
        Field::Owner => choosing::open(model, Ask::Owner(conversation), effects),
        Field::Note(_) => {
            let now = model.now.mono;
            let another = key_words::clause(model, (Context::Sidebar, Action::Note), "; ", " writes another");
            let words = format!("a note cannot be changed once it is saved{another}");
            model.notices.say(now, Weight::Plain, words, None);
        }
    }
}

/// Keeps the note under the cursor on top, or lets it go.
fn pin(model: &mut Model) {
    let now = model.now.mono;
    let (Some(conversation), Some(Field::Note(note))) = (model.shown().cloned(), current(model)) else {
        model.notices.say(now, Weight::Plain, "put the cursor on a note first", None);
        return;
    };
    let aside = model.sidebar.entry(&conversation);
    let words = if aside.pinned.as_ref() == Some(&note) {
        aside.pinned = None;
        "no note is kept on top any more"
    } else {
        aside.pinned = Some(note);
        "this note stays on top, here and until you leave"
    };
    model.notices.say(now, Weight::Plain, words, None);
}
