//! Acts in plain words: what one is called while it is on its way, once it is done, and when it was not.

use crate::domain::{Change, Priority, Status, TagDelta};
use crate::text::RawText;

use super::model::Model;
use super::outbox::Work;
use super::words;

/// A status as what was done to reach it.
#[must_use]
pub fn participle(status: &Status) -> &'static str {
    match status {
        Status::Open => "opened",
        Status::AgentRequested => "passed to the team",
        Status::Resolved => "resolved",
        Status::Closed => "closed",
        Status::Archived => "archived",
        Status::BotActive => "given back to the bot",
        Status::Other(_) => "changed",
    }
}

/// That a value stands already.
#[must_use]
pub fn unchanged(model: &Model, change: &Change) -> &'static str {
    match change {
        Change::Status(_) => "it has that status already",
        Change::Priority(_) => "it has that priority already",
        Change::Owner(Some(owner)) if model.directory.me.as_ref() == Some(owner) => "it is yours already",
        Change::Owner(Some(_)) => "it is theirs already",
        Change::Owner(None) => "it is nobody's already",
        Change::Title(_) | Change::Email(_) | Change::Name(_) | Change::Phone(_) => "nothing was changed",
    }
}

/// What a step does, in the words of an order.
#[must_use]
pub fn order(model: &Model, work: &Work) -> String {
    match work {
        Work::Reply { .. } => "send".to_owned(),
        Work::Note => "add the note".to_owned(),
        Work::Change { change, from } => change_order(model, change, from.as_ref()),
        Work::Tags { delta, made } => tags_order(model, delta, made.as_ref()),
        Work::CreateTag { name, .. } => format!("make the tag {}", words::quoted(name)),
        Work::DeleteTag { tag } => format!("delete the tag {}", tag_name(model, tag)),
    }
}

/// One tag by its name, more of them by their number.
fn tags_order(model: &Model, delta: &TagDelta, made: Option<&RawText>) -> String {
    match (delta.add.as_slice(), delta.remove.as_slice(), made) {
        ([], [], Some(name)) => format!("add the tag {}", words::quoted(name)),
        ([tag], [], None) => format!("add the tag {}", tag_name(model, tag)),
        ([], [tag], None) => format!("take the tag {} off", tag_name(model, tag)),
        (add, remove, made) => {
            let count = add.len() + remove.len() + usize::from(made.is_some());
            format!("change {count} tags")
        }
    }
}

fn change_order(model: &Model, change: &Change, from: Option<&Change>) -> String {
    match change {
        Change::Status(Status::Open) if from == Some(&Change::Status(Status::BotActive)) => "take over".to_owned(),
        Change::Status(Status::Open) => "reopen".to_owned(),
        Change::Status(Status::AgentRequested) => "pass to the team".to_owned(),
        Change::Status(Status::Resolved) => "resolve".to_owned(),
        Change::Status(Status::Closed) => "close".to_owned(),
        Change::Status(Status::Archived) => "archive".to_owned(),
        Change::Status(other @ (Status::BotActive | Status::Other(_))) => words::status(other),
        Change::Priority(to) => format!("set the priority to {}", priority(to)),
        Change::Owner(Some(owner)) if Some(owner) == model.directory.me.as_ref() => "assign it to you".to_owned(),
        Change::Owner(Some(owner)) => format!("assign it to {}", member(model, owner)),
        Change::Owner(None) => "assign it to nobody".to_owned(),
        Change::Title(_) => "change the title".to_owned(),
        Change::Email(_) => "change the e-mail".to_owned(),
        Change::Name(_) => "change the name".to_owned(),
        Change::Phone(_) => "change the telephone number".to_owned(),
    }
}

/// What a step did: our words, and what from outside follows them.
#[must_use]
pub fn done(model: &Model, work: &Work) -> (String, Option<RawText>) {
    match work {
        Work::Reply { .. } => ("sent".to_owned(), None),
        Work::Note => ("note added".to_owned(), None),
        Work::Change { change, from } => change_done(model, change, from.as_ref()),
        Work::Tags { .. } => ("tags changed".to_owned(), None),
        Work::CreateTag { name, .. } => ("tag made:".to_owned(), Some(name.clone())),
        Work::DeleteTag { tag } => {
            ("tag deleted:".to_owned(), model.sidebar.palette.get(tag).map(|tag| tag.name.clone()))
        }
    }
}

