//! A message as lines: wrapped once for each width and dress, and only when it will be visible.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::domain::{ConversationId, Message, MessageId, Part, PartKind, Speaker};
use crate::text::{self, Needle, RawText, sanitize, sanitize_line};

use super::links::Link;
use super::model::Model;
use super::prose::prose;
use super::screen::{Fold, Line, LineKind, Look, Span};
use super::thread::Thread;
use super::trace;

/// Consecutive messages of one speaker share a header within this time.
const SAME_BREATH_SECONDS: i64 = 120;
/// The most wrapped messages kept.
const KEPT: usize = 512;

/// How a message is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dress {
    /// How much of its tool calls.
    pub fold: Fold,
    /// Its texts as they are written, marks of emphasis and all.
    pub source: bool,
    /// What is highlighted in it.
    pub needle: Option<Arc<Needle>>,
}

/// Wrapped bodies of one thread at one width and version.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    key: Option<(ConversationId, u16, u64)>,
    bodies: HashMap<MessageId, (Dress, Vec<LineKind>)>,
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

    /// How many messages are wrapped.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bodies.len()
    }

    /// Whether nothing is wrapped.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bodies.is_empty()
    }

    fn body(&mut self, message: &Message, speaker: Speaker, width: usize, dress: &Dress) -> Vec<LineKind> {
        if let Some((worn, held)) = self.bodies.get(&message.id)
            && worn == dress
        {
            return held.clone();
        }
        let body = body(message, speaker, width, dress);
        self.bodies.insert(message.id.clone(), (dress.clone(), body.clone()));
        body
    }
}

/// What the lines of a thread depend on beside its messages.
pub struct View<'a> {
    /// The model.
    pub model: &'a Model,
    /// The thread.
    pub thread: &'a Thread,
    /// Cells across, the gutter among them.
    pub width: u16,
    /// The first message that came since the draft was begun, with how many did.
    pub began: Option<(usize, usize)>,
    /// The first message that came since the reader last looked, and when that was.
    pub fresh: Option<(usize, DateTime<Utc>)>,
    /// What the visitor is called: safe to draw.
    pub name: String,
    /// What is searched for.
    pub needle: Option<Arc<Needle>>,
}

/// All lines of the message at `at`: the day before it, rules, a header, its body.
pub fn lines(view: &View<'_>, cache: &mut Cache, at: usize) -> Vec<Line> {
    let thread = view.thread;
    let (Some(entry), Some(speaker)) = (thread.messages.get(at), thread.speakers.get(at).copied()) else {
        return Vec::new();
    };
    let message = &entry.message;
    let settings = &view.model.settings;
    let now = view.model.now.wall;
    // A time ahead of ours is drawn as now, and not certain.
    let ahead = message.created_at.at > now + chrono::Duration::seconds(60);
    let civil = settings.zone.civil(if ahead { now } else { message.created_at.at });
    let before = at.checked_sub(1).and_then(|before| thread.messages.get(before).zip(thread.speakers.get(before)));
    let mut lines = Vec::new();
    let rule = |kind| Line { message: None, kind };
    let same_day = before
        .is_some_and(|(entry, _)| settings.zone.civil(entry.message.created_at.at.min(now)).date() == civil.date());
    if !same_day {
        lines.push(rule(LineKind::Day(civil.date())));
    }
    if let Some((_, since)) = view.fresh.filter(|(first, _)| *first == at) {
        lines.push(rule(LineKind::NewSince(since_words(settings.zone.civil(since), settings.zone.civil(now)))));
    }
    if let Some((_, count)) = view.began.filter(|(first, _)| *first == at) {
        lines.push(rule(LineKind::SinceYouBegan(count)));
    }
    let gap = before.is_some_and(|(entry, _)| thread.gaps.iter().any(|(after, _)| entry.message.id == *after));
    if gap {
        lines.push(rule(LineKind::GapNotLoaded));
    }
    let own = |kind| Line { message: Some(message.id.clone()), kind };
    let mark = if ahead || !message.created_at.certain { "~" } else { "" };
    // A marker has little room, and its day stands above it.
    let full = settings.absolute_times && speaker != Speaker::Marker;
    let time = format!("{mark}{}", civil.format(if full { "%Y-%m-%d %H:%M:%S" } else { "%H:%M" }));
    let dress =
        Dress { fold: thread.fold_of(&message.id), source: view.model.reading.source, needle: view.needle.clone() };
    let text_width = usize::from(view.width).saturating_sub(GUTTER).max(1);
    if speaker == Speaker::Marker {
        let text = sanitize_line(&message.raw_text()).as_str().to_owned();
        lines.push(own(LineKind::Marker { time, text }));
        // A marker is cut to its line until it is unfolded by itself.
        if thread.folds.get(&message.id).is_some_and(|fold| *fold != Fold::Folded) {
            lines.extend(cache.body(message, speaker, text_width, &dress).into_iter().map(own));
        }
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
        let name = speaker_name(thread, message, speaker, &view.name);
        lines.push(own(LineKind::Header { speaker, name, time }));
    }
    lines.extend(cache.body(message, speaker, text_width, &dress).into_iter().map(own));
    lines
}

