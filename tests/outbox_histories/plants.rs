//! Faults that are planted on purpose: a checker that finds none of them would prove nothing.

use std::time::Duration;

use takeover::app::outbox::State;
use takeover::app::{Effect, Model};
use takeover::domain::MessageId;
use takeover::domain::outbox::Outcome;

use crate::chance::Chance;

/// What is planted: some in the runner, some in the platform, some in the core's own state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plant {
    /// The runner makes a new key for each attempt.
    NewKeyForEachAttempt,
    /// The runner encodes the body anew, with other bytes.
    OtherBytesForEachAttempt,
    /// The runner never tells that the intent is safe.
    JournaledIsSwallowed,
    /// The runner sends as soon as it has written the intent down.
    SendsBeforeItIsJournaled,
    /// The journal is not told what was taken back.
    ForgetsWhatWasTakenBack,
    /// Threads never show our messages, and the server forgets keys at once.
    LooksUpInVain,
    /// The runner sends to another conversation.
    WrongConversation,
    /// The core sends what was just taken back.
    SendsWhatWasTakenBack,
    /// The core takes everything that came as read.
    TakesEverythingAsRead,
    /// The core takes any read of the thread for a young one.
    ReadsNothingAgain,
    /// The core does not compare status, owner and address.
    IgnoresFacts,
    /// The core lets a later reply overtake.
    QueueJumps,
    /// The core never thinks that it is too late.
    NeverTooLate,
    /// The core sends the same bytes again at once.
    SendsAgainAtOnce,
    /// The core drops what could not be written down.
    DropsTheUnjournaled,
    /// The core empties a draft when news comes.
    NewsEmptiesDrafts,
    /// The core turns the composer to another conversation when news comes.
    NewsTurnsTheComposer,
    /// The core says "sent" when the bytes left.
    SaysSentTooEarly,
    /// The core waits for ever.
    WaitsForEver,
    /// The core does not hold.
    DoesNotHold,
    /// The core forgets that an outcome is not known.
    TakesUnknownForNotSent,
}

impl Plant {
    /// Each with what must be said of it, whatever else is.
    pub(crate) const ALL: [(Self, &str); 21] = [
        (Self::NewKeyForEachAttempt, "is at the server 2 times"),
        (Self::OtherBytesForEachAttempt, "came with two bodies"),
        (Self::JournaledIsSwallowed, "never comes to rest: Some(Journaling)"),
        (Self::SendsBeforeItIsJournaled, "reached the server and was never ordered to"),
        (Self::ForgetsWhatWasTakenBack, "the journal still holds"),
        (Self::LooksUpInVain, "is at the server 2 times"),
        (Self::WrongConversation, "is in c"),
        (Self::SendsWhatWasTakenBack, "what was taken back leaves"),
        (Self::TakesEverythingAsRead, "though a colleague's"),
        (Self::ReadsNothingAgain, "without a young look at the thread"),
        (Self::IgnoresFacts, "status, owner or address changed"),
        (Self::QueueJumps, "a later reply leaves before an earlier one is delivered"),
        (Self::NeverTooLate, "more than ten minutes"),
        (Self::SendsAgainAtOnce, "leave again within ten seconds"),
        (Self::DropsTheUnjournaled, "vanished"),
        (Self::NewsEmptiesDrafts, "touched the composer"),
        (Self::NewsTurnsTheComposer, "touched the composer"),
        (Self::SaysSentTooEarly, "which the server does not have"),
        (Self::WaitsForEver, "never comes to rest: Some(Waiting"),
        (Self::DoesNotHold, "before its hold is over"),
        (Self::TakesUnknownForNotSent, "leave again within ten seconds"),
    ];
}

