//! Request bodies, encoded once (the platform may compare them byte by byte under one idempotency key).
//!
//! Owns their bytes: the smallest body that says it, exact once parsed. Characters that can drive or fool a terminal
//! leave as escapes, so that a stored or printed body is safe to look at (security, S1). Never has a field in common
//! between a reply and a note: what one says, the other's endpoint does not read.

use std::fmt::Write as _;

use crate::domain::{Change, Color, Status, TagId};
use crate::text::RawText;

/// The body of a reply (contract, section 2.4), with files by their public addresses.
#[must_use]
pub fn encode_reply(text: &RawText, attachments: &[RawText]) -> Vec<u8> {
    let mut body = String::with_capacity(text.as_raw().len() + 16);
    body.push_str("{\"text\":");
    push_string(&mut body, text.as_raw());
    if !attachments.is_empty() {
        body.push_str(",\"attachments\":[");
        push_list(&mut body, attachments, |body, url| {
            body.push_str("{\"url\":");
            push_string(body, url.as_raw());
            body.push('}');
        });
        body.push(']');
    }
    body.push('}');
    body.into_bytes()
}

/// The body of a note (contract, section 2.6).
#[must_use]
pub fn encode_note(content: &RawText) -> Vec<u8> {
    let mut body = String::with_capacity(content.as_raw().len() + 16);
    body.push_str("{\"content\":");
    push_string(&mut body, content.as_raw());
    body.push('}');
    body.into_bytes()
}

/// The body of a change of one field (contract, section 2.3). None for a word that the platform does not take: a
/// status or priority that this version does not know, and `bot_active`, which no request can set.
#[must_use]
pub fn encode_change(change: &Change) -> Option<Vec<u8>> {
    let (field, value) = match change {
        Change::Status(Status::BotActive) => return None,
        Change::Status(status) => ("status", Some(status.word()?)),
        Change::Priority(priority) => ("priority", Some(priority.word()?)),
        Change::Owner(owner) => ("assigned_to", owner.as_ref().map(|id| id.as_str())),
        Change::Title(title) => ("title", title.as_ref().map(RawText::as_raw)),
        Change::Email(email) => ("contact_email", email.as_ref().map(RawText::as_raw)),
        Change::Name(name) => ("contact_name", name.as_ref().map(RawText::as_raw)),
        Change::Phone(phone) => ("contact_phone", phone.as_ref().map(RawText::as_raw)),
    };
    let mut body = format!("{{\"{field}\":");
    match value {
        Some(value) => push_string(&mut body, value),
        None => body.push_str("null"),
    }
    body.push('}');
    Some(body.into_bytes())
}

/// The body that replaces a conversation's whole set of tags (contract, section 2.7).
#[must_use]
pub fn encode_tag_ids(ids: &[TagId]) -> Vec<u8> {
    let mut body = String::from("{\"tag_ids\":[");
    push_list(&mut body, ids, |body, id| push_string(body, id.as_str()));
    body.push_str("]}");
    body.into_bytes()
}

/// The body of a new tag of the palette (contract, section 2.7). Without a colour it gets the platform's default one.
#[must_use]
pub fn encode_new_tag(name: &RawText, color: Option<Color>) -> Vec<u8> {
    let mut body = String::from("{\"name\":");
    push_string(&mut body, name.as_raw());
    if let Some(color) = color {
        body.push_str(",\"color\":");
        push_string(&mut body, &color.hex());
    }
    body.push('}');
    body.into_bytes()
}

fn push_list<T>(body: &mut String, items: &[T], push: impl Fn(&mut String, &T)) {
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            body.push(',');
        }
        push(body, item);
    }
}

fn push_string(body: &mut String, text: &str) {
    body.push('"');
    for character in text.chars() {
        push(body, character);
    }
    body.push('"');
}

fn push(body: &mut String, character: char) {
    match character {
        '"' => body.push_str("\\\""),
        '\\' => body.push_str("\\\\"),
        '\n' => body.push_str("\\n"),
        '\r' => body.push_str("\\r"),
        '\t' => body.push_str("\\t"),
        character if must_be_escaped(character) => {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                // Writing to a string cannot fail.
                let _ = write!(body, "\\u{unit:04x}");
            }
        }
        character => body.push(character),
    }
}

