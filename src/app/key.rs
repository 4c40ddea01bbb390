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

    /// Reads keys as people write them: characters, and names in angle brackets (`<enter>`, `<c-s>`, `<lt>` for `<`).
    /// `None` where a name is not known.
    #[must_use]
    pub fn parse_all(text: &str) -> Option<Vec<Self>> {
        let mut keys = Vec::new();
        let mut rest = text.chars();
        while let Some(char) = rest.next() {
            if char != '<' {
                keys.push(Self::char(char));
                continue;
            }
            let name: String = rest.by_ref().take_while(|char| *char != '>').collect();
            keys.push(Self::parse_name(&name)?);
        }
        Some(keys)
    }

    fn parse_name(name: &str) -> Option<Self> {
        for (prefix, set) in [("c-", 0), ("a-", 1), ("s-", 2)] {
            let Some(rest) = name.strip_prefix(prefix) else { continue };
            let mut chars = rest.chars();
            let mut key = match (chars.next(), chars.next()) {
                (Some(only), None) => Self::char(only),
                _ => Self::parse_name(rest)?,
            };
            match set {
                0 => key.control = true,
                1 => key.alt = true,
                _ => key.shift = true,
            }
            return Some(key);
        }
        let code = match name {
            "enter" => Code::Enter,
            "esc" => Code::Escape,
            "tab" => Code::Tab,
            "backtab" => Code::BackTab,
            "backspace" => Code::Backspace,
            "delete" => Code::Delete,
            "insert" => Code::Insert,
            "up" => Code::Up,
            "down" => Code::Down,
            "left" => Code::Left,
            "right" => Code::Right,
            "home" => Code::Home,
            "end" => Code::End,
            "pgup" => Code::PageUp,
            "pgdn" => Code::PageDown,
            "space" => Code::Char(' '),
            "lt" => Code::Char('<'),
            "gt" => Code::Char('>'),
            _ => return None,
        };
        Some(Self::plain(code))
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
        assert!(Key::parse_all("<nonsense>").is_none());
    }
}
