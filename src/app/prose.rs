//! A text part as people read it: light Markdown and links, over text that is safe already.
//!
//! Nothing but marks of emphasis and headings is ever taken away; fences are dimmed, and lists, code, links, titles,
//! alt texts, comments, HTML and definitions stand as they are written (security, S5). Marks within a link stay, since a
//! link shows exactly what it is. Never adds a character.

use crate::text::SafeText;

use super::links::{self, Found};
use super::screen::{Look, Span};

/// Marks of emphasis that wait for their end.
const OPEN_AT_MOST: usize = 16;

/// A text part ready to be wrapped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prose {
    /// What is shown: safe to draw.
    pub text: String,
    /// How stretches of it look; they may lie over each other, never over half of one.
    pub spans: Vec<Span>,
    /// The links in it that do not lead where they look as if they did.
    pub odd: Vec<Found>,
}

/// Reads a text; with `source`, shows it as it is written.
#[must_use]
pub fn prose(safe: &SafeText, source: bool) -> Prose {
    let mut out = Prose { text: String::with_capacity(safe.as_str().len()), ..Prose::default() };
    let lines: Vec<&str> = safe.as_str().split('\n').collect();
    let mut fences = Fences::of(&lines);
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            out.text.push('\n');
        }
        let found = links::find_in(line);
        if source {
            push(&mut out, line, &[], &found);
            continue;
        }
        match fences.place(number) {
            Place::Fence => out.mark(line, Look::Dim),
            Place::Code => push(&mut out, line, &[], &found),
            Place::Words => words(&mut out, line, &found),
        }
        out.odd.extend(found.into_iter().filter(|found| found.odd.is_some()));
    }
    if source {
        let odd = lines.iter().flat_map(|line| links::find_in(line)).filter(|found| found.odd.is_some());
        out.odd = odd.collect();
    }
    out
}

impl Prose {
    fn mark(&mut self, text: &str, look: Look) {
        let start = self.text.len();
        self.text.push_str(text);
        if start < self.text.len() {
            self.spans.push(Span { start, end: self.text.len(), look });
        }
    }
}

/// What a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Words,
    Fence,
    Code,
}

/// The pairs of fences, first line and last.
struct Fences {
    pairs: std::iter::Peekable<std::vec::IntoIter<(usize, usize)>>,
}

impl Fences {
    fn of(lines: &[&str]) -> Self {
        let mut pairs = Vec::new();
        let mut at = 0;
        // The shortest run of each kind that is known to have no end.
        let mut endless = [usize::MAX; 2];
        while let Some(line) = lines.get(at) {
            if let Some((kind, length, _)) = fence(line)
                && endless.get(kind).is_some_and(|shortest| length < *shortest)
            {
                let ends =
                    |line: &&str| fence(line).is_some_and(|(same, run, bare)| same == kind && run >= length && bare);
                match lines.iter().skip(at + 1).position(ends) {
                    Some(after) => {
                        pairs.push((at, at + 1 + after));
                        at += 1 + after;
                    }
                    None => endless[kind] = length,
                }
            }
            at += 1;
        }
        Self { pairs: pairs.into_iter().peekable() }
    }

    /// Asked line by line, from the first.
    fn place(&mut self, line: usize) -> Place {
        while self.pairs.next_if(|(_, last)| *last < line).is_some() {}
        match self.pairs.peek() {
            Some((first, last)) if *first == line || *last == line => Place::Fence,
            Some((first, _)) if *first < line => Place::Code,
            Some(_) | None => Place::Words,
        }
    }
}

/// Whether a line is a fence: which kind, how long, and whether nothing stands behind it.
fn fence(line: &str) -> Option<(usize, usize, bool)> {
    let inner = line.trim_start_matches(' ');
    if line.len() - inner.len() > 3 {
        return None;
    }
    let (kind, mark) = match inner.as_bytes().first()? {
        b'`' => (0, '`'),
        b'~' => (1, '~'),
        _ => return None,
    };
    let rest = inner.trim_start_matches(mark);
    let length = inner.len() - rest.len();
    (length >= 3 && !rest.contains(mark)).then(|| (kind, length, rest.trim().is_empty()))
}

/// A line of words: a heading loses its marks, emphasis too.
fn words(out: &mut Prose, line: &str, found: &[Found]) {
    let start = out.text.len();
    let heading = heading(line);
    let mut cuts = emphasis(line, found, heading.unwrap_or(0));
    if let Some(marks) = heading {
        cuts.insert(0, Cut { at: 0, length: marks, look: None });
    }
    push(out, line, &cuts, found);
    if heading.is_some() && out.text.len() > start {
        out.spans.push(Span { start, end: out.text.len(), look: Look::Strong });
    }
}

