//! Request bodies, encoded once (the platform may compare them byte by byte under one idempotency key).

use std::fmt::Write as _;

use crate::text::RawText;

/// The body of a reply (contract, section 2.4): exact once parsed. Characters that can drive or fool a terminal leave
/// as escapes, so that a stored or printed body is safe to look at (security, S1).
#[must_use]
pub fn encode_reply(text: &RawText) -> Vec<u8> {
    let mut body = String::with_capacity(text.as_raw().len() + 16);
    body.push_str("{\"text\":\"");
    for character in text.as_raw().chars() {
        push(&mut body, character);
    }
    body.push_str("\"}");
    body.into_bytes()
}

fn push(body: &mut String, character: char) {
    match character {
        '"' => body.push_str("\\\""),
        '\\' => body.push_str("\\\\"),
        '\n' => body.push_str("\\n"),
        '\r' => body.push_str("\\r"),
        '\t' => body.push_str("\\t"),
        character if must_be_escaped(character) => {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(body, "\\u{unit:04x}");
            }
        }
        character => body.push(character),
    }
}

/// C0, DEL, C1, line and paragraph separators, bidi controls and invisible format characters.
const fn must_be_escaped(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f'
        | '\x7f'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn encoded(text: &str) -> String {
        String::from_utf8(encode_reply(&RawText::new(text))).expect("text")
    }

    #[test]
    fn a_reply_is_the_smallest_body_that_says_it() {
        assert_eq!(
            encoded("We can take it back.\n\"Ja\" \\ Grüße"),
            r#"{"text":"We can take it back.\n\"Ja\" \\ Grüße"}"#
        );
    }

    #[test]
    fn characters_that_drive_or_fool_a_terminal_leave_as_escapes() {
        assert_eq!(
            encoded("\u{0}\u{1b}\u{7f}\u{9b}\u{2028}\u{2029}\u{202e}\u{2066}\u{200d}\u{feff}\u{e0061}"),
            r#"{"text":"\u0000\u001b\u007f\u009b\u2028\u2029\u202e\u2066\u200d\ufeff\udb40\udc61"}"#
        );
    }

    proptest! {
        #[test]
        fn every_text_is_exact_once_parsed(text in any::<String>()) {
            let value: serde_json::Value = serde_json::from_slice(&encode_reply(&RawText::new(text.as_str()))).expect("JSON");
            prop_assert_eq!(value["text"].as_str(), Some(text.as_str()));
        }
    }
}
