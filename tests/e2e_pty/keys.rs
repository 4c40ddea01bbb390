//! Bytes that are no keys run nothing; keys that come at once do what each of them does, and never send by accident.

use serde_json::json;

use crate::desk::{Desk, answer};
use crate::pty::Pty;

/// Ages that do not change while a test runs: three and a half hours.
const LONG_AGO: f64 = 12_600.0;

/// What terminals answer to questions that we or others asked them, and what they report by themselves.
const ANSWERS: &[(&str, &[u8])] = &[
    ("primary attributes", b"\x1b[?62;22;52c"),
    ("secondary attributes", b"\x1b[>41;354;0c"),
    ("cursor position", b"\x1b[24;80R"),
    ("status", b"\x1b[0n"),
    ("mode report", b"\x1b[?2026;2$y"),
    ("keyboard flags", b"\x1b[?1u"),
    ("window size", b"\x1b[8;24;80t"),
    ("background, string terminator", b"\x1b]11;rgb:0000/1111/2222\x1b\\"),
    ("background, bell", b"\x1b]11;rgb:0000/1111/2222\x07"),
    ("clipboard", b"\x1b]52;c;cXEyMnI0cg==\x1b\\"),
    ("version", b"\x1bP>|tmux 3.4\x1b\\"),
    ("capability", b"\x1bP1+r544e=787465726d\x1b\\"),
    ("graphics", b"\x1b_Gi=31;OK\x1b\\"),
    ("mouse", b"\x1b[<0;12;7M"),
    ("focus", b"\x1b[O\x1b[I"),
];

/// Two who wait, in the list.
fn list(size: (u16, u16)) -> (Desk, Pty) {
    let desk = Desk::new();
    desk.waiting("June Park", LONG_AGO);
    desk.waiting("Tomas Reyes", LONG_AGO - 100.0);
    let pty = desk.open(size);
    pty.wait_for_text("Tomas Reyes");
    // All that is read at the start is on the screen.
    pty.wait_for("two certain rows and a thread", |screen| {
        let text = screen.contents();
        !text.contains('~') && text.matches("\u{25B8} hello?").count() == 2 && text.contains("needs a person")
    });
    (desk, pty)
}

/// Everything below the status bar, with nothing at the ends of rows.
fn below_the_bar(screen: &vt100::Screen) -> Vec<String> {
    let (_, columns) = screen.size();
    screen.rows(0, columns).skip(1).map(|row| row.trim_end().to_owned()).collect()
}

/// Lets the program draw once more, so that it has read what was typed before.
fn draw_again(pty: &Pty, rows: u16) {
    pty.resize(80, rows);
    pty.wait_for("the hints on the last row", |screen| {
        below_the_bar(screen).last().is_some_and(|row| row.contains("? keys")) && screen.size().0 == rows
    });
}

/// The terminal is taken anew, and with that the time begins anew in which its answers may come in pieces.
fn take_anew(pty: &Pty, times: usize) {
    pty.send("\x1a");
    pty.wait_for_bytes(b"\x1b[?1049h", times);
}

#[test]
fn the_terminals_answers_run_nothing_whole_or_split_at_any_byte_s6() {
    let (desk, pty) = list((80, 24));
    let before = below_the_bar(&pty.screen());
    for (turn, (name, answer)) in ANSWERS.iter().enumerate() {
        take_anew(&pty, turn + 2);
        pty.send(answer);
        for cut in 1..answer.len() {
            let (first, rest) = answer.split_at(cut);
            pty.send(first);
            draw_again(&pty, 25);
            pty.send(rest);
            draw_again(&pty, 24);
            assert_eq!(below_the_bar(&pty.screen()), before, "{name}, cut at {cut}");
        }
    }
    assert!(desk.writes().is_empty());
    // Keys are still keys.
    pty.send("2");
    pty.wait_for_text("nothing is assigned to you");
}

#[test]
fn the_terminals_answers_are_no_text_either_s6() {
    let (desk, pty) = list((80, 24));
    pty.send("rmy draft");
    pty.wait_for_text("my draft");
    for (_, answer) in ANSWERS {
        pty.send(answer);
    }
    pty.send(" goes on");
    pty.wait_for_text("\u{2503} my draft goes on ");
    assert!(desk.writes().is_empty());
}

