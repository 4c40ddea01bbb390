//! The one place that writes to standard output and standard error: only text that cannot drive a terminal.

use std::io::{self, Write};

use serde_json::Value;

use crate::text::{RawText, sanitize, sanitize_line, to_json};

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

/// Writes one JSON value to standard output, exact once parsed (security, S1).
pub(super) fn say_json(value: &Value) {
    // A value of strings, numbers, lists and maps always has a JSON text.
    let text = to_json(value).unwrap_or_default();
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{text}");
    let _ = out.flush();
}
