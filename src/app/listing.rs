//! The links and files of a message or a thread as a list to choose from, and what a person does with one.
//!
//! Opening and saving happen by a key alone and only after the host was shown: a visitor learns the address of whoever
//! fetches what he sent (security, S14). What arrives while the list stands does not change it.

use std::time::Duration;

use crate::domain::{Message, PartKind};
use crate::text::{RawText, sanitize};

use super::effect::Effect;
use super::key::{Code, Key};
use super::links::{self, Link, Odd, Scheme};
use super::model::Model;
use super::notice::Weight;
use super::overlay::{Overlay, Question};

/// The most that are listed.
const AT_MOST: usize = 200;

/// One link or file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Where it leads; none where that cannot be used.
    pub link: Option<Link>,
    /// A file's name, or a link as it is written.
    pub name: RawText,
    /// A file's media type; none for a link.
    pub media_type: Option<RawText>,
    /// Whether it is a file of a message.
    pub file: bool,
    /// What has to be said of where it leads.
    pub odd: Option<Odd>,
}

/// What is listed, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// The links and files.
    pub items: Vec<Item>,
    /// The one under the cursor.
    pub chosen: usize,
    /// Those of one message alone.
    pub of_message: bool,
}

/// `O`: the links and files of the message under the cursor, else of all that is loaded.
pub fn open(model: &mut Model) {
    let now = model.now.mono;
    let Some(thread) = model.panes.on_screen.as_ref().and_then(|id| model.threads.get(id)) else { return };
    let selected = model.screen.selected.as_ref();
    let entry = selected.and_then(|id| thread.position(id)).and_then(|at| thread.messages.get(at));
    let mut items = entry.map(|entry| items(&entry.message)).unwrap_or_default();
    let of_message = !items.is_empty();
    if !of_message {
        let newest = thread.messages.iter().rev();
        items = newest.flat_map(|entry| self::items(&entry.message)).take(AT_MOST).collect();
    }
    if items.is_empty() {
        model.notices.say(now, Weight::Plain, "no link and no file in what is loaded", None);
        return;
    }
    items.truncate(AT_MOST);
    model.overlays.show(Overlay::Links(Listing { items, chosen: 0, of_message }), now);
}

/// The links and files of a message, in its order.
fn items(message: &Message) -> Vec<Item> {
    let mut items = Vec::new();
    for part in &message.parts {
        match &part.kind {
            PartKind::Text(raw) => {
                for line in sanitize(raw).as_str().split('\n') {
                    items.extend(links::find_in(line).into_iter().map(|found| Item {
                        name: RawText::new(line.get(found.range).unwrap_or_default()),
                        link: Some(found.link),
                        media_type: None,
                        file: false,
                        odd: found.odd,
                    }));
                }
            }
            PartKind::File { url, media_type, filename } => {
                let link = Link::of_file(url);
                let last = link.as_ref().map(|link| RawText::new(link.last_part()));
                let odd = link.as_ref().and_then(|link| links::oddity(url.as_raw(), link));
                let name = filename.clone().or(last).unwrap_or_else(|| url.clone());
                items.push(Item { link, name, media_type: media_type.clone(), file: true, odd });
            }
            PartKind::Tool { .. } | PartKind::Empty | PartKind::Unreadable(_) => {}
        }
    }
    items
}

/// The first link or file of a message that can be used.
#[must_use]
pub fn first_of(message: &Message) -> Option<Link> {
    items(message).into_iter().find_map(|item| item.link)
}

/// A key while the list stands.
pub fn press(model: &mut Model, key: Key, effects: &mut Vec<Effect>) {
    let page = usize::from(model.screen.layout.thread.height / 2).max(1);
    let Some((Overlay::Links(listing), _)) = &mut model.overlays.open else { return };
    let last = listing.items.len().saturating_sub(1);
    let chosen = listing.chosen;
    let item = listing.items.get(chosen).cloned();
    listing.chosen = match key.code {
        Code::Char('d') if key.control => (chosen + page).min(last),
        Code::Char('u') if key.control => chosen.saturating_sub(page),
        Code::Char('j') | Code::Down => (chosen + 1).min(last),
        Code::Char('k') | Code::Up => chosen.saturating_sub(1),
        Code::PageDown => (chosen + page).min(last),
        Code::PageUp => chosen.saturating_sub(page),
        Code::Char('g') | Code::Home => 0,
        Code::Char('G') | Code::End => last,
        Code::Char(digit @ '1'..='9') => {
            let number = digit.to_digit(10).and_then(|digit| usize::try_from(digit).ok()).unwrap_or(1);
            if number <= last + 1 { number - 1 } else { chosen }
        }
        Code::Escape | Code::Char('q') => {
            model.overlays.open = None;
            return;
        }
        Code::Enter => return item.into_iter().for_each(|item| open_item(model, &item, effects)),
        Code::Char('s') => return item.into_iter().for_each(|item| ask_to_save(model, item)),
        _ => chosen,
    };
}

fn say(model: &mut Model, weight: Weight, words: &str, outside: Option<RawText>) {
    let now = model.now.mono;
    model.notices.say(now, weight, words, outside);
}

fn open_item(model: &mut Model, item: &Item, effects: &mut Vec<Effect>) {
    let Some(link) = &item.link else {
        say(model, Weight::Warning, "its link cannot be opened: it is not http, https or mail", None);
        return;
    };
    model.overlays.open = None;
    let ask = next_ask(model);
    say(model, Weight::Plain, "opening", Some(RawText::new(link.host.as_str())));
    effects.push(Effect::OpenLink { ask, url: RawText::new(link.target.as_str()) });
}

/// The question before a file is fetched: it names the host.
fn ask_to_save(model: &mut Model, item: Item) {
    let Some(link) = item.link.filter(|link| link.scheme == Scheme::Https) else {
        say(model, Weight::Warning, "not saved: only https is fetched from here", None);
        return;
    };
    let name = if item.file { item.name } else { RawText::new(link.last_part()) };
    let now: Duration = model.now.mono;
    model.overlays.show(Overlay::Question(Question::SaveFile { link, name }), now);
}

/// The answer was yes.
pub fn save(model: &mut Model, link: &Link, name: &RawText, effects: &mut Vec<Effect>) {
    let ask = next_ask(model);
    say(model, Weight::Plain, "fetching from", Some(RawText::new(link.host.as_str())));
    effects.push(Effect::SaveFile { ask, url: RawText::new(link.target.as_str()), name: name.clone() });
}

fn next_ask(model: &mut Model) -> u64 {
    model.reading.asks += 1;
    model.reading.asks
}

/// The opener was started, or could not be. An answer to an ask before the last one changes nothing.
pub fn opened(model: &mut Model, ask: u64, result: Result<(), RawText>) {
    match result {
        Ok(()) if ask != model.reading.asks => {}
        Ok(()) => say(model, Weight::Plain, "opened", None),
        Err(reason) => say(model, Weight::Warning, "not opened:", Some(reason)),
    }
}

/// A file was saved, or was not.
pub fn saved(model: &mut Model, result: Result<RawText, RawText>) {
    match result {
        Ok(path) => say(model, Weight::Plain, "saved as", Some(path)),
        Err(reason) => say(model, Weight::Warning, "not saved:", Some(reason)),
    }
}
