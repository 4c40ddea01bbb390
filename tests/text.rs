//! Outside text on the screen, in drafts and in rows: what holds for every input.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may end at what it cannot make")]
#![expect(clippy::string_slice, reason = "a test fails by panicking")]

#[path = "support/hostile.rs"]
mod hostile;

use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::{Buffer, CellWidth};
use ratatui::layout::Rect;
use ratatui::style::Style;
use takeover::text::{
    BODY_LIMIT, LINE_LIMIT, LineEditor, RawText, fit, fit_left, graphemes, is_doubtful, mark_for_draft, reach,
    sanitize, sanitize_line, truncate, width, wrap,
};
use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

fn body(text: &str) -> String {
    sanitize(&RawText::new(text)).to_string()
}

fn line(text: &str) -> String {
    sanitize_line(&RawText::new(text)).to_string()
}

/// Texts made of hostile pieces, of what people write, and of any characters at all.
fn any_text() -> impl Strategy<Value = String> {
    let pieces: Vec<String> = hostile::texts()
        .map(|(_, text)| text.to_owned())
        .chain(hostile::texts().flat_map(|(_, text)| text.chars().map(String::from)))
        .chain(["a", "word ", "  ", "\n", "\t", "\r\n", "漢", "e\u{301}", "…"].map(String::from))
        .collect();
    let piece = prop_oneof![4 => prop::sample::select(pieces), 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

fn drives_a_terminal(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{200B}' | '\u{FEFF}')
}

/// Characters that a reader sees wherever they stand.
fn ink(text: &str) -> Vec<char> {
    // Fillers count as letters and show nothing; this Khmer sign is shown as a mark.
    let shown_as_mark = |c: char| matches!(c, '\u{115F}' | '\u{1160}' | '\u{3164}' | '\u{FFA0}' | '\u{17D8}');
    text.chars()
        .filter(|c| c.is_alphanumeric() && !shown_as_mark(*c) && width(c.encode_utf8(&mut [0; 4])) > 0)
        .collect()
}

fn is_subsequence(needle: &[char], hay: &[char]) -> bool {
    let mut hay = hay.iter();
    needle.iter().all(|c| hay.any(|h| h == c))
}

fn drawn_cells(text: &str) -> usize {
    let mut buffer = Buffer::empty(Rect::new(0, 0, u16::MAX, 1));
    usize::from(buffer.set_stringn(0, 0, text, usize::from(u16::MAX), Style::new()).0)
}

fn assert_drawn_as_measured(text: &str) {
    for row in text.split('\n') {
        assert_eq!(drawn_cells(row), width(row), "ratatui draws {row:?}");
        for (piece, cells) in graphemes(row) {
            assert!(cells <= 2, "{piece:?} of {row:?} takes {cells} cells");
            assert!(reach(piece) >= cells, "{piece:?}");
            if cells > 0 {
                assert_eq!(usize::from(piece.cell_width()), cells, "ratatui draws {piece:?}");
            }
        }
        assert_eq!(graphemes(row).map(|(piece, _)| piece).collect::<String>(), row);
    }
}

#[test]
fn every_hostile_text_is_drawn_as_wide_as_it_is_measured() {
    for (_, text) in hostile::texts() {
        assert_drawn_as_measured(&body(text));
        assert_drawn_as_measured(&line(text));
        assert_drawn_as_measured(&mark_for_draft(text).0.replace('\t', "    "));
    }
}

#[test]
fn a_border_behind_a_hostile_text_stands_and_ascii_over_it_leaves_nothing() {
    for (class, text) in hostile::texts() {
        let text = fit(&line(text), 30);
        let mut terminal = Terminal::new(TestBackend::new(40, 1)).unwrap();
        let mut show = |text: &str| {
            terminal
                .draw(|frame| {
                    let (x, _) = frame.buffer_mut().set_stringn(0, 0, text, 40, Style::new());
                    frame.buffer_mut().set_stringn(x, 0, "|border", 10, Style::new());
                })
                .unwrap();
            terminal.backend().buffer().clone()
        };
        let drawn = show(&text);
        assert_eq!(drawn[(30, 0)].symbol(), "|", "{class}: {text:?}");
        let over = show(&"x".repeat(30));
        assert_eq!(over, Buffer::with_lines([format!("{}|border   ", "x".repeat(30))]), "{class}: {text:?}");
    }
}

#[test]
fn everything_but_plain_letters_in_the_width_class_is_followed_by_a_cursor_move() {
    for text in hostile::WIDTH.texts {
        let settled = |c: &char| matches!(*c, ' ' | '\u{5B0}'..='\u{6FF}' | '\u{E01}'..='\u{E2A}' | '\u{FF76}' | '\u{FF8A}' | '\u{92E}' | '\u{928}');
        let doubtful = graphemes(text).filter(|(piece, _)| !piece.chars().next().is_some_and(|c| settled(&c)));
        for (piece, _) in doubtful {
            assert!(is_doubtful(piece) || piece.chars().count() == 1 && piece.is_ascii(), "{piece:?} in {text:?}");
        }
    }
}

#[test]
fn large_inputs_are_wrapped_cut_and_edited_whole() {
    for (name, text) in hostile::big() {
        let safe = body(&text);
        assert!(safe.chars().count() <= BODY_LIMIT, "{name}");
        assert!(safe.len() < text.len() && safe.ends_with('…') || safe.contains('…'), "{name} is cut where it shows");
        assert_drawn_as_measured(&line(&text));
        let (draft, _) = mark_for_draft(&text);
        let rows = wrap(&draft, 80);
        assert_eq!(
            rows.last().map(|row| row.end == draft.len() || draft[row.end..].trim().is_empty()),
            Some(true),
            "{name}"
        );
        assert!(truncate(&draft, 20).width <= 20, "{name}");

        let mut editor = LineEditor::new();
        editor.insert_str(&text);
        assert_eq!(editor.text(), draft, "{name}");
        editor.set_cursor(draft.len() / 2);
        editor.insert_char('x');
        let (row, column) = editor.cursor_cell();
        assert!(row < editor.row_count() && column < 80, "{name}");
        assert!(editor.undo());
        assert_eq!(editor.text(), draft, "{name}");
    }
}

/// The draft as it is drawn: its rows, each in a pane so wide that nothing is wrapped.
fn drawn_draft(text: &str) -> (String, String) {
    let mut editor = LineEditor::new();
    editor.prepare(1_000_000);
    editor.insert_str(text);
    let rows = editor.visible_rows(0, usize::MAX);
    (editor.text().to_owned(), rows.iter().map(|row| row.text.as_str()).collect::<Vec<_>>().join("\n"))
}

fn with_tabs_as_spaces(text: &str) -> String {
    let lines = text.split('\n').map(|line| {
        let mut out = String::new();
        for part in line.split_inclusive('\t') {
            out.push_str(part.trim_end_matches('\t'));
            if part.ends_with('\t') {
                let stop = (width(&out) / 4 + 1) * 4;
                out = fit(&out, stop);
            }
        }
        out
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_pasted_makefile_keeps_its_tabs() {
    let makefile = "all: x.o\n\tcc -o x x.o\n\nx.o:\n\tcc -c x.c\n";
    let (frozen, drawn) = drawn_draft(makefile);
    assert_eq!(frozen, makefile);
    assert_eq!(drawn, makefile.replace('\t', "    "));
}

#[test]
fn a_paste_that_ends_itself_is_sent_as_it_is_drawn() {
    let (frozen, drawn) = drawn_draft("rm -rf x\n\u{1b}[201~");
    assert_eq!(frozen, "rm -rf x\n␛[201~");
    assert_eq!(drawn, frozen);
}

#[derive(Clone, Debug)]
enum Act {
    Type(char),
    Insert(String),
    Go(usize),
    Set(usize),
    Edit(usize),
    Undo,
    Redo,
    Prepare(usize),
}

fn any_act() -> impl Strategy<Value = Act> {
    let letters: Vec<char> = hostile::texts().flat_map(|(_, text)| text.chars()).chain("abc  \n".chars()).collect();
    prop_oneof![
        6 => prop::sample::select(letters).prop_map(Act::Type),
        2 => any_text().prop_map(Act::Insert),
        3 => (0_usize..8).prop_map(Act::Go),
        1 => any::<usize>().prop_map(Act::Set),
        4 => (0_usize..7).prop_map(Act::Edit),
        2 => Just(Act::Undo),
        1 => Just(Act::Redo),
        1 => (0_usize..60).prop_map(Act::Prepare),
    ]
}

fn perform(editor: &mut LineEditor, act: &Act) {
    match act {
        Act::Type(c) => editor.insert_char(*c),
        Act::Insert(text) => {
            editor.insert_str(text);
        }
        Act::Go(0) => editor.left(),
        Act::Go(1) => editor.right(),
        Act::Go(2) => {
            editor.up();
        }
        Act::Go(3) => {
            editor.down();
        }
        Act::Go(4) => editor.home(),
        Act::Go(5) => editor.end(),
        Act::Go(6) => editor.word_left(),
        Act::Go(_) => editor.word_right(),
        Act::Set(offset) => editor.set_cursor(offset % (editor.text().len() + 2)),
        Act::Edit(0) => editor.backspace(),
        Act::Edit(1) => editor.delete(),
        Act::Edit(2) => editor.delete_word_left(),
        Act::Edit(3) => editor.kill_to_end(),
        Act::Edit(4) => editor.kill_to_start(),
        Act::Edit(5) => editor.yank(),
        Act::Edit(_) => editor.newline(),
        Act::Undo => {
            editor.undo();
        }
        Act::Redo => {
            editor.redo();
        }
        Act::Prepare(width) => editor.prepare(*width),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_comes_out_able_to_drive_a_terminal(text in any_text()) {
        let body = body(&text);
        prop_assert!(!body.chars().any(|c| c != '\n' && drives_a_terminal(c)), "{:?}", body);
        let line = line(&text);
        prop_assert!(!line.chars().any(drives_a_terminal), "{:?}", line);
        prop_assert!(line.chars().count() <= LINE_LIMIT);
    }

    #[test]
    fn sanitizing_again_changes_nothing(text in any_text()) {
        let once = body(&text);
        prop_assert_eq!(body(&once), once);
        let once = line(&text);
        prop_assert_eq!(line(&once), once);
    }

    #[test]
    fn no_letter_is_parsed_away(text in any_text()) {
        let shown: Vec<char> = body(&text).chars().collect();
        prop_assert!(is_subsequence(&ink(&text), &shown), "{:?} of {:?}", shown, text);
    }

    #[test]
    fn a_text_that_is_there_is_seen(text in any_text()) {
        let seen = !text.chars().all(char::is_whitespace);
        prop_assert!(!seen || width(line(&text).trim()) > 0, "{:?}", text);
    }

    #[test]
    fn what_is_safe_is_drawn_as_wide_as_it_is_measured(text in any_text()) {
        assert_drawn_as_measured(&body(&text));
    }

    #[test]
    fn a_draft_is_sent_as_it_is_drawn(text in any_text()) {
        let (frozen, drawn) = drawn_draft(&text);
        prop_assert_eq!(&drawn, &with_tabs_as_spaces(&frozen));
        prop_assert!(!drawn.chars().any(|c| c != '\n' && drives_a_terminal(c)), "{:?}", drawn);
        prop_assert_eq!(&mark_for_draft(&text).0, &frozen);
        prop_assert_eq!(mark_for_draft(&frozen), (frozen.clone(), 0), "marked once and for all");
    }

    #[test]
    fn wrapping_loses_nothing_visible_and_fits(text in any_text(), cells in 0_usize..40) {
        let text = body(&text);
        let rows = wrap(&text, cells);
        let mut at = 0;
        for row in &rows {
            prop_assert!(text[at..row.start].chars().all(char::is_whitespace), "{:?}", &text[at..row.start]);
            let shown = &text[row.start..row.end];
            prop_assert!(!shown.contains('\n'));
            prop_assert_eq!(width(shown), row.width);
            let alone = graphemes(shown).filter(|(_, cells)| *cells > 0).count() == 1;
            prop_assert!(row.width <= cells.max(1) || alone, "{:?} in {} cells", shown, cells);
            at = row.end;
        }
        prop_assert!(text[at..].chars().all(char::is_whitespace));
        prop_assert!(rows.len() > text.matches('\n').count());
    }

    #[test]
    fn cutting_never_splits_a_cluster_and_never_gives_more_than_asked(text in any_text(), cells in 0_usize..41) {
        let text = line(&text);
        let cut = truncate(&text, cells);
        prop_assert!(cut.width <= cells);
        prop_assert_eq!(width(&cut.text), cut.width);
        if cut.text == text {
            prop_assert!(width(&text) <= cells);
        } else if cells > 0 {
            let kept = cut.text.strip_suffix('…').unwrap();
            prop_assert!(text.starts_with(kept));
            let boundary = GraphemeCursor::new(kept.len(), text.len(), true).is_boundary(&text, 0).unwrap();
            prop_assert!(boundary, "{:?} of {:?}", kept, text);
        }
        prop_assert_eq!(width(&fit(&text, cells)), cells);
        prop_assert_eq!(width(&fit_left(&text, cells)), cells);
    }

    #[test]
    fn editing_keeps_the_cursor_between_clusters_and_undo_gives_back_every_text(acts in prop::collection::vec(any_act(), 1..40)) {
        let mut editor = LineEditor::new();
        let mut texts = vec![String::new()];
        for act in &acts {
            perform(&mut editor, act);
            let text = editor.text();
            let boundary = editor.cursor() == text.len() || text.grapheme_indices(true).any(|(at, _)| at == editor.cursor());
            prop_assert!(boundary, "{} in {:?} after {:?}", editor.cursor(), text, act);
            prop_assert!(!text.chars().any(|c| c != '\n' && c != '\t' && drives_a_terminal(c)), "{:?}", text);
            let (row, _) = editor.cursor_cell();
            prop_assert!(row < editor.row_count());
            if texts.last().is_none_or(|last| last != text) {
                texts.push(text.to_owned());
            }
        }
        let end = editor.text().to_owned();
        let mut steps = 0;
        while editor.undo() {
            steps += 1;
            prop_assert!(texts.iter().any(|text| text == editor.text()), "{:?} never was", editor.text());
        }
        prop_assert_eq!(editor.text(), "");
        for _ in 0..steps {
            prop_assert!(editor.redo());
        }
        prop_assert_eq!(editor.text(), end);
    }

    #[test]
    fn the_cursor_is_drawn_where_the_next_letter_appears(text in any_text(), cells in 2_usize..30, at in any::<usize>()) {
        let mut editor = LineEditor::new();
        editor.prepare(cells);
        editor.insert_str(&text);
        editor.set_cursor(at % (editor.text().len() + 1));
        let (row, column) = editor.cursor_cell();
        let shown = editor.visible_rows(row, 1).remove(0);
        prop_assert!(column < cells);
        prop_assert!(editor.cursor() >= shown.start);
        if editor.cursor() <= shown.end {
            let (before, _) = editor.text()[shown.start..].split_at(editor.cursor() - shown.start);
            let before = with_tabs_as_spaces(before);
            prop_assert!(shown.text.starts_with(&before), "{:?} {:?}", shown, before);
            prop_assert_eq!(column, width(&before).min(cells - 1));
        }
    }
}
