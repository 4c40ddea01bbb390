//! What the platform lets be done in which state (contract, section 8), in three values.

use super::conversation::Status;

/// Whether an act may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Legality {
    /// Documented as possible.
    Allowed,
    /// Documented as refused.
    Illegal,
    /// Not documented: offered, and a refusal is shown.
    Unknown,
}

/// Whether `POST …/messages` is taken in this state (contract, section 2.4, state gate).
#[must_use]
pub const fn reply(status: &Status) -> Legality {
    match status {
        Status::Open | Status::AgentRequested => Legality::Allowed,
        Status::BotActive | Status::Resolved | Status::Closed | Status::Archived => Legality::Illegal,
        Status::Other(_) => Legality::Unknown,
    }
}

/// Whether PATCH takes this change of status (contract, section 8, and section 12 where the documents disagree). The
/// state it has already is nothing to ask for.
#[must_use]
pub fn change_status(from: &Status, to: &Status) -> Legality {
    use Status::{AgentRequested, Archived, BotActive, Closed, Open, Other, Resolved};
    match (from, to) {
        // Not in the list of what PATCH takes.
        (_, BotActive | Other(_)) => Legality::Illegal,
        _ if from == to => Legality::Illegal,
        // Only a reply takes over.
        (AgentRequested, Open) => Legality::Illegal,
        (BotActive, AgentRequested | Open)
        | (Open, Resolved | Closed)
        | (Resolved | Closed, Open)
        | (Archived, Closed) => Legality::Allowed,
        _ => Legality::Unknown,
    }
}

/// Why [`change_status`] says that it is illegal, in words that follow the status' name.
#[must_use]
pub fn why_not(from: &Status, to: &Status) -> &'static str {
    match to {
        Status::BotActive => "the bot can't be given back from here",
        Status::Other(_) => "this version does not know that status",
        _ if from == to => "it is that already",
        _ => "your first reply takes over",
    }
}
