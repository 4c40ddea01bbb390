//! Files that are no records, or are no more: each is told with its line, and none ends the program.

use proptest::prelude::*;
use takeover::app::{Event, Key, Moment, Settings, Size, Stamped};
use takeover::runtime::{Header, Line, replay};
use takeover::text::to_json;

fn header() -> String {
    to_json(&Header::new(&Settings::default(), "None", false, Moment::default())).unwrap()
}

fn event(seconds: u64, step: u64, event: Event) -> String {
    let mono = std::time::Duration::from_secs(seconds);
    let wall = chrono::DateTime::UNIX_EPOCH + mono;
    to_json(&Line::Event(Stamped { at: Moment { mono, wall }, step, event })).unwrap()
}

fn drawn(columns: u16, rows: u16) -> String {
    to_json(&Line::Drawn(Size { columns, rows })).unwrap()
}

/// A short session.
fn session() -> Vec<String> {
    let keys = |keys: &str| Event::KeysPressed(Key::parse_all(keys).unwrap());
    vec![
        header(),
        event(0, 1, Event::Started),
        drawn(80, 24),
        event(1, 2, keys("?")),
        drawn(80, 24),
        event(2, 3, Event::Resized(Size { columns: 50, rows: 20 })),
        drawn(50, 20),
        event(3, 4, keys("<esc>4")),
        event(3, 5, Event::TimeReached),
        drawn(50, 20),
    ]
}

fn file(lines: &[String]) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_bytes(), b"\n"].concat()).collect()
}

fn refused(bytes: &[u8]) -> String {
    replay(bytes, None).expect_err("no record").to_string()
}

#[test]
fn the_session_itself_can_be_replayed() {
    let replayed = replay(file(&session()).as_slice(), None).unwrap();
    assert_eq!((replayed.events.len(), replayed.screen.len()), (5, 20));
    let help = replay(file(&session()).as_slice(), Some(2)).unwrap();
    assert!(help.screen.join("\n").contains("keys that work here"), "{help:?}");
    let before = replay(file(&session()).as_slice(), Some(0)).unwrap();
    assert_eq!((before.events.len(), before.screen.len()), (0, 24));
}

#[test]
fn what_is_no_record_is_said_on_its_first_line() {
    for bytes in [
        &b""[..],
        b"\n",
        b"hello\n",
        b"{}\n",
        b"[1,2]\n",
        b"null\n",
        b"{\"takeover_record\":\"1\"}\n",
        b"\x1f\x8b\x08\0\xff\xfe",
        header().as_bytes(),
    ] {
        assert_eq!(refused(bytes), "line 1: this is no record of a takeover session", "{}", bytes.escape_ascii());
    }
    assert!(refused(b"\xff\n").starts_with("line 1: column 1: the bytes are not UTF-8"));
    let other = header().replacen("\"takeover_record\":1", "\"takeover_record\":2", 1);
    assert_eq!(refused(&file(&[other])), "line 1: this record has form 2, and this takeover reads form 1");
    let half = header().replacen("\"settings\"", "\"sittings\"", 1);
    let said = refused(&file(&[half]));
    assert!(said.starts_with("line 1: column ") && said.ends_with("missing field `settings`"), "{said}");
}

#[test]
fn a_line_that_no_session_writes_is_told_by_its_number() {
    let with = |line: &str| {
        let mut lines = session();
        lines.insert(4, line.to_owned());
        refused(&file(&lines))
    };
    for (line, said) in [
        ("", "line 5: column 0: EOF"),
        ("garbage", "line 5: column 1: expected value"),
        ("{\"event\":{}}", "line 5: column 11: missing field"),
        ("{\"evil\":1}", "line 5: column 7: unknown variant"),
        ("{\"drawn\":{\"columns\":70000,\"rows\":1}}", "line 5: column 25: invalid value"),
        (&drawn(1_001, 24), "line 5: its screen has 1001 by 24 cells"),
        (&event(1, 9, Event::Resized(Size { columns: 80, rows: 65_535 })), "line 5: its screen has 80 by 65535"),
        (&event(0, 9, Event::TimeReached), "line 5: its time cannot be"),
        (&event(400_000_000, 9, Event::TimeReached), "line 5: its time cannot be"),
        (&event(1, 9, Event::Started).replace("\"Started\"", "\"Stopped\""), "line 5: column "),
    ] {
        let found = with(line);
        assert!(found.starts_with(said), "{line}: {found}");
    }
    let deep = with(&"[".repeat(100_000));
    assert!(deep.starts_with("line 5: column "), "{deep}");
}

#[test]
fn a_record_that_was_cut_off_is_played_up_to_there() {
    let whole = file(&session());
    let ends: Vec<usize> = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
    for cut in ends[0] + 1..whole.len() {
        let ends_a_line = ends.contains(&(cut - 1));
        let line = 1 + ends.iter().filter(|end| **end < cut).count();
        let part = replay(&whole[..cut], None).unwrap_or_else(|error| panic!("cut at {cut}: {error}"));
        assert_eq!(part.cut_off, (!ends_a_line).then_some(line), "cut at {cut}");
    }
    let said = replay(&whole[..whole.len() - 1], Some(9)).unwrap_err().to_string();
    assert!(said.starts_with("line 10: the record ends in the middle of this line"), "{said}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_to_a_record_ends_the_program(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        swap in any::<(prop::sample::Index, prop::sample::Index)>(),
        cut in any::<Option<prop::sample::Index>>(),
    ) {
        let mut lines = session();
        let (from, to) = (swap.0.index(lines.len()), swap.1.index(lines.len()));
        lines.swap(from, to);
        let mut bytes = file(&lines);
        for (place, byte) in places {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        match replay(bytes.as_slice(), None) {
            Ok(replayed) => prop_assert!(replayed.screen.len() <= 1_000),
            Err(error) => prop_assert!(error.line >= 1 && !error.to_string().is_empty()),
        }
    }

    #[test]
    fn no_garbage_is_taken_for_a_record(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(replay(bytes.as_slice(), None).is_err());
    }
}
