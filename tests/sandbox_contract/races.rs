//! Races between two agents, with a barrier: who writes last wins (contract, sections 2.7 and 8), in both orders.

use serde_json::{Value, json};

use crate::env::{Env, env, until};

fn arrived(env: &Env) -> u64 {
    env.control(json!({ "barriers": {} }))[0]["arrived"].as_u64().unwrap_or(0)
}

async fn put(env: &Env, id: &str, tags: &[&str]) -> Vec<String> {
    let set = env.send("PUT", &format!("/conversations/{id}/tags"), json!({ "tag_ids": tags })).await;
    assert_eq!(set.status, 200);
    set.json()["data"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn two_agents_tag_at_once_and_the_last_set_stays_in_both_orders_2_7() {
    let env = env().await;
    let (a, b) = (env.tag("A"), env.tag("B"));
    let (mine, yours) = ([a.as_str()], [b.as_str()]);
    for (first, stays) in [(&a, "B"), (&b, "A")] {
        let id = env.conversation("open");
        env.control(json!({ "barrier": { "method": "PUT", "path": "/tags", "requests": 2, "order": [first] } }));
        let (one, other) = tokio::join!(put(&env, &id, &mine), put(&env, &id, &yours));
        assert_eq!((one, other), (vec!["A".to_owned()], vec!["B".to_owned()]), "each is told of its own set");
        let set = env.shown(&id)["tags"].clone();
        assert_eq!((set.as_array().unwrap().len(), &set[0]["name"]), (1, &json!(stays)));
        assert_eq!(env.control(json!({ "barriers": {} })), json!([]));
    }
}

#[tokio::test]
async fn both_read_before_either_writes_2_7() {
    let env = env().await;
    let (a, b) = (env.tag("A"), env.tag("B"));
    let id = env.conversation("open");
    // Reads are held together, then writes: the lost update of a read, modify and write.
    env.control(json!({ "barrier": { "method": "GET", "path": "/tags" } }));
    env.control(json!({ "barrier": { "method": "PUT", "path": "/tags", "order": [1, 0] } }));
    let agent = async |mine: &str| {
        let read = env.get(&format!("/conversations/{id}/tags")).await.json();
        let mut tags: Vec<String> =
            read["data"].as_array().unwrap().iter().map(|tag| tag["id"].as_str().unwrap().to_owned()).collect();
        tags.push(mine.to_owned());
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        put(&env, &id, &tags).await
    };
    let (one, other) = tokio::join!(agent(&a), agent(&b));
    assert_eq!((one.len(), other.len()), (1, 1));
    assert_eq!(env.shown(&id)["tags"].as_array().unwrap().len(), 1, "one of the two was lost");
}

#[tokio::test]
async fn a_held_request_waits_until_the_others_have_arrived_and_other_requests_pass() {
    let env = env().await;
    let id = env.conversation("agent_requested");
    env.control(json!({ "barrier": { "method": "POST", "path": "/messages", "requests": 2, "order": ["second"] } }));
    let first = env.post(&id, Some("k1"), json!({ "text": "first" }));
    let second = async {
        until("the first has arrived", || arrived(&env) == 1).await;
        assert_eq!(env.get(&format!("/conversations/{id}")).await.json()["status"], "agent_requested");
        env.post(&id, Some("k2"), json!({ "text": "second" })).await
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!((first.status, second.status), (201, 201));
    let said: Vec<String> = env.said(&id).into_iter().map(|(_, text)| text).collect();
    assert_eq!(said[1..], ["second", "first"]);
}

#[tokio::test]
async fn faults_meet_held_requests_in_their_turn() {
    let env = env().await;
    let id = env.conversation("open");
    env.fault(json!({ "method": "POST", "path": "/notes", "kind": "reset_after_accept", "times": 1 }));
    env.control(json!({ "barrier": { "method": "POST", "path": "/notes", "order": [1] } }));
    let path = format!("/conversations/{id}/notes");
    let one = env.sending("POST", &path, &json!({ "content": "one" })).send();
    let other = async {
        until("the first has arrived", || arrived(&env) == 1).await;
        env.send("POST", &path, json!({ "content": "two" })).await
    };
    let (one, other) = tokio::join!(one, other);
    assert!(one.is_err(), "the fault met the first to arrive");
    assert_eq!(other.status, 201);
    let list = env.get(&path).await.json();
    let contents: Vec<&Value> = list["data"].as_array().unwrap().iter().map(|note| &note["content"]).collect();
    assert_eq!(contents, [&json!("two"), &json!("one")]);
}

#[tokio::test]
async fn a_client_that_goes_away_holds_nobody_up_and_a_cleared_barrier_neither() {
    let env = env().await;
    let id = env.conversation("open");
    let post = |text: &str| env.posting(&id, None, json!({ "text": text }).to_string());
    env.control(json!({ "barrier": { "method": "POST" } }));
    tokio::select! {
        _ = post("gone").send() => panic!("it is held"),
        () = until("it has arrived", || arrived(&env) == 1) => {}
    }
    assert_eq!(post("there").send().await.unwrap().status().as_u16(), 201);
    assert_eq!((env.texts("gone"), env.texts("there")), (0, 1));

    env.control(json!({ "barrier": { "method": "POST", "requests": 9 } }));
    let held = post("held").send();
    let clearing = async {
        until("it has arrived", || arrived(&env) == 1).await;
        env.control(json!({ "clear_barriers": {} }));
    };
    let (held, ()) = tokio::join!(held, clearing);
    assert_eq!(held.unwrap().status().as_u16(), 201);
}
