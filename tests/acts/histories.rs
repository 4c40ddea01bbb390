//! Acts at random, in changing weather, beside a colleague: made from one number, judged by what was asked for and what
//! the platform took, and checked against faults that are planted on purpose.
//!
//! `TAKEOVER_HISTORIES` sets how many.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use takeover::app::acts::{self, After, Sure};
use takeover::app::outbox::{State, Work};
use takeover::app::{Effect, deciding};
use takeover::domain::outbox::Kind;
use takeover::domain::{Change, Conversation, LocalId, Priority, Status, Tag, TagDelta};
use takeover::text::RawText;

use crate::desk::platform::office::tag;
use crate::desk::platform::{Origin, user};
use crate::desk::{Desk, Meets, id, seconds};

/// How many histories run.
const USUAL: u64 = 250;
/// A planted fault must be found within so many.
const FOUND_WITHIN: u64 = 400;

/// Numbers that look like chance and are the same each time.
struct Chance(u64);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1_e995)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        let at = self.below(from.len() as u64);
        from[usize::try_from(at).unwrap()].clone()
    }
}

/// A fault in the core's own state, or in the runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plant {
    /// What a visitor sees is not held.
    DoesNotHold,
    /// What stands behind something that asks goes all the same.
    PassesWhatAsks,
    /// What was refused is dropped.
    DropsTheRefused,
    /// A step that nobody knows of is taken for one that never left, under another key.
    SendsTheUnknownAnew,
    /// Whose it was is not compared.
    TakesFromColleagues,
    /// What somebody else did to status, owner and address is not seen.
    IgnoresFacts,
}

const PLANTS: [(Plant, &str); 6] = [
    (Plant::DoesNotHold, "before its hold is over"),
    (Plant::PassesWhatAsks, "overtakes"),
    (Plant::DropsTheRefused, "is nowhere"),
    (Plant::SendsTheUnknownAnew, "times at the platform"),
    (Plant::TakesFromColleagues, "was a colleague's"),
    (Plant::IgnoresFacts, "though their address changed"),
];

fn bend(plant: Plant, desk: &mut Desk) {
    let now = desk.now;
    let entries = &mut desk.model.outbox.entries;
    match plant {
        Plant::DoesNotHold => {
            for entry in entries {
                if let State::Held { until } = &mut entry.state {
                    *until = now;
                    entry.at_once = true;
                    entry.hold_ends = now;
                }
            }
        }
        Plant::PassesWhatAsks => {
            let waits = |state: &State| matches!(state, State::Ready { .. });
            if let Some(at) = entries.windows(2).position(|pair| pair[0].state.asks() && waits(&pair[1].state)) {
                entries.swap(at, at + 1);
            }
        }
        Plant::DropsTheRefused => entries.retain(|entry| !matches!(entry.state, State::Refused { .. })),
        Plant::SendsTheUnknownAnew => {
            if let Some(entry) = entries.iter_mut().find(|entry| matches!(entry.state, State::Uncertain { .. })) {
                entry.attempt_step = None;
                entry.unknown = false;
                entry.looked_before = false;
                let problem = crate::desk::problem(
                    Some(400),
                    takeover::domain::problem::Reached::Refused,
                    takeover::domain::Remedy::FixTheInput,
                );
                entry.state = State::Refused { problem };
            }
        }
        Plant::TakesFromColleagues => {
            for entry in entries {
                if let Work::Change { change: Change::Owner(_), from } = &mut entry.work {
                    *from = None;
                }
            }
        }
        Plant::IgnoresFacts => {
            for entry in entries {
                entry.baseline.facts = None;
            }
        }
    }
}

struct History {
    desk: Desk,
    chance: Chance,
    plant: Option<Plant>,
    /// Texts that were written, each once, with whether it is a note; taken back or not.
    texts: Vec<(String, bool)>,
    /// How often a person let a text go out anew though nobody knew of it.
    allowed: HashMap<String, usize>,
    /// When each step may leave at the earliest.
    due: HashMap<u64, Duration>,
    /// Where it might be mailed when a person sent it, by act.
    addresses: HashMap<u64, Option<RawText>>,
    /// Whose it was when a person assigned it, by act.
    owners: HashMap<u64, Change>,
    looked_at: usize,
    /// The conversation as it was known at the last look: what is learned in the moment in which something leaves could
    /// not have stopped it.
    known: Conversation,
    fault: Option<String>,
    calm: bool,
}

