//! The order of the list stands still while a person moves in it.

use std::time::Duration;

use takeover::domain::{ConversationId, Status};

use crate::desk::platform::{Origin, user};
use crate::desk::{Desk, id, seconds};

/// Three visitors wait, the first the longest; a fourth, with the bot, will have waited longer than all.
fn waiting() -> Desk {
    let mut desk = Desk::new(4);
    desk.now = seconds(600.0);
    for at in 0..3 {
        desk.platform.say(at, Origin::Visitor, "hello", seconds(60.0 * (at + 1) as f64));
    }
    desk.platform.say(3, Origin::Visitor, "hello", seconds(1.0));
    desk.platform.held[3].conversation.status = Status::BotActive;
    desk.begin();
    assert_eq!(order(&desk), [id(0), id(1), id(2)]);
    desk
}

fn order(desk: &Desk) -> Vec<ConversationId> {
    desk.model.inbox.order.clone()
}

fn asks(desk: &mut Desk) {
    desk.platform.held[3].conversation.status = Status::AgentRequested;
}

/// Moves now and then until the list was read again.
fn keeps_moving(desk: &mut Desk) {
    for _ in 0..6 {
        desk.press("j");
        desk.wait(4.0);
        desk.press("k");
    }
}

#[test]
fn while_a_person_moves_rows_keep_their_places_and_what_is_new_is_counted() {
    let mut desk = waiting();
    desk.press("j");
    asks(&mut desk);
    keeps_moving(&mut desk);
    assert_eq!(order(&desk), [id(0), id(1), id(2)]);
    assert_eq!(desk.model.inbox.new_rows, 1);
    assert_eq!(desk.model.inbox.cursor, Some(id(1)));
}

#[test]
fn ten_seconds_without_a_key_thaw_the_order_and_the_cursor_stays_on_its_row() {
    let mut desk = waiting();
    desk.press("j");
    asks(&mut desk);
    keeps_moving(&mut desk);
    desk.wait(9.0);
    assert_eq!(order(&desk).len(), 3);
    desk.wait(2.0);
    assert_eq!(order(&desk), [id(3), id(0), id(1), id(2)]);
    assert_eq!(desk.model.inbox.cursor, Some(id(1)));
    assert_eq!(desk.model.inbox.new_rows, 0);
}

#[test]
fn refresh_the_first_row_and_a_view_thaw_the_order_at_once() {
    for key in ["R", "gg", "1", "2<backtab>", "w"] {
        let mut desk = waiting();
        desk.press("j");
        asks(&mut desk);
        keeps_moving(&mut desk);
        desk.press(key);
        assert_eq!(order(&desk), [id(3), id(0), id(1), id(2)], "{key}");
    }
}

#[test]
fn the_order_does_not_thaw_while_a_conversation_is_open() {
    let mut desk = waiting();
    desk.press("j<enter>");
    asks(&mut desk);
    desk.wait(60.0);
    assert_eq!(order(&desk), [id(0), id(1), id(2)]);
    assert_eq!(desk.model.inbox.new_rows, 1);
    desk.press("<esc>");
    desk.wait(11.0);
    assert_eq!(order(&desk).first(), Some(&id(3)));
}

#[test]
fn a_row_that_leaves_the_view_stays_until_the_thaw() {
    let mut desk = waiting();
    desk.press("j");
    desk.platform.held[1].conversation.status = Status::Resolved;
    keeps_moving(&mut desk);
    assert_eq!(order(&desk), [id(0), id(1), id(2)]);
    assert_eq!(desk.model.inbox.left, 1);
    assert_eq!(desk.model.inbox.rows.get(&id(1)).unwrap().conversation.status, Status::Resolved);
    desk.wait(12.0);
    assert_eq!(order(&desk), [id(0), id(2)]);
}

#[test]
fn w_goes_to_who_has_waited_longest_and_skips_what_a_colleague_owns() {
    let mut desk = waiting();
    desk.platform.held[0].conversation.assigned_to = Some(user("u-other"));
    desk.wait(25.0);
    desk.press("4w");
    assert_eq!(desk.model.inbox.cursor, Some(id(1)));
}

#[test]
fn what_is_acted_on_is_the_row_that_was_drawn_under_the_cursor() {
    let mut desk = waiting();
    desk.press("j");
    asks(&mut desk);
    keeps_moving(&mut desk);
    desk.press("r");
    desk.typed("for the second");
    assert_eq!(desk.draft(1), "for the second");
    desk.wait(40.0);
    assert_eq!(desk.model.composer.open, Some(id(1)));
    assert_eq!(desk.draft(1), "for the second");
}

#[test]
fn a_colleagues_row_stands_in_waiting_only_after_ten_minutes() {
    let mut desk = Desk::new(1);
    desk.platform.held[0].conversation.status = Status::Open;
    desk.platform.held[0].conversation.assigned_to = Some(user("u-other"));
    desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
    desk.begin();
    desk.wait(120.0);
    assert!(order(&desk).is_empty());
    desk.wait(560.0);
    assert_eq!(order(&desk), [id(0)]);
}
