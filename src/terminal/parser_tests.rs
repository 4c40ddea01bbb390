use proptest::prelude::*;

use super::*;
use crate::terminal::{CUT_NOTE, PASTE_LIMIT};

/// What a person and the terminal do, in order, at milliseconds.
struct Desk {
    parser: Parser,
    events: Vec<Event>,
}

impl Desk {
    fn new() -> Self {
        Self { parser: Parser::new(), events: Vec::new() }
    }

    fn asked() -> Self {
        let mut desk = Self::new();
        desk.parser.query_sent(Duration::ZERO);
        desk
    }

    /// One read at a moment; whatever was waited for has been decided before.
    fn read(&mut self, at: u64, bytes: impl AsRef<[u8]>) -> &mut Self {
        let now = Duration::from_millis(at);
        self.wait(at);
        self.parser.feed(bytes.as_ref(), now, &mut self.events);
        self
    }

    fn wait(&mut self, at: u64) -> &mut Self {
        let now = Duration::from_millis(at);
        while let Some(deadline) = self.parser.deadline().filter(|deadline| *deadline <= now) {
            self.parser.timed_out(deadline, &mut self.events);
        }
        self
    }

    fn end(&mut self) -> Vec<Event> {
        self.wait(1_000_000);
        std::mem::take(&mut self.events)
    }

    fn keys(&mut self) -> Vec<Key> {
        keys_of(&self.end())
    }
}

fn keys_of(events: &[Event]) -> Vec<Key> {
    let keys = events.iter().filter_map(|event| match event {
        Event::KeysPressed(keys) => Some(keys.clone()),
        _ => None,
    });
    keys.flatten().collect()
}

fn pastes_of(events: &[Event]) -> Vec<String> {
    let pastes = events.iter().filter_map(|event| match event {
        Event::Pasted(text) => Some(text.as_raw().to_owned()),
        _ => None,
    });
    pastes.collect()
}

fn named(text: &str) -> Vec<Key> {
    Key::parse_all(text).unwrap()
}

/// Every kind of answer and report that a terminal can send without a person's doing.
fn answers() -> Vec<&'static [u8]> {
    vec![
        b"\x1b[?62;1;4;22c",
        b"\x1b[?1;2c",
        b"\x1b[>41;354;0c",
        b"\x1bP!|00000000\x1b\\",
        b"\x1b[24;80R",
        b"\x1b[1;1R",
        b"\x1b[?1;1R",
        b"\x1b[0n",
        b"\x1b[?997;1n",
        b"\x1b[?2026;2$y",
        b"\x1b[?1004;1$y",
        b"\x1b[4;1$y",
        b"\x1b[?1u",
        b"\x1b[?5u",
        b"\x1b[>4;2m",
        b"\x1b[8;24;80t",
        b"\x1b[4;600;800t",
        b"\x1b[?2;0;256S",
        b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\",
        b"\x1b]11;rgb:0000/0000/0000\x07",
        b"\x1b]4;1;rgb:cdcd/0000/0000\x1b\\",
        b"\x1b]52;c;cm0gLXJm\x07",
        b"\x1b]lSome title qjye\x1b\\",
        b"\x1bP>|XTerm(390)\x1b\\",
        b"\x1bP1+r544e=787465726d\x1b\\",
        b"\x1bP0+r\x1b\\",
        b"\x1bP1$r0m\x1b\\",
        b"\x1b_Gi=31;OK\x1b\\",
        b"\x1b[<0;10;10M",
        b"\x1b[<35;10;10m",
        b"\x1b[32;10;10M",
        b"\x1b[M !!",
        b"\x1b[Mqjy",
        b"\x1b[I",
        b"\x1b[O",
        b"\x1b[201~",
    ]
}

#[test]
fn no_answer_is_a_key() {
    for answer in answers() {
        assert_eq!(Desk::new().read(0, answer).keys(), [], "{:?}", answer.escape_ascii().to_string());
    }
    let all = answers().concat();
    assert_eq!(Desk::new().read(0, all).keys(), []);
}

#[test]
fn an_answer_in_two_parts_is_no_key_within_five_seconds_of_the_query() {
    for answer in answers() {
        for split in 1..answer.len() {
            for delay in [0, 1, 49, 51, 199, 201, 1_000, 2_500, 4_999, 5_000] {
                let (first, second) = answer.split_at(split);
                let keys = Desk::asked().read(0, first).read(delay, second).keys();
                let what = format!("{} at {split} after {delay}", answer.escape_ascii());
                if split == 1 && delay > 50 {
                    assert_eq!(keys, named("<esc>"), "{what}: a lone ESC is Escape, and nothing else comes of it");
                } else {
                    assert_eq!(keys, [], "{what}");
                }
            }
        }
    }
}

