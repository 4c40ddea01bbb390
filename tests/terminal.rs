//! The terminal is given back on every way out, and taken again after Ctrl-Z: with a program in a real pty.

#![allow(clippy::unwrap_used, reason = "a test's way to fail")]

#[path = "support/pty.rs"]
mod pty;

use std::process::{Command, Stdio};
use std::time::Duration;

use pty::{DEADLINE, Pty, assert_clean, is_cooked, is_raw_without_flow_control};
use rustix::process::{Pid, Signal};

const PROBE: &str = env!("CARGO_BIN_EXE_terminal_probe");

/// A process whose terminal is gone has to be gone itself by then.
const TWO_SECONDS: Duration = Duration::from_secs(2);

fn probe(arguments: &[&str]) -> Pty {
    let pty = Pty::spawn(PROBE, arguments, (80, 24));
    pty.wait_for_text("probe ready 80x24");
    pty.wait_for_text("end");
    pty
}

/// A shell with job control and the probe in its foreground.
fn probe_in_shell() -> Pty {
    let pty = Pty::spawn("/bin/sh", &["-i"], (80, 24));
    pty.send("PS1='prompt'' > '\n");
    pty.wait_for_text("prompt > ");
    pty.send(format!("{PROBE}\n"));
    pty.wait_for_text("probe ready 80x24");
    pty
}

fn pid_of(pty: &Pty) -> Pid {
    let text = pty.screen_text();
    let number = text.split("pid ").nth(1).unwrap().split('.').next().unwrap();
    Pid::from_raw(number.parse().unwrap()).unwrap()
}

/// In the shell again, with everything as a shell needs it.
fn wait_for_shell(pty: &Pty) {
    pty.wait_for("the main screen with a prompt", |screen| {
        !screen.alternate_screen() && screen.contents().trim_end().ends_with("prompt >")
    });
    pty.wait_for_attributes("cooked mode", is_cooked);
    pty::assert_restored(&pty.raw());
}

#[test]
fn quitting_gives_the_terminal_back() {
    let pty = probe(&[]);
    pty.wait_for("the alternate screen", vt100::Screen::alternate_screen);
    pty.wait_for("bracketed paste", vt100::Screen::bracketed_paste);
    assert!(is_raw_without_flow_control(&pty.attributes()));
    pty.send("q");
    assert_eq!(pty.wait_end().exit_code(), 0);
    pty.assert_restored();
    assert_clean(&pty.raw());
}

#[test]
fn every_signal_that_ends_the_process_gives_the_terminal_back() {
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let pty = probe(&[]);
        pty.signal(signal);
        assert_eq!(pty.wait_end().exit_code(), 0, "{signal:?}");
        pty.assert_restored();
        assert_clean(&pty.raw());
    }
}

#[test]
fn a_panic_anywhere_gives_the_terminal_back_and_tells_no_visitors_words() {
    for key in ["p", "t", "h"] {
        let pty = probe(&[]);
        pty.send(key);
        assert_eq!(pty.wait_end().exit_code(), 101, "{key}");
        pty.assert_restored();
        assert_clean(&pty.raw());
        let raw = String::from_utf8(pty.raw()).unwrap();
        let (_, after) = raw.rsplit_once("\x1b[?1049l").unwrap();
        assert!(after.contains("ended by a fault of its own at tests/support/terminal_probe.rs:"), "{key}: {after:?}");
        assert_eq!(after.lines().count(), 1, "{key}: one sentence: {after:?}");
        assert!(!raw.contains("secret") && !raw.contains("a fault about"), "{key}");
    }
}

#[test]
fn a_panic_with_a_literal_says_it() {
    let pty = probe(&[]);
    pty.send("l");
    assert_eq!(pty.wait_end().exit_code(), 101);
    assert!(pty.screen_text().contains("(a literal fault)."), "{}", pty.screen_text());
}

