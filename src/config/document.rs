//! One file of ours: TOML with the place of everything in it.
//!
//! Owns how a damaged file is read: a line that can't be read counts for nothing and is reported, the rest holds. Below
//! a table's head that can't be read everything up to the next head counts for nothing, for it would belong elsewhere.
//! Never knows what a name means.

use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use crate::text::{RawText, sanitize_line};

use super::files::LIMIT;
use super::problem::{Place, Problem, said};

/// The most problems that one file's text reports before nothing in it counts.
const MOST: usize = 20;
/// The most bytes that reading around damage may read again.
const WORK: usize = 3 * LIMIT;
/// The most lines that a value is looked for above where it went wrong.
const LOOKS_BACK: usize = 200;

/// A file that was read.
#[derive(Clone, Debug)]
pub(super) struct Document {
    path: PathBuf,
    text: String,
    /// What is in it, in the file's order.
    pub(super) root: Vec<Entry>,
    /// Whether some of it counts for nothing.
    pub(super) damaged: bool,
}

/// A name and its value.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    /// The byte where the name begins.
    pub(super) at: usize,
    pub(super) value: Node,
    /// The byte where the value begins.
    pub(super) value_at: usize,
}

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Node {
    Text(String),
    Whole(i64),
    Toggle(bool),
    /// Each with the byte where it begins.
    List(Vec<(Node, usize)>),
    Table(Vec<Entry>),
    /// What none of our settings takes, by its name.
    Other(&'static str),
}

impl Node {
    /// What it is, in words.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Whole(_) => "a number",
            Self::Toggle(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
        }
    }
}

impl Document {
    /// Reads a file's bytes; what can't be read is told.
    pub(super) fn read(path: PathBuf, bytes: &[u8], problems: &mut Vec<Problem>) -> Self {
        // Some editors of other systems begin a file so.
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut document =
            Self { path, text: String::from_utf8_lossy(bytes).into_owned(), root: Vec::new(), damaged: false };
        let mut told: Vec<Problem> = Vec::new();
        let mut work = document.decode(bytes, &mut told);
        document.parse(&mut work, &mut told);
        document.damaged = !told.is_empty();
        problems.append(&mut told);
        document
    }

    /// The place of a byte.
    pub(super) fn place(&self, at: usize) -> Place {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let column = before.get(start..).unwrap_or_default().chars().count() + 1;
        Place::File { path: self.path.clone(), line, column }
    }

    /// The line of a byte.
    pub(super) fn line(&self, at: usize) -> usize {
        self.text.get(..at).unwrap_or(&self.text).matches('\n').count() + 1
    }

    /// The byte of a part of a text value: the value's own where its escapes make that unclear.
    pub(super) fn within(&self, entry_at: usize, value: &str, part: usize) -> usize {
        let inside = self.text.get(entry_at + 1..).is_some_and(|rest| rest.starts_with(value));
        if inside { entry_at + 1 + part } else { entry_at }
    }

    /// Whether a word stands anywhere in the text that is no comment.
    pub(super) fn mentions(&self, word: &str) -> bool {
        self.text.lines().any(|line| !line.trim_start().starts_with('#') && line.contains(word))
    }

    /// The text with every line that is not UTF-8 blanked. Line breaks are where they are in any case.
    fn decode(&mut self, bytes: &[u8], told: &mut Vec<Problem>) -> String {
        let Err(error) = std::str::from_utf8(bytes) else { return self.text.clone() };
        let wide = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
        let advice = if wide { "it is UTF-16: save it as UTF-8" } else { "save the file as UTF-8" };
        // What is read goes over the same bytes as what is shown: each bad byte took three there.
        let mut work = self.text.clone();
        let place = self.place(error.valid_up_to());
        told.push(Problem::new(place, "this line is not UTF-8 and counts for nothing", advice));
        let mut at = 0;
        for line in self.text.clone().split_inclusive('\n') {
            if line.contains('\u{FFFD}') {
                blank(&mut work, at..at + line.trim_end_matches('\n').len());
            }
            at += line.len();
        }
        work
    }

