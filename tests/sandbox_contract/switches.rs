//! Both sides of the open questions: contract, section 11.

use serde_json::{Value, json};

use crate::env::{env, pairs};

#[tokio::test]
async fn times_come_in_each_documented_form_4() {
    let env = env().await;
    let id = env.conversation("open");
    for (form, wanted) in [
        ("offset", "2026-05-22T14:08:20.000+00:00"),
        ("seconds", "2026-05-22T14:08:20+00:00"),
        ("z", "2026-05-22T14:08:20.000Z"),
        ("no_seconds", "2026-05-22T14:08Z"),
        ("fractional", "2026-05-22T14:08:20.000000+00:00"),
        ("other_offset", "2026-05-22T19:53:20.000+05:45"),
    ] {
        env.switch("timestamps", form);
        assert_eq!(env.get(&format!("/conversations/{id}")).await.json()["created_at"], wanted);
    }
}

#[tokio::test]
async fn who_spoke_is_told_in_each_way_11_11() {
    let env = env().await;
    let id = env.conversation("open");
    env.control(json!({ "bot": { "conversation_id": id, "text": "b" } }));
    env.control(json!({ "colleague": { "conversation_id": id, "text": "d" } }));
    env.control(json!({ "visitor": { "conversation_id": id, "text": "v" } }));
    env.post(&id, None, json!({ "text": "a" })).await;
    let metadata = || {
        let shown = env.shown(&id);
        let all = shown["messages"].as_array().unwrap().clone();
        all.iter().map(|message| message["metadata"].clone()).collect::<Vec<Value>>()
    };
    let user = metadata()[1]["user_id"].clone();
    let dashboard = json!({ "source": "dashboard", "user_id": user });
    let (bot, api) = (json!({ "source": "bot" }), json!({ "source": "api" }));
    assert_eq!(metadata(), [bot, dashboard.clone(), Value::Null, api.clone()]);
    env.switch("bot_metadata", "null");
    assert_eq!(metadata(), [Value::Null, dashboard, Value::Null, api.clone()]);
    env.switch("dashboard_metadata", "null");
    assert_eq!(metadata(), [Value::Null, Value::Null, Value::Null, api.clone()]);
    env.switch("bot_metadata", "other");
    env.switch("dashboard_metadata", "same_as_bot");
    let other = metadata()[0].clone();
    assert!(other.is_object() && other.get("source").is_none());
    assert_eq!(metadata(), [other.clone(), other, Value::Null, api]);
}

#[tokio::test]
async fn markers_may_be_absent_and_may_move_the_last_message_11_20_11_24() {
    let env = env().await;
    let made = env.control(json!({ "visitor": { "text": "help" } }));
    let id = made["conversation_id"].as_str().unwrap();
    env.switch("markers_bump", true);
    env.switch("escalation_text", "Somebody is coming.");
    env.control(json!({ "escalate": { "conversation_id": id } }));
    let shown = env.shown(id);
    assert_eq!(shown["conversation"]["last_message_preview"], "Somebody is coming.");
    assert_eq!(shown["conversation"]["last_message_at"], shown["messages"][1]["created_at"]);

    env.switch("takeover_marker", false);
    env.switch("escalation_marker", false);
    env.switch("ending_markers", false);
    let made = env.control(json!({ "visitor": { "text": "help" } }));
    let id = made["conversation_id"].as_str().unwrap();
    env.control(json!({ "escalate": { "conversation_id": id } }));
    env.post(id, None, json!({ "text": "hello" })).await;
    env.control(json!({ "set": { "conversation_id": id, "status": "resolved" } }));
    assert_eq!(env.said(id), pairs(&[("user", "help"), ("assistant", "hello")]));
}

#[tokio::test]
async fn a_visitor_at_an_ended_conversation_reopens_is_refused_or_begins_anew_11_18_11_19() {
    let env = env().await;
    let id = env.conversation("resolved");
    let says = || {
        let command = json!({ "visitor": { "conversation_id": id, "text": "me again" } });
        env.sandbox.control(serde_json::from_value(command).unwrap())
    };
    env.switch("visitor_to_ended", "refuse");
    assert!(says().is_err());
    env.switch("visitor_to_ended", "new");
    assert_ne!(says().unwrap()["conversation_id"], json!(id));
    env.switch("visitor_to_ended", "reopen");
    env.switch("reopen_clears_stamps", false);
    assert_eq!(says().unwrap()["conversation_id"], json!(id));
    let it = env.shown(&id)["conversation"].clone();
    assert_eq!(it["status"], "open");
    assert!(it["resolved_at"].is_string());
}

