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
