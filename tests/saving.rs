//! Fetching and saving a visitor's file: what is connected, what never is, and what lies on the disk afterwards
//! (security, S14).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::net::IpAddr;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use secrecy::SecretString;
use takeover::api::Client;
use takeover::app::{Effect, Event};
use takeover::clock::Clock;
use takeover::effects::{Machine, Runner, Shared};
use takeover::http::BaseUrl;
use takeover::http::visitor::{FetchError, FetchLimits, Fetcher, Lookup, Reach};
use takeover::random::Random;
use takeover::store::MemoryJournal;
use takeover::text::RawText;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const LONG: Duration = Duration::from_secs(60);

/// A server of this machine that answers each request by its path, and what it was asked.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    async fn start(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut head = Vec::new();
                    while !head.ends_with(b"\r\n\r\n") {
                        match stream.read_u8().await {
                            Ok(byte) => head.push(byte),
                            Err(_) => return,
                        }
                    }
                    let head = String::from_utf8_lossy(&head).into_owned();
                    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    log.lock().unwrap().push(head);
                    let _ = stream.write_all(&answer(&path)).await;
                });
            }
        });
        Self { port, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://files.example:{}{path}", self.port)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn body(bytes: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nSet-Cookie: a=b\r\n\r\n", bytes.len());
    [head.as_bytes(), bytes].concat()
}

