//! Acts of a reader in a thread: which message is under the cursor, what is unfolded, how texts are shown.
//!
//! Moves by message and acts on what was drawn: what arrives never puts another message under the cursor. Never sends
//! anything.

use crate::domain::{ConversationId, MessageId, PartKind, Speaker};

use super::model::Model;
use super::notice::Weight;
use super::screen::{Fold, LineKind};
use super::search::Search;
use super::settle::look;
use super::thread::{Anchor, Thread};
use super::trace::Row;
use super::viewport::{self, Viewport, Window};

/// What a reader set and searches for.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// Texts are shown as they are written, marks of emphasis and all.
    pub source: bool,
    /// What is searched for.
    pub search: Search,
    /// How many orders to open and to save were given: the number of the next.
    pub asks: u64,
}

/// The thread that takes the keys, if one is open.
fn open_thread(model: &mut Model) -> Option<(ConversationId, &mut Thread)> {
    let id = model.panes.on_screen.clone()?;
    let thread = model.threads.held.get_mut(&id)?;
    Some((id, thread))
}

/// What a look says: where the bottom line is to be, and which message is chosen.
struct Move {
    bottom: viewport::Place,
    chosen: Option<usize>,
}

/// Looks at the open thread and moves in it. What was to be scrolled before is taken into account.
fn go(model: &mut Model, to: impl FnOnce(&mut Viewport<'_>, &Window) -> Option<Move>) {
    let Some(id) = model.panes.on_screen.clone() else { return };
    let scroll = std::mem::take(&mut model.screen.scroll);
    let moved = look(model, &id, |viewport, above| {
        let from = viewport.place(&viewport.view.thread.anchor);
        let bottom = viewport.moved(from, scroll);
        let before = viewport.window(bottom, above.clone());
        let to = to(viewport, &before);
        let (bottom, chosen) = match to {
            Some(Move { bottom, chosen }) => (bottom, chosen),
            None => (before.bottom, viewport::position(viewport.view.thread, viewport.view.thread.selected.as_ref())),
        };
        let after = viewport.window(bottom, above);
        (viewport.anchor(&after), chosen, after.selected(chosen))
    });
    let Some((anchor, chosen, selected)) = moved else { return };
    let Some(thread) = model.threads.held.get_mut(&id) else { return };
    let name = |at: Option<usize>| at.and_then(|at| thread.messages.get(at)).map(|entry| entry.message.id.clone());
    let (chosen, selected) = (name(chosen), name(selected));
    thread.anchor = anchor;
    thread.selected = chosen;
    model.screen.selected = selected;
}

/// The next message, or the one before; one that does not stand whole is scrolled first.
pub fn step(model: &mut Model, down: bool) {
    let drawn = model.screen.selected.clone();
    go(model, |viewport, window| {
        let thread = viewport.view.thread;
        let last = thread.messages.len() - 1;
        let chosen = viewport::position(thread, thread.selected.as_ref().or(drawn.as_ref()));
        let at = window.selected(chosen)?;
        let (first, end) = (viewport.first_own(at), viewport.count(at) - 1);
        let (top, bottom) = window.visible(at)?;
        let tall = end - first >= viewport.height;
        let hidden = if down { bottom < end } else { top > first };
        if hidden {
            let by = if down { 1 } else { -1 };
            let bottom =
                if tall { viewport.moved(window.bottom, by) } else { viewport.bottom_for(window, at, first, end) };
            return Some(Move { bottom, chosen: Some(at) });
        }
        let next = if down { at + 1 } else { at.checked_sub(1)? };
        if next > last {
            return Some(Move { bottom: (last, viewport.count(last) - 1), chosen: None });
        }
        let (first, end) = (viewport.first_own(next), viewport.count(next) - 1);
        // Of one that does not fit, the end that is met first.
        let bottom = if end - first < viewport.height || down {
            viewport.bottom_for(window, next, first, end)
        } else {
            (next, end)
        };
        Some(Move { bottom, chosen: Some(next) })
    });
}

/// The first message of what is loaded.
pub fn first(model: &mut Model) {
    let Some((_, thread)) = open_thread(model) else { return };
    let Some(entry) = thread.messages.first() else { return };
    thread.selected = Some(entry.message.id.clone());
    thread.anchor = Anchor::Message { id: entry.message.id.clone(), row: 0 };
    let first = thread.selected.clone();
    model.screen.selected = first;
}

/// The end of the thread, following what comes.
pub fn tail(model: &mut Model) {
    let Some((_, thread)) = open_thread(model) else { return };
    thread.selected = None;
    thread.anchor = Anchor::Tail;
    let newest = thread.newest().map(|entry| entry.message.id.clone());
    model.screen.selected = newest;
}

/// Puts a message under the cursor, with these of its lines in view: the lines from the first to the last that fit.
pub fn reveal(model: &mut Model, id: &MessageId, fits: impl Fn(&LineKind) -> bool) {
    let id = id.clone();
    go(model, |viewport, window| {
        let at = viewport.view.thread.position(&id)?;
        let lines = viewport.lines(at);
        let first = lines.iter().position(|line| fits(&line.kind));
        let last = lines.iter().rposition(|line| fits(&line.kind));
        let (first, last) = first.zip(last).unwrap_or((0, lines.len().saturating_sub(1)));
        Some(Move { bottom: viewport.bottom_for(window, at, first, last), chosen: Some(at) })
    });
}

/// Lines of a tool call.
const fn is_trace(kind: &LineKind) -> bool {
    matches!(kind, LineKind::Tool { .. } | LineKind::Trace { .. })
}

/// Unfolds the message under the cursor: first the beginning of each field, then all of it, then none.
pub fn unfold(model: &mut Model) {
    let now = model.now.mono;
    let Some(selected) = model.screen.selected.clone() else { return };
    let Some((id, thread)) = open_thread(model) else { return };
    let Some(at) = thread.position(&selected) else { return };
    let marker = thread.speakers.get(at) == Some(&Speaker::Marker);
    let folds = thread
        .messages
        .get(at)
        .is_some_and(|entry| entry.message.parts.iter().any(|part| matches!(part.kind, PartKind::Tool { .. })));
    if !marker && !folds {
        model.notices.say(now, Weight::Plain, "nothing to unfold in this message", None);
        return;
    }
    let held = thread.folds.get(&selected).copied();
    let worn = if marker { held.unwrap_or_default() } else { thread.fold_of(&selected) };
    let cut = |line: &LineKind| matches!(line, LineKind::Trace { row: Row::More { rows, .. }, .. } if *rows > 0);
    let is_cut = look(model, &id, |viewport, _| viewport.lines(at).iter().any(|line| cut(&line.kind)));
    let next = match worn {
        Fold::Folded => Fold::Some,
        Fold::Some if is_cut == Some(true) => Fold::Whole,
        Fold::Some | Fold::Whole => Fold::Folded,
    };
    let Some((_, thread)) = open_thread(model) else { return };
    thread.folds.insert(selected.clone(), next);
    if marker {
        reveal(model, &selected, |_| true);
    } else {
        reveal(model, &selected, is_trace);
    }
}

/// Unfolds every tool call of the thread and shows the one that a person looks for: that of the message under the
/// cursor, else the newest that failed, else the newest. Or folds them again.
pub fn trace(model: &mut Model) {
    let now = model.now.mono;
    let drawn = model.screen.selected.clone();
    let Some((_, thread)) = open_thread(model) else { return };
    if thread.trace || thread.folds.values().any(|fold| *fold != Fold::Folded) {
        thread.trace = false;
        thread.folds.clear();
        if let Some(drawn) = drawn {
            reveal(model, &drawn, |_| true);
        }
        return;
    }
    let called = |failed: bool| {
        move |parts: &[crate::domain::Part]| {
            parts.iter().any(|part| match &part.kind {
                PartKind::Tool { error_text, .. } => !failed || error_text.is_some(),
                PartKind::Text(_) | PartKind::File { .. } | PartKind::Empty | PartKind::Unreadable(_) => false,
            })
        }
    };
    let newest = |failed: bool| {
        thread.messages.iter().rev().find(|entry| called(failed)(&entry.message.parts)).map(|entry| &entry.message.id)
    };
    let here = drawn.as_ref().filter(|drawn| {
        let entry = thread.position(drawn).and_then(|at| thread.messages.get(at));
        entry.is_some_and(|entry| called(false)(&entry.message.parts))
    });
    let Some(shown) = here.or_else(|| newest(true)).or_else(|| newest(false)).cloned() else {
        model.notices.say(now, Weight::Plain, "the bot called no tool in what is loaded", None);
        return;
    };
    thread.trace = true;
    reveal(model, &shown, is_trace);
}

/// Texts as they are written, or without the marks of emphasis.
pub fn source(model: &mut Model) {
    model.reading.source = !model.reading.source;
    let words = if model.reading.source { "texts as they are written" } else { "marks of emphasis are hidden again" };
    model.notices.say(model.now.mono, Weight::Plain, words, None);
}
