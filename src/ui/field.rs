//! A text field of one line: the part around its cursor.

use ratatui::style::Style;

use crate::text::{LineEditor, graphemes};

use super::Place;
use super::painter::{Painter, Pen};

/// Draws the field over the rest of a line; the place of its insertion point.
pub(super) fn draw(painter: &mut Painter<'_>, pen: &mut Pen, editor: &LineEditor, style: Style) -> Option<Place> {
    let room = pen.rest();
    if room == 0 {
        return None;
    }
    let (row, column) = editor.cursor_cell();
    let text = editor.visible_rows(row, 1).into_iter().next().map(|row| row.text).unwrap_or_default();
    // The insertion point needs a cell of its own.
    let skipped = (column + 1).saturating_sub(room);
    let (mut passed, mut at) = (0, 0);
    for (cluster, cells) in graphemes(&text) {
        if passed >= skipped {
            break;
        }
        passed += cells;
        at += cluster.len();
    }
    let (x, y) = pen.place();
    let place = (x + u16::try_from(column - passed.min(column)).unwrap_or(u16::MAX), y);
    painter.write(pen, text.get(at..).unwrap_or_default(), style);
    Some(place)
}