#[test]
fn an_answer_byte_by_byte_over_a_slow_line_is_no_key() {
    for answer in answers() {
        let mut desk = Desk::asked();
        for (index, byte) in answer.iter().enumerate() {
            desk.read(u64::try_from(index).unwrap() * 40, [*byte]);
        }
        assert_eq!(desk.keys(), [], "{}", answer.escape_ascii());
    }
}

#[test]
fn an_answer_that_began_is_held_together_also_long_after_the_query() {
    for answer in answers() {
        for split in 3..answer.len() {
            let (first, second) = answer.split_at(split);
            assert_eq!(Desk::new().read(60_000, first).read(65_000, second).keys(), [], "{}", answer.escape_ascii());
        }
    }
}

#[test]
fn keys_after_an_answer_are_keys() {
    for answer in answers() {
        if answer.starts_with(b"\x1b[M") {
            continue;
        }
        assert_eq!(Desk::asked().read(0, [answer, b"jk"].concat()).keys(), named("jk"), "{}", answer.escape_ascii());
    }
}

#[test]
fn an_answer_that_never_ends_holds_keys_only_for_a_while() {
    let mut desk = Desk::asked();
    desk.read(0, b"\x1b]11;rgb:00").read(10_000, "jk");
    assert_eq!(desk.keys(), named("jk"));
    let mut desk = Desk::asked();
    desk.read(0, b"\x1b]11;rgb:00").read(1_000, "\r").read(1_001, "j");
    assert_eq!(desk.keys(), named("<enter>j"), "a control character ends it at once");
}

#[test]
fn a_lone_escape_is_escape_at_once_also_after_a_query() {
    for mut desk in [Desk::new(), Desk::asked()] {
        desk.read(0, b"\x1b").wait(50);
        assert_eq!(keys_of(&desk.events), named("<esc>"));
        desk.read(300, "j").read(400, "\x1b");
        assert_eq!(desk.keys(), named("<esc>j<esc>"));
    }
}

#[test]
fn escape_and_then_a_key_that_could_begin_an_answer_are_both_keys() {
    for text in ["[", "]", "P", "_", "O"] {
        let keys = named(&format!("<esc>{text}"));
        assert_eq!(Desk::new().read(0, "\x1b").read(300, text).keys(), keys);
        assert_eq!(Desk::new().read(0, format!("\x1b{text}")).keys(), keys, "in one read, as Alt is written");
        let more = named(&format!("<esc>{text}xj"));
        if text != "[" {
            assert_eq!(Desk::asked().read(0, "\x1b").read(300, text).read(500, "x").read(600, "j").keys(), more);
        }
    }
}

#[test]
fn escape_and_a_key_in_one_read_are_escape_and_then_the_key() {
    for (bytes, keys) in [
        ("\x1b\r", "<esc><enter>"),
        ("\x1bj", "<esc>j"),
        ("\x1br", "<esc>r"),
        ("\x1b\x1b", "<esc><esc>"),
        ("\x1b\x7f", "<esc><backspace>"),
        ("\x1b\x1b[A", "<esc><up>"),
        ("\x1bé", "<esc>é"),
        ("\x1bX", "<esc>X"),
    ] {
        let events = Desk::new().read(0, bytes).end();
        assert_eq!(keys_of(&events), named(keys), "{bytes:?}");
        let alt = keys_of(&events).iter().any(|key| key.alt);
        assert!(!alt, "{bytes:?}");
    }
    assert_eq!(Desk::new().read(0, "\x1b").read(30, "\r").keys(), named("<esc><enter>"));
}

#[test]
fn all_keys_of_a_read_are_one_event_and_reads_are_kept_apart() {
    let mut desk = Desk::new();
    desk.read(0, "rplease help").read(1, "xy\x1b[Iz").read(2, "q");
    let reads: Vec<Vec<Key>> = desk
        .end()
        .into_iter()
        .filter_map(|event| match event {
            Event::KeysPressed(keys) => Some(keys),
            _ => None,
        })
        .collect();
    assert_eq!(reads, [named("rplease help"), named("xyz"), named("q")]);
}

#[test]
fn control_bytes_are_their_keys() {
    let keys = Desk::new().read(0, [0x00, 0x01, 0x08, 0x09, 0x0A, 0x0D, 0x13, 0x1A, 0x1F, 0x7F]).keys();
    assert_eq!(keys, named("<c-space><c-a><backspace><tab><c-j><enter><c-s><c-z><c-_><backspace>"));
}

