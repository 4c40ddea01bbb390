use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::widgets::{Block, Clear, Widget};

use super::*;
use crate::terminal::mend;

/// A recording of every write.
#[derive(Debug)]
struct Recording {
    size: Size,
    writes: Vec<Vec<u8>>,
}

impl Write for Recording {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writes.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Surface for Recording {
    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }
}

/// Clusters that terminals disagree about, as a stand-in: those of more than one character.
fn many_characters(cluster: &str) -> bool {
    cluster.chars().count() > 1
}

/// The backend with ratatui before it and a terminal behind it.
struct Bench {
    terminal: Terminal<Screen<Recording>>,
    shown: vt100::Parser,
}

impl Bench {
    fn new(columns: u16, rows: u16, colours: Colours) -> Self {
        let surface = Recording { size: Size { columns, rows }, writes: Vec::new() };
        let screen = Screen::new(surface, colours, many_characters);
        Self { terminal: Terminal::new(screen).unwrap(), shown: vt100::Parser::new(rows, columns, 0) }
    }

    /// Draws a frame and gives its bytes.
    fn draw(&mut self, view: impl FnOnce(&mut Buffer)) -> String {
        self.terminal
            .draw(|frame| {
                view(frame.buffer_mut());
                mend(frame.buffer_mut());
            })
            .unwrap();
        self.written()
    }

    fn written(&mut self) -> String {
        let writes = std::mem::take(&mut self.terminal.backend_mut().surface_mut().writes);
        assert!(writes.len() <= 1, "a frame is one write");
        let bytes = writes.concat();
        self.shown.process(&bytes);
        String::from_utf8(bytes).unwrap()
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        self.terminal.backend_mut().surface_mut().size = Size { columns, rows };
        self.shown.screen_mut().set_size(rows, columns);
    }

    fn row(&self, row: u16) -> String {
        let (_, columns) = self.shown.screen().size();
        self.shown.screen().rows(0, columns).nth(usize::from(row)).unwrap().trim_end().to_owned()
    }
}

fn say(text: &str, column: u16, row: u16) -> impl FnOnce(&mut Buffer) {
    move |buffer| {
        buffer.set_string(column, row, text, Style::new());
    }
}

/// A list of conversations with a reversed row, as wide as the screen.
fn list(selected: u16) -> impl FnOnce(&mut Buffer) {
    move |buffer| {
        for row in 0..buffer.area.height {
            let style = if row == selected { Style::new().add_modifier(Modifier::REVERSED) } else { Style::new() };
            let text = format!("{row:>3} ● Visitor {row} asked about an invoice that was paid twice and 漢字 in March");
            buffer.set_string(0, row, &text, style);
            buffer.set_style(Rect::new(0, row, buffer.area.width, 1), style);
        }
    }
}

#[test]
fn a_frame_is_one_synchronized_write_that_ends_plain() {
    let mut bench = Bench::new(20, 3, Colours::Full);
    let bytes = bench.draw(|buffer| {
        buffer.set_string(2, 1, "hello", Style::new().fg(Color::Red).add_modifier(Modifier::BOLD));
    });
    assert_eq!(bytes, "\x1b[?2026h\x1b[2;3H\x1b[1;31mhello\x1b[?25l\x1b[m\x1b[?2026l");
    assert_eq!(bench.row(1), "  hello");
}

#[test]
fn a_frame_without_a_change_writes_nothing() {
    let mut bench = Bench::new(20, 3, Colours::Full);
    bench.draw(say("hello", 0, 0));
    assert_eq!(bench.draw(say("hello", 0, 0)), "");
}

#[test]
fn moving_the_selection_in_a_list_stays_within_its_budget() {
    let mut bench = Bench::new(120, 40, Colours::Full);
    bench.draw(list(3));
    for selected in [4, 5, 20, 3] {
        let bytes = bench.draw(list(selected));
        assert!(bytes.len() <= 700, "{} bytes", bytes.len());
        assert!(bench.shown.screen().cell(selected, 0).unwrap().inverse());
        assert!(!bench.shown.screen().cell(selected - 1, 0).unwrap().inverse());
    }
}

