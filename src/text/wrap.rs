//! Soft wrapping into rows of cells, by word where it can.
//!
//! A row depends only on the text from its start on, so an editor can wrap again from any row. Never loses anything
//! visible: between two rows there are at most the spaces and the line break that ended the first. Linear in the text.

use super::marks::push_mark;
use super::width::{cluster_at, is_unseen, part, pieces};

/// One row of wrapped text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Byte offset of its first cluster.
    pub start: usize,
    /// Byte offset behind its last cluster; the spaces or the line break that ended the row come after it.
    pub end: usize,
    /// Its cells.
    pub width: usize,
}

/// Cells from one tab stop to the next.
const TAB_STOP: usize = 4;

/// Wraps safe text to rows of at most `width` cells; `\n` begins a new row, and a text has one row at least.
///
/// Words stay whole unless one is longer than a row; Chinese and Japanese break between characters; spaces at the
/// beginning of a line are kept, those at a break are taken by it. A cluster that is wider than `width` stands alone in
/// a row that is too wide (a width of 0 counts as 1).
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut next = Some(0);
    while let Some(start) = next {
        let row;
        (row, next) = wrap_row(text, start, width, Shown::AsIs);
        rows.push(row);
    }
    rows
}

/// How clusters are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// Safe text: as it stands.
    AsIs,
    /// A draft: tabs as spaces, a cluster that would be unseen as a mark (an orphan that an edit left behind; what
    /// comes in is marked at the door).
    Draft,
}

/// What one cluster of a draft looks like at a column.
pub(super) enum Look<'a> {
    /// Itself.
    Plain(&'a str),
    /// A tab, that many spaces.
    Spaces(usize),
    /// A mark for what would not be seen, and "…" if there is more of it.
    Marks(String),
}

/// The look of a cluster in a draft, and its cells.
pub(super) fn look(cluster: &str, cells: usize, column: usize) -> (Look<'_>, usize) {
    if cluster == "\t" {
        let spaces = TAB_STOP - column % TAB_STOP;
        return (Look::Spaces(spaces), spaces);
    }
    // Control characters never get into a draft; if one did, it would not get out of it.
    if is_unseen(cluster, cells) || (cells == 0 && cluster.contains(char::is_control)) {
        let mut marks = String::new();
        let mut chars = cluster.chars();
        chars.by_ref().take(1).for_each(|c| push_mark(&mut marks, c));
        if chars.next().is_some() {
            marks.push('…');
        }
        let cells = super::width(&marks);
        return (Look::Marks(marks), cells);
    }
    (Look::Plain(cluster), cells)
}

/// Cells of a cluster where it stands.
pub(super) fn cells_at(cluster: &str, cells: usize, column: usize, shown: Shown) -> usize {
    match shown {
        Shown::AsIs => cells,
        // Plain characters need no closer look.
        Shown::Draft if cells > 0 && cluster.len() == 1 => cells,
        Shown::Draft => look(cluster, cells, column).1,
    }
}

/// A place where the row may end: what it would show, and where the next row would begin.
#[derive(Clone, Copy)]
struct Break {
    end: usize,
    width: usize,
    next: usize,
}

/// Wraps one row from byte `start`, and says where the next one begins, if there is one.
pub(super) fn wrap_row(text: &str, start: usize, width: usize, shown: Shown) -> (Row, Option<usize>) {
    let limit = width.max(1);
    let (mut at, mut column) = (start, 0);
    let mut last_break: Option<Break> = None;
    // Behind the last visible cluster, before the spaces that follow it; and how many of these still fit.
    let mut ink: Option<(usize, usize)> = None;
    let mut fits = (start, 0);
    let mut before: Option<char> = None;
    while let Some((cluster, cells)) = cluster_at(text, at) {
        let end = at + cluster.len();
        if cluster == "\n" {
            return (Row { start, end: fits.0, width: fits.1 }, Some(end));
        }
        let cells = cells_at(cluster, cells, column, shown);
        let first = cluster.chars().next().unwrap_or(' ');
        // A space that carries a mark is seen.
        let space = is_space(first) && cluster.len() == first.len_utf8();
        if space && let Some((ink_end, ink_column)) = ink {
            column += cells;
            last_break = Some(Break { end: ink_end, width: ink_column, next: end });
            if column <= limit {
                fits = (end, column);
            }
        } else {
            if let Some(before) = before
                && !is_space(before)
                && may_break_between(before, first)
            {
                last_break = Some(Break { end: at, width: column, next: at });
            }
            if column + cells > limit {
                return match last_break {
                    Some(to) => (Row { start, end: to.end, width: to.width }, Some(to.next)),
                    None if at > start => (Row { start, end: at, width: column }, Some(at)),
                    None => split_cluster(text, start, end, limit, shown),
                };
            }
            column += cells;
            fits = (end, column);
            if !space {
                ink = Some((end, column));
            }
        }
        before = cluster.chars().next_back();
        at = end;
    }
    (Row { start, end: fits.0, width: fits.1 }, None)
}

