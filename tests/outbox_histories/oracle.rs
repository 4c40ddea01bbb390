//! What must hold, told apart from the core: from what a person pressed, what the core was told, what stood on the
//! screen, and what the server took.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use takeover::app::guard::Facts;
use takeover::app::outbox::State;
use takeover::app::{Code, Delivery, Effect, Event, Fetch, Focus, Found, Key, Model};
use takeover::domain::outbox::Intent;
use takeover::domain::problem::Reached;
use takeover::domain::{ConversationId, LocalId, Message, MessageId, Problem, Status};

use crate::platform::Platform;

#[path = "leaving.rs"]
mod leaving;

/// A word that a person typed; each is unique.
#[derive(Clone, Debug)]
pub(crate) struct Word {
    /// For whom.
    pub(crate) conversation: ConversationId,
    /// A person discarded it.
    pub(crate) discarded: bool,
    /// How often it may stand at the server.
    pub(crate) allowed: usize,
}

/// A look at the newest page of a thread: the step that asked, when it came in the world's time, and in which step.
#[derive(Clone, Copy, Debug, Default)]
struct Look {
    asked: u64,
    came: Duration,
    step: u64,
}

/// What its writer had seen when a reply was begun.
#[derive(Clone, Debug)]
struct Begun {
    step: u64,
    /// Where the newest message that was drawn stands in the platform's thread.
    newest_drawn: Option<usize>,
    facts: Option<Facts>,
}

/// One reply, from its send chord on.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) conversation: ConversationId,
    pub(crate) text: String,
    pub(crate) words: Vec<usize>,
    pub(crate) delivered: Option<MessageId>,
    pub(crate) taken_back: Option<Duration>,
    /// A person decided about it while nobody knew whether it had arrived.
    pub(crate) decided: bool,
    local: Option<LocalId>,
    begun: Begun,
    /// Nothing of the thread had been drawn when it was sent.
    blind: bool,
    hold_ends: Option<Duration>,
    /// It left without a hold: what was drawn when a person pressed counts as read.
    at_once: bool,
    attempts: u32,
    under_way: bool,
    refused: bool,
    unknown: bool,
    /// In the world's time, as all that tells how late it is.
    first_byte: Option<Duration>,
    due: Option<Duration>,
    /// The step in which it was sent.
    submitted: u64,
    /// Step and time at which the last attempt ended without anybody knowing how.
    unknown_since: Option<(u64, Duration)>,
    /// The last step in which a person said to go on, and when.
    said: Option<(u64, Duration)>,
    /// The last step in which a person overrode a stop.
    overridden: u64,
    /// Whether it must not leave before a person says so: what stood before it was taken back while it asked.
    waits_for_word: bool,
}

impl Sent {
    /// Whether this is the identity that it had last.
    pub(crate) fn is(&self, local: LocalId) -> bool {
        self.local == Some(local)
    }
}

#[derive(Clone, Debug, Default)]
struct Before {
    keys: Option<Vec<Key>>,
    open: Option<ConversationId>,
    on_screen: Option<ConversationId>,
    focus: Focus,
    overlay: bool,
    drafts: Vec<(ConversationId, String)>,
    entries: Vec<(u64, ConversationId, State, bool)>,
}

impl Before {
    fn draft(&self, id: &ConversationId) -> &str {
        self.drafts.iter().find(|(held, _)| held == id).map_or("", |(_, text)| text)
    }
}

pub(crate) struct Oracle {
    pub(crate) fault: Option<String>,
    pub(crate) words: Vec<Word>,
    pub(crate) sent: Vec<Sent>,
    by_ask: HashMap<u64, usize>,
    by_local: HashMap<LocalId, usize>,
    told: HashMap<MessageId, u64>,
    drawn: HashMap<MessageId, Duration>,
    facts: HashMap<ConversationId, (Facts, u64)>,
    begun: HashMap<ConversationId, Begun>,
    /// The last look at the newest page of each thread, and the one before.
    looked: HashMap<ConversationId, (Look, Look)>,
    /// How long the machine has slept: the world's time is ahead of ours by that.
    pub(crate) asleep: Duration,
    ordered: HashSet<LocalId>,
    /// How often the guard stopped something.
    pub(crate) stops: usize,
    before: Before,
    hold: Duration,
}

