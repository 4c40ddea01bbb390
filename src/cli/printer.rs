//! The one place that writes to standard output and standard error: only text that cannot drive a terminal.

use std::io::{self, Write};

use crate::text::{RawText, sanitize};

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
