//! Colours of tags: a mark in the nearest of the terminal's own colours, always before a name, never alone.

use ratatui::style::{Color as Shade, Style};

use crate::domain::Color;

use super::Theme;

/// The style of a tag's mark: its colour where the theme has any.
pub(super) const fn style(theme: &Theme, color: Option<Color>) -> Style {
    match (color, theme.accent.fg) {
        (Some(color), Some(_)) => match nearest(color) {
            Some(shade) => Style::new().fg(shade),
            None => theme.plain,
        },
        (Some(_), None) | (None, _) => theme.plain,
    }
}

/// The nearest of six hues, which every palette makes readable on its background; none for what is nearly grey.
const fn nearest(color: Color) -> Option<Shade> {
    let Color { red, green, blue } = color;
    let (red, green, blue) = (red as i32, green as i32, blue as i32);
    let most = max(red, max(green, blue));
    let least = -max(-red, max(-green, -blue));
    let spread = most - least;
    if spread < 48 {
        return None;
    }
    // A channel counts as lit in the upper part of the spread.
    let (red, green, blue) = (lit(red, least, spread), lit(green, least, spread), lit(blue, least, spread));
    Some(match (red, green, blue) {
        (true, false, false) => Shade::Red,
        (false, true, false) => Shade::Green,
        (false, false, true) => Shade::Blue,
        (true, true, _) => Shade::Yellow,
        (true, false, true) => Shade::Magenta,
        (false, true, true) => Shade::Cyan,
        (false, false, false) => return None,
    })
}

/// Whether a channel is.
const fn lit(channel: i32, least: i32, spread: i32) -> bool {
    (channel - least) * 100 >= spread * 55
}

const fn max(one: i32, other: i32) -> i32 {
    if one > other { one } else { other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_becomes_the_nearest_of_the_terminals_own() {
        let shade = |hex: &str| Color::parse(hex).and_then(nearest);
        assert_eq!(shade("#e5484d"), Some(Shade::Red));
        assert_eq!(shade("#30a46c"), Some(Shade::Green));
        assert_eq!(shade("#3e63dd"), Some(Shade::Blue));
        assert_eq!(shade("#ffc53d"), Some(Shade::Yellow));
        assert_eq!(shade("#d6409f"), Some(Shade::Magenta));
        assert_eq!(shade("#00a2c7"), Some(Shade::Cyan));
        for grey in ["#000000", "#ffffff", "#8d8d8d", "#807f85"] {
            assert_eq!(shade(grey), None, "{grey}");
        }
    }

    #[test]
    fn without_colours_there_is_none() {
        let red = Color::parse("#ff0000");
        assert_eq!(style(&Theme::mono(), red), Theme::mono().plain);
        assert!(style(&Theme::standard(), red).fg.is_some());
        assert!(style(&Theme::standard(), None).fg.is_none());
    }
}
