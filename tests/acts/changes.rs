//! One field: what stands already sends nothing, what nobody knows is read first, what a visitor sees is held and
//! guarded.

use takeover::app::acts::{self, Begun, Obstacle, Sure};
use takeover::app::guard::Reason;
use takeover::app::outbox::State;
use takeover::app::{Event, deciding};
use takeover::domain::legality::Legality;
use takeover::domain::outbox::Kind;
use takeover::domain::{Change, Priority, Status};
use takeover::text::RawText;

use crate::desk::platform::{Origin, user};
use crate::desk::{Desk, Meets, id};
use crate::{changed, markers, opened, requests, send};

fn change(desk: &mut Desk, change: Change) -> Begun {
    desk.act(|model, effects| acts::change(model, &id(0), change, effects))
}

fn status(desk: &mut Desk, to: &Status) -> Begun {
    desk.act(|model, effects| acts::set_status(model, &id(0), to, Sure::Ask, effects))
}

#[test]
fn a_priority_leaves_at_once_and_the_row_shows_it() {
    let mut desk = opened(Status::Open);
    assert_eq!(change(&mut desk, Change::Priority(Priority::High)), Begun::Yes);
    desk.wait(0.3);
    assert_eq!(changed(&desk), [Change::Priority(Priority::High)]);
    assert_eq!(desk.model.inbox.rows[&id(0)].conversation.priority, Priority::High);
    assert!(desk.said().starts_with("priority high"), "{}", desk.said());
}

#[test]
fn a_title_with_a_hidden_character_that_was_opened_and_left_alone_sends_nothing() {
    let mut desk = opened(Status::Open);
    let title = Some(RawText::new("gnp.\u{202e}oof"));
    desk.platform.held[0].conversation.title.clone_from(&title);
    desk.wait(40.0);
    assert_eq!(change(&mut desk, Change::Title(title)), Begun::No);
    desk.wait(1.0);
    assert!(requests(&desk).is_empty());
}

#[test]
fn a_change_whose_answer_was_lost_is_read_and_not_written_twice() {
    let mut desk = opened(Status::Open);
    desk.meets.push((Kind::Change, Meets::LostAfter));
    let _ = change(&mut desk, Change::Title(Some(RawText::new("Refund"))));
    desk.wait(30.0);
    assert_eq!(requests(&desk), ["change"]);
    assert!(desk.states(0).is_empty());
}

#[test]
fn a_change_that_was_lost_is_written_again_where_the_old_value_stands() {
    let mut desk = opened(Status::Open);
    desk.meets.push((Kind::Change, Meets::LostBefore));
    let _ = change(&mut desk, Change::Title(Some(RawText::new("Refund"))));
    desk.wait(30.0);
    assert_eq!(changed(&desk), [Change::Title(Some(RawText::new("Refund")))]);
    assert_eq!(requests(&desk), ["change", "change"]);
}

#[test]
fn a_change_that_was_lost_stops_where_somebody_else_changed_it_meanwhile() {
    let mut desk = opened(Status::Open);
    desk.meets.push((Kind::Change, Meets::LostBefore));
    let _ = change(&mut desk, Change::Priority(Priority::High));
    desk.platform.held[0].conversation.priority = Priority::Low;
    desk.wait(30.0);
    assert_eq!(desk.stopped(0), [Reason::Field(Change::Priority(Priority::Low))]);
    assert!(changed(&desk).is_empty(), "it was written over a colleague's");
    // A person says so.
    let _ = desk.act(|model, effects| deciding::send_now(model, &id(0), effects));
    desk.wait(2.0);
    assert_eq!(changed(&desk), [Change::Priority(Priority::High)]);
}

#[test]
fn what_somebody_else_took_by_now_is_not_assigned_away_from_them() {
    let mut desk = opened(Status::Open);
    desk.platform.held[0].conversation.assigned_to = None;
    desk.wait(40.0);
    desk.platform.held[0].conversation.assigned_to = Some(user("u-other"));
    let begun = desk.act(|model, effects| acts::assign(model, &id(0), Some(user("u-me")), effects));
    assert_eq!(begun, Begun::Yes);
    desk.wait(2.0);
    assert_eq!(desk.stopped(0), [Reason::Owner(Some(user("u-other")))]);
    assert!(changed(&desk).is_empty());
}

