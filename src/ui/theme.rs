//! Styles by meaning. Owns which attributes say what; never the only sign of anything: words, marks or places say it
//! too.

use ratatui::style::{Color, Modifier, Style};

/// The styles of the screen. All else is the terminal's own foreground on its own background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Usual text.
    pub plain: Style,
    /// A person must act.
    pub accent: Style,
    /// Time, and what can wait.
    pub dim: Style,
    /// Unread, and what a mistake would hang on.
    pub strong: Style,
    /// The row under the cursor, where the keys go.
    pub selected: Style,
    /// The row under the cursor, while the keys go elsewhere.
    pub resting: Style,
    /// The guard and failures.
    pub warning: Style,
    /// Marks, gutters and frames without anything outside ASCII.
    pub ascii: bool,
}

impl Theme {
    /// With colours or without, with marks of Unicode or of ASCII.
    #[must_use]
    pub const fn of(colours: bool, ascii: bool) -> Self {
        let theme = if colours { Self::standard() } else { Self::mono() };
        Self { ascii, ..theme }
    }

    /// The terminal's own sixteen colours: readable on light and on dark, as both palettes make magenta and red
    /// readable on their background. Dim is an attribute, since "bright black" is the background in some palettes.
    #[must_use]
    pub const fn standard() -> Self {
        Self {
            accent: Style::new().fg(Color::Magenta).add_modifier(Modifier::BOLD),
            warning: Style::new().fg(Color::Red).add_modifier(Modifier::BOLD),
            ..Self::mono()
        }
    }

    /// No colour at all, for `NO_COLOR` and terminals without colours.
    #[must_use]
    pub const fn mono() -> Self {
        let plain = Style::new();
        Self {
            plain,
            accent: plain.add_modifier(Modifier::BOLD),
            dim: plain.add_modifier(Modifier::DIM),
            strong: plain.add_modifier(Modifier::BOLD),
            selected: plain.add_modifier(Modifier::REVERSED),
            resting: plain.add_modifier(Modifier::REVERSED.union(Modifier::DIM)),
            warning: plain.add_modifier(Modifier::BOLD),
            ascii: false,
        }
    }
}

impl Default for Theme {
    fn default() -> Self {
        Self::standard()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(theme: &Theme) -> [Style; 7] {
        [theme.plain, theme.accent, theme.dim, theme.strong, theme.selected, theme.resting, theme.warning]
    }

    #[test]
    fn the_mono_theme_has_no_colour_and_the_standard_one_only_the_terminals_own() {
        assert!(all(&Theme::mono()).iter().all(|style| style.fg.is_none() && style.bg.is_none()));
        for style in all(&Theme::standard()) {
            assert!(style.bg.is_none(), "the background is the terminal's own");
            assert!(!matches!(style.fg, Some(Color::Rgb(..) | Color::Indexed(_) | Color::White | Color::Black)));
        }
    }
}
