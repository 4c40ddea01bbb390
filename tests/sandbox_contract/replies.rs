//! Replies, takeover and idempotency: contract, sections 2.4, 6 and 8.

use std::time::Duration;

use serde_json::{Value, json};

use crate::env::{env, got, pairs, until};

const JOINED: &str = "A team member has joined the conversation.";

#[tokio::test]
async fn the_first_reply_to_one_who_waits_takes_over_marker_first_8() {
    let env = env().await;
    let made = env.control(json!({ "visitor": { "text": "help" } }));
    let id = made["conversation_id"].as_str().unwrap();
    env.control(json!({ "bot": { "conversation_id": id, "text": "One moment." } }));
    env.control(json!({ "escalate": { "conversation_id": id } }));
    let sent = env.post(id, None, json!({ "text": "hello" })).await;
    assert_eq!(sent.status, 201);
    let wanted = [
        ("user", "help"),
        ("assistant", "One moment."),
        ("system", "The visitor asked for a person."),
        ("system", JOINED),
        ("assistant", "hello"),
    ];
    assert_eq!(env.said(id), pairs(&wanted));
    let it = env.get(&format!("/conversations/{id}")).await.json();
    assert_eq!((&it["status"], &it["assigned_to"]), (&json!("open"), &Value::Null));
    assert_eq!(it["last_message_preview"], "hello");
    env.post(id, None, json!({ "text": "still here" })).await;
    assert_eq!(env.said(id).iter().filter(|(_, text)| text == JOINED).count(), 1);
}

#[tokio::test]
async fn only_open_and_waiting_conversations_take_a_reply_8() {
    let env = env().await;
    for status in ["bot_active", "resolved", "closed", "archived", "something_new"] {
        let id = env.conversation(status);
        let refused = env.post(&id, None, json!({ "text": "x" })).await;
        assert_eq!(refused.error(), (400, "invalid_state".to_owned()), "{status}");
        assert_eq!(refused.json()["details"], json!({ "status": status }));
        assert!(env.said(&id).is_empty());
    }
    env.switch("wrong_state_code", "conflict");
    env.switch("wrong_state_status", 409);
    let id = env.conversation("closed");
    assert_eq!(env.post(&id, None, json!({ "text": "x" })).await.error(), (409, "conflict".to_owned()));
}

#[tokio::test]
async fn a_body_is_checked_and_each_fault_named_11_7() {
    let env = env().await;
    let id = env.conversation("open");
    let many: Vec<Value> = (0..11).map(|n| json!({ "url": format!("https://files.example.com/{n}.png") })).collect();
    for (body, field) in [
        (json!({}), "text"),
        (json!({ "text": "" }), "text"),
        (json!({ "text": null }), "text"),
        (json!({ "text": 1 }), "text"),
        (json!({ "text": "x".repeat(10_001) }), "text"),
        (json!({ "text": "🙂".repeat(5_001) }), "text"),
        (json!({ "text": "x", "attachments": "no" }), "attachments"),
        (json!({ "text": "x", "attachments": [{}] }), "attachments"),
        (json!({ "text": "x", "attachments": [{ "url": "http://files.example.com/a.png" }] }), "attachments"),
        (json!({ "text": "x", "attachments": many }), "attachments"),
    ] {
        let refused = env.post(&id, None, body.clone()).await;
        assert_eq!(refused.error(), (400, "invalid_payload".to_owned()), "{body}");
        assert!(refused.json()["details"]["fieldErrors"][field][0].is_string(), "{body}");
    }
    for body in ["[]", "nonsense", "\"text\"", "{\"text\":\"\\ud800\"}"] {
        let refused = got(env.posting(&id, None, body).send().await.unwrap()).await;
        assert_eq!(refused.error(), (400, "invalid_payload".to_owned()), "{body}");
        assert!(refused.json()["details"]["formErrors"][0].is_string(), "{body}");
    }
    assert!(env.said(&id).is_empty());
    for body in [
        json!({ "text": "x".repeat(10_000) }),
        json!({ "text": "\u{202e}\u{1b}[2J" }),
        json!({ "text": "x", "new": 1 }),
    ] {
        let sent = env.post(&id, None, body.clone()).await;
        assert_eq!(sent.status, 201);
        assert_eq!(sent.json()["parts"][0]["text"], body["text"]);
    }
}

