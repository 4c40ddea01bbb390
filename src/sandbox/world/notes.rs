//! Internal notes (contract, section 2.6): allowed in every status, told to nobody outside.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::World;
use super::acts::ActError;
use super::paging::{Listed, Row};
use super::query::{FieldErrors, parameters};
use super::records::{Note, Planted};
use crate::sandbox::switches::MessageOrder;

impl World {
    /// Adds a note; returns its id.
    ///
    /// # Errors
    ///
    /// No such conversation.
    pub fn add_note(
        &mut self,
        id: &str,
        author_id: Option<Arc<str>>,
        content: &str,
        at: DateTime<Utc>,
    ) -> Result<Arc<str>, ActError> {
        let slot = self.find(id)?;
        let note_id = self.fresh_id();
        let mut note = Note {
            id: note_id.clone(),
            author_id,
            content: content.to_owned(),
            created_at: at,
            planted: Planted::default(),
        };
        if let Some(record) = self.records.get_mut(slot) {
            // Times are unique within a conversation, as those of messages are: the order can be told from them.
            while record.notes.iter().any(|held| held.created_at == note.created_at) {
                let next = note.created_at.checked_add_signed(TimeDelta::milliseconds(1));
                note.created_at = next.unwrap_or(note.created_at);
            }
            let place = record.notes.partition_point(|held| held.created_at < note.created_at);
            record.notes.insert(place, note);
        }
        Ok(note_id)
    }

    /// A conversation's notes, oldest first.
    #[must_use]
    pub fn notes(&self, slot: usize) -> &[Note] {
        self.record(slot).map_or(&[], |record| &record.notes)
    }

    /// One note as JSON text.
    #[must_use]
    pub fn stored_note_json(&self, id: &str, note_id: &str) -> Option<String> {
        let notes = self.notes(self.slot(id)?);
        notes.iter().find(|note| &*note.id == note_id).map(|note| self.note_json(id, note))
    }

    /// A page of a conversation's notes, in the envelope and order of the switches.
    ///
    /// # Errors
    ///
    /// What is wrong with which parameter; the answer is 400 `invalid_query`.
    pub fn notes_page(&self, slot: usize, query: Option<&str>) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        let given = parameters(query, &mut errors);
        let Some(record) = self.record(slot) else { return Err(errors) };
        let id = &record.conversation.id;
        let row = |note: &Note| Row { at: note.created_at, id: note.id.clone(), json: self.note_json(id, note) };
        let mut rows: Vec<Row> = record.notes.iter().map(row).collect();
        if self.switches.notes_order == MessageOrder::Desc {
            rows.reverse();
        }
        let name = format!("notes {id} {:?}", self.switches.notes_order);
        Listed { rows: &rows, name: &name, envelope: self.switches.notes_envelope }.page(&given, &self.switches, errors)
    }

    /// Plants raw text or fields in the place of a note's JSON.
    ///
    /// # Errors
    ///
    /// No such conversation or note.
    pub fn plant_note(
        &mut self,
        id: &str,
        note_id: &str,
        raw: Option<String>,
        overlay: Map<String, Value>,
    ) -> Result<(), ActError> {
        let slot = self.find(id)?;
        let notes = self.records.get_mut(slot).map(|record| &mut record.notes);
        let note = notes.and_then(|notes| notes.iter_mut().find(|note| &*note.id == note_id));
        let note = note.ok_or_else(|| ActError::NotThere(format!("note {note_id}")))?;
        note.planted = Planted { raw: raw.map(Arc::from), overlay };
        Ok(())
    }
}
