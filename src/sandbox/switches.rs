//! Both sides of each open question (contract, section 11), as one table of switches.
//!
//! Owns names, defaults and parsing. Never acts on them: `world` and `platform` do.

mod transitions;
mod webhooks;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::transitions::Transitions;
pub use self::webhooks::{WebhookChanges, WebhookShape, WebhookVisibility};

/// Order in which a thread's pages come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageOrder {
    /// Newest first.
    Desc,
    /// Oldest first.
    Asc,
}

/// Order of the conversation list when `sort` is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultSort {
    /// Newest creation first.
    Created,
    /// Newest last message first.
    Activity,
}

/// How timestamps are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timestamps {
    /// `2026-05-22T14:08:42.123+00:00`.
    Offset,
    /// `2026-05-22T14:08:42+00:00`, whole seconds.
    Seconds,
    /// `2026-05-22T14:08:42.123Z`.
    Z,
    /// `2026-05-22T14:08Z`.
    NoSeconds,
    /// `2026-05-22T14:08:42.123456+00:00`.
    Fractional,
    /// `2026-05-22T19:53:42.123+05:45`.
    OtherOffset,
    /// All of the above that keep milliseconds, in turn.
    Mixed,
}

/// What the bot's messages carry as `metadata`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BotMetadata {
    /// `{"source":"bot"}`.
    Source,
    /// `null`.
    Null,
    /// An object without `source`.
    Other,
}

/// What replies from the dashboard carry as `metadata`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DashboardMetadata {
    /// `{"source":"dashboard","user_id":"…"}`.
    Source,
    /// `null`.
    Null,
    /// Whatever the bot's messages carry.
    SameAsBot,
}

/// A second request with the same key while the first is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InFlight {
    /// 409 `idempotency_conflict`.
    Conflict,
    /// Waits for the first and replays its answer.
    Wait,
}

/// How the bodies of two requests with the same key are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BodyCompare {
    /// Byte for byte.
    Raw,
    /// As JSON values.
    Canonical,
}

/// A `limit` above 100.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverLimit {
    /// 400 `invalid_query`.
    Refuse,
    /// Read as 100.
    Clamp,
}

/// A visitor writes into a resolved, closed or archived conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitorToEnded {
    /// It becomes open again.
    Reopen,
    /// The visitor can't.
    Refuse,
    /// A new conversation begins.
    New,
}

/// `include_unassigned=true` without `assigned_to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnassignedAlone {
    /// Only rows without an assignee.
    Only,
    /// Means nothing.
    Ignored,
}

/// How the two rate windows roll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateWindows {
    /// Each request leaves the window one length after it came; `Reset` is when the oldest leaves.
    Rolling,
    /// The whole window empties one length after its first request.
    Fixed,
}

/// Shape of `/me` for an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeShape {
    /// All documented fields.
    Full,
    /// `org{id,name}` and `api_key{id,name}` alone.
    Thin,
}

/// Envelope of a list whose envelope is an open question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Envelope {
    /// `total`, `page`, `page_size`.
    Offset,
    /// `has_more`, `next_cursor`.
    Cursor,
    /// No envelope: a JSON array.
    Bare,
}

/// When a PATCH from `bot_active` to `open` shows the visitor the joined-marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenMarker {
    /// At once, with the PATCH; the first reply then adds none.
    Patch,
    /// With the first reply.
    FirstReply,
    /// Never.
    None,
}

/// What is pointless: a PATCH to the status that is, or without any field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pointless {
    /// 200, nothing changes and nothing is told.
    NoOp,
    /// 400.
    Refuse,
}

/// An `assigned_to` that is nobody's user id here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForeignAssignee {
    /// 400 `invalid_payload`.
    Refuse,
    /// Stored. A membership id is refused all the same.
    Accept,
}

/// Whose a note is that came with an API key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteAuthor {
    /// Nobody's: `author_id` is null.
    Null,
    /// Of the member who made the key: the first one.
    KeyOwner,
}

/// A tag id in a PUT that is no tag of the organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownTag {
    /// 400 `invalid_payload` on `tag_ids`.
    Payload,
    /// 404.
    NotFound,
}

