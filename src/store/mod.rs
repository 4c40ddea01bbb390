//! What outlives a request: for now the outbox journal, in memory, behind the trait that a file will take.
//!
//! Owns the order "written down, then sent". Never sends, never decides.

mod journal;

pub use journal::{Journal, JournalError, MemoryJournal};
