//! Child processes: what they are given, what comes back, and that none outlives its time (security, S27).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use std::sync::{Arc, Mutex};

use rustix::process::Pid;
use secrecy::SecretString;
use takeover::api::Client;
use takeover::app::{Effect, Event};
use takeover::clock::Clock;
use takeover::effects::children::{
    AT_ONCE, ChildError, Children, Ended, How, MOST_OUTPUT, Program, QUEUE, without_secrets,
};
use takeover::effects::{Machine, Runner, Shared};
use takeover::http::BaseUrl;
use takeover::random::Random;
use takeover::store::MemoryJournal;
use takeover::text::RawText;
use tokio::time::timeout;

const LONG: Duration = Duration::from_secs(60);

fn children() -> Children {
    #[expect(clippy::disallowed_methods, reason = "a child needs the PATH of the tests")]
    let path = std::env::var_os("PATH").unwrap();
    Children::new(vec![("PATH".into(), path)])
}

fn line(text: &str) -> Program {
    Program::Line(text.to_owned())
}

async fn ran(text: &str, input: &str) -> Ended {
    children().run(&line(text), input.as_bytes().to_vec(), LONG).await.unwrap()
}

fn is_alive(pid: &str) -> bool {
    let pid = pid.trim().parse().ok().and_then(Pid::from_raw).unwrap();
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_pid())).unwrap_or_default();
    rustix::process::test_kill_process(pid).is_ok() && !stat.contains(") Z ")
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let patient = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(LONG, patient).await.unwrap_or_else(|_| panic!("never came: {what}"));
}

#[tokio::test]
async fn outside_text_goes_in_by_standard_input_and_comes_back_by_standard_output() {
    let ended = ran("cat; echo oops >&2; exit 3", "$(touch /x) `id` ; \u{1b}[2J\n").await;
    assert_eq!(ended.output, "$(touch /x) `id` ; \u{1b}[2J\n".as_bytes());
    assert_eq!((ended.errors.as_slice(), ended.how, ended.cut), (&b"oops\n"[..], How::Code(3), false));
}

#[tokio::test]
async fn a_child_that_reads_nothing_and_one_that_ends_by_a_signal_are_no_errors() {
    let large = "x".repeat(1 << 20);
    assert_eq!(ran("exit 0", &large).await.how, How::Code(0));
    assert_eq!(ran("kill -TERM $$", "").await.how, How::Signal(15));
}

#[tokio::test]
async fn output_ends_at_the_limit_and_so_does_the_child() {
    let ended = ran("while :; do printf 0123456789abcdef0123456789abcdef; done", "").await;
    assert_eq!((ended.output.len(), ended.cut), (MOST_OUTPUT, true));
    assert_eq!(ended.how, How::Signal(13), "a closed pipe");
    let ended = ran("head -c 1048576 /dev/zero", "").await;
    assert_eq!((ended.output.len(), ended.cut, ended.how), (MOST_OUTPUT, false, How::Code(0)));
}

#[tokio::test]
async fn when_the_time_is_over_the_whole_group_is_ended_though_it_ignores_requests() {
    let text = "trap '' TERM; sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' & wait";
    let ended = children().run(&line(text), Vec::new(), Duration::from_millis(300)).await.unwrap();
    assert_eq!(ended.how, How::TimeOver);
    let inner = String::from_utf8(ended.output).unwrap();
    until("the grandchild's end", || !is_alive(&inner)).await;
}

#[tokio::test]
async fn what_a_child_leaves_in_the_background_ends_with_it() {
    let ended = ran("sleep 1000 & echo $!", "").await;
    assert_eq!(ended.how, How::Code(0));
    let left = String::from_utf8(ended.output).unwrap();
    until("the end of what was left", || !is_alive(&left)).await;
}

