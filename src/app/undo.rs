//! What can be taken back of what is done, done again after that, or done once more elsewhere.
//!
//! Owns the three memories. Every way back is an act of its own, through the same queue, held where a visitor sees it.

use std::collections::HashMap;

use crate::domain::{Change, ConversationId, Status};

use super::acts::{self, Begun, Sure};
use super::effect::Effect;
use super::model::Model;
use super::notice::Weight;
use super::outbox::{ALREADY_SENT_FOR, Step, Work};
use super::{act_words, deciding, writing};

/// The most acts of one conversation that can be taken back one after another.
const KEPT: usize = 50;

/// One act that is done and has a way back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The number of the act.
    pub act: u64,
    /// What it did, step by step.
    pub forward: Vec<Work>,
    /// What takes it back, in the order in which that is done.
    pub backward: Vec<Work>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Back,
    Again,
}

/// The memories.
#[derive(Clone, Debug, Default)]
pub struct Undo {
    /// By conversation: what is done, the newest last.
    done: HashMap<ConversationId, Vec<Done>>,
    /// By conversation: what was taken back, the newest last.
    undone: HashMap<ConversationId, Vec<Done>>,
    /// Ways back and again that are under way, by the number of their act.
    under_way: HashMap<u64, (ConversationId, Way, Done)>,
    /// The last act that can be done once more.
    last: Vec<Work>,
}

impl Undo {
    /// The last act of a conversation that can be taken back.
    #[must_use]
    pub fn newest(&self, conversation: &ConversationId) -> Option<&Done> {
        self.done.get(conversation).and_then(|held| held.last())
    }
}

/// What would be taken back now by `u`, for the hint line; none where there is nothing.
#[must_use]
pub fn would_do(model: &Model) -> Option<String> {
    let here = here(model)?;
    let pending = || model.outbox.pending(&here).rev();
    if let Some(entry) = pending().find(|entry| entry.can_be_taken_back() && !entry.taken_back) {
        return Some(match &entry.work {
            Work::Reply { .. } => "take the reply back".to_owned(),
            Work::Note => "take the note back".to_owned(),
            work @ (Work::Change { .. } | Work::Tags { .. } | Work::CreateTag { .. } | Work::DeleteTag { .. }) => {
                format!("do not {}", act_words::order(model, work))
            }
        });
    }
    if deciding::sent_a_moment_ago(model, &here) {
        return None;
    }
    if model.composer.discarded.as_ref().is_some_and(|(target, _)| *target == here) {
        return Some("bring the discarded draft back".to_owned());
    }
    let done = model.undo.newest(&here)?;
    let orders: Vec<String> = done.backward.iter().map(|work| act_words::order(model, work)).collect();
    Some(orders.join(", then "))
}

/// The same in a few cells, where it would be a change that is done: only which kinds of change it is about.
#[must_use]
pub fn would_do_in_short(model: &Model) -> Option<String> {
    let done = model.undo.newest(&here(model)?)?;
    let kinds: Vec<&str> = done.forward.iter().map(act_words::kind).collect();
    Some(format!("undo {}", kinds.join(", ")))
}

/// The conversation that `u` speaks of.
fn here(model: &Model) -> Option<ConversationId> {
    model.panes.on_screen.clone().or_else(|| model.inbox.cursor.clone())
}

/// `u` where nothing is held and no draft was discarded: takes the last act of this conversation back.
pub fn take_back(model: &mut Model, conversation: &ConversationId, effects: &mut Vec<Effect>) -> Begun {
    let Some(done) = model.undo.done.get_mut(conversation).and_then(Vec::pop) else { return Begun::No };
    let steps = done.backward.clone();
    go(model, conversation, Way::Back, done, &steps, effects)
}

/// Ctrl-R: does again what was taken back last in this conversation.
pub fn redo(model: &mut Model, conversation: &ConversationId, effects: &mut Vec<Effect>) -> Begun {
    let now = model.now.mono;
    let Some(done) = model.undo.undone.get_mut(conversation).and_then(Vec::pop) else {
        model.notices.say(now, Weight::Plain, "nothing to do again", None);
        return Begun::No;
    };
    let steps = done.forward.clone();
    go(model, conversation, Way::Again, done, &steps, effects)
}

