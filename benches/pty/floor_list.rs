//! A list as plain as ratatui allows, with the same threads as takeover: list, thread and sidebar, all three drawn at
//! every key, visible rows only. What takeover needs beyond this is its own code's share.

use std::io::{self, Write as _};

use crossterm::event::{Event, KeyCode, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Constraint, Layout, Position, Rect, Size};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};
use serde::{Deserialize, Serialize};
use unicode_width::UnicodeWidthStr as _;

use crate::Failure;

/// The argument that starts this mode: then a file of rows and how many to make of them.
pub(crate) const MODE: &str = "__list";
/// What it shows once it has drawn.
pub(crate) const READY: &str = "Waiting";

/// A conversation as the list needs it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) preview: String,
    pub(crate) facts: Vec<String>,
    /// Who, and what they wrote.
    pub(crate) thread: Vec<(String, String)>,
}

struct List {
    samples: Vec<Row>,
    /// Every row's own two lines, as a program that shows them has to hold them.
    rows: Vec<(String, String)>,
    cursor: usize,
    top: usize,
    page: usize,
}

/// Shows the list until `q`.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let [file, count] = arguments else { return Err("list: wants a file and a count".into()) };
    let samples: Vec<Row> = serde_json::from_slice(&std::fs::read(file)?)?;
    let count: usize = count.parse()?;
    let rows = samples
        .iter()
        .cycle()
        .take(count)
        .enumerate()
        .map(|(at, row)| (format!("{} {at}", row.name), row.preview.clone()))
        .collect();
    let mut list = List { samples, rows, cursor: 0, top: 0, page: 1 };

    crossterm::terminal::enable_raw_mode()?;
    let mut terminal = Terminal::new(Plain { out: Vec::new() })?;
    terminal.backend_mut().out.extend_from_slice(b"\x1b[?1049h");
    terminal.clear()?;
    let ended = show(&mut terminal, &mut list);
    terminal.backend_mut().out.extend_from_slice(b"\x1b[?1049l\x1b[?25h");
    terminal.backend_mut().flush()?;
    crossterm::terminal::disable_raw_mode()?;
    ended
}

fn show(terminal: &mut Terminal<Plain>, list: &mut List) -> Result<(), Failure> {
    loop {
        terminal.draw(|frame| {
            let areas = Layout::vertical([Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)]);
            let [head, body, hints] = areas.areas(frame.area());
            let [left, middle, right] =
                Layout::horizontal([Constraint::Length(38), Constraint::Min(20), Constraint::Length(24)])
                    .spacing(1)
                    .areas(body);
            list.page = usize::from(left.height / 2).max(1);
            list.top = list.top.clamp((list.cursor + 1).saturating_sub(list.page), list.cursor);
            let head_text = format!(" Plain   1 Waiting {}   row {}", list.rows.len(), list.cursor + 1);
            frame.render_widget(Paragraph::new(head_text), head);
            frame.render_widget(Paragraph::new(list.lines()), left);
            if let Some(row) = list.samples.get(list.cursor % list.samples.len().max(1)) {
                frame.render_widget(thread(row, middle), middle);
                let facts: Vec<Line<'_>> = row.facts.iter().map(|fact| Line::from(fact.as_str())).collect();
                frame.render_widget(Paragraph::new(facts), right);
            }
            frame.render_widget(Paragraph::new(" j k PgDn PgUp   q quit"), hints);
        })?;
        let last = list.rows.len().saturating_sub(1);
        match crossterm::event::read()? {
            Event::Key(key) => match (key.code, key.modifiers.contains(KeyModifiers::CONTROL)) {
                (KeyCode::Char('q'), false) => return Ok(()),
                (KeyCode::Char('j'), false) => list.cursor = (list.cursor + 1).min(last),
                (KeyCode::Char('k'), false) => list.cursor = list.cursor.saturating_sub(1),
                (KeyCode::PageDown, _) => list.cursor = (list.cursor + list.page).min(last),
                (KeyCode::PageUp, _) => list.cursor = list.cursor.saturating_sub(list.page),
                _ => {}
            },
            Event::Resize(..) => terminal.autoresize()?,
            _ => {}
        }
    }
}

impl List {
    fn lines(&self) -> Vec<Line<'_>> {
        let visible = self.rows.iter().enumerate().skip(self.top).take(self.page);
        visible
            .flat_map(|(at, (name, preview))| {
                let style =
                    if at == self.cursor { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
                [
                    Line::from(vec![Span::raw(" • "), Span::styled(name.as_str(), Modifier::BOLD)]).style(style),
                    Line::from(vec![Span::raw("     "), Span::styled(preview.as_str(), Modifier::DIM)]).style(style),
                ]
            })
            .collect()
    }
}

/// The end of the thread, as much as fits.
fn thread(row: &Row, area: Rect) -> Paragraph<'_> {
    let width = usize::from(area.width).max(1);
    let mut room = usize::from(area.height);
    let mut shown = Vec::new();
    for (who, text) in row.thread.iter().rev() {
        let height = 1 + text.lines().map(|line| line.width().div_ceil(width).max(1)).sum::<usize>();
        if height > room {
            break;
        }
        room -= height;
        shown.push((who, text));
    }
    let lines: Vec<Line<'_>> = shown
        .into_iter()
        .rev()
        .flat_map(|(who, text)| {
            let head = Line::from(Span::styled(who.as_str(), Style::new().fg(Color::Cyan)));
            std::iter::once(head).chain(text.lines().map(Line::from))
        })
        .collect();
    Paragraph::new(lines).wrap(Wrap { trim: false })
}

/// Cells to bytes, gathered and written once a frame.
struct Plain {
    out: Vec<u8>,
}

impl Backend for Plain {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut expected = None;
        let mut style = (Color::Reset, Modifier::empty());
        for (x, y, cell) in content {
            if expected != Some((x, y)) {
                write!(self.out, "\x1b[{};{}H", y + 1, x + 1)?;
            }
            if style != (cell.fg, cell.modifier) {
                style = (cell.fg, cell.modifier);
                self.style(style)?;
            }
            self.out.extend_from_slice(cell.symbol().as_bytes());
            expected = u16::try_from(cell.symbol().width()).ok().map(|width| (x + width, y));
        }
        self.out.extend_from_slice(b"\x1b[0m");
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.out.extend_from_slice(b"\x1b[?25l");
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.out.extend_from_slice(b"\x1b[?25h");
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(Position::ORIGIN)
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        let Position { x, y } = position.into();
        write!(self.out, "\x1b[{};{}H", y + 1, x + 1)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, _: ClearType) -> io::Result<()> {
        self.out.extend_from_slice(b"\x1b[2J");
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        let (width, height) = crossterm::terminal::size()?;
        Ok(Size { width, height })
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::ZERO })
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(&self.out)?;
        out.flush()?;
        self.out.clear();
        Ok(())
    }
}

impl Plain {
    fn style(&mut self, (color, modifier): (Color, Modifier)) -> io::Result<()> {
        self.out.extend_from_slice(b"\x1b[0");
        for (flag, code) in [(Modifier::BOLD, "1"), (Modifier::DIM, "2"), (Modifier::REVERSED, "7")] {
            if modifier.contains(flag) {
                write!(self.out, ";{code}")?;
            }
        }
        if color == Color::Cyan {
            self.out.extend_from_slice(b";36");
        }
        self.out.push(b'm');
        Ok(())
    }
}
