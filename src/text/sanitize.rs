//! The one door from outside text to the screen.
//!
//! Marks one for one and parses nothing: an unterminated sequence swallows no word. Never removes a character without a
//! visible sign, and costs one look at each byte when there is nothing to do.

use std::borrow::Cow;
use std::sync::Arc;

use super::marks::{flag_length, is_forbidden, push_mark};
use super::raw::{RawText, SafeText};
use super::width::{char_cells, extends, floor_boundary, is_unseen, part, takes_next, true_clusters, width};

/// The most characters of a body that are shown; what follows is a visible "…".
pub const BODY_LIMIT: usize = 64 * 1024;

/// The most characters of a one-line text that are shown.
pub const LINE_LIMIT: usize = 1_000;

/// Characters drawn over one base before the rest becomes "…".
const STACK_LIMIT: usize = 8;

/// Joiners within one cluster before the chain is broken by "…".
const JOINER_LIMIT: usize = 8;

const TAB_STOP: usize = 4;
const DOTTED_CIRCLE: char = '\u{25CC}';
const ELLIPSIS: char = '…';
const LINE_BREAK_MARK: char = '↵';

/// Makes outside text safe to draw, line breaks kept as `\n` (security, S1). At most [`BODY_LIMIT`] characters. The
/// allocation is shared when nothing had to change; doing it again changes nothing.
#[must_use]
pub fn sanitize(text: &RawText) -> SafeText {
    make_safe(text, Breaks::Kept, BODY_LIMIT)
}

/// The same on one line: a line break becomes `↵`. At most [`LINE_LIMIT`] characters.
#[must_use]
pub fn sanitize_line(text: &RawText) -> SafeText {
    make_safe(text, Breaks::Marked, LINE_LIMIT)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Breaks {
    Kept,
    Marked,
}

fn make_safe(raw: &RawText, breaks: Breaks, limit: usize) -> SafeText {
    let text = raw.as_raw();
    let plain = |byte: &u8| (b' '..=b'~').contains(byte) || (*byte == b'\n' && breaks == Breaks::Kept);
    if text.len() <= limit && text.as_bytes().iter().all(plain) {
        return SafeText::sealed(Arc::clone(raw.shared()));
    }
    let (mapped, stopped) = map_characters(text, breaks, limit);
    let mapped = then(mapped, map_clusters);
    let mapped = then(mapped, mark_edges);
    let mapped = then(mapped, show_blank);
    let mapped = then(mapped, |text| cap(text, limit, stopped));
    match mapped {
        Cow::Borrowed(same) if same.len() == text.len() => SafeText::sealed(Arc::clone(raw.shared())),
        changed => SafeText::sealed(Arc::from(changed)),
    }
}

/// One more step over text that may still be borrowed; a step answers `None` when it has nothing to change.
fn then<'a>(text: Cow<'a, str>, step: impl FnOnce(&str) -> Option<String>) -> Cow<'a, str> {
    match step(&text) {
        Some(changed) => Cow::Owned(changed),
        None => text,
    }
}

/// Character by character: marks, line breaks, tabs. Stops (and says so) where the rest could not be shown anyway.
fn map_characters(text: &str, breaks: Breaks, limit: usize) -> (Cow<'_, str>, bool) {
    let mut out = Output::new(text);
    let mut chars = text.char_indices().peekable();
    let mut taken = 0;
    while let Some((at, c)) = chars.next() {
        taken += 1;
        // Two characters of source may become one (`\r\n`), never more.
        if taken > 2 * limit + 2 {
            out.stop(at);
            return (out.finish(), true);
        }
        match c {
            ' '..='~' => {}
            '\n' if breaks == Breaks::Kept => out.line_begins_after(at),
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => {
                let mut length = c.len_utf8();
                if c == '\r' && chars.next_if(|(_, next)| *next == '\n').is_some() {
                    length += 1;
                }
                let mark = if breaks == Breaks::Kept { '\n' } else { LINE_BREAK_MARK };
                out.replace(at, length).push(mark);
                out.line_begins_here();
            }
            '\t' => out.tab(at),
            '\u{1F3F4}' => {
                let length = flag_length(part(text, at, text.len())).unwrap_or(0);
                while chars.next_if(|(next, _)| *next < at + length).is_some() {}
            }
            c if is_forbidden(c) => push_mark(out.replace(at, c.len_utf8()), c),
            _ => {}
        }
    }
    (out.finish(), false)
}

