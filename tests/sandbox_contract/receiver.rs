//! A webhook's receiving end on loopback that answers as a test says, and checks signatures by itself.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::env::{Env, Got, env_with, got, until};

/// One delivery as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// The one value of a header; fails where there are more.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let values: Vec<&str> =
            self.headers.iter().filter(|(held, _)| held == name).map(|(_, value)| value.as_str()).collect();
        assert!(values.len() <= 1, "{name} came more than once");
        values.first().copied()
    }

    pub(crate) fn event(&self) -> &str {
        self.header("x-awardee-event").unwrap_or_default()
    }

    pub(crate) fn id(&self) -> &str {
        self.header("x-awardee-delivery").unwrap_or_default()
    }

    pub(crate) fn t(&self) -> i64 {
        self.signature().0
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// `t` and all `v1`.
    pub(crate) fn signature(&self) -> (i64, Vec<String>) {
        let header = self.header("x-awardee-signature").unwrap();
        let (mut t, mut signatures) = (None, Vec::new());
        for field in header.split(',') {
            match field.split_once('=').unwrap() {
                ("t", value) => t = Some(value.parse().unwrap()),
                ("v1", value) => signatures.push(value.to_owned()),
                (name, _) => panic!("{name} in {header}"),
            }
        }
        (t.unwrap(), signatures)
    }

    /// Whether one of the signatures is that of this secret.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let (t, signatures) = self.signature();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update([format!("{t}.").as_bytes(), &self.body].concat().as_slice());
        let wanted: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        signatures.contains(&wanted)
    }

    /// The event, and what tells it from others of its kind.
    pub(crate) fn told(&self) -> String {
        let body = self.json();
        match self.event() {
            "message.created" => {
                let message = &body["message"];
                let text = message["parts"][0]["text"].as_str().unwrap_or_default();
                format!("{}: {text}", message["role"].as_str().unwrap())
            }
            "conversation.updated" => {
                let changes = body["changes"].as_object().unwrap();
                let one = |(name, change): (&String, &Value)| {
                    let word = |side: &str| change[side].as_str().map_or("-", |text| text).to_owned();
                    format!("{name} {} to {}", word("from"), word("to"))
                };
                changes.iter().map(one).collect::<Vec<_>>().join(", ")
            }
            event => format!("{event}: {}", body["conversation"]["status"].as_str().unwrap()),
        }
    }
}

/// What a delivery is answered with.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Status(u16),
    /// A redirect to there.
    Redirect(String),
    Hang,
    /// The connection ends without an answer.
    Hangup,
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    script: VecDeque<Reply>,
    otherwise: Option<Reply>,
}

/// The receiving end.
pub(crate) struct Receiver {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
    _tasks: JoinSet<()>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let mut tasks = JoinSet::new();
        let shared = state.clone();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, shared.clone()));
            }
        });
        Self { url, state, _tasks: tasks }
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the next ones are answered with, one after the other; then 200.
    pub(crate) fn will(&self, replies: impl IntoIterator<Item = Reply>) {
        self.with(|state| state.script.extend(replies));
    }

    /// What all are answered with that nothing was said about.
    pub(crate) fn always(&self, reply: Reply) {
        self.with(|state| state.otherwise = Some(reply));
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.with(|state| state.received.clone())
    }

    /// Takes what came, once there are so many.
    pub(crate) async fn take(&self, count: usize) -> Vec<Received> {
        until(&format!("{count} deliveries"), || self.with(|state| state.received.len()) >= count).await;
        self.with(|state| std::mem::take(&mut state.received))
    }
}

