//! No text reaches another conversation, however wildly a person switches while late and reordered answers come in;
//! and nothing that was typed is lost (product, P1 and P3).
//!
//! `TAKEOVER_SWITCHES` sets how often conversations are switched (600 unless set; 10,000 is the full size).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::HashMap;
use std::time::Duration;

use serde_json::json;
use support::{Start, TestApp, Town, message, rounds, seconds};
use takeover::app::{Focus, Settings};
use takeover::domain::ConversationId;
use takeover::random::Random;
use takeover::sandbox::command::NewConversation;
use takeover::sandbox::{Command, Fault, FaultKind};

const PEOPLE: [&str; 8] = ["Ana", "Bela", "Ciro", "Dana", "Emil", "Fay", "Gus", "Hana"];

/// Chance that is the same in every run.
struct Dice(Random);

impl Dice {
    fn below(&self, count: usize) -> usize {
        usize::try_from(self.0.next_u64() % count as u64).unwrap()
    }

    fn one_in(&self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<'a, T>(&self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

fn people(town: &Town) -> Vec<ConversationId> {
    let person = |(at, name): (usize, &&str)| {
        town.conversation(NewConversation {
            status: Some(if at % 4 == 3 { "agent_requested" } else { "open" }.to_owned()),
            contact_name: Some((*name).to_owned()),
            ago: 900.0 + at as f64,
            messages: vec![message("visitor", &format!("Hello from {name}"), 60.0 + at as f64)],
            ..NewConversation::default()
        })
    };
    PEOPLE.iter().enumerate().map(person).collect()
}

/// A run under way.
struct Run {
    town: Town,
    app: TestApp,
    dice: Dice,
    people: Vec<ConversationId>,
    /// Which text was meant for whom: decided by what was on the screen when the composer was opened.
    meant: HashMap<String, ConversationId>,
}

impl Run {
    async fn new(seed: u64) -> Self {
        let town = Town::new().await;
        let people = people(&town);
        let settings = Settings { hold: Duration::from_millis(400), ..Start::default().settings };
        let mut app = TestApp::start_with(&town, Start { settings, ..Start::default() });
        app.settled().await;
        Self { town, app, dice: Dice(Random::seeded(seed)), people, meant: HashMap::new() }
    }

    /// What comes between two keys: nothing, an answer, time, somebody else's act.
    async fn meanwhile(&mut self) {
        match self.dice.below(12) {
            0..5 => self.app.take_what_is_there(),
            5..9 => self.app.take_one().await,
            9 => self.app.pass(Duration::from_millis(self.dice.below(900) as u64)).await,
            10 => {
                // Answers overtake each other.
                let kind = FaultKind::Slow { ms: 1 + self.dice.below(25) as u64 };
                self.town.fault(Fault::once(kind).on("GET", "/conversations"));
            }
            _ => self.others_act(),
        }
    }

    fn others_act(&mut self) {
        let whose = self.dice.of(&self.people).clone();
        match self.dice.below(6) {
            0 => self.town.colleague(&whose, "A colleague was here."),
            1 => self.town.set(&whose, json!({"status": "agent_requested"})),
            2 => self.town.set(&whose, json!({"status": "open", "silent": true})),
            3 => {
                let kind = if self.dice.one_in(2) { FaultKind::ResetAfterAccept } else { FaultKind::ResetBeforeAccept };
                self.town.fault(Fault::once(kind).on("POST", "/messages"));
            }
            _ => self.town.visitor(&whose, "Still here."),
        }
    }

    /// Writes one mark that names whom it is meant for, key by key, with the world going on between.
    async fn write(&mut self) {
        let app = &mut self.app;
        if app.model().panes.focus != Focus::Composer {
            // Whom a person at the screen would expect to write to.
            let expected = app.model().panes.on_screen.clone().or_else(|| app.model().inbox.cursor.clone());
            let Some(expected) = expected else { return };
            app.keys("r");
            assert_eq!(app.model().composer.open.as_ref(), Some(&expected), "{}", app.dump());
        }
        let target = app.model().composer.open.clone().unwrap();
        let mark = format!("[{}]", self.meant.len());
        self.meant.insert(mark.clone(), target);
        for key in mark.chars() {
            self.app.keys(&key.to_string());
            if self.dice.one_in(3) {
                self.meanwhile().await;
            }
        }
    }

    /// One move between conversations.
    fn switch(&mut self) {
        if self.app.model().panes.focus == Focus::Composer {
            self.app.keys("<esc>");
        }
        let moves =
            ["J", "K", "J", "K", "<esc>jj<enter>", "<esc>k<enter>", ">", "<lt>", "w", "w<enter>", "<esc>gg<enter>"];
        let views = ["1", "3", "7", "<tab>", "gn", "2", "R"];
        let keys = if self.dice.one_in(8) { *self.dice.of(&views) } else { *self.dice.of(&moves) };
        self.app.keys(keys);
    }

    /// Opens a reply that asks, reads, and sends it and what stands behind it.
    async fn decide(&mut self) {
        let asks = self.app.model().outbox.entries.iter().find(|entry| entry.state.asks());
        let Some(conversation) = asks.map(|entry| entry.conversation.clone()) else { return };
        self.app.open(&conversation);
        self.app.keys("r");
        if !self.app.draft(&conversation).is_empty() {
            self.app.keys("<c-s>");
        }
        for _ in 0..8 {
            // Long enough to have read it.
            self.app.pass(seconds(3)).await;
            if !self.app.model().outbox.pending(&conversation).any(|entry| entry.state.asks()) {
                break;
            }
            self.app.keys("<c-s>");
        }
    }

    /// Every mark that stands in this text, whole ones alone.
    fn marks(text: &str) -> Vec<String> {
        text.split('[').skip(1).filter_map(|rest| Some(format!("[{}]", rest.split_once(']')?.0))).collect()
    }

    /// Each mark stands where it was meant, and none is lost.
    fn assert_everything_is_in_its_place(&self, at_rest: bool) {
        let mut found: HashMap<String, usize> = HashMap::new();
        let mut see = |text: &str, conversation: &ConversationId, place: &str| {
            for mark in Self::marks(text) {
                assert_eq!(self.meant.get(&mark), Some(conversation), "{mark} in {place} of another: {text}");
                *found.entry(mark).or_default() += 1;
            }
        };
        for conversation in &self.people {
            for stored in self.town.thread(conversation).iter().filter(|it| it.role == "assistant") {
                see(&stored.text, conversation, "the thread");
            }
            see(&self.app.draft(conversation), conversation, "the draft");
        }
        for entry in self.app.model().outbox.entries.iter().filter(|entry| !entry.state.is_final()) {
            see(entry.text.as_raw(), &entry.conversation, "the outbox");
        }
        let lost: Vec<_> = self.meant.keys().filter(|mark| !found.contains_key(*mark)).collect();
        assert!(lost.is_empty(), "lost: {lost:?}\n{}", self.app.dump());
        // While nobody knows whether a reply arrived, it stands at both ends.
        let twice: Vec<_> = found.iter().filter(|(_, count)| at_rest && **count > 1).collect();
        assert!(twice.is_empty(), "twice: {twice:?}");
    }
}

async fn switch_wildly(seed: u64, switches: usize) -> usize {
    let mut run = Run::new(seed).await;
    for at in 0..switches {
        run.switch();
        run.meanwhile().await;
        match run.dice.below(10) {
            0..4 => run.write().await,
            4 => {
                run.write().await;
                run.app.keys("<c-s>");
                run.meanwhile().await;
            }
            5 => {
                // Sent and another begun at once, in the same composer.
                run.write().await;
                run.app.keys("<c-s>");
                run.write().await;
            }
            6 => {
                // Taken back, if it is still held: as a draft, before what the draft holds already.
                run.write().await;
                run.app.keys("<c-s><esc>u");
            }
            7 => run.decide().await,
            8 => {
                let size = *run.dice.of(&[(120, 40), (80, 24), (50, 20)]);
                run.app.resize(size.0, size.1);
            }
            _ => {}
        }
        if at % 500 == 499 {
            run.assert_everything_is_in_its_place(false);
        }
    }
    run.town.control(Command::ClearFaults {});
    run.app.pass(seconds(120)).await;
    run.assert_everything_is_in_its_place(true);
    let sent = run.town.requests("POST", "/messages").iter().filter(|it| it.accepted).count();
    assert!(sent * 20 > switches, "only {sent} replies went out: this shows nothing\n{}", run.app.dump());
    run.app.end().await;
    sent
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_wildly_one_switches_no_text_reaches_another_conversation_and_none_is_lost() {
    switch_wildly(1, rounds("TAKEOVER_SWITCHES", 600)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_holds_for_other_dice() {
    for seed in 2..5 {
        switch_wildly(seed, rounds("TAKEOVER_SWITCHES", 600) / 4).await;
    }
}
