//! JSON as it leaves the program: exact once parsed, and harmless where somebody looks at it unparsed (security, S1).

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use super::marks::{is_direction_mark, is_forbidden};

/// One line of JSON. Control, bidi and invisible format characters leave as `\u` escapes.
///
/// # Errors
/// What the value's own serialisation says, such as a map whose keys are no strings.
pub fn to_json(value: &impl Serialize) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut bytes, Escaping))?;
    String::from_utf8(bytes).map_err(serde::ser::Error::custom)
}

/// Escapes what serde_json writes as it is.
struct Escaping;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut written = 0;
        for (at, char) in fragment.char_indices() {
            if !(is_forbidden(char) || is_direction_mark(char)) {
                continue;
            }
            writer.write_all(fragment.get(written..at).unwrap_or_default().as_bytes())?;
            for unit in char.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            written = at + char.len_utf8();
        }
        writer.write_all(fragment.get(written..).unwrap_or_default().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_exact_once_parsed_and_holds_no_character_that_could_drive_or_fool_a_terminal() {
        let all: String = (0..=0x10_FFFF).filter_map(char::from_u32).filter(|char| is_forbidden(*char)).collect();
        let text = format!("plain \"quoted\" \\ {all} \u{200e}\u{200f}\u{61c} \u{1f469}\u{200d}\u{1f4bb} \u{5d0}");
        let json = to_json(&text).unwrap();
        assert!(!json.chars().any(|char| is_forbidden(char) || is_direction_mark(char)), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        assert!(json.contains("\u{1f469}\u{200d}\u{1f4bb} \u{5d0}"), "what can be read stays readable");
        assert_eq!(to_json(&"\u{7f}\u{9b}\u{e0041}\n").unwrap(), r#""\u007f\u009b\udb40\udc41\n""#);
    }
}
