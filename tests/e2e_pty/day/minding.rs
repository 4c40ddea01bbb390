//! Keeping the records right: the fields beside a thread, the same once more elsewhere, an action by its name.

use serde_json::json;

use super::{Day, ENTER, ESCAPE, names, visitor};
use crate::desk::{Desk, SIZES};

/// The title and the e-mail address, edited where they stand. What the server refuses is told in its words.
#[test]
fn title_and_e_mail_are_edited_in_the_sidebar_and_the_servers_words_name_the_field() {
    for size in SIZES {
        let desk = Desk::new();
        let me = desk.member(0);
        let zoe = visitor(&desk, "Zoe Fuchs", "open", Some(&me));
        let day = Day::begin(desk, size, "1s");
        day.open("2", "Zoe Fuchs");
        day.keys("v");
        day.sees("CONTACT");
        day.walk("j", "no title");
        day.keys(ENTER);
        day.sees(" of \u{201C}Zoe Fuchs\u{201D} ");
        day.keys("Order 4421");
        day.cursor_on("Order 4421");
        day.keys(ENTER);
        day.told("title changed ");
        assert_eq!(day.show(&zoe)["conversation"]["title"], json!("Order 4421"));
        day.cursor_on("Order 4421");

        day.walk("k", "no e-mail");
        day.keys(ENTER);
        day.sees(" of \u{201C}Zoe Fuchs\u{201D} ");
        day.keys("zoe");
        day.cursor_on("zoe");
        day.keys(ENTER);
        day.sees("an e-mail address has one @ and no blanks");
        assert!(day.requests("PATCH", &zoe).len() == 1, "that is not even asked");
        day.keys("@example");
        day.cursor_on("zoe@example");
        day.keys(ENTER);
        // It looks right here; the server knows better.
        day.told("e-mail not changed: refused (400)");
        assert_eq!(day.show(&zoe)["conversation"]["contact_email"], json!(null));
        day.keys(ESCAPE);
        if size.0 < 80 {
            day.sees("this is Zoe Fuchs speaking");
        }
        // Why, whole, where there is room for it; what it was is not said twice.
        day.sees("e-mail not changed: refused (400):");
        day.sees_no("change the e-mail: ");
        day.sees("contact_email: \u{201C}Invalid");
        day.keys("u");
        day.told("taken back: it does not change the e-mail");
        day.sees_no("contact_email: ");
        day.keys("v");
        day.sees("CONTACT");
        day.cursor_on("no e-mail");
        day.keys(ENTER);
        day.sees(" of \u{201C}Zoe Fuchs\u{201D} ");
        day.keys("zoe@example.com");
        day.cursor_on("zoe@example.com");
        day.keys(ENTER);
        day.told("e-mail changed ");
        assert_eq!(day.show(&zoe)["conversation"]["contact_email"], json!("zoe@example.com"));
        day.cursor_on("zoe@example.com");
        day.is_over();
    }
}

/// What was done to one is done to the next with one key; what was taken back comes back with another.
#[test]
fn an_act_is_repeated_on_another_conversation_undone_and_redone() {
    let desk = Desk::new();
    let me = desk.member(0);
    let zoe = visitor(&desk, "Zoe Fuchs", "open", Some(&me));
    let olga = visitor(&desk, "Olga Lind", "open", Some(&me));
    desk.control(json!({ "tag": { "name": "VIP" } }));
    let day = Day::begin(desk, (120, 40), "1s");
    day.open("2", "Zoe Fuchs");
    day.keys("t");
    day.sees(" for \u{201C}Zoe Fuchs\u{201D} ");
    day.keys("vi");
    day.below_cursor("VIP");
    day.keys(ENTER);
    day.told("tags changed ");
    assert_eq!(names(&day.show(&zoe)["tags"]), ["VIP"]);
    day.open("2", "Olga Lind");
    day.keys(".");
    day.at_server("the same tag", &olga, |shown| names(&shown["tags"]) == ["VIP"]);
    day.sees("VIP");
    day.keys("pl");
    day.told("priority low ");
    day.keys("u");
    day.stands(&olga, "priority", "medium");
    day.told("priority medium ");
    day.keys("\x12");
    day.stands(&olga, "priority", "low");
    day.told("priority low ");
    // Once more: what comes before it.
    day.keys("u");
    day.stands(&olga, "priority", "medium");
    day.told("priority medium ");
    // What it would do now is said with the tag's name.
    day.offered("u take the tag \u{201C}VIP\u{201D} off");
    day.keys("u");
    day.at_server("no tag", &olga, |shown| names(&shown["tags"]).is_empty());
    assert_eq!(names(&day.show(&zoe)["tags"]), ["VIP"], "the other one keeps it");
    day.is_over();
}

/// Who does not know the key knows the name.
#[test]
fn the_palette_runs_an_action_by_its_name() {
    for size in SIZES {
        let desk = Desk::new();
        let me = desk.member(0);
        let zoe = visitor(&desk, "Zoe Fuchs", "open", Some(&me));
        let day = Day::begin(desk, size, "1s");
        day.open("2", "Zoe Fuchs");
        day.keys(":");
        day.sees(" actions ");
        day.keys("priority l");
        day.below_cursor("priority low");
        day.keys(ENTER);
        day.told("priority low ");
        assert_eq!(day.show(&zoe)["conversation"]["priority"], json!("low"));
        day.keys(":");
        day.sees(" actions ");
        day.keys("nobody knows this");
        day.sees("nothing fits what was typed");
        day.keys(ESCAPE);
        day.sees_no(" actions ");
        day.is_over();
    }
}
