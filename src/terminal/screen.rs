//! The backend: cells in, bytes out, one write for each frame.
//!
//! It remembers what it has drawn, so that it can draw again what a cluster of doubtful width may have covered. It
//! writes nothing but cells, cursor movements, styles, two erasures and the bell, and never what is in a cell if that
//! could drive the terminal (security, S1).

use std::cell::Cell as Slot;
use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::{Cell, CellWidth};
use ratatui::layout::{Position, Size as Area};
use unicode_width::UnicodeWidthChar;

use super::colour::{Colours, Pen};
use super::mend::is_driving;
use crate::app::Size;

/// Somewhere to draw on: the terminal, or a recording.
pub trait Surface: Write {
    /// The size in cells.
    ///
    /// # Errors
    /// What the system says.
    fn size(&self) -> io::Result<Size>;
}

/// At least so many changed blanks up to the end of a row are erased instead of written.
const ERASED: usize = 4;

/// At most so many unchanged cells are written again instead of moved over.
const STEPPED: u16 = 3;

/// The backend for ratatui's `Terminal`.
#[derive(Debug)]
pub struct Screen<S> {
    surface: S,
    colours: Colours,
    is_doubtful: fn(&str) -> bool,
    /// What the next flush writes.
    frame: Vec<u8>,
    /// Whether `frame` holds cells, so that it is shown as one.
    drawn: bool,
    size: Slot<Size>,
    /// What the terminal shows, row by row, `across` cells each.
    shown: Vec<Cell>,
    /// Which cells have to be written.
    dirty: Vec<bool>,
    across: usize,
    pen: Pen,
    /// Where the terminal's cursor is, if that is sure.
    at: Option<(u16, u16)>,
    is_cursor_hidden: bool,
}

impl<S: Surface> Screen<S> {
    /// A screen that is empty now. `is_doubtful` says which clusters terminals disagree about.
    #[must_use]
    pub const fn new(surface: S, colours: Colours, is_doubtful: fn(&str) -> bool) -> Self {
        Self {
            surface,
            colours,
            is_doubtful,
            frame: Vec::new(),
            drawn: false,
            size: Slot::new(Size { columns: 0, rows: 0 }),
            shown: Vec::new(),
            dirty: Vec::new(),
            across: 0,
            pen: Pen::PLAIN,
            at: None,
            is_cursor_hidden: false,
        }
    }

    /// What the terminal can show, from now on. Clear and draw everything afterwards.
    pub const fn recolour(&mut self, colours: Colours) {
        self.colours = colours;
    }

    /// Rings the bell with the next flush.
    pub fn ring_bell(&mut self) {
        self.frame.push(0x07);
    }

    /// Sends a sequence of our own, such as [`super::Clipboard::sequence`]'s, with the next flush.
    pub fn send(&mut self, sequence: &[u8]) {
        self.frame.extend_from_slice(sequence);
    }

    /// The terminal was taken anew (see [`super::Guard`]): its cursor is shown, its style plain, its cursor anywhere.
    /// Clear and draw everything afterwards.
    pub const fn forget(&mut self) {
        self.is_cursor_hidden = false;
        self.pen = Pen::PLAIN;
        self.at = None;
    }

    /// What it draws on.
    pub const fn surface(&self) -> &S {
        &self.surface
    }

    /// The same, to be changed.
    pub const fn surface_mut(&mut self) -> &mut S {
        &mut self.surface
    }

    fn rows(&self) -> u16 {
        self.size.get().rows
    }

    /// Fits the memory to the size; what does not fit any more is forgotten.
    fn fit(&mut self) {
        let size = self.size.get();
        let across = usize::from(size.columns);
        let cells = across * usize::from(size.rows);
        if self.across != across || self.shown.len() != cells {
            self.across = across;
            self.shown = vec![Cell::EMPTY; cells];
            self.dirty = vec![false; cells];
            self.at = None;
        }
    }

