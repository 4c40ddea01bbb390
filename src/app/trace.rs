//! What the bot called a tool with, what it got, and why it failed, as rows.
//!
//! The data stays JSON text: it is laid out character by character, never read into a tree, so no depth and no size can
//! harm (security, S7). Nothing of it is left out but blanks between its parts.

use crate::text::{BODY_LIMIT, RawText, sanitize, width, wrap};

use super::screen::Fold;

/// Rows of each field that are shown before the rest is only counted.
pub const ROWS_AT_MOST: usize = 12;
/// Cells of the column that names the field.
pub const LABEL: usize = 8;
/// Narrower than this there is no such column.
pub const NARROW: usize = 24;
/// Deeper than this nothing is indented further.
const INDENTS: usize = 8;
/// The most characters looked at.
const LIMIT: usize = BODY_LIMIT;

/// One row of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A row of a field; the first one names it.
    Text {
        /// Our word for the field, on its first row.
        label: &'static str,
        /// The row: safe to draw.
        text: String,
    },
    /// So many rows more than are shown.
    More {
        /// How many.
        rows: usize,
        /// There is more than was counted.
        at_least: bool,
    },
}

/// The rows of one tool call, `cells` wide in all. Why it failed comes first: that is what is looked for.
#[must_use]
pub fn rows(
    input: Option<&RawText>,
    output: Option<&RawText>,
    error: Option<&RawText>,
    fold: Fold,
    cells: usize,
) -> Vec<Row> {
    let mut rows = Vec::new();
    if fold == Fold::Folded {
        return rows;
    }
    let narrow = cells < NARROW;
    let room = if narrow { cells } else { cells - LABEL }.max(1);
    for (label, raw, json) in [("failed", error, false), ("input", input, true), ("output", output, true)] {
        let Some(raw) = raw.filter(|raw| !raw.is_empty()) else { continue };
        if narrow {
            rows.push(Row::Text { label, text: String::new() });
        }
        let cut: String = raw.as_raw().chars().take(LIMIT).collect();
        let at_least = cut.len() < raw.as_raw().len();
        let laid = if json { lay_out(&cut, room) } else { cut.trim_end().to_owned() };
        let safe = sanitize(&RawText::new(laid));
        let wrapped = wrap(safe.as_str(), room);
        let most = if fold == Fold::Whole { usize::MAX } else { ROWS_AT_MOST };
        for (number, row) in wrapped.iter().take(most).enumerate() {
            let text = safe.as_str().get(row.start..row.end).unwrap_or_default().to_owned();
            rows.push(Row::Text { label: if number == 0 && !narrow { label } else { "" }, text });
        }
        let more = wrapped.len().saturating_sub(most);
        if more > 0 || at_least {
            rows.push(Row::More { rows: more, at_least });
        }
    }
    rows
}

/// JSON text with its blanks set anew: on one line where that fits, else a line for each member. What is no JSON comes
/// out as it went in, but for blanks.
#[must_use]
pub fn lay_out(json: &str, cells: usize) -> String {
    let line = set(json, Breaks::No);
    if line.len() <= cells.saturating_mul(4) && width(&line) <= cells { line } else { set(json, Breaks::Yes) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaks {
    No,
    Yes,
}

fn set(json: &str, breaks: Breaks) -> String {
    let mut out = String::with_capacity(json.len() + json.len() / 4);
    let mut depth = 0_usize;
    let mut chars = json.chars().peekable();
    let line = |out: &mut String, depth: usize| {
        if breaks == Breaks::Yes {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', depth.min(INDENTS) * 2));
        }
    };
    while let Some(char) = chars.next() {
        match char {
            '"' => {
                out.push(char);
                let mut escaped = false;
                for char in chars.by_ref() {
                    out.push(char);
                    match char {
                        _ if escaped => escaped = false,
                        '\\' => escaped = true,
                        '"' => break,
                        _ => {}
                    }
                }
            }
            '{' | '[' => {
                out.push(char);
                depth += 1;
                while chars.next_if(|next| is_blank(*next)).is_some() {}
                let closed = chars.peek().is_some_and(|next| matches!(next, '}' | ']'));
                if !closed {
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if !out.ends_with(['{', '[']) {
                    line(&mut out, depth);
                }
                out.push(char);
            }
            ',' => {
                out.push(char);
                if breaks == Breaks::Yes {
                    line(&mut out, depth);
                } else {
                    out.push(' ');
                }
                while chars.next_if(|next| is_blank(*next)).is_some() {}
            }
            ':' => {
                out.push_str(": ");
                while chars.next_if(|next| is_blank(*next)).is_some() {}
            }
            char if is_blank(char) => {}
            char => out.push(char),
        }
    }
    out
}

const fn is_blank(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\n' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(rows: &[Row]) -> Vec<String> {
        let row = |row: &Row| match row {
            Row::Text { label, text } => format!("{label}|{text}"),
            Row::More { rows, at_least } => format!("{rows} more, {at_least}"),
        };
        rows.iter().map(row).collect()
    }

    #[test]
    fn what_fits_stands_on_one_line_and_what_does_not_member_by_member() {
        let json = "{\"order\":\"44 21\" , \"lines\":[1,2, {}],\"a\" : null}";
        assert_eq!(lay_out(json, 80), "{\"order\": \"44 21\", \"lines\": [1, 2, {}], \"a\": null}");
        assert_eq!(
            lay_out(json, 20),
            "{\n  \"order\": \"44 21\",\n  \"lines\": [\n    1,\n    2,\n    {}\n  ],\n  \"a\": null\n}"
        );
    }

    #[test]
    fn a_long_field_is_cut_with_the_count_of_what_is_missing() {
        let raw = RawText::new(format!("[{}]", (0..40).map(|it| it.to_string()).collect::<Vec<_>>().join(",")));
        let error = RawText::new("no such order");
        let some = rows(Some(&raw), None, Some(&error), Fold::Some, 40);
        assert_eq!(some.len(), ROWS_AT_MOST + 2);
        assert_eq!(text(&some)[..2], ["failed|no such order", "input|["]);
        assert_eq!(text(&some)[ROWS_AT_MOST + 1], "30 more, false");
        assert_eq!(rows(Some(&raw), None, Some(&error), Fold::Whole, 40).len(), 43);
        assert!(rows(Some(&raw), None, Some(&error), Fold::Folded, 40).is_empty());
        assert_eq!(text(&rows(None, None, Some(&error), Fold::Some, 20)), ["failed|", "|no such order"]);
    }

    #[test]
    fn two_million_brackets_are_text_like_any_other() {
        let deep = RawText::new("[".repeat(2_000_000));
        let shown = rows(None, Some(&deep), None, Fold::Some, 60);
        assert!(matches!(shown.last(), Some(Row::More { at_least: true, .. })));
        assert_eq!(shown.len(), ROWS_AT_MOST + 1);
    }

    proptest! {
        #[test]
        fn no_character_but_blanks_is_lost_or_moved(json in "([{}\\[\\],:\"\\\\ \n\t]|[a-z0-9]|é|漢){0,60}", cells in 1usize..50) {
            let solid = |text: &str| text.chars().filter(|char| !is_blank(*char)).collect::<String>();
            prop_assert_eq!(solid(&json), solid(&lay_out(&json, cells)));
        }
    }
}
