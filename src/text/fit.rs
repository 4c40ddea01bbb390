//! Cutting and padding to a number of cells.
//!
//! Never splits a cluster and never gives more cells than asked. For one line: line breaks belong to `wrap`.

use std::borrow::Cow;

use super::width::{clusters, part};

/// A text cut to a number of cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Truncated<'a> {
    /// What to draw; ends in `…` if something was cut.
    pub text: Cow<'a, str>,
    /// Its cells, at most those asked for.
    pub width: usize,
}

/// Cuts to at most `cells` cells, with a visible `…` where something is missing. Looks no further than it draws.
#[must_use]
pub fn truncate(text: &str, cells: usize) -> Truncated<'_> {
    let (mut at, mut width) = (0, 0);
    // The last place at which the "…" still fits.
    let (mut cut, mut cut_width) = (0, 0);
    for (cluster, wide) in clusters(text) {
        if width + wide > cells {
            if cells == 0 {
                return Truncated { text: Cow::Borrowed(""), width: 0 };
            }
            let kept = part(text, 0, cut);
            return Truncated { text: Cow::Owned(format!("{kept}…")), width: cut_width + 1 };
        }
        width += wide;
        at += cluster.len();
        if width < cells {
            (cut, cut_width) = (at, width);
        }
    }
    Truncated { text: Cow::Borrowed(text), width }
}

/// Exactly `cells` cells: cut if too long, spaces behind it if too short.
#[must_use]
pub fn fit(text: &str, cells: usize) -> String {
    let cut = truncate(text, cells);
    let mut out = cut.text.into_owned();
    out.extend(std::iter::repeat_n(' ', cells.saturating_sub(cut.width)));
    out
}

/// Exactly `cells` cells, spaces before it: for numbers and times.
#[must_use]
pub fn fit_left(text: &str, cells: usize) -> String {
    let cut = truncate(text, cells);
    let mut out = " ".repeat(cells.saturating_sub(cut.width));
    out.push_str(&cut.text);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_left_alone_and_what_does_not_says_so() {
        assert_eq!(truncate("hello", 5), Truncated { text: Cow::Borrowed("hello"), width: 5 });
        assert_eq!(truncate("hello", 4), Truncated { text: Cow::Borrowed("hel…"), width: 4 });
        assert_eq!(truncate("hello", 1).text, "…");
        assert_eq!(truncate("hello", 0).text, "");
        assert_eq!(truncate("", 0).width, 0);
    }

    #[test]
    fn a_wide_cluster_is_taken_whole_or_not_at_all() {
        assert_eq!(truncate("漢字", 3), Truncated { text: Cow::Borrowed("漢…"), width: 3 });
        assert_eq!(truncate("漢字", 2), Truncated { text: Cow::Borrowed("…"), width: 1 });
        assert_eq!(truncate("a👨\u{200d}👩bc", 3).text, "a…");
        assert_eq!(truncate("e\u{301}e\u{301}e\u{301}", 2).text, "e\u{301}…");
    }

    #[test]
    fn padding_counts_cells() {
        assert_eq!(fit("漢", 4), "漢  ");
        assert_eq!(fit("漢字漢", 4), "漢… ");
        assert_eq!(fit_left("7", 3), "  7");
        assert_eq!(fit_left("12345", 3), "12…");
    }
}
