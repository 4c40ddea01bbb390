//! The agent answers what is on the screen: what stops a reply, and what must not (product, section 4, Guard).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use serde_json::json;
use support::{Start, TestApp, Town, seconds};
use takeover::app::guard::Reason;
use takeover::app::outbox::State;
use takeover::app::{Settings, Size};
use takeover::domain::ConversationId;
use takeover::sandbox::{Fault, FaultKind};

const JOINED: &str = "A team member has joined the conversation.";

fn stopped(app: &TestApp, conversation: &ConversationId) -> Option<Vec<Reason>> {
    app.model().outbox.pending(conversation).find_map(|entry| match &entry.state {
        State::Stopped { reasons, .. } => Some(reasons.clone()),
        _ => None,
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleagues_reply_stored_a_second_before_ctrl_s_stops_the_reply_though_polling_is_frozen() {
    let town = Town::new().await;
    let june = town.june();
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
    let june = town.june();
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
    let june = town.june();
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
    let june = town.june();
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
        let june = town.june();
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
async fn without_a_hold_a_reply_leaves_at_once_but_not_past_lines_that_were_not_read() {
    let town = Town::new().await;
    let june = town.june();
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_owner_or_mail_address_that_the_list_told_stops_the_reply() {
    for what in ["owner", "mail"] {
        let town = Town::new().await;
        let june = town.june();
        let mut app = TestApp::start(&town);
        app.settled().await;
        app.open(&june);
        app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
        app.keys("rIt goes to the same address.");
        let colleague = town.member(1);
        match what {
            "owner" => town.set(&june, json!({"assigned_to": colleague.as_str()})),
            _ => town.set(&june, json!({"contact_email": "somebody.else@example.com"})),
        }
        app.pass(seconds(21)).await;
        app.keys("<c-s>");
        app.until("the stop", |app| stopped(app, &june).is_some()).await;
        let words = app.thread_pane();
        match what {
            "owner" => assert!(words.contains("it belongs to “Jonas Weber” now"), "{words}"),
            _ => assert!(words.contains("“somebody.else@example.com”"), "{words}"),
        }
        assert!(town.attempts(&june).is_empty());
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleague_who_resolves_it_a_second_before_ctrl_s_stops_the_reply_by_the_marker_alone() {
    let town = Town::new().await;
    let ana = town.visitor_of("Ana Cruz", "open");
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&ana);
    app.until("the thread", |app| app.thread_text().contains("is anybody there?")).await;
    app.keys("rHello Ana");
    town.set(&ana, json!({"status": "resolved"}));
    app.keys("<c-s>");
    app.until("the stop", |app| stopped(app, &ana).is_some()).await;
    assert_eq!(stopped(&app, &ana), Some(vec![Reason::Colleague]));
    app.pass(seconds(60)).await;
    assert!(town.attempts(&ana).is_empty());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_reply_stands_apart_from_the_draft_and_either_key_decides_for_it() {
    let town = Town::new().await;
    let june = town.june();
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&june);
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    app.keys("rstopped");
    town.colleague(&june, "Mara here.");
    app.keys("<c-s>next");
    app.until("the stop", |app| stopped(app, &june).is_some()).await;
    assert_eq!(app.draft(&june), "next", "the draft is untouched");
    // With text in the composer Ctrl-S queues that text behind it.
    app.keys("<c-s>");
    app.pass(seconds(30)).await;
    assert!(town.attempts(&june).is_empty());
    assert!(app.thread_pane().contains("stopped") && app.thread_pane().contains("next"), "{}", app.dump());
    // Up takes the stopped one back; what stood behind it does not go out by itself either.
    app.keys("<up>");
    assert_eq!(app.draft(&june), "stopped");
    app.pass(seconds(30)).await;
    assert!(town.attempts(&june).is_empty(), "{}", app.dump());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_chord_in_the_first_moment_after_a_stop_is_not_taken_for_a_decision() {
    let town = Town::new().await;
    let june = town.june();
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.open(&june);
    app.until("the thread", |app| app.thread_text().contains("Yes please.")).await;
    app.keys("rI can help.");
    town.colleague(&june, "Mara here.");
    app.keys("<c-s>");
    app.until("the stop", |app| stopped(app, &june).is_some()).await;
    app.pass(std::time::Duration::from_millis(300)).await;
    app.keys("<c-s>");
    app.pass(seconds(10)).await;
    assert!(town.attempts(&june).is_empty());
    app.keys("<c-s>");
    app.all_delivered().await;
    assert_eq!(town.stored("I can help.").len(), 1);
    app.end().await;
}