#[test]
fn ctrl_z_gives_the_terminal_to_the_shell_and_fg_takes_it_again() {
    let pty = probe_in_shell();
    pty.wait_for_attributes("raw mode", is_raw_without_flow_control);
    for round in 1..=3 {
        pty.send("\x1a");
        wait_for_shell(&pty);
        pty.resize(80 + round, 24);
        pty.send("clear; fg\n");
        pty.wait_for_text(&format!("probe ready {}x24", 80 + round));
        pty.wait_for("the alternate screen", vt100::Screen::alternate_screen);
        pty.wait_for_attributes("raw mode without flow control", is_raw_without_flow_control);
        pty.send("\x13");
        pty.wait_for_text("keys [^S]");
    }
    pty.send("q");
    wait_for_shell(&pty);
    pty.send("exit\n");
    pty.wait_end();
}

#[test]
fn a_stop_signal_from_outside_is_ctrl_z() {
    let pty = probe_in_shell();
    rustix::process::kill_process(pid_of(&pty), Signal::TSTP).unwrap();
    wait_for_shell(&pty);
    pty.send("fg\n");
    pty.wait_for("the alternate screen", vt100::Screen::alternate_screen);
    pty.wait_for_text("probe ready");
    pty.send("q");
    wait_for_shell(&pty);
}

#[test]
fn a_stopped_job_can_be_ended_and_leaves_the_shell_as_it_is() {
    let pty = probe_in_shell();
    let pid = pid_of(&pty);
    pty.send("\x1a");
    wait_for_shell(&pty);
    // As some shells do by themselves: a stopped process hears nothing until it is continued.
    pty.send("kill %1; kill -CONT %1; echo still' 'here\n");
    pty.wait_for_text("still here");
    pty.wait_gone(pid);
    pty.wait_for_attributes("cooked mode", is_cooked);
    pty::assert_restored(&pty.raw());
}

#[test]
fn in_the_background_it_leaves_the_terminal_to_the_shell_and_can_be_ended() {
    let pty = probe_in_shell();
    let pid = pid_of(&pty);
    pty.send("\x1a");
    wait_for_shell(&pty);
    for round in 1..=3 {
        pty.send(format!("bg; echo round' '{round}\n"));
        pty.wait_for_text(&format!("round {round}"));
        wait_for_shell(&pty);
        pty.wait_stopped(pid);
    }
    pty.send("kill %1; kill -CONT %1; echo still' 'here\n");
    pty.wait_for_text("still here");
    pty.wait_gone(pid);
    pty.wait_for_attributes("cooked mode", is_cooked);
    pty::assert_restored(&pty.raw());
}

#[test]
fn a_job_that_was_stopped_from_outside_can_be_ended_in_the_background() {
    let pty = probe_in_shell();
    let pid = pid_of(&pty);
    rustix::process::kill_process(pid, Signal::STOP).unwrap();
    // Some shells leave the line settings as the job had them, so nothing that is typed need be seen.
    pty.wait_for_text("prompt >");
    pty.send("kill %1; kill -CONT %1; echo still' 'here\n");
    // On whichever screen: the job gives the alternate one back at the same time.
    pty.wait_for_bytes(b"still here", 1);
    pty.wait_gone(pid);
    pty::assert_restored(&pty.raw());
}

#[test]
fn a_stopped_job_ends_with_its_shell() {
    let mut pty = probe_in_shell();
    let pid = pid_of(&pty);
    pty.send("\x1a");
    wait_for_shell(&pty);
    pty.hang_up();
    pty.wait_exit(DEADLINE);
    wait_gone(pid);
}

/// As [`Pty::wait_gone`], once there is no pty to ask.
fn wait_gone(pid: Pid) {
    let other = Pty::spawn("/bin/sh", &["-c", &format!("while kill -0 {pid} 2>/dev/null; do :; done")], (80, 24));
    other.wait_exit(DEADLINE);
}

