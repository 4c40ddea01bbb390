//! How many cells a cluster takes: the one place where text is measured.
//!
//! Agrees with what ratatui's buffer draws for each piece, so a row that fits here fits on the screen. Never looks at a
//! whole text where a cluster is enough: a long line costs no more per cluster than a short one.

use std::iter;

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::marks::is_direction_mark;

/// The most cells that one drawn piece takes.
const PIECE_CELLS: usize = 2;

/// The most bytes that are taken for one cluster. There is no end to a lawful one (a megabyte of conjuncts or of marks
/// on one letter), and every row that it spans would look at all of it again; so a longer one counts as several.
const CLUSTER_BYTES: usize = 128;

/// Cells that `text` takes on one line: the sum of its pieces. Control characters count nothing, as they are not drawn.
#[must_use]
pub fn width(text: &str) -> usize {
    if text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return text.len();
    }
    clusters(text).map(|(_, cells)| cells).sum()
}

/// The pieces that are drawn one after the other, each with its cells (0, 1 or 2).
///
/// A piece is a grapheme cluster (UAX #29), except that a cluster that measures more than two cells (an emoji with a
/// skin tone that it does not take, stacked Hangul leads, long Indic conjuncts) is given in parts of at most two:
/// terminals draw those side by side, and so each part owns its cells. A cluster of more than 128 bytes comes in parts
/// too. Pieces of width 0 are not drawn.
pub fn graphemes(text: &str) -> impl Iterator<Item = (&str, usize)> {
    clusters(text).flat_map(|(cluster, cells)| pieces(cluster, cells))
}

/// Whether terminals disagree about the cells of this piece (variation selectors, joined emoji, skin tones, flags and
/// half flags, keycaps, ambiguous, private and new characters, marks on wide characters). After such a piece the cursor
/// has to be put where it belongs. Box drawing is taken as settled although it is "ambiguous": it is all over a screen.
#[must_use]
pub fn is_doubtful(cluster: &str) -> bool {
    let mut chars = cluster.chars();
    let Some(first) = chars.next() else { return false };
    match (first, chars.next()) {
        (' '..='~', None) => false,
        (c, None) => is_doubtful_char(c),
        // A letter with accents is one cell everywhere; everything else that consists of several characters is not.
        (c, Some(_)) => {
            is_doubtful_char(c)
                || c.width() != Some(1)
                || cluster.chars().skip(1).any(|c| !('\u{300}'..='\u{36F}').contains(&c))
        }
    }
}

/// The most cells that any terminal could draw for this piece: its characters side by side, as one without
/// knowledge of clusters does. Cells up to there may have been overwritten once it has been drawn.
#[must_use]
pub fn reach(cluster: &str) -> usize {
    let apart: usize =
        cluster.chars().map(|c| c.width_cjk().unwrap_or(0).max(usize::from(is_new_or_private(c)) * 2)).sum();
    let marks = cluster.chars().filter(|c| is_sound_mark(*c) || ('\u{1F1E6}'..='\u{1F1FF}').contains(c)).count();
    // Unknown joiners and selectors are drawn as a blank by some.
    let ignorable = cluster.chars().skip(1).filter(|c| c.width() == Some(0)).count().min(8);
    (apart + marks + ignorable).max(cells(cluster))
}

fn is_doubtful_char(c: char) -> bool {
    match c {
        '\u{2500}'..='\u{259F}' => false,
        '\u{2300}'..='\u{23FF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' => true,
        '\u{FDFD}' | '\u{3030}' | '\u{303D}' | '\u{3297}' | '\u{3299}' => true,
        // Old Hangul is joined by some and laid side by side by others.
        '\u{1100}'..='\u{11FF}' | '\u{A960}'..='\u{A97C}' | '\u{D7B0}'..='\u{D7FF}' => true,
        '\u{2E80}'..='\u{FFEF}' if c.width() == Some(2) => false,
        '\u{20000}'..='\u{3FFFF}' => false,
        c => {
            is_new_or_private(c)
                || c.width() == Some(0)
                || c.width() != c.width_cjk()
                || (!stands_alone(c) && extends(c))
        }
    }
}

/// Private use and the planes where characters are still being added: a terminal's table may be older than ours.
const fn is_new_or_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{10000}'..='\u{1FFFF}' | '\u{40000}'..='\u{10FFFF}')
}

/// Whether `c` belongs to the cluster of whatever stands before it.
pub(super) fn extends(c: char) -> bool {
    if c <= '\u{2FF}' {
        return false;
    }
    let mut probe = String::from("x");
    probe.push(c);
    !is_boundary(&probe, 1)
}

/// Whether the cluster of `c` takes in whatever stands behind it.
pub(super) fn takes_next(c: char) -> bool {
    if c <= '\u{2FF}' {
        return false;
    }
    let mut probe = String::from(c);
    probe.push('x');
    !is_boundary(&probe, c.len_utf8())
}

