//! What colleagues tell each other never reaches a visitor: whatever a note says and whatever is sent beside it, its
//! words are in no request to the messages (cases: notes shown to customers).

use std::sync::Arc;

use proptest::prelude::*;
use takeover::api::{encode_note, encode_reply};

use super::*;

/// What a person does: a note or a reply, with these words, in one of two conversations.
#[derive(Clone, Debug)]
struct Said {
    note: bool,
    words: String,
    conversation: usize,
    together: bool,
}

/// Words that try to be something else, and words that look like another's.
fn words_of_anybody() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        Just(String::new()),
        Just("/v1/conversations/8f3a9d2e-1b4c-4f5d-9e8a-7c3b2a1d0f9e/messages".to_owned()),
        Just("\r\n\r\nPOST /v1/conversations/c-0/messages HTTP/1.1\r\n\r\n{\"text\":\"x\"}".to_owned()),
        Just("\",\"text\":\"for the visitor".to_owned()),
        Just("{\"text\":\"x\"}".to_owned()),
        Just("Thank you, a new one leaves today.".to_owned()),
        "(Thank you|thank you|Thank you\u{200b}|Thank you )",
        "[@/#!]?[a-c]{0,3}",
    ]
}

fn anything_said() -> impl Strategy<Value = Said> {
    (any::<bool>(), words_of_anybody(), 0..2_usize, any::<bool>())
        .prop_map(|(note, words, conversation, together)| Said { note, words, conversation, together })
}

fn place(number: usize) -> ConversationId {
    ConversationId::parse(&format!("c-{number}")).expect("an id")
}

/// Each text is told apart by who said it, so that a note's words found in a reply can only have come from the note.
fn marked(place: usize, said: &Said) -> String {
    let kind = if said.note { "note" } else { "reply" };
    format!("{}«{kind} {place}»", said.words)
}

async fn say(client: &Client, place_in_row: usize, said: &Said, body: Vec<u8>) {
    let conversation = place(said.conversation);
    let key = format!("key-{place_in_row}");
    // What the answer says is for other tests: most of them do not fit the request.
    if said.note {
        let _ = client.add_note(&conversation, &key, body).await;
    } else {
        let _ = client.reply(&conversation, &key, body).await;
    }
}

fn body_of(place: usize, said: &Said) -> Vec<u8> {
    let text = RawText::new(marked(place, said));
    if said.note { encode_note(&text) } else { encode_reply(&text, &[]) }
}

/// Says all of it, those marked `together` at the same time as the one before, and tells what the server got.
async fn recorded(all: &[Said], answer: &[u8], misencoded: bool) -> Vec<Request> {
    let server = Server::answering(answer.to_vec()).await;
    let client = Arc::new(client(&server));
    let mut under_way = tokio::task::JoinSet::new();
    for (place_in_row, said) in all.iter().cloned().enumerate() {
        if !said.together {
            while under_way.join_next().await.is_some() {}
        }
        let client = Arc::clone(&client);
        // A caller that mixes the encoders up must not get a note to a visitor either.
        let body = if misencoded {
            body_of(place_in_row, &Said { note: !said.note, ..said.clone() })
        } else {
            body_of(place_in_row, &said)
        };
        under_way.spawn(async move { say(&client, place_in_row, &said, body).await });
    }
    while under_way.join_next().await.is_some() {}
    server.requests()
}

/// Every string in a body once parsed, names of fields too.
fn strings(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => found.push(text.clone()),
        serde_json::Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        serde_json::Value::Object(fields) => {
            for (name, value) in fields {
                found.push(name.clone());
                strings(value, found);
            }
        }
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}

fn place_in_row(request: &Request) -> usize {
    let key = request.headers.iter().find_map(|line| line.strip_prefix("idempotency-key: key-"));
    key.expect("a key").parse().expect("a number")
}

fn check(all: &[Said], requests: &[Request]) {
    assert_eq!(requests.len(), all.len(), "one request for each");
    for request in requests {
        let place_in_row = place_in_row(request);
        let said = &all[place_in_row];
        let kind = if said.note { "notes" } else { "messages" };
        let line = format!("POST /v1/conversations/{}/{kind} HTTP/1.1", place(said.conversation));
        assert_eq!(request.line, line, "{said:?}");
        let mut texts = Vec::new();
        strings(&serde_json::from_slice(&request.body).expect("JSON"), &mut texts);
        if said.note {
            assert_eq!(texts, ["content".to_owned(), marked(place_in_row, said)]);
            continue;
        }
        assert_eq!(texts, ["text".to_owned(), marked(place_in_row, said)]);
        // Nothing of any note is in anything that a visitor reads, not in the headers either.
        let whole = format!("{}\n{}\n{}", request.line, request.headers.join("\n"), texts.join("\n"));
        for (place_in_row, note) in all.iter().enumerate().filter(|(_, said)| said.note) {
            assert!(!whole.contains(&marked(place_in_row, note)), "{note:?} in {whole:?}");
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_words_and_no_order_of_notes_and_replies_bring_a_note_to_a_visitor(
        all in prop::collection::vec(anything_said(), 1..8),
        answer in prop_oneof![
            Just(json("201 Created", MESSAGE)),
            Just(json("409 Conflict", r#"{"error":"idempotency_conflict"}"#)),
            Just(json("404 Not Found", r#"{"error":"not_found"}"#)),
            Just(json("500 Internal Server Error", "")),
            Just(with_headers("307 Temporary Redirect", &["location: /v1/conversations/c-0/messages"], "")),
            Just(with_headers("308 Permanent Redirect", &["location: ../messages"], "")),
        ],
    ) {
        runtime().block_on(async {
            check(&all, &recorded(&all, &answer, false).await);
        });
    }

    #[test]
    fn a_note_in_the_wrong_envelope_has_no_words_that_the_messages_read(
        all in prop::collection::vec(anything_said(), 1..5),
    ) {
        runtime().block_on(async {
            for request in recorded(&all, &json("201 Created", MESSAGE), true).await {
                let body: serde_json::Value = serde_json::from_slice(&request.body).expect("JSON");
                let fields: Vec<_> = body.as_object().expect("an object").keys().map(String::as_str).collect();
                let path = if all[place_in_row(&request)].note { ("/notes ", "text") } else { ("/messages ", "content") };
                assert!(request.line.contains(path.0), "{}", request.line);
                assert_eq!(fields, [path.1]);
            }
        });
    }
}
