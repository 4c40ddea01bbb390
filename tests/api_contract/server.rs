//! The smallest HTTP server that can misbehave: one connection after the other, each answered as the script says.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// One request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// The request line.
    pub(crate) line: String,
    /// Header lines, names in lower case, sorted.
    pub(crate) headers: Vec<String>,
    /// The body.
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// Whether there is this header line.
    pub(crate) fn has(&self, line: &str) -> bool {
        self.headers.iter().any(|header| header == line)
    }
}

/// What happens after a request was read.
#[derive(Clone)]
pub(crate) enum Act {
    /// These bytes, then the end of the connection.
    Answer(Vec<u8>),
    /// Nothing, for ever.
    Hang,
    /// These bytes, then nothing, for ever.
    AnswerAndHang(Vec<u8>),
    /// The connection is reset.
    Reset,
    /// The first bytes at once, then one byte of the others at each beat, for ever.
    Drip(Vec<u8>, Duration),
    /// The first bytes, then the others again and again, so many times.
    Repeat(Vec<u8>, Vec<u8>, usize),
}

/// A server on a free port of this machine. It ends when it is dropped.
pub(crate) struct Server {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts one that does these things in turn, and the last of them again and again.
    pub(crate) async fn start(script: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        let task = tokio::spawn(async move {
            let mut held = Vec::new();
            for place in 0.. {
                let Ok((mut stream, _)) = listener.accept().await else { return };
                let Some(request) = read(&mut stream).await else { continue };
                seen.lock().unwrap_or_else(PoisonError::into_inner).push(request);
                let act = script.get(place).or(script.last()).expect("a script").clone();
                held.push(tokio::spawn(perform(stream, act)));
            }
        });
        Self { address, requests, task }
    }

    /// One that answers every request like this.
    pub(crate) async fn answering(answer: impl Into<Vec<u8>>) -> Self {
        Self::start(vec![Act::Answer(answer.into())]).await
    }

    /// What came so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A whole answer with a JSON body.
pub(crate) fn json(status: &str, body: &str) -> Vec<u8> {
    with_headers(status, &["content-type: application/json"], body)
}

/// A whole answer with these header lines.
pub(crate) fn with_headers(status: &str, headers: &[&str], body: &str) -> Vec<u8> {
    let lines: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{lines}\r\n{body}").into_bytes()
}

async fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).expect("a head in ASCII");
    let mut lines = head.split("\r\n").map(str::to_owned);
    let line = lines.next().expect("a request line");
    let mut headers: Vec<String> = lines
        .map(|line| {
            let (name, value) = line.split_once(": ").expect("a header");
            format!("{}: {value}", name.to_ascii_lowercase())
        })
        .collect();
    headers.sort();
    let length = headers.iter().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = bytes.split_off(end + 4);
    while body.len() < length {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Request { line, headers, body })
}

/// Writing ends without a word when the client has gone: many of these acts are there to make it go.
async fn perform(mut stream: TcpStream, act: Act) {
    match act {
        Act::Answer(bytes) => {
            let _ = stream.write_all(&bytes).await;
            let _ = stream.shutdown().await;
            // Closing with unread bytes would reset what was just written.
            let _ = stream.read(&mut [0; 64]).await;
        }
        Act::Hang => std::future::pending().await,
        Act::AnswerAndHang(bytes) => {
            let _ = stream.write_all(&bytes).await;
            std::future::pending().await
        }
        Act::Reset => {
            let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
        }
        Act::Drip(first, beat) => {
            if stream.write_all(&first).await.is_err() {
                return;
            }
            let mut beats = tokio::time::interval(beat);
            loop {
                beats.tick().await;
                if stream.write_all(b" ").await.is_err() {
                    return;
                }
            }
        }
        Act::Repeat(first, again, times) => {
            if stream.write_all(&first).await.is_err() {
                return;
            }
            for _ in 0..times {
                if stream.write_all(&again).await.is_err() {
                    return;
                }
            }
        }
    }
}
