//! What a complete key sequence means.
//!
//! A closed list of the forms that are keys; everything else is an answer of the terminal or unknown, and no key
//! (security, S6). Sources: xterm's ctlseqs, the kitty keyboard protocol, rxvt, the Linux console.
//!
//! Keys that a plain terminal cannot tell apart are the same everywhere: Ctrl-I is Tab, Ctrl-M Enter, Ctrl-H Backspace,
//! Ctrl-[ Escape, Ctrl-/ Ctrl-_.

use crate::app::{Code, Key};

/// The numbers of a sequence: up to three groups of up to three; a missing number is `None`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Numbers([[Option<u32>; 3]; 3]);

impl Numbers {
    /// Reads `1;5:2`. `None` where that is not all of it, as in a private or an intermediate mark.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut numbers = Self::default();
        for (group, text) in body.split(|byte| *byte == b';').enumerate() {
            for (index, digits) in text.split(|byte| *byte == b':').enumerate() {
                if digits.is_empty() {
                    continue;
                }
                let mut value = 0_u32;
                for digit in digits {
                    let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
                    value = value.saturating_mul(10).saturating_add(u32::from(digit));
                }
                *numbers.0.get_mut(group)?.get_mut(index)? = Some(value);
            }
        }
        Some(numbers)
    }

    /// The first number of a group, counted from 0.
    pub(super) fn get(&self, group: usize) -> Option<u32> {
        self.sub(group, 0)
    }

    fn sub(&self, group: usize, index: usize) -> Option<u32> {
        *self.0.get(group)?.get(index)?
    }
}

/// The modifiers and the kind of event of a group such as `5` or `5:3`.
#[derive(Clone, Copy, Debug, Default)]
struct Chord {
    shift: bool,
    alt: bool,
    control: bool,
    /// Super, Hyper or Meta: keys of the window manager, never ours.
    foreign: bool,
    released: bool,
}

impl Chord {
    fn read(numbers: &Numbers, group: usize) -> Self {
        let bits = numbers.get(group).unwrap_or(1).saturating_sub(1);
        Self {
            shift: bits & 1 != 0,
            alt: bits & 2 != 0,
            control: bits & 4 != 0,
            foreign: bits & (8 | 16 | 32) != 0,
            released: numbers.sub(group, 1) == Some(3),
        }
    }

    const fn is_ours(self) -> bool {
        !self.foreign && !self.released
    }

    const fn with(self, code: Code) -> Key {
        Key { code, control: self.control, alt: self.alt, shift: self.shift }
    }
}

/// The key of `ESC [ body last`, if it is one.
pub(super) fn csi(body: &[u8], last: u8) -> Option<Key> {
    if let Some((b'[', rest)) = body.split_first() {
        // The Linux console's F1 to F5.
        return match (rest, last) {
            ([], b'A'..=b'E') => Some(Key::plain(Code::F(last.saturating_sub(b'A').saturating_add(1)))),
            _ => None,
        };
    }
    let numbers = Numbers::read(body)?;
    match last {
        b'~' if numbers.get(0) == Some(27) => {
            let chord = Chord::read(&numbers, 1);
            chord.is_ours().then(|| character(numbers.get(2)?, None, None, chord)).flatten()
        }
        b'~' | b'^' | b'@' => {
            let mut chord = Chord::read(&numbers, 1);
            // rxvt writes Control and Control-Shift as the last byte.
            chord.control |= last != b'~';
            chord.shift |= last == b'@';
            chord.is_ours().then(|| Some(chord.with(tilde(numbers.get(0)?)?))).flatten()
        }
        b'u' => {
            let chord = Chord::read(&numbers, 1);
            let code = numbers.get(0)?;
            chord.is_ours().then(|| character(code, numbers.sub(0, 1), numbers.sub(0, 2), chord)).flatten()
        }
        b'Z' => Some(Key::plain(Code::BackTab)),
        b'a'..=b'd' if body.is_empty() => {
            let code = arrow(last.to_ascii_uppercase())?;
            Some(Chord { shift: true, ..Chord::default() }.with(code))
        }
        // `1;2R` would be Shift-F3 and is where the cursor stands: an answer.
        b'R' => None,
        _ if matches!(numbers.get(0), None | Some(1)) => {
            let chord = Chord::read(&numbers, 1);
            chord.is_ours().then(|| Some(chord.with(arrow(last).or_else(|| function(last))?))).flatten()
        }
        _ => None,
    }
}