#[test]
fn who_loses_an_assignment_made_in_the_same_moment_is_told() {
    let mut desk = opened(Status::Open);
    let _ = desk.act(|model, effects| acts::assign(model, &id(0), None, effects));
    while desk.platform.office.changed.is_empty() {
        desk.wait(0.01);
    }
    desk.platform.held[0].conversation.assigned_to = Some(user("u-other"));
    desk.wait(2.0);
    assert!(desk.said().contains("not assigned: it belongs to"), "{}", desk.said());
    assert!(desk.states(0).is_empty());
}

#[test]
fn a_resolve_is_held_taken_back_with_u_and_seen_once_it_left() {
    let mut desk = opened(Status::Open);
    assert_eq!(status(&mut desk, &Status::Resolved), Begun::Yes);
    desk.wait(1.5);
    assert!(requests(&desk).is_empty(), "it was not held");
    desk.press("u");
    assert!(desk.said().contains("taken back"), "{}", desk.said());
    desk.wait(5.0);
    assert!(requests(&desk).is_empty());
    let _ = status(&mut desk, &Status::Resolved);
    desk.wait(3.0);
    assert_eq!(changed(&desk), [Change::Status(Status::Resolved)]);
    assert!(desk.said().starts_with("resolved "), "{}", desk.said());
    assert_eq!(markers(&desk), ["This conversation has been resolved."]);
}

#[test]
fn a_resolve_stops_for_a_line_that_was_not_read_and_for_a_colleagues_answer() {
    let mut desk = opened(Status::Open);
    let _ = status(&mut desk, &Status::Resolved);
    desk.wait(1.2);
    let now = desk.now;
    desk.platform.say(0, Origin::Visitor, "One more thing!", now);
    // The last read brings it; the one before would have let it go, so it is repeated when that is too old.
    desk.wait(0.1);
    desk.press("R");
    desk.wait(5.0);
    assert_eq!(desk.stopped(0), [Reason::Lines(1)]);
    assert!(changed(&desk).is_empty());
    desk.press("u");
    desk.wait(3.0);
    let _ = status(&mut desk, &Status::Resolved);
    desk.wait(1.0);
    let now = desk.now;
    desk.platform.colleague(0, "Mara here", now);
    desk.wait(5.0);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
}

#[test]
fn a_resolve_of_what_a_colleague_resolved_meanwhile_sends_nothing() {
    let mut desk = opened(Status::Open);
    let _ = status(&mut desk, &Status::Resolved);
    desk.platform.held[0].conversation.status = Status::Resolved;
    desk.model.poller.list_due = desk.now;
    desk.wait(6.0);
    assert!(requests(&desk).is_empty() || changed(&desk).len() == 1, "twice");
    assert!(desk.states(0).is_empty(), "{:?}", desk.states(0));
}

#[test]
fn ending_a_conversation_with_a_draft_or_a_refused_reply_asks_first_and_loses_no_text() {
    let mut desk = opened(Status::Open);
    desk.press("r");
    desk.typed("half a sentence");
    assert_eq!(status(&mut desk, &Status::Resolved), Begun::Asks(Obstacle::Draft));
    assert!(desk.states(0).is_empty());
    desk.meets.push((Kind::Reply, Meets::Refused(400)));
    desk.press("<c-s>");
    desk.wait(4.0);
    assert_eq!(status(&mut desk, &Status::Closed), Begun::Asks(Obstacle::Unsent));
    let sure = desk.act(|model, effects| acts::set_status(model, &id(0), &Status::Closed, Sure::Yes, effects));
    assert_eq!(sure, Begun::Yes);
    assert_eq!(desk.draft(0), "half a sentence");
    desk.wait(3.0);
    assert_eq!(changed(&desk), [Change::Status(Status::Closed)]);
    assert_eq!(desk.draft(0), "half a sentence");
}

