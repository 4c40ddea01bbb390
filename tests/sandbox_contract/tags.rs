//! Tags: contract, sections 2.7 and 7.6, and what section 11 leaves open about them.

use serde_json::{Value, json};

use crate::env::{Env, Got, env, fixture, got, keys, same_form};

const PALETTE: &str = "/conversation-tags";

async fn create(env: &Env, body: Value) -> Got {
    env.send("POST", PALETTE, body).await
}

fn set_path(id: &str) -> String {
    format!("/conversations/{id}/tags")
}

async fn put(env: &Env, id: &str, tags: &[&str]) -> Got {
    env.send("PUT", &set_path(id), json!({ "tag_ids": tags })).await
}

fn names(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_tag_has_the_documented_form_and_joins_the_palette_2_7_7_6() {
    let env = env().await;
    let made = create(&env, json!({ "name": "Refund", "color": "#E11D48" })).await;
    assert_eq!(made.status, 201);
    same_form(&made.json(), &fixture("tag.json"), "tag");
    assert_eq!(keys(&made.json()), keys(&fixture("tag.json")));
    for body in [json!({ "name": "Plain" }), json!({ "name": "Null", "color": null })] {
        assert!(create(&env, body).await.json()["color"].is_null());
    }
    let list = env.get(PALETTE).await.json();
    same_form(&list, &fixture("tag_set.json"), "palette");
    assert_eq!((names(&list["data"]).len(), &list["total"]), (3, &json!(3)));
    assert_eq!(list["data"][0], made.json());
}

#[tokio::test]
async fn names_and_colours_are_checked_2_7() {
    let env = env().await;
    for (body, field) in [
        (json!({}), "name"),
        (json!({ "name": "" }), "name"),
        (json!({ "name": null }), "name"),
        (json!({ "name": "x".repeat(101) }), "name"),
        (json!({ "name": "x", "color": "red" }), "color"),
        (json!({ "name": "x", "color": "#E11D4" }), "color"),
        (json!({ "name": "x", "color": "#E11D488" }), "color"),
        (json!({ "name": "x", "color": "E11D48" }), "color"),
        (json!({ "name": "x", "color": "#E11D4G" }), "color"),
        (json!({ "name": "x", "color": "" }), "color"),
        (json!({ "name": "x", "color": 7 }), "color"),
    ] {
        let refused = create(&env, body.clone()).await;
        assert_eq!(refused.error(), (400, "invalid_payload".to_owned()), "{body}");
        assert!(refused.json()["details"]["fieldErrors"][field][0].is_string(), "{body}");
    }
    let sample = fixture("field_errors.json");
    let refused = create(&env, json!({ "name": "x", "color": "red" })).await.json();
    assert_eq!(refused["details"], sample["details"]);
    assert_eq!(create(&env, json!({ "name": "ü".repeat(100), "color": "#e11d48" })).await.status, 201);
    assert_eq!(create(&env, json!({ "name": "\u{202e}\u{1b}[2J" })).await.status, 201);
    assert_eq!(env.get(PALETTE).await.json()["total"], 2);
}

#[tokio::test]
async fn a_name_is_taken_whatever_its_letters_case_2_7() {
    let env = env().await;
    create(&env, json!({ "name": "Ärger" })).await;
    for name in ["Ärger", "ärger", "ÄRGER"] {
        assert_eq!(create(&env, json!({ "name": name })).await.error(), (409, "conflict".to_owned()), "{name}");
    }
    env.switch("tag_taken_status", 400);
    env.switch("tag_taken_code", "invalid_payload");
    assert_eq!(create(&env, json!({ "name": "ärger" })).await.error(), (400, "invalid_payload".to_owned()));
    assert_eq!(env.get(PALETTE).await.json()["total"], 1);
}

#[tokio::test]
async fn a_key_makes_one_tag_of_many_requests_6() {
    let env = env().await;
    let with_key = |name: &str| env.sending("POST", PALETTE, &json!({ "name": name })).header("idempotency-key", "k");
    let first = got(with_key("Refund").send().await.unwrap()).await;
    let again = got(with_key("Refund").send().await.unwrap()).await;
    assert_eq!((first.status, &first.bytes), (again.status, &again.bytes));
    assert_eq!(again.header("idempotent-replayed"), "true");
    let other = got(with_key("Other").send().await.unwrap()).await;
    assert_eq!(other.error(), (409, "idempotency_conflict".to_owned()));
    assert_eq!(env.get(PALETTE).await.json()["total"], 1);
}

#[tokio::test]
async fn the_palette_comes_in_pages_is_searched_and_has_other_envelopes_2_7_3() {
    let env = env().await;
    for n in 0..30 {
        env.tag(&format!("Tag {n:02}"));
    }
    env.tag("Ärger");
    let first = env.get(PALETTE).await.json();
    assert_eq!((names(&first["data"]).len(), &first["total"]), (25, &json!(31)));
    let second = env.get(&format!("{PALETTE}?page=2")).await.json();
    assert_eq!((names(&second["data"]).len(), &second["page"]), (6, &json!(2)));
    let past = env.get(&format!("{PALETTE}?page=9")).await.json();
    assert_eq!((names(&past["data"]).len(), &past["total"]), (0, &json!(31)));
    assert_eq!(names(&env.get(&format!("{PALETTE}?page_size=100")).await.json()["data"]).len(), 31);
    assert_eq!(names(&env.get(&format!("{PALETTE}?search=%C3%A4RG")).await.json()["data"]), ["Ärger"]);
    assert_eq!(env.get(&format!("{PALETTE}?search=tag+1")).await.json()["total"], 10);
    for query in ["page=0", "page_size=101", "page_size=x"] {
        let refused = env.get(&format!("{PALETTE}?{query}")).await;
        assert_eq!(refused.error(), (400, "invalid_query".to_owned()), "{query}");
    }
    env.switch("over_limit", "clamp");
    assert_eq!(env.get(&format!("{PALETTE}?page_size=500")).await.json()["page_size"], 100);
    env.switch("tags_envelope", "cursor");
    assert_eq!(env.walk(&format!("{PALETTE}?limit=7")).await.len(), 31);
    env.switch("tags_envelope", "bare");
    assert_eq!(names(&env.get(PALETTE).await.json()).len(), 31);
}

#[tokio::test]
async fn put_replaces_the_whole_set_and_answers_an_offset_list_2_7() {
    let env = env().await;
    let id = env.conversation("open");
    let (a, b, c) = (env.tag("A"), env.tag("B"), env.tag("C"));
    let set = put(&env, &id, &[&a, &b]).await;
    assert_eq!(set.status, 200);
    same_form(&set.json(), &fixture("tag_set.json"), "tag_set");
    assert_eq!((names(&set.json()["data"]), &set.json()["total"]), (vec!["A".to_owned(), "B".to_owned()], &json!(2)));
    assert_eq!(env.get(&set_path(&id)).await.json(), set.json());
    assert_eq!(names(&put(&env, &id, &[&c, &c]).await.json()["data"]), ["C"], "the same id twice is one tag");
    assert_eq!(names(&put(&env, &id, &[]).await.json()["data"]), Vec::<String>::new());
    let before = env.get(&format!("/conversations/{id}")).await.json();
    put(&env, &id, &[&a]).await;
    assert_eq!(
        env.get(&format!("/conversations/{id}")).await.json(),
        before,
        "tags are not of the conversation object"
    );
    assert!(env.said(&id).is_empty());
}

#[tokio::test]
async fn a_set_is_checked_and_what_is_wrong_changes_nothing_2_7() {
    let env = env().await;
    let id = env.conversation("open");
    let a = env.tag("A");
    put(&env, &id, &[&a]).await;
    for body in [
        json!({}),
        json!({ "tag_ids": null }),
        json!({ "tag_ids": "x" }),
        json!({ "tag_ids": ["x"] }),
        json!({ "tag_ids": [a, 7] }),
        json!({ "tags": [] }),
    ] {
        let refused = env.send("PUT", &set_path(&id), body.clone()).await;
        assert_eq!(refused.error(), (400, "invalid_payload".to_owned()), "{body}");
        assert!(refused.json()["details"]["fieldErrors"]["tag_ids"][0].is_string(), "{body}");
    }
    let unknown = "11111111-1111-1111-1111-111111111111";
    let refused = put(&env, &id, &[unknown]).await;
    assert_eq!(refused.error(), (400, "invalid_payload".to_owned()));
    assert!(refused.json()["details"]["fieldErrors"]["tag_ids"][0].as_str().unwrap().contains(unknown));
    env.switch("unknown_tag", "not_found");
    assert_eq!(put(&env, &id, &[&a, unknown]).await.error(), (404, "not_found".to_owned()));
    assert_eq!(names(&env.get(&set_path(&id)).await.json()["data"]), ["A"]);
    for method in ["GET", "PUT"] {
        let path = set_path("00000000-0000-0000-0000-000000000000");
        let missing = env.send(method, &path, json!({ "tag_ids": [] })).await;
        assert_eq!(missing.error(), (404, "not_found".to_owned()), "{method}");
    }
}

#[tokio::test]
async fn a_deleted_tag_is_gone_from_every_conversation_2_7_11_9() {
    let env = env().await;
    let conversations = [env.conversation("open"), env.conversation("resolved")];
    for (status, empty) in [(204, true), (200, false)] {
        env.switch("delete_status", status);
        let (a, b) = (env.tag("A"), env.control(json!({ "tag": { "name": format!("B {status}") } })));
        let b = b["tag_id"].as_str().unwrap().to_owned();
        for id in &conversations {
            assert_eq!(put(&env, id, &[&a, &b]).await.status, 200);
        }
        let gone = env.send("DELETE", &format!("{PALETTE}/{a}"), Value::Null).await;
        assert_eq!((gone.status, gone.bytes.is_empty()), (status, empty));
        assert_eq!(gone.header("content-type").is_empty(), empty);
        if !empty {
            assert_eq!(gone.json()["id"], json!(a));
        }
        assert!(!gone.header("x-request-id").is_empty() && !gone.header("x-ratelimit-remaining-hour").is_empty());
        for id in &conversations {
            assert_eq!(names(&env.get(&set_path(id)).await.json()["data"]), [format!("B {status}")]);
            assert_eq!(put(&env, id, &[&a]).await.status, 400, "a deleted tag can't be assigned");
        }
        let again = env.send("DELETE", &format!("{PALETTE}/{a}"), Value::Null).await;
        assert_eq!(again.error(), (404, "not_found".to_owned()));
        assert_eq!(create(&env, json!({ "name": "a" })).await.status, 201, "its name is free");
        env.control(json!({ "remove_tag": { "tag": "a" } }));
    }
}

#[tokio::test]
async fn colleagues_tag_by_name_and_delete_tags_at_the_dashboard_2_7() {
    let env = env().await;
    let id = env.conversation("open");
    for name in ["A", "B", "C"] {
        env.tag(name);
    }
    env.control(json!({ "tags": { "conversation_id": id, "add": ["a", "B"] } }));
    env.control(json!({ "tags": { "conversation_id": id, "add": ["C"], "remove": ["A"] } }));
    assert_eq!(names(&env.get(&set_path(&id)).await.json()["data"]), ["B", "C"]);
    env.control(json!({ "remove_tag": { "tag": "b" } }));
    assert_eq!(names(&env.shown(&id)["tags"]), ["C"]);
    env.control(json!({ "tags": { "conversation_id": id, "set": [] } }));
    assert_eq!(env.shown(&id)["tags"], json!([]));
    assert_eq!(names(&env.control(json!({ "palette": {} }))), ["A", "C"]);
    let wrong = json!({ "tags": { "conversation_id": id, "add": ["nothing"] } });
    assert!(env.sandbox.control(serde_json::from_value(wrong).unwrap()).is_err());
}