#[tokio::test]
async fn dropping_the_future_ends_the_group() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let text = format!("echo $$ > {}; exec sleep 1000", file.display());
    let task = tokio::spawn(async move { children().run(&line(&text), Vec::new(), LONG).await });
    let pid = || std::fs::read_to_string(&file).unwrap_or_default();
    until("its number", || pid().ends_with('\n')).await;
    assert!(is_alive(&pid()));
    task.abort();
    until("its end", || !is_alive(&pid())).await;
}

#[tokio::test]
async fn four_run_at_once_sixteen_wait_and_the_next_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let gate = folder.path().join("gate");
    let text = format!("echo x >> {0}.n; until [ -e {0} ]; do sleep 0.01; done", gate.display());
    let children = children();
    let tasks: Vec<_> = (0..AT_ONCE + QUEUE)
        .map(|_| {
            let (children, text) = (children.clone(), text.clone());
            tokio::spawn(async move { children.run(&line(&text), Vec::new(), LONG).await })
        })
        .collect();
    until("a full queue", || children.waiting() == QUEUE).await;
    let started = || std::fs::read_to_string(folder.path().join("gate.n")).unwrap_or_default().lines().count();
    until("four that run", || started() == AT_ONCE).await;
    assert_eq!(children.run(&line("true"), Vec::new(), LONG).await, Err(ChildError::TooMany));
    assert_eq!(started(), AT_ONCE);
    std::fs::write(&gate, "").unwrap();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().how, How::Code(0));
    }
    assert_eq!((started(), children.waiting()), (AT_ONCE + QUEUE, 0));
}

#[tokio::test]
async fn no_key_reaches_a_child_under_whatever_name() {
    let key = "aw_live_secret";
    let all = [
        ("TAKEOVER_API_KEY", key),
        ("takeover_relay_token", "other"),
        ("COPY", "x aw_live_secret y"),
        ("HOME", "/home/june"),
        ("PATH", "/usr/bin:/bin"),
    ];
    let all = all.map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let kept = without_secrets(all, &[key, ""]);
    let names: Vec<_> = kept.iter().map(|(name, _)| name.to_str().unwrap()).collect();
    assert_eq!(names, ["HOME", "PATH"]);
    let ended = Children::new(kept).run(&line("env"), Vec::new(), LONG).await.unwrap();
    let seen = String::from_utf8(ended.output).unwrap();
    assert!(seen.contains("HOME=/home/june") && !seen.to_lowercase().contains("takeover"), "{seen}");
    assert!(!seen.contains(key));
}

#[tokio::test]
async fn a_child_is_in_a_group_of_its_own_and_has_no_terminal_for_its_streams() {
    let ended = ran("cut -d' ' -f5 /proc/$$/stat; echo $$; test -t 0 || test -t 1 || test -t 2 || echo none", "").await;
    let text = String::from_utf8(ended.output).unwrap();
    let lines: Vec<_> = text.split_whitespace().collect();
    assert_eq!(lines[0], lines[1], "{text}");
    assert_eq!(lines[2], "none");
}

#[tokio::test]
async fn a_program_is_never_looked_for_where_takeover_was_started() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("opener");
    std::fs::write(&file, "#!/bin/sh\nexit 0\n").unwrap();
    let vector = |name: &OsStr| Program::Vector(name.to_owned(), Vec::new());
    let name = OsStr::new("opener");
    let with = |path: OsString| Children::new(vec![("PATH".into(), path)]);
    let mut path = OsString::from(".:relative::");
    path.push(folder.path());
    let not_found = Err(ChildError::NotFound("opener".to_owned()));
    assert_eq!(with(path.clone()).launch(&vector(name), LONG).await, not_found, "it cannot be run yet");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(with(path).launch(&vector(name), LONG).await, Ok(()));
    assert_eq!(with(".:".into()).launch(&vector(name), LONG).await, not_found);
    assert!(with("/".into()).launch(&vector(OsStr::new("./opener")), LONG).await.is_err());
    assert_eq!(with("/".into()).launch(&vector(file.as_os_str()), LONG).await, Ok(()));
}

