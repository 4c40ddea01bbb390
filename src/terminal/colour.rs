//! Colours and styles as SGR sequences, in as few bytes as they take.
//!
//! Never reads the environment: whoever does hands its words over.

use ratatui::style::{Color, Modifier};

/// How much colour the terminal gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colours {
    /// All, 24 bits included.
    Full,
    /// The 256 of xterm; others become the nearest of them.
    Indexed,
    /// The terminal's own 16; others become the nearest of them.
    Sixteen,
    /// None: bold, underline, reverse and the like only (`NO_COLOR`).
    None,
    /// No SGR at all (`TERM=dumb`).
    Dumb,
}

impl Colours {
    /// What the environment's `TERM`, `COLORTERM` and `NO_COLOR` say.
    #[must_use]
    pub fn of(term: Option<&str>, colorterm: Option<&str>, no_color: Option<&str>) -> Self {
        let term = term.unwrap_or_default();
        if matches!(term, "" | "dumb") {
            Self::Dumb
        } else if no_color.is_some_and(|value| !value.is_empty()) || term.starts_with("vt") {
            Self::None
        } else if matches!(colorterm, Some("truecolor" | "24bit")) || term.ends_with("-direct") {
            Self::Full
        } else if term.contains("256color") || term.contains("kitty") || term.contains("ghostty") {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }

    /// The colour that is asked for, as far as this terminal gets it.
    fn fit(self, colour: Color) -> Color {
        match self {
            Self::Full => colour,
            Self::None | Self::Dumb => Color::Reset,
            Self::Indexed => match colour {
                Color::Rgb(red, green, blue) => Color::Indexed(nearest(red, green, blue, 16..=255)),
                other => other,
            },
            Self::Sixteen => match colour {
                Color::Rgb(red, green, blue) => Color::Indexed(nearest(red, green, blue, 0..=15)),
                Color::Indexed(index @ 16..) => {
                    let (red, green, blue) = palette(index);
                    Color::Indexed(nearest(red, green, blue, 0..=15))
                }
                other => other,
            },
        }
    }
}

/// The modifiers that are drawn. Nothing blinks, and nothing is written that cannot be seen.
const DRAWN: [(Modifier, u8, u8); 6] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::REVERSED, 7, 27),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// The modifiers that show on a blank.
const ON_BLANK: Modifier = Modifier::UNDERLINED.union(Modifier::REVERSED).union(Modifier::CROSSED_OUT);

/// The style that the terminal draws with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Pen {
    /// The terminal's own style.
    pub(super) const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

    pub(super) fn of(colours: Colours, fg: Color, bg: Color, modifier: Modifier) -> Self {
        if colours == Colours::Dumb {
            return Self::PLAIN;
        }
        let drawn = DRAWN.iter().fold(Modifier::empty(), |all, (one, ..)| all | *one);
        Self { fg: colours.fit(fg), bg: colours.fit(bg), modifier: modifier & drawn }
    }

    /// Whether blanks look the same in both.
    pub(super) fn blanks_as(self, other: Self) -> bool {
        let shown = (self.modifier | other.modifier) & ON_BLANK;
        self.bg == other.bg && shown.is_empty()
    }

    /// Writes what makes the terminal go from this style to the next: the shorter of changing and starting anew.
    pub(super) fn change_to(self, next: Self, out: &mut Vec<u8>) {
        if self == next {
            return;
        }
        let mut changed = Codes::new();
        let mut anew = Codes::new();
        if next != Self::PLAIN {
            anew.push("0");
        }
        let gone = self.modifier - next.modifier;
        let mut off = 0;
        for (modifier, _, code) in DRAWN {
            if gone.contains(modifier) && off != code {
                off = code;
                changed.number(code);
            }
        }
        for (modifier, code, end) in DRAWN {
            if next.modifier.contains(modifier) {
                anew.number(code);
                // Bold and dim end together.
                let ended = end == 22 && gone.intersects(Modifier::BOLD | Modifier::DIM);
                if !self.modifier.contains(modifier) || ended {
                    changed.number(code);
                }
            }
        }
        for (before, after, ground) in [(self.fg, next.fg, false), (self.bg, next.bg, true)] {
            if before != after {
                changed.colour(after, ground);
            }
            if after != Color::Reset {
                anew.colour(after, ground);
            }
        }
        let shorter = if changed.0.len() <= anew.0.len() { changed } else { anew };
        out.extend_from_slice(b"\x1b[");
        out.extend_from_slice(shorter.0.as_bytes());
        out.push(b'm');
    }
}

/// A list of SGR codes.
struct Codes(String);

impl Codes {
    const fn new() -> Self {
        Self(String::new())
    }

    fn push(&mut self, code: &str) {
        if !self.0.is_empty() {
            self.0.push(';');
        }
        self.0.push_str(code);
    }

    fn number(&mut self, code: u8) {
        self.push(&code.to_string());
    }

