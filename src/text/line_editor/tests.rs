use super::*;
use crate::text::wrap::Shown;

fn editor(text: &str) -> LineEditor {
    let mut editor = LineEditor::new();
    editor.set(text, text.len());
    editor
}

fn typed(editor: &mut LineEditor, text: &str) {
    for c in text.chars() {
        if c == '\n' { editor.newline() } else { editor.insert_char(c) }
    }
}

#[test]
fn backspace_takes_a_whole_family() {
    let mut editor = editor("hi 👨\u{200d}👩\u{200d}👧\u{200d}👦");
    editor.backspace();
    assert_eq!(editor.text(), "hi ");
    editor.backspace();
    editor.backspace();
    editor.backspace();
    editor.backspace();
    assert!(editor.is_empty());
}

#[test]
fn moves_and_deletes_go_by_what_is_seen() {
    let mut editor = editor("ae\u{301}🇩🇪b");
    editor.left();
    editor.left();
    editor.left();
    assert_eq!(editor.cursor(), 1);
    editor.delete();
    assert_eq!(editor.text(), "a🇩🇪b");
    editor.right();
    editor.backspace();
    assert_eq!(editor.text(), "ab");
}

#[test]
fn a_character_that_joins_its_neighbours_leaves_the_cursor_behind_all_of_them() {
    let mut editor = editor("👩🔬");
    editor.left();
    editor.insert_char('\u{200d}');
    assert_eq!(editor.cursor(), editor.text().len());
    assert!(editor.undo());
    assert_eq!((editor.text(), editor.cursor()), ("👩🔬", 4));
}

#[test]
fn nothing_typed_pasted_or_stored_brings_a_control_character_in() {
    let mut editor = LineEditor::new();
    editor.insert_char('\u{1b}');
    assert_eq!(editor.insert_str("]0;x\u{7}\r\nend"), 1);
    assert_eq!(editor.text(), "␛]0;x␇\nend");
    assert_eq!(editor.set("\u{202e}a", 0), 1);
    assert_eq!(editor.text(), "‹202E›a");
}

#[test]
fn a_combining_mark_is_shown_as_a_mark_only_where_it_has_no_base() {
    let mut editor = LineEditor::new();
    typed(&mut editor, "\u{301}e\u{301}");
    assert_eq!(editor.text(), "‹301›e\u{301}");
    editor.newline();
    editor.insert_str("\u{301}");
    assert!(editor.text().ends_with("\n‹301›"));
    let mut thai = LineEditor::new();
    typed(&mut thai, "สวัสดี");
    assert_eq!(thai.text(), "สวัสดี");
}

#[test]
fn words_are_crossed_and_killed() {
    let mut editor = editor("one two-three, four");
    editor.word_left();
    assert_eq!(editor.cursor(), 15);
    editor.word_left();
    assert_eq!(editor.cursor(), 8);
    editor.word_left();
    editor.word_left();
    editor.word_right();
    assert_eq!(editor.cursor(), 3);
    editor.end();
    editor.delete_word_left();
    assert_eq!(editor.text(), "one two-three, ");
    editor.delete_word_left();
    assert_eq!(editor.text(), "one ");
    editor.yank();
    assert_eq!(editor.text(), "one two-three, four", "kills in a row are one");
}

#[test]
fn kills_stop_at_the_line_and_then_take_its_break() {
    let mut editor = editor("ab\ncd");
    editor.kill_to_start();
    assert_eq!(editor.text(), "ab\n");
    editor.kill_to_start();
    assert_eq!(editor.text(), "ab");
    editor.yank();
    assert_eq!(editor.text(), "ab\ncd");
    editor.set_cursor(0);
    editor.kill_to_end();
    editor.kill_to_end();
    assert_eq!(editor.text(), "cd");
    editor.end();
    editor.kill_to_end();
    assert_eq!(editor.text(), "cd");
    editor.yank();
    assert_eq!(editor.text(), "cdab\n");
}

#[test]
fn undo_takes_back_words_and_redo_brings_them_again() {
    let mut editor = LineEditor::new();
    typed(&mut editor, "hello big world");
    assert!(editor.undo());
    assert_eq!(editor.text(), "hello big ");
    assert!(editor.undo());
    assert_eq!(editor.text(), "hello ");
    assert!(editor.redo());
    assert_eq!((editor.text(), editor.cursor()), ("hello big ", 10));
    editor.backspace();
    editor.backspace();
    editor.backspace();
    assert!(!editor.redo());
    assert!(editor.undo());
    assert_eq!(editor.text(), "hello big ");
    assert!(editor.undo() && editor.undo() && !editor.undo());
    assert!(editor.is_empty());
}

