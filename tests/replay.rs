//! A recorded run gives the same screen again: the core takes nothing but events, so that a report can be replayed
//! (architecture, "The idea in five lines").

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

#[path = "replay/hostile.rs"]
mod hostile;
#[path = "replay/record.rs"]
mod record;

use serde_json::json;
use support::{Recording, Start, TestApp, Town, message, screen_rows, seconds};
use takeover::app::{Event, Model, Settings, Size, Stamped, settle, update};
use takeover::runtime::Observer;
use takeover::sandbox::command::NewConversation;
use takeover::sandbox::{Fault, FaultKind, Script};

/// The frames that these events make.
fn replay(settings: &Settings, first: Size, events: &[Stamped<Event>]) -> (Model, Vec<Vec<String>>) {
    let mut model = Model::new(settings.clone());
    let mut size = first;
    let mut frames = Vec::new();
    for stamped in events {
        if let Event::Resized(to) = stamped.event {
            size = to;
        }
        // What is to be done was done then: its results are among the events.
        let _ = update(&mut model, stamped.clone());
        settle(&mut model, size);
        model.panes.dirty = false;
        frames.push(screen_rows(&model, size));
    }
    (model, frames)
}

/// Everything that lasts, in an order of its own.
fn lasting(model: &Model) -> Vec<String> {
    let mut threads: Vec<_> = model.threads.held.iter().map(|(id, it)| (id, &it.messages, &it.anchor)).collect();
    threads.sort_by_key(|(id, ..)| (*id).clone());
    let mut rows: Vec<_> = model.inbox.rows.iter().collect();
    rows.sort_by_key(|(id, _)| (*id).clone());
    let mut drafts: Vec<_> =
        model.composer.drafts.iter().map(|(id, it)| (id, it.editor.text(), &it.baseline)).collect();
    drafts.sort_by_key(|(id, ..)| (*id).clone());
    let lists = (&model.inbox.order, &model.inbox.waiting, &model.inbox.cursor, model.inbox.view);
    let threads = threads.into_iter().map(|it| format!("{it:?}"));
    let rows = rows.into_iter().map(|it| format!("{it:?}"));
    let drafts = drafts.into_iter().map(|it| format!("{it:?}"));
    let rest = [format!("{lists:?}"), format!("{:?}", model.outbox.entries), format!("{:?}", model.panes)];
    threads.chain(rows).chain(drafts).chain(rest).collect()
}

/// A busy run: the demo's visitors, faults, sizes, a held, a stopped and a lost reply. Its recording, its last model,
/// and its frames.
async fn busy_run(observe: impl FnOnce(&Settings, &Town) -> Option<Observer>) -> (Settings, Size, Recording, TestApp) {
    let town = Town::with(|options| options.script = Script::Demo).await;
    town.conversation(NewConversation {
        status: Some("agent_requested".to_owned()),
        contact_name: Some("Ren\u{e9}e \u{202e}gnp.exe".to_owned()),
        ago: 9_000.0,
        messages: vec![message("visitor", "\u{1b}[2Jhello\u{7} \u{1f469}\u{200d}\u{1f4bb} \u{5d0}\u{5d1}", 8_000.0)],
        ..NewConversation::default()
    });
    let recording = Recording::default();
    let mut settings = Start::default().settings;
    settings.me = Some(town.member(0));
    let size = Size { columns: 120, rows: 40 };
    let start = Start {
        settings: settings.clone(),
        size,
        recording: Some(recording.clone()),
        observer: observe(&settings, &town),
        ..Start::default()
    };
    let mut app = TestApp::start_with(&town, start);
    app.settled().await;
    app.keys("w<enter>");
    app.pass(seconds(3)).await;
    town.fault(Fault::once(FaultKind::ResetAfterAccept).on("POST", "/messages"));
    app.keys("rHello, I am\nhere.<c-s>");
    app.pass(seconds(30)).await;
    app.keys("<esc>JrA second one");
    app.resize(80, 24);
    app.pass(seconds(5)).await;
    if let Some(open) = app.model().composer.open.clone() {
        town.colleague(&open, "I have this one.");
    }
    app.keys("<c-s>");
    app.pass(seconds(5)).await;
    town.fault(serde_json::from_value(json!({"kind": "status", "status": 500, "path": "/conversations?"})).unwrap());
    app.keys("<esc>4gg");
    app.resize(50, 20);
    app.pass(seconds(40)).await;
    app.keys_at_once("rplease help");
    app.keys("<esc><esc>1?");
    app.pass(seconds(30)).await;
    app.keys("<esc>vR<tab>");
    app.resize(39, 9);
    app.pass(seconds(10)).await;
    app.resize(200, 50);
    app.pass(seconds(60)).await;
    (settings, size, recording, app)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_recorded_run_replays_to_the_same_screen_after_every_event_and_ends_in_the_same_state() {
    let (settings, size, recording, mut app) = busy_run(|_, _| None).await;
    let events = recording.lock().unwrap().clone();
    let frames = app.frames.take().unwrap();
    assert_eq!(frames.len(), events.len());
    assert!(events.len() > 100, "{} events are no run", events.len());
    let (model, replayed) = replay(&settings, size, &events);
    for (at, (was, is)) in frames.iter().zip(&replayed).enumerate() {
        let name = events[at].event.name();
        assert!(was == is, "event {at}, {name}:\n{}\n--- replayed:\n{}", was.join("\n"), is.join("\n"));
    }
    let (was, is) = (lasting(app.model()), lasting(&model));
    let apart = was.iter().zip(&is).find(|(was, is)| was != is);
    assert_eq!(apart, None);
    assert_eq!(was.len(), is.len());
    // The comparison sees a difference where there is one.
    let without = |kind: &str| {
        let at = events.iter().rposition(|stamped| stamped.event.name() == kind).unwrap();
        let mut fewer = events.clone();
        fewer.remove(at);
        replay(&settings, size, &fewer).1.last() != frames.last()
    };
    assert!(without("Resized"), "a lost event went unseen");
    let first_page = events.iter().position(|stamped| stamped.event.name() == "Fetched").unwrap();
    let (_, early) = replay(&settings, size, &events[..first_page]);
    assert_ne!(early.last(), frames.last());
    app.end().await;
}
