//! The platform's JSON, as it travels.
//!
//! Owns serde shapes alone, lenient where the contract says inferred or unknown. Never decides what a value means:
//! that is [`crate::api`]'s decode.
