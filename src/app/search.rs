//! Search: in the texts of the thread that is open, or in the rows of the list.
//!
//! Owns what is searched for and which hit is under the cursor. Says what was searched, since what is not loaded was
//! not. Never asks the platform.

use std::sync::Arc;

use crate::domain::{ConversationId, MessageId, Speaker};
use crate::text::{LineEditor, Needle, RawText, sanitize_line};

use super::action::Action;
use super::blocks;
use super::keymap::Context;
use super::model::{Focus, Model};
use super::notice::Weight;
use super::screen::{LineKind, Look};
use super::{editing, key_words, moving, reading, triage};

/// What is searched for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The line in which it is being typed.
    pub prompt: Option<Prompt>,
    /// What stands and is highlighted.
    standing: Option<Arc<Needle>>,
    /// The hit under the cursor: the message, and which of its hits.
    pub hit: Option<(MessageId, usize)>,
    /// The hits of a thread, counted once for each version of it.
    counted: Option<Counted>,
}

/// A search being typed.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// The text.
    pub editor: LineEditor,
    /// Where it searches.
    pub place: Place,
    /// What is searched for so far.
    needle: Option<Arc<Needle>>,
}

/// Where a search looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the rows of the view: the row to go back to.
    Rows(Option<ConversationId>),
    /// In this thread.
    Thread(ConversationId),
}

#[derive(Clone, Debug)]
struct Counted {
    of: ConversationId,
    version: u64,
    source: bool,
    needle: Arc<Needle>,
    /// Each message with hits, from the oldest, with how many.
    hits: Vec<(MessageId, usize)>,
}

impl Search {
    /// What is highlighted: what is being typed, else what stands.
    #[must_use]
    pub fn needle(&self) -> Option<Arc<Needle>> {
        match &self.prompt {
            Some(prompt) => prompt.needle.clone(),
            None => self.standing.clone(),
        }
    }

    /// Whether there is something for Esc to end.
    #[must_use]
    pub const fn stands(&self) -> bool {
        self.prompt.is_some() || self.standing.is_some()
    }
}

/// `/`: opens the prompt.
pub fn open(model: &mut Model) {
    let place = match (model.panes.focus, &model.panes.on_screen) {
        (Focus::Thread | Focus::Composer, Some(id)) => Place::Thread(id.clone()),
        (Focus::List | Focus::Sidebar | Focus::Thread | Focus::Composer, _) => Place::Rows(model.inbox.cursor.clone()),
    };
    model.reading.search =
        Search { prompt: Some(Prompt { editor: LineEditor::new(), place, needle: None }), ..Search::default() };
}

/// Text for the prompt from a paste: its first line.
pub fn insert(model: &mut Model, text: &RawText) {
    let Some(prompt) = &mut model.reading.search.prompt else { return };
    let line = editing::first_line(text.as_raw(), LONGEST);
    prompt.editor.insert_str(&line);
    typed(model);
}

/// The longest text that is pasted into the prompt.
const LONGEST: usize = 200;

/// A typed character.
pub fn type_char(model: &mut Model, char: char) {
    if let Some(prompt) = &mut model.reading.search.prompt {
        prompt.editor.insert_char(char);
        typed(model);
    }
}

/// What is searched for has changed: in the list the cursor goes to the first hit from where it was.
fn typed(model: &mut Model) {
    let Some(prompt) = &mut model.reading.search.prompt else { return };
    prompt.needle = Needle::new(prompt.editor.text()).map(Arc::new);
    let Place::Rows(back) = prompt.place.clone() else { return };
    let from = back.as_ref().and_then(|back| model.inbox.order.iter().position(|id| id == back)).unwrap_or(0);
    let hits = rows(model);
    let to = hits.iter().find(|at| **at >= from).or(hits.first()).copied().unwrap_or(from);
    model.inbox.move_to(to);
    moving::rests(model);
}

/// An act in the prompt.
pub fn act(model: &mut Model, action: Action) {
    match action {
        Action::SearchKeep => return keep(model),
        Action::SearchEnd => return end(model),
        Action::SearchNext => return next(model, true),
        Action::SearchPrevious => return next(model, false),
        _ => {}
    }
    let Some(prompt) = &mut model.reading.search.prompt else { return };
    // Nothing left to delete: the search is over.
    if action == Action::EditBackspace && prompt.editor.is_empty() {
        return end(model);
    }
    let before = prompt.editor.text().to_owned();
    if editing::edit_line(&mut prompt.editor, action) && prompt.editor.text() != before {
        typed(model);
    }
}