    fn colour(&mut self, colour: Color, ground: bool) {
        let plus = if ground { 10 } else { 0 };
        let index = match colour {
            Color::Reset => return self.number(39 + plus),
            Color::Rgb(red, green, blue) => return self.push(&format!("{};2;{red};{green};{blue}", 38 + plus)),
            Color::Indexed(index) => index,
            Color::Black => 0,
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::Gray => 7,
            Color::DarkGray => 8,
            Color::LightRed => 9,
            Color::LightGreen => 10,
            Color::LightYellow => 11,
            Color::LightBlue => 12,
            Color::LightMagenta => 13,
            Color::LightCyan => 14,
            Color::White => 15,
        };
        match index {
            0..=7 => self.number(30 + plus + index),
            8..=15 => self.number(82 + plus + index),
            _ => self.push(&format!("{};5;{index}", 38 + plus)),
        }
    }
}

/// What a colour of the palette looks like: the usual 16, the cube, the greys.
const fn palette(index: u8) -> (u8, u8, u8) {
    const SIXTEEN: [(u8, u8, u8); 16] = [
        (0, 0, 0),
        (205, 0, 0),
        (0, 205, 0),
        (205, 205, 0),
        (0, 0, 238),
        (205, 0, 205),
        (0, 205, 205),
        (229, 229, 229),
        (127, 127, 127),
        (255, 0, 0),
        (0, 255, 0),
        (255, 255, 0),
        (92, 92, 255),
        (255, 0, 255),
        (0, 255, 255),
        (255, 255, 255),
    ];
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    match index {
        0..=15 => SIXTEEN[index as usize],
        16..=231 => {
            let cube = (index - 16) as usize;
            (LEVELS[cube / 36], LEVELS[cube / 6 % 6], LEVELS[cube % 6])
        }
        232..=255 => {
            let grey = (index - 232) * 10 + 8;
            (grey, grey, grey)
        }
    }
}

fn nearest(red: u8, green: u8, blue: u8, among: std::ops::RangeInclusive<u8>) -> u8 {
    let distance = |index: u8| {
        let (r, g, b) = palette(index);
        let square = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
        square(red, r) + square(green, g) + square(blue, b)
    };
    among.min_by_key(|index| distance(*index)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(from: Pen, to: Pen) -> String {
        let mut out = Vec::new();
        from.change_to(to, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn pen(fg: Color, bg: Color, modifier: Modifier) -> Pen {
        Pen::of(Colours::Full, fg, bg, modifier)
    }

    #[test]
    fn only_what_changes_is_written() {
        let red = pen(Color::Red, Color::Reset, Modifier::empty());
        let bold_red = pen(Color::Red, Color::Reset, Modifier::BOLD);
        assert_eq!(change(Pen::PLAIN, Pen::PLAIN), "");
        assert_eq!(change(Pen::PLAIN, red), "\x1b[31m");
        assert_eq!(change(red, bold_red), "\x1b[1m");
        assert_eq!(change(bold_red, red), "\x1b[22m");
        assert_eq!(change(bold_red, Pen::PLAIN), "\x1b[m");
    }

    #[test]
    fn bold_that_stays_is_said_again_when_dim_goes() {
        let both = pen(Color::Reset, Color::Reset, Modifier::BOLD | Modifier::DIM);
        let bold = pen(Color::Reset, Color::Reset, Modifier::BOLD);
        let text = change(both, bold);
        assert!(text == "\x1b[22;1m" || text == "\x1b[0;1m", "{text:?}");
    }

    #[test]
    fn each_depth_writes_only_colours_that_it_has() {
        let rgb =
            |colours| change(Pen::PLAIN, Pen::of(colours, Color::Rgb(255, 0, 0), Color::Indexed(21), Modifier::BOLD));
        assert_eq!(rgb(Colours::Full), "\x1b[1;38;2;255;0;0;48;5;21m");
        assert_eq!(rgb(Colours::Indexed), "\x1b[1;38;5;196;48;5;21m");
        assert_eq!(rgb(Colours::Sixteen), "\x1b[1;91;44m");
        assert_eq!(rgb(Colours::None), "\x1b[1m");
        assert_eq!(rgb(Colours::Dumb), "");
    }

    #[test]
    fn the_sixteen_have_their_short_forms() {
        let text = change(Pen::PLAIN, pen(Color::DarkGray, Color::White, Modifier::empty()));
        assert_eq!(text, "\x1b[90;107m");
        assert_eq!(change(Pen::PLAIN, pen(Color::Indexed(9), Color::Gray, Modifier::empty())), "\x1b[91;47m");
    }

    #[test]
    fn nothing_blinks_and_nothing_is_hidden() {
        let hidden = Modifier::HIDDEN | Modifier::SLOW_BLINK | Modifier::RAPID_BLINK;
        assert_eq!(change(Pen::PLAIN, pen(Color::Reset, Color::Reset, hidden)), "");
    }

    #[test]
    fn the_environment_decides_how_much_colour_there_is() {
        assert_eq!(Colours::of(Some("dumb"), Some("truecolor"), None), Colours::Dumb);
        assert_eq!(Colours::of(None, None, None), Colours::Dumb);
        assert_eq!(Colours::of(Some("xterm-256color"), Some("truecolor"), Some("1")), Colours::None);
        assert_eq!(Colours::of(Some("xterm-256color"), None, Some("")), Colours::Indexed);
        assert_eq!(Colours::of(Some("xterm-256color"), Some("truecolor"), None), Colours::Full);
        assert_eq!(Colours::of(Some("linux"), None, None), Colours::Sixteen);
    }
}
