//! Notes, tags, changes and the directory: what is sent, byte for byte, and what every answer means for the act.

use takeover::api::{encode_change, encode_new_tag, encode_note, encode_reply, encode_tag_ids};
use takeover::domain::{Change, ChatbotId, Color, Conversation, MemberId, Note, NoteId, Page, Tag, TagId};

use super::server::with_headers;
use super::*;

const NOTE: &str = include_str!("../fixtures/note.json");
const TAG: &str = include_str!("../fixtures/tag.json");
const TAG_SET: &str = include_str!("../fixtures/tag_set.json");
const CONVERSATION: &str = include_str!("../fixtures/conversation.json");
const ID: &str = "8f3a9d2e-1b4c-4f5d-9e8a-7c3b2a1d0f9e";

fn tag(id: &str) -> TagId {
    TagId::parse(id).expect("an id")
}

async fn add_note(client: &Client) -> Answer<Note> {
    client.add_note(&thread(), "key-1", encode_note(&RawText::new("Call her."))).await
}

async fn resolve(client: &Client) -> Answer<Conversation> {
    client.change(&thread(), encode_change(&Change::Status(Status::Resolved)).expect("a change")).await
}

async fn replace_tags(client: &Client) -> Answer<Page<Tag>> {
    client.replace_tags(&thread(), encode_tag_ids(&[tag("t-1"), tag("t-2")])).await
}

async fn create_tag(client: &Client) -> Answer<Tag> {
    client.create_tag("key-1", encode_new_tag(&RawText::new("Refund"), Color::parse("#E11D48"))).await
}

// What is sent.

/// The one request of an act that was answered so: its line, its headers beyond those of every request, its body.
async fn sent<T, F: AsyncFnOnce(Client) -> Answer<T>>(answer: Vec<u8>, act: F) -> (String, Vec<String>, String) {
    let server = Server::answering(answer).await;
    let _ = act(client(&server)).await;
    let request = only(&server);
    (request.line, request.headers, String::from_utf8(request.body).expect("text"))
}

fn written(line: &str, headers: &[&str], body: &str) -> (String, Vec<String>, String) {
    let length = format!("content-length: {}", body.len());
    let headers = [length.as_str()].iter().chain(headers).map(|header| (*header).to_owned()).collect();
    (format!("{line} HTTP/1.1"), headers, body.to_owned())
}

#[tokio::test]
async fn every_further_read_is_one_get_with_nothing_but_its_line() {
    let line = line_of(async |client| client.notes(&thread(), None, 50).await).await;
    assert_eq!(line, format!("GET /v1/conversations/{ID}/notes?limit=50 HTTP/1.1"));
    let line = line_of(async |client| client.tags(&thread()).await).await;
    assert_eq!(line, format!("GET /v1/conversations/{ID}/tags?page=1&page_size=100 HTTP/1.1"));
    let line = line_of(async |client| client.palette(2).await).await;
    assert_eq!(line, "GET /v1/conversation-tags?page=2&page_size=100 HTTP/1.1");
    let line = line_of(async |client| client.chatbots(0).await).await;
    assert_eq!(line, "GET /v1/chatbots?page=1&page_size=100 HTTP/1.1");
    let line = line_of(async |client| client.chatbot(&ChatbotId::parse("b-1").expect("an id")).await).await;
    assert_eq!(line, "GET /v1/chatbots/b-1 HTTP/1.1");
    let line = line_of(async |client| client.member(&MemberId::parse("m-1").expect("an id")).await).await;
    assert_eq!(line, "GET /v1/team/members/m-1 HTTP/1.1");
}

