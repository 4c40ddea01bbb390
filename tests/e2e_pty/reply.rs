//! The main job: see who waits, open, reply, and see it arrive. And what stands around it.

use std::time::Duration;

use portable_pty::CommandBuilder;
use serde_json::json;

use crate::desk::{Desk, POLL, PROGRAM, SIZES, answer, quiet, quit, wait_at_server};
use crate::pty::{Pty, assert_clean};

/// The row that holds a text, from 0.
fn row_of(screen: &vt100::Screen, text: &str) -> Option<usize> {
    let (_, columns) = screen.size();
    screen.rows(0, columns).position(|row| row.contains(text))
}

#[test]
fn a_reply_takes_over_arrives_once_and_the_answer_comes_without_a_key() {
    for size in SIZES {
        let desk = Desk::new();
        let june = desk.waiting("June Park", 900.0);
        desk.waiting("Tomas Reyes", 120.0);
        let pty = desk.open(size);
        pty.wait_for_text("Tomas Reyes");
        pty.send("w");
        pty.wait_for_text("June Park");
        pty.send("\r");
        pty.wait_for_text("hello? anybody there?");
        pty.wait_for_text("needs a person");
        pty.send("r");
        pty.wait_for_text("REPLY, visible, takes over: \u{201C}June Park\u{201D}");
        pty.send("Hi June, I am Ada.");
        pty.wait_for_text("Hi June, I am Ada.");
        assert_eq!(desk.writes(), Vec::<serde_json::Value>::new(), "nothing leaves before the key for it");
        pty.send("\x13");
        pty.wait_for_text("held ");
        pty.wait_for_text("Up takes it back");
        assert_eq!(desk.status(&june), "agent_requested", "it waits its time");
        pty.wait_for("the reply in the thread, the marker before it", |screen| {
            let (marker, mine) =
                (row_of(screen, "A team member has joined"), row_of(screen, "\u{258F} Hi June, I am Ada."));
            row_of(screen, "\u{258F} You").is_some()
                && marker.is_some_and(|marker| mine.is_some_and(|mine| marker < mine))
        });
        pty.wait_for("the change of status", |screen| {
            let text = screen.contents();
            !text.contains("needs a person") && !text.contains("takes over") && text.contains("REPLY, visible")
        });
        assert_eq!(desk.status(&june), "open");
        assert_eq!(desk.count_of("Hi June, I am Ada."), 1);
        let said = desk.said(&june);
        let last: Vec<_> = said.iter().rev().take(2).map(|(role, text)| (role.as_str(), text.as_str())).collect();
        assert_eq!(
            last,
            [("assistant", "Hi June, I am Ada."), ("system", "A team member has joined the conversation.")]
        );
        desk.visitor_says(&june, "at last, thank you");
        pty.wait_for_text("at last, thank you");
        assert_eq!(desk.writes().len(), 1, "one request sent it");
        quit(&pty);
        pty.assert_restored();
        assert_clean(&pty.raw());
        assert!(!String::from_utf8_lossy(&pty.raw()).contains(desk.api_key()), "the key is never written");
    }
}

fn demo(size: (u16, u16)) -> Pty {
    let mut command = CommandBuilder::new(PROGRAM);
    quiet(&mut command);
    command.arg("demo");
    Pty::start(command, size)
}

#[test]
fn the_demos_hint_line_leads_to_a_reply_that_a_visitor_answers() {
    for size in SIZES {
        let pty = demo(size);
        pty.wait_for_text("demo: press w");
        pty.wait_for_text("DEMO");
        pty.wait_for_text("1 Waiting 7 ");
        pty.send("w");
        pty.wait_for_text("demo: Enter opens it");
        pty.send("\r");
        pty.wait_for_text("demo: r starts a reply");
        pty.send("r");
        pty.wait_for_text("demo: write, then ^S sends it");
        pty.send("Hello from the desk\x13");
        pty.wait_for_text("held ");
        pty.wait_for("the reply in the thread, and the lesson over", |screen| {
            row_of(screen, "\u{258F} Hello from the desk").is_some() && !screen.contents().contains("demo:")
        });
        pty.wait_within(POLL, "an answer below it, in the visitor's gutter", |screen| {
            let (_, columns) = screen.size();
            let rows: Vec<String> = screen.rows(0, columns).collect();
            let mine = rows.iter().position(|row| row.contains("\u{258F} Hello from the desk"));
            mine.is_some_and(|mine| rows.iter().skip(mine + 1).any(|row| row.contains("\u{258C} ")))
        });
        quit(&pty);
        pty.assert_restored();
        assert_clean(&pty.raw());
    }
}