/// Bends what the core decided or holds.
pub(crate) fn bend(plant: Plant, model: &mut Model, effects: &mut Vec<Effect>, chance: &mut Chance) {
    let (now, step) = (model.now.mono, model.step);
    let key = model.panes.last_key == Some(now);
    match plant {
        Plant::NewKeyForEachAttempt
        | Plant::OtherBytesForEachAttempt
        | Plant::JournaledIsSwallowed
        | Plant::SendsBeforeItIsJournaled
        | Plant::ForgetsWhatWasTakenBack
        | Plant::LooksUpInVain
        | Plant::WrongConversation => {}
        Plant::SendsWhatWasTakenBack => {
            let taken = effects.iter().find_map(|effect| match effect {
                Effect::Conclude { local, outcome: Outcome::TakenBack } => Some(*local),
                _ => None,
            });
            effects.extend(taken.map(|local| Effect::Deliver { local }));
        }
        Plant::TakesEverythingAsRead => {
            for entry in &mut model.outbox.entries {
                entry.baseline.step = Some(step);
                entry.baseline.newest = None;
            }
        }
        Plant::ReadsNothingAgain => {
            for read in model.threads.held.values_mut().filter_map(|thread| thread.read.as_mut()) {
                (read.asked, read.at, read.came) = (step, now, now);
            }
        }
        Plant::IgnoresFacts => {
            for entry in &mut model.outbox.entries {
                entry.baseline.facts = None;
            }
        }
        Plant::QueueJumps => {
            let waits =
                |entry: &takeover::app::outbox::Entry| matches!(entry.state, State::Held { .. } | State::Ready { .. });
            if let [first, second] = model.outbox.entries.as_mut_slice()
                && waits(first)
                && waits(second)
            {
                std::mem::swap(first, second);
            }
        }
        Plant::NeverTooLate => {
            for entry in &mut model.outbox.entries {
                if entry.first_byte.is_some() {
                    entry.first_byte = Some(now);
                }
                if matches!(entry.state, State::Ready { .. } | State::Waiting { .. }) {
                    entry.hold_ends = entry.hold_ends.max(now.saturating_sub(Duration::from_secs(60)));
                }
            }
        }
        Plant::SendsAgainAtOnce => {
            for entry in &mut model.outbox.entries {
                if let State::Uncertain { resend_at, look_at, .. } = &mut entry.state {
                    *resend_at = now;
                    *look_at = now;
                }
            }
        }
        Plant::DropsTheUnjournaled => {
            model.outbox.entries.retain(|entry| !matches!(entry.state, State::Unjournaled { .. }));
        }
        Plant::NewsEmptiesDrafts => {
            if !key && chance.permille(20) {
                model.composer.drafts.clear();
                model.composer.open = None;
            }
        }
        Plant::NewsTurnsTheComposer => {
            if !key && model.composer.open.is_some() && chance.permille(20) {
                let other = model.composer.drafts.keys().find(|id| Some(*id) != model.composer.open.as_ref());
                if let Some(other) = other.cloned() {
                    model.composer.open = Some(other);
                }
            }
        }
        Plant::SaysSentTooEarly => {
            for entry in &mut model.outbox.entries {
                if entry.state == State::Sending {
                    let message = MessageId::parse("m-not-there").unwrap();
                    entry.state = State::Delivered { message, at: now };
                }
            }
        }
        Plant::WaitsForEver => {
            for entry in &mut model.outbox.entries {
                if let State::Waiting { until, .. } = &mut entry.state {
                    *until = now + Duration::from_secs(1_000_000);
                }
            }
        }
        Plant::DoesNotHold => {
            for entry in &mut model.outbox.entries {
                if let State::Held { until } = &mut entry.state {
                    *until = now;
                }
            }
        }
        Plant::TakesUnknownForNotSent => {
            for entry in &mut model.outbox.entries {
                if let State::Uncertain { problem, .. } = &entry.state {
                    let problem = problem.clone();
                    entry.unknown = false;
                    entry.state = State::Waiting { problem, until: now + Duration::from_secs(3) };
                }
            }
        }
    }
}
