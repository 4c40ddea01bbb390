//! A recorded session of the real program, played back by the real program.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Command, Output};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::desk::{Desk, PROGRAM, quit};
use crate::pty::{DEADLINE, Pty};

/// Where the program begins to give the terminal back.
const LEAVING: &[u8] = b"\x1b[?2026l\x1b[m\x1b[?7h\x1b[?1004l";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.conversation(json!({
        "status": "agent_requested", "contact_name": "June \u{202e}kraP", "ago": 900.0,
        "messages": [{ "who": "visitor", "text": "\u{1b}[2J h\u{fc}llo \u{6f22}\u{5b57} anybody?", "ago": 800.0 }],
    }));
    desk
}

/// The inbox of the first member, recorded.
fn recorded(desk: &Desk, file: &Path, size: (u16, u16)) -> Pty {
    let mut command = desk.command();
    command.args(["--me", &desk.member(0), "--record"]);
    command.arg(file);
    Pty::start(command, size)
}

fn replay(file: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.arg("replay").arg(file).args(arguments).env_clear().env("TZ", "UTC");
    command.output().unwrap()
}

fn played(file: &Path, arguments: &[&str]) -> String {
    let output = replay(file, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn lines(file: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_recorded_session_plays_back_to_the_screen_that_the_terminal_showed() {
    let (desk, home) = (desk(), tempfile::tempdir().unwrap());
    let file = home.path().join("session");
    let pty = recorded(&desk, &file, (100, 30));
    pty.wait_for_text("kraP");
    pty.send("\r");
    pty.wait_for_text("Esc back");
    pty.send("r");
    pty.wait_for_text("REPLY, visible");
    pty.send("half a sentence");
    pty.wait_for_text("half a sentence");
    pty.resize(80, 24);
    pty.wait_for("the smaller screen", |screen| screen.contents().contains("half a sentence"));
    pty.send("\x18d");
    pty.wait_for("no draft", |screen| !screen.contents().contains("half a sentence"));
    quit(&pty);
    let raw = pty.raw();
    let end = raw.windows(LEAVING.len()).rposition(|window| window == LEAVING).unwrap();
    let mut terminal = vt100::Parser::new(24, 80, 0);
    // The frame after the smaller size is whole: the screen is cleared with it.
    terminal.process(&raw[..end]);
    let shown: Vec<String> = terminal.screen().rows(0, 80).map(|row| row.trim_end().to_owned()).collect();

    assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o600);
    let lines = lines(&file);
    let is_event = |line: &&Value| line.get("event").is_some();
    let last_frame = lines.iter().rposition(|line| line.get("drawn").is_some()).unwrap();
    let before = lines[..last_frame].iter().filter(is_event).count();
    let screen = played(&file, &["--at", &before.to_string()]);
    let screen: Vec<&str> = screen.lines().collect();
    let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
    assert_eq!(screen, shown[..screen.len()], "the screen:\n{}", shown.join("\n"));
    assert!(shown[screen.len()..].iter().all(|row| row.is_empty()));

    let names: Value = serde_json::from_str(&played(&file, &["--json"])).unwrap();
    let names = names["events"].as_array().unwrap();
    assert_eq!(names.len(), lines.iter().filter(is_event).count());
    assert_eq!(names[0], json!({ "step": 1, "event": "Started" }));
    assert!(names.iter().any(|name| name["event"] == "Resized"));

    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\\u001b[2J h\u{fc}llo") && !text.contains(desk.api_key()));
    let plain = played(&file, &[]);
    assert!(plain.chars().all(|char| char == '\n' || !char.is_control()));
}

#[test]
fn a_file_that_is_there_already_is_refused_and_left_as_it_is() {
    let (desk, home) = (desk(), tempfile::tempdir().unwrap());
    let file = home.path().join("session");
    std::fs::write(&file, "precious").unwrap();
    let pty = recorded(&desk, &file, (80, 24));
    assert_eq!(pty.wait_end().exit_code(), 2);
    assert!(pty.screen_text().contains("exists already"), "{}", pty.screen_text());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
}

#[test]
fn a_session_that_was_killed_leaves_a_record_up_to_there() {
    let (desk, home) = (desk(), tempfile::tempdir().unwrap());
    let file = home.path().join("session");
    let pty = recorded(&desk, &file, (80, 24));
    pty.wait_for_text("kraP");
    pty.send("?");
    pty.wait_for_text("keys that work here");
    // What was drawn is written a moment later, by another thread.
    let has_key = || std::fs::read_to_string(&file).unwrap_or_default().contains("KeysPressed");
    pty.wait_for_attributes("the key in the record", |_| has_key());
    pty.signal(Signal::KILL);
    pty.wait_exit(DEADLINE);
    let output = replay(&file, &[]);
    let screen = String::from_utf8(output.stdout).unwrap();
    assert!(screen.contains("keys that work here"), "{screen}");
}

#[test]
fn what_is_no_record_is_said_in_one_line_with_its_place() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("no\u{1b}[2Jrecord");
    let missing = replay(&file, &[]);
    std::fs::write(&file, "hello\n").unwrap();
    let other = replay(&file, &[]);
    for (output, said) in [(missing, "cannot be read"), (other, "line 1: this is no record of a takeover session")] {
        let words = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0), "{words}");
        assert!(words.contains(said) && words.lines().count() == 1 && !words.contains('\u{1b}'), "{words:?}");
    }
}
