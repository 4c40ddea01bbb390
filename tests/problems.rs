//! What goes wrong is a clear line on the screen: what happened, what to do; and the text is still there (product, P1
//! and P10; contract, sections 1 and 4).
//!
//! Each problem is met by the list, by a thread and by a reply. What is asserted is what the view painted.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::{Start, TestApp, Town, seconds};
use takeover::app::Size;
use takeover::domain::ConversationId;
use takeover::http::Limits;
use takeover::sandbox::command::{Key, Rotate};
use takeover::sandbox::platform::KeyState;
use takeover::sandbox::{Command, Fault, FaultKind};

/// Where requests for the list go, and for threads.
const LIST: &str = "/conversations?";
const THREADS: &str = "/messages";

/// By then the guard has read the thread for the last time, and the reply has not left yet.
const AFTER_THE_LAST_READ: Duration = Duration::from_millis(1_800);

/// A problem, and the words that must stand on the screen when it is met.
struct Met {
    kind: Value,
    /// Of what happened: in the list's place, in the thread's place, above the composer.
    said: [&'static str; 3],
    /// Of what to do, in the same places.
    next: [&'static str; 3],
}

fn table() -> Vec<Met> {
    let met = |kind, said, next| Met { kind, said, next };
    let again = "tried again by itself, R now";
    let details = json!({"formErrors": [], "fieldErrors": {"text": ["String must contain at most 10 character(s)"]}});
    vec![
        met(
            json!({"kind": "status", "status": 404}),
            ["nothing is at this address (404)", "not there any more", "not there any more"],
            ["check the base URL", "Esc goes back", "Up takes it back"],
        ),
        met(
            json!({"kind": "status", "status": 409, "code": "conflict"}),
            ["the server is still busy with it", "the server is still busy with it", "still busy with it"],
            [again, again, "looking"],
        ),
        met(
            json!({"kind": "status", "status": 400, "details": details}),
            ["text: “String must contain", "text: “String must contain", "text: “String must contain at most 10"],
            [again, again, "Up takes it back to edit"],
        ),
        met(
            json!({"kind": "rate_limited", "retry_after": 40}),
            ["the shared limit is reached", "the shared limit is reached", "the shared limit is reached"],
            ["goes on by itself", "goes on by itself", "^S now, Up takes it back"],
        ),
        met(
            json!({"kind": "status", "status": 500}),
            ["the server failed (500)", "the server failed (500)", "the server failed (500)"],
            [again, again, "looking"],
        ),
        met(
            json!({"kind": "non_json"}),
            ["it is a web page instead of JSON", "it is a web page instead of JSON", "a web page instead of JSON"],
            [again, again, "looking"],
        ),
        met(
            json!({"kind": "truncated_body"}),
            ["in the middle of its answer", "in the middle of its answer", "in the middle of its answer"],
            [again, again, "looking"],
        ),
        met(
            json!({"kind": "hang"}),
            ["no answer within 600 ms", "no answer within 600 ms", "no answer within 600 ms"],
            [again, again, "looking"],
        ),
        met(
            json!({"kind": "redirect", "location": "https://elsewhere.example.com/"}),
            ["to elsewhere.example.com: not followed", "to elsewhere.example.com", "to elsewhere.example.com"],
            ["check the base URL", "check the base URL", "Up takes it back"],
        ),
        met(
            json!({"kind": "status", "status": 403, "code": "forbidden"}),
            ["this key may not do that", "this key may not do that", "this key may not do that"],
            ["it needs wider rights", "it needs wider rights", "^S tries again"],
        ),
    ]
}

fn fault(town: &Town, kind: &Value, method: &str, path: &str) {
    let kind: FaultKind = serde_json::from_value(kind.clone()).expect("a fault");
    town.fault(Fault::once(kind).on(method, path).forever());
}

fn started(town: &Town) -> TestApp {
    let limits = Limits { total: Duration::from_millis(600), ..Limits::default() };
    TestApp::start_with(town, Start { limits, ..Start::default() })
}

/// The key is in nothing that a person sees.
fn assert_key_is_hidden(town: &Town, app: &TestApp) {
    assert!(!app.dump().contains(town.sandbox.api_key()), "{}", app.dump());
}

async fn until_painted(app: &mut TestApp, place: fn(&TestApp) -> String, words: &str) {
    app.until(&format!("{words:?} on the screen"), |app| place(app).contains(words)).await;
}

/// A thread of which nothing was read yet, on screen.
async fn with_open_thread(town: &Town) -> (TestApp, ConversationId) {
    let conversation = town.visitor_of("Ana Cruz", "open");
    let mut app = started(town);
    app.settled().await;
    app.open(&conversation);
    app.until("the thread", |app| app.thread_text().contains("is anybody there?")).await;
    (app, conversation)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_cannot_be_read_says_why_and_what_to_do_and_comes_back_by_itself() {
    for met in table() {
        let town = Town::new().await;
        town.visitor_of("Ana Cruz", "open");
        fault(&town, &met.kind, "GET", LIST);
        let mut app = started(&town);
        until_painted(&mut app, TestApp::list_pane, met.said[0]).await;
        assert!(app.list_pane().contains(met.next[0]), "{}\n{}", met.next[0], app.dump());
        assert!(app.list_pane().contains("the list cannot be read"), "{}", app.dump());
        assert_key_is_hidden(&town, &app);
        town.control(Command::ClearFaults {});
        until_painted(&mut app, TestApp::list_pane, "Ana Cruz").await;
        assert!(!app.status_bar().contains("no data"), "{}", app.dump());
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_can_no_longer_be_read_stays_with_its_age_and_the_reason_in_the_status_bar() {
    for met in table() {
        let town = Town::new().await;
        let (mut app, _) = with_open_thread(&town).await;
        app.resize(160, 40);
        fault(&town, &met.kind, "GET", LIST);
        until_painted(&mut app, TestApp::status_bar, met.said[0]).await;
        assert!(app.status_bar().contains(" old: "), "{}", app.dump());
        assert!(app.status_bar().contains(met.next[0]), "{}\n{}", met.next[0], app.dump());
        assert!(app.list_pane().contains("Ana Cruz"), "rows stay");
        // Where there is little room, what to do is kept.
        app.resize(80, 24);
        assert!(app.status_bar().contains(met.next[0]), "{}\n{}", met.next[0], app.dump());
        app.resize(160, 40);
        // An answer for the thread, which can be read, does not hide it.
        app.pass(seconds(60)).await;
        assert!(app.status_bar().contains(met.said[0]), "{}", app.dump());
        town.control(Command::ClearFaults {});
        app.until("fresh again", |app| !app.status_bar().contains(" old: ")).await;
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_that_cannot_be_read_says_why_and_what_to_do_in_its_place_and_comes_back_by_itself() {
    for met in table() {
        let town = Town::new().await;
        let conversation = town.visitor_of("Ana Cruz", "open");
        fault(&town, &met.kind, "GET", THREADS);
        let mut app = started(&town);
        app.until("the list", |app| app.model().inbox.complete).await;
        app.open(&conversation);
        until_painted(&mut app, TestApp::thread_pane, "the thread cannot be read").await;
        // Where the line broke off tells the words, and so where they are wrapped.
        let pane = app.thread_pane().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(pane.contains(met.said[1]), "{}\n{}", met.said[1], app.dump());
        assert!(pane.contains(met.next[1]), "{}\n{}", met.next[1], app.dump());
        assert_key_is_hidden(&town, &app);
        // What is written meanwhile stays.
        app.keys("rHello Ana");
        app.pass(seconds(70)).await;
        assert_eq!(app.draft(&conversation), "Hello Ana");
        town.control(Command::ClearFaults {});
        until_painted(&mut app, TestApp::thread_pane, "is anybody there?").await;
        assert!(!app.thread_pane().contains("cannot be read"), "{}", app.dump());
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_that_can_no_longer_be_read_stays_with_its_age_and_the_reason_in_the_status_bar() {
    for met in table() {
        let town = Town::new().await;
        let (mut app, _) = with_open_thread(&town).await;
        app.resize(160, 40);
        fault(&town, &met.kind, "GET", THREADS);
        until_painted(&mut app, TestApp::status_bar, met.said[1]).await;
        assert!(app.status_bar().contains("thread ") && app.status_bar().contains(" old: "), "{}", app.dump());
        assert!(app.status_bar().contains(met.next[1]), "{}\n{}", met.next[1], app.dump());
        assert!(app.thread_pane().contains("is anybody there?"), "the lines stay");
        town.control(Command::ClearFaults {});
        app.until("fresh again", |app| !app.status_bar().contains(" old: ")).await;
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_that_meets_a_problem_stands_above_the_composer_with_the_reason_and_is_sent_once_in_the_end() {
    for met in table() {
        for size in [Size { columns: 120, rows: 40 }, Size { columns: 80, rows: 24 }, Size { columns: 50, rows: 20 }] {
            let town = Town::new().await;
            let (mut app, _) = with_open_thread(&town).await;
            app.resize(size.columns, size.rows);
            fault(&town, &met.kind, "POST", THREADS);
            app.keys("rYes, I am here.<c-s>");
            until_painted(&mut app, TestApp::thread_pane, met.said[2]).await;
            let pane = app.thread_pane();
            assert!(pane.contains(met.next[2]), "{size:?} {}\n{}", met.next[2], app.dump());
            assert!(pane.contains("Yes, I am here."), "{size:?}\n{}", app.dump());
            assert_key_is_hidden(&town, &app);
            town.control(Command::ClearFaults {});
            app.keys("<c-s>");
            app.all_delivered().await;
            assert_eq!(town.stored("Yes, I am here.").len(), 1, "{:?}", met.kind);
            app.end().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_whose_thread_cannot_be_read_waits_with_the_reason_and_leaves_once_it_can() {
    for met in table() {
        let town = Town::new().await;
        let (mut app, conversation) = with_open_thread(&town).await;
        fault(&town, &met.kind, "GET", THREADS);
        app.keys("rYes, I am here.<c-s>");
        until_painted(&mut app, TestApp::thread_pane, met.said[1]).await;
        app.pass(seconds(20)).await;
        assert!(town.attempts(&conversation).is_empty(), "it left unguarded");
        assert!(app.thread_pane().contains("Yes, I am here."), "{}", app.dump());
        town.control(Command::ClearFaults {});
        app.keys("<c-s>");
        app.all_delivered().await;
        assert_eq!(town.stored("Yes, I am here.").len(), 1, "{:?}", met.kind);
        app.end().await;
    }
}

/// What each worth of a key is called on the screen, and what to do.
const KEYS: [(KeyState, &str, &str); 5] = [
    (KeyState::Unknown, "the key is not accepted", "start again with a valid key"),
    (KeyState::Revoked, "the key was revoked", "start again with a valid key"),
    (KeyState::Expired, "the key has expired", "start again with a valid key"),
    (KeyState::Paused, "the key is paused", "resume it, then R"),
    (KeyState::Forbidden, "this key may not do that", "it needs wider rights"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_not_accepted_says_which_way_and_nothing_written_is_lost() {
    for (state, said, next) in KEYS {
        let town = Town::new().await;
        let (mut app, conversation) = with_open_thread(&town).await;
        app.resize(160, 40);
        town.control(Command::Key(Key { token: None, state }));
        app.keys("rBefore.");
        until_painted(&mut app, TestApp::status_bar, said).await;
        assert!(app.status_bar().contains(next), "{}", app.dump());
        assert_eq!(app.draft(&conversation), "Before.");
        assert_key_is_hidden(&town, &app);
        // A key that works again: what is written goes out, once.
        town.control(Command::Key(Key { token: None, state: KeyState::Valid }));
        app.keys("<c-s>");
        app.all_delivered().await;
        assert_eq!(town.stored("Before.").len(), 1);
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_refused_for_its_key_waits_for_a_person_and_goes_on_under_the_same_idempotency_key() {
    for (state, said, _) in KEYS.into_iter().chain([(KeyState::ReadOnly, "this key may not do that", "")]) {
        let town = Town::new().await;
        let (mut app, conversation) = with_open_thread(&town).await;
        app.keys("rHere.<c-s>");
        // The guard's reads pass, then the key loses its worth.
        app.pass(AFTER_THE_LAST_READ).await;
        town.control(Command::Key(Key { token: None, state }));
        until_painted(&mut app, TestApp::thread_pane, said).await;
        assert!(app.thread_pane().contains("Check the key, then ^S tries again"), "{}", app.dump());
        assert!(app.thread_pane().contains("Here."), "{}", app.dump());
        let tried = town.attempts(&conversation);
        app.pass(seconds(120)).await;
        assert_eq!(town.attempts(&conversation).len(), tried.len(), "it tried on by itself");
        town.control(Command::Key(Key { token: None, state: KeyState::Valid }));
        app.keys("<c-s>");
        app.all_delivered().await;
        let attempts = town.attempts(&conversation);
        assert_eq!(attempts.last().unwrap().idempotency_key, attempts[0].idempotency_key);
        assert_eq!(town.stored("Here.").len(), 1);
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_key_that_was_never_good_says_so_at_the_start() {
    let town = Town::new().await;
    town.control(Command::RotateKey(Rotate::default()));
    let mut app = started(&town);
    until_painted(&mut app, TestApp::list_pane, "the key is not accepted").await;
    assert!(app.list_pane().contains("start again with a valid key"), "{}", app.dump());
    assert_key_is_hidden(&town, &app);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_repeats_the_key_does_not_get_it_onto_the_screen() {
    let town = Town::new().await;
    let key = town.sandbox.api_key();
    let echo = json!({"error": key, "message": format!("no such key: {key}"), "request_id": key}).to_string();
    fault(&town, &json!({"kind": "status", "status": 400, "body": echo}), "GET", LIST);
    let mut app = started(&town);
    until_painted(&mut app, TestApp::list_pane, "no such key").await;
    assert_key_is_hidden(&town, &app);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_connection_is_said_for_list_thread_and_reply_and_the_text_stays() {
    let town = Town::new().await;
    let (mut app, conversation) = with_open_thread(&town).await;
    app.resize(160, 40);
    app.keys("rStill here.<c-s>");
    app.pass(AFTER_THE_LAST_READ).await;
    let authority = town.sandbox.base_url().trim_start_matches("http://").trim_end_matches("/v1").to_owned();
    town.sandbox.shutdown().await;
    until_painted(&mut app, TestApp::thread_pane, &format!("connection refused by {authority}")).await;
    assert!(app.thread_pane().contains("Up takes it back"), "{}", app.dump());
    assert!(app.thread_pane().contains("Still here."), "{}", app.dump());
    until_painted(&mut app, TestApp::status_bar, "connection refused by").await;
    assert!(app.status_bar().contains("check network, base URL"), "{}", app.dump());
    assert!(app.status_bar().contains(" old: "), "{}", app.dump());
    // Nothing can have left: it can be taken back.
    app.keys("<up>");
    assert_eq!(app.draft(&conversation), "Still here.");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_host_name_is_named() {
    let town = Town::new().await;
    let base_url = Some("https://api.no-such-host.invalid/v1".to_owned());
    let mut app = TestApp::start_with(&town, Start { base_url, ..Start::default() });
    until_painted(&mut app, TestApp::list_pane, "cannot find the host api.no-such-host.invalid").await;
    assert!(app.list_pane().contains("check network, base URL"), "{}", app.dump());
    app.end().await;
}
