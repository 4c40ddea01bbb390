//! What may go wrong on the way, and what is at the server afterwards.

use std::io::ErrorKind;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::env::{Env, env, until};

async fn open(env: &Env) -> String {
    env.conversation("open")
}

#[tokio::test]
async fn a_reset_before_acceptance_stores_nothing_and_one_after_it_stores_once() {
    let env = env().await;
    let id = open(&env).await;
    for (kind, stored) in [("reset_before_accept", 0), ("reset_after_accept", 1)] {
        env.fault(json!({ "method": "POST", "path": "/messages", "kind": kind }));
        let sent = env.posting(&id, Some(kind), json!({ "text": kind }).to_string()).send().await;
        assert!(sent.is_err(), "{kind}");
        assert_eq!(env.texts(kind), stored, "{kind}");
        let again = env.post(&id, Some(kind), json!({ "text": kind })).await;
        assert_eq!(again.status, 201);
        assert_eq!(again.header("idempotent-replayed") == "true", stored == 1);
        assert_eq!(env.texts(kind), 1);
    }
}

#[tokio::test]
async fn a_reset_is_a_reset_not_an_end() {
    let env = env().await;
    env.fault(json!({ "kind": "reset_before_accept" }));
    let address = env.sandbox.base_url().strip_prefix("http://").unwrap().strip_suffix("/v1").unwrap().to_owned();
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let key = env.sandbox.api_key();
    let request = format!("GET /v1/me HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let error = stream.read(&mut [0; 64]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn an_error_after_acceptance_hides_a_stored_reply_that_the_key_brings_back() {
    let env = env().await;
    let id = open(&env).await;
    env.fault(json!({ "method": "POST", "kind": "status_after_accept", "status": 502 }));
    assert_eq!(env.post(&id, Some("k"), json!({ "text": "kept" })).await.status, 502);
    assert_eq!(env.texts("kept"), 1);
    let again = env.post(&id, Some("k"), json!({ "text": "kept" })).await;
    assert_eq!((again.status, again.header("idempotent-replayed")), (201, "true"));
    assert_eq!(env.texts("kept"), 1);
    let log = env.control(json!({ "log": { "method": "POST" } }));
    assert_eq!(log["entries"][0]["accepted"], true);
    assert_eq!(log["entries"][0]["fault"], "status_after_accept");
    assert_eq!(log["entries"][1]["replayed"], true);
}

#[tokio::test]
async fn an_error_status_stores_nothing_and_may_say_anything() {
    let env = env().await;
    let id = open(&env).await;
    env.fault(json!({ "method": "POST", "kind": "status", "status": 422, "code": "teapot", "details": { "fieldErrors": {} } }));
    let refused = env.post(&id, Some("k"), json!({ "text": "x" })).await;
    assert_eq!(refused.error(), (422, "teapot".to_owned()));
    assert_eq!(refused.json()["request_id"], refused.header("x-request-id"));
    env.fault(json!({ "kind": "status", "status": 503, "body": "", "headers": { "Retry-After": "9" } }));
    let refused = env.get("/me").await;
    assert_eq!((refused.status, refused.bytes.len(), refused.header("retry-after")), (503, 0, "9"));
    assert_eq!(env.texts("x"), 0);
}

#[tokio::test]
async fn a_slow_reply_is_stored_even_if_its_client_has_gone() {
    let env = env().await;
    let id = open(&env).await;
    env.fault(json!({ "method": "POST", "kind": "slow", "ms": 200 }));
    let sent = env.posting(&id, Some("k"), json!({ "text": "late" }).to_string()).timeout(Duration::from_millis(50));
    assert!(sent.send().await.unwrap_err().is_timeout());
    assert_eq!(env.texts("late"), 0);
    until("the late reply is stored", || env.texts("late") == 1).await;
    assert_eq!(env.post(&id, Some("k"), json!({ "text": "late" })).await.header("idempotent-replayed"), "true");
}

#[tokio::test]
async fn a_hang_answers_never_and_frees_the_key_when_the_client_goes() {
    let env = env().await;
    let id = open(&env).await;
    for (kind, stored) in [("hang", 0), ("hang_after_accept", 1)] {
        env.fault(json!({ "method": "POST", "kind": kind }));
        let sent =
            env.posting(&id, Some(kind), json!({ "text": kind }).to_string()).timeout(Duration::from_millis(150));
        assert!(sent.send().await.unwrap_err().is_timeout(), "{kind}");
        assert_eq!(env.texts(kind), stored, "{kind}");
        let mut again = env.post(&id, Some(kind), json!({ "text": kind })).await;
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while again.status == 409 && tokio::time::Instant::now() < deadline {
            // The server learns a moment later that the client has gone.
            again = env.post(&id, Some(kind), json!({ "text": kind })).await;
        }
        assert_eq!(again.status, 201, "{kind}");
        assert_eq!(env.texts(kind), 1, "{kind}");
    }
}

#[tokio::test]
async fn bodies_may_break_off_be_no_json_or_be_no_answer_at_all() {
    let env = env().await;
    let get = || env.client.get(env.url("/conversations")).bearer_auth(env.sandbox.api_key());
    env.fault(json!({ "kind": "truncated_body" }));
    let cut = get().send().await.unwrap();
    assert_eq!(cut.status().as_u16(), 200);
    assert!(cut.bytes().await.is_err());
    env.fault(json!({ "kind": "non_json" }));
    let page = env.get("/conversations").await;
    assert!(page.header("content-type").starts_with("text/html") && page.bytes.starts_with(b"<!DOCTYPE"));
    env.fault(json!({ "kind": "redirect", "location": "https://elsewhere.example.com/v1" }));
    let away = env.get("/conversations").await;
    assert_eq!((away.status, away.header("location")), (307, "https://elsewhere.example.com/v1"));
    env.fault(json!({ "kind": "trickle", "ms": 1 }));
    assert_eq!(env.get("/conversations").await.json()["data"], json!([]));
    env.fault(json!({ "kind": "headers", "set": { "X-RateLimit-Reset-Hour": "4070908800", "Date": null } }));
    assert_eq!(env.get("/me").await.header("x-ratelimit-reset-hour"), "4070908800");
}

#[tokio::test]
async fn a_gzip_bomb_is_small_on_the_wire_and_valid_when_unpacked() {
    let env = env().await;
    env.fault(json!({ "kind": "gzip_bomb", "bytes": 3_000_000 }));
    let unpacked = env.get("/conversations").await;
    assert!(unpacked.bytes.len() >= 3_000_000);
    assert_eq!(unpacked.json(), json!({ "object": "list", "has_more": false, "next_cursor": null, "data": [] }));
    env.fault(json!({ "kind": "gzip_bomb", "bytes": 3_000_000 }));
    let plain = reqwest::Client::builder().no_proxy().no_gzip().build().unwrap();
    let packed = plain.get(env.url("/conversations")).bearer_auth(env.sandbox.api_key()).send().await.unwrap();
    assert!(packed.bytes().await.unwrap().len() < 30_000);
}

#[tokio::test]
async fn a_rate_limit_fault_looks_like_the_true_thing() {
    let env = env().await;
    env.fault(json!({ "kind": "rate_limited", "retry_after": 9_999_999_999_u64, "hour": true }));
    let over = env.get("/me").await;
    assert_eq!(over.error(), (429, "rate_limited".to_owned()));
    assert_eq!(over.header("retry-after"), "9999999999");
    assert_eq!(over.header("x-ratelimit-remaining-hour"), "0");
}

#[tokio::test]
async fn a_stale_read_comes_from_the_moment_the_fault_was_set_and_writes_pass() {
    let env = env().await;
    let id = open(&env).await;
    env.fault(json!({ "kind": "stale", "times": 3 }));
    env.control(json!({ "colleague": { "conversation_id": id, "text": "unseen" } }));
    let thread = format!("/conversations/{id}/messages");
    let count = async |path: &str| env.get(path).await.json()["data"].as_array().map_or(0, Vec::len);
    assert_eq!(count(&thread).await, 0);
    assert_eq!(env.post(&id, None, json!({ "text": "sent" })).await.status, 201);
    assert_eq!(env.get(&format!("/conversations/{id}")).await.json()["last_message_at"], Value::Null);
    assert_eq!(count(&thread).await, 0);
    assert_eq!(count(&thread).await, 2);
}

#[tokio::test]
async fn faults_are_counted_skipped_kept_and_cleared() {
    let env = env().await;
    env.fault(json!({ "method": "GET", "path": "/me", "kind": "status", "status": 500, "times": 2, "skip": 1 }));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(env.get("/me").await.status);
    }
    assert_eq!(statuses, [200, 500, 500, 200]);
    env.fault(json!({ "kind": "status", "forever": true }));
    for _ in 0..5 {
        assert_eq!(env.get("/team/members").await.status, 500);
    }
    env.control(json!({ "clear_faults": {} }));
    assert_eq!(env.get("/team/members").await.status, 200);
}

