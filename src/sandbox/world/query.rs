//! The list's query: parsing as strict as the contract (section 2.2), and pages by keyset from the ordered indexes.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::World;
use super::records::{Conversation, Priority, Status};
use crate::sandbox::cursor::{Cursor, fingerprint};
use crate::sandbox::switches::{DefaultSort, MessageOrder, OverLimit, Switches, UnassignedAlone};

/// Field names and what is wrong with each, as `details` tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldErrors {
    form: Vec<String>,
    fields: Vec<(String, String)>,
}

impl FieldErrors {
    pub(in crate::sandbox) fn field(&mut self, name: &str, message: &str) {
        self.fields.push((name.to_owned(), message.to_owned()));
    }

    pub(in crate::sandbox) fn form(&mut self, message: &str) {
        self.form.push(message.to_owned());
    }

    pub(in crate::sandbox) fn is_empty(&self) -> bool {
        self.form.is_empty() && self.fields.is_empty()
    }

    /// `{formErrors, fieldErrors}` (contract, section 4).
    #[must_use]
    pub fn details(&self) -> Value {
        let mut fields = serde_json::Map::new();
        for (name, message) in &self.fields {
            if let Value::Array(all) = fields.entry(name.clone()).or_insert_with(|| json!([])) {
                all.push(Value::String(message.clone()));
            }
        }
        json!({ "formErrors": self.form, "fieldErrors": fields })
    }
}

/// Query parameters, each at most once.
pub(in crate::sandbox) fn parameters(query: Option<&str>, errors: &mut FieldErrors) -> HashMap<String, String> {
    let mut all = HashMap::new();
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        if all.insert(name.clone().into_owned(), value.into_owned()).is_some() {
            errors.field(&name, "Expected string, received array");
        }
    }
    all
}

/// `limit` 1..100, default 25.
pub(in crate::sandbox) fn limit(given: Option<&String>, switches: &Switches, errors: &mut FieldErrors) -> usize {
    let Some(given) = given else { return 25 };
    match given.parse::<i64>() {
        Ok(asked @ 1..=100) => usize::try_from(asked).unwrap_or(25),
        Ok(asked) if asked > 100 && switches.over_limit == OverLimit::Clamp => 100,
        Ok(asked) if asked > 100 => {
            errors.field("limit", "Number must be less than or equal to 100");
            25
        }
        Ok(_) => {
            errors.field("limit", "Number must be greater than or equal to 1");
            25
        }
        Err(_) => {
            errors.field("limit", "Expected integer");
            25
        }
    }
}

/// Which time orders a list, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Sort {
    by: DefaultSort,
    newest_first: bool,
}

/// A checked query of `GET /conversations`.
#[derive(Clone, Debug)]
pub struct ListQuery {
    statuses: Option<Vec<Status>>,
    priorities: Option<Vec<Priority>>,
    assigned: Option<Vec<String>>,
    unassigned: bool,
    chatbot: Option<String>,
    sort: Sort,
    limit: usize,
    after: Option<Cursor>,
    belongs: String,
}

/// Whether it has the form of a UUID; variants are not checked (contract, section 4).
pub(in crate::sandbox) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

impl ListQuery {
    /// Reads the query string.
    ///
    /// # Errors
    ///
    /// What is wrong with which parameter; the answer is 400 `invalid_query`.
    pub fn parse(query: Option<&str>, switches: &Switches) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let given = parameters(query, &mut errors);
        let limit = limit(given.get("limit"), switches, &mut errors);