/// How many bytes of a line are the marks of a heading (`##` and its blank), if it is one with words.
fn heading(line: &str) -> Option<usize> {
    let rest = line.trim_start_matches('#');
    let marks = line.len() - rest.len();
    let has_words = rest.chars().any(char::is_alphanumeric);
    ((1..=6).contains(&marks) && rest.starts_with(' ') && has_words).then_some(marks + 1)
}

/// A mark that goes.
#[derive(Clone, Copy, Debug)]
struct Cut {
    at: usize,
    length: usize,
    /// For the first of a pair: where the second is, and how what is between them looks.
    look: Option<(usize, Look)>,
}

/// A run of marks that may begin emphasis.
struct Open {
    at: usize,
    mark: char,
    length: usize,
}

/// The pairs of marks in a line, in order. A mark counts at the edge of a word alone, so `2*3*4`, `snake_case` and a
/// price with stars keep theirs.
fn emphasis(line: &str, found: &[Found], from: usize) -> Vec<Cut> {
    let mut cuts: Vec<Cut> = Vec::new();
    if !line.contains(['*', '_']) {
        return cuts;
    }
    let mut open: Vec<Open> = Vec::new();
    let mut links = found.iter().map(|found| found.range.clone()).peekable();
    let mut at = from;
    let mut code = false;
    while let Some(char) = line.get(at..).and_then(|rest| rest.chars().next()) {
        while links.next_if(|range| range.end <= at).is_some() {}
        if let Some(range) = links.peek().filter(|range| range.contains(&at)) {
            at = range.end;
            continue;
        }
        if char == '`' {
            // What stands between two of them is code; a last one alone is not.
            code = !code && line.get(at + 1..).is_some_and(|rest| rest.contains('`'));
        }
        if code || (char != '*' && char != '_') {
            at += char.len_utf8();
            continue;
        }
        let run = line.get(at..).map_or(1, |rest| rest.len() - rest.trim_start_matches(char).len());
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + run..).and_then(|after| after.chars().next());
        let opens = before.is_none_or(opens_before) && after.is_some_and(stands_inside);
        // A full stop within a word ends nothing: `__init__.py`.
        let mut behind = line.get(at + run..).unwrap_or_default().trim_start_matches(['*', '_']).chars();
        let ends = behind.next().is_none_or(closes_after) && !behind.next().is_some_and(char::is_alphanumeric);
        let blank = after.is_none_or(char::is_whitespace);
        let closes = (blank || ends) && before.is_some_and(stands_inside);
        if (1..=3).contains(&run) {
            let partner = open.iter().rposition(|open| open.mark == char && open.length == run);
            match partner {
                Some(partner) if closes => {
                    let begins = open.get(partner).map_or(at, |open| open.at);
                    let inside = line.get(begins + run..at).unwrap_or_default();
                    open.truncate(partner);
                    if inside.chars().any(char::is_alphanumeric) {
                        let look = if run == 1 { Look::Emphasis } else { Look::Strong };
                        cuts.push(Cut { at: begins, length: run, look: Some((at, look)) });
                        cuts.push(Cut { at, length: run, look: None });
                    }
                }
                _ if opens && open.len() < OPEN_AT_MOST => open.push(Open { at, mark: char, length: run }),
                _ => {}
            }
        }
        at += run;
    }
    cuts.sort_by_key(|cut| cut.at);
    cuts
}

/// What may stand before a mark that begins emphasis.
const fn opens_before(char: char) -> bool {
    char.is_whitespace()
        || matches!(char, '(' | '[' | '{' | '"' | '\'' | '*' | '_' | '\u{201C}' | '\u{2018}' | '¿' | '¡')
}

/// What may stand behind a mark that ends emphasis.
const fn closes_after(char: char) -> bool {
    char.is_whitespace()
        || matches!(
            char,
            '.' | ','
                | ';'
                | ':'
                | '!'
                | '?'
                | ')'
                | ']'
                | '}'
                | '"'
                | '\''
                | '*'
                | '_'
                | '\u{201D}'
                | '\u{2019}'
                | '…'
        )
}

/// What may stand within emphasis, beside its mark: something that is seen and carried by nothing before it.
fn stands_inside(char: char) -> bool {
    !char.is_whitespace() && char != '\\' && crate::text::width(char.encode_utf8(&mut [0; 4])) > 0
}