impl Oracle {
    pub(crate) fn new(hold: Duration) -> Self {
        Self {
            fault: None,
            words: Vec::new(),
            sent: Vec::new(),
            by_ask: HashMap::new(),
            by_local: HashMap::new(),
            told: HashMap::new(),
            drawn: HashMap::new(),
            facts: HashMap::new(),
            begun: HashMap::new(),
            looked: HashMap::new(),
            asleep: Duration::ZERO,
            ordered: HashSet::new(),
            stops: 0,
            before: Before::default(),
            hold,
        }
    }

    pub(crate) fn blame(&mut self, fault: impl FnOnce() -> String) {
        if self.fault.is_none() {
            self.fault = Some(fault());
        }
    }

    /// A new word for the reply being written.
    pub(crate) fn word(&mut self, conversation: &ConversationId) -> String {
        self.words.push(Word { conversation: conversation.clone(), discarded: false, allowed: 1 });
        format!("t{};", self.words.len() - 1)
    }

    /// Whether the core ever ordered this reply to leave.
    pub(crate) fn ordered(&self, local: LocalId) -> bool {
        self.ordered.contains(&local)
    }

    /// Before the core handles an event.
    pub(crate) fn hears(&mut self, event: &Event, now: Duration, step: u64, model: &Model, platform: &Platform) {
        self.before = Before {
            keys: if let Event::KeysPressed(keys) = event { Some(keys.clone()) } else { None },
            open: model.composer.open.clone(),
            on_screen: model.panes.on_screen.clone(),
            focus: model.panes.focus,
            overlay: model.overlays.open.is_some(),
            drafts: drafts(model),
            entries: entries(model),
        };
        match event {
            // An answer that comes twice, or to a question that was given up, tells nothing.
            Event::Fetched { asked, fetch, found: Ok(found), .. }
                if model.poller.in_flight.iter().any(|read| read.asked == *asked && read.fetch == *fetch) =>
            {
                self.fetched(*asked, fetch, found, (step, now), platform)
            }
            Event::Journaled { ask, locals } => {
                if let (Some(at), [local]) = (self.by_ask.get(ask).copied(), locals.as_slice()) {
                    let (hold, asleep) = (self.hold, self.asleep);
                    let sent = &mut self.sent[at];
                    if sent.local.is_none() {
                        sent.local = Some(*local);
                        let hold = if sent.said.is_some() { Duration::ZERO } else { hold };
                        sent.hold_ends = Some(now + hold);
                        sent.due = Some(now + hold + asleep);
                        self.by_local.insert(*local, at);
                    }
                }
            }
            Event::Attempted { local, attempt, delivery, .. } => self.attempted(*local, *attempt, delivery, now, step),
            _ => {}
        }
    }

    fn fetched(&mut self, asked: u64, fetch: &Fetch, found: &Found, (step, now): (u64, Duration), platform: &Platform) {
        match found {
            Found::Messages(page) => {
                let Fetch::Thread { conversation, cursor, .. } = fetch else { return };
                let held = platform.position(conversation).map(|at| &platform.held[at].messages);
                let known = |message: &&Message| self.told.contains_key(&message.id);
                // Older messages, loaded on demand, are no news.
                let history = held.filter(|_| platform.newest_first && cursor.is_some());
                let until = history.and_then(|held| held.iter().find(known)).map(|first| first.id.clone());
                for message in &page.items {
                    let step = if until.as_ref().is_some_and(|first| message.id < *first) { 0 } else { step };
                    self.told.entry(message.id.clone()).or_insert(step);
                }
                let newest = if platform.newest_first { cursor.is_none() } else { page.next.is_none() };
                if newest {
                    let came = now + self.asleep;
                    let looked = self.looked.entry(conversation.clone()).or_default();
                    if asked >= looked.0.asked {
                        *looked = (Look { asked, came, step }, looked.0);
                    }
                }
            }
            Found::Conversations(page) => {
                for row in &page.items {
                    self.tell(&row.id, Facts::of(row), asked, step);
                }
            }
            Found::Conversation(row) => self.tell(&row.id, Facts::of(row), asked, step),
            Found::Me(_)
            | Found::Members(_)
            | Found::Chatbots(_)
            | Found::Notes(_)
            | Found::Tags(_)
            | Found::Palette(_) => {}
        }
    }

