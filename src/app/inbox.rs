//! The list: rows by id, views over them, and an order that stands still while a person moves in it.

use serde::{Deserialize, Serialize};

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::domain::{Conversation, ConversationId, Cursor, Speaker, Status, Time, UserId};

use super::settings::Settings;
use super::thread::ReadAt;

const BOT: &[Status] = &[Status::BotActive];
const RESOLVED: &[Status] = &[Status::Resolved];
const EVERY: &[Status] =
    &[Status::BotActive, Status::AgentRequested, Status::Open, Status::Resolved, Status::Closed, Status::Archived];

/// A view over the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum View {
    /// Who waits for a person, the longest first.
    #[default]
    Waiting,
    /// What is assigned to me.
    Mine,
    /// What people work on.
    Open,
    /// What waits or is open and belongs to nobody.
    Unassigned,
    /// What the bot answers.
    Bot,
    /// What was resolved, by last activity.
    Resolved,
    /// Everything, by last activity.
    All,
}

impl View {
    /// All views in the order of their digits.
    pub const ALL: [Self; 7] =
        [Self::Waiting, Self::Mine, Self::Open, Self::Unassigned, Self::Bot, Self::Resolved, Self::All];

    /// The statuses of a view that the live list does not hold, and that a walk of its own reads; none for the others.
    #[must_use]
    pub const fn walked(self) -> Option<&'static [Status]> {
        match self {
            Self::Waiting | Self::Mine | Self::Open | Self::Unassigned => None,
            Self::Bot => Some(BOT),
            Self::Resolved => Some(RESOLVED),
            Self::All => Some(EVERY),
        }
    }

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::Mine => "Mine",
            Self::Open => "Open",
            Self::Unassigned => "Unassigned",
            Self::Bot => "Bot",
            Self::Resolved => "Resolved",
            Self::All => "All",
        }
    }

    /// Its place in [`View::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Waiting => 0,
            Self::Mine => 1,
            Self::Open => 2,
            Self::Unassigned => 3,
            Self::Bot => 4,
            Self::Resolved => 5,
            Self::All => 6,
        }
    }
}

/// Since when a visitor waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Since {
    /// The instant.
    pub at: DateTime<Utc>,
    /// Whether it was read from the thread.
    pub certain: bool,
}

/// What only the thread tells of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knowledge {
    /// The row's `last_message_at` that it holds for.
    pub for_last: Option<Time>,
    /// The newest word's time.
    pub newest: Option<Time>,
    /// Who had the last word; markers do not count.
    pub speaker: Option<Speaker>,
    /// Since when the visitor waits for a person, if so.
    pub waiting: Option<Since>,
    /// When a person last answered.
    pub answered: Option<DateTime<Utc>>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// The conversation as last told.
    pub conversation: Conversation,
    /// The step in which a read or a write of ours last changed it.
    pub changed: u64,
    /// What the thread told.
    pub knowledge: Option<Knowledge>,
    /// When it was first seen waiting for a person.
    pub first_requested: Option<DateTime<Utc>>,
    /// News that nobody has looked at here.
    pub unread: bool,
    /// When the bell last rang for it.
    pub rang_at: Option<Duration>,
    /// When the conversation was last read by its id.
    pub read: Option<ReadAt>,
}

/// How a row stands in Waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It waits, since then.
    Waits(Since),
    /// Who spoke last is not known yet.
    Perhaps,
    /// It does not wait for us.
    No,
}

impl Row {
    /// A row as first told.
    #[must_use]
    pub fn new(conversation: Conversation, step: u64, now: DateTime<Utc>) -> Self {
        let requested = conversation.status == Status::AgentRequested;
        Self {
            first_requested: requested.then_some(now),
            unread: requested,
            conversation,
            changed: step,
            knowledge: None,
            rang_at: None,
            read: None,
        }
    }

    /// What the thread told, if it still holds for this row.
    #[must_use]
    pub fn exact(&self) -> Option<&Knowledge> {
        self.knowledge.as_ref().filter(|knowledge| {
            let last = self.conversation.last_message_at;
            knowledge.for_last == last || (knowledge.newest.is_some() && knowledge.newest >= last)
        })
    }

    /// Since when the visitor waits, whoever owns the row.
    #[must_use]
    pub fn waits(&self) -> Standing {
        let exact = self.exact();
        match self.conversation.status {
            Status::AgentRequested => {
                // No person has answered while it stands here, so what the thread once told of the handoff holds on.
                let known = self.knowledge.as_ref().and_then(|knowledge| knowledge.waiting);
                let guess = || {
                    let last = self.conversation.last_activity().at;
                    Since { at: self.first_requested.map_or(last, |first| first.min(last)), certain: false }
                };
                Standing::Waits(known.unwrap_or_else(guess))
            }
            Status::Open => match exact {
                Some(knowledge) => knowledge.waiting.map_or(Standing::No, Standing::Waits),
                None => Standing::Perhaps,
            },
            Status::Other(_) if self.conversation.unreadable.is_some() => Standing::Perhaps,
            Status::BotActive | Status::Resolved | Status::Closed | Status::Archived | Status::Other(_) => Standing::No,
        }
    }

