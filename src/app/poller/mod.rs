//! What is read when: pure, within the shared budget.
//!
//! Owns the reads under way and the plan of the next ones. Polling is the authority: the live list is walked to its
//! end, the conversation on screen is read on a short timer, everything else is filled in from what the hour leaves.

use std::collections::HashSet;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::backoff;
use crate::budget::Lane;
use crate::domain::{ConversationId, Cursor, Status};

use super::effect::{Effect, Fetch};
use super::inbox::{Everything, View};
use super::model::Model;
use super::thread::Order;

pub mod asides;
mod filling;

/// The live list is read this often, and this often when nothing has changed for a while.
pub const LIST_EVERY: Duration = Duration::from_secs(20);
/// See [`LIST_EVERY`].
pub const QUIET_LIST_EVERY: Duration = Duration::from_secs(30);
const QUIET_AFTER: Duration = Duration::from_secs(600);
/// The thread on screen is read this often for two minutes after anyone's last word, then less.
pub const THREAD_EVERY: Duration = Duration::from_secs(5);
/// See [`THREAD_EVERY`].
pub const QUIET_THREAD_EVERY: Duration = Duration::from_secs(15);
const THREAD_QUIET_AFTER: Duration = Duration::from_secs(120);
/// The cursor must rest on a row this long before its thread is asked for.
pub const REST: Duration = Duration::from_millis(300);
const NAMES_EVERY: Duration = Duration::from_secs(600);
const FAILED_FIRST: Duration = Duration::from_secs(2);
const FAILED_MOST: Duration = Duration::from_secs(30);
/// A view that the live list does not hold is read again this often while a person looks at it.
const WALK_EVERY: Duration = Duration::from_secs(60);
const PAGE: u8 = 100;
const FILLS_AT_ONCE: usize = 2;
/// How many rows before the end of what is loaded the next page is asked for.
const READ_AHEAD: usize = 40;

/// What a read is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Names and who I am.
    Names,
    /// The walk over the live list.
    Live,
    /// The walk over everything.
    Everything,
    /// A row by its id.
    Row,
    /// The newest page of a thread.
    Newest,
    /// Older messages.
    Older,
    /// A stretch between.
    Gap,
    /// A conversation's notes.
    Notes,
    /// A conversation's tags.
    Tags,
    /// The organisation's tags.
    Palette,
}

/// A read under way.
#[derive(Clone, Debug)]
pub struct InFlight {
    /// The step that asked.
    pub asked: u64,
    /// When.
    pub at: Duration,
    /// What.
    pub fetch: Fetch,
    /// What for.
    pub purpose: Purpose,
    /// On whose share.
    pub lane: Lane,
}

/// One walk over the live list.
#[derive(Clone, Debug)]
pub struct Walk {
    /// The step in which it began: what is missing from it was missing since.
    pub began: u64,
    /// When it began.
    pub at: Duration,
    /// The statuses it walks.
    pub statuses: Vec<Status>,
    /// The rows seen.
    pub seen: HashSet<ConversationId>,
    /// Cursors used: one that comes back ends the walk (security, S7).
    pub cursors: HashSet<Cursor>,
    /// Where it goes on.
    pub next: Option<Cursor>,
}

/// The last walk over a view that the live list does not hold.
#[derive(Clone, Debug, Default)]
pub struct Walked {
    /// Which view, since when (monotonic) and since which step.
    began: Option<(View, Duration, u64)>,
    /// What was seen.
    seen: HashSet<ConversationId>,
}

impl Walked {
    /// A walk begins with its first page.
    pub fn begin(&mut self, view: View, at: Duration, asked: u64) {
        self.began = Some((view, at, asked));
        self.seen.clear();
    }

    /// A page of it was read.
    pub fn saw<'a>(&mut self, view: View, ids: impl Iterator<Item = &'a ConversationId>) {
        if self.is_of(view) {
            self.seen.extend(ids.cloned());
        }
    }

    /// Whether a row that was last told in that step was not on any page.
    #[must_use]
    pub fn misses(&self, view: View, id: &ConversationId, changed: u64) -> bool {
        self.began.is_some_and(|(held, _, asked)| held == view && changed < asked) && !self.seen.contains(id)
    }

    fn is_of(&self, view: View) -> bool {
        self.began.is_some_and(|(held, ..)| held == view)
    }

    /// When it is read again from its beginning.
    fn again(&self, view: View) -> Duration {
        self.began.filter(|(held, ..)| *held == view).map_or(Duration::ZERO, |(_, at, _)| at + WALK_EVERY)
    }
}

