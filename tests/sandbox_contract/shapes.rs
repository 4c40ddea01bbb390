//! Shapes and credentials: contract, sections 1, 2.5, 2.8, 4 and 7.

use serde_json::json;

use crate::env::{env, fixture, got, is_id, keys, same_form};

#[tokio::test]
async fn a_conversation_has_the_documented_keys_and_forms_7_1() {
    let env = env().await;
    let id = env.conversation("agent_requested");
    env.control(json!({ "visitor": { "conversation_id": id, "text": "I'd like to send it back, please." } }));
    env.control(json!({ "set": {
        "conversation_id": id, "title": "Refund", "summary": "s", "sentiment_score": 22,
        "contact_email": "june@example.com", "contact_name": "June Park",
        "qr_code_id": "f1d2c3b4-a5e6-4f7a-8b9c-0d1e2f3a4b5c",
    } }));
    let one = env.get(&format!("/conversations/{id}")).await;
    assert_eq!(one.status, 200);
    same_form(&one.json(), &fixture("conversation.json"), "conversation");
    let list = env.get("/conversations?status=agent_requested").await.json();
    assert_eq!(keys(&list), keys(&fixture("conversations_page.json")));
    assert_eq!(list["data"][0], one.json());
}

#[tokio::test]
async fn a_reply_is_answered_with_the_documented_message_7_2() {
    let env = env().await;
    let id = env.conversation("open");
    let sent = env.post(&id, None, json!({ "text": "We can take it back." })).await;
    assert_eq!(sent.status, 201);
    same_form(&sent.json(), &fixture("message.json"), "message");
    assert_eq!(sent.json()["metadata"], json!({ "source": "api" }));
    assert_eq!(sent.json()["conversation_id"], json!(id));
    let read = env.get(&format!("/conversations/{id}/messages")).await.json();
    assert_eq!(read["data"][0], sent.json());
}

#[tokio::test]
async fn me_members_and_chatbots_have_the_documented_forms_1_2_5_2_8() {
    let env = env().await;
    env.control(json!({ "visitor": { "text": "hello" } }));
    for (path, sample) in [("/me", "me.json"), ("/team/members", "members.json"), ("/chatbots", "chatbots.json")] {
        let ours = env.get(path).await;
        assert_eq!(ours.status, 200);
        same_form(&ours.json(), &fixture(sample), path);
    }
    let members = env.get("/team/members").await.json();
    let member = &members["data"][0];
    assert_ne!(member["id"], member["user_id"]);
    let path = format!("/team/members/{}", member["id"].as_str().unwrap());
    assert_eq!(env.get(&path).await.json(), *member);
    let bots = env.get("/chatbots").await.json();
    let path = format!("/chatbots/{}", bots["data"][0]["id"].as_str().unwrap());
    assert_eq!(env.get(&path).await.json(), bots["data"][0]);
}

#[tokio::test]
async fn a_removed_member_is_gone_though_conversations_still_name_him_2_5() {
    let env = env().await;
    let user = env.control(json!({ "add_member": { "first_name": "Otto" } }))["user_id"].as_str().unwrap().to_owned();
    let id = env.conversation("open");
    env.control(json!({ "set": { "conversation_id": id, "assigned_to": user } }));
    env.control(json!({ "remove_member": { "user_id": user } }));
    let members = env.get("/team/members").await.json();
    assert!(members["data"].as_array().unwrap().iter().all(|member| member["user_id"] != json!(user)));
    assert_eq!(env.get(&format!("/conversations/{id}")).await.json()["assigned_to"], json!(user));
}

#[tokio::test]
async fn an_oauth_token_is_accepted_everywhere_and_me_names_its_user_1() {
    let env = env().await;
    let token = env.control(json!({ "rotate_key": { "oauth": true, "keep_old": true } }))["api_key"].clone();
    let token = token.as_str().unwrap();
    assert!(token.starts_with("awo_live_"));
    let me = got(env.client.get(env.url("/me")).bearer_auth(token).send().await.unwrap()).await.json();
    assert_eq!(me["auth"]["type"], "oauth_token");
    assert!(is_id(&me["user"]["id"]) && me.get("api_key").is_none());
    let list = env.client.get(env.url("/conversations")).bearer_auth(token).send().await.unwrap();
    assert_eq!(list.status().as_u16(), 200);
    assert_eq!(env.get("/me").await.json()["auth"]["type"], "api_key");
}

