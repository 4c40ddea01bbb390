//! The core with a runner and a platform that answer late, wrongly, twice or never in time; time turned by hand.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::time::Duration;

use chrono::{DateTime, Utc};
use takeover::app::{self, Delivery, Effect, Event, Fetch, Found, Key, Model, Settings, Size, Stamped};
use takeover::domain::outbox::{Intent, Kind, Outcome, Written};
use takeover::domain::problem::Reached;
use takeover::domain::{LocalId, Me, Member, MemberId, Moment, Problem, Zone};
use takeover::store::{Journal, MemoryJournal};
use takeover::text::RawText;

use crate::chance::Chance;
use crate::oracle::Oracle;
use crate::plants::{self, Plant};
use crate::platform::{Platform, Posted, user};
use crate::weather::{self, CALM, Weather, problem};

/// The client gives an answer up after this long.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(30);

/// What happens at some time.
enum Pending {
    /// A read is at the server.
    Asked { asked: u64, fetch: Fetch, down: Duration, lost: bool },
    /// A reply is at the server.
    Posted(Post),
    /// The client knows how an attempt ended.
    Ended { local: LocalId, attempt: u32, delivery: Delivery },
    /// The core is told.
    Told(Event),
}

struct Post {
    local: LocalId,
    attempt: u32,
    conversation: usize,
    key: String,
    body: Vec<u8>,
    down: Duration,
    after: After,
}

/// What becomes of the answer to a reply that reached the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    Heard,
    IdAlone,
    Lost,
    Gateway,
    /// We had given it up before it arrived.
    Nobody,
}

struct At {
    at: Duration,
    number: u64,
    what: Pending,
}

impl PartialEq for At {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for At {}
impl PartialOrd for At {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for At {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}

pub(crate) struct Sim {
    pub(crate) model: Model,
    pub(crate) platform: Platform,
    pub(crate) journal: MemoryJournal,
    pub(crate) oracle: Oracle,
    pub(crate) weather: Weather,
    pub(crate) now: Duration,
    pub(crate) step: u64,
    pub(crate) trace: Option<Vec<String>>,
    pub(crate) plant: Option<Plant>,
    pub(crate) chance: Chance,
    size: Size,
    queue: BinaryHeap<Reverse<At>>,
    number: u64,
    answers: HashMap<String, Found>,
}

pub(crate) fn began() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

impl Sim {
    pub(crate) fn new(seed: u64, platform: Platform, hold: Duration, size: Size, plant: Option<Plant>) -> Self {
        let settings = Settings {
            hold,
            me: Some(user("u-me")),
            claim_on_reply: false,
            zone: Zone::Fixed(chrono::FixedOffset::east_opt(0).unwrap()),
            ..Settings::default()
        };
        Self {
            model: Model::new(settings),
            platform,
            journal: MemoryJournal::default(),
            oracle: Oracle::new(hold),
            weather: CALM,
            now: Duration::ZERO,
            step: 0,
            trace: None,
            plant,
            chance: Chance::new(seed ^ 0x5eed),
            size,
            queue: BinaryHeap::new(),
            number: 0,
            answers: HashMap::new(),
        }
    }

    pub(crate) fn note(&mut self, line: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>9.3}s #{:<4} {}", now.as_secs_f64(), self.step, line()));
        }
    }

    /// Keys as people write them, in one read.
    pub(crate) fn press(&mut self, keys: &str) {
        let keys = Key::parse_all(keys).unwrap();
        self.handle(Event::KeysPressed(keys));
    }

    /// Lets so much time pass.
    pub(crate) fn wait(&mut self, by: Duration) {
        let until = self.now + by;
        while self.oracle.fault.is_none() && self.go_on(until) {}
        self.now = until;
    }

    /// Handles what is next before `until`; whether there was anything.
    fn go_on(&mut self, until: Duration) -> bool {
        let queued = self.queue.peek().map(|Reverse(next)| next.at);
        let wake = app::next_wake(&self.model);
        let next = [queued, wake].into_iter().flatten().min();
        let Some(next) = next.filter(|next| *next <= until) else { return false };
        self.now = self.now.max(next);
        if queued == Some(next) {
            if let Some(Reverse(At { what, .. })) = self.queue.pop() {
                self.take(what);
            }
        } else {
            self.handle(Event::TimeReached);
        }
        true
    }

