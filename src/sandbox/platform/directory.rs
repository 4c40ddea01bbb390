//! Who asks, and who is there: `/me`, people and bots (contract, sections 1, 2.5 and 2.8).

use serde_json::{Value, json};

use super::keys::Key;
use super::{Platform, Ticket};
use crate::sandbox::switches::MeShape;
use crate::sandbox::world::{Member, World};

impl Platform {
    /// The person that a credential acts for: an OAuth token's member.
    pub(super) fn acting_member(&self, key: &Key) -> Option<&Member> {
        let members = self.world.members();
        let named = key.user.as_deref().and_then(|user| members.iter().find(|member| *member.user_id == *user));
        named.or_else(|| members.first()).filter(|_| key.is_oauth())
    }

    pub(super) fn me(&self, ticket: &Ticket) -> Value {
        let org = &self.world.org;
        let Some(key) = self.keys.by_id(&ticket.credential) else { return Value::Null };
        if key.is_oauth() {
            let user = self.acting_member(key);
            return json!({
                "object": "me",
                "connection_label": org.name,
                "org_name": org.name,
                "auth": {
                    "type": "oauth_token",
                    "client": { "client_id": "awc_3f9a1c27d5e8", "name": "inbox", "logo_url": null },
                    "scopes": key.scopes,
                },
                "org": { "id": org.id, "name": org.name, "slug": org.slug },
                "user": {
                    "id": user.map(|user| &user.user_id),
                    "first_name": user.and_then(|user| user.first_name.as_ref()),
                    "last_name": user.and_then(|user| user.last_name.as_ref()),
                },
            });
        }
        match self.world.switches.me {
            MeShape::Full => json!({
                "object": "me",
                "connection_label": org.name,
                "org_name": org.name,
                "auth": { "type": "api_key" },
                "org": { "id": org.id, "name": org.name, "slug": org.slug },
                "api_key": { "id": key.id, "name": key.name },
            }),
            MeShape::Thin => json!({
                "org": { "id": org.id, "name": org.name },
                "api_key": { "id": key.id, "name": key.name },
            }),
        }
    }
}

/// One person, by membership id; who has left is not there.
pub(super) fn member(world: &World, id: &str) -> Option<(u16, String)> {
    let member = world.members().iter().find(|member| member.id.eq_ignore_ascii_case(id))?;
    Some((200, world.member_json(member)))
}

/// One bot.
pub(super) fn chatbot(world: &World, id: &str) -> Option<(u16, String)> {
    let bot = world.chatbots().iter().find(|bot| bot.id.eq_ignore_ascii_case(id))?;
    Some((200, world.chatbot_json(bot)))
}
