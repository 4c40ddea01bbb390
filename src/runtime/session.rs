//! A model with its runner: events in, effects out, without a terminal. The loop and the tests drive the same one.

use std::time::Duration;

use tokio::sync::mpsc;

use crate::app::{self, Effect, Event, Model, Moment, Settings, Size, Stamped};
use crate::clock::Clock;
use crate::effects::Runner;

/// What a session does, as an observer is told it.
#[derive(Clone, Copy, Debug)]
pub enum Seen<'a> {
    /// It handles this event next.
    Event(&'a Stamped<Event>),
    /// It makes the model ready for a frame of this size.
    Drawn(Size),
}

/// Is told everything that leads to what is on the screen, in order: a recorder.
pub type Observer = Box<dyn FnMut(Seen<'_>) + Send>;

/// A model with its runner.
pub struct Session {
    /// The state.
    pub model: Model,
    clock: Clock,
    runner: Runner,
    events: mpsc::Receiver<Event>,
    step: u64,
    observer: Option<Observer>,
}

impl Session {
    /// A session before its first event: a runner, and the events that it sends.
    #[must_use]
    pub fn new(settings: Settings, (runner, events): (Runner, mpsc::Receiver<Event>), clock: Clock) -> Self {
        Self { model: Model::new(settings), clock, runner, events, step: 0, observer: None }
    }

    /// Tells `observer` every event and every frame from now on.
    pub fn observe(&mut self, observer: Observer) {
        self.observer = Some(observer);
    }

    /// Handles one event now. Returns what only the owner of a terminal can carry out.
    pub fn handle(&mut self, event: Event) -> Vec<Effect> {
        let reading = self.clock.now();
        self.step += 1;
        let at = Moment { mono: reading.mono, wall: reading.wall };
        let stamped = Stamped { at, step: self.step, event };
        if let Some(observer) = &mut self.observer {
            observer(Seen::Event(&stamped));
        }
        let effects = app::update(&mut self.model, stamped);
        self.carry_out(effects)
    }

    /// Carries orders out. Returns what only the owner of a terminal can carry out.
    pub fn carry_out(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        let mut for_terminal = Vec::new();
        for effect in effects {
            if effect.is_terminals() {
                for_terminal.push(effect);
            } else {
                self.runner.perform(effect);
            }
        }
        for_terminal
    }

    /// Makes the model ready to be drawn at this size.
    pub fn settle(&mut self, size: Size) {
        if let Some(observer) = &mut self.observer {
            observer(Seen::Drawn(size));
        }
        app::settle(&mut self.model, size);
    }

    /// How long until the core wants to be woken; none while only events matter.
    #[must_use]
    pub fn sleeps_for(&self) -> Option<Duration> {
        let now = self.clock.now().mono;
        app::next_wake(&self.model).map(|at| at.saturating_sub(now))
    }

    /// The next event of the runner, if one is there already.
    pub fn ready(&mut self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// The next event: of the runner, or that the moment has come that the core asked for. None when a task panicked.
    /// Cancelling it loses nothing.
    pub async fn next(&mut self) -> Option<Event> {
        let sleep = self.sleeps_for().unwrap_or(Duration::from_secs(3_600));
        tokio::select! {
            biased;
            event = self.events.recv() => event,
            () = self.runner.panicked() => None,
            () = tokio::time::sleep(sleep) => Some(Event::TimeReached),
        }
    }

    /// The clock that events are stamped by.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Cancels what is under way and waits for it.
    pub async fn shutdown(self) {
        self.runner.shutdown().await;
    }
}
