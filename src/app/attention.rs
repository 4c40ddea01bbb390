//! The bell: a person is needed and the person is not looking.

use std::time::Duration;

use crate::domain::ConversationId;

use super::effect::Effect;
use super::model::Model;

/// No key for this long counts as unfocused, whatever the terminal says.
const AWAY_AFTER: Duration = Duration::from_secs(30);
/// One bell for each conversation in this time (security, S8).
const ONE_BELL_IN: Duration = Duration::from_secs(30);

/// Whether nobody looks at this terminal: it said so, it never said, or no key came for a while.
#[must_use]
pub fn away(model: &Model) -> bool {
    let idle = model.now.mono.saturating_sub(model.panes.last_key.unwrap_or_default()) >= AWAY_AFTER;
    model.panes.terminal_focused != Some(true) || idle
}

/// Rings for rows that entered Waiting.
pub fn told(model: &mut Model, effects: &mut Vec<Effect>) {
    let entered = std::mem::take(&mut model.inbox.entered);
    if model.poller.introduced {
        for id in entered {
            ring(model, &id, effects);
        }
    } else {
        // What waited when the program started is on the screen; it is no news.
        model.poller.introduced = model.inbox.complete;
    }
}

/// Rings for one conversation, if nobody looks and it did not ring a moment ago.
pub fn ring(model: &mut Model, id: &ConversationId, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    if !away(model) {
        return;
    }
    let Some(row) = model.inbox.rows.get_mut(id) else { return };
    if row.rang_at.is_some_and(|at| now < at + ONE_BELL_IN) {
        return;
    }
    row.rang_at = Some(now);
    if !effects.contains(&Effect::RingBell) {
        effects.push(Effect::RingBell);
    }
}