/// Esc: what was searched for is forgotten, and in the list the cursor goes back.
pub fn end(model: &mut Model) {
    let search = std::mem::take(&mut model.reading.search);
    if let Some(Prompt { place: Place::Rows(Some(back)), .. }) = search.prompt {
        model.inbox.put_cursor(&back);
        moving::rests(model);
    }
}

/// Enter: what was typed stands. In the thread the nearest hit is gone to, in the list its row is opened.
fn keep(model: &mut Model) {
    let Some(prompt) = model.reading.search.prompt.take() else { return };
    let Some(needle) = prompt.needle else { return end(model) };
    model.reading.search.standing = Some(needle);
    match prompt.place {
        Place::Thread(_) => nearest(model),
        Place::Rows(_) => {
            let hits = rows(model);
            match model.inbox.cursor.clone().filter(|_| hits.contains(&model.inbox.at)) {
                Some(id) => moving::open(model, &id),
                None => say_rows(model, &hits),
            }
        }
    }
}

/// The next hit, or the one before; over the end it goes on at the other one.
pub fn next(model: &mut Model, down: bool) {
    let in_rows = match &model.reading.search.prompt {
        Some(prompt) => matches!(prompt.place, Place::Rows(_)),
        None => model.panes.focus == Focus::List,
    };
    if model.reading.search.needle().is_none() {
        let now = model.now.mono;
        let begins = key_words::clause(model, (key_words::pane(model), Action::Search), ": ", " begins");
        model.notices.say(now, Weight::Plain, format!("nothing is searched for{begins}"), None);
    } else if in_rows {
        next_row(model, down);
    } else {
        next_hit(model, down);
    }
}

/// The rows of the view that have it in what is loaded of them: name, e-mail, title, preview.
fn rows(model: &Model) -> Vec<usize> {
    let Some(needle) = model.reading.search.needle() else { return Vec::new() };
    let has = |id: &ConversationId| {
        model.inbox.rows.get(id).is_some_and(|row| {
            let conversation = &row.conversation;
            let texts = [&conversation.contact_email, &conversation.title, &conversation.last_message_preview];
            let texts = texts.into_iter().flatten().cloned();
            texts.chain([triage::name_of_row(row)]).any(|text| needle.is_in(sanitize_line(&text).as_str()))
        })
    };
    let found = model.inbox.order.iter().enumerate().filter(|(_, id)| has(id));
    found.map(|(at, _)| at).collect()
}

fn next_row(model: &mut Model, down: bool) {
    let hits = rows(model);
    let at = model.inbox.at;
    let to = if down {
        hits.iter().find(|hit| **hit > at).or(hits.first())
    } else {
        hits.iter().rev().find(|hit| **hit < at).or(hits.last())
    };
    if let Some(to) = to {
        model.inbox.move_to(*to);
        moving::rests(model);
    }
    say_rows(model, &hits);
}

fn say_rows(model: &mut Model, hits: &[usize]) {
    let now = model.now.mono;
    let words = rows_words(model, hits);
    model.notices.say(now, Weight::Plain, words, None);
}

fn rows_words(model: &Model, hits: &[usize]) -> String {
    let searched = model.inbox.order.len();
    let place = hits.iter().position(|hit| *hit == model.inbox.at);
    let found = match place {
        Some(place) => format!("row {} of {}", place + 1, hits.len()),
        None if hits.is_empty() => "not found".to_owned(),
        None => format!("{} rows", hits.len()),
    };
    format!("{found}; searched: {searched} loaded rows of this view, their names, titles and previews")
}

/// The hits of the open thread, counted anew where it changed.
fn count(model: &mut Model) -> Option<&Counted> {
    let of = model.panes.on_screen.clone()?;
    let needle = model.reading.search.needle()?;
    let source = model.reading.source;
    let thread = model.threads.held.get(&of)?;
    let version = thread.version;
    let holds =
        model.reading.search.counted.as_ref().is_some_and(|held| {
            held.of == of && held.version == version && held.source == source && held.needle == needle
        });
    if !holds {
        let spoken = thread.spoken().filter(|(_, speaker)| *speaker != Speaker::Marker);
        let hits = spoken.filter_map(|(entry, _)| {
            let texts = blocks::shown_texts(&entry.message, source);
            let count: usize = texts.map(|text| needle.find_in(&text).len()).sum();
            (count > 0).then(|| (entry.message.id.clone(), count))
        });
        let hits = hits.collect();
        model.reading.search.counted = Some(Counted { of, version, source, needle, hits });
    }
    model.reading.search.counted.as_ref()
}