/// Cells of a character by itself; none for controls and for what is drawn over something else.
pub(super) fn char_cells(c: char) -> usize {
    if is_sound_mark(c) { 1 } else { c.width().unwrap_or(0) }
}

/// Half-width katakana sound marks: part of the cluster, yet drawn in a cell of their own.
const fn is_sound_mark(c: char) -> bool {
    matches!(c, '\u{FF9E}' | '\u{FF9F}')
}

/// Cells of one cluster, which may be more than two (see [`pieces`]). A control character makes it undrawable: 0.
pub(super) fn cells(cluster: &str) -> usize {
    match cluster.as_bytes() {
        [byte] => usize::from((b' '..=b'~').contains(byte)),
        _ if cluster.contains(char::is_control) => 0,
        _ => cluster.width() + cluster.chars().filter(|c| is_sound_mark(*c)).count(),
    }
}

/// Whether a cluster is drawn as nothing although it holds something that should be seen. LRM, RLM and ALM are the
/// only ones that may stay unseen; controls have marks of their own.
pub(super) fn is_unseen(cluster: &str, cells: usize) -> bool {
    cells == 0 && !cluster.chars().all(|c| is_direction_mark(c) || c.is_control())
}

/// Clusters with their cells, without a limit on the cells; one that is longer than any in use comes in parts.
pub(super) fn clusters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut at = 0;
    iter::from_fn(move || {
        let (cluster, cells) = cluster_at(text, at)?;
        at += cluster.len();
        Some((cluster, cells))
    })
}

/// True clusters with their cells, however long they are.
pub(super) fn true_clusters(text: &str) -> impl Iterator<Item = (&str, usize)> {
    text.graphemes(true).map(|cluster| (cluster, cells(cluster)))
}

/// The cluster that begins at byte `at` (itself a boundary), with its cells. Looks no further than that cluster's end.
pub(super) fn cluster_at(text: &str, at: usize) -> Option<(&str, usize)> {
    let bytes = text.as_bytes();
    let byte = *bytes.get(at)?;
    // Plain ASCII, unless something that may combine follows.
    if byte.is_ascii() && byte != b'\r' && bytes.get(at + 1).is_none_or(u8::is_ascii) {
        return Some((part(text, at, at + 1), usize::from((b' '..=b'~').contains(&byte))));
    }
    let rest = text.get(at..)?;
    let mut chars = rest.chars();
    let c = chars.next()?;
    // Most of what people write needs no look at the tables of cluster boundaries.
    if stands_alone(c) && chars.next().is_none_or(stands_alone) {
        return Some((part(text, at, at + c.len_utf8()), char_cells(c)));
    }
    let mut window = CLUSTER_BYTES.min(rest.len());
    while !rest.is_char_boundary(window) {
        window -= 1;
    }
    let cluster = part(rest, 0, window).graphemes(true).next()?;
    Some((cluster, cells(cluster)))
}

/// Whether `c` is a cluster of its own between two others of its kind: letters, punctuation, ideographs, kana, Hangul
/// syllables. False means only that it has to be looked up.
const fn stands_alone(c: char) -> bool {
    matches!(c,
        '\t' | '\n' | ' '..='~' | '\u{A1}'..='\u{A8}' | '\u{AA}'..='\u{AC}' | '\u{AF}'..='\u{2FF}'
        | '\u{370}'..='\u{482}' | '\u{48A}'..='\u{58F}' | '\u{1E00}'..='\u{1FFF}' | '\u{2010}'..='\u{2027}'
        | '\u{2030}'..='\u{203B}' | '\u{2400}'..='\u{2426}' | '\u{2500}'..='\u{259F}' | '\u{3001}'..='\u{3029}'
        | '\u{3041}'..='\u{3096}' | '\u{309B}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{FF01}'..='\u{FF9D}')
}

/// The parts of at most two cells in which a cluster of `cells` is drawn.
pub(super) fn pieces(cluster: &str, cells: usize) -> impl Iterator<Item = (&str, usize)> {
    let mut at = 0;
    iter::from_fn(move || {
        let rest = cluster.get(at..).filter(|rest| !rest.is_empty())?;
        if cells <= PIECE_CELLS {
            at = cluster.len();
            return Some((cluster, cells));
        }
        let piece = first_piece(rest);
        at += piece.len();
        Some((piece, self::cells(piece)))
    })
}

fn first_piece(cluster: &str) -> &str {
    for (at, c) in cluster.char_indices().skip(1) {
        let widens = char_cells(c) > 0 || c == '\u{FE0F}';
        if widens && cells(part(cluster, 0, at + c.len_utf8())) > PIECE_CELLS {
            return part(cluster, 0, at);
        }
    }
    cluster
}