    /// What is on its way to the server arrives while the machine sleeps, not after it.
    pub(crate) fn falls_asleep(&mut self) {
        let mut waiting: Vec<At> = std::mem::take(&mut self.queue).into_iter().map(|Reverse(at)| at).collect();
        waiting.sort();
        for at in waiting {
            match at.what {
                Pending::Posted(post) => self.posted(post),
                Pending::Told(_) | Pending::Ended { .. } | Pending::Asked { .. } => self.queue.push(Reverse(at)),
            }
        }
    }

    fn later(&mut self, at: Duration, what: Pending) {
        self.number += 1;
        self.queue.push(Reverse(At { at, number: self.number, what }));
    }

    pub(crate) fn handle(&mut self, event: Event) {
        self.step += 1;
        self.note(|| told(&event));
        let at = Moment { mono: self.now, wall: self.platform.wall(self.now) };
        self.oracle.hears(&event, self.now, self.step, &self.model, &self.platform);
        let mut effects = app::update(&mut self.model, Stamped { at, step: self.step, event });
        if let Some(plant) = self.plant {
            plants::bend(plant, &mut self.model, &mut effects, &mut self.chance);
        }
        app::settle(&mut self.model, self.size);
        self.oracle.sees(&effects, self.now, self.step, &self.model, &self.platform);
        for effect in effects {
            self.perform(effect);
        }
        if let Some(fault) = self.oracle.fault.clone() {
            self.note(|| format!("FAULT {fault}"));
        }
    }

    fn take(&mut self, what: Pending) {
        match what {
            Pending::Told(event) => self.handle(event),
            Pending::Ended { local, attempt, delivery } => {
                let outcome = match &delivery {
                    Delivery::Delivered(message) => Outcome::Delivered(message.id.clone()),
                    Delivery::DeliveredAs(id) => Outcome::Delivered(id.clone()),
                    Delivery::Failed(_) => Outcome::Unknown,
                    other => panic!("no answer to a reply: {other:?}"),
                };
                let _ = self.journal.conclude(local, outcome);
                let event = Event::Attempted { local, attempt, delivery, reading: None, request_id: None };
                if self.chance.permille(self.weather.doubled) {
                    let again = self.now + Duration::from_millis(self.chance.between(0, 20_000));
                    self.later(again, Pending::Told(event.clone()));
                }
                self.handle(event);
            }
            Pending::Asked { asked, fetch, down, lost } => {
                let found = self.answer(&fetch);
                if lost {
                    self.tell_found(
                        self.now + GIVEN_UP_AFTER,
                        asked,
                        fetch,
                        Err(problem(None, Reached::Unknown, Duration::ZERO)),
                    );
                } else {
                    self.tell_found(self.now + down, asked, fetch, found);
                }
            }
            Pending::Posted(post) => self.posted(post),
        }
    }

    fn tell_found(&mut self, at: Duration, asked: u64, fetch: Fetch, found: Result<Found, Problem>) {
        let event = Event::Fetched { asked, fetch, found, reading: None };
        if self.chance.permille(self.weather.doubled) {
            let again = at + Duration::from_millis(self.chance.between(0, 10_000));
            self.later(again, Pending::Told(event.clone()));
        }
        self.later(at, Pending::Told(event));
    }

