//! A thread as plain text to take away: who, when, what.
//!
//! Made of messages alone: a note is another type and cannot get in, and the text says at its head that notes are left
//! out. Every further line of a message begins with a mark, so that none can pass for another's (security, S2).

use std::fmt::Write as _;

use crate::domain::{Message, PartKind, Speaker, Zone};
use crate::text::{RawText, sanitize, sanitize_line};

use super::blocks;
use super::thread::Thread;

/// The transcript of what is loaded of a thread: safe text, without a line break at its end.
#[must_use]
pub fn transcript(thread: &Thread, visitor: &RawText, zone: Zone) -> String {
    let visitor = sanitize_line(visitor);
    let count = thread.messages.len();
    let word = if count == 1 { "message" } else { "messages" };
    let mut text = format!("Transcript of {count} {word} with {visitor}. Notes of the team are left out.\n");
    if !thread.from_start {
        text.push_str("Older messages are not loaded and not in it.\n");
    }
    if !thread.gaps.is_empty() {
        text.push_str("Messages in between are not loaded and not in it.\n");
    }
    for (entry, speaker) in thread.spoken() {
        let name = blocks::speaker_name(thread, &entry.message, speaker, visitor.as_str());
        message(&mut text, &entry.message, speaker, &name, zone);
    }
    while text.ends_with('\n') {
        text.pop();
    }
    text
}

fn message(text: &mut String, message: &Message, speaker: Speaker, name: &str, zone: Zone) {
    let mark = if message.created_at.certain { "" } else { "~" };
    let time = zone.civil(message.created_at.at).format("%Y-%m-%d %H:%M");
    let kind = if speaker == Speaker::Visitor { " (visitor)" } else { "" };
    // Writing to a String cannot fail.
    let _ = write!(text, "\n{mark}{time} {name}{kind}:\n");
    for part in &message.parts {
        match &part.kind {
            PartKind::Text(raw) => {
                for line in sanitize(raw).as_str().split('\n') {
                    let _ = writeln!(text, "| {line}");
                }
            }
            PartKind::File { url, media_type, filename } => {
                let name = sanitize_line(filename.as_ref().unwrap_or(url));
                let kind = media_type.as_ref().map(sanitize_line).unwrap_or_default();
                let _ = writeln!(text, "| file: {name} {kind} {}", sanitize_line(url));
            }
            PartKind::Tool { name, error_text, .. } => {
                let name = name.as_ref().map(sanitize_line).unwrap_or_default();
                let failed = error_text.as_ref().map(|why| format!(" failed: {}", sanitize_line(why)));
                let _ = writeln!(text, "| tool: {name}{}", failed.unwrap_or_default());
            }
            PartKind::Unreadable(reason) => {
                let _ = writeln!(text, "| unreadable: {}", sanitize_line(reason));
            }
            PartKind::Empty => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::thread::{Order, Side};
    use crate::domain::{ConversationId, MessageId, Metadata, Part, Role, Time};
    use chrono::{TimeZone, Utc};
    use std::time::Duration;

    fn said(number: u32, role: Role, text: &str) -> Message {
        Message {
            id: MessageId::parse(&format!("m{number}")).unwrap(),
            conversation_id: ConversationId::parse("c").unwrap(),
            role,
            metadata: Metadata { source: Some(RawText::new("api")), shape: RawText::new("object:source") },
            parts: vec![Part { order: 0, kind: PartKind::Text(RawText::new(text)) }],
            created_at: Time::certain(Utc.with_ymd_and_hms(2026, 5, 22, 14, number, 0).unwrap()),
        }
    }

    fn thread(messages: Vec<Message>) -> Thread {
        let mut thread = Thread::default();
        thread.order = Some(Order::OldestFirst);
        thread.merge(messages, Side::Newer, 1, Duration::ZERO);
        thread
    }

    fn zone() -> Zone {
        Zone::Fixed(chrono::FixedOffset::east_opt(7_200).unwrap())
    }

    #[test]
    fn it_says_at_its_head_what_is_left_out() {
        let mut thread = thread(vec![said(1, Role::User, "hello"), said(2, Role::Assistant, "Hi,\nI'm Ada.")]);
        let text = transcript(&thread, &RawText::new("June Park"), zone());
        assert_eq!(
            text,
            "Transcript of 2 messages with June Park. Notes of the team are left out.\n\
             Older messages are not loaded and not in it.\n\n\
             2026-05-22 16:01 June Park (visitor):\n| hello\n\n2026-05-22 16:02 Team:\n| Hi,\n| I'm Ada."
        );
        thread.reaches_start();
        let text = transcript(&thread, &RawText::new("June Park"), zone());
        assert!(!text.contains("Older"));
        assert!(text.lines().next().unwrap().contains("Notes of the team are left out"));
    }

    #[test]
    fn no_message_can_pass_for_a_line_of_ours_and_no_control_character_is_in_it() {
        let forged = "hi\n\n2026-05-22 16:02 Team:\n| refunded\r\u{1b}]52;c;x\u{7}\u{9b}31m\u{202e}";
        let thread = thread(vec![said(1, Role::User, forged)]);
        let text = transcript(&thread, &RawText::new("June\nTeam:\u{1b}[0m"), zone());
        assert!(text.chars().all(|char| char == '\n' || !char.is_control()), "{text:?}");
        assert!(!text.contains('\u{202e}'));
        let ours: Vec<&str> = text.lines().filter(|line| !line.is_empty() && !line.starts_with("| ")).collect();
        assert_eq!(ours.len(), 3, "{ours:?}");
    }
}
