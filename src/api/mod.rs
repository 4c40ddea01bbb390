//! The platform's endpoints, one async method each: one request a call, never a retry, never a wait.
//!
//! Owns requests, the reading of answers into [`crate::domain`], and what an error means for the person. Never decides
//! when to ask, and never goes on to a next page: walks belong to the caller.

mod body;
mod client;
mod conversations;
pub mod decode;
mod directory;
mod encode;
pub mod error;
mod headers;
mod messages;
mod neighbours;
mod notes;
mod pages;
mod tags;

pub use client::{Answer, Client, ClientError};
pub use conversations::ConversationsQuery;
pub use encode::{encode_change, encode_new_tag, encode_note, encode_reply, encode_tag_ids};
pub use error::{PAGE_TOO_LARGE, is_page_too_large};
