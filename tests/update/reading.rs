//! What is read when: the list to its end, the thread on screen on a short timer, all of it within the budget.

use std::time::Duration;

use takeover::app::inbox::{Since, Standing};
use takeover::app::{Effect, Event, Fetch};
use takeover::domain::{Speaker, Status};

use crate::desk::platform::{Origin, user};
use crate::desk::{Desk, Line, id, seconds};

fn list_reads(desk: &Desk) -> Vec<Duration> {
    let asks = |effect: &Effect| matches!(effect, Effect::Fetch { fetch: Fetch::List { cursor: None, .. }, .. });
    desk.ordered.iter().filter(|(_, effect)| asks(effect)).map(|(at, _)| *at).collect()
}

fn requests(desk: &Desk) -> usize {
    desk.count(|effect| matches!(effect, Effect::Fetch { .. } | Effect::Deliver { .. }))
}

fn longest_gap(times: &[Duration]) -> Duration {
    times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default()
}

#[test]
fn an_old_conversation_behind_three_hundred_newer_ones_is_on_screen_within_one_poll() {
    let mut desk = Desk::new(301);
    desk.now = seconds(60.0);
    for at in 0..301 {
        desk.platform.say(at, Origin::Visitor, "hello", seconds(at as f64 / 10.0));
        let row = &mut desk.platform.held[at].conversation;
        row.status = if at > 0 && at % 5 == 0 { Status::Open } else { Status::Resolved };
        row.created_at.at -= chrono::Duration::days(if at == 0 { 21 } else { 1 });
    }
    assert_eq!(desk.platform.held.iter().filter(|held| held.conversation.status == Status::Open).count(), 60);
    desk.begin();
    desk.wait(30.0);
    assert!(!desk.model.inbox.order.contains(&id(0)));
    desk.platform.held[0].conversation.status = Status::AgentRequested;
    desk.wait(21.0);
    let place = desk.model.inbox.order.iter().position(|held| *held == id(0)).unwrap();
    let drawn = desk.model.inbox.top..desk.model.inbox.top + desk.model.screen.list_fits;
    assert!(drawn.contains(&place), "{place} is not among {drawn:?}");
}

#[test]
fn a_row_that_a_complete_walk_did_not_show_is_read_by_its_id_and_never_dropped() {
    let mut desk = Desk::new(2);
    for at in 0..2 {
        desk.platform.say(at, Origin::Visitor, "hello", Duration::ZERO);
    }
    desk.begin();
    desk.platform.held[1].conversation.status = Status::Closed;
    desk.wait(25.0);
    let by_id =
        |effect: &Effect| matches!(effect, Effect::Fetch { fetch: Fetch::Conversation(held), .. } if *held == id(1));
    assert_eq!(desk.count(by_id), 1);
    assert_eq!(desk.model.inbox.rows.get(&id(1)).unwrap().conversation.status, Status::Closed);
    assert!(desk.model.inbox.stale.is_empty());
}

#[test]
fn a_row_that_is_gone_at_the_server_stands_as_gone() {
    let mut desk = Desk::new(2);
    for at in 0..2 {
        desk.platform.say(at, Origin::Visitor, "hello", Duration::ZERO);
    }
    desk.begin();
    desk.platform.held.truncate(1);
    desk.wait(60.0);
    let row = desk.model.inbox.rows.get(&id(1)).unwrap();
    assert!(matches!(row.conversation.status, Status::Other(_)));
    assert!(!desk.model.inbox.order.contains(&id(1)));
    let asked = desk.count(|effect| matches!(effect, Effect::Fetch { fetch: Fetch::Conversation(_), .. }));
    assert_eq!(asked, 1, "what is gone is not asked for again and again");
}

