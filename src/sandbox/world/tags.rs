//! The palette and the sets of tags on conversations (contract, section 2.7). A set is replaced as a whole: the last
//! writer wins.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::World;
use super::acts::ActError;
use super::events::{FieldChange, WorldEvent};
use super::paging::{Listed, Row};
use super::query::{FieldErrors, parameters};
use super::records::{Planted, Tag};

impl World {
    /// The palette, in the order of creation.
    #[must_use]
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// Adds a tag to the palette; returns its id.
    ///
    /// # Errors
    ///
    /// A tag of this name exists, whatever its letters' case.
    pub fn add_tag(&mut self, name: &str, color: Option<&str>, at: DateTime<Utc>) -> Result<Arc<str>, ActError> {
        let lower = name.to_lowercase();
        if self.tags.iter().any(|tag| tag.name.to_lowercase() == lower) {
            return Err(ActError::Taken(name.to_owned()));
        }
        let id = self.fresh_id();
        self.tags.push(Tag {
            id: id.clone(),
            name: name.to_owned(),
            color: color.map(str::to_owned),
            created_at: at,
            planted: Planted::default(),
        });
        Ok(id)
    }

    /// Deletes a tag and takes it off every conversation.
    pub fn remove_tag(&mut self, id: &str) -> bool {
        let Some(place) = self.tags.iter().position(|tag| tag.id.eq_ignore_ascii_case(id)) else { return false };
        let gone = self.tags.remove(place);
        for record in &mut self.records {
            record.tags.retain(|held| *held != gone.id);
        }
        true
    }

    /// Replaces the set of tags on a conversation; the same id twice is one tag.
    ///
    /// # Errors
    ///
    /// No such conversation; an id that is no tag's.
    pub fn set_tags(&mut self, id: &str, tag_ids: &[String], at: DateTime<Utc>) -> Result<(), ActError> {
        let slot = self.find(id)?;
        let mut wanted: Vec<Arc<str>> = Vec::new();
        for given in tag_ids {
            let tag = self.tags.iter().find(|tag| tag.id.eq_ignore_ascii_case(given));
            let tag = tag.ok_or_else(|| ActError::NoTag(given.clone()))?;
            if !wanted.contains(&tag.id) {
                wanted.push(tag.id.clone());
            }
        }
        let Some(record) = self.records.get_mut(slot) else { return Ok(()) };
        let before = std::mem::replace(&mut record.tags, wanted.clone());
        let same = before.len() == wanted.len() && before.iter().all(|tag| wanted.contains(tag));
        if !same && self.switches.tags_event {
            let conversation = record.conversation.clone();
            let changes = vec![FieldChange { field: "tags", from: json!(before), to: json!(wanted) }];
            self.happened(WorldEvent::ConversationUpdated { at, conversation, changes });
        }
        Ok(())
    }

    /// The ids of a conversation's tags.
    #[must_use]
    pub fn tags_of(&self, slot: usize) -> &[Arc<str>] {
        self.record(slot).map_or(&[], |record| &record.tags)
    }

    /// One tag as JSON text.
    #[must_use]
    pub fn stored_tag_json(&self, id: &str) -> Option<String> {
        self.tags.iter().find(|tag| tag.id.eq_ignore_ascii_case(id)).map(|tag| self.tag_json(tag))
    }

    /// A page of the palette, by `search` in the name.
    ///
    /// # Errors
    ///
    /// What is wrong with which parameter; the answer is 400 `invalid_query`.
    pub fn palette_page(&self, query: Option<&str>) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        let given = parameters(query, &mut errors);
        let search = given.get("search").map(|text| text.to_lowercase());
        let found = |tag: &&Tag| search.as_ref().is_none_or(|text| tag.name.to_lowercase().contains(text));
        let rows: Vec<Row> = self.tags.iter().filter(found).map(|tag| self.tag_row(tag)).collect();
        let name = format!("palette {search:?}");
        Listed { rows: &rows, name: &name, envelope: self.switches.tags_envelope }.page(&given, &self.switches, errors)
    }

    /// A page of a conversation's tags.
    ///
    /// # Errors
    ///
    /// What is wrong with which parameter; the answer is 400 `invalid_query`.
    pub fn tag_set_page(&self, slot: usize, query: Option<&str>) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        let given = parameters(query, &mut errors);
        let name = format!("tags of {slot}");
        let rows = self.tag_rows(slot);
        Listed { rows: &rows, name: &name, envelope: self.switches.tags_envelope }.page(&given, &self.switches, errors)
    }

    /// All of a conversation's tags, as a PUT is answered: an offset list, whatever reads come in.
    #[must_use]
    pub fn tag_set_json(&self, slot: usize) -> String {
        Listed::whole(&self.tag_rows(slot), crate::sandbox::switches::Envelope::Offset)
    }

    /// Plants raw text or fields in the place of a tag's JSON.
    ///
    /// # Errors
    ///
    /// No such tag.
    pub fn plant_tag(&mut self, id: &str, raw: Option<String>, overlay: Map<String, Value>) -> Result<(), ActError> {
        let tag = self.tags.iter_mut().find(|tag| tag.id.eq_ignore_ascii_case(id));
        let tag = tag.ok_or_else(|| ActError::NoTag(id.to_owned()))?;
        tag.planted = Planted { raw: raw.map(Arc::from), overlay };
        Ok(())
    }

    fn tag_row(&self, tag: &Tag) -> Row {
        Row { at: tag.created_at, id: tag.id.clone(), json: self.tag_json(tag) }
    }

    fn tag_rows(&self, slot: usize) -> Vec<Row> {
        let held = self.tags_of(slot).iter();
        held.filter_map(|id| self.tags.iter().find(|tag| tag.id == *id)).map(|tag| self.tag_row(tag)).collect()
    }
}
