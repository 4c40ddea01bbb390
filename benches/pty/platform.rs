//! The server that takeover is measured against: the sandbox in a process of its own, so that its time and memory are
//! nobody else's, and the rows that the plain list gets from it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::Failure;
use crate::floor_list::Row;

/// A running sandbox; ended when dropped.
pub(crate) struct Platform {
    pub(crate) base_url: String,
    pub(crate) api_key: String,
    child: Child,
}

impl Platform {
    /// Starts it with that much made-up data and no limit that a bench could reach.
    pub(crate) fn start(conversations: usize, messages: usize) -> Result<Self, Failure> {
        let child = Command::new(env!("CARGO_BIN_EXE_takeover"))
            .args(["sandbox", "--port", "0", "--seed", "1"])
            .args(["--conversations", &conversations.to_string(), "--messages", &messages.to_string()])
            .args(["--minute-limit", "1000000", "--hour-limit", "1000000"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut platform = Self { base_url: String::new(), api_key: String::new(), child };
        let mut line = String::new();
        if let Some(out) = platform.child.stdout.take() {
            BufReader::new(out).read_line(&mut line)?;
        }
        let said: Value = serde_json::from_str(&line).unwrap_or_default();
        let text = |name: &str| said.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        platform.base_url = text("base_url");
        platform.api_key = text("api_key");
        if platform.base_url.is_empty() || platform.api_key.is_empty() {
            let ended = platform.child.try_wait()?.map_or(String::new(), |status| format!(" ({status})"));
            return Err(format!("`takeover sandbox` did not say where it listens{ended}: {line:?}").into());
        }
        Ok(platform)
    }

    /// Its first conversations with their threads, as the plain list shows them.
    pub(crate) fn rows(&self) -> Result<Vec<Row>, Failure> {
        let page = self.get("/conversations?limit=100")?;
        let conversations = page.get("data").and_then(Value::as_array).ok_or("the sandbox's list has no data")?;
        let mut rows = Vec::new();
        for conversation in conversations {
            let text = |name: &str| conversation.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let messages = self.get(&format!("/conversations/{}/messages?limit=100", text("id")))?;
            let thread: Vec<(String, String)> =
                messages.get("data").and_then(Value::as_array).into_iter().flatten().map(words).collect();
            let name = [text("contact_name"), text("contact_email"), text("id")];
            rows.push(Row {
                name: name.into_iter().find(|name| !name.is_empty()).unwrap_or_default(),
                preview: thread.last().map(|(_, text)| one_line(text)).unwrap_or_default(),
                facts: ["status", "priority", "contact_email", "created_at"].map(text).to_vec(),
                thread,
            });
        }
        if rows.is_empty() { Err("the sandbox listed no conversation".into()) } else { Ok(rows) }
    }

    /// One request on a connection of its own.
    fn get(&self, path: &str) -> Result<Value, Failure> {
        let inner = self.base_url.strip_prefix("http://").ok_or("the sandbox speaks plain http")?;
        let (host, prefix) = inner.split_once('/').unwrap_or((inner, ""));
        let prefix = prefix.trim_end_matches('/');
        let slash = if prefix.is_empty() { "" } else { "/" };
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "GET {slash}{prefix}{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\nConnection: close\r\n\r\n",
            self.api_key
        )?;
        let mut response = String::new();
        stream.read_to_string(&mut response)?;
        let (head, body) = response.split_once("\r\n\r\n").ok_or("the sandbox's answer has no body")?;
        let status = head.lines().next().unwrap_or_default();
        if !status.contains(" 200") {
            return Err(format!("{path}: {status}").into());
        }
        Ok(serde_json::from_str(body)?)
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        // It may have ended by itself; both only fail then.
        let _gone = self.child.kill();
        let _status = self.child.wait();
    }
}

fn words(message: &Value) -> (String, String) {
    let role = message.get("role").and_then(Value::as_str).unwrap_or_default().to_owned();
    let parts = message.get("parts").and_then(Value::as_array).into_iter().flatten();
    let texts: Vec<&str> = parts.filter_map(|part| part.get("text").and_then(Value::as_str)).collect();
    (role, texts.join("\n"))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Rows for a run without the sandbox: a hundred conversations of twenty messages, no two alike.
pub(crate) fn made_up() -> Vec<Row> {
    let names = ["June Park", "Tomás Reyes", "Zoë Fuchs", "Mara Lind", "Ada Okoye", "Piotr Zając", "林 美玲"];
    let lines = [
        "Hi, my parcel arrived damaged and I would like to send it back, please.",
        "I'm sorry to hear that. Could you send me the order number?",
        "It's on the label, I think. Where do I find it? The box is already gone.",
        "Thanks. One moment while I look it up for you.",
        "hello? anybody there?",
        "And the invoice? I need it for my tax return by Friday, with the full address on it.",
    ];
    (0..100_usize)
        .map(|at| {
            let thread: Vec<(String, String)> = (0..20_usize)
                .map(|turn| {
                    let who = if turn % 2 == 0 { "user" } else { "assistant" };
                    let line = lines.get((at * 5 + turn * 7) % lines.len()).copied().unwrap_or_default();
                    (who.to_owned(), format!("{line} ({at}.{turn})"))
                })
                .collect();
            Row {
                name: names.get(at % names.len()).copied().unwrap_or_default().to_owned(),
                preview: thread.last().map(|(_, text)| text.clone()).unwrap_or_default(),
                facts: vec![format!("open {at}"), "high".to_owned(), format!("visitor{at}@example.com")],
                thread,
            }
        })
        .collect()
}