        let statuses = given.get("status").map(|text| {
            let all: Vec<Status> = text.split(',').map(Status::parse).collect();
            if all.iter().any(|status| matches!(status, Status::Other(_))) {
                errors.field("status", "Invalid enum value");
            }
            all
        });
        let priorities = given.get("priority").map(|text| {
            let all: Option<Vec<Priority>> = text.split(',').map(Priority::parse).collect();
            all.unwrap_or_else(|| {
                errors.field("priority", "Invalid enum value");
                Vec::new()
            })
        });
        let assigned = given.get("assigned_to").map(|text| {
            if !text.split(',').all(is_uuid) {
                errors.field("assigned_to", "Invalid uuid");
            }
            text.split(',').map(str::to_owned).collect()
        });
        let chatbot = given.get("chatbot_id").cloned();
        if chatbot.as_deref().is_some_and(|id| !is_uuid(id)) {
            errors.field("chatbot_id", "Invalid uuid");
        }
        let unassigned = match given.get("include_unassigned").map(String::as_str) {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                errors.field("include_unassigned", "Invalid enum value. Expected 'true' | 'false'");
                false
            }
        };
        let (by, newest_first) = match given.get("sort").map(String::as_str) {
            None => (switches.default_sort, true),
            Some("created_at") => (DefaultSort::Created, false),
            Some("-created_at") => (DefaultSort::Created, true),
            Some("last_message_at") => (DefaultSort::Activity, false),
            Some("-last_message_at") => (DefaultSort::Activity, true),
            Some(_) => {
                errors.field("sort", "Invalid sort");
                (switches.default_sort, true)
            }
        };
        let sort = Sort { by, newest_first };
        let belongs = fingerprint(&format!(
            "{sort:?} {:?} {:?} {:?} {:?} {:?}",
            given.get("status"),
            given.get("priority"),
            given.get("assigned_to"),
            given.get("include_unassigned"),
            given.get("chatbot_id"),
        ));
        let after = given.get("cursor").and_then(|text| {
            let cursor = Cursor::decode(text, &belongs);
            if cursor.is_none() {
                errors.field("cursor", "Invalid cursor");
            }
            cursor
        });
        if !errors.is_empty() {
            return Err(errors);
        }
        Ok(Self { statuses, priorities, assigned, unassigned, chatbot, sort, limit, after, belongs })
    }

    fn takes(&self, it: &Conversation, switches: &Switches) -> bool {
        let owner = match (&self.assigned, &it.assigned_to) {
            (Some(wanted), Some(owner)) => wanted.iter().any(|id| id.eq_ignore_ascii_case(owner)),
            (Some(_), None) => self.unassigned,
            (None, owner) => {
                !(self.unassigned && switches.unassigned_alone == UnassignedAlone::Only) || owner.is_none()
            }
        };
        owner
            && self.priorities.as_ref().is_none_or(|all| all.contains(&it.priority))
            && self.chatbot.as_ref().is_none_or(|id| it.chatbot_id.as_deref() == Some(id.as_str()))
    }
}

/// A row's place in an index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) at: DateTime<Utc>,
    pub(super) id: Arc<str>,
    pub(super) slot: usize,
}

/// Rows in order of one time, apart by status, so that a rare status is found without a walk over all.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    by_status: HashMap<Status, BTreeSet<Key>>,
}

impl Index {
    pub(super) fn insert(&mut self, status: &Status, key: Key) {
        self.by_status.entry(status.clone()).or_default().insert(key);
    }

    pub(super) fn remove(&mut self, status: &Status, key: &Key) {
        if let Some(rows) = self.by_status.get_mut(status) {
            rows.remove(key);
        }
    }

    pub(super) fn count(&self, status: &Status) -> usize {
        self.by_status.get(status).map_or(0, BTreeSet::len)
    }

    pub(super) fn newest(&self, status: &Status) -> Option<Arc<str>> {
        self.by_status.get(status).and_then(BTreeSet::last).map(|key| key.id.clone())
    }

    /// The rows of these statuses after `after`, merged in order.
    fn walk<'a>(&'a self, wanted: impl Fn(&Status) -> bool, after: Option<&Key>, newest_first: bool) -> Walk<'a> {
        let mut heads: Vec<Rows<'a>> = Vec::new();
        for rows in self.by_status.iter().filter(|(status, _)| wanted(status)).map(|(_, rows)| rows) {
            let rows: Box<dyn Iterator<Item = &'a Key>> = match (after, newest_first) {
                (None, true) => Box::new(rows.iter().rev()),
                (None, false) => Box::new(rows.iter()),
                (Some(after), true) => Box::new(rows.range(..after).rev()),
                (Some(after), false) => Box::new(rows.range((Bound::Excluded(after), Bound::Unbounded))),
            };
            heads.push(rows.peekable());
        }
        Walk { heads, newest_first }
    }
}

type Rows<'a> = std::iter::Peekable<Box<dyn Iterator<Item = &'a Key> + 'a>>;

struct Walk<'a> {
    heads: Vec<Rows<'a>>,
    newest_first: bool,
}