/// Unknown fields in request bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownFields {
    /// Left alone.
    Ignore,
    /// 400 `invalid_payload`.
    Refuse,
}

/// Every switch. `name=value` on the command line; `{"switch":{"name":…,"value":…}}` over the control interface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// Contract 11 #1.
    pub message_order: MessageOrder,
    /// Contract 11 #2.
    pub default_sort: DefaultSort,
    /// Contract 11 #3: archived rows are listed when `status` is not given.
    pub archived_listed: bool,
    /// Contract 11 #4.
    pub unassigned_alone: UnassignedAlone,
    /// Contract 11 #5: `error` of a reply in a wrong state.
    pub wrong_state_code: String,
    /// Its HTTP status.
    pub wrong_state_status: u16,
    /// Whether that error has `details: {status}`.
    pub wrong_state_details: bool,
    /// Contract 11 #7: longest `text`, in UTF-16 units as JavaScript counts.
    pub text_limit: usize,
    /// Most attachments in one reply.
    pub attachment_limit: usize,
    /// Contract 11 #8: status of a reply that was stored.
    pub post_status: u16,
    /// Contract 11 #10: parts have a `type`.
    pub part_type: bool,
    /// Contract 11 #11, bot.
    pub bot_metadata: BotMetadata,
    /// Contract 11 #11, dashboard.
    pub dashboard_metadata: DashboardMetadata,
    /// Contract 11 #17, while the first runs.
    pub in_flight: InFlight,
    /// Contract 11 #17, comparison.
    pub body_compare: BodyCompare,
    /// Contract 11 #17: deterministic 4xx answers are kept and replayed.
    pub cache_refusals: bool,
    /// Contract 11 #18: reopening clears `resolved_at` and `closed_at`.
    pub reopen_clears_stamps: bool,
    /// Contract 11 #19.
    pub visitor_to_ended: VisitorToEnded,
    /// Contract 11 #20: markers move `last_message_*`.
    pub markers_bump: bool,
    /// Contract 11 #23: code of a 404.
    pub not_found_code: String,
    /// Code of a 500.
    pub internal_code: String,
    /// The joined-marker is written on takeover.
    pub takeover_marker: bool,
    /// Contract 11 #24: a marker is written on escalation.
    pub escalation_marker: bool,
    /// Its text.
    pub escalation_text: String,
    /// A marker is written on resolve and on close.
    pub ending_markers: bool,
    /// Contract 11 #25: a reply may hold attachments alone.
    pub attachments_alone: bool,
    /// Contract 11 #26.
    pub unknown_fields: UnknownFields,
    /// Contract 11 #27: version and deprecation headers on every answer.
    pub version_headers: bool,
    /// Contract, sections 4 and 12: how times are written.
    pub timestamps: Timestamps,
    /// Contract, section 3: a `limit` above 100.
    pub over_limit: OverLimit,
    /// Contract, section 5: how the windows roll.
    pub rate_windows: RateWindows,
    /// 401 and 403 spend the budget.
    pub count_unauthorized: bool,
    /// 429 spends the budget.
    pub count_limited: bool,
    /// Idempotent replays spend the budget.
    pub count_replays: bool,
    /// Contract 12 #5.
    pub me: MeShape,
    /// Contract 2.5: envelope of `/team/members`.
    pub members_envelope: Envelope,
    /// Contract 11 #6 and section 8: overrides of the matrix of PATCH, as `agent_requested>open=allow`.
    pub transitions: Transitions,
    /// Section 8: a PATCH to the status that is.
    pub same_status: Pointless,
    /// Section 2.3: a PATCH without a field.
    pub empty_patch: Pointless,
    /// Section 8: the marker of a PATCH from `bot_active` to `open`.
    pub open_marker: OpenMarker,
    /// Contract 12 #8: the marker of an escalation is told as `message.created`.
    pub escalation_message_event: bool,
    /// Contract 11 #24: text of a marker on reopening; empty: none.
    pub reopen_text: String,
    /// Contract 11 #24: text of a marker on archiving; empty: none.
    pub archive_text: String,
    /// Section 8: `summary` and `sentiment_score` come so many milliseconds after resolving.
    pub summary_delay_ms: u64,
    /// They are told as `conversation.updated`.
    pub summary_event: bool,
    /// Contract 11 #21.
    pub foreign_assignee: ForeignAssignee,
    /// Contract 11 #7: longest `title`, in UTF-16 units.
    pub title_limit: usize,
    /// Longest `contact_email`, `contact_name` and `contact_phone`.
    pub contact_limit: usize,
    /// Contract 11 #7: longest `content` of a note, in UTF-16 units.
    pub note_limit: usize,
    /// Contract 11 #12, envelope of a conversation's notes.
    pub notes_envelope: Envelope,
    /// Contract 11 #12, order of a conversation's notes.
    pub notes_order: MessageOrder,
    /// Contract 11 #13.
    pub note_author: NoteAuthor,
    /// Section 2.7: envelope of the palette and of a conversation's tags.
    pub tags_envelope: Envelope,
    /// Section 2.7: `error` when a tag's name is taken.
    pub tag_taken_code: String,
    /// Its HTTP status.
    pub tag_taken_status: u16,
    /// Section 2.7: an unknown id in a PUT of tags.
    pub unknown_tag: UnknownTag,
    /// Section 2.7: a change of a conversation's tags is told as `conversation.updated`.
    pub tags_event: bool,
    /// Contract 11 #9: status of a deletion; 204 has no body, 200 has one.
    pub delete_status: u16,
    /// Fields that nobody knows, in every object (contract, section 11, versioning rule).
    pub extra_fields: bool,
    /// Parts of unknown types with none of the known fields filled, after every bot message.
    pub unknown_parts: bool,
    /// Ids of new messages grow with time (UUID version 7), so that times cut to seconds or minutes still sort right.
    pub ordered_ids: bool,
    /// Every field that may be null is, except what a message says and who sent an API reply.
    pub nulls: bool,
    /// Contract 11 #14: where payloads keep what they tell.
    pub webhook_shape: WebhookShape,
    /// Contract 11 #14: what the changes are called.
    pub webhook_changes: WebhookChanges,
    /// Messages in payloads have their parts.
    pub webhook_parts: bool,
    /// How payloads write times.
    pub webhook_timestamps: Timestamps,
    /// Contract 11 #15: the bot's turns are told.
    pub webhook_bot_turns: bool,
    /// Contract 11 #15: visitors' turns are told.
    pub webhook_visitor_turns: bool,
    /// Contract 9.4: seconds before each further attempt.
    pub webhook_retries: Vec<u32>,
    /// Contract 9.4: an endpoint is switched off after so many failed deliveries in a row; 0: never.
    pub webhook_disable_after: u32,
    /// How many attempts to one endpoint run side by side; 1 keeps the order of first attempts.
    pub webhook_parallel: usize,
    /// Contract 11 #9: status of a deletion; 204 has no body.
    pub webhook_delete_status: u16,
    /// Contract 12 #4.
    pub webhook_visibility: WebhookVisibility,
    /// Envelope of the list of endpoints.
    pub webhooks_envelope: Envelope,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            message_order: MessageOrder::Desc,
            default_sort: DefaultSort::Created,
            archived_listed: true,
            unassigned_alone: UnassignedAlone::Only,
            wrong_state_code: "invalid_state".to_owned(),
            wrong_state_status: 400,
            wrong_state_details: true,
            text_limit: 10_000,
            attachment_limit: 10,
            post_status: 201,
            part_type: true,
            bot_metadata: BotMetadata::Source,
            dashboard_metadata: DashboardMetadata::Source,
            in_flight: InFlight::Conflict,
            body_compare: BodyCompare::Raw,
            cache_refusals: true,
            reopen_clears_stamps: true,
            visitor_to_ended: VisitorToEnded::Reopen,
            markers_bump: false,
            not_found_code: "not_found".to_owned(),
            internal_code: "internal_error".to_owned(),
            takeover_marker: true,
            escalation_marker: true,
            escalation_text: "The visitor asked for a person.".to_owned(),
            ending_markers: true,
            attachments_alone: true,
            unknown_fields: UnknownFields::Ignore,
            version_headers: false,
            timestamps: Timestamps::Offset,
            over_limit: OverLimit::Refuse,
            rate_windows: RateWindows::Rolling,
            count_unauthorized: false,
            count_limited: false,
            count_replays: true,
            me: MeShape::Full,
            members_envelope: Envelope::Offset,
            transitions: Transitions::default(),
            same_status: Pointless::NoOp,
            empty_patch: Pointless::NoOp,
            open_marker: OpenMarker::Patch,
            escalation_message_event: false,
            reopen_text: String::new(),
            archive_text: String::new(),
            summary_delay_ms: 2_000,
            summary_event: true,
            foreign_assignee: ForeignAssignee::Refuse,
            title_limit: 255,
            contact_limit: 255,
            note_limit: 10_000,
            notes_envelope: Envelope::Offset,
            notes_order: MessageOrder::Asc,
            note_author: NoteAuthor::Null,
            tags_envelope: Envelope::Offset,
            tag_taken_code: "conflict".to_owned(),
            tag_taken_status: 409,
            unknown_tag: UnknownTag::Payload,
            tags_event: false,
            delete_status: 204,
            extra_fields: false,
            unknown_parts: false,
            ordered_ids: false,
            nulls: false,
            webhook_shape: WebhookShape::Nested,
            webhook_changes: WebhookChanges::Changes,
            webhook_parts: true,
            webhook_timestamps: Timestamps::Z,
            webhook_bot_turns: true,
            webhook_visitor_turns: true,
            webhook_retries: vec![30, 120, 600, 1_800, 7_200],
            webhook_disable_after: 0,
            webhook_parallel: 1,
            webhook_delete_status: 204,
            webhook_visibility: WebhookVisibility::All,
            webhooks_envelope: Envelope::Offset,
        }
    }
}

