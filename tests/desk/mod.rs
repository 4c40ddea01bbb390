//! An agent's desk for tests of the core: keys go in as people write them, a simulated platform answers after the time
//! that the line takes, and time is turned by hand.

#[path = "../outbox_histories/platform.rs"]
pub(crate) mod platform;

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, Utc};
use takeover::app::guard::Reason;
use takeover::app::outbox::State;
use takeover::app::{self, Delivery, Effect, Event, Fetch, Found, Key, Model, Settings, Size, Stamped};
use takeover::budget::{Reading, WindowReading};
use takeover::domain::outbox::{Intent, Kind};
use takeover::domain::problem::Reached;
use takeover::domain::{
    Conversation, ConversationId, LocalId, Me, Member, MemberId, Message, Moment, Page, Problem, Remedy, Zone,
};
use takeover::text::RawText;

use platform::{Origin, Platform, Posted, user};

/// What happens on the way, later.
enum Pending {
    Asked(u64, Fetch),
    Posted(Effect, LocalId, u32),
    Told(Event),
}

/// The line between the desk and the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    Up,
    /// Nothing leaves.
    Down,
    /// Replies are taken, their answers are lost.
    Deaf,
    /// Replies are lost on their way, nobody knows where.
    Hangs,
    /// Replies are refused for good before the platform looks at them.
    Refuses,
    /// Threads are read, lists are not.
    ThreadsAlone,
}

/// What the next request of some kind meets, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meets {
    /// Refused with this status before the platform looks at it.
    Refused(u16),
    /// Taken, and its answer is lost.
    LostAfter,
    /// Lost on its way; it never arrives.
    LostBefore,
}

/// What somebody else does at the platform, just before a request of ours arrives.
pub(crate) type Meanwhile = Box<dyn FnOnce(&mut Platform, Duration)>;

pub(crate) struct Desk {
    pub(crate) model: Model,
    pub(crate) platform: Platform,
    pub(crate) now: Duration,
    pub(crate) line: Line,
    /// There and back.
    pub(crate) takes: Duration,
    /// Every order with its time.
    pub(crate) ordered: Vec<(Duration, Effect)>,
    /// How often the platform said 429.
    pub(crate) limited: usize,
    pub(crate) size: Size,
    /// What the next requests of a kind meet.
    pub(crate) meets: Vec<(Kind, Meets)>,
    /// What happens just before the next request of a kind arrives.
    pub(crate) meanwhile: Vec<(Kind, Meanwhile)>,
    requests: VecDeque<Duration>,
    queue: Vec<(Duration, u64, Pending)>,
    intents: Vec<Intent>,
    attempts: Vec<u32>,
    step: u64,
    number: u64,
}

pub(crate) fn id(at: usize) -> ConversationId {
    ConversationId::parse(&format!("c{at}")).unwrap()
}

pub(crate) fn began() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

pub(crate) fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

impl Desk {
    /// A desk before its first event, in front of so many conversations; the last is the youngest.
    pub(crate) fn new(conversations: usize) -> Self {
        let settings = Settings {
            me: Some(user("u-me")),
            claim_on_reply: false,
            zone: Zone::Fixed(chrono::FixedOffset::east_opt(0).unwrap()),
            ..Settings::default()
        };
        Self {
            model: Model::new(settings),
            platform: Platform::new(began(), conversations),
            now: Duration::ZERO,
            line: Line::Up,
            takes: Duration::from_millis(120),
            ordered: Vec::new(),
            limited: 0,
            size: Size { columns: 120, rows: 40 },
            meets: Vec::new(),
            meanwhile: Vec::new(),
            requests: VecDeque::new(),
            queue: Vec::new(),
            intents: Vec::new(),
            attempts: Vec::new(),
            step: 0,
            number: 0,
        }
    }

    /// Begins, and waits until the list is there.
    pub(crate) fn begin(&mut self) {
        self.handle(Event::Started);
        self.wait(2.0);
        assert!(self.model.inbox.complete, "the list was not read");
    }