impl<'a> Iterator for Walk<'a> {
    type Item = &'a Key;

    fn next(&mut self) -> Option<&'a Key> {
        let mut best: Option<(usize, &'a Key)> = None;
        for (at, rows) in self.heads.iter_mut().enumerate() {
            let Some(key) = rows.peek().copied() else { continue };
            if best.is_none_or(|(_, held)| if self.newest_first { key > held } else { key < held }) {
                best = Some((at, key));
            }
        }
        best.and_then(|(at, _)| self.heads.get_mut(at).and_then(Iterator::next))
    }
}

/// A page of a cursor list, each item as JSON text.
#[derive(Clone, Debug)]
pub struct Page {
    /// The items.
    pub items: Vec<String>,
    /// The cursor of the next page, `None` at the end.
    pub next: Option<String>,
}

impl World {
    /// A page of conversations.
    #[must_use]
    pub fn conversations_page(&self, query: &ListQuery) -> Page {
        let index = match query.sort.by {
            DefaultSort::Created => &self.by_created,
            DefaultSort::Activity => &self.by_activity,
        };
        let after = query.after.as_ref().map(|cursor| Key {
            at: cursor.created_at,
            id: cursor.id.as_str().into(),
            // Rows are told apart by time and id; the slot only has to fall on the right side of the row itself.
            slot: if query.sort.newest_first { 0 } else { usize::MAX },
        });
        let wanted = |status: &Status| match &query.statuses {
            Some(all) => all.contains(status),
            None => self.switches.archived_listed || *status != Status::Archived,
        };
        let mut rows = index
            .walk(wanted, after.as_ref(), query.sort.newest_first)
            .filter(|key| self.record(key.slot).is_some_and(|it| query.takes(&it.conversation, &self.switches)));
        let taken: Vec<&Key> = rows.by_ref().take(query.limit).collect();
        let more = rows.next().is_some();
        let next = taken
            .last()
            .filter(|_| more)
            .map(|key| Cursor { created_at: key.at, id: key.id.to_string(), belongs: query.belongs.clone() }.encode());
        Page { items: taken.iter().filter_map(|key| self.conversation_json(key.slot)).collect(), next }
    }

    /// A page of one conversation's messages, in the order of the switch.
    ///
    /// # Errors
    ///
    /// What is wrong with which parameter; the answer is 400 `invalid_query`.
    pub fn messages_page(&self, slot: usize, query: Option<&str>) -> Result<Page, FieldErrors> {
        let mut errors = FieldErrors::default();
        let given = parameters(query, &mut errors);
        let limit = limit(given.get("limit"), &self.switches, &mut errors);
        let Some(record) = self.record(slot) else { return Ok(Page { items: Vec::new(), next: None }) };
        let newest_first = self.switches.message_order == MessageOrder::Desc;
        let belongs = fingerprint(&format!("messages {} {newest_first}", record.conversation.id));
        let after = given.get("cursor").and_then(|text| {
            let cursor = Cursor::decode(text, &belongs);
            if cursor.is_none() {
                errors.field("cursor", "Invalid cursor");
            }
            cursor
        });
        if !errors.is_empty() {
            return Err(errors);
        }
        let thread = &record.thread;
        let places: Vec<usize> = match (newest_first, after) {
            (true, None) => (0..thread.len()).rev().take(limit).collect(),
            (true, Some(cursor)) => (0..thread.older_than(cursor.created_at)).rev().take(limit).collect(),
            (false, None) => (0..thread.len()).take(limit).collect(),
            (false, Some(cursor)) => {
                let place = thread.older_than(cursor.created_at);
                let seen = thread.get(place).is_some_and(|message| message.created_at == cursor.created_at);
                (place + usize::from(seen)..thread.len()).take(limit).collect()
            }
        };
        let more = places.last().is_some_and(|last| if newest_first { *last > 0 } else { *last + 1 < thread.len() });
        let next = places
            .last()
            .filter(|_| more)
            .and_then(|last| thread.get(*last))
            .map(|message| Cursor { created_at: message.created_at, id: message.id.to_string(), belongs }.encode());
        let items = places
            .into_iter()
            .filter_map(|at| thread.get(at))
            .map(|message| self.message_json(&record.conversation.id, &message))
            .collect();
        Ok(Page { items, next })
    }
}