    /// What a read of ours changed after this one was asked stays.
    fn tell(&mut self, id: &ConversationId, facts: Facts, asked: u64, step: u64) {
        match self.facts.get_mut(id) {
            Some((_, changed)) if *changed > asked => {}
            Some((held, _)) if *held == facts => {}
            _ => {
                self.facts.insert(id.clone(), (facts, step));
            }
        }
    }

    fn attempted(&mut self, local: LocalId, attempt: u32, delivery: &Delivery, now: Duration, step: u64) {
        let Some(at) = self.by_local.get(&local).copied() else { return };
        // What comes twice of an identity that is over tells nothing of the next one.
        if self.sent[at].local != Some(local) {
            return;
        }
        let sent = &mut self.sent[at];
        match delivery {
            Delivery::Delivered(message) => {
                self.told.entry(message.id.clone()).or_insert(step);
                sent.delivered = Some(message.id.clone());
            }
            Delivery::DeliveredAs(id) => sent.delivered = Some(id.clone()),
            Delivery::Noted(_)
            | Delivery::Changed(_)
            | Delivery::Tagged(_)
            | Delivery::TagCreated(_)
            | Delivery::TagDeleted
            | Delivery::Accepted => {
                self.blame(|| "a reply was answered as if it were something else".to_owned());
                return;
            }
            Delivery::Failed(_) if attempt == 0 && sent.under_way => {
                // The claim could not be written: nothing left.
                sent.under_way = false;
                sent.attempts -= 1;
            }
            Delivery::Failed(problem) if sent.under_way && attempt == sent.attempts => {
                sent.under_way = false;
                if definite(problem) {
                    sent.refused = true;
                } else if may_have_arrived(problem) {
                    sent.unknown = true;
                    sent.unknown_since = Some((step, now));
                }
            }
            Delivery::Failed(_) => {}
        }
        if sent.delivered.is_some() {
            sent.under_way = false;
            self.delivered_here(at, step);
        }
    }

    /// A reply of ours was delivered: the one change of status that it caused is ours.
    fn delivered_here(&mut self, at: usize, step: u64) {
        let id = self.sent[at].conversation.clone();
        if let Some((facts, changed)) = self.facts.get_mut(&id)
            && facts.status == Status::AgentRequested
        {
            facts.status = Status::Open;
            *changed = step;
        }
        let queued = self.sent.iter_mut().filter(|sent| sent.conversation == id).map(|sent| &mut sent.begun);
        for begun in queued.chain(self.begun.get_mut(&id)) {
            if let Some(facts) = begun.facts.as_mut().filter(|facts| facts.status == Status::AgentRequested) {
                facts.status = Status::Open;
            }
        }
    }

    /// After the core handled an event and the screen was made ready.
    pub(crate) fn sees(&mut self, effects: &[Effect], now: Duration, step: u64, model: &Model, platform: &Platform) {
        let before = std::mem::take(&mut self.before);
        if before.keys.is_none() {
            self.untouched(&before, model, effects);
        }
        self.acts(&before, effects, now, step, model, platform);
        self.marks_delivered(step, model, platform);
        for entry in &model.outbox.entries {
            if matches!(&entry.state, State::Stopped { since, .. } if *since == now) {
                self.stops += 1;
            }
        }
        for effect in effects {
            if let Effect::Deliver { local } = effect {
                self.leaves(*local, now, platform);
            }
        }
        for id in model.screen.thread.iter().filter_map(|line| line.message.as_ref()) {
            if !self.drawn.contains_key(id) {
                self.drawn.insert(id.clone(), now);
            }
        }
    }

    /// Nothing that comes from outside touches what a person writes or where the keys go.
    fn untouched(&mut self, before: &Before, model: &Model, effects: &[Effect]) {
        let same = before.open == model.composer.open
            && before.on_screen == model.panes.on_screen
            && before.focus == model.panes.focus
            && before.overlay == model.overlays.open.is_some()
            && before.drafts == drafts(model);
        if !same {
            self.blame(|| "something from outside touched the composer or took the keys".to_owned());
        }
        if effects.iter().any(|effect| matches!(effect, Effect::Journal { .. })) {
            self.blame(|| "a reply was begun without a key".to_owned());
        }
        let after = entries(model);
        for (ask, _, _, taken_back) in &before.entries {
            if !taken_back && !after.iter().any(|(held, ..)| held == ask) {
                let done = self.by_ask.get(ask).is_some_and(|at| self.sent[*at].delivered.is_some());
                if !done {
                    self.blame(|| format!("the reply of ask {ask} vanished"));
                }
            }
        }
    }

