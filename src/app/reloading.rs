//! The configuration read again while the program runs.
//!
//! Owns what of it holds at once: everything but who I am and what the session is of. Never reads a file; what is bad in
//! one was left out by who read it.

use crate::text::RawText;

use super::model::Model;
use super::notice::Weight;
use super::settings::Settings;

/// The configuration was read again: `problems` of its lines do not fit, the first of them at `first`.
pub fn reloaded(model: &mut Model, settings: Settings, problems: usize, first: Option<RawText>) {
    let now = model.now.mono;
    let held = &model.settings;
    let settings = Settings { me: held.me.clone(), zone: held.zone, demo: held.demo, ..settings };
    model.adopt(settings);
    // Its second key may lead elsewhere now.
    model.overlays.prefix = None;
    // Who waits for a colleague too long depends on the settings.
    model.inbox.unsettled = true;
    let (weight, words) = match problems {
        0 => (Weight::Plain, "the configuration was read again".to_owned()),
        1 => (Weight::Warning, "read again but for 1 problem, see takeover config check:".to_owned()),
        many => (Weight::Warning, format!("read again but for {many} problems, see takeover config check:")),
    };
    model.notices.say(now, weight, words, first);
}
