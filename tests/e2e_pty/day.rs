//! A person's day: what an agent does from the first visitor to the last, by keys alone. After each act the screen says
//! it in the words that a person would look for, and the server stands as the screen says.
//!
//! Nothing is asserted after a while: each step waits for what it is about.

use serde_json::{Value, json};

use crate::desk::{Desk, answer, wait_at_server};
use crate::pty::{Pty, assert_clean};

#[path = "day/ending.rs"]
mod ending;
#[path = "day/minding.rs"]
mod minding;
#[path = "day/reading.rs"]
mod reading;
#[path = "day/taking.rs"]
mod taking;
#[path = "day/unsent.rs"]
mod unsent;

/// Ctrl-S, Ctrl-X, Ctrl-R and others, as terminals send them.
const SEND: &str = "\x13";
const ENTER: &str = "\r";
const ESCAPE: &str = "\x1b";

/// The desk, and Mara before her terminal.
struct Day {
    desk: Desk,
    pty: Pty,
}

impl Day {
    /// Mara comes to work: what a visitor will see is held for so long.
    fn begin(desk: Desk, size: (u16, u16), hold: &str) -> Self {
        let mut command = desk.command();
        command.args(["--me", &desk.member(0)]);
        command.env("TAKEOVER_HOLD", hold);
        let pty = Pty::start(command, size);
        Self { desk, pty }
    }

    /// Keys, as if pressed.
    fn keys(&self, keys: &str) {
        self.pty.send(keys);
    }

    /// Keys for what has just come up and hears nothing in its first moments.
    fn answer(&self, key: &str) {
        answer(&self.pty, key);
    }

    /// Waits until this is on the screen.
    fn sees(&self, text: &str) {
        self.pty.wait_for_text(text);
    }

    /// Waits until this is not on the screen.
    fn sees_no(&self, text: &str) {
        self.pty.wait_for(&format!("no {text:?}"), |screen| !screen.contents().contains(text));
    }

    /// Waits until the line at the bottom begins so: there the program tells what came of an act.
    fn told(&self, words: &str) {
        self.pty.wait_for(&format!("to be told {words:?}"), |screen| last_row(screen).starts_with(words));
    }

    /// Waits until the line at the bottom has this somewhere: there stand the keys that work.
    fn offered(&self, words: &str) {
        self.pty.wait_for(&format!("to be offered {words:?}"), |screen| last_row(screen).contains(words));
    }

    /// Waits until the cursor stands in a row with this text.
    fn cursor_on(&self, text: &str) {
        self.pty.wait_for(&format!("the cursor on {text:?}"), |screen| row_of_cursor(screen).contains(text));
    }

    /// Goes on with a key, row by row, until the cursor stands in one with this text.
    fn walk(&self, key: &str, text: &str) {
        for _ in 0..12 {
            let before = self.pty.screen();
            if row_of_cursor(&before).contains(text) {
                return;
            }
            self.keys(key);
            self.pty.wait_for("another row", |screen| screen.cursor_position() != before.cursor_position());
        }
        panic!("no row with {text:?}:\n{}", self.pty.screen_text());
    }

    /// Waits until the row below the cursor has this text: the first choice of a chooser, the words of a message.
    fn below_cursor(&self, text: &str) {
        self.pty.wait_for(&format!("{text:?} below the cursor"), |screen| {
            let (_, columns) = screen.size();
            let (row, _) = screen.cursor_position();
            screen.rows(0, columns).nth(usize::from(row) + 1).is_some_and(|row| row.contains(text))
        });
    }

    /// Opens a conversation of a view by its visitor's name, found as people find it: by `/`.
    fn open(&self, view: &str, name: &str) {
        self.keys(ESCAPE);
        self.keys(view);
        self.sees(name);
        self.keys("/");
        self.offered("search:");
        self.keys(name);
        self.offered("1 of 1 in ");
        self.keys(ENTER);
        self.sees(&format!("\u{258C} this is {name} speaking"));
        // It ends the search, not the thread.
        self.keys(ESCAPE);
    }

    /// Waits until a conversation is so at the server.
    fn at_server(&self, what: &str, id: &str, is_so: impl Fn(&Value) -> bool) {
        wait_at_server(&self.pty, what, || is_so(&self.show(id)));
    }

    /// Waits until a field of a conversation is so at the server.
    fn stands(&self, id: &str, field: &str, value: impl Into<Value>) {
        let value = value.into();
        self.at_server(&format!("{field} {value}"), id, |shown| shown["conversation"][field] == value);
    }

    /// A conversation as the server has it, with messages, notes and tags.
    fn show(&self, id: &str) -> Value {
        self.desk.control(json!({ "show": { "conversation_id": id } }))
    }

    /// The requests of a method so far whose path has this, oldest first.
    fn requests(&self, method: &str, path: &str) -> Vec<Value> {
        let log = self.desk.control(json!({ "log": { "method": method, "path": path } }));
        log["entries"].as_array().unwrap().clone()
    }

    /// Everything so far that was to change something about a conversation, oldest first.
    fn changes(&self, id: &str) -> Vec<Value> {
        let log = self.desk.control(json!({ "log": { "path": id } }));
        log["entries"].as_array().unwrap().iter().filter(|it| it["method"] != "GET").cloned().collect()
    }

    /// The end of it: nothing but our own sequences was written, and never the key.
    fn is_over(&self) {
        let raw = self.pty.raw();
        assert_clean(&raw);
        assert!(!String::from_utf8_lossy(&raw).contains(self.desk.api_key()), "the key is never written");
    }

    /// How often visitors of a conversation read that somebody joined.
    fn joined(&self, id: &str) -> usize {
        self.desk.said(id).iter().filter(|(role, text)| role == "system" && text.contains("has joined")).count()
    }
}

/// The row in which the cursor stands.
fn row_of_cursor(screen: &vt100::Screen) -> String {
    let (_, columns) = screen.size();
    let (row, _) = screen.cursor_position();
    screen.rows(0, columns).nth(usize::from(row)).unwrap_or_default()
}

/// The line at the bottom.
fn last_row(screen: &vt100::Screen) -> String {
    let (_, columns) = screen.size();
    screen.rows(0, columns).last().unwrap_or_default().trim().to_owned()
}

/// Somebody with one line in a thread of this status.
fn visitor(desk: &Desk, name: &str, status: &str, owner: Option<&str>) -> String {
    desk.conversation(json!({
        "status": status, "contact_name": name, "assigned_to": owner, "ago": 700.0,
        "messages": [{ "who": "visitor", "text": format!("this is {name} speaking"), "ago": 600.0 }],
    }))
}

/// The names in a list of tags.
fn names(tags: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = tags.as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    names.sort_unstable();
    names
}
