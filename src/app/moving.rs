//! Moving in the list and the thread, and between them. What is acted on is held by id.

use crate::domain::{ConversationId, Status};

use super::action::Action;
use super::inbox::View;
use super::layout::Fit;
use super::model::{Focus, Model};
use super::notice::Weight;
use super::settings::Advance;
use super::thread::Anchor;
use super::{acts, fields, lesson, reading, update};

/// A move.
pub fn act(model: &mut Model, action: Action) {
    match action {
        Action::Next => step(model, 1),
        Action::Previous => step(model, -1),
        Action::PageDown => page(model, 1),
        Action::PageUp => page(model, -1),
        Action::First => end(model, true),
        Action::Last => end(model, false),
        Action::Open => {
            if let Some(id) = model.inbox.cursor.clone() {
                open(model, &id);
            }
        }
        Action::Back => back(model),
        Action::NextConversation => neighbour(model, 1, |_, _| true),
        Action::PreviousConversation => neighbour(model, -1, |_, _| true),
        Action::NextChanged => neighbour(model, 1, unread),
        Action::PreviousChanged => neighbour(model, -1, unread),
        Action::NextView => turn_view(model, 1),
        Action::PreviousView => turn_view(model, View::ALL.len() - 1),
        Action::Show(view) => show(model, view),
        Action::Longest => longest(model),
        Action::Sidebar => sidebar(model),
        _ => {}
    }
}

/// A page of the thread, in rows.
#[must_use]
pub fn page_of_thread(model: &Model) -> i64 {
    i64::from(model.screen.layout.thread.height.saturating_sub(1).max(1))
}

pub(super) fn rests(model: &mut Model) {
    model.panes.rests_since = model.now.mono;
}

/// What is new takes its place in the list.
pub fn thaw(model: &mut Model) {
    model.inbox.order.clear();
    model.inbox.unsettled = true;
}

fn step(model: &mut Model, by: isize) {
    match model.panes.focus {
        Focus::List => {
            let at = model.inbox.at.saturating_add_signed(by);
            model.inbox.move_to(at);
            rests(model);
        }
        Focus::Thread => reading::step(model, by > 0),
        Focus::Sidebar => fields::step(model, by),
        Focus::Composer => model.screen.scroll += by as i64,
    }
}

fn page(model: &mut Model, by: i64) {
    match model.panes.focus {
        Focus::List => {
            let rows = model.screen.list_fits.saturating_sub(1).max(1);
            let at = if by > 0 { model.inbox.at + rows } else { model.inbox.at.saturating_sub(rows) };
            model.inbox.move_to(at);
            rests(model);
        }
        Focus::Thread | Focus::Sidebar | Focus::Composer => {
            model.screen.scroll += by * page_of_thread(model);
        }
    }
}

fn end(model: &mut Model, first: bool) {
    match model.panes.focus {
        Focus::List => {
            if first {
                thaw(model);
                model.inbox.move_to(0);
                update::settle_rows(model);
                model.inbox.move_to(0);
            } else {
                model.inbox.move_to(usize::MAX);
            }
            rests(model);
        }
        Focus::Thread | Focus::Sidebar | Focus::Composer => {
            model.screen.scroll = 0;
            if first {
                reading::first(model);
            } else {
                reading::tail(model);
            }
        }
    }
}

/// Opens a conversation: it is on screen, and the thread takes the keys.
pub fn open(model: &mut Model, id: &ConversationId) {
    model.panes.on_screen = Some(id.clone());
    model.panes.focus = Focus::Thread;
    model.inbox.put_cursor(id);
    rests(model);
    if let Some(thread) = model.threads.held.get_mut(id) {
        thread.anchor = Anchor::Tail;
        thread.selected = None;
        thread.fresh = None;
        thread.looked_at = false;
        thread.opened_in = model.step;
    }
}

fn back(model: &mut Model) {
    match model.panes.focus {
        Focus::Sidebar => {
            model.panes.focus = if model.panes.on_screen.is_some() { Focus::Thread } else { Focus::List };
        }
        Focus::Thread | Focus::Composer => leave_thread(model),
        Focus::List => {}
    }
}

