//! What the client sends, and what it makes of every answer, against servers that say exactly what a test wants.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may end at what it cannot make")]
#![expect(clippy::expect_used, reason = "a test stops where something is missing")]

#[path = "api_contract/acts.rs"]
mod acts;
#[path = "api_contract/apart.rs"]
mod apart;
#[path = "api_contract/server.rs"]
mod server;

use std::time::Duration;

use chrono::DateTime;
use secrecy::SecretString;
use server::{Act, Request, Server, json, with_headers};
use takeover::api::{Answer, Client, ClientError, ConversationsQuery, PAGE_TOO_LARGE, encode_reply, is_page_too_large};
use takeover::budget::WindowReading;
use takeover::clock::Clock;
use takeover::domain::problem::{Reached, Remedy};
use takeover::domain::{ChatbotId, ConversationId, Cursor, Message, Problem, Status, UserId};
use takeover::http::{BaseUrl, BuildError, Limits, Options};
use takeover::text::RawText;

const KEY: &str = "aw_live_0123456789abcdef0123456789abcdef";
const MESSAGE: &str = include_str!("fixtures/message.json");
const EMPTY_PAGE: &str = include_str!("fixtures/conversations_page.json");

fn limits() -> Limits {
    Limits { connect: Duration::from_secs(20), total: Duration::from_secs(20), ..Limits::default() }
}

/// For the tests in which time has to run out.
fn hurried() -> Limits {
    Limits { total: Duration::from_millis(1_500), ..limits() }
}

fn client_of(base: &str, limits: Limits) -> Result<Client, ClientError> {
    let options = Options { limits, system_proxy: false };
    let base = BaseUrl::parse(base).expect("a base URL");
    Client::with_options(base, SecretString::from(KEY), Clock::manual(DateTime::UNIX_EPOCH), options)
}

fn client(server: &Server) -> Client {
    client_within(server, limits())
}

fn client_within(server: &Server, limits: Limits) -> Client {
    client_of(&format!("http://{}/v1", server.address), limits).expect("a client")
}

fn thread() -> ConversationId {
    ConversationId::parse("8f3a9d2e-1b4c-4f5d-9e8a-7c3b2a1d0f9e").expect("an id")
}

async fn reply(client: &Client) -> Answer<Message> {
    client.reply(&thread(), "key-1", encode_reply(&RawText::new("Hello"), &[])).await
}

fn problem<T: std::fmt::Debug>(answer: Answer<T>) -> Problem {
    let problem = answer.result.expect_err("a problem");
    let all = format!("{problem:?} {} {:?}", problem.message.as_raw(), problem.fields);
    assert!(!all.contains(KEY) && !all.contains("aw_live"), "the key is in a problem");
    problem
}

fn words(problem: &Problem) -> &str {
    problem.message.as_raw()
}

// What is sent.

/// The only request, its headers without those that every request has, which are checked here.
fn only(server: &Server) -> Request {
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "one request a call");
    let mut request = requests[0].clone();
    for line in [
        "accept: application/json".to_owned(),
        "accept-encoding: gzip".to_owned(),
        format!("authorization: Bearer {KEY}"),
        format!("host: {}", server.address),
        format!("user-agent: takeover/{}", env!("CARGO_PKG_VERSION")),
    ] {
        assert!(request.has(&line), "{line} in {:?}", request.headers);
        request.headers.retain(|header| *header != line);
    }
    request
}

async fn line_of<T, F: AsyncFnOnce(Client) -> Answer<T>>(ask: F) -> String {
    let server = Server::answering(json("200 OK", EMPTY_PAGE)).await;
    let _ = ask(client(&server)).await;
    let request = only(&server);
    assert_eq!((request.headers, request.body), (vec![], vec![]));
    request.line
}

#[tokio::test]
async fn every_read_is_one_get_with_nothing_but_its_line() {
    let id = "8f3a9d2e-1b4c-4f5d-9e8a-7c3b2a1d0f9e";
    assert_eq!(line_of(async |client| client.me().await).await, "GET /v1/me HTTP/1.1");
    assert_eq!(line_of(async |client| client.members().await).await, "GET /v1/team/members HTTP/1.1");
    assert_eq!(
        line_of(async |client| client.chatbots(3).await).await,
        "GET /v1/chatbots?page=3&page_size=100 HTTP/1.1"
    );
    let line = line_of(async |client| client.conversation(&thread()).await).await;
    assert_eq!(line, format!("GET /v1/conversations/{id} HTTP/1.1"));
    let line = line_of(async |client| client.messages(&thread(), None, 50).await).await;
    assert_eq!(line, format!("GET /v1/conversations/{id}/messages?limit=50 HTTP/1.1"));
}

