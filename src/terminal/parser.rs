//! From the terminal's bytes to events.
//!
//! Pure: no descriptor, no clock. What is not surely a key is none: the terminal's answers, reports and unknown
//! sequences are swallowed, also when they come in pieces (security, S6).
//!
//! An escape sequence that has begun is held for [`HOLD`] from its last byte; after that it is dropped. Two beginnings
//! can also have been typed. A lone ESC is Escape after [`ESCAPE`]. ESC and one introducer (`[`, `]`, `P`, `_`, `O`) are
//! Escape and that key after [`INTRODUCER`]; but for [`WINDOW`] after a query they are held like everything else, also
//! if the ESC was alone and has already been told as Escape. So an answer that is cut after its first byte can cost one
//! Escape, which does nothing that matters, and never more.

use std::time::Duration;

use super::keys;
use super::paste::Paste;
use crate::app::{Code, Event, Key};

/// After this a lone ESC was typed.
pub(super) const ESCAPE: Duration = Duration::from_millis(50);

/// After this ESC and an introducer were typed.
pub(super) const INTRODUCER: Duration = Duration::from_millis(200);

/// How long after a query its answer may come in any pieces (five seconds and some air).
pub(super) const WINDOW: Duration = Duration::from_millis(5_500);

/// How long the rest of a sequence is waited for, from its last byte (five seconds and some air).
pub(super) const HOLD: Duration = Duration::from_millis(5_500);

/// The most bytes of a control sequence that are kept; more only wait for its end.
const LONGEST: usize = 64;

/// The state between reads.
#[derive(Debug, Default)]
pub struct Parser {
    state: State,
    /// The beginning of a character whose rest has not come.
    partial: Vec<u8>,
    /// When the terminal was last asked something.
    asked: Option<Duration>,
    /// When the last bytes came.
    fed: Duration,
    keys: Vec<Key>,
}

#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    /// ESC. `told`: Escape was reported for it already.
    Escape { told: bool },
    /// `ESC [` and what followed.
    Csi { body: Vec<u8>, told: bool },
    /// `ESC O` and what followed.
    Ss3 { body: Vec<u8> },
    /// `ESC ]`, `ESC P` or `ESC _` and nothing else yet.
    Introducer { byte: u8, told: bool },
    /// Inside such a string. `escape`: its last byte was ESC, which may begin its end.
    Text { escape: bool },
    /// The three bytes of an old mouse report.
    Mouse { missing: u8 },
    /// A bracketed paste.
    Pasting(Paste),
}

impl Parser {
    /// A parser that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The terminal was asked something, by us or (at the start, or while we were suspended) maybe by others.
    pub const fn query_sent(&mut self, now: Duration) {
        self.asked = Some(now);
    }

    /// The bytes of one read. All keys of it become one event; a paste is told once it has ended and the terminal is
    /// quiet. `now` is any clock that does not go back.
    pub fn feed(&mut self, bytes: &[u8], now: Duration, events: &mut Vec<Event>) {
        self.fed = now;
        let mut rest = bytes;
        while let Some((first, tail)) = rest.split_first() {
            match &mut self.state {
                State::Pasting(paste) => {
                    let earlier = paste.feed(rest);
                    self.tell_keys(events);
                    events.extend(earlier.into_iter().filter_map(Paste::finish).map(Event::Pasted));
                    break;
                }
                State::Ground if *first != 0x1B => {
                    let plain = rest.iter().position(|byte| *byte < 0x20 || *byte == 0x7F).unwrap_or(rest.len());
                    if plain == 0 {
                        self.end_character();
                        self.keys.push(keys::control(*first));
                        rest = tail;
                    } else {
                        let (text, after) = rest.split_at(plain);
                        self.type_text(text);
                        rest = after;
                    }
                }
                _ => {
                    rest = tail;
                    self.step(*first, events);
                }
            }
        }
        self.tell_keys(events);
    }

