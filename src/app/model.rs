//! The whole state, as areas. One owner (the run loop) changes it, through `update` and `settle` alone.

use std::sync::Arc;
use std::time::Duration;

use crate::budget::Budget;
use crate::domain::{Chatbot, ChatbotId, ConversationId, Me, Member, Moment, UserId};
use crate::text::RawText;

use super::composer::Composer;
use super::event::Size;
use super::fields::Field;
use super::inbox::Inbox;
use super::journal_log::Acts;
use super::link::Link;
use super::notice::Notices;
use super::outbox::Outbox;
use super::overlay::Overlays;
use super::poller::Poller;
use super::reading::Reading;
use super::screen::Screen;
use super::settings::Settings;
use super::sidebar::Sidebar;
use super::thread::Threads;
use super::undo::Undo;

/// The state.
#[derive(Clone, Debug, Default)]
pub struct Model {
    /// The moment of the event being handled; ages are drawn from it.
    pub now: Moment,
    /// The number of the event being handled.
    pub step: u64,
    /// What a person set.
    pub settings: Settings,
    /// Names for ids, and who I am.
    pub directory: Directory,
    /// The list.
    pub inbox: Inbox,
    /// The threads that were read.
    pub threads: Threads,
    /// How threads are read, and what is searched for.
    pub reading: Reading,
    /// Notes, tags and the palette.
    pub sidebar: Sidebar,
    /// Drafts, and the one being written.
    pub composer: Composer,
    /// Replies on their way.
    pub outbox: Outbox,
    /// What was done in this session.
    pub acts: Acts,
    /// What of it can be taken back.
    pub undo: Undo,
    /// Popups, questions, a waiting prefix.
    pub overlays: Overlays,
    /// How the platform answers.
    pub link: Link,
    /// The shared request budget.
    pub budget: Budget,
    /// What is on screen and who takes the keys.
    pub panes: Panes,
    /// What is read when.
    pub poller: Poller,
    /// Short sentences to the person.
    pub notices: Notices,
    /// What `settle` measured for the next frame.
    pub screen: Screen,
}

/// Names for ids.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Whose credential this is, once told.
    pub credential: Option<Me>,
    /// Who I am among the members.
    pub me: Option<UserId>,
    /// The active members.
    pub members: Vec<Member>,
    /// The chatbots seen.
    pub chatbots: Vec<Chatbot>,
}

impl Directory {
    /// A member's name, if that person is still a member.
    #[must_use]
    pub fn member(&self, user: &UserId) -> Option<RawText> {
        self.members.iter().find(|member| member.user_id == *user).map(Member::name)
    }

    /// A chatbot's name.
    #[must_use]
    pub fn chatbot(&self, id: &ChatbotId) -> Option<&RawText> {
        self.chatbots.iter().find(|chatbot| chatbot.id == *id).map(|chatbot| &chatbot.name)
    }
}

/// Who takes the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Focus {
    /// The list.
    #[default]
    List,
    /// The thread.
    Thread,
    /// The sidebar.
    Sidebar,
    /// The composer (open on [`Composer::open`]).
    Composer,
}

/// What is on screen.
#[derive(Clone, Debug)]
pub struct Panes {
    /// The screen's size.
    pub size: Size,
    /// Who takes the keys.
    pub focus: Focus,
    /// The conversation that was opened; else the thread pane previews a row.
    pub on_screen: Option<ConversationId>,
    /// Whether the terminal has the focus; none if it never said.
    pub terminal_focused: Option<bool>,
    /// When the last key was pressed, if any was.
    pub last_key: Option<Duration>,
    /// Since when the cursor rests on its row.
    pub rests_since: Duration,
    /// The row whose thread is previewed beside the list: it follows the cursor once that rests.
    pub previewed: Option<ConversationId>,
    /// The field of the sidebar under the cursor.
    pub field: Option<Field>,
    /// The first Ctrl-C at the top was pressed: a second one leaves.
    pub interrupted: bool,
    /// Set by what must be drawn; cleared by the loop after drawing.
    pub dirty: bool,
    /// The loop is to end.
    pub leaving: bool,
}

impl Default for Panes {
    fn default() -> Self {
        Self {
            size: Size::default(),
            focus: Focus::default(),
            on_screen: None,
            terminal_focused: None,
            last_key: None,
            rests_since: Duration::ZERO,
            previewed: None,
            field: None,
            interrupted: false,
            dirty: true,
            leaving: false,
        }
    }
}

impl Model {
    /// A model with these settings, before its first event.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let mut model = Self::default();
        model.directory.me.clone_from(&settings.me);
        model.adopt(settings);
        model
    }

    /// Other settings from now on. Who I am is not asked again.
    pub fn adopt(&mut self, settings: Settings) {
        self.settings = settings;
        if self.settings.enter_sends {
            self.settings.keymap = Arc::new(self.settings.keymap.sending_by_enter());
        }
        self.panes.dirty = true;
    }

    /// The conversation whose thread stands in the thread pane: the opened one, else the one previewed.
    #[must_use]
    pub fn shown(&self) -> Option<&ConversationId> {
        self.panes.on_screen.as_ref().or(self.panes.previewed.as_ref())
    }
}