    fn perform(&mut self, effect: Effect) {
        self.note(|| ordered(&effect));
        match effect {
            Effect::Fetch { asked, fetch, .. } => self.fetch(asked, fetch),
            Effect::Journal { ask, steps } => {
                let slow = if self.chance.permille(self.weather.journal_slow) { 1_500 } else { 15 };
                let at = self.now + Duration::from_millis(self.chance.between(0, slow));
                let event = if self.chance.permille(self.weather.journal_fails) {
                    Event::JournalFailed { ask, reason: RawText::new("no space left") }
                } else {
                    let key = format!("key-{ask}-{}", self.chance.below(1_000_000));
                    let written = steps.into_iter().map(|intent| {
                        let Intent::Reply { text, .. } = &intent else { panic!("no reply: {intent:?}") };
                        let body = takeover::api::encode_reply(text, &[]);
                        Written { key: Some(key.clone()), body, intent }
                    });
                    let locals = self.journal.write(written.collect()).unwrap();
                    Event::Journaled { ask, locals }
                };
                if self.plant == Some(Plant::JournaledIsSwallowed) {
                    return;
                }
                if self.plant == Some(Plant::SendsBeforeItIsJournaled)
                    && let Event::Journaled { locals, .. } = &event
                {
                    self.deliver(locals[0]);
                }
                if self.chance.permille(self.weather.doubled) {
                    let again = at + Duration::from_millis(self.chance.between(0, 5_000));
                    self.later(again, Pending::Told(event.clone()));
                }
                self.later(at, Pending::Told(event));
            }
            Effect::Deliver { local } => self.deliver(local),
            Effect::Conclude { local, outcome } => {
                let forgets = self.plant == Some(Plant::ForgetsWhatWasTakenBack) && outcome == Outcome::TakenBack;
                if !forgets {
                    let _ = self.journal.conclude(local, outcome);
                }
            }
            Effect::SaveNote { .. }
            | Effect::Change { .. }
            | Effect::ReplaceTags { .. }
            | Effect::CreateTag { .. }
            | Effect::DeleteTag { .. } => panic!("nothing but replies is sent here: {effect:?}"),
            Effect::OpenLink { .. } | Effect::SaveFile { .. } | Effect::Pipe { .. } | Effect::Copy { .. } => {}
            Effect::RingBell | Effect::Reload | Effect::Redraw | Effect::Suspend | Effect::Quit => {}
        }
    }

    fn way(&mut self) -> Duration {
        Duration::from_millis(self.chance.between(self.weather.fastest, self.weather.slowest) / 2)
    }

    /// How a request fails before the server does anything, if it does: after how long, and how.
    fn fails(&mut self) -> Option<(Duration, Problem)> {
        let weather = self.weather;
        let round = self.way() * 2;
        if self.chance.permille(weather.not_sent) {
            return Some((round, problem(None, Reached::NotSent, Duration::ZERO)));
        }
        let status = if self.chance.permille(weather.no_credential) {
            self.chance.pick(&[401, 403])
        } else if self.chance.permille(weather.limited) {
            429
        } else if self.chance.permille(weather.failed) {
            self.chance.pick(&[500, 502, 503, 408, 409, 425])
        } else if self.chance.permille(weather.refused) {
            self.chance.pick(&[400, 404, 413, 422])
        } else {
            return None;
        };
        let wait = Duration::from_secs(self.chance.between(0, 25));
        Some((round, problem(Some(status), weather::reached(status), wait)))
    }

    fn fetch(&mut self, asked: u64, fetch: Fetch) {
        if let Some((after, problem)) = self.fails() {
            self.tell_found(self.now + after, asked, fetch, Err(problem));
            return;
        }
        let up = self.way();
        if self.chance.permille(self.weather.lost_before) {
            let after = self.chance.pick(&[Duration::from_millis(500), GIVEN_UP_AFTER]);
            self.tell_found(self.now + after, asked, fetch, Err(problem(None, Reached::Unknown, Duration::ZERO)));
            return;
        }
        let lost = self.chance.permille(self.weather.lost_after);
        let down = self.way();
        self.later(self.now + up, Pending::Asked { asked, fetch, down, lost });
    }