    /// How the row stands in my Waiting view: a colleague's only after a while.
    #[must_use]
    pub fn standing(&self, me: Option<&UserId>, now: DateTime<Utc>, settings: &Settings) -> Standing {
        let standing = self.waits();
        let colleague = self.conversation.assigned_to.as_ref().is_some_and(|owner| Some(owner) != me);
        if self.conversation.status == Status::AgentRequested || !colleague {
            return standing;
        }
        match standing {
            Standing::Waits(since) => {
                let waited = (now - since.at).to_std().unwrap_or_default();
                if waited >= settings.colleague_waits { standing } else { Standing::No }
            }
            Standing::Perhaps | Standing::No => Standing::No,
        }
    }

    /// Whether it is one of the live states.
    #[must_use]
    pub const fn live(&self) -> bool {
        matches!(self.conversation.status, Status::Open | Status::AgentRequested)
    }
}

/// How far the walk over everything has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Everything {
    /// Not asked yet.
    #[default]
    Unasked,
    /// More rows are where this cursor leads.
    More(Cursor),
    /// All rows were read.
    Complete,
}

/// The list.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    /// By id.
    pub rows: HashMap<ConversationId, Row>,
    /// The view on screen.
    pub view: View,
    /// The rows of the view in the order drawn; it stands still while a person moves.
    pub order: Vec<ConversationId>,
    /// The row under the cursor.
    pub cursor: Option<ConversationId>,
    /// Where the cursor stands in `order`; kept in step with `cursor`.
    pub at: usize,
    /// The first row drawn.
    pub top: usize,
    /// Rows that came since the order stands still.
    pub new_rows: usize,
    /// Rows that are drawn but left the view since.
    pub left: usize,
    /// How many rows each view has.
    pub counts: [usize; View::ALL.len()],
    /// How far the walk over everything has come.
    pub everything: Everything,
    /// How far the walk over what the bot answers has come.
    pub bots: Everything,
    /// How far the walk over what was resolved has come.
    pub resolved: Everything,
    /// Rows changed: views and counts are to be told again.
    pub unsettled: bool,
    /// Whether the order stood still at the last event.
    pub frozen: bool,
    /// Whether the live list was read to its end once.
    pub complete: bool,
    /// Rows that were missing from a complete walk: to be read by id.
    pub stale: BTreeSet<ConversationId>,
    /// The rows of Waiting in its order, whatever view is on screen.
    pub waiting: Vec<ConversationId>,
    /// Rows that entered Waiting since the bell was last told.
    pub entered: Vec<ConversationId>,
}

/// How long a person must not press a key before the order may move.
pub const THAWS_AFTER: Duration = Duration::from_secs(10);

impl Inbox {
    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Row> {
        self.rows.get(self.cursor.as_ref()?)
    }

    /// Where a row ranks in a view, if it belongs there: lower first.
    fn rank(view: View, row: &Row, me: Option<&UserId>, now: DateTime<Utc>, settings: &Settings) -> Option<(u8, i64)> {
        // A future time must not stand first for ever: it counts as now.
        let activity = row.conversation.last_activity().at.min(now);
        let newest_first = -activity.timestamp_millis();
        let waiting_first = || match row.waits() {
            Standing::Waits(since) => (0, since.at.timestamp_millis()),
            Standing::Perhaps => (1, newest_first),
            Standing::No => (2, newest_first),
        };
        match view {
            View::Waiting => match row.standing(me, now, settings) {
                Standing::Waits(since) => Some((0, since.at.min(now).timestamp_millis())),
                Standing::Perhaps => Some((1, activity.timestamp_millis())),
                Standing::No => None,
            },
            View::Mine => {
                (row.live() && me.is_some() && row.conversation.assigned_to.as_ref() == me).then(waiting_first)
            }
            View::Open => (row.conversation.status == Status::Open).then(waiting_first),
            View::Unassigned => (row.live() && row.conversation.assigned_to.is_none()).then(waiting_first),
            View::Bot => (row.conversation.status == Status::BotActive).then_some((0, newest_first)),
            View::Resolved => (row.conversation.status == Status::Resolved).then_some((0, newest_first)),
            View::All => Some((0, newest_first)),
        }
    }

    /// Whether a row belongs to the view on screen.
    #[must_use]
    pub fn belongs(&self, id: &ConversationId, me: Option<&UserId>, now: DateTime<Utc>, settings: &Settings) -> bool {
        self.rows.get(id).is_some_and(|row| Self::rank(self.view, row, me, now, settings).is_some())
    }