#[tokio::test]
async fn the_key_has_the_documented_form_and_each_wrong_one_its_own_code_1() {
    let env = env().await;
    let key = env.sandbox.api_key().to_owned();
    let hex = key.strip_prefix("aw_live_").unwrap();
    assert!(hex.len() == 32 && hex.chars().all(|letter| letter.is_ascii_hexdigit()));
    for (header, code) in [
        (None, "missing_api_key"),
        (Some(key.clone()), "missing_api_key"),
        (Some(format!("Basic {key}")), "missing_api_key"),
        (Some(format!("bearer {key}")), "missing_api_key"),
        (Some(format!("Bearer  {key}")), "invalid_api_key"),
        (Some("Bearer aw_live_00000000000000000000000000000000".to_owned()), "invalid_api_key"),
        (Some("Bearer x".to_owned()), "invalid_api_key"),
    ] {
        let mut request = env.client.get(env.url("/me"));
        if let Some(header) = &header {
            request = request.header("authorization", header);
        }
        let refused = got(request.send().await.unwrap()).await;
        assert_eq!(refused.error(), (401, code.to_owned()), "{header:?}");
    }
    for (state, status, code) in [
        ("unknown", 401, "invalid_api_key"),
        ("revoked", 401, "api_key_revoked"),
        ("expired", 401, "api_key_expired"),
        ("paused", 403, "api_key_paused"),
    ] {
        env.control(json!({ "key": { "state": state } }));
        assert_eq!(env.get("/me").await.error(), (status, code.to_owned()));
    }
    let id = env.conversation("open");
    env.control(json!({ "key": { "state": "forbidden" } }));
    assert_eq!(env.get("/me").await.status, 200);
    assert_eq!(env.get("/conversations").await.error(), (403, "forbidden".to_owned()));
    env.control(json!({ "key": { "state": "read_only" } }));
    assert_eq!(env.get("/conversations").await.status, 200);
    assert_eq!(env.post(&id, None, json!({ "text": "x" })).await.error(), (403, "forbidden".to_owned()));
    env.control(json!({ "key": { "state": "valid" } }));
    assert_eq!(env.post(&id, None, json!({ "text": "x" })).await.status, 201);
}

#[tokio::test]
async fn a_rotated_key_ends_the_old_one_1() {
    let env = env().await;
    let fresh = env.control(json!({ "rotate_key": {} }))["api_key"].as_str().unwrap().to_owned();
    assert_eq!(env.get("/me").await.error(), (401, "invalid_api_key".to_owned()));
    assert_eq!(env.client.get(env.url("/me")).bearer_auth(fresh).send().await.unwrap().status().as_u16(), 200);
}

#[tokio::test]
async fn errors_are_flat_and_every_answer_names_its_request_4() {
    let env = env().await;
    let id = env.conversation("open");
    let mut seen = std::collections::HashSet::new();
    for answer in [
        env.get("/me").await,
        env.get("/nowhere").await,
        env.get("/conversations?limit=0").await,
        env.post(&id, None, json!({})).await,
        env.post(&id, None, json!({ "text": "x" })).await,
    ] {
        let request = answer.header("x-request-id").to_owned();
        let letters = request.strip_prefix("req_").unwrap();
        assert!(letters.len() == 12 && letters.chars().all(|letter| letter.is_ascii_alphanumeric()));
        assert!(seen.insert(request.clone()));
        assert_eq!(answer.header("content-type"), "application/json");
        if answer.status >= 400 {
            let body = answer.json();
            assert!(body["error"].is_string() && body["message"].is_string());
            assert_eq!(body["request_id"], json!(request));
        }
    }
    let refused = env.post(&id, None, json!({ "text": 5 })).await.json();
    let sample = fixture("field_errors.json");
    assert_eq!(keys(&refused), keys(&sample));
    assert_eq!(keys(&refused["details"]), keys(&sample["details"]));
    assert!(refused["details"]["fieldErrors"]["text"][0].is_string());
}

#[tokio::test]
async fn what_is_not_there_is_404_whatever_its_id_looks_like_4() {
    let env = env().await;
    for path in [
        "/nowhere",
        "/conversations/00000000-0000-0000-0000-000000000000",
        "/conversations/x",
        "/conversations/00000000-0000-0000-0000-000000000000/messages",
        "/team/members/x",
        "/chatbots/x",
        "/conversations/",
        "/../v2/me",
    ] {
        assert_eq!(env.get(path).await.error(), (404, "not_found".to_owned()), "{path}");
    }
    let refused = env.post("00000000-0000-0000-0000-000000000000", None, json!({ "text": "x" })).await;
    assert_eq!(refused.error(), (404, "not_found".to_owned()));
}