#[test]
fn blanks_to_the_end_of_a_row_are_erased() {
    let mut bench = Bench::new(80, 3, Colours::Full);
    bench.draw(say(&"x".repeat(80), 0, 1));
    let bytes = bench.draw(say("xx", 0, 1));
    assert!(bytes.contains("\x1b[K") && bytes.len() < 40, "{bytes:?}");
    assert_eq!(bench.row(1), "xx");
}

#[test]
fn blanks_with_a_background_are_written_and_not_erased() {
    let mut bench = Bench::new(20, 2, Colours::Full);
    let bytes = bench.draw(|buffer| buffer.set_style(Rect::new(0, 0, 20, 1), Style::new().bg(Color::Blue)));
    assert!(!bytes.contains("\x1b[K"), "{bytes:?}");
    assert_eq!(bench.shown.screen().cell(0, 19).unwrap().bgcolor(), vt100::Color::Idx(4));
}

#[test]
fn a_short_gap_is_written_again_and_a_long_one_jumped() {
    let mut bench = Bench::new(80, 3, Colours::Full);
    bench.draw(say("a.b                         c", 0, 2));
    let bytes = bench.draw(say("x.y                         z", 0, 2));
    assert!(bytes.contains("x.y\x1b[25Cz"), "{bytes:?}");
}

#[test]
fn the_cell_at_the_bottom_right_cannot_scroll() {
    let mut bench = Bench::new(5, 2, Colours::Full);
    let bytes = bench.draw(|buffer| {
        buffer.set_string(0, 0, "abcde", Style::new());
        buffer.set_string(0, 1, "fghij", Style::new());
    });
    assert!(bytes.contains("\x1b[?7lj\x1b[?7h"), "{bytes:?}");
    assert_eq!(bytes.matches("\x1b[?7l").count(), 1);
    assert_eq!((bench.row(0), bench.row(1)), ("abcde".to_owned(), "fghij".to_owned()));
}

#[test]
fn a_doubtful_cluster_is_blanked_before_and_left_by_place() {
    let mut bench = Bench::new(20, 1, Colours::Full);
    let bytes = bench.draw(say("a❤\u{fe0f}b", 0, 0));
    assert!(bytes.contains("a  \x1b[2D❤\u{fe0f}\x1b[1;4Hb"), "{bytes:?}");
}

#[test]
fn what_a_doubtful_cluster_may_have_covered_is_drawn_again() {
    // Two wide for us; a terminal that does not join draws four.
    let pair = "👩\u{200d}🔬";
    let mut bench = Bench::new(20, 1, Colours::Full);
    bench.draw(say("ab  cd|", 0, 0));
    let bytes = bench.draw(say(&format!("ab{pair}cd|"), 0, 0));
    assert!(bytes.ends_with("\x1b[1;5Hcd\x1b[?2026l"), "{bytes:?}");
    assert!(bench.row(0).ends_with("cd|"));
}

#[test]
fn a_doubtful_cluster_at_the_edge_cannot_run_over() {
    let mut bench = Bench::new(6, 2, Colours::Full);
    let bytes = bench.draw(say("abcd❤\u{fe0f}", 0, 0));
    assert!(bytes.contains("\x1b[?7l❤\u{fe0f}\x1b[?7h"), "{bytes:?}");
}

#[test]
fn wide_clusters_in_a_row_are_blanked_once() {
    let mut bench = Bench::new(20, 1, Colours::Full);
    bench.draw(say("xxxxxxxx", 0, 0));
    let bytes = bench.draw(say("漢字漢字", 0, 0));
    assert!(bytes.contains("        \x1b[H漢字漢字") || bytes.contains("        \x1b[8D漢字漢字"), "{bytes:?}");
    assert_eq!(bench.row(0), "漢字漢字");
}

