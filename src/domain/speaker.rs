//! Who spoke: the platform's `assistant` covers the bot and people (contract, section 7.2).

use std::collections::HashSet;

use super::message::{Message, Role};

/// Who spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// The visitor.
    Visitor,
    /// A person of the team: the source says so.
    Person,
    /// The bot: the source says so, or its kind of message is known from before the first marker.
    Bot,
    /// Bot or dashboard: it counts as an answer and arms the guard.
    Unknown,
    /// A marker of the platform.
    Marker,
}

impl Speaker {
    /// Whether this may be a person of the team.
    #[must_use]
    pub const fn may_be_person(self) -> bool {
        match self {
            Self::Person | Self::Unknown => true,
            Self::Visitor | Self::Bot | Self::Marker => false,
        }
    }
}

/// The speakers of a thread, in the thread's order. `from_start` says that the first message is the thread's first.
///
/// A message whose source says nothing is the bot's before the thread's first marker; later it is the bot's if its
/// metadata has a shape that the bot's had then, unless a shape like it is seen after a takeover: then nobody can tell.
#[must_use]
pub fn speakers<'a>(messages: impl Iterator<Item = &'a Message> + Clone, from_start: bool) -> Vec<Speaker> {
    let mut bot_shapes: HashSet<&str> = HashSet::new();
    let mut shapes_after_marker: HashSet<&str> = HashSet::new();
    let mut before_first_marker = from_start;
    let mut after_person = false;
    for message in messages.clone() {
        match message.role {
            Role::System => {
                after_person |= is_takeover_marker(message);
                before_first_marker = false;
            }
            Role::Assistant => {
                let shape = message.metadata.shape.as_raw();
                match by_source(message) {
                    Some(Speaker::Bot) => {
                        bot_shapes.insert(shape);
                    }
                    Some(_) => {}
                    None if before_first_marker => {
                        bot_shapes.insert(shape);
                    }
                    None if after_person => {
                        shapes_after_marker.insert(shape);
                    }
                    None => {}
                }
            }
            Role::User | Role::Other(_) => {}
        }
    }
    let mut before_first_marker = from_start;
    messages
        .map(|message| match message.role {
            Role::User => Speaker::Visitor,
            Role::System => {
                before_first_marker = false;
                Speaker::Marker
            }
            Role::Assistant => by_source(message).unwrap_or_else(|| {
                let shape = message.metadata.shape.as_raw();
                if before_first_marker || (bot_shapes.contains(shape) && !shapes_after_marker.contains(shape)) {
                    Speaker::Bot
                } else {
                    Speaker::Unknown
                }
            }),
            Role::Other(_) => Speaker::Unknown,
        })
        .collect()
}

fn by_source(message: &Message) -> Option<Speaker> {
    match message.metadata.source.as_ref()?.as_raw() {
        "api" | "dashboard" | "agent" | "human" => Some(Speaker::Person),
        "bot" => Some(Speaker::Bot),
        _ => None,
    }
}

/// The one documented text of a takeover marker; used to tell when people were in the thread, never to decide a send.
fn is_takeover_marker(message: &Message) -> bool {
    message.role == Role::System && message.raw_text().as_raw().trim() == "A team member has joined the conversation."
}