#[test]
fn a_long_list_is_walked_in_turns_and_who_asks_for_a_person_is_read_whole_at_each_poll() {
    let mut desk = Desk::new(420);
    desk.now = seconds(60.0);
    for at in 0..420 {
        desk.platform.say(at, Origin::Visitor, "hello", seconds(at as f64 / 10.0));
        let row = &mut desk.platform.held[at].conversation;
        row.status = if at < 130 { Status::AgentRequested } else { Status::Open };
        row.assigned_to = Some(user("u-other"));
    }
    desk.begin();
    desk.wait(240.0);
    assert_eq!(desk.model.inbox.rows.len(), 420);
    assert!(desk.model.poller.split);
    desk.platform.held[0].conversation.assigned_to = None;
    desk.platform.held[131].conversation.assigned_to = None;
    let before = requests(&desk);
    desk.wait(31.0);
    assert_eq!(desk.model.inbox.rows.get(&id(0)).unwrap().conversation.assigned_to, None);
    assert!(requests(&desk) - before <= 10, "{}", requests(&desk) - before);
    // All pages of the open ones come in turn: three polls at most.
    desk.wait(100.0);
    assert_eq!(desk.model.inbox.rows.get(&id(131)).unwrap().conversation.assigned_to, None);
    assert_eq!(desk.limited, 0);
}

#[test]
fn sixty_switches_a_minute_through_eight_live_chats_meet_no_limit() {
    let mut desk = Desk::new(8);
    for at in 0..8 {
        desk.platform.say(at, Origin::Visitor, "hello", Duration::ZERO);
        desk.platform.held[at].conversation.status = Status::Open;
        desk.platform.held[at].conversation.assigned_to = Some(user("u-me"));
    }
    desk.begin();
    desk.wait(10.0);
    desk.open(0);
    for round in 0..600_usize {
        // Down to the last one, and up again.
        desk.press(if (round / 7).is_multiple_of(2) { "J" } else { "K" });
        desk.wait(1.0);
        if round % 3 == 0 {
            let now = desk.now;
            desk.platform.say(round % 8, Origin::Visitor, "and another thing", now);
        }
    }
    assert_eq!(desk.limited, 0);
    // There is room left for what a person sends.
    desk.press("r");
    desk.typed("yes");
    let target = desk.model.composer.open.clone().unwrap();
    let at = (0..8).find(|at| id(*at) == target).unwrap();
    desk.wait(2.0);
    desk.press("<c-s>");
    desk.wait(4.0);
    assert_eq!(desk.taken(at).len() + desk.states(at).len(), 1);
    assert_eq!(desk.limited, 0);
}

#[test]
fn forty_waiting_rows_stand_in_their_order_with_their_speakers_within_a_minute_of_a_cold_start() {
    let mut desk = Desk::new(40);
    desk.now = seconds(40_000.0);
    for at in 0..40 {
        // Who asked first spoke last: the list alone would tell another order.
        let place = (at * 17) % 40;
        let handoff = seconds(1_000.0 + 300.0 * place as f64);
        desk.platform.say(at, Origin::Visitor, "hello", seconds(10.0));
        desk.platform.say(at, Origin::Bot, "I get somebody", handoff - seconds(1.0));
        desk.platform.say(at, Origin::OtherMarker, "A person was asked for.", handoff);
        let last = seconds(39_000.0 - 20.0 * place as f64);
        let spoke = if at % 3 == 0 { Origin::Bot } else { Origin::Visitor };
        desk.platform.say(at, spoke, "still here", last);
        desk.platform.held[at].conversation.status = Status::AgentRequested;
    }
    desk.handle(Event::Started);
    desk.wait(60.0);
    let mut right: Vec<usize> = (0..40).collect();
    right.sort_by_key(|at| (at * 17) % 40);
    let right: Vec<_> = right.into_iter().map(id).collect();
    assert_eq!(desk.model.inbox.order, right);
    for at in 0..40 {
        let row = desk.model.inbox.rows.get(&id(at)).unwrap();
        let handoff = desk.platform.wall(seconds(1_000.0 + 300.0 * ((at * 17) % 40) as f64));
        assert_eq!(row.waits(), Standing::Waits(Since { at: handoff, certain: true }));
        let speaker = row.exact().and_then(|knowledge| knowledge.speaker);
        assert_eq!(speaker, Some(if at % 3 == 0 { Speaker::Bot } else { Speaker::Visitor }));
    }
    assert!(requests(&desk) <= 45, "{} requests", requests(&desk));
    assert_eq!(desk.limited, 0);
}

