//! The control interface, its door (security, S16), the listener's limits (S15), and the demo.

use std::time::Duration;

use serde_json::{Value, json};
use takeover::sandbox::{Options, Sandbox, Script};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::env::{Env, Got, env, env_with, got};

async fn command(env: &Env, change: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder) -> Got {
    let request = env.client.post(env.sandbox.control_url()).body("{\"counts\":{}}");
    got(change(request).send().await.unwrap()).await
}

#[tokio::test]
async fn commands_are_json_posts_to_an_unguessable_path_on_loopback_s16() {
    let env = env().await;
    let url = env.sandbox.control_url();
    let (base, secret) = url.rsplit_once('/').unwrap();
    assert!(url.starts_with("http://127.0.0.1:") && secret.len() == 32);
    let port = base.strip_prefix("http://127.0.0.1:").unwrap().split('/').next().unwrap();
    let json_type = |request: reqwest::RequestBuilder| request.header("content-type", "application/json");

    assert_eq!(command(&env, json_type).await.status, 200);
    assert_eq!(command(&env, |it| it).await.status, 415);
    assert_eq!(command(&env, |it| it.header("content-type", "text/plain")).await.status, 415);
    for host in ["evil.example.com".to_owned(), format!("evil.example.com:{port}"), "127.0.0.1".to_owned()] {
        assert_eq!(command(&env, |it| json_type(it).header("host", &host)).await.status, 421, "{host}");
    }
    assert_eq!(command(&env, |it| json_type(it).header("host", format!("localhost:{port}"))).await.status, 200);
    for origin in ["https://evil.example.com", "null", "http://127.0.0.1:1"] {
        let refused = command(&env, |it| json_type(it).header("origin", origin)).await;
        assert_eq!(refused.status, 403, "{origin}");
        assert!(refused.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
    }
    let ours = format!("http://127.0.0.1:{port}");
    assert_eq!(command(&env, |it| json_type(it).header("origin", ours)).await.status, 200);
    let wrong = format!("{base}/{}", "0".repeat(32));
    let refused = env.client.post(wrong).header("content-type", "application/json").body("{}").send().await.unwrap();
    assert_eq!(refused.status().as_u16(), 404);
    let put = env.client.put(url).header("content-type", "application/json").body("{}").send().await.unwrap();
    assert_eq!(put.status().as_u16(), 405);
    assert_eq!(command(&env, |it| json_type(it).body("{\"nothing\":{}}")).await.status, 400);
}

#[tokio::test]
async fn over_http_a_command_does_what_it_does_in_process() {
    let env = env().await;
    let body = json!({ "visitor": { "text": "hello", "contact_name": "Rūta", "contact_email": "ruta@example.com" } });
    let made = command(&env, |it| it.header("content-type", "application/json").body(body.to_string())).await.json();
    let id = made["conversation_id"].as_str().unwrap();
    let shown =
        got(env.client.get(format!("{}/conversations/{id}", env.sandbox.control_url())).send().await.unwrap()).await;
    assert_eq!(shown.json(), env.shown(id));
    assert_eq!(shown.json()["conversation"]["contact_name"], "Rūta");
    let listed = env.control(json!({ "list": { "contact_name": "Rū", "status": "bot_active" } }));
    assert_eq!(listed["conversations"][0]["id"], json!(id));
}

#[tokio::test]
async fn the_log_tells_each_request_and_never_the_key() {
    let env = env().await;
    let id = env.conversation("open");
    env.get("/conversations?status=open&limit=5").await;
    env.post(&id, Some("key-1"), json!({ "text": "x" })).await;
    env.get("/nowhere").await;
    let log = got(env.client.get(format!("{}/log", env.sandbox.control_url())).send().await.unwrap()).await.json();
    let entries = log["entries"].as_array().unwrap();
    let facts: Vec<Value> =
        entries.iter().map(|it| json!([it["method"], it["path"], it["query"], it["status"], it["accepted"]])).collect();
    let messages = format!("/conversations/{id}/messages");
    assert_eq!(
        facts,
        [
            json!(["GET", "/conversations", "status=open&limit=5", 200, false]),
            json!(["POST", messages, null, 201, true]),
            json!(["GET", "/nowhere", null, 404, false]),
        ]
    );
    assert_eq!(entries[1]["idempotency_key"], "key-1");
    assert!(!log.to_string().contains(env.sandbox.api_key()));
    let last = log["last"].as_u64().unwrap();
    env.get("/me").await;
    let newer = env.control(json!({ "log": { "since": last } }));
    assert_eq!(newer["entries"].as_array().unwrap().len(), 1);
    let counts = env.control(json!({ "counts": {} }));
    assert_eq!((&counts["requests"], &counts["accepted"], &counts["messages"]), (&json!(4), &json!(1), &json!(1)));
}

#[tokio::test]
async fn planted_records_come_out_verbatim_beside_whole_ones() {
    let env = env().await;
    let good = env.conversation("open");
    let raw = r#"{"object":"conversation","id":"not-a-uuid","status":"\ud800","sentiment_score":1e999,"created_at":"+275760-09-13T00:00:00Z"}"#;
    let planted = env.control(json!({ "plant": { "raw": raw, "status": "open" } }));
    let id = planted["conversation_id"].as_str().unwrap();
    let page = env.get("/conversations?status=open").await;
    let text = String::from_utf8(page.bytes).unwrap();
    assert!(text.contains(raw) && text.contains(&good));
    assert_eq!(env.get(&format!("/conversations/{id}")).await.bytes, raw.as_bytes());

    env.control(json!({ "plant": { "conversation_id": good, "fields": { "status": "escalated", "priority": null, "new": [1] } } }));
    let it = env.get(&format!("/conversations/{good}")).await.json();
    assert_eq!((&it["status"], &it["priority"], &it["new"]), (&json!("escalated"), &Value::Null, &json!([1])));
    assert_eq!(env.post(&good, None, json!({ "text": "x" })).await.status, 201, "only what is shown changed");

    let deep = format!("{{\"id\":\"m\",\"metadata\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    env.control(json!({ "plant": { "conversation_id": good, "message_id": "new", "raw": deep } }));
    let thread = env.get(&format!("/conversations/{good}/messages")).await;
    assert!(String::from_utf8(thread.bytes).unwrap().contains(&deep));
}

#[tokio::test]
async fn time_can_be_moved_on_and_the_date_header_follows() {
    let env = env().await;
    let before = env.get("/me").await.header("date").to_owned();
    env.control(json!({ "advance": { "seconds": 86_400 } }));
    let after = env.get("/me").await.header("date").to_owned();
    assert_eq!((before.as_str(), after.as_str()), ("Fri, 22 May 2026 14:08:20 GMT", "Sat, 23 May 2026 14:08:20 GMT"));
}

#[tokio::test]
async fn compressed_and_oversized_requests_are_turned_away_s15() {
    let env = env().await;
    let id = env.conversation("open");
    let packed = env.posting(&id, None, "x").header("content-encoding", "gzip").send().await.unwrap();
    assert_eq!(packed.status().as_u16(), 415);
    let large = env.posting(&id, None, "x".repeat(2_000_000)).send().await;
    assert!(large.is_err() || large.is_ok_and(|answer| answer.status().as_u16() == 413));
    let long = env.client.get(env.url("/me")).header("x-long", "x".repeat(60_000)).send().await;
    assert!(long.is_err() || long.is_ok_and(|answer| answer.status().as_u16() == 431));
    assert_eq!(env.get("/me").await.status, 200);
}

#[tokio::test]
async fn a_sandbox_that_is_shut_down_or_dropped_listens_no_more() {
    for drops in [true, false] {
        let env = env().await;
        env.get("/me").await;
        let address = env.sandbox.base_url().strip_prefix("http://").unwrap().strip_suffix("/v1").unwrap().to_owned();
        let mut held = TcpStream::connect(&address).await.unwrap();
        if drops {
            drop(env.sandbox);
        } else {
            env.sandbox.shutdown().await;
        }
        let waiting = async {
            while TcpStream::connect(&address).await.is_ok() {
                tokio::task::yield_now().await;
            }
        };
        assert!(tokio::time::timeout(Duration::from_secs(10), waiting).await.is_ok());
        // The write may meet a closed socket already; either way nothing comes back.
        let _ = held.write_all(b"GET /v1/me HTTP/1.1\r\n\r\n").await;
        assert!(matches!(held.read(&mut [0; 8]).await, Ok(0) | Err(_)));
    }
}

#[tokio::test]
async fn the_same_seed_serves_the_same_data_and_another_seed_does_not() {
    let page = async |seed: u64| {
        let env = env_with(|options| {
            options.seed = seed;
            options.conversations = 50;
            options.messages = 4;
        })
        .await;
        let list = env.get("/conversations?limit=50").await.bytes;
        let id = serde_json::from_slice::<Value>(&list).unwrap()["data"][3]["id"].as_str().unwrap().to_owned();
        (list, env.get(&format!("/conversations/{id}/messages")).await.bytes)
    };
    let (one, same, other) = (page(7).await, page(7).await, page(8).await);
    assert!(one == same && one != other);
}

#[tokio::test]
async fn in_the_demo_a_reply_takes_over_and_the_visitor_answers_by_himself() {
    let env = env_with(|options| options.script = Script::Demo).await;
    let me = env.sandbox.demo_me().unwrap();
    let members = env.get("/team/members").await.json();
    assert!(members["data"].as_array().unwrap().iter().any(|member| member["user_id"] == json!(me)));
    let waiting = env.get("/conversations?status=agent_requested").await.json();
    let june = waiting["data"].as_array().unwrap().iter().find(|row| row["contact_name"] == "June Park").unwrap();
    let id = june["id"].as_str().unwrap();
    assert_eq!(env.post(id, None, json!({ "text": "Hello June" })).await.status, 201);
    assert_eq!(env.get(&format!("/conversations/{id}")).await.json()["status"], "open");
    env.clock.advance(Duration::from_secs(7));
    let thread = env.get(&format!("/conversations/{id}/messages")).await.json();
    assert_eq!(thread["data"][0]["role"], "user");
}

#[tokio::test]
async fn an_address_that_is_taken_is_said() {
    let env = env().await;
    let taken = env.sandbox.base_url().strip_prefix("http://").unwrap().strip_suffix("/v1").unwrap().parse().unwrap();
    let error = Sandbox::start(Options { listen: taken, ..Options::default() }).await.unwrap_err();
    assert!(error.to_string().contains(&taken.to_string()), "{error}");
}
