//! Credentials and what each may do (contract, section 1). Owns tokens; they never leave but by the maker's hand.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::errors::Refusal;
use crate::random::Random;

/// What a key is worth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// Everything is permitted.
    #[default]
    Valid,
    /// 401 `invalid_api_key`.
    Unknown,
    /// 401 `api_key_revoked`.
    Revoked,
    /// 401 `api_key_expired`.
    Expired,
    /// 403 `api_key_paused`.
    Paused,
    /// 403 `forbidden` for everything but `/me`.
    Forbidden,
    /// 403 `forbidden` for writes.
    ReadOnly,
}

/// One credential: a personal key, or the token of an OAuth client by its prefix.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) state: KeyState,
    /// User id of the member whom an OAuth token acts for; absent: the first one.
    pub(super) user: Option<String>,
    /// What an OAuth token may do; a personal key may do everything.
    pub(super) scopes: Vec<String>,
    token: String,
}

/// Seeing conversations, their tags and notes (contract, section 11 #22).
const VIEW: &str = "conversations.view";
/// Changing them.
const MANAGE: &str = "conversations.manage";
/// Everything about webhooks (contract, section 9.6).
const WEBHOOKS: &str = "webhooks.manage";

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

impl Key {
    pub(super) fn is_oauth(&self) -> bool {
        self.token.starts_with("awo_live_")
    }

    /// Whether a scope covers it. People and bots need none.
    fn may(&self, method: &str, path: &str) -> bool {
        let webhooks = path.starts_with("/webhooks");
        let needed = match method {
            _ if webhooks => WEBHOOKS,
            "GET" => VIEW,
            _ => MANAGE,
        };
        let covered = webhooks || path.starts_with("/conversations") || path.starts_with("/conversation-tags");
        !self.is_oauth() || !covered || self.scopes.iter().any(|scope| scope == needed)
    }
}

/// All credentials of the organisation.
#[derive(Clone, Debug)]
pub(super) struct Keys {
    all: Vec<Key>,
}

impl Keys {
    pub(super) fn new(token: String, random: &Random) -> Self {
        let mut keys = Self { all: Vec::new() };
        keys.add(token, "inbox", None, None, random);
        keys
    }

    /// The newest valid-looking key's token: the one to be told to people.
    pub(super) fn current(&self) -> &str {
        self.all.last().map_or("", |key| key.token.as_str())
    }

    pub(super) fn add(
        &mut self,
        token: String,
        name: &str,
        user: Option<String>,
        scopes: Option<Vec<String>>,
        random: &Random,
    ) {
        self.all.retain(|key| key.token != token);
        let scopes = scopes.unwrap_or_else(|| [VIEW, MANAGE, WEBHOOKS].map(str::to_owned).to_vec());
        let (id, name) = (random.uuid(), name.to_owned());
        self.all.push(Key { id, name, state: KeyState::Valid, user, scopes, token });
    }

    pub(super) fn by_id(&self, id: &str) -> Option<&Key> {
        self.all.iter().find(|key| key.id == id)
    }

    /// Sets the state of one, or of all. Returns whether there was one.
    pub(super) fn set(&mut self, token: Option<&str>, state: KeyState) -> bool {
        let mut found = false;
        for key in self.all.iter_mut().filter(|key| token.is_none_or(|token| key.token == token)) {
            key.state = state;
            found = true;
        }
        found
    }

    /// Who asks, by the `Authorization` header.
    pub(super) fn check(&self, header: Option<&str>, method: &str, path: &str) -> Result<&Key, Refusal> {
        let Some(token) = header.and_then(|header| header.strip_prefix("Bearer ")) else {
            return Err(Refusal::new(401, "missing_api_key", "Missing API key."));
        };
        let known = token.starts_with("aw_live_") || token.starts_with("awo_live_");
        let Some(key) = self.all.iter().find(|key| known && key.token == token) else {
            return Err(Refusal::new(401, "invalid_api_key", "Invalid API key."));
        };
        match key.state {
            KeyState::Valid if key.may(method, path) => Ok(key),
            KeyState::Valid => Err(Refusal::new(403, "forbidden", "A scope is missing.")),
            KeyState::Unknown => Err(Refusal::new(401, "invalid_api_key", "Invalid API key.")),
            KeyState::Revoked => Err(Refusal::new(401, "api_key_revoked", "This API key has been revoked.")),
            KeyState::Expired => Err(Refusal::new(401, "api_key_expired", "This API key has expired.")),
            KeyState::Paused => Err(Refusal::new(403, "api_key_paused", "This API key is paused.")),
            KeyState::Forbidden if path == "/me" => Ok(key),
            KeyState::ReadOnly if method == "GET" => Ok(key),
            KeyState::Forbidden | KeyState::ReadOnly => {
                Err(Refusal::new(403, "forbidden", "You are not permitted to do this."))
            }
        }
    }
}

/// A fresh personal key.
pub(in crate::sandbox) fn fresh_key() -> String {
    format!("aw_live_{}", Random::System.hex(16))
}

/// A fresh OAuth token.
pub(in crate::sandbox) fn fresh_oauth_token() -> String {
    format!("awo_live_{}", Random::System.hex(16))
}
