//! PATCH of a conversation's fields: contract, section 2.3, and what section 11 leaves open about it.

use serde_json::{Value, json};

use crate::env::{env, fixture, got, keys, same_form};

#[tokio::test]
async fn each_field_is_set_read_back_and_cleared_2_3() {
    let env = env().await;
    let id = env.conversation("open");
    let (user, _) = env.member(1).await;
    for (field, value, clears) in [
        ("priority", json!("high"), false),
        ("priority", json!("low"), false),
        ("assigned_to", json!(user), true),
        ("title", json!("Refund — order 4421"), true),
        ("contact_email", json!("june@example.com"), true),
        ("contact_name", json!("小林 さくら"), true),
        ("contact_phone", json!("ask for June, +1 555 0100"), true),
    ] {
        let answer = env.patch(&id, json!({ field: value })).await;
        assert_eq!(answer.status, 200, "{field}");
        same_form(&answer.json(), &fixture("conversation.json"), "conversation");
        assert_eq!(answer.json()[field], value);
        assert_eq!(env.get(&format!("/conversations/{id}")).await.json(), answer.json());
        let cleared = env.patch(&id, json!({ field: null })).await;
        if clears {
            assert!(cleared.json()[field].is_null(), "{field}");
        } else {
            assert_eq!(cleared.error(), (400, "invalid_payload".to_owned()), "{field}");
        }
    }
    assert!(env.said(&id).is_empty(), "fields leave no marker");
}

#[tokio::test]
async fn several_fields_change_together_or_not_at_all_2_3() {
    let env = env().await;
    let id = env.conversation("open");
    let all = json!({ "status": "resolved", "priority": "low", "title": "t", "contact_name": "n" });
    let it = env.patch(&id, all).await.json();
    assert_eq!((&it["status"], &it["priority"], &it["title"]), (&json!("resolved"), &json!("low"), &json!("t")));
    let before = env.shown(&id);
    for body in [
        json!({ "title": "other", "priority": "urgent" }),
        json!({ "title": "other", "status": "agent_requested" }),
        json!({ "title": "other", "assigned_to": "nobody" }),
    ] {
        assert_eq!(env.patch(&id, body).await.status, 400);
        assert_eq!(env.shown(&id), before);
    }
}

