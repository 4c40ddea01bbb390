//! Acts in the composer of a reply: opening it, editing, sending, taking back. Its target is fixed when it opens. A note
//! is written in [`super::noting`]; neither reaches the other's draft.

use crate::domain::{ConversationId, Status};
use crate::text::{RawText, mark_for_draft};

use super::action::Action;
use super::acts::{After, Before};
use super::deciding::{self, SendNow, TakenBack};
use super::effect::Effect;
use super::guard::{self, Baseline, Facts};
use super::keymap::Context;
use super::model::{Focus, Model};
use super::notice::Weight;
use super::overlay::{Overlay, Question};
use super::{acts, editing, key_words, moving, noting, prompt, triage, undo};

/// Opens the composer on a conversation. Reopening finds the draft with the baseline it had.
pub fn open(model: &mut Model, conversation: &ConversationId) {
    let baseline = baseline(model, conversation);
    let draft = model.composer.drafts.entry(conversation.clone()).or_default();
    if draft.is_empty() {
        draft.baseline = baseline;
    }
    model.composer.note = None;
    model.composer.open = Some(conversation.clone());
    model.panes.on_screen = Some(conversation.clone());
    model.panes.focus = Focus::Composer;
}

/// A draft is begun with its first character, however long the composer stood open and empty before: what was on the
/// screen then is what its writer had seen.
fn begin(model: &mut Model) {
    let Some(target) = model.composer.open.clone() else { return };
    let seen = baseline(model, &target);
    if let Some(draft) = model.composer.current_mut().filter(|draft| draft.is_empty()) {
        draft.baseline = seen;
    }
}

/// What a person has seen of a conversation now. Nothing of the thread, if its newest page is not here.
pub(super) fn baseline(model: &Model, conversation: &ConversationId) -> Baseline {
    let thread = model.threads.get(conversation);
    let loaded = thread.is_some_and(|thread| thread.read.is_some());
    let drawn = model.screen.thread_of.as_ref() == Some(conversation);
    Baseline {
        step: (loaded && drawn).then_some(model.step),
        newest: thread.and_then(guard::newest_drawn),
        told: None,
        facts: model.inbox.rows.get(conversation).map(|row| Facts::of(&row.conversation)),
    }
}

/// Leaves the composer; the draft stays.
pub fn leave(model: &mut Model) {
    model.composer.open = None;
    model.panes.focus = if model.panes.on_screen.is_some() { Focus::Thread } else { Focus::List };
}

/// Text for the draft from a paste: control characters become visible marks first.
pub fn insert(model: &mut Model, text: &RawText) {
    let (marked, replaced) = mark_for_draft(text.as_raw());
    let now = model.now.mono;
    begin(model);
    if let Some(draft) = model.composer.current_mut() {
        draft.editor.insert_str(&marked);
    }
    if replaced > 0 {
        let words = format!("{replaced} control characters were pasted as visible marks");
        model.notices.say(now, Weight::Plain, words, None);
    }
}

/// A typed character.
pub fn type_char(model: &mut Model, char: char) {
    begin(model);
    if let Some(draft) = model.composer.current_mut() {
        draft.editor.insert_char(char);
    }
}

/// An act in the composer.
pub fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    match action {
        Action::Send => send(model, After::Nothing, effects),
        Action::SendAndResolve => send(model, After::Resolve, effects),
        Action::Leave => leave(model),
        Action::Discard => discard(model),
        Action::Attach => {
            if let Some(target) = model.composer.open.clone() {
                prompt::attach(model, &target);
            }
        }
        Action::Detach => detach(model),
        Action::HandOverPriority => {
            let words = key_words::no_priority_here(model);
            model.notices.say(now, Weight::Plain, words, None);
        }
        Action::ThreadUp => model.screen.scroll -= moving::page_of_thread(model),
        Action::ThreadDown => model.screen.scroll += moving::page_of_thread(model),
        Action::EditUndo if discarded_here(model) => restore_discarded(model),
        Action::EditUp if model.composer.current().is_some_and(|(_, draft)| draft.is_empty()) => {
            take_back_here(model, effects);
        }
        _ => {
            if let Some(draft) = model.composer.current_mut() {
                editing::edit(&mut draft.editor, action);
            }
        }
    }
}

