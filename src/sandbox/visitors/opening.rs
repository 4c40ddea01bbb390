//! The scene at the start: history told backwards from now, so that everyone has waited for as long as the script says.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::script::{Person, seconds};
use super::{Turn, Visitors, later, tool};
use crate::sandbox::world::{Fill, Status, World, back};

impl Visitors {
    pub(super) fn set_the_scene(&mut self, world: &mut World, seed: u64, now: DateTime<Utc>) {
        world.org.name.clone_from(&self.script.organisation.name);
        world.org.slug.clone_from(&self.script.organisation.slug);
        for bot in &self.script.chatbots {
            let id = world.add_chatbot(&bot.name, &bot.public_slug, back(now, 120 * 86_400));
            self.chatbots.insert(bot.key.clone(), id);
        }
        for (at, member) in self.script.members.iter().enumerate() {
            let joined = back(now, (400 - 40 * (at as u64).min(9)) * 86_400);
            let user =
                world.add_member(member.first_name.as_deref(), member.last_name.as_deref(), &member.role, joined);
            self.members.insert(member.key.clone(), user);
        }
        if let Some(me) = self.members.get(&self.script.me) {
            self.me = me.clone();
        }
        let filler = world.fill(
            &Fill {
                conversations: self.script.filler.conversations,
                messages: self.script.filler.messages,
                seed,
                statuses: vec![Status::Resolved, Status::Resolved, Status::Closed, Status::Resolved, Status::Archived],
                ages: Some((6 * 3_600, 60 * 86_400)),
                ..Fill::default()
            },
            now,
        );
        let mut told = Vec::new();
        for person in self.script.visitors.clone() {
            let id = self.tell(world, &person, now);
            self.remember(&id, &person);
            self.go_on(world, &id, &person, now);
            told.push((id, person));
        }
        self.tag_and_note(world, &told, &filler, now);
        let first = later(now, self.between(12_000, 20_000));
        self.plan(first, &"".into(), Turn::Arrive(0));
    }

    /// What was said before the start.
    fn tell(&self, world: &mut World, person: &Person, now: DateTime<Utc>) -> Arc<str> {
        let told: u64 = person.lines.iter().map(|line| line.after).sum();
        let mut at = back(now, seconds(&person.last) + told + 2);
        let id = self.enter(world, person, at);
        at = later(at, 2_000);
        for line in &person.lines {
            at = later(at, i64::try_from(line.after).unwrap_or(0) * 1_000);
            // The conversation was made just now and nothing has ended it yet.
            let _ = match line.who.as_str() {
                "visitor" => world.visitor_says(&id, &line.text, at).map(drop),
                "bot" => world.bot_says(&id, &line.text, line.tool.clone().map(tool), at).map(drop),
                "handoff" => world.escalate(&id, at),
                who if who == self.script.me => world.reply(&id, &line.text, &[], at).map(drop),
                who => match self.members.get(who) {
                    Some(user) => world.colleague_replies(&id, user, &line.text, at).map(drop),
                    None => Ok(()),
                },
            };
        }
        let owner = person.owner.as_ref().and_then(|key| self.members.get(key)).cloned();
        let status = Status::parse(&person.status);
        let _ = world.change(&id, at, |it| it.assigned_to = owner.clone().or_else(|| it.assigned_to.clone()));
        let ended = later(at, 90_000).min(now);
        let _ = match status {
            // Opened by somebody who has not written yet.
            Status::Open => world.change(&id, at, |it| it.status = Status::Open),
            status => world.change_status(&id, status, ended),
        };
        id
    }

    /// The palette, and what members noted and tagged before the start.
    fn tag_and_note(&self, world: &mut World, told: &[(Arc<str>, Person)], filler: &[Arc<str>], now: DateTime<Utc>) {
        let mut tags: HashMap<&str, String> = HashMap::new();
        for (at, tag) in self.script.tags.iter().enumerate() {
            let made = back(now, (300 - 20 * (at as u64).min(10)) * 86_400);
            // A name that the script has twice is one tag.
            if let Ok(id) = world.add_tag(&tag.name, tag.color.as_deref(), made) {
                tags.insert(&tag.key, id.to_string());
            }
        }
        for (id, person) in told {
            let last = back(now, seconds(&person.last));
            for note in &person.notes {
                let at = later(last, i64::try_from(note.after).unwrap_or(0) * 1_000).min(now);
                let _ = world.add_note(id, self.members.get(&note.who).cloned(), &note.text, at);
            }
            let wanted: Vec<String> = person.tags.iter().filter_map(|key| tags.get(key.as_str()).cloned()).collect();
            let _ = world.set_tags(id, &wanted, now);
        }
        // Every third of the ended ones carries a tag.
        for (at, id) in filler.iter().enumerate().step_by(3) {
            let key = self.script.tags.get(at / 3 % self.script.tags.len().max(1)).map(|tag| tag.key.as_str());
            let wanted: Vec<String> = key.and_then(|key| tags.get(key).cloned()).into_iter().collect();
            let _ = world.set_tags(id, &wanted, now);
        }
    }

    /// What those who were there at the start do next.
    fn go_on(&mut self, world: &World, id: &Arc<str>, person: &Person, now: DateTime<Utc>) {
        if let Some(first) = person.live.first() {
            let wait = i64::try_from(first.after).unwrap_or(0) * 1_000 + self.between(0, 2_000);
            self.plan(later(now, wait), id, Turn::Play { mood: 0, lines: person.live.clone().into() });
        }
        let owner = world.conversation(id).and_then(|it| it.assigned_to.clone());
        let open = world.conversation(id).is_some_and(|it| it.status == Status::Open);
        if open && owner.is_some_and(|owner| owner != self.me) {
            let wait = self.between(8_000, 80_000);
            self.plan(later(now, wait), id, Turn::Colleague { mood: 0 });
        }
    }
}
