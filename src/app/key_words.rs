//! Keys within our sentences: as the person has them, and not at all where an action has none.
//!
//! Owns that no sentence names a key literally that a person can change. Only the keys of popups, Ctrl-C and the Esc that
//! ends a prefix are fixed.

use super::action::{Action, Level};
use super::keymap::{Context, Keys};
use super::model::{Focus, Model};

/// The pane where a person is, or comes to when the composer is left.
#[must_use]
pub const fn pane(model: &Model) -> Context {
    match model.panes.focus {
        Focus::List => Context::List,
        Focus::Thread | Focus::Composer => Context::Thread,
        Focus::Sidebar => Context::Sidebar,
    }
}

/// The key of an action there, as a person reads it.
#[must_use]
pub fn key(model: &Model, context: Context, action: Action) -> Option<String> {
    model.settings.keymap.key_of(context, action)
}

/// `before`, the key, `after`; nothing at all where the action has no key.
#[must_use]
pub fn clause(model: &Model, (context, action): (Context, Action), before: &str, after: &str) -> String {
    key(model, context, action).map_or_else(String::new, |key| format!("{before}{key}{after}"))
}

/// What can be done, as a sentence's end: `. ^S tries again, Up takes it back`. What has no key is left out, and all of
/// it where nothing has one.
#[must_use]
pub fn choices(model: &Model, before: &str, listed: &[(Context, Action, &str)], between: &str) -> String {
    let said = listed.iter().filter_map(|(context, action, words)| {
        let key = key(model, *context, *action)?;
        Some(format!("{key} {words}"))
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() { String::new() } else { format!("{before}{}", said.join(between)) }
}

/// The key that the three priorities begin with, where they begin with one.
#[must_use]
pub fn priority_prefix(model: &Model) -> Option<String> {
    let rows = model.settings.keymap.rows().iter().filter(|bound| bound.context == pane(model));
    let first = |level: Level| {
        rows.clone().filter(|bound| bound.action == Action::Prioritize(level)).find_map(|bound| {
            let Keys { first, second } = bound.keys;
            second.map(|_| first)
        })
    };
    let high = first(Level::High)?;
    [Level::Medium, Level::Low].into_iter().all(|level| first(level) == Some(high)).then(|| high.to_string())
}

/// That a priority is nothing for what is written, and which key sets one.
#[must_use]
pub fn no_priority_here(model: &Model) -> String {
    let words = "a priority goes with a hand-over";
    priority_prefix(model).map_or_else(|| words.to_owned(), |key| format!("{words}; outside, {key} sets it"))
}

/// That something written was discarded, and how it comes back.
#[must_use]
pub fn discarded(model: &Model, what: &str) -> String {
    let here = key(model, Context::Composer, Action::EditUndo);
    let outside = key(model, pane(model), Action::TakeBack);
    match (here, outside) {
        (Some(here), Some(outside)) => format!("{what} discarded; {here} here or {outside} outside brings it back"),
        (Some(here), None) => format!("{what} discarded; {here} here brings it back"),
        (None, Some(outside)) => format!("{what} discarded; {outside} outside brings it back"),
        (None, None) => format!("{what} discarded"),
    }
}