/// An address was given to go with the reply.
pub fn attach(model: &mut Model, conversation: &ConversationId, url: RawText) {
    if model.composer.open.as_ref() == Some(conversation) {
        begin(model);
    }
    if let Some(draft) = model.composer.drafts.get_mut(conversation) {
        draft.attachments.push(url);
    }
}

fn detach(model: &mut Model) {
    let now = model.now.mono;
    let Some(draft) = model.composer.current_mut() else { return };
    let words = if draft.attachments.pop().is_some() { "the last attachment is off" } else { "nothing is attached" };
    model.notices.say(now, Weight::Plain, words, None);
}

fn send(model: &mut Model, then: After, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let Some((target, draft)) = model.composer.current() else { return };
    let target = target.clone();
    if draft.is_empty() {
        if then == After::Resolve {
            let resolve = (key_words::pane(model), Action::Resolve);
            let resolves = key_words::clause(model, resolve, "; outside, ", " resolves");
            model.notices.say(now, Weight::Plain, format!("nothing to send{resolves}"), None);
            return;
        }
        let words = match deciding::send_now(model, &target, effects) {
            SendNow::Done => return,
            SendNow::Nothing => "nothing to send".to_owned(),
            SendNow::TooSoon => "stopped a moment ago: read it, then press again".to_owned(),
            SendNow::Illegal => missing(model, &target),
        };
        model.notices.say(now, Weight::Plain, words, None);
        return;
    }
    if draft.editor.text().trim().is_empty() && draft.attachments.is_empty() {
        model.notices.say(now, Weight::Warning, "not sent: there is nothing to read in it", None);
        return;
    }
    match acts::needed_before(model, &target) {
        Before::Nothing => hand_in(model, &target, Before::Nothing, then, effects),
        before @ (Before::TakeOver | Before::Reopen) => ask_before(model, target, before, then),
    }
}

/// Sending does more than sending: that is asked once, and the draft stays where it is until then.
fn ask_before(model: &mut Model, conversation: ConversationId, before: Before, then: After) {
    let now = model.now.mono;
    model.overlays.show(Overlay::Question(Question::Send { conversation, before, then }), now);
}

/// A person said yes. What they said it to must still be what sending does: a colleague may have been quicker.
pub fn send_answered(
    model: &mut Model,
    conversation: &ConversationId,
    before: Before,
    then: After,
    effects: &mut Vec<Effect>,
) {
    if model.composer.open.as_ref() != Some(conversation) {
        return;
    }
    let needed = acts::needed_before(model, conversation);
    if needed == Before::Nothing || needed == before {
        hand_in(model, conversation, needed, then, effects);
    } else {
        ask_before(model, conversation.clone(), needed, then);
    }
}

fn hand_in(model: &mut Model, target: &ConversationId, before: Before, then: After, effects: &mut Vec<Effect>) {
    // The composer stays open on the same target: what is on the screen now is what the next reply is begun on.
    let next = baseline(model, target);
    let Some(draft) = model.composer.current_mut() else { return };
    let cursor = draft.editor.cursor();
    let text = RawText::new(draft.editor.take());
    let attachments = std::mem::take(&mut draft.attachments);
    let baseline = std::mem::replace(&mut draft.baseline, next);
    let reply = acts::Reply { text, cursor, attachments, baseline };
    let _ = acts::reply_then(model, target, reply, before, then, effects);
    if then == After::Resolve {
        // The next one is what comes next; the hold goes on by itself.
        leave(model);
        moving::advance(model, target);
    }
}

/// Why the platform does not take the reply that asks, and what to do.
fn missing(model: &Model, target: &ConversationId) -> String {
    let why = match model.inbox.rows.get(target).map(|row| &row.conversation.status) {
        // Each fits whole into the narrowest layout with panes.
        Some(Status::BotActive) => "not sent: the bot has it",
        Some(Status::Resolved) => "not sent: resolved",
        Some(Status::Closed) => "not sent: closed",
        Some(Status::Archived) => "not sent: archived",
        Some(Status::Open | Status::AgentRequested | Status::Other(_)) | None => return "not sent".to_owned(),
    };
    let key = |action| key_words::key(model, Context::Composer, action);
    match (key(Action::EditUp), key(Action::Send)) {
        (Some(back), Some(send)) => format!("{why}. {back}, then {send} asks"),
        (_, _) => why.to_owned(),
    }
}

