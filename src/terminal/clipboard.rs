//! The clipboard, as terminals offer it: OSC 52, plain or through tmux.
//!
//! Writes only, and only text that cannot drive a terminal (security, S4). Never asks what the clipboard holds. No
//! terminal answers whether it took the text, so nobody here says that it did.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::text::{BODY_LIMIT, RawText, sanitize};

/// The most bytes of encoded text: what common terminals take.
pub const MOST_ENCODED: usize = 100_000;

/// How text gets to the clipboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clipboard {
    /// Not at all.
    #[default]
    None,
    /// The terminal takes OSC 52, if it does.
    Terminal,
    /// The same through tmux: once for tmux itself (`set-clipboard on`), once past it for the terminal around it
    /// (`allow-passthrough on`). With neither set tmux drops both.
    Tmux,
}

/// Why text is not handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCopied {
    /// The terminal has no clipboard.
    #[error("this terminal has no clipboard")]
    NoClipboard,
    /// There is no text.
    #[error("there is nothing to copy")]
    Nothing,
    /// More text than terminals take.
    #[error("it is too long for a terminal's clipboard ({} kB at most)", MOST_ENCODED / 4 * 3 / 1_000)]
    TooLong,
}

impl Clipboard {
    /// What a terminal of this kind has (`TERM`), and whether tmux stands between (`TMUX`).
    #[must_use]
    pub fn of(term: Option<&str>, tmux: Option<&str>) -> Self {
        match (term, tmux) {
            (_, Some(_)) => Self::Tmux,
            (None | Some("dumb" | "linux"), None) => Self::None,
            (Some(_), None) => Self::Terminal,
        }
    }

    /// The bytes that hand `text` over: made safe, line breaks kept, none at the end.
    ///
    /// # Errors
    /// [`NotCopied`].
    pub fn sequence(self, text: &str) -> Result<Vec<u8>, NotCopied> {
        if self == Self::None {
            return Err(NotCopied::NoClipboard);
        }
        // What is made safe is also capped: part of a text in place of it would deceive.
        if text.len() > MOST_ENCODED || text.chars().count() > BODY_LIMIT {
            return Err(NotCopied::TooLong);
        }
        let safe = sanitize(&RawText::new(text));
        let text = safe.as_str().trim_end_matches('\n');
        if text.is_empty() {
            return Err(NotCopied::Nothing);
        }
        let encoded = STANDARD.encode(text);
        if encoded.len() > MOST_ENCODED {
            return Err(NotCopied::TooLong);
        }
        let plain = format!("\x1b]52;c;{encoded}\x07");
        Ok(match self {
            Self::Tmux => format!("{plain}\x1bPtmux;{}\x1b\\", plain.replace('\x1b', "\x1b\x1b")).into_bytes(),
            Self::Terminal | Self::None => plain.into_bytes(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_handed_over_encoded_and_without_a_final_line_break() {
        let bytes = Clipboard::Terminal.sequence("two\nlines\n\n").unwrap();
        assert_eq!(bytes, b"\x1b]52;c;dHdvCmxpbmVz\x07");
    }

    #[test]
    fn through_tmux_it_goes_twice_with_every_escape_doubled_the_second_time() {
        let bytes = Clipboard::Tmux.sequence("hi").unwrap();
        assert_eq!(bytes, b"\x1b]52;c;aGk=\x07\x1bPtmux;\x1b\x1b]52;c;aGk=\x07\x1b\\");
    }

    #[test]
    fn no_control_character_reaches_the_clipboard() {
        let hostile = "ls\u{1b}]52;c;x\u{7}\r\nrm\u{202e}\u{9b}\tx\0";
        let bytes = Clipboard::Terminal.sequence(hostile).unwrap();
        let encoded = &bytes[b"\x1b]52;c;".len()..bytes.len() - 1];
        let text = String::from_utf8(STANDARD.decode(encoded).unwrap()).unwrap();
        assert!(text.starts_with("ls\u{241b}]52;c;x\u{2407}\nrm\u{2039}202E\u{203a}"), "{text:?}");
        assert!(!text.chars().any(|char| char.is_control() && char != '\n'), "{text:?}");
    }

    #[test]
    fn what_is_too_long_empty_or_for_no_clipboard_is_not_half_copied() {
        let most = MOST_ENCODED / 4 * 3;
        assert!(most > BODY_LIMIT, "the cap of safe text comes first for ASCII");
        assert!(Clipboard::Terminal.sequence(&"x".repeat(BODY_LIMIT)).is_ok());
        assert_eq!(Clipboard::Terminal.sequence(&"x".repeat(BODY_LIMIT + 1)), Err(NotCopied::TooLong));
        assert!(Clipboard::Terminal.sequence(&"\u{5b57}".repeat(most / 3)).is_ok());
        assert_eq!(Clipboard::Terminal.sequence(&"\u{5b57}".repeat(most / 3 + 1)), Err(NotCopied::TooLong));
        // Every mark is longer than what it stands for.
        assert_eq!(Clipboard::Terminal.sequence(&"\u{202e}".repeat(30_000)), Err(NotCopied::TooLong));
        assert_eq!(Clipboard::Tmux.sequence("\n\n"), Err(NotCopied::Nothing));
        assert_eq!(Clipboard::None.sequence("x"), Err(NotCopied::NoClipboard));
    }

    #[test]
    fn the_environment_tells_how() {
        assert_eq!(Clipboard::of(Some("xterm-256color"), None), Clipboard::Terminal);
        assert_eq!(Clipboard::of(Some("tmux-256color"), Some("/tmp/x,1,0")), Clipboard::Tmux);
        for term in [None, Some("dumb"), Some("linux")] {
            assert_eq!(Clipboard::of(term, None), Clipboard::None);
        }
    }
}