/// `text[start..end]` for offsets that are known to be boundaries; empty if they were not.
pub(super) fn part(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

/// Whether byte `at` lies between two clusters.
pub(super) fn is_boundary(text: &str, at: usize) -> bool {
    text.is_char_boundary(at) && GraphemeCursor::new(at, text.len(), true).is_boundary(text, 0).unwrap_or(true)
}

/// The last cluster boundary before `at`, if there is one. Looks at nearby text only.
pub(super) fn boundary_before(text: &str, at: usize) -> Option<usize> {
    GraphemeCursor::new(at, text.len(), true).prev_boundary(text, 0).ok().flatten()
}

/// The first cluster boundary after `at`, if there is one.
pub(super) fn boundary_after(text: &str, at: usize) -> Option<usize> {
    GraphemeCursor::new(at, text.len(), true).next_boundary(text, 0).ok().flatten()
}

/// The last boundary at or before any byte offset.
pub(super) fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    if is_boundary(text, at) { at } else { boundary_before(text, at).unwrap_or(0) }
}

/// The first boundary at or after any byte offset.
pub(super) fn ceil_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at += 1;
    }
    if is_boundary(text, at) { at } else { boundary_after(text, at).unwrap_or(text.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_takes_at_most_two_cells_and_a_wider_one_comes_in_parts() {
        assert_eq!(graphemes("🥲🏻x").collect::<Vec<_>>(), [("🥲", 2), ("🏻", 2), ("x", 1)]);
        assert_eq!(graphemes("👍🏻x").collect::<Vec<_>>(), [("👍🏻", 2), ("x", 1)]);
        assert_eq!(graphemes("あ\u{FF9E}").collect::<Vec<_>>(), [("あ", 2), ("\u{FF9E}", 1)]);
        assert_eq!(graphemes("\u{1100}\u{1100}\u{1161}").map(|(_, cells)| cells).collect::<Vec<_>>(), [2, 2]);
    }

    #[test]
    fn known_clusters_have_their_known_cells() {
        for (text, cells) in [
            ("", 0),
            ("plain", 5),
            ("e\u{301}", 1),
            ("漢字", 4),
            ("❤\u{FE0F}", 2),
            ("♻\u{FE0F}♻\u{FE0F}", 4),
            ("👨\u{200D}👩\u{200D}👧\u{200D}👦", 2),
            ("👩\u{200D}🔬", 2),
            ("🇩🇪", 2),
            ("1\u{FE0F}\u{20E3}", 2),
            ("\u{FDFD}", 1),
            ("ｶ\u{FF9E}", 2),
            ("a\u{200E}b", 2),
            ("한국어", 6),
        ] {
            assert_eq!(width(text), cells, "{text:?}");
        }
    }

    #[test]
    fn letters_are_certain_and_everything_that_terminals_argue_about_is_doubtful() {
        for certain in ["a", "~", "ü", "e\u{301}", "ж", "漢", "あ", "한", "ｱ", "│", "─", "א", "ع", "，"] {
            assert!(!is_doubtful(certain), "{certain:?}");
        }
        for doubtful in [
            "❤\u{FE0F}",
            "❤",
            "♻\u{FE0F}",
            "👩\u{200D}🔬",
            "👍🏻",
            "🏻",
            "🇩🇪",
            "🇩",
            "1\u{FE0F}\u{20E3}",
            "\u{E0B0}",
            "漢\u{301}",
            "क\u{94D}ष",
            "\u{1F6D8}",
            "a\u{200D}",
            "—",
            "\u{FDFD}",
            "⌚",
        ] {
            assert!(is_doubtful(doubtful), "{doubtful:?}");
        }
    }

    #[test]
    fn reach_counts_what_a_terminal_without_clusters_would_draw() {
        assert_eq!(reach("a"), 1);
        assert!(reach("👨\u{200D}👩\u{200D}👧\u{200D}👦") >= 8);
        assert!(reach("🇩🇪") >= 4);
        assert!(reach("👍🏻") >= 4);
        assert!(reach("\u{E0B0}") >= 2);
    }

    #[test]
    fn what_is_said_to_stand_alone_does_so_beside_every_kind_of_it() {
        for c in ('\0'..=char::MAX).filter(|c| stands_alone(*c)) {
            for beside in ['x', '\n', 'é', '漢', 'か', '가', '\u{2400}', c] {
                let text: String = [beside, c, beside].iter().collect();
                let whole: Vec<_> = text.graphemes(true).map(|cluster| (cluster, cells(cluster))).collect();
                assert_eq!(whole.len(), 3, "{text:?}");
                assert_eq!(clusters(&text).collect::<Vec<_>>(), whole, "{text:?}");
            }
        }
    }

    #[test]
    fn boundaries_are_found_from_any_byte() {
        let text = "a👨\u{200D}👩b";
        assert_eq!(floor_boundary(text, 3), 1);
        assert_eq!(ceil_boundary(text, 3), text.len() - 1);
        assert_eq!(ceil_boundary(text, 99), text.len());
        assert!(!is_boundary(text, 5) && is_boundary(text, 1));
    }
}