    fn index(&self, column: u16, row: u16) -> Option<usize> {
        let (column, row) = (usize::from(column), usize::from(row));
        let index = row.checked_mul(self.across)?.checked_add(column)?;
        (column < self.across && index < self.shown.len()).then_some(index)
    }

    /// Takes a cell over and marks what has to be written for it.
    fn take(&mut self, column: u16, row: u16, cell: &Cell) {
        let Some(index) = self.index(column, row) else { return };
        let mut cell = cell.clone();
        if is_driving(cell.symbol()) || cell.symbol().is_empty() || cell.cell_width() == 0 {
            cell.set_symbol("?");
        }
        let room = usize::from(self.size.get().columns.saturating_sub(column));
        let cells = usize::from(cell.cell_width().max(1)).min(room);
        // What the old clusters covered is not in the differences, and terminals leave half of one in various ways.
        for offset in 0..cells {
            let covered = self.shown.get(index + offset).map_or(1, |old| usize::from(old.cell_width().max(1)));
            if let Some(dirty) = self.dirty.get_mut(index + offset..index + room.min(offset + covered)) {
                dirty.fill(true);
            }
            if let Some(tail) = self.shown.get_mut(index + offset) {
                *tail = Cell::EMPTY;
            }
        }
        if let Some(slot) = self.shown.get_mut(index) {
            *slot = cell;
        }
    }

    fn write_row(&mut self, row: u16) {
        let columns = self.size.get().columns;
        let mut column = 0;
        // Up to here the row has been blanked for the clusters to come.
        let mut blanked = 0;
        while column < columns {
            let Some(index) = self.index(column, row) else { return };
            let cells = self.shown.get(index).map_or(1, |cell| cell.cell_width().max(1));
            let is_dirty = self.dirty.get_mut(index).is_some_and(std::mem::take);
            if is_dirty {
                if self.erase_rest(column, row, index) {
                    return;
                }
                self.write_cell(column, row, index, &mut blanked);
            }
            // The rest of a wide cluster is the cluster's.
            for offset in 1..usize::from(cells) {
                if let Some(dirty) = self.dirty.get_mut(index + offset) {
                    *dirty = false;
                }
            }
            column = column.saturating_add(cells);
        }
    }

    /// Erases to the end of the row if there is nothing but plain blanks and it pays.
    fn erase_rest(&mut self, column: u16, row: u16, index: usize) -> bool {
        let end = (usize::from(row) + 1) * self.across;
        let (Some(rest), Some(dirty)) = (self.shown.get(index..end), self.dirty.get(index + 1..end)) else {
            return false;
        };
        let changed = dirty.iter().filter(|dirty| **dirty).count() + 1;
        let colours = self.colours;
        if changed < ERASED
            || !rest.iter().all(|cell| cell.symbol() == " " && pen_of(colours, cell).blanks_as(Pen::PLAIN))
        {
            return false;
        }
        self.move_to(column, row);
        self.draw_blanks_with(Pen::PLAIN);
        self.frame.extend_from_slice(b"\x1b[K");
        if let Some(dirty) = self.dirty.get_mut(index..end) {
            dirty.fill(false);
        }
        true
    }

    fn write_cell(&mut self, column: u16, row: u16, index: usize, blanked: &mut u16) {
        let Some(cell) = self.shown.get(index).cloned() else { return };
        let cells = cell.cell_width().max(1);
        let pen = pen_of(self.colours, &cell);
        let columns = self.size.get().columns;
        let symbol = cell.symbol();
        // What has no room for the whole of it is a blank, too.
        if symbol == " " || column.saturating_add(cells) > columns {
            self.move_to(column, row);
            self.draw_blanks_with(pen);
            self.put(b" ", column, row, 1);
            return;
        }
        let is_doubtful = !symbol.is_ascii() && (self.is_doubtful)(symbol);
        if cells > 1 || is_doubtful {
            self.blank_ahead(column, row, index, pen, blanked);
        }
        self.move_to(column, row);
        self.draw_with(pen);
        if !is_doubtful {
            self.put(symbol.as_bytes(), column, row, cells);
            return;
        }
        // As far as any terminal may draw it: each of its characters by itself.
        let reach = symbol
            .chars()
            .map(|char| u16::try_from(char.width().unwrap_or(0)).unwrap_or(0))
            .fold(0_u16, u16::saturating_add)
            .max(cells);
        let end = column.saturating_add(reach);
        if end >= columns {
            self.without_wrapping(symbol.as_bytes());
        } else {
            self.frame.extend_from_slice(symbol.as_bytes());
        }
        // Wherever the terminal thinks it is now, the next cell is written by its place.
        self.at = None;
        for covered in column.saturating_add(cells)..end.min(columns) {
            if let Some(dirty) = self.index(covered, row).and_then(|index| self.dirty.get_mut(index)) {
                *dirty = true;
            }
        }
    }