#[tokio::test]
async fn attachments_become_parts_and_may_stand_alone_2_4() {
    let env = env().await;
    let id = env.conversation("open");
    let file = json!([{ "url": "https://files.example.com/invoices/3980.pdf?x=1" }]);
    let sent = env.post(&id, None, json!({ "text": "here", "attachments": file })).await.json();
    assert_eq!(sent["parts"][0]["text"], "here");
    assert_eq!(sent["parts"][1]["file_url"], "https://files.example.com/invoices/3980.pdf?x=1");
    assert_eq!(sent["parts"][1]["file_filename"], "3980.pdf");
    assert_eq!(sent["parts"][1]["file_media_type"], "application/pdf");
    assert_eq!((&sent["parts"][0]["order"], &sent["parts"][1]["order"]), (&json!(0), &json!(1)));
    assert_eq!(env.post(&id, None, json!({ "attachments": file })).await.status, 201);
    env.switch("attachments_alone", false);
    assert_eq!(env.post(&id, None, json!({ "attachments": file })).await.status, 400);
}

#[tokio::test]
async fn the_same_key_and_bytes_are_answered_from_memory_byte_for_byte_6() {
    let env = env().await;
    let id = env.conversation("open");
    let first = env.post(&id, Some("k-1"), json!({ "text": "once" })).await;
    env.control(json!({ "set": { "conversation_id": id, "status": "closed" } }));
    let again = env.post(&id, Some("k-1"), json!({ "text": "once" })).await;
    assert_eq!((first.status, &first.bytes), (again.status, &again.bytes));
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.header("idempotent-replayed"), "");
    assert_ne!(again.header("x-request-id"), first.header("x-request-id"));
    assert_eq!(env.texts("once"), 1);
}

#[tokio::test]
async fn the_same_key_with_another_body_is_a_conflict_6() {
    let env = env().await;
    let id = env.conversation("open");
    assert_eq!(env.post(&id, Some("k"), json!({ "text": "one" })).await.status, 201);
    let refused = env.post(&id, Some("k"), json!({ "text": "two" })).await;
    assert_eq!(refused.error(), (409, "idempotency_conflict".to_owned()));
    let spaced = got(env.posting(&id, Some("k"), "{ \"text\": \"one\" }").send().await.unwrap()).await;
    assert_eq!(spaced.status, 409, "bodies are compared byte for byte");
    env.switch("body_compare", "canonical");
    let spaced = got(env.posting(&id, Some("k"), "{ \"text\": \"one\" }").send().await.unwrap()).await;
    assert_eq!((spaced.status, spaced.header("idempotent-replayed")), (201, "true"));
    assert_eq!(env.texts("two"), 0);
}

#[tokio::test]
async fn a_key_belongs_to_its_path_and_to_its_credential_6() {
    let env = env().await;
    let (one, two) = (env.conversation("open"), env.conversation("open"));
    for id in [&one, &two] {
        let sent = env.post(id, Some("k"), json!({ "text": "same" })).await;
        assert_eq!((sent.status, sent.header("idempotent-replayed")), (201, ""));
    }
    let fresh = env.control(json!({ "rotate_key": {} }))["api_key"].as_str().unwrap().to_owned();
    let request = env.client.post(env.url(&format!("/conversations/{one}/messages"))).bearer_auth(fresh);
    let sent = got(request.header("idempotency-key", "k").body("{\"text\":\"same\"}").send().await.unwrap()).await;
    assert_eq!(
        (sent.status, sent.header("idempotent-replayed")),
        (201, ""),
        "security, S10: a key is worth nothing here"
    );
    assert_eq!(env.texts("same"), 3);
}

#[tokio::test]
async fn a_key_lives_for_24_hours_6() {
    let env = env().await;
    let id = env.conversation("open");
    env.post(&id, Some("k"), json!({ "text": "daily" })).await;
    env.clock.advance(Duration::from_secs(24 * 3_600 - 1));
    assert_eq!(env.post(&id, Some("k"), json!({ "text": "daily" })).await.header("idempotent-replayed"), "true");
    env.clock.advance(Duration::from_secs(2));
    assert_eq!(env.post(&id, Some("k"), json!({ "text": "daily" })).await.header("idempotent-replayed"), "");
    assert_eq!(env.texts("daily"), 2);
}

#[tokio::test]
async fn a_key_is_at_most_255_characters_6() {
    let env = env().await;
    let id = env.conversation("open");
    assert_eq!(env.post(&id, Some(&"k".repeat(255)), json!({ "text": "x" })).await.status, 201);
    let refused = env.post(&id, Some(&"k".repeat(256)), json!({ "text": "x" })).await;
    assert_eq!(refused.error(), (400, "invalid_payload".to_owned()));
}

