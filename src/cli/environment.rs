//! The environment, read once, here and nowhere else.

use secrecy::SecretString;

use crate::terminal::Colours;

/// The most bytes that a variable may have; a longer one is left out, which its reader then says.
const LIMIT: usize = 8 * 1024;

/// What the environment tells.
pub(super) struct Environment {
    /// `TAKEOVER_API_KEY`, if it is set and not empty.
    pub(super) key: Option<SecretString>,
    /// `TAKEOVER_BASE_URL`.
    pub(super) base_url: Option<String>,
    /// What the terminal can show.
    pub(super) colours: Colours,
    /// Whether the terminal draws nothing beyond ASCII.
    pub(super) ascii: bool,
}

#[expect(clippy::disallowed_methods, reason = "this module is the door to the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty() && value.len() <= LIMIT)
}

impl Environment {
    /// Reads it.
    pub(super) fn read() -> Self {
        let term = variable("TERM");
        let (colorterm, no_color) = (variable("COLORTERM"), variable("NO_COLOR"));
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
        // Without any locale most terminals still draw UTF-8; one that says otherwise is believed.
        let utf8 = locale.is_none_or(|locale| {
            let locale = locale.to_ascii_uppercase();
            locale.contains("UTF-8") || locale.contains("UTF8") || locale == "C" && term.as_deref() != Some("linux")
        });
        Self {
            key: variable("TAKEOVER_API_KEY").map(SecretString::from),
            base_url: variable("TAKEOVER_BASE_URL"),
            colours: Colours::of(term.as_deref(), colorterm.as_deref(), no_color.as_deref()),
            ascii: !utf8 || term.as_deref() == Some("dumb"),
        }
    }
}
