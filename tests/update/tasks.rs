//! The tasks of a working day with the most keys that each may take. A key is one press or chord; what is typed into a
//! reply or a note does not count, what is typed to narrow a chooser does.

use std::time::Duration;

use takeover::app::Key;
use takeover::app::inbox::View;
use takeover::app::{Effect, Focus};
use takeover::domain::outbox::Intent;
use takeover::domain::{Change, Priority, Status, Tag, TagId};
use takeover::text::RawText;

use crate::desk::platform::{Origin, user};
use crate::desk::{Desk, id};

/// Six visitors wait on open conversations of nobody; the first has waited longest.
fn waiting() -> Desk {
    let mut desk = Desk::new(6);
    desk.platform.office.palette = ["Billing", "Refund", "VIP"].iter().enumerate().map(tag).collect();
    for at in 0..6 {
        desk.platform.say(at, Origin::Visitor, "hello", Duration::from_secs(at as u64));
        desk.platform.held[at].conversation.status = Status::Open;
    }
    desk.begin();
    desk.wait(5.0);
    desk
}

fn tag((number, name): (usize, &&str)) -> Tag {
    Tag { id: TagId::parse(&format!("t{number}")).unwrap(), name: RawText::new(*name), color: None }
}

/// Presses keys one by one and counts them.
fn press(desk: &mut Desk, keys: &str, most: usize) {
    let count = Key::parse_all(keys).unwrap().len();
    assert!(count <= most, "{keys} are {count} keys, {most} are allowed");
    desk.typed(keys);
}

/// What was written into the journal, in order.
fn journaled(desk: &Desk) -> Vec<Intent> {
    let steps = desk.ordered.iter().filter_map(|(_, effect)| match effect {
        Effect::Journal { steps, .. } => Some(steps.clone()),
        _ => None,
    });
    steps.flatten().collect()
}

fn changes(desk: &Desk) -> Vec<Change> {
    desk.platform.office.changed.iter().map(|(_, change)| change.clone()).collect()
}

#[test]
fn task_1_the_one_who_has_waited_longest_is_open_after_two_keys() {
    let mut desk = waiting();
    desk.press("ga");
    desk.wait(1.0);
    press(&mut desk, "w<enter>", 2);
    assert_eq!((desk.model.panes.on_screen.clone(), desk.model.inbox.view), (Some(id(0)), View::Waiting));
}

#[test]
fn task_2_a_reply_is_sent_with_two_keys() {
    let mut desk = waiting();
    desk.open(0);
    desk.wait(2.0);
    desk.press("r");
    desk.typed("here it is");
    desk.press("<c-s>");
    desk.wait(6.0);
    assert_eq!(desk.taken(0), ["here it is"]);
}

#[test]
fn task_3_reply_resolve_and_be_in_the_next_one_with_three_keys() {
    let mut desk = waiting();
    desk.press("w<enter>");
    desk.wait(2.0);
    let next = desk.model.inbox.order[1].clone();
    press(&mut desk, "r", 1);
    desk.typed("done");
    press(&mut desk, "<c-x>r", 2);
    assert_eq!((desk.model.panes.on_screen.clone(), desk.model.panes.focus), (Some(next), Focus::Thread));
    desk.wait(8.0);
    assert_eq!(desk.taken(0), ["done"]);
    assert_eq!(desk.platform.held[0].conversation.status, Status::Resolved);
}

#[test]
fn a_reply_that_is_refused_resolves_nothing() {
    let mut desk = waiting();
    desk.press("w<enter>");
    desk.wait(2.0);
    desk.press("r");
    desk.typed("done");
    desk.line = crate::desk::Line::Refuses;
    desk.typed("<c-x>r");
    desk.wait(30.0);
    assert!(desk.taken(0).is_empty());
    assert_eq!(desk.platform.held[0].conversation.status, Status::Open);
    assert!(changes(&desk).is_empty());
}

#[test]
fn task_4_one_key_resolves_and_is_on_the_next() {
    let mut desk = waiting();
    let order = desk.model.inbox.order.clone();
    assert_eq!(desk.model.inbox.cursor.as_ref(), order.first());
    press(&mut desk, "e", 1);
    assert_eq!(desk.model.inbox.cursor.as_ref(), order.get(1));
    desk.wait(6.0);
    assert_eq!(desk.platform.held[0].conversation.status, Status::Resolved);
}

