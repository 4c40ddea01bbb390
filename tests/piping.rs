//! The transcript through a command: what the command reads, what comes back, and that nothing runs unasked
//! (security, S27).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use support::{TestApp, Town, message};
use takeover::app::overlay::Overlay;
use takeover::app::{Event, PipeEnd, Piped};
use takeover::sandbox::command::NewConversation;
use takeover::text::RawText;

/// A visitor whose words would do harm in a shell.
async fn town() -> Town {
    let town = Town::new().await;
    let said = ["$(echo run > /nonexistent/x) `id` ; \u{1b}]0;title\u{7}", "second line\nof two"];
    town.conversation(NewConversation {
        status: Some("open".to_owned()),
        contact_name: Some("June".to_owned()),
        ago: 900.0,
        messages: said.map(|text| message("visitor", text, 800.0)).to_vec(),
        ..NewConversation::default()
    });
    town
}

/// The program with that conversation open.
async fn opened(town: &Town) -> TestApp {
    let mut app = TestApp::start(town);
    app.settled().await;
    let id = app.model().inbox.rows.keys().next().unwrap().clone();
    app.open(&id);
    app.settled().await;
    app
}

fn overlay(app: &TestApp) -> Option<&Overlay> {
    app.model().overlays.open.as_ref().map(|(overlay, _)| overlay)
}

fn screen(app: &TestApp) -> String {
    app.screen_rows().join("\n")
}

/// Runs a command from the thread and waits for its output.
async fn ran(app: &mut TestApp, command: &str) {
    app.keys("!");
    assert!(matches!(overlay(app), Some(Overlay::PipePrompt)));
    app.handle(Event::Pasted(RawText::new(command)));
    app.keys("<enter>");
    app.until("the output", |app| matches!(overlay(app), Some(Overlay::PipeOutput { .. }))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_reads_the_transcript_and_what_it_writes_is_shown_as_safe_text() {
    let town = town().await;
    let mut app = opened(&town).await;
    app.keys("|cat");
    assert!(screen(&app).contains("it reads 2 messages, no notes, of \u{201c}June\u{201d}"), "{}", screen(&app));
    app.keys("<enter>");
    app.until("the output", |app| matches!(overlay(app), Some(Overlay::PipeOutput { .. }))).await;
    let shown = screen(&app);
    for line in [
        "Transcript of 2 messages with June. Notes of the team are left out.",
        "| $(echo run > /nonexistent/x) `id` ; \u{241b}]0;title\u{2407}",
        "| second line",
        "| of two",
    ] {
        assert!(shown.contains(line), "{line}:\n{shown}");
    }
    app.keys("<esc>");
    assert!(overlay(&app).is_none());
    ran(&mut app, r"printf 'a\033[2J\302\233b\r\nc'; printf 'why\n' >&2; exit 7").await;
    let shown = screen(&app);
    assert!(shown.contains("output: it ended with 7") && shown.contains("a\u{241b}[2J\u{2039}9B\u{203a}b"), "{shown}");
    assert!(shown.contains("why") && shown.chars().all(|char| char == '\n' || !char.is_control()), "{shown}");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pasted_line_stands_in_the_prompt_and_only_enter_by_itself_runs_it() {
    let town = town().await;
    let mut app = opened(&town).await;
    app.keys("!");
    app.handle(Event::Pasted(RawText::new("echo one\necho two\n")));
    assert_eq!(app.model().overlays.pipe.editor.text(), "echo one");
    app.keys_at_once("x<enter>");
    assert_eq!(app.model().overlays.pipe.editor.text(), "echo onex");
    assert!(matches!(overlay(&app), Some(Overlay::PipePrompt)), "nothing runs");
    app.keys("<backspace>!<enter>");
    app.until("the output", |app| matches!(overlay(app), Some(Overlay::PipeOutput { .. }))).await;
    assert!(screen(&app).contains("one!"), "{}", screen(&app));
    app.keys("q!<up>");
    assert_eq!(app.model().overlays.pipe.editor.text(), "echo one!", "Up brings the last one back");
    app.keys("<esc>");
    assert!(overlay(&app).is_none());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_output_scrolls_to_its_end_and_follows_the_size_of_the_screen() {
    let town = town().await;
    let mut app = opened(&town).await;
    ran(&mut app, "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo \"number $i of many, with a tail that wraps\"; done")
        .await;
    assert!(screen(&app).contains("number 1 of") && !screen(&app).contains("number 300 of"));
    app.keys("G");
    assert!(screen(&app).contains("number 300 of"), "{}", screen(&app));
    app.keys("k");
    assert!(!screen(&app).contains("number 300 of"));
    app.keys("gjj");
    assert!(screen(&app).contains("number 3 of") && !screen(&app).contains("number 2 of"));
    app.keys("G");
    app.resize(38, 9);
    assert!(app.model().overlays.pipe.rows.len() > 300, "rows are wrapped anew");
    app.resize(120, 40);
    app.keys("G");
    assert!(screen(&app).contains("number 300 of"), "{}", screen(&app));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_wait_is_not_interrupted_by_the_output() {
    let town = town().await;
    let mut app = opened(&town).await;
    app.keys("!cat<enter>");
    assert!(matches!(overlay(&app), Some(Overlay::PipeRunning { ask: 1 })));
    app.keys("<esc>r");
    let piped = Piped { output: RawText::new("late"), errors: RawText::default(), cut: false, end: PipeEnd::Code(0) };
    app.handle(Event::Piped { ask: 1, result: Ok(piped.clone()) });
    assert!(overlay(&app).is_none());
    app.keys("text");
    assert!(screen(&app).contains("text"));
    // Nor by that of an earlier one.
    app.keys("<esc>!cat<enter>");
    app.handle(Event::Piped { ask: 1, result: Ok(piped) });
    assert!(matches!(overlay(&app), Some(Overlay::PipeRunning { ask: 2 })));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn how_a_command_ended_is_said_in_the_title() {
    let town = town().await;
    let mut app = opened(&town).await;
    for (end, cut, said) in [
        (PipeEnd::TimeOver, false, "output: its time was over"),
        (PipeEnd::Signal(9), false, "output: signal 9 ended it"),
        (PipeEnd::Signal(13), true, "output: only its first MiB"),
        (PipeEnd::Code(2), true, "output: it ended with 2, only its first MiB"),
    ] {
        app.keys("!true<enter>");
        let Some(Overlay::PipeRunning { ask }) = overlay(&app) else { panic!("it does not run") };
        let piped = Piped { output: RawText::default(), errors: RawText::default(), cut, end };
        app.handle(Event::Piped { ask: *ask, result: Ok(piped) });
        assert!(screen(&app).contains(said) && screen(&app).contains("no output"), "{}", screen(&app));
        app.keys("<esc>");
    }
    app.keys("!true<enter>");
    let Some(Overlay::PipeRunning { ask }) = overlay(&app) else { panic!("it does not run") };
    app.handle(Event::Piped { ask: *ask, result: Err(RawText::new("16 commands wait already")) });
    assert!(screen(&app).contains("16 commands wait already"), "{}", screen(&app));
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_loaded_thread_there_is_nothing_to_pipe() {
    let town = Town::new().await;
    let mut app = TestApp::start(&town);
    app.settled().await;
    app.keys("!");
    assert!(overlay(&app).is_none());
    assert_eq!(app.notice(), "nothing to pipe: nothing of the thread is loaded");
    app.end().await;
}
