//! The composer's editor: text, cursor, kill and yank, undo, and the wrapped rows to draw.
//!
//! Pure: it knows acts and no keys, and holds its text exactly as it will be sent. Moves and deletes by grapheme
//! cluster. After every act the cursor lies between two clusters and the text holds no control characters but tab and
//! newline. Never measures or wraps more than an act has changed, so a draft of a megabyte edits like a short one.

mod history;
mod layout;
mod motion;

use std::ops::Range;

use super::draft::{can_carry, marked, needs_base};
use super::marks::push_mark;
use super::width::{boundary_after, boundary_before, ceil_boundary, floor_boundary, part};
use history::{Edit, History, Kind};
use layout::Layout;

pub use layout::DisplayRow;

/// A multi-line editor of one draft.
///
/// Call [`LineEditor::prepare`] with the width of the pane whenever that may have changed; rows and cells below are
/// those of that width, kept up to date by every act.
#[derive(Clone, Debug)]
pub struct LineEditor {
    text: String,
    cursor: usize,
    /// The column that up and down try to keep.
    goal: Option<usize>,
    killed: String,
    /// Whether the act before was a kill, so that the next one adds to it.
    killing: bool,
    history: History,
    layout: Layout,
}

impl Default for LineEditor {
    fn default() -> Self {
        Self::new()
    }
}

impl LineEditor {
    /// An empty draft, laid out for 80 cells until told otherwise.
    #[must_use]
    pub fn new() -> Self {
        Self {
            text: String::new(),
            cursor: 0,
            goal: None,
            killed: String::new(),
            killing: false,
            history: History::default(),
            layout: Layout::new("", 80),
        }
    }

    /// The text, exactly as it will be sent.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is no text at all, not even a space.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Byte offset of the cursor, between two clusters.
    #[must_use]
    pub const fn cursor(&self) -> usize {
        self.cursor
    }

    /// Puts the cursor at a byte offset, or at the nearest place before it that lies between two clusters.
    pub fn set_cursor(&mut self, offset: usize) {
        self.move_to(floor_boundary(&self.text, offset));
    }

    /// Takes a stored draft with its cursor; what was there is forgotten, its undo too. The text is marked as a paste
    /// is; returns how many characters were replaced.
    pub fn set(&mut self, text: &str, cursor: usize) -> usize {
        let (text, count) = marked(text, false);
        let killed = std::mem::take(&mut self.killed);
        let cursor = floor_boundary(&text, cursor);
        let layout = Layout::new(&text, self.layout.width());
        *self = Self { text: text.into_owned(), cursor, killed, layout, ..Self::new() };
        count
    }

    /// Empties the draft and forgets its undo; what was killed can still be yanked.
    pub fn clear(&mut self) {
        self.set("", 0);
    }

    /// Gives the text away and is empty after it, as [`LineEditor::clear`].
    #[must_use]
    pub fn take(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        self.clear();
        text
    }

    /// Types one character. A character that may not stand in a draft becomes its mark; a combining one that has
    /// nothing to be drawn over too.
    pub fn insert_char(&mut self, c: char) {
        let mut bytes = [0; 4];
        let typed = c.encode_utf8(&mut bytes);
        if needs_base(c) && !self.has_base() {
            let mut mark = String::new();
            push_mark(&mut mark, c);
            self.replace(self.cursor..self.cursor, &mark, Kind::Typed);
            return;
        }
        let (text, _) = marked(typed, true);
        self.replace(self.cursor..self.cursor, &text, Kind::Typed);
    }

    /// Inserts text in one piece (a paste, a snippet), marked as [`super::mark_for_draft`] does; returns how many
    /// characters were replaced. Marking again what is marked changes nothing.
    pub fn insert_str(&mut self, text: &str) -> usize {
        let (text, count) = marked(text, self.has_base());
        self.replace(self.cursor..self.cursor, &text, Kind::Whole);
        count
    }

    /// Breaks the line.
    pub fn newline(&mut self) {
        self.replace(self.cursor..self.cursor, "\n", Kind::Typed);
    }

    /// Deletes the cluster before the cursor.
    pub fn backspace(&mut self) {
        if let Some(start) = boundary_before(&self.text, self.cursor) {
            self.replace(start..self.cursor, "", Kind::Erased);
        }
    }

