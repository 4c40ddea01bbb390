//! The guard: an agent answers what is on the screen. Each sentence of the promise, driven by keys.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may end at what it cannot make")]

#[allow(dead_code, reason = "the desk serves several tests")]
mod desk;

use std::time::Duration;

use desk::platform::{Origin, user};
use desk::{Desk, Line, id, seconds, sends};
use takeover::app::guard::Reason;
use takeover::app::outbox::State;
use takeover::app::{Effect, words};
use takeover::domain::{Status, UserId};
use takeover::text::RawText;

/// A visitor asked for a person, and the thread is on the screen.
fn asked() -> Desk {
    let mut desk = Desk::new(1);
    desk.platform.say(0, Origin::Bot, "Hello, how can I help?", Duration::ZERO);
    desk.platform.say(0, Origin::Visitor, "I need a person", Duration::ZERO);
    desk.begin();
    desk.open(0);
    desk
}

/// The same, taken over already.
fn taken_over() -> Desk {
    let mut desk = Desk::new(1);
    desk.platform.say(0, Origin::Visitor, "I need a person", Duration::ZERO);
    desk.platform.held[0].conversation.status = Status::Open;
    desk.begin();
    desk.open(0);
    desk
}

fn visitor(desk: &mut Desk, text: &str) {
    let now = desk.now;
    desk.platform.say(0, Origin::Visitor, text, now);
}

#[test]
fn three_quick_replies_to_somebody_who_asked_for_a_person_go_out_without_a_stop() {
    let mut desk = asked();
    desk.press("r");
    for text in ["one", "two", "three"] {
        desk.typed(text);
        desk.press("<c-s>");
        desk.wait(0.4);
    }
    desk.wait(8.0);
    assert_eq!(desk.taken(0), ["one", "two", "three"]);
    assert_eq!(desk.platform.held[0].conversation.status, Status::Open);
}

#[test]
fn ten_rounds_against_a_visitor_who_sends_three_short_lines_during_each_reply_bring_no_stop() {
    for before_the_chord in [0.2, 1.0, 4.0] {
        let mut desk = asked();
        desk.press("r");
        for round in 0..10 {
            desk.typed(&format!("answer{round}"));
            desk.wait(3.0);
            for line in ["ok", "but", "why?"] {
                visitor(&mut desk, line);
                desk.wait(0.05);
            }
            desk.wait(before_the_chord);
            desk.press("<c-s>");
            desk.wait(3.0);
            assert_eq!(desk.taken(0).len(), round + 1, "{:?}", desk.states(0));
        }
    }
}

#[test]
fn a_line_that_stood_on_the_screen_for_less_than_a_second_and_a_half_when_the_hold_ends_stops_the_reply() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    visitor(&mut desk, "no, wait");
    // The guard's read brings the line a second before the hold ends.
    desk.takes = seconds(1.0);
    desk.press("<c-s>");
    desk.wait(4.0);
    assert_eq!(desk.stopped(0), [Reason::Lines(1)]);
    assert!(desk.taken(0).is_empty());
}

#[test]
fn a_line_that_stood_on_the_screen_for_longer_stops_nothing() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    visitor(&mut desk, "no, wait");
    desk.takes = seconds(0.45);
    desk.press("<c-s>");
    desk.wait(4.0);
    assert_eq!(desk.taken(0), ["yes"]);
}

#[test]
fn without_a_hold_a_line_that_was_not_drawn_stops_the_reply() {
    let mut desk = taken_over();
    desk.model.settings.hold = Duration::ZERO;
    desk.press("r");
    desk.typed("yes");
    visitor(&mut desk, "no, wait");
    desk.press("<c-s>");
    desk.wait(3.0);
    assert_eq!(desk.stopped(0), [Reason::Lines(1)]);
    assert!(desk.taken(0).is_empty());
}

