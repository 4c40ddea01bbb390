//! What is asked, in our words: whole in a popup, short where there is one line.

use crate::app::action::Goal;
use crate::app::acts::{After, Before, Obstacle};
use crate::app::overlay::Question;
use crate::app::{Model, acts, triage};
use crate::domain::Status;
use crate::text::RawText;

use super::links::ending;
use super::names;

/// Cells that a host has where there is one line alone.
const HOST: usize = 13;

/// The question in whole sentences.
pub(super) fn said(model: &Model, question: &Question) -> String {
    match question {
        Question::Quit { drafts, unsent } => format!("{} will not be kept.", lost(*drafts, *unsent)),
        Question::PasteAsReply { text, .. } => paste_words(text),
        Question::Send { conversation, before, then } => {
            let before = match before {
                Before::TakeOver => "the bot is answering: sending takes over, and it can't be given back from here.",
                Before::Reopen => match acts::expected_status(model, conversation) {
                    Some(Status::Closed) => "it is closed: sending reopens it.",
                    Some(Status::Archived) => "it is archived: sending reopens it, which may be refused.",
                    _ => "it is resolved: sending reopens it.",
                },
                Before::Nothing => "send it?",
            };
            let then = match then {
                After::Resolve => " once it is sent, it is resolved.",
                After::Nothing => "",
            };
            format!("{before}{then}")
        }
        Question::TakeOver { .. } => "take over from the bot? it can't be given back from here.".to_owned(),
        Question::Become { goal, obstacle, .. } => {
            let verb = match goal {
                Goal::Resolved => "resolve it",
                Goal::Closed => "close it",
                Goal::Archived => "archive it",
                Goal::Open | Goal::Human => "go on",
            };
            match obstacle {
                Obstacle::Draft => format!("a draft lies here and stays one. {verb} all the same?"),
                Obstacle::Unsent => {
                    format!("something here was not sent: it becomes a draft again. {verb} all the same?")
                }
            }
        }
        Question::SaveFile { .. } => "fetch this file? its host learns this machine's address.".to_owned(),
        Question::DeleteTag { .. } => {
            "delete this tag for everybody? it goes from every conversation, and does not come back.".to_owned()
        }
    }
}

/// The name from outside that belongs to it, on a line of its own.
pub(super) fn outside(model: &Model, question: &Question, room: usize) -> Option<String> {
    let (ours, name) = match question {
        Question::Quit { .. } => return None,
        Question::PasteAsReply { conversation, .. } | Question::Send { conversation, .. } => {
            ("to ", triage::name_of(model, conversation)?)
        }
        Question::TakeOver { conversation } | Question::Become { conversation, .. } => {
            ("with ", triage::name_of(model, conversation)?)
        }
        // A host is read from its end.
        Question::SaveFile { link, .. } => return Some(format!("from {}", ending(&link.host, room.saturating_sub(5)))),
        Question::DeleteTag { tag, .. } => ("tag ", model.sidebar.palette.get(tag)?.name.clone()),
    };
    Some(format!("{ours}{}", names::quoted(&name, room.saturating_sub(ours.len() + 2))))
}

/// The two keys.
pub(super) const fn keys(question: &Question) -> &'static str {
    match question {
        Question::Quit { .. } => "y leaves, Esc stays",
        Question::PasteAsReply { .. } => "y starts it, Esc does not",
        Question::Send { .. } => "y sends, Esc does not",
        Question::TakeOver { .. } => "y takes over, Esc does not",
        Question::Become { .. } => "y does, Esc does not",
        Question::SaveFile { .. } => "y saves it, Esc does not",
        Question::DeleteTag { .. } => "y deletes, Esc does not",
    }
}

/// Both in one line.
pub(super) fn short(question: &Question) -> String {
    match question {
        Question::Quit { .. } => "quit and lose text? y leaves, Esc stays".to_owned(),
        Question::PasteAsReply { text, .. } => paste_words(text),
        Question::Send { before: Before::TakeOver, .. } => "send: takes over? y sends, Esc".to_owned(),
        Question::Send { .. } => "send: reopens? y sends, Esc".to_owned(),
        Question::TakeOver { .. } => "take over from the bot? y, Esc".to_owned(),
        Question::Become { .. } => "text lies here: go on? y, Esc".to_owned(),
        Question::SaveFile { link, .. } => format!("save from {}? y yes, Esc no", ending(&link.host, HOST)),
        Question::DeleteTag { .. } => "delete the tag everywhere? y, Esc".to_owned(),
    }
}

/// What was pasted, in our words alone.
fn paste_words(text: &RawText) -> String {
    let count = text.as_raw().chars().count();
    let word = if count == 1 { "character" } else { "characters" };
    format!("start a reply with {count} pasted {word}?")
}

fn lost(drafts: usize, unsent: usize) -> String {
    let draft = if drafts == 1 { "draft" } else { "drafts" };
    let reply = if unsent == 1 { "act" } else { "acts" };
    match (drafts, unsent) {
        (drafts, 0) => format!("{drafts} {draft}"),
        (0, unsent) => format!("{unsent} unsent {reply}"),
        (drafts, unsent) => format!("{drafts} {draft} and {unsent} unsent {reply}"),
    }
}
