//! The runner: one effect, one request or statement, one event.
//!
//! Owns the tasks that carry effects out; dropping it cancels them. Never decides: no retry, no wait, no follow-up.

pub mod children;
pub mod files;
pub mod links;
mod machine;

pub use machine::Machine;

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::api::{self, Client, ConversationsQuery};
use crate::app::{Delivery, Effect, Event, Fetch, Found};
use crate::budget::Reading;
use crate::domain::outbox::{Intent, Kind, Outcome, Written};
use crate::domain::problem::Reached;
use crate::domain::{LocalId, Problem, Remedy};
use crate::random::Random;
use crate::store::{Journal, JournalError};
use crate::text::RawText;

/// The journal, as several tasks use it.
pub type Shared = Arc<Mutex<Box<dyn Journal>>>;

/// How many events may wait for the loop.
const QUEUE: usize = 256;

/// Carries effects out.
pub struct Runner {
    client: Client,
    journal: Shared,
    random: Random,
    events: mpsc::Sender<Event>,
    tasks: JoinSet<()>,
    machine: Machine,
}

impl Runner {
    /// A runner over this client and journal, and the events that it will send.
    #[must_use]
    pub fn new(client: Client, journal: Shared, random: Random) -> (Self, mpsc::Receiver<Event>) {
        let (events, told) = mpsc::channel(QUEUE);
        (Self { client, journal, random, events, tasks: JoinSet::new(), machine: Machine::default() }, told)
    }

    /// What the runner may do on this machine from now on.
    pub fn set_machine(&mut self, machine: Machine) {
        self.machine = machine;
    }

    /// Carries one effect out. Those of the terminal are the loop's and do nothing here.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Fetch { asked, fetch, .. } => {
                let (client, events) = (self.client.clone(), self.events.clone());
                self.tasks.spawn(async move {
                    let (found, reading) = read(&client, &fetch).await;
                    tell(&events, Event::Fetched { asked, fetch, found, reading }).await;
                });
            }
            Effect::Journal { ask, steps } => {
                let event = self.write_down(ask, steps);
                let events = self.events.clone();
                self.tasks.spawn(async move { tell(&events, event).await });
            }
            Effect::Deliver { local } => {
                let (client, journal, events) = (self.client.clone(), Arc::clone(&self.journal), self.events.clone());
                self.tasks.spawn(async move {
                    let event = deliver(&client, &journal, local).await;
                    tell(&events, event).await;
                });
            }
            Effect::Conclude { local, outcome } => {
                // Nothing waits for it: what cannot be written here is found again by looking it up.
                let _ = locked(&self.journal).conclude(local, outcome);
            }
            // No entry of these kinds is made yet.
            Effect::SaveNote { .. }
            | Effect::Change { .. }
            | Effect::ReplaceTags { .. }
            | Effect::CreateTag { .. }
            | Effect::DeleteTag { .. } => {}
            Effect::OpenLink { ask, url } => {
                let (machine, events) = (self.machine.clone(), self.events.clone());
                self.tasks.spawn(async move {
                    let result = machine.open_link(&url).await;
                    tell(&events, Event::LinkOpened { ask, result }).await;
                });
            }
            Effect::SaveFile { ask, url, name } => {
                let (machine, events) = (self.machine.clone(), self.events.clone());
                self.tasks.spawn(async move {
                    let result = machine.save_file(&url, &name).await;
                    tell(&events, Event::FileSaved { ask, result }).await;
                });
            }
            Effect::Pipe { ask, command, input } => {
                let (machine, events) = (self.machine.clone(), self.events.clone());
                self.tasks.spawn(async move {
                    let result = machine.pipe(command, input).await;
                    tell(&events, Event::Piped { ask, result }).await;
                });
            }
            Effect::Copy { .. } | Effect::RingBell | Effect::Redraw | Effect::Suspend | Effect::Quit => {}
        }
    }

    /// Resolves when a task panicked: the program has to end.
    pub async fn panicked(&mut self) {
        loop {
            match self.tasks.join_next().await {
                Some(Err(error)) if error.is_panic() => return,
                Some(_) => {}
                None => std::future::pending().await,
            }
        }
    }

    /// Cancels what is under way and waits until it has ended.
    pub async fn shutdown(mut self) {
        self.tasks.shutdown().await;
    }

    /// Keys and bytes are made once, here, and are in the journal before anybody may send them.
    fn write_down(&self, ask: u64, steps: Vec<Intent>) -> Event {
        let written = steps.into_iter().map(|intent| self.written(intent)).collect();
        match locked(&self.journal).write(written) {
            Ok(locals) => Event::Journaled { ask, locals },
            Err(error) => Event::JournalFailed { ask, reason: RawText::new(error.to_string()) },
        }
    }

    fn written(&self, intent: Intent) -> Written {
        match &intent {
            Intent::Reply { text, attachments, .. } => {
                let body = api::encode_reply(text, attachments);
                Written { key: Some(self.random.uuid()), body, intent }
            }
            _ => Written { key: None, body: Vec::new(), intent },
        }
    }
}

