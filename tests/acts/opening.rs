//! A reply to a bot's, a resolved, a closed or an archived conversation: two steps, resumable at each, one marker.

use takeover::app::acts::{self, After, Before};
use takeover::app::deciding;
use takeover::app::guard::Reason;
use takeover::app::outbox::State;
use takeover::domain::outbox::Kind;
use takeover::domain::{Change, Status};

use crate::desk::platform::{JOINED, Origin};
use crate::desk::{Desk, Meets, id};
use crate::{changed, markers, opened, requests, send};

const TEXT: &str = "Here I am.";

/// Sends again whatever asks, until nothing does.
fn resume(desk: &mut Desk) {
    for _ in 0..6 {
        desk.wait(15.0);
        if desk.states(0).first().is_some_and(State::asks) {
            let _ = desk.act(|model, effects| deciding::send_now(model, &id(0), effects));
        }
    }
    desk.wait(5.0);
}

#[test]
fn a_reply_to_a_bots_conversation_takes_over_first_and_the_visitor_sees_one_marker() {
    let mut desk = opened(Status::BotActive);
    assert_eq!(acts::needed_before(&desk.model, &id(0)), Before::TakeOver);
    send(&mut desk, TEXT, Before::TakeOver, After::Nothing);
    desk.wait(1.9);
    assert!(requests(&desk).is_empty(), "both steps are held once");
    desk.wait(3.0);
    assert_eq!(requests(&desk), ["change", "reply"]);
    assert_eq!(desk.taken(0), [TEXT], "{:?}", desk.states(0));
    assert_eq!(markers(&desk), [JOINED]);
    // And more replies do not stop for what the first one caused.
    send(&mut desk, "Two.", Before::Nothing, After::Nothing);
    send(&mut desk, "Three.", Before::Nothing, After::Nothing);
    desk.wait(6.0);
    assert_eq!(desk.taken(0), [TEXT, "Two.", "Three."], "{:?}", desk.states(0));
}

#[test]
fn each_failure_of_each_step_is_resumable_and_nothing_happens_twice() {
    let meets = [Meets::LostAfter, Meets::LostBefore, Meets::Refused(502), Meets::Refused(400)];
    for status in [Status::BotActive, Status::Resolved, Status::Closed, Status::Archived] {
        for kind in [Kind::Change, Kind::Reply] {
            for met in meets {
                let mut desk = opened(status.clone());
                desk.meets.push((kind, met));
                let before = acts::needed_before(&desk.model, &id(0));
                send(&mut desk, TEXT, before, After::Nothing);
                resume(&mut desk);
                let case = format!("{status:?} {kind:?} {met:?} {:?} {:?}", desk.states(0), desk.said());
                assert_eq!(desk.taken(0), [TEXT], "{case}");
                let opened = changed(&desk).into_iter().filter(|it| *it == Change::Status(Status::Open)).count();
                assert_eq!(opened, 1, "{case}");
                let joined = markers(&desk).iter().filter(|marker| *marker == JOINED).count();
                assert_eq!(joined, usize::from(status == Status::BotActive), "{case}");
            }
        }
    }
}

#[test]
fn where_archived_does_not_open_at_once_the_retry_goes_by_closed() {
    let mut desk = opened(Status::Archived);
    desk.platform.office.refuses.push((Status::Archived, Status::Open));
    send(&mut desk, TEXT, Before::Reopen, After::Nothing);
    desk.wait(4.0);
    assert!(matches!(desk.states(0).as_slice(), [State::Refused { .. }, State::Ready { .. }]), "{:?}", desk.states(0));
    let _ = desk.act(|model, effects| deciding::send_now(model, &id(0), effects));
    desk.wait(4.0);
    assert_eq!(changed(&desk), [Change::Status(Status::Closed), Change::Status(Status::Open)]);
    assert_eq!(desk.taken(0), [TEXT], "{:?}", desk.states(0));
}

#[test]
fn what_the_bot_hands_over_during_the_hold_is_not_opened_by_a_change() {
    let mut desk = opened(Status::BotActive);
    send(&mut desk, TEXT, Before::TakeOver, After::Nothing);
    desk.platform.held[0].conversation.status = Status::AgentRequested;
    desk.model.poller.list_due = desk.now;
    desk.wait(4.0);
    assert_eq!(desk.stopped(0), [Reason::Status(Status::AgentRequested)]);
    let _ = desk.act(|model, effects| deciding::send_now(model, &id(0), effects));
    desk.wait(4.0);
    assert_eq!(requests(&desk), ["reply"], "agent_requested is never opened by a PATCH");
    assert_eq!(desk.taken(0), [TEXT]);
}

#[test]
fn a_colleagues_marker_beside_ours_still_stops_the_reply() {
    let mut desk = opened(Status::BotActive);
    // The answer is lost: until it is known that the step is done, somebody else comes by.
    desk.meets.push((Kind::Change, Meets::LostAfter));
    send(&mut desk, TEXT, Before::TakeOver, After::Nothing);
    while changed(&desk).is_empty() {
        desk.wait(0.01);
    }
    let now = desk.now;
    desk.platform.say(0, Origin::OtherMarker, "This conversation has been closed.", now);
    desk.wait(15.0);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
    assert!(desk.taken(0).is_empty());
}

#[test]
fn taking_back_removes_the_steps_that_have_not_left_and_brings_the_words_back() {
    let mut desk = opened(Status::Resolved);
    send(&mut desk, TEXT, Before::Reopen, After::Resolve);
    desk.wait(1.0);
    desk.press("<up>");
    assert_eq!(desk.draft(0), TEXT);
    desk.wait(5.0);
    assert!(requests(&desk).is_empty());
    assert!(desk.model.outbox.entries.is_empty());
}

#[test]
fn t_takes_over_from_the_bot_alone_held_and_only_from_the_bot() {
    let mut desk = opened(Status::BotActive);
    let begun = desk.act(|model, effects| acts::take_over(model, &id(0), effects));
    assert_eq!(begun, acts::Begun::Yes);
    assert!(desk.said().contains("can't be given back"), "{}", desk.said());
    desk.wait(4.0);
    assert_eq!(changed(&desk), [Change::Status(Status::Open)]);
    assert!(desk.said().starts_with("taken over"), "{}", desk.said());
    let mut desk = opened(Status::AgentRequested);
    let begun = desk.act(|model, effects| acts::take_over(model, &id(0), effects));
    assert_eq!(begun, acts::Begun::No);
    desk.wait(4.0);
    assert!(requests(&desk).is_empty());
}
