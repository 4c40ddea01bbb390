//! Writing a note: opening it, saving it, taking it back. A note goes to the team alone; nothing here can reach a reply's
//! draft or the act that sends one (product, promise P3). Where a hand-over goes stands in the note's draft.

use crate::domain::{ConversationId, UserId};
use crate::text::{RawText, mark_for_draft};

use super::action::{Action, Level};
use super::composer::{DiscardedNote, HandOver};
use super::effect::Effect;
use super::model::{Focus, Model};
use super::notice::Weight;
use super::{acts, editing, key_words, moving};

/// Opens a note on a conversation, in whatever status that is. Reopening finds what was written.
pub fn open(model: &mut Model, conversation: &ConversationId) {
    begin(model, conversation);
    if let Some(draft) = model.composer.current_note_mut() {
        draft.hands_over = None;
    }
}

/// Opens the note that goes with a hand-over.
pub fn open_hand_over(model: &mut Model, conversation: &ConversationId, to: UserId) {
    begin(model, conversation);
    if let Some(draft) = model.composer.current_note_mut() {
        draft.hands_over = Some(HandOver { to, priority: None });
    }
}

/// Opens a note as it was left.
pub fn resume(model: &mut Model, conversation: &ConversationId) {
    begin(model, conversation);
}

fn begin(model: &mut Model, conversation: &ConversationId) {
    model.composer.notes.entry(conversation.clone()).or_default();
    model.composer.open = None;
    model.composer.note = Some(conversation.clone());
    model.panes.on_screen = Some(conversation.clone());
    model.panes.focus = Focus::Composer;
}

/// Leaves the note; what was written stays.
pub fn leave(model: &mut Model) {
    model.composer.note = None;
    model.panes.focus = if model.panes.on_screen.is_some() { Focus::Thread } else { Focus::List };
}

/// Text for the note from a paste: control characters become visible marks first.
pub fn insert(model: &mut Model, text: &RawText) {
    let (marked, replaced) = mark_for_draft(text.as_raw());
    let now = model.now.mono;
    if let Some(draft) = model.composer.current_note_mut() {
        draft.editor.insert_str(&marked);
    }
    if replaced > 0 {
        let words = format!("{replaced} control characters were pasted as visible marks");
        model.notices.say(now, Weight::Plain, words, None);
    }
}

/// A typed character.
pub fn type_char(model: &mut Model, char: char) {
    if let Some(draft) = model.composer.current_note_mut() {
        draft.editor.insert_char(char);
    }
}

/// An act while a note is written.
pub fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    match action {
        Action::Send => save(model, effects),
        Action::Leave => leave(model),
        Action::Discard => discard(model),
        Action::HandOverPriority => turn_priority(model),
        Action::SendAndResolve => {
            model.notices.say(now, Weight::Plain, "this is a note: it is saved, and resolves nothing", None);
        }
        Action::Attach | Action::Detach => {
            model.notices.say(now, Weight::Plain, "a note takes no files; write the address into it", None);
        }
        Action::ThreadUp => model.screen.scroll -= moving::page_of_thread(model),
        Action::ThreadDown => model.screen.scroll += moving::page_of_thread(model),
        Action::EditUndo if discarded_here(model) => restore_discarded(model),
        _ => {
            if let Some(draft) = model.composer.current_note_mut() {
                editing::edit(&mut draft.editor, action);
            }
        }
    }
}

fn save(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let Some((target, draft)) = model.composer.current_note() else { return };
    let target = target.clone();
    if draft.editor.text().trim().is_empty() {
        let words =
            if draft.hands_over.is_some() { "a hand-over goes with a note: write one" } else { "nothing to save" };
        model.notices.say(now, Weight::Plain, words, None);
        return;
    }
    let Some(draft) = model.composer.current_note_mut() else { return };
    let cursor = draft.editor.cursor();
    let hands_over = draft.hands_over.take();
    let text = RawText::new(draft.editor.take());
    match hands_over {
        Some(HandOver { to, priority }) => {
            let priority = priority.map(Level::priority);
            let _ = acts::hand_over(model, &target, &text, to, priority, effects);
            // The conversation is a colleague's now.
            leave(model);
        }
        None => _ = acts::note(model, &target, &text, cursor, effects),
    }
}

/// The priority that goes with a hand-over: none, high, medium, low, and round again.
fn turn_priority(model: &mut Model) {
    match model.composer.current_note_mut().and_then(|draft| draft.hands_over.as_mut()) {
        Some(hands_over) => {
            hands_over.priority = match hands_over.priority {
                None => Some(Level::High),
                Some(Level::High) => Some(Level::Medium),
                Some(Level::Medium) => Some(Level::Low),
                Some(Level::Low) => None,
            };
        }
        None => {
            let words = key_words::no_priority_here(model);
            model.notices.say(model.now.mono, Weight::Plain, words, None);
        }
    }
}

fn discard(model: &mut Model) {
    let (now, step) = (model.now.mono, model.step);
    let Some(conversation) = model.composer.note.clone() else { return };
    let Some(draft) = model.composer.notes.get_mut(&conversation) else { return };
    if draft.editor.is_empty() {
        model.notices.say(now, Weight::Plain, "the note is empty", None);
        return;
    }
    let text = draft.editor.take();
    model.composer.discarded_note = Some(DiscardedNote { conversation, text, step });
    let words = key_words::discarded(model, "note");
    model.notices.say(now, Weight::Plain, words, None);
}

/// The note of this conversation was discarded and nothing was written since.
fn discarded_here(model: &Model) -> bool {
    let empty = model.composer.current_note().is_some_and(|(_, draft)| draft.editor.is_empty());
    let of = model.composer.discarded_note.as_ref().map(|discarded| &discarded.conversation);
    empty && of == model.composer.note.as_ref()
}

/// Brings the discarded note back, before what its draft holds by now.
pub fn restore_discarded(model: &mut Model) {
    let now = model.now.mono;
    let Some(DiscardedNote { conversation, text, .. }) = model.composer.discarded_note.take() else { return };
    put_back(model, &conversation, &text, text.len());
    let name = super::triage::name_of(model, &conversation);
    model.notices.say(now, Weight::Plain, "the discarded note is back", name);
}

/// Puts the text of a note before what its draft holds: nothing typed is lost.
pub fn put_back(model: &mut Model, conversation: &ConversationId, text: &str, cursor: usize) {
    let draft = model.composer.notes.entry(conversation.clone()).or_default();
    if draft.editor.is_empty() {
        draft.editor.set(text, cursor);
    } else {
        let both = format!("{text}\n\n{}", draft.editor.text());
        draft.editor.set(&both, cursor);
    }
}
