//! The wrapped rows of a draft, kept up to date edit by edit.
//!
//! A row depends only on the text from its start on. So after an edit rows are made anew from a little before it until
//! one begins where an old one did; the rest only moves. Never holds text.

use crate::text::width::{cluster_at, part};
use crate::text::wrap::{Look, Row, Shown, cells_at, look, wrap_row};

/// One row as it is drawn: tabs as spaces, and nothing that could drive a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisplayRow {
    /// What to draw.
    pub text: String,
    /// Its cells.
    pub width: usize,
    /// Byte offset in the draft where it begins.
    pub start: usize,
    /// Byte offset in the draft where it ends; the spaces or the line break at its end come after it.
    pub end: usize,
}

/// Rows that an edit can reach back to: the row before may take up a shortened word, and where rows are as narrow as a
/// cluster the one before that looked at the same word.
const REACH_BACK: usize = 3;

#[derive(Clone, Debug)]
pub(super) struct Layout {
    width: usize,
    rows: Vec<Row>,
}

impl Layout {
    pub(super) fn new(text: &str, width: usize) -> Self {
        let mut layout = Self { width, rows: Vec::new() };
        let mut next = Some(0);
        while let Some(start) = next {
            let row;
            (row, next) = wrap_row(text, start, layout.limit(), Shown::Draft);
            layout.rows.push(row);
        }
        layout
    }

    pub(super) const fn width(&self) -> usize {
        self.width
    }

    pub(super) const fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// Cells of a row: one stays free for the cursor.
    const fn limit(&self) -> usize {
        if self.width > 1 { self.width - 1 } else { 1 }
    }

    /// `removed` bytes at `at` have become `inserted` bytes; `text` is the text after it.
    pub(super) fn edited(&mut self, text: &str, at: usize, removed: usize, inserted: usize) {
        let limit = self.limit();
        let first = self.row_of(at).saturating_sub(REACH_BACK);
        let mut next = self.rows.get(first).map(|row| row.start);
        let mut fresh = Vec::new();
        // The first old row that may stand as it was.
        let mut kept = first;
        while let Some(start) = next {
            if start >= at + inserted {
                let old = start - inserted + removed;
                while self.rows.get(kept).is_some_and(|row| row.start < old) {
                    kept += 1;
                }
                if self.rows.get(kept).is_some_and(|row| row.start == old) {
                    break;
                }
            }
            let row;
            (row, next) = wrap_row(text, start, limit, Shown::Draft);
            fresh.push(row);
        }
        if next.is_none() {
            kept = self.rows.len();
        }
        for row in self.rows.iter_mut().skip(kept) {
            row.start = row.start - removed + inserted;
            row.end = row.end - removed + inserted;
        }
        self.rows.splice(first..kept, fresh);
    }

    /// The row that a byte offset is on.
    pub(super) fn row_of(&self, offset: usize) -> usize {
        self.rows.partition_point(|row| row.start <= offset).saturating_sub(1)
    }

    /// Row and column of a byte offset. Spaces that a break has taken are at the end of its row.
    pub(super) fn cell_of(&self, text: &str, offset: usize) -> (usize, usize) {
        let index = self.row_of(offset);
        let Some(row) = self.rows.get(index) else { return (0, 0) };
        let mut column = 0;
        let mut at = row.start;
        while at < offset
            && let Some((cluster, cells)) = cluster_at(text, at)
        {
            column += cells_at(cluster, cells, column, Shown::Draft);
            at += cluster.len();
            if column >= self.limit() && at >= row.end {
                break;
            }
        }
        (index, column.min(self.limit()))
    }

    /// The byte offset on a row that comes nearest to a column without passing it; `None` if there is no such row.
    pub(super) fn offset_at(&self, text: &str, index: usize, goal: usize) -> Option<usize> {
        let row = self.rows.get(index)?;
        // Behind a row that was broken within a word lies the next row already.
        let runs_on = self.rows.get(index + 1).is_some_and(|next| next.start == row.end);
        let (mut at, mut column) = (row.start, 0);
        while at < row.end
            && let Some((cluster, cells)) = cluster_at(text, at)
        {
            column += cells_at(cluster, cells, column, Shown::Draft);
            let end = at + cluster.len();
            if column > goal || end > row.end || (runs_on && end == row.end) {
                break;
            }
            at = end;
        }
        Some(at)
    }

    pub(super) fn display(&self, text: &str, first: usize, count: usize) -> Vec<DisplayRow> {
        self.rows.iter().skip(first).take(count).map(|row| display_row(text, *row)).collect()
    }

    #[cfg(test)]
    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }
}

fn display_row(text: &str, row: Row) -> DisplayRow {
    let source = part(text, row.start, row.end);
    let mut drawn = String::with_capacity(source.len() + 4);
    let (mut at, mut column) = (0, 0);
    while let Some((cluster, cells)) = cluster_at(source, at) {
        let (look, cells) = look(cluster, cells, column);
        match look {
            Look::Plain(cluster) => drawn.push_str(cluster),
            Look::Spaces(count) => drawn.extend(std::iter::repeat_n(' ', count)),
            Look::Marks(marks) => drawn.push_str(&marks),
        }
        column += cells;
        at += cluster.len();
    }
    DisplayRow { text: drawn, width: row.width, start: row.start, end: row.end }
}
