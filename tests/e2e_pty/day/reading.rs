//! Reading: what the bot's tools did, where links lead, finding words again, taking a thread away.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Day, ENTER, ESCAPE};
use crate::desk::{Desk, SIZES};

/// Zoe wrote thrice of a label, the bot's tool failed, a colleague noted something.
fn talked(desk: &Desk) -> String {
    let zoe = desk.conversation(json!({
        "status": "bot_active", "contact_name": "Zoe Fuchs", "ago": 900.0,
        "messages": [
            { "who": "visitor", "text": "the label is torn", "ago": 800.0 },
            { "who": "bot", "text": "Which label?", "ago": 790.0 },
            { "who": "visitor", "text": "see https://photos.example.com/album", "ago": 780.0,
              "file_url": "https://files.example.com/torn.png" },
            { "who": "visitor", "text": "and http://old.example.com/plain", "ago": 770.0 },
        ],
        "notes": [{ "content": "Second torn one this week.", "ago": 700.0 }],
    }));
    let tool = json!({ "name": "lookup_order", "input": { "order": 4421 }, "error": "no such order" });
    desk.control(json!({ "bot": { "conversation_id": zoe, "text": "I cannot find it.", "tool": tool } }));
    zoe
}

/// Nobody has to open a conversation to read what colleagues noted about it.
#[test]
fn the_sidebar_of_a_row_in_the_list_has_its_notes_and_tags() {
    for size in SIZES {
        let desk = Desk::new();
        desk.control(json!({ "tag": { "name": "VIP" } }));
        let zoe = talked(&desk);
        desk.control(json!({ "tags": { "conversation_id": zoe, "add": ["VIP"] } }));
        let day = Day::begin(desk, size, "1s");
        day.keys("5");
        day.sees("Zoe Fuchs");
        day.keys("v");
        day.sees("Second torn one");
        day.sees("VIP");
        day.keys(ESCAPE);
        day.offered("Enter open");
        day.is_over();
    }
}

#[test]
fn the_bots_trace_opens_with_a_key_and_closes_with_it() {
    for size in SIZES {
        let desk = Desk::new();
        talked(&desk);
        let day = Day::begin(desk, size, "1s");
        day.keys("5");
        day.sees("Zoe Fuchs");
        day.keys(ENTER);
        day.sees("lookup_order");
        day.sees("tool failed: lookup_order, no such order");
        day.sees_no("4421");
        day.keys("b");
        day.sees("4421");
        day.keys("b");
        day.sees_no("4421");
        day.sees("lookup_order");
        day.is_over();
    }
}

#[test]
fn links_are_listed_with_their_hosts_and_nothing_is_fetched_before_a_yes() {
    for size in SIZES {
        let desk = Desk::new();
        talked(&desk);
        let day = Day::begin(desk, size, "1s");
        day.keys("5");
        day.sees("Zoe Fuchs");
        day.keys(ENTER);
        day.sees("lookup_order");
        day.keys("O");
        day.sees(" links and files ");
        for host in ["http old.example.com", "photos.example.com", "files.example.com"] {
            day.sees(host);
        }
        // In the clear: refused, and said where one looks.
        day.walk("j", "http old.example.com");
        day.keys("s");
        day.told("not saved: only https is fetched from here");
        // What would be fetched is asked for first, with the host that would learn of it.
        day.walk("j", " files.example.com");
        day.keys("s");
        day.sees("fetch this file? its host learns this");
        day.sees("from files.example.com");
        day.answer(ESCAPE);
        day.sees_no("fetch this file?");
        assert_eq!(day.desk.writes().len(), 0);
        day.keys("O");
        day.sees(" links and files ");
        day.keys(ESCAPE);
        day.sees_no(" links and files ");
        day.is_over();
    }
}

#[test]
fn words_are_found_in_the_thread_forwards_and_backwards() {
    for size in SIZES {
        let desk = Desk::new();
        talked(&desk);
        let day = Day::begin(desk, size, "1s");
        day.keys("5");
        day.sees("Zoe Fuchs");
        day.keys(ENTER);
        day.sees("lookup_order");
        day.keys("/");
        day.offered("search:");
        day.keys("label");
        day.keys(ENTER);
        day.told("hit 2 of 2");
        day.keys("\x10");
        day.told("hit 1 of 2");
        day.keys("\x0e");
        day.told("hit 2 of 2");
        // Over the end it goes on at the other one.
        day.keys("\x0e");
        day.told("hit 1 of 2");
        day.below_cursor("the label is torn");
        day.is_over();
    }
}

#[test]
fn a_transcript_goes_to_the_clipboard_without_what_the_team_noted() {
    let desk = Desk::new();
    talked(&desk);
    let day = Day::begin(desk, (120, 40), "1s");
    day.keys("5");
    day.sees("Zoe Fuchs");
    day.keys(ENTER);
    day.sees("lookup_order");
    day.sees("Second torn one");
    day.keys("yt");
    day.told("copied by the terminal (OSC 52): the transcript, without notes: 5 messages");
    let raw = String::from_utf8_lossy(&day.pty.raw()).into_owned();
    let (_, copied) = raw.rsplit_once("\x1b]52;c;").unwrap();
    let (copied, _) = copied.split_once('\x07').unwrap();
    let copied = String::from_utf8(STANDARD.decode(copied).unwrap()).unwrap();
    for said in ["with Zoe Fuchs", "| the label is torn", "| Which label?", "lookup_order", "torn.png"] {
        assert!(copied.contains(said), "{said:?} in {copied}");
    }
    assert!(!copied.contains("Second torn one"), "{copied}");
}
