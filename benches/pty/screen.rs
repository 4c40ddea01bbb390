//! The terminal's side: a screen to look at, answers to what programs ask, and the modes they leave on.

use std::collections::BTreeSet;

/// The screen of one program.
pub(crate) struct Screen {
    parser: vt100::Parser<Terminal>,
    rows: Vec<Vec<u8>>,
    cursor: Option<(u16, u16)>,
    columns: u16,
}

impl Screen {
    pub(crate) fn new(columns: u16, rows: u16) -> Self {
        let parser = vt100::Parser::new_with_callbacks(rows, columns, 0, Terminal::default());
        let mut screen = Self { parser, rows: Vec::new(), cursor: None, columns };
        screen.look();
        screen
    }

    /// Shows these bytes. Returns whether something that a person sees has changed: characters, colours, the cursor.
    pub(crate) fn show(&mut self, bytes: &[u8]) -> bool {
        self.parser.process(bytes);
        self.look()
    }

    fn look(&mut self) -> bool {
        let screen = self.parser.screen();
        let rows: Vec<Vec<u8>> = screen.rows_formatted(0, self.columns).collect();
        let cursor = (!screen.hide_cursor()).then(|| screen.cursor_position());
        let changed = rows != self.rows || cursor != self.cursor;
        self.rows = rows;
        self.cursor = cursor;
        changed
    }

    /// What the program asked for since the last call, to be written to it.
    pub(crate) fn answers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.parser.callbacks_mut().answers)
    }

    /// The characters.
    pub(crate) fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// The rows between the first and the last two, where status and hints stand.
    pub(crate) fn body(&self) -> Vec<Vec<u8>> {
        let count = self.rows.len().saturating_sub(3);
        self.rows.iter().skip(1).take(count).cloned().collect()
    }

    /// Modes that are on and were not at the start.
    pub(crate) fn left_on(&self) -> Vec<String> {
        let screen = self.parser.screen();
        let terminal = self.parser.callbacks();
        let known = [
            (screen.alternate_screen(), "alternate screen"),
            (screen.hide_cursor(), "hidden cursor"),
            (screen.application_cursor(), "application cursor keys"),
            (screen.application_keypad(), "application keypad"),
            (screen.bracketed_paste(), "bracketed paste"),
            (screen.mouse_protocol_mode() != vt100::MouseProtocolMode::None, "mouse"),
            (terminal.kitty > 0, "kitty keyboard"),
        ];
        let known = known.into_iter().filter(|(on, _)| *on).map(|(_, name)| name.to_owned());
        known.chain(terminal.modes.iter().map(|mode| format!("mode {mode}"))).collect()
    }
}

/// What the parser does not do by itself.
#[derive(Default)]
struct Terminal {
    answers: Vec<u8>,
    modes: BTreeSet<u16>,
    kitty: i32,
}

/// Modes that are on by default, or only change how a cursor looks.
const NOT_LEFT_ON: [u16; 3] = [7, 12, 1034];

impl vt100::Callbacks for Terminal {
    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        first: Option<u8>,
        second: Option<u8>,
        parameters: &[&[u16]],
        last: char,
    ) {
        let parameter = parameters.first().and_then(|own| own.first()).copied().unwrap_or_default();
        match (first, second, last) {
            (None, None, 'c') => self.answers.extend_from_slice(b"\x1b[?62;22c"),
            (Some(b'>'), None, 'c') => self.answers.extend_from_slice(b"\x1b[>41;390;0c"),
            (None, None, 'n') if parameter == 5 => self.answers.extend_from_slice(b"\x1b[0n"),
            (None | Some(b'?'), None, 'n') if parameter == 6 => {
                let (row, column) = screen.cursor_position();
                self.answers.extend_from_slice(format!("\x1b[{};{}R", row + 1, column + 1).as_bytes());
            }
            (Some(b'?'), Some(b'$'), 'p') => {
                self.answers.extend_from_slice(format!("\x1b[?{parameter};0$y").as_bytes());
            }
            (Some(b'>'), None, 'u') => self.kitty += 1,
            (Some(b'<'), None, 'u') => self.kitty = (self.kitty - 1).max(0),
            (Some(b'?'), None, 'h' | 'l') => {
                let unknown = parameters.iter().filter_map(|own| own.first()).filter(|mode| {
                    !NOT_LEFT_ON.contains(mode)
                        && !matches!(mode, 1 | 6 | 9 | 25 | 47 | 1000 | 1002 | 1003 | 1005 | 1006 | 1049 | 2004)
                });
                for mode in unknown {
                    if last == 'h' {
                        self.modes.insert(*mode);
                    } else {
                        self.modes.remove(mode);
                    }
                }
            }
            _ => {}
        }
    }

    fn unhandled_osc(&mut self, _: &mut vt100::Screen, parameters: &[&[u8]]) {
        match parameters {
            [b"10", b"?"] => self.answers.extend_from_slice(b"\x1b]10;rgb:d0d0/d0d0/d0d0\x1b\\"),
            [b"11", b"?"] => self.answers.extend_from_slice(b"\x1b]11;rgb:1010/1010/1010\x1b\\"),
            _ => {}
        }
    }
}
