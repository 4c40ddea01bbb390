//! Everything an agent does besides replying, over real HTTP against the sandbox: races of two agents in both orders,
//! and a reply that has to open its conversation first, with a failure at each step (contract, sections 2.3 to 2.7, 8).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use serde_json::{Value, json};
use support::{Start, TestApp, Town, seconds};
use takeover::app::acts::{self, After, Before, Begun, Sure};
use takeover::app::outbox::State;
use takeover::app::{Settings, deciding};
use takeover::domain::{Change, ConversationId, Status, TagDelta, TagId};
use takeover::sandbox::{Barrier, Command, Fault, FaultKind, Turn};
use takeover::text::RawText;

const JOINED: &str = "A team member has joined the conversation.";
const TEXT: &str = "Here I am.";

fn settings(town: &Town, member: usize) -> Settings {
    Settings { me: Some(town.member(member)), ..Start::default().settings }
}

/// A program of this member, with this conversation opened and its thread on the screen.
async fn agent(town: &Town, member: usize, conversation: &ConversationId, change: impl Fn(&mut Settings)) -> TestApp {
    let mut settings = settings(town, member);
    change(&mut settings);
    let mut app = TestApp::start_with(town, Start { settings, ..Start::default() });
    app.settled().await;
    if !app.model().inbox.rows.contains_key(conversation) {
        app.keys("ga");
        app.until("the row", |app| app.model().inbox.rows.contains_key(conversation)).await;
    }
    app.open(conversation);
    app.until("the thread", |app| app.thread_text().contains("anybody there?")).await;
    app.pass(seconds(3)).await;
    app
}

fn tag(town: &Town, name: &str) -> TagId {
    let made = town.control(serde_json::from_value(json!({ "tag": { "name": name } })).unwrap());
    TagId::parse(made["tag_id"].as_str().or_else(|| made["id"].as_str()).unwrap()).unwrap()
}