#[tokio::test]
async fn a_list_is_asked_for_with_its_filters_and_never_with_a_sort() {
    let query = ConversationsQuery {
        statuses: vec![Status::AgentRequested, Status::Open, Status::Other(RawText::new("on_hold"))],
        assigned_to: vec![UserId::parse("u-1").expect("an id"), UserId::parse("u-2").expect("an id")],
        include_unassigned: true,
        chatbot: ChatbotId::parse("b-1"),
        cursor: Some(Cursor(RawText::new("ab+/=&x"))),
        limit: 100,
    };
    let line = line_of(async |client| client.conversations(&query).await).await;
    let expected = "GET /v1/conversations?status=agent_requested%2Copen&assigned_to=u-1%2Cu-2&include_unassigned=true\
                    &chatbot_id=b-1&limit=100&cursor=ab%2B%2F%3D%26x HTTP/1.1";
    assert_eq!(line, expected);
    let query = ConversationsQuery { limit: 0, include_unassigned: true, ..ConversationsQuery::default() };
    let line = line_of(async |client| client.conversations(&query).await).await;
    assert_eq!(line, "GET /v1/conversations?limit=1 HTTP/1.1");
    let line = line_of(async |client| client.messages(&thread(), None, 255).await).await;
    assert!(line.ends_with("/messages?limit=100 HTTP/1.1"), "{line}");
}

#[tokio::test]
async fn a_list_in_offset_style_goes_on_by_its_page() {
    let first = r#"{"object":"list","total":30,"page":1,"page_size":25,"data":[{"id":"a"}]}"#;
    let server = Server::answering(json("200 OK", first)).await;
    let page = client(&server).conversations(&ConversationsQuery::default()).await.result.expect("a page");
    let query = ConversationsQuery { cursor: page.next, ..ConversationsQuery::default() };
    let line = line_of(async |client| client.conversations(&query).await).await;
    assert_eq!(line, "GET /v1/conversations?page=2&page_size=25 HTTP/1.1");
}

#[tokio::test]
async fn a_reply_sends_exactly_its_bytes_under_its_key() {
    let server = Server::answering(json("201 Created", MESSAGE)).await;
    // Not JSON that anybody would write: nothing may be parsed and written anew.
    let body = b" {\"text\" : \"a\\u0041\xC3\xA4\" }\n".to_vec();
    let message = client(&server).reply(&thread(), "f0e1-key", body.clone()).await.result.expect("a message");
    assert_eq!(message.id.as_str(), "3c90c3cc-0d44-4b50-8888-8dd25736052a");
    let request = only(&server);
    assert_eq!(request.line, format!("POST /v1/conversations/{}/messages HTTP/1.1", thread()));
    let length = format!("content-length: {}", body.len());
    assert_eq!(request.headers, [length.as_str(), "content-type: application/json", "idempotency-key: f0e1-key"]);
    assert_eq!(request.body, body);
}

#[tokio::test]
async fn any_good_status_with_a_message_in_it_is_a_delivered_reply() {
    for status in ["200 OK", "201 Created", "202 Accepted", "299 Odd"] {
        let server = Server::answering(json(status, MESSAGE)).await;
        assert!(reply(&client(&server)).await.result.is_ok(), "{status}");
    }
}

#[tokio::test]
async fn a_reply_under_a_key_that_no_header_can_hold_never_leaves() {
    let server = Server::answering(json("201 Created", MESSAGE)).await;
    for key in ["", "a b", "a\r\nb", "ü", &"x".repeat(256)] {
        let problem = problem(client(&server).reply(&thread(), key, Vec::new()).await);
        assert_eq!((problem.reached, problem.status), (Reached::NotSent, None));
    }
    assert_eq!(server.requests().len(), 0);
}

#[tokio::test]
async fn localhost_is_this_machine() {
    let server = Server::answering(json("200 OK", include_str!("fixtures/me.json"))).await;
    let client = client_of(&format!("http://localhost:{}/v1/", server.address.port()), limits()).expect("a client");
    let me = client.me().await.result.expect("me");
    assert_eq!(me.organisation_name, Some(RawText::new("Acme Inc")));
    assert!(server.requests()[0].has(&format!("host: localhost:{}", server.address.port())));
}

