//! Who is there: whose key this is, the team, the chatbots.

use crate::domain::{Chatbot, ChatbotId, Me, Member, MemberId, Page};

use super::client::{Answer, Client};
use super::{decode, pages};

impl Client {
    /// `GET /me`: whose credential this is.
    pub async fn me(&self) -> Answer<Me> {
        self.get(self.endpoint(&["me"]), decode::me).await
    }

    /// `GET /team/members`: the active members, documented to come in one response.
    pub async fn members(&self) -> Answer<Page<Member>> {
        self.get(self.endpoint(&["team", "members"]), decode::members).await
    }

    /// `GET /team/members/{id}`: one membership; a member who was removed is not there.
    pub async fn member(&self, id: &MemberId) -> Answer<Member> {
        self.get(self.endpoint(&["team", "members", id.as_str()]), decode::one_member).await
    }

    /// `GET /chatbots`, `page` from 1, 100 a page: while the answer's `next` is set there is one more.
    pub async fn chatbots(&self, page: u32) -> Answer<Page<Chatbot>> {
        let mut url = self.endpoint(&["chatbots"]);
        pages::number(&mut url, page);
        self.get(url, decode::chatbots).await
    }

    /// `GET /chatbots/{id}`.
    pub async fn chatbot(&self, id: &ChatbotId) -> Answer<Chatbot> {
        self.get(self.endpoint(&["chatbots", id.as_str()]), |body| decode::one_chatbot(body, id)).await
    }
}
