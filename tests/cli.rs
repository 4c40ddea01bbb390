//! The commands without a terminal: what they print, how they end, and what they never tell.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test's way to fail")]

use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::ffi::OsStringExt;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_takeover");
const KEY: &str = "aw_live_0123456789abcdefghijklmnopqrstuv";

/// The program in an environment that says nothing, with nothing to read.
fn takeover() -> Command {
    let mut command = Command::new(PROGRAM);
    command.stdin(Stdio::null()).env_clear().env("PATH", "/usr/bin:/bin").env("TERM", "xterm-256color");
    command
}

fn run(arguments: &[&OsStr], key: bool) -> Output {
    let mut command = takeover();
    if key {
        command.env("TAKEOVER_API_KEY", KEY);
    }
    command.args(arguments).output().unwrap()
}

fn words(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

/// Nothing in it can drive a terminal.
fn assert_harmless(bytes: &[u8], about: &dyn std::fmt::Debug) {
    let text = words(bytes);
    let bad = text.chars().find(|char| {
        (char.is_control() && *char != '\n')
            || matches!(char, '\u{200B}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    });
    assert_eq!(bad, None, "{about:?}: {text:?}");
}

/// What somebody may pass as an argument without having looked at it.
fn hostile_arguments() -> Vec<OsString> {
    let mut all: Vec<OsString> = [
        "\u{1b}[2J",
        "\u{1b}]0;x\u{7}",
        "\u{1b}]52;c;cm0=\u{7}",
        "\u{9b}31m",
        "over\rwritten",
        "abc\u{8}\u{8}xyz",
        "a\tb",
        "a\nb",
        "\u{7f}",
        "\u{202e}txt.exe",
        "\u{2066}x\u{2069}",
        "pass\u{200b}word",
        "one\u{2028}two",
        "\u{e0061}\u{e0062}",
        "",
        "-",
        "--",
        "--no-such\u{1b}[31m",
        "-\u{1b}",
        "--port=\u{1b}[6n",
        "--base-url=\u{1b}[6n",
        "--switch=\u{1b}[6n=x",
        "漢字\u{1F468}\u{200D}\u{1F469}",
    ]
    .map(OsString::from)
    .to_vec();
    all.push(OsString::from_vec(b"\xff\xfe\x1b[2J\x9b".to_vec()));
    all.push(OsString::from("x".repeat(100_000)));
    all
}

#[test]
fn hostile_arguments_reach_no_terminal_s1() {
    for hostile in hostile_arguments() {
        let forms: Vec<Vec<&OsStr>> = vec![
            vec![&hostile],
            vec![OsStr::new("--base-url"), &hostile],
            vec![OsStr::new("--me"), &hostile],
            vec![OsStr::new("demo"), &hostile],
            vec![OsStr::new("demo"), OsStr::new("--seed"), &hostile],
            vec![OsStr::new("sandbox"), OsStr::new("--port"), &hostile],
            vec![OsStr::new("sandbox"), OsStr::new("--listen"), &hostile],
            vec![OsStr::new("sandbox"), OsStr::new("--switch"), &hostile],
            vec![OsStr::new("sandbox"), OsStr::new("--deliver"), &hostile],
            vec![OsStr::new("sandbox"), OsStr::new("--conversations"), &hostile],
            vec![OsStr::new("no-such-command"), &hostile],
            vec![OsStr::new("config"), &hostile],
            vec![OsStr::new("--profile"), &hostile, OsStr::new("config"), OsStr::new("check"), OsStr::new("--no-such")],
            vec![OsStr::new("keys"), OsStr::new("extra"), &hostile],
        ];
        for form in forms {
            for key in [false, true] {
                let output = run(&form, key);
                assert_harmless(&output.stdout, &form);
                assert_harmless(&output.stderr, &form);
                assert!(!output.status.success(), "{form:?} fails");
                assert!(output.stdout.is_empty(), "{form:?}: errors go to standard error");
                let code = output.status.code().unwrap();
                assert!(matches!(code, 2 | 3), "{form:?}: {code}");
                assert!(!words(&output.stderr).contains(KEY), "{form:?}");
            }
        }
    }
}

#[test]
fn a_hostile_environment_reaches_no_terminal_either() {
    for hostile in [
        "\u{1b}[2J",
        "http://\u{1b}]0;x\u{7}/",
        "http://localhost@evil.example/",
        "http://127.0.0.1.evil.example/",
        "ftp://x/",
    ] {
        let mut command = takeover();
        let output = command.env("TAKEOVER_API_KEY", KEY).env("TAKEOVER_BASE_URL", hostile).output().unwrap();
        assert_harmless(&output.stderr, &hostile);
        assert_eq!(output.status.code(), Some(2), "{hostile:?}: {}", words(&output.stderr));
        assert!(words(&output.stderr).starts_with("takeover: TAKEOVER_BASE_URL: base_url "), "{hostile:?}");
    }
    for key in ["\u{1b}[2J", "two words", "line\nbreak", "x\u{7f}"] {
        let output = takeover().env("TAKEOVER_API_KEY", key).output().unwrap();
        assert_harmless(&output.stderr, &key);
        assert!(!output.status.success(), "{key:?}");
        assert!(output.stdout.is_empty());
        assert!(!words(&output.stderr).contains(key), "{key:?}");
    }
}

#[test]
fn without_a_key_three_lines_say_what_to_do() {
    for empty in [false, true] {
        let mut command = takeover();
        if empty {
            command.env("TAKEOVER_API_KEY", "");
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert!(output.stdout.is_empty());
        let said = words(&output.stderr);
        assert_eq!(said.lines().count(), 3, "{said}");
        for word in ["TAKEOVER_API_KEY", "takeover demo"] {
            assert!(said.contains(word), "{said}");
        }
        assert!(said.lines().all(|line| line.chars().count() <= 80), "{said}");
    }
}

#[test]
fn help_and_version_are_said_on_standard_output() {
    for arguments in [&["--help"][..], &["-h"], &["demo", "--help"], &["sandbox", "--help"]] {
        let output = takeover().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty());
        assert_harmless(&output.stdout, &arguments);
        assert!(words(&output.stdout).contains("Usage: takeover"), "{}", words(&output.stdout));
    }
    let help = words(&takeover().arg("--help").output().unwrap().stdout);
    for word in ["demo", "sandbox", "config", "keys", "--base-url", "--me", "--profile", "--theme", "TAKEOVER_BASE_URL"]
    {
        assert!(help.contains(word), "{word} in:\n{help}");
    }
    for arguments in [["--version"], ["-V"]] {
        let output = takeover().args(arguments).output().unwrap();
        assert_eq!(words(&output.stdout), format!("takeover {}\n", env!("CARGO_PKG_VERSION")));
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn a_closed_pipe_is_nobodys_fault() {
    let mut child = takeover().arg("--help").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
    assert!(child.wait().unwrap().code().is_some(), "it ends by itself");
}

/// `takeover sandbox`, ended when dropped.
struct Sandbox {
    child: Child,
    out: BufReader<ChildStdout>,
    line: Value,
}

impl Sandbox {
    fn start(change: impl FnOnce(&mut Command)) -> Self {
        let mut command = takeover();
        command.args(["sandbox", "--port", "0"]).stdout(Stdio::piped()).stderr(Stdio::piped());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "{line:?}");
        Self { child, out, line: serde_json::from_str(&line).expect("one line of JSON") }
    }

    fn said(&self, name: &str) -> &str {
        self.line[name].as_str().unwrap()
    }

    /// Host and port, and the path behind them.
    fn address(&self, name: &str) -> (&str, String) {
        let (host, path) = self.said(name).strip_prefix("http://").unwrap().split_once('/').unwrap();
        (host, format!("/{path}"))
    }

    fn end(mut self) -> (String, Option<i32>) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut rest).unwrap();
        let status = self.child.wait().unwrap();
        (rest, status.code())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One request written by hand; status and body.
fn request(host: &str, head: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(host).unwrap();
    let length = body.len();
    write!(stream, "{head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

#[test]
fn the_sandbox_prints_one_line_serves_and_ends_on_a_signal() {
    let sandbox = Sandbox::start(|_| {});
    let names: Vec<&String> = sandbox.line.as_object().unwrap().keys().collect();
    assert_eq!(names, ["api_key", "base_url", "control_url"]);
    assert!(sandbox.said("base_url").starts_with("http://127.0.0.1:") && sandbox.said("base_url").ends_with("/v1"));
    assert!(sandbox.said("api_key").starts_with("aw_live_"));
    let (host, path) = sandbox.address("base_url");
    let key = sandbox.said("api_key");
    let (status, answer) =
        request(host, &format!("GET {path}/me HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}"), "");
    assert_eq!(status, 200, "{answer}");
    let (status, _) = request(host, &format!("GET {path}/me HTTP/1.1\r\nHost: {host}"), "");
    assert_eq!(status, 401);
    let (rest, code) = sandbox.end();
    assert_eq!(rest, "", "nothing but the line");
    assert_eq!(code, Some(0));
}

#[test]
fn sandboxes_share_neither_keys_nor_control_paths_and_the_seed_makes_none_of_them() {
    let with_seed = |command: &mut Command| {
        command.args(["--seed", "1"]);
    };
    let (one, other) = (Sandbox::start(with_seed), Sandbox::start(with_seed));
    assert_ne!(one.said("api_key"), other.said("api_key"));
    let secret = |sandbox: &Sandbox| sandbox.said("control_url").rsplit('/').next().unwrap().to_owned();
    assert_eq!(secret(&one).len(), 32, "128 bits");
    assert_ne!(secret(&one), secret(&other));
}

#[test]
fn the_sandboxs_control_cannot_be_driven_by_a_web_page_s16() {
    let sandbox = Sandbox::start(|_| {});
    let (host, path) = sandbox.address("control_url");
    let port = host.rsplit(':').next().unwrap();
    assert!(host.starts_with("127.0.0.1:"), "always on loopback: {host}");
    let body = json!({ "visitor": { "text": "hello" } }).to_string();
    let post = |headers: &str, path: &str| request(host, &format!("POST {path} HTTP/1.1\r\n{headers}"), &body);
    let json_type = "Content-Type: application/json";
    assert_eq!(post(&format!("Host: {host}\r\n{json_type}"), &path).0, 200);
    assert_eq!(post(&format!("Host: localhost:{port}\r\n{json_type}"), &path).0, 200);
    let refused = [
        (format!("Host: evil.example\r\n{json_type}"), 421),
        (format!("Host: evil.example:{port}\r\n{json_type}"), 421),
        (format!("Host: 127.0.0.1\r\n{json_type}"), 421),
        (format!("Host: {host}\r\n{json_type}\r\nOrigin: https://evil.example"), 403),
        (format!("Host: {host}\r\n{json_type}\r\nOrigin: null"), 403),
        (format!("Host: {host}\r\nContent-Type: text/plain"), 415),
        (format!("Host: {host}\r\nContent-Type: application/x-www-form-urlencoded"), 415),
        (format!("Host: {host}"), 415),
    ];
    for (headers, wanted) in refused {
        let (status, answer) = post(&headers, &path);
        assert_eq!(status, wanted, "{headers}");
        assert!(!answer.to_ascii_lowercase().contains("access-control-"), "no CORS header, ever: {answer}");
    }
    let (base, _) = path.rsplit_once('/').unwrap();
    assert_eq!(post(&format!("Host: {host}\r\n{json_type}"), &format!("{base}/{}", "0".repeat(32))).0, 404);
    // A read needs no POST, but the same door.
    let get = |headers: &str| request(host, &format!("GET {path} HTTP/1.1\r\n{headers}"), &body).0;
    assert_eq!(get(&format!("Host: {host}")), 200);
    assert_eq!(get("Host: evil.example"), 421);
    assert_eq!(get(&format!("Host: {host}\r\nOrigin: https://evil.example")), 403);
    let (status, answer) =
        request(host, &format!("OPTIONS {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: https://evil.example"), "");
    assert!(status >= 400, "{answer}");
    let (_, counts) =
        request(host, &format!("POST {path} HTTP/1.1\r\nHost: {host}\r\n{json_type}"), r#"{"counts":{}}"#);
    assert!(counts.contains("\"conversations\":2"), "only the two good commands were carried out: {counts}");
}

#[test]
fn a_running_process_shows_no_key_in_its_arguments_masks_what_it_makes_and_makes_no_file() {
    let home = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start(|command| {
        command
            .env("TAKEOVER_API_KEY", KEY)
            .env("HOME", home.path())
            .env("TMPDIR", home.path())
            .current_dir(home.path());
        command.arg("--demo");
    });
    let arguments = std::fs::read(format!("/proc/{}/cmdline", sandbox.child.id())).unwrap();
    let arguments = String::from_utf8_lossy(&arguments).into_owned();
    assert!(arguments.contains("sandbox"), "{arguments}");
    assert!(!arguments.contains("aw_live_"), "{arguments}");
    let status = std::fs::read_to_string(format!("/proc/{}/status", sandbox.child.id())).unwrap();
    let umask = status.lines().find_map(|line| line.strip_prefix("Umask:")).unwrap().trim();
    assert_eq!(umask, "0077", "security, S28");
    sandbox.end();
    let written: Vec<_> = std::fs::read_dir(home.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(written.is_empty(), "{written:?}");
}

/// A home with these files in takeover's folder, and the program in it.
fn at_home(files: &[(&str, &[u8])]) -> (tempfile::TempDir, Command) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("takeover");
    std::fs::create_dir(&folder).unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.join(name), bytes).unwrap();
    }
    let mut command = takeover();
    command.env("XDG_CONFIG_HOME", home.path()).env("TAKEOVER_API_KEY", KEY);
    (home, command)
}

#[test]
fn config_check_names_every_problem_and_ends_with_2() {
    let (home, mut command) =
        at_home(&[("config.toml", b"hodl = 1\nhold = 99\n"), ("keymap.toml", b"[list]\nx = \"nxt\"\n")]);
    let output = command.args(["config", "check"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = words(&output.stdout).replace(&format!("{}/takeover/", home.path().display()), "");
    let places: Vec<_> = told.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(places, ["config.toml:1:1", "config.toml:2:8", "keymap.toml:2:5"], "{told}");
    let (_home, mut command) = at_home(&[("config.toml", b"hodl = 1\n")]);
    let output = command.args(["config", "check", "--json"]).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["problems"][0]["place"]["line"], 1);
    assert_eq!(told["problems"][0]["advice"], "did you mean hold?");
    let (_home, mut command) = at_home(&[("config.toml", b"hold = 1\n")]);
    let output = command.args(["config", "check"]).output().unwrap();
    assert_eq!((output.status.code(), words(&output.stdout).as_str()), (Some(0), "no problems\n"));
}

#[test]
fn config_show_tells_where_each_value_came_from_and_no_key() {
    for format in [&["config", "show"][..], &["config", "show", "--json"]] {
        let (_home, mut command) = at_home(&[("config.toml", b"hold = 5\n[profile.work]\nadvance = \"list\"\n")]);
        let output = command.args(["--profile", "work"]).args(format).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", words(&output.stderr));
        let told = words(&output.stdout);
        assert!(!told.contains(KEY) && !told.contains("aw_live"), "{told}");
        for part in ["hold", "5s", "config.toml", "advance", "list", "work", "--profile"] {
            assert!(told.contains(part), "{part}: {told}");
        }
    }
}

#[test]
fn hostile_files_reach_no_terminal() {
    let hostile = "\u{1b}[2J\u{9b}31m\u{202e}\u{2066}\u{200b}\u{7}";
    let escaped: String = hostile.chars().map(|char| format!("\\U{:08X}", u32::from(char))).collect();
    let config = format!(
        "\"{escaped}\" = 1\nkeymap = \"{escaped}\"\nhold = \"{escaped}\"\ndefault_profile = \"{escaped}\"\n[profile.\"{escaped}\"]\nme = \"{escaped}\"\n"
    );
    let raw = format!("{hostile}\n[{hostile}]\n{hostile} = {hostile}\n");
    for (config, keys) in [
        (config.as_bytes(), raw.as_bytes()),
        (raw.as_bytes(), config.as_bytes()),
        (&b"\xff\x1b[2J\x9b\n"[..], &b"\x9b"[..]),
    ] {
        for arguments in [&["config", "check"][..], &["config", "show"], &["config", "path"], &["keys"], &[]] {
            for json in [false, true] {
                let (_home, mut command) =
                    at_home(&[("config.toml", config), ("keymap.toml", keys), ("theme.toml", keys)]);
                if json && !arguments.is_empty() {
                    command.args(arguments).arg("--json");
                } else {
                    command.args(arguments);
                }
                let output = command.output().unwrap();
                assert_harmless(&output.stdout, &arguments);
                assert_harmless(&output.stderr, &arguments);
                if json && !arguments.is_empty() {
                    serde_json::from_slice::<Value>(&output.stdout).unwrap();
                }
            }
        }
    }
}

#[test]
fn a_file_of_the_working_directory_is_not_read() {
    let (home, mut command) = at_home(&[]);
    for name in ["config.toml", "keymap.toml", "theme.toml"] {
        std::fs::write(home.path().join(name), "oops").unwrap();
    }
    let output = command.current_dir(home.path()).args(["config", "check"]).output().unwrap();
    assert_eq!((output.status.code(), words(&output.stdout).as_str()), (Some(0), "no problems\n"));
    let output = takeover().current_dir(home.path()).args(["config", "path"]).output().unwrap();
    assert!(words(&output.stdout).starts_with("no folder"), "{}", words(&output.stdout));
}

#[test]
fn keys_are_told_as_they_stand() {
    let (_home, mut command) = at_home(&[("keymap.toml", b"[list]\n\"<f5>\" = \"refresh\"\n")]);
    let output = command.args(["keys", "--json"]).output().unwrap();
    let told: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = told["keys"].as_array().unwrap();
    assert!(rows.iter().any(|row| row["context"] == "list" && row["keys"] == "<f5>" && row["action"] == "refresh"));
    let (_home, mut command) = at_home(&[("config.toml", b"enter_sends = true\n")]);
    let output = command.arg("keys").output().unwrap();
    let told = words(&output.stdout);
    let composer = told.split("composer\n").nth(1).unwrap();
    assert!(composer.lines().any(|line| line.contains("Enter") && line.contains("send")), "{composer}");
}
