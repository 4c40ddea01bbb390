//! A sandbox, a client that shares nothing with takeover's own, and readings of their answers.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use reqwest::{Client, Response};
use serde_json::{Value, json};
use takeover::clock::Clock;
use takeover::random::Random;
use takeover::sandbox::{Command, Options, Sandbox};

/// A sandbox, a client, and a clock that tests turn.
pub(crate) struct Env {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    pub(crate) clock: Clock,
}

pub(crate) fn start_of_time() -> DateTime<Utc> {
    "2026-05-22T14:08:20Z".parse().unwrap()
}

pub(crate) fn options() -> (Options, Clock) {
    let clock = Clock::manual(start_of_time());
    let options = Options {
        clock: clock.clone(),
        random: Random::seeded(11),
        minute_limit: 10_000,
        hour_limit: 10_000,
        ..Options::default()
    };
    (options, clock)
}

pub(crate) async fn env_with(change: impl FnOnce(&mut Options)) -> Env {
    let (mut options, clock) = options();
    change(&mut options);
    let sandbox = Sandbox::start(options).await.unwrap();
    // The client is built with TLS even where nothing uses it; another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    Env { sandbox, client, clock }
}

pub(crate) async fn env() -> Env {
    env_with(|_| {}).await
}

pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Got {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn error(&self) -> (u16, String) {
        (self.status, self.json()["error"].as_str().unwrap_or("").to_owned())
    }
}

pub(crate) async fn got(response: Response) -> Got {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Got { status, headers, bytes: response.bytes().await.unwrap().to_vec() }
}

impl Env {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.base_url())
    }

    pub(crate) async fn get(&self, path: &str) -> Got {
        got(self.client.get(self.url(path)).bearer_auth(self.sandbox.api_key()).send().await.unwrap()).await
    }

    pub(crate) fn posting(&self, id: &str, key: Option<&str>, body: impl Into<String>) -> reqwest::RequestBuilder {
        let mut request = self
            .client
            .post(self.url(&format!("/conversations/{id}/messages")))
            .bearer_auth(self.sandbox.api_key())
            .header("content-type", "application/json")
            .body(body.into());
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        request
    }

    pub(crate) async fn post(&self, id: &str, key: Option<&str>, body: Value) -> Got {
        got(self.posting(id, key, body.to_string()).send().await.unwrap()).await
    }

    /// Any request with a JSON body.
    pub(crate) fn sending(&self, method: &str, path: &str, body: &Value) -> reqwest::RequestBuilder {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.client.request(method, self.url(path)).bearer_auth(self.sandbox.api_key());
        request.header("content-type", "application/json").body(body.to_string())
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Value) -> Got {
        got(self.sending(method, path, &body).send().await.unwrap()).await
    }

    pub(crate) async fn patch(&self, id: &str, body: Value) -> Got {
        self.send("PATCH", &format!("/conversations/{id}"), body).await
    }

    /// A tag of the palette; its id.
    pub(crate) fn tag(&self, name: &str) -> String {
        self.control(json!({ "tag": { "name": name } }))["tag_id"].as_str().unwrap().to_owned()
    }

    /// The user and membership ids of the member at this place.
    pub(crate) async fn member(&self, at: usize) -> (String, String) {
        let member = self.get("/team/members").await.json()["data"][at].clone();
        (member["user_id"].as_str().unwrap().to_owned(), member["id"].as_str().unwrap().to_owned())
    }

    pub(crate) fn control(&self, command: Value) -> Value {
        self.sandbox.control(serde_json::from_value::<Command>(command).unwrap()).unwrap()
    }

    pub(crate) fn switch(&self, name: &str, value: impl Into<Value>) {
        self.control(json!({ "switch": { "name": name, "value": value.into() } }));
    }

    pub(crate) fn conversation(&self, status: &str) -> String {
        let made = self.control(json!({ "conversation": { "status": status } }));
        made["conversation_id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn shown(&self, id: &str) -> Value {
        self.control(json!({ "show": { "conversation_id": id } }))
    }

    /// Role and text of each message, oldest first.
    pub(crate) fn said(&self, id: &str) -> Vec<(String, String)> {
        let shown = self.shown(id);
        let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        shown["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| (word(&it["role"]), word(&it["parts"][0]["text"])))
            .collect()
    }
}

pub(crate) fn pairs(said: &[(&str, &str)]) -> Vec<(String, String)> {
    said.iter().map(|(role, text)| ((*role).to_owned(), (*text).to_owned())).collect()
}

pub(crate) fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub(crate) fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

pub(crate) fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|text| DateTime::parse_from_rfc3339(text).is_ok())
}

pub(crate) fn is_id(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        text.len() == 36
            && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
            && text.chars().all(|it| it == '-' || it.is_ascii_hexdigit())
    })
}

/// The same keys as the sample, and values of the same form: words, numbers, times and ids where the sample has them.
/// `null` fits anything, since every value of a sample that can be null may be.
pub(crate) fn same_form(ours: &Value, sample: &Value, at: &str) {
    match (ours, sample) {
        (Value::Null, _) | (_, Value::Null) => {}
        (Value::Object(_), Value::Object(fields)) => {
            assert_eq!(keys(ours), keys(sample), "{at}");
            for (name, field) in fields {
                same_form(&ours[name], field, &format!("{at}.{name}"));
            }
        }
        (Value::Array(ours), Value::Array(samples)) => {
            if let Some(sample) = samples.first() {
                for one in ours {
                    same_form(one, sample, &format!("{at}[]"));
                }
            }
        }
        (Value::String(text), Value::String(_)) => {
            assert_eq!(is_time(ours), is_time(sample), "{at}: {text}");
            assert_eq!(is_id(ours), is_id(sample), "{at}: {text}");
        }
        (Value::Number(_), Value::Number(_)) | (Value::Bool(_), Value::Bool(_)) => {}
        (ours, sample) => panic!("{at}: {ours} where the sample has {sample}"),
    }
}

/// Waits until a condition holds; fails when it does not within ten seconds.
pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let waiting = async {
        while !holds() {
            tokio::task::yield_now().await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(10), waiting).await.is_ok(), "never: {what}");
}

impl Env {
    pub(crate) fn post_is_running(&self) -> bool {
        let log = self.control(json!({ "log": { "method": "POST" } }));
        log["entries"].as_array().unwrap().iter().any(|entry| entry["status"].is_null())
    }

    pub(crate) fn fault(&self, fault: Value) {
        self.control(json!({ "fault": fault }));
    }

    pub(crate) fn texts(&self, text: &str) -> u64 {
        self.control(json!({ "texts": { "text": text } }))["count"].as_u64().unwrap()
    }

    /// All ids of a list, walked by cursor; fails on a repeat.
    pub(crate) async fn walk(&self, path: &str) -> Vec<String> {
        let join = if path.contains('?') { '&' } else { '?' };
        let (mut ids, mut cursor): (Vec<String>, Option<String>) = (Vec::new(), None);
        loop {
            let page = match &cursor {
                None => self.get(path).await,
                Some(cursor) => self.get(&format!("{path}{join}cursor={cursor}")).await,
            };
            assert_eq!(page.status, 200, "{}", page.json());
            let page = page.json();
            for row in page["data"].as_array().unwrap() {
                let id = row["id"].as_str().unwrap().to_owned();
                assert!(!ids.contains(&id), "{id} came twice");
                ids.push(id);
            }
            assert_eq!(page["has_more"].as_bool().unwrap(), !page["next_cursor"].is_null());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return ids,
            }
        }
    }
}
