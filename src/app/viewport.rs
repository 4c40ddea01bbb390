//! Which lines of a thread stand in its area, from where the reader stands.
//!
//! Wraps only what is visible, however long the thread is. Never notes what was seen: that is `settle`'s, and only for
//! what is drawn.

use super::blocks::{self, Cache, View};
use super::screen::{Line, LineKind};
use super::thread::{Anchor, Thread};

/// A place in a thread: which message, which of its lines.
pub type Place = (usize, usize);

/// A thread in an area of a height.
pub struct Viewport<'a> {
    /// What the lines depend on.
    pub view: View<'a>,
    /// What is wrapped already.
    pub cache: &'a mut Cache,
    /// Lines of the area.
    pub height: usize,
}

/// What stands in the area.
#[derive(Clone, Debug, Default)]
pub struct Window {
    /// From the top; each with its place, but for the line above the first message.
    pub lines: Vec<(Option<Place>, Line)>,
    /// The last line.
    pub bottom: Place,
    /// Whether nothing stands below it.
    pub at_tail: bool,
}

impl Window {
    /// The lines of a message that are visible: the first and the last.
    #[must_use]
    pub fn visible(&self, at: usize) -> Option<(usize, usize)> {
        let mut rows = self.lines.iter().filter(|(_, line)| line.message.is_some());
        let mine = |(place, _): &&(Option<Place>, Line)| place.is_some_and(|(message, _)| message == at);
        let first = rows.find(mine)?.0?.1;
        let last = self.lines.iter().rev().filter(|(_, line)| line.message.is_some()).find(mine)?.0?.1;
        Some((first, last))
    }

    /// The messages of which something is visible: the first and the last.
    #[must_use]
    pub fn messages(&self) -> Option<(usize, usize)> {
        let own = |(place, line): &(Option<Place>, Line)| place.filter(|_| line.message.is_some());
        Some((self.lines.iter().find_map(own)?.0, self.lines.iter().rev().find_map(own)?.0))
    }

    /// The message under the cursor: the chosen one if something of it is visible, else the nearest that is; without a
    /// chosen one the last.
    #[must_use]
    pub fn selected(&self, chosen: Option<usize>) -> Option<usize> {
        let (first, last) = self.messages()?;
        Some(chosen.map_or(last, |chosen| chosen.clamp(first, last)))
    }
}

impl Viewport<'_> {
    /// All lines of a message.
    pub fn lines(&mut self, at: usize) -> Vec<Line> {
        blocks::lines(&self.view, self.cache, at)
    }

    /// How many lines a message has.
    pub fn count(&mut self, at: usize) -> usize {
        self.lines(at).len()
    }

    /// The first of its lines that is the message's own: rules stand before it.
    pub fn first_own(&mut self, at: usize) -> usize {
        self.lines(at).iter().position(|line| line.message.is_some()).unwrap_or(0)
    }

    fn last(&self) -> usize {
        self.view.thread.messages.len().saturating_sub(1)
    }

    /// The place that an anchor names.
    pub fn place(&mut self, anchor: &Anchor) -> Place {
        let last = self.last();
        let (at, row) = match anchor {
            Anchor::Tail => (last, usize::MAX),
            Anchor::Message { id, row } => {
                self.view.thread.position(id).map_or((last, usize::MAX), |position| (position, *row))
            }
        };
        (at, row.min(self.count(at).saturating_sub(1)))
    }

    /// So many lines further: negative is up. Stops at the ends.
    pub fn moved(&mut self, (mut at, mut row): Place, by: i64) -> Place {
        let mut count = self.count(at);
        for _ in 0..by.unsigned_abs() {
            if by < 0 {
                if row > 0 {
                    row -= 1;
                } else if at > 0 {
                    at -= 1;
                    count = self.count(at);
                    row = count.saturating_sub(1);
                } else {
                    break;
                }
            } else if row + 1 < count {
                row += 1;
            } else if at < self.last() {
                at += 1;
                count = self.count(at);
                row = 0;
            } else {
                break;
            }
        }
        (at, row)
    }

    /// What stands in the area with this line at the bottom; `above` is what stands over the first message.
    pub fn window(&mut self, (mut at, mut row): Place, above: LineKind) -> Window {
        let mut own = self.lines(at);
        let with_places =
            |at: usize, lines: Vec<Line>| lines.into_iter().enumerate().map(move |(row, line)| (Some((at, row)), line));
        // Upwards from the bottom line.
        let mut lines: Vec<(Option<Place>, Line)> = with_places(at, own.clone()).take(row + 1).collect();
        lines.reverse();
        let mut top = at;
        while lines.len() < self.height && top > 0 {
            top -= 1;
            let before: Vec<_> = with_places(top, self.lines(top)).collect();
            lines.extend(before.into_iter().rev());
        }
        if lines.len() < self.height && top == 0 {
            lines.push((None, Line { message: None, kind: above }));
        }
        lines.truncate(self.height);
        lines.reverse();
        // Downwards, where the top was reached before the area was full.
        while lines.len() < self.height {
            if row + 1 < own.len() {
                row += 1;
            } else if at < self.last() {
                at += 1;
                own = self.lines(at);
                row = 0;
            } else {
                break;
            }
            lines.extend(own.get(row).map(|line| (Some((at, row)), line.clone())));
        }
        let at_tail = at == self.last() && row + 1 >= own.len();
        Window { lines, bottom: (at, row), at_tail }
    }

    /// The anchor of a bottom line.
    #[must_use]
    pub fn anchor(&self, window: &Window) -> Anchor {
        let (at, row) = window.bottom;
        match self.view.thread.messages.get(at) {
            Some(entry) if !window.at_tail => Anchor::Message { id: entry.message.id.clone(), row },
            Some(_) | None => Anchor::Tail,
        }
    }

    /// The bottom line with which these lines of a message are visible, moved as little as can be from `window`; where
    /// they do not fit, their first one stands at the top.
    pub fn bottom_for(&mut self, window: &Window, at: usize, first: usize, last: usize) -> Place {
        let inside = |row: usize| window.lines.iter().any(|(place, _)| *place == Some((at, row)));
        if inside(first) && inside(last) {
            return window.bottom;
        }
        let reach = i64::try_from(self.height.saturating_sub(1)).unwrap_or(i64::MAX);
        let rows = last.saturating_sub(first);
        // Below what is visible, or it takes the whole area: from its own end, from its own beginning.
        let top = window.lines.iter().find_map(|(place, _)| *place).unwrap_or((0, 0));
        if rows < self.height && (at, last) > window.bottom {
            return (at, last);
        }
        if rows >= self.height || (at, first) < top {
            return self.moved((at, first), reach);
        }
        (at, last)
    }
}

/// The thread's messages, as a place names them.
#[must_use]
pub fn position(thread: &Thread, id: Option<&crate::domain::MessageId>) -> Option<usize> {
    id.and_then(|id| thread.position(id))
}
