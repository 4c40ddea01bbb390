//! Scripted visitors.
use super::world::World;
use chrono::{DateTime, Utc};
#[derive(Debug)]
pub(super) struct Visitors {
    me: String,
}
impl Visitors {
    pub(super) fn open(_world: &mut World, _seed: u64, _now: DateTime<Utc>) -> Result<Self, serde_json::Error> {
        Ok(Self { me: String::new() })
    }
    pub(super) fn me(&self) -> &str {
        &self.me
    }
    pub(super) fn catch_up(&mut self, _world: &mut World, _now: DateTime<Utc>) {}
    pub(super) fn answered(&mut self, _world: &World, _id: &str, _text: &str, _now: DateTime<Utc>) {}
}