/// C0, DEL, C1, line and paragraph separators, bidi controls and invisible format characters.
const fn must_be_escaped(character: char) -> bool {
    matches!(character,
        '\0'..='\x1f'
        | '\x7f'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::{Priority, UserId};

    fn raw(text: &str) -> RawText {
        RawText::new(text)
    }

    fn text_of(body: Vec<u8>) -> String {
        String::from_utf8(body).expect("text")
    }

    fn parsed(body: &[u8]) -> Value {
        serde_json::from_slice(body).expect("JSON")
    }

    fn reply(text: &str) -> String {
        text_of(encode_reply(&raw(text), &[]))
    }

    fn change(change: &Change) -> Option<String> {
        encode_change(change).map(text_of)
    }

    const ODD: &str = "\u{0}\u{1b}\u{7f}\u{9b}\u{2028}\u{2029}\u{202e}\u{2066}\u{200d}\u{feff}\u{e0061}";
    const ODD_ESCAPED: &str = r"\u0000\u001b\u007f\u009b\u2028\u2029\u202e\u2066\u200d\ufeff\udb40\udc61";

    #[test]
    fn a_reply_is_the_smallest_body_that_says_it() {
        assert_eq!(
            reply("We can take it back.\n\"Ja\" \\ Grüße"),
            r#"{"text":"We can take it back.\n\"Ja\" \\ Grüße"}"#
        );
    }

    #[test]
    fn files_go_along_by_their_addresses() {
        let urls = [raw("https://files.example.com/a.png"), raw("https://files.example.com/\"b\"?x=1&y")];
        assert_eq!(
            text_of(encode_reply(&raw(""), &urls)),
            r#"{"text":"","attachments":[{"url":"https://files.example.com/a.png"},{"url":"https://files.example.com/\"b\"?x=1&y"}]}"#
        );
    }

    #[test]
    fn a_note_has_no_field_that_a_reply_has() {
        let note = encode_note(&raw("Ask for the \"order\".\n"));
        assert_eq!(text_of(note), r#"{"content":"Ask for the \"order\".\n"}"#);
    }

    #[test]
    fn a_change_names_one_field_and_null_for_none() {
        let table = [
            (Change::Status(Status::AgentRequested), r#"{"status":"agent_requested"}"#),
            (Change::Status(Status::Open), r#"{"status":"open"}"#),
            (Change::Status(Status::Resolved), r#"{"status":"resolved"}"#),
            (Change::Status(Status::Closed), r#"{"status":"closed"}"#),
            (Change::Status(Status::Archived), r#"{"status":"archived"}"#),
            (Change::Priority(Priority::Low), r#"{"priority":"low"}"#),
            (Change::Priority(Priority::Medium), r#"{"priority":"medium"}"#),
            (Change::Priority(Priority::High), r#"{"priority":"high"}"#),
            (Change::Owner(UserId::parse("u-1")), r#"{"assigned_to":"u-1"}"#),
            (Change::Owner(None), r#"{"assigned_to":null}"#),
            (Change::Title(Some(raw("Refund \"4421\""))), r#"{"title":"Refund \"4421\""}"#),
            (Change::Title(None), r#"{"title":null}"#),
            (Change::Email(Some(raw("june@example.com"))), r#"{"contact_email":"june@example.com"}"#),
            (Change::Email(None), r#"{"contact_email":null}"#),
            (Change::Name(Some(raw(""))), r#"{"contact_name":""}"#),
            (Change::Name(None), r#"{"contact_name":null}"#),
            (Change::Phone(Some(raw("+1 555 0100"))), r#"{"contact_phone":"+1 555 0100"}"#),
            (Change::Phone(None), r#"{"contact_phone":null}"#),
        ];
        for (asked, body) in table {
            assert_eq!(change(&asked).as_deref(), Some(body));
        }
    }

    #[test]
    fn a_word_that_the_platform_does_not_take_is_no_change() {
        assert_eq!(change(&Change::Status(Status::BotActive)), None);
        assert_eq!(change(&Change::Status(Status::Other(raw("open")))), None);
        assert_eq!(change(&Change::Priority(Priority::Other(raw("urgent")))), None);
    }

    #[test]
    fn a_set_of_tags_is_their_ids_in_order() {
        let ids: Vec<_> = ["b", "a-1"].into_iter().filter_map(TagId::parse).collect();
        assert_eq!(text_of(encode_tag_ids(&ids)), r#"{"tag_ids":["b","a-1"]}"#);
        assert_eq!(text_of(encode_tag_ids(&[])), r#"{"tag_ids":[]}"#);
    }

    #[test]
    fn a_new_tag_has_a_name_and_perhaps_a_colour() {
        let color = Color::parse("#E11D48");
        assert_eq!(text_of(encode_new_tag(&raw("Refund"), color)), r##"{"name":"Refund","color":"#e11d48"}"##);
        assert_eq!(text_of(encode_new_tag(&raw("\u{202e}VIP"), None)), r#"{"name":"\u202eVIP"}"#);
    }

    #[test]
    fn characters_that_drive_or_fool_a_terminal_leave_as_escapes() {
        let bodies = [
            encode_reply(&raw(ODD), &[]),
            encode_reply(&raw(""), &[raw(ODD)]),
            encode_note(&raw(ODD)),
            encode_new_tag(&raw(ODD), None),
            encode_change(&Change::Title(Some(raw(ODD)))).expect("a change"),
        ];
        for body in bodies {
            let body = text_of(body);
            assert!(body.contains(ODD_ESCAPED), "{body:?}");
            assert!(!body.contains(must_be_escaped), "{body:?}");
        }
    }

    proptest! {
        #[test]
        fn every_text_is_exact_once_parsed(text in any::<String>(), urls in prop::collection::vec(any::<String>(), 0..3)) {
            let attachments: Vec<_> = urls.iter().map(|url| raw(url)).collect();
            let value = parsed(&encode_reply(&raw(&text), &attachments));
            prop_assert_eq!(value["text"].as_str(), Some(text.as_str()));
            let listed: Vec<_> = urls.iter().map(|url| json!({ "url": url })).collect();
            prop_assert_eq!(value.get("attachments").cloned(), (!urls.is_empty()).then(|| Value::from(listed)));
            prop_assert_eq!(parsed(&encode_note(&raw(&text))), json!({ "content": text }));
            prop_assert_eq!(parsed(&encode_new_tag(&raw(&text), None)), json!({ "name": text }));
            for (field, change) in [
                ("title", Change::Title(Some(raw(&text)))),
                ("contact_email", Change::Email(Some(raw(&text)))),
                ("contact_name", Change::Name(Some(raw(&text)))),
                ("contact_phone", Change::Phone(Some(raw(&text)))),
            ] {
                prop_assert_eq!(parsed(&encode_change(&change).expect("a change")), json!({ field: text }));
            }
        }
    }
}
