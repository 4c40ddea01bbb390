//! Endpoints of webhooks: management, URL rules, who sees what, and where the secret never is.

use serde_json::{Value, json};

use crate::env::{env, fixture, got, keys, same_form};
use crate::receiver::{asked, hooked};

#[tokio::test]
async fn an_endpoint_is_made_read_listed_changed_and_deleted_9_6() {
    let env = env().await;
    let made = env.ask("POST", "/webhooks", asked()).await;
    assert_eq!(made.status, 201);
    let made = made.json();
    let secret = made["signing_secret"].as_str().unwrap();
    let hex = secret.strip_prefix("whsec_").unwrap();
    assert!(hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)));
    let mut plain = made.clone();
    plain.as_object_mut().unwrap().remove("signing_secret");
    same_form(&plain, &fixture("webhook_endpoint.json"), "endpoint");
    assert_eq!((&plain["is_active"], &plain["description"]), (&json!(true), &Value::Null));

    let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
    assert_eq!(env.get(&path).await.json(), plain);
    let list = env.get("/webhooks").await.json();
    assert_eq!(list, json!({ "object": "list", "total": 1, "page": 1, "page_size": 25, "data": [plain] }));

    env.control(json!({ "advance": { "seconds": 60 } }));
    let change = json!({ "isActive": false, "events": ["member.joined"], "description": "Relay" });
    let changed = env.ask("PATCH", &path, change).await;
    assert_eq!(changed.status, 200);
    let changed = changed.json();
    assert_eq!(keys(&changed), keys(&plain), "no secret");
    assert_eq!((&changed["is_active"], &changed["events"]), (&json!(false), &json!(["member.joined"])));
    assert_eq!((&changed["description"], &changed["url"]), (&json!("Relay"), &plain["url"]));
    assert_ne!(changed["updated_at"], plain["updated_at"]);
    let changed = env.ask("PATCH", &path, json!({ "is_active": true, "description": null })).await.json();
    assert_eq!(changed["is_active"], false, "in requests the field is called isActive");
    assert_eq!(changed["description"], Value::Null);
    let changed = env.ask("PATCH", &path, json!({ "url": "https://other.example.com/in", "isActive": true })).await;
    let changed = changed.json();
    assert_eq!((&changed["url"], &changed["is_active"]), (&json!("https://other.example.com/in"), &json!(true)));

    let gone = env.ask("DELETE", &path, json!({})).await;
    assert_eq!((gone.status, gone.bytes.len()), (204, 0));
    for method in ["GET", "PATCH", "DELETE"] {
        assert_eq!(env.ask(method, &path, json!({})).await.error(), (404, "not_found".to_owned()), "{method}");
    }
    assert_eq!(env.get("/webhooks").await.json()["data"], json!([]));
}

#[tokio::test]
async fn only_public_https_host_names_are_taken_9_5() {
    let env = env().await;
    let refused = [
        "http://relay.example.com/in",
        "ftp://relay.example.com/in",
        "https://localhost/in",
        "https://localhost.:8443/in",
        "https://relay.localhost/in",
        "https://127.0.0.1/in",
        "https://127.1/in",
        "https://0x7f000001/in",
        "https://2130706433/in",
        "https://0.0.0.0/in",
        "https://10.0.0.8/in",
        "https://172.16.3.4/in",
        "https://192.168.1.1/in",
        "https://169.254.169.254/latest/meta-data",
        "https://metadata.google.internal/",
        "https://93.184.216.34/in",
        "https://[::1]/in",
        "https://[fe80::1]/in",
        "https://[::ffff:10.0.0.1]/in",
        "https://[2606:2800:220:1::1]/in",
        "https://intranet/in",
        "https://printer.local/in",
        "https://user:word@relay.example.com/in",
        "relay.example.com/in",
        "",
    ];
    let made = env.ask("POST", "/webhooks", asked()).await.json();
    let path = format!("/webhooks/{}", made["id"].as_str().unwrap());
    for url in refused {
        for (method, path) in [("POST", "/webhooks"), ("PATCH", path.as_str())] {
            let body = json!({ "url": url, "events": ["message.created"] });
            let answer = env.ask(method, path, body).await;
            assert_eq!(answer.error(), (400, "invalid_payload".to_owned()), "{method} {url}");
            assert!(answer.json()["details"]["fieldErrors"]["url"].is_array(), "{method} {url}");
        }
    }
    for url in ["https://relay.example.com", "https://relay.example.com:8443/a/b?c=d", "https://bücher.example/in"] {
        let answer = env.ask("POST", "/webhooks", json!({ "url": url, "events": ["message.created"] })).await;
        assert_eq!(answer.status, 201, "{url}");
    }
}