#[tokio::test]
async fn every_write_meets_faults_before_and_after_it_was_carried_out() {
    let env = env().await;
    let tag = env.tag("Refund");
    for (method, path, body) in [
        ("PATCH", "", json!({ "title": "t" })),
        ("POST", "/notes", json!({ "content": "n" })),
        ("PUT", "/tags", json!({ "tag_ids": [tag] })),
    ] {
        for (kind, carried_out, answers) in [
            ("reset_before_accept", false, false),
            ("reset_after_accept", true, false),
            ("status", false, true),
            ("status_after_accept", true, true),
            ("slow", true, true),
            ("slow_after_accept", true, true),
        ] {
            let id = env.conversation("open");
            let before = env.shown(&id);
            env.fault(json!({ "method": method, "path": id, "kind": kind, "ms": 20 }));
            let sent = env.sending(method, &format!("/conversations/{id}{path}"), &body).send().await;
            assert_eq!(sent.is_ok(), answers, "{method} {kind}");
            assert_eq!(env.shown(&id) != before, carried_out, "{method} {kind}");
            let log = env.control(json!({ "log": { "path": id } }));
            assert_eq!(log["entries"][0]["accepted"], json!(carried_out), "{method} {kind}");
        }
        let id = env.conversation("open");
        let before = env.shown(&id);
        for (kind, carried_out) in [("hang", false), ("hang_after_accept", true)] {
            env.fault(json!({ "method": method, "path": id, "kind": kind }));
            let met = || {
                let log = env.control(json!({ "log": { "path": id } }));
                let entry = log["entries"].as_array().unwrap().iter().find(|entry| entry["fault"] == kind).cloned();
                entry.is_some_and(|entry| entry["accepted"] == json!(carried_out))
            };
            tokio::select! {
                _ = env.sending(method, &format!("/conversations/{id}{path}"), &body).send() => panic!("{kind} answers"),
                () = until("the fault is met", met) => {}
            }
            assert_eq!(env.shown(&id) != before, carried_out, "{method} {kind}");
        }
    }
}

