//! Finding text whatever its case, without ever leaving the offsets of the text that is searched.
//!
//! Compares cluster by cluster after folding (so `STRASSE` finds `Straße`, and `istanbul` finds `İstanbul`), and answers
//! in byte ranges of the text as it stands: a folded copy may be longer or shorter, so its offsets are never used.

use std::ops::Range;

use super::width::true_clusters;

/// What is looked for, folded once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needle {
    folded: String,
}

/// A piece of folded text that stands for (a part of) one cluster of the source.
struct Unit {
    /// Where it ends in the folded text; it begins where the one before ends.
    end: usize,
    source: Range<usize>,
}

impl Needle {
    /// Something to look for; none where there is nothing.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut folded = String::with_capacity(text.len());
        for (cluster, _) in true_clusters(text) {
            fold(cluster, &mut folded);
        }
        (!folded.is_empty()).then_some(Self { folded })
    }

    /// Every place where it stands, from the left, none over another. Each range begins and ends between two clusters
    /// of `text`.
    #[must_use]
    pub fn find_in(&self, text: &str) -> Vec<Range<usize>> {
        if text.is_ascii() {
            return self.find_in_ascii(text.as_bytes());
        }
        let (folded, units) = folded_with_units(text);
        let mut found: Vec<Range<usize>> = Vec::new();
        let (mut begin, mut at, mut free) = (0, 0, 0);
        while let Some(unit) = units.get(at) {
            if begin >= free && folded.get(begin..).is_some_and(|rest| rest.starts_with(&self.folded)) {
                let end = begin + self.folded.len();
                if let Ok(last) = units.binary_search_by_key(&end, |unit| unit.end) {
                    let to = units.get(last).map_or(unit.source.end, |last| last.source.end);
                    // Two finds may share the cluster that both end and begin in.
                    if found.last().is_none_or(|before| before.end <= unit.source.start) {
                        found.push(unit.source.start..to);
                    }
                    free = end;
                }
            }
            begin = unit.end;
            at += 1;
        }
        found
    }

    /// Whether it stands anywhere in `text`.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        !self.find_in(text).is_empty()
    }

    fn find_in_ascii(&self, text: &[u8]) -> Vec<Range<usize>> {
        let needle = self.folded.as_bytes();
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(window) = text.get(at..at + needle.len()) {
            if window.eq_ignore_ascii_case(needle) {
                found.push(at..at + needle.len());
                at += needle.len();
            } else {
                at += 1;
            }
        }
        found
    }
}

fn folded_with_units(text: &str) -> (String, Vec<Unit>) {
    let mut folded = String::with_capacity(text.len());
    let mut units = Vec::with_capacity(text.len());
    let mut at = 0;
    for (cluster, _) in true_clusters(text) {
        let source = at..at + cluster.len();
        at = source.end;
        let begin = folded.len();
        fold(cluster, &mut folded);
        let whole = folded.len();
        // A letter that folds to two (ß) may be found by its half; one with an accent may not.
        let mut end = begin;
        for (piece, _) in true_clusters(folded.get(begin..).unwrap_or_default()) {
            end += piece.len();
            units.push(Unit { end, source: source.clone() });
        }
        debug_assert_eq!(end, whole);
    }
    (folded, units)
}

/// Appends a cluster without its case. Lower, upper and lower again is full case folding for what people write; the
/// dot that a capital `İ` leaves on its `i` is dropped.
fn fold(cluster: &str, out: &mut String) {
    if let [byte] = cluster.as_bytes() {
        out.push(char::from(byte.to_ascii_lowercase()));
        return;
    }
    let mut before = None;
    let chars = cluster.chars().flat_map(char::to_lowercase).flat_map(char::to_uppercase).flat_map(char::to_lowercase);
    for char in chars {
        if char != '\u{307}' || before != Some('i') {
            out.push(char);
        }
        before = Some(char);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::graphemes;
    use proptest::prelude::*;

    fn found<'a>(needle: &str, text: &'a str) -> Vec<&'a str> {
        Needle::new(needle).unwrap().find_in(text).into_iter().map(|range| text.get(range).unwrap()).collect()
    }

    #[test]
    fn case_does_not_matter_in_any_script() {
        assert_eq!(found("refund", "Refund, REFUND and reFund"), ["Refund", "REFUND", "reFund"]);
        assert_eq!(found("привет", "ПРИВЕТ, Привет"), ["ПРИВЕТ", "Привет"]);
        assert_eq!(found("ΟΔΟΣ", "οδος οδός"), ["οδος"]);
        assert_eq!(found("strasse", "Straße STRASSE STRAẞE"), ["Straße", "STRASSE", "STRAẞE"]);
    }

    #[test]
    fn a_letter_that_grows_when_it_is_folded_moves_no_offset() {
        assert_eq!(found("i", "İstanbul, Iğdır"), ["İ", "I", "ı"]);
        assert_eq!(found("tan", "İİİstanbul"), ["tan"]);
        assert_eq!(found("istanbul", "in İstanbul heute"), ["İstanbul"]);
        assert_eq!(found("office", "the oﬃce"), ["oﬃce"]);
        assert_eq!(found("stras", "Straße"), ["Straß"], "half of a letter that folds to two takes it whole");
    }

    #[test]
    fn a_letter_with_an_accent_is_another_letter_and_no_cluster_is_cut() {
        assert_eq!(found("e", "e\u{301} e"), ["e"]);
        assert!(found("👩", "👩\u{200d}🔬").is_empty());
        assert_eq!(found("ss", "ßß"), ["ß", "ß"]);
        assert!(Needle::new("").is_none());
    }

    proptest! {
        #[test]
        fn what_is_found_begins_and_ends_between_clusters_and_folds_to_the_same(
            text in "[a-cA-CıIİißẞſKσςΣe\u{301}\u{307}漢👩\u{200d}🔬 \n]{0,40}", needle in "[a-cA-Cıiİßse\u{301}漢]{1,4}"
        ) {
            let needle = Needle::new(&needle).unwrap();
            let mut ends = vec![0];
            for (cluster, _) in true_clusters(&text) {
                ends.push(ends.last().unwrap() + cluster.len());
            }
            let mut before = 0;
            for range in needle.find_in(&text) {
                prop_assert!(range.start >= before && range.end > range.start);
                prop_assert!(ends.contains(&range.start) && ends.contains(&range.end));
                before = range.end;
                let mut folded = String::new();
                true_clusters(text.get(range).unwrap()).for_each(|(cluster, _)| fold(cluster, &mut folded));
                prop_assert!(folded.contains(&needle.folded));
            }
        }

        #[test]
        fn every_run_of_clusters_finds_itself(text in "\\PC{1,30}", from in 0usize..30, count in 1usize..6) {
            let clusters: Vec<&str> = true_clusters(&text).map(|(cluster, _)| cluster).collect();
            let from = from % clusters.len();
            let part: String = clusters.iter().skip(from).take(count).copied().collect();
            prop_assert!(Needle::new(&part).unwrap().is_in(&text));
            prop_assert!(graphemes(&text).count() >= clusters.len());
        }
    }
}
