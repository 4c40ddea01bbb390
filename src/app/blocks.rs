//! A message as lines: wrapped once for each width, and only when it will be visible.

use std::collections::HashMap;

use crate::domain::{ConversationId, Message, MessageId, Part, PartKind, Speaker};
use crate::text::{self, RawText, sanitize, sanitize_line};

use super::model::Model;
use super::screen::{Line, LineKind};
use super::thread::Thread;

/// Consecutive messages of one speaker share a header within this time.
const SAME_BREATH_SECONDS: i64 = 120;
/// The most wrapped messages kept.
const KEPT: usize = 512;

/// Wrapped bodies of one thread at one width and version.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    key: Option<(ConversationId, u16, u64)>,
    bodies: HashMap<MessageId, Vec<LineKind>>,
}

impl Cache {
    /// Makes ready for a thread at a width; forgets what was wrapped for another.
    pub fn prepare(&mut self, conversation: &ConversationId, width: u16, version: u64) {
        let key = Some((conversation.clone(), width, version));
        if self.key != key {
            self.key = key;
            self.bodies.clear();
        }
        if self.bodies.len() > KEPT {
            self.bodies.clear();
        }
    }

    fn body(&mut self, message: &Message, speaker: Speaker, width: usize) -> Vec<LineKind> {
        if let Some(held) = self.bodies.get(&message.id) {
            return held.clone();
        }
        let body = body(message, speaker, width);
        self.bodies.insert(message.id.clone(), body.clone());
        body
    }
}

/// All lines of the message at `at`: the day before it, a rule, a header, its body. `began` is the first message that
/// came since the draft was begun, with how many did.
pub fn lines(
    model: &Model,
    cache: &mut Cache,
    thread: &Thread,
    at: usize,
    width: u16,
    began: Option<(usize, usize)>,
    name: &str,
) -> Vec<Line> {
    let (Some(entry), Some(speaker)) = (thread.messages.get(at), thread.speakers.get(at).copied()) else {
        return Vec::new();
    };
    let message = &entry.message;
    let zone = model.settings.zone;
    // A time ahead of ours is drawn as now, and not certain.
    let ahead = message.created_at.at > model.now.wall + chrono::Duration::seconds(60);
    let civil = zone.civil(if ahead { model.now.wall } else { message.created_at.at });
    let before = at.checked_sub(1).and_then(|before| thread.messages.get(before).zip(thread.speakers.get(before)));
    let mut lines = Vec::new();
    let rule = |kind| Line { message: None, kind };
    let same_day = before
        .is_some_and(|(entry, _)| zone.civil(entry.message.created_at.at.min(model.now.wall)).date() == civil.date());
    if !same_day {
        lines.push(rule(LineKind::Day(civil.date())));
    }
    if let Some((first, count)) = began.filter(|(first, _)| *first == at) {
        debug_assert!(first == at);
        lines.push(rule(LineKind::SinceYouBegan(count)));
    }
    let gap = before.is_some_and(|(entry, _)| thread.gaps.iter().any(|(after, _)| entry.message.id == *after));
    if gap {
        lines.push(rule(LineKind::GapNotLoaded));
    }
    let own = |kind| Line { message: Some(message.id.clone()), kind };
    let mark = if ahead || !message.created_at.certain { "~" } else { "" };
    let time = format!("{mark}{}", civil.format("%H:%M"));
    if speaker == Speaker::Marker {
        let text = sanitize_line(&message.raw_text()).as_str().to_owned();
        lines.push(own(LineKind::Marker { time, text }));
        return lines;
    }
    let same_breath = lines.is_empty()
        && before.is_some_and(|(entry, who)| {
            let apart = (message.created_at.at - entry.message.created_at.at).num_seconds();
            *who == speaker
                && (0..=SAME_BREATH_SECONDS).contains(&apart)
                && thread.own.contains(&entry.message.id) == thread.own.contains(&message.id)
        });
    if !same_breath {
        let name = match speaker {
            Speaker::Visitor => name.to_owned(),
            Speaker::Person if thread.own.contains(&message.id) => "You".to_owned(),
            Speaker::Person => "Team".to_owned(),
            Speaker::Bot => "Bot".to_owned(),
            Speaker::Unknown => "Bot or dashboard".to_owned(),
            Speaker::Marker => "System".to_owned(),
        };
        lines.push(own(LineKind::Header { speaker, name, time }));
    }
    let text_width = usize::from(width).saturating_sub(GUTTER).max(1);
    lines.extend(cache.body(message, speaker, text_width).into_iter().map(own));
    lines
}

/// The two cells that only we write before every row of a message.
pub const GUTTER: usize = 2;

fn body(message: &Message, speaker: Speaker, width: usize) -> Vec<LineKind> {
    let mut lines = Vec::new();
    for Part { kind, .. } in &message.parts {
        match kind {
            PartKind::Text(raw) => lines.extend(rows(raw, width).map(|text| LineKind::Text { speaker, text })),
            PartKind::File { url, media_type, filename } => {
                let name = filename.as_ref().unwrap_or(url);
                let name = sanitize_line(name);
                let kind = media_type.as_ref().map(sanitize_line).unwrap_or_default();
                let text = if kind.as_str().is_empty() { name.to_string() } else { format!("{name} ({kind})") };
                lines.push(LineKind::File { speaker, text });
            }
            PartKind::Tool { name, error_text, .. } => {
                let name = name.as_ref().map_or_else(|| "tool".to_owned(), |name| sanitize_line(name).to_string());
                let failed = error_text.as_ref().map(|text| sanitize_line(text).to_string());
                lines.push(LineKind::Tool { speaker, name, failed });
            }
            PartKind::Empty => {}
            PartKind::Unreadable(reason) => {
                let id = sanitize_line(&RawText::new(message.id.as_str()));
                lines.push(LineKind::Unreadable { speaker, text: format!("{id}: {}", sanitize_line(reason)) });
            }
        }
    }
    if lines.is_empty() {
        lines.push(LineKind::Text { speaker, text: String::new() });
    }
    lines
}

/// Outside text as rows of at most `width` cells.
pub fn rows(raw: &RawText, width: usize) -> impl Iterator<Item = String> {
    let safe = sanitize(raw);
    let rows = text::wrap(safe.as_str(), width);
    rows.into_iter().map(move |row| safe.as_str().get(row.start..row.end).unwrap_or_default().to_owned())
}
