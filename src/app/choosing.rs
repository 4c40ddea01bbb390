//! Keys in a chooser, and what a choice leads to. Nothing is done before Enter; Esc leaves everything as it was.

use crate::budget::Lane;
use crate::domain::{ConversationId, TagDelta, TagId};
use crate::text::RawText;

use super::chooser::{Ask, Choice, Chooser, Item, Mark};
use super::effect::{Effect, Fetch};
use super::key::{Code, Key};
use super::model::Model;
use super::notice::Weight;
use super::overlay::{Overlay, Question};
use super::{acts, editing, noting, poller, update, verbs};

/// Opens a chooser; what it chooses from is asked for where it was not read yet.
pub fn open(model: &mut Model, ask: Ask, effects: &mut Vec<Effect>) {
    if let Ask::Tags { conversation, .. } = &ask {
        poller::asides::want_palette(model);
        let read = model.sidebar.get(conversation).is_some_and(|aside| aside.tags_read.is_some());
        if !read {
            let fetch = Fetch::Tags(conversation.clone());
            poller::ask(model, fetch, poller::Purpose::Tags, Lane::OnScreen, effects);
        }
    }
    let now = model.now.mono;
    model.overlays.show(Overlay::Choose(Chooser::new(ask)), now);
}

/// A key in a chooser.
pub fn press(model: &mut Model, key: Key, chooser: Chooser, effects: &mut Vec<Effect>) {
    let items = chooser.items(model);
    let at = chooser.at(&items);
    let plain = !key.control && !key.alt;
    match key.code {
        Code::Escape => model.overlays.open = None,
        Code::Enter => enter(model, chooser, items.into_iter().nth(at), effects),
        Code::Down => walk(model, &items, at, 1),
        Code::Up => walk(model, &items, at, -1),
        Code::Char('n' | 'j') if key.control => walk(model, &items, at, 1),
        Code::Char('p') if key.control => walk(model, &items, at, -1),
        Code::PageDown => walk(model, &items, at, 10),
        Code::PageUp => walk(model, &items, at, -10),
        Code::Char('d') if key.control => delete(model, &chooser, items.get(at)),
        Code::Tab => toggle(model, items.get(at)),
        // A blank that is typed into the name of a new tag is a blank.
        Code::Char(' ') if plain && may_toggle(items.get(at)) => toggle(model, items.get(at)),
        _ => {
            if let Some((Overlay::Choose(held), _)) = &mut model.overlays.open
                && editing::press(&mut held.filter, key, &model.settings.keymap)
            {
                held.chosen = None;
            }
        }
    }
}

fn held(model: &mut Model) -> Option<&mut Chooser> {
    match &mut model.overlays.open {
        Some((Overlay::Choose(chooser), _)) => Some(chooser),
        _ => None,
    }
}

fn walk(model: &mut Model, items: &[Item], at: usize, by: isize) {
    let to = at.saturating_add_signed(by).min(items.len().saturating_sub(1));
    let choice = items.get(to).map(|item| item.choice.clone());
    if let Some(chooser) = held(model) {
        chooser.chosen = choice;
    }
}

fn may_toggle(item: Option<&Item>) -> bool {
    matches!(item.map(|item| &item.choice), Some(Choice::Tag(_)))
}

/// Turns one tag round and stays, for more of them.
fn toggle(model: &mut Model, item: Option<&Item>) {
    let Some((Choice::Tag(tag), Some(mark))) = item.map(|item| (item.choice.clone(), item.mark)) else { return };
    if let Some(chooser) = held(model)
        && let Ask::Tags { delta, .. } = &mut chooser.ask
    {
        turn(delta, &tag, mark);
        chooser.filter.clear();
        chooser.chosen = Some(Choice::Tag(tag));
    }
}

fn turn(delta: &mut TagDelta, tag: &TagId, mark: Mark) {
    match mark {
        Mark::On => delta.remove.push(tag.clone()),
        Mark::Off => delta.add.push(tag.clone()),
        Mark::Adding => delta.add.retain(|held| held != tag),
        Mark::Removing => delta.remove.retain(|held| held != tag),
    }
}

fn enter(model: &mut Model, chooser: Chooser, item: Option<Item>, effects: &mut Vec<Effect>) {
    let Chooser { ask, filter, .. } = chooser;
    // What was toggled is what Enter is for, as long as nothing else was typed.
    if let Ask::Tags { conversation, delta } = &ask
        && filter.is_empty()
        && !delta.is_empty()
    {
        model.overlays.open = None;
        let _ = acts::tags(model, conversation, delta.clone(), effects);
        return;
    }
    let Some(item) = item.filter(|item| item.refused.is_none()) else { return };
    model.overlays.open = None;
    match (ask, item.choice) {
        (Ask::Owner(conversation), Choice::Nobody) => _ = acts::assign(model, &conversation, None, effects),
        (Ask::Owner(conversation), Choice::Member(user)) => {
            _ = acts::assign(model, &conversation, Some(user), effects);
        }
        (Ask::HandOver(conversation), Choice::Member(user)) => noting::open_hand_over(model, &conversation, user),
        (Ask::Tags { conversation, mut delta }, Choice::Tag(tag)) => {
            if let Some(mark) = item.mark {
                turn(&mut delta, &tag, mark);
            }
            let _ = acts::tags(model, &conversation, delta, effects);
        }
        (Ask::Tags { conversation, delta }, Choice::NewTag) => name_tag(model, conversation, delta, filter.text()),
        (Ask::TagColor { conversation, name, delta }, Choice::Color(color)) => {
            if !delta.is_empty() {
                let _ = acts::tags(model, &conversation, delta, effects);
            }
            let _ = acts::create_and_add_tag(model, &conversation, &name, color, effects);
        }
        (Ask::Status(conversation), Choice::Status(goal)) => verbs::become_(model, &conversation, goal, false, effects),
        (Ask::Command(_), Choice::Command(action)) => update::act(model, action, effects),
        // No chooser offers another one's rows.
        (
            Ask::Owner(_)
            | Ask::HandOver(_)
            | Ask::Tags { .. }
            | Ask::TagColor { .. }
            | Ask::Status(_)
            | Ask::Command(_),
            _,
        ) => {}
    }
}

/// The name of a new tag: 1 to 100 characters (contract, section 2.7); its colour is asked for next.
fn name_tag(model: &mut Model, conversation: ConversationId, delta: TagDelta, typed: &str) {
    let now = model.now.mono;
    let name = typed.trim();
    let most = crate::domain::tag::MOST_TAG_NAME_CHARS;
    if name.encode_utf16().count() > most {
        let words = format!("no tag was made: its name has more than {most} characters");
        model.notices.say(now, Weight::Warning, words, None);
        return;
    }
    let ask = Ask::TagColor { conversation, name: RawText::new(name), delta };
    model.overlays.show(Overlay::Choose(Chooser::new(ask)), now);
}

/// A tag that goes from the palette goes from every conversation: that is asked first.
fn delete(model: &mut Model, chooser: &Chooser, item: Option<&Item>) {
    let (Ask::Tags { conversation, .. }, Some(Choice::Tag(tag))) = (&chooser.ask, item.map(|item| &item.choice)) else {
        return;
    };
    let now = model.now.mono;
    let question = Question::DeleteTag { conversation: conversation.clone(), tag: tag.clone() };
    model.overlays.show(Overlay::Question(question), now);
}
