//! The first reply on what is nobody's makes it mine: read, compared, written, read back, and only then sent.

use takeover::app::acts::{self, After, Before};
use takeover::app::guard::Reason;
use takeover::app::{Effect, deciding};
use takeover::domain::{Change, Status};

use crate::desk::platform::{Origin, user};
use crate::desk::{Desk, id, seconds};
use crate::{changed, opened, requests, send};

fn nobodys(status: Status) -> Desk {
    let mut desk = opened(status);
    desk.platform.held[0].conversation.assigned_to = None;
    desk.model.settings.claim_on_reply = true;
    desk.wait(40.0);
    assert!(acts::claims(&desk.model, &id(0)));
    desk
}

#[test]
fn the_first_reply_assigns_it_to_me_after_the_hold_and_then_goes_out() {
    for status in [Status::Open, Status::AgentRequested] {
        let mut desk = nobodys(status);
        let began = desk.now;
        send(&mut desk, "Hello!", Before::Nothing, After::Nothing);
        desk.wait(4.0);
        assert_eq!(requests(&desk), ["change", "reply"], "{:?}", desk.states(0));
        let claim = desk.ordered.iter().find(|(_, effect)| matches!(effect, Effect::Change { .. })).unwrap().0;
        assert!(claim >= began + seconds(2.0), "the claim did not wait for the hold");
        assert_eq!(changed(&desk), [Change::Owner(Some(user("u-me")))]);
        assert_eq!(desk.taken(0), ["Hello!"]);
        assert!(!acts::claims(&desk.model, &id(0)));
    }
}

#[test]
fn three_quick_replies_claim_once_and_do_not_stop_each_other() {
    let mut desk = nobodys(Status::AgentRequested);
    for text in ["one", "two", "three"] {
        send(&mut desk, text, Before::Nothing, After::Nothing);
        desk.wait(0.3);
    }
    desk.wait(8.0);
    assert_eq!(desk.taken(0), ["one", "two", "three"], "{:?}", desk.states(0));
    assert_eq!(changed(&desk), [Change::Owner(Some(user("u-me")))]);
}

#[test]
fn what_a_colleague_took_during_the_hold_stops_the_reply_and_stays_theirs_when_it_is_sent_anyway() {
    let mut desk = nobodys(Status::Open);
    send(&mut desk, "Hello!", Before::Nothing, After::Nothing);
    desk.wait(1.0);
    desk.platform.held[0].conversation.assigned_to = Some(user("u-other"));
    desk.wait(4.0);
    assert_eq!(desk.stopped(0), [Reason::Owner(Some(user("u-other")))]);
    assert!(requests(&desk).is_empty());
    let _ = desk.act(|model, effects| deciding::send_now(model, &id(0), effects));
    desk.wait(4.0);
    assert_eq!(desk.taken(0), ["Hello!"], "{:?}", desk.states(0));
    assert!(changed(&desk).is_empty(), "it was taken from her");
}

#[test]
fn who_loses_the_claim_in_the_same_moment_does_not_send() {
    let mut desk = nobodys(Status::Open);
    send(&mut desk, "Hello!", Before::Nothing, After::Nothing);
    while changed(&desk).is_empty() {
        desk.wait(0.01);
    }
    desk.platform.held[0].conversation.assigned_to = Some(user("u-other"));
    desk.wait(4.0);
    assert_eq!(desk.stopped(0), [Reason::Owner(Some(user("u-other")))]);
    assert!(desk.taken(0).is_empty());
}

#[test]
fn a_reply_that_the_guard_stops_has_claimed_nothing() {
    let mut desk = nobodys(Status::Open);
    send(&mut desk, "Hello!", Before::Nothing, After::Nothing);
    desk.wait(0.5);
    let now = desk.now;
    desk.platform.colleague(0, "Mara here", now);
    desk.wait(4.0);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
    assert!(requests(&desk).is_empty());
}

#[test]
fn taken_back_during_the_hold_nothing_is_claimed() {
    let mut desk = nobodys(Status::Open);
    send(&mut desk, "Hello!", Before::Nothing, After::Nothing);
    desk.wait(1.0);
    desk.press("<up>");
    assert_eq!(desk.draft(0), "Hello!");
    desk.wait(5.0);
    assert!(requests(&desk).is_empty());
}

#[test]
fn an_answer_of_a_colleague_within_thirty_seconds_of_mine_is_told() {
    let mut desk = opened(Status::Open);
    send(&mut desk, "Hello!", Before::Nothing, After::Nothing);
    while desk.taken(0).is_empty() {
        desk.wait(0.01);
    }
    desk.wait(4.0);
    let now = desk.now;
    desk.platform.say(0, Origin::Colleague, "Mara here", now);
    desk.wait(6.0);
    assert!(desk.said().starts_with("a colleague answered 4 s after you"), "{}", desk.said());
}