impl History {
    fn new(seed: u64, plant: Option<Plant>) -> Self {
        let mut chance = Chance::new(seed);
        let status = chance.pick(&[Status::Open, Status::Open, Status::AgentRequested, Status::BotActive]);
        let mut desk = crate::opened(status);
        for name in ["vip", "spam", "billing"] {
            desk.platform.office.palette.push(Tag { id: tag(name), name: RawText::new(name), color: None });
        }
        if chance.one_in(2) {
            desk.platform.held[0].conversation.assigned_to = None;
            desk.model.settings.claim_on_reply = true;
            desk.wait(31.0);
        }
        let looked_at = desk.ordered.len();
        let known = desk.model.inbox.rows[&id(0)].conversation.clone();
        Self {
            desk,
            chance,
            plant,
            texts: Vec::new(),
            allowed: HashMap::new(),
            due: HashMap::new(),
            addresses: HashMap::new(),
            owners: HashMap::new(),
            looked_at,
            known,
            fault: None,
            calm: false,
        }
    }

    fn blame(&mut self, fault: String) {
        self.fault.get_or_insert(fault);
    }

    /// What was ordered since is looked at; a planted fault is laid.
    fn look(&mut self) {
        if let Some(plant) = self.plant {
            bend(plant, &mut self.desk);
        }
        let fresh: Vec<(Duration, Effect)> = self.desk.ordered.get(self.looked_at..).unwrap_or_default().to_vec();
        self.looked_at = self.desk.ordered.len();
        for (at, effect) in fresh {
            let local = match &effect {
                Effect::Deliver { local }
                | Effect::SaveNote { local }
                | Effect::Change { local }
                | Effect::ReplaceTags { local, .. }
                | Effect::CreateTag { local }
                | Effect::DeleteTag { local } => *local,
                _ => continue,
            };
            self.leaves(local, at);
        }
        self.known = self.desk.model.inbox.rows[&id(0)].conversation.clone();
    }

    fn leaves(&mut self, local: LocalId, at: Duration) {
        let entries = &self.desk.model.outbox.entries;
        let Some(place) = entries.iter().position(|entry| entry.local == Some(local)) else { return };
        let entry = entries[place].clone();
        let before = entries.iter().enumerate().find(|(at, earlier)| {
            let first = earlier.act < entry.act || (earlier.act == entry.act && *at < place);
            let open = !earlier.state.is_final() && !earlier.taken_back;
            earlier.conversation == entry.conversation && first && open
        });
        let before = before.map(|(_, earlier)| earlier);
        if let Some(before) = before {
            let fault = format!("{:?} overtakes {:?} in {:?}", entry.work, before.work, before.state);
            self.blame(fault);
        }
        let due = self.due.get(&entry.act).copied().unwrap_or_default();
        if entry.attempts == 1 && at < due {
            self.blame(format!("{:?} leaves before its hold is over", entry.work));
        }
        let row = &self.desk.model.inbox.rows[&entry.conversation].conversation;
        if let Work::Change { change: Change::Status(Status::Open), .. } = &entry.work
            && row.status == Status::AgentRequested
        {
            self.blame("what waits for a person was opened by a change".to_owned());
        } else if let Some(Change::Owner(then)) = self.owners.get(&entry.act)
            && matches!(entry.work, Work::Change { change: Change::Owner(_), .. })
            && entry.attempts == 1
            && [row, &self.known].iter().all(|row| row.assigned_to != *then && row.assigned_to == Some(user("u-other")))
        {
            self.blame("what was assigned was a colleague's by then".to_owned());
        } else if matches!(entry.work, Work::Reply { .. })
            && entry.attempts == 1
            && [row, &self.known].iter().all(|row| !matches!(row.status, Status::Open | Status::AgentRequested))
        {
            self.blame(format!("a reply leaves though its status changed: {:?}", row.status));
        } else if matches!(entry.work, Work::Reply { .. })
            && entry.attempts == 1
            && self
                .addresses
                .get(&entry.act)
                .is_some_and(|then| [row, &self.known].iter().all(|row| *then != row.contact_email))
        {
            self.blame("a reply leaves though their address changed".to_owned());
        }
    }

    /// Lets time pass in small pieces, looking after each.
    fn wait(&mut self, by: f64) {
        let until = self.desk.now + seconds(by);
        while self.desk.now < until && self.fault.is_none() {
            let left = (until - self.desk.now).as_secs_f64();
            // There and back takes longer: what left is looked at before it is answered.
            self.desk.wait(left.min(0.1));
            self.look();
        }
    }

