//! Keys of other alphabets: what a letter stands for where no text is written.
//!
//! Owns the layouts known by name. Never touches text: whoever asks has made sure that no text field takes the key.

use serde::{Deserialize, Serialize};

use super::key::{Code, Key};

/// Letters and the Latin keys in their place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Langmap {
    pairs: Vec<(char, char)>,
}

impl Langmap {
    /// Adds a layout by name, or one pair of characters: typed, Latin (`"йq"`).
    ///
    /// # Errors
    /// Neither a known layout nor a pair whose second character is a printable one of ASCII: nothing is added.
    pub fn add(&mut self, part: &str) -> Result<(), NotALayout> {
        if let Some((_, pairs)) = LAYOUTS.iter().find(|(name, _)| *name == part) {
            for (typed, latin) in *pairs {
                self.insert(*typed, *latin);
                if let (Some(typed), Some(latin)) = (capital(*typed), capital(*latin)) {
                    self.insert(typed, latin);
                }
            }
            self.pairs
                .extend(SHIFTED.iter().filter(|(name, ..)| *name == part).map(|(_, typed, latin)| (*typed, *latin)));
            return Ok(());
        }
        let mut chars = part.chars();
        match (chars.next(), chars.next(), chars.next()) {
            (Some(typed), Some(latin), None) if latin.is_ascii_graphic() && !typed.is_control() && typed != ' ' => {
                // One's own pair goes before a layout's.
                self.pairs.retain(|(held, _)| *held != typed);
                self.pairs.push((typed, latin));
                Ok(())
            }
            _ => Err(NotALayout),
        }
    }

    fn insert(&mut self, typed: char, latin: char) {
        if !self.pairs.iter().any(|(held, _)| *held == typed) {
            self.pairs.push((typed, latin));
        }
    }

    /// The key that this one stands for, if it is a letter of the map.
    #[must_use]
    pub fn latin(&self, key: Key) -> Option<Key> {
        let Code::Char(char) = key.code else { return None };
        let latin = self.pairs.iter().find(|(typed, _)| *typed == char).map(|(_, latin)| *latin)?;
        Some(Key { code: Code::Char(latin), ..key })
    }
}

/// Neither a known layout's name nor a pair of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotALayout;

/// The names of the layouts.
pub fn layouts() -> impl Iterator<Item = &'static str> {
    LAYOUTS.iter().map(|(name, _)| *name)
}

/// The capital of a letter that has just one.
fn capital(char: char) -> Option<char> {
    let mut upper = char.to_uppercase();
    let only = upper.next().filter(|_| upper.next().is_none())?;
    (only != char).then_some(only)
}

/// A layout: its name, and its letters without Shift with the keys that they are on.
type Layout = (&'static str, &'static [(char, char)]);

/// The standard layouts, as keyboards are sold with them. Characters of ASCII that such a layout moves are left alone,
/// but where their key would be out of reach otherwise: they are looked up as they are first.
const LAYOUTS: &[Layout] = &[
    (
        "russian",
        &[
            ('й', 'q'),
            ('ц', 'w'),
            ('у', 'e'),
            ('к', 'r'),
            ('е', 't'),
            ('н', 'y'),
            ('г', 'u'),
            ('ш', 'i'),
            ('щ', 'o'),
            ('з', 'p'),
            ('х', '['),
            ('ъ', ']'),
            ('ф', 'a'),
            ('ы', 's'),
            ('в', 'd'),
            ('а', 'f'),
            ('п', 'g'),
            ('р', 'h'),
            ('о', 'j'),
            ('л', 'k'),
            ('д', 'l'),
            ('ж', ';'),
            ('э', '\''),
            ('я', 'z'),
            ('ч', 'x'),
            ('с', 'c'),
            ('м', 'v'),
            ('и', 'b'),
            ('т', 'n'),
            ('ь', 'm'),
            ('б', ','),
            ('ю', '.'),
            ('ё', '`'),
        ],
    ),
    (
        "greek",
        &[
            (';', 'q'),
            ('ς', 'w'),
            ('ε', 'e'),
            ('ρ', 'r'),
            ('τ', 't'),
            ('υ', 'y'),
            ('θ', 'u'),
            ('ι', 'i'),
            ('ο', 'o'),
            ('π', 'p'),
            ('α', 'a'),
            ('σ', 's'),
            ('δ', 'd'),
            ('φ', 'f'),
            ('γ', 'g'),
            ('η', 'h'),
            ('ξ', 'j'),
            ('κ', 'k'),
            ('λ', 'l'),
            ('ζ', 'z'),
            ('χ', 'x'),
            ('ψ', 'c'),
            ('ω', 'v'),
            ('β', 'b'),
            ('ν', 'n'),
            ('μ', 'm'),
        ],
    ),
    (
        "arabic",
        &[
            ('ض', 'q'),
            ('ص', 'w'),
            ('ث', 'e'),
            ('ق', 'r'),
            ('ف', 't'),
            ('غ', 'y'),
            ('ع', 'u'),
            ('ه', 'i'),
            ('خ', 'o'),
            ('ح', 'p'),
            ('ج', '['),
            ('د', ']'),
            ('ش', 'a'),
            ('س', 's'),
            ('ي', 'd'),
            ('ب', 'f'),
            ('ل', 'g'),
            ('ا', 'h'),
            ('ت', 'j'),
            ('ن', 'k'),
            ('م', 'l'),
            ('ك', ';'),
            ('ط', '\''),
            ('ئ', 'z'),
            ('ء', 'x'),
            ('ؤ', 'c'),
            ('ر', 'v'),
            ('\u{FEFB}', 'b'),
            ('ى', 'n'),
            ('ة', 'm'),
            ('و', ','),
            ('ز', '.'),
            ('ظ', '/'),
            ('ذ', '`'),
        ],
    ),
    (
        "hebrew",
        &[
            ('\'', 'w'),
            ('ק', 'e'),
            ('ר', 'r'),
            ('א', 't'),
            ('ט', 'y'),
            ('ו', 'u'),
            ('ן', 'i'),
            ('ם', 'o'),
            ('פ', 'p'),
            ('ש', 'a'),
            ('ד', 's'),
            ('ג', 'd'),
            ('כ', 'f'),
            ('ע', 'g'),
            ('י', 'h'),
            ('ח', 'j'),
            ('ל', 'k'),
            ('ך', 'l'),
            ('ף', ';'),
            ('ז', 'z'),
            ('ס', 'x'),
            ('ב', 'c'),
            ('ה', 'v'),
            ('נ', 'b'),
            ('מ', 'n'),
            ('צ', 'm'),
            ('ת', ','),
            ('ץ', '.'),
        ],
    ),
];

