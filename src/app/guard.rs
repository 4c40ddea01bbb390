//! The guard: an agent answers what is on the screen, so a reply stops when something came that its writer cannot
//! have read. Pure: told the thread, the row and the moment.

use std::time::Duration;

use crate::domain::{Change, Conversation, MessageId, Speaker, Status, Time, UserId};
use crate::text::RawText;

use super::thread::{Entry, ReadAt, Thread};

/// Lines of the visitor or the bot must have stood on the screen this long when the hold ends.
pub const READ_TAKES: Duration = Duration::from_millis(1_500);

/// The oldest read of the thread that may vouch for a first byte.
pub const READ_HOLDS_FOR: Duration = Duration::from_millis(2_500);

/// The thread is read once more this long before a hold ends: a colleague's answer during the hold still stops it.
pub const LAST_READ_BEFORE: Duration = Duration::from_millis(500);

/// A send chord is ignored for this long after a stop, so that a second press meant for the send does not override it.
pub const STOP_DEAF_FOR: Duration = Duration::from_millis(700);

/// What a writer had seen when a draft was begun. Reopening the draft does not reset it; only what our own acts caused
/// moves it on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Messages first seen after this step are new; none while nothing of the thread was on the screen yet.
    pub step: Option<u64>,
    /// The newest message that had been drawn: what stands after it is new too, though it was here already, below the
    /// lines that the reader had scrolled to.
    pub newest: Option<MessageId>,
    /// Of an act on a row whose thread was not on the screen: the last activity that the row showed. Whoever acts on a
    /// row has judged it by that.
    pub told: Option<Time>,
    /// Status, owner and mail address then; none while the conversation itself was not known.
    pub facts: Option<Facts>,
}

/// What else a reply depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The status.
    pub status: Status,
    /// The assignee.
    pub owner: Option<UserId>,
    /// Where an absent visitor gets it by mail.
    pub email: Option<RawText>,
}

impl Facts {
    /// Of a conversation now.
    #[must_use]
    pub fn of(conversation: &Conversation) -> Self {
        Self {
            status: conversation.status.clone(),
            owner: conversation.assigned_to.clone(),
            email: conversation.contact_email.clone(),
        }
    }
}

/// Why a reply was stopped. All that hold are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Lines of the visitor or the bot that were not read: how many.
    Lines(usize),
    /// A colleague (or the dashboard) answered, or a marker of another's act came.
    Colleague,
    /// The status is another.
    Status(Status),
    /// The assignee is another.
    Owner(Option<UserId>),
    /// Another field is not what it was: somebody else changed it.
    Field(Change),
    /// The mail address is another: from, to.
    Email(Option<RawText>, Option<RawText>),
    /// The conversation could not be checked: it is gone.
    Gone,
    /// The reply before it in the same conversation did not go out.
    Earlier,
    /// Its time is over: nothing visitor-visible goes out late by itself.
    Late,
}

/// Whether a read is young enough to vouch for a first byte at `now`, which is due since `due`. On a line that takes
/// longer than that, a read asked since then is as young as one can be: it holds from when it came.
#[must_use]
pub fn is_young(read: ReadAt, due: Duration, now: Duration) -> bool {
    let since = if read.at >= due { read.came } else { read.at };
    now.saturating_sub(since) <= READ_HOLDS_FOR
}

