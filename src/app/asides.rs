//! What stands beside a thread, read: notes and tags of the conversation that is open, the palette once a chooser needs
//! it. Owns when these are asked for and how what comes is taken in; they cost what the hour leaves, never a send.

use std::time::Duration;

use crate::budget::Lane;
use crate::domain::{ConversationId, Note, Page, Problem, Tag};

use super::effect::{Effect, Fetch};
use super::model::Model;
use super::poller::{self, InFlight, Purpose};
use super::thread::ReadAt;

/// No webhook tells of notes and tags: those of the open conversation are read again this often.
const AGAIN: Duration = Duration::from_secs(60);
/// The palette is as good as new for this long.
const PALETTE_GOOD_FOR: Duration = Duration::from_secs(300);

/// Asks for what is due.
pub fn plan(model: &mut Model, effects: &mut Vec<Effect>) {
    walk_palette(model, effects);
    let Some(id) = model.panes.on_screen.clone() else { return };
    let readable = model.inbox.rows.get(&id).is_some_and(|row| row.conversation.unreadable.is_none());
    let thread = model.threads.get(&id).is_some_and(|thread| thread.read.is_some());
    // The thread itself comes first.
    if !readable || !thread {
        return;
    }
    let again = AGAIN.mul_f64(poller::stretch(model));
    let now = model.now.mono;
    let aside = model.sidebar.entry(&id);
    if aside.retry_at > now {
        return;
    }
    let due = |read: Option<ReadAt>| read.is_none_or(|read| now >= read.at + again);
    let (notes, walk) = (due(aside.notes_read), aside.notes_walk.clone());
    let tags = due(aside.tags_read);
    if notes || walk.is_some() {
        ask(model, Fetch::Notes { conversation: id.clone(), cursor: walk }, Lane::OnScreen, effects);
    }
    if tags {
        ask(model, Fetch::Tags(id), Lane::OnScreen, effects);
    }
}

/// A chooser of tags opens: the palette and the set are read, unless they just were.
pub fn ask_for_tags(model: &mut Model, conversation: &ConversationId, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let stale = model.sidebar.palette.read.is_none_or(|read| now >= read.at + PALETTE_GOOD_FOR);
    if stale && model.sidebar.palette.walk.is_none() {
        model.sidebar.palette.walk = Some(1);
        model.sidebar.palette.retry_at = Duration::ZERO;
    }
    walk_palette(model, effects);
    let set = model.sidebar.get(conversation).and_then(|aside| aside.tags_read);
    if set.is_none_or(|read| now >= read.at + AGAIN) {
        ask(model, Fetch::Tags(conversation.clone()), Lane::OnScreen, effects);
    }
}

fn walk_palette(model: &mut Model, effects: &mut Vec<Effect>) {
    let palette = &model.sidebar.palette;
    if let Some(page) = palette.walk.filter(|_| palette.retry_at <= model.now.mono) {
        ask(model, Fetch::Palette(page), Lane::OnScreen, effects);
    }
}

fn ask(model: &mut Model, fetch: Fetch, lane: Lane, effects: &mut Vec<Effect>) {
    if !model.poller.in_flight.iter().any(|read| read.fetch == fetch) {
        poller::ask(model, fetch, Purpose::Aside, lane, effects);
    }
}

/// When something is next due.
#[must_use]
pub fn next_wake(model: &Model) -> Option<Duration> {
    let aside = model.sidebar.get(model.panes.on_screen.as_ref()?)?;
    let again = AGAIN.mul_f64(poller::stretch(model));
    let read = [aside.notes_read, aside.tags_read].into_iter().flatten().map(|read| read.at + again).min();
    read.map(|at| at.max(aside.retry_at))
}

fn read_at(model: &Model, read: &InFlight) -> ReadAt {
    ReadAt { asked: read.asked, at: read.at, came: model.now.mono, came_in: model.step }
}

/// A page of notes.
pub fn notes(model: &mut Model, read: &InFlight, page: Page<Note>) {
    let Fetch::Notes { conversation, cursor } = &read.fetch else { return };
    let whole = read_at(model, read);
    let aside = model.sidebar.entry(conversation);
    aside.retry_at = Duration::ZERO;
    aside.learn_notes(page.items);
    // A cursor that was used already ends the walk (security, S7).
    aside.notes_walk = page.next.filter(|next| Some(next) != cursor.as_ref());
    if aside.notes_walk.is_none() {
        aside.notes_read = Some(whole);
    }
}

/// The tags of a conversation.
pub fn tags(model: &mut Model, read: &InFlight, page: Page<Tag>) {
    let Fetch::Tags(conversation) = &read.fetch else { return };
    let whole = read_at(model, read);
    let aside = model.sidebar.entry(conversation);
    aside.retry_at = Duration::ZERO;
    // What was asked before the last read or write came back is older than that.
    if aside.tags_read.is_none_or(|held| held.came_in <= read.asked) {
        aside.tags = page.items.iter().map(|tag| tag.id.clone()).collect();
        aside.tags_read = Some(whole);
    }
    model.sidebar.palette.learn(page.items);
}

/// A page of the palette.
pub fn palette(model: &mut Model, read: &InFlight, page: Page<Tag>) {
    let Fetch::Palette(number) = &read.fetch else { return };
    let whole = read_at(model, read);
    let palette = &mut model.sidebar.palette;
    palette.retry_at = Duration::ZERO;
    palette.learn(page.items);
    palette.walk = page.next.map(|_| number.saturating_add(1));
    if palette.walk.is_none() {
        palette.read = Some(whole);
    }
}

/// A read failed: not again at once.
pub fn failed(model: &mut Model, read: &InFlight, problem: &Problem) {
    let _ = problem;
    let again = model.now.mono + poller::after_failure(4);
    match &read.fetch {
        Fetch::Notes { conversation, .. } => {
            let aside = model.sidebar.entry(conversation);
            aside.retry_at = again;
            aside.notes_walk = None;
        }
        Fetch::Tags(conversation) => model.sidebar.entry(conversation).retry_at = again,
        Fetch::Palette(_) => model.sidebar.palette.retry_at = again,
        Fetch::Me
        | Fetch::Members
        | Fetch::Chatbots
        | Fetch::List { .. }
        | Fetch::Conversation(_)
        | Fetch::Thread { .. } => {}
    }
}
