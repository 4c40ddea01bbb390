//! Each text reaches the server exactly once, whatever happens on the way, and is shown under the server's id
//! (architecture, "An unknown outcome"; contract, section 6).
//!
//! `TAKEOVER_ROUNDS` sets how many replies each of the two great faults meets (40 unless set; 200 is the full size).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use serde_json::json;
use support::{Start, TestApp, Town, message, rounds, seconds};
use takeover::app::outbox::State;
use takeover::domain::ConversationId;
use takeover::http::Limits;
use takeover::sandbox::command::NewConversation;
use takeover::sandbox::{Fault, FaultKind};

/// Replies under way at once.
const AT_ONCE: usize = 8;

/// Conversations of mine, each with a visitor who waits.
fn mine(town: &Town, count: usize) -> Vec<ConversationId> {
    let me = town.member(0);
    let one = |at: usize| {
        town.conversation(NewConversation {
            status: Some("open".to_owned()),
            contact_name: Some(format!("Visitor {at}")),
            assigned_to: Some(me.to_string()),
            ago: 900.0,
            messages: vec![message("visitor", "Where is my parcel?", 60.0)],
            ..NewConversation::default()
        })
    };
    (0..count).map(one).collect()
}

fn messages_of(conversation: &ConversationId) -> String {
    format!("/conversations/{conversation}/messages")
}

/// What the reply in this conversation meets, once.
fn meets(town: &Town, conversation: &ConversationId, kind: FaultKind) {
    town.fault(Fault::once(kind).on("POST", &messages_of(conversation)));
}

/// Opens, reads, writes, sends.
async fn reply(app: &mut TestApp, conversation: &ConversationId, text: &str) {
    app.open(conversation);
    app.until("the thread", |app| app.thread_text().contains("Where is my parcel?")).await;
    app.keys(&format!("r{text}<c-s>"));
}

/// The server has the text once, where it belongs, and the screen has it as that message.
fn assert_delivered_once(town: &Town, app: &TestApp, conversation: &ConversationId, text: &str) {
    let stored = town.stored(text);
    assert_eq!(stored.len(), 1, "{text} is stored {} times\n{}", stored.len(), app.dump());
    assert_eq!(stored[0].0, *conversation, "{text} reached another conversation");
    let thread = app.model().threads.get(conversation).expect("a thread");
    let held: Vec<_> = thread.messages.iter().filter(|entry| entry.message.raw_text().as_raw() == text).collect();
    assert_eq!(held.len(), 1, "{text} is shown {} times", held.len());
    assert_eq!(held[0].message.id.as_str(), stored[0].1, "shown under another id");
    assert!(thread.own.contains(&held[0].message.id), "{text} is not known as ours");
}

/// All attempts carried one key; returns how many there were.
fn attempts_under_one_key(town: &Town, conversation: &ConversationId, from: usize) -> usize {
    let attempts = town.attempts(conversation);
    let keys: Vec<_> = attempts.iter().skip(from).map(|attempt| attempt.idempotency_key.clone()).collect();
    assert!(keys.iter().all(|key| key.is_some() && *key == keys[0]), "{keys:?}");
    keys.len()
}