#[tokio::test]
async fn a_refusal_that_depends_on_the_request_alone_is_kept_others_are_not_11_17() {
    let env = env().await;
    let id = env.conversation("closed");
    assert_eq!(env.post(&id, Some("kept"), json!({ "text": "x" })).await.status, 400);
    env.control(json!({ "set": { "conversation_id": id, "status": "open" } }));
    let again = env.post(&id, Some("kept"), json!({ "text": "x" })).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (400, "true"));

    for fault in [json!({ "kind": "status", "status": 500 }), json!({ "kind": "rate_limited", "retry_after": 1 })] {
        env.fault(fault);
        let key = Some("not-kept");
        assert!(env.post(&id, key, json!({ "text": "y" })).await.status >= 429);
    }
    env.control(json!({ "key": { "state": "paused" } }));
    assert_eq!(env.post(&id, Some("not-kept"), json!({ "text": "y" })).await.status, 403);
    env.control(json!({ "key": { "state": "valid" } }));
    let sent = env.post(&id, Some("not-kept"), json!({ "text": "y" })).await;
    assert_eq!((sent.status, sent.header("idempotent-replayed")), (201, ""));

    env.switch("cache_refusals", false);
    let id = env.conversation("closed");
    assert_eq!(env.post(&id, Some("k"), json!({ "text": "z" })).await.status, 400);
    env.control(json!({ "set": { "conversation_id": id, "status": "open" } }));
    assert_eq!(env.post(&id, Some("k"), json!({ "text": "z" })).await.status, 201);
}

#[tokio::test]
async fn while_the_first_runs_the_second_is_a_conflict_or_waits_as_the_switch_says_11_17() {
    let env = env().await;
    let id = env.conversation("open");
    for (way, status, replayed) in [("conflict", 409, ""), ("wait", 201, "true")] {
        env.switch("in_flight", way);
        env.fault(json!({ "method": "POST", "kind": "slow", "ms": 300 }));
        let key = Some(way);
        let first = env.post(&id, key, json!({ "text": way }));
        let second = async {
            until("the first is running", || env.post_is_running()).await;
            env.post(&id, key, json!({ "text": way })).await
        };
        let (first, second) = tokio::join!(first, second);
        assert_eq!(first.status, 201);
        assert_eq!((second.status, second.header("idempotent-replayed")), (status, replayed), "{way}");
        assert_eq!(env.texts(way), 1);
    }
}

#[tokio::test]
async fn the_key_is_ignored_on_reads_6() {
    let env = env().await;
    for path in ["/me", "/conversations"] {
        let read = env.client.get(env.url(path)).bearer_auth(env.sandbox.api_key()).header("idempotency-key", "k");
        let read = got(read.send().await.unwrap()).await;
        assert_eq!((read.status, read.header("idempotent-replayed")), (200, ""));
    }
}

#[tokio::test]
async fn a_colleague_at_the_dashboard_takes_over_owns_and_says_who_he_is_8_11_11() {
    let env = env().await;
    let id = env.conversation("agent_requested");
    let members = env.get("/team/members").await.json();
    let user = members["data"][1]["user_id"].clone();
    env.control(json!({ "colleague": { "conversation_id": id, "text": "mine", "user_id": user } }));
    assert_eq!(env.said(&id), pairs(&[("system", JOINED), ("assistant", "mine")]));
    let shown = env.shown(&id);
    assert_eq!((&shown["conversation"]["status"], &shown["conversation"]["assigned_to"]), (&json!("open"), &user));
    assert_eq!(shown["messages"][1]["metadata"], json!({ "source": "dashboard", "user_id": user }));
    let sent = env.post(&id, None, json!({ "text": "me too" })).await;
    assert_eq!(sent.status, 201, "there is no lock: a second person's reply simply lands");
}

#[tokio::test]
async fn resolving_stamps_marks_and_later_sums_up_8() {
    let env = env().await;
    let id = env.conversation("open");
    env.control(json!({ "set": { "conversation_id": id, "status": "resolved" } }));
    let it = env.get(&format!("/conversations/{id}")).await.json();
    assert!(it["resolved_at"].is_string() && it["summary"].is_null());
    assert_eq!(env.said(&id), pairs(&[("system", "This conversation has been resolved.")]));
    env.clock.advance(Duration::from_secs(30));
    let it = env.get(&format!("/conversations/{id}")).await.json();
    assert!(it["summary"].is_string() && it["sentiment_score"].is_i64());
}