#[test]
fn the_second_half_of_a_wide_cluster_goes_with_it() {
    let mut bench = Bench::new(20, 1, Colours::Full);
    bench.draw(say("漢字", 0, 0));
    let bytes = bench.draw(say("a", 0, 0));
    assert!(bytes.contains("\x1b[K") || bytes.contains("a   "), "{bytes:?}");
    assert_eq!(bench.row(0), "a");
}

#[test]
fn a_popup_over_half_a_wide_cluster_keeps_its_border() {
    let mut bench = Bench::new(12, 5, Colours::Full);
    let background = |buffer: &mut Buffer| {
        for row in 0..5 {
            buffer.set_string(0, row, "漢字漢字漢字", Style::new());
        }
    };
    bench.draw(background);
    bench.draw(|buffer| {
        background(buffer);
        let area = Rect::new(3, 1, 6, 3);
        Clear.render(area, buffer);
        Block::bordered().render(area, buffer);
    });
    assert_eq!(bench.row(0), "漢字漢字漢字");
    assert_eq!(bench.row(1), "漢 ┌────┐ 字");
    assert_eq!(bench.row(2), "漢 │    │ 字");
    bench.draw(background);
    assert_eq!(bench.row(2), "漢字漢字漢字");
}

#[test]
fn a_symbol_that_drives_the_terminal_is_drawn_as_a_question_mark() {
    for symbol in ["\x1b[2J", "\x1b]0;x\x07", "\u{9b}31m", "a\u{7f}", "\x07", "\r", ""] {
        let surface = Recording { size: Size { columns: 4, rows: 1 }, writes: Vec::new() };
        let mut screen = Screen::new(surface, Colours::Full, many_characters);
        screen.size().unwrap();
        let mut cell = Cell::EMPTY;
        cell.set_symbol(symbol);
        screen.draw([(1, 0, &cell)].into_iter()).unwrap();
        screen.flush().unwrap();
        assert_eq!(screen.surface().writes.concat(), b"\x1b[?2026h\x1b[1;2H?\x1b[?2026l", "{symbol:?}");
    }
}

#[test]
fn without_colours_there_is_no_colour_and_on_a_dumb_terminal_no_style() {
    let styled = |buffer: &mut Buffer| {
        let style = Style::new().fg(Color::Rgb(1, 2, 3)).bg(Color::Red).add_modifier(Modifier::BOLD);
        buffer.set_string(3, 0, "hi", style);
    };
    let none = Bench::new(20, 1, Colours::None).draw(styled);
    assert!(none.contains("\x1b[1mhi"), "{none:?}");
    let dumb = Bench::new(20, 1, Colours::Dumb).draw(styled);
    assert!(!dumb.contains('m'), "{dumb:?}");
    assert!(dumb.contains("\x1b[1;4Hhi"), "{dumb:?}");
}

#[test]
fn the_cursor_is_shown_where_it_is_wanted_and_hidden_otherwise() {
    let mut bench = Bench::new(20, 3, Colours::Full);
    bench.draw(say("text", 0, 0));
    assert!(bench.shown.screen().hide_cursor());
    bench.terminal.draw(|frame| frame.set_cursor_position((7, 2))).unwrap();
    bench.written();
    assert!(!bench.shown.screen().hide_cursor());
    assert_eq!(bench.shown.screen().cursor_position(), (2, 7));
    bench.terminal.draw(|frame| frame.set_cursor_position((8, 2))).unwrap();
    assert_eq!(bench.written(), "\x1b[C");
}

#[test]
fn the_bell_goes_out_with_the_next_frame() {
    let mut bench = Bench::new(20, 3, Colours::Full);
    bench.draw(|_| {});
    bench.terminal.backend_mut().ring_bell();
    assert_eq!(bench.draw(|_| {}), "\x07");
}