/// Text that is copied only once something has to change, and knows the column for tabs.
struct Output<'a> {
    source: &'a str,
    changed: Option<String>,
    /// Source bytes already in `changed`, or dealt with.
    copied: usize,
    /// Where end is, if not at the end of the source.
    end: usize,
    /// Column at `measured`, an offset into what has been put out.
    column: usize,
    measured: usize,
}

impl<'a> Output<'a> {
    const fn new(source: &'a str) -> Self {
        Self { source, changed: None, copied: 0, end: source.len(), column: 0, measured: 0 }
    }

    /// Takes over everything before `at`, skips `length` bytes, and gives the text to append to.
    fn replace(&mut self, at: usize, length: usize) -> &mut String {
        let before = part(self.source, self.copied, at);
        self.copied = at + length;
        let out = self.changed.get_or_insert_with(|| String::with_capacity(self.source.len().min(1 << 18) + 16));
        out.push_str(before);
        out
    }

    fn line_begins_after(&mut self, at: usize) {
        let put = self.changed.as_ref().map_or(0, String::len);
        self.measured = put + (at - self.copied) + 1;
        self.column = 0;
    }

    fn line_begins_here(&mut self) {
        self.measured = self.changed.as_ref().map_or(0, String::len);
        self.column = 0;
    }

    fn tab(&mut self, at: usize) {
        let (measured, column) = (self.measured, self.column);
        let out = self.replace(at, 1);
        let column = column + width(part(out, measured, out.len()));
        let spaces = TAB_STOP - column % TAB_STOP;
        out.extend(std::iter::repeat_n(' ', spaces));
        let length = out.len();
        self.measured = length;
        self.column = column + spaces;
    }

    const fn stop(&mut self, at: usize) {
        self.end = at;
    }

    fn finish(self) -> Cow<'a, str> {
        match self.changed {
            None => Cow::Borrowed(part(self.source, 0, self.end)),
            Some(mut out) => {
                out.push_str(part(self.source, self.copied, self.end));
                Cow::Owned(out)
            }
        }
    }
}

/// Cluster by cluster, if anything in the text is without a width of its own: what nobody would see becomes marks,
/// stacks and chains are capped.
fn map_clusters(text: &str) -> Option<String> {
    if !text.chars().any(|c| c > '\u{2FF}' && char_cells(c) == 0) {
        return None;
    }
    let mut out: Option<String> = None;
    let mut at = 0;
    for (cluster, cells) in true_clusters(text) {
        let unseen = is_unseen(cluster, cells);
        if unseen || is_overgrown(cluster) {
            let out = out.get_or_insert_with(|| {
                let mut out = String::with_capacity(text.len() + 16);
                out.push_str(part(text, 0, at));
                out
            });
            if unseen {
                cluster.chars().for_each(|c| push_mark(out, c));
            } else {
                push_capped(out, cluster);
            }
        } else if let Some(out) = &mut out {
            out.push_str(cluster);
        }
        at += cluster.len();
    }
    out
}

/// What would join the character before or behind the whole text stands by itself: that one may be ours, a quotation mark
/// as well as a gutter, and no text is drawn over it. A letter gets the dotted circle to join, anything else is a mark.
fn mark_edges(text: &str) -> Option<String> {
    let begins = text.find(|c: char| !extends(c)).unwrap_or(text.len());
    let rest = part(text, begins, text.len());
    let ends = begins + rest.trim_end_matches(takes_next).len();
    if begins == 0 && ends == text.len() {
        return None;
    }
    let letter = |c: &char| c.is_alphanumeric();
    let mut out = String::with_capacity(text.len() + 16);
    let push = |text: &str, out: &mut String| {
        text.chars().for_each(|c| if letter(&c) { out.push(c) } else { push_mark(out, c) });
    };
    let before = part(text, 0, begins);
    out.extend(before.chars().next().filter(letter).map(|_| DOTTED_CIRCLE));
    push(before, &mut out);
    out.push_str(part(text, begins, ends));
    let behind = part(text, ends, text.len());
    push(behind, &mut out);
    out.extend(behind.chars().next_back().filter(letter).map(|_| DOTTED_CIRCLE));
    Some(out)
}

