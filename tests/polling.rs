//! What is read when, within the shared budget: the list, the thread on screen, the rows of Waiting (product, sections 3
//! and 4, and P8; contract, section 5).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use support::{Request, TestApp, Town, message, seconds};
use takeover::app::inbox::Standing;
use takeover::domain::{ConversationId, Speaker};
use takeover::sandbox::Command;
use takeover::sandbox::command::{Fill, Limits, NewConversation};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_three_weeks_old_behind_three_hundred_newer_ones_comes_up_within_one_poll() {
    let town = Town::with_real_limits().await;
    let old = town.conversation(NewConversation {
        status: Some("bot_active".to_owned()),
        contact_name: Some("Old Friend".to_owned()),
        ago: 21.0 * 86_400.0,
        messages: vec![message("visitor", "Just looking.", 20.9 * 86_400.0)],
        ..NewConversation::default()
    });
    let fill = |count, statuses: &[&str], seed| {
        town.control(Command::Fill(Fill {
            conversations: count,
            messages: 3,
            seed,
            statuses: statuses.iter().map(|it| (*it).to_owned()).collect(),
            ages: Some((600, 86_400)),
            ..Fill::default()
        }));
    };
    fill(60, &["open"], 1);
    fill(240, &["bot_active", "resolved", "closed"], 2);
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.pass(seconds(61)).await;
    town.escalate(&old);
    // The list's cadence and the time of one walk.
    app.within(seconds(21), "on screen", |app| {
        let inbox = &app.model().inbox;
        let at = inbox.order.iter().position(|id| *id == old);
        at.is_some_and(|at| (inbox.top..inbox.top + app.model().screen.list_fits).contains(&at))
    })
    .await;
    assert!(app.bells > 0, "and it rang");
    assert!(town.everything_asked().iter().all(|it| it.status != Some(429)));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_waiting_rows_stand_in_the_right_order_with_their_speakers_within_a_minute_and_45_requests() {
    let town = Town::with_real_limits().await;
    let mut expected: Vec<(u64, ConversationId, Speaker)> = Vec::new();
    for at in 0..40_u64 {
        // Each waits for a time of its own, in no order of creation.
        let waited = 60 + (at * 17 % 40) * 45;
        let asked = at % 2 == 0;
        let mut messages = vec![
            message("visitor", "Hello?", waited as f64 + 700.0),
            message(if asked { "bot" } else { "dashboard" }, "Hello!", waited as f64 + 650.0),
        ];
        let mut last = Speaker::Visitor;
        if asked {
            // Handed off, then the bot has the last word: the clock runs from the handoff.
            messages.push(message("visitor", "A person, please.", waited as f64 + 5.0));
            messages.push(message("system", "The visitor asked for a person.", waited as f64));
            messages.push(message("bot", "I have called somebody.", waited as f64 - 5.0));
            last = Speaker::Bot;
        } else {
            messages.push(message("visitor", "Still broken.", waited as f64));
            messages.push(message("visitor", "Anybody?", waited as f64 - 20.0));
        }
        let conversation = town.conversation(NewConversation {
            status: Some(if asked { "agent_requested" } else { "open" }.to_owned()),
            contact_name: Some(format!("Visitor {at}")),
            ago: 5_000.0 + (at * 7 % 40) as f64,
            messages,
            ..NewConversation::default()
        });
        expected.push((waited, conversation, last));
    }
    expected.sort_by_key(|(waited, ..)| std::cmp::Reverse(*waited));
    let mut app = TestApp::start(&town);
    let told = |app: &TestApp| {
        let rows = &app.model().inbox.rows;
        rows.len() == 40
            && rows.values().all(|row| {
                row.exact().is_some_and(|it| it.speaker.is_some())
                    && matches!(row.waits(), Standing::Waits(since) if since.certain)
            })
    };
    app.within(seconds(60), "all rows told", told).await;
    let asked = town.everything_asked();
    assert!(asked.len() <= 45, "{} requests", asked.len());
    assert!(asked.iter().all(|it| it.status != Some(429)));
    let order: Vec<ConversationId> = app.model().inbox.order.clone();
    let wanted: Vec<ConversationId> = expected.iter().map(|(_, id, _)| id.clone()).collect();
    assert_eq!(order, wanted, "{}", app.dump());
    for (_, id, speaker) in &expected {
        assert_eq!(app.model().inbox.rows[id].exact().and_then(|it| it.speaker), Some(*speaker));
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_times_next_and_previous_a_minute_through_eight_live_chats_meets_no_limit() {
    let town = Town::with_real_limits().await;
    let chats: Vec<_> = (0..8).map(|at| town.visitor_of(&format!("Visitor {at}"), "open")).collect();
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.keys("gg<enter>");
    // Half an hour: down the eight and up again, one key a second, with visitors who write.
    for press in 0..1_800_usize {
        app.keys(if press / 7 % 2 == 0 { "J" } else { "K" });
        if press % 5 == 0 {
            town.visitor(&chats[press / 5 % 8], &format!("still there {press}"));
        }
        app.pass(seconds(1)).await;
    }
    let limited: Vec<_> = town.everything_asked().into_iter().filter(|it| it.status == Some(429)).collect();
    assert!(limited.is_empty(), "{limited:?}");
    // And a send still finds its share.
    app.keys("rI am here.<c-s>");
    app.until("delivered or stopped", |app| {
        app.model().outbox.entries.iter().all(|entry| entry.state.is_final() || entry.state.asks())
    })
    .await;
    assert!(town.everything_asked().iter().all(|it| it.status != Some(429)));
    app.end().await;
}

/// The longest times between two requests, and between each end and its neighbour, in whole tenths of a second.
fn longest_gap(
    requests: &[Request],
    from: chrono::DateTime<chrono::Utc>,
    to: chrono::DateTime<chrono::Utc>,
) -> Duration {
    let times = requests.iter().map(|it| it.at).filter(|at| (from..=to).contains(at));
    let moments: Vec<_> = std::iter::once(from).chain(times).chain([to]).collect();
    let gaps = moments.windows(2).map(|pair| (pair[1] - pair[0]).to_std().unwrap());
    gaps.max().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_thread_on_screen_is_at_most_5_s_old_for_two_minutes_after_the_last_word_then_15() {
    let town = Town::with_real_limits().await;
    let june = town.june();
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&june);
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    town.visitor(&june, "Hello again");
    app.within(seconds(16), "her word", |app| app.thread_text().contains("Hello again")).await;
    let spoke = app.model().now.wall;
    app.pass(seconds(720)).await;
    let reads = town.requests("GET", &format!("/conversations/{june}/messages"));
    let at = |after: i64| spoke + chrono::Duration::seconds(after);
    let live = longest_gap(&reads, at(0), at(118));
    assert!(live <= Duration::from_millis(5_200), "{live:?}");
    let quiet = longest_gap(&reads, at(125), at(720));
    assert!(quiet <= Duration::from_millis(15_500) && quiet > seconds(10), "{quiet:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_list_is_at_most_20_s_old_and_30_when_nothing_has_changed_for_ten_minutes() {
    let town = Town::with_real_limits().await;
    town.june();
    let mut app = TestApp::start(&town);
    app.settled().await;
    let began = app.model().now.wall;
    app.pass(seconds(1_200)).await;
    let reads = town.requests("GET", "/conversations");
    let reads: Vec<_> = reads.into_iter().filter(|it| it.path == "/conversations").collect();
    let at = |after: i64| began + chrono::Duration::seconds(after);
    let live = longest_gap(&reads, at(0), at(595));
    assert!(live <= Duration::from_millis(20_500), "{live:?}");
    let quiet = longest_gap(&reads, at(640), at(1_200));
    assert!(quiet <= Duration::from_millis(30_500) && quiet > seconds(25), "{quiet:?}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_hour_is_stretched_over_its_whole_length_without_a_429_and_a_reply_still_goes_out() {
    let town = Town::with(|options| options.hour_limit = 150).await;
    let june = town.june();
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&june);
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    let began = app.model().now.wall;
    for minute in 0..70 {
        town.visitor(&june, &format!("minute {minute}"));
        app.pass(seconds(60)).await;
    }
    let asked = town.everything_asked();
    assert!(asked.iter().all(|it| it.status != Some(429)), "the limit was run into");
    let gap = longest_gap(&asked, began, app.model().now.wall);
    assert!(gap <= seconds(300), "nothing was read for {gap:?}");
    assert!(app.status_bar().contains("every"), "the true cadence is said: {}", app.status_bar());
    app.keys("rI am still here.<c-s>");
    app.until("sent, or stopped for a line of hers", |app| {
        app.model().outbox.entries.iter().all(|it| it.state.is_final() || it.state.asks())
    })
    .await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_of_the_organisation_spend_is_planned_around() {
    let town = Town::with_real_limits().await;
    for at in 0..12 {
        town.visitor_of(&format!("Visitor {at}"), "open");
    }
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.keys("gg<enter>");
    for _ in 0..10 {
        // Some other program takes most of every minute.
        town.control(Command::Limits(Limits { spend: 35, ..Limits::default() }));
        for _ in 0..12 {
            app.keys("J");
            app.pass(seconds(5)).await;
        }
        app.keys("gg<enter>");
    }
    let limited: Vec<_> = town.everything_asked().into_iter().filter(|it| it.status == Some(429)).collect();
    assert!(limited.len() <= 1, "{} answers of 429", limited.len());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_the_limit_nothing_leaves_before_the_wait_is_over() {
    let town = Town::with_real_limits().await;
    town.june();
    let mut app = TestApp::start(&town);
    app.settled().await;
    town.control(Command::Limits(Limits { spend: 60, ..Limits::default() }));
    app.pass(seconds(180)).await;
    let asked = town.everything_asked();
    let limited: Vec<_> = asked.iter().filter(|it| it.status == Some(429)).collect();
    // Nobody can know before the first answer says so.
    assert_eq!(limited.len(), 1, "{limited:?}");
    assert!(app.model().link.list_read_at.is_some_and(|at| app.model().now.mono - at < seconds(31)));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_view_all_loads_a_hundred_rows_a_request_as_one_scrolls() {
    let town = Town::new().await;
    town.control(Command::Fill(Fill { conversations: 350, messages: 2, seed: 3, ..Fill::default() }));
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.keys("ga");
    let before = town.everything_asked().len();
    app.until("the first hundred", |app| app.model().inbox.order.len() >= 100).await;
    assert!(app.model().inbox.order.len() < 350, "all at once");
    for _ in 0..60 {
        app.keys("<pgdn>");
        app.settled().await;
    }
    assert_eq!(app.model().inbox.order.len(), 350);
    let walk: Vec<_> = town.everything_asked().into_iter().skip(before.saturating_sub(1)).collect();
    let pages = walk.iter().filter(|it| it.query.as_deref().is_some_and(|query| query.contains("bot_active")));
    let pages: Vec<_> = pages.collect();
    assert_eq!(pages.len(), 4, "{pages:?}");
    assert!(pages.iter().all(|it| it.query.as_deref().is_some_and(|query| query.contains("limit=100"))));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_poll_of_a_long_thread_costs_one_request_in_both_orders() {
    for order in ["desc", "asc"] {
        let town = Town::new().await;
        town.switch("message_order", order);
        town.control(Command::Fill(Fill {
            conversations: 1,
            messages: 730,
            seed: 3,
            statuses: vec!["open".to_owned()],
            ages: Some((60, 61)),
            ..Fill::default()
        }));
        let mut app = TestApp::start(&town);
        app.settled().await;
        let id = app.model().inbox.rows.keys().next().cloned().unwrap();
        app.open(&id);
        app.settled().await;
        app.pass(seconds(60)).await;
        let before = town.requests("GET", "/messages").len();
        app.pass(seconds(60)).await;
        let polls = town.requests("GET", "/messages").len() - before;
        assert!((4..=13).contains(&polls), "{order}: {polls} requests in a minute");
        app.end().await;
    }
}
