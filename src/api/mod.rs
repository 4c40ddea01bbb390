//! The platform's endpoints, one async method each: one request a call, never a retry, never a wait.
//!
//! Owns requests, the reading of answers into [`crate::domain`], and what an error means for the person. Never decides
//! when to ask, and never goes on to a next page: walks belong to the caller.

mod body;
mod client;
pub mod decode;
mod encode;
pub mod error;
mod headers;
mod neighbours;

pub use client::{Answer, Client, ClientError, ConversationsQuery};
pub use encode::encode_reply;
pub use error::{PAGE_TOO_LARGE, is_page_too_large};