#[test]
fn the_thread_on_screen_is_read_every_five_seconds_for_two_minutes_after_the_last_word_then_every_fifteen() {
    let mut desk = Desk::new(1);
    desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
    desk.platform.held[0].conversation.status = Status::Open;
    desk.begin();
    desk.wait(300.0);
    desk.open(0);
    let now = desk.now;
    desk.platform.say(0, Origin::Visitor, "are you there?", now);
    desk.wait(16.0);
    let word = desk.now;
    desk.wait(400.0);
    let reads = desk.reads_of(0);
    let live: Vec<Duration> = reads.iter().copied().filter(|at| (word..word + seconds(100.0)).contains(at)).collect();
    assert!(longest_gap(&live) <= seconds(5.3) && live.len() >= 18, "{live:?}");
    let quiet: Vec<Duration> = reads.iter().copied().filter(|at| *at > word + seconds(130.0)).collect();
    let gaps: Vec<Duration> = quiet.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| (seconds(15.0)..seconds(15.6)).contains(gap)), "{gaps:?}");
}

#[test]
fn a_visitors_answer_is_on_the_screen_within_five_seconds_without_a_key() {
    let mut desk = Desk::new(1);
    desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
    desk.begin();
    desk.open(0);
    for _ in 0..10 {
        desk.wait(3.3);
        let now = desk.now;
        let message = desk.platform.say(0, Origin::Visitor, "and?", now);
        desk.wait(5.4);
        assert!(desk.model.screen.thread.iter().any(|line| line.message.as_ref() == Some(&message.id)));
    }
}

#[test]
fn the_list_is_read_every_twenty_seconds_and_every_thirty_when_nothing_changed_for_ten_minutes() {
    let mut desk = Desk::new(3);
    desk.begin();
    desk.wait(1_500.0);
    let reads = list_reads(&desk);
    let gaps = |from: f64, to: f64| -> Vec<Duration> {
        let within: Vec<Duration> =
            reads.iter().copied().filter(|at| (seconds(from)..seconds(to)).contains(at)).collect();
        within.windows(2).map(|pair| pair[1] - pair[0]).collect()
    };
    let live = gaps(0.0, 590.0);
    assert!(live.iter().all(|gap| (seconds(20.0)..seconds(20.4)).contains(gap)), "{live:?}");
    let quiet = gaps(650.0, 1_500.0);
    assert!(quiet.iter().all(|gap| (seconds(30.0)..seconds(30.4)).contains(gap)), "{quiet:?}");
    assert_eq!(desk.model.link.cadence, Duration::from_secs(30));
}

#[test]
fn an_hour_in_front_of_a_talkative_visitor_meets_no_limit_and_leaves_room_to_send() {
    let mut desk = Desk::new(20);
    for at in 0..20 {
        desk.platform.say(at, Origin::Visitor, "hello", Duration::ZERO);
    }
    desk.begin();
    desk.open(0);
    for round in 0..1_200 {
        let now = desk.now;
        desk.platform.say(0, Origin::Visitor, &format!("line {round}"), now);
        desk.wait(3.0);
    }
    assert_eq!(desk.limited, 0);
    desk.press("r");
    desk.typed("yes");
    desk.wait(16.0);
    desk.press("<c-s>");
    desk.wait(3.0);
    assert_eq!(desk.taken(0), ["yes"]);
    assert!(requests(&desk) < 1_000, "{}", requests(&desk));
}

fn bells(desk: &Desk) -> usize {
    desk.count(|effect| *effect == Effect::RingBell)
}

