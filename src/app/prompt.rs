//! A text of one line that is asked for: a field of the conversation, or the address of a file. Nothing is sent for what
//! was not changed.

use crate::domain::{Change, ConversationId};
use crate::text::{LineEditor, RawText};

use super::effect::Effect;
use super::fields::Field;
use super::key::{Code, Key};
use super::model::Model;
use super::overlay::Overlay;
use super::{acts, editing, writing};

/// The most characters of an address.
pub const MOST_URL_CHARS: usize = 2_000;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A field of a conversation.
    Field {
        /// Of which.
        conversation: ConversationId,
        /// Which field: one that is a text.
        field: Field,
    },
    /// A public https address to attach to the reply that is written.
    Attachment {
        /// To whom that goes.
        conversation: ConversationId,
    },
}

/// The text that is asked for.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What for.
    pub wanted: Wanted,
    /// The text.
    pub editor: LineEditor,
    /// The text as it was shown first: what is left as it was changes nothing, whatever marks it is drawn with.
    pub shown: String,
    /// What is wrong with it.
    pub complaint: Option<&'static str>,
}

impl Prompt {
    fn new(wanted: Wanted, text: &str) -> Self {
        let mut editor = LineEditor::new();
        editing::paste(&mut editor, text);
        let shown = editor.text().to_owned();
        Self { wanted, editor, shown, complaint: None }
    }
}

/// Opens the line of a field that is a text.
pub fn edit_field(model: &mut Model, conversation: &ConversationId, field: Field) {
    let Some(row) = model.inbox.rows.get(conversation) else { return };
    let text = match field.text(&row.conversation) {
        Some(text) => text.map(RawText::as_raw).unwrap_or_default().to_owned(),
        None => return,
    };
    let now = model.now.mono;
    let wanted = Wanted::Field { conversation: conversation.clone(), field };
    model.overlays.show(Overlay::Prompt(Prompt::new(wanted, &text)), now);
}

/// Opens the line for an address to attach.
pub fn attach(model: &mut Model, conversation: &ConversationId) {
    let now = model.now.mono;
    let wanted = Wanted::Attachment { conversation: conversation.clone() };
    model.overlays.show(Overlay::Prompt(Prompt::new(wanted, "")), now);
}

/// A key in the line.
pub fn press(model: &mut Model, key: Key, prompt: &Prompt, effects: &mut Vec<Effect>) {
    match key.code {
        Code::Escape => model.overlays.open = None,
        Code::Enter => enter(model, prompt, effects),
        _ => {
            if let Some((Overlay::Prompt(held), _)) = &mut model.overlays.open
                && editing::press(&mut held.editor, key, &model.settings.keymap)
            {
                held.complaint = None;
            }
        }
    }
}

fn enter(model: &mut Model, prompt: &Prompt, effects: &mut Vec<Effect>) {
    let text = prompt.editor.text().trim();
    let complaint = match &prompt.wanted {
        Wanted::Field { field: Field::Email, .. } => wrong_email(text),
        Wanted::Field { .. } => None,
        Wanted::Attachment { .. } => wrong_url(text),
    };
    if complaint.is_some() && prompt.editor.text() != prompt.shown {
        if let Some((Overlay::Prompt(held), _)) = &mut model.overlays.open {
            held.complaint = complaint;
        }
        return;
    }
    model.overlays.open = None;
    if prompt.editor.text() == prompt.shown {
        return;
    }
    let given = (!text.is_empty()).then(|| RawText::new(text));
    match &prompt.wanted {
        Wanted::Field { conversation, field } => {
            let change = match field {
                Field::Title => Change::Title(given),
                Field::Name => Change::Name(given),
                Field::Email => Change::Email(given),
                Field::Phone => Change::Phone(given),
                Field::Owner | Field::Tags | Field::Note(_) => return,
            };
            let _ = acts::change(model, conversation, change, effects);
        }
        Wanted::Attachment { conversation } => {
            if let Some(url) = given {
                writing::attach(model, conversation, url);
            }
        }
    }
}

/// What is wrong with an address of a mailbox, lightly: the platform decides.
#[must_use]
pub fn wrong_email(text: &str) -> Option<&'static str> {
    if text.is_empty() {
        return None;
    }
    let right = text.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && !host.is_empty() && !host.contains('@') && !host.starts_with('.') && !host.ends_with('.')
    });
    let blank = text.chars().any(|char| char.is_whitespace() || char.is_control());
    (!right || blank).then_some("an e-mail address has one @ and no blanks")
}

/// What is wrong with the public address of a file.
#[must_use]
pub fn wrong_url(text: &str) -> Option<&'static str> {
    let scheme = text.get(..8).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https://"));
    if !scheme {
        return Some("the address of a file begins with https://");
    }
    if text.chars().count() > MOST_URL_CHARS {
        return Some("an address has at most 2,000 characters");
    }
    if text.chars().any(|char| char.is_whitespace() || char.is_control()) {
        return Some("an address has no blanks");
    }
    let authority = text.get(8..).unwrap_or_default().split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if authority.contains('@') {
        return Some("an address with a name or password before @ is not attached");
    }
    let host = authority.split(':').next().unwrap_or_default();
    (!host.contains('.') || host.starts_with('.')).then_some("the address names no public host")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_address_is_checked_lightly() {
        for good in ["", "a@b.example", "june.park+x@example.com", "ü@example.com"] {
            assert_eq!(wrong_email(good), None, "{good}");
        }
        for bad in ["june", "@example.com", "june@", "a@b@example.com", "a b@example.com", "a@.com", "a@b."] {
            assert!(wrong_email(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn only_a_public_https_address_without_a_user_is_attached() {
        for good in ["https://example.com/a.png", "HTTPS://files.example.com:8443/x?y=1#z"] {
            assert_eq!(wrong_url(good), None, "{good}");
        }
        let long = format!("https://example.com/{}", "x".repeat(2_000));
        for bad in [
            "",
            "http://example.com",
            "file:///etc/passwd",
            "https://",
            "https://localhost/x",
            "https://june:secret@example.com/",
            "https://example.com@evil.example/",
            "https://example.com/a b",
            "https://example.com/\u{1b}[2J",
            &long,
        ] {
            assert!(wrong_url(bad).is_some(), "{bad}");
        }
        assert_eq!(wrong_url("https://example.com/@june"), None, "an @ in the path is no user");
    }
}
