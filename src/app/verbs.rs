//! What a person does to the conversation under the cursor, or to the one that is open: whose it is, how it stands, what
//! matters. Decides what may be asked for and what has to be asked first; carrying it out is the acts' own matter.

use crate::domain::{ConversationId, Status, TagDelta};

use super::action::{Action, Goal};
use super::acts::{self, Begun, Sure};
use super::chooser::Ask;
use super::effect::Effect;
use super::model::Model;
use super::notice::Weight;
use super::overlay::{Overlay, Question};
use super::{choosing, moving, noting, undo, words};

/// What a verb acts on: the conversation that is open, else the row under the cursor.
#[must_use]
pub fn target(model: &Model) -> Option<ConversationId> {
    model.panes.on_screen.clone().or_else(|| model.inbox.cursor.clone())
}

fn say(model: &mut Model, words: impl Into<String>) {
    let now = model.now.mono;
    model.notices.say(now, Weight::Plain, words, None);
}

fn warn(model: &mut Model, words: impl Into<String>) {
    let now = model.now.mono;
    model.notices.say(now, Weight::Warning, words, None);
}

/// A verb.
pub fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let Some(conversation) = target(model) else {
        say(model, "no conversation is selected");
        return;
    };
    if model.inbox.rows.get(&conversation).is_some_and(|row| row.conversation.unreadable.is_some()) {
        warn(model, "this record cannot be read, so nothing is done with it");
        return;
    }
    match action {
        Action::Note => noting::open(model, &conversation),
        Action::TakeOver => take_over(model, conversation),
        Action::AssignToMe => assign_to_me(model, &conversation, effects),
        Action::Assign => choosing::open(model, Ask::Owner(conversation), effects),
        Action::HandOver => hand_over(model, conversation, effects),
        Action::Tags => {
            choosing::open(model, Ask::Tags { conversation, delta: TagDelta::default() }, effects);
        }
        Action::Prioritize(level) => _ = acts::priority(model, &conversation, level.priority(), effects),
        Action::Become(goal) => become_(model, &conversation, goal, false, effects),
        Action::ChooseStatus => choosing::open(model, Ask::Status(conversation), effects),
        Action::Resolve => become_(model, &conversation, Goal::Resolved, true, effects),
        Action::ResolveAndStay => become_(model, &conversation, Goal::Resolved, false, effects),
        Action::Close => become_(model, &conversation, Goal::Closed, false, effects),
        Action::Reopen => become_(model, &conversation, Goal::Open, false, effects),
        Action::Redo => _ = undo::redo(model, &conversation, effects),
        Action::Repeat => repeat(model, &conversation, effects),
        _ => {}
    }
}

fn assign_to_me(model: &mut Model, conversation: &ConversationId, effects: &mut Vec<Effect>) {
    match model.directory.me.clone() {
        Some(me) => _ = acts::assign(model, conversation, Some(me), effects),
        None if model.directory.members.is_empty() => warn(model, "not assigned: the members are not known yet"),
        None => {
            let now = model.now.mono;
            model.overlays.show(Overlay::WhoAmI { chosen: 0 }, now);
        }
    }
}

fn hand_over(model: &mut Model, conversation: ConversationId, effects: &mut Vec<Effect>) {
    let me = model.directory.me.as_ref();
    let anybody = model.directory.members.iter().any(|member| Some(&member.user_id) != me);
    if anybody {
        choosing::open(model, Ask::HandOver(conversation), effects);
    } else {
        warn(model, "there is no colleague to hand over to");
    }
}

/// Asks for the status of a conversation to change; asks first where text would be left behind or the bot given up for
/// good. With `advance` the next one follows.
pub fn become_(model: &mut Model, conversation: &ConversationId, goal: Goal, advance: bool, effects: &mut Vec<Effect>) {
    if goal == Goal::Open && acts::expected_status(model, conversation) == Some(Status::BotActive) {
        take_over(model, conversation.clone());
        return;
    }
    match acts::set_status(model, conversation, &goal.status(), Sure::Ask, effects) {
        Begun::Yes if advance => moving::advance(model, conversation),
        Begun::Yes | Begun::No => {}
        Begun::Asks(obstacle) => {
            let now = model.now.mono;
            let question = Question::Become { conversation: conversation.clone(), goal, advance, obstacle };
            model.overlays.show(Overlay::Question(question), now);
        }
    }
}

/// The same after a person was asked.
pub fn become_anyway(
    model: &mut Model,
    conversation: &ConversationId,
    goal: Goal,
    advance: bool,
    effects: &mut Vec<Effect>,
) {
    if acts::set_status(model, conversation, &goal.status(), Sure::Yes, effects) == Begun::Yes && advance {
        moving::advance(model, conversation);
    }
}

/// `.`: where a status would leave text behind, that is asked as it was the first time.
fn repeat(model: &mut Model, conversation: &ConversationId, effects: &mut Vec<Effect>) {
    if let Begun::Asks(_) = undo::repeat(model, conversation, effects) {
        warn(model, "not repeated: a draft or something unsent lies here");
    }
}

/// `T`: only what the bot answers can be taken over by itself.
fn take_over(model: &mut Model, conversation: ConversationId) {
    match acts::expected_status(model, &conversation) {
        Some(Status::BotActive) => {
            let now = model.now.mono;
            model.overlays.show(Overlay::Question(Question::TakeOver { conversation }), now);
        }
        Some(Status::AgentRequested) => say(model, "your first reply takes over"),
        Some(status) => {
            let words = format!("there is no bot to take over from: {}", words::status(&status));
            say(model, words);
        }
        None => say(model, "it is not known yet how this conversation stands"),
    }
}
