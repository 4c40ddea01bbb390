//! The first hours: who has waited longest, answering, what colleagues should know, the next one by itself.

use serde_json::json;

use super::{Day, ENTER, ESCAPE, SEND, names, visitor};
use crate::desk::{Desk, SIZES};

/// Nine acts on one visitor, and the next one comes by itself.
#[test]
fn whoever_has_waited_longest_is_answered_noted_tagged_passed_around_and_resolved() {
    for size in SIZES {
        let desk = Desk::new();
        let jonas = desk.member(1);
        let theirs = desk.conversation(json!({
            "status": "agent_requested", "contact_name": "Already Theirs", "assigned_to": jonas, "ago": 2_000.0,
            "messages": [{ "who": "visitor", "text": "is Jonas there?", "ago": 1_900.0 }],
        }));
        let june = desk.waiting("June Park", 900.0);
        desk.waiting("Tomas Reyes", 120.0);
        for name in ["VIP", "Refund", "Billing"] {
            desk.control(json!({ "tag": { "name": name } }));
        }
        let day = Day::begin(desk, size, "1s");
        day.sees("Tomas Reyes");
        day.sees("June Park");
        let (me, jonas) = (day.desk.member(0), day.desk.member(1));

        // The one who has waited longest and is nobody else's.
        day.keys("w");
        day.cursor_on("June Park");
        day.keys(ENTER);
        day.sees("hello? anybody there?");
        day.sees("needs a person, waiting 15m");

        // A reply: it says that it takes over, and makes the conversation mine.
        day.keys("r");
        day.sees("REPLY, visible, takes over: \u{201C}June Park\u{201D}");
        day.keys("Hello June, I am Mara.");
        day.sees("Hello June, I am Mara.");
        day.keys(SEND);
        day.told("sent ");
        day.sees("\u{258F} Hello June, I am Mara.");
        assert_eq!(day.desk.count_of("Hello June, I am Mara."), 1);
        assert_eq!(day.desk.status(&june), "open");
        assert_eq!(day.show(&june)["conversation"]["assigned_to"], json!(me), "the first reply makes it mine");
        day.keys(ESCAPE);

        // A note: its frame says who reads it, and no visitor does.
        day.keys("n");
        day.sees("NOTE, team only: \u{201C}June Park\u{201D}");
        day.sees("signed \u{201C}Mara\u{201D}");
        day.keys("Looks like transport damage.");
        day.sees("Looks like transport damage.");
        day.keys(SEND);
        day.told("note added ");
        let notes = day.show(&june)["notes"].clone();
        assert_eq!(notes.as_array().unwrap().len(), 1);
        assert_eq!(notes[0]["content"], json!("Looks like transport damage.\n\u{2014} Mara"));
        assert_eq!(day.desk.writes().len(), 1, "no message carries it");
        assert!(day.desk.said(&june).iter().all(|(_, text)| !text.contains("transport damage")));
        day.keys(ESCAPE);
        day.sees(if size.0 >= 120 { "Mara (signed)" } else { "note 1/1 Mara: Looks like" });

        // A tag by two letters; a new one with a colour; that one is deleted again, for everybody.
        day.keys("t");
        day.sees(" for \u{201C}June Park\u{201D} ");
        day.keys("vi");
        day.below_cursor("VIP");
        day.keys(ENTER);
        day.told("tags changed ");
        assert_eq!(names(&day.show(&june)["tags"]), ["VIP"]);
        day.keys("t");
        day.sees(" for \u{201C}June Park\u{201D} ");
        day.keys("Damaged");
        day.sees("create \u{201C}Damaged\u{201D}");
        day.keys(ENTER);
        day.sees("colour of the new tag");
        day.keys("gree");
        day.sees_no("magenta");
        day.keys(ENTER);
        day.at_server("both tags", &june, |shown| names(&shown["tags"]) == ["Damaged", "VIP"]);
        day.told("tags changed ");
        let palette = day.desk.control(json!({ "palette": {} }));
        let made = palette.as_array().unwrap().iter().find(|tag| tag["name"] == "Damaged").unwrap().clone();
        assert_eq!(made["color"], json!("#30a46c"));
        day.keys("t");
        day.sees(" for \u{201C}June Park\u{201D} ");
        day.keys("dam");
        day.below_cursor("Damaged");
        day.keys("\x04");
        day.sees("delete this tag for everybody?");
        day.sees("tag \u{201C}Damaged\u{201D}");
        day.answer("y");
        day.told("tag deleted: \u{201C}Damaged\u{201D}");
        assert_eq!(names(&day.show(&june)["tags"]), ["VIP"]);
        let palette = day.desk.control(json!({ "palette": {} }));
        assert_eq!(names(&palette), ["Billing", "Refund", "VIP"]);

        // To a colleague by two letters, to nobody, to me.
        day.keys("a");
        day.sees("assign to");
        day.keys("jw");
        day.sees_no("In\u{EA}s Duarte");
        day.keys(ENTER);
        day.told("assigned to \u{201C}Jonas Weber\u{201D}");
        assert_eq!(day.show(&june)["conversation"]["assigned_to"], json!(jonas));
        day.keys("a");
        day.sees("assign to");
        day.keys("no");
        day.keys(ENTER);
        day.told("assigned to nobody ");
        assert_eq!(day.show(&june)["conversation"]["assigned_to"], json!(null));
        day.keys("m");
        day.told("assigned to you ");
        assert_eq!(day.show(&june)["conversation"]["assigned_to"], json!(me));

        day.keys("ph");
        day.told("priority high ");
        assert_eq!(day.show(&june)["conversation"]["priority"], json!("high"));
        day.sees("open \u{B7} high \u{B7} you");

        // Resolved; the next one stands there by itself, and the hold goes on.
        day.keys("e");
        day.sees("needs a person, waiting 2m");
        day.sees("Tomas Reyes");
        day.told("resolved ");
        day.stands(&june, "status", "resolved");
        assert_eq!(day.desk.status(&theirs), "agent_requested", "what is a colleague's was left alone");
        assert_eq!(day.desk.writes().len(), 1);
        day.is_over();
    }
}