/// What else these layouts have with Shift, where that is no capital of the same letter.
const SHIFTED: &[(&str, char, char)] = &[
    ("russian", 'Х', '{'),
    ("russian", 'Ъ', '}'),
    ("russian", 'Ж', ':'),
    ("russian", 'Э', '"'),
    ("russian", 'Б', '<'),
    ("russian", 'Ю', '>'),
    ("russian", 'Ё', '~'),
    ("arabic", '\u{64E}', 'Q'),
    ("arabic", '\u{64B}', 'W'),
    ("arabic", '\u{64F}', 'E'),
    ("arabic", '\u{64C}', 'R'),
    ("arabic", '\u{FEF9}', 'T'),
    ("arabic", 'إ', 'Y'),
    ("arabic", '\u{2018}', 'U'),
    ("arabic", '÷', 'I'),
    ("arabic", '×', 'O'),
    ("arabic", '؛', 'P'),
    ("arabic", '\u{650}', 'A'),
    ("arabic", '\u{64D}', 'S'),
    ("arabic", '\u{FEF7}', 'G'),
    ("arabic", 'أ', 'H'),
    ("arabic", 'ـ', 'J'),
    ("arabic", '،', 'K'),
    ("arabic", '\u{652}', 'X'),
    ("arabic", '\u{FEF5}', 'B'),
    ("arabic", 'آ', 'N'),
    ("arabic", '\u{2019}', 'M'),
    ("arabic", '؟', '?'),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn map(parts: &[&str]) -> Langmap {
        let mut map = Langmap::default();
        for part in parts {
            map.add(part).unwrap();
        }
        map
    }

    #[test]
    fn each_layout_reaches_the_latin_letters_it_has_keys_for() {
        for (name, missing) in [("russian", ""), ("greek", ""), ("arabic", ""), ("hebrew", "q")] {
            let map = map(&[name]);
            for latin in ('a'..='z').filter(|latin| !missing.contains(*latin)) {
                assert!(map.pairs.iter().any(|(_, held)| *held == latin), "{name}: {latin}");
            }
            for (at, (typed, _)) in map.pairs.iter().enumerate() {
                assert!(!map.pairs.iter().skip(at + 1).any(|(other, _)| other == typed), "{name}: {typed} twice");
            }
        }
    }

    #[test]
    fn shift_and_control_stay_with_the_key() {
        let map = map(&["russian"]);
        assert_eq!(map.latin(Key::char('о')), Some(Key::char('j')));
        assert_eq!(map.latin(Key::char('О')), Some(Key::char('J')));
        assert_eq!(map.latin(Key::char('Ж')), Some(Key::char(':')));
        assert_eq!(map.latin(Key::char('Ю')), Some(Key::char('>')));
        assert_eq!(map.latin(Key::control('ы')), Some(Key::control('s')));
        assert_eq!(map.latin(Key::char('j')), None);
        assert_eq!(map.latin(Key::plain(Code::Enter)), None);
    }

    #[test]
    fn own_pairs_go_before_a_layouts_and_nonsense_is_refused() {
        let map = map(&["russian", "оx"]);
        assert_eq!(map.latin(Key::char('о')), Some(Key::char('x')));
        for nonsense in ["", "a", "abc", "klingon", "qщ", " q", "\u{1b}q"] {
            assert!(Langmap::default().add(nonsense).is_err(), "{nonsense:?}");
        }
    }
}