#[test]
fn task_5_one_key_assigns_to_me() {
    let mut desk = waiting();
    press(&mut desk, "m", 1);
    desk.wait(3.0);
    assert_eq!(changes(&desk), [Change::Owner(Some(user("u-me")))]);
}

#[test]
fn task_6_four_keys_assign_to_a_colleague() {
    let mut desk = waiting();
    press(&mut desk, "agr<enter>", 4);
    desk.wait(3.0);
    assert_eq!(changes(&desk), [Change::Owner(Some(user("u-other")))]);
}

#[test]
fn task_7_four_keys_add_a_tag() {
    let mut desk = waiting();
    desk.press("t");
    desk.wait(1.0);
    press(&mut desk, "vi<enter>", 3);
    desk.wait(4.0);
    assert_eq!(desk.platform.office.tags[&id(0)], [TagId::parse("t2").unwrap()]);
}

#[test]
fn task_8_two_keys_set_the_priority() {
    let mut desk = waiting();
    press(&mut desk, "ph", 2);
    desk.wait(3.0);
    assert_eq!(changes(&desk), [Change::Priority(Priority::High)]);
}

#[test]
fn task_9_two_keys_save_a_note() {
    let mut desk = waiting();
    desk.open(0);
    press(&mut desk, "n", 1);
    desk.typed("call back");
    press(&mut desk, "<c-s>", 1);
    desk.wait(3.0);
    let said: Vec<&str> = desk.platform.office.notes.iter().map(|note| note.content.as_raw()).collect();
    assert_eq!(said, ["call back\n\u{2014} Ada"]);
    assert!(desk.taken(0).is_empty());
}

#[test]
fn task_11_one_key_takes_the_last_act_back() {
    let mut desk = waiting();
    desk.press("ph");
    desk.wait(4.0);
    press(&mut desk, "u", 1);
    desk.wait(4.0);
    assert_eq!(changes(&desk), [Change::Priority(Priority::High), Change::Priority(Priority::Medium)]);
}

#[test]
fn task_12_one_key_goes_to_the_next_with_news() {
    let mut desk = waiting();
    desk.wait(1.0);
    for row in desk.model.inbox.rows.values_mut() {
        row.unread = row.conversation.id == id(4);
    }
    press(&mut desk, "<gt>", 1);
    assert_eq!(desk.model.inbox.cursor, Some(id(4)));
}

#[test]
fn task_14_five_keys_resolve_five_in_a_row() {
    let mut desk = waiting();
    press(&mut desk, "eeeee", 8);
    desk.wait(12.0);
    let resolved = |at: &usize| desk.platform.held[*at].conversation.status == Status::Resolved;
    assert_eq!((0..6).filter(resolved).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
    assert_eq!(desk.model.inbox.cursor, Some(id(5)));
}

#[test]
fn task_15_mine_is_one_key_away() {
    let mut desk = waiting();
    press(&mut desk, "2", 2);
    assert_eq!(desk.model.inbox.view, View::Mine);
    desk.press("3");
    press(&mut desk, "gm", 2);
    assert_eq!(desk.model.inbox.view, View::Mine);
}

#[test]
fn task_16_five_keys_hand_over_with_a_note_and_the_note_comes_first() {
    let mut desk = waiting();
    desk.open(0);
    press(&mut desk, "Hgr<enter>", 4);
    desk.typed("she knows the order");
    press(&mut desk, "<c-s>", 1);
    let intents = journaled(&desk);
    assert!(matches!(&intents[..], [Intent::Note { .. }, Intent::Change { .. }]), "{intents:?}");
    desk.wait(5.0);
    assert_eq!(desk.platform.office.notes.len(), 1);
    assert_eq!(changes(&desk), [Change::Owner(Some(user("u-other")))]);
    assert!(desk.taken(0).is_empty());
}

#[test]
fn task_19_three_keys_take_over_from_the_bot_and_reply() {
    let mut desk = Desk::new(1);
    desk.platform.held[0].conversation.status = Status::BotActive;
    desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
    desk.begin();
    desk.press("ga");
    desk.wait(1.0);
    desk.open(0);
    press(&mut desk, "r", 1);
    desk.typed("I'm here");
    press(&mut desk, "<c-s>", 1);
    desk.wait(0.3);
    press(&mut desk, "y", 1);
    desk.wait(8.0);
    assert_eq!(desk.taken(0), ["I'm here"]);
    assert_eq!(desk.platform.held[0].conversation.status, Status::Open);
}