#[test]
fn a_burst_of_letters_runs_nothing_and_offers_a_reply_s6() {
    let burst: String = "abcdefghijklmopqstuvwxyz".chars().cycle().take(200).collect();
    let (desk, pty) = list((120, 40));
    let before = below_the_bar(&pty.screen());
    pty.send(&burst);
    pty.wait_for_text("start a reply with 200 pasted characters?");
    answer(&pty, "\x1b");
    pty.wait_for("the question gone", |screen| !screen.contents().contains("pasted characters"));
    assert_eq!(below_the_bar(&pty.screen()), before);
    let statuses = desk.control(json!({ "list": { "status": "agent_requested" } }));
    assert_eq!(statuses["conversations"].as_array().unwrap().len(), 2);

    // Taken as a reply it is text, all of it.
    pty.send(&burst);
    pty.wait_for_text("start a reply with 200 pasted characters?");
    answer(&pty, "y");
    pty.wait_for("the composer", |screen| screen.contents().contains("REPLY, visible"));
    // Wrapped at any place, but in order and complete.
    pty.wait_for("all of it in the composer", |screen| {
        let rows = below_the_bar(screen);
        let inside = rows.iter().filter_map(|row| row.split('\u{2503}').nth(1));
        inside.map(str::trim).collect::<String>() == burst
    });
    assert!(desk.writes().is_empty());
}

#[test]
fn a_burst_that_begins_with_r_is_a_reply_in_every_status_and_nothing_else() {
    for status in ["bot_active", "agent_requested", "open", "resolved", "closed", "archived", "escalated_twice"] {
        let desk = Desk::new();
        // No list by status holds one that nobody knows; but a listed conversation may say anything.
        let stored = if status == "escalated_twice" { "open" } else { status };
        let id = desk.conversation(json!({
            "status": stored, "contact_name": "June Park", "ago": LONG_AGO,
            "messages": [{ "who": "visitor", "text": "anybody there?", "ago": LONG_AGO }],
        }));
        if stored != status {
            desk.control(json!({ "plant": { "conversation_id": id, "fields": { "status": status } } }));
        }
        let pty = desk.open((80, 24));
        pty.wait_for_text("2 Mine 0");
        if !matches!(status, "agent_requested" | "open") {
            pty.send("7");
        }
        pty.wait_for_text("June Park");
        pty.wait_for_text("anybody there?");
        pty.send("rplease help");
        pty.wait_for_text("\u{2503} please help ");
        pty.wait_for_text("REPLY, visible");
        assert!(desk.writes().is_empty(), "{status}");
        assert_eq!(desk.status(&id), status, "nothing happened to it");
        // The send key alone sends; where sending does more than that it asks first, and nothing leaves.
        pty.send("\x13");
        match status {
            "bot_active" => pty.wait_for_text("sending takes over, and it"),
            "resolved" | "closed" | "archived" => pty.wait_for_text(&format!("it is {status}: sending reopens it")),
            _ => pty.wait_for_text("held "),
        }
        assert!(pty.screen_text().contains("please help"), "{status}");
        assert!(desk.writes().is_empty(), "{status}");
    }
}

#[test]
fn escape_and_a_key_in_one_read_are_two_keys_and_send_nothing() {
    // In the list: Escape does nothing there, the key does what it does.
    let (desk, pty) = list((120, 40));
    pty.send("\x1bj");
    pty.wait_for("the second row's thread", |screen| below_the_bar(screen)[0].contains("\u{2502} Tomas Reyes"));
    pty.send("\x1bk");
    pty.wait_for("the first row's thread", |screen| below_the_bar(screen)[0].contains("\u{2502} June Park"));
    pty.send("\x1b\r");
    pty.wait_for_text("Esc back");
    pty.send("\x1b");
    pty.wait_for_text("Enter open");
    pty.send("\x1br");
    pty.wait_for_text("REPLY, visible");
    pty.send("half a sentence");
    pty.wait_for_text("half a sentence");

    // In the composer: it is left with its text, and the key acts on the thread.
    pty.send("\x1b\r");
    pty.wait_for("the composer left", |screen| !screen.contents().contains("REPLY, visible"));
    pty.send("r");
    pty.wait_for_text("half a sentence");
    pty.send("\x1bj");
    pty.wait_for("the composer left", |screen| !screen.contents().contains("REPLY, visible"));
    pty.send("r");
    pty.wait_for_text("\u{2503} half a sentence ");
    pty.send("\x1br");
    pty.send(" and more");
    pty.wait_for_text("\u{2503} half a sentence and more ");
    assert!(!pty.screen_text().contains("held "));
    assert!(desk.writes().is_empty());
}

#[test]
fn a_held_enter_key_opens_and_nothing_more() {
    let (desk, pty) = list((80, 24));
    pty.send("\r".repeat(60));
    pty.wait_for_text("Esc back");
    assert!(!pty.screen_text().contains("pasted"));
    pty.send("r");
    pty.wait_for_text("REPLY, visible");
    pty.send("\r".repeat(60));
    pty.send("end");
    pty.wait_for_text("end");
    assert!(desk.writes().is_empty());
}