// What answers mean.

#[tokio::test]
async fn every_refusal_says_what_to_do_and_keeps_code_words_and_request_id() {
    let table = [
        ("401 Unauthorized", "missing_api_key", Remedy::SignInAgain, Reached::Refused),
        ("401 Unauthorized", "invalid_api_key", Remedy::SignInAgain, Reached::Refused),
        ("401 Unauthorized", "api_key_revoked", Remedy::SignInAgain, Reached::Refused),
        ("401 Unauthorized", "api_key_expired", Remedy::SignInAgain, Reached::Refused),
        ("403 Forbidden", "api_key_paused", Remedy::SignInAgain, Reached::Refused),
        ("403 Forbidden", "forbidden", Remedy::SignInAgain, Reached::Refused),
        ("404 Not Found", "not_found", Remedy::NotThere, Reached::Refused),
        ("409 Conflict", "idempotency_conflict", Remedy::Conflict, Reached::Unknown),
        ("400 Bad Request", "invalid_state", Remedy::FixTheInput, Reached::Refused),
        ("422 Unprocessable Content", "invalid_payload", Remedy::FixTheInput, Reached::Refused),
        ("408 Request Timeout", "timeout", Remedy::TryLater, Reached::Unknown),
        ("500 Internal Server Error", "internal_error", Remedy::TryLater, Reached::Unknown),
        ("502 Bad Gateway", "bad_gateway", Remedy::TryLater, Reached::Unknown),
    ];
    for (status, code, remedy, reached) in table {
        let body = format!(r#"{{"error":"{code}","message":"Words.","request_id":"req_inBody"}}"#);
        let server = Server::answering(with_headers(status, &["x-request-id: req_inHead"], &body)).await;
        let answer = reply(&client(&server)).await;
        assert_eq!(answer.request_id, Some(RawText::new("req_inHead")));
        let problem = problem(answer);
        assert_eq!((&problem.remedy, problem.reached), (&remedy, reached), "{code}");
        assert_eq!((words(&problem), &problem.code), ("Words.", &Some(RawText::new(code))));
        assert_eq!(problem.request_id, Some(RawText::new("req_inHead")));
        assert_eq!(problem.status.map(|number| status.starts_with(&number.to_string())), Some(true));
    }
}

#[tokio::test]
async fn field_errors_are_kept_by_field() {
    let server = Server::answering(json("400 Bad Request", include_str!("fixtures/field_errors.json"))).await;
    let problem = problem(client(&server).me().await);
    assert_eq!(problem.remedy, Remedy::FixTheInput);
    assert_eq!(problem.fields, [(RawText::new("color"), RawText::new("Invalid"))]);
    assert_eq!(problem.request_id, Some(RawText::new("req_8fK2x9aLp0qR")));
}

#[tokio::test]
async fn a_429_tells_the_wait_and_both_windows_by_the_servers_clock() {
    let text = include_str!("fixtures/rate_limited.http").replace('\n', "\r\n");
    let server = Server::answering(text).await;
    // The client's clock stands in 1970: it must not matter.
    let answer = reply(&client(&server)).await;
    assert!(answer.limited);
    assert_eq!(answer.date.map(|date| date.timestamp()), Some(1_779_458_900));
    let reading = answer.reading.expect("a reading");
    let minute = WindowReading { limit: 60, remaining: 0, resets_in: Duration::from_secs(27) };
    let hour = WindowReading { limit: 1_000, remaining: 412, resets_in: Duration::from_secs(1_500) };
    assert_eq!((reading.minute, reading.hour), (Some(minute), Some(hour)));
    let problem = problem(answer);
    assert_eq!(problem.remedy, Remedy::WaitFor(Duration::from_secs(27)));
    assert_eq!(problem.reached, Reached::Refused);
}

#[tokio::test]
async fn no_wait_is_longer_than_an_hour_and_a_429_that_names_none_has_one() {
    let server = Server::answering(with_headers("429 Slow", &["retry-after: 9999999999"], "")).await;
    assert_eq!(problem(client(&server).me().await).remedy, Remedy::WaitFor(Duration::from_secs(3_600)));
    let server = Server::answering(with_headers("429 Slow", &[], "")).await;
    let answer = client(&server).me().await;
    assert_eq!(answer.reading.and_then(|reading| reading.retry_after), Some(Duration::from_secs(30)));
    assert_eq!(problem(answer).remedy, Remedy::WaitFor(Duration::from_secs(30)));
}

#[tokio::test]
async fn good_answers_tell_the_budget_too() {
    let headers = ["x-ratelimit-limit-minute: 60", "x-ratelimit-remaining-minute: 59", "x-request-id: req_1"];
    let server = Server::answering(with_headers("200 OK", &headers, "{}")).await;
    let answer = client(&server).me().await;
    assert!(answer.result.is_ok() && !answer.limited);
    assert_eq!(answer.request_id, Some(RawText::new("req_1")));
    assert_eq!(answer.reading.and_then(|reading| reading.minute).map(|minute| minute.remaining), Some(59));
    let server = Server::answering(json("200 OK", "{}")).await;
    assert_eq!(client(&server).me().await.reading, None);
}

#[tokio::test]
async fn a_good_status_without_a_readable_body_leaves_a_reply_unknown_and_a_read_for_later() {
    let table = [
        ("", "it is empty"),
        (" \r\n", "it is empty"),
        ("<!doctype html><p>Hello", "a web page instead of JSON"),
        ("OK", "no object"),
        (r#"{"id":"m-1","parts":["#, "it ends too early"),
        ("[]", "no object"),
        ("{}", "has no id"),
        (r#"{"id":7}"#, "has no id"),
    ];
    for (body, why) in table {
        let server = Server::answering(json("201 Created", body)).await;
        let problem = problem(reply(&client(&server)).await);
        assert_eq!((&problem.remedy, problem.reached), (&Remedy::TryLater, Reached::Unknown), "{body}");
        assert_eq!(problem.status, Some(201));
        assert!(words(&problem).contains(why), "{body}: {}", words(&problem));
    }
    for body in ["", "<html>", "{\"data\":[1", "{\"data\":7}"] {
        let server = Server::answering(json("200 OK", body)).await;
        let problem = problem(client(&server).messages(&thread(), None, 25).await);
        assert_eq!(problem.remedy, Remedy::TryLater, "{body}");
    }
}

#[tokio::test]
async fn a_web_page_in_the_place_of_an_error_is_named_and_not_shown() {
    let server =
        Server::answering(with_headers("502 Bad Gateway", &["content-type: text/html"], "<h1>Nope</h1>")).await;
    let problem = problem(reply(&client(&server)).await);
    let expected = format!("{} answered 502 Bad Gateway with a web page instead of JSON", server.address);
    assert_eq!((words(&problem), problem.reached), (expected.as_str(), Reached::Unknown));
}

#[tokio::test]
async fn a_server_that_repeats_the_key_does_not_get_it_shown() {
    let body =
        format!(r#"{{"error":"{KEY}","message":"Bad key {KEY}.","details":{{"fieldErrors":{{"{KEY}":["{KEY}"]}}}}}}"#);
    let id = format!("x-request-id: {KEY}");
    let server = Server::answering(with_headers("401 Unauthorized", &[id.as_str()], &body)).await;
    let problem = problem(client(&server).me().await);
    assert_eq!(words(&problem), "Bad key (key).");
    assert_eq!(problem.code, Some(RawText::new("(key)")));
}

// Where the network fails.

#[tokio::test]
async fn a_hang_ends_at_the_deadline_and_leaves_the_reply_unknown() {
    let server = Server::start(vec![Act::Hang]).await;
    let problem = problem(reply(&client_within(&server, hurried())).await);
    assert_eq!((&problem.remedy, problem.reached), (&Remedy::TryLater, Reached::Unknown));
    assert_eq!(words(&problem), format!("no answer within 1500 ms from {}", server.address));
    assert_eq!(server.requests().len(), 1, "never a second try");
}

#[tokio::test]
async fn an_answer_that_comes_byte_by_byte_ends_at_the_same_deadline() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".to_vec();
    let server = Server::start(vec![Act::Drip(head, Duration::from_millis(20))]).await;
    let problem = problem(reply(&client_within(&server, hurried())).await);
    assert_eq!((problem.status, problem.reached), (Some(200), Reached::Unknown));
    assert_eq!(words(&problem), format!("the answer from {} was not complete within 1500 ms", server.address));
}

#[tokio::test]
async fn a_reset_after_the_request_left_leaves_the_reply_unknown_and_is_not_tried_again() {
    let server = Server::start(vec![Act::Reset]).await;
    let problem = problem(reply(&client(&server)).await);
    assert_eq!((&problem.remedy, problem.reached), (&Remedy::TryLater, Reached::Unknown));
    assert_eq!(words(&problem), format!("{} closed the connection before it answered", server.address));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_that_breaks_off_leaves_the_reply_unknown() {
    let cut = b"HTTP/1.1 201 Created\r\ncontent-length: 500\r\n\r\n{\"id\":\"m-1\"".to_vec();
    let server = Server::start(vec![Act::Answer(cut)]).await;
    let problem = problem(reply(&client(&server)).await);
    assert_eq!((problem.status, problem.reached), (Some(201), Reached::Unknown));
    assert_eq!(words(&problem), format!("{} closed the connection in the middle of its answer", server.address));
}

#[tokio::test]
async fn an_answer_that_is_not_http_leaves_the_reply_unknown() {
    let server = Server::answering("SSH-2.0-OpenSSH_9.9\r\n").await;
    let problem = problem(reply(&client(&server)).await);
    assert_eq!((&problem.remedy, problem.reached), (&Remedy::TryLater, Reached::Unknown));
}

#[tokio::test]
async fn a_refusal_whose_words_break_off_is_still_a_refusal() {
    let cut = b"HTTP/1.1 404 Not Found\r\ncontent-length: 500\r\n\r\n{\"error\":".to_vec();
    let server = Server::start(vec![Act::AnswerAndHang(cut)]).await;
    let problem = problem(reply(&client_within(&server, hurried())).await);
    assert_eq!((&problem.remedy, problem.reached, problem.status), (&Remedy::NotThere, Reached::Refused, Some(404)));
}

#[tokio::test]
async fn a_refused_connection_was_never_sent() {
    let server = Server::answering("").await;
    let address = server.address;
    drop(server);
    // The listener goes when its task has ended; until then a connection may still be taken.
    let freed = async {
        while std::net::TcpListener::bind(address).is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), freed).await.expect("the port is free again");
    let client = client_of(&format!("http://{address}"), limits()).expect("a client");
    let problem = problem(reply(&client).await);
    assert_eq!((&problem.remedy, problem.reached, problem.status), (&Remedy::TryLater, Reached::NotSent, None));
    assert_eq!(words(&problem), format!("connection refused by {address}"));
}

/// A client for https; on a machine without root certificates there is none, and the error says what to install.
fn secure_client(base: &str) -> Option<Client> {
    match client_of(base, limits()) {
        Ok(client) => Some(client),
        Err(error) => {
            assert_eq!(error, ClientError::Build(BuildError::NoRoots));
            assert!(error.to_string().contains("ca-certificates"));
            None
        }
    }
}

#[tokio::test]
async fn a_wrong_host_name_was_never_sent() {
    let Some(client) = secure_client("https://api.no-such-host.invalid/v1") else { return };
    let problem = problem(reply(&client).await);
    assert_eq!((&problem.remedy, problem.reached), (&Remedy::TryLater, Reached::NotSent));
    assert_eq!(words(&problem), "cannot find the host api.no-such-host.invalid");
}

#[tokio::test]
async fn a_server_that_does_not_speak_tls_was_never_sent_anything() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await.expect("written");
        stream
    });
    let Some(client) = secure_client(&format!("https://{address}/v1")) else { return };
    let problem = problem(reply(&client).await);
    assert_eq!((&problem.remedy, problem.reached), (&Remedy::TryLater, Reached::NotSent));
    assert!(words(&problem).starts_with(&format!("no secure connection to {address}: ")), "{}", words(&problem));
    drop(server.await);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_gets_no_key() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let Some(client) = secure_client(&format!("https://{address}/v1")) else { return };
    let certificate = rustls::pki_types::CertificateDer::from(include_bytes!("fixtures/self_signed_cert.der").to_vec());
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(include_bytes!("fixtures/self_signed_key.der").to_vec());
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .expect("a certificate and its key");
    let server = tokio::task::spawn_blocking(move || {
        let mut connection = rustls::ServerConnection::new(config.into()).expect("a TLS server");
        let (mut socket, _) = listener.accept().expect("a connection");
        let mut plain = Vec::new();
        // Ends with an error: the client goes away.
        let _ = std::io::Read::read_to_end(&mut rustls::Stream::new(&mut connection, &mut socket), &mut plain);
        plain
    });
    let problem = problem(reply(&client).await);
    assert_eq!(problem.reached, Reached::NotSent);
    assert!(words(&problem).starts_with(&format!("no secure connection to {address}: ")), "{}", words(&problem));
    assert!(words(&problem).contains("certificate"), "{}", words(&problem));
    assert_eq!(server.await.expect("a server"), b"", "nothing of the request arrived");
}

