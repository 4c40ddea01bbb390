//! What may enter a draft: the bytes that will be sent are the bytes that are shown (security, S3).
//!
//! Owns the marking of pasted, inserted and stored text. Never expands tabs and never cuts: a draft is exact.

use std::borrow::Cow;

use super::marks::{flag_length, is_direction_mark, is_forbidden, push_mark};
use super::width::{char_cells, extends, is_unseen, part, true_clusters};

/// Pasted or inserted text as it may stand in a draft, and how many characters became visible marks.
///
/// C0 but tab and newline, C1, DEL, bidi embeddings, overrides and isolates, tag characters outside valid flags and the
/// other characters that a message would show as a mark are replaced by that mark, so what is drawn is what is sent.
/// Every kind of line break becomes `\n`. LRM, RLM, ALM, valid flags, joiners, variation selectors and tabs stay; one
/// that has nothing to stand on (a text of joiners alone) is marked.
#[must_use]
pub fn mark_for_draft(text: &str) -> (String, usize) {
    let (marked, count) = marked(text, false);
    (marked.into_owned(), count)
}

/// The same without a copy where nothing changes. `has_base` says that the text lands behind a character which its
/// first combining marks will be drawn over.
pub(super) fn marked(text: &str, has_base: bool) -> (Cow<'_, str>, usize) {
    let (text, by_character) = mark_characters(text);
    let (changed, by_cluster) = mark_clusters(&text, has_base);
    (changed.map_or(text, Cow::Owned), by_character + by_cluster)
}

fn mark_characters(text: &str) -> (Cow<'_, str>, usize) {
    let mut out = String::new();
    let (mut copied, mut count) = (0, 0);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            ' '..='~' | '\n' | '\t' => {}
            '\r' | '\u{2028}' | '\u{2029}' => {
                out.push_str(part(text, copied, at));
                out.push('\n');
                copied = at + c.len_utf8();
                if c == '\r' && chars.next_if(|(_, next)| *next == '\n').is_some() {
                    copied += 1;
                }
            }
            '\u{1F3F4}' => {
                let length = flag_length(part(text, at, text.len())).unwrap_or(0);
                while chars.next_if(|(next, _)| *next < at + length).is_some() {}
            }
            c if is_forbidden(c) => {
                out.push_str(part(text, copied, at));
                copied = at + c.len_utf8();
                push_mark(&mut out, c);
                count += 1;
            }
            _ => {}
        }
    }
    if copied == 0 {
        return (Cow::Borrowed(text), 0);
    }
    out.push_str(part(text, copied, text.len()));
    (Cow::Owned(out), count)
}

fn mark_clusters(text: &str, has_base: bool) -> (Option<String>, usize) {
    if !may_hold_unseen(text, has_base) {
        return (None, 0);
    }
    let mut out: Option<String> = None;
    let (mut at, mut count) = (0, 0);
    for (cluster, cells) in true_clusters(text) {
        // At the beginning a message shows as a mark what would join the character before it.
        let joins = at == 0 && cluster.chars().all(joins_unread);
        if (joins || is_unseen(cluster, cells)) && !(at == 0 && has_base) {
            let out = out.get_or_insert_with(|| part(text, 0, at).to_owned());
            for c in cluster.chars() {
                push_mark(out, c);
                count += 1;
            }
        } else if let Some(out) = &mut out {
            out.push_str(cluster);
        }
        at += cluster.len();
    }
    (out, count)
}

/// Whether `c` joins what stands before it and is no letter: a message shows it as a mark where nothing of it does.
fn joins_unread(c: char) -> bool {
    extends(c) && !c.is_alphanumeric()
}

/// Whether a closer look is due: something without a cell of its own stands where nothing carries it, or might not be
/// carried by what stands before it.
fn may_hold_unseen(text: &str, has_base: bool) -> bool {
    let mut base = has_base;
    let joins = !has_base && text.chars().next().is_some_and(joins_unread);
    joins
        || text.chars().any(|c| {
            let suspicious =
                c > '\u{2FF}' && char_cells(c) == 0 && !is_direction_mark(c) && !(base && is_common_mark(c));
            base = can_carry(c);
            suspicious
        })
}

/// Marks that extend whatever stands before them: accents, points, signs of Indian scripts and Thai, joiners,
/// variation selectors.
const fn is_common_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{591}'..='\u{5C7}' | '\u{64B}'..='\u{65F}' | '\u{900}'..='\u{963}'
        | '\u{E31}'..='\u{E4E}' | '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}')
}

/// Whether `c` has no cell of its own and is drawn over what stands before it.
pub(super) fn needs_base(c: char) -> bool {
    c > '\u{2FF}' && char_cells(c) == 0 && extends(c)
}

/// Whether a combining character behind `c` is drawn over it.
pub(super) const fn can_carry(c: char) -> bool {
    !is_direction_mark(c) && !matches!(c, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paste_that_tries_to_end_itself_stands_there_in_plain_sight() {
        let (text, count) = mark_for_draft("rm -rf x\n\u{1b}[201~");
        assert_eq!((text.as_str(), count), ("rm -rf x\n␛[201~", 1));
    }

    #[test]
    fn a_makefile_keeps_its_tabs_and_its_lines() {
        assert_eq!(mark_for_draft("all:\r\n\tcc -o x x.c\r\n"), ("all:\n\tcc -o x x.c\n".to_owned(), 0));
        assert_eq!(mark_for_draft("a\rb\u{2028}c").0, "a\nb\nc");
    }

    #[test]
    fn hidden_characters_are_counted_and_what_people_write_stays() {
        assert_eq!(mark_for_draft("a\u{202e}b\u{9b}\u{7f}\u{e0041}"), ("a‹202E›b‹9B›␡‹E0041›".to_owned(), 4));
        for text in [
            "שלום\u{200f}!",
            "a\u{200e}\u{61c}",
            "👩\u{200d}🔬",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "สวัสดี",
        ] {
            assert_eq!(mark_for_draft(text), (text.to_owned(), 0));
        }
        assert_eq!(mark_for_draft("\u{200d}"), ("‹200D›".to_owned(), 1));
        assert_eq!(mark_for_draft("\u{1f3fb}\u{e33}"), ("\u{1f3fb}\u{e33}".to_owned(), 0));
        assert_eq!(mark_for_draft("\u{1f3fb}\u{1f3fb}a"), ("‹1F3FB›‹1F3FB›a".to_owned(), 2));
        assert_eq!(mark_for_draft("\u{e33}a"), ("\u{e33}a".to_owned(), 0), "letters stay letters");
    }
}
