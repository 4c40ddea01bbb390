//! Rate limits: contract, section 5.

use std::time::Duration;

use serde_json::json;

use crate::env::{Env, Got, env_with, got};

async fn limited(minute: u32, hour: u32) -> Env {
    env_with(|options| {
        options.minute_limit = minute;
        options.hour_limit = hour;
    })
    .await
}

fn number(got: &Got, name: &str) -> i64 {
    got.header(name).parse().unwrap_or_else(|_| panic!("{name}: {:?}", got.header(name)))
}

#[tokio::test]
async fn every_answer_carries_both_windows_and_the_sample_s_headers_5() {
    let env = limited(60, 1_000).await;
    let id = env.conversation("open");
    let unauthorized = got(env.client.get(env.url("/me")).send().await.unwrap()).await;
    let sample = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/rate_limited.http"));
    let sample = sample.unwrap();
    let names: Vec<String> = sample
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .map(|line| line.split(':').next().unwrap().to_owned())
        .collect();
    for answer in [
        unauthorized,
        env.get("/me").await,
        env.get("/nowhere").await,
        env.get("/conversations?limit=0").await,
        env.post(&id, Some("k"), json!({ "text": "x" })).await,
        env.post(&id, Some("k"), json!({ "text": "x" })).await,
    ] {
        for name in names.iter().filter(|name| *name != "Retry-After") {
            assert!(!answer.header(name).is_empty(), "{name} on {}", answer.status);
        }
        assert_eq!(number(&answer, "x-ratelimit-limit-minute"), 60);
        assert_eq!(number(&answer, "x-ratelimit-limit-hour"), 1_000);
        assert!(answer.headers.get("x-ratelimit-remaining").is_none());
    }
}

#[tokio::test]
async fn over_the_minute_it_is_429_with_the_wait_and_it_opens_again_5() {
    let env = limited(3, 1_000).await;
    for left in [2, 1, 0] {
        assert_eq!(number(&env.get("/me").await, "x-ratelimit-remaining-minute"), left);
        env.clock.advance(Duration::from_secs(5));
    }
    let over = env.get("/me").await;
    assert_eq!(over.error(), (429, "rate_limited".to_owned()));
    assert_eq!(number(&over, "retry-after"), 45);
    assert_eq!(number(&over, "x-ratelimit-remaining-minute"), 0);
    assert_eq!(number(&over, "x-ratelimit-remaining-hour"), 997);
    let date = chrono::DateTime::parse_from_rfc2822(over.header("date")).unwrap().timestamp();
    assert_eq!(number(&over, "x-ratelimit-reset-minute") - date, 45);
    env.clock.advance(Duration::from_secs(44));
    assert_eq!(env.get("/me").await.status, 429);
    env.clock.advance(Duration::from_secs(1));
    assert_eq!(env.get("/me").await.status, 200);
}

#[tokio::test]
async fn over_the_hour_the_wait_is_long_and_the_zero_says_which_window_5() {
    let env = limited(60, 2).await;
    env.get("/me").await;
    env.get("/me").await;
    let over = env.get("/me").await;
    assert_eq!((over.status, number(&over, "retry-after")), (429, 3_600));
    assert_eq!(number(&over, "x-ratelimit-remaining-hour"), 0);
    assert!(number(&over, "x-ratelimit-remaining-minute") > 0);
}

#[tokio::test]
async fn a_refused_reply_is_not_stored_and_others_of_the_organisation_spend_the_same_bucket_5() {
    let env = limited(10, 1_000).await;
    let id = env.conversation("open");
    env.control(json!({ "limits": { "spend": 10 } }));
    assert_eq!(env.post(&id, Some("k"), json!({ "text": "x" })).await.status, 429);
    assert!(env.said(&id).is_empty());
    env.control(json!({ "limits": { "forget": true, "minute": 7 } }));
    let sent = env.post(&id, Some("k"), json!({ "text": "x" })).await;
    assert_eq!((sent.status, number(&sent, "x-ratelimit-limit-minute")), (201, 7));
}

#[tokio::test]
async fn what_refusals_and_replays_cost_is_a_switch_5() {
    let env = limited(100, 1_000).await;
    let id = env.conversation("open");
    env.post(&id, Some("k"), json!({ "text": "x" })).await;
    let left = async || number(&env.get("/me").await, "x-ratelimit-remaining-minute");
    let bare = async || got(env.client.get(env.url("/me")).send().await.unwrap()).await;
    let before = left().await;
    bare().await;
    env.post(&id, Some("k"), json!({ "text": "x" })).await;
    assert_eq!(before - left().await, 2, "a replay and the look itself");
    env.switch("count_unauthorized", true);
    env.switch("count_replays", false);
    let before = left().await;
    bare().await;
    env.post(&id, Some("k"), json!({ "text": "x" })).await;
    assert_eq!(before - left().await, 2, "a 401 and the look itself");
}
