//! What replacing a set needs besides: the API has no way to add or take one tag, and the last writer wins. So the set
//! is read fresh, the delta applied to it, the result written, and then looked at: at once, after two seconds and after
//! ten. What a colleague's write lost is made again, three times at most, then it is said.

use std::time::Duration;

use crate::budget::Lane;
use crate::domain::outbox::Outcome;
use crate::domain::problem::Reached;
use crate::domain::{ConversationId, Problem, Remedy, Tag, TagDelta, TagId};
use crate::text::RawText;

use super::super::action::Action;
use super::super::effect::{Effect, Fetch};
use super::super::guard::Baseline;
use super::super::model::Model;
use super::super::notice::Weight;
use super::super::outbox::{Entry, Outbox, State, Step, Verifying, Work};
use super::super::poller::{self, Purpose};
use super::super::{key_words, triage};
use super::{lookup, outcomes};

/// How long after the write each look is.
const LOOKS: [Duration; 3] = [Duration::ZERO, Duration::from_secs(2), Duration::from_secs(10)];
/// How often a lost change is made again.
const AGAIN_AT_MOST: u8 = 3;
/// A look that does not come is not waited for longer than this after it was due.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(60);

/// What shall stand and what not, with the tag that an earlier step made; none while that is not known.
pub(super) fn wanted(model: &Model, entry: &Entry) -> Option<TagDelta> {
    let Work::Tags { delta, made } = &entry.work else { return None };
    let mut delta = delta.clone();
    if let Some(name) = made {
        let tag = model.sidebar.palette.named(name)?;
        delta.remove.retain(|id| *id != tag.id);
        if !delta.add.contains(&tag.id) {
            delta.add.push(tag.id.clone());
        }
    }
    Some(delta)
}

/// What a change of tags really changed of the set that stood.
pub(super) fn effect(entry: &Entry, delta: &TagDelta) -> TagDelta {
    TagDelta {
        add: delta.add.iter().filter(|id| !entry.stood.contains(id)).cloned().collect(),
        remove: delta.remove.iter().filter(|id| entry.stood.contains(id)).cloned().collect(),
    }
}

/// The set to write for the step at `at`, empty for every other kind; none where it cannot be told.
pub(super) fn set_for(model: &mut Model, at: usize) -> Option<Vec<TagId>> {
    let entry = model.outbox.entries.get(at)?;
    if !matches!(entry.work, Work::Tags { .. }) {
        return Some(Vec::new());
    }
    let delta = wanted(model, entry)?;
    let stood = model.sidebar.get(&entry.conversation)?.tags.clone();
    let set = delta.applied_to(&stood);
    if let Some(entry) = model.outbox.entries.get_mut(at) {
        entry.stood = stood;
    }
    Some(set)
}

/// Its turn: the set is read fresh, then replaced; whether the next step may follow at once.
pub(super) fn ready(model: &mut Model, at: usize, retry_at: Duration, effects: &mut Vec<Effect>) -> bool {
    let (now, step) = (model.now.mono, model.step);
    let Some(entry) = model.outbox.entries.get_mut(at) else { return false };
    let from = *entry.look_from.get_or_insert(step);
    let entry = entry.clone();
    let Some(delta) = wanted(model, &entry) else { return unnamed(model, at, from, retry_at, effects) };
    let fresh = lookup::last_look(model, &entry).is_some_and(|read| read.asked >= from);
    if !fresh {
        if retry_at <= now && !lookup::is_asking(model, at, from) {
            lookup::ask(model, at, effects);
        }
        return false;
    }
    let Some(aside) = model.sidebar.get(&entry.conversation) else { return false };
    if delta.stands_in(&aside.tags) {
        if entry.again > 0 {
            // It came back by itself, a colleague's doing.
            quietly_done(model, at, effects);
        } else {
            outcomes::unchanged(model, at, effects);
        }
        return true;
    }
    if !aside.tags_whole {
        refuse(model, at, "it has more than a hundred tags: they can't be replaced from here", effects);
        return false;
    }
    super::driving::deliver(model, at, effects);
    false
}

/// The tag that an earlier step made is not known by its id yet: the palette tells.
fn unnamed(model: &mut Model, at: usize, from: u64, retry_at: Duration, effects: &mut Vec<Effect>) -> bool {
    let now = model.now.mono;
    if model.sidebar.palette.read.is_some_and(|read| read.asked >= from) {
        refuse(model, at, "the new tag is not in the palette", effects);
    } else if retry_at <= now && !poller::asides::reads_palette(model, from) {
        poller::asides::ask_palette(model, Lane::Send, effects);
    }
    false
}

fn quietly_done(model: &mut Model, at: usize, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    entry.state = State::Done { at: now };
    effects.extend(entry.local.map(|local| Effect::Conclude { local, outcome: Outcome::Done }));
}

