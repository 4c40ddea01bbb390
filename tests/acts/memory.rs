//! What can be taken back, done again and once more, and what the log keeps.

use takeover::app::acts::{self, Begun};
use takeover::app::journal_log::Result as Ended;
use takeover::app::undo;
use takeover::domain::outbox::Kind;
use takeover::domain::{Change, Priority, Status, Tag, TagDelta};
use takeover::text::RawText;

use crate::desk::platform::office::tag;
use crate::desk::platform::user;
use crate::desk::{Desk, Meets, id};
use crate::{changed, opened, requests};

fn high(desk: &mut Desk) {
    let _ = desk.act(|model, effects| acts::priority(model, &id(0), Priority::High, effects));
    desk.wait(1.0);
}

fn redo(desk: &mut Desk) -> Begun {
    desk.act(|model, effects| undo::redo(model, &id(0), effects))
}

#[test]
fn u_takes_the_last_change_back_and_redo_does_it_again() {
    let mut desk = opened(Status::Open);
    high(&mut desk);
    assert_eq!(undo::would_do(&desk.model).as_deref(), Some("set the priority to medium"));
    desk.press("u");
    desk.wait(1.0);
    assert_eq!(undo::would_do(&desk.model), None);
    assert_eq!(redo(&mut desk), Begun::Yes);
    desk.wait(1.0);
    assert_eq!(undo::would_do(&desk.model).as_deref(), Some("set the priority to medium"));
    let steps = [Priority::High, Priority::Medium, Priority::High].map(Change::Priority);
    assert_eq!(changed(&desk), steps);
    assert_eq!(redo(&mut desk), Begun::No);
}

#[test]
fn several_acts_are_taken_back_one_after_the_other_the_last_first() {
    let mut desk = opened(Status::Open);
    high(&mut desk);
    let _ = desk.act(|model, effects| acts::assign(model, &id(0), None, effects));
    desk.wait(1.0);
    let title = Change::Title(Some(RawText::new("Refund")));
    let _ = desk.act(|model, effects| acts::change(model, &id(0), title, effects));
    desk.wait(1.0);
    for _ in 0..3 {
        desk.press("u");
        desk.wait(1.5);
    }
    let held = &desk.platform.held[0].conversation;
    assert_eq!((held.title.clone(), held.assigned_to.clone()), (None, Some(user("u-me"))));
    assert_eq!(held.priority, Priority::Medium);
    assert_eq!(requests(&desk).len(), 6);
}

#[test]
fn a_resolve_is_taken_back_by_reopening_through_the_hold_after_three_seconds_of_only_saying_so() {
    let mut desk = opened(Status::Open);
    let _ = desk.act(|model, effects| acts::change(model, &id(0), Change::Status(Status::Resolved), effects));
    assert_eq!(undo::would_do(&desk.model).as_deref(), Some("do not resolve"));
    desk.wait(3.0);
    desk.press("u");
    assert_eq!(desk.said(), "already sent");
    desk.wait(4.0);
    assert_eq!(undo::would_do(&desk.model).as_deref(), Some("reopen"));
    desk.press("u");
    desk.wait(1.0);
    assert_eq!(changed(&desk).len(), 1, "the way back is held");
    desk.wait(3.0);
    assert_eq!(changed(&desk), [Change::Status(Status::Resolved), Change::Status(Status::Open)]);
}

#[test]
fn a_way_back_that_is_taken_back_itself_is_there_again() {
    let mut desk = opened(Status::Open);
    let _ = desk.act(|model, effects| acts::change(model, &id(0), Change::Status(Status::Resolved), effects));
    desk.wait(7.0);
    desk.press("u");
    desk.wait(0.5);
    desk.press("u");
    desk.wait(5.0);
    assert_eq!(changed(&desk), [Change::Status(Status::Resolved)]);
    assert_eq!(undo::would_do(&desk.model).as_deref(), Some("reopen"));
}

#[test]
fn tags_are_taken_back_as_far_as_they_were_changed() {
    let mut desk = opened(Status::Open);
    for name in ["vip", "billing"] {
        desk.platform.office.palette.push(Tag { id: tag(name), name: RawText::new(name), color: None });
    }
    desk.platform.replace_tags(0, &[tag("billing")]);
    let delta = TagDelta { add: vec![tag("vip"), tag("billing")], remove: Vec::new() };
    let _ = desk.act(|model, effects| acts::tags(model, &id(0), delta, effects));
    desk.wait(1.0);
    desk.press("u");
    desk.wait(15.0);
    assert_eq!(desk.platform.tags_of(0), [tag("billing")], "billing stood before");
}

#[test]
fn a_note_and_a_reply_have_no_way_back() {
    let mut desk = opened(Status::Open);
    let _ = desk.act(|model, effects| acts::note(model, &id(0), &RawText::new("hm"), 0, effects));
    desk.wait(5.0);
    desk.press("rHello<c-s>");
    desk.wait(7.0);
    desk.press("<esc>");
    assert_eq!(undo::would_do(&desk.model), None);
    desk.press("u");
    assert_eq!(desk.said(), "nothing to take back");
}

#[test]
fn the_last_change_is_made_once_more_on_another_conversation_and_never_text() {
    let mut desk = opened(Status::Open);
    high(&mut desk);
    let _ = desk.act(|model, effects| acts::note(model, &id(0), &RawText::new("hm"), 0, effects));
    desk.wait(1.0);
    assert_eq!(undo::would_repeat(&desk.model).as_deref(), Some("set the priority to high"));
    let _ = desk.act(|model, effects| undo::repeat(model, &id(1), effects));
    desk.wait(1.0);
    assert_eq!(desk.platform.held[1].conversation.priority, Priority::High);
    assert_eq!(requests(&desk), ["change", "note", "change"]);
}

#[test]
fn the_log_tells_when_where_what_and_how_it_ended_and_no_word_of_it() {
    let mut desk = opened(Status::Open);
    high(&mut desk);
    desk.meets.push((Kind::Note, Meets::Refused(400)));
    let _ = desk.act(|model, effects| acts::note(model, &id(0), &RawText::new("a secret"), 0, effects));
    desk.wait(1.0);
    desk.press("u");
    let log = &desk.model.acts.log;
    let told: Vec<(&str, Ended)> = log.iter().map(|line| (line.kind, line.result)).collect();
    assert_eq!(told, [("priority", Ended::Done), ("note", Ended::Refused), ("note", Ended::TakenBack)]);
    assert!(log.iter().all(|line| line.conversation == id(0)));
    assert!(!format!("{log:?}").contains("secret"));
}