    /// Deletes the cluster behind the cursor.
    pub fn delete(&mut self) {
        if let Some(end) = boundary_after(&self.text, self.cursor) {
            self.replace(self.cursor..end, "", Kind::Erased);
        }
    }

    /// Kills the word before the cursor with the spaces behind it; at the beginning of a line, the line break.
    pub fn delete_word_left(&mut self) {
        self.kill(self.word_start_before()..self.cursor);
    }

    /// Kills to the end of the line; at its end, the line break.
    pub fn kill_to_end(&mut self) {
        let end = self.line_end();
        let end = if end == self.cursor { (end + 1).min(self.text.len()) } else { end };
        self.kill(self.cursor..end);
    }

    /// Kills to the beginning of the line; at its beginning, the line break before it.
    pub fn kill_to_start(&mut self) {
        let start = self.line_start();
        let start = if start == self.cursor { start.saturating_sub(1) } else { start };
        self.kill(start..self.cursor);
    }

    /// Inserts what was killed last.
    pub fn yank(&mut self) {
        let killed = std::mem::take(&mut self.killed);
        self.insert_str(&killed);
        self.killed = killed;
    }

    /// Takes back the last act, a run of typing or erasing being one; false if there is none.
    pub fn undo(&mut self) -> bool {
        let Some(edit) = self.history.undo() else { return false };
        self.apply(edit.at..edit.at + edit.inserted.len(), &edit.removed);
        self.cursor = edit.before;
        self.history.undone(edit);
        true
    }

    /// Does again what was taken back; false if there is nothing, or something else was done since.
    pub fn redo(&mut self) -> bool {
        let Some(edit) = self.history.redo() else { return false };
        self.apply(edit.at..edit.at + edit.removed.len(), &edit.inserted);
        self.cursor = edit.after;
        self.history.redone(edit);
        true
    }

    /// Lays the text out for a pane of `width` cells. Rows take one less, so the cursor has its place behind a full
    /// row. Cheap when the width is the one of last time.
    pub fn prepare(&mut self, width: usize) {
        if width != self.layout.width() {
            self.layout = Layout::new(&self.text, width);
        }
    }

    /// How many rows the text takes, one at least.
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.layout.row_count()
    }

    /// Row and column of the cursor.
    #[must_use]
    pub fn cursor_cell(&self) -> (usize, usize) {
        self.layout.cell_of(&self.text, self.cursor)
    }

    /// Up to `count` rows from row `first` on, as they are drawn.
    #[must_use]
    pub fn visible_rows(&self, first: usize, count: usize) -> Vec<DisplayRow> {
        self.layout.display(&self.text, first, count)
    }

    /// Whether what stands before the cursor could carry a combining mark.
    fn has_base(&self) -> bool {
        part(&self.text, 0, self.cursor).chars().next_back().is_some_and(can_carry)
    }

    fn kill(&mut self, range: Range<usize>) {
        let again = self.killing;
        if range.is_empty() {
            return;
        }
        let forwards = range.start == self.cursor;
        let gone = part(&self.text, range.start, range.end);
        match (again, forwards) {
            (true, true) => self.killed.push_str(gone),
            (true, false) => self.killed.insert_str(0, gone),
            (false, _) => gone.clone_into(&mut self.killed),
        }
        self.replace(range, "", Kind::Whole);
        self.killing = true;
    }

    /// The one way in which text changes: remembers how to take it back, and leaves the cursor behind what came in.
    fn replace(&mut self, range: Range<usize>, with: &str, kind: Kind) {
        if range.is_empty() && with.is_empty() {
            return;
        }
        let before = self.cursor;
        let removed = part(&self.text, range.start, range.end).to_owned();
        let at = range.start;
        self.apply(range, with);
        // What came in, or what now touches, may have joined with its neighbours into one cluster.
        self.cursor = ceil_boundary(&self.text, at + with.len());
        self.history.done(Edit { at, removed, inserted: with.to_owned(), before, after: self.cursor }, kind);
    }

    fn apply(&mut self, range: Range<usize>, with: &str) {
        let (at, removed) = (range.start, range.len());
        self.text.replace_range(range, with);
        self.layout.edited(&self.text, at, removed, with.len());
        self.goal = None;
        self.killing = false;
    }

    fn move_to(&mut self, offset: usize) {
        self.cursor = offset;
        self.goal = None;
        self.killing = false;
        self.history.seal();
    }
}

#[cfg(test)]
mod tests;
