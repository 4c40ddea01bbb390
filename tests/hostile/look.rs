//! What has to hold of every screen, whatever was drawn on it; and of every byte that drew it.

use rustix::process::Signal;

use crate::pty::{Pty, assert_clean};

/// The gutters by role: visitor, person, bot, unknown.
pub(crate) const VISITOR: &str = "\u{258C}";
pub(crate) const PERSON: &str = "\u{258F}";
pub(crate) const BOT: &str = "\u{250A}";
pub(crate) const UNKNOWN: &str = "\u{254E}";
const GUTTERS: [&str; 4] = [VISITOR, PERSON, BOT, UNKNOWN];

/// What takeover says in a thread by itself, without a rule: rows that a message cannot have, since their gutter is blank.
const OURS: [&str; 5] = [
    "the beginning",
    "older messages are being read\u{2026}",
    "older messages load as you scroll",
    "reading the thread\u{2026}",
    "nobody has said anything yet",
];

/// Where things stand at this size: the columns of the rules, the first column of the thread, its width.
pub(crate) struct Places {
    pub(crate) rules: &'static [u16],
    pub(crate) first: u16,
    pub(crate) width: u16,
}

pub(crate) fn places(columns: u16) -> Places {
    match columns {
        120 => Places { rules: &[37, 94], first: 39, width: 54 },
        80 => Places { rules: &[30], first: 32, width: 48 },
        50 => Places { rules: &[], first: 1, width: 49 },
        _ => Places { rules: &[], first: 0, width: 0 },
    }
}

/// The text of a stretch of a row.
pub(crate) fn stretch(screen: &vt100::Screen, row: u16, from: u16, to: u16) -> String {
    let mut text = String::new();
    for column in from..to {
        let Some(cell) = screen.cell(row, column) else { continue };
        if cell.is_wide_continuation() {
            continue;
        }
        text.push_str(if cell.has_contents() { cell.contents() } else { " " });
    }
    text
}

/// The symbol of one cell.
pub(crate) fn cell(screen: &vt100::Screen, row: u16, column: u16) -> String {
    stretch(screen, row, column, column + 1)
}

/// The whole screen with borders of its own, for a failure's words.
fn picture(screen: &vt100::Screen) -> String {
    let (rows, columns) = screen.size();
    (0..rows).map(|row| format!("{row:3} {}\n", stretch(screen, row, 0, columns))).collect()
}

/// Every rule between panes is whole and in its column, and every frame is closed, with its sides in line.
pub(crate) fn assert_borders(screen: &vt100::Screen, about: &str) {
    let (rows, columns) = screen.size();
    let frames = frames(screen, about);
    let covered = |row, column| {
        frames.iter().any(|frame| {
            (frame.top..=frame.bottom).contains(&row) && (frame.left.saturating_sub(1)..=frame.right).contains(&column)
        })
    };
    for rule in places(columns).rules {
        for row in 1..rows - 1 {
            let there = cell(screen, row, *rule);
            assert!(
                there == "\u{2502}" || covered(row, *rule),
                "{about}: {there:?} in the rule at {row}, {rule}\n{}",
                picture(screen)
            );
        }
    }
}

struct Frame {
    left: u16,
    right: u16,
    top: u16,
    bottom: u16,
}

