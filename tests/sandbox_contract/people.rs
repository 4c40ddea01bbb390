//! People and bots in full, and what a token may do: contract, sections 1, 2.5, 2.8 and 11 #22.

use serde_json::{Value, json};

use crate::env::{env, fixture, got, keys, same_form};

fn names(list: &Value) -> Vec<&str> {
    list["data"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_member_who_left_is_404_and_a_user_id_is_no_membership_2_5() {
    let env = env().await;
    let (user, membership) = env.member(1).await;
    let one = env.get(&format!("/team/members/{membership}")).await;
    assert_eq!(one.status, 200);
    same_form(&one.json(), &fixture("members.json")["data"][0], "member");
    assert_eq!(env.get(&format!("/team/members/{user}")).await.error(), (404, "not_found".to_owned()));
    env.control(json!({ "remove_member": { "user_id": user } }));
    assert_eq!(env.get(&format!("/team/members/{membership}")).await.error(), (404, "not_found".to_owned()));
    assert!(!env.get("/team/members").await.json().to_string().contains(&user));
}

#[tokio::test]
async fn everyone_comes_in_one_response_in_each_envelope_2_5() {
    let env = env().await;
    for n in 0..40 {
        env.control(json!({ "add_member": { "first_name": format!("Member {n}") } }));
    }
    let list = env.get("/team/members?page_size=2&page=3").await.json();
    assert_eq!((list["data"].as_array().unwrap().len(), &list["total"]), (43, &json!(43)));
    assert_eq!(keys(&list), keys(&fixture("members.json")));
    env.switch("members_envelope", "cursor");
    let list = env.get("/team/members").await.json();
    assert_eq!((list["data"].as_array().unwrap().len(), &list["has_more"]), (43, &json!(false)));
    env.switch("members_envelope", "bare");
    assert_eq!(env.get("/team/members").await.json().as_array().unwrap().len(), 43);
}

#[tokio::test]
async fn bots_come_in_pages_by_status_and_in_an_order_2_8() {
    let env = env().await;
    for (name, status) in [("Draft bot", "draft"), ("Paused bot", "paused"), ("Old bot", "archived")] {
        env.control(json!({ "chatbot": { "name": name, "status": status } }));
    }
    let all = env.get("/chatbots").await.json();
    same_form(&all, &fixture("chatbots.json"), "chatbots");
    assert_eq!(names(&all), ["Support bot", "Draft bot", "Paused bot", "Old bot"]);
    for (status, wanted) in
        [("active", "Support bot"), ("draft", "Draft bot"), ("paused", "Paused bot"), ("archived", "Old bot")]
    {
        let list = env.get(&format!("/chatbots?status={status}")).await.json();
        assert_eq!((names(&list), &list["total"]), (vec![wanted], &json!(1)));
    }
    let page = env.get("/chatbots?page=2&page_size=3").await.json();
    assert_eq!((names(&page), &page["total"], &page["page_size"]), (vec!["Old bot"], &json!(4), &json!(3)));
    let sorted = env.get("/chatbots?sort=-name").await.json();
    assert_eq!(names(&sorted), ["Support bot", "Paused bot", "Old bot", "Draft bot"]);
    for query in ["page=0", "page_size=0", "page_size=101", "status=asleep", "status=active,draft", "sort=weight"] {
        let refused = env.get(&format!("/chatbots?{query}")).await;
        assert_eq!(refused.error(), (400, "invalid_query".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn a_bot_is_renamed_and_once_deleted_its_conversations_have_none_2_8_7_1() {
    let env = env().await;
    let id = env.conversation("open");
    let bot = env.get(&format!("/conversations/{id}")).await.json()["chatbot_id"].as_str().unwrap().to_owned();
    env.control(json!({ "chatbot": { "chatbot_id": bot, "name": "Shop bot", "human_support_enabled": false } }));
    let it = env.get(&format!("/chatbots/{bot}")).await.json();
    assert_eq!((&it["name"], &it["human_support_enabled"]), (&json!("Shop bot"), &json!(false)));
    assert_eq!(it["conversation_count"], 1);
    env.control(json!({ "remove_chatbot": { "chatbot_id": bot } }));
    assert_eq!(env.get(&format!("/chatbots/{bot}")).await.error(), (404, "not_found".to_owned()));
    assert!(env.get(&format!("/conversations/{id}")).await.json()["chatbot_id"].is_null());
    assert!(env.walk(&format!("/conversations?chatbot_id={bot}")).await.is_empty());
}

#[tokio::test]
async fn a_token_without_the_scope_is_forbidden_11_22() {
    let env = env().await;
    let id = env.conversation("open");
    let tag = env.tag("Refund");
    let calls = [
        ("GET", "/me".to_owned(), ""),
        ("GET", "/team/members".to_owned(), ""),
        ("GET", "/chatbots".to_owned(), ""),
        ("GET", "/conversations".to_owned(), "conversations.view"),
        ("GET", format!("/conversations/{id}/notes"), "conversations.view"),
        ("GET", "/conversation-tags".to_owned(), "conversations.view"),
        ("PATCH", format!("/conversations/{id}"), "conversations.manage"),
        ("POST", format!("/conversations/{id}/messages"), "conversations.manage"),
        ("POST", format!("/conversations/{id}/notes"), "conversations.manage"),
        ("PUT", format!("/conversations/{id}/tags"), "conversations.manage"),
        ("DELETE", format!("/conversation-tags/{tag}"), "conversations.manage"),
    ];
    for scopes in [vec![], vec!["conversations.view"], vec!["conversations.manage"]] {
        let rotated = env.control(json!({ "rotate_key": { "oauth": true, "keep_old": true, "scopes": scopes } }));
        let token = rotated["api_key"].as_str().unwrap().to_owned();
        for (method, path, needed) in &calls {
            let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
            let sending = env.client.request(method.clone(), env.url(path)).bearer_auth(&token).body("{\"status\":7}");
            let answer = got(sending.send().await.unwrap()).await;
            if needed.is_empty() || scopes.contains(needed) {
                assert_ne!(answer.status, 403, "{method} {path} with {scopes:?}");
            } else {
                assert_eq!(answer.error(), (403, "forbidden".to_owned()), "{method} {path} with {scopes:?}");
            }
        }
        let me = got(env.client.get(env.url("/me")).bearer_auth(&token).send().await.unwrap()).await.json();
        assert_eq!(me["auth"]["scopes"], json!(scopes));
        if scopes.contains(&"conversations.manage") {
            assert_eq!(env.get("/conversation-tags").await.json()["total"], 0, "the deletion was permitted");
        }
    }
}

#[tokio::test]
async fn a_token_acts_for_its_member_1() {
    let env = env().await;
    let (user, _) = env.member(2).await;
    let rotated = env.control(json!({ "rotate_key": { "oauth": true, "keep_old": true, "user_id": user } }));
    let token = rotated["api_key"].as_str().unwrap();
    let me = got(env.client.get(env.url("/me")).bearer_auth(token).send().await.unwrap()).await.json();
    assert_eq!((&me["user"]["id"], &me["user"]["first_name"]), (&json!(user), &json!("Inês")));
}

#[tokio::test]
async fn every_object_may_come_with_odd_fields_7() {
    let env = env().await;
    let id = env.conversation("open");
    let (user, membership) = env.member(0).await;
    let bot = env.get("/chatbots").await.json()["data"][0]["id"].as_str().unwrap().to_owned();
    let tag = env.tag("Refund");
    env.control(json!({ "tags": { "conversation_id": id, "add": ["Refund"] } }));
    let odd = json!({ "\u{202e}": "\u{1b}]52;c;eA==\u{7}", "new": [1, null] });
    let note = env.control(json!({ "plant": { "conversation_id": id, "note_id": "new", "fields": odd } }));
    for (plant, path) in [
        (json!({ "tag": tag, "fields": odd }), "/conversation-tags".to_owned()),
        (json!({ "tag": tag, "fields": odd }), format!("/conversations/{id}/tags")),
        (json!({ "user_id": user, "fields": odd }), "/team/members".to_owned()),
        (json!({ "user_id": user, "fields": odd }), format!("/team/members/{membership}")),
        (json!({ "chatbot_id": bot, "fields": odd }), "/chatbots".to_owned()),
        (
            json!({ "conversation_id": id, "note_id": note["note_id"], "fields": odd }),
            format!("/conversations/{id}/notes"),
        ),
    ] {
        env.control(json!({ "plant": plant }));
        let answer = env.get(&path).await.json();
        let one = if answer["data"].is_array() { answer["data"][0].clone() } else { answer };
        assert_eq!((&one["\u{202e}"], &one["new"]), (&odd["\u{202e}"], &odd["new"]), "{path}");
        let mut raw = plant.clone();
        raw["fields"] = json!({});
        raw["raw"] = json!("[{\"id\":");
        env.control(json!({ "plant": raw }));
        let bytes = env.get(&path).await.bytes;
        assert!(String::from_utf8(bytes).unwrap().contains("[{\"id\":"), "{path}");
        raw["raw"] = Value::Null;
        env.control(json!({ "plant": raw }));
    }
}
