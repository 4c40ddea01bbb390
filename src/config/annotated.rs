//! The defaults as files that a person can start from: every line is a default, commented out, so that later versions
//! may better those that were left alone.

use std::fmt::Write as _;

use crate::app::keymap::{Context, Keymap};
use crate::ui::theme::{ROLES, Theme};

use super::settings::{Field, SETTINGS, Shown, Values};
use super::theme;

/// `config.toml`.
#[must_use]
pub fn config() -> String {
    let mut text = "# takeover's settings: config.toml in $XDG_CONFIG_HOME/takeover, else in ~/.config/takeover.
# Every line is a default; take the first # away to change one. The API key is never in here: it is read from
# TAKEOVER_API_KEY alone.
"
    .to_owned();
    let values = Values::default();
    for setting in SETTINGS {
        let _ = write!(text, "\n# {}\n#{} = {}\n", setting.help, setting.name, value(&setting.field, &values));
    }
    text.push_str("\n# A profile: its lines go before those above.\n#[profile.work]\n#me = \"usr_0123\"\n");
    text
}

/// A setting's value as the file takes it; what is unset, by an example.
fn value(field: &Field, values: &Values) -> String {
    match field.get(values) {
        Shown::Toggle(toggle) => toggle.to_string(),
        Shown::Text(text) => quoted(&text),
        Shown::List(texts) => format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")),
        Shown::Nothing => match field {
            Field::Text { example, .. } => quoted(example),
            Field::Toggle(_) | Field::Time { .. } | Field::Word { .. } | Field::List { .. } => String::new(),
        },
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `keymap.toml`.
#[must_use]
pub fn keymap() -> String {
    let mut text = "# takeover's keys: keymap.toml beside config.toml. A key, or a prefix and a second key, on the left; what it does
# on the right. Every line is a default; take the first # away and change the key to add one, or write \"none\" to
# unbind it. The table [panes] counts in the list, the thread and the sidebar at once.
"
    .to_owned();
    let keymap = Keymap::defaults();
    for context in Context::ALL {
        let _ = write!(text, "\n[{}]\n", context.name());
        for bound in keymap.rows().iter().filter(|bound| bound.context == context) {
            let line = format!("#{} = \"{}\"", quoted(&bound.keys.spelled()), bound.action.name());
            let _ = writeln!(text, "{line:<44} # {}", bound.action.help());
        }
    }
    text
}

/// `theme.toml`.
#[must_use]
pub fn theme() -> String {
    let mut text = "# takeover's looks: theme.toml beside config.toml; it counts while the setting theme is auto.
# A role on the left. On the right a colour, one after on for the background, and attributes:
#   black red green yellow blue magenta cyan white, bright-black to bright-white, default, #rrggbb
#   bold dim italic underline reverse crossed, plain
# Every line is a default; take the first # away to change one.

# The theme that this one starts from: default, light, dark or mono.
#base = \"default\"
"
    .to_owned();
    let mut values = Theme::default();
    for role in ROLES {
        let _ = write!(text, "\n# {}\n#{} = \"{}\"\n", role.help, role.name, theme::written(*(role.of)(&mut values)));
    }
    text
}