    /// What a person did with this event.
    fn acts(
        &mut self,
        before: &Before,
        effects: &[Effect],
        now: Duration,
        step: u64,
        model: &Model,
        platform: &Platform,
    ) {
        let Some(keys) = &before.keys else { return };
        let opened = model.composer.open.as_ref().filter(|id| before.open.as_ref() != Some(*id));
        if let Some(id) = opened.filter(|id| before.draft(id).is_empty()) {
            let begun = self.begins(id, step, model, platform);
            self.begun.insert(id.clone(), begun);
        }
        if let Some(id) = before.open.as_ref().filter(|id| before.draft(id).is_empty()) {
            // A draft is begun with its first character.
            if keys.iter().any(|key| key.typed().is_some()) && model.composer.has_text(id) {
                let begun = self.begins(id, step, model, platform);
                self.begun.insert(id.clone(), begun);
            }
        }
        let after = entries(model);
        let mut renewed = None;
        for effect in effects {
            let Effect::Journal { ask, steps } = effect else { continue };
            let [Intent::Reply { conversation, text, .. }] = steps.as_slice() else {
                self.blame(|| "something else than one reply was journaled".to_owned());
                continue;
            };
            let Some(open) = before.open.clone() else {
                self.blame(|| "a reply was begun outside the composer".to_owned());
                continue;
            };
            if !keys.contains(&Key::control('s')) {
                self.blame(|| "a reply was begun by another key than a send chord".to_owned());
            }
            if before.draft(&open).is_empty() {
                let gone = before.entries.iter().find(|(held, ..)| !after.iter().any(|(now, ..)| now == held));
                if let Some((gone, ..)) = gone {
                    renewed = Some(*gone);
                    let begun = self.begins(&open, step, model, platform);
                    self.renewed(*gone, *ask, begun, now);
                }
            } else {
                if *conversation != open || text.as_raw() != before.draft(&open) {
                    self.blame(|| "what was journaled is not what was written".to_owned());
                }
                self.submitted(*ask, &open, text.as_raw(), step, model, platform);
            }
        }
        let chord = before.open.as_ref().filter(|id| keys.contains(&Key::control('s')) && before.draft(id).is_empty());
        if let Some(id) = chord {
            let begun = self.begins(id, step, model, platform);
            self.goes_on(before, &after, id, begun, now);
        }
        for (ask, id, state, taken) in &before.entries {
            let held = after.iter().find(|(held, ..)| held == ask);
            let gone = held.is_none_or(|(.., now_taken)| *now_taken && !taken);
            if gone && renewed != Some(*ask) && !taken {
                self.took_back(*ask, id, state, now, keys);
                if before.draft(id).is_empty() {
                    // It is the draft again, begun when it was first begun; if it asked, why stands on the screen.
                    let shown = before.on_screen.as_ref() == Some(id);
                    let begun = match self.by_ask.get(ask).map(|at| &self.sent[*at].begun) {
                        Some(begun) if !state.asks() => Some(begun.clone()),
                        _ => shown.then(|| self.begins(id, step, model, platform)),
                    };
                    match begun {
                        Some(begun) => self.begun.insert(id.clone(), begun),
                        None => self.begun.remove(id),
                    };
                }
            }
        }
        if let Some(open) = &before.open {
            self.edited(before, open, keys, model);
        }
        if keys.contains(&Key::char('u')) {
            for (_, text) in drafts(model) {
                for word in words(&text) {
                    self.words[word].discarded = false;
                }
            }
        }
    }