fn set_of(town: &Town, conversation: &ConversationId) -> Vec<String> {
    let shown = town.shown(conversation);
    let mut names: Vec<String> =
        shown["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn queue_is_empty(app: &TestApp) -> bool {
    app.model().outbox.undelivered() == 0 && app.model().outbox.verifying.is_empty()
}

fn add(app: &mut TestApp, conversation: &ConversationId, tag: &TagId) {
    let delta = TagDelta { add: vec![tag.clone()], remove: Vec::new() };
    assert_eq!(app.act(|model, effects| acts::tags(model, conversation, delta, effects)), Begun::Yes);
}

fn send(app: &mut TestApp, conversation: &ConversationId, text: &str, after: After) {
    app.keys("r");
    let baseline = app.model().composer.drafts[conversation].baseline.clone();
    let before = acts::needed_before(app.model(), conversation);
    let text = RawText::new(text);
    let reply = acts::Reply { cursor: text.as_raw().len(), text, attachments: Vec::new(), baseline };
    let _ = app.act(|model, effects| acts::reply_then(model, conversation, reply, before, after, effects));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_agents_tag_at_once_and_both_tags_stay_in_both_orders() {
    for order in [[0, 1], [1, 0]] {
        let town = Town::new().await;
        let june = town.visitor_of("June Park", "open");
        let (vip, late) = (tag(&town, "VIP"), tag(&town, "Late"));
        let mut one = agent(&town, 0, &june, |_| {}).await;
        let mut other = agent(&town, 1, &june, |_| {}).await;
        // Both have read the empty set before either writes.
        town.control(Command::Barrier(Barrier {
            method: Some("PUT".to_owned()),
            path: Some("/tags".to_owned()),
            requests: 2,
            order: order.map(Turn::Arrived).to_vec(),
        }));
        add(&mut one, &june, &vip);
        add(&mut other, &june, &late);
        TestApp::together(&mut one, &mut other, "both at rest", |one, other| {
            queue_is_empty(one) && queue_is_empty(other) && !one.model().sidebar.held.is_empty()
        })
        .await;
        assert_eq!(set_of(&town, &june), ["Late", "VIP"], "{}\n{}", one.dump(), other.dump());
        let writes = town.requests("PUT", "/tags").len();
        assert!((3..=8).contains(&writes), "{writes} writes");
        one.end().await;
        other.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_agents_reply_at_once_and_each_is_told() {
    let town = Town::new().await;
    let june = town.visitor_of("June Park", "open");
    let mut one = agent(&town, 0, &june, |_| {}).await;
    let mut other = agent(&town, 1, &june, |_| {}).await;
    town.control(Command::Barrier(Barrier {
        method: Some("POST".to_owned()),
        path: Some("/messages".to_owned()),
        requests: 2,
        order: Vec::new(),
    }));
    send(&mut one, &june, "Ada here.", After::Nothing);
    send(&mut other, &june, "Mara here.", After::Nothing);
    let told = |app: &TestApp| app.model().threads.get(&june).is_some_and(|thread| !thread.met.is_empty());
    TestApp::together(&mut one, &mut other, "each told", |one, other| told(one) && told(other)).await;
    for app in [&one, &other] {
        assert!(app.model().outbox.undelivered() == 0, "{}", app.dump());
        let said = app.model().notices.latest.as_ref().unwrap().words.clone();
        assert!(said.starts_with("a colleague answered"), "{said}");
    }
    assert_eq!(town.stored("Ada here.").len() + town.stored("Mara here.").len(), 2);
    one.end().await;
    other.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_agents_who_claim_at_once_are_one_owner_and_one_who_is_told() {
    for order in [[0, 1], [1, 0]] {
        let town = Town::new().await;
        let june = town.visitor_of("June Park", "open");
        let claims = |settings: &mut Settings| settings.claim_on_reply = true;
        let mut one = agent(&town, 0, &june, claims).await;
        let mut other = agent(&town, 1, &june, claims).await;
        town.control(Command::Barrier(Barrier {
            method: Some("PATCH".to_owned()),
            path: None,
            requests: 2,
            order: order.map(Turn::Arrived).to_vec(),
        }));
        send(&mut one, &june, "Ada here.", After::Nothing);
        send(&mut other, &june, "Mara here.", After::Nothing);
        let rests = |app: &TestApp| app.model().outbox.pending(&june).all(|entry| entry.state.asks());
        TestApp::together(&mut one, &mut other, "both at rest", |one, other| rests(one) && rests(other)).await;
        let owner = town.record(&june)["assigned_to"].clone();
        let (winner, loser) = if owner == json!(town.member(0).as_str()) { (&one, &other) } else { (&other, &one) };
        let stopped =
            |app: &TestApp| app.model().outbox.pending(&june).any(|entry| matches!(entry.state, State::Stopped { .. }));
        assert!(stopped(loser), "{}", loser.dump());
        let sent = town.stored("Ada here.").len() + town.stored("Mara here.").len();
        assert!(sent <= 1, "both answered");
        assert!(sent == 1 || stopped(winner), "{}", winner.dump());
        one.end().await;
        other.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn send_and_resolve_does_not_resolve_where_the_reply_is_refused() {
    let town = Town::new().await;
    let june = town.visitor_of("June Park", "open");
    let mut app = agent(&town, 0, &june, |_| {}).await;
    let refused = FaultKind::Status {
        status: 400,
        code: None,
        details: None,
        body: None,
        headers: std::collections::BTreeMap::new(),
    };
    town.fault(Fault::once(refused).on("POST", "/messages"));
    send(&mut app, &june, TEXT, After::Resolve);
    app.until("refused", |app| app.model().outbox.pending(&june).any(|entry| entry.state.asks())).await;
    app.pass(seconds(120)).await;
    assert_eq!(town.record(&june)["status"], "open");
    assert!(town.requests("PATCH", "").is_empty());
    // Sent again, the resolve follows.
    let _ = app.act(|model, effects| deciding::send_now(model, &june, effects));
    app.all_delivered().await;
    assert_eq!(town.record(&june)["status"], "resolved");
    assert_eq!(town.stored(TEXT).len(), 1);
    app.end().await;
}

fn status_fault(status: u16) -> FaultKind {
    FaultKind::Status { status, code: None, details: None, body: None, headers: std::collections::BTreeMap::new() }
}

/// A reply to a conversation in this state, with this failure at this step; resumed until it is out.
async fn opens_once(status: &str, method: &str, path: &str, kind: FaultKind) {
    let case = format!("{status} {method} {kind:?}");
    let town = Town::new().await;
    let june = town.visitor_of("June Park", status);
    let mut app = agent(&town, 0, &june, |_| {}).await;
    let before = acts::needed_before(app.model(), &june);
    assert_eq!(before, if status == "bot_active" { Before::TakeOver } else { Before::Reopen });
    town.fault(Fault::once(kind).on(method, path));
    send(&mut app, &june, TEXT, After::Nothing);
    for _ in 0..4 {
        app.pass(seconds(25)).await;
        if app.model().outbox.pending(&june).next().is_some_and(|entry| entry.state.asks()) {
            let _ = app.act(|model, effects| deciding::send_now(model, &june, effects));
        }
    }
    app.all_delivered().await;
    assert!(town.requests(method, path).iter().any(|request| request.fault.is_some()), "{case}: nothing failed");
    assert_eq!(town.stored(TEXT).len(), 1, "{case}\n{}", app.dump());
    let thread = town.thread(&june);
    let joined = thread.iter().filter(|message| message.text == JOINED).count();
    assert!(joined <= 1, "{case}: {joined} markers");
    assert_eq!(town.record(&june)["status"], "open", "{case}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reply_that_opens_its_conversation_survives_a_failure_at_each_step() {
    for status in ["bot_active", "resolved", "closed", "archived"] {
        for (method, path) in [("PATCH", "/conversations"), ("POST", "/messages")] {
            for kind in [FaultKind::ResetAfterAccept, status_fault(502), status_fault(400)] {
                opens_once(status, method, path, kind).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_note_is_stored_once_whatever_meets_it_and_is_never_in_a_message_request() {
    for kind in [FaultKind::ResetAfterAccept, FaultKind::ResetBeforeAccept, status_fault(502)] {
        let town = Town::new().await;
        let june = town.visitor_of("June Park", "open");
        let mut app = agent(&town, 0, &june, |_| {}).await;
        town.fault(Fault::once(kind).on("POST", "/notes"));
        let text = RawText::new("she waits for a refund");
        let _ = app.act(|model, effects| acts::note(model, &june, &text, 0, effects));
        app.all_delivered().await;
        assert!(town.requests("POST", "/notes").iter().any(|request| request.fault.is_some()), "nothing failed");
        let shown = town.shown(&june);
        let notes: Vec<&Value> = shown["notes"].as_array().unwrap().iter().map(|note| &note["content"]).collect();
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].as_str().unwrap().starts_with("she waits for a refund"));
        assert!(town.requests("POST", "/messages").is_empty());
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_status_that_is_documented_as_possible_is_reached_and_said() {
    let ways: [(&str, Status); 6] = [
        ("bot_active", Status::AgentRequested),
        ("bot_active", Status::Open),
        ("open", Status::Resolved),
        ("open", Status::Closed),
        ("resolved", Status::Open),
        ("archived", Status::Closed),
    ];
    for (from, to) in ways {
        let town = Town::new().await;
        let june = town.visitor_of("June Park", from);
        let mut app = agent(&town, 0, &june, |_| {}).await;
        let begun = app.act(|model, effects| acts::set_status(model, &june, &to, Sure::Ask, effects));
        assert_eq!(begun, Begun::Yes, "{from} {to:?}");
        app.until("at rest", |app| app.model().outbox.undelivered() == 0).await;
        assert_eq!(town.record(&june)["status"], to.word().unwrap(), "{from}\n{}", app.dump());
        assert_eq!(app.model().inbox.rows[&june].conversation.status, to);
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_whose_answer_is_lost_is_read_first_and_written_once() {
    let town = Town::new().await;
    let june = town.visitor_of("June Park", "open");
    let mut app = agent(&town, 0, &june, |_| {}).await;
    town.fault(Fault::once(FaultKind::ResetAfterAccept).on("PATCH", "/conversations"));
    let title = Change::Title(Some(RawText::new("Broken mug")));
    let _ = app.act(|model, effects| acts::change(model, &june, title, effects));
    app.until("at rest", |app| app.model().outbox.undelivered() == 0).await;
    assert_eq!(town.record(&june)["title"], "Broken mug");
    assert_eq!(town.requests("PATCH", "/conversations").len(), 1);
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tag_is_made_put_on_and_deleted_from_everywhere() {
    let town = Town::new().await;
    let june = town.visitor_of("June Park", "open");
    let mut app = agent(&town, 0, &june, |_| {}).await;
    town.fault(Fault::once(FaultKind::ResetAfterAccept).on("POST", "/conversation-tags"));
    let name = RawText::new("Refund");
    let _ = app.act(|model, effects| acts::create_and_add_tag(model, &june, &name, None, effects));
    app.until("at rest", queue_is_empty).await;
    assert_eq!(set_of(&town, &june), ["Refund"], "{}", app.dump());
    let made = app.model().sidebar.palette.named(&name).unwrap().id.clone();
    let _ = app.act(|model, effects| acts::delete_tag(model, &june, made, effects));
    app.until("at rest", queue_is_empty).await;
    assert!(set_of(&town, &june).is_empty());
    app.end().await;
}
