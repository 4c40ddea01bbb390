//! Tags: a conversation's set, which is only ever replaced whole, and the organisation's palette.

use crate::domain::problem::Reached;
use crate::domain::{ConversationId, Page, Problem, Tag, TagId};

use super::client::{Answer, Client};
use super::{decode, pages};

/// The code of a 409 for a name that another tag has (contract, section 2.7).
const NAME_TAKEN: &str = "conflict";

impl Client {
    /// `GET /conversations/{id}/tags`: the first hundred. Where `next` is set this is not the whole set, and a set
    /// made from it must not replace that.
    pub async fn tags(&self, id: &ConversationId) -> Answer<Page<Tag>> {
        let mut url = self.endpoint(&["conversations", id.as_str(), "tags"]);
        pages::number(&mut url, 1);
        self.get(url, decode::tags).await
    }

    /// `PUT /conversations/{id}/tags`: replaces the whole set; the last writer wins. Answers with the set as it is
    /// then, or its first page.
    pub async fn replace_tags(&self, id: &ConversationId, body: Vec<u8>) -> Answer<Page<Tag>> {
        self.put(self.endpoint(&["conversations", id.as_str(), "tags"]), body, decode::tags).await
    }

    /// `GET /conversation-tags`, `page` from 1, 100 a page: while the answer's `next` is set there is one more.
    pub async fn palette(&self, page: u32) -> Answer<Page<Tag>> {
        let mut url = self.endpoint(&["conversation-tags"]);
        pages::number(&mut url, page);
        self.get(url, decode::tags).await
    }

    /// `POST /conversation-tags`: a new tag. A name that exists, in whatever case, is a conflict and refused.
    pub async fn create_tag(&self, key: &str, body: Vec<u8>) -> Answer<Tag> {
        let answer = self.post(self.endpoint(&["conversation-tags"]), key, body, decode::created_tag).await;
        Answer { result: answer.result.map_err(refused_if_taken), ..answer }
    }

    /// `DELETE /conversation-tags/{id}`: takes it off every conversation, for good.
    pub async fn delete_tag(&self, id: &TagId) -> Answer<()> {
        self.delete(self.endpoint(&["conversation-tags", id.as_str()])).await
    }
}

/// Of the two kinds of 409 here, one says that the first try under this key may still be worked on, the other that the
/// name is taken: nothing was made then.
fn refused_if_taken(problem: Problem) -> Problem {
    let taken = problem.status == Some(409) && problem.code.as_ref().is_some_and(|code| code.as_raw() == NAME_TAKEN);
    if taken { Problem { reached: Reached::Refused, ..problem } } else { problem }
}