    /// Reads the text again and again, each time without the first line that was wrong.
    fn parse(&mut self, work: &mut String, told: &mut Vec<Problem>) {
        let mut spent = 0;
        // What follows the beginning of a value that was not ended is tried by itself; that its lines then read badly
        // is no other problem.
        let mut same = 0..0;
        for _ in 0..MOST {
            spent += work.len();
            let (table, errors) = DeTable::parse_recoverable(work);
            let first = errors.into_iter().min_by_key(start);
            let Some(error) = first else {
                self.root = entries(table.get_ref());
                return;
            };
            let at = start(&error).min(work.len());
            let found = culprit(work, at, &mut spent).filter(|_| spent < WORK);
            let begins = found.as_ref().map_or(at, |range| range.start);
            if same.contains(&at) || (!same.is_empty() && same.end == line_start(work, at)) {
                same.end = same.end.max(line_end(work, at) + 1);
            } else {
                let mut problem = self.wrong(work, at, &error);
                if begins < line_start(work, at) {
                    problem.what = format!("{}, in what begins on line {}", problem.what, self.line(begins));
                    same = begins..line_end(work, at) + 1;
                }
                told.push(problem);
            }
            let Some(range) = found else { break };
            blank(work, range);
        }
        let what = "too much of this file can't be read: nothing in it counts";
        told.push(Problem::new(Place::Whole(self.path.clone()), what, "mend what stands above first"));
    }

    fn wrong(&self, work: &str, at: usize, error: &Error) -> Problem {
        let message = sanitize_line(&RawText::new(error.message())).as_str().to_owned();
        if message.contains("duplicate key") {
            let key = error.span().and_then(|span| work.get(span)).unwrap_or_default();
            let key = key.trim_matches(['"', '\'']);
            let above = work.get(..line_start(work, at)).and_then(|above| DeTable::parse(above).ok());
            let first = above.and_then(|table| last_of(&entries(table.get_ref()), key));
            let where_first = first.map(|at| format!(", first on line {}", self.line(at))).unwrap_or_default();
            let what = format!("{} stands here a second time{where_first}", said(key));
            return Problem::new(self.place(at), what, "the first one counts: take one of them out");
        }
        let line = work.get(line_start(work, at)..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let advice = if line.trim_start().starts_with('[') {
            "a table's head is [NAME]; all up to the next one counts for nothing"
        } else if !line.contains('=') {
            "a line is NAME = VALUE; it counts for nothing"
        } else {
            "a line is NAME = VALUE, text in quotation marks; it counts for nothing"
        };
        Problem::new(self.place(at), format!("this can't be read ({message})"), advice)
    }
}

fn start(error: &Error) -> usize {
    error.span().map_or(0, |span| span.start)
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|after| after.find('\n')).map_or(text.len(), |end| at + end)
}

/// The last place where a name stands, however deep.
fn last_of(entries: &[Entry], key: &str) -> Option<usize> {
    let below = |entry: &Entry| match &entry.value {
        Node::Table(entries) => last_of(entries, key),
        _ => None,
    };
    entries.iter().filter_map(|entry| below(entry).max((entry.key == key).then_some(entry.at))).max()
}

/// Writes blanks over a part of a text: every byte stays where it is.
fn blank(text: &mut String, range: std::ops::Range<usize>) {
    let Some(part) = text.get(range.clone()) else { return };
    let blanks: String = part.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    text.replace_range(range, &blanks);
}

/// What to take out for an error at a byte: its line or, if that is in a value which began above, the line of that
/// beginning. Nothing if there is nothing to take out.
fn culprit(text: &str, at: usize, spent: &mut usize) -> Option<std::ops::Range<usize>> {
    let line = line_start(text, at);
    let mut reads = |end: usize| {
        *spent += end;
        *spent < WORK && text.get(..end).is_some_and(|above| DeTable::parse(above).is_ok())
    };
    let first = if reads(line) {
        line
    } else {
        let starts =
            std::iter::successors(Some(line), |line| line.checked_sub(1).map(|before| line_start(text, before)));
        starts.skip(1).take(LOOKS_BACK).find(|start| reads(*start))?
    };
    let range = first..line_end(text, first);
    let part = text.get(range.clone())?;
    if part.trim().is_empty() {
        return None;
    }
    let head = part.trim_start().starts_with('[');
    Some(if head { first..next_head(text, range.end) } else { range })
}

