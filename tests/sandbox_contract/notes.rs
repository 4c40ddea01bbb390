//! Internal notes: contract, sections 2.6 and 7.5, and what section 11 leaves open about them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::env::{Env, Got, env, fixture, got, keys, same_form};

fn path(id: &str) -> String {
    format!("/conversations/{id}/notes")
}

async fn note(env: &Env, id: &str, key: Option<&str>, body: Value) -> Got {
    let mut sending = env.sending("POST", &path(id), &body);
    if let Some(key) = key {
        sending = sending.header("idempotency-key", key);
    }
    got(sending.send().await.unwrap()).await
}

fn contents(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|it| it["content"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_note_has_the_documented_form_and_is_taken_in_every_status_2_6_7_5() {
    let env = env().await;
    for status in ["bot_active", "agent_requested", "open", "resolved", "closed", "archived"] {
        let id = env.conversation(status);
        let written = note(&env, &id, None, json!({ "content": "Wants the refund to the original card." })).await;
        assert_eq!(written.status, 201, "{status}");
        same_form(&written.json(), &fixture("note.json"), "note");
        assert_eq!(keys(&written.json()), keys(&fixture("note.json")));
        assert_eq!(written.json()["conversation_id"], json!(id));
        let list = env.get(&path(&id)).await.json();
        assert_eq!(list["data"], json!([written.json()]));
        assert_eq!(env.get(&format!("/conversations/{id}")).await.json()["status"], status);
        assert!(env.said(&id).is_empty(), "a note is no message");
    }
}

#[tokio::test]
async fn a_note_moves_nothing_of_its_conversation_2_6() {
    let env = env().await;
    let id = env.conversation("agent_requested");
    let before = env.get(&format!("/conversations/{id}")).await.json();
    note(&env, &id, None, json!({ "content": "x" })).await;
    assert_eq!(env.get(&format!("/conversations/{id}")).await.json(), before);
}

#[tokio::test]
async fn the_list_comes_in_each_envelope_and_order_11_12() {
    let env = env().await;
    let id = env.conversation("open");
    for content in ["one", "two", "three"] {
        env.clock.advance(Duration::from_secs(1));
        note(&env, &id, None, json!({ "content": content })).await;
    }
    let oldest_first = ["one", "two", "three"];
    let newest_first = ["three", "two", "one"];
    for (order, wanted) in [("asc", oldest_first), ("desc", newest_first)] {
        env.switch("notes_order", order);
        env.switch("notes_envelope", "offset");
        let list = env.get(&path(&id)).await.json();
        assert_eq!(keys(&list), keys(&fixture("tag_set.json")));
        assert_eq!((&list["total"], &list["page"], &list["page_size"]), (&json!(3), &json!(1), &json!(25)));
        assert_eq!(contents(&list["data"]), wanted);
        let second = env.get(&format!("{}?page=2&page_size=2", path(&id))).await.json();
        assert_eq!((contents(&second["data"]), &second["total"]), (vec![wanted[2]], &json!(3)));

        env.switch("notes_envelope", "cursor");
        let list = env.get(&path(&id)).await.json();
        assert_eq!(keys(&list), keys(&fixture("conversations_page.json")));
        assert_eq!((contents(&list["data"]), &list["has_more"]), (wanted.to_vec(), &json!(false)));
        assert_eq!(env.walk(&format!("{}?limit=2", path(&id))).await.len(), 3);

        env.switch("notes_envelope", "bare");
        assert_eq!(contents(&env.get(&path(&id)).await.json()), wanted);
    }
}

#[tokio::test]
async fn a_bad_page_or_cursor_is_refused_3() {
    let env = env().await;
    let id = env.conversation("open");
    for query in ["page=0", "page=x", "page_size=0", "page_size=101", "page=1&page=2"] {
        let refused = env.get(&format!("{}?{query}", path(&id))).await;
        assert_eq!(refused.error(), (400, "invalid_query".to_owned()), "{query}");
    }
    env.switch("notes_envelope", "cursor");
    for query in ["cursor=x", "cursor=", "limit=0", "limit=101"] {
        let refused = env.get(&format!("{}?{query}", path(&id))).await;
        assert_eq!(refused.error(), (400, "invalid_query".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn content_is_at_least_one_character_and_its_limit_a_switch_2_6_11_7() {
    let env = env().await;
    let id = env.conversation("open");
    for body in [
        json!({}),
        json!({ "content": "" }),
        json!({ "content": null }),
        json!({ "content": 1 }),
        json!({ "text": "x" }),
        json!({ "content": "x".repeat(10_001) }),
    ] {
        let refused = note(&env, &id, None, body.clone()).await;
        assert_eq!(refused.error(), (400, "invalid_payload".to_owned()), "{body}");
        assert!(refused.json()["details"]["fieldErrors"]["content"][0].is_string());
    }
    assert_eq!(note(&env, &id, None, json!({ "content": "x".repeat(10_000) })).await.status, 201);
    env.switch("note_limit", 20);
    assert_eq!(note(&env, &id, None, json!({ "content": "x".repeat(21) })).await.status, 400);
    let odd = "\u{202e}\u{1b}[2J\n\t ";
    assert_eq!(note(&env, &id, None, json!({ "content": odd })).await.json()["content"], odd);
    env.switch("unknown_fields", "refuse");
    assert_eq!(note(&env, &id, None, json!({ "content": "x", "pinned": true })).await.status, 400);
    let missing = note(&env, "00000000-0000-0000-0000-000000000000", None, json!({ "content": "x" })).await;
    assert_eq!(missing.error(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn whose_a_note_is_11_13() {
    let env = env().await;
    let id = env.conversation("open");
    assert!(note(&env, &id, None, json!({ "content": "x" })).await.json()["author_id"].is_null());
    env.switch("note_author", "key_owner");
    let (first, _) = env.member(0).await;
    assert_eq!(note(&env, &id, None, json!({ "content": "x" })).await.json()["author_id"], json!(first));
    env.switch("note_author", "null");
    let (second, _) = env.member(1).await;
    let rotate = json!({ "rotate_key": { "oauth": true, "keep_old": true, "user_id": second } });
    let token = env.control(rotate)["api_key"].as_str().unwrap().to_owned();
    let sending = env.client.post(env.url(&path(&id))).bearer_auth(token).body("{\"content\":\"x\"}");
    assert_eq!(got(sending.send().await.unwrap()).await.json()["author_id"], json!(second));
    env.control(json!({ "note": { "conversation_id": id, "content": "seen", "user_id": second } }));
    let list = env.get(&path(&id)).await.json();
    let last = list["data"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["content"], &last["author_id"]), (&json!("seen"), &json!(second)));
}

#[tokio::test]
async fn a_key_makes_one_note_of_many_requests_6() {
    let env = env().await;
    let id = env.conversation("open");
    let first = note(&env, &id, Some("k"), json!({ "content": "once" })).await;
    let again = note(&env, &id, Some("k"), json!({ "content": "once" })).await;
    assert_eq!((first.status, &first.bytes), (again.status, &again.bytes));
    assert_eq!(again.header("idempotent-replayed"), "true");
    let conflict = note(&env, &id, Some("k"), json!({ "content": "twice" })).await;
    assert_eq!(conflict.error(), (409, "idempotency_conflict".to_owned()));
    // The path is part of the key: a reply under the same key is another thing.
    assert_eq!(env.post(&id, Some("k"), json!({ "text": "reply" })).await.header("idempotent-replayed"), "");
    assert_eq!(env.get(&path(&id)).await.json()["total"], 1);
}

#[tokio::test]
async fn notes_of_one_instant_keep_their_order_and_have_times_of_their_own_2_6() {
    let env = env().await;
    let id = env.conversation("open");
    let wanted: Vec<String> = (0..30).map(|n| format!("note {n}")).collect();
    for content in &wanted {
        note(&env, &id, None, json!({ "content": content })).await;
    }
    let list = env.get(&format!("{}?page_size=100", path(&id))).await.json();
    assert_eq!(contents(&list["data"]), wanted);
    let times: Vec<&str> =
        list["data"].as_array().unwrap().iter().map(|it| it["created_at"].as_str().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
}