#[tokio::test]
async fn rows_may_lack_types_hold_strange_fields_parts_roles_and_nulls() {
    let env = env().await;
    let id = env.conversation("open");
    env.control(
        json!({ "bot": { "conversation_id": id, "tool": { "name": "look_up", "input": { "a": 1 } }, "text": "b" } }),
    );
    env.control(json!({ "message": { "conversation_id": id, "who": "observer", "text": "o", "metadata": [1] } }));
    let parts = || env.shown(&id)["messages"][0]["parts"].as_array().unwrap().clone();
    assert_eq!((parts()[0]["type"].as_str(), parts()[1]["type"].as_str()), (Some("tool"), Some("text")));
    env.switch("unknown_parts", true);
    assert_eq!(parts().len(), 4);
    assert!(parts()[3]["text"].is_null() && parts()[3]["type"].is_string());
    env.switch("part_type", false);
    assert!(parts()[0].get("type").is_none());
    env.switch("extra_fields", true);
    let shown = env.shown(&id);
    assert!(shown["conversation"]["x_weather"].is_object() && shown["messages"][0]["x_weather"].is_object());
    assert_eq!(shown["messages"][1]["role"], "observer");
    env.switch("nulls", true);
    let it = env.get(&format!("/conversations/{id}")).await.json();
    for name in ["chatbot_id", "title", "last_message_preview", "last_message_at", "assigned_to", "contact_name"] {
        assert!(it[name].is_null(), "{name}");
    }
}

#[tokio::test]
async fn archived_rows_clamped_limits_and_thin_answers_are_switches() {
    let env = env().await;
    let archived = env.conversation("archived");
    assert_eq!(env.walk("/conversations").await, std::slice::from_ref(&archived));
    env.switch("archived_listed", false);
    assert!(env.walk("/conversations").await.is_empty());
    assert_eq!(env.walk("/conversations?status=archived").await, [archived]);
    env.switch("over_limit", "clamp");
    assert_eq!(env.get("/conversations?limit=500").await.status, 200);
    env.switch("unassigned_alone", "ignored");
    assert_eq!(env.get("/conversations?include_unassigned=true").await.status, 200);
    env.switch("me", "thin");
    assert_eq!(env.get("/me").await.json().as_object().unwrap().len(), 2);
    env.switch("members_envelope", "cursor");
    assert_eq!(env.get("/team/members").await.json()["has_more"], false);
    env.switch("not_found_code", "missing");
    assert_eq!(env.get("/x").await.error(), (404, "missing".to_owned()));
    env.switch("version_headers", true);
    assert!(!env.get("/me").await.header("deprecation").is_empty());
    env.switch("unknown_fields", "refuse");
    let id = env.conversation("open");
    assert_eq!(env.post(&id, None, json!({ "text": "x", "new": 1 })).await.status, 400);
    env.switch("post_status", 200);
    assert_eq!(env.post(&id, None, json!({ "text": "x" })).await.status, 200);
}

#[tokio::test]
async fn ids_may_follow_time_so_that_rows_of_the_same_second_still_sort() {
    let env = env().await;
    env.switch("ordered_ids", true);
    let id = env.conversation("agent_requested");
    for n in 0..200 {
        env.control(json!({ "visitor": { "conversation_id": id, "text": n.to_string() } }));
    }
    env.post(&id, None, json!({ "text": "hello" })).await;
    let shown = env.shown(&id);
    let ids: Vec<&str> = shown["messages"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 202);
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{ids:?}");
}

#[tokio::test]
async fn every_creation_is_answered_with_the_status_of_the_switch_11_8() {
    let env = env().await;
    let id = env.conversation("open");
    for (n, status) in [200, 201, 202].into_iter().enumerate() {
        env.switch("post_status", status);
        for (path, body) in [
            (format!("/conversations/{id}/messages"), json!({ "text": "x" })),
            (format!("/conversations/{id}/notes"), json!({ "content": "x" })),
            ("/conversation-tags".to_owned(), json!({ "name": format!("tag {n}") })),
        ] {
            let answer = env.send("POST", &path, body).await;
            assert_eq!(answer.status, status, "{path}");
            assert!(answer.json()["id"].is_string(), "{path}");
        }
        assert_eq!(env.patch(&id, json!({ "title": "t" })).await.status, 200, "a change creates nothing");
    }
}

#[tokio::test]
async fn the_codes_of_what_is_not_there_and_of_a_fault_within_are_switches_11_23() {
    let env = env().await;
    let id = env.conversation("open");
    env.switch("not_found_code", "resource_missing");
    env.switch("internal_code", "server_error");
    let nowhere = "00000000-0000-0000-0000-000000000000";
    for (method, path) in [
        ("PATCH", format!("/conversations/{nowhere}")),
        ("GET", format!("/conversations/{nowhere}/notes")),
        ("DELETE", format!("/conversation-tags/{nowhere}")),
        ("DELETE", format!("/conversations/{id}")),
        ("PATCH", format!("/conversation-tags/{nowhere}")),
        ("POST", "/conversations".to_owned()),
    ] {
        let answer = env.send(method, &path, json!({})).await;
        assert_eq!(answer.error(), (404, "resource_missing".to_owned()), "{method} {path}");
    }
    env.fault(json!({ "method": "PATCH", "kind": "status", "status": 500 }));
    assert_eq!(env.patch(&id, json!({ "title": "t" })).await.error(), (500, "server_error".to_owned()));
}
