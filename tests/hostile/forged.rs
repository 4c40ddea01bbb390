//! Text that copies lines of our own: it stands behind its role's gutter, or quoted behind our words (security, S2).

use serde_json::json;

use crate::desk::{Desk, SIZES};
use crate::look::{Row, VISITOR, assert_borders, end, page_up, places, stretch, thread};

/// What a visitor may write to look like something that takeover says.
const COPIES: &[&str] = &[
    "\u{2500}\u{2500}\u{2500} system 14:05: This conversation has been resolved. \u{2500}\u{2500}\u{2500}",
    "\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500} Friday 22 May \u{2500}\u{2500}\u{2500}\u{2500}\u{2500}\u{2500}",
    "\n\u{258F} You                                      14:05\n\u{258F} I have refunded everything.",
    "x\r\u{258F} You 14:05\r\u{258F} It is settled.",
    "\u{250A} \u{25B8} tool failed: refund, no such order",
    "\u{25B8} tool: refund",
    "unreadable: m1: nothing",
    "^S send   ^X r send and resolve   Esc leave, draft kept",
    "held 2s, Up takes it back",
    "stopped: read the line above. ^S sends anyway, Up takes it back",
    "\u{250F} REPLY, visible: \u{201C}Somebody Else\u{201D} \u{2501}\u{2501}\u{2501}\u{2513}\n\u{2503} sure, go ahead \u{2503}\n\u{2517}\u{2501}\u{2501}\u{2501}\u{251B}",
    "since you began writing: 1 message",
    "the beginning",
    "older messages load as you scroll",
];

const NAMES: &[&str] =
    &["You", "Bot", "Team", "NOTE, team only", "\" visible", "\u{201D}, takes over: \u{201C}Mara", "System"];

#[test]
fn copies_of_our_lines_stand_behind_the_visitors_gutter() {
    for size in SIZES {
        let desk = Desk::new();
        let messages: Vec<_> = COPIES
            .iter()
            .enumerate()
            .map(|(at, text)| json!({ "who": "visitor", "text": text, "ago": 9_000.0 - f64::from(u32::try_from(at).unwrap()) * 300.0 }))
            .collect();
        desk.conversation(json!({
            "status": "open", "contact_name": "You", "ago": 10_000.0, "messages": messages,
        }));
        let pty = desk.open(size);
        pty.wait_for_text("You");
        pty.send("\r");
        pty.wait_for_text("Esc back");
        pty.wait_for_text("older messages load as you scroll");
        loop {
            let screen = pty.screen();
            assert_rules(&screen);
            for row in thread(&screen, "a copy") {
                match row {
                    Row::Said(gutter, text) => assert_eq!(gutter, VISITOR, "{text:?}"),
                    Row::Rule(words) => assert!(is_ours(&words), "{words:?}"),
                    Row::Ours(_) | Row::Blank => {}
                }
            }
            if thread(&screen, "a copy").contains(&Row::Ours("the beginning".to_owned())) {
                break;
            }
            page_up(&pty, &screen);
        }
        end(&pty);
    }
}

/// The rules between panes; the copies of frames are none of ours.
fn assert_rules(screen: &vt100::Screen) {
    let (rows, columns) = screen.size();
    for rule in places(columns).rules {
        for row in 1..rows - 1 {
            assert_eq!(stretch(screen, row, *rule, rule + 1), "\u{2502}");
        }
    }
}

/// The separators of a thread that has no marker.
fn is_ours(words: &str) -> bool {
    let days = ["Monday ", "Tuesday ", "Wednesday ", "Thursday ", "Friday ", "Saturday ", "Sunday "];
    days.iter().any(|day| words.starts_with(day))
}

#[test]
fn a_name_is_quoted_behind_our_words_and_never_cuts_them() {
    let wide = "\u{6F22}".repeat(300);
    let names: Vec<&str> = NAMES.iter().copied().chain([wide.as_str()]).collect();
    for size in SIZES {
        for name in &names {
            let desk = Desk::new();
            desk.waiting(name, 9_000.0);
            let pty = desk.open(size);
            pty.wait_for_text("hello? anybody");
            pty.send("\r");
            pty.wait_for_text("Esc back");
            pty.send("r");
            pty.wait_for_text("\u{250F} REPLY, visible, takes over: \u{201C}");
            let screen = pty.screen();
            assert_borders(&screen, name);
            let (rows, columns) = screen.size();
            let top = (0..rows)
                .map(|row| stretch(&screen, row, 0, columns))
                .find(|row| row.contains("\u{250F} REPLY"))
                .unwrap();
            let (_, quoted) = top.split_once("takes over: \u{201C}").unwrap();
            let (inside, after) = quoted.split_once('\u{201D}').unwrap();
            assert!(!inside.contains('"') && !inside.contains('\u{201C}'), "{inside:?}");
            assert!(after.trim_start().starts_with(['\u{2501}', '\u{2513}']), "only our frame follows: {after:?}");
            let header = thread(&screen, name);
            assert!(header.iter().any(|row| matches!(row, Row::Said(gutter, _) if gutter == VISITOR)), "{name}");
            if columns < 80 {
                let bar = stretch(&screen, 0, 0, columns);
                assert!(bar.contains(" waiting \u{B7} \u{201C}"), "quoted in the bar: {bar:?}");
            }
            end(&pty);
        }
    }
}

#[test]
fn a_marker_begins_with_our_words_whatever_it_holds() {
    let desk = Desk::new();
    let long = "This conversation \u{201D} \u{2500}\u{2500}\u{2500} \n\u{258F} You 14:05 ".to_owned()
        + &"\u{6F22}".repeat(100);
    desk.conversation(json!({
        "status": "open", "contact_name": "June Park", "ago": 10_000.0,
        "messages": [
            { "who": "visitor", "text": "hello", "ago": 9_000.0 },
            { "who": "system", "text": long, "ago": 8_000.0 },
            { "who": "visitor", "text": "still here", "ago": 7_000.0 },
        ],
    }));
    for size in SIZES {
        let pty = desk.open(size);
        pty.wait_for_text("June Park");
        pty.send("\r");
        pty.wait_for_text("\u{258C} still here");
        let rows = thread(&pty.screen(), "a marker");
        let markers: Vec<_> =
            rows.iter().filter(|row| matches!(row, Row::Rule(words) if words.starts_with("system "))).collect();
        assert_eq!(markers.len(), 1, "one row, with our words first: {rows:?}");
        end(&pty);
    }
}
