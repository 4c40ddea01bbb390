//! Whatever the environment says of terminal, colours, language and time zone, the same work can be done.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::desk::{Desk, quit};
use crate::pty::{Piece, Pty, assert_clean, pieces};

/// The inbox of the first member with some variables set, or unset where there is no value.
fn open(desk: &Desk, environment: &[(&str, Option<&str>)]) -> Pty {
    let mut command = desk.command();
    for (name, value) in environment {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        }
    }
    command.args(["--me", &desk.member(0)]);
    Pty::start(command, (120, 40))
}

/// The main job from the first screen to the reply at the server; what the screen showed while the composer was open.
fn reply(desk: &Desk, pty: &Pty) -> String {
    pty.wait_for_text("June Park");
    pty.send("w\r");
    pty.wait_for_text("hello? anybody there?");
    pty.send("r");
    pty.wait_for_text("REPLY, visible, takes over: ");
    pty.send("Hi June\x13");
    pty.wait_for_text("held ");
    let shown = pty.screen_text();
    pty.send("\x13");
    pty.wait_for_text("A team member has joined");
    assert_eq!(desk.count_of("Hi June"), 1);
    quit(pty);
    pty.assert_restored();
    assert_clean(&pty.raw());
    shown
}

/// Numbers of all colours and attributes that were set.
fn looks(pty: &Pty) -> Vec<u16> {
    let all = pieces(&pty.raw()).into_iter().filter_map(|piece| match piece {
        Piece::Csi { body, last: 'm' } => Some(body),
        Piece::Csi { .. } | Piece::Char(_) | Piece::Other(_) => None,
    });
    all.flat_map(|body| body.split(';').filter_map(|number| number.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Whether a number sets a colour; going back to the terminal's own is none.
fn is_colour(number: u16) -> bool {
    matches!(number, 30..=38 | 40..=48 | 90..=97 | 100..=107)
}

#[test]
fn the_main_job_can_be_done_on_every_terminal_and_in_every_language() {
    let environments: &[&[(&str, Option<&str>)]] = &[
        &[("TERM", Some("linux"))],
        &[("TERM", Some("screen"))],
        &[("TERM", Some("tmux-256color"))],
        &[("TERM", Some("a-terminal-that-nobody-knows"))],
        &[("TERM", None)],
        &[("COLORTERM", Some("truecolor"))],
        &[("LANG", Some("C"))],
        &[("LANG", Some("de_DE.ISO-8859-1"))],
        &[("LANG", None), ("TZ", None), ("HOME", None), ("PATH", None)],
        &[("HOME", Some("/nonexistent"))],
        &[("TZ", Some("no such zone"))],
    ];
    for environment in environments {
        let desk = Desk::new();
        desk.waiting("June Park", 900.0);
        let pty = open(&desk, environment);
        reply(&desk, &pty);
    }
}

#[test]
fn without_colour_everything_is_told_by_words_and_marks() {
    for (environment, coloured) in [(&[("NO_COLOR", Some("1"))][..], false), (&[], true)] {
        let desk = Desk::new();
        desk.waiting("June Park", 900.0);
        // A row that is not under the cursor, so that its mark has the colour of those who wait.
        desk.waiting("Tomas Reyes", 120.0);
        let pty = open(&desk, environment);
        pty.wait_for_text("Tomas Reyes");
        reply(&desk, &pty);
        assert_eq!(looks(&pty).into_iter().any(is_colour), coloured, "{environment:?}");
    }
}

#[test]
fn a_dumb_terminal_gets_ascii_alone() {
    let desk = Desk::new();
    desk.waiting("June Park", 900.0);
    let pty = open(&desk, &[("TERM", Some("dumb"))]);
    let shown = reply(&desk, &pty);
    assert!(shown.is_ascii(), "{shown}");
    assert!(String::from_utf8(pty.raw()).unwrap().is_ascii());
    assert!(!looks(&pty).into_iter().any(is_colour));
    assert!(shown.contains("< my parcel arrived damaged") && shown.contains("> Hi June"), "{shown}");
}

#[test]
fn times_are_those_of_the_zone_one_is_in() {
    for (zone, minutes) in [("NPT-5:45", 345), ("NST3:30", -210), ("UTC0", 0)] {
        let desk = Desk::new();
        let id = desk.waiting("June Park", 9_000.0);
        let shown = desk.control(json!({ "show": { "conversation_id": id } }));
        let at = shown["messages"][0]["created_at"].as_str().unwrap();
        let local = at.parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes);
        let pty = open(&desk, &[("TZ", Some(zone))]);
        pty.wait_for_text("my parcel arrived damaged");
        let wanted = format!(" {} ", local.format("%H:%M"));
        let header = pty.screen_text().lines().find(|line| line.contains("\u{258C} June Park")).unwrap().to_owned();
        assert!(header.contains(&wanted), "{zone}: {wanted:?} in {header:?}");
        assert!(pty.screen_text().contains(&local.format("%A %-d %B").to_string()), "{zone}: the day");
        quit(&pty);
    }
}