/// The plan.
#[derive(Clone, Debug, Default)]
pub struct Poller {
    /// The reads under way.
    pub in_flight: Vec<InFlight>,
    /// The walk of this poll, if one is under way.
    pub walk: Option<Walk>,
    /// The walk over a long list of open conversations, which takes several polls.
    pub long: Option<Walk>,
    /// Whether waiting and open conversations no longer fit into one page together.
    pub split: bool,
    /// The live list is due then.
    pub list_due: Duration,
    /// How many list reads failed in a row.
    pub list_failures: u32,
    /// When a row last changed.
    pub changed_at: Duration,
    /// When names were last asked for: me, members, chatbots.
    pub names_at: [Option<Duration>; 3],
    /// When a row was last filled in.
    pub filled_at: Option<Duration>,
    /// The rest of the cursor for which that was last told.
    pub rested_for: Duration,
    /// How many rows that were not on the screen were filled in.
    pub filled_unseen: u32,
    /// What each row was last filled in for, and when.
    pub filled: std::collections::HashMap<ConversationId, (Option<DateTime<Utc>>, Duration)>,
    /// The row to fill in next, told anew when `fill_unsettled`.
    pub next_fill: Option<ConversationId>,
    /// Something that decides what to fill in next has changed.
    pub fill_unsettled: bool,
    /// How many rows a list page asks for: less where one was too large.
    pub limit: Option<u8>,
    /// The first complete list was taken without a bell.
    pub introduced: bool,
    /// The walk over everything is not tried again before.
    pub everything_retry: Duration,
    /// The walk over a view that the live list does not hold.
    pub walked: Walked,
}

/// Whether the newest page of a thread is being asked for by a read of that step or later.
#[must_use]
pub fn asks_newest(model: &Model, conversation: &ConversationId, from: u64) -> bool {
    model.poller.in_flight.iter().any(|read| {
        read.purpose == Purpose::Newest
            && read.asked >= from
            && matches!(&read.fetch, Fetch::Thread { conversation: id, .. } if id == conversation)
    })
}

/// Whether the newest page of a thread is being asked for since that moment.
#[must_use]
pub fn asks_newest_since(model: &Model, conversation: &ConversationId, since: Duration) -> bool {
    model.poller.in_flight.iter().any(|read| {
        read.purpose == Purpose::Newest
            && read.at >= since
            && matches!(&read.fetch, Fetch::Thread { conversation: id, .. } if id == conversation)
    })
}

/// Whether this very read is under way, asked at that step or later.
#[must_use]
pub fn is_flying(model: &Model, fetch: &Fetch, from: u64) -> bool {
    model.poller.in_flight.iter().any(|read| read.asked >= from && read.fetch == *fetch)
}

/// Whether this very read is under way, asked since that moment.
#[must_use]
pub fn is_flying_since(model: &Model, fetch: &Fetch, since: Duration) -> bool {
    model.poller.in_flight.iter().any(|read| read.at >= since && read.fetch == *fetch)
}

/// Asks for the newest page of a thread, if the budget lets this lane.
pub fn ask_newest(model: &mut Model, conversation: &ConversationId, lane: Lane, effects: &mut Vec<Effect>) {
    let thread = model.threads.get(conversation);
    let oldest_first = thread.is_some_and(|thread| thread.order == Some(Order::OldestFirst));
    let cursor = thread.filter(|_| oldest_first).and_then(|thread| thread.walk.clone().or_else(|| thread.tail.clone()));
    let limit = thread.and_then(|thread| thread.limit).unwrap_or(PAGE);
    let fetch = Fetch::Thread { conversation: conversation.clone(), cursor, limit };
    ask(model, fetch, Purpose::Newest, lane, effects);
}

