//! What a test can make go wrong with deliveries, and what the receiving end then sees.

use serde_json::json;

use crate::receiver::{Hooked, Received, Reply, hooked};

async fn open() -> (Hooked, String) {
    let hooked = hooked().await;
    let id = hooked.env.conversation("open");
    (hooked, id)
}

fn texts(received: &[Received]) -> Vec<String> {
    received.iter().map(|it| it.told().split_once(": ").unwrap().1.to_owned()).collect()
}

#[tokio::test]
async fn duplicates_come_right_behind_with_the_same_id_unless_asked_otherwise() {
    let (hooked, id) = open().await;
    hooked.fault(json!({ "kind": "duplicate", "copies": 2 }));
    hooked.say(&id, "one");
    hooked.say(&id, "two");
    let received = hooked.receiver.take(4).await;
    assert_eq!(texts(&received), ["one", "one", "one", "two"]);
    assert!(received[1].id() == received[0].id() && received[2].id() == received[0].id());
    assert!(received.iter().all(|it| it.is_signed_with(&hooked.secret)));

    hooked.fault(json!({ "kind": "duplicate", "new_ids": true, "verbatim": true }));
    hooked.say(&id, "recorded");
    let first = hooked.receiver.take(2).await;
    assert_ne!(first[0].id(), first[1].id());
    assert_eq!(first[0].header("x-awardee-signature"), first[1].header("x-awardee-signature"));
    hooked.at_rest().await;
    let attempts = hooked.newest()["attempts"].clone();
    assert_eq!((&attempts[0]["copy"], &attempts[1]["copy"]), (&json!(false), &json!(true)));

    hooked.fault(json!({ "kind": "duplicate" }));
    hooked.receiver.will([Reply::Status(200), Reply::Status(500)]);
    hooked.say(&id, "refused as a repeat");
    hooked.receiver.take(2).await;
    hooked.at_rest().await;
    assert_eq!(hooked.newest()["state"], "delivered", "what a copy is answered counts for nothing");
}

#[tokio::test]
async fn a_delayed_delivery_waits_by_the_platforms_clock_while_others_pass() {
    let (hooked, id) = open().await;
    hooked.fault(json!({ "kind": "delay", "ms": 5_000 }));
    hooked.say(&id, "late");
    hooked.say(&id, "prompt");
    assert_eq!(texts(&hooked.receiver.take(1).await), ["prompt"]);
    hooked.advance(4).await;
    assert!(hooked.receiver.received().is_empty());
    hooked.advance(1).await;
    let late = hooked.receiver.take(1).await;
    assert_eq!(texts(&late), ["late"]);
    assert!(late[0].is_signed_with(&hooked.secret), "signed when it left");
}

#[tokio::test]
async fn a_reordered_delivery_comes_behind_later_ones_or_after_its_time() {
    let (hooked, id) = open().await;
    hooked.fault(json!({ "kind": "reorder", "behind": 2, "ms": 3_600_000 }));
    for text in ["one", "two", "three", "four"] {
        hooked.say(&id, text);
    }
    assert_eq!(texts(&hooked.receiver.take(4).await), ["two", "three", "one", "four"]);
    hooked.fault(json!({ "kind": "reorder" }));
    hooked.say(&id, "alone");
    hooked.advance(1).await;
    assert_eq!(texts(&hooked.receiver.take(1).await), ["alone"]);
}

#[tokio::test]
async fn a_dropped_delivery_never_comes_and_is_in_the_log() {
    let (hooked, id) = open().await;
    hooked.fault(json!({ "kind": "drop", "event": "message.created", "skip": 1 }));
    for text in ["one", "two", "three"] {
        hooked.say(&id, text);
    }
    assert_eq!(texts(&hooked.receiver.take(2).await), ["one", "three"]);
    hooked.advance(86_400).await;
    assert!(hooked.receiver.received().is_empty());
    let dropped = hooked.env.deliveries(json!({ "state": "dropped", "bodies": true }));
    let dropped = dropped["deliveries"].as_array().unwrap();
    assert_eq!((dropped.len(), &dropped[0]["faults"]), (1, &json!(["drop"])));
    assert!(dropped[0]["body"].as_str().unwrap().contains("two"));
}

#[tokio::test]
async fn an_attempt_may_get_lost_on_the_way_or_its_answer_on_the_way_back() {
    let (hooked, id) = open().await;
    hooked.fault(json!({ "kind": "unreached" }));
    hooked.say(&id, "lost");
    hooked.at_rest().await;
    assert!(hooked.receiver.received().is_empty());
    assert_eq!(hooked.newest()["state"], "waiting");
    hooked.advance(30).await;
    assert_eq!(texts(&hooked.receiver.take(1).await), ["lost"]);

    hooked.fault(json!({ "kind": "unheard" }));
    hooked.say(&id, "heard twice");
    let first = hooked.receiver.take(1).await;
    hooked.advance(30).await;
    let second = hooked.receiver.take(1).await;
    assert_eq!((first[0].id(), &first[0].body), (second[0].id(), &second[0].body));
    assert_eq!(hooked.newest()["state"], "delivered");
}