/// The newest hit at the message under the cursor or before it, else the first one.
fn nearest(model: &mut Model) {
    let selected = model.screen.selected.clone();
    let hits = count(model).map(|counted| counted.hits.clone()).unwrap_or_default();
    let Some(thread) = model.panes.on_screen.as_ref().and_then(|id| model.threads.get(id)) else { return };
    let from = selected.and_then(|id| thread.position(&id)).unwrap_or(usize::MAX);
    let before = hits.iter().rev().find(|(id, _)| thread.position(id).is_some_and(|at| at <= from));
    let to = before.map(|(id, count)| (id.clone(), count - 1)).or_else(|| hits.first().map(|(id, _)| (id.clone(), 0)));
    go(model, to);
}

fn next_hit(model: &mut Model, down: bool) {
    let at = model.reading.search.hit.clone();
    let selected = model.screen.selected.clone();
    let hits = count(model).map(|counted| counted.hits.clone()).unwrap_or_default();
    let Some(thread) = model.panes.on_screen.as_ref().and_then(|id| model.threads.get(id)) else { return };
    let place = |id: &MessageId| thread.position(id);
    let at = at.filter(|(id, _)| place(id).is_some());
    let within = at.as_ref().and_then(|(id, number)| {
        let count = hits.iter().find(|(held, _)| held == id)?.1;
        let next = if down { number + 1 } else { number.checked_sub(1)? };
        (next < count).then(|| (id.clone(), next))
    });
    let from = at.map(|(id, _)| id).or(selected).and_then(|id| place(&id));
    let after = |id: &MessageId| match (place(id), from) {
        (Some(at), Some(from)) => at > from,
        _ => false,
    };
    let before = |id: &MessageId| match (place(id), from) {
        (Some(at), Some(from)) => at < from,
        _ => false,
    };
    let to = within.or_else(|| {
        if down {
            hits.iter().find(|(id, _)| after(id)).or(hits.first()).map(|(id, _)| (id.clone(), 0))
        } else {
            let hit = hits.iter().rev().find(|(id, _)| before(id)).or(hits.last());
            hit.map(|(id, count)| (id.clone(), count - 1))
        }
    });
    go(model, to);
}

/// Puts a hit under the cursor and says where it stands among all.
fn go(model: &mut Model, to: Option<(MessageId, usize)>) {
    if let Some((id, number)) = &to {
        let number = *number;
        reading::reveal(model, id, move |kind| match kind {
            LineKind::Text { spans, .. } => spans.iter().any(|span| span.look == Look::Hit(number)),
            _ => false,
        });
    }
    model.reading.search.hit.clone_from(&to);
    let words = thread_words(model, to.as_ref());
    let now = model.now.mono;
    model.notices.say(now, Weight::Plain, words, None);
}

fn thread_words(model: &mut Model, at: Option<&(MessageId, usize)>) -> String {
    let (mut all, mut before) = (0, 0);
    if let Some(counted) = count(model) {
        all = counted.hits.iter().map(|(_, count)| count).sum();
        let until = at.and_then(|(id, _)| counted.hits.iter().position(|(held, _)| held == id)).unwrap_or(0);
        before = counted.hits.iter().take(until).map(|(_, count)| count).sum();
    }
    let found = match at {
        Some((_, number)) => format!("hit {} of {all}", before + number + 1),
        None => "not found".to_owned(),
    };
    let thread = model.panes.on_screen.as_ref().and_then(|id| model.threads.get(id));
    let searched = thread.map_or(0, |thread| thread.messages.len());
    let word = if searched == 1 { "message" } else { "messages" };
    let whole = thread.is_some_and(|thread| thread.from_start && thread.gaps.is_empty());
    let rest = if whole { "" } else { ", the rest is not loaded" };
    format!("{found}; searched: {searched} {word}{rest}")
}

/// What the prompt says behind what is typed.
#[must_use]
pub fn prompt_words(model: &Model, prompt: &Prompt) -> String {
    let keys = |keeps: &str| {
        let listed = [(Context::Prompt, Action::SearchKeep, keeps), (Context::Prompt, Action::SearchEnd, "ends")];
        key_words::choices(model, "; ", &listed, ", ")
    };
    match prompt.place {
        Place::Rows(_) if prompt.editor.is_empty() => format!("in names, titles and previews{}", keys("opens")),
        Place::Rows(_) => {
            let hits = rows(model);
            let of = model.inbox.order.len();
            match hits.iter().position(|hit| *hit == model.inbox.at) {
                Some(place) => format!("{} of {} in {of} loaded rows", place + 1, hits.len()),
                None => format!("not in {of} loaded rows"),
            }
        }
        Place::Thread(_) => format!("in the texts of this thread{}", keys("finds")),
    }
}
