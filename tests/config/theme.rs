//! theme.toml: what it takes, what it refuses, and which theme holds.

use ratatui::style::{Color, Modifier, Style};
use takeover::config::Given;
use takeover::ui::Theme;

use crate::{Files, given, load, told};

#[test]
fn a_role_takes_colours_of_all_kinds_and_attributes() {
    let config = load(&[(
        "theme.toml",
        "base = \"dark\"\naccent = \"bold #FF8800\"\nselection = \"on blue\"\nvisitor = \"bright-cyan\"\nplain = \"\"\n\
         dim = \"italic  white on default\"\n",
    )]);
    assert_eq!(told(&config), [""; 0]);
    let theme = config.theme;
    assert_eq!(theme.accent, Style::new().fg(Color::Rgb(255, 136, 0)).add_modifier(Modifier::BOLD));
    assert_eq!(theme.selected, Style::new().bg(Color::Blue));
    assert_eq!(theme.gutters.visitor, Style::new().fg(Color::LightCyan));
    assert_eq!(theme.dim, Style::new().fg(Color::Gray).bg(Color::Reset).add_modifier(Modifier::ITALIC));
    assert_eq!(theme.warning, Theme::dark().warning);
}

#[test]
fn every_mistake_has_its_word_and_the_role_keeps_what_it_was() {
    for (text, wanted) in [
        ("acent = \"red\"", "theme.toml:1:1: no role is called “acent”; did you mean accent?"),
        (
            "accent = \"bold magneta\"",
            "theme.toml:1:16: “magneta” is no colour or attribute here; did you mean magenta?",
        ),
        (
            "accent = \"#ff88\"",
            "theme.toml:1:11: “#ff88” is no colour or attribute here; a colour is # and six of 0-9 and a-f",
        ),
        ("accent = \"#+12345\"", "theme.toml:1:11: “#+12345” is no colour"),
        ("accent = \"red green\"", "theme.toml:1:15: accent has more than one colour of a kind: “green”;"),
        ("accent = \"red on\"", "theme.toml:1:15: no colour stands after on;"),
        ("accent = \"on bold\"", "theme.toml:1:14: “bold” is no colour or attribute here;"),
        ("accent = \"blue on blue\"", "theme.toml:1:10: accent has one colour on itself: nobody would see it;"),
        ("accent = 1", "theme.toml:1:10: accent takes text, not a number;"),
        ("selection = \"blue\"", "theme.toml:1:13: a selection like that would not be seen on a blank;"),
        ("selection = \"\"", "theme.toml:1:13: a selection like that"),
        ("base = \"drak\"", "theme.toml:1:8: base takes default, light, dark or mono, not “drak”; did you mean dark?"),
        ("base = 1", "theme.toml:1:8: base takes default, light, dark or mono, not a number;"),
        ("accent = \"blink\"", "theme.toml:1:11: “blink” is no colour"),
    ] {
        let config = load(&[("theme.toml", text)]);
        let told = told(&config);
        assert_eq!(told.len(), 1, "{text:?}: {told:?}");
        assert!(told[0].starts_with(wanted), "{text:?}:\n{}\n{wanted}", told[0]);
        assert_eq!(config.theme, Theme::default(), "{text:?}");
    }
}

#[test]
fn a_theme_of_another_name_leaves_the_file_alone() {
    let files = Files::of(&[("theme.toml", "accent = \"nonsense\"\n")]);
    let given = Given { flags: vec![("theme", "light".to_owned())], ..given() };
    let config = files.load(&given);
    assert_eq!(told(&config), [""; 0]);
    assert_eq!(config.theme, Theme::light());
    let file = config.files.iter().find(|file| file.what == "theme").unwrap();
    assert!(file.there && !file.used);
}
