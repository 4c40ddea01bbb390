//! The lists of what this program holds: what is on its way, what was done, what lies as a draft. Each is held by what
//! its rows are, so that a row which ends under the cursor changes nothing of what a key does to another.

use crate::domain::ConversationId;

use super::composer::Kind;
use super::deciding::{self, SendNow, TakenBack};
use super::effect::Effect;
use super::key::{Code, Key};
use super::model::Model;
use super::notice::Weight;
use super::outbox::Entry;
use super::overlay::Overlay;
use super::{moving, noting, writing};

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// What is on its way, and what asks.
    Outbox,
    /// What was done in this session.
    Log,
    /// The drafts.
    Drafts,
}

impl Which {
    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Outbox => "outbox",
            Self::Log => "log",
            Self::Drafts => "drafts",
        }
    }
}

/// What a row stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowId {
    /// A step on its way: the number of its act, and which of its steps.
    Step(u64, usize),
    /// A line of the log, counted from the oldest.
    Line(usize),
    /// A draft.
    Draft(ConversationId, Kind),
}

/// A list that stands over the panes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    /// Which.
    pub which: Which,
    /// The row under the cursor; none is the first.
    pub chosen: Option<RowId>,
}

/// Opens a list.
pub fn open(model: &mut Model, which: Which) {
    let now = model.now.mono;
    model.overlays.show(Overlay::Records(Records { which, chosen: None }), now);
}

/// The steps that are not done, in the order in which they were sent, each with its identity.
#[must_use]
pub fn steps(model: &Model) -> Vec<(RowId, &Entry)> {
    let mut listed: Vec<(RowId, &Entry)> = Vec::new();
    let (mut act, mut number) = (None, 0);
    for entry in &model.outbox.entries {
        number = if act == Some(entry.act) { number + 1 } else { 0 };
        act = Some(entry.act);
        if !entry.state.is_final() && !entry.taken_back {
            listed.push((RowId::Step(entry.act, number), entry));
        }
    }
    listed
}

impl Records {
    /// The rows from the top: of the log the newest first.
    #[must_use]
    pub fn rows(&self, model: &Model) -> Vec<RowId> {
        match self.which {
            Which::Outbox => steps(model).into_iter().map(|(id, _)| id).collect(),
            Which::Log => (0..model.acts.log.len()).rev().map(RowId::Line).collect(),
            Which::Drafts => model.composer.kept().into_iter().map(|(id, kind)| RowId::Draft(id, kind)).collect(),
        }
    }

    /// Where the cursor stands among these rows.
    #[must_use]
    pub fn at(&self, rows: &[RowId]) -> usize {
        self.chosen.as_ref().and_then(|chosen| rows.iter().position(|row| row == chosen)).unwrap_or(0)
    }
}

/// A key in a list.
pub fn press(model: &mut Model, key: Key, records: &Records, effects: &mut Vec<Effect>) {
    let rows = records.rows(model);
    let at = records.at(&rows);
    let row = rows.get(at).cloned();
    let to = match key.code {
        Code::Char('j') | Code::Down => at + 1,
        Code::Char('k') | Code::Up => at.saturating_sub(1),
        Code::PageDown | Code::Char(' ') => at + 10,
        Code::PageUp => at.saturating_sub(10),
        Code::Home | Code::Char('g') => 0,
        Code::End | Code::Char('G') => usize::MAX,
        Code::Escape | Code::Char('q') => {
            model.overlays.open = None;
            return;
        }
        Code::Enter => {
            show(model, row);
            return;
        }
        Code::Char('r') if !key.control => {
            retry(model, row, effects);
            return;
        }
        Code::Char('d') if !key.control => {
            to_draft(model, row, effects);
            return;
        }
        _ => return,
    };
    let chosen = rows.get(to.min(rows.len().saturating_sub(1))).cloned();
    if let Some((Overlay::Records(held), _)) = &mut model.overlays.open {
        held.chosen = chosen;
    }
}

/// Enter: shows a row where it belongs.
fn show(model: &mut Model, row: Option<RowId>) {
    let conversation = match &row {
        Some(RowId::Step(..)) => step_of(model, row.as_ref()).map(|entry| entry.conversation.clone()),
        Some(RowId::Line(at)) => model.acts.log.get(*at).map(|line| line.conversation.clone()),
        Some(RowId::Draft(conversation, _)) => Some(conversation.clone()),
        None => None,
    };
    let Some(conversation) = conversation else { return };
    model.overlays.open = None;
    match row {
        Some(RowId::Draft(_, Kind::Reply)) => {
            moving::open(model, &conversation);
            writing::open(model, &conversation);
        }
        Some(RowId::Draft(_, Kind::Note)) => {
            moving::open(model, &conversation);
            noting::resume(model, &conversation);
        }
        Some(RowId::Step(..) | RowId::Line(_)) | None => moving::open(model, &conversation),
    }
}

fn step_of<'a>(model: &'a Model, row: Option<&RowId>) -> Option<&'a Entry> {
    steps(model).into_iter().find(|(id, _)| Some(id) == row).map(|(_, entry)| entry)
}

/// Whether a step is the one that a decision about its conversation would be about: what asks first, since nothing
/// behind it moves. Else says so.
fn decides(model: &mut Model, row: Option<&RowId>) -> Option<ConversationId> {
    let now = model.now.mono;
    let entry = step_of(model, row)?;
    let conversation = entry.conversation.clone();
    let act = entry.act;
    let first = model.outbox.pending(&conversation).find(|entry| entry.state.asks()).map(|entry| entry.act);
    if first.is_none_or(|first| first == act) {
        return Some(conversation);
    }
    model.notices.say(now, Weight::Plain, "what stands before it asks first", None);
    None
}

/// `r`: tries again what asks, or sends what waits now.
fn retry(model: &mut Model, row: Option<RowId>, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let Some(conversation) = decides(model, row.as_ref()) else { return };
    let words = match deciding::send_now(model, &conversation, effects) {
        SendNow::Done => "on its way again",
        SendNow::Nothing => "it moves by itself",
        SendNow::TooSoon => "stopped a moment ago: read why, then press again",
        SendNow::Illegal => "the platform takes no reply there now: d makes it a draft",
    };
    model.notices.say(now, Weight::Plain, words, None);
}

/// `d`: its text is a draft again.
fn to_draft(model: &mut Model, row: Option<RowId>, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let Some(conversation) = decides(model, row.as_ref()) else { return };
    let words = match writing::take_back_into_draft(model, &conversation, effects) {
        TakenBack::Text(..) => "a draft again, not sent",
        TakenBack::Note(..) => "a draft of a note again",
        TakenBack::Act(_) => "taken back",
        TakenBack::AlreadySent => "already sent",
        TakenBack::OnItsWay => "it is on its way already",
        TakenBack::Nothing => "nothing to take back",
    };
    model.notices.say(now, Weight::Plain, words, None);
}
