//! Deliveries of webhooks: what is told in which order, how it is signed, and what happens when nobody listens.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use takeover::clock::Clock;
use takeover::sandbox::Script;

use crate::env::{env, fixture, same_form, start_of_time, until};
use crate::receiver::{Hooked, Received, Reply, asked, hooked, hooked_with};

const JOINED: &str = "system: A team member has joined the conversation.";
const RESOLVED: &str = "system: This conversation has been resolved.";
const CLOSED: &str = "system: This conversation has been closed.";

fn told(received: &[Received]) -> Vec<String> {
    received.iter().map(Received::told).collect()
}

#[tokio::test]
async fn each_act_is_told_in_the_documented_order_8_9_3() {
    let hooked = hooked().await;
    let (env, receiver) = (&hooked.env, &hooked.receiver);
    let opened = env.control(json!({ "visitor": { "text": "help" } }));
    let id = opened["conversation_id"].as_str().unwrap();
    assert_eq!(told(&receiver.take(2).await), ["conversation.created: bot_active", "user: help"]);
    env.control(json!({ "bot": { "conversation_id": id, "text": "One moment." } }));
    assert_eq!(told(&receiver.take(1).await), ["assistant: One moment."]);
    env.control(json!({ "escalate": { "conversation_id": id } }));
    assert_eq!(told(&receiver.take(1).await), ["status bot_active to agent_requested"], "no marker is told");

    assert_eq!(env.post(id, None, json!({ "text": "hello" })).await.status, 201);
    let takeover = receiver.take(3).await;
    assert_eq!(told(&takeover), [JOINED, "status agent_requested to open", "assistant: hello"]);
    assert_eq!(takeover[2].json()["message"]["metadata"], json!({ "source": "api" }));
    assert_eq!(env.post(id, None, json!({ "text": "again" })).await.status, 201);
    assert_eq!(told(&receiver.take(1).await), ["assistant: again"]);

    let set = |fields: Value| {
        let mut set = json!({ "conversation_id": id });
        set.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        env.control(json!({ "set": set }));
    };
    set(json!({ "priority": "high" }));
    assert_eq!(told(&receiver.take(1).await), ["priority medium to high"]);
    set(json!({ "status": "resolved" }));
    assert_eq!(told(&receiver.take(2).await), [RESOLVED, "status open to resolved"]);
    hooked.advance(20).await;
    let summary = receiver.take(1).await;
    let fields: BTreeSet<String> = summary[0].json()["changes"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(fields, ["sentimentScore".to_owned(), "summary".to_owned()].into(), "by itself, some seconds later");
    set(json!({ "status": "open" }));
    assert_eq!(told(&receiver.take(1).await), ["status resolved to open"]);
    set(json!({ "status": "closed" }));
    assert_eq!(told(&receiver.take(2).await), [CLOSED, "status open to closed"]);
    set(json!({ "status": "archived" }));
    assert_eq!(told(&receiver.take(1).await), ["status closed to archived"]);
    hooked.say(id, "still there?");
    assert_eq!(told(&receiver.take(2).await), ["status archived to open", "user: still there?"]);

    let other = env.conversation("agent_requested");
    env.control(json!({ "colleague": { "conversation_id": other, "text": "mine" } }));
    let colleague = told(&receiver.take(3).await);
    assert_eq!((colleague[0].as_str(), colleague[2].as_str()), (JOINED, "assistant: mine"));
    assert!(colleague[1].ends_with("status agent_requested to open"), "{}", colleague[1]);
    hooked.at_rest().await;
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn a_patch_is_told_with_its_marker_before_it_and_notes_and_tags_are_not_told_8_2_6_2_7() {
    let hooked = hooked().await;
    let (env, receiver) = (&hooked.env, &hooked.receiver);
    let id = env.conversation("agent_requested");
    let path = format!("/conversations/{id}");
    let patch = async |body: Value| assert_eq!(env.ask("PATCH", &path, body.clone()).await.status, 200, "{body}");
    env.post(&id, None, json!({ "text": "hello" })).await;
    receiver.take(3).await;
    patch(json!({ "priority": "high", "title": "Refund" })).await;
    assert_eq!(told(&receiver.take(1).await), ["priority medium to high, title - to Refund"], "one update");
    patch(json!({ "priority": "high" })).await;
    patch(json!({ "status": "resolved" })).await;
    assert_eq!(told(&receiver.take(2).await), [RESOLVED, "status open to resolved"], "and nothing for what stays");
    patch(json!({ "status": "open" })).await;
    patch(json!({ "status": "closed" })).await;
    assert_eq!(told(&receiver.take(3).await), ["status resolved to open", CLOSED, "status open to closed"]);
    patch(json!({ "status": "archived" })).await;
    assert_eq!(told(&receiver.take(1).await), ["status closed to archived"]);

    let bots = env.conversation("bot_active");
    let opened = env.ask("PATCH", &format!("/conversations/{bots}"), json!({ "status": "agent_requested" })).await;
    assert_eq!(opened.status, 200);
    assert_eq!(told(&receiver.take(1).await), ["status bot_active to agent_requested"], "no marker is told");

    let note = env.ask("POST", &format!("{path}/notes"), json!({ "content": "for the team" })).await;
    let tag = env.ask("POST", "/conversation-tags", json!({ "name": "Told to nobody" })).await;
    let tags = env.ask("PUT", &format!("{path}/tags"), json!({ "tag_ids": [tag.json()["id"]] })).await;
    assert_eq!((note.status, tag.status, tags.status), (201, 201, 200));
    hooked.at_rest().await;
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn payloads_have_the_documented_forms_and_headers_tell_the_event_9_1_9_3() {
    let hooked = hooked().await;
    let (env, receiver) = (&hooked.env, &hooked.receiver);
    let opened = env.control(json!({ "visitor": { "text": "help", "contact_email": "june@example.com" } }));
    let id = opened["conversation_id"].as_str().unwrap();
    env.control(json!({ "escalate": { "conversation_id": id } }));
    let received = receiver.take(3).await;
    for (delivery, sample) in received.iter().zip([
        "webhook_conversation_created.json",
        "webhook_message_created.json",
        "webhook_conversation_updated.json",
    ]) {
        let (body, sample) = (delivery.json(), fixture(sample));
        let changes = body.get("changes").cloned();
        let mut whole = body.clone();
        if changes.is_some() {
            // Which fields changed differs from act to act.
            whole["changes"] = sample["changes"].clone();
        }
        same_form(&whole, &sample, delivery.event());
        let text = String::from_utf8(delivery.body.clone()).unwrap();
        assert!(!text.contains(delivery.event()), "the event's name is in the header alone");
        assert_eq!(delivery.header("content-type"), Some("application/json"));
        assert_eq!(delivery.header("content-length"), Some(delivery.body.len().to_string().as_str()));
        assert_eq!(delivery.path, "/v1/in/abc?x=1");
        let t = delivery.t();
        assert_eq!(t, start_of_time().timestamp());
        assert_eq!(delivery.header("x-awardee-timestamp"), Some(t.to_string().as_str()));
        assert!(delivery.is_signed_with(&hooked.secret));
        assert!(!delivery.is_signed_with(hooked.secret.strip_prefix("whsec_").unwrap()), "the prefix belongs to it");
    }
    let ids: BTreeSet<&str> = received.iter().map(Received::id).collect();
    assert_eq!(ids.len(), 3, "each delivery has an id of its own");
    let created = &received[0].json()["conversation"];
    assert_eq!((&created["contactEmail"], &created["id"]), (&json!("june@example.com"), &json!(id)));
    assert_eq!(created["lastMessagePreview"], Value::Null, "it is told before the first message");
    assert!(created["createdAt"].as_str().unwrap().ends_with('Z'));
    assert_eq!(received[2].json()["changes"], json!({ "status": { "from": "bot_active", "to": "agent_requested" } }));
}

#[test]
fn the_tests_own_check_of_signatures_agrees_with_the_documented_vector_9_2() {
    let vector = fixture("signature.json");
    let word = |name: &str| vector[name].as_str().unwrap().to_owned();
    let headers = vec![("x-awardee-signature".to_owned(), word("header"))];
    let received = Received { path: String::new(), headers, body: word("body").into_bytes() };
    assert!(received.is_signed_with(&word("secret")));
    let other = Received { body: b"{}".to_vec(), ..received };
    assert!(!other.is_signed_with(&word("secret")));
}

#[tokio::test]
async fn a_delivery_is_tried_six_times_with_fresh_signatures_then_marked_failed_and_can_be_replayed_9_4() {
    let hooked = hooked().await;
    let (env, receiver) = (&hooked.env, &hooked.receiver);
    receiver.always(Reply::Status(500));
    let id = env.conversation("open");
    hooked.say(&id, "hello?");
    let first = receiver.take(1).await.remove(0);
    let mut seen = BTreeSet::from([first.header("x-awardee-signature").unwrap().to_owned()]);
    let mut at = first.t();
    for wait in [30, 120, 600, 1_800, 7_200] {
        hooked.advance(wait - 1).await;
        assert!(receiver.received().is_empty(), "before {wait} s have passed");
        hooked.advance(1).await;
        let again = receiver.take(1).await.remove(0);
        at += i64::try_from(wait).unwrap();
        assert_eq!((again.t(), again.id(), &again.body), (at, first.id(), &first.body));
        assert!(again.is_signed_with(&hooked.secret));
        assert!(seen.insert(again.header("x-awardee-signature").unwrap().to_owned()), "signed anew");
    }
    hooked.at_rest().await;
    let logged = hooked.newest();
    assert_eq!((&logged["state"], &logged["delivery_id"]), (&json!("failed"), &json!(first.id())));
    let statuses: Vec<&Value> = logged["attempts"].as_array().unwrap().iter().map(|it| &it["status"]).collect();
    assert_eq!(statuses, [&json!(500); 6]);
    hooked.advance(86_400).await;
    assert!(receiver.received().is_empty(), "never again by itself");

    receiver.will([Reply::Status(500), Reply::Status(202)]);
    assert_eq!(env.control(json!({ "replay": {} })), json!({ "replayed": 1 }));
    let replayed = receiver.take(1).await.remove(0);
    assert_eq!((replayed.id(), &replayed.body), (first.id(), &first.body));
    assert!(replayed.t() > at && replayed.is_signed_with(&hooked.secret));
    hooked.advance(30).await;
    assert_eq!(receiver.take(1).await[0].id(), first.id(), "a replay has all attempts anew");
    hooked.at_rest().await;
    assert_eq!(hooked.newest()["state"], "delivered");
    assert_eq!(env.control(json!({ "replay": {} })), json!({ "replayed": 0 }));
    env.control(json!({ "replay": { "delivery_id": first.id() } }));
    assert_eq!(receiver.take(1).await[0].id(), first.id(), "what was delivered can be replayed too");
}

#[tokio::test]
async fn only_2xx_within_thirty_seconds_is_success_and_no_redirect_is_followed_9_4() {
    let hooked = hooked().await;
    let (env, receiver) = (&hooked.env, &hooked.receiver);
    let id = env.conversation("open");
    for status in [200, 201, 202, 204, 299] {
        receiver.will([Reply::Status(status)]);
        hooked.say(&id, "hello");
        receiver.take(1).await;
        hooked.at_rest().await;
        assert_eq!(hooked.newest()["state"], "delivered", "{status}");
    }
    let elsewhere = crate::receiver::Receiver::start().await;
    let failures = [
        Reply::Redirect(elsewhere.url.clone()),
        Reply::Status(304),
        Reply::Status(400),
        Reply::Status(404),
        Reply::Status(410),
        Reply::Status(429),
        Reply::Status(503),
        Reply::Hangup,
    ];
    for failure in failures {
        receiver.will([failure.clone()]);
        hooked.say(&id, "hello");
        let first = receiver.take(1).await.remove(0);
        hooked.at_rest().await;
        assert_eq!(hooked.newest()["state"], "waiting", "{failure:?}");
        hooked.advance(30).await;
        assert_eq!(receiver.take(1).await[0].id(), first.id(), "{failure:?}");
        assert_eq!(hooked.newest()["state"], "delivered", "{failure:?}");
    }
    assert!(elsewhere.received().is_empty());

    receiver.will([Reply::Hang]);
    hooked.say(&id, "slow");
    let first = receiver.take(1).await.remove(0);
    env.clock.advance(Duration::from_secs(29));
    env.get("/me").await;
    assert_eq!(hooked.newest()["state"], "sending");
    env.clock.advance(Duration::from_secs(1));
    until("given up", || hooked.newest()["state"] == "waiting").await;
    assert_eq!(hooked.newest()["attempts"][0]["error"], "no answer within 30 s");
    hooked.advance(30).await;
    assert_eq!(receiver.take(1).await[0].id(), first.id());

    let url = receiver.url.clone();
    drop(hooked.receiver);
    until("nobody listens", || std::net::TcpStream::connect(url.strip_prefix("http://").unwrap()).is_err()).await;
    env.control(json!({ "visitor": { "conversation_id": id, "text": "gone" } }));
    let newest = || env.deliveries(json!({}))["deliveries"].as_array().unwrap().last().unwrap().clone();
    until("refused", || newest()["state"] == "waiting" && newest()["attempts"][0]["error"] == "nobody listens").await;
}

#[tokio::test]
async fn deliveries_to_hosts_that_are_not_led_to_this_machine_go_nowhere_and_say_so() {
    let env = env().await;
    let made = env.ask("POST", "/webhooks", asked()).await.json();
    let id = env.conversation("open");
    env.control(json!({ "visitor": { "conversation_id": id, "text": "hello" } }));
    let newest = || env.deliveries(json!({}))["deliveries"].as_array().unwrap().last().unwrap().clone();
    until("recorded", || newest()["state"] == "failed").await;
    let logged = newest();
    assert_eq!(logged["attempts"].as_array().unwrap().len(), 1);
    assert!(logged["attempts"][0]["error"].as_str().unwrap().starts_with("not mapped"));
    assert_eq!((&logged["event"], &logged["conversation_id"]), (&json!("message.created"), &json!(id)));

    let receiver = crate::receiver::Receiver::start().await;
    env.control(json!({ "deliver": { "host": "relay.example.com", "url": receiver.url } }));
    env.control(json!({ "replay": {} }));
    let received = receiver.take(1).await;
    assert_eq!(received[0].id(), logged["delivery_id"].as_str().unwrap());
    assert!(received[0].is_signed_with(made["signing_secret"].as_str().unwrap()));
    env.control(json!({ "deliver": { "host": "relay.example.com" } }));
    env.control(json!({ "visitor": { "conversation_id": id, "text": "and now" } }));
    until("recorded", || newest()["state"] == "failed").await;
    for url in ["https://127.0.0.1:1/", "http://10.0.0.1/", "http://relay.example.com/"] {
        let command = json!({ "deliver": { "host": "relay.example.com", "url": url } });
        assert!(env.sandbox.control(serde_json::from_value(command).unwrap()).is_err(), "{url}");
    }
}

#[tokio::test]
async fn an_endpoint_gets_what_it_opted_into_while_it_is_active_and_keeps_its_secret_9_3_9_6() {
    let hooked = hooked().await;
    let (env, receiver) = (&hooked.env, &hooked.receiver);
    let path = format!("/webhooks/{}", hooked.webhook);
    let id = env.conversation("agent_requested");
    env.ask("PATCH", &path, json!({ "events": ["conversation.updated"] })).await;
    env.post(&id, None, json!({ "text": "hello" })).await;
    let received = receiver.take(1).await;
    assert_eq!(told(&received), ["status agent_requested to open"]);
    assert!(received[0].is_signed_with(&hooked.secret), "PATCH changes no secret");

    let change = json!({ "events": ["message.created"], "url": "https://relay.example.com/moved" });
    env.ask("PATCH", &path, change).await;
    receiver.will([Reply::Status(500)]);
    hooked.say(&id, "one");
    assert_eq!(receiver.take(1).await[0].path, "/moved");
    hooked.at_rest().await;
    env.ask("PATCH", &path, json!({ "isActive": false })).await;
    hooked.say(&id, "two");
    hooked.advance(30).await;
    assert_eq!(hooked.newest()["state"], "cancelled");
    env.ask("PATCH", &path, json!({ "isActive": true })).await;
    hooked.say(&id, "three");
    assert_eq!(told(&receiver.take(1).await), ["user: three"], "what happened in between is not told later");

    receiver.will([Reply::Hang]);
    hooked.say(&id, "under way");
    receiver.take(1).await;
    env.ask("PATCH", &path, json!({ "isActive": false })).await;
    env.clock.advance(Duration::from_secs(30));
    until("given up", || hooked.newest()["state"] == "cancelled").await;
    env.ask("PATCH", &path, json!({ "isActive": true })).await;

    let second = env.ask("POST", "/webhooks", asked()).await.json();
    hooked.say(&id, "four");
    let both = receiver.take(2).await;
    let secret = second["signing_secret"].as_str().unwrap();
    assert_ne!(both[0].id(), both[1].id());
    for secret in [secret, &hooked.secret] {
        assert_eq!(both.iter().filter(|it| it.is_signed_with(secret)).count(), 1, "each endpoint has its own");
    }
    env.ask("DELETE", &path, json!({})).await;
    receiver.will([Reply::Status(500)]);
    hooked.say(&id, "five");
    receiver.take(1).await;
    hooked.at_rest().await;
    env.ask("DELETE", &format!("/webhooks/{}", second["id"].as_str().unwrap()), json!({})).await;
    hooked.advance(30).await;
    assert!(receiver.received().is_empty());
    assert_eq!(hooked.newest()["state"], "cancelled");
}

#[tokio::test]
async fn a_client_that_takes_hints_finds_the_conversation_in_every_shape_11_14() {
    let hooked = hooked().await;
    let (env, receiver) = (&hooked.env, &hooked.receiver);
    let hint = |body: &Value| -> Option<String> {
        let places =
            [&body["conversation"]["id"], &body["conversationId"], &body["message"]["conversationId"], &body["id"]];
        places.into_iter().find_map(|it| it.as_str().map(str::to_owned))
    };
    let mut forms: BTreeSet<String> = BTreeSet::new();
    for shape in ["nested", "flat", "top", "message_alone", "thin"] {
        env.switch("webhook_shape", shape);
        let opened = env.control(json!({ "visitor": { "text": "hello" } }));
        let id = opened["conversation_id"].as_str().unwrap();
        env.control(json!({ "escalate": { "conversation_id": id } }));
        let received = receiver.take(3).await;
        for delivery in &received {
            let body = delivery.json();
            assert_eq!(hint(&body).as_deref(), Some(id), "{shape}: {body}");
            assert!(delivery.is_signed_with(&hooked.secret));
        }
        forms.insert(format!("{:?}", received.iter().map(|it| crate::env::keys(&it.json())).collect::<Vec<_>>()));
    }
    assert_eq!(forms.len(), 4, "thin differs from nested only deeper: {forms:?}");

    env.switch("webhook_shape", "nested");
    let id = env.conversation("bot_active");
    for (name, present) in [("diff", "diff"), ("none", ""), ("changes", "changes")] {
        env.switch("webhook_changes", name);
        let status = if present == "changes" { "resolved" } else { "open" };
        env.control(json!({ "set": { "conversation_id": id, "status": "bot_active", "silent": true } }));
        receiver.take(usize::from(name != "diff")).await;
        env.control(json!({ "set": { "conversation_id": id, "status": status, "silent": true } }));
        let body = receiver.take(1).await[0].json();
        let mut expected = BTreeSet::from(["conversation".to_owned()]);
        expected.extend(Some(present.to_owned()).filter(|present| !present.is_empty()));
        assert_eq!(crate::env::keys(&body), expected);
    }
    env.switch("webhook_parts", false);
    env.switch("webhook_timestamps", "offset");
    hooked.say(&id, "no parts");
    let body = receiver.take(2).await.pop().unwrap().json();
    assert!(
        body["message"].get("parts").is_none() && body["message"]["createdAt"].as_str().unwrap().ends_with("+00:00")
    );
}

#[tokio::test]
async fn turns_of_visitors_and_of_the_bot_may_be_untold_11_15() {
    let hooked = hooked().await;
    let (env, receiver) = (&hooked.env, &hooked.receiver);
    let id = env.conversation("bot_active");
    env.switch("webhook_bot_turns", false);
    env.control(json!({ "bot": { "conversation_id": id, "text": "untold" } }));
    hooked.say(&id, "told");
    assert_eq!(told(&receiver.take(1).await), ["user: told"]);
    env.switch("webhook_visitor_turns", false);
    hooked.say(&id, "untold");
    env.control(json!({ "colleague": { "conversation_id": id, "text": "told" } }));
    assert_eq!(told(&receiver.take(3).await)[2], "assistant: told");
}

#[tokio::test]
async fn an_endpoint_may_be_switched_off_after_failures_in_a_row_9_4() {
    let hooked = hooked().await;
    let (env, receiver) = (&hooked.env, &hooked.receiver);
    env.switch("webhook_retries", json!([]));
    env.switch("webhook_disable_after", 2);
    let id = env.conversation("open");
    let active = async || env.get(&format!("/webhooks/{}", hooked.webhook)).await.json()["is_active"] == true;
    for (status, still) in [(500, true), (200, true), (500, true), (500, false)] {
        receiver.will([Reply::Status(status)]);
        hooked.say(&id, "hello");
        receiver.take(1).await;
        hooked.at_rest().await;
        assert_eq!(active().await, still, "after {status}");
    }
    hooked.say(&id, "unheard");
    hooked.at_rest().await;
    assert!(receiver.received().is_empty());
}

#[tokio::test]
async fn one_attempt_at_a_time_keeps_the_order_and_more_may_run_side_by_side() {
    let hooked = hooked().await;
    let (env, receiver) = (&hooked.env, &hooked.receiver);
    let id = env.conversation("open");
    receiver.will([Reply::Hang]);
    hooked.say(&id, "one");
    hooked.say(&id, "two");
    assert_eq!(told(&receiver.take(1).await), ["user: one"]);
    let states = |all: &Value| -> Vec<String> {
        all["deliveries"].as_array().unwrap().iter().map(|it| it["state"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(states(&env.deliveries(json!({}))), ["sending", "waiting"]);
    env.switch("webhook_parallel", 2);
    assert_eq!(told(&receiver.take(1).await), ["user: two"]);
    let many: Vec<String> = (0..40).map(|n| format!("user: line {n}")).collect();
    for line in &many {
        hooked.say(&id, line.strip_prefix("user: ").unwrap());
    }
    assert_eq!(told(&receiver.take(40).await), many, "with one of the two places taken");
}

#[tokio::test]
async fn life_goes_on_and_is_told_although_nobody_asks() {
    let hooked = hooked_with(|options| options.script = Script::Demo).await;
    hooked.at_rest().await;
    let before = hooked.env.control(json!({ "counts": {} }))["requests"].clone();
    let Hooked { env, receiver, secret, .. } = &hooked;
    // The clock alone moves; neither request nor command comes.
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for _ in 0..60 {
        env.clock.advance(Duration::from_secs(5));
        tokio::task::yield_now().await;
        seen.extend(receiver.received().iter().map(|it| it.event().to_owned()));
    }
    until("all three", || {
        seen.extend(receiver.received().iter().map(|it| it.event().to_owned()));
        seen.len() == 3
    })
    .await;
    assert!(receiver.received().iter().all(|it| it.is_signed_with(secret)));
    assert_eq!(env.control(json!({ "counts": {} }))["requests"], before);
}

#[tokio::test]
async fn on_the_machines_clock_a_delayed_delivery_leaves_by_itself() {
    let hooked = hooked_with(|options| options.clock = Clock::system()).await;
    let id = hooked.env.conversation("open");
    hooked.fault(json!({ "kind": "delay", "ms": 40 }));
    hooked.say(&id, "later");
    assert_eq!(told(&hooked.receiver.take(1).await), ["user: later"]);
    hooked.receiver.will([Reply::Status(500)]);
    hooked.env.switch("webhook_retries", json!([1]));
    hooked.say(&id, "again");
    let twice = hooked.receiver.take(2).await;
    assert_eq!(twice[0].id(), twice[1].id());
    assert!(twice[1].t() > twice[0].t());
}
