//! Keys as the core knows them, and as people write them (`"jj<enter>hello<c-s>"`).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Code {
    /// A character, as typed (Shift is in the character).
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Escape,
    /// Tab.
    Tab,
    /// Shift-Tab.
    BackTab,
    /// Backspace (0x08 and 0x7F).
    Backspace,
    /// Delete.
    Delete,
    /// Insert.
    Insert,
    /// Cursor up.
    Up,
    /// Cursor down.
    Down,
    /// Cursor left.
    Left,
    /// Cursor right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key, from 1.
    F(u8),
}

/// One key press. Alt is never set on what a person can have typed as Escape and a key: those arrive as two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key {
    /// Which.
    pub code: Code,
    /// With Control.
    pub control: bool,
    /// With Alt: only where the terminal reports it as such (kitty protocol).
    pub alt: bool,
    /// With Shift: only on keys that are not characters.
    pub shift: bool,
}

impl Key {
    /// A key without modifiers.
    #[must_use]
    pub const fn plain(code: Code) -> Self {
        Self { code, control: false, alt: false, shift: false }
    }

    /// A character without modifiers.
    #[must_use]
    pub const fn char(char: char) -> Self {
        Self::plain(Code::Char(char))
    }

    /// Control and a lower-case character.
    #[must_use]
    pub const fn control(char: char) -> Self {
        Self { code: Code::Char(char), control: true, alt: false, shift: false }
    }

    /// The character that this key types, if it types one.
    #[must_use]
    pub const fn typed(self) -> Option<char> {
        match self {
            Self { code: Code::Char(char), control: false, alt: false, .. } => Some(char),
            _ => None,
        }
    }

    /// Reads keys as people write them: characters, and names in angle brackets (`<enter>`, `<c-s>`, `<f5>`, `<lt>` for
    /// `<`). `None` where a name is not known or a bracket stays open.
    #[must_use]
    pub fn parse_all(text: &str) -> Option<Vec<Self>> {
        let mut keys = Vec::new();
        let mut rest = text;
        while let Some(char) = rest.chars().next() {
            let (key, after) = if char == '<' {
                let (name, after) = rest.strip_prefix('<')?.split_once('>')?;
                (Self::parse_name(name)?, after)
            } else {
                (Self::char(char), rest.strip_prefix(char)?)
            };
            keys.push(key);
            rest = after;
        }
        Some(keys)
    }

    fn parse_name(name: &str) -> Option<Self> {
        let mut key = Self::plain(Code::Escape);
        let mut rest = name;
        loop {
            let (held, after) = match rest.split_once('-') {
                Some(("c", after)) => (&mut key.control, after),
                Some(("a", after)) => (&mut key.alt, after),
                Some(("s", after)) => (&mut key.shift, after),
                _ => break,
            };
            *held = true;
            rest = after;
        }
        let mut chars = rest.chars();
        key.code = match (chars.next(), chars.next()) {
            // A lone character has no name of its own, only with something held.
            (Some(only), None) if rest.len() < name.len() => Code::Char(only),
            _ => Self::NAMES.iter().find(|(_, known)| *known == rest).map(|(code, _)| *code).or_else(|| {
                let number = rest.strip_prefix('f')?.parse().ok()?;
                (1..=20).contains(&number).then_some(Code::F(number))
            })?,
        };
        Some(key)
    }