/// The key of `ESC O body last`, if it is one.
pub(super) fn ss3(body: &[u8], last: u8) -> Option<Key> {
    let numbers = Numbers::read(body)?;
    // `5D` as some terminals write it, or `1;5D`.
    let chord = Chord::read(&numbers, usize::from(numbers.get(1).is_some()));
    if body.is_empty() {
        match last {
            b'a'..=b'd' => {
                let code = arrow(last.to_ascii_uppercase())?;
                return Some(Chord { control: true, ..Chord::default() }.with(code));
            }
            // The keypad in application mode, where some other program has left it on.
            b'M' => return Some(Key::plain(Code::Enter)),
            b'X' => return Some(Key::char('=')),
            b'j'..=b'y' => return Some(Key::char(char::from(last.saturating_sub(0x40)))),
            _ => {}
        }
    }
    let code = arrow(last).or_else(|| function(last)).or((last == b'R').then_some(Code::F(3)))?;
    chord.is_ours().then(|| chord.with(code))
}

const fn arrow(last: u8) -> Option<Code> {
    Some(match last {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'F' => Code::End,
        b'H' => Code::Home,
        _ => return None,
    })
}

const fn function(last: u8) -> Option<Code> {
    Some(match last {
        b'P' => Code::F(1),
        b'Q' => Code::F(2),
        b'S' => Code::F(4),
        _ => return None,
    })
}

const fn tilde(number: u32) -> Option<Code> {
    Some(match number {
        1 | 7 => Code::Home,
        2 => Code::Insert,
        3 => Code::Delete,
        4 | 8 => Code::End,
        5 => Code::PageUp,
        6 => Code::PageDown,
        11 => Code::F(1),
        12 => Code::F(2),
        13 => Code::F(3),
        14 => Code::F(4),
        15 => Code::F(5),
        17 => Code::F(6),
        18 => Code::F(7),
        19 => Code::F(8),
        20 => Code::F(9),
        21 => Code::F(10),
        23 => Code::F(11),
        24 => Code::F(12),
        25 => Code::F(13),
        26 => Code::F(14),
        28 => Code::F(15),
        29 => Code::F(16),
        31 => Code::F(17),
        32 => Code::F(18),
        33 => Code::F(19),
        34 => Code::F(20),
        _ => return None,
    })
}

/// The key of a code point: as the kitty protocol and modifyOtherKeys report keys that have one. `shifted` is what the
/// key types with Shift, `base` what it would type on a Latin keyboard.
fn character(code: u32, shifted: Option<u32>, base: Option<u32>, chord: Chord) -> Option<Key> {
    let named = match code {
        8 | 127 => Some(Code::Backspace),
        9 => Some(if chord.shift { Code::BackTab } else { Code::Tab }),
        13 | 57_414 => Some(Code::Enter),
        27 => Some(Code::Escape),
        57_376..=57_398 => u8::try_from(code.saturating_sub(57_363)).ok().map(Code::F),
        57_417 => Some(Code::Left),
        57_418 => Some(Code::Right),
        57_419 => Some(Code::Up),
        57_420 => Some(Code::Down),
        57_421 => Some(Code::PageUp),
        57_422 => Some(Code::PageDown),
        57_423 => Some(Code::Home),
        57_424 => Some(Code::End),
        57_425 => Some(Code::Insert),
        57_426 => Some(Code::Delete),
        _ => None,
    };
    if let Some(named) = named {
        return Some(Chord { shift: chord.shift && named != Code::BackTab, ..chord }.with(named));
    }
    let mut char = match code {
        57_399..=57_408 => char::from_digit(code.saturating_sub(57_399), 10)?,
        57_409 => '.',
        57_410 => '/',
        57_411 => '*',
        57_412 => '-',
        57_413 => '+',
        57_415 => '=',
        57_416 => ',',
        // Locks, media keys and lone modifiers have code points for private use.
        0xE000..=0xF8FF => return None,
        _ => char::from_u32(code).filter(|char| !char.is_control())?,
    };
    if chord.shift {
        char = shifted.and_then(char::from_u32).filter(|char| !char.is_control()).unwrap_or_else(|| upper(char));
    }
    if chord.control || chord.alt {
        // Ctrl with the key where a Latin keyboard has `s` is Ctrl-S, whatever alphabet is on.
        let latin = base.and_then(char::from_u32).filter(char::is_ascii_graphic);
        if let (false, Some(latin)) = (char.is_ascii(), latin) {
            char = if chord.shift { upper(latin) } else { latin };
        }
    }
    if !chord.control {
        return Some(Key { code: Code::Char(char), control: false, alt: chord.alt, shift: false });
    }
    if !chord.shift {
        // Caps Lock makes some terminals report the capital.
        char = char.to_ascii_lowercase();
    }
    let code = match char {
        'h' => Code::Backspace,
        'i' => Code::Tab,
        'm' => Code::Enter,
        '[' => Code::Escape,
        '/' | '_' => return Some(Key { alt: chord.alt, ..Key::control('_') }),
        '@' => return Some(Key { alt: chord.alt, ..Key::control(' ') }),
        char => return Some(Key { alt: chord.alt, ..Key::control(char) }),
    };
    Some(Key { code, control: false, alt: chord.alt, shift: false })
}

