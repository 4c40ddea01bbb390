//! `theme.toml`: roles and how they look, over a theme that comes with the program.

use ratatui::style::{Color, Modifier, Style};

use crate::ui::theme::{BUILT_IN, ROLES, Theme};

use super::document::{Document, Entry, Node};
use super::problem::{Problem, instead, list, said};

/// The sixteen colours by name, and the terminal's own foreground or background.
const COLOURS: [(&str, Color); 17] = [
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
    ("default", Color::Reset),
];

/// The attributes by name. Nothing blinks and nothing hides.
const ATTRIBUTES: [(&str, Modifier); 6] = [
    ("bold", Modifier::BOLD),
    ("dim", Modifier::DIM),
    ("italic", Modifier::ITALIC),
    ("underline", Modifier::UNDERLINED),
    ("reverse", Modifier::REVERSED),
    ("crossed", Modifier::CROSSED_OUT),
];

/// What shows on a blank, so that a row without text is seen as selected too.
const ON_BLANK: Modifier = Modifier::UNDERLINED.union(Modifier::REVERSED);

/// The theme of a file, as far as it is right.
pub(super) fn of(document: &Document, problems: &mut Vec<Problem>) -> Theme {
    let mut theme = base(document, problems);
    for entry in &document.root {
        if matches!(entry.key.as_str(), "base" | "$schema") {
            continue;
        }
        let Some(role) = ROLES.iter().find(|role| role.name == entry.key) else {
            let known = ROLES.iter().map(|role| role.name).chain(["base"]);
            let what = format!("no role is called {}", said(&entry.key));
            problems.push(Problem::new(document.place(entry.at), what, instead(&entry.key, known)));
            continue;
        };
        match look(document, entry, role.name == "selection") {
            Ok(style) => *(role.of)(&mut theme) = style,
            Err(problem) => problems.push(problem),
        }
    }
    theme
}

fn base(document: &Document, problems: &mut Vec<Problem>) -> Theme {
    let Some(entry) = document.root.iter().find(|entry| entry.key == "base") else { return Theme::default() };
    let names = || BUILT_IN.iter().map(|(name, _)| *name);
    let (what, advice) = match &entry.value {
        Node::Text(name) => match Theme::named(name) {
            Some(theme) => return theme,
            None => (format!("base takes {}, not {}", list(names()), said(name)), instead(name, names())),
        },
        other => (
            format!("base takes {}, not {}", list(names()), other.kind()),
            "write a name in quotation marks".to_owned(),
        ),
    };
    problems.push(Problem::new(document.place(entry.value_at), what, advice));
    Theme::default()
}

/// `"bold magenta on #202020"`.
fn look(document: &Document, entry: &Entry, marks_a_row: bool) -> Result<Style, Problem> {
    let wrong = |at: usize, what: String, advice: String| Problem::new(document.place(at), what, advice);
    let Node::Text(text) = &entry.value else {
        let what = format!("{} takes text, not {}", entry.key, entry.value.kind());
        return Err(wrong(entry.value_at, what, "such as \"bold magenta\" or \"#ff8800 on black\"".to_owned()));
    };
    let mut style = Style::new();
    let mut ground = false;
    let mut end = entry.value_at;
    let mut next = 0;
    for part in text.split_inclusive(char::is_whitespace) {
        let (word, before) = (part.trim(), next);
        next += part.len();
        if word.is_empty() {
            continue;
        }
        let at = document.within(entry.value_at, text, before);
        end = at;
        let attribute = ATTRIBUTES.iter().find(|(name, _)| *name == word);
        match (attribute, colour(word)) {
            (None, None) if word == "on" && !ground => ground = true,
            (None, None) if word == "plain" && !ground => {}
            (Some((_, modifier)), _) if !ground => style = style.add_modifier(*modifier),
            (None, Some(colour)) if ground && style.bg.is_none() => {
                style = style.bg(colour);
                ground = false;
            }
            (None, Some(colour)) if !ground && style.fg.is_none() => style = style.fg(colour),
            (None, Some(_)) => {
                let what = format!("{} has more than one colour of a kind: {}", entry.key, said(word));
                return Err(wrong(at, what, "one colour, and one after on".to_owned()));
            }
            (None | Some(_), _) => {
                let known = ATTRIBUTES.iter().map(|(name, _)| *name).chain(COLOURS.iter().map(|(name, _)| *name));
                let advice = if word.starts_with('#') {
                    "a colour is # and six of 0-9 and a-f".to_owned()
                } else {
                    instead(word, known)
                };
                return Err(wrong(at, format!("{} is no colour or attribute here", said(word)), advice));
            }
        }
    }
    if ground {
        return Err(wrong(end, "no colour stands after on".to_owned(), "name one, or take on out".to_owned()));
    }
    if style.fg.is_some() && style.fg == style.bg && style.fg != Some(Color::Reset) {
        let what = format!("{} has one colour on itself: nobody would see it", entry.key);
        return Err(wrong(entry.value_at, what, "take two colours".to_owned()));
    }
    let coloured = style.bg.is_some_and(|colour| colour != Color::Reset);
    if marks_a_row && !coloured && !style.add_modifier.intersects(ON_BLANK) {
        let what = "a selection like that would not be seen on a blank".to_owned();
        return Err(wrong(entry.value_at, what, "add reverse, underline or a background".to_owned()));
    }
    Ok(style)
}

fn colour(word: &str) -> Option<Color> {
    if let Some(digits) = word.strip_prefix('#').filter(|digits| digits.len() == 6) {
        let number =
            u32::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let [_, red, green, blue] = number.to_be_bytes();
        return Some(Color::Rgb(red, green, blue));
    }
    COLOURS.iter().find(|(name, _)| *name == word).map(|(_, colour)| *colour)
}

/// A style in the words of the file.
pub(super) fn written(style: Style) -> String {
    let mut words: Vec<String> = ATTRIBUTES
        .iter()
        .filter(|(_, one)| style.add_modifier.contains(*one))
        .map(|(name, _)| (*name).to_owned())
        .collect();
    let name = |colour: Color| match colour {
        Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
        other => COLOURS.iter().find(|(_, held)| *held == other).map_or("default", |(name, _)| name).to_owned(),
    };
    words.extend(style.fg.map(name));
    words.extend(style.bg.map(|ground| format!("on {}", name(ground))));
    if words.is_empty() { "plain".to_owned() } else { words.join(" ") }
}