/// Where the next table's head begins after a byte, else the end.
fn next_head(text: &str, after: usize) -> usize {
    let mut at = after;
    for line in text.get(after..).unwrap_or_default().split_inclusive('\n') {
        if at > after && line.trim_start().starts_with('[') {
            return at;
        }
        at += line.len();
    }
    text.len()
}

fn entries(table: &DeTable<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            at: key.span().start,
            value: node(value),
            value_at: value.span().start,
        })
        .collect();
    entries.sort_by_key(|entry| entry.at);
    entries
}

fn node(value: &Spanned<DeValue<'_>>) -> Node {
    match value.get_ref() {
        DeValue::String(text) => Node::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Node::Other("a number out of all bounds"), Node::Whole),
        DeValue::Float(_) => Node::Other("a fraction"),
        DeValue::Boolean(toggle) => Node::Toggle(*toggle),
        DeValue::Datetime(_) => Node::Other("a date"),
        DeValue::Array(list) => Node::List(list.iter().map(|value| (node(value), value.span().start)).collect()),
        DeValue::Table(table) => Node::Table(entries(table)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let mut problems = Vec::new();
        let document = Document::read(PathBuf::from("f"), text.as_bytes(), &mut problems);
        (names(&document.root, ""), problems.iter().map(ToString::to_string).collect())
    }

    fn names(entries: &[Entry], above: &str) -> Vec<String> {
        entries
            .iter()
            .flat_map(|entry| match &entry.value {
                Node::Table(below) => names(below, &format!("{above}{}.", entry.key)),
                _ => vec![format!("{above}{}", entry.key)],
            })
            .collect()
    }

    #[test]
    fn a_line_that_cannot_be_read_takes_nothing_with_it() {
        for bad in [
            "b =",
            "b",
            "b = x",
            "= 1",
            "b = \"open",
            "b = 'open",
            "b = [1, 2",
            "b = { x = 1",
            "b = 1 2",
            "b\u{1}",
            "b = \"\"\"open",
            "b = [1,\n2,\nx,\n4]",
        ] {
            let (names, problems) = read(&format!("a = 1\n{bad}\nc = 3\n[t]\nd = 4\n"));
            assert_eq!(names, ["a", "c", "t.d"], "{bad:?}: {problems:?}");
            let told = |problem: &String| problem.starts_with("f:2:") || problem.contains("begins on line 2");
            assert!(problems.len() == 1 && problems.iter().all(told), "{bad:?}: {problems:?}");
        }
    }

    #[test]
    fn below_a_head_that_cannot_be_read_nothing_counts_up_to_the_next() {
        let (names, problems) = read("a = 1\n[t\nb = 2\n[u]\nc = 3\n");
        assert_eq!(names, ["a", "u.c"]);
        assert!(problems[0].starts_with("f:2:"), "{problems:?}");
        let (names, problems) = read("[t]\na = 1\n[u]\nb = 2\n[t]\nc = 3\n");
        assert_eq!(names, ["t.a", "u.b"]);
        assert!(
            problems[0].starts_with("f:5:2: \u{201C}t\u{201D} stands here a second time, first on line 1"),
            "{problems:?}"
        );
    }

    #[test]
    fn a_name_twice_names_both_lines() {
        let (names, problems) = read("[t]\na = 1\nb = 2\na = 3\n");
        assert_eq!(names, ["t.a", "t.b"]);
        assert!(
            problems[0].starts_with("f:4:1: \u{201C}a\u{201D} stands here a second time, first on line 2"),
            "{problems:?}"
        );
    }

    #[test]
    fn a_byte_order_mark_and_other_systems_line_ends_do_not_matter() {
        assert_eq!(read("\u{FEFF}a = 1\r\n[t]\r\nb = \"x\"\r\n"), (vec!["a".to_owned(), "t.b".to_owned()], vec![]));
    }

    #[test]
    fn lines_that_are_not_utf8_count_for_nothing() {
        let mut problems = Vec::new();
        let document = Document::read(PathBuf::from("f"), b"a = 1\nb = \"\xC3\xA9 \xFF\"\nc = 3\n", &mut problems);
        assert_eq!(names(&document.root, ""), ["a", "c"]);
        assert_eq!(problems[0].place, Place::File { path: PathBuf::from("f"), line: 2, column: 8 });
    }
}
