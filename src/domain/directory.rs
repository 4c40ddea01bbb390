//! Names for ids: members, chatbots, and whose key this is.

use serde::{Deserialize, Serialize};

use crate::text::RawText;

use super::ids::{ChatbotId, MemberId, UserId};

/// One active member of the team (contract, section 2.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The membership.
    pub id: MemberId,
    /// The person: what `assigned_to` holds.
    pub user_id: UserId,
    /// First name.
    pub first_name: Option<RawText>,
    /// Last name.
    pub last_name: Option<RawText>,
    /// The role's name, for display only.
    pub role: Option<RawText>,
}

impl Member {
    /// First and last name, else the user id.
    #[must_use]
    pub fn name(&self) -> RawText {
        let names = [&self.first_name, &self.last_name];
        let mut given = names.into_iter().flatten().filter(|name| !name.as_raw().trim().is_empty());
        match (given.next(), given.next()) {
            (None, _) => RawText::new(self.user_id.as_str()),
            (Some(one), None) => one.clone(),
            (Some(first), Some(last)) => RawText::new(format!("{} {}", first.as_raw(), last.as_raw())),
        }
    }
}

/// One chatbot: a name for an id (contract, section 2.8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chatbot {
    /// Its id.
    pub id: ChatbotId,
    /// Its name.
    pub name: RawText,
}

/// Whose credential this is (contract, section 1, `GET /me`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// The organisation's id.
    pub organisation_id: Option<RawText>,
    /// The organisation's name.
    pub organisation_name: Option<RawText>,
    /// The acting person, for an OAuth token only: an API key has none.
    pub user_id: Option<UserId>,
}