#[test]
fn a_paste_is_undone_in_one_step() {
    let mut editor = LineEditor::new();
    typed(&mut editor, "a");
    editor.insert_str("seven\nlines\nof\ntext\nin\none\npaste");
    assert!(editor.undo());
    assert_eq!(editor.text(), "a");
}

#[test]
fn up_and_down_keep_the_column_through_short_rows_and_wrapped_ones() {
    let mut editor = editor("abcdef\nx\n漢字漢字");
    editor.prepare(20);
    editor.set_cursor(5);
    assert!(editor.down());
    assert_eq!(editor.cursor_cell(), (1, 1));
    assert!(editor.down());
    assert_eq!(editor.cursor_cell(), (2, 4), "never inside a wide character");
    assert!(!editor.down());
    assert!(editor.up() && editor.up() && !editor.up());
    assert_eq!(editor.cursor(), 5);
    let mut wrapped = self::editor("aaaa bbbb cccc");
    wrapped.prepare(6);
    assert_eq!(wrapped.row_count(), 3);
    assert!(wrapped.up());
    assert_eq!(wrapped.cursor_cell(), (1, 4));
}

#[test]
fn tabs_stay_in_the_text_and_are_drawn_as_spaces() {
    let mut editor = LineEditor::new();
    editor.prepare(40);
    editor.insert_str("all:\n\tcc\tx");
    assert_eq!(editor.text(), "all:\n\tcc\tx");
    let rows = editor.visible_rows(0, 9);
    assert_eq!(rows.iter().map(|row| row.text.as_str()).collect::<Vec<_>>(), ["all:", "    cc  x"]);
    assert_eq!(editor.cursor_cell(), (1, 9));
}

#[test]
fn the_cursor_has_a_cell_behind_a_full_row_and_behind_spaces_that_do_not_fit() {
    let mut editor = editor("abcd");
    editor.prepare(5);
    assert_eq!((editor.row_count(), editor.cursor_cell()), (1, (0, 4)));
    typed(&mut editor, "     ");
    assert_eq!((editor.row_count(), editor.cursor_cell()), (1, (0, 4)));
    typed(&mut editor, "e");
    assert_eq!((editor.row_count(), editor.cursor_cell()), (2, (1, 1)));
}

#[test]
fn an_emptied_editor_forgets_its_undo_and_keeps_what_was_killed() {
    let mut editor = editor("first second");
    editor.delete_word_left();
    assert_eq!(editor.take(), "first ");
    assert!(editor.is_empty() && !editor.undo());
    editor.yank();
    assert_eq!(editor.text(), "second");
}

#[test]
fn rows_kept_up_to_date_are_the_rows_of_a_fresh_layout() {
    use proptest::prelude::*;
    let piece = prop::sample::select(vec![
        "a",
        "bb ",
        " ",
        "\n",
        "\t",
        "漢",
        "字。",
        "e\u{301}",
        "\u{301}",
        "👩",
        "\u{200d}",
        "🔬",
        "🇩",
        "🇪",
        "🥲🏻",
        "\u{fe0f}",
        "\u{200e}",
        "long-word-without-any-space",
        "   ",
        "क\u{94d}",
        "ष",
        "\u{1b}",
        "ᄀ",
        "ᅡ",
    ]);
    let text = prop::collection::vec(piece, 0..12).prop_map(|parts| parts.concat());
    let acts = prop::collection::vec((0_usize..1_000, 0_usize..12, text), 1..20);
    proptest!(|(acts in acts, width in 0_usize..12)| {
        let mut text = String::new();
        let mut layout = Layout::new("", width);
        for (at, length, with) in acts {
            let start = floor_boundary(&text, at % (text.len() + 1));
            let end = ceil_boundary(&text, (start + length).min(text.len()));
            text.replace_range(start..end, &with);
            layout.edited(&text, start, end - start, with.len());
            let fresh = Layout::new(&text, width);
            prop_assert_eq!(layout.rows(), fresh.rows());
        }
        let limit = width.saturating_sub(1).max(1);
        for row in layout.display(&text, 0, usize::MAX) {
            let fits = row.width <= limit;
            let alone = crate::text::wrap::wrap_row(&text, row.start, 1, Shown::Draft).0.end >= row.end;
            prop_assert!(fits || alone, "{:?}", row);
            prop_assert_eq!(crate::text::width(&row.text), row.width);
        }
    });
}