#[test]
fn without_a_hold_a_line_that_only_a_second_read_lets_through_stops_the_reply_too() {
    let mut desk = taken_over();
    desk.model.settings.hold = Duration::ZERO;
    desk.takes = seconds(3.0);
    desk.press("r");
    desk.typed("yes");
    visitor(&mut desk, "no, wait");
    desk.press("<c-s>");
    desk.wait(12.0);
    assert_eq!(desk.stopped(0), [Reason::Lines(1)]);
}

#[test]
fn send_now_stops_at_a_line_that_was_not_drawn() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    desk.takes = seconds(1.0);
    visitor(&mut desk, "no, wait");
    desk.press("<c-s>");
    desk.wait(0.2);
    desk.press("<c-s>");
    desk.wait(3.0);
    assert_eq!(desk.stopped(0), [Reason::Lines(1)]);
}

#[test]
fn send_now_sends_at_once_where_nothing_is_new() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    desk.press("<c-s>");
    desk.wait(0.3);
    desk.press("<c-s>");
    desk.wait(0.3);
    assert_eq!(desk.taken(0), ["yes"]);
}

#[test]
fn a_colleagues_reply_stored_a_second_before_the_chord_stops_it_though_no_list_told() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    desk.line = Line::ThreadsAlone;
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.wait(1.0);
    let reads = desk.reads_of(0).len();
    desk.press("<c-s>");
    assert_eq!(desk.reads_of(0).len(), reads + 1, "the guard's read leaves with the chord");
    desk.wait(5.0);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
    assert!(desk.taken(0).is_empty());
    assert_eq!(desk.count(|effect| matches!(effect, Effect::Deliver { .. })), 0);
}

#[test]
fn a_change_of_owner_status_or_address_stops_and_is_named() {
    let owner: UserId = user("u-other");
    type Change = fn(&mut Desk);
    let changes: [(Change, Reason, &str); 3] = [
        (
            |desk| desk.platform.held[0].conversation.assigned_to = Some(user("u-other")),
            Reason::Owner(Some(owner)),
            "it belongs to \u{201C}Grace\u{201D} now",
        ),
        (
            |desk| desk.platform.held[0].conversation.status = Status::AgentRequested,
            Reason::Status(Status::AgentRequested),
            "its status is another now: needs a person",
        ),
        (
            |desk| desk.platform.held[0].conversation.contact_email = Some(RawText::new("june@example.org")),
            Reason::Email(None, Some(RawText::new("june@example.org"))),
            "their e-mail changed from none to \u{201C}june@example.org\u{201D}",
        ),
    ];
    for (change, reason, words_of_it) in changes {
        let mut desk = taken_over();
        desk.press("r");
        desk.typed("yes");
        change(&mut desk);
        // The list is read every twenty seconds.
        desk.wait(21.0);
        desk.press("<c-s>");
        desk.wait(5.0);
        assert_eq!(desk.stopped(0), std::slice::from_ref(&reason));
        assert_eq!(words::because(&desk.model, &reason), words_of_it);
    }
}

#[test]
fn all_that_changed_is_named() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.platform.held[0].conversation.assigned_to = Some(user("u-other"));
    desk.platform.held[0].conversation.status = Status::AgentRequested;
    desk.wait(21.0);
    desk.press("<c-s>");
    desk.wait(5.0);
    let reasons = desk.stopped(0);
    assert!(reasons.contains(&Reason::Colleague));
    assert!(reasons.contains(&Reason::Status(Status::AgentRequested)));
    assert!(reasons.contains(&Reason::Owner(Some(user("u-other")))));
}

#[test]
fn the_marker_and_the_status_of_an_own_takeover_stop_nothing_that_follows() {
    let mut desk = asked();
    desk.press("r");
    desk.typed("one");
    desk.press("<c-s>");
    desk.wait(2.5);
    assert_eq!(desk.taken(0), ["one"]);
    // Begun after the answer, which holds no marker, and before the thread and the list are read again.
    desk.press("<esc>");
    desk.press("r");
    desk.typed("two");
    desk.wait(25.0);
    desk.press("<c-s>");
    desk.wait(5.0);
    assert_eq!(desk.taken(0), ["one", "two"]);
}

