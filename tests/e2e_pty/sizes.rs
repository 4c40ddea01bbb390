//! Any size is drawn, at any moment; nothing that is typed meanwhile is lost.

use rustix::process::Signal;
use serde_json::json;

use crate::desk::{Desk, answer, quit};
use crate::pty::{Pty, assert_clean};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.waiting("June Park", 900.0);
    desk.waiting("小林 さくら", 600.0);
    desk
}

/// What has to be on a screen of this size, whatever it shows.
fn is_drawn(screen: &vt100::Screen) -> bool {
    let (rows, columns) = screen.size();
    let mut lines = screen.rows(0, columns);
    let first = lines.next().unwrap_or_default();
    if columns < 40 || rows < 10 {
        // One line, cut to fit, and nothing of what was there before.
        let words = "REPLY, visible: no room to write here";
        let shown: String = words.chars().take(usize::from(columns).min(9)).collect();
        return first.starts_with(shown.trim_end()) && lines.all(|line| line.trim().is_empty());
    }
    lines.last().is_some_and(|line| line.contains('?') || line.contains("Esc") || line.contains("^S"))
}

#[test]
fn every_size_is_drawn_and_keys_are_answered_after_it() {
    let desk = desk();
    let pty = desk.open((80, 24));
    pty.wait_for_text("小林");
    pty.send("r");
    pty.wait_for_text("REPLY, visible");
    let mut typed = String::new();
    for (at, (columns, rows)) in
        [(0, 0), (1, 1), (2, 2), (14, 5), (20, 5), (40, 10), (80, 24), (500, 200), (0, 24), (80, 0), (1, 200), (500, 1)]
            .into_iter()
            .enumerate()
    {
        pty.resize(columns, rows);
        if columns >= 3 && rows >= 1 {
            pty.wait_for(&format!("a drawing at {columns}x{rows}"), is_drawn);
        }
        let word = format!("w{at} ");
        pty.send(&word);
        typed.push_str(&word);
        if columns >= 40 && rows >= 10 {
            pty.wait_for_text(word.trim_end());
        }
    }
    pty.resize(120, 40);
    pty.wait_for_text(typed.trim_end());
    assert!(desk.writes().is_empty());
    end(&pty);
}

/// Ends the program whatever lies there, and looks at all that it wrote.
fn end(pty: &Pty) {
    assert!(pty.is_running());
    pty.signal(Signal::TERM);
    pty.wait_end();
    pty.assert_restored();
    assert_clean(&pty.raw());
}

#[test]
fn the_popups_are_drawn_at_every_size() {
    let desk = desk();
    for members in 0..12 {
        desk.control(json!({ "add_member": { "first_name": format!("Member {members}") } }));
    }
    let pty = Pty::start(desk.command(), (80, 24));
    pty.wait_for_text("who are you?");
    let sizes = [(0, 0), (1, 1), (2, 2), (14, 5), (20, 5), (40, 10), (41, 11), (80, 12), (500, 200)];
    for (columns, rows) in sizes {
        pty.resize(columns, rows);
        pty.send("j");
        if columns >= 40 && rows >= 10 {
            pty.wait_for("the chooser", |screen| screen.contents().contains("who are you?"));
        }
    }
    pty.resize(80, 24);
    pty.wait_for_text("who are you?");
    answer(&pty, "\x1b");
    pty.wait_for("the chooser gone", |screen| !screen.contents().contains("who are you?"));
    pty.send("?");
    pty.wait_for_text("keys that work here");
    for (columns, rows) in sizes {
        pty.resize(columns, rows);
        pty.send("j");
        if columns >= 40 && rows >= 10 {
            pty.wait_for_text("keys that work here");
        }
    }
    pty.resize(80, 24);
    pty.wait_for_text("keys that work here");
    pty.send("q");
    pty.wait_for("the help gone", |screen| !screen.contents().contains("keys that work here"));
    // A question, too, and its answer in the one line of a small screen.
    pty.send("\x1b[200~words\x1b[201~");
    for (columns, rows) in sizes {
        pty.resize(columns, rows);
        if columns >= 40 || (columns >= 14 && rows >= 1) {
            pty.wait_for_text("start a reply");
        }
    }
    pty.resize(20, 5);
    pty.wait_for_text("start a reply");
    answer(&pty, "\x1b");
    pty.wait_for("the question gone", |screen| !screen.contents().contains("start a reply"));
    pty.resize(80, 24);
    quit(&pty);
    pty.assert_restored();
    assert_clean(&pty.raw());
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u16 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u16::try_from(self.0 % limit).unwrap()
    }
}

#[test]
fn two_hundred_random_resizes_lose_nothing_that_is_typed() {
    let desk = desk();
    let pty = desk.open((120, 40));
    pty.wait_for_text("小林");
    pty.send("r");
    pty.wait_for_text("REPLY, visible");
    let mut dice = Dice(0x0123_4567_89AB_CDEF);
    let mut typed = String::new();
    for turn in 0..200 {
        let (columns, rows) =
            if turn % 5 == 0 { (dice.below(500), dice.below(200)) } else { (dice.below(130), dice.below(45)) };
        pty.resize(columns, rows);
        let letter = char::from(b'a' + u8::try_from(dice.below(26)).unwrap());
        let text = if turn % 7 == 0 { "漢".to_owned() } else { letter.to_string() };
        pty.send(&text);
        typed.push_str(&text);
        if turn % 10 == 9 {
            // Out, a popup over the thread, more sizes, and back. Each key that leads elsewhere waits until the one
            // before it was heard: many letters in one read outside a text field would be a paste (security, S6).
            pty.resize(100, 30);
            pty.wait_for("the composer", |screen| screen.contents().contains("REPLY, visible"));
            pty.send("\x1b");
            pty.wait_for("the composer is left", |screen| !screen.contents().contains("REPLY, visible"));
            pty.send("?");
            pty.wait_for_text("keys that work here");
            pty.resize(dice.below(130), dice.below(45));
            pty.send("jjk");
            pty.resize(dice.below(60), dice.below(20));
            pty.resize(100, 30);
            pty.wait_for_text("keys that work here");
            pty.send("\x1b");
            pty.wait_for("the popup is gone", |screen| !screen.contents().contains("keys that work here"));
            pty.send("r");
            pty.wait_for_text("REPLY, visible");
        }
    }
    pty.resize(500, 60);
    pty.wait_for("everything that was typed, in one row", |screen| screen.contents().contains(&typed));
    pty.send("!");
    pty.wait_for("an answer to one more key", |screen| screen.contents().contains(&format!("{typed}!")));
    assert!(desk.writes().is_empty());
    end(&pty);
}
