//! Every documented example, and everything that a server could send instead.

use proptest::prelude::*;

use super::*;
use crate::domain::{Color, Note, NoteId, Tag, TagId, Time};
use crate::wire::time;

const THREAD: &str = "8f3a9d2e-1b4c-4f5d-9e8a-7c3b2a1d0f9e";

fn thread() -> ConversationId {
    ConversationId::parse(THREAD).expect("an id")
}

fn at(text: &str) -> Time {
    Time::certain(time::parse(text).expect("a time"))
}

fn near(text: &str) -> Time {
    Time::guessed(time::parse(text).expect("a time"))
}

fn raw(text: &str) -> Option<RawText> {
    Some(RawText::new(text))
}

fn rows(elements: &[String]) -> Vec<Conversation> {
    let body = format!(r#"{{"object":"list","has_more":false,"next_cursor":null,"data":[{}]}}"#, elements.join(","));
    conversations(body.into_bytes()).expect("a page").items
}

fn row(element: &str) -> Conversation {
    rows(&[element.to_owned()]).remove(0)
}

fn thread_of(elements: &[&str]) -> Vec<Message> {
    messages(format!("[{}]", elements.join(",")).into_bytes(), &thread()).expect("a page").items
}

fn kinds(parts: &str) -> Vec<PartKind> {
    let message = thread_of(&[&format!(r#"{{"id":"m","parts":{parts}}}"#)]).remove(0);
    message.parts.into_iter().map(|part| part.kind).collect()
}

fn metadata_of(json: &str) -> Metadata {
    thread_of(&[&format!(r#"{{"id":"m","metadata":{json}}}"#)]).remove(0).metadata
}

#[test]
fn the_documented_conversation_is_read_field_by_field() {
    let body = include_bytes!("../../../tests/fixtures/conversation.json").to_vec();
    let expected = Conversation {
        id: thread(),
        chatbot_id: ChatbotId::parse("0a5c8e1f-3d2b-4a7c-9e1f-2c4d6b8a0e3f"),
        status: Status::AgentRequested,
        priority: Priority::High,
        title: raw("Refund request — order 4421"),
        summary: raw("Customer asking to return a damaged item."),
        sentiment_score: Some(22),
        contact_email: raw("june@example.com"),
        contact_name: raw("June Park"),
        contact_phone: None,
        assigned_to: None,
        last_message_preview: raw("I'd like to send it back, please."),
        last_message_at: Some(at("2026-05-22T14:08:42Z")),
        resolved_at: None,
        closed_at: None,
        created_at: at("2026-05-22T13:51:09Z"),
        origin: Some(Origin::QrCode),
        unreadable: None,
    };
    assert_eq!(conversation(body, &thread()), Ok(expected));
}

#[test]
fn the_documented_message_is_read_field_by_field() {
    let body = include_bytes!("../../../tests/fixtures/message.json").to_vec();
    let expected = Message {
        id: MessageId::parse("3c90c3cc-0d44-4b50-8888-8dd25736052a").expect("an id"),
        conversation_id: thread(),
        role: Role::Assistant,
        metadata: Metadata { source: raw("api"), shape: RawText::new("object:source") },
        parts: vec![Part { order: 0, kind: PartKind::Text(RawText::new("We can take it back.")) }],
        created_at: at("2026-05-22T14:09:10Z"),
    };
    assert_eq!(reply(body, &thread()), Ok(expected));
}

#[test]
fn the_documented_lists_are_read() {
    let page =
        conversations(include_bytes!("../../../tests/fixtures/conversations_page.json").to_vec()).expect("a page");
    let next =
        "eyJjcmVhdGVkX2F0IjoiMjAyNi0wNS0yM1QxMDoxNDozM1oiLCJpZCI6IjFiNGM0ZjVkLTllOGEtN2MzYi0yYTFkLTBmOWU4ZjNhOWQyZSJ9";
    assert_eq!(page, Page { items: vec![], next: raw(next).map(Cursor) });
    let page = members(include_bytes!("../../../tests/fixtures/members.json").to_vec()).expect("a page");
    assert_eq!(page.next, None);
    assert_eq!(page.items.len(), 1);
    let member = &page.items[0];
    assert_eq!(member.user_id.as_str(), "a1b2c3d4-e5f6-4a7b-8c9d-0e1f2a3b4c5d");
    assert_eq!(member.id.as_str(), "11111111-2222-4333-8444-555555555555");
    assert_eq!((&member.first_name, &member.last_name, &member.role), (&raw("Mara"), &None, &raw("agent")));
    let page = chatbots(include_bytes!("../../../tests/fixtures/chatbots.json").to_vec()).expect("a page");
    let id = ChatbotId::parse("0a5c8e1f-3d2b-4a7c-9e1f-2c4d6b8a0e3f").expect("an id");
    assert_eq!(page, Page { items: vec![Chatbot { id, name: RawText::new("Support bot") }], next: None });
}

#[test]
fn me_is_read_in_its_full_its_thin_and_its_oauth_form() {
    let full = me(include_bytes!("../../../tests/fixtures/me.json").to_vec()).expect("me");
    assert_eq!(full.organisation_id, raw("b7c8d9e0-f1a2-4b3c-8d4e-5f60718293a4"));
    assert_eq!((full.organisation_name, full.user_id), (raw("Acme Inc"), None));
    let thin = me(br#"{"org":{"id":"o","name":"Acme"},"api_key":{"id":"k","name":"inbox"}}"#.to_vec()).expect("me");
    assert_eq!((thin.organisation_id, thin.organisation_name), (raw("o"), raw("Acme")));
    let oauth = me(br#"{"org":null,"org_name":"Acme","user":{"id":"u-1","first_name":"Mara"}}"#.to_vec()).expect("me");
    assert_eq!((oauth.organisation_name, oauth.user_id), (raw("Acme"), UserId::parse("u-1")));
    for body in ["[]", "7", "{\"org\":", "null"] {
        assert!(me(body.as_bytes().to_vec()).is_err(), "{body}");
    }
}

#[test]
fn an_offset_list_goes_on_behind_its_page_and_says_so_in_a_form_no_cursor_has() {
    let page = conversations(br#"{"total":30,"page":1,"page_size":25,"data":[{"id":"a"}]}"#.to_vec()).expect("a page");
    let next = page.next.expect("a next page");
    assert_eq!(offset(&next), Some(25));
    assert_eq!(offset(&Cursor(RawText::new("eyJhIjoxfQ"))), None);
}

#[test]
fn a_conversation_of_nulls_or_without_anything_but_an_id_is_read() {
    let bare = row(r#"{"id":"a"}"#);
    assert_eq!((&bare.status, &bare.unreadable), (&Status::Other(RawText::new("(none)")), &None));
    let keys = [
        "chatbot_id",
        "status",
        "priority",
        "title",
        "summary",
        "sentiment_score",
        "contact_email",
        "contact_name",
        "contact_phone",
        "assigned_to",
        "last_message_preview",
        "last_message_at",
        "resolved_at",
        "closed_at",
        "created_at",
        "qr_code_id",
        "product_id",
        "object_id",
        "something_new",
    ];
    for value in ["null", "7", "-1e999", "true", "\"\"", "\"\\ud800\"", "[[]]", "{\"a\":{}}"] {
        let fields: String = keys.iter().map(|key| format!(",\"{key}\":{value}")).collect();
        let read = row(&format!("{{\"id\":\"a\"{fields}}}"));
        assert_eq!((read.id.as_str(), &read.unreadable), ("a", &None), "{value}");
        assert!(!read.created_at.certain);
    }
}

#[test]
fn unknown_words_are_kept_as_they_came() {
    let read = row(r#"{"id":"a","status":"on_hold","priority":"urgent"}"#);
    assert_eq!(read.status, Status::Other(RawText::new("on_hold")));
    assert_eq!(read.priority, Priority::Other(RawText::new("urgent")));
    assert_eq!(row(r#"{"id":"a","status":7}"#).status, Status::Other(RawText::new("7")));
    let read = thread_of(&[r#"{"id":"m","role":"supervisor"}"#]).remove(0);
    assert_eq!(read.role, Role::Other(RawText::new("supervisor")));
}

#[test]
fn one_bad_record_never_blinds_the_page() {
    let good =
        |place: usize| format!(r#"{{"id":"c-{place}","status":"open","created_at":"2026-05-22T13:{place:02}:00Z"}}"#);
    let mut elements: Vec<_> = (0..25).map(good).collect();
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    elements[2] = r#"{"id":"c-2","status":"open","title":"cut \ud83d","created_at":"2026-05-22T13:02Z"}"#.into();
    elements[5] = format!(r#"{{"id":"c-5","status":"open","metadata":{}}}"#, deep(200));
    elements[7] = format!(r#"{{"id":"c-7","status":"open","title":{0},"metadata":{0}}}"#, deep(2_000_000));
    elements[9] = r#"{"id":"c-9","status":"open","sentiment_score":1e999}"#.into();
    elements[11] = r#"{"id":"c-11","status":"open","created_at":"+275760-09-13T00:00:00.000Z"}"#.into();
    elements[13] = r#"{"status":"open","created_at":"2026-05-22T13:13:00Z"}"#.into();
    elements[15] = r#"{"id":"c-15","status":}"#.into();
    elements[17] = "null".into();
    elements[19] = "{\"id\":\"c-19\",\"title\":\"raw\nbreak\"}".into();
    let page = rows(&elements);
    assert_eq!(page.len(), 25);
    let marked: Vec<_> = (0..25).filter(|place| page[*place].unreadable.is_some()).collect();
    assert_eq!(marked, [13, 15, 17, 19]);
    for (place, row) in page.iter().enumerate() {
        if ![13, 17].contains(&place) {
            assert_eq!(row.id.as_str(), format!("c-{place}"), "an id that can be read is kept");
        }
        if row.unreadable.is_none() {
            assert_eq!(row.status, Status::Open);
        }
    }
    assert_eq!(page[2].title, raw("cut \u{fffd}"));
    assert_eq!(page[9].sentiment_score, None);
    assert_eq!(page[11].created_at, near("2026-05-22T13:10Z"));
    assert!(page[13].id.as_str().starts_with("unreadable-"));
    assert_eq!(page[13].unreadable, raw("it has no id"));
    assert_eq!(page[13].created_at, near("2026-05-22T13:12Z"));
    assert_eq!(page[17].unreadable, raw("it is no object"));
}

#[test]
fn a_made_up_id_is_the_same_every_time_and_tells_records_apart() {
    let id = |element: &str| row(element).id;
    assert_eq!(id(r#"{"status":"open"}"#), id(r#"{"status":"open"}"#));
    assert_ne!(id(r#"{"status":"open"}"#), id(r#"{"status":"closed"}"#));
    assert_ne!(id(r#"{"id":"../me"}"#), id(r#"{"id":"a b"}"#));
    assert_eq!(row(r#"{"id":"../me"}"#).unreadable, raw("its id is none that can be used"));
}

#[test]
fn a_conversation_asked_for_by_its_id_keeps_that_id_even_unreadable() {
    let read = conversation(br#"{"status":"open"}"#.to_vec(), &thread()).expect("a row");
    assert_eq!((read.id, read.unreadable), (thread(), raw("it has no id")));
    for body in ["[]", "null", "{\"id\":\"a\"", ""] {
        assert!(conversation(body.as_bytes().to_vec(), &thread()).is_err(), "{body}");
    }
}

#[test]
fn an_unreadable_time_borrows_from_what_stands_nearest() {
    let read = row(r#"{"id":"a","created_at":"soon","last_message_at":"2026-05-22T14:00Z","closed_at":"later"}"#);
    assert_eq!(read.created_at, near("2026-05-22T14:00Z"));
    assert_eq!(read.last_message_at, Some(at("2026-05-22T14:00Z")));
    assert_eq!(read.closed_at, Some(near("2026-05-22T14:00Z")));
    let read = row(r#"{"id":"a","created_at":"2026-05-22T13:00Z","last_message_at":0}"#);
    assert_eq!(read.last_message_at, Some(near("2026-05-22T13:00Z")));
    let page = thread_of(&[
        r#"{"id":"a"}"#,
        r#"{"id":"b","created_at":"2026-05-22T13:00Z"}"#,
        r#"{"id":"c","created_at":"?"}"#,
        r#"{"id":"d","created_at":null}"#,
        r#"{"id":"e","created_at":"2026-05-22T14:00Z"}"#,
    ]);
    let times: Vec<_> = page.iter().map(|message| message.created_at).collect();
    let (one, two) = ("2026-05-22T13:00Z", "2026-05-22T14:00Z");
    assert_eq!(times, [near(one), at(one), near(one), near(one), at(two)]);
    assert_eq!(thread_of(&[r#"{"id":"a"}"#])[0].created_at, neighbours::NOT_YET);
}

#[test]
fn an_unreadable_message_stands_in_the_thread_with_one_part_that_says_why() {
    let page = thread_of(&[r#"{"id":"a","role":}"#, r#"{"role":"user"}"#, "7"]);
    let parts: Vec<_> = page.iter().map(|message| message.parts.as_slice()).collect();
    let mark = |reason: &str| [Part { order: 0, kind: PartKind::Unreadable(RawText::new(reason)) }];
    assert_eq!(parts[0], mark("it is no valid JSON at line 1, column 18"));
    assert_eq!(parts[1], mark("it has no id"));
    assert_eq!(parts[2], mark("it is no object"));
    assert_eq!(page[0].id.as_str(), "a");
    assert!(page[1].id.as_str().starts_with("unreadable-"));
    assert!(page.iter().all(|message| message.role == Role::Other(RawText::new("unreadable"))));
}

#[test]
fn a_part_is_what_its_filled_fields_say_whatever_its_type() {
    let text = |text: &str| PartKind::Text(RawText::new(text));
    assert_eq!(kinds(r#"[{"type":"hologram","text":"a"},{"text":"b"}]"#), [text("a"), text("b")]);
    assert_eq!(
        kinds(r#"[{"type":"step-start","text":null},{"type":"text","text":""}]"#),
        [PartKind::Empty, PartKind::Empty]
    );
    let url = RawText::new("https://files.example.com/a.png");
    let file = PartKind::File { url, media_type: raw("image/png"), filename: None };
    let parts =
        r#"[{"type":"text","text":"x","file_url":"https://files.example.com/a.png","file_media_type":"image/png"}]"#;
    assert_eq!(kinds(parts), [file]);
    let parts = r#"[{"tool_name":"present_page","tool_input":{"a": [1]},"tool_output":null,"text":""}]"#;
    let tool =
        PartKind::Tool { name: raw("present_page"), input: raw(r#"{"a": [1]}"#), output: None, error_text: None };
    assert_eq!(kinds(parts), [tool]);
}

#[test]
fn parts_stand_in_their_order_and_one_that_cannot_be_read_is_marked() {
    let text = |text: &str| PartKind::Text(RawText::new(text));
    let mark = |reason: &str| PartKind::Unreadable(RawText::new(reason));
    let parts = r#"[{"order":2,"text":"c"},{"order":0,"text":"a"},{"order":1,"text":"b"}]"#;
    assert_eq!(kinds(parts), [text("a"), text("b"), text("c")]);
    assert_eq!(
        kinds(r#"[{"text":"a"},7,{"text":{"b":1}}]"#),
        [text("a"), mark("it is no object"), mark("its text is no string")]
    );
    assert_eq!(kinds(r#"{"text":"a"}"#), [mark("its parts: no list")]);
    assert_eq!(kinds("null"), []);
}

#[test]
fn a_message_of_countless_parts_is_kept_small_and_says_so() {
    let more = PartKind::Unreadable(RawText::new("it has more parts than are kept"));
    let many = |part: &str, count: usize| kinds(&format!("[{}]", vec![part; count].join(",")));
    assert_eq!(many("{}", MOST_SILENT_PARTS).len(), MOST_SILENT_PARTS);
    assert_eq!(many(r#"{"text":"a"}"#, MOST_PARTS).len(), MOST_PARTS);
    for (part, count, kept) in [("{}", 4_000, MOST_SILENT_PARTS), (r#"{"text":"a"}"#, 4_000, MOST_PARTS)] {
        let read = many(part, count);
        assert_eq!((read.len(), read.last()), (kept + 1, Some(&more)));
    }
    assert!(matches!(many("1", 9_000).as_slice(), [PartKind::Unreadable(_)]));
}

#[test]
fn deep_tool_data_and_metadata_stay_text() {
    let deep = format!("{}{}", "{\"a\":".repeat(1_000_000), format_args!("1{}", "}".repeat(1_000_000)));
    let read = kinds(&format!(r#"[{{"tool_name":"t","tool_input":{deep},"tool_output":[{deep}]}}]"#));
    assert!(matches!(&read[0], PartKind::Tool { input: Some(input), .. } if input.as_raw() == deep));
    assert_eq!(metadata_of(&deep), Metadata { source: None, shape: RawText::new("object:a") });
}

#[test]
fn metadata_tells_its_source_and_its_shape_and_nothing_else() {
    let shape = |json: &str| metadata_of(json).shape.as_raw().to_owned();
    assert_eq!(metadata_of(r#"{"user_id":"u","source":"dashboard"}"#).source, raw("dashboard"));
    assert_eq!(shape(r#"{"user_id":"u","source":"dashboard"}"#), "object:source,user_id");
    assert_eq!((shape("null"), shape("\"api\""), shape("[1]")), ("null".into(), "string".into(), "array".into()));
    assert_eq!((shape("true"), shape("-1"), shape("{}")), ("boolean".into(), "number".into(), "object:".into()));
    assert_eq!(metadata_of(r#"{"source":{"source":"api"}}"#).source, None);
    assert_eq!(metadata_of("\"api\"").source, None);
    let many: String = (0..9_000).map(|key| format!("\"key-{key}\":1,")).collect();
    assert!(shape(&format!("{{{many}\"z\":1}}")).len() <= MOST_SHAPE_CHARS);
}

#[test]
fn a_reply_without_a_readable_id_proves_nothing() {
    for body in ["{}", r#"{"id":null}"#, r#"{"id":7}"#, r#"{"id":"a b"}"#, "[]", "null", r#"{"id":"a""#] {
        assert!(reply(body.as_bytes().to_vec(), &thread()).is_err(), "{body}");
    }
    let odd = reply(br#"{"id":"m-1","parts":7,"created_at":[]}"#.to_vec(), &thread()).expect("a message");
    assert_eq!((odd.id.as_str(), odd.conversation_id), ("m-1", thread()));
}

#[test]
fn members_and_chatbots_without_an_id_name_nothing_and_are_left_out() {
    let page = members(br#"[{"user_id":"u"},{"id":"m"},7,{"user_id":"v","id":5,"first_name":[]}]"#.to_vec());
    let people: Vec<_> = page.expect("a page").items.into_iter().map(|member| member.user_id).collect();
    assert_eq!(people, [UserId::parse("u").expect("an id"), UserId::parse("v").expect("an id")]);
    let page = chatbots(br#"[{"id":"b","name":" "},{"name":"x"}]"#.to_vec()).expect("a page");
    assert_eq!(page.items.len(), 1);
    assert_eq!(page.items[0].name, RawText::new("b"));
}

fn notes_of(elements: &[&str]) -> Vec<Note> {
    notes(format!("[{}]", elements.join(",")).into_bytes(), &thread()).expect("a page").items
}

fn tags_of(elements: &[&str]) -> Vec<Tag> {
    tags(format!("[{}]", elements.join(",")).into_bytes()).expect("a page").items
}

#[test]
fn the_documented_note_and_the_documented_tags_are_read_field_by_field() {
    let body = include_bytes!("../../../tests/fixtures/note.json").to_vec();
    let expected = Note {
        id: NoteId::parse("5b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9").expect("an id"),
        conversation_id: thread(),
        author_id: None,
        content: RawText::new("Wants the refund to the original card."),
        created_at: at("2026-05-22T14:12:00Z"),
        unreadable: None,
    };
    assert_eq!(added_note(body, &thread()), Ok(expected));
    let expected = Tag {
        id: TagId::parse("7d9e1f20-3142-4536-8798-a9bacbdcedfe").expect("an id"),
        name: RawText::new("Refund"),
        color: Color::parse("#e11d48"),
    };
    let body = include_bytes!("../../../tests/fixtures/tag.json").to_vec();
    assert_eq!(created_tag(body), Ok(expected.clone()));
    let body = include_bytes!("../../../tests/fixtures/tag_set.json").to_vec();
    assert_eq!(tags(body), Ok(Page { items: vec![expected], next: None }));
}

#[test]
fn notes_and_tags_come_in_either_envelope_or_in_none() {
    let element = r#"{"id":"a","content":"x","name":"x"}"#;
    let next = |cursor: &str| raw(cursor).map(Cursor);
    for (body, next) in [
        (format!("[{element}]"), None),
        (format!(r#"{{"data":[{element}]}}"#), None),
        (format!(r#"{{"object":"list","has_more":false,"next_cursor":null,"data":[{element}]}}"#), None),
        (format!(r#"{{"object":"list","has_more":true,"next_cursor":"n","data":[{element}]}}"#), next("n")),
        (format!(r#"{{"object":"list","total":1,"page":1,"page_size":25,"data":[{element}]}}"#), None),
        (format!(r#"{{"object":"list","total":60,"page":2,"page_size":25,"data":[{element}]}}"#), next("offset:50")),
    ] {
        let page = notes(body.clone().into_bytes(), &thread()).expect("notes");
        assert_eq!((page.items.len(), page.items[0].id.as_str(), &page.next), (1, "a", &next), "{body}");
        let page = tags(body.clone().into_bytes()).expect("tags");
        assert_eq!((page.items.len(), page.items[0].id.as_str(), &page.next), (1, "a", &next), "{body}");
    }
    for body in ["", "{}", "null", "7", "<html>", r#"{"data":{}}"#, r#"{"data":[1"#] {
        assert!(notes(body.as_bytes().to_vec(), &thread()).is_err(), "{body}");
        assert!(tags(body.as_bytes().to_vec()).is_err(), "{body}");
    }
}

#[test]
fn one_bad_note_never_blinds_the_others() {
    let deep = format!("{}{}", "[".repeat(2_000_000), "]".repeat(2_000_000));
    let with_depth = format!(r#"{{"id":"d","content":"deep","metadata":{deep}}}"#);
    let read = notes_of(&[
        r#"{"id":"a","content":"cut \ud83d","created_at":"2026-05-22T13:00Z","author_id":"u-1"}"#,
        r#"{"content":"no id"}"#,
        r#"{"id":"c","content":}"#,
        &with_depth,
        r#"{"id":"e","author_id":"u-2","created_at":"soon"}"#,
        r#"{"id":"f","content":["x"],"author_id":{"id":1}}"#,
        r#"{"id":"../messages","content":"x"}"#,
        r#"{"id":"h","content":"","conversation_id":"another"}"#,
        "7",
    ]);
    let marks: Vec<_> = read.iter().map(|note| note.unreadable.as_ref().map(RawText::as_raw)).collect();
    assert_eq!(
        marks,
        [
            None,
            Some("it has no id"),
            Some("it is no valid JSON at line 1, column 21"),
            None,
            Some("it has no content"),
            Some("its content is no string"),
            Some("its id is none that can be used"),
            None,
            Some("it is no object"),
        ]
    );
    assert_eq!(read[0].content, RawText::new("cut \u{fffd}"));
    assert_eq!(read[3].content, RawText::new("deep"));
    assert_eq!((read[2].id.as_str(), read[1].id.is_made_up(), read[6].id.is_made_up()), ("c", true, true));
    let authors: Vec<_> = read.iter().map(|note| note.author_id.as_ref().map(UserId::as_str)).collect();
    assert_eq!(authors[..6], [Some("u-1"), None, None, None, Some("u-2"), None]);
    assert!(read[1..].iter().all(|note| note.created_at == near("2026-05-22T13:00Z")), "borrowed, and marked so");
    assert!(read.iter().all(|note| note.conversation_id == thread()));
}

#[test]
fn one_bad_tag_is_named_and_never_left_out_of_the_set() {
    let read = tags_of(&[
        r##"{"id":"a","name":"VIP","color":"#00ff7F"}"##,
        r#"{"name":"no id"}"#,
        r#"{"id":"c","name":}"#,
        r#"{"id":"d","name":" "}"#,
        r#"{"id":"e","name":["x"],"color":"red"}"#,
        r#"{"id":"f","name":"cut \udc00","color":7}"#,
        r#"{"id":"g h","name":"x"}"#,
        "null",
    ]);
    let names: Vec<_> = read.iter().map(|tag| tag.name.as_raw()).collect();
    assert_eq!(
        names,
        [
            "VIP",
            "unreadable (it has no id)",
            "unreadable (c, it is no valid JSON at line 1, column 18)",
            "unreadable (d, it has no name)",
            "unreadable (e, it has no name)",
            "cut \u{fffd}",
            "unreadable (its id is none that can be used)",
            "unreadable (it is no object)",
        ]
    );
    let made_up: Vec<_> = read.iter().map(|tag| tag.id.is_made_up()).collect();
    assert_eq!(made_up, [false, true, false, false, false, false, true, true]);
    let colors: Vec<_> = read.iter().map(|tag| tag.color.map(Color::hex)).collect();
    assert_eq!(colors[..2], [Some("#00ff7f".to_owned()), None]);
    assert!(colors[2..].iter().all(Option::is_none), "what is no colour is none");
}

#[test]
fn an_answer_to_a_note_or_a_tag_without_a_readable_id_proves_nothing() {
    for body in ["{}", r#"{"id":null}"#, r#"{"id":7}"#, r#"{"id":"a b"}"#, "[]", "null", r#"{"id":"a""#, ""] {
        assert!(added_note(body.as_bytes().to_vec(), &thread()).is_err(), "{body}");
        assert!(created_tag(body.as_bytes().to_vec()).is_err(), "{body}");
    }
    let odd = added_note(br#"{"id":"n-1","content":7,"created_at":[]}"#.to_vec(), &thread()).expect("a note");
    assert_eq!((odd.id.as_str(), odd.unreadable), ("n-1", raw("its content is no string")));
    let odd = created_tag(br#"{"id":"t-1","id":"t-1"}"#.to_vec()).expect("a tag");
    assert_eq!(odd.name, RawText::new("unreadable (t-1, a field is there twice)"));
}

#[test]
fn an_answer_to_a_change_must_show_the_conversation_that_was_changed() {
    let body = include_bytes!("../../../tests/fixtures/conversation.json").to_vec();
    assert_eq!(changed(body.clone(), &thread()), conversation(body.clone(), &thread()));
    let other = ConversationId::parse("another").expect("an id");
    assert_eq!(changed(body, &other), Err(Broken("it is about another conversation".to_owned())));
    for body in ["", "{}", "null", "[]", r#"{"status":"open"}"#, r#"{"id":"a","id":"a"}"#, r#"{"ok":true}"#] {
        assert!(changed(body.as_bytes().to_vec(), &thread()).is_err(), "{body}");
    }
}

#[test]
fn one_member_and_one_chatbot_are_read_as_in_their_lists() {
    let asked = ChatbotId::parse("b-1").expect("an id");
    let bot = |body: &str| one_chatbot(body.as_bytes().to_vec(), &asked);
    let named = Chatbot { id: asked.clone(), name: RawText::new("Support bot") };
    assert_eq!(bot(r#"{"id":"b-1","name":"Support bot","status":"active","human_support_enabled":true}"#), Ok(named));
    let bare = Chatbot { id: asked.clone(), name: RawText::new("b-1") };
    assert_eq!(bot("{}"), Ok(bare.clone()));
    assert_eq!(bot(r#"{"id":"b-1","name":7}"#), Ok(bare));
    let member = one_member(br#"{"id":"m-1","user_id":"u-1","first_name":"Mara"}"#.to_vec()).expect("a member");
    assert_eq!((member.id.as_str(), member.user_id.as_str(), member.first_name), ("m-1", "u-1", raw("Mara")));
    assert!(one_member(br#"{"id":"m-1"}"#.to_vec()).is_err());
    for body in ["", "null", "[]", "7", "{"] {
        assert!(bot(body).is_err() && one_member(body.as_bytes().to_vec()).is_err(), "{body}");
    }
}

/// Any JSON, with the names that the shapes know and values that they do not expect.
fn any_json() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("id"),
        Just("data"),
        Just("status"),
        Just("parts"),
        Just("metadata"),
        Just("source"),
        Just("created_at"),
        Just("has_more"),
        Just("next_cursor"),
        Just("total"),
        Just("page"),
        Just("text"),
        Just("order"),
        Just("content"),
        Just("name"),
        Just("color"),
        Just("x"),
    ];
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("1e999".to_owned()),
        Just("-0.5".to_owned()),
        Just("true".to_owned()),
        Just("nul".to_owned()),
        Just(String::new()),
        Just("\"\\ud800\"".to_owned()),
        Just("\"2026-05-22T14:08Z\"".to_owned()),
        r#""([a-z0-9 ]|\\u[0-9a-f]{4}|\\[nz]){0,12}""#,
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        let word = word.clone();
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|all| format!("[{}]", all.join(","))),
            prop::collection::vec((word, inner), 0..6).prop_map(|all| {
                let all: Vec<_> = all.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
                format!("{{{}}}", all.join(","))
            }),
        ]
    })
}

fn read_all(body: &[u8]) {
    let _ = conversations(body.to_vec());
    let _ = conversation(body.to_vec(), &thread());
    let _ = messages(body.to_vec(), &thread());
    let _ = reply(body.to_vec(), &thread());
    let _ = members(body.to_vec());
    let _ = chatbots(body.to_vec());
    let _ = me(body.to_vec());
    let _ = changed(body.to_vec(), &thread());
    let _ = notes(body.to_vec(), &thread());
    let _ = added_note(body.to_vec(), &thread());
    let _ = tags(body.to_vec());
    let _ = created_tag(body.to_vec());
    let _ = one_member(body.to_vec());
    let _ = ChatbotId::parse("b").map(|asked| one_chatbot(body.to_vec(), &asked));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        read_all(&body);
    }

    #[test]
    fn no_json_makes_it_panic(json in any_json()) {
        read_all(json.as_bytes());
    }

    #[test]
    fn a_page_has_as_many_rows_as_elements_whatever_they_are(elements in prop::collection::vec(any_json(), 1..6)) {
        let elements: Vec<_> = elements.into_iter().filter(|element| !element.is_empty()).collect();
        prop_assert_eq!(rows(&elements).len(), elements.len());
        let elements: Vec<_> = elements.iter().map(String::as_str).collect();
        prop_assert_eq!(notes_of(&elements).len(), elements.len());
        prop_assert_eq!(tags_of(&elements).len(), elements.len());
    }
}