#[tokio::test]
async fn the_palette_s_writes_and_all_reads_meet_faults_too() {
    let env = env().await;
    let id = env.conversation("open");
    env.fault(json!({ "method": "POST", "path": "/conversation-tags", "kind": "status_after_accept" }));
    let create = || env.sending("POST", "/conversation-tags", &json!({ "name": "A" })).header("idempotency-key", "k");
    assert_eq!(create().send().await.unwrap().status().as_u16(), 502);
    let again = create().send().await.unwrap();
    assert_eq!(again.headers().get("idempotent-replayed").unwrap(), "true");
    let tag = again.json::<Value>().await.unwrap()["id"].as_str().unwrap().to_owned();
    env.fault(json!({ "method": "DELETE", "kind": "reset_after_accept" }));
    assert!(env.sending("DELETE", &format!("/conversation-tags/{tag}"), &Value::Null).send().await.is_err());
    assert_eq!(env.control(json!({ "palette": {} })), json!([]));
    for path in [format!("/conversations/{id}/notes"), format!("/conversations/{id}/tags"), "/conversation-tags".into()]
    {
        env.fault(json!({ "path": path, "kind": "truncated_body" }));
        let cut = env.client.get(env.url(&path)).bearer_auth(env.sandbox.api_key()).send().await.unwrap();
        assert!(cut.bytes().await.is_err(), "{path}");
        env.fault(json!({ "path": path, "kind": "stale" }));
        env.control(json!({ "note": { "conversation_id": id, "content": "unseen" } }));
        env.control(json!({ "tag": { "name": format!("Unseen {path}") } }));
        let stale = env.get(&path).await.json();
        let fresh = env.get(&path).await.json();
        assert!(stale["total"].as_u64() <= fresh["total"].as_u64(), "{path}");
        assert_eq!(stale["total"] == fresh["total"], path.ends_with("/tags"), "{path}");
    }
}
