//! Conversations: the list, one of them, and a change of one.

use crate::domain::{ChatbotId, Conversation, ConversationId, Cursor, Page, Status, UserId};

use super::client::{Answer, Client};
use super::{decode, pages};

/// What to list (contract, section 2.2). `sort` is never sent: its values are not documented.
#[derive(Clone, Debug)]
pub struct ConversationsQuery {
    /// In which states; one that the platform never named cannot be asked for and is left out.
    pub statuses: Vec<Status>,
    /// Whose.
    pub assigned_to: Vec<UserId>,
    /// Also nobody's; only together with `assigned_to`.
    pub include_unassigned: bool,
    /// On which bot.
    pub chatbot: Option<ChatbotId>,
    /// Where the walk goes on.
    pub cursor: Option<Cursor>,
    /// How many, 1 to 100.
    pub limit: u8,
}

impl Default for ConversationsQuery {
    fn default() -> Self {
        Self {
            statuses: Vec::new(),
            assigned_to: Vec::new(),
            include_unassigned: false,
            chatbot: None,
            cursor: None,
            limit: 25,
        }
    }
}

impl Client {
    /// `GET /conversations`: one page.
    pub async fn conversations(&self, query: &ConversationsQuery) -> Answer<Page<Conversation>> {
        let mut url = self.endpoint(&["conversations"]);
        let statuses: Vec<_> = query.statuses.iter().filter_map(Status::word).collect();
        let people: Vec<_> = query.assigned_to.iter().map(UserId::as_str).collect();
        {
            let mut pairs = url.query_pairs_mut();
            if !statuses.is_empty() {
                pairs.append_pair("status", &statuses.join(","));
            }
            if !people.is_empty() {
                pairs.append_pair("assigned_to", &people.join(","));
                if query.include_unassigned {
                    pairs.append_pair("include_unassigned", "true");
                }
            }
            if let Some(chatbot) = &query.chatbot {
                pairs.append_pair("chatbot_id", chatbot.as_str());
            }
        }
        pages::place(&mut url, query.cursor.as_ref(), query.limit);
        self.get(url, decode::conversations).await
    }

    /// `GET /conversations/{id}`.
    pub async fn conversation(&self, id: &ConversationId) -> Answer<Conversation> {
        let url = self.endpoint(&["conversations", id.as_str()]);
        self.get(url, |body| decode::conversation(body, id)).await
    }

    /// `PATCH /conversations/{id}`: sends exactly these bytes, never under an idempotency key (the platform ignores it
    /// there), and answers with the conversation as it is then. A good answer that does not show it leaves unknown
    /// whether it was changed: read before asking again.
    pub async fn change(&self, id: &ConversationId, body: Vec<u8>) -> Answer<Conversation> {
        let url = self.endpoint(&["conversations", id.as_str()]);
        self.patch(url, body, |body| decode::changed(body, id)).await
    }
}