#[tokio::test]
async fn a_note_goes_to_the_notes_under_its_key_with_exactly_its_bytes() {
    let request = sent(json("201 Created", NOTE), async |client| add_note(&client).await).await;
    let headers = ["content-type: application/json", "idempotency-key: key-1"];
    assert_eq!(request, written(&format!("POST /v1/conversations/{ID}/notes"), &headers, r#"{"content":"Call her."}"#));
    // Not JSON that anybody would write: nothing may be parsed and written anew.
    let odd = " {\"content\" : \"a\\u0041ä\" }\n";
    let act = async |client: Client| client.add_note(&thread(), "f0e1-key", odd.into()).await;
    let request = sent(json("201 Created", NOTE), act).await;
    let headers = ["content-type: application/json", "idempotency-key: f0e1-key"];
    assert_eq!(request, written(&format!("POST /v1/conversations/{ID}/notes"), &headers, odd));
}

#[tokio::test]
async fn a_reply_with_files_is_a_reply() {
    let body = encode_reply(&RawText::new("Here."), &[RawText::new("https://files.example.com/a.png")]);
    let act = async |client: Client| client.reply(&thread(), "key-1", body).await;
    let request = sent(json("201 Created", MESSAGE), act).await;
    let headers = ["content-type: application/json", "idempotency-key: key-1"];
    let body = r#"{"text":"Here.","attachments":[{"url":"https://files.example.com/a.png"}]}"#;
    assert_eq!(request, written(&format!("POST /v1/conversations/{ID}/messages"), &headers, body));
}

#[tokio::test]
async fn a_new_tag_goes_to_the_palette_under_its_key() {
    let request = sent(json("201 Created", TAG), async |client| create_tag(&client).await).await;
    let headers = ["content-type: application/json", "idempotency-key: key-1"];
    let body = r##"{"name":"Refund","color":"#e11d48"}"##;
    assert_eq!(request, written("POST /v1/conversation-tags", &headers, body));
}

#[tokio::test]
async fn what_is_no_post_never_has_an_idempotency_key() {
    let headers = ["content-type: application/json"];
    let request = sent(json("200 OK", CONVERSATION), async |client| resolve(&client).await).await;
    assert_eq!(request, written(&format!("PATCH /v1/conversations/{ID}"), &headers, r#"{"status":"resolved"}"#));
    let request = sent(json("200 OK", TAG_SET), async |client| replace_tags(&client).await).await;
    let body = r#"{"tag_ids":["t-1","t-2"]}"#;
    assert_eq!(request, written(&format!("PUT /v1/conversations/{ID}/tags"), &headers, body));
    let request = sent(json("200 OK", ""), async |client| client.delete_tag(&tag("t-1")).await).await;
    assert_eq!(request, ("DELETE /v1/conversation-tags/t-1 HTTP/1.1".to_owned(), vec![], String::new()));
}

#[tokio::test]
async fn a_note_or_a_tag_under_a_key_that_no_header_can_hold_never_leaves() {
    let server = Server::answering(json("201 Created", NOTE)).await;
    for key in ["", "a b", "a\r\nb", "ü", &"x".repeat(256)] {
        let note = problem(client(&server).add_note(&thread(), key, Vec::new()).await);
        let tag = problem(client(&server).create_tag(key, Vec::new()).await);
        assert_eq!((note.reached, tag.reached), (Reached::NotSent, Reached::NotSent));
    }
    assert_eq!(server.requests().len(), 0);
}

// Walks.

#[tokio::test]
async fn notes_go_on_in_the_style_in_which_they_began() {
    let next = async |body: &str, limit: u8| {
        let server = Server::answering(json("200 OK", body)).await;
        let page = client(&server).notes(&thread(), None, limit).await.result.expect("a page");
        line_of(async |client| client.notes(&thread(), page.next.as_ref(), limit).await).await
    };
    let cursor = r#"{"object":"list","has_more":true,"next_cursor":"a+b","data":[{"id":"a","content":"x"}]}"#;
    assert_eq!(next(cursor, 50).await, format!("GET /v1/conversations/{ID}/notes?limit=50&cursor=a%2Bb HTTP/1.1"));
    // It did not know `limit` and gave its usual 25: the next page begins right behind those.
    let offset = r#"{"object":"list","total":60,"page":1,"page_size":25,"data":[{"id":"a","content":"x"}]}"#;
    for (limit, page) in [(50, "page=2&page_size=25"), (25, "page=2&page_size=25"), (5, "page=6&page_size=5")] {
        assert_eq!(next(offset, limit).await, format!("GET /v1/conversations/{ID}/notes?{page} HTTP/1.1"));
    }
    let bare = r#"[{"id":"a","content":"x"}]"#;
    assert_eq!(next(bare, 50).await, format!("GET /v1/conversations/{ID}/notes?limit=50 HTTP/1.1"), "it ended");
}

#[tokio::test]
async fn a_set_of_tags_that_is_not_whole_says_so() {
    let part = r#"{"object":"list","total":101,"page":1,"page_size":100,"data":[{"id":"t-1","name":"VIP"}]}"#;
    let server = Server::answering(json("200 OK", part)).await;
    let client = client(&server);
    assert!(client.tags(&thread()).await.result.expect("a page").next.is_some());
    assert!(replace_tags(&client).await.result.expect("a page").next.is_some());
    assert!(client.palette(1).await.result.expect("a page").next.is_some());
}

// What answers mean.

#[tokio::test]
async fn any_good_status_with_the_object_in_it_is_a_success() {
    for status in ["200 OK", "201 Created", "202 Accepted", "299 Odd"] {
        let answering = async |body: &str| Server::answering(json(status, body)).await;
        let note = add_note(&client(&answering(NOTE).await)).await.result.expect("a note");
        assert_eq!(note.id, NoteId::parse("5b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9").expect("an id"));
        assert_eq!(note.content, RawText::new("Wants the refund to the original card."));
        let made = create_tag(&client(&answering(TAG).await)).await.result.expect("a tag");
        assert_eq!((made.id.as_str(), made.name), ("7d9e1f20-3142-4536-8798-a9bacbdcedfe", RawText::new("Refund")));
        let set = replace_tags(&client(&answering(TAG_SET).await)).await.result.expect("a set");
        assert_eq!(set.items.len(), 1);
        let changed = resolve(&client(&answering(CONVERSATION).await)).await.result.expect("a conversation");
        assert_eq!((changed.id, changed.status), (thread(), Status::AgentRequested), "as the server has it");
    }
}

#[tokio::test]
async fn every_form_of_time_unknown_fields_and_unknown_words_are_taken() {
    for (time, certain) in [
        ("2026-05-22T14:12:00+00:00", true),
        ("2026-05-22T14:12:00.000Z", true),
        ("2026-05-22T14:12Z", true),
        ("2026-05-22T16:12:00.000000+02:00", true),
        ("yesterday", false),
    ] {
        let body = format!(
            r#"{{"object":"conversation_note","pinned":{{"by":[1]}},"id":"n-1","author_id":"u-1","content":"x","created_at":"{time}"}}"#
        );
        let server = Server::answering(json("201 Created", &body)).await;
        let note = add_note(&client(&server)).await.result.expect("a note");
        assert_eq!(note.created_at.certain, certain, "{time}");
        if certain {
            assert_eq!(note.created_at.at.to_rfc3339(), "2026-05-22T14:12:00+00:00", "{time}");
        }
        assert_eq!(note.author_id, UserId::parse("u-1"));
        let body = format!(
            r#"{{"id":"{ID}","status":"on_hold","priority":"urgent","sla":{{}},"created_at":"{time}","resolved_at":"{time}"}}"#
        );
        let server = Server::answering(json("200 OK", &body)).await;
        let changed = resolve(&client(&server)).await.result.expect("a conversation");
        assert_eq!(changed.status, Status::Other(RawText::new("on_hold")));
        assert_eq!(changed.resolved_at.map(|time| time.certain), Some(certain));
    }
}

#[tokio::test]
async fn a_good_answer_that_does_not_show_the_act_leaves_it_unknown() {
    let unknown = |problem: Problem, body: &str, why: &str| {
        assert_eq!((&problem.remedy, problem.reached), (&Remedy::TryLater, Reached::Unknown), "{body}");
        assert_eq!(problem.status, Some(200));
        assert!(words(&problem).contains(why), "{body}: {}", words(&problem));
    };
    let table = [
        ("", "it is empty", "it is empty"),
        ("<!doctype html>", "a web page", "a web page"),
        ("OK", "no object", "no object"),
        ("{\"id\":\"a\"", "early", "early"),
        ("{}", "no id", "it has no id"),
        (r#"{"id":7}"#, "no id", "its id is none that can be used"),
        (r#"{"id":null,"ok":true}"#, "no id", "it has no id"),
        (r#"{"id":"another","status":"resolved"}"#, "", "another conversation"),
    ];
    for (body, why_made, why_changed) in table {
        let server = Server::answering(json("200 OK", body)).await;
        unknown(problem(resolve(&client(&server)).await), body, why_changed);
        if !why_made.is_empty() {
            unknown(problem(add_note(&client(&server)).await), body, why_made);
            unknown(problem(create_tag(&client(&server)).await), body, why_made);
        }
    }
    for (body, why) in [("", "it is empty"), ("{}", "no list"), ("[{\"id\":\"a\"}", "early"), ("<html>", "a web page")]
    {
        let server = Server::answering(json("200 OK", body)).await;
        unknown(problem(replace_tags(&client(&server)).await), body, why);
    }
}

#[tokio::test]
async fn a_deleted_tag_is_gone_whatever_the_answer_says_besides() {
    let gzip = with_headers("200 OK", &["content-encoding: gzip"], "this is no gzip");
    let cut = b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{".to_vec();
    let bodies = ["", "{}", "<html>", "null", "{\"deleted\":true", TAG];
    let answers = bodies.iter().map(|body| json("200 OK", body)).chain([
        b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_vec(),
        json("202 Accepted", ""),
        gzip,
        cut,
    ]);
    for answer in answers {
        let words = String::from_utf8_lossy(&answer).into_owned();
        let server = Server::answering(answer).await;
        assert_eq!(client(&server).delete_tag(&tag("t-1")).await.result, Ok(()), "{words}");
    }
    let server = Server::start(vec![bomb("200 OK")]).await;
    assert_eq!(client(&server).delete_tag(&tag("t-1")).await.result, Ok(()), "nobody reads its body");
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_and_a_try_that_still_runs_is_not() {
    let conflict = r#"{"error":"conflict","message":"A tag named \"refund\" exists.","request_id":"req_1"}"#;
    let server = Server::answering(json("409 Conflict", conflict)).await;
    let taken = problem(create_tag(&client(&server)).await);
    assert_eq!((&taken.remedy, taken.reached), (&Remedy::Conflict, Reached::Refused));
    assert_eq!(words(&taken), "A tag named \"refund\" exists.");
    for body in [r#"{"error":"idempotency_conflict"}"#, "{}", "", "<html>"] {
        let server = Server::answering(json("409 Conflict", body)).await;
        let running = problem(create_tag(&client(&server)).await);
        assert_eq!((&running.remedy, running.reached), (&Remedy::Conflict, Reached::Unknown), "{body}");
    }
    // Whatever the code is, the first try of a reply or a note under the same key may still be worked on.
    for body in [r#"{"error":"idempotency_conflict"}"#, conflict] {
        let server = Server::answering(json("409 Conflict", body)).await;
        assert_eq!(problem(reply(&client(&server)).await).reached, Reached::Unknown);
        assert_eq!(problem(add_note(&client(&server)).await).reached, Reached::Unknown);
    }
    // Without a key nothing runs on: it is a refusal.
    let server = Server::answering(json("409 Conflict", conflict)).await;
    assert_eq!(problem(resolve(&client(&server)).await).reached, Reached::Refused);
    assert_eq!(problem(replace_tags(&client(&server)).await).reached, Reached::Refused);
    assert_eq!(problem(client(&server).delete_tag(&tag("t-1")).await).reached, Reached::Refused);
}

#[tokio::test]
async fn a_refused_act_says_what_to_do_and_which_field_is_wrong() {
    let wrong_state = r#"{"error":"invalid_state","message":"Not from here.","request_id":"req_2","details":{"status":"agent_requested"}}"#;
    let server = Server::answering(json("400 Bad Request", wrong_state)).await;
    let refused = problem(resolve(&client(&server)).await);
    assert_eq!((&refused.remedy, refused.reached, refused.status), (&Remedy::FixTheInput, Reached::Refused, Some(400)));
    assert_eq!((words(&refused), &refused.code), ("Not from here.", &Some(RawText::new("invalid_state"))));
    assert_eq!((refused.fields, refused.request_id), (vec![], Some(RawText::new("req_2"))));
    let fields = |field: &str| {
        let body = format!(
            r#"{{"error":"invalid_payload","message":"Invalid request body.","details":{{"formErrors":["Nothing to change"],"fieldErrors":{{"{field}":["Too long","Odd"]}}}}}}"#
        );
        json("400 Bad Request", &body)
    };
    let expected = |field: &str| {
        let text = RawText::new;
        vec![(text(""), text("Nothing to change")), (text(field), text("Too long")), (text(field), text("Odd"))]
    };
    let refused = [
        ("title", problem(resolve(&client(&Server::answering(fields("title")).await)).await)),
        ("content", problem(add_note(&client(&Server::answering(fields("content")).await)).await)),
        ("tag_ids", problem(replace_tags(&client(&Server::answering(fields("tag_ids")).await)).await)),
        ("color", problem(create_tag(&client(&Server::answering(fields("color")).await)).await)),
    ];
    for (field, problem) in refused {
        assert_eq!((&problem.remedy, problem.reached), (&Remedy::FixTheInput, Reached::Refused));
        assert_eq!(problem.fields, expected(field));
    }
    let server = Server::answering(json("404 Not Found", r#"{"error":"not_found","message":"No such tag."}"#)).await;
    let all = client(&server);
    for problem in [
        problem(resolve(&all).await),
        problem(add_note(&all).await),
        problem(replace_tags(&all).await),
        problem(create_tag(&all).await),
        problem(all.delete_tag(&tag("t-1")).await),
        problem(all.tags(&thread()).await),
        problem(all.notes(&thread(), None, 25).await),
        problem(all.palette(1).await),
        problem(all.member(&MemberId::parse("m-1").expect("an id")).await),
        problem(all.chatbot(&ChatbotId::parse("b-1").expect("an id")).await),
    ] {
        assert_eq!((&problem.remedy, problem.reached), (&Remedy::NotThere, Reached::Refused));
        assert_eq!(words(&problem), "No such tag.");
    }
}

#[tokio::test]
async fn an_act_whose_answer_never_came_is_unknown_and_is_not_tried_again() {
    for act in [Act::Reset, Act::Answer(json("503 Service Unavailable", "")), Act::Answer(json("303 See Other", ""))] {
        let server = Server::start(vec![act]).await;
        let all = client(&server);
        for problem in [
            problem(resolve(&all).await),
            problem(add_note(&all).await),
            problem(replace_tags(&all).await),
            problem(create_tag(&all).await),
            problem(all.delete_tag(&tag("t-1")).await),
        ] {
            assert_eq!(
                (&problem.remedy, problem.reached),
                (&Remedy::TryLater, Reached::Unknown),
                "{}",
                words(&problem)
            );
        }
        assert_eq!(server.requests().len(), 5, "one request each");
    }
}

#[tokio::test]
async fn every_act_tells_the_budget() {
    let headers = ["x-ratelimit-limit-minute: 60", "x-ratelimit-remaining-minute: 58", "x-request-id: req_9"];
    let told = |answer: &Answer<()>| {
        let reading = answer.reading.expect("a reading");
        assert_eq!(reading.minute.map(|minute| minute.remaining), Some(58));
        assert_eq!(answer.request_id, Some(RawText::new("req_9")));
    };
    fn without<T>(answer: Answer<T>) -> Answer<()> {
        let Answer { result, reading, limited, request_id, date } = answer;
        Answer { result: result.map(|_| ()), reading, limited, request_id, date }
    }
    for (status, body) in [("200 OK", ""), ("429 Slow", ""), ("404 Not Found", "{}")] {
        let server = Server::answering(with_headers(status, &headers, body)).await;
        let all = client(&server);
        told(&without(resolve(&all).await));
        told(&without(add_note(&all).await));
        told(&without(replace_tags(&all).await));
        told(&without(create_tag(&all).await));
        let deleted = all.delete_tag(&tag("t-1")).await;
        told(&deleted);
        assert_eq!(deleted.limited, status.starts_with("429"));
    }
}

// What is too much.

#[tokio::test]
async fn a_page_of_notes_or_tags_over_the_limit_may_be_asked_for_smaller() {
    let server = Server::start(vec![bomb("200 OK")]).await;
    let little = Limits { body: 1 << 20, ..limits() };
    let all = client_within(&server, little);
    assert!(is_page_too_large(&problem(all.notes(&thread(), None, 100).await)));
    assert!(is_page_too_large(&problem(all.tags(&thread()).await)));
    let put = problem(replace_tags(&all).await);
    assert_eq!((put.reached, put.status), (Reached::Unknown, Some(200)), "it was taken, and nobody saw the result");
}

#[tokio::test]
async fn a_hostile_page_of_notes_comes_with_all_its_readable_ones() {
    let deep = "[".repeat(2_000_000) + &"]".repeat(2_000_000);
    let body = format!(
        r#"{{"object":"list","total":4,"page":1,"page_size":25,"data":[{{"id":"a","content":"\ud83d\u001b[2J"}},{{"id":"b","content":"x","y":{deep}}},{{"content":"z"}},{{"id":"d","content":"w","created_at":"+275760-09-13T00:00:00Z"}}]}}"#
    );
    let server = Server::answering(json("200 OK", &body)).await;
    let page = client(&server).notes(&thread(), None, 25).await.result.expect("a page");
    let unreadable: Vec<_> = page.items.iter().map(|note| note.unreadable.is_some()).collect();
    assert_eq!(unreadable, [false, false, true, false]);
    assert_eq!(page.items[0].content, RawText::new("\u{fffd}\u{1b}[2J"), "exact: the screen makes it safe");
    assert_eq!(page.next, None);
}
