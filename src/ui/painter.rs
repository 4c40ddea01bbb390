//! The one way to a cell: text is laid down cluster by cluster, measured as the text room measures it.
//!
//! Owns clipping, wide clusters and the cells that a popup cuts. Never knows what it draws. No text reaches a cell by
//! another way, so no cell can hold half a cluster or a control character.

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::style::Style;

use crate::app::layout::Area;
use crate::app::words::OUTSIDE_CELLS;
use crate::text;

/// A stretch of one line that is still free.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pen {
    x: u16,
    end: u16,
    y: u16,
    clipped: bool,
}

impl Pen {
    /// A row of an area, counted from its top; below the area there is nothing to write on.
    pub(super) const fn on(area: Area, row: u16) -> Self {
        let inside = row < area.height;
        let end = if inside { area.x.saturating_add(area.width) } else { area.x };
        Self { x: area.x, end, y: area.y.saturating_add(row), clipped: !inside }
    }

    /// How many cells are left.
    pub(super) const fn rest(&self) -> usize {
        self.end.saturating_sub(self.x) as usize
    }

    /// Where the next cell is.
    pub(super) const fn place(&self) -> (u16, u16) {
        (self.x, self.y)
    }

    /// Leaves cells blank.
    pub(super) fn skip(&mut self, cells: u16) {
        self.x = self.x.saturating_add(cells).min(self.end);
    }

    /// Keeps cells free at the end.
    pub(super) fn keep(&mut self, cells: u16) {
        self.end = self.end.saturating_sub(cells).max(self.x);
    }

    /// The next cells as a line of their own, at most `cells`; this one goes on behind them.
    pub(super) fn split(&mut self, cells: u16) -> Self {
        let end = self.x.saturating_add(cells).min(self.end);
        let part = Self { end, ..*self };
        self.x = end;
        part
    }
}

/// Writes cells.
pub(super) struct Painter<'a> {
    buffer: &'a mut Buffer,
    ascii: bool,
}

impl<'a> Painter<'a> {
    /// Over a buffer; with `ascii`, our own punctuation becomes ASCII too.
    pub(super) const fn new(buffer: &'a mut Buffer, ascii: bool) -> Self {
        Self { buffer, ascii }
    }

    /// Lays down text as far as it fits; a cluster that does not fit whole is not begun, and ends the line.
    pub(super) fn write(&mut self, pen: &mut Pen, text: &str, style: Style) {
        if pen.clipped {
            return;
        }
        for (cluster, cells) in text::graphemes(text) {
            if cells == 0 {
                continue;
            }
            if cells > pen.rest() {
                pen.x = pen.end;
                return;
            }
            let symbol = if self.ascii { in_ascii(cluster) } else { cluster };
            for offset in 0..cells {
                if let Some(cell) = self.buffer.cell_mut(Position { x: pen.x, y: pen.y }) {
                    // The cell behind the first half of a wide cluster is hidden by it.
                    cell.set_symbol(if offset == 0 { symbol } else { " " });
                    cell.set_style(style);
                }
                pen.x = pen.x.saturating_add(1);
            }
        }
    }

    /// Lays down text, cut with an ellipsis where it does not fit.
    pub(super) fn cut(&mut self, pen: &mut Pen, text: &str, style: Style) {
        // No text takes more cells than bytes.
        if text.len() <= pen.rest() {
            self.write(pen, text, style);
        } else {
            self.write(pen, &text::truncate(text, pen.rest()).text, style);
        }
    }

    /// Lays down a name from outside: cut, and never longer than a name may be.
    pub(super) fn name(&mut self, pen: &mut Pen, name: &str, style: Style) {
        let cut = text::truncate(name, pen.rest().min(OUTSIDE_CELLS));
        self.write(pen, &cut.text, style);
    }

    /// Lays down text in a field of exactly so many cells.
    pub(super) fn field(&mut self, pen: &mut Pen, cells: u16, text: &str, style: Style) {
        let mut field = pen.split(cells);
        self.cut(&mut field, text, style);
    }

    /// Lays down our own words at the right end and keeps that end for them; nothing where they do not fit.
    pub(super) fn right(&mut self, pen: &mut Pen, words: &str, style: Style) {
        let cells = text::width(words);
        if cells > pen.rest() {
            return;
        }
        let cells = u16::try_from(cells).unwrap_or(u16::MAX);
        let mut end = Pen { x: pen.end.saturating_sub(cells), ..*pen };
        self.write(&mut end, words, style);
        pen.keep(cells);
    }

    /// Repeats a mark over the rest.
    pub(super) fn fill(&mut self, pen: &mut Pen, mark: &str, style: Style) {
        for _ in 0..pen.rest() {
            self.write(pen, mark, style);
        }
    }