    fn edited(&mut self, before: &Before, open: &ConversationId, keys: &[Key], model: &Model) {
        let was = before.draft(open);
        let is = model.composer.drafts.get(open).map(|draft| draft.editor.text().to_string()).unwrap_or_default();
        let came_back = was.is_empty() && !is.is_empty() && keys.iter().all(|key| key.typed().is_none());
        if came_back {
            let known: Vec<usize> = words(&is);
            let copied = keys.iter().any(|key| key.code == Code::Up)
                && !before.entries.iter().any(|(ask, ..)| {
                    self.by_ask.get(ask).is_some_and(|at| {
                        self.sent[*at].taken_back.is_some() && self.sent[*at].text == is && self.is_gone(*ask, model)
                    })
                });
            for word in known {
                self.words[word].discarded = false;
                if copied {
                    self.words[word].allowed += 1;
                }
            }
        } else if !was.is_empty() && is.is_empty() && !keys.contains(&Key::control('s')) {
            for word in words(was) {
                self.words[word].discarded = true;
            }
        }
    }

    fn is_gone(&self, ask: u64, model: &Model) -> bool {
        model.outbox.entries.iter().find(|entry| entry.ask == ask).is_none_or(|entry| entry.taken_back)
    }

    fn begins(&self, id: &ConversationId, step: u64, model: &Model, platform: &Platform) -> Begun {
        // While the newest page is not here, nothing that stands on the screen is what its writer answers.
        let loaded = model.threads.get(id).is_some_and(|thread| thread.read.is_some());
        let seen = platform
            .position(id)
            .filter(|_| loaded)
            .and_then(|at| platform.held[at].messages.iter().rposition(|message| self.drawn.contains_key(&message.id)));
        Begun { step, newest_drawn: seen, facts: model.inbox.rows.get(id).map(|row| Facts::of(&row.conversation)) }
    }

    fn submitted(&mut self, ask: u64, id: &ConversationId, text: &str, step: u64, model: &Model, platform: &Platform) {
        let now_begun = self.begins(id, step, model, platform);
        let begun = match self.begun.insert(id.clone(), now_begun.clone()) {
            Some(begun) if begun.newest_drawn.is_some() => begun,
            // Nothing of the thread had been drawn, or nobody can tell when it was begun: what comes from now on is new.
            Some(begun) => Begun { facts: begun.facts, ..now_begun },
            None => Begun { facts: None, ..now_begun },
        };
        let words = words(text);
        for word in &words {
            if self.words[*word].conversation != *id {
                self.blame(|| format!("t{word} was written for another conversation than {id}"));
            }
        }
        self.by_ask.insert(ask, self.sent.len());
        self.sent.push(Sent {
            conversation: id.clone(),
            text: text.to_owned(),
            words,
            delivered: None,
            taken_back: None,
            decided: false,
            local: None,
            blind: begun.newest_drawn.is_none(),
            begun,
            hold_ends: None,
            at_once: self.hold.is_zero(),
            attempts: 0,
            under_way: false,
            refused: false,
            unknown: false,
            first_byte: None,
            due: None,
            submitted: step,
            unknown_since: None,
            said: None,
            overridden: 0,
            waits_for_word: false,
        });
    }

    /// A person sent again what could not be written down, was refused, or is unsent for too long: a send of its own.
    fn renewed(&mut self, gone: u64, ask: u64, begun: Begun, now: Duration) {
        let (step, world) = (begun.step, now + self.asleep);
        let Some(at) = self.by_ask.get(&gone).copied() else { return };
        self.by_ask.insert(ask, at);
        let words = self.sent[at].words.clone();
        let sent = &mut self.sent[at];
        if sent.unknown {
            sent.decided = true;
            for word in words {
                self.words[word].allowed += 1;
            }
        }
        let sent = &mut self.sent[at];
        sent.begun = begun;
        sent.blind = sent.begun.newest_drawn.is_none();
        sent.local = None;
        sent.hold_ends = Some(now);
        sent.at_once = true;
        sent.due = Some(world);
        sent.attempts = 0;
        sent.under_way = false;
        sent.refused = false;
        sent.unknown = false;
        sent.first_byte = None;
        sent.unknown_since = None;
        sent.said = Some((step, world));
        sent.overridden = step;
        sent.waits_for_word = false;
    }