    /// The rows of a view in its own order.
    #[must_use]
    pub fn ranked(
        &self,
        view: View,
        me: Option<&UserId>,
        now: DateTime<Utc>,
        settings: &Settings,
    ) -> Vec<ConversationId> {
        let mut ranked: Vec<((u8, i64), &ConversationId)> =
            self.rows.iter().filter_map(|(id, row)| Some((Self::rank(view, row, me, now, settings)?, id))).collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, id)| id.clone()).collect()
    }

    /// Tells views and counts again after rows changed. While `frozen`, rows keep their places: what belongs below the
    /// last one is added there, the rest is counted as new.
    pub fn settle(&mut self, frozen: bool, me: Option<&UserId>, now: DateTime<Utc>, settings: &Settings) {
        if !self.unsettled {
            return;
        }
        self.unsettled = false;
        let waiting = self.ranked(View::Waiting, me, now, settings);
        let before: HashSet<&ConversationId> = self.waiting.iter().collect();
        let entered = waiting.iter().filter(|id| !before.contains(id)).cloned();
        self.entered.extend(entered);
        self.waiting = waiting;
        for view in View::ALL {
            let count = match view {
                View::All => self.rows.len(),
                View::Waiting => self.waiting.len(),
                View::Mine | View::Open | View::Unassigned | View::Bot | View::Resolved => {
                    self.rows.values().filter(|row| Self::rank(view, row, me, now, settings).is_some()).count()
                }
            };
            if let Some(held) = self.counts.get_mut(view.index()) {
                *held = count;
            }
        }
        let ranked = match self.view {
            View::Waiting => self.waiting.clone(),
            View::Mine | View::Open | View::Unassigned | View::Bot | View::Resolved | View::All => {
                self.ranked(self.view, me, now, settings)
            }
        };
        if frozen && !self.order.is_empty() {
            let shown: HashSet<&ConversationId> = self.order.iter().collect();
            let members: HashSet<&ConversationId> = ranked.iter().collect();
            let last_shown = ranked.iter().rposition(|id| shown.contains(id));
            let tail_from = last_shown.map_or(0, |at| at + 1);
            let added: Vec<ConversationId> = if self.view.walked().is_some() {
                ranked.get(tail_from..).unwrap_or_default().to_vec()
            } else {
                Vec::new()
            };
            let newcomers = ranked.iter().filter(|id| !shown.contains(id)).count();
            self.new_rows = newcomers - added.len();
            self.left = self.order.iter().filter(|id| !members.contains(id)).count();
            self.order.extend(added);
        } else {
            self.order = ranked;
            self.new_rows = 0;
            self.left = 0;
        }
        self.keep_cursor();
    }

    /// How far the walk of a view has come; none for a view that the live list holds.
    #[must_use]
    pub const fn walk(&self, view: View) -> Option<&Everything> {
        match view {
            View::Waiting | View::Mine | View::Open | View::Unassigned => None,
            View::Bot => Some(&self.bots),
            View::Resolved => Some(&self.resolved),
            View::All => Some(&self.everything),
        }
    }

    /// The same, to change it.
    pub const fn walk_mut(&mut self, view: View) -> Option<&mut Everything> {
        match view {
            View::Waiting | View::Mine | View::Open | View::Unassigned => None,
            View::Bot => Some(&mut self.bots),
            View::Resolved => Some(&mut self.resolved),
            View::All => Some(&mut self.everything),
        }
    }

    /// Whether all rows of a view are known.
    #[must_use]
    pub fn knows_all_of(&self, view: View) -> bool {
        self.walk(view).map_or(self.complete, |walk| *walk == Everything::Complete)
    }

    /// Finds the cursor's row again; where it is gone, the row that took its place.
    fn keep_cursor(&mut self) {
        if let Some(at) = self.cursor.as_ref().and_then(|cursor| self.order.iter().position(|id| id == cursor)) {
            self.at = at;
            return;
        }
        self.at = self.at.min(self.order.len().saturating_sub(1));
        self.cursor = self.order.get(self.at).cloned();
    }

    /// Moves the cursor to a place in the order.
    pub fn move_to(&mut self, at: usize) {
        self.at = at.min(self.order.len().saturating_sub(1));
        self.cursor = self.order.get(self.at).cloned();
    }

    /// Puts the cursor on a row, if it is in the order.
    pub fn put_cursor(&mut self, id: &ConversationId) {
        if let Some(at) = self.order.iter().position(|held| held == id) {
            self.move_to(at);
        }
    }

    /// Shows another view from its first row.
    pub fn show(&mut self, view: View) {
        self.view = view;
        self.order.clear();
        self.cursor = None;
        self.at = 0;
        self.top = 0;
        self.unsettled = true;
    }
}
