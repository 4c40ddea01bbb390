//! Lists: contract, sections 2.2 and 3.

use serde_json::{Value, json};

use crate::env::{Env, env, env_with};

async fn ids(env: &Env, query: &str) -> Vec<String> {
    env.walk(&format!("/conversations{query}")).await
}

#[tokio::test]
async fn a_page_holds_25_rows_unless_asked_and_at_most_100_3() {
    let env = env_with(|options| options.conversations = 130).await;
    let count = |list: &Value| list["data"].as_array().unwrap().len();
    assert_eq!(count(&env.get("/conversations").await.json()), 25);
    assert_eq!(count(&env.get("/conversations?limit=100").await.json()), 100);
    assert_eq!(count(&env.get("/conversations?limit=1").await.json()), 1);
    for limit in ["0", "-1", "101", "x", "", "1.5", "99999999999999999999"] {
        let refused = env.get(&format!("/conversations?limit={limit}")).await;
        assert_eq!(refused.error(), (400, "invalid_query".to_owned()), "{limit}");
        assert!(refused.json()["details"]["fieldErrors"]["limit"][0].is_string());
    }
}

#[tokio::test]
async fn a_walk_by_cursor_sees_each_row_once_though_rows_arrive_meanwhile_3() {
    let env = env_with(|options| options.conversations = 60).await;
    let first = env.get("/conversations?limit=20").await.json();
    let newest = env.conversation("open");
    let mut seen: Vec<String> =
        first["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    let mut cursor = first["next_cursor"].as_str().map(str::to_owned);
    while let Some(at) = cursor {
        assert!(at.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'));
        let page = env.get(&format!("/conversations?limit=7&cursor={at}")).await.json();
        seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        cursor = page["next_cursor"].as_str().map(str::to_owned);
    }
    assert_eq!(seen.len(), 60);
    assert!(!seen.contains(&newest));
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 60);
}

#[tokio::test]
async fn a_cursor_of_other_filters_or_of_nothing_is_refused_3() {
    let env = env_with(|options| options.conversations = 60).await;
    let page = env.get("/conversations?limit=5").await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    let id = page["data"][0]["id"].as_str().unwrap();
    for path in [
        format!("/conversations?status=open&cursor={cursor}"),
        format!("/conversations?sort=created_at&cursor={cursor}"),
        format!("/conversations/{id}/messages?cursor={cursor}"),
        "/conversations?cursor=".to_owned(),
        "/conversations?cursor=bm9uc2Vuc2U".to_owned(),
    ] {
        let refused = env.get(&path).await;
        assert_eq!(refused.error(), (400, "invalid_query".to_owned()), "{path}");
        assert!(refused.json()["details"]["fieldErrors"]["cursor"][0].is_string());
    }
}

#[tokio::test]
async fn each_filter_takes_what_it_names_2_2() {
    let env = env().await;
    let bots = env.get("/chatbots").await.json();
    let bot = bots["data"][0]["id"].as_str().unwrap().to_owned();
    let members = env.get("/team/members").await.json();
    let user = |at: usize| members["data"][at]["user_id"].as_str().unwrap().to_owned();
    let (mara, jonas) = (user(0), user(1));
    let make = |status: &str, priority: &str, owner: Option<&str>| {
        let made =
            env.control(json!({ "conversation": { "status": status, "priority": priority, "assigned_to": owner } }));
        made["conversation_id"].as_str().unwrap().to_owned()
    };
    let open_mara = make("open", "high", Some(&mara));
    let open_nobody = make("open", "medium", None);
    let waiting = make("agent_requested", "low", None);
    let closed_jonas = make("closed", "high", Some(&jonas));
    let other_bot = env.control(json!({ "conversation": { "chatbot_id": "11111111-1111-1111-1111-111111111111" } }));
    let other_bot = other_bot["conversation_id"].as_str().unwrap().to_owned();

    let cases: Vec<(String, Vec<&String>)> = vec![
        ("?status=open".into(), vec![&open_mara, &open_nobody]),
        ("?status=open,agent_requested".into(), vec![&open_mara, &open_nobody, &waiting]),
        ("?priority=high".into(), vec![&open_mara, &closed_jonas]),
        ("?priority=low,high&status=closed,agent_requested".into(), vec![&waiting, &closed_jonas]),
        (format!("?assigned_to={mara}"), vec![&open_mara]),
        (format!("?assigned_to={mara},{jonas}"), vec![&open_mara, &closed_jonas]),
        (format!("?assigned_to={mara}&include_unassigned=true&status=open"), vec![&open_mara, &open_nobody]),
        (format!("?assigned_to={mara}&include_unassigned=false"), vec![&open_mara]),
        ("?include_unassigned=true".into(), vec![&open_nobody, &waiting, &other_bot]),
        (format!("?chatbot_id={bot}&status=bot_active"), vec![]),
        ("?chatbot_id=11111111-1111-1111-1111-111111111111".into(), vec![&other_bot]),
    ];
    for (query, wanted) in cases {
        let mut got = ids(&env, &query).await;
        let mut wanted: Vec<String> = wanted.into_iter().cloned().collect();
        got.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(got, wanted, "{query}");
    }
}

#[tokio::test]
async fn a_bad_filter_is_refused_and_named_2_2() {
    let env = env().await;
    for (query, field) in [
        ("status=weird", "status"),
        ("status=", "status"),
        ("status=open,", "status"),
        ("status=OPEN", "status"),
        ("priority=urgent", "priority"),
        ("assigned_to=me", "assigned_to"),
        ("chatbot_id=x", "chatbot_id"),
        ("include_unassigned=1", "include_unassigned"),
        ("sort=newest", "sort"),
        ("status=open&status=closed", "status"),
    ] {
        let refused = env.get(&format!("/conversations?{query}")).await;
        assert_eq!(refused.error(), (400, "invalid_query".to_owned()), "{query}");
        assert!(refused.json()["details"]["fieldErrors"][field][0].is_string(), "{query}");
    }
    assert_eq!(env.get("/conversations?unknown=1").await.status, 200);
}

#[tokio::test]
async fn an_old_conversation_that_comes_back_stays_last_by_creation_and_is_first_by_activity_11_2() {
    let env = env().await;
    let old = env.control(json!({ "conversation": { "status": "resolved", "ago": 1_900_000.0 } }));
    let old = old["conversation_id"].as_str().unwrap().to_owned();
    env.control(json!({ "fill": { "conversations": 30, "messages": 3, "seed": 4, "ages": [60, 90_000] } }));
    env.control(json!({ "visitor": { "conversation_id": old, "text": "again" } }));
    assert_eq!(ids(&env, "").await.last(), Some(&old));
    assert_eq!(ids(&env, "?sort=created_at").await.first(), Some(&old));
    assert_eq!(ids(&env, "?sort=-last_message_at").await.first(), Some(&old));
    assert_eq!(ids(&env, "?sort=last_message_at&limit=7").await.last(), Some(&old));
    env.switch("default_sort", "activity");
    assert_eq!(ids(&env, "").await.first(), Some(&old));
}

#[tokio::test]
async fn a_thread_is_the_same_set_in_either_order_and_each_walk_is_complete_11_1() {
    let env = env().await;
    let filled =
        env.control(json!({ "fill": { "conversations": 1, "messages": 57, "seed": 9, "statuses": ["open"] } }));
    let id = filled["conversation_ids"][0].as_str().unwrap();
    env.control(json!({ "visitor": { "conversation_id": id, "text": "newest" } }));
    let path = format!("/conversations/{id}/messages");
    let newest_first = env.walk(&format!("{path}?limit=10")).await;
    assert_eq!(newest_first.len(), 58);
    let first = env.get(&path).await.json();
    assert_eq!(first["data"][0]["parts"][0]["text"], "newest");
    env.switch("message_order", "asc");
    let mut oldest_first = env.walk(&format!("{path}?limit=9")).await;
    oldest_first.reverse();
    assert_eq!(oldest_first, newest_first);
}

#[tokio::test]
async fn a_world_of_a_hundred_thousand_answers_pages_of_any_filter_and_order() {
    let env = env_with(|options| {
        options.conversations = 100_000;
        options.messages = 3;
    })
    .await;
    for query in
        ["?limit=100", "?limit=100&status=agent_requested&sort=last_message_at", "?status=archived&priority=low"]
    {
        let page = env.get(&format!("/conversations{query}")).await.json();
        let again = env.get(&format!("/conversations{query}&cursor={}", page["next_cursor"].as_str().unwrap())).await;
        assert!(!again.json()["data"].as_array().unwrap().is_empty());
    }
    assert_eq!(env.control(json!({ "counts": {} }))["conversations"], 100_000);
}