fn is_overgrown(cluster: &str) -> bool {
    // A character of a stack or chain takes two bytes at least.
    if cluster.len() <= 2 * STACK_LIMIT {
        return false;
    }
    let (mut stack, mut joiners) = (0, 0);
    cluster.chars().any(|c| {
        stack = if char_cells(c) == 0 { stack + 1 } else { 0 };
        joiners += usize::from(c == '\u{200D}');
        stack > STACK_LIMIT || joiners > JOINER_LIMIT
    })
}

fn push_capped(out: &mut String, cluster: &str) {
    let (mut stack, mut joiners) = (0, 0);
    for c in cluster.chars() {
        if char_cells(c) > 0 {
            stack = 0;
            out.push(c);
            continue;
        }
        stack += 1;
        joiners += usize::from(c == '\u{200D}');
        if stack == STACK_LIMIT + 1 || (stack <= STACK_LIMIT && joiners > JOINER_LIMIT) {
            out.push(ELLIPSIS);
            stack = STACK_LIMIT + 1;
            joiners = 0;
        } else if stack <= STACK_LIMIT {
            out.push(c);
        }
    }
}

/// A text in which nothing at all can be seen, yet which is not made of spaces alone, shows what it is made of: a name
/// of joiners must not look like no name.
fn show_blank(text: &str) -> Option<String> {
    let leaves_no_ink = |c: char| c.is_whitespace() || c == '\u{2800}' || char_cells(c) == 0;
    if !text.chars().all(leaves_no_ink) || text.chars().all(char::is_whitespace) {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if c.is_whitespace() { out.push(c) } else { push_mark(&mut out, c) }
    }
    Some(out)
}

