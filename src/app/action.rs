//! What a person can do, as one closed list with the words that help and hints use.

use serde::{Deserialize, Serialize};

use crate::domain::{Priority, Status};

use super::inbox::View;

/// A priority that a person can choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Low.
    Low,
    /// The usual one.
    Medium,
    /// High.
    High,
}

impl Level {
    /// All of them, the most urgent first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// As the platform has it.
    #[must_use]
    pub const fn priority(self) -> Priority {
        match self {
            Self::Low => Priority::Low,
            Self::Medium => Priority::Medium,
            Self::High => Priority::High,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// A status that a person can ask for: those that PATCH takes (contract, section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Goal {
    /// A person works on it.
    Open,
    /// It waits for a person.
    Human,
    /// Handled.
    Resolved,
    /// Ended without being solved.
    Closed,
    /// Out of the default inbox.
    Archived,
}

impl Goal {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Open, Self::Human, Self::Resolved, Self::Closed, Self::Archived];

    /// As the platform has it.
    #[must_use]
    pub const fn status(self) -> Status {
        match self {
            Self::Open => Status::Open,
            Self::Human => Status::AgentRequested,
            Self::Resolved => Status::Resolved,
            Self::Closed => Status::Closed,
            Self::Archived => Status::Archived,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Human => "needs a person",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Archived => "archived",
        }
    }
}

/// An act of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Action {
    /// The next row, or message.
    Next,
    /// The previous row, or message.
    Previous,
    /// A page down.
    PageDown,
    /// A page up.
    PageUp,
    /// The first row, or message.
    First,
    /// The last row, or the end of the thread.
    Last,
    /// Open what the cursor is on.
    Open,
    /// Back to the pane before.
    Back,
    /// The next conversation of the view.
    NextConversation,
    /// The previous conversation of the view.
    PreviousConversation,
    /// The next conversation with news.
    NextChanged,
    /// The previous conversation with news.
    PreviousChanged,
    /// The next view.
    NextView,
    /// The previous view.
    PreviousView,
    /// A view by name.
    Show(View),
    /// The visitor who has waited longest.
    Longest,
    /// Write a reply.
    Reply,
    /// Write a note for the team.
    Note,
    /// Take a conversation over from the bot.
    TakeOver,
    /// Assign to me.
    AssignToMe,
    /// Assign to somebody, or to nobody.
    Assign,
    /// Hand over to a colleague, with a note.
    HandOver,
    /// Choose tags.
    Tags,
    /// Set the priority.
    Prioritize(Level),
    /// Set the status.
    Become(Goal),
    /// Choose a status, with the reasons of those that do not go.
    ChooseStatus,
    /// Resolve, and go on to the next.
    Resolve,
    /// Resolve, and stay.
    ResolveAndStay,
    /// Close.
    Close,
    /// Reopen.
    Reopen,
    /// Do again what was undone.
    Redo,
    /// Do the last act again, here.
    Repeat,
    /// Every action by name.
    Palette,
    /// What is on its way, and what asks.
    Outbox,
    /// What was done here.
    Log,
    /// The drafts.
    Drafts,
    /// Keep a note on top.
    Pin,
    /// Send and resolve.
    SendAndResolve,
    /// Attach a file by its public address.
    Attach,
    /// Take the last attachment off again.
    Detach,
    /// Of a hand-over: the priority that goes with it.
    HandOverPriority,
    /// Show or leave the sidebar.
    Sidebar,
    /// Unfold the message under the cursor.
    Unfold,
    /// Unfold or fold the bot's tool calls.
    Trace,
    /// Texts as they are written, or without the marks of emphasis.
    Source,
    /// The links and files.
    Links,
    /// Copy the conversation's id.
    CopyId,
    /// Copy the message under the cursor.
    CopyMessage,
    /// Copy the transcript, without notes.
    CopyTranscript,
    /// Copy the first link of the message under the cursor.
    CopyLink,
    /// Copy the visitor's e-mail address.
    CopyEmail,
    /// Pipe the transcript, without notes, to a command.
    Pipe,
    /// Search.
    Search,
    /// The next hit.
    SearchNext,
    /// The previous hit.
    SearchPrevious,
    /// What was typed stands: find it, or open the row.
    SearchKeep,
    /// End the search.
    SearchEnd,
    /// Take back what is held, else undo the last act.
    TakeBack,
    /// Read the list again and show what is new.
    Refresh,
    /// Read the configuration again.
    Reload,
    /// Draw everything again.
    Redraw,
    /// The keys that work here.
    Help,
    /// Close, quit.
    Quit,
    /// Stop until continued.
    Suspend,
    /// Send what is written; with nothing written, send what is held now.
    Send,
    /// A new line.
    NewLine,
    /// Leave the composer, the draft is kept.
    Leave,
    /// Discard the draft.
    Discard,
    /// Up in the text; in the empty composer, take back the held reply.
    EditUp,
    /// Down in the text.
    EditDown,
    /// Left.
    EditLeft,
    /// Right.
    EditRight,
    /// A word left.
    EditWordLeft,
    /// A word right.
    EditWordRight,
    /// The line's beginning.
    EditHome,
    /// The line's end.
    EditEnd,
    /// Delete to the left.
    EditBackspace,
    /// Delete to the right.
    EditDelete,
    /// Delete a word to the left.
    EditDeleteWord,
    /// Delete to the line's end.
    EditKillToEnd,
    /// Delete to the line's beginning.
    EditKillToStart,
    /// Put back what was deleted by line or word.
    EditYank,
    /// Undo in the text.
    EditUndo,
    /// A tab.
    EditTab,
    /// Scroll the thread up while writing.
    ThreadUp,
    /// Scroll the thread down while writing.
    ThreadDown,
}