fn discard(model: &mut Model) {
    let now = model.now.mono;
    let Some(target) = model.composer.open.clone() else { return };
    let Some(draft) = model.composer.drafts.get_mut(&target) else { return };
    if draft.is_empty() {
        model.notices.say(now, Weight::Plain, "the draft is empty", None);
        return;
    }
    // What goes with a text goes with it here too: no send chord may send it alone.
    let text = draft.editor.take();
    model.composer.discarded_attachments = std::mem::take(&mut draft.attachments);
    model.composer.discarded = Some((target, text));
    model.composer.discarded_in = model.step;
    let words = key_words::discarded(model, "draft");
    model.notices.say(now, Weight::Plain, words, None);
}

/// Up in the empty composer: the held reply, else a copy of the last own text.
fn take_back_here(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(target) = model.composer.open.clone() else { return };
    let now = model.now.mono;
    match deciding::take_back(model, &target, effects) {
        TakenBack::Text(text, cursor, baseline, attachments) => {
            if let Some(draft) = model.composer.current_mut() {
                draft.editor.set(text.as_raw(), cursor);
                draft.baseline = baseline;
                draft.attachments = attachments;
            }
            model.notices.say(now, Weight::Plain, "taken back, not sent", None);
        }
        TakenBack::Note(text, cursor) => note_is_back(model, &target, &text, cursor),
        TakenBack::Act(order) => {
            model.notices.say(now, Weight::Plain, format!("taken back: it does not {order}"), None)
        }
        TakenBack::AlreadySent => model.notices.say(now, Weight::Plain, "already sent", None),
        TakenBack::OnItsWay => model.notices.say(now, Weight::Plain, "it is on its way already", None),
        TakenBack::Nothing => {
            if let Some(last) = model.outbox.last_sent.get(&target).cloned() {
                if let Some(draft) = model.composer.current_mut() {
                    draft.editor.set(last.as_raw(), last.as_raw().len());
                }
                model.notices.say(now, Weight::Plain, "a copy of your last reply", None);
            }
        }
    }
}

/// `u` outside the composer: the held reply of this conversation, else of any; else the discarded draft.
pub fn take_back_outside(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let here = model.panes.on_screen.clone().or_else(|| model.inbox.cursor.clone());
    let mut targets: Vec<ConversationId> = here.clone().into_iter().collect();
    for entry in model.outbox.entries.iter().rev().filter(|entry| entry.can_be_taken_back()) {
        if !targets.contains(&entry.conversation) {
            targets.push(entry.conversation.clone());
        }
    }
    let mut said = TakenBack::Nothing;
    for target in targets {
        let words = match take_back_into_draft(model, &target, effects) {
            TakenBack::Text(..) => "taken back, not sent; it is a draft again".to_owned(),
            TakenBack::Note(..) => "the note is taken back; it is a draft again".to_owned(),
            TakenBack::Act(order) => format!("taken back: it does not {order}"),
            other @ (TakenBack::AlreadySent | TakenBack::OnItsWay | TakenBack::Nothing) => {
                if said == TakenBack::Nothing {
                    said = other;
                }
                continue;
            }
        };
        let name = triage::name_of(model, &target);
        model.notices.say(now, Weight::Plain, words, name);
        return;
    }
    match said {
        TakenBack::AlreadySent => model.notices.say(now, Weight::Plain, "already sent", None),
        TakenBack::OnItsWay => model.notices.say(now, Weight::Plain, "it is on its way already", None),
        TakenBack::Text(..) | TakenBack::Note(..) | TakenBack::Act(_) | TakenBack::Nothing => {
            let undoes = here.filter(|here| !discarded_on(model, here) && model.undo.newest(here).is_some());
            match undoes {
                Some(here) => _ = undo::take_back(model, &here, effects),
                None => restore_discarded_of_either(model),
            }
        }
    }
}

/// The text of a note is a note's draft again, never a reply's.
fn note_is_back(model: &mut Model, target: &ConversationId, text: &RawText, cursor: usize) {
    let now = model.now.mono;
    noting::put_back(model, target, text.as_raw(), cursor);
    let name = triage::name_of(model, target);
    model.notices.say(now, Weight::Plain, "the note is taken back; it is a draft again", name);
}

