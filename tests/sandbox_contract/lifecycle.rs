//! Statuses: contract, section 8, row by row, and what section 11 leaves open about them.

use std::time::Duration;

use serde_json::{Value, json};

use crate::env::{Env, env, fixture, pairs, same_form};

const JOINED: &str = "A team member has joined the conversation.";
const RESOLVED: &str = "This conversation has been resolved.";
const CLOSED: &str = "This conversation has been closed.";
const STATUSES: [&str; 6] = ["bot_active", "agent_requested", "open", "resolved", "closed", "archived"];

/// A conversation without stamps, whatever its status.
fn in_status(env: &Env, status: &str) -> String {
    let id = env.conversation("bot_active");
    env.control(json!({ "set": { "conversation_id": id, "status": status, "silent": true } }));
    id
}

async fn status(env: &Env, id: &str) -> String {
    env.get(&format!("/conversations/{id}")).await.json()["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_default_matrix_of_patch_8() {
    let env = env().await;
    let allowed = [
        ("bot_active", "agent_requested"),
        ("bot_active", "open"),
        ("bot_active", "resolved"),
        ("bot_active", "closed"),
        ("agent_requested", "resolved"),
        ("agent_requested", "closed"),
        ("open", "agent_requested"),
        ("open", "resolved"),
        ("open", "closed"),
        ("resolved", "open"),
        ("resolved", "closed"),
        ("resolved", "archived"),
        ("closed", "open"),
        ("closed", "resolved"),
        ("closed", "archived"),
        ("archived", "closed"),
        ("archived", "open"),
    ];
    for from in STATUSES {
        for to in STATUSES {
            let id = in_status(&env, from);
            let before = env.shown(&id);
            let answer = env.patch(&id, json!({ "status": to })).await;
            if to == "bot_active" {
                assert_eq!(answer.error(), (400, "invalid_payload".to_owned()), "{from} {to}");
                assert!(answer.json()["details"]["fieldErrors"]["status"][0].is_string());
                assert_eq!(env.shown(&id), before);
            } else if from == to {
                assert_eq!((answer.status, env.shown(&id)), (200, before), "{from} {to}");
            } else if allowed.contains(&(from, to)) {
                assert_eq!(answer.status, 200, "{from} {to}");
                same_form(&answer.json(), &fixture("conversation.json"), "conversation");
                assert_eq!(answer.json()["status"], to);
                assert_eq!(answer.json(), env.shown(&id)["conversation"]);
            } else {
                assert_eq!(answer.error(), (400, "invalid_state".to_owned()), "{from} {to}");
                assert_eq!(answer.json()["details"], json!({ "status": from }));
                assert_eq!(env.shown(&id), before, "{from} {to}");
            }
        }
    }
}

#[tokio::test]
async fn each_transition_can_be_allowed_or_refused_11_6_12_3() {
    let env = env().await;
    for from in STATUSES {
        for to in STATUSES.into_iter().skip(1).filter(|to| *to != from) {
            for (word, wanted) in [("allow", 200), ("refuse", 400)] {
                env.switch("transitions", format!("{from}>{to}={word}"));
                let id = in_status(&env, from);
                assert_eq!(env.patch(&id, json!({ "status": to })).await.status, wanted, "{from} {to} {word}");
                assert_eq!(status(&env, &id).await, if wanted == 200 { to } else { from });
            }
        }
    }
    env.switch("transitions", "*>archived=allow,open>archived=refuse");
    for (from, wanted) in [("bot_active", 200), ("agent_requested", 200), ("open", 400)] {
        let id = in_status(&env, from);
        assert_eq!(env.patch(&id, json!({ "status": "archived" })).await.status, wanted, "{from}");
    }
}

#[tokio::test]
async fn the_code_status_and_details_of_a_refused_transition_are_switches_11_5() {
    let env = env().await;
    let id = in_status(&env, "agent_requested");
    for (code, http) in [("conflict", 409), ("invalid_payload", 400), ("invalid_transition", 422)] {
        env.switch("wrong_state_code", code);
        env.switch("wrong_state_status", http);
        assert_eq!(env.patch(&id, json!({ "status": "open" })).await.error(), (http, code.to_owned()));
    }
    env.switch("wrong_state_details", false);
    assert!(env.patch(&id, json!({ "status": "open" })).await.json().get("details").is_none());
}

#[tokio::test]
async fn the_status_that_is_may_be_refused_8() {
    let env = env().await;
    env.switch("same_status", "refuse");
    for of in STATUSES.into_iter().skip(1) {
        let id = in_status(&env, of);
        let refused = env.patch(&id, json!({ "status": of, "title": "x" })).await;
        assert_eq!(refused.error(), (400, "invalid_state".to_owned()), "{of}");
        assert!(env.shown(&id)["conversation"]["title"].is_null(), "all or nothing");
    }
    env.switch("transitions", "open>open=allow");
    let id = in_status(&env, "open");
    assert_eq!(env.patch(&id, json!({ "status": "open", "title": "x" })).await.json()["title"], "x");
}

#[tokio::test]
async fn the_visitor_opens_with_the_bot_8() {
    let env = env().await;
    let made = env.control(json!({ "visitor": { "text": "hello" } }));
    let id = made["conversation_id"].as_str().unwrap();
    assert_eq!(status(&env, id).await, "bot_active");
    assert_eq!(env.said(id), pairs(&[("user", "hello")]));
}

#[tokio::test]
async fn bot_to_waiting_writes_a_marker_that_the_visitor_sees_8() {
    let env = env().await;
    let id = in_status(&env, "bot_active");
    assert_eq!(env.patch(&id, json!({ "status": "agent_requested" })).await.status, 200);
    assert_eq!(env.said(&id), pairs(&[("system", "The visitor asked for a person.")]));
    assert_eq!(env.post(&id, None, json!({ "text": "hello" })).await.status, 201);
    let said = pairs(&[("system", "The visitor asked for a person."), ("system", JOINED), ("assistant", "hello")]);
    assert_eq!(env.said(&id), said, "the takeover is certain: one joined-marker");
    env.switch("escalation_marker", false);
    let id = in_status(&env, "bot_active");
    env.patch(&id, json!({ "status": "agent_requested" })).await;
    assert!(env.said(&id).is_empty());
}

#[tokio::test]
async fn bot_to_open_shows_the_joined_marker_at_once_with_the_reply_or_never_8() {
    let env = env().await;
    for (way, after_patch, after_reply) in [
        ("patch", vec![("system", JOINED)], vec![("system", JOINED), ("assistant", "hello"), ("assistant", "more")]),
        ("first_reply", vec![], vec![("system", JOINED), ("assistant", "hello"), ("assistant", "more")]),
        ("none", vec![], vec![("assistant", "hello"), ("assistant", "more")]),
    ] {
        env.switch("open_marker", way);
        let id = in_status(&env, "bot_active");
        assert_eq!(env.patch(&id, json!({ "status": "open" })).await.json()["status"], "open");
        assert_eq!(env.said(&id), pairs(&after_patch), "{way}");
        env.post(&id, None, json!({ "text": "hello" })).await;
        env.post(&id, None, json!({ "text": "more" })).await;
        assert_eq!(env.said(&id), pairs(&after_reply), "{way}");
    }
}

#[tokio::test]
async fn a_joined_marker_that_is_owed_is_forgotten_when_the_conversation_ends_first_8() {
    let env = env().await;
    env.switch("open_marker", "first_reply");
    let id = in_status(&env, "bot_active");
    for to in ["open", "resolved", "open"] {
        assert_eq!(env.patch(&id, json!({ "status": to })).await.status, 200);
    }
    env.post(&id, None, json!({ "text": "hello" })).await;
    assert_eq!(env.said(&id), pairs(&[("system", RESOLVED), ("assistant", "hello")]));
}

#[tokio::test]
async fn waiting_to_open_is_the_first_reply_or_the_dashboard_never_patch_8_11_6() {
    let env = env().await;
    let id = in_status(&env, "agent_requested");
    assert_eq!(env.patch(&id, json!({ "status": "open" })).await.error(), (400, "invalid_state".to_owned()));
    env.control(json!({ "take_over": { "conversation_id": id } }));
    assert_eq!(env.said(&id), pairs(&[("system", JOINED)]));
    let shown = env.shown(&id)["conversation"].clone();
    assert!(shown["status"] == "open" && shown["assigned_to"].is_string());

    env.switch("transitions", "agent_requested>open=allow");
    let id = in_status(&env, "agent_requested");
    assert_eq!(env.patch(&id, json!({ "status": "open" })).await.json()["status"], "open");
    env.post(&id, None, json!({ "text": "hello" })).await;
    assert_eq!(env.said(&id), pairs(&[("system", JOINED), ("assistant", "hello")]));
}

#[tokio::test]
async fn resolving_marks_stamps_and_later_sums_up_8() {
    let env = env().await;
    for from in ["bot_active", "agent_requested", "open", "closed"] {
        let id = in_status(&env, from);
        let it = env.patch(&id, json!({ "status": "resolved", "title": "Refund" })).await.json();
        assert!(it["resolved_at"].is_string() && it["summary"].is_null() && it["sentiment_score"].is_null());
        assert_eq!(env.said(&id), pairs(&[("system", RESOLVED)]), "{from}");
        env.clock.advance(Duration::from_millis(1_900));
        let it = env.get(&format!("/conversations/{id}")).await.json();
        assert!(it["summary"].is_null(), "not yet");
        env.clock.advance(Duration::from_millis(100));
        let it = env.get(&format!("/conversations/{id}")).await.json();
        assert!(it["summary"].as_str().unwrap().contains("Refund"));
        assert!((0..=100).contains(&it["sentiment_score"].as_i64().unwrap()));
    }
}

#[tokio::test]
async fn the_summary_comes_when_the_switch_says_and_not_to_one_that_is_open_again_8() {
    let env = env().await;
    env.switch("summary_delay_ms", 0);
    let id = in_status(&env, "open");
    env.patch(&id, json!({ "status": "resolved" })).await;
    assert!(env.get(&format!("/conversations/{id}")).await.json()["summary"].is_string());
    env.switch("summary_delay_ms", 60_000);
    let id = in_status(&env, "open");
    env.patch(&id, json!({ "status": "resolved" })).await;
    env.patch(&id, json!({ "status": "open" })).await;
    env.clock.advance(Duration::from_secs(61));
    assert!(env.get(&format!("/conversations/{id}")).await.json()["summary"].is_null());
    env.patch(&id, json!({ "status": "resolved" })).await;
    env.patch(&id, json!({ "status": "archived" })).await;
    env.clock.advance(Duration::from_secs(61));
    assert!(env.get(&format!("/conversations/{id}")).await.json()["summary"].is_string());
}

#[tokio::test]
async fn closing_marks_and_stamps_8() {
    let env = env().await;
    for from in ["bot_active", "agent_requested", "open", "resolved"] {
        let id = in_status(&env, from);
        let it = env.patch(&id, json!({ "status": "closed" })).await.json();
        assert!(it["closed_at"].is_string(), "{from}");
        assert_eq!(env.said(&id), pairs(&[("system", CLOSED)]), "{from}");
        env.clock.advance(Duration::from_secs(60));
        assert!(env.get(&format!("/conversations/{id}")).await.json()["summary"].is_null(), "nothing was solved");
    }
}

#[tokio::test]
async fn reopening_clears_the_stamps_or_keeps_them_8_11_18() {
    let env = env().await;
    for (clears, from) in [(true, "resolved"), (true, "closed"), (false, "resolved"), (false, "closed")] {
        env.switch("reopen_clears_stamps", clears);
        let id = in_status(&env, "open");
        env.patch(&id, json!({ "status": from })).await;
        let it = env.patch(&id, json!({ "status": "open" })).await.json();
        let stamp = if from == "resolved" { &it["resolved_at"] } else { &it["closed_at"] };
        assert_eq!((it["status"].as_str(), stamp.is_null()), (Some("open"), clears), "{from}");
        assert_eq!(env.said(&id).len(), 1, "reopening has no marker");
        assert_eq!(env.post(&id, None, json!({ "text": "again" })).await.status, 201);
        assert_eq!(env.said(&id).len(), 2, "nobody joins one that was open before");
    }
}

#[tokio::test]
async fn the_archive_gives_back_to_closed_and_to_open_8_12_3() {
    let env = env().await;
    let id = in_status(&env, "archived");
    let it = env.patch(&id, json!({ "status": "closed" })).await.json();
    assert_eq!(it["status"], "closed");
    assert!(env.said(&id).is_empty(), "from the archive no marker is written");
    let id = in_status(&env, "archived");
    assert_eq!(env.patch(&id, json!({ "status": "open" })).await.json()["status"], "open");
    env.switch("transitions", "archived>open=refuse");
    let id = in_status(&env, "archived");
    assert_eq!(env.patch(&id, json!({ "status": "open" })).await.error(), (400, "invalid_state".to_owned()));
    assert_eq!(env.patch(&id, json!({ "status": "closed" })).await.status, 200);
}

#[tokio::test]
async fn markers_of_reopening_and_archiving_are_switches_11_24() {
    let env = env().await;
    env.switch("reopen_text", "Opened again.");
    env.switch("archive_text", "Put away.");
    env.switch("ending_markers", false);
    let id = in_status(&env, "open");
    for to in ["resolved", "archived", "open"] {
        assert_eq!(env.patch(&id, json!({ "status": to })).await.status, 200);
    }
    assert_eq!(env.said(&id), pairs(&[("system", "Put away."), ("system", "Opened again.")]));
    env.patch(&id, json!({ "status": "closed" })).await;
    env.control(json!({ "visitor": { "conversation_id": id, "text": "me again" } }));
    assert_eq!(env.said(&id)[2..], pairs(&[("system", "Opened again."), ("user", "me again")]));
}

#[tokio::test]
async fn a_reply_is_taken_in_two_statuses_and_refused_in_four_8() {
    let env = env().await;
    for from in STATUSES {
        let id = in_status(&env, from);
        let answer = env.post(&id, None, json!({ "text": "x" })).await;
        match from {
            "open" | "agent_requested" => assert_eq!((answer.status, status(&env, &id).await.as_str()), (201, "open")),
            _ => assert_eq!(answer.error(), (400, "invalid_state".to_owned()), "{from}"),
        }
    }
}

#[tokio::test]
async fn two_who_reply_at_once_both_land_and_one_marker_is_written_8() {
    let env = env().await;
    let id = in_status(&env, "agent_requested");
    let (first, second) =
        tokio::join!(env.post(&id, None, json!({ "text": "one" })), env.post(&id, None, json!({ "text": "two" })));
    assert_eq!((first.status, second.status), (201, 201));
    let said = env.said(&id);
    assert_eq!((said.len(), said[0].1.as_str()), (3, JOINED));
}

#[tokio::test]
async fn a_visitor_at_an_ended_conversation_of_each_kind_under_each_answer_11_19() {
    let env = env().await;
    let says = |id: &str| {
        let command = json!({ "visitor": { "conversation_id": id, "text": "me again" } });
        env.sandbox.control(serde_json::from_value(command).unwrap())
    };
    for ended in ["resolved", "closed", "archived"] {
        env.switch("visitor_to_ended", "reopen");
        let id = in_status(&env, ended);
        assert_eq!(says(&id).unwrap()["conversation_id"], json!(id));
        assert_eq!(status(&env, &id).await, "open");
        assert_eq!(env.said(&id), pairs(&[("user", "me again")]));

        env.switch("visitor_to_ended", "refuse");
        let id = in_status(&env, ended);
        assert!(says(&id).is_err());
        assert_eq!(status(&env, &id).await, ended);
        assert!(env.said(&id).is_empty());

        env.switch("visitor_to_ended", "new");
        let id = in_status(&env, ended);
        env.control(json!({ "set": { "conversation_id": id, "contact_email": "june@example.com" } }));
        let made = says(&id).unwrap();
        let new = made["conversation_id"].as_str().unwrap();
        assert_ne!(new, id);
        assert_eq!((status(&env, new).await, status(&env, &id).await), ("bot_active".to_owned(), ended.to_owned()));
        assert_eq!(env.said(new), pairs(&[("user", "me again")]));
        let it = env.get(&format!("/conversations/{new}")).await.json();
        assert_eq!((&it["contact_email"], &it["summary"]), (&json!("june@example.com"), &Value::Null));
    }
}

#[tokio::test]
async fn markers_and_changes_move_no_last_message_11_20() {
    let env = env().await;
    let made = env.control(json!({ "visitor": { "text": "help" } }));
    let id = made["conversation_id"].as_str().unwrap();
    let before = env.shown(id)["conversation"].clone();
    env.clock.advance(Duration::from_secs(5));
    let after = env.patch(id, json!({ "status": "open", "priority": "high" })).await.json();
    for name in ["last_message_at", "last_message_preview"] {
        assert_eq!(after[name], before[name]);
    }
    env.switch("markers_bump", true);
    let after = env.patch(id, json!({ "status": "resolved" })).await.json();
    assert_eq!(after["last_message_preview"], RESOLVED);
}