impl Action {
    /// Its stable name in `keymap.toml`: the variant's words in lower case with hyphens (`next-conversation`,
    /// `show-waiting`). assets/keymap.toml pins every name.
    #[must_use]
    pub fn name(self) -> String {
        let mut name = String::new();
        for char in format!("{self:?}").chars().filter(char::is_ascii_alphanumeric) {
            if char.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(char.to_ascii_lowercase());
        }
        name
    }

    /// The act of that name, among those that have a key by default.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        super::keymap::BINDINGS.iter().map(|binding| binding.action).find(|action| action.name() == name)
    }

    /// What it does, in the words of the help.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Self::Next => "next row, or message",
            Self::Previous => "previous row, or message",
            Self::PageDown => "a page down",
            Self::PageUp => "a page up",
            Self::First => "first",
            Self::Last => "last, or the end of the thread",
            Self::Open => "open",
            Self::Back => "back",
            Self::NextConversation => "next conversation",
            Self::PreviousConversation => "previous conversation",
            Self::NextChanged => "next with news",
            Self::PreviousChanged => "previous with news",
            Self::NextView => "next view",
            Self::PreviousView => "previous view",
            Self::Show(View::Waiting) => "view Waiting",
            Self::Show(View::Mine) => "view Mine",
            Self::Show(View::Open) => "view Open",
            Self::Show(View::Unassigned) => "view Unassigned",
            Self::Show(View::Bot) => "view Bot",
            Self::Show(View::Resolved) => "view Resolved",
            Self::Show(View::All) => "view All",
            Self::Longest => "who has waited longest",
            Self::Reply => "reply",
            Self::Note => "note, for the team only",
            Self::TakeOver => "take over from the bot",
            Self::AssignToMe => "assign to me",
            Self::Assign => "assign to…",
            Self::HandOver => "hand over with a note",
            Self::Tags => "tags",
            Self::Prioritize(Level::Low) => "priority low",
            Self::Prioritize(Level::Medium) => "priority medium",
            Self::Prioritize(Level::High) => "priority high",
            Self::Become(Goal::Open) => "status open",
            Self::Become(Goal::Human) => "status needs a person",
            Self::Become(Goal::Resolved) => "status resolved",
            Self::Become(Goal::Closed) => "status closed",
            Self::Become(Goal::Archived) => "status archived",
            Self::ChooseStatus => "choose a status",
            Self::Resolve => "resolve, then the next one",
            Self::ResolveAndStay => "resolve and stay",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::Redo => "redo",
            Self::Repeat => "repeat the last act here",
            Self::Palette => "every action by name",
            Self::Outbox => "outbox",
            Self::Log => "log",
            Self::Drafts => "drafts",
            Self::Pin => "in the sidebar: keep this note on top",
            Self::SendAndResolve => "send and resolve",
            Self::Attach => "attach a public https address",
            Self::Detach => "take the last attachment off",
            Self::HandOverPriority => "of a hand-over: its priority",
            Self::Sidebar => "sidebar",
            Self::Unfold => "unfold the message",
            Self::Trace => "bot trace: what its tools were asked and answered",
            Self::Source => "texts as they are written",
            Self::Links => "links and files, to open or save",
            Self::CopyId => "copy the conversation's id",
            Self::CopyMessage => "copy the message",
            Self::CopyTranscript => "copy the transcript, without notes",
            Self::CopyLink => "copy the first link of the message",
            Self::CopyEmail => "copy the e-mail address",
            Self::Search => "search",
            Self::SearchNext => "next hit",
            Self::SearchPrevious => "previous hit",
            Self::SearchKeep => "find it in the thread, open the row in the list",
            Self::SearchEnd => "end the search",
            Self::Pipe => "pipe the transcript to a command",
            Self::TakeBack => "take back what is held, else undo",
            Self::Refresh => "refresh, show what is new",
            Self::Reload => "read the configuration again",
            Self::Redraw => "draw again",
            Self::Help => "keys that work here",
            Self::Quit => "close, quit",
            Self::Suspend => "suspend",
            Self::Send => "send; in the empty composer: send the held one now",
            Self::NewLine => "new line",
            Self::Leave => "leave, the draft is kept",
            Self::Discard => "discard the draft",
            Self::EditUp => "up; in the empty composer: take back the held reply",
            Self::EditDown => "down",
            Self::EditLeft => "left",
            Self::EditRight => "right",
            Self::EditWordLeft => "a word left",
            Self::EditWordRight => "a word right",
            Self::EditHome => "beginning of the line",
            Self::EditEnd => "end of the line",
            Self::EditBackspace => "delete to the left",
            Self::EditDelete => "delete to the right",
            Self::EditDeleteWord => "delete a word",
            Self::EditKillToEnd => "delete to the end of the line",
            Self::EditKillToStart => "delete to the beginning of the line",
            Self::EditYank => "put back what was deleted",
            Self::EditUndo => "undo in the text",
            Self::EditTab => "a tab",
            Self::ThreadUp => "scroll the thread up",
            Self::ThreadDown => "scroll the thread down",
        }
    }

    /// The word of the hint line; none for what is not hinted at.
    #[must_use]
    pub const fn hint(self) -> Option<&'static str> {
        match self {
            Self::Open => Some("open"),
            Self::Back => Some("back"),
            Self::Longest => Some("longest waiting"),
            Self::Reply => Some("reply"),
            Self::Note => Some("note"),
            Self::TakeOver => Some("take over"),
            Self::AssignToMe => Some("mine"),
            Self::Assign => Some("assign"),
            Self::HandOver => Some("hand over"),
            Self::Tags => Some("tags"),
            Self::Resolve => Some("resolve"),
            Self::Reopen => Some("reopen"),
            Self::Palette => Some("actions"),
            Self::Prioritize(level) => Some(level.word()),
            Self::Become(goal) => Some(goal.word()),
            Self::ChooseStatus => Some("choose"),
            Self::Show(view) => Some(view.word()),
            Self::Outbox => Some("outbox"),
            Self::Log => Some("log"),
            Self::Reload => Some("reload"),
            Self::Drafts => Some("drafts"),
            Self::Pin => Some("pin"),
            Self::SendAndResolve => Some("send and resolve"),
            Self::Attach => Some("attach"),
            Self::Detach => Some("detach"),
            Self::HandOverPriority => Some("priority"),
            Self::NextConversation => Some("next"),
            Self::Sidebar => Some("sidebar"),
            Self::Trace => Some("bot trace"),
            Self::Links => Some("links"),
            Self::CopyId => Some("copies the id"),
            Self::CopyMessage => Some("message"),
            Self::CopyTranscript => Some("transcript"),
            Self::CopyLink => Some("link"),
            Self::CopyEmail => Some("e-mail"),
            Self::SearchNext => Some("next hit"),
            Self::SearchEnd => Some("ends the search"),
            Self::TakeBack => Some("take back"),
            Self::Redo => Some("redo"),
            Self::Repeat => Some("repeat"),
            Self::Refresh => Some("refresh"),
            Self::Help => Some("keys"),
            Self::Quit => Some("quit"),
            Self::Send => Some("send"),
            Self::Leave => Some("leave, draft kept"),
            Self::Discard => Some("discard"),
            Self::ThreadUp => Some("thread"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stable_words_with_hyphens_and_are_read_back() {
        assert_eq!(Action::NextConversation.name(), "next-conversation");
        assert_eq!(Action::Show(View::Waiting).name(), "show-waiting");
        for binding in super::super::keymap::BINDINGS {
            let name = binding.action.name();
            assert_eq!(Action::parse(&name), Some(binding.action), "{name}");
        }
        assert_eq!(Action::parse("nonsense"), None);
    }
}