    fn answer(&mut self, fetch: &Fetch) -> Result<Found, Problem> {
        let name = asks(fetch);
        if self.chance.permille(self.weather.stale)
            && let Some(earlier) = self.answers.get(&name)
        {
            return Ok(earlier.clone());
        }
        let missing = || problem(Some(404), Reached::Refused, Duration::ZERO);
        let found = match fetch {
            Fetch::Notes { .. } => Found::Notes(takeover::domain::Page { items: Vec::new(), next: None }),
            Fetch::Tags(_) => Found::Tags(takeover::domain::Page { items: Vec::new(), next: None }),
            Fetch::Palette(_) => Found::Palette(takeover::domain::Page { items: Vec::new(), next: None }),
            Fetch::Me => Found::Me(Me { user_id: None, ..Me::default() }),
            Fetch::Members => Found::Members(vec![Member {
                id: MemberId::parse("member-1").unwrap(),
                user_id: user("u-me"),
                first_name: Some(RawText::new("Ada")),
                last_name: None,
                role: None,
            }]),
            Fetch::Chatbots => Found::Chatbots(Vec::new()),
            Fetch::List { statuses, cursor, .. } => Found::Conversations(self.platform.list(statuses, cursor.as_ref())),
            Fetch::Conversation(id) => {
                let at = self.platform.position(id).ok_or_else(missing)?;
                Found::Conversation(Box::new(self.platform.held[at].conversation.clone()))
            }
            Fetch::Thread { conversation, cursor, .. } => {
                let at = self.platform.position(conversation).ok_or_else(missing)?;
                let lag = Duration::from_millis(self.weather.lag);
                let hides = self.plant == Some(Plant::LooksUpInVain);
                let mut page = self.platform.thread(at, cursor.as_ref(), lag, self.now);
                if hides {
                    let origins = &self.platform.held[at].origins;
                    page.items.retain(|message| origins.get(&message.id) != Some(&crate::platform::Origin::Ours));
                }
                Found::Messages(page)
            }
        };
        if self.weather.stale > 0 {
            self.answers.insert(name, found.clone());
        }
        Ok(found)
    }

    /// Claims, as the runner does, and sends the stored bytes.
    fn deliver(&mut self, local: LocalId) {
        if self.chance.permille(self.weather.claim_fails) {
            let delivery = Delivery::Failed(problem(None, Reached::NotSent, Duration::ZERO));
            self.later(
                self.now,
                Pending::Told(Event::Attempted { local, attempt: 0, delivery, reading: None, request_id: None }),
            );
            return;
        }
        let Ok(mut claim) = self.journal.claim(local, Kind::Reply) else {
            let delivery = Delivery::Failed(problem(None, Reached::NotSent, Duration::ZERO));
            self.later(
                self.now,
                Pending::Told(Event::Attempted { local, attempt: 0, delivery, reading: None, request_id: None }),
            );
            return;
        };
        let attempt = claim.attempt;
        let mut key = claim.written.key.take().unwrap();
        let mut body = std::mem::take(&mut claim.written.body);
        match self.plant {
            Some(Plant::NewKeyForEachAttempt) => key = format!("{key}-{attempt}"),
            Some(Plant::OtherBytesForEachAttempt) => body.extend(std::iter::repeat_n(b' ', attempt as usize)),
            _ => {}
        }
        let mut conversation = self.platform.position(claim.written.intent.conversation()).unwrap();
        if self.plant == Some(Plant::WrongConversation) && self.chance.permille(100) {
            conversation = (conversation + 1) % self.platform.held.len();
        }
        if let Some((after, problem)) = self.fails() {
            self.later(self.now + after, Pending::Ended { local, attempt, delivery: Delivery::Failed(problem) });
            return;
        }
        let weather = self.weather;
        let (up, down) = (self.way(), self.way());
        let mut post = Post { local, attempt, conversation, key, body, down, after: After::Heard };
        if self.chance.permille(weather.lost_before) {
            let after = self.chance.pick(&[Duration::from_millis(400), GIVEN_UP_AFTER]);
            let lost = Delivery::Failed(problem(None, Reached::Unknown, Duration::ZERO));
            self.later(self.now + after, Pending::Ended { local, attempt, delivery: lost });
            if self.chance.permille(weather.lingers) {
                post.after = After::Nobody;
                let arrives = self.now + after + Duration::from_millis(self.chance.between(1, 40_000));
                self.later(arrives, Pending::Posted(post));
            }
            return;
        }
        post.after = match () {
            () if self.chance.permille(weather.lost_after) => After::Lost,
            () if self.chance.permille(weather.gateway_after) => After::Gateway,
            () if self.chance.permille(weather.short_answer) => After::IdAlone,
            () => After::Heard,
        };
        self.later(self.now + up, Pending::Posted(post));
    }

