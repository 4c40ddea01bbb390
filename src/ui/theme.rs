//! Styles by meaning. Owns which attributes say what; never the only sign of anything: words, marks or places say it
//! too.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::Speaker;

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
    /// The gutters of messages by who spoke.
    pub gutters: Gutters,
    /// Marks, gutters and frames without anything outside ASCII.
    pub ascii: bool,
}

/// The gutters of messages. Their shapes tell them apart without any style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gutters {
    /// The visitor's.
    pub visitor: Style,
    /// A person's.
    pub person: Style,
    /// The bot's.
    pub bot: Style,
    /// A sender's that is not known.
    pub unknown: Style,
}

/// A style by its name in `theme.toml`.
#[derive(Clone, Copy, Debug)]
pub struct Role {
    /// The name.
    pub name: &'static str,
    /// What it says, in words for the annotated file.
    pub help: &'static str,
    /// The style in a theme.
    pub of: fn(&mut Theme) -> &mut Style,
}

const fn role(name: &'static str, help: &'static str, of: fn(&mut Theme) -> &mut Style) -> Role {
    Role { name, help, of }
}

/// All styles by name.
pub const ROLES: &[Role] = &[
    role("plain", "usual text", |theme| &mut theme.plain),
    role("accent", "a person must act", |theme| &mut theme.accent),
    role("dim", "time, and what can wait", |theme| &mut theme.dim),
    role("strong", "unread, and names that a mistake would hang on", |theme| &mut theme.strong),
    role("selection", "the row under the cursor", |theme| &mut theme.selected),
    role("resting", "the same row while the keys go elsewhere", |theme| &mut theme.resting),
    role("warning", "the guard and failures", |theme| &mut theme.warning),
    role("visitor", "the gutter of the visitor's messages", |theme| &mut theme.gutters.visitor),
    role("person", "the gutter of a person's messages", |theme| &mut theme.gutters.person),
    role("bot", "the gutter of the bot's messages", |theme| &mut theme.gutters.bot),
    role("unknown", "the gutter of a sender that is not known", |theme| &mut theme.gutters.unknown),
];

/// The themes that come with the program, by name. The first is the default.
pub const BUILT_IN: &[(&str, Theme)] =
    &[("default", Theme::standard()), ("light", Theme::light()), ("dark", Theme::dark()), ("mono", Theme::mono())];

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

    /// For a light background, in colours of its own: for terminals whose sixteen, or whose dim, are hard to read.
    #[must_use]
    pub const fn light() -> Self {
        Self::coloured(Color::Rgb(0x9C, 0x10, 0x8C), Color::Rgb(0xB0, 0x00, 0x10), Color::Rgb(0x5A, 0x5A, 0x5A))
    }

    /// For a dark background, in colours of its own.
    #[must_use]
    pub const fn dark() -> Self {
        Self::coloured(Color::Rgb(0xFF, 0x5F, 0xFF), Color::Rgb(0xFF, 0x4F, 0x4F), Color::Rgb(0xB8, 0xB8, 0xB8))
    }

    const fn coloured(accent: Color, warning: Color, dim: Color) -> Self {
        Self {
            accent: Style::new().fg(accent).add_modifier(Modifier::BOLD),
            warning: Style::new().fg(warning).add_modifier(Modifier::BOLD),
            dim: Style::new().fg(dim),
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
            gutters: Gutters { visitor: plain, person: plain, bot: plain, unknown: plain },
            ascii: false,
        }
    }

    /// The theme of that name, if it comes with the program.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, theme)| *theme)
    }

    /// The same for a terminal without colours: attributes stay, and what said something by colour says it by the
    /// attributes of [`Theme::mono`].
    #[must_use]
    pub fn without_colours(mut self) -> Self {
        let mut mono = Self::mono();
        for role in ROLES {
            let spare = *(role.of)(&mut mono);
            let style = (role.of)(&mut self);
            if style.fg.is_some() || style.bg.is_some() {
                *style = Style { fg: None, bg: None, ..*style }.patch(spare);
            }
        }
        self
    }

    /// The gutter of a message.
    #[must_use]
    pub const fn gutter(&self, speaker: Speaker) -> Style {
        match speaker {
            Speaker::Visitor => self.gutters.visitor,
            Speaker::Person => self.gutters.person,
            Speaker::Bot => self.gutters.bot,
            Speaker::Unknown => self.gutters.unknown,
            // Markers are rules without a gutter.
            Speaker::Marker => self.plain,
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

    fn all(mut theme: Theme) -> Vec<Style> {
        ROLES.iter().map(|role| *(role.of)(&mut theme)).collect()
    }

    #[test]
    fn the_mono_theme_has_no_colour_and_the_standard_one_only_the_terminals_own() {
        assert!(all(Theme::mono()).iter().all(|style| style.fg.is_none() && style.bg.is_none()));
        for style in all(Theme::standard()) {
            assert!(style.bg.is_none(), "the background is the terminal's own");
            assert!(!matches!(style.fg, Some(Color::Rgb(..) | Color::Indexed(_) | Color::White | Color::Black)));
        }
    }

    #[test]
    fn at_rest_no_theme_has_more_than_four_colours() {
        for (name, theme) in BUILT_IN {
            let mut colours: Vec<_> =
                all(*theme).into_iter().flat_map(|style| [style.fg, style.bg]).flatten().collect();
            colours.sort_by_key(|colour| format!("{colour:?}"));
            colours.dedup();
            assert!(colours.len() <= 3, "{name}: {colours:?} and the terminal's own");
        }
    }

    #[test]
    fn the_selection_never_hangs_on_a_colour() {
        for (name, theme) in BUILT_IN {
            for style in [theme.selected, theme.resting] {
                assert!(style.add_modifier.contains(Modifier::REVERSED), "{name}");
            }
        }
    }

    #[test]
    fn without_colours_every_role_keeps_a_sign() {
        for (name, theme) in BUILT_IN {
            assert_eq!(all(theme.without_colours()), all(Theme::mono()), "{name}");
        }
        let mut own = Theme::standard();
        own.selected = Style::new().bg(Color::Blue);
        own.strong = Style::new().add_modifier(Modifier::UNDERLINED);
        let plain = own.without_colours();
        assert_eq!(plain.selected, Theme::mono().selected);
        assert_eq!(plain.strong, own.strong);
    }

    #[test]
    fn every_role_has_a_name_and_a_place_of_its_own() {
        for (at, role) in ROLES.iter().enumerate() {
            let mut theme = Theme::mono();
            *(role.of)(&mut theme) = Style::new().fg(Color::Green);
            let changed: Vec<_> = all(theme).iter().map(|style| style.fg.is_some()).collect();
            assert_eq!(changed.iter().position(|changed| *changed), Some(at), "{}", role.name);
            assert_eq!(changed.iter().filter(|changed| **changed).count(), 1, "{}", role.name);
        }
    }
}
