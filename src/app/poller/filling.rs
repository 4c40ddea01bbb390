//! Rows that only their thread tells of: who spoke last, since when somebody waits. One request a row, the rows on the
//! screen first, all of it bound to a share of the hour.

use std::time::Duration;

use crate::budget::Lane;
use crate::domain::{ConversationId, Status};

use super::super::effect::Effect;
use super::super::model::Model;
use super::{FILLS_AT_ONCE, Purpose, REST, ask_newest, flying, flying_for};

const FILL_EVERY: Duration = Duration::from_millis(250);
/// So many rows that are not on the screen are filled in at that pace; the rest trickle in.
const FILL_BURST: u32 = 60;
const FILL_TRICKLE: Duration = Duration::from_secs(18);
/// A conversation that is not on screen is read at most this often (security, S8).
const OTHERS_EVERY: Duration = Duration::from_secs(60);

/// The row under the cursor, then rows of Waiting whose speaker is not known, those on screen first.
pub(super) fn fill(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    if model.panes.on_screen.is_none() && model.screen.previews() && now >= model.panes.rests_since + REST {
        let id = model.inbox.cursor.clone();
        if let Some(id) = id.filter(|id| wants_filling(model, id, true)) {
            fill_one(model, &id, Lane::OnScreen, effects);
        }
    }
    if !model.inbox.complete || model.poller.filled_at.is_some_and(|at| now < at + FILL_EVERY) {
        return;
    }
    if flying(model, Purpose::Newest) >= FILLS_AT_ONCE || !model.budget.allows(Lane::Background, now) {
        return;
    }
    // Other rows stand on the screen once the cursor rests elsewhere.
    if model.poller.rested_for != model.panes.rests_since && now >= model.panes.rests_since + REST {
        model.poller.rested_for = model.panes.rests_since;
        model.poller.fill_unsettled = true;
    }
    if model.poller.fill_unsettled {
        model.poller.fill_unsettled = false;
        model.poller.next_fill = next_to_fill(model);
    }
    if model.poller.next_fill.is_some() && now < fill_due(model) {
        return;
    }
    if let Some(id) = model.poller.next_fill.take() {
        model.poller.fill_unsettled = true;
        if !on_list(model, &id) {
            model.poller.filled_unseen += 1;
        }
        fill_one(model, &id, Lane::Background, effects);
        model.poller.filled_at = Some(now);
    }
}

/// When the next row may be filled in: one on the screen soon, another soon only while there are few of them.
pub(super) fn fill_due(model: &Model) -> Duration {
    let seen = model.poller.next_fill.as_ref().is_none_or(|id| on_list(model, id));
    let every = if seen || model.poller.filled_unseen < FILL_BURST { FILL_EVERY } else { FILL_TRICKLE };
    model.poller.filled_at.map_or(Duration::ZERO, |at| at + every)
}

/// Whether a row stands on the screen.
fn on_list(model: &Model, id: &ConversationId) -> bool {
    model.inbox.order.iter().skip(model.inbox.top).take(model.screen.list_fits).any(|held| held == id)
}

fn fill_one(model: &mut Model, id: &ConversationId, lane: Lane, effects: &mut Vec<Effect>) {
    let last = model.inbox.rows.get(id).and_then(|row| row.conversation.last_message_at).map(|last| last.at);
    let now = model.now.mono;
    let before = model.poller.in_flight.len();
    ask_newest(model, id, lane, effects);
    if model.poller.in_flight.len() > before {
        model.poller.filled.insert(id.clone(), (last, now));
    }
}

/// Whether a row's thread is to be read for what only it tells.
fn wants_filling(model: &Model, id: &ConversationId, preview: bool) -> bool {
    let Some(row) = model.inbox.rows.get(id) else { return false };
    if row.conversation.unreadable.is_some() || flying_for(model, Purpose::Newest, id) {
        return false;
    }
    // The one on screen has a timer of its own; a read besides, in the middle of a hold, would bring lines too late to
    // be read and stop the reply.
    if model.panes.on_screen.as_ref() == Some(id) {
        return false;
    }
    let last = row.conversation.last_message_at.map(|last| last.at);
    if let Some((filled_for, at)) = model.poller.filled.get(id)
        && (*filled_for == last && row.knowledge.is_some() || model.now.mono < *at + OTHERS_EVERY)
    {
        return false;
    }
    let loaded = model.threads.get(id).is_some_and(|thread| thread.read.is_some());
    if preview { row.exact().is_none() || !loaded } else { row.exact().is_none() }
}

fn next_to_fill(model: &Model) -> Option<ConversationId> {
    let visible = model.inbox.order.iter().skip(model.inbox.top).take(model.screen.list_fits);
    let of_screen = visible.filter(|id| may_fill(model, id)).find(|id| wants_filling(model, id, false));
    if of_screen.is_some() {
        return of_screen.cloned();
    }
    let waits = model.inbox.waiting.iter().find(|id| may_fill(model, id) && wants_filling(model, id, false));
    let colleagues = || {
        let silent = model.inbox.rows.iter().filter(|(id, _)| may_wait_at_a_colleagues(model, id));
        silent.min_by_key(|(id, row)| (row.conversation.last_activity().at, *id)).map(|(id, _)| id)
    };
    waits.or_else(colleagues).cloned()
}

/// A colleague's row that has been silent for so long that it stands in Waiting if the visitor had the last word.
fn may_wait_at_a_colleagues(model: &Model, id: &ConversationId) -> bool {
    let Some(row) = model.inbox.rows.get(id).filter(|row| row.conversation.status == Status::Open) else {
        return false;
    };
    let silent = (model.now.wall - row.conversation.last_activity().at).to_std().unwrap_or_default();
    let colleague = row.conversation.assigned_to.is_some() && row.conversation.assigned_to != model.directory.me;
    colleague && silent >= model.settings.colleague_waits && wants_filling(model, id, false)
}

/// Only what may wait for us is worth a request: a waiting row until its handoff is known, an open one of mine or
/// nobody whenever its last word moved.
fn may_fill(model: &Model, id: &ConversationId) -> bool {
    let Some(row) = model.inbox.rows.get(id) else { return false };
    match row.conversation.status {
        Status::AgentRequested => row.knowledge.is_none(),
        Status::Open => {
            let owner = row.conversation.assigned_to.as_ref();
            owner.is_none() || owner == model.directory.me.as_ref() || row.knowledge.is_none()
        }
        Status::BotActive | Status::Resolved | Status::Closed | Status::Archived | Status::Other(_) => false,
    }
}