fn refuse(model: &mut Model, at: usize, why: &str, effects: &mut Vec<Effect>) {
    let Some(entry) = model.outbox.entries.get_mut(at) else { return };
    let problem = Problem {
        remedy: Remedy::FixTheInput,
        reached: Reached::NotSent,
        status: None,
        code: None,
        message: RawText::new(why),
        request_id: None,
        fields: Vec::new(),
    };
    entry.state = State::Refused { problem };
    effects.extend(entry.local.map(|local| Effect::Conclude { local, outcome: Outcome::Refused }));
    outcomes::say_refused(model, at);
}

/// The server took the set, as its answer has it; without one it was found standing.
pub(super) fn replaced(model: &mut Model, at: usize, answer: Option<Vec<Tag>>) {
    let (now, step) = (model.now.mono, model.step);
    let Some(entry) = model.outbox.entries.get(at).cloned() else { return };
    if let Some(tags) = answer {
        let aside = model.sidebar.entry(&entry.conversation);
        aside.tags = tags.iter().map(|tag| tag.id.clone()).collect();
        aside.tags_changed = step;
        model.sidebar.palette.learn(tags);
    }
    if let Some(delta) = wanted(model, &entry) {
        model.outbox.verifying.push(Verifying {
            conversation: entry.conversation,
            delta,
            written_in: step,
            written_at: now,
            looks: 0,
            again: entry.again,
        });
    }
}

/// A later change of the same tags by the same person: what it changes does not have to stand any more.
pub(super) fn forget_what_changes(outbox: &mut Outbox, conversation: &ConversationId, work: &Work) {
    let Work::Tags { delta, .. } = work else { return };
    let touched = |id: &TagId| delta.add.contains(id) || delta.remove.contains(id);
    for held in outbox.verifying.iter_mut().filter(|held| held.conversation == *conversation) {
        held.delta.add.retain(|id| !touched(id));
        held.delta.remove.retain(|id| !touched(id));
    }
    outbox.verifying.retain(|held| !held.delta.is_empty());
}

fn due(held: &Verifying) -> Duration {
    held.written_at + LOOKS.get(held.looks).copied().unwrap_or_default()
}

/// Looks at what was written, when that is due.
pub(super) fn verify(model: &mut Model, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    for held in std::mem::take(&mut model.outbox.verifying) {
        let due = due(&held);
        if due > now || held.delta.is_empty() {
            model.outbox.verifying.extend((!held.delta.is_empty()).then_some(held));
            continue;
        }
        let aside = model.sidebar.get(&held.conversation);
        let looked = aside.is_some_and(|aside| {
            aside
                .tags_read
                .is_some_and(|read| read.asked >= held.written_in && read.came_in > held.written_in && read.at >= due)
        });
        if looked {
            looked_at(model, held, effects);
            continue;
        }
        let retry_at = aside.map(|aside| aside.retry_at).unwrap_or_default();
        let fetch = Fetch::Tags(held.conversation.clone());
        let asking = poller::is_flying_since(model, &fetch, due);
        if retry_at <= now && !asking {
            poller::ask(model, fetch, Purpose::Tags, Lane::Send, effects);
        }
        if now < due + GIVEN_UP_AFTER {
            model.outbox.verifying.push(held);
        }
    }
}

fn looked_at(model: &mut Model, mut held: Verifying, effects: &mut Vec<Effect>) {
    let now = model.now.mono;
    let stands = model.sidebar.get(&held.conversation).is_some_and(|aside| held.delta.stands_in(&aside.tags));
    if stands {
        held.looks += 1;
        if held.looks < LOOKS.len() {
            model.outbox.verifying.push(held);
        }
        return;
    }
    if held.again >= AGAIN_AT_MOST {
        let name = triage::name_of(model, &held.conversation);
        let shows = key_words::clause(model, (key_words::pane(model), Action::Tags), ". ", " shows what stands");
        let words = format!("your tags did not stay: others keep replacing them{shows}");
        model.notices.say(now, Weight::Warning, words, name);
        return;
    }
    let step = Step { work: Work::Tags { delta: held.delta, made: None }, text: RawText::default(), cursor: 0 };
    let act = super::submit_act(model, &held.conversation, vec![step], &Baseline::default(), effects);
    for entry in model.outbox.entries.iter_mut().filter(|entry| entry.act == act) {
        entry.again = held.again + 1;
    }
}

/// When the next look is due.
pub(super) fn next_wake(model: &Model) -> Option<Duration> {
    let now = model.now.mono;
    let second = Duration::from_secs(1);
    let at = |held: &Verifying| if due(held) <= now { now + second } else { due(held) };
    model.outbox.verifying.iter().map(at).min()
}
