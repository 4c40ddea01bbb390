//! A change of one field of a conversation: what one PATCH asks for (contract, section 2.3).

use crate::text::RawText;

use super::conversation::{Conversation, Priority, Status};
use super::ids::UserId;

/// One field and what it shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// The status: never `bot_active`, never one that this version does not know.
    Status(Status),
    /// The priority.
    Priority(Priority),
    /// The assignee; none for nobody.
    Owner(Option<UserId>),
    /// The title; none for none.
    Title(Option<RawText>),
    /// Where mails to an absent visitor go.
    Email(Option<RawText>),
    /// The visitor's name.
    Name(Option<RawText>),
    /// The visitor's telephone number.
    Phone(Option<RawText>),
}

impl Change {
    /// The same field as `conversation` has it now: what takes this change back.
    #[must_use]
    pub fn standing(&self, conversation: &Conversation) -> Self {
        match self {
            Self::Status(_) => Self::Status(conversation.status.clone()),
            Self::Priority(_) => Self::Priority(conversation.priority.clone()),
            Self::Owner(_) => Self::Owner(conversation.assigned_to.clone()),
            Self::Title(_) => Self::Title(conversation.title.clone()),
            Self::Email(_) => Self::Email(conversation.contact_email.clone()),
            Self::Name(_) => Self::Name(conversation.contact_name.clone()),
            Self::Phone(_) => Self::Phone(conversation.contact_phone.clone()),
        }
    }

    /// Whether both are of one field.
    #[must_use]
    pub fn same_field(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other)
    }

    /// Whether `conversation` shows its effect already.
    #[must_use]
    pub fn stands_in(&self, conversation: &Conversation) -> bool {
        *self == self.standing(conversation)
    }

    /// Writes it into a conversation, as the platform will once it took it.
    pub fn apply(&self, conversation: &mut Conversation) {
        match self.clone() {
            Self::Status(status) => conversation.status = status,
            Self::Priority(priority) => conversation.priority = priority,
            Self::Owner(owner) => conversation.assigned_to = owner,
            Self::Title(title) => conversation.title = title,
            Self::Email(email) => conversation.contact_email = email,
            Self::Name(name) => conversation.contact_name = name,
            Self::Phone(phone) => conversation.contact_phone = phone,
        }
    }

    /// Whether the visitor sees its effect: a marker, the bot falling silent, a conversation that is open again.
    #[must_use]
    pub const fn is_visible(&self) -> bool {
        match self {
            Self::Status(Status::Archived) => false,
            Self::Status(_) => true,
            Self::Priority(_) | Self::Owner(_) | Self::Title(_) | Self::Email(_) | Self::Name(_) | Self::Phone(_) => {
                false
            }
        }
    }
}