/// A hand-over is one act of three: the note, whose it is, how much it matters.
#[test]
fn a_conversation_is_handed_over_with_a_note_and_a_priority() {
    for size in SIZES {
        let desk = Desk::new();
        let june = desk.waiting("June Park", 900.0);
        let day = Day::begin(desk, size, "1s");
        day.sees("June Park");
        day.keys("H");
        day.sees("hand over to");
        day.keys("du");
        day.sees_no("Jonas Weber");
        day.keys(ENTER);
        day.sees("NOTE, team only, hands over: ");
        day.sees("to \u{201C}In\u{EA}s Duarte\u{201D}");
        day.keys("She wants the original card refunded.");
        day.sees("She wants the original card refunded.");
        day.keys("\x18p");
        day.sees("priority high, to \u{201C}In\u{EA}s Duarte\u{201D}");
        day.keys(SEND);
        day.stands(&june, "priority", "high");
        day.told("priority high ");
        let shown = day.show(&june);
        assert_eq!(shown["conversation"]["assigned_to"], json!(day.desk.member(2)));
        assert_eq!(shown["notes"][0]["content"], json!("She wants the original card refunded.\n\u{2014} Mara"));
        let order = day.changes(&june);
        assert!(order[0]["path"].as_str().unwrap().ends_with("/notes"), "the note goes first: {order:?}");
        assert!(day.desk.writes().is_empty(), "no visitor sees anything of it");
        day.sees("high \u{B7} \u{201C}In\u{EA}s Duar");
        // However much there is to undo, the way out is named where room is least.
        if size.0 < 80 {
            day.offered("Esc back");
        }
        day.is_over();
    }
}

/// What goes with a reply, and what follows it.
#[test]
fn a_reply_takes_a_file_along_and_another_one_resolves() {
    let desk = Desk::new();
    let june = desk.waiting("June Park", 900.0);
    let tomas = desk.waiting("Tomas Reyes", 120.0);
    let day = Day::begin(desk, (120, 40), "1s");
    day.sees("Tomas Reyes");
    day.keys("w\r");
    day.sees("hello? anybody there?");
    day.keys("r");
    day.sees("REPLY, visible");
    day.keys("the label is here:");
    day.sees("the label is here:");
    day.keys("\x18a");
    day.sees("attach: a public https address");
    day.keys("http://files.example.com/label.pdf");
    day.cursor_on("http://files.example.com/label.pdf");
    day.keys(ENTER);
    day.sees("the address of a file begins with https://");
    day.keys("\x01\x1b[C\x1b[C\x1b[C\x1b[Cs");
    day.cursor_on("https://files.example.com/label.pdf");
    day.keys(ENTER);
    day.sees_no("attach: a public");
    day.sees("files.example.com/label.pdf");
    day.keys(SEND);
    day.told("sent ");
    day.sees("file on files.example.com: label.pdf");
    let parts = day.show(&june)["messages"].as_array().unwrap().last().unwrap()["parts"].clone();
    assert!(parts.to_string().contains("https://files.example.com/label.pdf"), "{parts}");

    day.keys("Then all is well. Goodbye, June.");
    day.sees("Then all is well. Goodbye, June.");
    day.keys("\x18r");
    day.sees("needs a person, waiting 2m");
    day.at_server("the reply before the end", &june, |shown| shown["conversation"]["status"] == "resolved");
    assert_eq!(day.desk.count_of("Then all is well. Goodbye, June."), 1);
    day.told("resolved ");
    assert_eq!(day.desk.status(&tomas), "agent_requested");
    day.is_over();
}

/// Where the bot stands in between: taken over by a key, or by the reply itself, after a question each.
#[test]
fn the_bots_conversations_are_taken_over_after_a_question() {
    for size in SIZES {
        let desk = Desk::new();
        let zoe = visitor(&desk, "Zoe Fuchs", "bot_active", None);
        let olga = visitor(&desk, "Olga Lind", "bot_active", None);
        let day = Day::begin(desk, size, "1s");
        day.open("5", "Zoe Fuchs");
        day.sees("the bot answers");
        day.keys("T");
        day.sees("take over from the bot? it can't be given back");
        day.answer(ESCAPE);
        day.sees_no("take over from the bot?");
        assert_eq!(day.desk.status(&zoe), "bot_active", "Esc does nothing");
        day.keys("T");
        day.sees("y takes over, Esc does not");
        day.answer("y");
        day.told("taken over ");
        day.stands(&zoe, "status", "open");

        day.open("5", "Olga Lind");
        day.keys("r");
        day.sees("REPLY, visible, takes over");
        day.keys("Mara here, a person.");
        day.sees("Mara here, a person.");
        day.keys(SEND);
        day.sees("the bot is answering: sending takes over");
        assert!(day.desk.writes().is_empty(), "it is asked before anything leaves");
        day.answer("y");
        day.told("sent ");
        day.stands(&olga, "status", "open");
        assert_eq!(day.desk.count_of("Mara here, a person."), 1);
        assert_eq!(day.joined(&olga), 1, "the visitor reads once that somebody joined");
        day.is_over();
    }
}