    fn posted(&mut self, post: Post) {
        let busy = if self.weather == CALM { 0 } else { self.chance.pick(&[0, 0, 2_000, 15_000]) };
        let busy = Duration::from_millis(busy);
        let answer = self.platform.post(post.conversation, &post.key, &post.body, busy, self.now);
        self.note(|| format!("  server: {} {answer:?}", post.key));
        let heard = match answer {
            Posted::Created(message) if post.after == After::IdAlone => Delivery::DeliveredAs(message.id),
            Posted::Created(message) => Delivery::Delivered(Box::new(message)),
            Posted::Busy => Delivery::Failed(problem(Some(409), Reached::Unknown, Duration::ZERO)),
            Posted::Refused(status) => Delivery::Failed(problem(Some(status), Reached::Refused, Duration::ZERO)),
            Posted::NotThere => Delivery::Failed(problem(Some(404), Reached::Refused, Duration::ZERO)),
        };
        let (after, delivery) = match post.after {
            After::Heard | After::IdAlone => (post.down, heard),
            After::Gateway => (post.down, Delivery::Failed(problem(Some(502), Reached::Unknown, Duration::ZERO))),
            After::Lost => {
                let after = self.chance.pick(&[post.down, GIVEN_UP_AFTER]);
                (after, Delivery::Failed(problem(None, Reached::Unknown, Duration::ZERO)))
            }
            After::Nobody => return,
        };
        self.later(self.now + after, Pending::Ended { local: post.local, attempt: post.attempt, delivery });
    }
}

fn told(event: &Event) -> String {
    match event {
        Event::KeysPressed(keys) => {
            format!("keys {}", keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
        }
        Event::Fetched { asked, fetch, found, .. } => {
            let what = match found {
                Ok(Found::Messages(page)) => {
                    let ids: Vec<&str> = page.items.iter().map(|message| message.id.as_str()).collect();
                    format!("{} next {}", ids.join(" "), page.next.is_some())
                }
                Ok(Found::Conversations(page)) => {
                    let rows =
                        page.items.iter().map(|row| format!("{} {:?} {:?}", row.id, row.status, row.assigned_to));
                    rows.collect::<Vec<_>>().join(", ")
                }
                Ok(_) => "ok".to_owned(),
                Err(problem) => format!("FAILED {:?} {:?}", problem.status, problem.reached),
            };
            format!("fetched (asked #{asked}) {} -> {what}", asks(fetch))
        }
        Event::Attempted { local, attempt, delivery, .. } => match delivery {
            Delivery::Delivered(message) => format!("attempt {attempt} of {local:?} delivered {}", message.id),
            Delivery::DeliveredAs(id) => format!("attempt {attempt} of {local:?} delivered as {id}"),
            Delivery::Failed(problem) => {
                format!("attempt {attempt} of {local:?} FAILED {:?} {:?}", problem.status, problem.reached)
            }
            other => format!("attempt {attempt} of {local:?}: {other:?}"),
        },
        other => format!("{other:?}"),
    }
}

fn asks(fetch: &Fetch) -> String {
    match fetch {
        Fetch::Thread { conversation, cursor, .. } => {
            format!("thread {conversation} {}", cursor.as_ref().map_or("", |cursor| cursor.0.as_raw()))
        }
        Fetch::List { statuses, cursor, .. } => {
            format!("list {statuses:?} {}", cursor.as_ref().map_or("", |cursor| cursor.0.as_raw()))
        }
        other => format!("{other:?}"),
    }
}

fn ordered(effect: &Effect) -> String {
    match effect {
        Effect::Fetch { fetch, lane, .. } => format!("  -> {} ({lane:?})", asks(fetch)),
        Effect::Journal { ask, steps } => {
            format!("  -> journal {ask} {steps:?}")
        }
        other => format!("  -> {other:?}"),
    }
}
