//! The one place that writes to standard output and standard error: only text that cannot drive a terminal.

use std::io::{self, Write};

use serde_json::Value;

use crate::text::{RawText, is_forbidden, sanitize, sanitize_line};

/// Writes words to standard error, made safe, with a line break at the end. A closed pipe is nobody's fault.
pub(super) fn complain(words: &str) {
    let safe = sanitize(&RawText::new(words));
    let mut out = io::stderr().lock();
    let _ = writeln!(out, "{}", safe.as_str().trim_end());
    let _ = out.flush();
}

/// Writes words to standard output, made safe, with a line break at the end.
pub(super) fn say(words: &str) {
    let safe = sanitize(&RawText::new(words));
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{}", safe.as_str().trim_end());
    let _ = out.flush();
}

/// Text as one line of a table, made safe.
pub(super) fn line(words: &str) -> String {
    sanitize_line(&RawText::new(words)).as_str().to_owned()
}

/// Writes one JSON value to standard output, exact once parsed: what could drive a terminal leaves as `\u` escapes
/// (security, S1).
pub(super) fn say_json(value: &Value) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{}", escaped(&value.to_string()));
    let _ = out.flush();
}

/// JSON text with every character that is drawn as a mark escaped. Those stand within strings alone.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        if is_forbidden(char) {
            for unit in char.encode_utf16(&mut [0; 2]) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(char);
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_exact_once_parsed_and_drives_no_terminal() {
        let hostile =
            "\u{1b}[2J\u{7f}\u{9b}31m\u{202e}x\u{2066}\u{200b}\u{e0061}\n\t\"\\ \u{1F468}\u{200D}\u{1F469} نص";
        let value = serde_json::json!({ hostile: [hostile] });
        let text = escaped(&value.to_string());
        assert!(!text.chars().any(|char| is_forbidden(char)), "{text:?}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