/// At most `limit` characters, the visible "…" among them.
fn cap(text: &str, limit: usize, stopped: bool) -> Option<String> {
    let last = if text.len() <= limit { None } else { text.char_indices().nth(limit) };
    if !stopped && last.is_none() {
        return None;
    }
    let end = match text.char_indices().nth(limit.saturating_sub(1)) {
        // A cluster without an end is cut where the limit is.
        Some((at, _)) => Some(floor_boundary(text, at)).filter(|floor| at - floor < limit / 2).unwrap_or(at),
        None => text.len(),
    };
    let kept = part(text, 0, end);
    let mut out = String::with_capacity(kept.len() + ELLIPSIS.len_utf8());
    out.push_str(kept);
    out.push(ELLIPSIS);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> String {
        sanitize(&RawText::new(text)).to_string()
    }

    fn line(text: &str) -> String {
        sanitize_line(&RawText::new(text)).to_string()
    }

    #[test]
    fn controls_become_marks_and_an_open_sequence_swallows_nothing() {
        assert_eq!(body("a\u{1b}[2Jb"), "a␛[2Jb");
        assert_eq!(body("x\u{1b}]0;title never ended\nnext line"), "x␛]0;title never ended\nnext line");
        assert_eq!(body("\0\u{7}\u{8}\u{7f}\u{9b}31m\u{85}"), "␀␇␈␡‹9B›31m‹85›");
    }

    #[test]
    fn hidden_and_reordering_characters_become_marks() {
        assert_eq!(body("1\u{202e}00"), "1‹202E›00");
        assert_eq!(body("\u{2066}a\u{2069}"), "‹2066›a‹2069›");
        assert_eq!(body("pay\u{200b}pal\u{ad}\u{feff}"), "pay‹200B›pal‹AD›‹FEFF›");
        assert_eq!(line("\u{3164}"), "‹3164›");
        assert_eq!(body("a\u{e0061}\u{e0062}"), "a‹E0061›‹E0062›");
        assert_eq!(body("🏴\u{e0068}\u{e0069}\u{e007f}"), "🏴‹E0068›‹E0069›‹E007F›");
    }

    #[test]
    fn what_languages_and_emoji_need_stays() {
        for text in [
            "a\u{200e}b\u{200f}\u{61c}c",
            "می\u{200c}خواهم",
            "👨\u{200d}👩\u{200d}👧\u{200d}👦 ❤\u{fe0f} 1\u{fe0f}\u{20e3}",
            "🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f} 🇩🇪",
            "नमस्ते สวัสดี שָׁלוֹם",
        ] {
            assert_eq!(body(text), text);
        }
    }

    #[test]
    fn every_kind_of_line_break_is_one_line_break_or_one_mark() {
        assert_eq!(body("a\r\nb\rc\u{2028}d\u{2029}e\nf"), "a\nb\nc\nd\ne\nf");
        assert_eq!(line("a\r\nb\rc\u{2028}d\ne"), "a↵b↵c↵d↵e");
        assert_eq!(body("a\n\r\n\rb"), "a\n\n\nb");
    }

    #[test]
    fn tabs_reach_the_next_stop_of_their_own_line() {
        assert_eq!(body("\ta\tbc\n12345\tx\t"), "    a   bc\n12345   x   ");
        assert_eq!(body("漢字\tx"), "漢字    x");
        assert_eq!(body("\u{1b}\r\nab\tc"), "␛\nab  c");
    }

    #[test]
    fn what_would_be_wholly_invisible_is_shown() {
        assert_eq!(line("\u{200d}"), "‹200D›");
        assert_eq!(line("\u{200e}\u{200f}"), "‹200E›‹200F›");
        assert_eq!(line(" \u{200d} "), " ‹200D› ");
        assert_eq!(line("\u{2800}"), "‹2800›");
        assert_eq!(body("\u{301}a"), "‹301›a");
        assert_eq!(body("a\n\u{fe0f}"), "a\n‹FE0F›");
        assert_eq!(line("   "), "   ");
        assert_eq!(line(""), "");
    }

    #[test]
    fn what_would_join_our_own_characters_around_a_text_is_shown() {
        assert_eq!(line("\u{93e}\u{940}a"), "◌\u{93e}\u{940}a", "letters stay letters");
        assert_eq!(line("\u{e33}"), "◌\u{e33}");
        assert_eq!(line("\u{1f3fb}\u{93e}"), "‹1F3FB›\u{93e}");
        assert_eq!(line("\u{1f3fb} tone"), "‹1F3FB› tone");
        assert_eq!(line("name \u{600}"), "name ‹600›");
        assert_eq!(line("\u{d4e}"), "‹D4E›");
        assert_eq!(body("\u{600}12 का 👍\u{1f3fb}"), "\u{600}12 का 👍\u{1f3fb}");
        let marked = line("\u{93e}name\u{600}\u{600}");
        assert_eq!(line(&marked), marked);
    }

    #[test]
    fn stacked_marks_and_endless_chains_end_in_an_ellipsis() {
        let zalgo = format!("x{}y", "\u{301}".repeat(40));
        assert_eq!(body(&zalgo), format!("x{}…y", "\u{301}".repeat(8)));
        assert_eq!(body(&format!("x{}", "\u{301}".repeat(8))), format!("x{}", "\u{301}".repeat(8)));
        let chain = format!("👩{}", "\u{200d}👩".repeat(40));
        assert_eq!(body(&chain).matches('…').count(), 4);
        assert_eq!(body(&chain).matches('👩').count(), 41, "no one in the chain is lost");
    }

    #[test]
    fn length_is_capped_where_it_shows_and_never_inside_a_cluster() {
        let long = "a".repeat(LINE_LIMIT + 1);
        assert_eq!(line(&long), format!("{}…", "a".repeat(LINE_LIMIT - 1)));
        assert_eq!(line(&"a".repeat(LINE_LIMIT)), "a".repeat(LINE_LIMIT));
        let families = "👨\u{200d}👩".repeat(1_000);
        let cut = line(&families);
        assert!(cut.ends_with("👩…") && cut.chars().count() <= LINE_LIMIT);
        let flood = line(&"\u{301}".repeat(1_000_000));
        assert!(flood.chars().count() <= LINE_LIMIT && flood.ends_with('…'));
        assert_eq!(body(&"字".repeat(BODY_LIMIT + 5)).chars().count(), BODY_LIMIT);
    }

    #[test]
    fn the_allocation_is_shared_when_nothing_changes() {
        for text in ["plain\nlines", "ünïcödé 漢字 👩\u{200d}🔬"] {
            let raw = RawText::new(text);
            assert!(std::ptr::eq(raw.as_raw(), sanitize(&raw).as_str()), "{text}");
        }
    }
}