/// Puts a line out without the marks that go, and with the looks of what is between them and of its links.
fn push(out: &mut Prose, line: &str, cuts: &[Cut], found: &[Found]) {
    let begin = out.text.len();
    // How many bytes are gone behind each cut.
    let gone: Vec<usize> = cuts
        .iter()
        .scan(0, |sum, cut| {
            *sum += cut.length;
            Some(*sum)
        })
        .collect();
    // Where a place of the line stands in what is put out.
    let moved = |at: usize| {
        let before = cuts.partition_point(|cut| cut.at < at);
        begin + at - before.checked_sub(1).and_then(|last| gone.get(last)).copied().unwrap_or(0)
    };
    for cut in cuts {
        if let Some((end, look)) = cut.look {
            out.spans.push(Span { start: moved(cut.at + cut.length), end: moved(end), look });
        }
    }
    for found in found {
        out.spans.push(Span { start: moved(found.range.start), end: moved(found.range.end), look: Look::Link });
    }
    let mut copied = 0;
    for cut in cuts {
        out.text.push_str(line.get(copied..cut.at).unwrap_or_default());
        copied = cut.at + cut.length;
    }
    out.text.push_str(line.get(copied..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{RawText, sanitize};
    use proptest::prelude::*;

    fn read(text: &str) -> Prose {
        prose(&sanitize(&RawText::new(text)), false)
    }

    fn looks(text: &str) -> Vec<(String, Look)> {
        let prose = read(text);
        let look = |span: &Span| (prose.text.get(span.start..span.end).unwrap().to_owned(), span.look);
        prose.spans.iter().map(look).collect()
    }

    #[test]
    fn emphasis_and_headings_lose_their_marks_and_keep_their_words() {
        assert_eq!(read("## Your **order** is *late*").text, "Your order is late");
        assert_eq!(
            looks("a **b** _c d_, ***e***"),
            [("b", Look::Strong), ("c d", Look::Emphasis), ("e", Look::Strong)]
                .map(|(text, look)| (text.to_owned(), look))
        );
        assert_eq!(read("**outer *inner* outer**").text, "outer inner outer");
    }

    #[test]
    fn what_is_no_mark_of_emphasis_stays() {
        for text in [
            "2*3*4 and 5 * 6 * 7",
            "snake_case_name and __init__.py",
            "f**k",
            "* item\n* item",
            "- 500\n1. one",
            "#4421 is my order",
            "#",
            "***",
            "\\*as written\\*",
            "`**code**` stays",
            "*unclosed",
            "https://a.example/*x*/_y_",
            "[words](https://a.example/_x_ \"_title_\")",
            "![alt](https://a.example/p.png)",
            "<!-- hidden -->",
            "<b>bold</b>",
            "[ref]: https://a.example/ \"title\"",
            "~~gone~~",
        ] {
            let shown = read(text).text;
            let expected = text.replace("\"_title_\"", "\"title\"");
            assert!(shown == text || shown == expected, "{text}: {shown}");
        }
    }

    #[test]
    fn code_between_fences_is_as_it_is_written_and_an_open_fence_is_none() {
        let prose = read("```rust\nlet **x** = 1;\n```\n**y**");
        assert_eq!(prose.text, "```rust\nlet **x** = 1;\n```\ny");
        assert_eq!(prose.spans.iter().filter(|span| span.look == Look::Dim).count(), 2);
        assert_eq!(read("```\n**x**").text, "```\nx");
    }

    #[test]
    fn the_source_is_shown_as_it_is_written() {
        let text = "## Your **order**, [x.example](https://y.example)";
        let shown = prose(&sanitize(&RawText::new(text)), true);
        assert_eq!(shown.text, text);
        assert_eq!(shown.odd.len(), 1, "where a link leads is told all the same");
    }

    #[test]
    fn sixty_thousand_marks_take_no_longer_than_their_letters() {
        for text in ["```a\n".repeat(13_000), "*a ".repeat(20_000), "_".repeat(60_000), "[](".repeat(20_000)] {
            assert_eq!(read(&text).text.len(), text.len());
        }
    }

    fn letters(text: &str) -> String {
        text.chars().filter(|char| char.is_alphanumeric()).collect()
    }

    proptest! {
        #[test]
        fn every_letter_and_digit_of_the_source_is_shown_and_what_is_shown_is_safe(
            text in "([a-z0-9]|[*_#`~\\[\\]()<>!\\\\\"' -]|\n|\\*\\*|__|```|https://b\\.example|@evil\\.example|javascript:|\u{1b}|\u{7}|é|e\u{301}|漢|\u{202e}|\u{200d}|🇩|🇪|א){0,60}"
        ) {
            let safe = sanitize(&RawText::new(text.as_str()));
            let shown = read(&text);
            prop_assert_eq!(letters(safe.as_str()), letters(&shown.text));
            prop_assert_eq!(safe.as_str().matches('\n').count(), shown.text.matches('\n').count());
            let again = sanitize(&RawText::new(shown.text.as_str()));
            prop_assert_eq!(again.as_str(), shown.text.as_str());
            for span in &shown.spans {
                prop_assert!(span.start <= span.end && shown.text.get(span.start..span.end).is_some());
            }
            // What is gone is marks alone.
            let marks = |text: &str| text.chars().filter(|char| !"*_# ".contains(*char)).collect::<String>();
            prop_assert_eq!(marks(safe.as_str()), marks(&shown.text));
        }
    }
}
