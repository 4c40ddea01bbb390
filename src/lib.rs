//! takeover: a terminal inbox for people who answer a chatbot's visitors.
//!
//! The map, from the outside in:
//!
//! - [`cli`] reads arguments and environment and wires the rest.
//! - [`runtime`] is the loop: it owns the model and the terminal; everyone else sends it events.
//! - [`terminal`] turns bytes into keys and cells into bytes, and gives the terminal back on every way out.
//! - [`app`] is the pure core: `update(&mut Model, Stamped<Event>) -> Vec<Effect>`. [`ui`] draws the model.
//! - [`effects`] performs effects: one effect, one request or statement, one event; it alone starts child processes.
//!   [`store`] is the journal.
//! - [`api`] has one method per endpoint over the one builder in [`http`]; [`wire`] is the platform's JSON.
//! - [`domain`] says what the objects mean, [`text`] what may reach a cell.
//! - [`sandbox`] plays the whole platform on this machine.
//! - [`clock`], [`random`], [`backoff`], [`budget`] are the small pure parts and the only doors to time and chance.
//!
//! Who may import whom is held by `tests/architecture.rs`.
//!
//! # Three walks
//!
//! **A key.** [`terminal`] reads `r` and sends [`app::Event::KeysPressed`]; the loop stamps it; [`app::update()`] looks it
//! up in [`app::keymap`] for the pane that has the focus, and opens the composer on the row under the cursor, whose id is
//! the target from then on; [`app::settle()`] wraps and measures what will be visible, [`ui::view`] paints it.
//!
//! **A reply.** Ctrl-S makes an entry in [`app::outbox`] and two effects: `Journal`, and a read of the thread. The runner
//! mints the idempotency key, encodes the body once and writes both down; only `Journaled` starts the hold. Just before
//! its end the thread is read once more, [`app::guard`] decides, and `Deliver` carries an id and no bytes: the runner
//! claims the attempt in the journal and sends the stored bytes. What came of it is one event. If nobody knows,
//! [`app::sending`] looks for the text in the thread first; only without it the same bytes leave again.
//!
//! Everything else that a person does ([`app::acts`]) goes the same way, as steps in the one queue of its conversation;
//! what no visitor sees is not held, and each kind of step is looked up where it would stand.
//!
//! **A visitor's line.** [`app::poller`] has the thread on screen read on a short timer and the live list walked to its
//! end; [`app::reconcile`] merges what comes by id, late, doubled or reordered; [`app::triage`] tells the row again who
//! spoke and since when the visitor waits; [`app::attention`] rings if nobody looks.

pub mod api;
pub mod app;
pub mod backoff;
pub mod budget;
pub mod cli;
pub mod clock;
pub mod config;
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
