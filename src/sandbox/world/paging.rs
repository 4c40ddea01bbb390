//! Pages of the smaller lists: by `page` and `page_size`, by cursor, or all at once without an envelope (contract,
//! section 3).
//!
//! Owns envelopes around items that are already text. Which rows there are, and in which order, is the caller's.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::json::cursor_list;
use super::query::{FieldErrors, limit};
use crate::sandbox::cursor::{Cursor, fingerprint};
use crate::sandbox::switches::{Envelope, OverLimit, Switches};

/// One row, with the pair that a cursor names it by.
#[derive(Clone, Debug)]
pub(in crate::sandbox) struct Row {
    pub(in crate::sandbox) at: DateTime<Utc>,
    pub(in crate::sandbox) id: Arc<str>,
    pub(in crate::sandbox) json: String,
}

/// All rows of a list in order.
#[derive(Clone, Copy, Debug)]
pub(in crate::sandbox) struct Listed<'a> {
    pub(in crate::sandbox) rows: &'a [Row],
    /// Tells its cursors from those of other lists.
    pub(in crate::sandbox) name: &'a str,
    pub(in crate::sandbox) envelope: Envelope,
}

const PAGE_SIZE: usize = 25;

impl Listed<'_> {
    /// The page that was asked for.
    pub(in crate::sandbox) fn page(
        self,
        given: &HashMap<String, String>,
        switches: &Switches,
        mut errors: FieldErrors,
    ) -> Result<String, FieldErrors> {
        match self.envelope {
            Envelope::Offset => {
                let page = number(given, "page", usize::MAX, 1, false, &mut errors);
                let clamps = switches.over_limit == OverLimit::Clamp;
                let size = number(given, "page_size", 100, PAGE_SIZE, clamps, &mut errors);
                if !errors.is_empty() {
                    return Err(errors);
                }
                let skipped = (page - 1).saturating_mul(size);
                let items: Vec<&str> = self.rows.iter().skip(skipped).take(size).map(|row| row.json.as_str()).collect();
                Ok(offset_list(&items, self.rows.len(), page, size))
            }
            Envelope::Cursor => {
                let limit = limit(given.get("limit"), switches, &mut errors);
                let belongs = fingerprint(self.name);
                let after = given.get("cursor").and_then(|text| {
                    let place = Cursor::decode(text, &belongs).and_then(|cursor| self.place(&cursor));
                    if place.is_none() {
                        errors.field("cursor", "Invalid cursor");
                    }
                    place
                });
                if !errors.is_empty() {
                    return Err(errors);
                }
                let rest = self.rows.get(after.map_or(0, |at| at + 1)..).unwrap_or_default();
                let items: Vec<String> = rest.iter().take(limit).map(|row| row.json.clone()).collect();
                let last = rest.get(limit.wrapping_sub(1)).filter(|_| rest.len() > limit);
                let next = last.map(|row| Cursor { created_at: row.at, id: row.id.to_string(), belongs }.encode());
                Ok(cursor_list(&items, next.as_deref()))
            }
            Envelope::Bare if errors.is_empty() => Ok(Listed::whole(self.rows, Envelope::Bare)),
            Envelope::Bare => Err(errors),
        }
    }

    /// All rows in one response.
    pub(super) fn whole(rows: &[Row], envelope: Envelope) -> String {
        let items: Vec<&str> = rows.iter().map(|row| row.json.as_str()).collect();
        match envelope {
            Envelope::Offset => offset_list(&items, items.len(), 1, PAGE_SIZE.max(items.len())),
            Envelope::Cursor => {
                let items: Vec<String> = items.into_iter().map(str::to_owned).collect();
                cursor_list(&items, None)
            }
            Envelope::Bare => format!("[{}]", items.join(",")),
        }
    }

    fn place(&self, cursor: &Cursor) -> Option<usize> {
        self.rows.iter().position(|row| row.at == cursor.created_at && *row.id == *cursor.id)
    }
}

fn offset_list(items: &[&str], total: usize, page: usize, size: usize) -> String {
    format!(
        "{{\"object\":\"list\",\"total\":{total},\"page\":{page},\"page_size\":{size},\"data\":[{}]}}",
        items.join(",")
    )
}

fn number(
    given: &HashMap<String, String>,
    name: &str,
    most: usize,
    default: usize,
    clamps: bool,
    errors: &mut FieldErrors,
) -> usize {
    let Some(text) = given.get(name) else { return default };
    match text.parse::<usize>() {
        Ok(0) => errors.field(name, "Number must be greater than or equal to 1"),
        Ok(asked) if asked <= most => return asked,
        Ok(_) if clamps => return most,
        Ok(_) => errors.field(name, &format!("Number must be less than or equal to {most}")),
        Err(_) => errors.field(name, "Expected integer"),
    }
    default
}
