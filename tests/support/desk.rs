//! A sandbox in this process, and the real program in a pty that is pointed at it.

// Each test program uses its own part of this.
#![allow(dead_code, unreachable_pub, reason = "shared by several test programs, each of which uses a part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's way to fail")]

use std::time::Duration;

use portable_pty::CommandBuilder;
use serde_json::{Value, json};
use takeover::random::Random;
use takeover::sandbox::{Command, Options, Sandbox};
use tokio::runtime::Runtime;

use crate::pty::Pty;

/// The program itself.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_takeover");

/// Sizes of the three layouts with panes.
pub const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (50, 20)];

/// A sandbox on a free port of this machine.
pub struct Desk {
    // Ends before the threads that it runs on.
    sandbox: Sandbox,
    _runtime: Runtime,
}

impl Desk {
    /// With three members and nobody who speaks by himself.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// With other options.
    pub fn with(change: impl FnOnce(&mut Options)) -> Self {
        let mut options = Options {
            random: Random::seeded(7),
            // Limits are another test's matter.
            minute_limit: 100_000,
            hour_limit: 100_000,
            ..Options::default()
        };
        change(&mut options);
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
        let sandbox = runtime.block_on(Sandbox::start(options)).expect("a sandbox");
        Self { sandbox, _runtime: runtime }
    }

    /// Where the API listens.
    pub fn base_url(&self) -> &str {
        self.sandbox.base_url()
    }

    /// The key.
    pub fn api_key(&self) -> &str {
        self.sandbox.api_key()
    }

    /// One command, as it is written in JSON.
    pub fn control(&self, command: Value) -> Value {
        let command: Command = serde_json::from_value(command).expect("a command");
        self.sandbox.control(command).expect("the command fits")
    }

    /// A conversation as described; its id.
    pub fn conversation(&self, described: Value) -> String {
        let made = self.control(json!({ "conversation": described }));
        made["conversation_id"].as_str().unwrap().to_owned()
    }

    /// Somebody who asked for a person `ago` seconds ago and has written since.
    pub fn waiting(&self, name: &str, ago: f64) -> String {
        self.conversation(json!({
            "status": "agent_requested", "contact_name": name, "ago": ago + 60.0,
            "messages": [
                { "who": "visitor", "text": "my parcel arrived damaged", "ago": ago + 50.0 },
                { "who": "bot", "text": "I am sorry to hear that", "ago": ago + 40.0 },
                { "who": "system", "text": "The visitor asked for a person.", "ago": ago },
                { "who": "visitor", "text": "hello? anybody there?", "ago": ago - 30.0 },
            ],
        }))
    }

    /// The user id of a member, by place.
    pub fn member(&self, at: usize) -> String {
        self.control(json!({ "members": {} }))["data"][at]["user_id"].as_str().unwrap().to_owned()
    }

    /// A visitor's words.
    pub fn visitor_says(&self, id: &str, text: &str) {
        self.control(json!({ "visitor": { "conversation_id": id, "text": text } }));
    }

    /// The status of a conversation at the server.
    pub fn status(&self, id: &str) -> String {
        let shown = self.control(json!({ "show": { "conversation_id": id } }));
        shown["conversation"]["status"].as_str().unwrap().to_owned()
    }

    /// Role and text of every message of a conversation, oldest first.
    pub fn said(&self, id: &str) -> Vec<(String, String)> {
        let shown = self.control(json!({ "show": { "conversation_id": id } }));
        let text = |parts: &Value| {
            let texts = parts.as_array().unwrap().iter().filter_map(|part| part["text"].as_str());
            texts.collect::<Vec<_>>().join("\n")
        };
        let messages = shown["messages"].as_array().unwrap().iter();
        messages.map(|it| (it["role"].as_str().unwrap_or("?").to_owned(), text(&it["parts"]))).collect()
    }

    /// How many messages anywhere have exactly this text.
    pub fn count_of(&self, text: &str) -> u64 {
        self.control(json!({ "texts": { "text": text } }))["count"].as_u64().unwrap()
    }

    /// All requests that would send a visitor something. That a reply assigns the conversation first is no such one.
    pub fn writes(&self) -> Vec<Value> {
        let log = self.control(json!({ "log": { "method": "POST", "path": "/messages" } }));
        log["entries"].as_array().unwrap().clone()
    }

    /// The program with the key in its environment and without anything else that could tell it something.
    pub fn command(&self) -> CommandBuilder {
        let mut command = bare();
        command.env("TAKEOVER_API_KEY", self.api_key());
        command.args(["--base-url", self.base_url()]);
        command
    }

    /// The inbox of the first member.
    pub fn open(&self, size: (u16, u16)) -> Pty {
        let mut command = self.command();
        command.args(["--me", &self.member(0)]);
        Pty::start(command, size)
    }
}

/// The program in an environment that says nothing.
pub fn bare() -> CommandBuilder {
    let mut command = CommandBuilder::new(PROGRAM);
    quiet(&mut command);
    command
}

/// Takes everything out of the environment that could change what is drawn.
pub fn quiet(command: &mut CommandBuilder) {
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.env("TZ", "UTC");
    // A folder that is not there: whoever runs the tests may have settings of his own.
    command.env("XDG_CONFIG_HOME", "/nonexistent");
    for name in ["NO_COLOR", "COLORTERM", "ENV", "LC_ALL", "LC_CTYPE", "TAKEOVER_API_KEY"] {
        command.env_remove(name);
    }
    for setting in takeover::config::SETTINGS {
        command.env_remove(setting.variable);
    }
}

/// Leaves from wherever no draft lies.
pub fn quit(pty: &Pty) {
    pty.send("\x1b");
    pty.wait_for("no composer", |screen| !screen.contents().contains("REPLY, visible"));
    // In the narrow layout the first one goes back to the list.
    pty.type_until("q", "the end", |screen| !screen.alternate_screen());
    assert_eq!(pty.wait_end().exit_code(), 0);
}

/// Presses a key on a popup or question, which is deaf for its first 200 ms.
pub fn answer(pty: &Pty, key: &str) {
    pty.let_pass(Duration::from_millis(250));
    pty.send(key);
}

/// Waits for something on the sandbox's side.
pub fn wait_at_server(pty: &Pty, what: &str, is_so: impl Fn() -> bool) {
    pty.wait_for_attributes(what, |_| is_so());
}

/// A visitor answers, and the cadence of polls lets the screen know.
pub const POLL: Duration = Duration::from_secs(40);
