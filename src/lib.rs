//! takeover: a terminal inbox for people who answer a chatbot's visitors.
//!
//! The map, from the outside in:
//!
//! - [`cli`] reads arguments and environment and wires the rest.
//! - [`runtime`] is the loop: it owns the model and the terminal; everyone else sends it events.
//! - [`terminal`] turns bytes into keys and cells into bytes, and gives the terminal back on every way out.
//! - [`app`] is the pure core: `update(&mut Model, Stamped<Event>) -> Vec<Effect>`. [`ui`] draws the model.
//! - [`effects`] performs effects: one effect, one request or statement, one event. [`store`] is the journal.
//! - [`api`] has one method per endpoint over the one builder in [`http`]; [`wire`] is the platform's JSON.
//! - [`domain`] says what the objects mean, [`text`] what may reach a cell.
//! - [`sandbox`] plays the whole platform on this machine.
//! - [`clock`], [`random`], [`backoff`], [`budget`] are the small pure parts and the only doors to time and chance.
//!
//! Who may import whom is held by `tests/architecture.rs`.

pub mod api;
pub mod app;
pub mod backoff;
pub mod budget;
pub mod cli;
pub mod clock;
pub mod domain;
pub mod effects;
pub mod http;
pub mod random;
pub mod runtime;
pub mod sandbox;
pub mod store;
pub mod terminal;
pub mod text;
pub mod ui;
pub mod wire;
