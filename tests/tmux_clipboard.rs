//! Text on its way to the clipboard through a real tmux: what the terminal around it is told, under each of its options.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/pty.rs"]
mod pty;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::Command;

use portable_pty::CommandBuilder;
use takeover::terminal::Clipboard;
use tempfile::TempDir;

use pty::Pty;

/// "two\nlines" as OSC 52 carries it.
const ENCODED: &str = "dHdvCmxpbmVz";

/// A tmux server of our own, attached to a terminal of ours, with one pane that shows what is written to it.
struct Tmux {
    home: TempDir,
    client: Pty,
}

impl Tmux {
    fn start(clipboard: &str, passthrough: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let settings = home.path().join("tmux.conf");
        let options = format!("set -s set-clipboard {clipboard}\nset -g allow-passthrough {passthrough}\n");
        std::fs::write(&settings, options).unwrap();
        let mut command = CommandBuilder::new("tmux");
        command.args(["-u", "-L", "clipboard", "-f"]);
        command.arg(&settings);
        command.args(["new-session", "stty raw -echo; printf ready; exec cat"]);
        command.env("TMUX_TMPDIR", home.path());
        command.env("LC_ALL", "C.UTF-8");
        command.env("TERM", "xterm-256color");
        command.env_remove("TMUX");
        let client = Pty::start(command, (80, 24));
        client.wait_for_text("ready");
        Self { home, client }
    }

    fn run(&self, arguments: &[&str]) -> Option<String> {
        let mut command = Command::new("tmux");
        command.args(["-u", "-L", "clipboard"]).args(arguments).env("TMUX_TMPDIR", self.home.path()).env_remove("TMUX");
        let output = command.output().unwrap();
        output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
    }

    /// Copies as takeover does in a pane, and waits until tmux has taken it all. What the terminal around it was told
    /// about its clipboard, and what tmux itself holds.
    fn copy(&self, text: &str) -> (Vec<String>, Option<String>) {
        let tty = self.run(&["display", "-p", "#{pane_tty}"]).unwrap();
        let mut tty = OpenOptions::new().write(true).open(tty.trim()).unwrap();
        tty.write_all(&Clipboard::Tmux.sequence(text).unwrap()).unwrap();
        tty.write_all(b"\r\ntaken").unwrap();
        self.client.wait_for_text("taken");
        let raw = String::from_utf8_lossy(&self.client.raw()).into_owned();
        let told = raw.split("\x1b]52;").skip(1);
        let told = told.map(|rest| rest.split(['\x07', '\x1b']).next().unwrap_or_default().to_owned()).collect();
        (told, self.run(&["show-buffer"]))
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.run(&["kill-server"]);
    }
}

#[test]
fn with_set_clipboard_tmux_takes_the_text_and_hands_it_on() {
    let (told, held) = Tmux::start("on", "off").copy("two\nlines\n");
    assert_eq!(held.as_deref(), Some("two\nlines"));
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].ends_with(&format!(";{ENCODED}")), "{told:?}");
}

#[test]
fn with_allow_passthrough_the_text_goes_past_tmux_to_the_terminal() {
    let (told, held) = Tmux::start("off", "on").copy("two\nlines");
    assert_eq!((told, held), (vec![format!("c;{ENCODED}")], None));
}

#[test]
fn with_both_the_terminal_is_told_the_same_twice() {
    let (told, held) = Tmux::start("on", "on").copy("two\nlines");
    assert_eq!(held.as_deref(), Some("two\nlines"));
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|told| told.ends_with(&format!(";{ENCODED}"))), "{told:?}");
}

#[test]
fn with_neither_tmux_drops_it_and_nothing_of_it_is_on_the_screen() {
    let tmux = Tmux::start("external", "off");
    let (told, held) = tmux.copy("two\nlines");
    assert_eq!((told, held), (Vec::new(), None));
    let screen = tmux.client.screen_text();
    assert!(!screen.contains("52") && !screen.contains(ENCODED), "{screen}");
}

#[test]
fn a_long_text_arrives_whole() {
    let text = "x".repeat(60_000);
    let (told, held) = Tmux::start("on", "on").copy(&text);
    assert_eq!(held, Some(text));
    assert!(told.len() == 2 && told.iter().all(|told| told.len() > 80_000), "{}", told.len());
}