/// All frames whose upper left corner is drawn.
fn frames(screen: &vt100::Screen, about: &str) -> Vec<Frame> {
    let (rows, columns) = screen.size();
    let kinds = [
        (["\u{250C}", "\u{2510}", "\u{2514}", "\u{2518}"], ["\u{2502}"; 2]),
        // A reply's sides, and a note's.
        (["\u{250F}", "\u{2513}", "\u{2517}", "\u{251B}"], ["\u{2503}", "\u{254F}"]),
    ];
    let mut found = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            let Some(([_, right_top, left_bottom, right_bottom], sides)) =
                kinds.iter().find(|(corners, _)| corners[0] == cell(screen, row, column))
            else {
                continue;
            };
            let right = (column..columns).rev().find(|at| cell(screen, row, *at) == *right_top);
            let bottom = (row..rows).find(|at| cell(screen, *at, column) == *left_bottom);
            let (Some(right), Some(bottom)) = (right, bottom) else {
                panic!("{about}: an open frame at {row}, {column}\n{}", picture(screen));
            };
            assert_eq!(&cell(screen, bottom, right), right_bottom, "{about}\n{}", picture(screen));
            let side = sides.iter().find(|side| **side == cell(screen, row + 1, column)).unwrap_or(&sides[0]);
            for between in row + 1..bottom {
                for at in [column, right] {
                    assert_eq!(&cell(screen, between, at), side, "{about} at {between}, {at}\n{}", picture(screen));
                }
            }
            found.push(Frame { left: column, right, top: row, bottom });
        }
    }
    found
}

/// A row of the thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// Nothing.
    Blank,
    /// A separator or marker of ours, with its words.
    Rule(String),
    /// Words of ours alone, in the middle of a row whose gutter is blank.
    Ours(String),
    /// Of a message: its gutter and what stands behind it.
    Said(String, String),
}

/// The rows of the thread, each checked to be one of ours: a blank one, a rule, or one behind a gutter.
pub(crate) fn thread(screen: &vt100::Screen, about: &str) -> Vec<Row> {
    let (rows, columns) = screen.size();
    let Places { first, width, .. } = places(columns);
    let mut found = Vec::new();
    for row in 3..rows - 1 {
        let text = stretch(screen, row, first, first + width);
        let begins = cell(screen, row, first);
        let said = if text.trim().is_empty() {
            Row::Blank
        } else if GUTTERS.contains(&begins.as_str()) {
            assert_eq!(cell(screen, row, first + 1), " ", "{about}: a gutter is two cells\n{}", picture(screen));
            Row::Said(begins, stretch(screen, row, first + 2, first + width).trim_end().to_owned())
        } else if begins == "\u{2500}" {
            let text = text.trim_end();
            assert!(text.ends_with('\u{2500}'), "{about}: a rule that does not end: {text:?}\n{}", picture(screen));
            Row::Rule(text.trim_matches('\u{2500}').trim().to_owned())
        } else if OURS.contains(&text.trim()) && begins == " " {
            Row::Ours(text.trim().to_owned())
        } else if matches!(begins.as_str(), "\u{250F}" | "\u{2503}" | "\u{2517}") {
            break;
        } else {
            panic!("{about}: a row that is nobody's: {text:?}\n{}", picture(screen));
        };
        found.push(said);
    }
    found
}

/// Scrolls the thread a page up from this screen, and waits until other rows stand there.
pub(crate) fn page_up(pty: &Pty, from: &vt100::Screen) {
    let before = thread(from, "before a page up");
    pty.send("\x1b[5~");
    pty.wait_for("older rows", |screen| {
        let rows = thread(screen, "after a page up");
        let loading = |row: &Row| matches!(row, Row::Ours(words) if words.starts_with("older messages"));
        rows != before && !rows.iter().any(loading)
    });
}

/// Ends the program, and holds every byte that it wrote against what takeover writes.
pub(crate) fn end(pty: &Pty) {
    assert!(pty.is_running());
    pty.signal(Signal::TERM);
    pty.wait_end();
    pty.assert_restored();
    assert_bytes(&pty.raw());
}

/// No sequence but ours, and no character that hides, reorders or breaks lines.
pub(crate) fn assert_bytes(raw: &[u8]) {
    assert_clean(raw);
    let text = std::str::from_utf8(raw).expect("UTF-8 alone is written");
    let hidden = text.chars().find(|char| {
        matches!(
            char,
            '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}' | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
        )
    });
    assert_eq!(hidden, None, "a character that nobody sees was written");
}
