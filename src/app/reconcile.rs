//! What arrives is merged here: late, doubled, reordered and missing answers all end in the same state.

use std::collections::HashSet;
use std::time::Duration;

use crate::domain::{Conversation, ConversationId, Cursor, Message, Page, Problem, Remedy, Status};
use crate::text::RawText;

use super::attention;
use super::effect::{Effect, Fetch};
use super::event::Found;
use super::inbox::{Everything, Row, View};
use super::meeting;
use super::model::Model;
use super::poller::{self, InFlight, Purpose, Walk};
use super::sending;
use super::thread::{Order, ReadAt, Side, Thread};
use super::triage;

/// The code of a page that passed the size limit: it is asked again with fewer elements.
pub const PAGE_TOO_LARGE: &str = "page_too_large";

/// A read was answered. An answer that nobody waits for (doubled, or of another life) changes nothing.
pub fn fetched(model: &mut Model, asked: u64, fetch: &Fetch, found: Result<Found, Problem>, effects: &mut Vec<Effect>) {
    let Some(at) = model.poller.in_flight.iter().position(|read| read.asked == asked && read.fetch == *fetch) else {
        return;
    };
    let read = model.poller.in_flight.swap_remove(at);
    match found {
        Err(problem) => failed(model, &read, problem),
        Ok(found) => {
            answers_again(model, &found);
            arrived(model, &read, found, effects);
        }
    }
}

/// A read of the list ends the list's problem. Where there was no way to the server, any answer shows that there is one
/// again: the list does not wait for its turn.
fn answers_again(model: &mut Model, found: &Found) {
    let Some(problem) = &model.link.problem else { return };
    match found {
        Found::Conversations(_) => {
            model.link.problem = None;
            model.link.failures = 0;
        }
        Found::Me(_)
        | Found::Members(_)
        | Found::Chatbots(_)
        | Found::Conversation(_)
        | Found::Messages(_)
        | Found::Notes(_)
        | Found::Tags(_)
        | Found::Palette(_) => {
            if problem.status.is_none() {
                model.poller.list_due = model.now.mono;
            }
        }
    }
}

fn arrived(model: &mut Model, read: &InFlight, found: Found, effects: &mut Vec<Effect>) {
    match found {
        Found::Me(me) => {
            if let Some(user) = &me.user_id {
                model.directory.me.get_or_insert_with(|| user.clone());
            }
            model.directory.credential = Some(me);
            model.inbox.unsettled = true;
        }
        Found::Members(members) => {
            model.directory.members = members;
            model.inbox.unsettled = true;
        }
        Found::Chatbots(chatbots) => {
            for chatbot in chatbots {
                model.directory.chatbots.retain(|held| held.id != chatbot.id);
                model.directory.chatbots.push(chatbot);
            }
        }
        Found::Conversation(conversation) => {
            model.inbox.stale.remove(&conversation.id);
            let (id, step, now) = (conversation.id.clone(), model.step, model.now.mono);
            put_row(model, *conversation, read.asked, effects);
            let row = model.inbox.rows.get_mut(&id);
            if let Some(row) = row.filter(|row| row.read.is_none_or(|held| held.asked <= read.asked)) {
                row.read = Some(ReadAt { asked: read.asked, at: read.at, came: now, came_in: step });
            }
        }
        Found::Conversations(page) => match read.purpose {
            Purpose::Everything => everything_page(model, read, page, effects),
            _ => live_page(model, read, page, effects),
        },
        Found::Messages(page) => thread_page(model, read, page, effects),
        Found::Notes(page) => poller::asides::notes_page(model, read, page, effects),
        Found::Tags(page) => poller::asides::tags_page(model, read, page),
        Found::Palette(page) => poller::asides::palette_page(model, read, page, effects),
    }
}

