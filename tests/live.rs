//! The main job over real HTTP: see who waits, open, reply, take over, read the answer; and the guard on the way.
//!
//! What each test shows is in its name; the rules are product, sections 3 and 4, and contract, sections 7, 8 and 11.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use serde_json::json;
use support::{Start, TestApp, Town, message, seconds};
use takeover::app::Focus;
use takeover::app::inbox::View;
use takeover::app::outbox::State;
use takeover::app::overlay::Overlay;
use takeover::domain::{ConversationId, Speaker, Status};
use takeover::http::Limits;
use takeover::sandbox::command::{NewConversation, NewMessage, Rotate};
use takeover::sandbox::{Command, Fault, FaultKind};

const JOINED: &str = "A team member has joined the conversation.";

fn status_of(app: &TestApp, conversation: &ConversationId) -> Status {
    app.model().inbox.rows.get(conversation).map(|row| row.conversation.status.clone()).expect("a row")
}

async fn walk(town: Town) {
    let june = town.june();
    let other = town.visitor_of("Ana Cruz", "open");
    let mut app = TestApp::start(&town);
    app.until("both wait", |app| app.model().inbox.waiting.len() == 2).await;
    app.keys("w<enter>");
    assert_eq!(app.model().panes.on_screen.as_ref(), Some(&june), "she has waited longest\n{}", app.dump());
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    app.keys("rA new one leaves today.<c-s>");
    app.until("held", |app| app.blocks_text().contains("held")).await;
    assert!(town.attempts(&june).is_empty(), "nothing leaves before the hold is over");
    assert_eq!(app.model().panes.focus, Focus::Composer);
    assert_eq!(app.draft(&june), "", "the composer stays open and is empty");
    app.within(seconds(4), "sent", |app| app.model().outbox.undelivered() == 0).await;
    assert!(app.thread_text().contains("You"), "{}", app.dump());
    assert!(app.thread_text().contains("A new one leaves today."), "{}", app.dump());
    assert_eq!(status_of(&app, &june), Status::Open, "the first reply took over");
    app.within(seconds(6), "the marker", |app| app.thread_text().contains(JOINED)).await;
    // Read back from the server.
    let thread = town.thread(&june);
    let last: Vec<(&str, &str)> = thread.iter().rev().take(2).map(|it| (it.role.as_str(), it.text.as_str())).collect();
    assert_eq!(last, [("assistant", "A new one leaves today."), ("system", JOINED)]);
    assert_eq!(town.record(&june)["status"], "open");
    // The visitor answers; nobody presses a key.
    town.visitor(&june, "Thank you so much!");
    app.within(seconds(6), "her answer", |app| app.thread_text().contains("Thank you so much!")).await;
    assert_ne!(app.model().shown(), Some(&other));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_sees_who_waits_opens_replies_takes_over_and_reads_the_answer_without_a_key() {
    walk(Town::with_real_limits().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_walk_holds_on_either_side_of_every_open_question() {
    // Contract, section 11: the other side of each question that the walk touches.
    let other_sides = [
        ("message_order", json!("asc")),
        ("default_sort", json!("activity")),
        ("archived_listed", json!(false)),
        ("wrong_state_code", json!("conflict")),
        ("post_status", json!(200)),
        ("post_status", json!(202)),
        ("part_type", json!(false)),
        ("bot_metadata", json!("null")),
        ("bot_metadata", json!("other")),
        ("dashboard_metadata", json!("null")),
        ("dashboard_metadata", json!("same_as_bot")),
        ("in_flight", json!("wait")),
        ("body_compare", json!("canonical")),
        ("cache_refusals", json!(false)),
        ("markers_bump", json!(true)),
        ("escalation_marker", json!(false)),
        ("ending_markers", json!(false)),
        ("unknown_fields", json!("refuse")),
        ("version_headers", json!(true)),
        ("timestamps", json!("z")),
        ("timestamps", json!("mixed")),
        ("timestamps", json!("other_offset")),
        ("over_limit", json!("clamp")),
        ("rate_windows", json!("fixed")),
        ("count_unauthorized", json!(true)),
        ("count_limited", json!(true)),
        ("count_replays", json!(false)),
        ("me", json!("thin")),
        ("members_envelope", json!("cursor")),
        ("extra_fields", json!(true)),
        ("unknown_parts", json!(true)),
    ];
    for (name, value) in other_sides {
        let town = Town::with_real_limits().await;
        town.switch(name, value);
        walk(town).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_everything_that_may_be_null_is_the_thread_is_read_and_answered_all_the_same() {
    let town = Town::new().await;
    town.switch("nulls", true);
    let june = town.june();
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.keys("w<enter>");
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    app.keys("rHello.<c-s>");
    app.all_delivered().await;
    assert_eq!(town.stored("Hello."), [(june, town.stored("Hello.")[0].1.clone())]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_walk_holds_on_the_machines_clock() {
    walk(Town::in_real_time().await).await;
}

/// The thread of one conversation as it is drawn when the server answers in this way.
async fn drawn_under(switches: &[(&str, serde_json::Value)], length: usize) -> String {
    let town = Town::new().await;
    for (name, value) in switches {
        town.switch(name, value.clone());
    }
    let turn = |at: usize| {
        let who = if at % 3 == 1 { "bot" } else { "visitor" };
        message(who, &format!("line {at}"), ((length - at) * 90) as f64)
    };
    let conversation = town.conversation(NewConversation {
        status: Some("open".to_owned()),
        contact_name: Some("Ana Cruz".to_owned()),
        ago: (length * 90) as f64,
        // Stored in any order: the thread's is by time.
        messages: (0..length).rev().map(turn).collect(),
        ..NewConversation::default()
    });
    town.control(Command::Bot(takeover::sandbox::command::Bot {
        conversation_id: conversation.to_string(),
        text: "Let me look.".to_owned(),
        tool: None,
    }));
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&conversation);
    app.until("the end of the thread", |app| app.thread_text().contains("Let me look.")).await;
    app.settled().await;
    let end = app.thread_text();
    // The beginning, however far away it is.
    let at_beginning = |app: &TestApp| app.thread_text().contains("Beginning");
    for _ in 0..length {
        if at_beginning(&app) {
            break;
        }
        app.keys("<home>");
        app.settled().await;
    }
    assert!(at_beginning(&app), "{}", app.dump());
    // The message under the cursor says its time to the second, and some of these times have none.
    app.keys("v");
    let painted = app.painted(app.model().screen.layout.thread);
    let whole = format!("{}\n{end}\n{painted}", app.thread_text());
    app.end().await;
    whole
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_message_orders_odd_timestamps_and_unknown_parts_give_the_same_thread_on_the_screen() {
    for length in [7, 230] {
        let usual = drawn_under(&[], length).await;
        assert!(usual.contains("line 0\n") && usual.contains(&format!("line {}\n", length - 1)), "{usual}");
        let mut ways = vec![vec![("message_order", json!("asc"))]];
        for timestamps in ["seconds", "z", "no_seconds", "fractional", "other_offset", "mixed"] {
            ways.push(vec![("timestamps", json!(timestamps))]);
        }
        ways.push(vec![("unknown_parts", json!(true)), ("extra_fields", json!(true)), ("part_type", json!(false))]);
        ways.push(vec![
            ("message_order", json!("asc")),
            ("timestamps", json!("mixed")),
            ("unknown_parts", json!(true)),
            ("extra_fields", json!(true)),
        ]);
        for way in ways {
            assert_eq!(drawn_under(&way, length).await, usual, "{way:?}, {length} messages");
        }
    }
}

/// Who is said to have written each line of a thread in which everybody spoke.
async fn who_spoke(bot: &str, dashboard: &str) -> Vec<Speaker> {
    let town = Town::new().await;
    town.switch("bot_metadata", bot);
    town.switch("dashboard_metadata", dashboard);
    let conversation = town.conversation(NewConversation {
        status: Some("open".to_owned()),
        contact_name: Some("Ana Cruz".to_owned()),
        ago: 900.0,
        messages: vec![
            message("visitor", "Hello?", 800.0),
            message("bot", "Hello. How can I help?", 790.0),
            message("visitor", "A person, please.", 700.0),
            message("system", "The visitor asked for a person.", 690.0),
            message("bot", "I have called somebody.", 680.0),
            message("system", JOINED, 600.0),
            message("dashboard", "Hello, this is Mara.", 500.0),
            message("api", "And this is Jonas.", 400.0),
        ],
        ..NewConversation::default()
    });
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&conversation);
    app.until("the thread", |app| app.thread_text().contains("Jonas")).await;
    let speakers = app.model().threads.get(&conversation).unwrap().speakers.clone();
    app.end().await;
    speakers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_spoke_is_told_from_the_source_the_first_marker_and_the_metadatas_shape() {
    use Speaker::{Bot, Marker, Person, Unknown, Visitor};
    // Of the bot's line after the first marker, and of the dashboard's line.
    let table = [
        ("source", "source", Bot, Person),
        ("source", "null", Bot, Unknown),
        // The dashboard's line says that it is the bot's: nobody can tell.
        ("source", "same_as_bot", Bot, Bot),
        ("null", "source", Bot, Person),
        ("null", "null", Unknown, Unknown),
        ("null", "same_as_bot", Unknown, Unknown),
        ("other", "source", Bot, Person),
        ("other", "null", Bot, Unknown),
        ("other", "same_as_bot", Unknown, Unknown),
    ];
    for (bot, dashboard, late_bot, colleague) in table {
        let expected = [Visitor, Bot, Visitor, Marker, late_bot, Marker, colleague, Person];
        assert_eq!(who_spoke(bot, dashboard).await, expected, "bot {bot}, dashboard {dashboard}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_s_where_sending_does_more_asks_first_and_sends_nothing_until_it_is_answered() {
    let table = [
        ("bot_active", "sending takes over"),
        ("resolved", "it is resolved: sending reopens it"),
        ("closed", "it is closed: sending reopens it"),
        ("archived", "it is archived: sending reopens it"),
    ];
    for (status, words) in table {
        let town = Town::new().await;
        let conversation = town.visitor_of("Ana Cruz", status);
        let mut app = TestApp::start(&town);
        app.settled().await;
        app.keys("ga");
        app.until("the row", |app| app.model().inbox.order.contains(&conversation)).await;
        app.open(&conversation);
        app.until("the thread", |app| app.thread_text().contains("is anybody there?")).await;
        app.keys("rHello Ana<c-s>");
        let screen = app.screen_rows().join("\n");
        assert!(screen.contains(words), "{status}: {screen}");
        app.pass(seconds(60)).await;
        assert_eq!(app.draft(&conversation), "Hello Ana");
        assert!(town.requests("POST", "").is_empty() && town.requests("PATCH", "").is_empty());
        app.keys("y");
        app.all_delivered().await;
        assert_eq!(app.draft(&conversation), "");
        assert!(app.thread_text().contains("Hello Ana"), "{}", app.dump());
        assert_eq!(status_of(&app, &conversation), Status::Open);
        app.end().await;
    }
}

/// A conversation that is on screen when its status becomes a word that nobody knows.
async fn on_hold(town: &Town) -> (TestApp, ConversationId) {
    let conversation = town.visitor_of("Ana Cruz", "open");
    let mut app = TestApp::start(town);
    app.settled().await;
    app.open(&conversation);
    app.until("the thread", |app| app.thread_text().contains("is anybody there?")).await;
    town.set(&conversation, json!({"status": "on_hold", "silent": true}));
    app.until("the new status", |app| matches!(status_of(app, &conversation), Status::Other(_))).await;
    (app, conversation)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_that_nobody_knows_is_tried_and_the_refusal_is_shown_with_the_text_kept() {
    let town = Town::new().await;
    let (mut app, conversation) = on_hold(&town).await;
    app.keys("rHello Ana<c-s>");
    app.until("the refusal", |app| app.blocks_text().contains("not sent: refused (400)")).await;
    assert_eq!(town.attempts(&conversation).len(), 1);
    assert!(app.blocks_text().contains("Hello Ana"));
    // The platform changes its mind: the same text goes out as another send.
    town.set(&conversation, json!({"status": "open", "silent": true}));
    app.keys("<c-s>");
    app.all_delivered().await;
    let attempts = town.attempts(&conversation);
    assert_ne!(attempts[0].idempotency_key, attempts[1].idempotency_key, "a definite refusal is over");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_and_words_in_one_read_begin_a_reply_with_these_words_and_nothing_else_in_every_status() {
    for status in ["open", "agent_requested", "bot_active", "resolved", "closed", "archived", "on_hold"] {
        for in_list in [true, false] {
            let town = Town::new().await;
            let (mut app, conversation) = if status == "on_hold" {
                on_hold(&town).await
            } else {
                let conversation = town.visitor_of("Ana Cruz", status);
                let mut app = TestApp::start(&town);
                app.settled().await;
                (app, conversation)
            };
            if status != "on_hold" || in_list {
                while app.model().panes.focus != Focus::List {
                    app.keys("<esc>");
                }
                app.keys("ga");
                app.until("the row", |app| app.model().inbox.order.contains(&conversation)).await;
            }
            if !in_list && status != "on_hold" {
                app.keys("<enter>");
                app.until("the thread", |app| app.thread_text().contains("is anybody there?")).await;
            }
            let before = town.record(&conversation);
            app.keys_at_once("rplease help");
            assert_eq!(app.draft(&conversation), "please help", "{status}\n{}", app.dump());
            assert_eq!(app.model().panes.focus, Focus::Composer);
            app.pass(seconds(30)).await;
            assert_eq!(app.draft(&conversation), "please help", "{status}");
            assert!(town.everything_asked().iter().all(|it| it.method == "GET"), "{status}");
            assert_eq!(town.record(&conversation), before, "{status}");
            assert!(app.model().outbox.entries.is_empty() && app.model().overlays.open.is_none());
            app.end().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn escape_and_a_key_in_one_read_send_nothing_in_composer_and_list() {
    for keys in ["<esc><enter>", "<esc>j", "<esc>r"] {
        for in_composer in [true, false] {
            let town = Town::new().await;
            let conversation = town.visitor_of("Ana Cruz", "open");
            let mut app = TestApp::start(&town);
            app.settled().await;
            app.open(&conversation);
            app.until("the thread", |app| app.thread_text().contains("is anybody there?")).await;
            app.keys("rHello Ana");
            if !in_composer {
                app.keys("<esc><esc>");
            }
            app.keys_at_once(keys);
            app.pass(seconds(30)).await;
            assert!(town.requests("POST", "").is_empty(), "{keys}, composer {in_composer}");
            assert!(app.model().outbox.entries.is_empty());
            assert_eq!(app.draft(&conversation), "Hello Ana", "{keys}, composer {in_composer}");
            app.end().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_held_can_be_taken_back_sent_now_or_left_alone() {
    let town = Town::new().await;
    let june = town.june();
    let other = town.visitor_of("Ana Cruz", "open");
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&june);
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    app.keys("rtaken back<c-s><up>");
    app.pass(seconds(30)).await;
    assert_eq!(app.draft(&june), "taken back");
    assert!(town.attempts(&june).is_empty());
    // Leaving the conversation keeps the hold running.
    app.keys("<c-s>");
    app.open(&other);
    app.until("sent", |app| app.model().outbox.undelivered() == 0).await;
    assert_eq!(town.stored("taken back").len(), 1);
    // The send chord in the empty composer does not wait for the hold.
    app.open(&june);
    app.keys("rnow<c-s>");
    let held = |app: &TestApp| app.model().outbox.entries.iter().any(|it| matches!(it.state, State::Held { .. }));
    app.until("held", held).await;
    app.keys("<c-s>");
    app.within(seconds(1), "sent", |app| app.model().outbox.undelivered() == 0).await;
    assert_eq!(town.stored("now").len(), 1);
    app.keys("<up>");
    assert_eq!(app.notice(), "already sent");
    app.end().await;
}

/// A message with a file beside the words.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_a_line_with_its_name_and_nothing_of_it_is_fetched() {
    let town = Town::new().await;
    let with_file = NewMessage {
        file_url: Some("https://files.example.com/broken-mug.jpg".to_owned()),
        ..message("visitor", "Look:", 60.0)
    };
    let conversation = town.conversation(NewConversation {
        status: Some("open".to_owned()),
        messages: vec![with_file],
        ago: 100.0,
        ..NewConversation::default()
    });
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&conversation);
    app.until("the file", |app| app.thread_text().contains("file broken-mug.jpg")).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_answered_late_does_not_undo_what_our_own_reply_changed() {
    let town = Town::new().await;
    let june = town.june();
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&june);
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    app.keys("rI am here.<c-s>");
    app.until("held", |app| app.blocks_text().contains("held")).await;
    // The list is read before the reply leaves, and answered after it was delivered.
    town.fault(Fault::once(FaultKind::SlowAfterAccept { ms: 1_000 }).on("GET", "/conversations?"));
    app.keys("<esc>R");
    town.sees("the list asked for", |town| town.requests("GET", "/conversations").iter().any(|it| it.fault.is_some()))
        .await;
    app.keys("r<c-s>");
    app.until("delivered", |app| app.model().outbox.undelivered() == 0).await;
    assert_eq!(status_of(&app, &june), Status::Open);
    let list_under_way = |app: &TestApp| {
        app.model().poller.in_flight.iter().any(|it| it.purpose == takeover::app::poller::Purpose::Live)
    };
    assert!(list_under_way(&app), "and is not answered yet");
    app.until("its answer", |app| !list_under_way(app)).await;
    assert_eq!(status_of(&app, &june), Status::Open, "the old answer won");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_that_a_colleague_ends_leaves_waiting_and_comes_back_when_the_visitor_writes() {
    let town = Town::new().await;
    let june = town.june();
    let mut app = TestApp::start(&town);
    app.settled().await;
    assert!(app.model().inbox.waiting.contains(&june));
    town.set(&june, json!({"status": "resolved"}));
    // One poll finds it missing, and its own read says why.
    app.within(seconds(22), "resolved", |app| status_of(app, &june) == Status::Resolved).await;
    assert!(app.model().inbox.waiting.is_empty());
    town.visitor(&june, "One more thing.");
    app.within(seconds(22), "waiting again", |app| app.model().inbox.waiting.contains(&june)).await;
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_one_is_among_the_members_is_asked_once_and_never_in_the_middle_of_a_sentence() {
    let town = Town::new().await;
    let ana = town.visitor_of("Ana Cruz", "open");
    let me = town.member(1);
    town.set(&ana, json!({"assigned_to": me.as_str()}));
    // The members come late: somebody writes already.
    town.fault(Fault::once(FaultKind::Slow { ms: 400 }).on("GET", "/team/members"));
    let mut app = TestApp::start_with(&town, Start { unknown: true, ..Start::default() });
    app.until("the list", |app| app.model().inbox.complete).await;
    app.keys("ga");
    app.until("the row", |app| app.model().inbox.order.contains(&ana)).await;
    app.keys("gg<enter>rHello");
    app.until("the members", |app| !app.model().directory.members.is_empty()).await;
    app.keys(" Ana");
    assert!(app.model().overlays.open.is_none());
    assert_eq!(app.draft(&ana), "Hello Ana");
    app.keys("<esc>");
    let asked = |app: &TestApp| matches!(app.model().overlays.open, Some((Overlay::WhoAmI { .. }, _)));
    app.until("the question", asked).await;
    app.pass(seconds(1)).await;
    assert!(app.screen_rows().join(" ").contains("Jonas Weber"), "{}", app.dump());
    app.keys("j<enter>");
    assert_eq!(app.model().directory.me, Some(me));
    app.keys("<esc>2");
    assert_eq!(app.model().inbox.view, View::Mine);
    assert!(app.model().inbox.order.contains(&ana), "{}", app.dump());
    app.pass(seconds(700)).await;
    assert!(!asked(&app), "asked again");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_acts_for_a_member_needs_no_question() {
    let town = Town::new().await;
    let key = town.control(Command::RotateKey(Rotate { oauth: true, ..Rotate::default() }))["api_key"].clone();
    let key = Some(key.as_str().unwrap().to_owned());
    assert!(key.as_ref().unwrap().starts_with("awo_live_"));
    town.visitor_of("Ana Cruz", "open");
    let mut app = TestApp::start_with(&town, Start { unknown: true, key, ..Start::default() });
    app.settled().await;
    app.pass(seconds(5)).await;
    assert!(app.model().overlays.open.is_none(), "{}", app.dump());
    assert!(app.model().directory.me.is_some());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_that_are_too_large_are_asked_for_in_smaller_ones_until_everything_is_there() {
    for order in ["desc", "asc"] {
        let town = Town::new().await;
        town.switch("message_order", order);
        for at in 0..30 {
            town.visitor_of(&format!("Visitor {at}"), "agent_requested");
        }
        let turn = |at: usize| message("visitor", &format!("line {at} {}", "x".repeat(700)), (100 - at) as f64 * 60.0);
        let long = town.conversation(NewConversation {
            status: Some("agent_requested".to_owned()),
            contact_name: Some("Ana Cruz".to_owned()),
            ago: 9_000.0,
            messages: (0..60).map(turn).collect(),
            ..NewConversation::default()
        });
        let limits = Limits { body: 12_000, ..Limits::default() };
        let mut app = TestApp::start_with(&town, Start { limits, ..Start::default() });
        app.within(seconds(120), "all rows", |app| app.model().inbox.rows.len() == 31 && app.model().inbox.complete)
            .await;
        app.open(&long);
        app.within(seconds(120), "the end of the thread", |app| app.thread_text().contains("line 59\n")).await;
        for _ in 0..60 {
            app.keys("<home>");
            app.settled().await;
        }
        assert_eq!(app.model().threads.get(&long).unwrap().messages.len(), 60, "{order}\n{}", app.dump());
        assert!(app.thread_text().contains("Beginning"), "{order}\n{}", app.dump());
        assert!(!app.status_bar().contains("larger"), "{}", app.status_bar());
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stretch_that_was_missed_while_away_is_said_and_loaded() {
    for order in ["desc", "asc"] {
        let town = Town::new().await;
        town.switch("message_order", order);
        let ana = town.visitor_of("Ana Cruz", "open");
        let june = town.june();
        let mut app = TestApp::start(&town);
        app.settled().await;
        app.open(&ana);
        app.until("the thread", |app| app.thread_text().contains("is anybody there?")).await;
        app.open(&june);
        app.settled().await;
        for at in 0..330 {
            town.visitor(&ana, &format!("line {at}"));
        }
        app.open(&ana);
        app.until("the end", |app| app.thread_text().contains("line 329")).await;
        app.within(seconds(60), "all of it", |app| app.model().threads.get(&ana).unwrap().messages.len() == 331).await;
        app.until("no gap", |app| !app.thread_text().contains("Gap")).await;
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quitting_with_text_or_a_reply_on_its_way_asks_first() {
    let town = Town::new().await;
    let june = town.june();
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&june);
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    app.keys("rnot finished<esc>q");
    assert!(!app.has_quit);
    assert!(app.screen_rows().join(" ").contains("1 draft"), "{}", app.dump());
    app.pass(seconds(1)).await;
    app.keys("<esc>");
    assert!(!app.has_quit);
    assert_eq!(app.draft(&june), "not finished");
    app.keys("r<c-s><esc>q");
    assert!(!app.has_quit, "a held reply is text too");
    app.pass(seconds(1)).await;
    app.keys("y");
    assert!(app.has_quit);
    assert!(town.attempts(&june).is_empty(), "a held reply does not leave because one quits");
    app.end().await;
}
