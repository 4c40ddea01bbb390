//! The main job over real HTTP: see who waits, open, reply, take over, read the answer; and the guard on the way.
//!
//! What each test shows is in its name; the rules are product, sections 3 and 4, and contract, sections 7, 8 and 11.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use serde_json::json;
use support::{Start, TestApp, Town, message, seconds};
use takeover::app::guard::Reason;
use takeover::app::inbox::Standing;
use takeover::app::outbox::State;
use takeover::app::{Focus, Settings, Size};
use takeover::domain::{ConversationId, Speaker, Status};
use takeover::sandbox::command::{Fill, NewConversation, NewMessage};
use takeover::sandbox::{Command, Fault, FaultKind};

const JOINED: &str = "A team member has joined the conversation.";

/// June Park asked the bot, the bot gave up, she has waited for a minute.
fn june(town: &Town) -> ConversationId {
    town.conversation(NewConversation {
        status: Some("agent_requested".to_owned()),
        contact_name: Some("June Park".to_owned()),
        contact_email: Some("june@example.com".to_owned()),
        ago: 240.0,
        messages: vec![
            message("visitor", "My mug came broken.", 200.0),
            message("bot", "Sorry to hear that. Shall I get a person?", 190.0),
            message("visitor", "Yes please.", 100.0),
            message("system", "The visitor asked for a person.", 60.0),
        ],
        ..NewConversation::default()
    })
}

fn status_of(app: &TestApp, conversation: &ConversationId) -> Status {
    app.model().inbox.rows.get(conversation).map(|row| row.conversation.status.clone()).expect("a row")
}

fn stopped(app: &TestApp, conversation: &ConversationId) -> Option<Vec<Reason>> {
    app.model().outbox.pending(conversation).find_map(|entry| match &entry.state {
        State::Stopped { reasons, .. } => Some(reasons.clone()),
        _ => None,
    })
}

async fn walk(town: Town) {
    let june = june(&town);
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
    let whole = format!("{}\n{end}", app.thread_text());
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
async fn a_colleagues_reply_stored_a_second_before_ctrl_s_stops_the_reply_though_polling_is_frozen() {
    let town = Town::new().await;
    let june = june(&town);
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&june);
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    app.keys("rI am looking into it.");
    // Lists and threads are answered as of now, once each: what a poll brings between is old.
    for path in ["/conversations?", "/messages"] {
        town.fault(Fault::once(FaultKind::Stale).on("GET", path));
    }
    app.keys("<esc>");
    town.colleague(&june, "Mara here: a new one is on its way.");
    app.keys("Rr");
    app.pass(seconds(1)).await;
    assert!(!app.thread_text().contains("Mara here"), "the poll was frozen\n{}", app.dump());
    app.keys("<c-s>");
    app.until("the stop", |app| stopped(app, &june).is_some()).await;
    assert!(stopped(&app, &june).unwrap().contains(&Reason::Colleague), "{}", app.dump());
    assert!(app.thread_text().contains("Mara here"), "what stopped it stands above it\n{}", app.dump());
    app.pass(seconds(120)).await;
    assert!(town.attempts(&june).is_empty(), "it went out all the same");
    assert!(app.blocks_text().contains("I am looking into it."), "the text is still there");
    // A person decides: it goes.
    app.keys("<c-s>");
    app.all_delivered().await;
    assert_eq!(town.stored("I am looking into it.").len(), 1);
    app.end().await;
}