#[test]
fn what_is_documented_as_illegal_is_not_sent_and_what_was_refused_once_is_known_from_then_on() {
    let mut desk = opened(Status::AgentRequested);
    assert_eq!(status(&mut desk, &Status::Open), Begun::No);
    assert!(desk.said().contains("your first reply takes over"), "{}", desk.said());
    let mut desk = opened(Status::Open);
    assert_eq!(status(&mut desk, &Status::BotActive), Begun::No);
    assert_eq!(acts::may_become(&desk.model, &id(0), &Status::Archived).0, Legality::Unknown);
    assert_eq!(status(&mut desk, &Status::Archived), Begun::Yes);
    desk.wait(1.0);
    assert!(desk.said().starts_with("not archived"), "{}", desk.said());
    assert!(matches!(desk.states(0).as_slice(), [State::Refused { .. }]));
    desk.press("u");
    let (legality, why) = acts::may_become(&desk.model, &id(0), &Status::Archived);
    assert_eq!((legality, why), (Legality::Illegal, Some("the platform refused that before")));
}

#[test]
fn what_is_refused_holds_back_what_is_behind_it_and_goes_on_from_there() {
    let mut desk = opened(Status::Open);
    desk.meets.push((Kind::Change, Meets::Refused(422)));
    let _ = change(&mut desk, Change::Email(Some(RawText::new("nobody"))));
    let _ = change(&mut desk, Change::Priority(Priority::Low));
    desk.wait(30.0);
    assert!(changed(&desk).is_empty(), "something overtook what asks");
    assert_eq!(desk.states(0).len(), 2);
    let _ = desk.act(|model, effects| deciding::send_now(model, &id(0), effects));
    desk.wait(2.0);
    assert_eq!(changed(&desk).len(), 2);
}

#[test]
fn a_change_that_could_not_be_written_down_stands_and_nothing_leaves() {
    let mut desk = opened(Status::Open);
    let _ = change(&mut desk, Change::Priority(Priority::Low));
    let ask = desk.model.outbox.entries.last().unwrap().ask;
    desk.handle(Event::JournalFailed { ask, reason: RawText::new("no space left") });
    assert!(matches!(desk.states(0).as_slice(), [State::Unjournaled { .. }]));
    let _ = desk.act(|model, effects| deciding::send_now(model, &id(0), effects));
    desk.wait(1.0);
    assert_eq!(changed(&desk), [Change::Priority(Priority::Low)]);
}

#[test]
fn a_reply_and_a_resolve_go_out_one_after_the_other_without_stopping_each_other() {
    for begun in [Status::Open, Status::AgentRequested] {
        let mut desk = opened(begun);
        send(&mut desk, "It is on its way.", acts::Before::Nothing, acts::After::Resolve);
        desk.wait(5.0);
        assert_eq!(desk.taken(0), ["It is on its way."], "{:?}", desk.states(0));
        assert_eq!(changed(&desk), [Change::Status(Status::Resolved)], "{:?}", desk.states(0));
        assert_eq!(requests(&desk), ["reply", "change"]);
        assert!(desk.said().starts_with("resolved "), "{}", desk.said());
    }
}

#[test]
fn a_reply_that_is_refused_is_never_followed_by_its_resolve() {
    let mut desk = opened(Status::Open);
    desk.meets.push((Kind::Reply, Meets::Refused(400)));
    send(&mut desk, "It is on its way.", acts::Before::Nothing, acts::After::Resolve);
    desk.wait(120.0);
    assert!(changed(&desk).is_empty());
    assert_eq!(desk.said(), "not resolved: the reply was refused");
    assert_eq!(desk.states(0).len(), 2);
    // Taken back, both are gone and the words are a draft.
    desk.press("<up>");
    assert_eq!(desk.draft(0), "It is on its way.");
    assert!(desk.states(0).is_empty());
}

#[test]
fn a_hand_over_is_the_note_then_the_colleague_then_the_priority_and_stops_with_the_note() {
    let mut desk = opened(Status::Open);
    let hand = |desk: &mut Desk| {
        let text = RawText::new("she waits for a refund");
        desk.act(|model, effects| acts::hand_over(model, &id(0), &text, user("u-other"), Some(Priority::High), effects))
    };
    desk.meets.push((Kind::Note, Meets::Refused(400)));
    assert_eq!(hand(&mut desk), Begun::Yes);
    desk.wait(20.0);
    assert_eq!(requests(&desk), ["note"]);
    let _ = desk.act(|model, effects| deciding::send_now(model, &id(0), effects));
    desk.wait(3.0);
    assert_eq!(requests(&desk), ["note", "note", "change", "change"]);
    assert_eq!(changed(&desk), [Change::Owner(Some(user("u-other"))), Change::Priority(Priority::High)]);
    assert_eq!(desk.platform.notes_of(0).len(), 1);
}