/// A cluster that is wider than a whole row: as many of its pieces as fit, one at least.
fn split_cluster(text: &str, start: usize, end: usize, limit: usize, shown: Shown) -> (Row, Option<usize>) {
    let cluster = part(text, start, end);
    let whole = super::width::cells(cluster);
    let (mut at, mut column) = (start, 0);
    for (piece, cells) in pieces(cluster, whole) {
        let cells = cells_at(piece, cells, column, shown);
        if at > start && column + cells > limit {
            break;
        }
        at += piece.len();
        column += cells;
    }
    (Row { start, end: at, width: column }, Some(at).filter(|at| *at < text.len()))
}

/// Spaces at which a line may be broken.
const fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\u{1680}' | '\u{2000}'..='\u{2006}' | '\u{2008}'..='\u{200A}' | '\u{205F}' | '\u{3000}')
}

/// Whether a line may be broken between two characters without a space: beside ideographs, kana and emoji, but not
/// before closing or after opening punctuation.
fn may_break_between(before: char, after: char) -> bool {
    (is_ideographic(before) || is_ideographic(after)) && !is_closing(after) && !is_opening(before)
}

const fn is_ideographic(c: char) -> bool {
    matches!(c,
        '\u{2E80}'..='\u{312F}' | '\u{3190}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF01}'..='\u{FF60}'
        | '\u{1F300}'..='\u{1FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn is_closing(c: char) -> bool {
    "、。，．・：；？！）」』】〉》〕］｝ー々ゝゞぁぃぅぇぉっゃゅょァィゥェォッャュョ)]}.,:;!?%…”’»›".contains(c)
}

fn is_opening(c: char) -> bool {
    "（「『【〈《〔［｛([{“‘«‹".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str, width: usize) -> Vec<&str> {
        wrap(text, width).iter().map(|row| part(text, row.start, row.end)).collect()
    }

    #[test]
    fn words_stay_whole_and_the_space_at_a_break_is_taken_by_it() {
        assert_eq!(rows("the quick brown fox", 9), ["the quick", "brown fox"]);
        assert_eq!(rows("the quick   brown", 9), ["the quick", "brown"]);
        assert_eq!(rows("one", 9), ["one"]);
        assert_eq!(rows("", 9), [""]);
    }

    #[test]
    fn a_line_break_begins_a_row_and_leading_spaces_are_kept() {
        assert_eq!(rows("a\n\n  b\n", 9), ["a", "", "  b", ""]);
        assert_eq!(rows("  indented text", 10), ["  indented", "text"]);
        assert_eq!(rows("      long", 4), ["    ", "  lo", "ng"]);
    }

    #[test]
    fn a_word_longer_than_a_row_is_broken_between_clusters() {
        assert_eq!(rows("hi abcdefghij", 4), ["hi", "abcd", "efgh", "ij"]);
        assert_eq!(rows("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
        assert_eq!(rows("👩\u{200d}🔬👩\u{200d}🔬", 3), ["👩\u{200d}🔬", "👩\u{200d}🔬"]);
    }

    #[test]
    fn chinese_and_japanese_break_between_characters_but_not_before_a_full_stop() {
        assert_eq!(rows("abc 漢字漢字", 7), ["abc 漢", "字漢字"]);
        assert_eq!(rows("漢字漢。字", 6), ["漢字", "漢。字"]);
    }

    #[test]
    fn no_width_is_too_small() {
        assert_eq!(rows("漢a字", 1), ["漢", "a", "字"]);
        assert_eq!(rows("ab c", 0), ["a", "b", "c"]);
        assert_eq!(rows("🥲🏻", 2), ["🥲", "🏻"]);
        assert_eq!(rows("\n", 0), ["", ""]);
    }

    #[test]
    fn spaces_at_the_end_count_as_far_as_they_fit() {
        assert_eq!(wrap("ab  ", 10), [Row { start: 0, end: 4, width: 4 }]);
        assert_eq!(wrap("ab      ", 4), [Row { start: 0, end: 4, width: 4 }]);
    }
}