#[test]
fn a_takeover_by_another_stops_the_reply() {
    let mut desk = asked();
    desk.press("r");
    desk.typed("yes");
    let now = desk.now;
    desk.platform.take_over(0, Origin::OtherMarker, now);
    desk.wait(6.0);
    desk.press("<c-s>");
    desk.wait(5.0);
    assert!(desk.stopped(0).contains(&Reason::Colleague));
}

#[test]
fn a_reply_whose_fate_is_not_known_is_only_looked_up_and_not_guarded_again() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    desk.press("<c-s>");
    desk.line = Line::Deaf;
    desk.wait(2.1);
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.wait(20.0);
    desk.line = Line::Up;
    desk.wait(10.0);
    assert_eq!(desk.taken(0), ["yes"]);
    assert!(desk.states(0).is_empty(), "{:?}", desk.states(0));
    assert_eq!(desk.count(|effect| matches!(effect, Effect::Deliver { .. })), 1, "it was found in the thread");
}

#[test]
fn a_refusal_after_an_unknown_attempt_is_believed_when_the_thread_has_not_shown_it_for_a_minute() {
    for arrives in [None, Some(40.0), Some(90.0)] {
        let mut desk = taken_over();
        desk.press("r");
        desk.typed("yes");
        desk.press("<c-s>");
        desk.line = Line::Hangs;
        desk.wait(3.0);
        desk.line = Line::Refuses;
        desk.wait(11.0);
        assert!(matches!(desk.states(0)[..], [State::Uncertain { refused: true, .. }]), "{:?}", desk.states(0));
        desk.line = Line::Up;
        if let Some(after) = arrives {
            desk.wait(after);
            // The first attempt was under way all the time.
            let body = takeover::api::encode_reply(&RawText::new("yes"), &[]);
            let now = desk.now;
            desk.platform.post(0, "key-1", &body, Duration::ZERO, now);
        }
        desk.wait(120.0);
        match arrives {
            None => assert!(matches!(desk.states(0)[..], [State::Refused { .. }]), "{:?}", desk.states(0)),
            Some(_) => assert!(desk.states(0).is_empty(), "{:?}", desk.states(0)),
        }
        assert_eq!(desk.taken(0).len(), usize::from(arrives.is_some()));
    }
}

#[test]
fn a_stop_ignores_the_send_chord_for_seven_tenths_of_a_second() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.press("<c-s>");
    desk.wait(2.01);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
    desk.press("<c-s>");
    desk.wait(0.5);
    desk.press("<c-s>");
    desk.wait(0.1);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
    assert!(desk.taken(0).is_empty());
    desk.wait(0.2);
    desk.press("<c-s>");
    desk.wait(1.0);
    assert_eq!(desk.taken(0), ["yes"]);
}

#[test]
fn what_came_after_the_stop_stops_a_reply_that_is_sent_anyway() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.press("<c-s>");
    desk.wait(4.0);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
    let now = desk.now;
    desk.platform.colleague(0, "Please leave it to me", now);
    // The last read of the thread is older than two and a half seconds: it is read again before the first byte.
    desk.press("<c-s>");
    desk.wait(2.0);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
    assert!(desk.taken(0).is_empty());
}

#[test]
fn after_a_stop_up_takes_the_text_back_and_any_other_key_edits_what_is_being_written() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.press("<c-s>");
    desk.wait(3.0);
    desk.typed("n");
    assert_eq!(desk.draft(0), "n");
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
    desk.press("<backspace><up>");
    assert_eq!(desk.draft(0), "yes");
    assert!(desk.states(0).is_empty());
    desk.wait(30.0);
    assert!(desk.taken(0).is_empty());
    // What stopped it was read: the same text goes out when it is sent again.
    desk.press("<c-s>");
    desk.wait(3.0);
    assert_eq!(desk.taken(0), ["yes"]);
}