#[tokio::test]
async fn signatures_bodies_times_and_headers_can_be_wrong_for_one_attempt_s19() {
    let (hooked, id) = open().await;
    // The receiving end refuses what is wrong, so that the second attempt shows that all is well again.
    let wrong = async |fault| {
        hooked.fault(fault);
        hooked.receiver.will([Reply::Status(401)]);
        hooked.say(&id, "hello");
        let bad = hooked.receiver.take(1).await.remove(0);
        hooked.advance(30).await;
        let good = hooked.receiver.take(1).await.remove(0);
        assert!(good.is_signed_with(&hooked.secret));
        assert_eq!(hooked.newest()["state"], "delivered");
        (bad, good)
    };
    let (bad, good) = wrong(json!({ "kind": "bad_signature" })).await;
    assert!(!bad.is_signed_with(&hooked.secret) && bad.signature().1[0].len() == 64);
    assert_eq!((bad.id(), &bad.body), (good.id(), &good.body));
    let (bad, good) = wrong(json!({ "kind": "tampered" })).await;
    assert!(!bad.is_signed_with(&hooked.secret) && bad.body.len() == good.body.len() + 1);
    let (bad, good) = wrong(json!({ "kind": "aged", "seconds": 600 })).await;
    assert!(bad.is_signed_with(&hooked.secret));
    assert_eq!(good.t() - bad.t(), 630);
    let (bad, _) = wrong(json!({ "kind": "aged", "seconds": -600 })).await;
    assert!(bad.is_signed_with(&hooked.secret) && bad.t() > hooked.env.clock.now().wall.timestamp());
    let set =
        json!({ "X-Awardee-Event": "chatbot.deleted", "x-awardee-delivery": null, "X-Awardee-Signature": "v2=0" });
    let (bad, good) = wrong(json!({ "kind": "headers", "set": set })).await;
    assert_eq!((bad.event(), bad.header("x-awardee-delivery")), ("chatbot.deleted", None));
    assert_eq!(bad.header("x-awardee-signature"), Some("v2=0"));
    assert_eq!(good.event(), "message.created");
    let (bad, _) = wrong(json!({ "kind": "headers", "add": { "X-Awardee-Delivery": "second" } })).await;
    assert_eq!(bad.headers.iter().filter(|(name, _)| name == "x-awardee-delivery").count(), 2);
}

#[tokio::test]
async fn any_body_can_be_rightly_signed_and_stays_the_same_over_attempts() {
    let (hooked, id) = open().await;
    let text = "not JSON \u{202e} \u{1b}[31m";
    hooked.fault(json!({ "kind": "body", "text": text }));
    hooked.receiver.will([Reply::Status(500)]);
    hooked.say(&id, "hello");
    let first = hooked.receiver.take(1).await.remove(0);
    hooked.advance(30).await;
    let second = hooked.receiver.take(1).await.remove(0);
    for delivery in [first, second] {
        assert_eq!(delivery.body, text.as_bytes());
        assert!(delivery.is_signed_with(&hooked.secret));
    }
}

#[tokio::test]
async fn frozen_nothing_leaves_and_afterwards_all_of_it_does_in_order() {
    let (hooked, id) = open().await;
    hooked.env.control(json!({ "freeze": {} }));
    for text in ["one", "two"] {
        hooked.say(&id, text);
    }
    hooked.env.clock.advance(std::time::Duration::from_secs(7_200));
    hooked.env.get("/me").await;
    assert!(hooked.receiver.received().is_empty());
    assert_eq!(hooked.env.deliveries(json!({}))["unsettled"], 2);
    hooked.env.control(json!({ "freeze": { "frozen": false } }));
    let received = hooked.receiver.take(2).await;
    assert_eq!(texts(&received), ["one", "two"]);
    assert_eq!(received[0].t(), hooked.env.clock.now().wall.timestamp(), "signed when it left");
}

#[tokio::test]
async fn a_new_secret_signs_at_once_and_the_old_one_beside_it_for_a_while() {
    let (hooked, id) = open().await;
    let rotate = |both_for: u64| {
        let rotated =
            hooked.env.control(json!({ "rotate_secret": { "webhook_id": hooked.webhook, "both_for": both_for } }));
        rotated["signing_secret"].as_str().unwrap().to_owned()
    };
    let second = rotate(60);
    hooked.say(&id, "both");
    let both = hooked.receiver.take(1).await.remove(0);
    assert!(both.signature().1.len() == 2 && both.is_signed_with(&hooked.secret) && both.is_signed_with(&second));
    hooked.advance(60).await;
    hooked.say(&id, "one");
    let one = hooked.receiver.take(1).await.remove(0);
    assert!(one.signature().1.len() == 1 && one.is_signed_with(&second));
    let third = rotate(0);
    hooked.say(&id, "the third");
    let one = hooked.receiver.take(1).await.remove(0);
    assert!(one.signature().1.len() == 1 && one.is_signed_with(&third));
}

#[tokio::test]
async fn by_probability_some_are_met_and_after_clearing_none() {
    let (hooked, id) = open().await;
    hooked.fault(json!({ "kind": "drop", "probability": 0.5, "forever": true }));
    hooked.fault(json!({ "kind": "drop", "webhook_id": "another", "forever": true }));
    for n in 0..100 {
        hooked.say(&id, &n.to_string());
    }
    hooked.at_rest().await;
    let dropped = hooked.env.deliveries(json!({ "state": "dropped" }))["deliveries"].as_array().unwrap().len();
    assert!((20..80).contains(&dropped), "{dropped}");
    assert_eq!(hooked.receiver.take(100 - dropped).await.len(), 100 - dropped);
    assert_eq!(hooked.env.control(json!({ "counts": {} }))["webhook_faults"].as_array().unwrap().len(), 2);
    hooked.env.control(json!({ "clear_faults": {} }));
    for n in 0..20 {
        hooked.say(&id, &n.to_string());
    }
    assert_eq!(hooked.receiver.take(20).await.len(), 20);
}