/// One row as the list or its own read told it. What a write of ours or a later read changed since wins.
fn put_row(model: &mut Model, conversation: Conversation, asked: u64, effects: &mut Vec<Effect>) {
    let (step, now) = (model.step, model.now);
    let id = conversation.id.clone();
    let Some(row) = model.inbox.rows.get_mut(&id) else {
        model.inbox.rows.insert(id, Row::new(conversation, step, now.wall));
        model.inbox.unsettled = true;
        model.poller.changed_at = now.mono;
        return;
    };
    if row.changed > asked || row.conversation == conversation {
        return;
    }
    let was = &row.conversation;
    let requested = conversation.status == Status::AgentRequested && was.status != Status::AgentRequested;
    let spoke = conversation.last_message_at.map(|last| last.at) > was.last_message_at.map(|last| last.at);
    let me = model.directory.me.clone();
    let mine = me.is_some() && conversation.assigned_to == me;
    let given_to_me = mine && was.assigned_to != me;
    if requested {
        row.first_requested = Some(now.wall);
        row.knowledge = None;
    }
    row.unread |= requested || spoke;
    row.conversation = conversation;
    row.changed = step;
    model.inbox.unsettled = true;
    model.poller.changed_at = now.mono;
    model.poller.fill_unsettled = true;
    if (requested || given_to_me || (mine && spoke)) && model.poller.introduced {
        attention::ring(model, &id, effects);
    }
    triage::learn(model, &id);
}

fn live_page(model: &mut Model, read: &InFlight, page: Page<Conversation>, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let Some(mut walk) = model.poller.walk.take() else { return };
    for conversation in page.items {
        walk.seen.insert(conversation.id.clone());
        model.inbox.stale.remove(&conversation.id);
        put_row(model, conversation, read.asked, effects);
    }
    model.poller.list_failures = 0;
    walk.next = fresh_cursor(&mut walk, page.next);
    let more = walk.next.is_some();
    let only_open = walk.statuses == [Status::Open];
    let only_waiting = walk.statuses == [Status::AgentRequested];
    if more && only_open {
        // A long list of open ones: its later pages come in turn, one a poll.
        model.poller.long = Some(walk);
        poll_done(model, now);
    } else if more {
        if !only_waiting && walk.cursors.len() > 1 {
            model.poller.split = true;
        }
        model.poller.walk = Some(walk);
    } else {
        walk_complete(model, &walk);
        if only_waiting {
            let next = poller::next_long_walk(model);
            model.poller.walk = Some(next);
        } else {
            let fits = walk.cursors.is_empty();
            if only_open && fits {
                model.poller.split = false;
            }
            poll_done(model, now);
        }
    }
}

/// A cursor that was seen before in this walk ends it: a server that runs in a circle must not keep us running.
fn fresh_cursor(walk: &mut Walk, next: Option<Cursor>) -> Option<Cursor> {
    next.filter(|cursor| walk.cursors.insert(cursor.clone()))
}

fn poll_done(model: &mut Model, now: Duration) {
    model.poller.limit = None;
    model.link.list_read_at = Some(now);
    model.inbox.complete = true;
    model.inbox.unsettled = true;
    model.poller.fill_unsettled = true;
    let cadence = poller::list_cadence(model);
    model.link.cadence = cadence;
    model.poller.list_due = now + cadence;
}

/// What a complete walk did not show, though it was there when the walk began, is read by id, never dropped.
fn walk_complete(model: &mut Model, walk: &Walk) {
    let missing: Vec<ConversationId> = model
        .inbox
        .rows
        .iter()
        .filter(|(id, row)| {
            walk.statuses.contains(&row.conversation.status)
                && row.changed < walk.began
                && row.conversation.unreadable.is_none()
                && !walk.seen.contains(*id)
        })
        .map(|(id, _)| id.clone())
        .collect();
    model.inbox.stale.extend(missing);
    let seen = &walk.seen;
    model.inbox.rows.retain(|id, row| row.conversation.unreadable.is_none() || seen.contains(id));
}

