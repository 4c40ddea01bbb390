//! Keys as data: one table of defaults, and the [`Keymap`] of a person, which feeds dispatch, the hint line and the
//! help.

mod bound;

use serde::{Deserialize, Serialize};

pub use bound::{Bound, Change, Keymap, Keys, Lookup, Refusal, Why};

use super::action::{Action, Goal, Level};
use super::inbox::View;
use super::key::Key;

/// Where a key is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Context {
    /// In the list.
    List,
    /// In the thread.
    Thread,
    /// In the sidebar.
    Sidebar,
    /// In the composer.
    Composer,
    /// In the line of a search.
    Prompt,
}

impl Context {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::List, Self::Thread, Self::Sidebar, Self::Composer, Self::Prompt];

    /// Its name in `keymap.toml`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Thread => "thread",
            Self::Sidebar => "sidebar",
            Self::Composer => "composer",
            Self::Prompt => "search",
        }
    }

    /// Whether characters are text here, so that no bare one is a key.
    #[must_use]
    pub const fn is_text(self) -> bool {
        match self {
            Self::List | Self::Thread | Self::Sidebar => false,
            Self::Composer | Self::Prompt => true,
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Where it works.
    pub contexts: &'static [Context],
    /// The keys as people write them: one, or a prefix and a second one.
    pub keys: &'static str,
    /// What it does.
    pub action: Action,
}

const PANES: &[Context] = &[Context::List, Context::Thread, Context::Sidebar];
const READING: &[Context] = &[Context::List, Context::Thread];
const THREAD: &[Context] = &[Context::Thread];
const LIST: &[Context] = &[Context::List];
const COMPOSER: &[Context] = &[Context::Composer];
const PROMPT: &[Context] = &[Context::Prompt];
const WRITING: &[Context] = &[Context::Composer, Context::Prompt];
const EVERYWHERE: &[Context] = &Context::ALL;

const fn row(contexts: &'static [Context], keys: &'static str, action: Action) -> Binding {
    Binding { contexts, keys, action }
}

/// The defaults. The first row of an action in a context is the one that hints show.
pub const BINDINGS: &[Binding] = &[
    row(&[Context::List, Context::Sidebar], "<enter>", Action::Open),
    row(PANES, "w", Action::Longest),
    row(PANES, "r", Action::Reply),
    row(PANES, "n", Action::Note),
    row(PANES, "T", Action::TakeOver),
    row(PANES, "m", Action::AssignToMe),
    row(PANES, "a", Action::Assign),
    row(PANES, "H", Action::HandOver),
    row(PANES, "t", Action::Tags),
    row(PANES, "e", Action::Resolve),
    row(PANES, "E", Action::ResolveAndStay),
    row(PANES, "c", Action::Close),
    row(PANES, "o", Action::Reopen),
    row(THREAD, "J", Action::NextConversation),
    row(LIST, "J", Action::NextConversation),
    row(&[Context::Sidebar], "P", Action::Pin),
    row(PANES, "v", Action::Sidebar),
    row(&[Context::Thread, Context::Sidebar], "<esc>", Action::Back),
    row(PANES, "R", Action::Refresh),
    row(PANES, "?", Action::Help),
    row(PANES, "q", Action::Quit),
    row(PANES, "j", Action::Next),
    row(PANES, "<down>", Action::Next),
    row(PANES, "k", Action::Previous),
    row(PANES, "<up>", Action::Previous),
    row(READING, "<c-d>", Action::PageDown),
    row(READING, "<pgdn>", Action::PageDown),
    row(READING, "<space>", Action::PageDown),
    row(READING, "<c-u>", Action::PageUp),
    row(READING, "<pgup>", Action::PageUp),
    row(READING, "gg", Action::First),
    row(READING, "<home>", Action::First),
    row(READING, "G", Action::Last),
    row(READING, "<end>", Action::Last),
    row(LIST, "l", Action::Open),
    row(LIST, "<right>", Action::Open),
    row(&[Context::Thread, Context::Sidebar], "h", Action::Back),
    row(&[Context::Thread, Context::Sidebar], "<left>", Action::Back),
    row(READING, "K", Action::PreviousConversation),
    row(READING, "<gt>", Action::NextChanged),
    row(READING, "]", Action::NextChanged),
    row(READING, "<lt>", Action::PreviousChanged),
    row(READING, "[", Action::PreviousChanged),
    row(PANES, "<tab>", Action::NextView),
    row(PANES, "<backtab>", Action::PreviousView),
    row(PANES, "1", Action::Show(View::Waiting)),
    row(PANES, "2", Action::Show(View::Mine)),
    row(PANES, "3", Action::Show(View::Open)),
    row(PANES, "4", Action::Show(View::Unassigned)),
    row(PANES, "5", Action::Show(View::Bot)),
    row(PANES, "6", Action::Show(View::Resolved)),
    row(PANES, "7", Action::Show(View::All)),
    row(PANES, "gn", Action::Show(View::Waiting)),
    row(PANES, "gm", Action::Show(View::Mine)),
    row(PANES, "go", Action::Show(View::Open)),
    row(PANES, "gu", Action::Show(View::Unassigned)),
    row(PANES, "gb", Action::Show(View::Bot)),
    row(PANES, "gr", Action::Show(View::Resolved)),
    row(PANES, "ga", Action::Show(View::All)),
    row(PANES, "gd", Action::Drafts),
    row(PANES, "gq", Action::Outbox),
    row(PANES, "gl", Action::Log),
    row(PANES, "gc", Action::Reload),
    row(PANES, "ph", Action::Prioritize(Level::High)),
    row(PANES, "pm", Action::Prioritize(Level::Medium)),
    row(PANES, "pl", Action::Prioritize(Level::Low)),
    row(PANES, "so", Action::Become(Goal::Open)),
    row(PANES, "sh", Action::Become(Goal::Human)),
    row(PANES, "sr", Action::Become(Goal::Resolved)),
    row(PANES, "sc", Action::Become(Goal::Closed)),
    row(PANES, "sa", Action::Become(Goal::Archived)),
    row(PANES, "ss", Action::ChooseStatus),
    row(PANES, "u", Action::TakeBack),
    row(PANES, "<c-r>", Action::Redo),
    row(PANES, ".", Action::Repeat),
    row(PANES, ":", Action::Palette),
    row(PANES, "<c-k>", Action::Palette),
    row(THREAD, "<enter>", Action::Unfold),
    row(THREAD, "l", Action::Unfold),
    row(THREAD, "<right>", Action::Unfold),
    row(THREAD, "b", Action::Trace),
    row(THREAD, "O", Action::Links),
    row(THREAD, "S", Action::Source),
    row(READING, "/", Action::Search),
    row(READING, "<c-n>", Action::SearchNext),
    row(READING, "<c-p>", Action::SearchPrevious),
    row(READING, "yi", Action::CopyId),
    row(THREAD, "ym", Action::CopyMessage),
    row(READING, "yt", Action::CopyTranscript),
    row(THREAD, "yu", Action::CopyLink),
    row(READING, "ye", Action::CopyEmail),
    row(READING, "!", Action::Pipe),
    row(READING, "|", Action::Pipe),
    row(COMPOSER, "<c-s>", Action::Send),
    row(COMPOSER, "<c-x><enter>", Action::Send),
    row(COMPOSER, "<c-enter>", Action::Send),
    row(COMPOSER, "<c-x>r", Action::SendAndResolve),
    row(COMPOSER, "<c-x>a", Action::Attach),
    row(COMPOSER, "<c-x>x", Action::Detach),
    row(COMPOSER, "<c-x>p", Action::HandOverPriority),
    row(COMPOSER, "<pgup>", Action::ThreadUp),
    row(COMPOSER, "<pgdn>", Action::ThreadDown),
    row(COMPOSER, "<esc>", Action::Leave),
    row(COMPOSER, "<c-x>d", Action::Discard),
    row(COMPOSER, "<enter>", Action::NewLine),
    row(COMPOSER, "<c-j>", Action::NewLine),
    row(COMPOSER, "<a-enter>", Action::NewLine),
    row(COMPOSER, "<s-enter>", Action::NewLine),
    row(COMPOSER, "<up>", Action::EditUp),
    row(COMPOSER, "<down>", Action::EditDown),
    row(WRITING, "<left>", Action::EditLeft),
    row(WRITING, "<right>", Action::EditRight),
    row(WRITING, "<c-left>", Action::EditWordLeft),
    row(WRITING, "<c-right>", Action::EditWordRight),
    row(WRITING, "<home>", Action::EditHome),
    row(WRITING, "<c-a>", Action::EditHome),
    row(WRITING, "<end>", Action::EditEnd),
    row(WRITING, "<c-e>", Action::EditEnd),
    row(WRITING, "<backspace>", Action::EditBackspace),
    row(WRITING, "<delete>", Action::EditDelete),
    row(WRITING, "<c-w>", Action::EditDeleteWord),
    row(WRITING, "<c-k>", Action::EditKillToEnd),
    row(WRITING, "<c-u>", Action::EditKillToStart),
    row(WRITING, "<c-y>", Action::EditYank),
    row(WRITING, "<c-_>", Action::EditUndo),
    row(COMPOSER, "<tab>", Action::EditTab),
    row(PROMPT, "<enter>", Action::SearchKeep),
    row(PROMPT, "<c-n>", Action::SearchNext),
    row(PROMPT, "<down>", Action::SearchNext),
    row(PROMPT, "<c-p>", Action::SearchPrevious),
    row(PROMPT, "<up>", Action::SearchPrevious),
    row(PROMPT, "<esc>", Action::SearchEnd),
    row(EVERYWHERE, "<c-l>", Action::Redraw),
    row(EVERYWHERE, "<c-z>", Action::Suspend),
];

/// What can't be left without any key, for otherwise nobody could get on: leaving, the help, sending.
pub const NEEDED: &[(Context, Action)] = &[
    (Context::List, Action::Quit),
    (Context::List, Action::Help),
    (Context::Thread, Action::Back),
    (Context::Thread, Action::Help),
    (Context::Sidebar, Action::Back),
    (Context::Composer, Action::Send),
    (Context::Composer, Action::Leave),
    (Context::Prompt, Action::SearchEnd),
];

/// Keys in the form that a person reads: `^X d`.
#[must_use]
pub fn written(keys: &str) -> String {
    let keys = Key::parse_all(keys).unwrap_or_default();
    let parts: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let names = parts.iter().any(|part| part.chars().count() > 1);
    parts.join(if names { " " } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_binding_can_be_read() {
        for binding in BINDINGS {
            let keys = Key::parse_all(binding.keys).unwrap_or_else(|| panic!("{}", binding.keys));
            assert!((1..=2).contains(&keys.len()), "{}", binding.keys);
        }
    }

    #[test]
    fn no_key_has_two_meanings_or_hides_behind_a_prefix() {
        for context in Context::ALL {
            let here: Vec<_> = BINDINGS.iter().filter(|binding| binding.contexts.contains(&context)).collect();
            for (at, one) in here.iter().enumerate() {
                for other in here.iter().skip(at + 1) {
                    let (one_keys, other_keys) =
                        (Key::parse_all(one.keys).unwrap(), Key::parse_all(other.keys).unwrap());
                    assert!(
                        !one_keys.starts_with(&other_keys) && !other_keys.starts_with(&one_keys),
                        "{context:?}: {} and {}",
                        one.keys,
                        other.keys
                    );
                }
            }
        }
    }

    #[test]
    fn no_default_key_needs_alt_or_turns_one_kind_of_text_into_another() {
        for binding in BINDINGS {
            let keys = Key::parse_all(binding.keys).unwrap();
            assert!(keys.iter().all(|key| !key.alt || binding.action == Action::NewLine), "{}", binding.keys);
        }
        let inside: Vec<_> = BINDINGS.iter().filter(|binding| binding.contexts.contains(&Context::Composer)).collect();
        assert!(inside.iter().all(|binding| !matches!(binding.action, Action::Reply | Action::Note)));
    }
}