    /// When [`Parser::timed_out`] has to be called if no bytes come before. `None`: nothing is waited for.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        let patience = match &self.state {
            State::Ground => return None,
            State::Escape { told: true } => return self.asked.map(|asked| asked.saturating_add(WINDOW)),
            State::Escape { told: false } => ESCAPE,
            State::Csi { body, .. } if body.is_empty() && !self.in_window() => INTRODUCER,
            State::Introducer { .. } if !self.in_window() => INTRODUCER,
            State::Ss3 { body } if body.is_empty() => INTRODUCER,
            State::Csi { .. } | State::Introducer { .. } | State::Ss3 { .. } | State::Text { .. } => HOLD,
            State::Mouse { .. } => HOLD,
            State::Pasting(paste) => paste.patience(),
        };
        Some(self.fed.saturating_add(patience))
    }

    /// Nothing came until the deadline: what was waited for is decided. Before the deadline it does nothing.
    pub fn timed_out(&mut self, now: Duration, events: &mut Vec<Event>) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        let in_window = self.in_window();
        match std::mem::take(&mut self.state) {
            State::Escape { told: false } => {
                self.keys.push(Key::plain(Code::Escape));
                if in_window {
                    self.state = State::Escape { told: true };
                }
            }
            State::Csi { body, told } if body.is_empty() && !in_window => self.type_introducer(b'[', told),
            State::Introducer { byte, told } if !in_window => self.type_introducer(byte, told),
            State::Ss3 { body } if body.is_empty() => self.type_introducer(b'O', false),
            State::Pasting(paste) => events.extend(paste.finish().map(Event::Pasted)),
            // An answer or a key whose rest has been lost, or nothing.
            State::Ground
            | State::Escape { .. }
            | State::Csi { .. }
            | State::Introducer { .. }
            | State::Ss3 { .. }
            | State::Text { .. }
            | State::Mouse { .. } => {}
        }
        self.tell_keys(events);
    }

    /// Whether the bytes that came last can belong to the answer to a query.
    fn in_window(&self) -> bool {
        self.asked.is_some_and(|asked| self.fed <= asked.saturating_add(WINDOW))
    }

    /// One byte that begins, continues or ends an escape sequence.
    fn step(&mut self, byte: u8, events: &mut Vec<Event>) {
        match std::mem::take(&mut self.state) {
            State::Ground => self.ground(byte),
            State::Escape { told } => self.after_escape(byte, told),
            State::Csi { body, told } => self.in_csi(byte, body, told, events),
            State::Ss3 { mut body } => match byte {
                b'0'..=b'9' | b';' if body.len() < LONGEST => {
                    body.push(byte);
                    self.state = State::Ss3 { body };
                }
                _ => match keys::ss3(&body, byte) {
                    Some(key) => self.keys.push(key),
                    None if body.is_empty() => {
                        self.type_introducer(b'O', false);
                        self.ground(byte);
                    }
                    // Unknown; but whatever breaks it off acts by itself.
                    None if byte < 0x20 => self.ground(byte),
                    None => {}
                },
            },
            State::Introducer { byte: introducer, told } => {
                if begins_answer(introducer, byte) {
                    self.state = State::Text { escape: false };
                } else {
                    self.type_introducer(introducer, told);
                    self.ground(byte);
                }
            }
            State::Text { escape: true } if byte == b'\\' => {}
            State::Text { escape: true } => self.after_escape(byte, false),
            State::Text { escape: false } => match byte {
                0x07 => {}
                0x1B => self.state = State::Text { escape: true },
                // No answer holds a control character: somebody types, the rest of the answer is lost.
                0x00..0x20 => self.ground(byte),
                _ => self.state = State::Text { escape: false },
            },
            State::Mouse { missing } => {
                if missing > 1 {
                    self.state = State::Mouse { missing: missing.saturating_sub(1) };
                }
            }
            // Fed as a whole, above.
            State::Pasting(paste) => self.state = State::Pasting(paste),
        }
    }

    fn after_escape(&mut self, byte: u8, told: bool) {
        match byte {
            b'[' => self.state = State::Csi { body: Vec::new(), told },
            b']' | b'P' | b'_' => self.state = State::Introducer { byte, told },
            b'O' if !told => self.state = State::Ss3 { body: Vec::new() },
            _ => {
                // Alt and a key, or Escape and a key over a slow line: the two cannot be told apart.
                if !told {
                    self.keys.push(Key::plain(Code::Escape));
                }
                self.ground(byte);
            }
        }
    }

    fn in_csi(&mut self, byte: u8, mut body: Vec<u8>, told: bool, events: &mut Vec<Event>) {
        match byte {
            b'[' if body.is_empty() => {
                body.push(byte);
                self.state = State::Csi { body, told };
            }
            0x40..=0x7E => self.end_csi(&body, byte, events),
            0x20..=0x3F => {
                if body.len() < LONGEST {
                    body.push(byte);
                }
                self.state = State::Csi { body, told };
            }
            _ => {
                if body.is_empty() {
                    self.type_introducer(b'[', told);
                }
                self.ground(byte);
            }
        }
    }

    fn end_csi(&mut self, body: &[u8], last: u8, events: &mut Vec<Event>) {
        match (body, last) {
            (b"", b'I') => events.push(Event::FocusChanged(true)),
            (b"", b'O') => events.push(Event::FocusChanged(false)),
            (b"", b'M') => self.state = State::Mouse { missing: 3 },
            (b"200", b'~') => self.state = State::Pasting(Paste::default()),
            (b"201", b'~') => {}
            // A cut body is no key, whatever its beginning says.
            _ if body.len() >= LONGEST => {}
            _ => self.keys.extend(keys::csi(body, last)),
        }
    }

    fn ground(&mut self, byte: u8) {
        match byte {
            0x1B => {
                self.end_character();
                self.state = State::Escape { told: false };
            }
            0x00..0x20 | 0x7F => {
                self.end_character();
                self.keys.push(keys::control(byte));
            }
            _ => self.type_text(&[byte]),
        }
    }

    fn type_introducer(&mut self, byte: u8, told: bool) {
        if !told {
            self.keys.push(Key::plain(Code::Escape));
        }
        self.keys.push(Key::char(char::from(byte)));
    }

    /// Text without control bytes; its last character may be incomplete.
    fn type_text(&mut self, text: &[u8]) {
        let joined;
        let mut rest = if self.partial.is_empty() {
            text
        } else {
            joined = [std::mem::take(&mut self.partial).as_slice(), text].concat();
            joined.as_slice()
        };
        loop {
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    self.keys.extend(valid.chars().map(Key::char));
                    return;
                }
                Err(error) => {
                    let (valid, invalid) = rest.split_at(error.valid_up_to());
                    self.keys.extend(std::str::from_utf8(valid).unwrap_or_default().chars().map(Key::char));
                    let Some(length) = error.error_len() else {
                        self.partial = invalid.to_vec();
                        return;
                    };
                    self.keys.push(Key::char(char::REPLACEMENT_CHARACTER));
                    rest = invalid.get(length..).unwrap_or_default();
                }
            }
        }
    }

    fn end_character(&mut self) {
        if !std::mem::take(&mut self.partial).is_empty() {
            self.keys.push(Key::char(char::REPLACEMENT_CHARACTER));
        }
    }

    fn tell_keys(&mut self, events: &mut Vec<Event>) {
        if !self.keys.is_empty() {
            events.push(Event::KeysPressed(std::mem::take(&mut self.keys)));
        }
    }
}

/// Whether an answer in a string can begin so: colours, titles and clipboard (`]`), version, capabilities and settings
/// (`P`), graphics (`_`).
const fn begins_answer(introducer: u8, byte: u8) -> bool {
    match introducer {
        b']' => matches!(byte, b'0'..=b'9' | b'l' | b'L' | b'I'),
        b'P' => matches!(byte, b'0'..=b'9' | b'>' | b'!' | b'$' | b'+' | b'|' | b'='),
        _ => byte == b'G',
    }
}

#[cfg(test)]
#[path = "parser_tests.rs"]
mod tests;