    /// Opens a conversation, and waits until its thread is on the screen.
    pub(crate) fn open(&mut self, at: usize) {
        self.press("ga");
        let row = self.model.inbox.order.iter().position(|held| *held == id(at)).unwrap();
        self.press(&"j".repeat(row));
        self.press("<enter>");
        self.wait(2.0);
        assert_eq!(self.model.screen.thread_of, Some(id(at)));
    }

    /// Keys of one read.
    pub(crate) fn press(&mut self, keys: &str) {
        let keys = Key::parse_all(keys).unwrap_or_else(|| panic!("{keys}"));
        self.handle(Event::KeysPressed(keys));
    }

    /// Keys one by one, as a person types.
    pub(crate) fn typed(&mut self, keys: &str) {
        for key in Key::parse_all(keys).unwrap() {
            self.handle(Event::KeysPressed(vec![key]));
        }
    }

    pub(crate) fn wait(&mut self, by: f64) {
        let until = self.now + seconds(by);
        loop {
            let queued = self.queue.iter().map(|(at, number, _)| (*at, *number)).min();
            let wake = app::next_wake(&self.model);
            let Some(next) = queued.map(|(at, _)| at).into_iter().chain(wake).min().filter(|at| *at <= until) else {
                break;
            };
            self.now = self.now.max(next);
            match queued.filter(|(at, _)| *at == next) {
                Some((_, number)) => {
                    let at = self.queue.iter().position(|(_, held, _)| *held == number).unwrap();
                    let (_, _, what) = self.queue.swap_remove(at);
                    self.take(what);
                }
                None => self.handle(Event::TimeReached),
            }
        }
        self.now = until;
    }

    /// The machine sleeps for so long.
    pub(crate) fn sleep(&mut self, by: f64) {
        self.platform.goes_on_alone(seconds(by));
    }

    pub(crate) fn handle(&mut self, event: Event) {
        self.step += 1;
        let at = Moment { mono: self.now, wall: self.platform.wall(self.now) };
        let effects = app::update(&mut self.model, Stamped { at, step: self.step, event });
        app::settle(&mut self.model, self.size);
        for effect in effects {
            self.ordered.push((self.now, effect.clone()));
            self.perform(effect);
        }
    }

    /// Something that a key will do, done by its function: its orders are carried out.
    pub(crate) fn act<T>(&mut self, act: impl FnOnce(&mut Model, &mut Vec<Effect>) -> T) -> T {
        self.handle(Event::TimeReached);
        let mut effects = Vec::new();
        let told = act(&mut self.model, &mut effects);
        for effect in effects {
            self.ordered.push((self.now, effect.clone()));
            self.perform(effect);
        }
        self.handle(Event::TimeReached);
        told
    }

    fn later(&mut self, after: Duration, what: Pending) {
        self.number += 1;
        self.queue.push((self.now + after, self.number, what));
    }

    fn perform(&mut self, effect: Effect) {
        let way = self.takes / 2;
        match effect {
            Effect::Fetch { asked, fetch, .. } => self.later(way, Pending::Asked(asked, fetch)),
            Effect::Journal { ask, steps } => {
                let mut locals = Vec::new();
                for intent in steps {
                    self.intents.push(intent);
                    self.attempts.push(0);
                    locals.push(LocalId(self.intents.len() as u64));
                }
                self.later(Duration::from_millis(2), Pending::Told(Event::Journaled { ask, locals }));
            }
            Effect::Deliver { local }
            | Effect::SaveNote { local }
            | Effect::Change { local }
            | Effect::ReplaceTags { local, .. }
            | Effect::CreateTag { local }
            | Effect::DeleteTag { local } => {
                let attempt = &mut self.attempts[usize::try_from(local.0).unwrap() - 1];
                *attempt += 1;
                let attempt = *attempt;
                self.later(way, Pending::Posted(effect, local, attempt));
            }
            Effect::Conclude { .. }
            | Effect::OpenLink { .. }
            | Effect::SaveFile { .. }
            | Effect::Pipe { .. }
            | Effect::Copy { .. }
            | Effect::RingBell
            | Effect::Redraw
            | Effect::Reload
            | Effect::Suspend
            | Effect::Quit => {}
        }
    }

