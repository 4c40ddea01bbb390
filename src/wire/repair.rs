//! Makes JSON bytes readable as text before anything is parsed.
//!
//! Owns what is replaced: bytes that are no UTF-8, a byte order mark, and escapes of lone surrogates, which JavaScript
//! writes when it cuts a string in the middle of an emoji. Never changes the meaning of anything that was readable.

/// The text of a body: U+FFFD stands for what was no UTF-8 and for each lone surrogate escape (security, S7).
#[must_use]
pub fn to_text(bytes: Vec<u8>) -> String {
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    };
    let text = match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    };
    without_lone_surrogates(text)
}

fn without_lone_surrogates(text: String) -> String {
    let lone = lone_surrogates(text.as_bytes());
    if lone.is_empty() {
        return text;
    }
    let mut bytes = text.into_bytes();
    for at in lone {
        // Four hexadecimal digits by four: nothing moves.
        if let Some(digits) = bytes.get_mut(at..at + 4) {
            digits.copy_from_slice(b"fffd");
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }
}

/// Where the four digits of each lone surrogate escape begin.
fn lone_surrogates(bytes: &[u8]) -> Vec<usize> {
    let mut lone = Vec::new();
    let mut at = 0;
    while let Some(step) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == b'\\')) {
        at += step;
        match unicode_escape(bytes, at) {
            Some(0xD800..=0xDBFF) => {
                if matches!(unicode_escape(bytes, at + 6), Some(0xDC00..=0xDFFF)) {
                    at += 12;
                } else {
                    lone.push(at + 2);
                    at += 6;
                }
            }
            Some(0xDC00..=0xDFFF) => {
                lone.push(at + 2);
                at += 6;
            }
            Some(_) => at += 6,
            // Another escape: the character after the backslash belongs to it, so `\\u` is no `\u`.
            None => at += 2,
        }
    }
    lone
}

/// The value of `\uXXXX` that begins at `at`.
fn unicode_escape(bytes: &[u8], at: usize) -> Option<u16> {
    let escape = bytes.get(at..at.checked_add(6)?)?;
    let digits = escape.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0_u16, |value, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(value << 4 | u16::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repaired(text: &str) -> String {
        to_text(text.as_bytes().to_vec())
    }

    #[test]
    fn a_lone_surrogate_escape_becomes_the_replacement_character() {
        assert_eq!(repaired(r#""a\ud83d""#), r#""a\ufffd""#);
        assert_eq!(repaired(r#""\uDE00b""#), r#""\ufffdb""#);
        assert_eq!(repaired(r#""\ud83d\ud83d\ude00""#), r#""\ufffd\ud83d\ude00""#);
        assert_eq!(repaired(r#""\ud83d\n""#), r#""\ufffd\n""#);
    }

    #[test]
    fn a_pair_an_escaped_backslash_and_a_broken_escape_stay() {
        for text in [r#""\ud83d\ude00""#, r#""\\ud83d""#, r#""\u12""#, r#""\ud8""#, r#""\uzzzz""#, "\"\\", ""] {
            assert_eq!(repaired(text), text);
        }
    }

    #[test]
    fn bytes_that_are_no_text_and_a_byte_order_mark_do_not_stop_the_reading() {
        assert_eq!(to_text(b"\xEF\xBB\xBF{\"a\":\"\xFF\"}".to_vec()), "{\"a\":\"\u{fffd}\"}");
    }
}
