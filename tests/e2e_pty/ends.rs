//! Every way out gives the terminal back and ends the process; and the terminal is taken again after a stop.

use std::process::{Command, Stdio};
use std::time::Duration;

use portable_pty::CommandBuilder;
use rustix::process::Signal;

use crate::desk::{Desk, PROGRAM, answer, quiet};
use crate::pty::{DEADLINE, Pty, assert_clean, assert_restored, is_cooked, is_raw_without_flow_control};

/// A process whose end was asked for, or whose terminal is gone, has to be gone itself by then.
const TWO_SECONDS: Duration = Duration::from_secs(2);

const PROBE: &str = env!("CARGO_BIN_EXE_inbox_probe");

/// The inbox with a reply half written: the state in which most is at stake.
fn writing(desk: &Desk) -> Pty {
    let pty = desk.open((80, 24));
    write_half(&pty);
    pty
}

fn write_half(pty: &Pty) {
    pty.wait_for_text("June Park");
    pty.send("\r");
    pty.wait_for_text("hello? anybody there?");
    pty.send("r");
    pty.wait_for_text("REPLY, visible");
    pty.send("half a sentence");
    pty.wait_for_text("half a sentence");
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.waiting("June Park", 900.0);
    desk
}

#[test]
fn q_gives_the_terminal_back() {
    let desk = desk();
    let pty = desk.open((80, 24));
    pty.wait_for_text("June Park");
    pty.wait_for("the alternate screen", vt100::Screen::alternate_screen);
    pty.wait_for("bracketed paste", vt100::Screen::bracketed_paste);
    assert!(is_raw_without_flow_control(&pty.attributes()));
    pty.send("q");
    assert_eq!(pty.wait_exit(TWO_SECONDS).exit_code(), 0);
    pty.wait_end();
    pty.assert_restored();
    assert_clean(&pty.raw());
}

#[test]
fn ctrl_c_twice_at_the_top_is_q() {
    let desk = desk();
    let pty = desk.open((80, 24));
    pty.wait_for_text("June Park");
    pty.send("\x03");
    pty.wait_for_text("^C again quits");
    pty.send("\x03");
    assert_eq!(pty.wait_exit(TWO_SECONDS).exit_code(), 0);
    pty.wait_end();
    pty.assert_restored();
}

#[test]
fn every_signal_that_ends_the_process_gives_the_terminal_back_also_from_the_composer() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130)] {
        let desk = desk();
        let pty = writing(&desk);
        pty.signal(signal);
        assert_eq!(pty.wait_exit(TWO_SECONDS).exit_code(), code, "{signal:?}");
        pty.wait_end();
        pty.assert_restored();
        assert_clean(&pty.raw());
        assert!(desk.writes().is_empty());
    }
}

#[test]
fn a_held_reply_is_not_sent_by_the_end() {
    let desk = desk();
    let pty = writing(&desk);
    pty.send("\x13");
    pty.wait_for_text("held ");
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_exit(TWO_SECONDS).exit_code(), 143);
    assert!(desk.writes().is_empty());
}

#[test]
fn a_signal_before_the_first_answer_of_a_server_that_hangs_ends_the_process_too() {
    let desk = desk();
    desk.control(serde_json::json!({ "fault": { "kind": "hang", "forever": true } }));
    let pty = desk.open((80, 24));
    pty.wait_for_text("connecting");
    pty.signal(Signal::TERM);
    assert_eq!(pty.wait_exit(TWO_SECONDS).exit_code(), 143);
    pty.wait_end();
    pty.assert_restored();
}

#[test]
fn a_terminal_that_goes_away_ends_the_process() {
    let desk = desk();
    let mut pty = writing(&desk);
    pty.hang_up();
    assert_eq!(pty.wait_exit(TWO_SECONDS).exit_code(), 129);
}

#[test]
fn a_terminal_that_goes_away_ends_the_process_also_if_hang_ups_are_ignored_above_it() {
    let desk = desk();
    let mut command = CommandBuilder::new("/bin/sh");
    quiet(&mut command);
    command.env("TAKEOVER_API_KEY", desk.api_key());
    command.args(["-c", &format!("trap '' HUP; exec {PROGRAM} --base-url {} --me x", desk.base_url())]);
    let mut pty = Pty::start(command, (80, 24));
    write_half(&pty);
    pty.hang_up();
    assert_eq!(pty.wait_exit(TWO_SECONDS).exit_code(), 129);
}

#[test]
fn a_panic_anywhere_gives_the_terminal_back_ends_the_process_and_tells_no_visitors_words() {
    for kind in ["loop", "thread", "task"] {
        let mut command = CommandBuilder::new(PROBE);
        quiet(&mut command);
        command.arg(kind);
        let pty = Pty::start(command, (80, 24));
        pty.wait_for("who are you, or the list", |screen| screen.contents().contains("who are you?"));
        answer(&pty, "\x1b");
        pty.wait_for("the chooser gone", |screen| !screen.contents().contains("who are you?"));
        pty.wait_for_text("June Park");
        if kind == "task" {
            pty.send("\r");
            pty.wait_for_text("r reply");
            pty.send("r");
            pty.wait_for_text("REPLY, visible");
            pty.send("visitor-secret\x13");
            pty.wait_for_text("held ");
            pty.send("\x13");
        } else {
            pty.send("Y");
        }
        assert_eq!(pty.wait_exit(TWO_SECONDS).exit_code(), 101, "{kind}");
        pty.wait_end();
        pty.assert_restored();
        assert_clean(&pty.raw());
        let raw = String::from_utf8(pty.raw()).unwrap();
        let (_, after) = raw.rsplit_once("\x1b[?1049l").unwrap();
        assert!(
            after.contains(" ended by a fault of its own at ") && after.contains("inbox_probe.rs:"),
            "{kind}: {after:?}"
        );
        assert_eq!(after.lines().count(), 1, "{kind}: one sentence: {after:?}");
        assert!(
            !after.contains("secret") && !after.contains("a fault about") && !after.contains("a fault in"),
            "{kind}"
        );
    }
}