#[test]
fn a_key_sequence_survives_a_slow_line() {
    assert_eq!(Desk::new().read(0, "\x1b[1;").read(3_000, "5D").keys(), named("<c-left>"));
    assert_eq!(Desk::new().read(0, "\x1b[").read(150, "A").keys(), named("<up>"));
    assert_eq!(Desk::new().read(0, "\x1bO").read(150, "P").keys(), [Key::plain(Code::F(1))]);
}

#[test]
fn unknown_sequences_are_no_keys() {
    for text in ["\x1b[1;2;3;4x", "\x1b[99~", "\x1b[=5;1u", "\x1b[0;0;0z", "\x1bO5z", "\x1b[ q", "\x1b[!p"] {
        assert_eq!(Desk::new().read(0, text).keys(), [], "{text:?}");
    }
    let long = format!("\x1b[1{}Aj", ";1".repeat(500));
    assert_eq!(Desk::new().read(0, long).keys(), named("j"));
}

#[test]
fn invalid_bytes_become_replacement_characters() {
    assert_eq!(Desk::new().read(0, b"a\xffb\xe4\xb8c").keys(), named("a\u{fffd}b\u{fffd}c"));
    assert_eq!(Desk::new().read(0, b"\xe6\xbc").read(1, b"\r").keys(), named("\u{fffd}<enter>"));
    assert_eq!(Desk::new().read(0, b"\x9b31m").keys(), named("\u{fffd}31m"));
}

#[test]
fn focus_is_told() {
    let events = Desk::new().read(0, "\x1b[O").read(10, "\x1b[I").end();
    assert!(matches!(events[..], [Event::FocusChanged(false), Event::FocusChanged(true)]), "{events:?}");
}

#[test]
fn a_paste_is_text_whatever_it_holds() {
    let text = "rm -rf x\r\n\tqy\x13\x1b]0;x\x07\x1b[A\x1b[2J \u{202e} 漢";
    let events = Desk::new().read(0, format!("j\x1b[200~{text}\x1b[201~")).read(500, "k").end();
    assert_eq!(pastes_of(&events), [text]);
    assert_eq!(keys_of(&events), named("jk"));
}

#[test]
fn a_paste_is_told_as_soon_as_the_terminal_is_quiet_after_it() {
    let mut desk = Desk::new();
    desk.read(0, "\x1b[200~hello\x1b[201~").wait(20);
    assert_eq!(pastes_of(&desk.events), ["hello"]);
}

#[test]
fn what_follows_a_paste_at_once_is_not_keys() {
    let events = Desk::new().read(0, "\x1b[200~a\x1b[201~\rqy").end();
    assert_eq!(pastes_of(&events), ["a\rqy"]);
    assert_eq!(keys_of(&events), []);
    let held_end = "\x1b[200~a\x1b[201~\rqy\x1b[201~";
    for split in 1..held_end.len() {
        let (first, second) = held_end.split_at(split);
        let events = Desk::new().read(0, first).read(5, second).end();
        assert_eq!((pastes_of(&events), keys_of(&events)), (vec!["a\rqy".to_owned()], vec![]), "at {split}");
    }
}

#[test]
fn an_end_mark_without_a_paste_is_nothing() {
    assert_eq!(Desk::new().read(0, "j\x1b[201~k").keys(), named("jk"));
}

#[test]
fn two_pastes_in_a_row_are_two_pastes() {
    let both = "\x1b[200~one\x1b[201~\x1b[200~two\x1b[201~";
    let events = Desk::new().read(0, both).end();
    assert_eq!(pastes_of(&events), ["one", "two"]);
    for split in 1..both.len() {
        let (first, second) = both.split_at(split);
        let events = Desk::new().read(0, first).read(10, second).end();
        assert_eq!((pastes_of(&events), keys_of(&events)), (vec!["one".into(), "two".into()], vec![]), "at {split}");
    }
}

#[test]
fn a_start_mark_inside_a_paste_is_its_text() {
    let events = Desk::new().read(0, "\x1b[200~a\x1b[200~b\x1b[201~").end();
    assert_eq!(pastes_of(&events), ["a\x1b[200~b"]);
}

#[test]
fn keys_before_a_paste_are_told_before_it() {
    let events = Desk::new().read(0, "ab\x1b[200~c\x1b[201~\x1b[200~d\x1b[201~").end();
    assert_eq!(events.iter().map(Event::name).collect::<Vec<_>>(), ["KeysPressed", "Pasted", "Pasted"]);
}

#[test]
fn an_empty_paste_is_nothing() {
    assert_eq!(Desk::new().read(0, "\x1b[200~\x1b[201~").end().len(), 0);
}