    /// Writes what is surely `cells` wide at the cursor's place.
    fn put(&mut self, bytes: &[u8], column: u16, row: u16, cells: u16) {
        let end = column.saturating_add(cells);
        if end < self.size.get().columns {
            self.frame.extend_from_slice(bytes);
            self.at = Some((end, row));
            return;
        }
        if row.saturating_add(1) >= self.rows() {
            self.without_wrapping(bytes);
        } else {
            self.frame.extend_from_slice(bytes);
        }
        // In the last column terminals differ in where the cursor is then.
        self.at = None;
    }

    /// The bottom right cell must not scroll the screen, and nothing may run over into the next row.
    fn without_wrapping(&mut self, bytes: &[u8]) {
        self.frame.extend_from_slice(b"\x1b[?7l");
        self.frame.extend_from_slice(bytes);
        self.frame.extend_from_slice(b"\x1b[?7h");
    }

    /// Blanks the cells of this cluster and of those like it that follow, once for all of them: a terminal that draws
    /// one narrower than we think leaves a blank there and not what was there before.
    fn blank_ahead(&mut self, column: u16, row: u16, index: usize, pen: Pen, blanked: &mut u16) {
        if column < *blanked {
            return;
        }
        let end = (usize::from(row) + 1) * self.across;
        let mut width = 0_u16;
        let mut next = index;
        while let Some(cell) = self.shown.get(next).filter(|_| next < end) {
            let cells = cell.cell_width().max(1);
            let is_wanted = next == index || self.dirty.get(next).is_some_and(|dirty| *dirty);
            let is_like_it = cells > 1 || (!cell.symbol().is_ascii() && (self.is_doubtful)(cell.symbol()));
            let fits = column.saturating_add(width).saturating_add(cells) <= self.size.get().columns;
            if !is_wanted || !is_like_it || !fits || pen_of(self.colours, cell) != pen {
                break;
            }
            width = width.saturating_add(cells);
            next += usize::from(cells);
        }
        self.move_to(column, row);
        self.draw_with(pen);
        self.put(&vec![b' '; usize::from(width)], column, row, width);
        *blanked = column.saturating_add(width);
    }

    fn draw_with(&mut self, pen: Pen) {
        self.pen.change_to(pen, &mut self.frame);
        self.pen = pen;
    }

    /// Blanks of one background look the same in every foreground.
    fn draw_blanks_with(&mut self, pen: Pen) {
        if !self.pen.blanks_as(pen) {
            self.draw_with(pen);
        }
    }

    /// Moves to a cell that is to be written, over a short gap by writing what is there.
    fn move_to(&mut self, column: u16, row: u16) {
        let before = self.at.filter(|(x, y)| *y == row && *x < column && column - x <= STEPPED);
        if let Some(text) = before.and_then(|(x, y)| self.plain_text(x, column, y)) {
            self.frame.extend_from_slice(text.as_bytes());
            self.at = Some((column, row));
        }
        self.jump_to(column, row);
    }