fn change_done(model: &Model, change: &Change, from: Option<&Change>) -> (String, Option<RawText>) {
    match change {
        Change::Status(Status::Open) if from == Some(&Change::Status(Status::BotActive)) => {
            ("taken over".to_owned(), None)
        }
        Change::Status(Status::Open) => ("reopened".to_owned(), None),
        Change::Status(status) => (participle(status).to_owned(), None),
        Change::Priority(to) => (format!("priority {}", priority(to)), None),
        Change::Owner(Some(owner)) if Some(owner) == model.directory.me.as_ref() => {
            ("assigned to you".to_owned(), None)
        }
        Change::Owner(Some(owner)) => {
            let name = model.directory.member(owner).unwrap_or_else(|| RawText::new(owner.as_str()));
            ("assigned to".to_owned(), Some(name))
        }
        Change::Owner(None) => ("assigned to nobody".to_owned(), None),
        Change::Title(_) => ("title changed".to_owned(), None),
        Change::Email(_) => ("e-mail changed".to_owned(), None),
        Change::Name(_) => ("name changed".to_owned(), None),
        Change::Phone(_) => ("telephone number changed".to_owned(), None),
    }
}

/// That a step was not done, before the reason.
#[must_use]
pub fn not_done(work: &Work) -> &'static str {
    match work {
        Work::Reply { .. } => "not sent",
        Work::Note => "note not added",
        Work::Change { change, .. } => match change {
            Change::Status(Status::Open) => "not opened",
            Change::Status(Status::AgentRequested) => "not passed to the team",
            Change::Status(Status::Resolved) => "not resolved",
            Change::Status(Status::Closed) => "not closed",
            Change::Status(Status::Archived) => "not archived",
            Change::Status(Status::BotActive | Status::Other(_)) => "status not changed",
            Change::Priority(_) => "priority not changed",
            Change::Owner(_) => "not assigned",
            Change::Title(_) => "title not changed",
            Change::Email(_) => "e-mail not changed",
            Change::Name(_) => "name not changed",
            Change::Phone(_) => "telephone number not changed",
        },
        Work::Tags { .. } => "tags not changed",
        Work::CreateTag { .. } => "tag not made",
        Work::DeleteTag { .. } => "tag not deleted",
    }
}

/// A kind of step in a word or two, for the log: nothing of what it says.
#[must_use]
pub fn kind(work: &Work) -> &'static str {
    match work {
        Work::Reply { .. } => "reply",
        Work::Note => "note",
        Work::Change { change, from } => match change {
            Change::Status(Status::Open) if from.as_ref() == Some(&Change::Status(Status::BotActive)) => "take over",
            Change::Status(Status::Open) => "reopen",
            Change::Status(Status::AgentRequested) => "pass to the team",
            Change::Status(Status::Resolved) => "resolve",
            Change::Status(Status::Closed) => "close",
            Change::Status(Status::Archived) => "archive",
            Change::Status(Status::BotActive | Status::Other(_)) => "status",
            Change::Priority(_) => "priority",
            Change::Owner(_) => "assign",
            Change::Title(_) => "title",
            Change::Email(_) => "e-mail",
            Change::Name(_) => "name",
            Change::Phone(_) => "telephone",
        },
        Work::Tags { .. } => "tags",
        Work::CreateTag { .. } => "new tag",
        Work::DeleteTag { .. } => "delete tag",
    }
}

fn priority(priority: &Priority) -> String {
    words::priority(priority).unwrap_or_else(|| "medium".to_owned())
}

fn member(model: &Model, owner: &crate::domain::UserId) -> String {
    words::quoted(&model.directory.member(owner).unwrap_or_else(|| RawText::new(owner.as_str())))
}

fn tag_name(model: &Model, tag: &crate::domain::TagId) -> String {
    let name = model.sidebar.palette.get(tag).map(|tag| tag.name.clone());
    words::quoted(&name.unwrap_or_else(|| RawText::new(tag.as_str())))
}
