//! What has to be put right in a drawn buffer before its differences are taken.
//!
//! Never draws anything of its own but blanks and `?`.

use ratatui::buffer::{Buffer, CellDiffOption, CellWidth};

/// Mends a whole frame; call it last in every draw.
///
/// A wide cluster whose second half was drawn over (the border of a popup) becomes blank: otherwise the difference
/// would skip what was drawn there. A symbol with a control character becomes `?`: no cell may drive the terminal
/// (security, S1; this is the last line of defence, not the first). The cells behind a wide cluster have to be blank,
/// as ratatui's own `set_string` leaves them.
pub fn mend(buffer: &mut Buffer) {
    let width = usize::from(buffer.area.width);
    if width == 0 {
        return;
    }
    for row in buffer.content.chunks_mut(width) {
        let mut column = 0;
        while let Some(cell) = row.get_mut(column) {
            if is_driving(cell.symbol()) {
                cell.set_symbol("?");
            }
            // Most cells are one byte.
            if cell.symbol().len() <= 1 || cell.diff_option != CellDiffOption::None {
                column += 1;
                continue;
            }
            let cells = usize::from(cell.cell_width().max(1));
            let whole =
                row.get(column + 1..column + cells).is_some_and(|rest| rest.iter().all(|cell| cell.symbol() == " "));
            if whole {
                column += cells;
            } else {
                if let Some(cell) = row.get_mut(column) {
                    cell.set_symbol(" ");
                }
                column += 1;
            }
        }
    }
}

/// Whether a symbol holds a byte or a character that a terminal obeys: C0, DEL, C1, ESC above all.
pub(super) fn is_driving(symbol: &str) -> bool {
    match symbol.as_bytes() {
        [byte] => byte.is_ascii_control(),
        _ => symbol.chars().any(char::is_control),
    }
}

#[cfg(test)]
mod tests {
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    use super::*;

    fn line(text: &str, width: u16) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, 1));
        buffer.set_string(0, 0, text, Style::new());
        buffer
    }

    fn symbols(buffer: &Buffer) -> Vec<&str> {
        buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn a_wide_cluster_under_a_border_becomes_blank() {
        let mut buffer = line("a漢b", 5);
        buffer[(2, 0)].set_symbol("│");
        mend(&mut buffer);
        assert_eq!(symbols(&buffer), ["a", " ", "│", "b", " "]);
    }

    #[test]
    fn a_whole_wide_cluster_stays() {
        let mut buffer = line("漢字", 4);
        let before = buffer.clone();
        mend(&mut buffer);
        assert_eq!(buffer, before);
    }

    #[test]
    fn a_wide_cluster_without_room_becomes_blank() {
        let mut buffer = line("ab", 3);
        buffer[(2, 0)].set_symbol("漢");
        mend(&mut buffer);
        assert_eq!(symbols(&buffer), ["a", "b", " "]);
    }

    #[test]
    fn the_border_is_part_of_the_difference_afterwards() {
        let before = line("a漢b", 5);
        let mut after = before.clone();
        after[(2, 0)].set_symbol("│");
        mend(&mut after);
        let changed: Vec<_> =
            before.diff(&after).into_iter().map(|(x, _, cell)| (x, cell.symbol().to_owned())).collect();
        assert_eq!(changed, [(1, " ".to_owned()), (2, "│".to_owned())]);
    }

    #[test]
    fn a_symbol_that_drives_the_terminal_becomes_a_question_mark() {
        for symbol in ["\x1b[2J", "\x07", "\u{9b}31m", "a\u{7f}", "\r", "\n", "\0"] {
            let mut buffer = line("abc", 3);
            buffer[(1, 0)].set_symbol(symbol);
            mend(&mut buffer);
            assert_eq!(symbols(&buffer), ["a", "?", "c"], "{symbol:?}");
        }
    }

    #[test]
    fn an_empty_buffer_is_left_alone() {
        mend(&mut Buffer::empty(Rect::new(0, 0, 0, 0)));
    }
}
