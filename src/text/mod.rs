//! Everything about characters, graphemes and cells.
//!
//! Owns the two kinds of text: [`RawText`], exactly what came from outside, and [`SafeText`], the only kind that may
//! reach a cell, made by [`sanitize`] alone. Never draws, never knows what a conversation is.

mod raw;
mod sanitize;

pub use raw::{RawText, SafeText};
pub use sanitize::{sanitize, sanitize_line};

#[derive(Clone, Debug, Default)]
pub struct LineEditor;
#[derive(Clone, Debug)]
pub struct DisplayRow {
    pub text: String,
}
impl LineEditor {
    pub fn insert_char(&mut self, _: char) {}
    pub fn insert_str(&mut self, _: &str) {}
    pub fn newline(&mut self) {}
    pub fn backspace(&mut self) {}
    pub fn delete(&mut self) {}
    pub fn left(&mut self) {}
    pub fn right(&mut self) {}
    pub fn up(&mut self, _: usize) {}
    pub fn down(&mut self, _: usize) {}
    pub fn home(&mut self) {}
    pub fn end(&mut self) {}
    pub fn word_left(&mut self) {}
    pub fn word_right(&mut self) {}
    pub fn delete_word_left(&mut self) {}
    pub fn kill_to_end(&mut self) {}
    pub fn kill_to_start(&mut self) {}
    pub fn yank(&mut self) {}
    pub fn undo(&mut self) -> bool {
        false
    }
    pub fn text(&self) -> String {
        String::new()
    }
    pub fn is_empty(&self) -> bool {
        true
    }
    pub fn take(&mut self) -> String {
        String::new()
    }
    pub fn set(&mut self, _: &str, _: usize) {}
    pub fn cursor(&self) -> usize {
        0
    }
    pub fn prepare(&mut self, _: usize) {}
    pub fn row_count(&self, _: usize) -> usize {
        0
    }
    pub fn visible_rows(&self, _: usize, _: usize, _: usize) -> Vec<DisplayRow> {
        vec![]
    }
    pub fn cursor_cell(&self, _: usize) -> (usize, usize) {
        (0, 0)
    }
}
pub struct Truncated<'a> {
    pub text: std::borrow::Cow<'a, str>,
    pub width: usize,
}
pub fn truncate(t: &str, _: usize) -> Truncated<'_> {
    Truncated { text: t.into(), width: 0 }
}
pub struct Row {
    pub start: usize,
    pub end: usize,
    pub width: usize,
}
pub fn wrap(_: &str, _: usize) -> Vec<Row> {
    vec![]
}
pub fn mark_for_draft(t: &str) -> (String, usize) {
    (t.to_owned(), 0)
}
pub fn width(_: &str) -> usize {
    0
}