    /// Notes when the act that was just begun may leave: what a visitor sees is held.
    fn begun(&mut self) {
        let (now, hold) = (self.desk.now, self.desk.model.settings.hold);
        let Some(act) = self.desk.model.outbox.entries.last().map(|entry| entry.act) else { return };
        for entry in self.desk.model.outbox.entries.iter().filter(|entry| entry.act == act) {
            if let Work::Change { change: Change::Owner(_), from: Some(from) } = &entry.work {
                self.owners.entry(act).or_insert_with(|| from.clone());
            }
        }
        let address = self.desk.model.inbox.rows[&id(0)].conversation.contact_email.clone();
        if !self.due.contains_key(&act) {
            self.addresses.insert(act, address);
            let seen = self.desk.model.outbox.is_seen(act);
            self.due.insert(act, if seen { now + hold } else { now });
        }
        self.look();
    }

    fn write(&mut self, note: bool) -> String {
        let text = format!("text {} end", self.texts.len());
        self.texts.push((text.clone(), note));
        text
    }

    fn decide(&mut self) {
        // The unknown goes out anew only by a person's word: then it may stand twice.
        let asks = self.desk.model.outbox.pending(&id(0)).next().filter(|entry| entry.state.asks()).cloned();
        let act = asks.as_ref().map(|entry| entry.act);
        if let Some(entry) = asks.filter(|entry| entry.unknown || entry.refused) {
            *self.allowed.entry(unsigned(entry.text.as_raw())).or_default() += 1;
        }
        let did = self.desk.act(|model, effects| deciding::send_now(model, &id(0), effects));
        if did == deciding::SendNow::Done {
            let head = self.desk.model.outbox.pending(&id(0)).next().map(|entry| entry.act);
            self.due.extend(act.or(head).map(|act| (act, Duration::ZERO)));
            if let Some(act) = act {
                self.owners.remove(&act);
                self.addresses.remove(&act);
            }
        }
    }

    fn step(&mut self) {
        if self.chance.one_in(4) && !self.calm {
            let kind = self.chance.pick(&[Kind::Reply, Kind::Note, Kind::Change, Kind::Tags]);
            let met = self.chance.pick(&[
                Meets::LostAfter,
                Meets::LostBefore,
                Meets::Refused(400),
                Meets::Refused(502),
                Meets::LostAfter,
            ]);
            self.desk.meets.push((kind, met));
        }
        match self.chance.below(15) {
            0..3 => {
                let text = self.write(false);
                let before = acts::needed_before(&self.desk.model, &id(0));
                let after = self.chance.pick(&[After::Nothing, After::Nothing, After::Resolve]);
                crate::send(&mut self.desk, &text, before, after);
                self.begun();
            }
            3..5 => {
                let text = RawText::new(self.write(true));
                let _ = self.desk.act(|model, effects| acts::note(model, &id(0), &text, 0, effects));
                self.begun();
            }
            5 => {
                let to = self.chance.pick(&[Priority::Low, Priority::Medium, Priority::High]);
                let _ = self.desk.act(|model, effects| acts::priority(model, &id(0), to, effects));
                self.begun();
            }
            6 => {
                let to = self.chance.pick(&[None, Some(user("u-me")), Some(user("u-other"))]);
                let _ = self.desk.act(|model, effects| acts::assign(model, &id(0), to, effects));
                self.begun();
            }
            7 => {
                let (one, other) = (self.chance.pick(&["vip", "spam"]), self.chance.pick(&["billing", "spam"]));
                let remove = if one == other { Vec::new() } else { vec![tag(other)] };
                let delta = TagDelta { add: vec![tag(one)], remove };
                let _ = self.desk.act(|model, effects| acts::tags(model, &id(0), delta, effects));
                self.begun();
            }
            8 => {
                let to = self.chance.pick(&[Status::Resolved, Status::Open, Status::Closed]);
                let sure = self.chance.pick(&[Sure::Ask, Sure::Yes]);
                let _ = self.desk.act(|model, effects| acts::set_status(model, &id(0), &to, sure, effects));
                self.begun();
            }
            9 => self.decide(),
            10 => {
                self.desk.press("<esc>");
                self.desk.press("u");
                self.begun();
            }
            11 => {
                let now = self.desk.now;
                if self.chance.one_in(3) {
                    let address = self.chance.pick(&["june@example.com", "june@example.org"]);
                    self.desk.platform.held[0].conversation.contact_email = Some(RawText::new(address));
                } else {
                    self.desk.platform.say(0, Origin::Visitor, "Are you there?", now);
                }
            }
            12 => {
                let to = self.chance.pick(&[None, Some(user("u-other"))]);
                self.desk.platform.held[0].conversation.assigned_to = to;
            }
            13 => {
                let now = self.desk.now;
                let to = self.chance.pick(&[Status::Resolved, Status::Open]);
                if self.chance.one_in(2) {
                    let _ = self.desk.platform.patch(0, &Change::Status(to), Origin::OtherMarker, now);
                } else {
                    // Not every change writes a marker.
                    self.desk.platform.held[0].conversation.status = to;
                }
            }
            _ => {
                let now = self.desk.now;
                if self.chance.one_in(3) {
                    self.desk.platform.colleague(0, "A colleague's answer", now);
                } else {
                    let set = vec![tag(self.chance.pick(&["vip", "spam", "billing"]))];
                    self.desk.platform.replace_tags(0, &set);
                }
            }
        }
        self.look();
    }