// Where the key may not go.

#[tokio::test]
async fn a_redirect_is_an_error_that_names_the_host_and_makes_no_second_request() {
    let elsewhere = Server::answering(json("200 OK", MESSAGE)).await;
    for (status, reached) in [("307 Temporary Redirect", Reached::Refused), ("303 See Other", Reached::Unknown)] {
        let location = format!("location: http://{}/v1/me?secret=1", elsewhere.address);
        let server = Server::answering(with_headers(status, &[location.as_str()], "")).await;
        let problem = problem(reply(&client(&server)).await);
        assert_eq!((&problem.remedy, problem.reached), (&Remedy::TryLater, reached));
        assert!(words(&problem).contains("points to 127.0.0.1"), "{}", words(&problem));
        assert!(!words(&problem).contains("secret"));
        assert_eq!(server.requests().len(), 1);
    }
    let server = Server::answering(with_headers("302 Found", &["location: https://evil.example/login"], "")).await;
    let problem = problem(client(&server).me().await);
    assert!(words(&problem).contains("points to evil.example: not followed"), "{}", words(&problem));
    let server = Server::answering(with_headers("302 Found", &[], "")).await;
    assert!(words(&self::problem(client(&server).me().await)).contains("points elsewhere"));
    assert_eq!(elsewhere.requests().len(), 0);
}

