//! Records that cannot be read, too large, or that never come: the others are drawn, and the bad ones are named
//! (security, S7).

use std::time::Duration;

use serde_json::{Value, json};

use crate::desk::{Desk, SIZES, bare};
use crate::look::{Row, assert_borders, end, page_up, thread};
use crate::pty::Pty;

/// Bad records of a list, each in the place of a conversation; true: it cannot be read, else some field is only odd.
fn bad_conversations() -> Vec<(&'static str, String, bool)> {
    let whole = |more: &str| {
        format!(
            r#"{{"object":"conversation","id":"bad-ID","status":"open","priority":"medium","contact_name":"odd one",
            "last_message_preview":"odd words","last_message_at":"2026-05-22T14:00:00Z","created_at":"2026-05-22T13:00:00Z"{more}}}"#
        )
    };
    vec![
        ("a lone surrogate", whole(r#","title":"half \ud83d of it","summary":"\udc00""#), false),
        ("a number beyond all numbers", whole(r#","sentiment_score":1e999"#), false),
        ("a year beyond all years", whole(r#","resolved_at":"+275760-09-13T00:00:00Z""#), false),
        ("deep metadata", whole(&format!(r#","metadata":{}{}"#, "[".repeat(200), "]".repeat(200))), false),
        (
            "very deep metadata",
            whole(&format!(r#","metadata":{}{}"#, "[".repeat(2_000_000), "]".repeat(2_000_000))),
            false,
        ),
        ("no id", r#"{"object":"conversation","status":"open","created_at":"2026-05-22T13:00:00Z"}"#.to_owned(), true),
        ("no object at all", "17".to_owned(), true),
        ("an id that is a number", whole("").replace("\"bad-ID\"", "12345"), false),
    ]
}

#[test]
fn one_bad_record_of_a_list_is_named_and_the_others_are_drawn_s7() {
    for (at, (what, raw, unreadable)) in bad_conversations().into_iter().enumerate() {
        let desk = Desk::new();
        for other in 0..24 {
            desk.waiting(&format!("Good {other:02}"), 9_000.0 + f64::from(other));
        }
        let raw = raw.replace("bad-ID", &format!("bad-{at}"));
        desk.control(json!({ "plant": { "raw": raw, "status": "open" } }));
        let pty = desk.open((120, 60));
        pty.wait_for("all the others", |screen| {
            let text = screen.contents();
            (0..24).all(|other| text.contains(&format!("Good {other:02}")))
        });
        pty.send("3");
        if unreadable {
            pty.send("7");
            pty.wait_for_text("unreadable: ");
        } else {
            pty.wait_for("the odd one as far as it can be read", |screen| {
                let text = screen.contents();
                text.contains("odd one") || text.contains("unreadable: ")
            });
        }
        assert!(pty.is_running(), "{what}");
        end(&pty);
    }
}

#[test]
fn one_bad_message_is_named_and_the_others_are_drawn_s7() {
    let whole = |more: &str| {
        format!(
            r#"{{"object":"message","id":"m-odd","conversation_id":"x","role":"user","metadata":null,
            "created_at":"2026-05-22T14:00:00Z","parts":[{{"object":"message_part","id":"p","order":0,"type":"text","text":"odd words"}}]{more}}}"#
        )
    };
    let part = |part: &str| whole("").replace(r#""text":"odd words""#, part);
    let cases: Vec<(&str, String)> = vec![
        ("a lone surrogate", part(r#""text":"odd words \ud800""#)),
        (
            "deep metadata",
            whole("").replace(
                "\"metadata\":null",
                &format!("\"metadata\":{}{}", "{\"a\":".repeat(200) + "1", "}".repeat(200)),
            ),
        ),
        (
            "very deep input",
            part(&format!(r#""text":"odd words","tool_input":{}{}"#, "[".repeat(2_000_000), "]".repeat(2_000_000))),
        ),
        ("a number beyond all numbers", whole("").replace("\"order\":0", "\"order\":1e999")),
        ("a year beyond all years", whole("").replace("2026-05-22T14:00:00Z", "+275760-09-13T00:00:00Z")),
        ("a year before all years", whole("").replace("2026-05-22T14:00:00Z", "0001-01-01T00:00:00Z")),
        ("a year at the end", whole("").replace("2026-05-22T14:00:00Z", "9999-12-31T23:59:59Z")),
        ("no id", whole("").replace("\"id\":\"m-odd\",", "")),
        ("parts that are none", whole("").replace("\"parts\":[{", "\"parts\":[17,{")),
    ];
    for (what, raw) in cases {
        for size in [(120, 40), (50, 20)] {
            let desk = Desk::new();
            let id = desk.waiting("June Park", 9_000.0);
            desk.control(json!({ "plant": { "conversation_id": id, "message_id": "new", "raw": raw } }));
            let pty = desk.open(size);
            pty.wait_for_text("June Park");
            pty.send("\r");
            pty.wait_for_text("Esc back");
            pty.wait_for(&format!("{what}: the bad one and the others"), |screen| {
                let text = screen.contents();
                let named = text.contains("odd words") || text.contains("unreadable: ");
                named && text.contains("hello? anybody there?") && text.contains("my parcel arrived")
            });
            assert_borders(&pty.screen(), what);
            thread(&pty.screen(), what);
            end(&pty);
        }
    }
}

#[test]
fn a_message_of_twenty_kilobytes_is_read_from_its_end_to_its_beginning() {
    let words: Vec<String> = (0..2_500).map(|word| format!("w{word:04}")).collect();
    for size in SIZES {
        let desk = Desk::new();
        let id = desk.waiting("June Park", 9_000.0);
        desk.visitor_says(&id, &words.join("   "));
        let pty = desk.open(size);
        pty.wait_for_text("June Park");
        pty.send("\r");
        pty.wait_for_text("w2499");
        let mut seen = std::collections::BTreeSet::new();
        loop {
            let screen = pty.screen();
            for row in thread(&screen, "a long message") {
                if let Row::Said(_, text) = row {
                    seen.extend(text.split_whitespace().filter(|word| word.starts_with('w')).map(str::to_owned));
                }
            }
            if seen.contains("w0000") {
                break;
            }
            page_up(&pty, &screen);
        }
        let missing: Vec<_> = words.iter().filter(|word| !seen.contains(*word)).collect();
        assert!(missing.is_empty(), "at {size:?}: {missing:?}");
        end(&pty);
    }
}

#[test]
fn every_failure_of_a_read_is_a_clear_line_and_passes_when_it_is_over() {
    let failures: Vec<(Value, &str)> = vec![
        (json!({ "kind": "status", "status": 401, "code": "invalid_api_key" }), "the key is not accepted"),
        (json!({ "kind": "status", "status": 403, "code": "api_key_paused" }), "the key is paused"),
        (
            json!({ "kind": "rate_limited", "retry_after": 9_999_999_999_u64 }),
            "the shared limit is reached, 60m to wait",
        ),
        (json!({ "kind": "status", "status": 500 }), "the server failed (500)"),
        (json!({ "kind": "non_json", "status": 200 }), ""),
        (json!({ "kind": "truncated_body" }), ""),
        (json!({ "kind": "reset_before_accept" }), ""),
        (json!({ "kind": "redirect", "location": "https://evil.example/x" }), ""),
        (json!({ "kind": "gzip_bomb" }), ""),
    ];
    for (fault, words) in failures {
        let desk = Desk::new();
        desk.waiting("June Park", 9_000.0);
        let pty = desk.open((120, 40));
        pty.wait_for_text("hello? anybody there?");
        let mut fault = fault;
        fault["path"] = json!("/conversations?");
        fault["times"] = json!(50);
        let name = fault["kind"].as_str().unwrap().to_owned();
        desk.control(json!({ "fault": fault }));
        pty.send("R");
        pty.wait_for(&format!("{name} in the bar, with how old the data is"), |screen| {
            let bar = screen.rows(0, 120).next().unwrap_or_default();
            let said = bar.split_once(" old: ").map(|(_, said)| said.trim().to_owned()).unwrap_or_default();
            said.len() > 8 && said.contains(words)
        });
        assert!(pty.screen_text().contains("June Park"), "{name}: what was read stays");
        assert_borders(&pty.screen(), &name);
        if !words.contains("limit") {
            desk.control(json!({ "clear_faults": {} }));
            pty.send("R");
            pty.wait_for("fresh again", |screen| {
                screen.rows(0, 120).next().unwrap_or_default().contains("left this hour")
            });
        }
        end(&pty);
    }
}

#[test]
fn an_answer_that_trickles_in_ends_after_its_time_and_the_next_one_is_read() {
    let desk = Desk::new();
    desk.waiting("June Park", 9_000.0);
    let pty = desk.open((120, 40));
    pty.wait_for_text("hello? anybody there?");
    desk.control(json!({ "fault": { "kind": "trickle", "path": "/conversations?", "times": 1 } }));
    pty.send("R");
    pty.wait_within(Duration::from_secs(60), "an end after half a minute", |screen| {
        screen.rows(0, 120).next().unwrap_or_default().contains(" old: ")
    });
    pty.send("R");
    pty.wait_for("fresh again", |screen| screen.rows(0, 120).next().unwrap_or_default().contains("left this hour"));
    end(&pty);
}

#[test]
fn a_server_that_is_not_there_is_said_where_the_list_would_be() {
    // A port that was free a moment ago, and a name that no resolver knows.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for base in [format!("http://{free}/v1"), "https://inbox.invalid/v1".to_owned()] {
        for size in SIZES {
            let mut command = bare();
            command.env("TAKEOVER_API_KEY", "aw_live_0123456789abcdef");
            command.args(["--base-url", &base]);
            let pty = Pty::start(command, size);
            pty.wait_for_text("the list cannot be read: ");
            pty.wait_for("what to do, in the list or the bar", |screen| {
                screen.contents().split_whitespace().collect::<Vec<_>>().join(" ").contains("check network, base")
            });
            assert_borders(&pty.screen(), &base);
            assert!(!String::from_utf8_lossy(&pty.raw()).contains("0123456789abcdef"), "the key is never shown");
            end(&pty);
        }
    }
}