    /// Moves the cursor in the fewest bytes.
    fn jump_to(&mut self, column: u16, row: u16) {
        if self.at == Some((column, row)) {
            return;
        }
        let mut best = match (column, row) {
            (0, 0) => "\x1b[H".to_owned(),
            (0, _) => format!("\x1b[{}H", u32::from(row) + 1),
            _ => format!("\x1b[{};{}H", u32::from(row) + 1, u32::from(column) + 1),
        };
        if let Some((x, y)) = self.at {
            let (distance, direction) = match (x == column, y == row) {
                (true, false) => (y.abs_diff(row), if y < row { 'B' } else { 'A' }),
                (false, true) => (x.abs_diff(column), if x < column { 'C' } else { 'D' }),
                _ => (0, ' '),
            };
            let relative =
                if distance == 1 { format!("\x1b[{direction}") } else { format!("\x1b[{distance}{direction}") };
            if distance > 0 && relative.len() < best.len() {
                best = relative;
            }
        }
        self.frame.extend_from_slice(best.as_bytes());
        self.at = Some((column, row));
    }

    /// What stands between two columns, if writing it again changes nothing.
    fn plain_text(&self, from: u16, to: u16, row: u16) -> Option<String> {
        let cells = self.shown.get(self.index(from, row)?..self.index(to, row)?)?;
        let mut text = String::new();
        for cell in cells {
            let is_same = pen_of(self.colours, cell) == self.pen;
            if cell.symbol().len() != 1 || !is_same {
                return None;
            }
            text.push_str(cell.symbol());
        }
        Some(text)
    }
}

fn pen_of(colours: Colours, cell: &Cell) -> Pen {
    Pen::of(colours, cell.fg, cell.bg, cell.modifier)
}

impl<S: Surface> Backend for Screen<S> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.fit();
        let mut rows = self.rows()..0;
        for (column, row, cell) in content {
            self.take(column, row, cell);
            rows = rows.start.min(row)..rows.end.max(row.saturating_add(1));
        }
        let before = self.frame.len();
        for row in rows {
            self.write_row(row);
        }
        self.drawn |= self.frame.len() > before;
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if !std::mem::replace(&mut self.is_cursor_hidden, true) {
            self.frame.extend_from_slice(b"\x1b[?25l");
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.is_cursor_hidden, false) {
            self.frame.extend_from_slice(b"\x1b[?25h");
        }
        Ok(())
    }

    /// Where it was put last; the terminal is not asked.
    fn get_cursor_position(&mut self) -> io::Result<Position> {
        let (x, y) = self.at.unwrap_or_default();
        Ok(Position { x, y })
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        self.fit();
        self.jump_to(x, y);
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.fit();
        self.draw_with(Pen::PLAIN);
        self.frame.extend_from_slice(b"\x1b[2J");
        self.shown.fill(Cell::EMPTY);
        self.dirty.fill(false);
        self.drawn = true;
        Ok(())
    }

    /// Only all of it: nothing asks for less on a whole screen.
    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        match clear_type {
            ClearType::All => self.clear(),
            ClearType::AfterCursor | ClearType::BeforeCursor | ClearType::CurrentLine | ClearType::UntilNewLine => {
                Err(io::ErrorKind::Unsupported.into())
            }
        }
    }

    fn size(&self) -> io::Result<Area> {
        let size = self.surface.size()?;
        self.size.set(size);
        Ok(Area { width: size.columns, height: size.rows })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Area::default() })
    }

    /// Writes the frame, as one synchronized update if there are cells in it.
    fn flush(&mut self) -> io::Result<()> {
        self.draw_with(Pen::PLAIN);
        if self.frame.is_empty() {
            return Ok(());
        }
        let mut frame = std::mem::take(&mut self.frame);
        if std::mem::take(&mut self.drawn) {
            frame.splice(0..0, *b"\x1b[?2026h");
            frame.extend_from_slice(b"\x1b[?2026l");
        }
        let written = self.surface.write_all(&frame);
        frame.clear();
        // Keeps its room for the next one.
        self.frame = frame;
        written?;
        self.surface.flush()
    }
}

#[cfg(test)]
#[path = "screen_tests.rs"]
mod tests;