#[test]
fn what_is_queued_behind_a_stopped_reply_waits_and_asks_when_that_is_taken_back() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("one");
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.press("<c-s>");
    desk.typed("two");
    desk.press("<c-s>");
    desk.wait(30.0);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
    assert_eq!(desk.states(0).len(), 2);
    assert!(desk.taken(0).is_empty());
    desk.press("<up>");
    assert_eq!(desk.draft(0), "one");
    assert_eq!(desk.stopped(0), [Reason::Earlier]);
    desk.wait(30.0);
    assert!(desk.taken(0).is_empty());
}

#[test]
fn with_text_in_the_composer_the_chord_queues_it_behind_the_stopped_reply() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("one");
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.press("<c-s>");
    desk.wait(4.0);
    desk.typed("two");
    desk.press("<c-s>");
    desk.wait(4.0);
    assert!(desk.taken(0).is_empty());
    desk.press("<c-s>");
    desk.wait(4.0);
    assert_eq!(desk.taken(0), ["one", "two"]);
}

#[test]
fn more_than_ten_minutes_late_nothing_goes_out_by_itself() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    desk.press("<c-s>");
    desk.line = Line::Down;
    desk.wait(603.0);
    desk.line = Line::Up;
    desk.wait(60.0);
    assert_eq!(desk.stopped(0), [Reason::Late]);
    assert!(desk.taken(0).is_empty());
    desk.press("<c-s>");
    desk.wait(2.0);
    assert_eq!(desk.taken(0), ["yes"]);
}

#[test]
fn less_than_ten_minutes_late_it_goes_out_by_itself() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    desk.press("<c-s>");
    desk.line = Line::Down;
    desk.wait(400.0);
    assert!(desk.taken(0).is_empty());
    desk.line = Line::Up;
    desk.wait(35.0);
    assert_eq!(desk.taken(0), ["yes"]);
}

#[test]
fn after_the_machine_slept_for_an_hour_nothing_goes_out_by_itself() {
    for before in [0.5, 1.9] {
        let mut desk = taken_over();
        desk.press("r");
        desk.typed("yes");
        desk.press("<c-s>");
        desk.wait(before);
        desk.sleep(3_600.0);
        desk.wait(60.0);
        assert_eq!(desk.stopped(0), [Reason::Late]);
        assert!(desk.taken(0).is_empty());
        desk.press("<c-s>");
        desk.wait(2.0);
        assert_eq!(desk.taken(0), ["yes"]);
    }
}

#[test]
fn after_the_machine_slept_the_thread_is_read_again_before_anything_leaves() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    desk.press("<c-s>");
    desk.wait(1.0);
    desk.sleep(120.0);
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.wait(5.0);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
}

#[test]
fn after_the_machine_slept_nothing_waits_for_answers_of_before() {
    let mut desk = taken_over();
    desk.takes = seconds(50.0);
    desk.wait(6.0);
    let asked = desk.model.poller.in_flight.len();
    assert!(asked > 0);
    desk.takes = seconds(0.2);
    desk.sleep(3_600.0);
    visitor(&mut desk, "are you there?");
    // The next thing that is due wakes the core, a poll at the latest.
    desk.wait(21.0);
    assert_eq!(desk.model.threads.get(&id(0)).unwrap().messages.len(), 2);
}

#[test]
fn an_unknown_outcome_is_not_followed_up_after_a_long_sleep() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    desk.press("<c-s>");
    desk.line = Line::Hangs;
    desk.wait(5.0);
    assert!(matches!(desk.states(0)[..], [State::Uncertain { .. }]), "{:?}", desk.states(0));
    desk.sleep(3_600.0);
    desk.line = Line::Up;
    desk.wait(60.0);
    assert!(matches!(desk.states(0)[..], [State::Unsent]), "{:?}", desk.states(0));
    assert!(desk.taken(0).is_empty());
    desk.press("<c-s>");
    desk.wait(15.0);
    assert_eq!(desk.taken(0), ["yes"]);
}