#[test]
fn what_waited_at_the_start_rings_no_bell() {
    let mut desk = Desk::new(3);
    for at in 0..3 {
        desk.platform.say(at, Origin::Visitor, "hello", Duration::ZERO);
    }
    desk.begin();
    desk.wait(120.0);
    assert_eq!(bells(&desk), 0);
}

#[test]
fn the_bell_rings_once_when_a_conversation_enters_waiting() {
    let mut desk = Desk::new(2);
    desk.platform.held[1].conversation.status = Status::BotActive;
    desk.begin();
    desk.wait(40.0);
    desk.platform.held[1].conversation.status = Status::AgentRequested;
    desk.wait(90.0);
    assert_eq!(bells(&desk), 1);
}

#[test]
fn the_bell_rings_for_a_message_to_me_and_for_what_is_given_to_me() {
    let mut desk = Desk::new(2);
    for at in 0..2 {
        desk.platform.held[at].conversation.status = Status::Open;
        desk.platform.say(at, Origin::Visitor, "hello", Duration::ZERO);
        desk.platform.colleague(at, "hello", seconds(1.0));
        desk.platform.held[at].conversation.assigned_to = Some(user(if at == 0 { "u-me" } else { "u-other" }));
    }
    desk.now = seconds(2.0);
    desk.begin();
    desk.wait(60.0);
    assert_eq!(bells(&desk), 0);
    let now = desk.now;
    desk.platform.say(1, Origin::Visitor, "not for me", now);
    desk.wait(60.0);
    assert_eq!(bells(&desk), 0, "a message to a colleague");
    let now = desk.now;
    desk.platform.say(0, Origin::Visitor, "for me", now);
    desk.wait(60.0);
    assert_eq!(bells(&desk), 1, "a message to me");
    desk.platform.held[1].conversation.assigned_to = Some(user("u-me"));
    desk.wait(60.0);
    assert_eq!(bells(&desk), 2, "what is given to me");
}

#[test]
fn the_bell_is_silent_while_somebody_looks_and_not_when_they_went_away() {
    for (focused, moves, rings) in [(true, true, 0), (false, true, 1), (true, false, 1)] {
        let mut desk = Desk::new(2);
        desk.platform.held[1].conversation.status = Status::BotActive;
        desk.begin();
        desk.handle(Event::FocusChanged(focused));
        desk.press("j");
        desk.wait(31.0);
        desk.platform.held[1].conversation.status = Status::AgentRequested;
        for _ in 0..5 {
            if moves {
                desk.press("j");
            }
            desk.wait(5.0);
        }
        assert_eq!(bells(&desk), rings, "focused {focused}, moves {moves}");
    }
}

#[test]
fn one_conversation_rings_at_most_once_in_thirty_seconds() {
    let mut desk = Desk::new(1);
    desk.platform.held[0].conversation.status = Status::Open;
    desk.platform.held[0].conversation.assigned_to = Some(user("u-me"));
    desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
    desk.begin();
    desk.open(0);
    desk.wait(40.0);
    let before = bells(&desk);
    for _ in 0..60 {
        let now = desk.now;
        desk.platform.say(0, Origin::Visitor, "and?", now);
        desk.wait(1.0);
    }
    let rang = bells(&desk) - before;
    assert!((1..=3).contains(&rang), "{rang}");
}

#[test]
fn after_an_outage_the_list_and_the_thread_come_back_by_themselves() {
    let mut desk = Desk::new(2);
    desk.platform.say(0, Origin::Visitor, "hello", Duration::ZERO);
    desk.begin();
    desk.open(0);
    desk.line = Line::Down;
    desk.wait(300.0);
    assert!(desk.model.link.problem.is_some());
    let asked = requests(&desk);
    assert!(asked < 80, "{asked} requests in five minutes of silence");
    let now = desk.now;
    desk.platform.say(0, Origin::Visitor, "hello?", now);
    desk.line = Line::Up;
    desk.wait(31.0);
    assert!(desk.model.link.problem.is_none());
    assert_eq!(desk.model.threads.get(&id(0)).unwrap().messages.len(), 2);
}