impl Switches {
    /// Sets one by name.
    ///
    /// # Errors
    ///
    /// A sentence that names the switch, when there is none of that name or the value does not fit.
    pub fn set(&mut self, name: &str, value: Value) -> Result<(), String> {
        let mut all = serde_json::to_value(&*self).map_err(|error| error.to_string())?;
        let Some(held) = all.as_object_mut().and_then(|all| all.get_mut(name)) else {
            return Err(format!("no switch is called {name:?}; there are: {}", Self::names().join(", ")));
        };
        *held = value;
        *self = serde_json::from_value(all).map_err(|error| format!("switch {name}: {error}"))?;
        Ok(())
    }

    /// Sets one from `name=value`; the value is read as JSON where it is JSON, else as a string.
    ///
    /// # Errors
    ///
    /// As [`Switches::set`], and when there is no `=`.
    pub fn set_text(&mut self, text: &str) -> Result<(), String> {
        let Some((name, value)) = text.split_once('=') else {
            return Err(format!("a switch is written name=value, not {text:?}"));
        };
        let value = match serde_json::from_str(value) {
            // `null` names a variant here, and no switch is null.
            Ok(Value::Null) | Err(_) => Value::String(value.to_owned()),
            Ok(read) => read,
        };
        self.set(name.trim(), value)
    }

    /// The names of all switches.
    #[must_use]
    pub fn names() -> Vec<String> {
        match serde_json::to_value(Self::default()) {
            Ok(Value::Object(all)) => all.keys().cloned().collect(),
            Ok(_) | Err(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_set_by_name_and_value_as_text() {
        let mut switches = Switches::default();
        switches.set_text("message_order=asc").unwrap();
        switches.set_text("bot_metadata=null").unwrap();
        switches.set_text("wrong_state_status=409").unwrap();
        switches.set_text("markers_bump=true").unwrap();
        assert_eq!(switches.message_order, MessageOrder::Asc);
        assert_eq!(switches.bot_metadata, BotMetadata::Null);
        assert_eq!(switches.wrong_state_status, 409);
        assert!(switches.markers_bump);
    }

    #[test]
    fn an_unknown_name_or_value_is_refused_and_changes_nothing() {
        let mut switches = Switches::default();
        assert!(switches.set_text("colour=red").unwrap_err().contains("message_order"));
        assert!(switches.set_text("message_order=sideways").unwrap_err().contains("message_order"));
        assert!(switches.set_text("message_order").is_err());
        assert_eq!(switches, Switches::default());
    }
}