    fn take(&mut self, what: Pending) {
        let way = self.takes / 2;
        match what {
            Pending::Told(event) => self.handle(event),
            Pending::Asked(asked, fetch) => {
                let reading = self.spend();
                let found = self.answer(&fetch, &reading);
                self.later(way, Pending::Told(Event::Fetched { asked, fetch, found, reading }));
            }
            Pending::Posted(effect, local, attempt) => {
                let reading = self.spend();
                let delivery = self.arrives(&effect, local, &reading);
                self.later(
                    way,
                    Pending::Told(Event::Attempted { local, attempt, delivery, reading, request_id: None }),
                );
            }
        }
    }

    /// Counts a request at the server; what its answer says of both windows, none where nothing arrives.
    fn spend(&mut self) -> Option<Reading> {
        if self.line == Line::Down {
            return None;
        }
        let (minute, hour) = (Duration::from_secs(60), Duration::from_secs(3_600));
        while self.requests.front().is_some_and(|at| *at + hour <= self.now) {
            self.requests.pop_front();
        }
        let within = |window: Duration| self.requests.iter().filter(|at| **at + window > self.now).count();
        let (of_minute, of_hour) = (within(minute), within(hour));
        let over = of_minute >= 60 || of_hour >= 1_000;
        if over {
            self.limited += 1;
        } else {
            self.requests.push_back(self.now);
        }
        let window = |limit: u32, spent: usize, length: Duration| {
            let spent = u32::try_from(spent).unwrap() + u32::from(!over);
            Some(WindowReading { limit, remaining: limit.saturating_sub(spent), resets_in: length / 2 })
        };
        Some(Reading {
            minute: window(60, of_minute, minute),
            hour: window(1_000, of_hour, hour),
            retry_after: over.then_some(Duration::from_secs(20)),
        })
    }

    fn refused(&self, reading: Option<&Reading>) -> Option<Problem> {
        let wait = reading.and_then(|reading| reading.retry_after);
        match (reading, wait) {
            (None, _) => Some(problem(None, Reached::NotSent, Remedy::TryLater)),
            (_, Some(wait)) => Some(problem(Some(429), Reached::Refused, Remedy::WaitFor(wait))),
            _ => None,
        }
    }

    fn answer(&mut self, fetch: &Fetch, reading: &Option<Reading>) -> Result<Found, Problem> {
        if let Some(problem) = self.refused(reading.as_ref()) {
            return Err(problem);
        }
        let missing = || problem(Some(404), Reached::Refused, Remedy::NotThere);
        Ok(match fetch {
            Fetch::Me => Found::Me(Me::default()),
            Fetch::Members => Found::Members(["u-me", "u-other"].map(member).to_vec()),
            Fetch::Chatbots => Found::Chatbots(Vec::new()),
            Fetch::List { .. } | Fetch::Conversation(_) if self.line == Line::ThreadsAlone => {
                return Err(problem(Some(503), Reached::Unknown, Remedy::TryLater));
            }
            Fetch::List { statuses, cursor, limit } => {
                self.platform.list_page = usize::from(*limit);
                Found::Conversations(self.platform.list(statuses, cursor.as_ref()))
            }
            Fetch::Conversation(id) => {
                let at = self.platform.position(id).ok_or_else(missing)?;
                Found::Conversation(Box::new(self.platform.held[at].conversation.clone()))
            }
            Fetch::Notes { conversation, .. } => {
                let at = self.platform.position(conversation).ok_or_else(missing)?;
                Found::Notes(Page { items: self.platform.notes_of(at), next: None })
            }
            Fetch::Tags(id) => {
                let at = self.platform.position(id).ok_or_else(missing)?;
                Found::Tags(Page { items: self.platform.full_tags_of(at), next: None })
            }
            Fetch::Palette(_) => Found::Palette(Page { items: self.platform.office.palette.clone(), next: None }),
            Fetch::Thread { conversation, cursor, limit } => {
                let at = self.platform.position(conversation).ok_or_else(missing)?;
                self.platform.thread_page = self.platform.thread_page.min(usize::from(*limit));
                Found::Messages(self.platform.thread(at, cursor.as_ref(), Duration::ZERO, self.now))
            }
        })
    }

