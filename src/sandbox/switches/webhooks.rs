//! The questions that the documentation of webhooks leaves open (contract, sections 9.3 and 9.6). Owns names alone.

use serde::{Deserialize, Serialize};

/// Where a webhook's payload keeps what it tells; `message.created` is as open as the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookShape {
    /// `{"conversation":{…}}`, `{"message":{…},"conversation":{…}}`.
    Nested,
    /// The fields themselves: `{"id":…}`, `{"id":…,"conversationId":…}`.
    Flat,
    /// `conversationId` at the top: `{"conversationId":…}`, `{"messageId":…,"conversationId":…}`.
    Top,
    /// Like `nested`, but a message comes without its conversation.
    MessageAlone,
    /// Ids and nothing else: `{"conversation":{"id":…}}`, `{"message":{"id":…,"conversationId":…}}`.
    Thin,
}

/// What the container of a `conversation.updated`'s changes is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookChanges {
    /// `changes`.
    Changes,
    /// `diff`.
    Diff,
    /// There is none.
    None,
}

/// Which endpoints an API key sees (contract, section 12 #4). An OAuth token sees its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookVisibility {
    /// All of the organisation.
    All,
    /// Those made in the dashboard.
    Dashboard,
}