/// What stops a reply, empty where nothing does. `until` is the end of the hold, or the moment of the chord where
/// `at_once` says that there was none. Lines that only the last read brought, in this step or later (`not_from`), are no
/// reason: the read before it would have let the reply go, and nobody could have read them.
#[must_use]
pub fn check(
    baseline: &Baseline,
    thread: Option<&Thread>,
    conversation: Option<&Conversation>,
    until: Duration,
    at_once: bool,
    not_from: Option<u64>,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if let (Some(then), Some(now)) = (&baseline.facts, conversation) {
        if then.status != now.status {
            reasons.push(Reason::Status(now.status.clone()));
        }
        if then.owner != now.assigned_to {
            reasons.push(Reason::Owner(now.assigned_to.clone()));
        }
        if then.email != now.contact_email {
            reasons.push(Reason::Email(then.email.clone(), now.contact_email.clone()));
        }
    }
    let Some(thread) = thread else { return reasons };
    let mut lines = 0;
    let mut colleague = false;
    let is_new = newness(thread, baseline);
    let excused = own_markers(thread);
    let by_row = baseline.step.is_none() && baseline.told.is_some();
    let blind = baseline.step.is_none() && !by_row;
    let mut asked = false;
    for (at, (entry, speaker)) in thread.messages.iter().zip(thread.speakers.iter().copied()).enumerate().rev() {
        let own = thread.own.contains(&entry.message.id);
        let read = entry.drawn_at.is_some_and(|at| if at_once { at <= until } else { at + READ_TAKES <= until });
        if blind {
            // Nothing of the thread was on the screen when it was sent: what was not read is what the visitor said
            // last, or that somebody of the team has answered that.
            match speaker {
                Speaker::Marker => {}
                _ if own => {}
                Speaker::Visitor => {
                    lines += usize::from(!read);
                    asked = true;
                }
                Speaker::Bot if asked => break,
                Speaker::Bot => lines += usize::from(!read),
                Speaker::Person | Speaker::Unknown => {
                    colleague |= !asked;
                    break;
                }
            }
            continue;
        }
        if own || !is_new(at, entry) {
            continue;
        }
        match speaker {
            Speaker::Visitor | Speaker::Bot => {
                let brought_last = not_from.is_some_and(|step| entry.first_seen >= step);
                lines += usize::from(!read && !brought_last);
            }
            Speaker::Person | Speaker::Unknown => colleague = true,
            // A row does not tell of markers; a status that changed stops by itself.
            Speaker::Marker => colleague |= !by_row && !excused.contains(&&entry.message.id),
        }
    }
    if colleague {
        reasons.push(Reason::Colleague);
    }
    if lines > 0 {
        reasons.push(Reason::Lines(lines));
    }
    reasons
}

/// Whether a message, by its place, is one that the writer had not seen.
fn newness<'a>(thread: &Thread, baseline: &'a Baseline) -> impl Fn(usize, &Entry) -> bool + use<'a> {
    let newest = baseline.newest.as_ref().and_then(|id| thread.position(id));
    move |at, entry| {
        if let (None, Some(told)) = (baseline.step, baseline.told) {
            return entry.message.created_at.at > told.at;
        }
        baseline.step.is_none_or(|step| entry.first_seen > step) || newest.is_some_and(|newest| at > newest)
    }
}

/// The newest message of a thread that was drawn.
#[must_use]
pub fn newest_drawn(thread: &Thread) -> Option<MessageId> {
    thread.messages.iter().rev().find(|entry| entry.drawn_at.is_some()).map(|entry| entry.message.id.clone())
}

/// The markers that our own acts caused. For a reply that took over it is the last one stored no later than that
/// reply. Whether that reply is new to the draft does not matter: a draft may be begun after it was delivered and before its
/// marker was read. For a change of status it is the one that came while it was made.
fn own_markers(thread: &Thread) -> Vec<&MessageId> {
    let mut excused = Vec::new();
    let takeovers = thread.messages.iter().filter(|entry| thread.took_over.contains(&entry.message.id));
    for reply in takeovers.map(|entry| entry.message.created_at.at) {
        // Where times are coarse, several markers stand at one moment: ours is the one that was seen last.
        let markers = thread.spoken().filter(|(_, speaker)| *speaker == Speaker::Marker).map(|(entry, _)| entry);
        let ours = markers
            .filter(|entry| entry.message.created_at.at <= reply && !excused.contains(&&entry.message.id))
            .max_by_key(|entry| (entry.message.created_at.at, entry.first_seen));
        excused.extend(ours.map(|entry| &entry.message.id));
    }
    for caused in &thread.caused {
        // One marker for each change of status of ours, and only what came between the request and its read-back.
        // Where another's came too, the first counts as ours, so that one of both is always left.
        let ours = thread
            .spoken()
            .filter(|(entry, speaker)| *speaker == Speaker::Marker && !excused.contains(&&entry.message.id))
            .map(|(entry, _)| entry)
            .find(|entry| {
                entry.first_seen > caused.left_in && caused.read_back_in.is_none_or(|step| entry.first_seen <= step)
            });
        excused.extend(ours.map(|entry| &entry.message.id));
    }
    excused
}