#[test]
fn after_a_clear_everything_is_drawn_again() {
    let mut bench = Bench::new(20, 3, Colours::Full);
    bench.draw(say("hello", 0, 1));
    bench.shown.process(b"\x1b[Hrubbish");
    bench.terminal.clear().unwrap();
    bench.draw(say("hello", 0, 1));
    assert_eq!((bench.row(0), bench.row(1)), (String::new(), "hello".to_owned()));
}

#[test]
fn a_screen_of_no_size_draws_nothing_and_lives() {
    let mut bench = Bench::new(10, 2, Colours::Full);
    bench.draw(say("hello", 0, 0));
    for (columns, rows) in [(0, 0), (0, 5), (5, 0)] {
        bench.terminal.backend_mut().surface_mut().size = Size { columns, rows };
        bench.terminal.draw(|frame| mend(frame.buffer_mut())).unwrap();
        bench.terminal.backend_mut().surface_mut().writes.clear();
    }
    bench.resize(10, 2);
    bench.draw(say("again", 0, 0));
    assert_eq!(bench.row(0), "again");
}

#[test]
fn a_lost_terminal_is_an_error_that_says_so() {
    struct Lost;
    impl Write for Lost {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error()))
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    impl Surface for Lost {
        fn size(&self) -> io::Result<Size> {
            Ok(Size { columns: 5, rows: 1 })
        }
    }
    let mut terminal = Terminal::new(Screen::new(Lost, Colours::Full, many_characters)).unwrap();
    let error = terminal.draw(|frame| say("x", 0, 0)(frame.buffer_mut())).unwrap_err();
    assert!(crate::terminal::is_gone(&error));
}

/// Two wide for us, one or two for terminals.
const HEART: &str = "❤\u{fe0f}";

/// Two wide for us, two or four for terminals.
const PAIR: &str = "👩\u{200d}🔬";

/// One piece of a random frame.
#[derive(Clone, Debug)]
struct Piece {
    text: String,
    column: u16,
    row: u16,
    style: Style,
}

fn piece() -> impl Strategy<Value = Piece> {
    let colour =
        prop_oneof![Just(Color::Reset), Just(Color::Red), Just(Color::Indexed(200)), Just(Color::Rgb(9, 8, 7))];
    let modifier = prop_oneof![
        Just(Modifier::empty()),
        Just(Modifier::BOLD),
        Just(Modifier::REVERSED),
        Just(Modifier::UNDERLINED | Modifier::BOLD),
        Just(Modifier::DIM),
    ];
    ("[ a-c漢字é│]{0,12}", 0_u16..16, 0_u16..4, colour.clone(), colour, modifier).prop_map(
        |(text, column, row, fg, bg, modifier)| Piece {
            text,
            column,
            row,
            style: Style::new().fg(fg).bg(bg).add_modifier(modifier),
        },
    )
}

fn colour_of(colour: Color) -> vt100::Color {
    match colour {
        Color::Red => vt100::Color::Idx(1),
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Rgb(red, green, blue) => vt100::Color::Rgb(red, green, blue),
        _ => vt100::Color::Default,
    }
}

/// The terminal shows exactly the buffer.
fn assert_shows(shown: &vt100::Screen, buffer: &Buffer) {
    let mut covered = 0;
    for (index, cell) in buffer.content.iter().enumerate() {
        let (column, row) = buffer.pos_of(index);
        if covered > 0 {
            covered -= 1;
            continue;
        }
        covered = cell.cell_width().saturating_sub(1);
        let seen = shown.cell(row, column).unwrap();
        let symbol = if seen.has_contents() { seen.contents() } else { " " };
        assert_eq!(symbol, cell.symbol(), "at {column},{row}");
        assert_eq!(seen.bgcolor(), colour_of(cell.bg), "background at {column},{row}");
        assert_eq!(seen.inverse(), cell.modifier.contains(Modifier::REVERSED), "reverse at {column},{row}");
        assert_eq!(seen.underline(), cell.modifier.contains(Modifier::UNDERLINED), "underline at {column},{row}");
        if cell.symbol() != " " {
            assert_eq!(seen.fgcolor(), colour_of(cell.fg), "foreground at {column},{row}");
            // This terminal knows one of the two at a time.
            if !cell.modifier.contains(Modifier::BOLD | Modifier::DIM) {
                assert_eq!(seen.bold(), cell.modifier.contains(Modifier::BOLD), "bold at {column},{row}");
                assert_eq!(seen.dim(), cell.modifier.contains(Modifier::DIM), "dim at {column},{row}");
            }
        }
    }
}