/// Sends one read, unless the budget says no or the same one is under way since this step.
pub fn ask(model: &mut Model, fetch: Fetch, purpose: Purpose, lane: Lane, effects: &mut Vec<Effect>) -> bool {
    let (now, asked) = (model.now.mono, model.step);
    let twice = model.poller.in_flight.iter().any(|read| read.asked == asked && read.fetch == fetch);
    if twice || !model.budget.allows(lane, now) {
        return false;
    }
    model.budget.spend(lane, now);
    model.poller.in_flight.push(InFlight { asked, at: now, fetch: fetch.clone(), purpose, lane });
    effects.push(Effect::Fetch { asked, fetch, lane });
    true
}

/// A thread's last word moved: it is live for a while.
pub fn thread_changed(model: &mut Model, conversation: &ConversationId) {
    let now = model.now.mono;
    model.poller.changed_at = now;
    if let Some(thread) = model.threads.held.get_mut(conversation) {
        thread.last_word_at = Some(now);
    }
}

/// The clocks parted: the machine slept, or its clock was set. Everything is read again, and what was under way is not
/// waited for: its connections are dead, and a late answer would be of yesterday.
pub fn resync(model: &mut Model) {
    model.poller.in_flight.clear();
    model.poller.walk = None;
    model.poller.long = None;
    model.poller.list_due = model.now.mono;
    for thread in model.threads.held.values_mut() {
        thread.retry_at = Duration::ZERO;
        if let Some(read) = &mut thread.read {
            (read.at, read.came) = (Duration::ZERO, Duration::ZERO);
        }
    }
}

/// By how much planned reads are stretched now: what is planned for an hour against what the hour still has.
#[must_use]
pub fn stretch(model: &Model) -> f64 {
    let hour = 3_600.0;
    let pages = if model.poller.split { 3.0 } else { 1.0 };
    let list = hour / LIST_EVERY.as_secs_f64() * pages;
    let thread = model.panes.on_screen.as_ref().map_or(0.0, |id| hour / thread_base(model, id).as_secs_f64());
    model.budget.stretch(list + thread, model.now.mono)
}

fn thread_base(model: &Model, id: &ConversationId) -> Duration {
    let now = model.now.mono;
    let word = model.threads.get(id).and_then(|thread| thread.last_word_at);
    let told = model
        .inbox
        .rows
        .get(id)
        .and_then(|row| row.conversation.last_message_at)
        .is_some_and(|last| (model.now.wall - last.at).to_std().is_ok_and(|ago| ago < THREAD_QUIET_AFTER));
    if told || word.is_some_and(|at| now.saturating_sub(at) < THREAD_QUIET_AFTER) {
        THREAD_EVERY
    } else {
        QUIET_THREAD_EVERY
    }
}

/// How often the live list is read now.
#[must_use]
pub fn list_cadence(model: &Model) -> Duration {
    let quiet = model.now.mono.saturating_sub(model.poller.changed_at) > QUIET_AFTER;
    let base = if quiet { QUIET_LIST_EVERY } else { LIST_EVERY };
    base.mul_f64(stretch(model))
}

/// When the thread on screen is due.
fn thread_due(model: &Model, id: &ConversationId) -> Duration {
    let rested = model.panes.rests_since + REST;
    let Some(thread) = model.threads.get(id) else { return Duration::ZERO };
    let cadence = thread_base(model, id).mul_f64(stretch(model));
    match thread.read {
        Some(read) => (read.at + cadence).max(rested).max(thread.retry_at),
        None => thread.retry_at,
    }
}

/// The delay after so many failures in a row.
#[must_use]
pub fn after_failure(failures: u32) -> Duration {
    backoff::delay(failures, FAILED_FIRST, FAILED_MOST, u64::from(failures) * 131)
}

/// Asks for everything that is due.
pub fn plan(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.panes.leaving {
        return;
    }
    names(model, effects);
    live_list(model, effects);
    on_screen(model, effects);
    rows(model, effects);
    everything(model, effects);
    history(model, effects);
    asides::plan(model, effects);
    filling::fill(model, effects);
}

fn flying(model: &Model, purpose: Purpose) -> usize {
    model.poller.in_flight.iter().filter(|read| read.purpose == purpose).count()
}

fn flying_for(model: &Model, purpose: Purpose, conversation: &ConversationId) -> bool {
    model.poller.in_flight.iter().any(|read| {
        read.purpose == purpose
            && match &read.fetch {
                Fetch::Thread { conversation: id, .. }
                | Fetch::Conversation(id)
                | Fetch::Notes { conversation: id, .. }
                | Fetch::Tags(id) => id == conversation,
                Fetch::Me | Fetch::Members | Fetch::Chatbots | Fetch::List { .. } | Fetch::Palette(_) => false,
            }
    })
}