    /// The faults end, and the person decides what asks, until nothing does.
    fn end(&mut self) {
        self.calm = true;
        self.desk.meets.clear();
        for _ in 0..80 {
            if self.fault.is_some() {
                return;
            }
            self.wait(12.0);
            let states = self.desk.states(0);
            match states.first() {
                None => return,
                Some(state) if state.asks() => {
                    if self.chance.one_in(2) {
                        self.decide();
                    } else {
                        self.desk.press("<esc>");
                        self.desk.press("u");
                    }
                }
                Some(_) => {}
            }
        }
        let states = self.desk.states(0);
        if !states.is_empty() {
            self.blame(format!("the queue never comes to rest: {states:?}"));
        }
    }

    fn judge(&mut self) {
        let taken: Vec<String> = self.desk.taken(0).iter().map(|text| (*text).to_owned()).collect();
        let notes: Vec<String> =
            self.desk.platform.notes_of(0).iter().map(|note| unsigned(note.content.as_raw())).collect();
        let replies = self.desk.draft(0);
        let note_draft = self.desk.model.composer.notes.get(&id(0)).map(|draft| draft.editor.text().to_owned());
        let note_draft = note_draft.unwrap_or_default();
        let queued: HashSet<String> =
            self.desk.model.outbox.pending(&id(0)).map(|entry| unsigned(entry.text.as_raw())).collect();
        for (text, note) in self.texts.clone() {
            let (right, wrong, draft) = if note { (&notes, &taken, &note_draft) } else { (&taken, &notes, &replies) };
            let times = right.iter().filter(|held| **held == text).count();
            if wrong.contains(&text) || (if note { &replies } else { &note_draft }).contains(&text) {
                self.blame(format!("{text:?} crossed between note and reply"));
            } else if times > 1 + self.allowed.get(&text).copied().unwrap_or_default() {
                self.blame(format!("{text:?} is {times} times at the platform"));
            } else if times == 0 && !draft.contains(&text) && !queued.contains(&text) {
                self.blame(format!("{text:?} is nowhere"));
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a test is told its size from outside")]
fn histories() -> u64 {
    std::env::var("TAKEOVER_HISTORIES").ok().and_then(|value| value.parse().ok()).unwrap_or(USUAL)
}

fn unsigned(text: &str) -> String {
    text.split('\n').next().unwrap_or_default().to_owned()
}

fn run(seed: u64, plant: Option<Plant>) -> History {
    let mut history = History::new(seed, plant);
    let steps = 6 + history.chance.below(16);
    for _ in 0..steps {
        if history.fault.is_some() {
            return history;
        }
        history.step();
        let pause = history.chance.pick(&[0.1, 0.7, 2.0, 3.0, 6.0, 15.0, 45.0]);
        history.wait(pause);
    }
    history.end();
    if history.fault.is_none() {
        history.judge();
    }
    history
}

#[test]
fn acts_at_random_are_done_once_in_their_order_or_named_to_the_person() {
    let (mut written, mut sent) = (0, 0);
    for seed in 0..histories() {
        let history = run(seed, None);
        if let Some(fault) = history.fault {
            let states = history.desk.states(0);
            panic!("seed {seed}: {fault}\n{states:?}\ntaken {:?}", history.desk.taken(0));
        }
        written += history.texts.len();
        sent += history.desk.taken(0).len() + history.desk.platform.notes_of(0).len();
    }
    assert!(sent * 3 > written, "only {sent} of {written} texts went out: the histories show little");
}

#[test]
fn each_fault_that_is_planted_among_the_acts_is_found() {
    for (plant, says) in PLANTS {
        let found = (0..FOUND_WITHIN).any(|seed| run(seed, Some(plant)).fault.is_some_and(|it| it.contains(says)));
        assert!(found, "{plant:?} was not found in {FOUND_WITHIN} histories");
    }
}