const CHILD_OF_THE_PROXY_TEST: &str = "TAKEOVER_TEST_BASE_URL";

/// Runs itself again in a process whose environment names a proxy; there it asks the API as our client does, with
/// system proxies allowed, and then once as any client would, to show that the proxy is not simply deaf.
#[tokio::test]
async fn no_proxy_of_the_environment_sees_what_goes_to_this_machine() {
    #[expect(clippy::disallowed_methods, reason = "the child process is told by its environment where to ask")]
    let base = std::env::var(CHILD_OF_THE_PROXY_TEST);
    if let Ok(base) = base {
        for base in [base.clone(), base.replace("127.0.0.1", "localhost")] {
            let base = BaseUrl::parse(&base).expect("a base URL");
            let client = Client::new(base, SecretString::from(KEY), Clock::system()).expect("a client");
            client.me().await.result.expect("me");
        }
        let stock = reqwest::Client::builder().tls_certs_only([]).build().expect("a client");
        stock.get(format!("{base}/stock")).send().await.expect("an answer of the proxy");
        return;
    }
    let server = Server::answering(json("200 OK", include_str!("fixtures/me.json"))).await;
    let proxy = Server::answering(json("200 OK", "{}")).await;
    let mut child = std::process::Command::new(std::env::current_exe().expect("this test"));
    child.args(["--exact", "no_proxy_of_the_environment_sees_what_goes_to_this_machine"]);
    child.env(CHILD_OF_THE_PROXY_TEST, format!("http://{}/v1", server.address));
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        child.env(name, format!("http://{}", proxy.address));
    }
    child.env_remove("NO_PROXY").env_remove("no_proxy").env_remove("REQUEST_METHOD");
    let output = tokio::task::spawn_blocking(move || child.output()).await.expect("a thread").expect("a child");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(server.requests().len(), 2, "both of our own requests went straight there");
    let seen: Vec<_> = proxy.requests().into_iter().map(|request| request.line).collect();
    assert_eq!(seen, [format!("GET http://{}/v1/stock HTTP/1.1", server.address)]);
}

