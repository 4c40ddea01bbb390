//! A paste never sends and never acts, whatever it holds; its bytes arrive whole.

use crate::desk::{Desk, answer, wait_at_server};
use crate::pty::Pty;

fn composing() -> (Desk, Pty) {
    let desk = Desk::new();
    desk.waiting("June Park", 900.0);
    let pty = desk.open((120, 40));
    pty.wait_for_text("June Park");
    pty.wait_for_text("anybody there?");
    pty.send("r");
    pty.wait_for_text("REPLY, visible");
    (desk, pty)
}

fn paste(pty: &Pty, text: &str) {
    pty.send(format!("\x1b[200~{text}\x1b[201~"));
}

/// Sends what is in the composer, and reads it back at the server.
fn send(desk: &Desk, pty: &Pty, text: &str) {
    assert!(desk.writes().is_empty(), "nothing was sent by the paste");
    pty.send("\x13");
    pty.wait_for_text("held ");
    pty.send("\x13");
    wait_at_server(pty, "exactly the text that was drawn", || desk.count_of(text) == 1);
    assert_eq!(desk.writes().len(), 1);
}

#[test]
fn seven_lines_are_one_draft() {
    let (desk, pty) = composing();
    paste(&pty, "one\rtwo\rthree\rfour\rfive\rsix\rseven");
    for line in ["one", "two", "three", "four", "five", "six", "seven"] {
        pty.wait_for_text(&format!("\u{2503} {line} "));
    }
    send(&desk, &pty, "one\ntwo\nthree\nfour\nfive\nsix\nseven");
}

#[test]
fn a_line_with_its_end_is_not_sent() {
    let (desk, pty) = composing();
    paste(&pty, "secret\n");
    pty.wait_for_text("\u{2503} secret ");
    pty.send("kept");
    pty.wait_for_text("\u{2503} kept ");
    send(&desk, &pty, "secret\nkept");
}

#[test]
fn a_paste_that_ends_itself_is_text_to_its_end_and_sent_as_drawn_s3() {
    let (desk, pty) = composing();
    paste(&pty, "rm -rf x\n\x1b[201~\x13\rqy");
    pty.wait_for_text("\u{2503} rm -rf x ");
    // The mark of the end itself is gone; what stood for keys is drawn and stays.
    pty.wait_for_text("\u{2413}");
    pty.wait_for_text("\u{2503} qy ");
    pty.wait_for_text("pasted as visible marks");
    send(&desk, &pty, "rm -rf x\n\u{2413}\nqy");
}

#[test]
fn two_pastes_in_a_row_are_both_there_and_nothing_of_their_marks() {
    let (desk, pty) = composing();
    pty.send("\x1b[200~first, \x1b[201~\x1b[200~second\x1b[201~");
    pty.wait_for_text("\u{2503} first, second ");
    pty.send(" typed");
    pty.wait_for_text("\u{2503} first, second typed ");
    send(&desk, &pty, "first, second typed");
}

#[test]
fn without_paste_marks_lines_are_lines_too() {
    let (desk, pty) = composing();
    pty.send("a\rb\r");
    pty.wait_for_text("\u{2503} b ");
    assert!(desk.writes().is_empty());
    pty.send("\x1b");
    pty.wait_for("the composer left", |screen| !screen.contents().contains("REPLY, visible"));
    pty.send("a\rb\r");
    pty.send("r");
    pty.wait_for_text("\u{2503} b ");
    assert!(desk.writes().is_empty());
}

#[test]
fn a_makefile_keeps_its_tabs() {
    let (desk, pty) = composing();
    paste(&pty, "all: x.o\n\tcc -o x x.o\n");
    pty.wait_for_text("cc -o x x.o");
    pty.send("# end");
    pty.wait_for_text("# end");
    send(&desk, &pty, "all: x.o\n\tcc -o x x.o\n# end");
}

#[test]
fn a_megabyte_arrives_whole_and_typing_goes_on() {
    let desk = Desk::new();
    desk.waiting("June Park", 900.0);
    let pty = desk.open((120, 40));
    pty.wait_for_text("June Park");
    pty.wait_for_text("anybody there?");
    // Outside of the composer it is offered with its count.
    let line = "0123456789 äöü 漢字, and some words besides\r";
    let mut text: String = line.chars().cycle().take(999_988).collect();
    text.push_str("\rthe very end");
    let count = text.chars().count();
    paste(&pty, &text);
    pty.wait_for_text(&format!("start a reply with {count} pasted characters?"));
    answer(&pty, "y");
    pty.wait_for("the composer with the end in it", |screen| screen.contents().contains("the very end"));
    pty.wait_for_text("\u{2191} \u{2513}");
    pty.send(", typed");
    pty.wait_for_text("the very end, typed");
    // Once more into the open composer.
    paste(&pty, &text);
    pty.wait_for("the end once more, behind nothing", |screen| !screen.contents().contains("typed"));
    pty.send(", and again");
    pty.wait_for_text("the very end, and again");
    assert!(desk.writes().is_empty());
}

#[test]
fn a_paste_in_the_list_runs_no_key_and_its_answer_is_y_or_escape_alone() {
    let desk = Desk::new();
    desk.waiting("June Park", 900.0);
    let pty = desk.open((80, 24));
    pty.wait_for_text("anybody there?");
    paste(&pty, "q\rry\x13");
    pty.wait_for_text("start a reply with 5 pasted characters?");
    for key in ["n", "q", "\r", "\x13", " "] {
        pty.send(key);
    }
    pty.send("\x1b[200~y\x1b[201~");
    answer(&pty, "\x1b");
    pty.wait_for("the question gone", |screen| !screen.contents().contains("pasted"));
    assert!(!pty.screen_text().contains("REPLY"));
    assert!(pty.is_running());
    assert!(desk.writes().is_empty());
}

#[test]
fn a_text_over_the_platforms_limit_is_refused_in_words_and_comes_back() {
    let (desk, pty) = composing();
    let text = "some words ".repeat(1_000);
    paste(&pty, &format!("{text}last"));
    pty.wait_for_text("last");
    pty.send("\x13");
    pty.wait_for_text("held ");
    pty.send("\x13");
    pty.wait_for_text("not sent: refused (400)");
    pty.send("\x1b[A");
    pty.wait_for("the text in the composer", |screen| {
        screen.contents().contains("last") && !screen.contents().contains("not sent: refused")
    });
    assert!(desk.writes().iter().all(|request| request["accepted"] == false), "some of it was sent");
}