fn go(
    model: &mut Model,
    conversation: &ConversationId,
    way: Way,
    done: Done,
    works: &[Work],
    effects: &mut Vec<Effect>,
) -> Begun {
    let now = model.now.mono;
    let steps = works.iter().map(|work| Step {
        // What stands by now is what it comes from.
        work: match work {
            Work::Change { change, .. } => {
                Work::Change { change: change.clone(), from: acts::expected(model, conversation, change) }
            }
            Work::Reply { .. } | Work::Note | Work::Tags { .. } | Work::CreateTag { .. } | Work::DeleteTag { .. } => {
                work.clone()
            }
        },
        text: crate::text::RawText::default(),
        cursor: 0,
    });
    let steps: Vec<Step> = steps.collect();
    let orders: Vec<String> = steps.iter().map(|step| act_words::order(model, &step.work)).collect();
    let words = match way {
        Way::Back => format!("undo: {}", orders.join(", then ")),
        Way::Again => format!("again: {}", orders.join(", then ")),
    };
    model.notices.say(now, Weight::Plain, words, None);
    let act = acts::begin(model, conversation, steps, effects);
    model.undo.under_way.insert(act, (conversation.clone(), way, done));
    Begun::Yes
}

/// A person began an act: what of it `.` would do once more.
pub(super) fn remember(model: &mut Model, works: &[Work]) {
    let repeatable = |work: &Work| match work {
        Work::Change { change, .. } => matches!(change, Change::Status(_) | Change::Priority(_) | Change::Owner(_)),
        Work::Tags { .. } => true,
        Work::Reply { .. } | Work::Note | Work::CreateTag { .. } | Work::DeleteTag { .. } => false,
    };
    if works.iter().all(repeatable) {
        model.undo.last = works.to_vec();
    }
}

/// What `.` would do here, in words.
#[must_use]
pub fn would_repeat(model: &Model) -> Option<String> {
    let orders: Vec<String> = model.undo.last.iter().map(|work| act_words::order(model, work)).collect();
    (!orders.is_empty()).then(|| orders.join(", then "))
}

/// `.`: the last change of tags, owner, priority or status once more, on this conversation. Never text.
pub fn repeat(model: &mut Model, conversation: &ConversationId, effects: &mut Vec<Effect>) -> Begun {
    let now = model.now.mono;
    let last = model.undo.last.clone();
    let mut begun = Begun::No;
    for work in &last {
        begun = match work {
            Work::Change { change: Change::Status(status), .. } => {
                acts::set_status(model, conversation, status, Sure::Ask, effects)
            }
            Work::Change { change, .. } => acts::change(model, conversation, change.clone(), effects),
            Work::Tags { delta, .. } => acts::tags(model, conversation, delta.clone(), effects),
            Work::Reply { .. } | Work::Note | Work::CreateTag { .. } | Work::DeleteTag { .. } => Begun::No,
        };
    }
    if last.is_empty() {
        model.notices.say(now, Weight::Plain, "nothing to repeat", None);
    }
    begun
}

/// A step is done: `forward` with its way back, unless it has none.
pub(super) fn done(model: &mut Model, conversation: &ConversationId, act: u64, forward: Work, backward: Option<Work>) {
    if model.undo.under_way.contains_key(&act) {
        return;
    }
    let Some(backward) = backward else { return };
    model.undo.undone.remove(conversation);
    let held = model.undo.done.entry(conversation.clone()).or_default();
    match held.last_mut().filter(|done| done.act == act) {
        Some(done) => {
            done.forward.push(forward);
            done.backward.insert(0, backward);
        }
        None => held.push(Done { act, forward: vec![forward], backward: vec![backward] }),
    }
    if held.len() > KEPT {
        held.remove(0);
    }
}

/// No step of an act is left: all were done, or the rest was taken back.
pub(super) fn act_ended(model: &mut Model, act: u64, whole: bool) {
    let Some((conversation, way, done)) = model.undo.under_way.remove(&act) else { return };
    let to = match (way, whole) {
        (Way::Back, true) | (Way::Again, false) => &mut model.undo.undone,
        (Way::Again, true) | (Way::Back, false) => &mut model.undo.done,
    };
    to.entry(conversation).or_default().push(done);
}

/// What takes a change back, where anything does. `bot_active` can never be set, and what waits for a person cannot be
/// made to wait again once it was ended: it is opened.
#[must_use]
pub(super) fn way_back(change: &Change, from: Option<&Change>) -> Option<Work> {
    let to = match (change, from?) {
        (
            Change::Status(Status::Resolved | Status::Closed),
            Change::Status(Status::AgentRequested | Status::BotActive),
        ) => Change::Status(Status::Open),
        (Change::Status(_), Change::Status(Status::AgentRequested | Status::BotActive | Status::Other(_))) => {
            return None;
        }
        (_, from) => from.clone(),
    };
    Some(Work::Change { change: to, from: Some(change.clone()) })
}

/// `u`: the held act, else "already sent" for a moment, else the discarded draft, else the last act that has a way back.
pub fn undo(model: &mut Model, effects: &mut Vec<Effect>) {
    writing::take_back_outside(model, effects);
}

/// For so long after an act left, `u` only says so.
pub const SAYS_SO_FOR: std::time::Duration = ALREADY_SENT_FOR;
