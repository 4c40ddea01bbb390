//! Which pane stands where, from the size alone and what is open.

use super::event::Size;
use super::model::Focus;

/// A rectangle of cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Area {
    /// First column.
    pub x: u16,
    /// First row.
    pub y: u16,
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

impl Area {
    /// Whether there is nothing to draw in.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.width == 0 || self.height == 0
    }
}

/// How much fits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// Less than 40 columns or 10 rows: one line.
    #[default]
    Line,
    /// 40 to 79 columns: one pane at a time.
    One,
    /// 80 to 119 columns: list and thread; the sidebar by key, over the list.
    Two,
    /// 120 columns and more: list, thread and sidebar.
    Three,
}

/// Where everything stands. An empty area is not drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// How much fits.
    pub fit: Fit,
    /// The status bar.
    pub status: Area,
    /// The list.
    pub list: Area,
    /// The thread pane: its two header lines, the thread, blocks and composer.
    pub pane: Area,
    /// The two lines that say whose thread it is.
    pub header: Area,
    /// The one line of notes above the thread, where the sidebar has no place of its own.
    pub note: Area,
    /// The messages.
    pub thread: Area,
    /// Replies that ask or wait, above the composer.
    pub blocks: Area,
    /// The composer with its frame.
    pub composer: Area,
    /// The sidebar.
    pub sidebar: Area,
    /// The hint line.
    pub hints: Area,
}

const LIST_OF_TWO: u16 = 30;
const LIST_OF_THREE: u16 = 37;
const SIDEBAR: u16 = 25;

/// Divides the screen. `noted` says that there is a note to show above the thread; `blocks` and `composer` are the rows that their contents want; the composer with its frame
/// never takes more than half the height, the blocks never more than a third of what is left.
#[must_use]
pub fn divide(size: Size, focus: Focus, opened: bool, noted: bool, blocks: usize, composer: usize) -> Layout {
    let Size { columns, rows } = size;
    let fit = match (columns, rows) {
        (0..40, _) | (_, 0..10) => Fit::Line,
        (40..80, _) => Fit::One,
        (80..120, _) => Fit::Two,
        (120.., _) => Fit::Three,
    };
    let status = Area { x: 0, y: 0, width: columns, height: rows.min(1) };
    if fit == Fit::Line {
        return Layout { fit, status, ..Layout::default() };
    }
    let hints = Area { x: 0, y: rows - 1, width: columns, height: 1 };
    let body = Area { x: 0, y: 1, width: columns, height: rows - 2 };
    let (list, pane, side) = match fit {
        Fit::Three => {
            let (list, rest) = cut_left(body, LIST_OF_THREE);
            let (pane, side) = cut_right(rest, SIDEBAR);
            (list, pane, side)
        }
        Fit::Two => {
            let (list, pane) = cut_left(body, LIST_OF_TWO);
            if focus == Focus::Sidebar { (Area::default(), pane, list) } else { (list, pane, Area::default()) }
        }
        Fit::One | Fit::Line => match focus {
            Focus::Sidebar => (Area::default(), Area::default(), body),
            Focus::List if !opened => (body, Area::default(), Area::default()),
            Focus::List | Focus::Thread | Focus::Composer => (Area::default(), body, Area::default()),
        },
    };
    let mut layout = Layout { fit, status, list, pane, sidebar: side, hints, ..Layout::default() };
    if pane.is_empty() {
        return layout;
    }
    let header = pane.height.min(2);
    let note = if noted && fit != Fit::Three { (pane.height - header).min(1) } else { 0 };
    let below = pane.height - header - note;
    let most = (rows / 2).max(3).min(below);
    let composer = u16::try_from(composer).unwrap_or(u16::MAX).min(most);
    let blocks = u16::try_from(blocks).unwrap_or(u16::MAX).min((below - composer) / 2);
    let thread = below - composer - blocks;
    // One cell of air behind the rule, and before the next one.
    let air = if side.is_empty() { 1 } else { 2 };
    let inner = Area { x: pane.x + 1, width: pane.width - air, ..pane };
    layout.header = Area { height: header, ..inner };
    layout.note = Area { y: pane.y + header, height: note, ..inner };
    let top = pane.y + header + note;
    layout.thread = Area { y: top, height: thread, ..inner };
    layout.blocks = Area { y: top + thread, height: blocks, ..inner };
    layout.composer = Area { y: top + thread + blocks, height: composer, ..inner };
    layout
}

/// The left part, and the rest behind one column for the rule.
const fn cut_left(area: Area, width: u16) -> (Area, Area) {
    let left = Area { width, ..area };
    let rest = Area { x: area.x + width + 1, width: area.width - width - 1, ..area };
    (left, rest)
}

/// The rest, and the right part behind one column for the rule.
const fn cut_right(area: Area, width: u16) -> (Area, Area) {
    let rest = Area { width: area.width - width - 1, ..area };
    let right = Area { x: area.x + area.width - width, width, ..area };
    (rest, right)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_size_makes_an_area_leave_the_screen() {
        for columns in (0..200).chain([500]) {
            for rows in (0..60).chain([200]) {
                for focus in [Focus::List, Focus::Thread, Focus::Sidebar, Focus::Composer] {
                    for (blocks, composer) in [(0, 0), (3, 5), (1_000, 1_000)] {
                        for (opened, noted) in [(false, false), (true, false), (true, true)] {
                            let size = Size { columns, rows };
                            let it = divide(size, focus, opened, noted, blocks, composer);
                            for area in [
                                it.status,
                                it.list,
                                it.pane,
                                it.header,
                                it.note,
                                it.thread,
                                it.blocks,
                                it.composer,
                                it.sidebar,
                                it.hints,
                            ] {
                                assert!(
                                    area.x + area.width <= columns && area.y + area.height <= rows,
                                    "{size:?} {it:?}"
                                );
                            }
                            assert!(it.composer.height <= rows.div_ceil(2).max(3));
                        }
                    }
                }
            }
        }
    }
}