// What is too much.

/// Gzip that unpacks to zeros: its beginning, and 13 bytes that each time they are repeated give 2,064 more.
fn gzip_bomb() -> (Vec<u8>, Vec<u8>) {
    let mut bits = Vec::new();
    // The last block, fixed Huffman codes; then the literal 0, whose code is 00110000.
    bits.extend([1, 1, 0]);
    bits.extend([0, 0, 1, 1, 0, 0, 0, 0]);
    // Matches of 258 bytes (11000101) at distance 1 (00000): enough of them to end at a whole byte, then eight more.
    let a_match = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0];
    while bits.len() % 8 != 0 {
        bits.extend(a_match);
    }
    let first = bits.len() / 8;
    for _ in 0..8 {
        bits.extend(a_match);
    }
    let bytes = bits.chunks(8).map(|byte| byte.iter().rev().fold(0_u8, |value, bit| value << 1 | bit));
    let mut stream = vec![0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];
    stream.extend(bytes);
    let again = stream.split_off(10 + first);
    (stream, again)
}

fn bomb(status: &str) -> Act {
    let (begin, again) = gzip_bomb();
    let head = format!("HTTP/1.1 {status}\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n");
    let times = (1 << 30) / (2_064 * 1_000) + 1;
    Act::Repeat([head.into_bytes(), begin].concat(), again.repeat(1_000), times)
}

