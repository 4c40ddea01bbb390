//! Everything an agent does besides replying, in front of a simulated platform: one queue, each step done once or named
//! to the person (product, section 4; contract, sections 2.3 to 2.7, 8 and 11).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[allow(dead_code, reason = "other roots use what this one does not")]
mod desk;

#[path = "acts/changes.rs"]
mod changes;
#[path = "acts/claims.rs"]
mod claims;
#[path = "acts/histories.rs"]
mod histories;
#[path = "acts/memory.rs"]
mod memory;
#[path = "acts/notes.rs"]
mod notes;
#[path = "acts/opening.rs"]
mod opening;
#[path = "acts/tags.rs"]
mod tags;

use desk::platform::{Origin, user};
use desk::{Desk, id};
use takeover::app::{Effect, acts};
use takeover::domain::{Change, Status};
use takeover::text::RawText;

/// A desk in front of one conversation in this status, mine, opened, with a visitor who has asked something.
pub(crate) fn opened(status: Status) -> Desk {
    let mut desk = Desk::new(2);
    for at in 0..2 {
        desk.platform.say(at, Origin::Bot, "Hello, how can I help?", desk.now);
        desk.platform.say(at, Origin::Visitor, "I need a person", desk.now);
        desk.platform.held[at].conversation.assigned_to = Some(user("u-me"));
    }
    desk.platform.held[0].conversation.status = status;
    desk.begin();
    if !desk.model.inbox.rows.contains_key(&id(0)) {
        // What the live list does not show stands in the view of all.
        desk.press("ga");
        desk.wait(2.0);
    }
    desk.open(0);
    desk.wait(3.0);
    desk
}

/// A reply with what stands on the screen now.
pub(crate) fn reply(desk: &Desk, text: &str) -> acts::Reply {
    let draft = desk.model.composer.drafts.get(&id(0));
    let baseline = draft.map(|draft| draft.baseline.clone()).expect("r opens a draft");
    acts::Reply { text: RawText::new(text), cursor: text.len(), attachments: Vec::new(), baseline }
}

/// Opens the composer, writes and sends with these steps around it.
pub(crate) fn send(desk: &mut Desk, text: &str, before: acts::Before, after: acts::After) {
    if desk.model.composer.open.is_none() {
        desk.press("r");
    }
    let written = reply(desk, text);
    let _ = desk.act(|model, effects| acts::reply_then(model, &id(0), written, before, after, effects));
}

/// The requests so far that change something, by the names of their effects.
pub(crate) fn requests(desk: &Desk) -> Vec<&'static str> {
    let name = |effect: &Effect| match effect {
        Effect::Deliver { .. } => Some("reply"),
        Effect::SaveNote { .. } => Some("note"),
        Effect::Change { .. } => Some("change"),
        Effect::ReplaceTags { .. } => Some("tags"),
        Effect::CreateTag { .. } => Some("create"),
        Effect::DeleteTag { .. } => Some("delete"),
        _ => None,
    };
    desk.ordered.iter().filter_map(|(_, effect)| name(effect)).collect()
}

/// The changes that the platform took.
pub(crate) fn changed(desk: &Desk) -> Vec<Change> {
    desk.platform.office.changed.iter().map(|(_, change)| change.clone()).collect()
}

/// The texts of the markers that stand in the thread.
pub(crate) fn markers(desk: &Desk) -> Vec<String> {
    let held = &desk.platform.held[0];
    let system = held.messages.iter().filter(|message| message.role == takeover::domain::Role::System);
    system.map(|message| message.raw_text().as_raw().to_owned()).collect()
}
