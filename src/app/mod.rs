//! The pure core: `update(&mut Model, Stamped<Event>) -> Vec<Effect>`.
//!
//! Owns every decision. Never fails, never awaits, never reads a clock, a file, the environment or a random number,
//! and cannot name a request body, a channel or a runtime.

pub mod act_words;
pub mod action;
pub mod acts;
pub mod attention;
pub mod blocks;
pub mod chooser;
pub mod choosing;
pub mod composer;
pub mod copying;
pub mod deciding;
pub mod editing;
pub mod effect;
pub mod event;
pub mod fields;
pub mod guard;
pub mod inbox;
pub mod journal_log;
pub mod key;
pub mod key_words;
pub mod keymap;
pub mod langmap;
pub mod layout;
pub mod lesson;
pub mod link;
pub mod links;
pub mod listing;
pub mod meeting;
pub mod model;
pub mod moving;
pub mod notice;
pub mod noting;
pub mod outbox;
pub mod overlay;
pub mod piping;
pub mod poller;
pub mod popup;
pub mod prompt;
pub mod prose;
pub mod reading;
pub mod reconcile;
pub mod records;
pub mod reloading;
pub mod screen;
pub mod search;
pub mod sending;
pub mod settings;
pub mod settle;
pub mod sidebar;
pub mod thread;
pub mod trace;
pub mod transcript;
pub mod triage;
pub mod undo;
pub mod update;
pub mod verbs;
pub mod viewport;
pub mod words;
pub mod writing;

pub use action::Action;
pub use effect::{Effect, Fetch};
pub use event::{CopiedBy, Delivery, Event, Found, PipeEnd, Piped, Size, Stamped};
pub use key::{Code, Key};
pub use model::{Focus, Model};
pub use settings::Settings;

pub use crate::domain::Moment;
pub use settle::settle;
pub use update::{next_wake, update};