#[tokio::test]
async fn each_fault_of_a_body_is_named_like_the_sample_4() {
    let env = env().await;
    let id = env.conversation("open");
    for (body, field) in [
        (json!({ "status": "bot_active" }), "status"),
        (json!({ "status": "done" }), "status"),
        (json!({ "status": null }), "status"),
        (json!({ "status": 1 }), "status"),
        (json!({ "priority": "HIGH" }), "priority"),
        (json!({ "priority": null }), "priority"),
        (json!({ "assigned_to": "me" }), "assigned_to"),
        (json!({ "assigned_to": 7 }), "assigned_to"),
        (json!({ "title": 7 }), "title"),
        (json!({ "title": ["a"] }), "title"),
        (json!({ "contact_email": "" }), "contact_email"),
        (json!({ "contact_email": "june" }), "contact_email"),
        (json!({ "contact_email": "june@localhost" }), "contact_email"),
        (json!({ "contact_email": "june@example.com\nBcc: x@example.com" }), "contact_email"),
        (json!({ "contact_name": {} }), "contact_name"),
        (json!({ "contact_phone": false }), "contact_phone"),
    ] {
        let refused = env.patch(&id, body.clone()).await;
        assert_eq!(refused.error(), (400, "invalid_payload".to_owned()), "{body}");
        let sample = fixture("field_errors.json");
        assert_eq!(keys(&refused.json()), keys(&sample));
        assert_eq!(keys(&refused.json()["details"]), keys(&sample["details"]));
        assert!(refused.json()["details"]["fieldErrors"][field][0].is_string(), "{body}");
        assert_eq!(refused.json()["details"]["fieldErrors"].as_object().unwrap().len(), 1, "{body}");
    }
    for body in ["[]", "nonsense", "\"open\"", "null"] {
        let path = format!("/conversations/{id}");
        let sent = env.sending("PATCH", &path, &Value::Null).body(body).send().await.unwrap();
        let refused = got(sent).await;
        assert_eq!(refused.error(), (400, "invalid_payload".to_owned()), "{body}");
        assert!(refused.json()["details"]["formErrors"][0].is_string(), "{body}");
    }
    let missing = env.patch("00000000-0000-0000-0000-000000000000", json!({ "title": "x" })).await;
    assert_eq!(missing.error(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn limits_of_title_and_contact_are_switches_11_7() {
    let env = env().await;
    let id = env.conversation("open");
    for (switch, field) in [
        ("title_limit", "title"),
        ("contact_limit", "contact_name"),
        ("contact_limit", "contact_phone"),
        ("contact_limit", "contact_email"),
    ] {
        let of = |length: usize| match field {
            "contact_email" => format!("{}@example.com", "x".repeat(length - 12)),
            _ => "🙂".repeat(length / 2) + if length % 2 == 1 { "x" } else { "" },
        };
        assert_eq!(env.patch(&id, json!({ field: of(255) })).await.status, 200, "{field}");
        let refused = env.patch(&id, json!({ field: of(256) })).await;
        assert!(refused.json()["details"]["fieldErrors"][field][0].as_str().unwrap().contains("255"));
        env.switch(switch, 400);
        assert_eq!(env.patch(&id, json!({ field: of(400) })).await.status, 200, "{field}");
        env.switch(switch, 255);
    }
}

#[tokio::test]
async fn an_assignee_is_a_user_id_of_a_member_who_is_still_there_2_5_11_21() {
    let env = env().await;
    let id = env.conversation("open");
    let (user, membership) = env.member(1).await;
    let nobody = "11111111-1111-1111-1111-111111111111";
    for (answer, foreign) in [("refuse", 400), ("accept", 200)] {
        env.switch("foreign_assignee", answer);
        assert_eq!(env.patch(&id, json!({ "assigned_to": user })).await.json()["assigned_to"], json!(user));
        let refused = env.patch(&id, json!({ "assigned_to": membership })).await;
        assert!(refused.json()["details"]["fieldErrors"]["assigned_to"][0].is_string(), "a membership is no user");
        assert_eq!(env.patch(&id, json!({ "assigned_to": nobody })).await.status, foreign);
    }
    env.switch("foreign_assignee", "refuse");
    env.control(json!({ "remove_member": { "user_id": user } }));
    assert_eq!(env.patch(&id, json!({ "assigned_to": user })).await.error(), (400, "invalid_payload".to_owned()));
}

#[tokio::test]
async fn a_body_without_a_field_changes_nothing_or_is_refused_2_3() {
    let env = env().await;
    let id = env.conversation("open");
    let before = env.shown(&id);
    let bare = || {
        let path = format!("/conversations/{id}");
        env.sending("PATCH", &path, &Value::Null).body("")
    };
    for (answer, status) in [("no_op", 200), ("refuse", 400)] {
        env.switch("empty_patch", answer);
        assert_eq!(env.patch(&id, json!({})).await.status, status);
        assert_eq!(env.patch(&id, json!({ "sumary": "x" })).await.status, status);
        assert_eq!(bare().send().await.unwrap().status().as_u16(), status);
        assert_eq!(env.shown(&id), before);
    }
}

#[tokio::test]
async fn what_is_not_editable_is_an_unknown_field_2_3_11_26() {
    let env = env().await;
    let id = env.conversation("open");
    let before = env.shown(&id);
    for field in
        ["summary", "sentiment_score", "chatbot_id", "resolved_at", "created_at", "qr_code_id", "id", "assignedTo"]
    {
        env.switch("unknown_fields", "ignore");
        assert_eq!(env.patch(&id, json!({ field: "x" })).await.status, 200, "{field}");
        assert_eq!(env.shown(&id), before);
        env.switch("unknown_fields", "refuse");
        let refused = env.patch(&id, json!({ field: "x", "title": "t" })).await;
        assert!(refused.json()["details"]["formErrors"][0].as_str().unwrap().contains(field));
        assert_eq!(env.shown(&id), before);
    }
}

#[tokio::test]
async fn the_idempotency_key_is_ignored_on_patch_put_and_delete_6() {
    let env = env().await;
    let id = env.conversation("open");
    let tag = env.tag("Refund");
    for (method, path, body, status) in [
        ("PATCH", format!("/conversations/{id}"), json!({ "title": "t" }), 200),
        ("PUT", format!("/conversations/{id}/tags"), json!({ "tag_ids": [tag] }), 200),
        ("DELETE", format!("/conversation-tags/{tag}"), Value::Null, 204),
    ] {
        let sent = env.sending(method, &path, &body).header("idempotency-key", "k").send().await.unwrap();
        let first = got(sent).await;
        assert_eq!((first.status, first.header("idempotent-replayed")), (status, ""), "{method}");
        let sent = env.sending(method, &path, &json!({})).header("idempotency-key", "k").send().await.unwrap();
        let again = got(sent).await;
        assert_eq!(again.header("idempotent-replayed"), "", "{method}");
        assert_ne!(again.error(), (409, "idempotency_conflict".to_owned()), "{method}");
    }
}

#[tokio::test]
async fn a_colleagues_change_obeys_the_same_rules_2_3_8() {
    let env = env().await;
    let id = env.conversation("agent_requested");
    let patch = |fields: Value| {
        let mut fields = fields;
        fields["conversation_id"] = json!(id);
        env.sandbox.control(serde_json::from_value(json!({ "patch": fields })).unwrap())
    };
    assert!(patch(json!({ "status": "open" })).unwrap_err().to_string().contains("agent_requested"));
    assert!(patch(json!({ "priority": "urgent" })).unwrap_err().to_string().contains("priority"));
    patch(json!({ "priority": "high", "status": "resolved" })).unwrap();
    let it = env.get(&format!("/conversations/{id}")).await.json();
    assert_eq!((&it["priority"], &it["status"]), (&json!("high"), &json!("resolved")));
    assert_eq!(env.said(&id).len(), 1);
}