    /// A request that changes something arrives, or meets what it is to meet.
    fn arrives(&mut self, effect: &Effect, local: LocalId, reading: &Option<Reading>) -> Delivery {
        let intent = self.intents[usize::try_from(local.0).unwrap() - 1].clone();
        assert_eq!(intent.kind(), kind_of(effect), "an effect names another kind than was journaled");
        let now = self.now;
        if let Some(at) = self.meanwhile.iter().position(|(kind, _)| *kind == intent.kind()) {
            let (_, act) = self.meanwhile.remove(at);
            act(&mut self.platform, now);
        }
        let met = self.meets.iter().position(|(kind, _)| *kind == intent.kind()).map(|at| self.meets.remove(at).1);
        let unknown = || Delivery::Failed(problem(None, Reached::Unknown, Remedy::TryLater));
        match met {
            Some(Meets::Refused(status)) => refusal(status),
            Some(Meets::LostBefore) => unknown(),
            Some(Meets::LostAfter) => {
                let _ = self.works(effect, local, &intent, reading);
                unknown()
            }
            None => self.works(effect, local, &intent, reading),
        }
    }

    fn works(&mut self, effect: &Effect, local: LocalId, intent: &Intent, reading: &Option<Reading>) -> Delivery {
        if matches!(intent, Intent::Reply { .. }) {
            return self.post(local, reading);
        }
        if let Some(problem) = self.refused(reading.as_ref()) {
            return Delivery::Failed(problem);
        }
        let (now, at) = (self.now, self.platform.position(intent.conversation()).unwrap());
        match intent {
            Intent::Reply { .. } => unreachable!("replies go their own way"),
            Intent::Note { text, .. } => {
                Delivery::Noted(Box::new(self.platform.add_note(at, &format!("key-{}", local.0), text, now)))
            }
            Intent::Change { change, .. } => match self.platform.patch(at, change, Origin::OurMarker, now) {
                Ok(conversation) => Delivery::Changed(Box::new(conversation)),
                Err(status) => refusal(status),
            },
            Intent::Tags { .. } => {
                let Effect::ReplaceTags { tags, .. } = effect else { panic!("{effect:?}") };
                self.platform.office.sets.push((at, tags.clone()));
                Delivery::Tagged(self.platform.replace_tags(at, tags))
            }
            Intent::CreateTag { name, color, .. } => match self.platform.create_tag(name, *color) {
                Ok(tag) => Delivery::TagCreated(tag),
                Err(status) => {
                    let code = Some(RawText::new("conflict"));
                    Delivery::Failed(Problem { code, ..problem(Some(status), Reached::Refused, Remedy::Conflict) })
                }
            },
            Intent::DeleteTag { tag, .. } => match self.platform.delete_tag(tag) {
                Ok(()) => Delivery::TagDeleted,
                Err(status) => Delivery::Failed(problem(Some(status), Reached::Refused, Remedy::NotThere)),
            },
        }
    }

    fn post(&mut self, local: LocalId, reading: &Option<Reading>) -> Delivery {
        if let Some(problem) = self.refused(reading.as_ref()) {
            return Delivery::Failed(problem);
        }
        if self.line == Line::Hangs {
            return Delivery::Failed(problem(None, Reached::Unknown, Remedy::TryLater));
        }
        if self.line == Line::Refuses {
            return Delivery::Failed(problem(Some(400), Reached::Refused, Remedy::FixTheInput));
        }
        let intent = self.intents[usize::try_from(local.0).unwrap() - 1].clone();
        let Intent::Reply { conversation, text, attachments } = intent else { panic!("no reply: {intent:?}") };
        let at = self.platform.position(&conversation).unwrap();
        let body = takeover::api::encode_reply(&text, &attachments);
        let posted = self.platform.post(at, &format!("key-{}", local.0), &body, Duration::ZERO, self.now);
        if self.line == Line::Deaf {
            return Delivery::Failed(problem(None, Reached::Unknown, Remedy::TryLater));
        }
        match posted {
            Posted::Created(message) => Delivery::Delivered(Box::new(message)),
            Posted::Busy => Delivery::Failed(problem(Some(409), Reached::Unknown, Remedy::Conflict)),
            Posted::Refused(status) => Delivery::Failed(problem(Some(status), Reached::Refused, Remedy::FixTheInput)),
            Posted::NotThere => Delivery::Failed(problem(Some(404), Reached::Refused, Remedy::NotThere)),
        }
    }