/// The most memory that this process had at once, in KiB.
#[cfg(target_os = "linux")]
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("the kernel's word");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

#[cfg(not(target_os = "linux"))]
fn peak_memory() -> u64 {
    0
}

#[tokio::test]
async fn a_bomb_of_one_gigabyte_is_a_clear_error_in_little_memory() {
    let server = Server::start(vec![bomb("200 OK"), bomb("201 Created"), bomb("500 Internal Server Error")]).await;
    let before = peak_memory();
    let client = client(&server);
    let page = problem(client.conversations(&ConversationsQuery::default()).await);
    assert!(is_page_too_large(&page));
    assert_eq!((&page.remedy, page.code.as_ref()), (&Remedy::TryLater, Some(&RawText::new(PAGE_TOO_LARGE))));
    assert_eq!(words(&page), format!("the answer from {} is larger than 16 MiB", server.address));
    let sent = problem(reply(&client).await);
    assert_eq!((sent.reached, sent.status), (Reached::Unknown, Some(201)));
    let failed = problem(client.me().await);
    assert_eq!((failed.status, is_page_too_large(&failed)), (Some(500), false));
    let grown = peak_memory() - before;
    assert!(grown < 64 * 1_024, "{grown} KiB");
}

#[tokio::test]
async fn a_page_is_taken_up_to_its_limit_and_not_one_byte_further() {
    let server = Server::answering(json("200 OK", EMPTY_PAGE)).await;
    let exactly = Limits { body: EMPTY_PAGE.len(), ..limits() };
    let query = ConversationsQuery::default();
    assert!(client_within(&server, exactly).conversations(&query).await.result.is_ok());
    let one_less = Limits { body: EMPTY_PAGE.len() - 1, ..limits() };
    let page = problem(client_within(&server, one_less).conversations(&query).await);
    assert!(is_page_too_large(&page), "{}", words(&page));
}

#[tokio::test]
async fn an_error_that_calls_itself_a_large_page_is_none() {
    let server = Server::answering(json("400 Bad Request", r#"{"error":"page_too_large"}"#)).await;
    assert!(!is_page_too_large(&problem(client(&server).me().await)));
}

#[tokio::test]
async fn compression_that_is_none_is_a_damaged_answer() {
    let server = Server::answering(with_headers("200 OK", &["content-encoding: gzip"], "{\"data\":[]}")).await;
    let page = problem(client(&server).conversations(&ConversationsQuery::default()).await);
    assert_eq!(words(&page), format!("the answer from {} is damaged", server.address));
}

#[tokio::test]
async fn a_hostile_page_comes_with_all_its_readable_rows() {
    let deep = "[".repeat(2_000_000) + &"]".repeat(2_000_000);
    let body = format!(
        r#"{{"object":"list","has_more":true,"next_cursor":"n","data":[{{"id":"a","title":"\ud83d"}},{{"id":"b","x":{deep}}},{{"status":"open"}},{{"id":"d","sentiment_score":1e999,"created_at":"+275760-09-13T00:00:00Z"}}]}}"#
    );
    let server = Server::answering(json("200 OK", &body)).await;
    let page = client(&server).conversations(&ConversationsQuery::default()).await.result.expect("a page");
    let unreadable: Vec<_> = page.items.iter().map(|row| row.unreadable.is_some()).collect();
    assert_eq!(unreadable, [false, false, true, false]);
    assert_eq!(page.items[0].title, Some(RawText::new("\u{fffd}")));
    assert_eq!(page.next, Some(Cursor(RawText::new("n"))));
}

#[test]
fn the_client_and_its_query_show_no_key() {
    let client = client_of("http://127.0.0.1:1/v1", limits()).expect("a client");
    assert!(!format!("{client:?} {:#?}", client.clone()).contains("aw_live"));
}