#[tokio::test]
async fn events_and_descriptions_have_their_limits_9_6() {
    let env = env().await;
    let with = |name: &str, value: Value| {
        let mut body = asked();
        body[name] = value;
        body
    };
    let many: Vec<&str> = std::iter::repeat_n("message.created", 37).collect();
    let without = |name: &str| {
        let mut body = asked();
        body.as_object_mut().unwrap().remove(name);
        body
    };
    let refused = [
        ("events", with("events", json!([]))),
        ("events", with("events", json!(["*"]))),
        ("events", with("events", json!(["message.created", "conversation.deleted"]))),
        ("events", with("events", json!("message.created"))),
        ("events", with("events", json!([7]))),
        ("events", with("events", json!(many))),
        ("events", without("events")),
        ("url", without("url")),
        ("url", with("url", json!(7))),
        ("description", with("description", json!("x".repeat(501)))),
        ("description", with("description", json!(["x"]))),
    ];
    for (field, body) in refused {
        let answer = env.ask("POST", "/webhooks", body.clone()).await;
        assert_eq!(answer.error(), (400, "invalid_payload".to_owned()), "{body}");
        assert_eq!(keys(&answer.json()["details"]["fieldErrors"]), [field.to_owned()].into(), "{body}");
    }
    assert_eq!(env.ask("PATCH", "/webhooks/none", json!({})).await.status, 404);
    let all = ["conversation.created", "conversation.updated", "message.created", "member.joined", "member.removed"];
    let all = [&all[..], &["chatbot.updated", "chatbot.deleted"]].concat();
    let taken = env.ask("POST", "/webhooks", with("events", json!(all))).await;
    assert_eq!((taken.status, &taken.json()["events"]), (201, &json!(all)));
    assert_eq!(env.ask("POST", "/webhooks", with("description", json!("x".repeat(500)))).await.status, 201);
    let path = format!("/webhooks/{}", taken.json()["id"].as_str().unwrap());
    let answer = env.ask("PATCH", &path, json!({ "isActive": "no" })).await;
    assert_eq!(answer.error(), (400, "invalid_payload".to_owned()));

    env.switch("unknown_fields", "refuse");
    assert_eq!(env.ask("PATCH", &path, json!({ "is_active": true })).await.status, 400);
    assert_eq!(env.ask("PATCH", &path, json!({ "isActive": true })).await.status, 200);
}

#[tokio::test]
async fn a_creation_with_the_same_idempotency_key_is_replayed_and_makes_one_endpoint_6() {
    let env = env().await;
    let make = async |body: Value| {
        let request = env.client.post(env.url("/webhooks")).bearer_auth(env.sandbox.api_key());
        got(request.header("idempotency-key", "k-1").body(body.to_string()).send().await.unwrap()).await
    };
    let (first, second) = (make(asked()).await, make(asked()).await);
    assert_eq!((first.status, first.bytes), (201, second.bytes));
    assert_eq!(second.headers.get("idempotent-replayed").unwrap(), "true");
    let mut other = asked();
    other["description"] = json!("another");
    assert_eq!(make(other).await.error(), (409, "idempotency_conflict".to_owned()));
    assert_eq!(env.get("/webhooks").await.json()["total"], 1);
}

#[tokio::test]
async fn a_deletion_may_answer_200_with_a_body_11_9() {
    let env = env().await;
    env.switch("webhook_delete_status", 200);
    let made = env.ask("POST", "/webhooks", asked()).await.json();
    let gone = env.ask("DELETE", &format!("/webhooks/{}", made["id"].as_str().unwrap()), json!({})).await;
    assert_eq!((gone.status, &gone.json()["id"]), (200, &made["id"]));
}