    /// What the server took from us in a conversation, in order.
    pub(crate) fn taken(&self, at: usize) -> Vec<&str> {
        let of = self.platform.accepted.iter().filter(|accepted| accepted.conversation == at);
        of.map(|accepted| accepted.text.as_str()).collect()
    }

    /// The replies of a conversation that are not delivered.
    pub(crate) fn states(&self, at: usize) -> Vec<State> {
        self.model.outbox.pending(&id(at)).map(|entry| entry.state.clone()).collect()
    }

    /// Why the first reply of a conversation was stopped.
    pub(crate) fn stopped(&self, at: usize) -> Vec<Reason> {
        match self.states(at).first() {
            Some(State::Stopped { reasons, .. }) => reasons.clone(),
            other => panic!("not stopped: {other:?}, taken {:?}", self.taken(at)),
        }
    }

    /// What the draft of a conversation holds.
    pub(crate) fn draft(&self, at: usize) -> String {
        self.model.composer.drafts.get(&id(at)).map(|draft| draft.editor.text().to_string()).unwrap_or_default()
    }

    /// The sentence that stands in the hint line.
    pub(crate) fn said(&self) -> String {
        self.model.notices.latest.as_ref().map(|notice| notice.words.clone()).unwrap_or_default()
    }

    /// How many orders so far are of this kind.
    pub(crate) fn count(&self, of: impl Fn(&Effect) -> bool) -> usize {
        self.ordered.iter().filter(|(_, effect)| of(effect)).count()
    }

    /// When the newest page of a thread was asked for.
    pub(crate) fn reads_of(&self, at: usize) -> Vec<Duration> {
        let asks = |effect: &Effect| matches!(effect, Effect::Fetch { fetch: Fetch::Thread { conversation, .. }, .. } if *conversation == id(at));
        self.ordered.iter().filter(|(_, effect)| asks(effect)).map(|(at, _)| *at).collect()
    }
}

fn kind_of(effect: &Effect) -> Kind {
    match effect {
        Effect::Deliver { .. } => Kind::Reply,
        Effect::SaveNote { .. } => Kind::Note,
        Effect::Change { .. } => Kind::Change,
        Effect::ReplaceTags { .. } => Kind::Tags,
        Effect::CreateTag { .. } => Kind::CreateTag,
        Effect::DeleteTag { .. } => Kind::DeleteTag,
        other => panic!("no request: {other:?}"),
    }
}

/// An answer that says no, or that the server failed.
fn refusal(status: u16) -> Delivery {
    let (reached, remedy) = match status {
        404 => (Reached::Refused, Remedy::NotThere),
        400..500 => (Reached::Refused, Remedy::FixTheInput),
        _ => (Reached::Unknown, Remedy::TryLater),
    };
    Delivery::Failed(problem(Some(status), reached, remedy))
}

fn member(name: &str) -> Member {
    Member {
        id: MemberId::parse(&format!("member-{name}")).unwrap(),
        user_id: user(name),
        first_name: Some(RawText::new(if name == "u-me" { "Ada" } else { "Grace" })),
        last_name: None,
        role: None,
    }
}

pub(crate) fn problem(status: Option<u16>, reached: Reached, remedy: Remedy) -> Problem {
    let message = RawText::new("told by the test");
    Problem { remedy, reached, status, code: None, message, request_id: None, fields: Vec::new() }
}

pub(crate) const fn sends(effect: &Effect) -> bool {
    matches!(effect, Effect::Journal { .. } | Effect::Deliver { .. })
}

/// A page for a test that answers by hand.
pub(crate) fn messages(page: Page<Message>) -> Result<Found, Problem> {
    Ok(Found::Messages(page))
}

/// A page of rows for a test that answers by hand.
pub(crate) fn rows(page: Page<Conversation>) -> Result<Found, Problem> {
    Ok(Found::Conversations(page))
}
