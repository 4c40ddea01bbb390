//! Names from outside within our own sentences: made safe, cut, quoted, always behind our words (security, S2).

use crate::app::Model;
use crate::app::words::OUTSIDE_CELLS;
pub(super) use crate::app::words::quoted_within as quoted;
use crate::domain::{Note, UserId};
use crate::text::{RawText, sanitize_line, truncate};

/// Whose a conversation is: our words for nobody and me, a colleague's name quoted.
pub(super) fn owner(model: &Model, owner: Option<&UserId>) -> String {
    let Some(user) = owner else { return "nobody".to_owned() };
    if model.directory.me.as_ref() == Some(user) {
        return "you".to_owned();
    }
    match model.directory.member(user) {
        Some(name) => quoted(&name, OUTSIDE_CELLS),
        None if model.directory.members.is_empty() => "somebody".to_owned(),
        None => "a former member".to_owned(),
    }
}

/// Who wrote a note, in at most so many cells, and whether that is only what the note says of itself: a key has no user,
/// so what it writes is signed by hand.
pub(super) fn author(model: &Model, note: &Note, cells: usize) -> (String, bool) {
    let member = note.author_id.as_ref().map(|user| model.directory.member(user));
    let (name, claimed) = match (member, note.signed().1) {
        (Some(Some(name)), _) => (name, false),
        (Some(None), _) => return ("somebody".to_owned(), false),
        (None, Some(name)) => (RawText::new(name), true),
        (None, None) => return ("by key".to_owned(), false),
    };
    let safe = sanitize_line(&name);
    (truncate(safe.as_str(), cells.min(OUTSIDE_CELLS)).text.into_owned(), claimed)
}

/// A mail address with its first character and its host alone: the border says where a reply may go, and a screen is
/// seen by others. What does not look like an address is quoted.
pub(super) fn masked_mail(raw: &RawText) -> String {
    let address = raw.as_raw();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-@".contains(&byte);
    let parts = address.split_once('@').filter(|(local, host)| !local.is_empty() && !host.contains('@'));
    match parts {
        Some((local, host)) if address.bytes().all(plain) => {
            let first = local.chars().next().unwrap_or_default();
            format!("{first}…@{}", truncate(host, OUTSIDE_CELLS - 3).text)
        }
        _ => quoted(raw, OUTSIDE_CELLS),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_end_its_own_quotation() {
        let name = RawText::new("June\u{201D}, takes over: \u{201C}x\" y");
        assert_eq!(quoted(&name, 40), "\u{201C}June', takes over: 'x' y\u{201D}");
        let long = RawText::new("w".repeat(300));
        assert_eq!(crate::text::width(&quoted(&long, 300)), OUTSIDE_CELLS + 2);
    }

    #[test]
    fn a_mail_address_shows_its_host_alone() {
        let masked = |text: &str| masked_mail(&RawText::new(text));
        assert_eq!(masked("june@example.com"), "j…@example.com");
        assert_eq!(masked("a b@example.com"), "\u{201C}a b@example.com\u{201D}");
        assert_eq!(masked("@example.com"), "\u{201C}@example.com\u{201D}");
        assert_eq!(masked("a@b@example.com"), "\u{201C}a@b@example.com\u{201D}");
    }
}