fn everything_page(model: &mut Model, read: &InFlight, page: Page<Conversation>, effects: &mut Vec<Effect>) {
    let Fetch::List { statuses, cursor, .. } = &read.fetch else { return };
    let Some(view) = View::ALL.into_iter().find(|view| view.walked() == Some(statuses)) else { return };
    if cursor.is_none() {
        model.poller.walked.begin(view, read.at, read.asked);
    }
    model.poller.walked.saw(view, page.items.iter().map(|conversation| &conversation.id));
    for conversation in page.items {
        put_row(model, conversation, read.asked, effects);
    }
    let Some(walk) = model.inbox.walk_mut(view) else { return };
    let before = match &*walk {
        Everything::More(cursor) => Some(cursor.clone()),
        Everything::Unasked | Everything::Complete => None,
    };
    *walk = match page.next {
        Some(cursor) if Some(&cursor) != before.as_ref() => Everything::More(cursor),
        Some(_) | None => Everything::Complete,
    };
    let complete = *walk == Everything::Complete;
    if complete && view != View::All {
        // What was there and is not any more stands elsewhere now: it is read by its id.
        let missing = model.inbox.rows.iter().filter(|(id, row)| {
            statuses.contains(&row.conversation.status) && model.poller.walked.misses(view, id, row.changed)
        });
        let missing: Vec<_> = missing.map(|(id, _)| id.clone()).collect();
        model.inbox.stale.extend(missing);
    }
    model.inbox.unsettled = true;
}

fn thread_page(model: &mut Model, read: &InFlight, page: Page<Message>, effects: &mut Vec<Effect>) {
    let Fetch::Thread { conversation, cursor, .. } = &read.fetch else { return };
    let (step, now) = (model.step, model.now.mono);
    let thread = model.threads.entry(conversation);
    thread.failures = 0;
    thread.problem = None;
    thread.retry_at = Duration::ZERO;
    thread.order = Thread::order_of_page(&page).or(thread.order);
    let before = thread.newest().map(|entry| entry.message.id.clone());
    let mut walks_on = false;
    match read.purpose {
        Purpose::Older => {
            let history = thread.loaded_in.unwrap_or(step);
            thread.merge(page.items, Side::Older, history, now);
            let repeated = page.next.as_ref() == cursor.as_ref();
            thread.older = page.next.filter(|_| !repeated);
            if thread.older.is_none() {
                thread.reaches_start();
            }
        }
        Purpose::Gap => {
            let overlaps = page.items.iter().any(|message| thread.knows(&message.id));
            let at = thread.gaps.iter().position(|(_, held)| Some(held) == cursor.as_ref());
            let gap = at.map(|at| thread.gaps.remove(at));
            thread.merge(page.items, Side::Newer, step, now);
            let repeated = page.next.as_ref() == cursor.as_ref();
            if let (false, false, Some((after, _)), Some(next)) = (overlaps, repeated, gap, page.next) {
                thread.gaps.push((after, next));
            }
        }
        _ => walks_on = newest_page(thread, read, cursor.as_ref(), page, step, now),
    }
    let newest = thread.newest().map(|entry| entry.message.id.clone());
    let news = before.is_some() && newest != before;
    if news {
        model.poller.changed_at = now;
        let mine = model.inbox.rows.get(conversation).is_some_and(|row| {
            row.conversation.assigned_to.is_some() && row.conversation.assigned_to == model.directory.me
        });
        if mine && model.panes.on_screen.as_ref() == Some(conversation) {
            attention::ring(model, conversation, effects);
        }
    }
    triage::learn(model, conversation);
    meeting::told(model, conversation);
    if walks_on {
        poller::ask_newest(model, &conversation.clone(), read.lane, effects);
    }
}

/// The newest page, or a step of the walk to it; whether the walk goes on.
fn newest_page(
    thread: &mut Thread,
    read: &InFlight,
    cursor: Option<&Cursor>,
    page: Page<Message>,
    step: u64,
    now: Duration,
) -> bool {
    let oldest_first = thread.order == Some(Order::OldestFirst);
    let first_load = thread.loaded_in.is_none();
    let overlaps = page.items.iter().any(|message| thread.knows(&message.id));
    let before = thread.newest().map(|entry| entry.message.id.clone());
    thread.merge(page.items, Side::Newer, step, now);
    if oldest_first {
        if cursor.is_none() {
            thread.reaches_start();
        } else {
            thread.tail = cursor.cloned();
        }
        let repeated = page.next.is_some() && page.next.as_ref() == cursor;
        if let Some(next) = page.next.filter(|_| !repeated) {
            thread.walk = Some(next);
            // A thread that is only filled in is not walked: it may be long.
            return read.lane != crate::budget::Lane::Background;
        }
        thread.walk = None;
    } else {
        match page.next {
            None if cursor.is_none() => thread.reaches_start(),
            None => {}
            Some(next) if first_load => thread.older = Some(next),
            Some(next) if !overlaps => {
                thread.gaps.extend(before.map(|before| (before, next)));
            }
            Some(_) => {}
        }
    }
    thread.loaded_in.get_or_insert(step);
    let newer = thread.read.is_none_or(|held| held.asked <= read.asked);
    if newer {
        thread.read_before = thread.read;
        thread.read = Some(ReadAt { asked: read.asked, at: read.at, came: now, came_in: step });
        thread.read_back(read.asked, step);
    }
    false
}