/// A shell with job control and the inbox in its foreground.
fn in_shell(desk: &Desk) -> Pty {
    let mut command = CommandBuilder::new("/bin/sh");
    quiet(&mut command);
    command.env("TAKEOVER_API_KEY", desk.api_key());
    command.arg("-i");
    let pty = Pty::start(command, (80, 24));
    pty.send("PS1='prompt'' > '\n");
    pty.wait_for_text("prompt > ");
    pty.send(format!("{PROGRAM} --base-url {} --me {}\n", desk.base_url(), desk.member(0)));
    pty
}

/// In the shell again, with everything as a shell needs it.
fn wait_for_shell(pty: &Pty) {
    pty.wait_for("the main screen with a prompt", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("prompt >")
    });
    pty.wait_for_attributes("cooked mode", is_cooked);
    assert_restored(&pty.raw());
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_again_with_the_draft() {
    let desk = desk();
    let pty = in_shell(&desk);
    write_half(&pty);
    pty.wait_for_attributes("raw mode without flow control", is_raw_without_flow_control);
    for round in 1..=3 {
        pty.send("\x1a");
        wait_for_shell(&pty);
        pty.resize(80 + round * 10, 24);
        pty.send("clear; fg\n");
        pty.wait_for("the alternate screen", vt100::Screen::alternate_screen);
        pty.wait_for_text("half a sentence");
        pty.wait_for_attributes("raw mode without flow control", is_raw_without_flow_control);
        pty.send(format!(" and {round}"));
        pty.wait_for_text(&format!(" and {round}"));
    }
    pty.wait_for_text("half a sentence and 1 and 2 and 3");
    pty.send("\x13");
    pty.wait_for_text("held ");
    pty.wait_for_text("A team member has joined");
    pty.send("\x1b");
    pty.wait_for("the composer left", |screen| !screen.contents().contains("REPLY, visible"));
    pty.send("q");
    wait_for_shell(&pty);
    assert_eq!(desk.writes().len(), 1);
}

#[test]
fn a_stop_signal_from_outside_is_ctrl_z() {
    let desk = desk();
    let pty = in_shell(&desk);
    pty.wait_for_text("June Park");
    let pid = pty.foreground();
    rustix::process::kill_process(pid, Signal::TSTP).unwrap();
    wait_for_shell(&pty);
    pty.send("fg\n");
    pty.wait_for("the alternate screen", vt100::Screen::alternate_screen);
    pty.wait_for_text("June Park");
    pty.send("q");
    wait_for_shell(&pty);
}

#[test]
fn a_stopped_inbox_ends_with_its_shell() {
    let desk = desk();
    let mut pty = in_shell(&desk);
    pty.wait_for_text("June Park");
    let pid = pty.foreground();
    pty.send("\x1a");
    wait_for_shell(&pty);
    pty.hang_up();
    pty.wait_exit(DEADLINE);
    let other = Pty::spawn(
        "/bin/sh",
        &["-c", &format!("while kill -0 {} 2>/dev/null; do :; done", pid.as_raw_pid())],
        (80, 24),
    );
    other.wait_exit(DEADLINE);
}

#[test]
fn a_process_that_was_stopped_from_outside_takes_the_terminal_again() {
    let desk = desk();
    let pty = writing(&desk);
    pty.signal(Signal::STOP);
    pty.signal(Signal::CONT);
    pty.wait_for_bytes(b"\x1b[?1049h", 2);
    pty.wait_for_attributes("raw mode", is_raw_without_flow_control);
    pty.wait_for_text("half a sentence");
}

#[test]
fn without_a_terminal_a_clear_error_and_a_code_come_and_nothing_else() {
    let desk = desk();
    let run = |input: Stdio, output: Stdio| {
        let mut command = Command::new(PROGRAM);
        command.env("TAKEOVER_API_KEY", desk.api_key()).args(["--base-url", desk.base_url(), "--me", "x"]);
        command.stdin(input).stdout(output).stderr(Stdio::piped()).output().unwrap()
    };
    let output = run(Stdio::null(), Stdio::piped());
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(words, "takeover needs a terminal, and its standard input is not one\n");

    // A terminal to read from and a pipe to write to.
    let mut command = CommandBuilder::new("/bin/sh");
    quiet(&mut command);
    command.env("TAKEOVER_API_KEY", desk.api_key());
    command.args(["-c", &format!("{PROGRAM} --base-url {} --me x | cat", desk.base_url())]);
    let pty = Pty::start(command, (80, 24));
    pty.wait_end();
    let raw = String::from_utf8(pty.raw()).unwrap();
    assert_eq!(raw, "takeover needs a terminal, and its standard output is not one\r\n");

    let output = Command::new(PROGRAM).arg("demo").stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
}