/// What the speaker of a message is called; `visitor` is the visitor's name, safe to draw.
#[must_use]
pub fn speaker_name(thread: &Thread, message: &Message, speaker: Speaker, visitor: &str) -> String {
    match speaker {
        Speaker::Visitor => visitor.to_owned(),
        Speaker::Person if thread.own.contains(&message.id) => "You".to_owned(),
        Speaker::Person => "Team".to_owned(),
        Speaker::Bot => "Bot".to_owned(),
        Speaker::Unknown => "Bot or dashboard".to_owned(),
        Speaker::Marker => "System".to_owned(),
    }
}

/// A time of today by the clock, another one with its day.
fn since_words(since: NaiveDateTime, now: NaiveDateTime) -> String {
    let form = if since.date() == now.date() { "%H:%M" } else { "%-d %B %H:%M" };
    since.format(form).to_string()
}

/// The two cells that only we write before every row of a message.
pub const GUTTER: usize = 2;

fn body(message: &Message, speaker: Speaker, width: usize, dress: &Dress) -> Vec<LineKind> {
    let mut lines = Vec::new();
    let mut hits = 0;
    for Part { kind, .. } in &message.parts {
        match kind {
            PartKind::Text(raw) => words(&mut lines, raw, speaker, width, dress, &mut hits),
            PartKind::File { url, media_type, filename } => {
                let name = filename.as_ref().unwrap_or(url);
                let name = sanitize_line(name);
                let kind = media_type.as_ref().map(sanitize_line).unwrap_or_default();
                let text = if kind.as_str().is_empty() { name.to_string() } else { format!("{name} ({kind})") };
                let host = Link::of_file(url).map(|link| link.host);
                lines.push(LineKind::File { speaker, host, text });
            }
            PartKind::Tool { name, input, output, error_text } => {
                let name = name.as_ref().map_or_else(|| "tool".to_owned(), |name| sanitize_line(name).to_string());
                let failed = error_text.as_ref().map(|text| sanitize_line(text).to_string());
                let more = [input, output, error_text].into_iter().flatten().any(|field| !field.is_empty());
                lines.push(LineKind::Tool { speaker, name, failed, fold: more.then_some(dress.fold) });
                let rows = trace::rows(input.as_ref(), output.as_ref(), error_text.as_ref(), dress.fold, width);
                lines.extend(rows.into_iter().map(|row| LineKind::Trace { speaker, row }));
            }
            PartKind::Empty => {}
            PartKind::Unreadable(reason) => {
                let id = sanitize_line(&RawText::new(message.id.as_str()));
                lines.push(LineKind::Unreadable { speaker, text: format!("{id}: {}", sanitize_line(reason)) });
            }
        }
    }
    if lines.is_empty() {
        lines.push(LineKind::Text { speaker, text: String::new(), spans: Vec::new() });
    }
    lines
}

/// The rows of one text, and where its odd links lead.
fn words(lines: &mut Vec<LineKind>, raw: &RawText, speaker: Speaker, width: usize, dress: &Dress, hits: &mut usize) {
    let mut prose = prose(&sanitize(raw), dress.source);
    if let Some(needle) = &dress.needle {
        for range in needle.find_in(&prose.text) {
            prose.spans.push(Span { start: range.start, end: range.end, look: Look::Hit(*hits) });
            *hits += 1;
        }
    }
    // By where they begin: a row takes those that reach into it, and few reach over several rows.
    prose.spans.sort_by_key(|span| span.start);
    let longest = prose.spans.iter().map(|span| span.end - span.start).max().unwrap_or(0);
    for row in text::wrap(&prose.text, width) {
        let from = prose.spans.partition_point(|span| span.start + longest <= row.start);
        let here = prose.spans.iter().skip(from).take_while(|span| span.start < row.end);
        let spans = here
            .filter(|span| span.end > row.start)
            .map(|span| Span {
                start: span.start.max(row.start) - row.start,
                end: span.end.min(row.end) - row.start,
                look: span.look,
            })
            .collect();
        let text = prose.text.get(row.start..row.end).unwrap_or_default().to_owned();
        lines.push(LineKind::Text { speaker, text, spans });
    }
    for found in prose.odd {
        if let Some(odd) = found.odd {
            lines.push(LineKind::Leads { speaker, host: found.link.host, odd });
        }
    }
}

/// The texts of a message as they are shown, one after the other.
pub fn shown_texts(message: &Message, source: bool) -> impl Iterator<Item = String> {
    message.parts.iter().filter_map(move |part| match &part.kind {
        PartKind::Text(raw) => Some(prose(&sanitize(raw), source).text),
        PartKind::File { .. } | PartKind::Tool { .. } | PartKind::Empty | PartKind::Unreadable(_) => None,
    })
}

/// Outside text as rows of at most `width` cells.
pub fn rows(raw: &RawText, width: usize) -> impl Iterator<Item = String> {
    let safe = sanitize(raw);
    let rows = text::wrap(safe.as_str(), width);
    rows.into_iter().map(move |row| safe.as_str().get(row.start..row.end).unwrap_or_default().to_owned())
}
