//! Where the cursor can go. Looks at nearby text only; rows come from the layout.

use super::LineEditor;
use crate::text::marks::is_direction_mark;
use crate::text::width::{boundary_after, boundary_before, ceil_boundary, char_cells, floor_boundary, part};

impl LineEditor {
    /// One cluster back.
    pub fn left(&mut self) {
        self.move_to(boundary_before(&self.text, self.cursor).unwrap_or(0));
    }

    /// One cluster on.
    pub fn right(&mut self) {
        self.move_to(boundary_after(&self.text, self.cursor).unwrap_or(self.text.len()));
    }

    /// One row up, the column kept where it can be; false on the first row, where nothing happens.
    pub fn up(&mut self) -> bool {
        self.layout.row_of(self.cursor).checked_sub(1).is_some_and(|row| self.move_to_row(row))
    }

    /// One row down; false on the last row, where nothing happens.
    pub fn down(&mut self) -> bool {
        self.move_to_row(self.layout.row_of(self.cursor) + 1)
    }

    /// To the beginning of the line (of the text, not of the row).
    pub fn home(&mut self) {
        self.move_to(self.line_start());
    }

    /// To the end of the line.
    pub fn end(&mut self) {
        self.move_to(self.line_end());
    }

    /// To the beginning of this word, or of the one before.
    pub fn word_left(&mut self) {
        let before = part(&self.text, 0, self.cursor);
        let word = before.trim_end_matches(|c| !in_word(c));
        let start = word.trim_end_matches(in_word).len();
        self.move_to(floor_boundary(&self.text, start));
    }

    /// Behind the end of this word, or of the next one.
    pub fn word_right(&mut self) {
        let behind = part(&self.text, self.cursor, self.text.len());
        let word = behind.trim_start_matches(|c| !in_word(c));
        let rest = word.trim_start_matches(in_word).len();
        self.move_to(ceil_boundary(&self.text, self.text.len() - rest));
    }

    /// Where the word before the cursor begins, words being what stands between spaces, within this line.
    pub(super) fn word_start_before(&self) -> usize {
        let start = self.line_start();
        if start == self.cursor {
            return start.saturating_sub(1);
        }
        let before = part(&self.text, start, self.cursor);
        let kept = before.trim_end_matches(char::is_whitespace).trim_end_matches(|c: char| !c.is_whitespace());
        floor_boundary(&self.text, start + kept.len())
    }

    pub(super) fn line_start(&self) -> usize {
        part(&self.text, 0, self.cursor).rfind('\n').map_or(0, |at| at + 1)
    }

    pub(super) fn line_end(&self) -> usize {
        part(&self.text, self.cursor, self.text.len()).find('\n').map_or(self.text.len(), |at| self.cursor + at)
    }

    fn move_to_row(&mut self, row: usize) -> bool {
        let goal = self.goal.unwrap_or_else(|| self.cursor_cell().1);
        let Some(offset) = self.layout.offset_at(&self.text, row, goal) else { return false };
        self.move_to(floor_boundary(&self.text, offset));
        self.goal = Some(goal);
        true
    }
}

/// What belongs to a word: letters and digits of every script, with what is drawn over them.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || (c > '\u{2FF}' && char_cells(c) == 0 && !is_direction_mark(c))
}
