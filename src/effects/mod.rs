//! The runner: one effect, one request or statement, one event.
//!
//! Owns the tasks that carry effects out; dropping it cancels them. Never decides: no retry, no wait, no follow-up.

mod attempt;
mod change;
pub mod children;
pub mod files;
pub mod links;
mod machine;
mod note;
mod reading;
mod reply;
mod tags;

pub use machine::Machine;

use std::sync::{Arc, Mutex};

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::api::{self, Client};
use crate::app::{Effect, Event};
use crate::domain::outbox::{Intent, Written};
use crate::random::Random;
use crate::store::Journal;
use crate::text::RawText;

use attempt::locked;

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
                    let (found, reading) = reading::read(&client, &fetch).await;
                    tell(&events, Event::Fetched { asked, fetch, found, reading }).await;
                });
            }
            Effect::Journal { ask, steps } => {
                let event = self.write_down(ask, steps);
                let events = self.events.clone();
                self.tasks.spawn(async move { tell(&events, event).await });
            }
            Effect::Deliver { local } => {
                self.attempt(reply::deliver(self.client.clone(), Arc::clone(&self.journal), local))
            }
            Effect::SaveNote { local } => {
                self.attempt(note::save(self.client.clone(), Arc::clone(&self.journal), local))
            }
            Effect::Change { local } => {
                self.attempt(change::change(self.client.clone(), Arc::clone(&self.journal), local))
            }
            Effect::ReplaceTags { local, tags } => {
                self.attempt(tags::replace(self.client.clone(), Arc::clone(&self.journal), local, tags));
            }
            Effect::CreateTag { local } => {
                self.attempt(tags::create(self.client.clone(), Arc::clone(&self.journal), local))
            }
            Effect::DeleteTag { local } => {
                self.attempt(tags::delete(self.client.clone(), Arc::clone(&self.journal), local))
            }
            Effect::Conclude { local, outcome } => {
                // Nothing waits for it: what cannot be written here is found again by looking it up.
                let _ = locked(&self.journal).conclude(local, outcome);
            }
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
            Effect::Copy { .. }
            | Effect::RingBell
            | Effect::Reload
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Quit => {}
        }
    }

    /// Carries one attempt out beside the others, then tells how it ended.
    fn attempt(&mut self, attempt: impl Future<Output = Event> + Send + 'static) {
        let events = self.events.clone();
        self.tasks.spawn(async move { tell(&events, attempt.await).await });
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
            Intent::Note { text, .. } => {
                let body = api::encode_note(text);
                Written { key: Some(self.random.uuid()), body, intent }
            }
            Intent::CreateTag { name, color, .. } => {
                let body = api::encode_new_tag(name, *color);
                Written { key: Some(self.random.uuid()), body, intent }
            }
            Intent::Change { change, .. } => {
                // Nothing leaves for a word that the platform does not take.
                let body = api::encode_change(change).unwrap_or_default();
                Written { key: None, body, intent }
            }
            // The set is told only when its turn comes; a tag's end has no body.
            Intent::Tags { .. } | Intent::DeleteTag { .. } => Written { key: None, body: Vec::new(), intent },
        }
    }
}

async fn tell(events: &mpsc::Sender<Event>, event: Event) {
    // The loop is gone only when the program ends.
    let _ = events.send(event).await;
}