fn locked(journal: &Shared) -> std::sync::MutexGuard<'_, Box<dyn Journal>> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn tell(events: &mpsc::Sender<Event>, event: Event) {
    // The loop is gone only when the program ends.
    let _ = events.send(event).await;
}

async fn read(client: &Client, fetch: &Fetch) -> (Result<Found, Problem>, Option<Reading>) {
    match fetch {
        // Nobody asks for these yet.
        Fetch::Notes { .. } | Fetch::Tags(_) | Fetch::Palette(_) => {
            (Err(not_claimed(&JournalError::NoSuchEntry)), None)
        }
        Fetch::Me => {
            let answer = client.me().await;
            (answer.result.map(Found::Me), answer.reading)
        }
        Fetch::Members => {
            let answer = client.members().await;
            (answer.result.map(|page| Found::Members(page.items)), answer.reading)
        }
        Fetch::Chatbots => {
            let answer = client.chatbots(1).await;
            (answer.result.map(|page| Found::Chatbots(page.items)), answer.reading)
        }
        Fetch::List { statuses, cursor, limit } => {
            let query = ConversationsQuery {
                statuses: statuses.clone(),
                cursor: cursor.clone(),
                limit: *limit,
                ..ConversationsQuery::default()
            };
            let answer = client.conversations(&query).await;
            (answer.result.map(Found::Conversations), answer.reading)
        }
        Fetch::Conversation(id) => {
            let answer = client.conversation(id).await;
            (answer.result.map(|conversation| Found::Conversation(Box::new(conversation))), answer.reading)
        }
        Fetch::Thread { conversation, cursor, limit } => {
            let answer = client.messages(conversation, cursor.as_ref(), *limit).await;
            (answer.result.map(Found::Messages), answer.reading)
        }
    }
}

/// Claim, send the stored bytes, write the outcome down, then tell.
async fn deliver(client: &Client, journal: &Shared, local: LocalId) -> Event {
    let claim = match locked(journal).claim(local, Kind::Reply) {
        Ok(claim) => claim,
        Err(error) => {
            let delivery = Delivery::Failed(not_claimed(&error));
            return Event::Attempted { local, attempt: 0, delivery, reading: None, request_id: None };
        }
    };
    let Written { intent, key, body } = claim.written;
    let answer = client.reply(intent.conversation(), &key.unwrap_or_default(), body).await;
    let (outcome, delivery) = match answer.result {
        Ok(message) => (Outcome::Delivered(message.id.clone()), Delivery::Delivered(Box::new(message))),
        Err(problem) => {
            // Whether a refusal is final is the core's to say; until then the journal keeps the attempt open.
            (Outcome::Unknown, Delivery::Failed(problem))
        }
    };
    // An outcome that cannot be written is not lost: the entry stays claimed and is looked up again.
    let _ = locked(journal).conclude(local, outcome);
    Event::Attempted { local, attempt: claim.attempt, delivery, reading: answer.reading, request_id: answer.request_id }
}

fn not_claimed(error: &JournalError) -> Problem {
    Problem {
        remedy: Remedy::TryLater,
        reached: Reached::NotSent,
        status: None,
        code: None,
        message: RawText::new(error.to_string()),
        request_id: None,
        fields: Vec::new(),
    }
}