#[test]
fn a_reply_whose_key_the_server_may_have_forgotten_is_looked_up_and_goes_out_anew_only_when_it_is_not_there() {
    for arrived in [true, false] {
        let mut desk = taken_over();
        desk.press("r");
        desk.typed("yes");
        desk.press("<c-s>");
        desk.wait(1.9);
        desk.line = if arrived { Line::Deaf } else { Line::Hangs };
        desk.wait(0.15);
        desk.sleep(25.0 * 3_600.0);
        // Until the person decides, no thread is read: it stands as unsent.
        desk.wait(0.02);
        desk.line = Line::Down;
        desk.wait(30.0);
        assert!(matches!(desk.states(0)[..], [State::Unsent]), "{:?}", desk.states(0));
        desk.line = Line::Up;
        desk.press("<c-s>");
        desk.wait(1.0);
        if arrived {
            assert!(desk.states(0).is_empty(), "{:?}", desk.states(0));
        } else {
            assert!(matches!(desk.states(0)[..], [State::Refused { .. }]), "{:?}", desk.states(0));
            assert!(desk.taken(0).is_empty());
            desk.press("<c-s>");
            desk.wait(3.0);
            assert!(desk.states(0).is_empty(), "{:?}", desk.states(0));
        }
        assert_eq!(desk.taken(0), ["yes"]);
    }
}

#[test]
fn the_read_is_repeated_where_it_is_older_than_two_and_a_half_seconds_at_the_first_byte() {
    let mut desk = taken_over();
    desk.model.settings.hold = seconds(4.0);
    desk.press("r");
    desk.typed("yes");
    desk.press("<c-s>");
    let chord = desk.now;
    desk.wait(1.0);
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.wait(5.0);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
    let reads: Vec<Duration> = desk.reads_of(0).into_iter().filter(|at| *at >= chord).collect();
    assert!(reads.len() >= 2, "{reads:?}");
}

#[test]
fn on_a_line_slower_than_the_oldest_read_allowed_a_reply_still_leaves() {
    let mut desk = taken_over();
    desk.takes = seconds(4.0);
    desk.press("r");
    desk.typed("yes");
    desk.press("<c-s>");
    let reads = desk.reads_of(0).len();
    desk.wait(20.0);
    assert_eq!(desk.taken(0), ["yes"]);
    assert!(desk.reads_of(0).len() <= reads + 4, "{:?}", desk.reads_of(0));
}

#[test]
fn older_messages_loaded_on_demand_are_no_news() {
    let mut desk = Desk::new(1);
    desk.platform.held[0].conversation.status = Status::Open;
    desk.platform.thread_page = 20;
    for line in 0..90 {
        let origin = if line % 2 == 0 { Origin::Visitor } else { Origin::Colleague };
        desk.platform.say(0, origin, &format!("line {line}"), seconds(f64::from(line)));
    }
    desk.now = seconds(100.0);
    desk.begin();
    desk.open(0);
    desk.press("r");
    desk.typed("yes");
    let before = desk.model.threads.get(&id(0)).unwrap().messages.len();
    for _ in 0..6 {
        desk.press("<pgup>");
        desk.wait(0.5);
    }
    for _ in 0..20 {
        desk.press("<pgdn>");
    }
    assert!(desk.model.threads.get(&id(0)).unwrap().messages.len() > before);
    desk.press("<c-s>");
    desk.wait(4.0);
    assert_eq!(desk.taken(0), ["yes"]);
}

#[test]
fn a_draft_that_was_left_and_opened_again_keeps_what_its_writer_had_seen() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    desk.press("<esc>");
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.wait(30.0);
    desk.press("r");
    desk.wait(5.0);
    desk.press("<c-s>");
    desk.wait(5.0);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
}

