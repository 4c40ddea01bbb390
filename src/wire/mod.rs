//! The platform's JSON, as it travels.
//!
//! Owns the serde shapes and the reading of text into them, lenient where the contract says inferred or unknown.
//! Never decides what a value means: that is the api room's decode. Never builds a tree of a value and never
//! recurses into one, so that no depth of nesting can cost more than its length.

pub mod repair;
pub mod rest;
pub mod scan;
pub mod time;