    /// Words in the middle of the rest.
    pub(super) fn middle(&mut self, pen: &mut Pen, words: &str, style: Style) {
        let words = text::truncate(words, pen.rest());
        pen.skip(u16::try_from((pen.rest() - words.width) / 2).unwrap_or(u16::MAX));
        self.write(pen, &words.text, style);
    }

    /// A rule across the rest with words in its middle, at least two marks on each side of them where there is room.
    pub(super) fn rule(&mut self, pen: &mut Pen, mark: &str, words: &str, look: (Style, Style)) {
        let (line, said) = look;
        let room = pen.rest().saturating_sub(6);
        let words = text::truncate(words, room);
        if words.width > 0 {
            let before = (pen.rest() - words.width - 2) / 2;
            let mut left = pen.split(u16::try_from(before).unwrap_or(u16::MAX));
            self.fill(&mut left, mark, line);
            pen.skip(1);
            self.write(pen, &words.text, said);
            pen.skip(1);
        }
        self.fill(pen, mark, line);
    }

    /// Adds a style to all cells of an area.
    pub(super) fn style(&mut self, area: Area, style: Style) {
        for row in 0..area.height {
            for column in 0..area.width {
                let place = Position { x: area.x.saturating_add(column), y: area.y.saturating_add(row) };
                if let Some(cell) = self.buffer.cell_mut(place) {
                    cell.set_style(style);
                }
            }
        }
    }

    /// Makes an area blank, whatever stood there: also the first half of a wide cluster that reaches into it, since a
    /// cell drawn over a second half is never sent.
    pub(super) fn clear(&mut self, area: Area) {
        for row in 0..area.height {
            let y = area.y.saturating_add(row);
            let before = area.x.checked_sub(1).and_then(|x| self.buffer.cell_mut(Position { x, y }));
            if let Some(before) = before.filter(|cell| text::width(cell.symbol()) > 1) {
                before.set_symbol(" ");
            }
            for column in 0..area.width {
                if let Some(cell) = self.buffer.cell_mut(Position { x: area.x.saturating_add(column), y }) {
                    cell.reset();
                }
            }
        }
    }
}

/// Our own punctuation in ASCII, cell for cell.
fn in_ascii(cluster: &str) -> &str {
    match cluster {
        "…" => "~",
        "\u{201C}" | "\u{201D}" => "\"",
        "·" | "—" | "–" => "-",
        same => same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;

    fn row(buffer: &Buffer) -> String {
        buffer.content().iter().map(|cell| cell.symbol()).collect()
    }

    fn painted(width: u16, paint: impl FnOnce(&mut Painter<'_>, &mut Pen)) -> String {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
        let mut painter = Painter::new(&mut buffer, false);
        paint(&mut painter, &mut Pen::on(Area { x: 0, y: 0, width, height: 1 }, 0));
        row(&buffer)
    }

    #[test]
    fn a_wide_cluster_is_drawn_whole_or_not_at_all_and_nothing_follows_it() {
        let drawn = painted(4, |painter, pen| {
            painter.write(pen, "a漢字b", Style::new());
            painter.write(pen, "c", Style::new());
        });
        assert_eq!(drawn, "a漢  ");
    }

    #[test]
    fn words_at_the_right_are_kept_and_the_rest_is_cut_before_them() {
        let drawn = painted(12, |painter, pen| {
            painter.right(pen, " 14:02", Style::new());
            painter.cut(pen, "a long name", Style::new());
        });
        assert_eq!(drawn, "a lon… 14:02");
    }

    #[test]
    fn a_rule_keeps_its_words_in_the_middle_and_cuts_them_at_need() {
        let look = (Style::new(), Style::new());
        assert_eq!(painted(12, |painter, pen| painter.rule(pen, "-", "day", look)), "--- day ----");
        assert_eq!(painted(12, |painter, pen| painter.rule(pen, "-", "a long day", look)), "-- a lon… --");
        assert_eq!(painted(5, |painter, pen| painter.rule(pen, "-", "day", look)), "-----");
    }

    #[test]
    fn clearing_also_blanks_the_half_that_reaches_in() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 6, 1));
        let mut painter = Painter::new(&mut buffer, false);
        painter.write(&mut Pen::on(Area { x: 0, y: 0, width: 6, height: 1 }, 0), "a漢字b", Style::new());
        painter.clear(Area { x: 2, y: 0, width: 2, height: 1 });
        assert_eq!(row(&buffer), "a    b");
    }

    #[test]
    fn nothing_outside_the_buffer_is_touched() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 2, 1));
        let mut painter = Painter::new(&mut buffer, false);
        let far = Area { x: 1, y: 0, width: 9, height: 9 };
        for line in 0..12 {
            painter.write(&mut Pen::on(far, line), "xyz", Style::new());
        }
        painter.style(far, Style::new().bold());
        painter.clear(Area { x: u16::MAX - 1, y: u16::MAX, width: 9, height: 9 });
        assert_eq!(row(&buffer), " x");
    }
}