    /// The send chord in the empty composer, where it did something.
    fn goes_on(
        &mut self,
        before: &Before,
        after: &[(u64, ConversationId, State, bool)],
        id: &ConversationId,
        begun: Begun,
        now: Duration,
    ) {
        let (step, world) = (begun.step, now + self.asleep);
        let head = before.entries.iter().find(|(_, held, state, _)| held == id && !state.is_final());
        let Some((ask, _, state, _)) = head else { return };
        let Some(at) = self.by_ask.get(ask).copied() else { return };
        let moved = after.iter().find(|(held, ..)| held == ask).is_none_or(|(_, _, now, _)| now != state);
        let pending = matches!(state, State::Journaling | State::Ready { .. } | State::Waiting { .. });
        if !moved && !pending {
            return;
        }
        let sent = &mut self.sent[at];
        sent.said = Some((step, world));
        if state.asks() {
            sent.overridden = step;
            sent.waits_for_word = false;
        }
        if matches!(state, State::Stopped { .. }) {
            sent.begun = begun;
        }
        sent.at_once |= matches!(state, State::Journaling | State::Held { .. } | State::Stopped { .. });
        if matches!(state, State::Held { .. } | State::Stopped { .. } | State::Blocked { .. }) {
            sent.hold_ends = Some(now);
            sent.due = Some(world);
        }
    }

    fn took_back(&mut self, ask: u64, id: &ConversationId, state: &State, now: Duration, keys: &[Key]) {
        let Some(at) = self.by_ask.get(&ask).copied() else { return };
        if self.sent[at].delivered.is_some() {
            return;
        }
        if !keys.iter().any(|key| key.code == Code::Up || *key == Key::char('u')) {
            self.blame(|| format!("the reply of ask {ask} vanished by another key than one that takes back"));
        }
        self.sent[at].taken_back = Some(now);
        if self.sent[at].unknown || self.sent[at].under_way {
            self.sent[at].decided = true;
            for word in self.sent[at].words.clone() {
                self.words[word].allowed += 1;
            }
        }
        if state.asks() {
            for later in self.sent.iter_mut().skip(at + 1).filter(|sent| sent.conversation == *id) {
                later.waits_for_word |= later.taken_back.is_none() && later.delivered.is_none();
            }
        }
    }

    /// What the core shows as delivered is at the server, under that id, in that conversation, with that text.
    fn marks_delivered(&mut self, step: u64, model: &Model, platform: &Platform) {
        for entry in &model.outbox.entries {
            let State::Delivered { message, .. } = &entry.state else { continue };
            let Some(at) = self.by_ask.get(&entry.ask).copied() else { continue };
            if self.sent[at].delivered.as_ref() != Some(message) || self.sent[at].under_way {
                self.sent[at].delivered = Some(message.clone());
                self.sent[at].under_way = false;
                self.delivered_here(at, step);
            }
            let there = platform.accepted.iter().find(|accepted| accepted.message == *message);
            let right = there.is_some_and(|accepted| {
                platform.held[accepted.conversation].conversation.id == entry.conversation
                    && accepted.text == entry.text.as_raw()
            });
            if !right {
                self.blame(|| {
                    format!("ask {} is shown delivered as {message}, which the server does not have", entry.ask)
                });
            }
        }
    }
}

/// The draft texts that are not empty.
pub(crate) fn drafts(model: &Model) -> Vec<(ConversationId, String)> {
    let mut drafts: Vec<(ConversationId, String)> = model
        .composer
        .drafts
        .iter()
        .filter(|(_, draft)| !draft.editor.is_empty())
        .map(|(id, draft)| (id.clone(), draft.editor.text().to_string()))
        .collect();
    drafts.sort();
    drafts
}

fn entries(model: &Model) -> Vec<(u64, ConversationId, State, bool)> {
    let entries = model.outbox.entries.iter();
    entries.map(|entry| (entry.ask, entry.conversation.clone(), entry.state.clone(), entry.taken_back)).collect()
}

/// The numbers of the words in a text.
pub(crate) fn words(text: &str) -> Vec<usize> {
    text.split(['t', ';', ' ', '\n']).filter_map(|word| word.parse().ok()).collect()
}

/// Refused for good: another try would be another send.
fn definite(problem: &Problem) -> bool {
    problem
        .status
        .is_some_and(|status| (400..500).contains(&status) && !matches!(status, 401 | 403 | 408 | 409 | 425 | 429))
}

fn may_have_arrived(problem: &Problem) -> bool {
    problem.reached == Reached::Unknown
}