#[tokio::test]
async fn what_is_launched_may_outlive_the_launch_and_a_bad_end_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let gate = folder.path().join("gate");
    let text = format!("until [ -e {0} ]; do sleep 0.01; done; echo > {0}.done", gate.display());
    children().launch(&line(&text), Duration::from_millis(50)).await.unwrap();
    std::fs::write(&gate, "").unwrap();
    until("what was launched goes on", || folder.path().join("gate.done").exists()).await;
    let failed = children().launch(&line("exit 4"), LONG).await.unwrap_err();
    assert_eq!(failed.to_string(), "sh failed (it ended with 4)");
}

/// A program that writes down what it was given, one argument a line, and its environment's names.
fn recorder(folder: &std::path::Path) -> std::path::PathBuf {
    let program = folder.join("xdg-open");
    let log = folder.join("log");
    let text = format!(
        "#!/bin/sh\n{{ echo \"$#\"; for one in \"$@\"; do printf '%s\\n' \"$one\"; done; }} > {0}.new\nenv > {0}.env\nmv {0}.new {0}\n",
        log.display()
    );
    std::fs::write(&program, text).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    program
}

/// What the runner answers to an order to open this link.
async fn opened(link: &str, machine: &Machine) -> Result<(), String> {
    let base = BaseUrl::parse("http://127.0.0.1:9").unwrap();
    let client = Client::new(base, SecretString::from("aw_live_secret".to_owned()), Clock::system()).unwrap();
    let journal: Shared = Arc::new(Mutex::new(Box::new(MemoryJournal::default())));
    let (mut runner, mut told) = Runner::new(client, journal, Random::System);
    runner.set_machine(machine.clone());
    runner.perform(Effect::OpenLink { ask: 7, url: RawText::new(link) });
    let answer = timeout(LONG, told.recv()).await.unwrap();
    let Some(Event::LinkOpened { ask: 7, result }) = answer else { panic!("{answer:?}") };
    runner.shutdown().await;
    result.map_err(|why| why.as_raw().to_owned())
}

#[tokio::test]
async fn a_link_reaches_its_opener_as_one_argument_and_no_shell_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    recorder(folder.path());
    let mut path = folder.path().as_os_str().to_owned();
    path.push(":/usr/bin:/bin");
    let key = ("TAKEOVER_API_KEY".into(), "aw_live_secret".into());
    let children = Children::new(without_secrets([("PATH".into(), path), key], &["aw_live_secret"]));
    let machine = Machine { children, opener: "xdg-open".into(), ..Machine::default() };
    let log = folder.path().join("log");
    for link in [
        "https://example.com/a?b=$(touch${IFS}/tmp/x)&c=`id`;d|e>f#'\"*",
        "https://example.com/--help",
        "mailto:june@example.com?subject=-x",
    ] {
        let _ = std::fs::remove_file(&log);
        assert_eq!(opened(link, &machine).await, Ok(()), "{link}");
        let given = std::fs::read_to_string(&log).unwrap();
        let lines: Vec<_> = given.lines().collect();
        assert_eq!((lines.len(), lines[0]), (2, "1"), "{given}");
        assert!(lines[1].starts_with(link.get(..20).unwrap()), "{given}");
    }
    let environment = std::fs::read_to_string(folder.path().join("log.env")).unwrap();
    assert!(!environment.contains("aw_live_secret") && !environment.contains("TAKEOVER"), "{environment}");
    std::fs::remove_file(&log).unwrap();
    for link in ["javascript:alert(1)", "file:///etc/passwd", "https://a@b.example", "-x", "https://x.example/\u{1b}]"]
    {
        assert!(opened(link, &machine).await.is_err(), "{link}");
    }
    assert!(!log.exists(), "nothing was started");
}

#[tokio::test]
async fn a_missing_opener_is_said_by_its_name() {
    let children = Children::new(vec![("PATH".into(), "/nonexistent".into())]);
    let machine = Machine { children, opener: "xdg-open".into(), ..Machine::default() };
    let said = opened("https://example.com", &machine).await.unwrap_err();
    assert_eq!(said, "there is no program xdg-open on this machine");
}