proptest! {
    #[test]
    fn whatever_was_drawn_before_the_terminal_shows_the_frame(
        frames in proptest::collection::vec(proptest::collection::vec(piece(), 0..8), 1..8),
    ) {
        let mut bench = Bench::new(16, 4, Colours::Full);
        for pieces in frames {
            let mut wanted = Buffer::empty(Rect::new(0, 0, 16, 4));
            for piece in &pieces {
                wanted.set_string(piece.column, piece.row, &piece.text, piece.style);
            }
            mend(&mut wanted);
            bench.draw(|buffer| *buffer = wanted.clone());
            assert_shows(bench.shown.screen(), &wanted);
        }
    }

    #[test]
    fn no_ghost_stays_whatever_the_terminal_thinks_of_a_doubtful_cluster(
        frames in proptest::collection::vec(proptest::collection::vec(("[a-c漢#@]{0,9}", 0_u16..16, 0_u16..3), 0..6), 1..8),
        heart in prop_oneof![Just("x"), Just("漢")],
        pair in prop_oneof![Just("漢"), Just("漢漢")],
    ) {
        // The edge is out of reach, since this terminal always wraps.
        let mut bench = Bench::new(40, 3, Colours::Full);
        for pieces in frames {
            let mut wanted = Buffer::empty(Rect::new(0, 0, 40, 3));
            for (text, column, row) in &pieces {
                let text = text.replace('#', HEART).replace('@', PAIR);
                wanted.set_string(*column, *row, text, Style::new());
            }
            mend(&mut wanted);
            bench.terminal.draw(|frame| *frame.buffer_mut() = wanted.clone()).unwrap();
            let writes = std::mem::take(&mut bench.terminal.backend_mut().surface_mut().writes);
            let text = String::from_utf8(writes.concat()).unwrap();
            // This terminal draws the clusters as something of another width.
            bench.shown.process(text.replace(HEART, heart).replace(PAIR, pair).as_bytes());
            let mut covered = 0;
            for (index, cell) in wanted.content.iter().enumerate() {
                let (column, row) = wanted.pos_of(index);
                if covered > 0 {
                    covered -= 1;
                    continue;
                }
                covered = cell.cell_width().saturating_sub(1);
                if many_characters(cell.symbol()) {
                    // Its second cell holds its second half or nothing.
                    let rest = bench.shown.screen().cell(row, column + 1).unwrap();
                    prop_assert_eq!(rest.contents().trim(), "", "behind {},{}", column, row);
                    continue;
                }
                let seen = bench.shown.screen().cell(row, column).unwrap();
                let symbol = if seen.has_contents() { seen.contents() } else { " " };
                prop_assert_eq!(symbol, cell.symbol(), "at {},{}", column, row);
            }
        }
    }

    #[test]
    fn resizing_at_random_shows_the_frame(sizes in proptest::collection::vec((1_u16..40, 1_u16..12), 1..20)) {
        let mut bench = Bench::new(20, 5, Colours::Full);
        for (columns, rows) in sizes {
            bench.resize(columns, rows);
            bench.draw(list(1));
            let mut wanted = Buffer::empty(Rect::new(0, 0, columns, rows));
            list(1)(&mut wanted);
            mend(&mut wanted);
            assert_shows(bench.shown.screen(), &wanted);
        }
    }
}