fn sent_on(place: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

/// Names that were looked up, and a look-up that answers with the next of these, the last one for ever.
fn names(answers: &[&[&str]]) -> (Arc<Mutex<Vec<String>>>, Lookup) {
    let answers: Vec<Vec<IpAddr>> =
        answers.iter().map(|answer| answer.iter().map(|it| it.parse().unwrap()).collect()).collect();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let lookup: Lookup = Arc::new(move |name| {
        let mut log = log.lock().unwrap();
        let answer = answers.get(log.len()).or(answers.last()).cloned().unwrap_or_default();
        log.push(name);
        Box::pin(std::future::ready(Ok(answer)))
    });
    (seen, lookup)
}

fn here(lookup: Lookup) -> Fetcher {
    Fetcher::with(lookup, Reach::ThisMachineToo, FetchLimits { total: LONG, ..FetchLimits::default() })
}

fn loopback() -> Lookup {
    names(&[&["127.0.0.1"]]).1
}

/// What the runner answers to an order to save this.
async fn saved(folder: &Path, fetcher: Fetcher, url: &str, name: &str) -> Result<String, String> {
    let base = BaseUrl::parse("http://127.0.0.1:9").unwrap();
    let client = Client::new(base, SecretString::from("aw_live_secret".to_owned()), Clock::system()).unwrap();
    let journal: Shared = Arc::new(Mutex::new(Box::new(MemoryJournal::default())));
    let (mut runner, mut told) = Runner::new(client, journal, Random::System);
    runner.set_machine(Machine { downloads: Some(folder.to_owned()), fetcher, ..Machine::default() });
    runner.perform(Effect::SaveFile { ask: 9, url: RawText::new(url), name: RawText::new(name) });
    let answer = tokio::time::timeout(LONG, told.recv()).await.unwrap();
    let Some(Event::FileSaved { ask: 9, result }) = answer else { panic!("{answer:?}") };
    runner.shutdown().await;
    result.map(|path| path.as_raw().to_owned()).map_err(|why| why.as_raw().to_owned())
}

#[tokio::test]
async fn a_file_is_saved_new_in_the_folder_and_the_server_learns_nothing_of_us() {
    let server = Server::start(|path| match path {
        "/a/../photo.png?x" | "/photo.png?x" => sent_on("/real"),
        _ => body(b"\x89PNG\0\x1b[2J"),
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("Downloads");
    for expected in ["x.png", "x (2).png"] {
        let path = saved(&folder, here(loopback()), &server.url("/photo.png?x"), "../../x.png").await.unwrap();
        assert_eq!(Path::new(&path), folder.join(expected));
        assert_eq!(std::fs::read(&path).unwrap(), b"\x89PNG\0\x1b[2J");
        assert_eq!(Path::new(&path).metadata().unwrap().mode() & 0o777, 0o600);
    }
    let path = saved(&folder, here(loopback()), &server.url("/photo.png?x"), " ").await.unwrap();
    assert_eq!(Path::new(&path), folder.join("photo.png"));
    let asked = server.asked();
    assert_eq!(asked.len(), 6);
    for head in asked {
        let head = head.to_ascii_lowercase();
        for told in ["authorization", "aw_live", "cookie", "referer", "takeover/"] {
            assert!(!head.contains(told), "{head}");
        }
    }
}

#[tokio::test]
async fn what_leads_into_the_machine_or_its_network_is_never_connected() {
    let server = Server::start(|_| body(b"secret")).await;
    let home = tempfile::tempdir().unwrap();
    let addresses = [
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.9.9",
        "192.168.178.1",
        "169.254.169.254",
        "100.64.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::1",
    ];
    for address in addresses {
        let (_, lookup) = names(&[&["8.8.8.8", address]]);
        let fetcher = Fetcher::with(lookup, Reach::Internet, FetchLimits::default());
        let url = format!("https://files.example:{}/x", server.port);
        let refused = fetcher.fetch(&url).await;
        assert_eq!(refused, Err(FetchError::NotPublic("files.example".to_owned())), "{address}");
        let literal = if address.contains(':') { format!("[{address}]") } else { address.to_owned() };
        let url = format!("https://{literal}:{}/x", server.port);
        assert!(matches!(fetcher.fetch(&url).await, Err(FetchError::NotPublic(_))), "{url}");
        let said = saved(home.path(), fetcher, &url, "x").await.unwrap_err();
        assert!(said.contains("private network"), "{said}");
    }
    // Other ways to write an address of this machine.
    for host in ["2130706433", "0x7f.1", "127.1", "017700000001", "[::ffff:7f00:1]", "localhost", "LOCALHOST."] {
        let fetcher = Fetcher::with(loopback(), Reach::Internet, FetchLimits::default());
        let refused = fetcher.fetch(&format!("https://{host}:{}/x", server.port)).await;
        assert!(matches!(refused, Err(FetchError::NotPublic(_))), "{host}: {refused:?}");
    }
    assert!(server.asked().is_empty());
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn only_https_leaves_and_a_user_name_is_no_host() {
    let server = Server::start(|_| body(b"x")).await;
    let (looked_up, lookup) = names(&[&["127.0.0.1"]]);
    let strict = Fetcher::with(lookup, Reach::Internet, FetchLimits::default());
    for url in [
        server.url("/x"),
        "ftp://files.example/x".to_owned(),
        "file:///etc/passwd".to_owned(),
        "javascript:0".to_owned(),
        "data:text/plain,x".to_owned(),
    ] {
        assert!(matches!(strict.fetch(&url).await, Err(FetchError::Scheme(_))), "{url}");
    }
    for url in ["https://a@files.example/x", "https://a:b@files.example/x", "https://:b@files.example/"] {
        assert_eq!(strict.fetch(url).await, Err(FetchError::UserInfo));
    }
    for url in ["", "x", "https://", "//files.example/x", "https://[::1"] {
        assert_eq!(strict.fetch(url).await, Err(FetchError::NotAUrl), "{url}");
    }
    assert!(looked_up.lock().unwrap().is_empty(), "not even looked up");
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_the_connection_goes_to_what_was_judged() {
    let server = Server::start(|_| body(b"first")).await;
    // The second answer would lead elsewhere: nobody asks for it.
    let (looked_up, lookup) = names(&[&["127.0.0.1"], &["10.0.0.1"]]);
    assert_eq!(here(lookup).fetch(&server.url("/x")).await, Ok(b"first".to_vec()));
    assert_eq!(*looked_up.lock().unwrap(), ["files.example"]);
}

#[tokio::test]
async fn every_redirect_is_judged_like_the_first_address() {
    let server = Server::start(|path| match path.trim_start_matches('/') {
        "1" => sent_on("/2"),
        "2" => sent_on("/3"),
        "3" => sent_on("/4"),
        "4" => body(b"end"),
        "five" => sent_on("/1"),
        "loop" => sent_on("/loop"),
        "private" => sent_on("http://10.0.0.1/x"),
        "metadata" => sent_on("http://169.254.169.254/latest/meta-data/"),
        "mapped" => sent_on("https://[::ffff:10.0.0.1]/x"),
        "file" => sent_on("file:///etc/passwd"),
        "user" => sent_on("http://a@files.example/"),
        "plain" => sent_on("http://elsewhere.example/"),
        "empty" => b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
        "odd" => sent_on("http://[/"),
        "304" => b"HTTP/1.1 304 Not Modified\r\n\r\n".to_vec(),
        _ => b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
    })
    .await;
    let fetch = |path: &'static str| {
        let url = server.url(path);
        async move { here(loopback()).fetch(&url).await }
    };
    assert_eq!(fetch("/1").await, Ok(b"end".to_vec()), "three are followed");
    for path in ["/five", "/loop"] {
        assert_eq!(fetch(path).await, Err(FetchError::Redirects));
    }
    for path in ["/private", "/metadata", "/mapped"] {
        assert!(matches!(fetch(path).await, Err(FetchError::NotPublic(_))), "{path}");
    }
    assert!(matches!(fetch("/file").await, Err(FetchError::Scheme(_))));
    assert_eq!(fetch("/user").await, Err(FetchError::UserInfo));
    for path in ["/empty", "/odd"] {
        assert_eq!(fetch(path).await, Err(FetchError::Nowhere), "{path}");
    }
    assert_eq!(fetch("/304").await, Err(FetchError::Status(304)));
    assert_eq!(fetch("/no").await, Err(FetchError::Status(404)));
    // A redirect's host is looked up and judged anew.
    let (looked_up, lookup) = names(&[&["127.0.0.1"], &["192.168.0.7"]]);
    assert_eq!(
        here(lookup).fetch(&server.url("/plain")).await,
        Err(FetchError::NotPublic("elsewhere.example".to_owned()))
    );
    assert_eq!(*looked_up.lock().unwrap(), ["files.example", "elsewhere.example"]);
}

#[tokio::test]
async fn ten_megabytes_are_the_most_whatever_the_server_says() {
    let most = FetchLimits::default().bytes;
    let server = Server::start(move |path| match path {
        "/exact" => body(&vec![b'x'; most]),
        "/told" => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", most + 1).into_bytes(),
        "/untold" => [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &vec![b'x'; most + 1]].concat(),
        // 40 MB of zeros, packed.
        _ => {
            let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n";
            [head.as_bytes(), include_bytes!("fixtures/zeros.gz").as_slice()].concat()
        }
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    assert_eq!(here(loopback()).fetch(&server.url("/exact")).await.map(|bytes| bytes.len()), Ok(most));
    for path in ["/told", "/untold", "/packed"] {
        let said = saved(home.path(), here(loopback()), &server.url(path), "x").await;
        assert_eq!(said, Err("it is larger than 10 MB".to_owned()), "{path}");
    }
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0, "no half file");
}

#[tokio::test]
async fn a_server_that_is_slow_or_gone_and_a_name_without_address_are_said() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("http://files.example:{port}/x");
    let limits = FetchLimits { total: Duration::from_millis(100), ..FetchLimits::default() };
    let slow = Fetcher::with(loopback(), Reach::ThisMachineToo, limits);
    assert_eq!(slow.fetch(&url).await, Err(FetchError::TooSlow(limits.total)));
    drop(listener);
    let Err(FetchError::Failed(said)) = here(loopback()).fetch(&url).await else { panic!("nobody listens") };
    assert!(said.starts_with("it could not be fetched: ") && !said.contains("/x"), "{said}");
    let (_, none) = names(&[&[]]);
    assert_eq!(here(none).fetch(&url).await, Err(FetchError::Unknown("files.example".to_owned())));
}