fn unread(model: &Model, id: &ConversationId) -> bool {
    model.inbox.rows.get(id).is_some_and(|row| row.unread)
}

/// The next row of the view that fits; opened if a conversation is open.
fn neighbour(model: &mut Model, by: isize, fits: impl Fn(&Model, &ConversationId) -> bool) {
    let mut at = model.inbox.at;
    loop {
        let Some(next) = at.checked_add_signed(by).filter(|next| *next < model.inbox.order.len()) else {
            let now = model.now.mono;
            let words = if by > 0 { "no next one in this view" } else { "no previous one in this view" };
            model.notices.say(now, Weight::Plain, words, None);
            return;
        };
        at = next;
        let Some(id) = model.inbox.order.get(at).cloned() else { return };
        if fits(model, &id) {
            model.inbox.move_to(at);
            rests(model);
            if model.panes.on_screen.is_some() {
                open(model, &id);
            }
            return;
        }
    }
}

/// After an act that ends a conversation: the next one of the same view, as it is set. Where there is none, the list
/// says so, and nothing moves.
pub fn advance(model: &mut Model, from: &ConversationId) {
    let opened = model.panes.on_screen.as_ref() == Some(from);
    let by = match model.settings.advance {
        Advance::Next => 1,
        Advance::Previous => -1,
        Advance::Stay => return,
        Advance::List => {
            if opened {
                leave_thread(model);
            }
            return;
        }
    };
    let mut at = model.inbox.order.iter().position(|id| id == from).unwrap_or(model.inbox.at);
    while let Some(next) = at.checked_add_signed(by).filter(|next| *next < model.inbox.order.len()) {
        at = next;
        let Some(id) = model.inbox.order.get(at).cloned() else { break };
        if !still_there(model, &id) {
            continue;
        }
        model.inbox.move_to(at);
        rests(model);
        if opened {
            open(model, &id);
        }
        return;
    }
    if opened {
        leave_thread(model);
    }
    let now = model.now.mono;
    let words = if by > 0 { "that was the last one of this view" } else { "that was the first one of this view" };
    model.notices.say(now, Weight::Plain, words, None);
}

/// Whether a row still belongs to the view, and nothing is on its way that ends it.
fn still_there(model: &Model, id: &ConversationId) -> bool {
    let ending = acts::expected_status(model, id)
        .is_some_and(|status| matches!(status, Status::Resolved | Status::Closed | Status::Archived));
    let ended = model.inbox.rows.get(id).is_none_or(|row| !row.live());
    model.inbox.belongs(id, model.directory.me.as_ref(), model.now.wall, &model.settings) && (ended || !ending)
}

fn leave_thread(model: &mut Model) {
    model.panes.focus = Focus::List;
    model.panes.on_screen = None;
    rests(model);
}

fn turn_view(model: &mut Model, by: usize) {
    let at = (model.inbox.view.index() + by) % View::ALL.len();
    if let Some(view) = View::ALL.get(at) {
        show(model, *view);
    }
}

fn show(model: &mut Model, view: View) {
    model.panes.on_screen = None;
    model.panes.focus = Focus::List;
    model.inbox.show(view);
    update::settle_rows(model);
    model.inbox.move_to(0);
    rests(model);
}

/// The visitor who has waited longest and is not a colleague's, from any view.
fn longest(model: &mut Model) {
    show(model, View::Waiting);
    let me = model.directory.me.clone();
    let free = model.inbox.order.iter().position(|id| {
        model
            .inbox
            .rows
            .get(id)
            .is_some_and(|row| row.conversation.assigned_to.is_none() || row.conversation.assigned_to == me)
    });
    match free {
        Some(at) => {
            model.inbox.move_to(at);
            lesson::went_to_longest(model);
        }
        None => {
            let now = model.now.mono;
            model.notices.say(now, Weight::Plain, "nobody waits", None);
        }
    }
}

/// Into the sidebar; over the list where there is no room for it, and back.
fn sidebar(model: &mut Model) {
    if model.panes.focus == Focus::Sidebar {
        back(model);
    } else if model.shown().is_some() || model.screen.layout.fit == Fit::One {
        model.panes.focus = Focus::Sidebar;
    }
}