/// What Shift makes of a character where the terminal does not say: letters only.
fn upper(char: char) -> char {
    let mut upper = char.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(only), None) => only,
        _ => char,
    }
}

/// The key of a control byte.
pub(super) fn control(byte: u8) -> Key {
    match byte {
        0x00 => Key::control(' '),
        0x08 | 0x7F => Key::plain(Code::Backspace),
        0x09 => Key::plain(Code::Tab),
        0x0D => Key::plain(Code::Enter),
        0x1B => Key::plain(Code::Escape),
        // 0x01 is Ctrl-A and so on; 0x1F is Ctrl-_.
        _ => Key::control(char::from(byte | 0x40).to_ascii_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csi_of(text: &str) -> Option<Key> {
        let (last, body) = text.as_bytes().split_last().unwrap();
        csi(body, *last)
    }

    fn named(text: &str) -> Key {
        Key::parse_all(text).unwrap()[0]
    }

    #[test]
    fn every_xterm_modifier_of_an_arrow_is_told() {
        assert_eq!(csi_of("A"), Some(named("<up>")));
        for bits in 0..8_u32 {
            let key = csi_of(&format!("1;{}D", bits + 1)).unwrap();
            let expected = Key { code: Code::Left, shift: bits & 1 != 0, alt: bits & 2 != 0, control: bits & 4 != 0 };
            assert_eq!(key, expected, "modifier {bits}");
        }
    }

    #[test]
    fn the_keys_around_the_arrows_are_known_in_each_of_their_forms() {
        for (text, code) in [
            ("1~", Code::Home),
            ("7~", Code::Home),
            ("H", Code::Home),
            ("4~", Code::End),
            ("8~", Code::End),
            ("F", Code::End),
            ("2~", Code::Insert),
            ("3~", Code::Delete),
            ("5~", Code::PageUp),
            ("6~", Code::PageDown),
            ("Z", Code::BackTab),
            ("11~", Code::F(1)),
            ("[C", Code::F(3)),
            ("P", Code::F(1)),
            ("15~", Code::F(5)),
            ("24~", Code::F(12)),
        ] {
            assert_eq!(csi_of(text), Some(Key::plain(code)), "{text}");
        }
        assert_eq!(csi_of("3;5~"), Some(Key { control: true, ..Key::plain(Code::Delete) }));
        assert_eq!(csi_of("3^"), Some(Key { control: true, ..Key::plain(Code::Delete) }));
        assert_eq!(csi_of("b"), Some(Key { shift: true, ..Key::plain(Code::Down) }));
        assert_eq!(ss3(b"", b'D'), Some(Key::plain(Code::Left)));
        assert_eq!(ss3(b"", b'd'), Some(Key { control: true, ..Key::plain(Code::Left) }));
        assert_eq!(ss3(b"1;5", b'P'), Some(Key { control: true, ..Key::plain(Code::F(1)) }));
        assert_eq!(ss3(b"5", b'C'), Some(Key { control: true, ..Key::plain(Code::Right) }));
        assert_eq!(ss3(b"", b'q'), Some(Key::char('1')));
        assert_eq!(ss3(b"", b'R'), Some(Key::plain(Code::F(3))));
    }

    #[test]
    fn enter_with_a_modifier_is_known_where_it_is_reported() {
        assert_eq!(csi_of("13;2u"), Some(Key { shift: true, ..Key::plain(Code::Enter) }));
        assert_eq!(csi_of("13;3u"), Some(Key { alt: true, ..Key::plain(Code::Enter) }));
        assert_eq!(csi_of("13;5u"), Some(Key { control: true, ..Key::plain(Code::Enter) }));
        assert_eq!(csi_of("27;5;13~"), Some(Key { control: true, ..Key::plain(Code::Enter) }));
        assert_eq!(csi_of("27;2;13~"), Some(Key { shift: true, ..Key::plain(Code::Enter) }));
    }

    #[test]
    fn control_chords_are_the_same_in_every_protocol() {
        for text in ["115;5u", "27;5;115~", "27;5;83~", "115;69u"] {
            assert_eq!(csi_of(text), Some(Key::control('s')), "{text}");
        }
        for text in ["45:95;6u", "27;6;95~", "47;5u", "95;5u"] {
            assert_eq!(csi_of(text), Some(control(0x1F)), "{text}");
        }
        for (text, byte) in [("104;5u", 0x08), ("105;5u", 0x09), ("109;5u", 0x0D), ("91;5u", 0x1B), ("32;5u", 0x00)] {
            assert_eq!(csi_of(text), Some(control(byte)), "{text}");
        }
        assert_eq!(control(0x0A), Key::control('j'));
        assert_eq!(control(0x1A), Key::control('z'));
        assert_eq!(control(0x1F), Key::control('_'));
        assert_eq!(control(0x7F), Key::plain(Code::Backspace));
    }

    #[test]
    fn a_chord_on_a_cyrillic_keyboard_is_the_key_of_the_same_place() {
        assert_eq!(csi_of("1099::115;5u"), Some(Key::control('s')));
        assert_eq!(csi_of("1099;5u"), Some(Key::control('ы')));
        assert_eq!(csi_of("1099::115u"), Some(Key::char('ы')));
    }

    #[test]
    fn shift_is_in_the_character() {
        assert_eq!(csi_of("97:65;2u"), Some(Key::char('A')));
        assert_eq!(csi_of("97;2u"), Some(Key::char('A')));
        assert_eq!(csi_of("55:47;2u"), Some(Key::char('/')));
        assert_eq!(csi_of("97;3u"), Some(Key { alt: true, ..Key::char('a') }));
        assert_eq!(csi_of("9;2u"), Some(Key::plain(Code::BackTab)));
    }

    #[test]
    fn releases_and_keys_of_the_window_manager_are_dropped_and_repeats_kept() {
        assert_eq!(csi_of("97;1:3u"), None);
        assert_eq!(csi_of("1;1:3A"), None);
        assert_eq!(csi_of("3;1:3~"), None);
        assert_eq!(csi_of("97;9u"), None);
        assert_eq!(csi_of("1;9A"), None);
        assert_eq!(csi_of("97;1:2u"), Some(Key::char('a')));
        assert_eq!(csi_of("1;1:2A"), Some(Key::plain(Code::Up)));
        assert_eq!(csi_of("57441;2u"), None);
        assert_eq!(csi_of("57358u"), None);
    }

    #[test]
    fn answers_and_reports_are_no_keys() {
        for text in [
            "?62;22c",
            ">0;95;0c",
            "24;80R",
            "1;1R",
            "1;2R",
            "R",
            "0n",
            "?997;1n",
            "?2026;2$y",
            "?1u",
            "8;24;80t",
            "<0;10;10M",
            "<0;10;10m",
            "32;10;10M",
            "48;24;80;600;800t",
            ">4;2m",
            "?1;0;256S",
            "x",
            "1;2;3;4~",
            "$y",
            "99999999999999999999u",
        ] {
            assert_eq!(csi_of(text), None, "{text}");
        }
    }
}