#[test]
fn a_paste_that_never_ends_is_told_in_the_end() {
    let events = Desk::new().read(0, "\x1b[200~half").read(8_000, " of it\x1b[20").read(30_000, "j").end();
    assert_eq!(pastes_of(&events), ["half of it\x1b[20"]);
    assert_eq!(keys_of(&events), named("j"));
}

#[test]
fn a_megabyte_in_small_reads_arrives_byte_for_byte() {
    let text: String = ("0123456789äöü漢\r\n\x1b[20\x1b\x1b[2".repeat(50_000)).chars().take(1_000_000).collect();
    let sent = format!("\x1b[200~{text}\x1b[201~");
    let mut desk = Desk::new();
    for chunk in sent.as_bytes().chunks(1_021) {
        desk.read(1, chunk);
    }
    let events = desk.end();
    assert_eq!(events.len(), 1);
    assert!(pastes_of(&events)[0] == text);
}

#[test]
fn a_paste_over_the_limit_is_cut_and_says_so() {
    let text = "漢".repeat(PASTE_LIMIT / 3 + 10);
    let events = Desk::new().read(0, format!("\x1b[200~{text}\x1b[201~")).end();
    let paste = &pastes_of(&events)[0];
    assert!(paste.ends_with(CUT_NOTE));
    assert!(!paste.contains('\u{fffd}'));
    assert!(paste.len() <= PASTE_LIMIT + CUT_NOTE.len());
    assert_eq!(keys_of(&events), []);
    let whole = "x".repeat(PASTE_LIMIT);
    let events = Desk::new().read(0, format!("\x1b[200~{whole}\x1b[201~")).end();
    assert!(pastes_of(&events)[0] == whole);
}

#[test]
fn a_kitty_key_with_alt_keeps_it() {
    assert_eq!(Desk::new().read(0, "\x1b[106;3u\x1b[13;3u").keys(), named("<a-j><a-enter>"));
}

/// Cuts bytes into reads of the given lengths, the last one taking the rest.
fn cut<'a>(mut bytes: &'a [u8], lengths: &[usize]) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    for length in lengths {
        let (part, rest) = bytes.split_at((*length).min(bytes.len()));
        parts.push(part);
        bytes = rest;
    }
    parts.push(bytes);
    parts
}

proptest! {
    #[test]
    fn any_bytes_in_any_reads_never_panic(
        bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), Just(0x1B), Just(b'['), Just(b'O'), Just(b']'), Just(b'~'), b'0'..=b';'], 0..400),
        lengths in proptest::collection::vec(0_usize..9, 0..100),
        gap in 0_u64..7_000,
    ) {
        let mut desk = Desk::asked();
        for (index, part) in cut(&bytes, &lengths).into_iter().enumerate() {
            desk.read(u64::try_from(index).unwrap() * gap, part);
        }
        desk.end();
        prop_assert!(desk.parser.deadline().is_none(), "everything is decided in the end");
    }

    #[test]
    fn text_gives_the_same_keys_however_it_is_cut(
        text in "[ -~äöü漢字🙂é\r\t\u{1}]{0,60}",
        lengths in proptest::collection::vec(0_usize..7, 0..30),
    ) {
        let whole = Desk::new().read(0, &text).keys();
        let mut desk = Desk::new();
        for part in cut(text.as_bytes(), &lengths) {
            desk.read(0, part);
        }
        prop_assert_eq!(desk.keys(), whole);
    }

    #[test]
    fn answers_among_keys_are_never_keys(
        picks in proptest::collection::vec((0_usize..33, "[a-z]{0,3}"), 1..12),
        lengths in proptest::collection::vec(1_usize..9, 0..60),
    ) {
        // The old mouse report has no end of its own, and is told apart by its length.
        let all = answers();
        let mut sent = Vec::new();
        let mut typed = String::new();
        for (pick, text) in &picks {
            sent.extend_from_slice(all[*pick]);
            sent.extend_from_slice(text.as_bytes());
            typed.push_str(text);
        }
        let mut desk = Desk::asked();
        for part in cut(&sent, &lengths) {
            desk.read(10, part);
        }
        prop_assert_eq!(desk.keys(), named(&typed));
    }

    #[test]
    fn a_paste_is_its_text_however_it_is_cut(
        text in "[ -~äöü漢\r\n\t\u{1b}\\[20~]{1,80}",
        lengths in proptest::collection::vec(1_usize..9, 0..40),
    ) {
        prop_assume!(!text.contains("\x1b[20"));
        let sent = format!("\x1b[200~{text}\x1b[201~");
        let mut desk = Desk::new();
        for part in cut(sent.as_bytes(), &lengths) {
            desk.read(10, part);
        }
        let events = desk.end();
        prop_assert_eq!(pastes_of(&events), vec![text]);
        prop_assert_eq!(keys_of(&events), vec![]);
    }
}