fn names(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    // Only for a thread that was opened: a cold start has better use for its requests.
    let chatbot_missing = model.screen.sidebar_visible()
        && model
            .panes
            .on_screen
            .as_ref()
            .and_then(|id| model.inbox.rows.get(id))
            .and_then(|row| row.conversation.chatbot_id.as_ref())
            .is_some_and(|id| model.directory.chatbot(id).is_none());
    let wanted = [
        (model.directory.credential.is_none(), Fetch::Me, Lane::List, after_failure(4)),
        (model.directory.members.is_empty(), Fetch::Members, Lane::List, after_failure(4)),
        (chatbot_missing && model.inbox.complete, Fetch::Chatbots, Lane::Background, NAMES_EVERY),
    ];
    for (at, (wanted, fetch, lane, again)) in wanted.into_iter().enumerate() {
        let asked = model.poller.names_at.get(at).copied().flatten();
        if wanted
            && asked.is_none_or(|asked| now >= asked + again)
            && ask(model, fetch, Purpose::Names, lane, effects)
            && let Some(held) = model.poller.names_at.get_mut(at)
        {
            *held = Some(now);
        }
    }
}

fn list_fetch(model: &Model, walk: &Walk) -> Fetch {
    Fetch::List {
        statuses: walk.statuses.clone(),
        cursor: walk.next.clone(),
        limit: model.poller.limit.unwrap_or(PAGE),
    }
}

fn new_walk(model: &Model, statuses: Vec<Status>) -> Walk {
    Walk { began: model.step, at: model.now.mono, statuses, seen: HashSet::new(), cursors: HashSet::new(), next: None }
}

fn live_list(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    if flying(model, Purpose::Live) > 0 || now < model.poller.list_due {
        return;
    }
    let walk = match model.poller.walk.take() {
        Some(walk) => walk,
        None if model.poller.split => new_walk(model, vec![Status::AgentRequested]),
        None => new_walk(model, vec![Status::AgentRequested, Status::Open]),
    };
    let fetch = list_fetch(model, &walk);
    model.poller.walk = Some(walk);
    ask(model, fetch, Purpose::Live, Lane::List, effects);
}

/// The walk of this poll goes on with a long list's next page, or from its beginning.
#[must_use]
pub fn next_long_walk(model: &mut Model) -> Walk {
    model.poller.long.take().unwrap_or_else(|| new_walk(model, vec![Status::Open]))
}

fn on_screen(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let Some(id) = model.panes.on_screen.clone() else { return };
    let readable = model.inbox.rows.get(&id).is_none_or(|row| row.conversation.unreadable.is_none());
    if readable && !flying_for(model, Purpose::Newest, &id) && thread_due(model, &id) <= now {
        ask_newest(model, &id, Lane::OnScreen, effects);
    }
    // One page of what lies between for each refresh: a visitor who floods the thread must not spend the budget
    // (security, S8).
    let wanted = model.threads.get(&id).and_then(|thread| {
        let rested = thread.gap_at.is_none_or(|at| now >= at + THREAD_EVERY);
        let (_, cursor) = thread.gaps.last().filter(|_| rested)?;
        Some((cursor.clone(), thread.limit.unwrap_or(PAGE)))
    });
    if let Some((cursor, limit)) = wanted.filter(|_| !flying_for(model, Purpose::Gap, &id)) {
        let fetch = Fetch::Thread { conversation: id.clone(), cursor: Some(cursor), limit };
        if ask(model, fetch, Purpose::Gap, Lane::OnScreen, effects) {
            model.threads.entry(&id).gap_at = Some(now);
        }
    }
}

