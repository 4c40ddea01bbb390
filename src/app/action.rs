//! What a person can do, as one closed list with the words that help and hints use.

use serde::{Deserialize, Serialize};

use super::inbox::View;

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
    /// Take back the reply that is held.
    TakeBack,
    /// Read the list again and show what is new.
    Refresh,
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
            Self::Show(View::All) => "view All",
            Self::Longest => "who has waited longest",
            Self::Reply => "reply",
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
            Self::Pipe => "pipe the transcript, without notes, to a command",
            Self::TakeBack => "take back the held reply",
            Self::Refresh => "refresh, show what is new",
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