#[test]
fn without_a_shell_above_it_ctrl_z_stops_nothing() {
    let pty = probe(&[]);
    pty.send("\x1a");
    pty.wait_for_text("resumed 1");
    pty.wait_for("the alternate screen", vt100::Screen::alternate_screen);
    pty.wait_for_attributes("raw mode", is_raw_without_flow_control);
    pty.send("q");
    assert_eq!(pty.wait_end().exit_code(), 0);
    pty.assert_restored();
}

#[test]
fn a_process_that_was_stopped_from_outside_takes_the_terminal_again() {
    let pty = probe(&[]);
    pty.signal(Signal::STOP);
    pty.signal(Signal::CONT);
    pty.wait_for_text("resumed 1");
    pty.wait_for_attributes("raw mode", is_raw_without_flow_control);
    pty.send("q");
    pty.wait_end();
    pty.assert_restored();
}

#[test]
fn a_vanished_terminal_ends_the_process_also_if_it_hears_no_signal() {
    for arguments in [&[][..], &["deaf"]] {
        let mut pty = probe(arguments);
        pty.hang_up();
        pty.wait_exit(TWO_SECONDS);
    }
}

#[test]
fn a_terminal_that_reads_nothing_cannot_hold_the_end() {
    let mut pty = probe(&[]);
    pty.read_no_more("f");
    pty.signal(Signal::TERM);
    pty.wait_exit(TWO_SECONDS);
    pty.wait_for_attributes("cooked mode", is_cooked);
}

#[test]
fn without_a_terminal_the_error_says_so_and_nothing_else_is_written() {
    let pty = Pty::spawn("/bin/sh", &["-c", &format!("{PROBE} </dev/null")], (80, 24));
    assert_eq!(pty.wait_end().exit_code(), 2);
    assert_eq!(pty.raw(), b"takeover needs a terminal, and its standard input is not one\r\n");

    let pty = Pty::spawn("/bin/sh", &["-c", &format!("{PROBE} | cat")], (80, 24));
    pty.wait_end();
    assert_eq!(pty.raw(), b"takeover needs a terminal, and its standard output is not one\r\n");

    let output = Command::new(PROBE).stdin(Stdio::null()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert!(String::from_utf8(output.stderr).unwrap().contains("standard input"));
}

#[test]
fn a_megabyte_of_paste_arrives_byte_for_byte() {
    let pty = probe(&[]);
    let text: String = "0123456789 äöü 漢字\r\x1b[20\t".repeat(40_000).chars().take(1_000_000).collect();
    let sum = text.bytes().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    pty.send(format!("\x1b[200~{text}\x1b[201~"));
    pty.wait_for_text(&format!("paste [{} bytes, sum {sum:x}]", text.len()));
    assert!(pty.screen_text().contains("keys []"), "no part of it was a key");
    pty.send("q");
    pty.wait_end();
    pty.assert_restored();
    assert_clean(&pty.raw());
}

#[test]
fn a_lone_escape_is_told_without_another_key() {
    let pty = probe(&[]);
    pty.send("\x1b");
    pty.wait_for_text("keys [Esc]");
}

#[test]
fn the_terminals_answers_are_no_keys() {
    let pty = probe(&[]);
    pty.send("\x1b[?62;22c\x1b[24;80R\x1b]11;rgb:0000/0000/0000\x1b\\\x1bP>|tmux 3.4\x1b\\\x1b[?1u\x1b[I");
    pty.wait_for_text("focus true");
    assert!(pty.screen_text().contains("keys []"));
}

#[test]
fn any_size_is_drawn() {
    let pty = probe(&[]);
    for (columns, rows) in [(0, 0), (1, 1), (500, 200), (2, 2), (14, 5), (0, 10), (40, 10), (80, 24)] {
        pty.resize(columns, rows);
    }
    pty.resize(100, 30);
    pty.wait_for_text("probe ready 100x30");
    pty.send("q");
    assert_eq!(pty.wait_end().exit_code(), 0);
    assert_clean(&pty.raw());
}