/// Ten replies to a visitor who writes three short lines meanwhile, at these moments after the first character.
async fn ten_rounds(size: Size, lines_at: [u64; 3]) {
    let town = Town::new().await;
    let june = june(&town);
    let settings = Start::default().settings;
    let mut app = TestApp::start_with(&town, Start { size, settings, ..Start::default() });
    app.settled().await;
    app.open(&june);
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    app.keys("r");
    for round in 0..10 {
        let text = format!("answer {round}");
        let mut moments: Vec<(u64, Option<String>)> =
            lines_at.iter().enumerate().map(|(line, at)| (*at, Some(format!("line {round}.{line}")))).collect();
        // Four seconds of typing, then Ctrl-S.
        moments.push((4_000, None));
        moments.sort();
        app.keys(&text);
        let mut at = 0;
        for (moment, line) in moments {
            app.pass(std::time::Duration::from_millis(moment - at)).await;
            at = moment;
            match line {
                Some(line) => town.visitor(&june, &line),
                None => app.keys("<c-s>"),
            }
        }
        let done = |app: &TestApp| app.model().outbox.undelivered() == 0 || stopped(app, &june).is_some();
        app.until("delivered or stopped", done).await;
        assert_eq!(stopped(&app, &june), None, "round {round}\n{}", app.dump());
        assert_eq!(town.stored(&text).len(), 1);
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_who_writes_three_lines_during_each_reply_stops_none_of_ten() {
    for size in [Size { columns: 120, rows: 40 }, Size { columns: 80, rows: 24 }, Size { columns: 50, rows: 20 }] {
        ten_rounds(size, [500, 1_700, 3_900]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_who_writes_three_lines_during_each_hold_stops_none_of_ten() {
    for size in [Size { columns: 120, rows: 40 }, Size { columns: 80, rows: 24 }, Size { columns: 50, rows: 20 }] {
        ten_rounds(size, [3_999, 4_600, 5_900]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_that_were_never_drawn_stop_the_reply() {
    let town = Town::new().await;
    let june = june(&town);
    let other = town.visitor_of("Ana Cruz", "open");
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&june);
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    app.keys("rIt is on its way.");
    town.visitor(&june, "Wait, it was the blue one!");
    app.keys("<c-s>");
    // Gone at once: what the guard's read brings is drawn for nobody.
    app.open(&other);
    app.until("the stop", |app| stopped(app, &june).is_some()).await;
    assert_eq!(stopped(&app, &june), Some(vec![Reason::Lines(1)]));
    app.pass(seconds(60)).await;
    assert!(town.attempts(&june).is_empty());
    app.end().await;
}

/// Three replies in a row to somebody whom nobody has answered yet.
async fn three_quick_replies(between: &str, switches: &[(&str, serde_json::Value)]) {
    let town = Town::new().await;
    for (name, value) in switches {
        town.switch(name, value.clone());
    }
    let june = june(&town);
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&june);
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    app.keys(&format!("rone<c-s>{between}two<c-s>{between}three<c-s>"));
    let done = |app: &TestApp| app.model().outbox.undelivered() == 0 || stopped(app, &june).is_some();
    app.until("delivered or stopped", done).await;
    assert_eq!(stopped(&app, &june), None, "{between:?} {switches:?}\n{}", app.dump());
    let texts: Vec<String> = town.thread(&june).into_iter().skip(4).map(|it| it.text).collect();
    assert_eq!(texts, [JOINED, "one", "two", "three"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_quick_replies_to_who_asked_for_a_person_go_out_without_a_stop() {
    let ways: [&[(&str, serde_json::Value)]; 4] = [
        &[],
        &[("message_order", json!("asc"))],
        &[("markers_bump", json!(true))],
        &[("bot_metadata", json!("null")), ("dashboard_metadata", json!("null"))],
    ];
    for switches in ways {
        three_quick_replies("", switches).await;
        three_quick_replies("<esc>r", switches).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_begun_at_any_moment_after_the_first_go_out_without_a_stop() {
    // The composer is left and opened again at every step of the first reply's life, before its marker was read.
    for wait in [0, 500, 1_900, 2_050, 2_500, 4_000, 6_900, 7_100] {
        let town = Town::new().await;
        let june = june(&town);
        let mut app = TestApp::start(&town);
        app.settled().await;
        app.open(&june);
        app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
        app.keys("rone<c-s>");
        app.pass(std::time::Duration::from_millis(wait)).await;
        app.keys("<esc>rtwo<c-s>");
        let done = |app: &TestApp| app.model().outbox.undelivered() == 0 || stopped(app, &june).is_some();
        app.until("delivered or stopped", done).await;
        assert_eq!(stopped(&app, &june), None, "after {wait} ms\n{}", app.dump());
        app.end().await;
    }
}

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
    // Three minutes: down the eight and up again, one key a second, with visitors who write.
    for press in 0..180_usize {
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ctrl_s_where_no_reply_is_taken_says_what_is_missing_keeps_the_draft_and_sends_nothing() {
    let table = [
        ("bot_active", "the bot is answering"),
        ("resolved", "it is resolved"),
        ("closed", "it is closed"),
        ("archived", "it is archived"),
    ];
    for (status, words) in table {
        let town = Town::new().await;
        let conversation = town.visitor_of("Ana Cruz", status);
        let mut app = TestApp::start(&town);
        app.settled().await;
        app.keys("4");
        app.until("the row", |app| app.model().inbox.order.contains(&conversation)).await;
        app.open(&conversation);
        app.until("the thread", |app| app.thread_text().contains("is anybody there?")).await;
        app.keys("rHello Ana<c-s>");
        assert!(app.notice().contains(words), "{status}: {}", app.notice());
        assert!(app.notice().contains("the draft is kept"), "{status}: {}", app.notice());
        app.pass(seconds(60)).await;
        assert_eq!(app.draft(&conversation), "Hello Ana");
        assert!(town.requests("POST", "").is_empty());
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
                app.keys("4");
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
    let june = june(&town);
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_hold_a_reply_leaves_at_once_but_not_past_lines_that_were_not_read() {
    let town = Town::new().await;
    let june = june(&town);
    let settings = Settings { hold: seconds(0), ..Start::default().settings };
    let mut app = TestApp::start_with(&town, Start { settings, ..Start::default() });
    app.settled().await;
    app.open(&june);
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    app.pass(seconds(2)).await;
    app.keys("rat once<c-s>");
    app.within(seconds(1), "sent", |app| app.model().outbox.undelivered() == 0).await;
    app.keys("too fast");
    town.visitor(&june, "Wait!");
    app.keys("<c-s>");
    app.until("the stop", |app| stopped(app, &june).is_some()).await;
    assert!(town.stored("too fast").is_empty());
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
