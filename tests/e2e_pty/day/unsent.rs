//! What has not gone out, or nobody knows whether it has: the hold, the outbox, drafts, the log.

use serde_json::{Value, json};

use super::{Day, ENTER, ESCAPE, SEND, visitor};
use crate::desk::{Desk, SIZES};

/// During its hold an act is taken back with one key, and never was.
#[test]
fn what_is_held_is_taken_back_and_never_leaves() {
    for size in SIZES {
        let desk = Desk::new();
        let me = desk.member(0);
        let zoe = visitor(&desk, "Zoe Fuchs", "open", Some(&me));
        let day = Day::begin(desk, size, "60s");
        day.open("2", "Zoe Fuchs");
        day.keys("E");
        day.sees("resolve: held ");
        day.keys("u");
        day.told("taken back: it does not resolve \u{201C}Zoe Fuchs\u{201D}");
        day.sees_no("resolve: held ");
        day.keys("r");
        day.sees("REPLY, visible: \u{201C}Zoe Fuchs\u{201D}");
        day.keys("not quite right");
        day.sees("not quite right");
        day.keys(SEND);
        day.sees("held ");
        day.keys(ESCAPE);
        day.sees_no("REPLY, visible");
        day.keys("u");
        day.told("taken back, not sent; it is a draft again");
        day.keys("r");
        day.sees("\u{2503} not quite right");
        assert!(day.desk.writes().is_empty());
        assert!(day.requests("PATCH", &zoe).is_empty());
        day.is_over();
    }
}

/// One that was refused and one that is held, in the outbox: sent again, and a draft again. The log has the rest.
#[test]
fn the_outbox_sends_again_what_was_refused_and_makes_a_draft_of_what_is_held() {
    for size in SIZES {
        let desk = Desk::new();
        let me = desk.member(0);
        let zoe = visitor(&desk, "Zoe Fuchs", "open", Some(&me));
        let olga = visitor(&desk, "Olga Lind", "open", Some(&me));
        desk.control(json!({ "fault": {
            "kind": "status", "status": 422, "code": "validation_error", "method": "POST", "path": "/messages",
        } }));
        let day = Day::begin(desk, size, "60s");
        day.open("2", "Zoe Fuchs");
        day.keys("r");
        day.sees("REPLY, visible: \u{201C}Zoe Fuchs\u{201D}");
        day.keys("first try");
        day.sees("first try");
        day.keys(SEND);
        day.sees("held ");
        day.keys(SEND);
        day.sees("not sent: refused (422)");
        day.keys(ESCAPE);
        day.open("2", "Olga Lind");
        day.keys("r");
        day.sees("REPLY, visible: \u{201C}Olga Lind\u{201D}");
        day.keys("still thinking");
        day.sees("still thinking");
        day.keys(SEND);
        day.sees("held ");
        day.keys(ESCAPE);
        day.sees_no("REPLY, visible");

        day.keys("gq");
        day.sees(" outbox ");
        day.sees("held ");
        day.cursor_on("not sent: refused (4");
        day.keys("r");
        // What came of it is said although the list stays open.
        day.told("sent ");
        assert_eq!(day.desk.count_of("first try"), 1);
        day.cursor_on("Olga Lind");
        day.keys("d");
        day.sees("nothing is on its way");
        day.told("a draft again, not sent");
        day.keys(ESCAPE);
        day.sees_no(" outbox ");
        assert_eq!(day.desk.count_of("still thinking"), 0);

        day.keys("gd");
        day.sees(" drafts ");
        day.cursor_on("Olga Lind");
        day.sees("still thinking");
        day.keys(ENTER);
        day.sees("REPLY, visible: \u{201C}Olga Lind\u{201D}");
        day.sees("\u{2503} still thinking");
        day.keys(ESCAPE);
        day.sees_no("REPLY, visible");

        day.keys("gl");
        day.sees(" log ");
        day.sees("refused");
        day.sees("taken back");
        day.sees("done");
        if size.0 >= 80 {
            let asked = day.requests("POST", &format!("{zoe}/messages"));
            assert_eq!(asked.len(), 2, "{asked:?}");
            for request in &asked {
                day.sees(request["request_id"].as_str().unwrap());
            }
        }
        assert_eq!(day.desk.status(&olga), "open");
        day.is_over();
    }
}

/// The connection breaks after the server has a change: it is looked up, and what stands is right in the end.
#[test]
fn a_change_whose_answer_is_lost_is_looked_up_and_stands_once() {
    for size in SIZES {
        let desk = Desk::new();
        let me = desk.member(0);
        let zoe = visitor(&desk, "Zoe Fuchs", "open", Some(&me));
        desk.control(json!({ "fault": { "kind": "reset_after_accept", "method": "PATCH" } }));
        let day = Day::begin(desk, size, "1s");
        day.open("2", "Zoe Fuchs");
        day.keys("ph");
        day.told("priority high ");
        day.sees("open, waiting 10m \u{B7} high \u{B7} you");
        assert_eq!(day.show(&zoe)["conversation"]["priority"], json!("high"));
        let asked = day.requests("PATCH", &zoe);
        assert_eq!(asked.iter().filter(|it| it["accepted"] == Value::Bool(true)).count(), 1, "{asked:?}");
        day.keys("gl");
        day.sees(" log ");
        day.sees("not known");
        day.cursor_on("done");
        day.keys(ESCAPE);
        day.sees_no(" log ");
        // And it has its way back like any other.
        day.keys("u");
        day.told("priority medium ");
        assert_eq!(day.show(&zoe)["conversation"]["priority"], json!("medium"));
        day.is_over();
    }
}