/// As many replies as asked for, several at a time, each meeting this fault.
async fn rounds_of(kind: FaultKind, rounds: usize) {
    let town = Town::new().await;
    let conversations = mine(&town, AT_ONCE.min(rounds));
    let mut app = TestApp::start(&town);
    app.settled().await;
    let texts: Vec<String> = (0..rounds).map(|round| format!("answer number {round}")).collect();
    for batch in texts.chunks(conversations.len()) {
        let before: Vec<usize> = conversations.iter().map(|it| town.attempts(it).len()).collect();
        for (conversation, text) in conversations.iter().zip(batch) {
            meets(&town, conversation, kind.clone());
            reply(&mut app, conversation, text).await;
        }
        app.all_delivered().await;
        for ((conversation, text), before) in conversations.iter().zip(batch).zip(before) {
            assert_delivered_once(&town, &app, conversation, text);
            assert!(attempts_under_one_key(&town, conversation, before) >= 1);
            app.open(conversation);
            assert!(app.thread_text().contains(text), "{}", app.dump());
        }
    }
    let met = town.requests("POST", "/messages").iter().filter(|it| it.fault.is_some()).count();
    assert_eq!(met, rounds, "not every reply met the fault");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_reset_after_the_server_accepted_leaves_one_message_shown_delivered() {
    rounds_of(FaultKind::ResetAfterAccept, rounds("TAKEOVER_ROUNDS", 40)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_502_after_the_server_accepted_leaves_one_message_shown_delivered() {
    let kind = FaultKind::StatusAfterAccept { status: 502, body: None };
    rounds_of(kind, rounds("TAKEOVER_ROUNDS", 40)).await;
}

/// One reply that meets one fault; the attempts that it took.
async fn one_reply_meeting(kind: FaultKind, limits: Limits) -> Vec<support::Request> {
    let town = Town::new().await;
    let conversation = mine(&town, 1).remove(0);
    let mut app = TestApp::start_with(&town, Start { limits, ..Start::default() });
    app.settled().await;
    meets(&town, &conversation, kind);
    reply(&mut app, &conversation, "It left this morning.").await;
    app.all_delivered().await;
    assert_delivered_once(&town, &app, &conversation, "It left this morning.");
    attempts_under_one_key(&town, &conversation, 0);
    let attempts = town.attempts(&conversation);
    assert!(attempts[0].fault.is_some(), "the fault was not met: {attempts:?}");
    app.end().await;
    attempts
}

/// Nothing was stored by the first attempt, so that a client which never tries again fails here; and the second came
/// no sooner than ten seconds after it, under the same key.
async fn is_sent_again(kind: FaultKind, limits: Limits) {
    let attempts = one_reply_meeting(kind, limits).await;
    assert!(!attempts[0].accepted && attempts.len() == 2, "{attempts:?}");
    let apart = attempts[1].at - attempts[0].at;
    assert!(apart >= chrono::Duration::seconds(10), "{apart}");
    assert!(attempts[1].accepted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_reset_before_the_server_accepted_is_sent_again_under_the_same_key() {
    is_sent_again(FaultKind::ResetBeforeAccept, Limits::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_500_before_the_server_accepted_is_sent_again_under_the_same_key() {
    let kind = serde_json::from_value(json!({"kind": "status", "status": 500})).unwrap();
    is_sent_again(kind, Limits::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_web_page_in_the_place_of_an_answer_is_sent_again_under_the_same_key() {
    let kind = serde_json::from_value(json!({"kind": "non_json"})).unwrap();
    is_sent_again(kind, Limits::default()).await;
}

/// So that an answer which never comes is given up soon.
fn impatient() -> Limits {
    Limits { total: Duration::from_millis(1_200), ..Limits::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_never_comes_is_sent_again_under_the_same_key() {
    is_sent_again(FaultKind::Hang, impatient()).await;
}

/// Accepted by the first attempt and found in the thread: a second attempt is not needed.
async fn is_found(kind: FaultKind, limits: Limits) {
    let attempts = one_reply_meeting(kind, limits).await;
    assert!(attempts.len() == 1 && attempts[0].accepted, "{attempts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_that_was_accepted_but_never_answered_is_found_in_the_thread() {
    is_found(FaultKind::HangAfterAccept, impatient()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_whose_answer_breaks_off_is_found_in_the_thread() {
    is_found(FaultKind::TruncatedBody, Limits::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_answered_by_a_web_page_after_it_was_accepted_is_found_in_the_thread() {
    let page = Some("<html><body>Bad gateway</body></html>".to_owned());
    is_found(FaultKind::StatusAfterAccept { status: 200, body: page }, Limits::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_accepted_reply_that_the_thread_does_not_show_yet_is_sent_again_and_still_stored_once() {
    let town = Town::new().await;
    let conversation = mine(&town, 1).remove(0);
    let mut app = TestApp::start(&town);
    app.settled().await;
    meets(&town, &conversation, FaultKind::ResetAfterAccept);
    // A replica that lags: the thread is answered as it was for a while.
    town.fault(Fault::once(FaultKind::Stale).on("GET", &messages_of(&conversation)).times(6));
    reply(&mut app, &conversation, "On its way.").await;
    app.all_delivered().await;
    assert_delivered_once(&town, &app, &conversation, "On its way.");
    assert_eq!(attempts_under_one_key(&town, &conversation, 0), 2);
    assert!(town.attempts(&conversation)[1].replayed, "the second was answered by the stored answer");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_that_is_still_being_worked_on_is_not_stored_twice() {
    let town = Town::new().await;
    let conversation = mine(&town, 1).remove(0);
    let limits = Limits { total: Duration::from_millis(1_500), ..Limits::default() };
    let mut app = TestApp::start_with(&town, Start { limits, ..Start::default() });
    app.settled().await;
    app.open(&conversation);
    app.until("the thread", |app| app.thread_text().contains("Where is my parcel?")).await;
    // Carried out only long after we have given up: the second attempt meets the first at work, and is told 409.
    meets(&town, &conversation, FaultKind::Slow { ms: 5_000 });
    app.keys("rOne moment, I am looking.<c-s>");
    let at_work = |town: &Town| town.attempts(&conversation).iter().any(|it| it.status == Some(409));
    app.until("an attempt that meets the first one at work", |_| at_work(&town)).await;
    // From here the reads are slow, so that the shared clock does not leap over the server's work.
    town.fault(Fault::once(FaultKind::Slow { ms: 1_000 }).on("GET", &messages_of(&conversation)).forever());
    app.all_delivered().await;
    assert_delivered_once(&town, &app, &conversation, "One moment, I am looking.");
    assert!(attempts_under_one_key(&town, &conversation, 0) >= 2);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_at_the_shared_limit_waits_as_long_as_the_server_says_and_goes_out_by_itself() {
    let town = Town::new().await;
    let conversation = mine(&town, 1).remove(0);
    let mut app = TestApp::start(&town);
    app.settled().await;
    meets(&town, &conversation, FaultKind::RateLimited { retry_after: Some(27), hour: false });
    reply(&mut app, &conversation, "Yes, we deliver there.").await;
    app.until("the wait is told", |app| app.blocks_text().contains("the shared limit is reached")).await;
    app.all_delivered().await;
    assert_delivered_once(&town, &app, &conversation, "Yes, we deliver there.");
    let attempts = town.attempts(&conversation);
    assert_eq!(attempts_under_one_key(&town, &conversation, 0), 2);
    assert!(attempts[1].at - attempts[0].at >= chrono::Duration::seconds(27));
    let between = town.everything_asked();
    let early =
        between.iter().filter(|it| it.n > attempts[0].n && it.at < attempts[0].at + chrono::Duration::seconds(27));
    assert_eq!(early.count(), 0, "the wait was run into");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_of_one_conversation_arrive_in_order_though_the_first_is_lost_on_the_way() {
    let town = Town::new().await;
    let conversation = mine(&town, 1).remove(0);
    let mut app = TestApp::start(&town);
    app.settled().await;
    meets(&town, &conversation, FaultKind::ResetBeforeAccept);
    reply(&mut app, &conversation, "first").await;
    app.keys("second<c-s>third<c-s>");
    app.all_delivered().await;
    let thread = town.thread(&conversation);
    let texts: Vec<&str> = thread.iter().skip(1).map(|it| it.text.as_str()).collect();
    assert_eq!(texts, ["first", "second", "third"]);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_words_sent_twice_are_two_messages_though_both_answers_are_lost() {
    let town = Town::new().await;
    let conversation = mine(&town, 1).remove(0);
    let mut app = TestApp::start(&town);
    app.settled().await;
    town.fault(Fault::once(FaultKind::ResetAfterAccept).on("POST", &messages_of(&conversation)).times(2));
    reply(&mut app, &conversation, "ok").await;
    app.keys("ok<c-s>");
    app.all_delivered().await;
    assert_eq!(town.stored("ok").len(), 2);
    let keys: std::collections::HashSet<_> =
        town.attempts(&conversation).into_iter().map(|it| it.idempotency_key).collect();
    assert_eq!(keys.len(), 2, "two sends, two keys");
    let thread = app.model().threads.get(&conversation).unwrap();
    assert_eq!(thread.messages.iter().filter(|entry| entry.message.raw_text().as_raw() == "ok").count(), 2);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outcome_that_stays_unknown_for_ten_minutes_asks_a_person_and_then_goes_on_under_the_same_key() {
    let town = Town::new().await;
    let conversation = mine(&town, 1).remove(0);
    let mut app = TestApp::start(&town);
    app.settled().await;
    town.fault(Fault::once(FaultKind::ResetBeforeAccept).on("POST", &messages_of(&conversation)).forever());
    reply(&mut app, &conversation, "Are you still there?").await;
    let unsent = |app: &TestApp| app.model().outbox.entries.iter().any(|entry| entry.state == State::Unsent);
    app.within(seconds(700), "unsent, for a person to decide", unsent).await;
    let by_itself = town.attempts(&conversation);
    assert!(by_itself.len() > 2 && by_itself.iter().all(|it| !it.accepted));
    assert!(app.blocks_text().contains("unsent since"), "{}", app.dump());
    app.pass(seconds(1_800)).await;
    assert_eq!(town.attempts(&conversation).len(), by_itself.len(), "it went on without a person");
    town.control(takeover::sandbox::Command::ClearFaults {});
    app.keys("<c-s>");
    app.all_delivered().await;
    assert_delivered_once(&town, &app, &conversation, "Are you still there?");
    assert!(attempts_under_one_key(&town, &conversation, 0) > by_itself.len());
    app.end().await;
}
