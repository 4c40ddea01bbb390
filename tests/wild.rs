//! Any keys in any order on any screen, with a world that goes on and a network that fails: no panic, nothing sent
//! twice, and the way out is always open (product, P2 and P9).
//!
//! `TAKEOVER_WILD` sets how many keys are pressed in each run (700 unless set).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;
use support::{Start, TestApp, Town, message, rounds, screen_rows};
use takeover::app::{Event, Size};
use takeover::random::Random;
use takeover::sandbox::command::{NewConversation, Plant};
use takeover::sandbox::{Command, Fault, Script};
use takeover::text::RawText;

/// Text that has broken programs like this one.
const HOSTILE: [&str; 6] = [
    "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m",
    "\u{202e}gnp.exe \u{2066}\u{2069}\u{200f}",
    "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{1f3fd}\u{fe0f}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "\u{e0041}\u{e0042}\r\n\u{2028}\t\u{0}",
    "\u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{645}\u{631}\u{62d}\u{628}\u{627} \u{c548}\u{b155} \u{4f60}\u{597d}",
];

const KEYS: [&str; 64] = [
    "j",
    "k",
    "J",
    "K",
    "g",
    "G",
    "<enter>",
    "<enter>",
    "<esc>",
    "<esc>",
    "l",
    "h",
    "w",
    "r",
    "r",
    "v",
    "u",
    "R",
    "?",
    "q",
    "1",
    "2",
    "3",
    "7",
    "<tab>",
    "<backtab>",
    "<c-d>",
    "<c-u>",
    "<pgdn>",
    "<pgup>",
    "<home>",
    "<end>",
    "<up>",
    "<down>",
    "<left>",
    "<right>",
    "<c-s>",
    "<c-s>",
    "<c-x>",
    "<c-x>",
    "d",
    "<c-c>",
    "<c-l>",
    "<c-w>",
    "<c-k>",
    "<c-y>",
    "<c-_>",
    "<c-a>",
    "<c-e>",
    "<backspace>",
    "<delete>",
    "<c-left>",
    "<c-right>",
    "<c-j>",
    "n",
    "y",
    "x",
    "<gt>",
    "<lt>",
    "<space>",
    "\u{e9}",
    "\u{1f600}",
    "<a-enter>",
    "<s-enter>",
];

const SIZES: [(u16, u16); 10] =
    [(120, 40), (80, 24), (50, 20), (0, 0), (1, 1), (39, 9), (40, 10), (500, 200), (119, 11), (79, 60)];

fn town_of_trouble(town: &Town, pick: &impl Fn(usize) -> usize) {
    for (at, text) in HOSTILE.iter().enumerate() {
        let conversation = town.conversation(NewConversation {
            status: Some(["open", "agent_requested"][at % 2].to_owned()),
            contact_name: Some((*text).to_owned()),
            title: Some(text.repeat(20)),
            contact_email: Some(format!("{text}@example.com")),
            ago: 4_000.0,
            messages: vec![message("visitor", &text.repeat(1 + pick(40)), 3_000.0), message("bot", text, 2_000.0)],
            ..NewConversation::default()
        });
        if at < 3 {
            // Records that cannot be read.
            let raw = Some(["{\"id\":\"x/../y\",\"status\":7}", "null", "[[[\"deep\"]]]"][at].to_owned());
            town.control(Command::Plant(Plant { raw, status: Some("open".to_owned()), ..Plant::default() }));
        }
        if at == 4 {
            let fields = json!({"last_message_at": "99999-99-99T99:99:99Z", "created_at": "9999-12-31T23:59:59Z"});
            let fields = fields.as_object().unwrap().clone();
            let conversation_id = Some(conversation.to_string());
            town.control(Command::Plant(Plant { conversation_id, fields, ..Plant::default() }));
        }
    }
}

async fn press_wildly(seed: u64, presses: usize) {
    let dice = Random::seeded(seed);
    let pick = |count: usize| usize::try_from(dice.next_u64() % count as u64).unwrap();
    let town = Town::with(|options| {
        options.script = Script::Demo;
        options.seed = seed;
        (options.minute_limit, options.hour_limit) = (100_000, 100_000);
    })
    .await;
    town_of_trouble(&town, &pick);
    let mut app = TestApp::start_with(&town, Start::default());
    app.settled().await;
    let mut size = Size { columns: 120, rows: 40 };
    for press in 0..presses {
        match pick(40) {
            0 => {
                let (columns, rows) =
                    if pick(2) == 0 { SIZES[pick(SIZES.len())] } else { (pick(160) as u16, pick(60) as u16) };
                size = Size { columns, rows };
                app.resize(columns, rows);
            }
            1 => app.handle(Event::Pasted(RawText::new(HOSTILE[pick(HOSTILE.len())].repeat(1 + pick(300))))),
            2 => app.handle(Event::FocusChanged(pick(2) == 0)),
            3 => {
                let many: String = (0..pick(14)).map(|_| KEYS[pick(KEYS.len())]).collect();
                app.keys_at_once(&many);
            }
            4 => {
                let faults = [
                    json!({"kind": "status", "status": 500}),
                    json!({"kind": "reset_after_accept"}),
                    json!({"kind": "reset_before_accept"}),
                    json!({"kind": "truncated_body"}),
                    json!({"kind": "non_json"}),
                    json!({"kind": "rate_limited", "retry_after": 3}),
                    json!({"kind": "slow", "ms": 5}),
                    json!({"kind": "stale"}),
                ];
                let fault: Fault = serde_json::from_value(faults[pick(faults.len())].clone()).unwrap();
                town.fault(fault);
            }
            5..10 => app.pass(Duration::from_millis(pick(4_000) as u64)).await,
            10..16 => app.take_one().await,
            _ => app.keys(KEYS[pick(KEYS.len())]),
        }
        if press % 3 == 0 {
            // Nothing in a frame can drive the terminal.
            let rows = screen_rows(app.model(), size);
            assert!(rows.iter().all(|row| !row.chars().any(char::is_control)), "{rows:?}");
        }
        if app.has_quit {
            app.session.model.panes.leaving = false;
            app.has_quit = false;
        }
    }
    let mut accepted: HashMap<String, usize> = HashMap::new();
    for request in town.requests("POST", "/messages").into_iter().filter(|it| it.accepted && !it.replayed) {
        *accepted.entry(request.idempotency_key.unwrap()).or_default() += 1;
    }
    assert!(accepted.values().all(|times| *times == 1), "a reply was accepted twice");
    // The way out: cancel what stands there, quit, and say yes.
    town.control(Command::ClearFaults {});
    app.resize(120, 40);
    app.pass(Duration::from_secs(1)).await;
    app.keys("<esc><esc><esc><esc><esc>q");
    app.pass(Duration::from_secs(1)).await;
    if app.model().overlays.open.is_some() {
        app.keys("y");
    }
    assert!(app.has_quit, "{}", app.dump());
    app.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_keys_on_any_screen_in_a_world_of_trouble_never_panic_and_never_send_twice() {
    for seed in 1..5 {
        press_wildly(seed, rounds("TAKEOVER_WILD", 700)).await;
    }
}
