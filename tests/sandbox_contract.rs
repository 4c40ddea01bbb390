//! The sandbox against the contract, over real HTTP and with a client that shares nothing with takeover's own.
//!
//! Numbers in brackets are the contract's sections. JSON is pinned to the documented samples in `tests/fixtures`.

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
struct Env {
    sandbox: Sandbox,
    client: Client,
    clock: Clock,
}

fn start_of_time() -> DateTime<Utc> {
    "2026-05-22T14:08:20Z".parse().unwrap()
}

fn options() -> (Options, Clock) {
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

async fn env_with(change: impl FnOnce(&mut Options)) -> Env {
    let (mut options, clock) = options();
    change(&mut options);
    let sandbox = Sandbox::start(options).await.unwrap();
    // The client is built with TLS even where nothing uses it; another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    Env { sandbox, client, clock }
}

async fn env() -> Env {
    env_with(|_| {}).await
}

struct Got {
    status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn error(&self) -> (u16, String) {
        (self.status, self.json()["error"].as_str().unwrap_or("").to_owned())
    }
}

async fn got(response: Response) -> Got {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Got { status, headers, bytes: response.bytes().await.unwrap().to_vec() }
}

impl Env {
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.base_url())
    }

    async fn get(&self, path: &str) -> Got {
        got(self.client.get(self.url(path)).bearer_auth(self.sandbox.api_key()).send().await.unwrap()).await
    }

    fn posting(&self, id: &str, key: Option<&str>, body: impl Into<String>) -> reqwest::RequestBuilder {
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

    async fn post(&self, id: &str, key: Option<&str>, body: Value) -> Got {
        got(self.posting(id, key, body.to_string()).send().await.unwrap()).await
    }

    fn control(&self, command: Value) -> Value {
        self.sandbox.control(serde_json::from_value::<Command>(command).unwrap()).unwrap()
    }

    fn switch(&self, name: &str, value: impl Into<Value>) {
        self.control(json!({ "switch": { "name": name, "value": value.into() } }));
    }

    fn conversation(&self, status: &str) -> String {
        let made = self.control(json!({ "conversation": { "status": status } }));
        made["conversation_id"].as_str().unwrap().to_owned()
    }

    fn shown(&self, id: &str) -> Value {
        self.control(json!({ "show": { "conversation_id": id } }))
    }

    /// Role and text of each message, oldest first.
    fn said(&self, id: &str) -> Vec<(String, String)> {
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

fn pairs(said: &[(&str, &str)]) -> Vec<(String, String)> {
    said.iter().map(|(role, text)| ((*role).to_owned(), (*text).to_owned())).collect()
}

fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|text| DateTime::parse_from_rfc3339(text).is_ok())
}

fn is_id(value: &Value) -> bool {
    value.as_str().is_some_and(|text| {
        text.len() == 36
            && text.split('-').map(str::len).eq([8, 4, 4, 4, 12])
            && text.chars().all(|it| it == '-' || it.is_ascii_hexdigit())
    })
}

/// The same keys as the sample, and values of the same form: words, numbers, times and ids where the sample has them.
/// `null` fits anything, since every value of a sample that can be null may be.
fn same_form(ours: &Value, sample: &Value, at: &str) {
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

#[tokio::test]
async fn a_conversation_has_the_documented_keys_and_forms_7_1() {
    let env = env().await;
    let id = env.conversation("agent_requested");
    env.control(json!({ "visitor": { "conversation_id": id, "text": "I'd like to send it back, please." } }));
    env.control(json!({ "set": {
        "conversation_id": id, "title": "Refund", "summary": "s", "sentiment_score": 22, "contact_email": "june@example.com",
        "contact_name": "June Park", "qr_code_id": "f1d2c3b4-a5e6-4f7a-8b9c-0d1e2f3a4b5c",
    } }));
    let one = env.get(&format!("/conversations/{id}")).await;
    assert_eq!(one.status, 200);
    same_form(&one.json(), &fixture("conversation.json"), "conversation");
    let list = env.get("/conversations?status=agent_requested").await.json();
    assert_eq!(keys(&list), keys(&fixture("conversations_page.json")));
    assert_eq!(list["data"][0], one.json());
}
