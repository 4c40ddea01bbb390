//! Hostile widths in a real terminal: tmux lays the text out by its own width table, and our borders still stand.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/hostile.rs"]
mod hostile;

use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::{Command, Output};

use takeover::text::{RawText, graphemes, is_doubtful, reach, sanitize_line, truncate, width};
use tempfile::TempDir;

const COLUMNS: usize = 80;
const TEXT_ROWS: usize = 20;
const MARK_ROW: usize = 24;
const BORDER: char = '|';

/// A tmux server of our own with one pane that shows what is written to its terminal.
struct Tmux {
    home: TempDir,
    tty: String,
    written: usize,
}

impl Tmux {
    fn start() -> Self {
        let mut tmux = Self { home: tempfile::tempdir().unwrap(), tty: String::new(), written: 0 };
        let (columns, rows) = (COLUMNS.to_string(), MARK_ROW.to_string());
        let pane = "stty raw -echo; printf ready; exec cat";
        tmux.run(&["-f", "/dev/null", "new-session", "-d", "-x", &columns, "-y", &rows, pane]);
        tmux.run(&["set", "-g", "mode-keys", "vi"]);
        tmux.wait_for("ready");
        tmux.tty = tmux.run(&["display", "-p", "#{pane_tty}"]);
        tmux
    }

    fn output(&self, arguments: &[&str]) -> Output {
        Command::new("tmux")
            .args(["-u", "-L", "widths"])
            .args(arguments)
            .env("TMUX_TMPDIR", self.home.path())
            .env("LC_ALL", "C.UTF-8")
            .env_remove("TMUX")
            .output()
            .unwrap()
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        assert!(output.status.success(), "tmux {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end_matches('\n').to_owned()
    }

    fn wait_for(&self, text: &str) {
        let mut screen = String::new();
        // Each look takes a process of its own, some milliseconds.
        for _ in 0..3_000 {
            screen = self.run(&["capture-pane", "-p"]);
            if screen.contains(text) {
                return;
            }
        }
        panic!("{text:?} never came:\n{screen}");
    }

    /// Writes to the pane's terminal and waits until tmux has taken it all.
    fn show(&mut self, bytes: &str) {
        self.written += 1;
        let mark = format!("written {}.", self.written);
        let mut tty = OpenOptions::new().write(true).open(&self.tty).unwrap();
        write!(tty, "{bytes}\x1b[{MARK_ROW};1H{mark}").unwrap();
        drop(tty);
        self.wait_for(&mark);
    }

    fn row(&self, row: usize) -> String {
        let row = row.to_string();
        self.run(&["capture-pane", "-p", "-S", &row, "-E", &row])
    }

    /// Row and column of every border on the screen, as tmux's own grid has them.
    fn borders(&self, count: usize) -> Vec<(usize, usize)> {
        self.run(&["copy-mode"]);
        self.run(&["send", "-X", "top-line"]);
        self.run(&["send", "-X", "start-of-line"]);
        let border = BORDER.to_string();
        let mut found = Vec::new();
        for number in 0..count {
            let search = if number == 0 { vec!["search-forward", &border] } else { vec!["search-again"] };
            let mut arguments = vec!["send", "-X"];
            arguments.extend(search);
            arguments.extend([";", "display", "-p", "#{copy_cursor_y} #{copy_cursor_x}"]);
            let place = self.run(&arguments);
            let (row, column) = place.split_once(' ').unwrap();
            found.push((row.parse().unwrap(), column.parse().unwrap()));
        }
        self.run(&["send", "-X", "cancel"]);
        found
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        self.output(&["kill-server"]);
    }
}

/// A row as the terminal backend writes it: every piece in its place, the cursor put right after a doubtful one, and
/// blanks as far as any of them may have reached.
fn drawn_row(row: usize, text: &str) -> String {
    let mut out = String::new();
    let (mut column, mut reached) = (0, 0);
    write!(out, "\x1b[{};1H", row + 1).unwrap();
    for (piece, cells) in graphemes(text).filter(|(_, cells)| *cells > 0) {
        out.push_str(piece);
        reached = reached.max(column + reach(piece));
        column += cells;
        if is_doubtful(piece) {
            write!(out, "\x1b[{};{}H", row + 1, column + 1).unwrap();
        }
    }
    out.push(BORDER);
    out.extend(std::iter::repeat_n(' ', (reached.min(COLUMNS)).saturating_sub(column + 1)));
    out
}

#[test]
fn borders_stand_by_tmux_own_widths_and_ascii_over_the_text_leaves_nothing() {
    let texts: Vec<(&str, String)> = hostile::texts()
        .map(|(class, text)| (class, sanitize_line(&RawText::new(text))))
        .map(|(class, text)| (class, truncate(text.as_str(), 40).text.into_owned()))
        .collect();
    let mut tmux = Tmux::start();
    for screen in texts.chunks(TEXT_ROWS) {
        let mut bytes = String::from("\x1b[2J");
        for (row, (class, text)) in screen.iter().enumerate() {
            assert!(!text.contains(BORDER), "{class}: {text:?}");
            bytes.push_str(&drawn_row(row, text));
        }
        tmux.show(&bytes);
        let expected: Vec<_> = screen.iter().enumerate().map(|(row, (_, text))| (row, width(text))).collect();
        assert_eq!(tmux.borders(screen.len()), expected, "{screen:?}");
        for (row, (class, text)) in screen.iter().enumerate() {
            let shown = tmux.row(row);
            assert!(shown.ends_with(BORDER), "{class}: behind the border of {text:?} stands {shown:?}");
        }

        let mut bytes = String::new();
        for (row, (_, text)) in screen.iter().enumerate() {
            write!(bytes, "\x1b[{};1H{}", row + 1, "x".repeat(width(text))).unwrap();
        }
        tmux.show(&bytes);
        for (row, (class, text)) in screen.iter().enumerate() {
            assert_eq!(tmux.row(row), format!("{}{BORDER}", "x".repeat(width(text))), "{class}: left by {text:?}");
        }
    }
}