/// What asks in a conversation's queue, and what stands behind it in the same act, becomes drafts again: nothing typed
/// is lost.
pub(super) fn back_to_drafts(model: &mut Model, conversation: &ConversationId, effects: &mut Vec<Effect>) {
    while model.outbox.pending(conversation).any(|entry| entry.state.asks() && entry.can_be_taken_back()) {
        match take_back_into_draft(model, conversation, effects) {
            TakenBack::Text(..) | TakenBack::Note(..) | TakenBack::Act(_) => {}
            TakenBack::AlreadySent | TakenBack::OnItsWay | TakenBack::Nothing => return,
        }
    }
}

/// Takes back what asks, else the last act that has not left; its text stands in the draft of its kind.
pub fn take_back_into_draft(model: &mut Model, conversation: &ConversationId, effects: &mut Vec<Effect>) -> TakenBack {
    let taken = deciding::take_back(model, conversation, effects);
    match &taken {
        TakenBack::Text(text, cursor, baseline, attachments) => {
            let draft = model.composer.drafts.entry(conversation.clone()).or_default();
            if draft.is_empty() {
                draft.baseline = baseline.clone();
            }
            put_before(&mut draft.editor, text.as_raw(), *cursor);
            draft.attachments.splice(0..0, attachments.iter().cloned());
        }
        TakenBack::Note(text, cursor) => noting::put_back(model, conversation, text.as_raw(), *cursor),
        TakenBack::Act(_) | TakenBack::AlreadySent | TakenBack::OnItsWay | TakenBack::Nothing => {}
    }
    taken
}

/// The draft of this conversation was discarded and nothing was written since.
fn discarded_here(model: &Model) -> bool {
    let empty = model.composer.current().is_some_and(|(_, draft)| draft.is_empty());
    empty && model.composer.discarded.as_ref().map(|(target, _)| target) == model.composer.open.as_ref()
}

/// Whether the draft that was discarded last is one of this conversation.
#[must_use]
pub fn discarded_on(model: &Model, conversation: &ConversationId) -> bool {
    let reply = model.composer.discarded.as_ref().map(|(target, _)| target);
    let note = model.composer.discarded_note.as_ref().map(|discarded| &discarded.conversation);
    reply == Some(conversation) || note == Some(conversation)
}

/// Whichever kind was discarded last comes back first.
fn restore_discarded_of_either(model: &mut Model) {
    let reply = model.composer.discarded.as_ref().map(|_| model.composer.discarded_in);
    let note = model.composer.discarded_note.as_ref().map(|discarded| discarded.step);
    if note.is_some() && note >= reply { noting::restore_discarded(model) } else { restore_discarded(model) }
}

fn restore_discarded(model: &mut Model) {
    let now = model.now.mono;
    match model.composer.discarded.take() {
        Some((target, text)) => {
            let draft = model.composer.drafts.entry(target.clone()).or_default();
            put_before(&mut draft.editor, &text, text.len());
            draft.attachments.splice(0..0, std::mem::take(&mut model.composer.discarded_attachments));
            let name = triage::name_of(model, &target);
            model.notices.say(now, Weight::Plain, "the discarded draft is back", name);
        }
        None => model.notices.say(now, Weight::Plain, "nothing to take back", None),
    }
}

/// Puts text before what a draft already holds: nothing typed is lost.
fn put_before(editor: &mut crate::text::LineEditor, text: &str, cursor: usize) {
    if editor.is_empty() {
        editor.set(text, cursor);
    } else {
        let both = format!("{text}\n\n{}", editor.text());
        editor.set(&both, cursor);
    }
}

/// A paste outside a text field runs no key: it offers to start a reply.
pub fn offer_paste(model: &mut Model, text: RawText) {
    let now = model.now.mono;
    let Some(target) = model.panes.on_screen.clone().or_else(|| model.inbox.cursor.clone()) else {
        model.notices.say(now, Weight::Plain, "pasted text was ignored: no conversation is selected", None);
        return;
    };
    let question = Question::PasteAsReply { conversation: target, text };
    model.overlays.show(Overlay::Question(question), now);
}