#[test]
fn nothing_is_left_behind_by_the_demo() {
    let (home, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut command = CommandBuilder::new(PROGRAM);
    quiet(&mut command);
    for name in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"] {
        command.env(name, home.path());
    }
    command.env("TMPDIR", temporary.path());
    command.cwd(home.path());
    command.arg("demo");
    let pty = Pty::start(command, (120, 40));
    pty.wait_for_text("1 Waiting 7 ");
    pty.send("w\r");
    pty.wait_for_text("demo: r starts a reply");
    pty.send("r");
    pty.wait_for_text("REPLY, visible");
    pty.send("Hello\x13\x13");
    pty.wait_for_text("\u{258F} Hello");
    quit(&pty);
    for folder in [home.path(), temporary.path()] {
        let left: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn the_first_run_asks_once_who_of_the_members_one_is() {
    for size in SIZES {
        let desk = Desk::new();
        let mine = desk.conversation(json!({
            "status": "open", "contact_name": "Mine Already", "assigned_to": desk.member(1),
            "messages": [{ "who": "visitor", "text": "hello", "ago": 60.0 }],
        }));
        let pty = Pty::start(desk.command(), size);
        pty.wait_for_text("who are you?");
        pty.wait_for_text("none of these");
        pty.wait_for_text("Jonas Weber");
        choose(&pty, 1);
        pty.send("2");
        pty.wait_for_text("Mine Already");
        pty.send("1");
        // It is not asked again in this run, whatever is read later.
        pty.send("R");
        pty.wait_for_text("keys");
        assert!(!pty.screen_text().contains("who are you?"));
        assert_eq!(desk.status(&mine), "open");
        assert!(desk.writes().is_empty());
        quit(&pty);
    }
}

/// Chooses a line of the chooser; it hears nothing in its first moments.
fn choose(pty: &Pty, line: usize) {
    let name = "Jonas Weber";
    answer(pty, &"j".repeat(line));
    pty.wait_for("the cursor on the name", |screen| {
        let (_, columns) = screen.size();
        let (row, _) = screen.cursor_position();
        screen.rows(0, columns).nth(usize::from(row)).is_some_and(|row| row.contains(name))
    });
    pty.send("\r");
    pty.wait_for_text("this is the inbox of");
}

#[test]
fn nobody_of_the_members_may_be_chosen_too() {
    let desk = Desk::new();
    let pty = Pty::start(desk.command(), (80, 24));
    pty.wait_for_text("who are you?");
    answer(&pty, "\x1b");
    pty.wait_for("the chooser gone", |screen| !screen.contents().contains("who are you?"));
    pty.send("2");
    pty.wait_for_text("nobody was chosen as you");
    quit(&pty);
}

#[test]
fn quitting_with_a_draft_asks_and_only_y_leaves() {
    for size in SIZES {
        let desk = Desk::new();
        desk.waiting("June Park", 900.0);
        let pty = desk.open(size);
        pty.wait_for_text("June Park");
        pty.send("\r");
        pty.wait_for_text("hello? anybody there?");
        pty.send("r");
        pty.wait_for_text("REPLY, visible");
        pty.send("half a sentence");
        pty.wait_for_text("half a sentence");
        pty.send("\x1b");
        pty.wait_for("the composer left", |screen| !screen.contents().contains("REPLY, visible"));
        pty.send("\x1b");
        pty.wait_for("back in the list", |screen| screen.contents().contains("Enter open"));
        pty.send("q");
        pty.wait_for_text("1 draft will not be kept");
        pty.wait_for_text("y leaves, Esc stays");
        for key in ["n", "\r", "q", " ", "Y"] {
            pty.send(key);
        }
        answer(&pty, "\x1b");
        pty.wait_for("the question gone", |screen| !screen.contents().contains("will not be kept"));
        assert!(pty.is_running());
        pty.send("\r");
        pty.send("r");
        pty.wait_for_text("half a sentence");
        pty.send("\x1b");
        pty.wait_for("the composer left", |screen| !screen.contents().contains("REPLY, visible"));
        pty.send("\x1b");
        pty.wait_for("back in the list", |screen| screen.contents().contains("Enter open"));
        pty.send("q");
        pty.wait_for_text("will not be kept");
        answer(&pty, "y");
        assert_eq!(pty.wait_end().exit_code(), 0);
        pty.assert_restored();
        assert!(desk.writes().is_empty());
    }
}

/// The guard sees what polls have not brought: the lists and threads of a moment ago are answered until the reply.
#[test]
fn a_colleagues_answer_stops_the_send_which_shows_it_and_a_second_send_key_sends_anyway() {
    for size in SIZES {
        let desk = Desk::new();
        let june = desk.waiting("June Park", 900.0);
        let pty = desk.open(size);
        pty.wait_for_text("June Park");
        pty.send("\r");
        pty.wait_for_text("hello? anybody there?");
        pty.send("r");
        pty.wait_for_text("REPLY, visible");
        pty.send("a label is on its way");
        pty.wait_for_text("a label is on its way");
        desk.control(json!({ "colleague": { "conversation_id": june, "text": "I have it, says Mara" } }));
        pty.send("\x13");
        pty.wait_for_text("stopped: ");
        pty.wait_for("the colleague's line above the reply", |screen| {
            let (theirs, mine) = (row_of(screen, "I have it, says Mara"), row_of(screen, "a label is on its way"));
            theirs.is_some_and(|theirs| mine.is_some_and(|mine| theirs < mine))
        });
        assert_eq!(desk.count_of("a label is on its way"), 0);
        assert!(desk.writes().is_empty());
        // For 0.7 s a send key meant for the first sending does nothing.
        pty.let_pass(Duration::from_millis(750));
        pty.send("\x13");
        pty.wait_for("the stop gone", |screen| !screen.contents().contains("stopped: "));
        wait_at_server(&pty, "the reply at the server", || desk.count_of("a label is on its way") == 1);
        pty.wait_for_text("\u{258F} a label is on its way");
        assert_eq!(desk.writes().len(), 1);
        quit(&pty);
    }
}

#[test]
fn a_stopped_reply_can_be_taken_back_to_be_edited() {
    let desk = Desk::new();
    let june = desk.waiting("June Park", 900.0);
    let pty = desk.open((80, 24));
    pty.wait_for_text("June Park");
    pty.send("\r");
    pty.wait_for_text("hello? anybody there?");
    pty.send("r");
    pty.wait_for_text("REPLY, visible");
    pty.send("a label is on its way");
    desk.control(json!({ "colleague": { "conversation_id": june, "text": "I have it, says Mara" } }));
    pty.send("\x13");
    pty.wait_for_text("stopped: ");
    pty.send("\x1b[A");
    pty.wait_for("the text in the composer", |screen| {
        screen.contents().contains("\u{2503} a label is on its way") && !screen.contents().contains("stopped: ")
    });
    pty.send(", June\x13\x13");
    wait_at_server(&pty, "the reply at the server", || desk.count_of("a label is on its way, June") == 1);
    assert_eq!(desk.writes().len(), 1);
}

#[test]
fn a_held_reply_comes_back_with_its_cursor_and_is_never_sent() {
    let desk = Desk::new();
    let june = desk.waiting("June Park", 900.0);
    let pty = desk.open((120, 40));
    pty.wait_for_text("June Park");
    pty.send("\r");
    pty.wait_for_text("hello? anybody there?");
    pty.send("r");
    pty.wait_for_text("REPLY, visible");
    pty.send("one three\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x13");
    pty.wait_for_text("held ");
    pty.send("\x1b[A");
    pty.wait_for("no hold any more", |screen| !screen.contents().contains("held "));
    pty.send("two ");
    pty.wait_for("the word where the cursor stood", |screen| {
        screen.contents().contains("onetwo  three") || screen.contents().contains("one two three")
    });
    pty.send("\x1b");
    pty.wait_within(Duration::from_secs(60), "a poll after the hold", |_| {
        desk.control(json!({ "log": { "path": &june } }))["entries"].as_array().unwrap().len() > 3
    });
    assert!(desk.writes().is_empty());
}