#[test]
fn what_came_while_the_thread_was_scrolled_up_is_new_though_it_was_there_when_the_reply_was_begun() {
    let mut desk = Desk::new(1);
    desk.platform.held[0].conversation.status = Status::Open;
    for line in 0..60 {
        desk.platform.say(0, Origin::Visitor, &format!("line {line}"), seconds(f64::from(line)));
    }
    desk.now = seconds(100.0);
    desk.begin();
    desk.open(0);
    desk.press("<pgup>");
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.wait(6.0);
    desk.press("r");
    desk.typed("yes");
    desk.press("<c-s>");
    desk.wait(5.0);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
}

#[test]
fn the_bots_lines_count_like_the_visitors() {
    let mut desk = taken_over();
    desk.model.settings.hold = Duration::ZERO;
    desk.press("r");
    desk.typed("yes");
    let now = desk.now;
    desk.platform.say(0, Origin::Bot, "I can help with that", now);
    desk.press("<c-s>");
    desk.wait(3.0);
    assert_eq!(desk.stopped(0), [Reason::Lines(1)]);
}

#[test]
fn a_reply_written_before_the_thread_was_there_stops_where_the_team_has_answered_the_visitor() {
    let mut desk = taken_over();
    let mut blind = Desk::new(1);
    blind.platform.say(0, Origin::Visitor, "I need a person", Duration::ZERO);
    blind.platform.colleague(0, "I have it", seconds(1.0));
    blind.platform.say(0, Origin::Bot, "I am only a bot", seconds(1.0));
    blind.platform.held[0].conversation.status = Status::Open;
    blind.handle(takeover::app::Event::Started);
    blind.wait(0.15);
    blind.takes = seconds(1.0);
    blind.press("r");
    blind.typed("yes");
    blind.press("<c-s>");
    blind.wait(6.0);
    assert!(blind.stopped(0).contains(&Reason::Colleague));
    // With the thread on the screen, the same last word stops nothing.
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.wait(6.0);
    desk.press("r");
    desk.typed("yes");
    desk.press("<c-s>");
    desk.wait(4.0);
    assert_eq!(desk.taken(0), ["yes"]);
}

#[test]
fn a_stop_in_another_conversation_is_said_and_opens_nothing() {
    let mut desk = Desk::new(2);
    for at in 0..2 {
        desk.platform.say(at, Origin::Visitor, "I need a person", Duration::ZERO);
        desk.platform.held[at].conversation.status = Status::Open;
    }
    desk.begin();
    desk.open(0);
    desk.press("r");
    desk.typed("yes");
    let now = desk.now;
    desk.platform.colleague(0, "I have it", now);
    desk.press("<c-s><esc>");
    desk.press("J");
    let other = desk.model.panes.on_screen.clone();
    desk.press("r");
    desk.typed("hello");
    desk.wait(5.0);
    assert_eq!(desk.stopped(0), [Reason::Colleague]);
    assert!(desk.model.notices.latest.is_some());
    assert_eq!(desk.model.panes.on_screen, other);
    assert_eq!(desk.model.composer.open, other);
}

#[test]
fn leaving_the_conversation_keeps_the_hold_running() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    desk.press("<c-s><esc>");
    desk.press("<esc>");
    assert!(matches!(desk.states(0)[..], [State::Journaling]));
    desk.wait(3.0);
    assert_eq!(desk.taken(0), ["yes"]);
}

#[test]
fn a_conversation_that_is_gone_stops_the_reply() {
    let mut desk = taken_over();
    desk.press("r");
    desk.typed("yes");
    desk.platform.held.clear();
    desk.press("<c-s>");
    desk.wait(4.0);
    assert_eq!(desk.stopped(0), [Reason::Gone]);
    assert_eq!(desk.count(|effect| sends(effect) && matches!(effect, Effect::Deliver { .. })), 0);
}