#[tokio::test]
async fn who_sees_which_endpoint_follows_from_who_made_it_12_4() {
    let env = env().await;
    let id = |made: &Value| made["id"].as_str().unwrap().to_owned();
    let token = |made: Value| made["api_key"].as_str().unwrap().to_owned();
    let one = token(env.control(json!({ "rotate_key": { "oauth": true, "keep_old": true } })));
    let two = token(env.control(json!({ "rotate_key": { "oauth": true, "keep_old": true } })));
    let by_dashboard = id(&env.control(json!({ "webhook": asked() })));
    let by_key = id(&env.ask("POST", "/webhooks", asked()).await.json());
    let by_token = id(&env.ask_as(&one, "POST", "/webhooks", asked()).await.json());
    let seen = async |key: &str| -> Vec<String> {
        let list = env.ask_as(key, "GET", "/webhooks", json!({})).await.json();
        list["data"].as_array().unwrap().iter().map(&id).collect()
    };
    let key = env.sandbox.api_key();
    assert_eq!(seen(key).await, [by_dashboard.clone(), by_key.clone(), by_token.clone()]);
    assert_eq!(seen(&one).await, std::slice::from_ref(&by_token));
    assert!(seen(&two).await.is_empty());
    for method in ["GET", "PATCH", "DELETE"] {
        let hidden = env.ask_as(&two, method, &format!("/webhooks/{by_token}"), json!({})).await;
        assert_eq!(hidden.status, 404, "{method}");
    }
    let rotate = json!({ "rotate_key": { "oauth": true, "keep_old": true, "scopes": ["conversations.view", "conversations.manage"] } });
    let narrow = token(env.control(rotate));
    for (method, path) in [("GET", "/webhooks"), ("POST", "/webhooks")] {
        let refused = env.ask_as(&narrow, method, path, asked()).await;
        assert_eq!(refused.error(), (403, "forbidden".to_owned()), "without webhooks.manage: {method}");
    }
    env.switch("webhook_visibility", "dashboard");
    assert_eq!(seen(key).await, [by_dashboard]);
    assert_eq!(env.get(&format!("/webhooks/{by_key}")).await.status, 404);
    assert_eq!(seen(&one).await, [by_token]);
    env.switch("webhooks_envelope", "cursor");
    let list = env.get("/webhooks").await.json();
    assert_eq!((&list["has_more"], &list["next_cursor"]), (&json!(false), &Value::Null));
}

#[tokio::test]
async fn the_secret_is_in_the_answer_to_the_creation_and_nowhere_else_s18() {
    let hooked = hooked().await;
    let env = &hooked.env;
    let id = env.conversation("agent_requested");
    env.post(&id, None, json!({ "text": "hello" })).await;
    hooked.receiver.take(3).await;
    hooked.at_rest().await;
    let path = format!("/webhooks/{}", hooked.webhook);
    let changed = env.ask("PATCH", &path, json!({ "description": "x" })).await;
    let control = env.sandbox.control_url().to_owned();
    let log = got(env.client.get(format!("{control}/log")).send().await.unwrap()).await;
    let deliveries = got(env.client.get(format!("{control}/deliveries")).send().await.unwrap()).await;
    assert_eq!(deliveries.json(), env.deliveries(json!({})));
    let texts = [
        String::from_utf8(changed.bytes).unwrap(),
        String::from_utf8(env.get(&path).await.bytes).unwrap(),
        String::from_utf8(env.get("/webhooks").await.bytes).unwrap(),
        String::from_utf8(log.bytes).unwrap(),
        String::from_utf8(deliveries.bytes).unwrap(),
        env.control(json!({ "log": {} })).to_string(),
        env.control(json!({ "counts": {} })).to_string(),
        env.control(json!({ "deliveries": { "bodies": true } })).to_string(),
        format!("{:?}", env.sandbox),
    ];
    let hex = hooked.secret.strip_prefix("whsec_").unwrap();
    for text in texts {
        assert!(!text.is_empty() && !text.contains(hex), "{text}");
    }
    let platform = takeover::sandbox::platform(&takeover::sandbox::Options::default());
    let mut platform = platform.unwrap();
    let command = serde_json::from_value(json!({ "webhook": asked() })).unwrap();
    let made = platform.control(command, env.clock.now().wall).unwrap();
    let hex = made["signing_secret"].as_str().unwrap().strip_prefix("whsec_").unwrap();
    assert!(!format!("{platform:?}").contains(hex));
}