fn failed(model: &mut Model, read: &InFlight, problem: Problem) {
    let now = model.now.mono;
    let too_large = problem.code.as_ref().is_some_and(|code| code.as_raw() == PAGE_TOO_LARGE);
    if let Fetch::Thread { conversation, limit, cursor } = &read.fetch {
        let thread = model.threads.entry(conversation);
        if too_large && *limit > 1 {
            thread.limit = Some(smaller(*limit));
        } else {
            thread.failures = thread.failures.saturating_add(1);
            thread.retry_at = now + wait_for(&problem, thread.failures);
            thread.problem = Some(problem.clone());
            // A cursor that the server no longer takes: the walk starts over.
            if problem.status == Some(400) && cursor.is_some() {
                thread.tail = None;
                thread.walk = None;
                thread.gaps.clear();
            }
        }
    }
    match &read.fetch {
        Fetch::Thread { conversation, .. }
        | Fetch::Conversation(conversation)
        | Fetch::Notes { conversation, .. }
        | Fetch::Tags(conversation) => sending::read_failed(model, conversation, &read.fetch, &problem),
        Fetch::Palette(_) => {
            let waiting: HashSet<ConversationId> =
                model.outbox.entries.iter().map(|entry| entry.conversation.clone()).collect();
            for conversation in waiting {
                sending::read_failed(model, &conversation, &read.fetch, &problem);
            }
        }
        Fetch::Me | Fetch::Members | Fetch::Chatbots | Fetch::List { .. } => {}
    }
    poller::asides::failed(model, &read.fetch, &problem);
    match (&read.purpose, &read.fetch) {
        (Purpose::Live, Fetch::List { limit, .. }) => {
            if too_large && *limit > 1 {
                model.poller.limit = Some(smaller(*limit));
                return;
            }
            model.poller.list_failures = model.poller.list_failures.saturating_add(1);
            model.poller.walk = None;
            model.poller.long = None;
            model.poller.list_due = now + wait_for(&problem, model.poller.list_failures);
        }
        (Purpose::Everything, Fetch::List { limit, .. }) => {
            if too_large && *limit > 1 {
                model.poller.limit = Some(smaller(*limit));
                return;
            }
            model.poller.everything_retry = now + wait_for(&problem, 4);
        }
        (Purpose::Row, Fetch::Conversation(id)) if problem.remedy == Remedy::NotThere => {
            // Deleted, or no longer ours: the row goes, unless a draft or a reply holds on to it.
            let id = id.clone();
            model.inbox.stale.remove(&id);
            if let Some(row) = model.inbox.rows.get_mut(&id) {
                row.conversation.status = Status::Other(RawText::new("gone"));
                row.changed = model.step;
                model.inbox.unsettled = true;
            }
        }
        _ => {}
    }
    match read.fetch {
        Fetch::List { .. } => {
            model.link.failures = model.link.failures.saturating_add(1);
            model.link.problem = Some(problem);
        }
        // The thread says it in its own place; names are missed where they are drawn; a row keeps what it showed.
        Fetch::Thread { .. }
        | Fetch::Conversation(_)
        | Fetch::Notes { .. }
        | Fetch::Tags(_)
        | Fetch::Palette(_)
        | Fetch::Me
        | Fetch::Members
        | Fetch::Chatbots => {}
    }
}

const fn smaller(limit: u8) -> u8 {
    match limit {
        26.. => 25,
        6..=25 => 5,
        _ => 1,
    }
}

fn wait_for(problem: &Problem, failures: u32) -> Duration {
    match problem.remedy {
        Remedy::WaitFor(wait) => wait.max(Duration::from_secs(1)),
        Remedy::SignInAgain | Remedy::FixTheInput | Remedy::NotThere | Remedy::Conflict | Remedy::TryLater => {
            poller::after_failure(failures)
        }
    }
}