/// Rows that were missing from a complete walk are read by their ids; so is the one on screen when no walk covers it.
fn rows(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    if !model.inbox.complete {
        return;
    }
    let mut stale: Vec<ConversationId> = model.inbox.stale.iter().take(FILLS_AT_ONCE * 4).cloned().collect();
    let ended =
        model.panes.on_screen.as_ref().filter(|id| {
            model.inbox.rows.get(*id).is_none_or(|row| !row.live() && row.conversation.unreadable.is_none())
        });
    let cadence = list_cadence(model);
    if let Some(id) = ended.filter(|id| row_due(model, id, cadence) <= now) {
        stale.insert(0, id.clone());
    }
    for id in stale {
        if flying(model, Purpose::Row) >= FILLS_AT_ONCE {
            break;
        }
        if !flying_for(model, Purpose::Row, &id) && row_due(model, &id, cadence.min(LIST_EVERY)) <= now {
            let fetch = Fetch::Conversation(id.clone());
            if ask(model, fetch, Purpose::Row, Lane::List, effects) {
                model.poller.filled.entry(id).or_insert((None, Duration::ZERO)).1 = now;
            }
        }
    }
}

/// Reading by id is bound to the same pace as other reads of that conversation.
fn row_due(model: &Model, id: &ConversationId, cadence: Duration) -> Duration {
    model.poller.filled.get(id).map_or(Duration::ZERO, |(_, at)| *at + cadence)
}

/// A view that the live list does not hold is read page by page while a person looks at it.
fn everything(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let view = model.inbox.view;
    let Some(statuses) = view.walked() else { return };
    let near_end = model.inbox.at + READ_AHEAD >= model.inbox.order.len();
    if !near_end || now < model.poller.everything_retry || flying(model, Purpose::Everything) > 0 {
        return;
    }
    let (cursor, lane) = match model.inbox.walk(view) {
        // A person asked for this view and sees nothing of it yet.
        Some(Everything::Unasked) => (None, Lane::List),
        Some(Everything::More(cursor)) => (Some(cursor.clone()), Lane::Background),
        // What lies in the whole history changes too rarely to be walked again by itself.
        Some(Everything::Complete) if view != View::All && model.poller.walked.again(view) <= now => {
            (None, Lane::Background)
        }
        Some(Everything::Complete) | None => return,
    };
    let fetch = Fetch::List { statuses: statuses.to_vec(), cursor, limit: model.poller.limit.unwrap_or(PAGE) };
    ask(model, fetch, Purpose::Everything, lane, effects);
}

/// Older messages, when the reader comes near the first one that is loaded.
fn history(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(id) = model.screen.wants_older.clone() else { return };
    let Some(thread) = model.threads.get(&id) else { return };
    let Some(cursor) = thread.older.clone() else { return };
    if flying_for(model, Purpose::Older, &id) || thread.retry_at > model.now.mono {
        return;
    }
    let limit = thread.limit.unwrap_or(PAGE);
    let fetch = Fetch::Thread { conversation: id, cursor: Some(cursor), limit };
    ask(model, fetch, Purpose::Older, Lane::OnScreen, effects);
}

/// When something is next due.
#[must_use]
pub fn next_wake(model: &Model) -> Option<Duration> {
    let now = model.now.mono;
    let mut next = Vec::new();
    if flying(model, Purpose::Live) == 0 {
        next.push(model.poller.list_due);
    }
    if let Some(id) = &model.panes.on_screen {
        if !flying_for(model, Purpose::Newest, id) {
            next.push(thread_due(model, id));
        }
    } else if model.screen.previews() && now < model.panes.rests_since + REST {
        next.push(model.panes.rests_since + REST);
    }
    let filling = model.poller.fill_unsettled || model.poller.next_fill.is_some();
    if filling && model.inbox.complete && flying(model, Purpose::Newest) < FILLS_AT_ONCE {
        next.push(filling::fill_due(model).max(now));
    }
    if model.inbox.complete && flying(model, Purpose::Row) < FILLS_AT_ONCE {
        let cadence = list_cadence(model).min(LIST_EVERY);
        next.extend(model.inbox.stale.iter().take(FILLS_AT_ONCE * 4).map(|id| row_due(model, id, cadence)).min());
    }
    let view = model.inbox.view;
    if view.walked().is_some() && model.poller.everything_retry > now {
        next.push(model.poller.everything_retry);
    }
    if view.walked().is_some() && view != View::All && model.inbox.knows_all_of(view) {
        next.push(model.poller.walked.again(view));
    }
    if model.directory.credential.is_none() || model.directory.members.is_empty() {
        next.push(now + after_failure(4));
    }
    next.extend(asides::next_wake(model));
    // What is due but may not leave yet is tried again in a second.
    next.into_iter().map(|at| if at <= now { now + Duration::from_secs(1) } else { at }).min()
}