    /// The names in angle brackets.
    const NAMES: [(Code, &'static str); 18] = [
        (Code::Enter, "enter"),
        (Code::Escape, "esc"),
        (Code::Tab, "tab"),
        (Code::BackTab, "backtab"),
        (Code::Backspace, "backspace"),
        (Code::Delete, "delete"),
        (Code::Insert, "insert"),
        (Code::Up, "up"),
        (Code::Down, "down"),
        (Code::Left, "left"),
        (Code::Right, "right"),
        (Code::Home, "home"),
        (Code::End, "end"),
        (Code::PageUp, "pgup"),
        (Code::PageDown, "pgdn"),
        (Code::Char(' '), "space"),
        (Code::Char('<'), "lt"),
        (Code::Char('>'), "gt"),
    ];

    /// The key in the spelling that [`Key::parse_all`] reads.
    #[must_use]
    pub fn spelled(self) -> String {
        let name = Self::NAMES.iter().find(|(code, _)| *code == self.code).map(|(_, name)| (*name).to_owned());
        let name = match (self.code, name) {
            (_, Some(name)) => name,
            (Code::F(number), None) => format!("f{number}"),
            (Code::Char(char), None) if !self.control && !self.alt && !self.shift => return char.to_string(),
            (Code::Char(char), None) => char.to_string(),
            (code, None) => format!("{code:?}").to_lowercase(),
        };
        let held = |held: bool, prefix| if held { prefix } else { "" };
        format!("<{}{}{}{name}>", held(self.control, "c-"), held(self.alt, "a-"), held(self.shift, "s-"))
    }

    /// The key as a terminal reports it: Ctrl-I is Tab, Ctrl-M Enter, Ctrl-H Backspace, Ctrl-[ Escape, Ctrl-/ Ctrl-_;
    /// Shift is in the character, Shift-Tab a key of its own, and Control makes no difference between `s` and `S`.
    #[must_use]
    pub fn as_reported(mut self) -> Self {
        if self.code == Code::Tab && self.shift {
            self.code = Code::BackTab;
        }
        if self.code == Code::BackTab {
            self.shift = false;
        }
        if let Code::Char(char) = self.code {
            let shifted = if self.shift { char.to_uppercase().next().unwrap_or(char) } else { char };
            self.shift = false;
            self.code = Code::Char(shifted);
            if self.control {
                (self.code, self.control) = match shifted.to_ascii_lowercase() {
                    'h' => (Code::Backspace, false),
                    'i' => (Code::Tab, false),
                    'm' => (Code::Enter, false),
                    '[' => (Code::Escape, false),
                    '/' => (Code::Char('_'), true),
                    lower => (Code::Char(lower), true),
                };
            }
        }
        self
    }
}

/// As the hint line and the help write it: `Ctrl-S` as `^S`, names capitalised.
impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.alt {
            formatter.write_str("Alt-")?;
        }
        if self.shift {
            formatter.write_str("Shift-")?;
        }
        match self.code {
            Code::Char(char) if self.control => write!(formatter, "^{}", char.to_ascii_uppercase()),
            code => {
                if self.control {
                    formatter.write_str("Ctrl-")?;
                }
                match code {
                    Code::Char(' ') => formatter.write_str("Space"),
                    Code::Char(char) => write!(formatter, "{char}"),
                    Code::Escape => formatter.write_str("Esc"),
                    Code::BackTab => formatter.write_str("Shift-Tab"),
                    Code::PageUp => formatter.write_str("PgUp"),
                    Code::PageDown => formatter.write_str("PgDn"),
                    Code::F(number) => write!(formatter, "F{number}"),
                    Code::Enter
                    | Code::Tab
                    | Code::Backspace
                    | Code::Delete
                    | Code::Insert
                    | Code::Up
                    | Code::Down
                    | Code::Left
                    | Code::Right
                    | Code::Home
                    | Code::End => write!(formatter, "{code:?}"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_people_write_them() {
        let keys = Key::parse_all("j<enter>h<lt><c-s><c-x><s-enter>").unwrap();
        assert_eq!(keys[0], Key::char('j'));
        assert_eq!(keys[1], Key::plain(Code::Enter));
        assert_eq!(keys[3], Key::char('<'));
        assert_eq!(keys[4], Key::control('s'));
        assert_eq!(keys[4].to_string(), "^S");
        assert!(keys[6].shift);
        for nonsense in ["<nonsense>", "<enter", "<", "<>", "<x>", "<f0>", "<f21>", "<c->"] {
            assert!(Key::parse_all(nonsense).is_none(), "{nonsense}");
        }
        assert!(Key::parse_all(&format!("<{}x>", "c-".repeat(1 << 20))).is_some(), "depth costs no stack");
    }

    #[test]
    fn a_spelled_key_is_read_as_itself() {
        for spelling in
            ["j", "<enter>", "<c-s>", "<c-x>", "<s-enter>", "<lt>", "<gt>", "<space>", "<f12>", "<c-a-left>"]
        {
            let keys = Key::parse_all(spelling).unwrap();
            assert_eq!(keys.iter().map(|key| key.spelled()).collect::<String>(), spelling);
        }
    }

    #[test]
    fn keys_that_no_terminal_tells_apart_are_one() {
        for (written, reported) in [
            ("<c-i>", "<tab>"),
            ("<c-m>", "<enter>"),
            ("<c-[>", "<esc>"),
            ("<c-h>", "<backspace>"),
            ("<c-/>", "<c-_>"),
            ("<c-S>", "<c-s>"),
            ("<s-tab>", "<backtab>"),
            ("<s-a>", "A"),
            ("<c-enter>", "<c-enter>"),
        ] {
            let keys: Vec<_> = Key::parse_all(written).unwrap().into_iter().map(Key::as_reported).collect();
            assert_eq!(Some(keys), Key::parse_all(reported), "{written}");
        }
    }
}
