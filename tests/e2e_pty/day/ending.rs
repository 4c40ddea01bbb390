//! Ending conversations and opening them again: what may be, what may not and why, and the way back.

use super::{Day, ENTER, ESCAPE, SEND, visitor};
use crate::desk::{Desk, SIZES};

/// Resolved, taken back after the fact, done again, opened, closed, opened, archived: each said, each at the server.
#[test]
fn what_was_ended_is_opened_again_and_ended_another_way() {
    let desk = Desk::new();
    let me = desk.member(0);
    let zoe = visitor(&desk, "Zoe Fuchs", "open", Some(&me));
    let day = Day::begin(desk, (120, 40), "1s");
    day.open("2", "Zoe Fuchs");
    day.keys("E");
    day.told("resolved ");
    assert_eq!(day.desk.status(&zoe), "resolved");
    day.sees("resolved \u{B7} you");

    // What u would do is said before it is done; the visitor sees it, so it waits its hold like everything else.
    day.offered("u reopen");
    day.keys("u");
    day.told("reopened ");
    assert_eq!(day.desk.status(&zoe), "open");
    day.keys("\x12");
    day.told("resolved ");
    assert_eq!(day.desk.status(&zoe), "resolved");

    day.keys("o");
    day.told("reopened ");
    assert_eq!(day.desk.status(&zoe), "open");
    day.keys("c");
    day.told("closed ");
    assert_eq!(day.desk.status(&zoe), "closed");
    day.keys("o");
    day.told("reopened ");
    assert_eq!(day.desk.status(&zoe), "open");

    // What is not documented is tried once; the refusal stands with its reason, and is known from then on.
    day.keys("sa");
    day.told("not archived: refused (400)");
    day.sees("\u{2502} not archived: refused (400)");
    assert_eq!(day.desk.status(&zoe), "open");
    day.keys("u");
    day.told("taken back: it does not archive");
    day.sees_no("\u{2502} not archived: refused");
    day.keys("sa");
    day.told("not archived: the platform refused that before");
    day.keys("c");
    day.told("closed ");
    day.keys("sa");
    day.told("archived ");
    assert_eq!(day.desk.status(&zoe), "archived");
    day.sees("archived \u{B7} you");
    day.is_over();
}

/// The chooser of statuses says why one does not go, and does not do it.
#[test]
fn a_status_that_is_not_to_be_had_says_why_and_sends_nothing() {
    for size in SIZES {
        let desk = Desk::new();
        let june = desk.waiting("June Park", 900.0);
        let day = Day::begin(desk, size, "1s");
        day.sees("June Park");
        day.keys("ss");
        day.sees(" for \u{201C}June Park\u{201D} ");
        day.sees("your first reply takes over");
        day.sees("it is that already");
        day.keys("open");
        day.sees_no("archived");
        day.keys(ENTER);
        day.keys(ESCAPE);
        day.sees_no(" for \u{201C}June Park\u{201D} ");
        // The two keys for it say the same.
        day.keys("s");
        day.sees("your first reply takes over");
        day.keys("o");
        day.told("not opened: your first reply takes over");
        assert!(day.requests("PATCH", "/conversations").is_empty());
        assert_eq!(day.desk.status(&june), "agent_requested");
        // One that goes: chosen by its name.
        day.keys("ss");
        day.sees(" for \u{201C}June Park\u{201D} ");
        day.keys("res");
        day.below_cursor("resolved");
        day.keys(ENTER);
        day.told("resolved ");
        assert_eq!(day.desk.status(&june), "resolved");
        day.is_over();
    }
}

/// A reply to what was resolved asks once, and opens it for the visitor to read.
#[test]
fn a_reply_to_a_resolved_conversation_reopens_it_after_a_question() {
    for size in SIZES {
        let desk = Desk::new();
        let me = desk.member(0);
        let zoe = visitor(&desk, "Zoe Fuchs", "resolved", Some(&me));
        let day = Day::begin(desk, size, "1s");
        day.open("6", "Zoe Fuchs");
        day.keys("r");
        day.sees("REPLY, visible, reopens: \u{201C}Zoe Fuchs\u{201D}");
        day.sees("resolved: sending reopens");
        day.keys("One more thing, Zoe.");
        day.sees("One more thing, Zoe.");
        day.keys(SEND);
        day.sees("it is resolved: sending reopens it.");
        day.answer(ESCAPE);
        day.sees_no("it is resolved: sending reopens it.");
        day.sees("\u{2503} One more thing, Zoe.");
        day.keys(SEND);
        day.sees("y sends, Esc does not");
        assert_eq!(day.desk.status(&zoe), "resolved", "nothing leaves before the answer");
        day.answer("y");
        day.told("sent ");
        assert_eq!(day.desk.status(&zoe), "open");
        assert_eq!(day.desk.count_of("One more thing, Zoe."), 1);
        day.sees("\u{258F} One more thing, Zoe.");
        day.is_over();
    }
}
