//! Which characters may not be drawn as they are, and the marks that stand for them.
//!
//! One table for messages and drafts alike. Never decides what happens around a character (line breaks, tabs, caps):
//! that is for the callers.

use std::fmt::Write as _;

/// The base of a subdivision flag; the only place where tag characters are lawful.
const BLACK_FLAG: char = '\u{1F3F4}';
const CANCEL_TAG: char = '\u{E007F}';

/// Regions that can stand at the head of a subdivision flag (ISO 3166-1 alpha-2), lower case, two letters each.
/// Anything else in tags is not a flag but hidden text.
const REGIONS: &str = "adaeafagaialamaoaqarasatauawaxazbabbbdbebfbgbhbibjblbmbnbobqbrbsbtbvbwbybzcacccdcfcgchcickclcmcn\
cocrcucvcwcxcyczdedjdkdmdodzeceeegeheresetfifjfkfmfofrgagbgdgegfggghgiglgmgngpgqgrgsgtgugwgyhkhmhnhrhthuidieiliminioiqir\
isitjejmjojpkekgkhkikmknkpkrkwkykzlalblclilklrlsltlulvlymamcmdmemfmgmhmkmlmmmnmompmqmrmsmtmumvmwmxmymznancnenfngninlnonp\
nrnunzompapepfpgphpkplpmpnprpsptpwpyqarerorsrurwsasbscsdsesgshsisjskslsmsnsosrssstsvsxsysztctdtftgthtjtktltmtntotrtttvtw\
tzuaugumusuyuzvavcvevgvivnvuwfwsyeytzazmzw";

/// Marks that are kept though nobody sees them, because scripts written from right to left need them.
pub(super) const fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{061C}')
}

/// Whether `c` may never be drawn or sent to a terminal as it is: every C0, DEL and C1, every bidi embedding,
/// override and isolate, tag characters, fillers, and the other format characters that nobody sees. Line breaks and
/// tabs are among them: callers treat those first. Joiners, variation selectors, LRM, RLM and ALM are not.
#[must_use]
pub const fn is_forbidden(c: char) -> bool {
    match c {
        // C0 and DEL, then C1.
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => true,
        ' '..='~' => false,
        // Soft hyphen, combining grapheme joiner, Hangul fillers, invisible Khmer vowels, Mongolian vowel separator.
        '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}' => true,
        // Khmer BEYYAL is drawn over three cells by nobody and everybody: the standard discourages it.
        '\u{17D8}' => true,
        // Zero width space, line and paragraph separator, bidi embeddings and overrides.
        '\u{200B}' | '\u{2028}'..='\u{202E}' => true,
        // Word joiner and invisible operators, bidi isolates, deprecated format characters.
        '\u{2060}'..='\u{206F}' => true,
        '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' => true,
        // Not for interchange; interlinear annotation with the unassigned ignorables before it.
        '\u{FDD0}'..='\u{FDEF}' | '\u{FFF0}'..='\u{FFFB}' => true,
        // Hieroglyph, shorthand and musical format controls.
        '\u{13430}'..='\u{1343F}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' => true,
        // Variation selectors stay, the rest of this plane's ignorables are tags or unassigned.
        '\u{E0100}'..='\u{E01EF}' => false,
        '\u{E0000}'..='\u{E0FFF}' => true,
        _ => (c as u32) & 0xFFFE == 0xFFFE,
    }
}

/// Appends the visible mark for `c`: a control picture for C0 and DEL, `‹9B›` (the code point) for everything else.
pub(super) fn push_mark(out: &mut String, c: char) {
    let picture = match c {
        '\0'..='\u{1F}' => char::from_u32(0x2400 + u32::from(c)),
        '\u{7F}' => Some('\u{2421}'),
        _ => None,
    };
    match picture {
        Some(picture) => out.push(picture),
        // Writing to a String cannot fail.
        None => {
            let _ = write!(out, "‹{:02X}›", u32::from(c));
        }
    }
}

/// Bytes of the subdivision flag that `text` begins with (`🏴`, tags of a region and its part, the cancel tag), if it
/// does. UTS #51, emoji tag sequences; ISO 3166-2 for the shape.
pub(super) fn flag_length(text: &str) -> Option<usize> {
    let mut chars = text.char_indices();
    if chars.next()?.1 != BLACK_FLAG {
        return None;
    }
    let mut spelled = [0_u8; 5];
    for (count, (at, c)) in chars.enumerate() {
        if c == CANCEL_TAG {
            let name = spelled.get(..count)?;
            return (count >= 3 && is_region(name.get(..2)?)).then_some(at + c.len_utf8());
        }
        let letter = u8::try_from(u32::from(c).checked_sub(0xE0000)?).ok()?;
        if !(letter.is_ascii_lowercase() || letter.is_ascii_digit()) {
            return None;
        }
        *spelled.get_mut(count)? = letter;
    }
    None
}

fn is_region(name: &[u8]) -> bool {
    REGIONS.as_bytes().chunks_exact(2).any(|region| region == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tagged(name: &str) -> String {
        let tags: String = name.bytes().map(|b| char::from_u32(0xE0000 + u32::from(b)).unwrap()).collect();
        format!("{BLACK_FLAG}{tags}{CANCEL_TAG}")
    }

    #[test]
    fn flags_of_real_regions_are_flags_and_hidden_words_are_not() {
        for name in ["gbeng", "gbsct", "gbwls", "ustx"] {
            assert_eq!(flag_length(&tagged(name)), Some(tagged(name).len()), "{name}");
        }
        for name in ["", "gb", "hello", "qqabc", "gbengland", "gb en"] {
            assert_eq!(flag_length(&tagged(name)), None, "{name}");
        }
        assert_eq!(flag_length("\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}"), None, "a flag without its end");
    }

    #[test]
    fn every_mark_is_visible_and_tells_its_character_apart() {
        let mut seen = std::collections::HashSet::new();
        for c in (0..=0x10FFFF).filter_map(char::from_u32).filter(|c| is_forbidden(*c)) {
            let mut mark = String::new();
            push_mark(&mut mark, c);
            assert!(mark.chars().all(|m| !is_forbidden(m)), "{:X}", u32::from(c));
            assert!(crate::text::width(&mark) >= 1);
            assert!(seen.insert(mark), "{:X} has a mark of its own", u32::from(c));
        }
    }

    #[test]
    fn what_scripts_need_is_kept() {
        for c in
            ['\u{200C}', '\u{200D}', '\u{200E}', '\u{200F}', '\u{61C}', '\u{FE0E}', '\u{FE0F}', '\u{180B}', '\u{E0101}']
        {
            assert!(!is_forbidden(c), "{:X}", u32::from(c));
        }
    }
}
