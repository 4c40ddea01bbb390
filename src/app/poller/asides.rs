//! What stands beside the thread on screen: its notes and tags, and the palette once somebody wants it.
//!
//! Owns when they are read and how a walk over their pages goes on. A conversation that is only passed costs nothing:
//! its thread must have rested on the screen for a moment.

use std::time::Duration;

use crate::backoff;
use crate::budget::Lane;
use crate::domain::{ConversationId, Note, Page, Problem, Tag};

use super::super::effect::{Effect, Fetch};
use super::super::model::{Focus, Model};
use super::super::sidebar::Walk;
use super::super::thread::ReadAt;
use super::{InFlight, Purpose, ask, is_flying, stretch};

/// The opened thread must have stood on the screen this long.
pub const REST: Duration = Duration::from_millis(1_200);
/// Notes and tags are read this often while their thread is on the screen.
pub const EVERY: Duration = Duration::from_secs(60);
/// Or this often, where the list and the thread are stretched as far as this.
const RARELY: Duration = Duration::from_secs(1_800);
const TIGHT: f64 = 1.2;
/// The palette changes rarely.
const PALETTE_HOLDS_FOR: Duration = Duration::from_secs(600);
const FAILED_FIRST: Duration = Duration::from_secs(5);
const FAILED_MOST: Duration = Duration::from_secs(600);
/// A server that goes on and on must not keep us walking (security, S7).
const MOST_PAGES: u32 = 50;

/// A chooser wants the organisation's tags.
pub const fn want_palette(model: &mut Model) {
    model.sidebar.palette.wanted = true;
}

/// Asks for what is due.
pub(super) fn plan(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    if palette_due(model).is_some_and(|due| due <= now) && !reads_palette(model, 0) {
        ask_palette(model, Lane::OnScreen, effects);
    }
    let Some(id) = wanted(model).cloned() else { return };
    let Some((notes, tags)) = due(model, &id) else { return };
    let aside = model.sidebar.get(&id);
    // The first look is a part of what was opened; what is looked at again fills in.
    let lane = |fresh: bool| if fresh { Lane::OnScreen } else { Lane::Background };
    let notes_first = aside.is_none_or(|aside| aside.notes_read.is_none() || aside.notes_again);
    let tags_first = aside.is_none_or(|aside| aside.tags_read.is_none());
    if notes <= now && !reads_notes(model, &id, 0) {
        ask_notes(model, &id, lane(notes_first), effects);
    }
    if tags <= now && !is_flying(model, &Fetch::Tags(id.clone()), 0) {
        ask(model, Fetch::Tags(id), Purpose::Tags, lane(tags_first), effects);
    }
}

/// Beside which thread somebody reads: the open one, or the one of the row whose sidebar was gone into. A row that is
/// only passed by in the list is not worth the requests.
fn wanted(model: &Model) -> Option<&ConversationId> {
    let entered = || model.shown().filter(|_| model.panes.focus == Focus::Sidebar);
    model.panes.on_screen.as_ref().or_else(entered)
}

/// When notes and tags of that thread are due; none where they cannot be read.
fn due(model: &Model, id: &ConversationId) -> Option<(Duration, Duration)> {
    let row = model.inbox.rows.get(id)?;
    if row.conversation.unreadable.is_some() {
        return None;
    }
    let rested = model.panes.rests_since + REST;
    let Some(aside) = model.sidebar.get(id) else { return Some((rested, rested)) };
    // Where the hour is tight, the list and the thread need it more: what was read once is not read again.
    let tight = stretch(model) >= TIGHT;
    let every = if tight { RARELY } else { EVERY };
    let again = |read: Option<ReadAt>| read.map_or(rested, |read| (read.at + every).max(rested)).max(aside.retry_at);
    let notes = if aside.notes_again { aside.retry_at } else { again(aside.notes_read) };
    Some((notes, again(aside.tags_read)))
}

fn palette_due(model: &Model) -> Option<Duration> {
    let palette = &model.sidebar.palette;
    let fresh = palette.read.map(|read| read.at + PALETTE_HOLDS_FOR);
    palette.wanted.then(|| fresh.unwrap_or_default().max(palette.retry_at))
}

/// Begins a walk over the notes of a conversation.
pub(in crate::app) fn ask_notes(
    model: &mut Model,
    conversation: &ConversationId,
    lane: Lane,
    effects: &mut Vec<Effect>,
) {
    let fetch = Fetch::Notes { conversation: conversation.clone(), cursor: None };
    ask(model, fetch, Purpose::Notes, lane, effects);
}

/// Whether a walk over the notes that began at that step or later is under way.
pub(in crate::app) fn reads_notes(model: &Model, conversation: &ConversationId, from: u64) -> bool {
    let walk = model.sidebar.get(conversation).and_then(|aside| aside.notes_walk.as_ref());
    model.poller.in_flight.iter().any(|read| match &read.fetch {
        Fetch::Notes { conversation: id, cursor } if id == conversation => match cursor {
            None => read.asked >= from,
            Some(cursor) => walk.is_some_and(|walk| walk.next == *cursor && walk.asked >= from),
        },
        _ => false,
    })
}

/// Begins a walk over the palette.
pub(in crate::app) fn ask_palette(model: &mut Model, lane: Lane, effects: &mut Vec<Effect>) {
    ask(model, Fetch::Palette(1), Purpose::Palette, lane, effects);
}