async fn serve(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut held = Vec::new();
    let mut buffer = [0; 8_192];
    let head = loop {
        if let Some(end) = held.windows(4).position(|window| window == b"\r\n\r\n") {
            break String::from_utf8(held.drain(..end + 4).collect()).unwrap();
        }
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => held.extend_from_slice(&buffer[..read]),
            Ok(_) | Err(_) => return,
        }
    };
    let mut lines = head.lines();
    let mut words = lines.next().unwrap().split(' ');
    assert_eq!(words.next(), Some("POST"));
    let path = words.next().unwrap().to_owned();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length.map_or(0, |(_, value)| value.parse().unwrap());
    while held.len() < length {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => held.extend_from_slice(&buffer[..read]),
            Ok(_) | Err(_) => return,
        }
    }
    let reply = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.received.push(Received { path, headers, body: held });
        state.script.pop_front().or_else(|| state.otherwise.clone()).unwrap_or(Reply::Status(200))
    };
    let answer = match reply {
        Reply::Status(204) => "HTTP/1.1 204 x\r\nConnection: close\r\n\r\n".to_owned(),
        Reply::Status(status) => format!("HTTP/1.1 {status} x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"),
        Reply::Redirect(to) => {
            format!("HTTP/1.1 307 x\r\nConnection: close\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n")
        }
        Reply::Hang => return std::future::pending().await,
        Reply::Hangup => return,
    };
    // A sandbox that gave up in the meantime is part of some tests.
    let _ = stream.write_all(answer.as_bytes()).await;
}

/// A sandbox, a receiver for `relay.example.com`, and its endpoint for the three events of the inbox.
pub(crate) struct Hooked {
    pub(crate) env: Env,
    pub(crate) receiver: Receiver,
    pub(crate) webhook: String,
    pub(crate) secret: String,
}

pub(crate) async fn hooked() -> Hooked {
    hooked_with(|_| {}).await
}

pub(crate) async fn hooked_with(change: impl FnOnce(&mut takeover::sandbox::Options)) -> Hooked {
    let receiver = Receiver::start().await;
    let to = takeover::sandbox::Destination::new("relay.example.com", &receiver.url).unwrap();
    let env = env_with(|options| {
        options.deliver = vec![to];
        change(options);
    })
    .await;
    let made = env.ask("POST", "/webhooks", asked()).await;
    assert_eq!(made.status, 201);
    let made = made.json();
    let word = |name: &str| made[name].as_str().unwrap().to_owned();
    Hooked { webhook: word("id"), secret: word("signing_secret"), env, receiver }
}

/// The body of a creation.
pub(crate) fn asked() -> Value {
    json!({
        "url": "https://relay.example.com/v1/in/abc?x=1",
        "events": ["conversation.created", "conversation.updated", "message.created"],
    })
}

impl Hooked {
    pub(crate) fn fault(&self, fault: Value) {
        self.env.control(json!({ "webhook_fault": fault }));
    }

    /// A visitor's words in a conversation that is open; one `message.created`.
    pub(crate) fn say(&self, id: &str, text: &str) {
        self.env.control(json!({ "visitor": { "conversation_id": id, "text": text } }));
    }

    /// The state of the newest delivery.
    pub(crate) fn newest(&self) -> Value {
        self.env.deliveries(json!({}))["deliveries"].as_array().unwrap().last().unwrap().clone()
    }

    /// Waits until nothing is being sent and nothing is due.
    pub(crate) async fn at_rest(&self) {
        until("rest", || self.env.is_at_rest()).await;
    }

    pub(crate) async fn advance(&self, seconds: u64) {
        self.at_rest().await;
        self.env.clock.advance(std::time::Duration::from_secs(seconds));
        self.at_rest().await;
    }
}

impl Env {
    /// A request with a JSON body.
    pub(crate) async fn ask(&self, method: &str, path: &str, body: Value) -> Got {
        self.ask_as(self.sandbox.api_key(), method, path, body).await
    }

    pub(crate) async fn ask_as(&self, key: &str, method: &str, path: &str, body: Value) -> Got {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.client.request(method, self.url(path)).bearer_auth(key);
        got(request.header("content-type", "application/json").body(body.to_string()).send().await.unwrap()).await
    }

    pub(crate) fn deliveries(&self, wanted: Value) -> Value {
        self.control(json!({ "deliveries": wanted }))
    }

    fn is_at_rest(&self) -> bool {
        let all = self.deliveries(json!({}));
        let now = self.clock.now().wall;
        let is_due = |it: &Value| {
            it["next_attempt_at"].as_str().is_some_and(|at| at.parse::<chrono::DateTime<chrono::Utc>>().unwrap() <= now)
        };
        all["in_flight"] == 0 && !all["deliveries"].as_array().unwrap().iter().any(is_due)
    }
}
