//! Keys while something stands over the panes.

use crate::domain::UserId;

use super::effect::{Effect, Fetch};
use super::key::{Code, Key};
use super::model::{Focus, Model};
use super::notice::Weight;
use super::overlay::{Overlay, QUESTION_DEAF_FOR, Question};
use super::{acts, choosing, listing, moving, piping, prompt, records, update, verbs, writing};

/// Asks once, on the first run, who of the members the person is. Never while someone types or another popup stands.
pub fn introduce(model: &mut Model) {
    if model.overlays.introduced || model.directory.members.is_empty() {
        return;
    }
    if model.directory.me.is_some() {
        model.overlays.introduced = true;
        return;
    }
    // A token that acts for a member says itself who the person is: the question waits for that answer.
    let asking = model.poller.in_flight.iter().any(|read| read.fetch == Fetch::Me);
    if model.directory.credential.is_none() && asking {
        return;
    }
    let busy = model.overlays.open.is_some() || model.overlays.prefix.is_some();
    let busy = busy || model.panes.focus == Focus::Composer || model.reading.search.prompt.is_some();
    if !busy {
        model.overlays.introduced = true;
        let now = model.now.mono;
        model.overlays.show(Overlay::WhoAmI { chosen: 0 }, now);
    }
}

/// A key for the popup.
pub fn press(model: &mut Model, key: Key, effects: &mut Vec<Effect>) {
    let Some((overlay, since)) = model.overlays.open.clone() else { return };
    let deaf = model.now.mono < since + QUESTION_DEAF_FOR;
    match overlay {
        Overlay::Help { top } => help(model, key, top),
        Overlay::WhoAmI { .. } if deaf => {}
        Overlay::WhoAmI { chosen } => who_am_i(model, key, chosen),
        Overlay::Links(_) => listing::press(model, key, effects),
        Overlay::PipePrompt => piping::press(model, key, effects),
        Overlay::PipeRunning { .. } | Overlay::PipeOutput { .. } => piping::press_output(model, key),
        Overlay::Question(_) if deaf => {}
        Overlay::Question(question) => answer(model, key, &question, effects),
        Overlay::Choose(chooser) => choosing::press(model, key, chooser, effects),
        Overlay::Prompt(prompt) => prompt::press(model, key, &prompt, effects),
        Overlay::Records(records) => records::press(model, key, &records, effects),
    }
}

fn help(model: &mut Model, key: Key, top: usize) {
    let top = match key.code {
        Code::Char('j') | Code::Down => top.saturating_add(1),
        Code::Char('k') | Code::Up => top.saturating_sub(1),
        Code::PageDown | Code::Char(' ') => top.saturating_add(10),
        Code::PageUp => top.saturating_sub(10),
        Code::Escape | Code::Char('q' | '?') => {
            model.overlays.open = None;
            return;
        }
        _ => top,
    };
    if let Some((Overlay::Help { top: held }, _)) = &mut model.overlays.open {
        *held = top.min(200);
    }
}

fn who_am_i(model: &mut Model, key: Key, chosen: usize) {
    // The line after the members stands for "none of these".
    let last = model.directory.members.len();
    let next = match key.code {
        Code::Char('j') | Code::Down => (chosen + 1).min(last),
        Code::Char('k') | Code::Up => chosen.saturating_sub(1),
        Code::Home => 0,
        Code::End => last,
        Code::Enter => {
            let member = model.directory.members.get(chosen).map(|member| member.user_id.clone());
            choose(model, member);
            return;
        }
        Code::Escape => {
            choose(model, None);
            return;
        }
        _ => chosen,
    };
    if let Some((Overlay::WhoAmI { chosen }, _)) = &mut model.overlays.open {
        *chosen = next;
    }
}

fn choose(model: &mut Model, member: Option<UserId>) {
    let now = model.now.mono;
    model.overlays.open = None;
    match &member {
        Some(user) => {
            let name = model.directory.member(user);
            model.notices.say(now, Weight::Plain, "this is the inbox of", name);
        }
        None => model.notices.say(now, Weight::Plain, "nobody chosen: Mine stays empty", None),
    }
    model.directory.me = member;
    moving::thaw(model);
}

fn answer(model: &mut Model, key: Key, question: &Question, effects: &mut Vec<Effect>) {
    let yes = key == Key::char('y');
    let no = key.code == Code::Escape;
    if !yes && !no {
        return;
    }
    model.overlays.open = None;
    if !yes {
        return;
    }
    match question {
        Question::Quit { .. } => update::leave(model, effects),
        Question::PasteAsReply { conversation, text } => {
            writing::open(model, conversation);
            writing::insert(model, text);
        }
        Question::Send { conversation, before, then } => {
            writing::send_answered(model, conversation, *before, *then, effects);
        }
        Question::TakeOver { conversation } => _ = acts::take_over(model, conversation, effects),
        Question::Become { conversation, goal, advance, .. } => {
            verbs::become_anyway(model, conversation, *goal, *advance, effects);
        }
        Question::DeleteTag { conversation, tag } => _ = acts::delete_tag(model, conversation, tag.clone(), effects),
        Question::SaveFile { link, name } => listing::save(model, link, name, effects),
    }
}
