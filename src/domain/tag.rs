//! Tags: the organisation's palette, and what a person wants changed of a conversation's set (contract, sections 2.7
//! and 7.6). The platform only replaces whole sets; a delta is what may be applied to whatever stands by then.

use serde::{Deserialize, Serialize};

use crate::text::RawText;

use super::ids::TagId;

/// A colour of the palette, as 24 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Color {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

impl Color {
    /// Reads `#RRGGBB`, in either case; nothing else is a colour to the platform.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self { red, green, blue })
    }

    /// As the platform writes it: `#rrggbb`.
    #[must_use]
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

/// The most characters of a tag's name.
pub const MOST_TAG_NAME_CHARS: usize = 100;

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Its id.
    pub id: TagId,
    /// Its name, unique in the organisation whatever the case.
    pub name: RawText,
    /// Its colour; none is the platform's default one.
    pub color: Option<Color>,
}

/// What a person wants changed of a set: both sides name each tag once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagDelta {
    /// Tags that shall be on it.
    pub add: Vec<TagId>,
    /// Tags that shall not.
    pub remove: Vec<TagId>,
}

impl TagDelta {
    /// Whether it asks for nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }

    /// The set that results from applying it to `standing`, in that set's order, what is new at the end.
    #[must_use]
    pub fn applied_to(&self, standing: &[TagId]) -> Vec<TagId> {
        let mut set: Vec<TagId> = standing.iter().filter(|id| !self.remove.contains(id)).cloned().collect();
        for id in &self.add {
            if !set.contains(id) {
                set.push(id.clone());
            }
        }
        set
    }

    /// Whether `standing` shows its effect already.
    #[must_use]
    pub fn stands_in(&self, standing: &[TagId]) -> bool {
        self.add.iter().all(|id| standing.contains(id)) && !self.remove.iter().any(|id| standing.contains(id))
    }

    /// What takes it back.
    #[must_use]
    pub fn reversed(&self) -> Self {
        Self { add: self.remove.clone(), remove: self.add.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(names: &[&str]) -> Vec<TagId> {
        names.iter().map(|name| TagId::parse(name).unwrap()).collect()
    }

    #[test]
    fn only_six_digits_behind_a_hash_are_a_colour() {
        assert_eq!(Color::parse("#0aF0ff").map(Color::hex), Some("#0af0ff".to_owned()));
        for bad in ["", "#", "0af0ff", "#0af0f", "#0af0ffa", "#0af0fg", "#+af0ff", "red", "#äf0ff"] {
            assert_eq!(Color::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_delta_keeps_what_a_colleague_added_meanwhile() {
        let delta = TagDelta { add: ids(&["vip"]), remove: ids(&["spam"]) };
        let set = delta.applied_to(&ids(&["spam", "billing"]));
        assert_eq!(set, ids(&["billing", "vip"]));
        assert!(delta.stands_in(&set));
        assert_eq!(delta.reversed().applied_to(&set), ids(&["billing", "spam"]));
    }
}
