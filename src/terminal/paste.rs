//! A bracketed paste while it comes in.
//!
//! Its text is kept as it came: what is in it, and what follows it at once, is never a key. A clipboard may hold the
//! end mark itself to make the rest of it act, so a paste lasts until the terminal has been quiet for a moment.

use std::time::Duration;

use crate::text::RawText;

/// The most bytes of one paste that are kept.
pub const PASTE_LIMIT: usize = 4 * 1024 * 1024;

/// What stands at the end of a paste that was longer than [`PASTE_LIMIT`].
pub const CUT_NOTE: &str = "\n[cut here: the paste was longer than 4 MiB]";

/// How long after its end mark a paste still takes what comes.
pub(super) const SETTLE: Duration = Duration::from_millis(20);

/// A paste that says nothing for so long will not end: it is told as it is, and keys are keys again.
pub(super) const STALLED: Duration = Duration::from_secs(10);

/// What the marks have in common; the next byte tells them apart, and `~` ends them.
const MARK: &[u8] = b"\x1b[20";

/// One paste.
#[derive(Debug, Default)]
pub(super) struct Paste {
    text: Vec<u8>,
    /// The part of a mark that has come so far.
    mark: Vec<u8>,
    ended: bool,
    cut: bool,
}

impl Paste {
    /// Takes the bytes of a read. Gives back each paste that was followed by another one.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Vec<Self> {
        let mut earlier = Vec::new();
        while let Some((first, rest)) = bytes.split_first() {
            if self.mark.is_empty() && *first != 0x1B {
                let plain = bytes.iter().position(|byte| *byte == 0x1B).unwrap_or(bytes.len());
                let (text, rest) = bytes.split_at(plain);
                self.keep(text);
                bytes = rest;
                continue;
            }
            bytes = rest;
            if !self.is_next_of_mark(*first) {
                // ESC stands only at a mark's beginning, so no other mark can have begun inside this one.
                self.keep_mark();
                if *first == 0x1B {
                    self.mark.push(*first);
                } else {
                    self.keep(&[*first]);
                }
                continue;
            }
            self.mark.push(*first);
            if *first != b'~' {
                continue;
            }
            if self.mark.contains(&b'1') {
                // An end mark; one more, after it, is the true end of a paste that held one.
                self.ended = true;
                self.mark.clear();
            } else if self.ended {
                self.mark.clear();
                earlier.push(std::mem::take(self));
            } else {
                self.keep_mark();
            }
        }
        earlier
    }

    /// How long to wait for more.
    pub(super) const fn patience(&self) -> Duration {
        if self.ended { SETTLE } else { STALLED }
    }

    /// The text; `None` if there was none.
    pub(super) fn finish(mut self) -> Option<RawText> {
        self.keep_mark();
        if self.text.is_empty() {
            return None;
        }
        if self.cut {
            // The limit may fall inside a character.
            let incomplete = std::str::from_utf8(&self.text).err().filter(|error| error.error_len().is_none());
            if let Some(error) = incomplete {
                self.text.truncate(error.valid_up_to());
            }
            self.text.extend_from_slice(CUT_NOTE.as_bytes());
        }
        Some(RawText::new(match String::from_utf8(self.text) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }))
    }

    fn is_next_of_mark(&self, byte: u8) -> bool {
        match self.mark.len() {
            length @ 0..4 => MARK.get(length) == Some(&byte),
            4 => matches!(byte, b'0' | b'1'),
            _ => byte == b'~',
        }
    }

    fn keep_mark(&mut self) {
        let mark = std::mem::take(&mut self.mark);
        self.keep(&mark);
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = PASTE_LIMIT.saturating_sub(self.text.len());
        self.cut |= bytes.len() > room;
        self.text.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
    }
}