/// Whether a walk over the palette that began at that step or later is under way.
pub(in crate::app) fn reads_palette(model: &Model, from: u64) -> bool {
    let walk = model.sidebar.palette.walk.as_ref();
    model.poller.in_flight.iter().any(|read| match &read.fetch {
        Fetch::Palette(1) => read.asked >= from,
        Fetch::Palette(page) => walk.is_some_and(|walk| walk.next == *page && walk.asked >= from),
        _ => false,
    })
}

/// A page of notes.
pub(in crate::app) fn notes_page(model: &mut Model, read: &InFlight, page: Page<Note>, effects: &mut Vec<Effect>) {
    let Fetch::Notes { conversation, cursor } = &read.fetch else { return };
    let (step, now) = (model.step, model.now.mono);
    let aside = model.sidebar.entry(conversation);
    aside.learn_notes(page.items.into_iter().filter(|note| note.conversation_id == *conversation));
    aside.mark_seen(step);
    aside.failures = 0;
    let (asked, at, pages) = match (cursor, aside.notes_walk.take()) {
        (None, _) => (read.asked, read.at, 1),
        (Some(cursor), Some(walk)) if walk.next == *cursor => (walk.asked, walk.at, walk.pages),
        // A page of a walk that another one overtook.
        (Some(_), other) => {
            aside.notes_walk = other;
            return;
        }
    };
    let repeated = page.next.is_some() && page.next.as_ref() == cursor.as_ref();
    match page.next.filter(|_| !repeated && pages < MOST_PAGES) {
        Some(next) => {
            aside.notes_walk = Some(Walk { asked, at, pages: pages + 1, next: next.clone() });
            let fetch = Fetch::Notes { conversation: conversation.clone(), cursor: Some(next) };
            ask(model, fetch, Purpose::Notes, read.lane, effects);
        }
        None => {
            let newer = aside.notes_read.is_none_or(|held| held.asked <= asked);
            if newer {
                aside.notes_read = Some(ReadAt { asked, at, came: now, came_in: step });
                aside.notes_again = false;
            }
        }
    }
}

/// The tags of a conversation. What a write of ours changed since it was asked stays.
pub(in crate::app) fn tags_page(model: &mut Model, read: &InFlight, page: Page<Tag>) {
    let Fetch::Tags(conversation) = &read.fetch else { return };
    let (step, now) = (model.step, model.now.mono);
    let aside = model.sidebar.entry(conversation);
    aside.failures = 0;
    let newer = aside.tags_read.is_none_or(|held| held.asked <= read.asked) && aside.tags_changed <= read.asked;
    if newer {
        aside.tags = page.items.iter().map(|tag| tag.id.clone()).collect();
        aside.tags_whole = page.next.is_none();
        aside.tags_read = Some(ReadAt { asked: read.asked, at: read.at, came: now, came_in: step });
    }
    model.sidebar.palette.learn(page.items);
}

/// A page of the palette.
pub(in crate::app) fn palette_page(model: &mut Model, read: &InFlight, page: Page<Tag>, effects: &mut Vec<Effect>) {
    let Fetch::Palette(number) = &read.fetch else { return };
    let (step, now) = (model.step, model.now.mono);
    let palette = &mut model.sidebar.palette;
    palette.failures = 0;
    let walk = match (*number, palette.walk.take()) {
        (1, _) => {
            palette.learned.clear();
            Walk { asked: read.asked, at: read.at, pages: 1, next: 1 }
        }
        (number, Some(walk)) if walk.next == number => walk,
        (_, other) => {
            palette.walk = other;
            return;
        }
    };
    let empty = page.items.is_empty();
    palette.learn(page.items);
    if page.next.is_some() && !empty && walk.pages < MOST_PAGES {
        let next = number + 1;
        palette.walk = Some(Walk { next, pages: walk.pages + 1, ..walk });
        ask(model, Fetch::Palette(next), Purpose::Palette, read.lane, effects);
    } else {
        let learned = std::mem::take(&mut palette.learned);
        palette.tags.retain(|tag| learned.contains(&tag.id));
        palette.read = Some(ReadAt { asked: walk.asked, at: walk.at, came: now, came_in: step });
        palette.wanted = false;
    }
}

/// A read failed: it is tried again later, and nobody is told; what was read before stays, with its age.
pub(in crate::app) fn failed(model: &mut Model, fetch: &Fetch, _problem: &Problem) {
    let now = model.now.mono;
    let later = |failures: u32| now + backoff::delay(failures, FAILED_FIRST, FAILED_MOST, u64::from(failures) * 131);
    match fetch {
        Fetch::Notes { conversation, .. } | Fetch::Tags(conversation) => {
            let aside = model.sidebar.entry(conversation);
            aside.failures = aside.failures.saturating_add(1);
            aside.retry_at = later(aside.failures);
        }
        Fetch::Palette(_) => {
            let palette = &mut model.sidebar.palette;
            palette.failures = palette.failures.saturating_add(1);
            palette.retry_at = later(palette.failures);
        }
        Fetch::Me
        | Fetch::Members
        | Fetch::Chatbots
        | Fetch::List { .. }
        | Fetch::Conversation(_)
        | Fetch::Thread { .. } => {}
    }
}

/// When something is next due.
pub(super) fn next_wake(model: &Model) -> Option<Duration> {
    let mut next: Vec<Duration> = palette_due(model).filter(|_| !reads_palette(model, 0)).into_iter().collect();
    if let Some(id) = wanted(model)
        && let Some((notes, tags)) = due(model, id)
    {
        next.extend((!reads_notes(model, id, 0)).then_some(notes));
        next.extend((!is_flying(model, &Fetch::Tags(id.clone()), 0)).then_some(tags));
    }
    next.into_iter().min()
}
