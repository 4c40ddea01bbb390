//! Editing in any text field: what the keys of a text do to a text and its cursor. Never sends, never leaves, never
//! knows what the text is for.

use crate::text::LineEditor;

use super::action::Action;
use super::key::Key;
use super::keymap::{Context, Keymap, Lookup};

/// An act of editing; whether it was one.
pub fn edit(editor: &mut LineEditor, action: Action) -> bool {
    match action {
        Action::NewLine => editor.newline(),
        Action::EditUp => {
            editor.up();
        }
        Action::EditDown => {
            editor.down();
        }
        Action::EditTab => editor.insert_char('\t'),
        _ => return edit_line(editor, action),
    }
    true
}

/// An act of editing within one line; whether it was one.
pub fn edit_line(editor: &mut LineEditor, action: Action) -> bool {
    match action {
        Action::EditLeft => editor.left(),
        Action::EditRight => editor.right(),
        Action::EditWordLeft => editor.word_left(),
        Action::EditWordRight => editor.word_right(),
        Action::EditHome => editor.home(),
        Action::EditEnd => editor.end(),
        Action::EditBackspace => editor.backspace(),
        Action::EditDelete => editor.delete(),
        Action::EditDeleteWord => editor.delete_word_left(),
        Action::EditKillToEnd => editor.kill_to_end(),
        Action::EditKillToStart => editor.kill_to_start(),
        Action::EditYank => editor.yank(),
        Action::EditUndo => {
            editor.undo();
        }
        _ => return false,
    }
    true
}

/// A key in a field of one line: typed, or an act of editing there. Whether it was either.
pub fn press(editor: &mut LineEditor, key: Key, keymap: &Keymap) -> bool {
    if let Some(char) = key.typed() {
        editor.insert_char(char);
        return true;
    }
    match keymap.look_up(Context::Composer, None, key) {
        Lookup::Act(action) => edit_line(editor, action),
        Lookup::Prefix | Lookup::Nothing => false,
    }
}

/// Pasted text in a field of one line: line breaks and tabs become blanks, control characters their marks.
pub fn paste(editor: &mut LineEditor, text: &str) {
    let (marked, _) = crate::text::mark_for_draft(text);
    let line = marked.trim_end_matches('\n').replace(['\n', '\t'], " ");
    editor.insert_str(&line);
}

/// The first line of pasted text, for a field that takes no more: at most so many characters, tabs as blanks, control
/// characters as their marks. What would break the line in any alphabet ends it.
#[must_use]
pub fn first_line(text: &str, most: usize) -> String {
    let beginning: String = text.chars().take(most).collect();
    let (marked, _) = crate::text::mark_for_draft(&beginning);
    marked.split('\n').next().unwrap_or_default().replace('\t', " ").chars().take(most).collect()
}
