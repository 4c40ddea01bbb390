//! No sentence and no hint names a key that does not do it: every screen that names one, with every key changed, and with
//! no key left but those that nobody can do without.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use takeover::app::acts;
use takeover::app::fields::Field;
use takeover::app::guard::Reason;
use takeover::app::inbox::View;
use takeover::app::keymap::{Change, Context, Keymap, Keys, NEEDED};
use takeover::app::outbox::State;
use takeover::app::overlay::Lesson;
use takeover::app::{Action, Focus, Model, Settings, outbox, sending, update};
use takeover::domain::problem::Reached;
use takeover::domain::{Change as Wish, NoteId, Priority, Problem, Remedy, Role, Status};
use takeover::ui::Theme;

use super::agent;
use super::sample::{self, draw, id, raw};

/// Keys that no sentence has as a word.
const PREFIXES: [&str; 3] = ["<f6>", "<f7>", "<f8>"];
const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (50, 20)];

/// Marks, and a key of the outbox's own, that are keys as well; and the words that follow where they are named as those.
const MARKS: [(&str, &[&str]); 4] =
    [("n", &["note", "writes"]), ("b", &["bot", "shows"]), ("x", &["detach"]), ("r", &["reply", "starts"])];

/// Every act on another key; or only what is needed, and nothing else on any.
fn rebound(only_needed: bool) -> Keymap {
    let defaults = Keymap::defaults();
    let mut changes: Vec<Change> = Vec::new();
    for context in Context::ALL {
        let mut free =
            PREFIXES.iter().flat_map(|prefix| ('a'..='z').chain('A'..='Z').map(move |key| format!("{prefix}{key}")));
        let rows = defaults.rows().iter().filter(|bound| bound.context == context);
        changes.extend(rows.clone().map(|bound| Change { context, keys: bound.keys, action: None }));
        for (_, action) in defaults.help_of(context) {
            if !only_needed || NEEDED.contains(&(context, action)) {
                let keys = Keys::parse(&free.next().unwrap()).unwrap();
                changes.push(Change { context, keys, action: Some(action) });
            }
        }
    }
    let (keymap, refused) = Keymap::changed(&changes);
    assert_eq!(refused, []);
    keymap
}

/// The default keys as a person reads them, but for those that are words or signs as well.
fn old_keys() -> BTreeSet<String> {
    let written = Keymap::defaults().rows().iter().map(|bound| bound.keys.written()).collect::<Vec<_>>();
    let words = written.iter().flat_map(|keys| keys.split(' ')).map(str::to_owned);
    let plain = |key: &String| key != "a" && (key.chars().any(char::is_alphabetic) || key == "^_");
    words.chain(["p", "g", "s", "y"].map(str::to_owned)).filter(plain).collect()
}

fn problem(remedy: Remedy, status: Option<u16>, code: Option<&str>, reached: Reached) -> Problem {
    Problem { remedy, reached, status, code: code.map(raw), message: raw("no"), request_id: None, fields: Vec::new() }
}

fn offline() -> Problem {
    problem(Remedy::TryLater, None, None, Reached::Refused)
}

/// Everything that a reply, or another act, can wait for.
fn states() -> Vec<State> {
    let problems = [
        problem(Remedy::SignInAgain, Some(401), None, Reached::Refused),
        problem(Remedy::WaitFor(Duration::from_secs(9)), Some(429), None, Reached::Refused),
        problem(Remedy::FixTheInput, Some(422), None, Reached::Refused),
        problem(Remedy::NotThere, Some(404), None, Reached::Refused),
        problem(Remedy::Conflict, Some(409), None, Reached::Refused),
        problem(Remedy::TryLater, Some(503), None, Reached::Unknown),
        offline(),
    ];
    let until = Duration::from_secs(1_002);
    let mut states: Vec<State> = problems.into_iter().map(|problem| State::Refused { problem }).collect();
    states.extend([
        State::Held { until },
        State::Waiting { problem: offline(), until },
        State::Stopped { reasons: vec![Reason::Gone], since: Duration::from_secs(999) },
        State::Unjournaled { reason: raw("the disk is full") },
        State::Unsent,
        State::Ready { problem: Some(offline()), retry_at: until },
        State::Blocked { problem: offline() },
    ]);
    states
}

type Scene = (String, Model);

/// Acts as if their keys had been pressed, one after the other.
fn done(mut model: Model, actions: &[Action]) -> Model {
    for action in actions {
        update::act(&mut model, *action, &mut Vec::new());
    }
    model
}

/// Screens of this person that name keys.
fn scenes(keymap: &Arc<Keymap>) -> Vec<Scene> {
    let adopt = |mut model: Model| {
        let settings = Settings { keymap: Arc::clone(keymap), ..model.settings.clone() };
        model.adopt(settings);
        model
    };
    let inbox = || adopt(sample::inbox());
    let opened = || {
        let mut model = adopt(agent::busy());
        sample::open(&mut model, "june");
        draw(&mut model, &Theme::of(true, false), 120, 40);
        model
    };
    let writing = |text: &str| {
        let mut model = opened();
        sample::write(&mut model, "june", text);
        model
    };
    let mut scenes: Vec<Scene> = Vec::new();
    let mut add = |name: &str, model: Model| scenes.push((name.to_owned(), model));
    add("list", inbox());
    for view in View::ALL {
        let mut model = adopt(sample::empty());
        model.inbox.show(view);
        update::settle_rows(&mut model);
        add("empty view", model);
    }
    let mut news = inbox();
    news.inbox.new_rows = 2;
    add("news", news);
    for (lesson, focus) in [
        (Lesson::Longest, Focus::List),
        (Lesson::Open, Focus::List),
        (Lesson::Reply, Focus::Thread),
        (Lesson::Send, Focus::Composer),
    ] {
        let mut model = if focus == Focus::List { inbox() } else { writing("hello") };
        model.panes.focus = focus;
        model.overlays.lesson = Some(lesson);
        add("lesson", model);
    }
    add("thread", opened());
    let mut sidebar = opened();
    sidebar.panes.focus = Focus::Sidebar;
    add("sidebar", sidebar);
    let mut noteless = done(opened(), &[Action::Sidebar]);
    noteless.sidebar.entry(&id("june")).notes.clear();
    add("no notes", noteless);
    let mut note = opened();
    note.panes.focus = Focus::Sidebar;
    note.panes.field = Some(Field::Note(NoteId::parse("note-1").unwrap()));
    add("a saved note", done(note, &[Action::Open]));
    add("writing", writing("hello"));
    add("empty composer", writing(""));
    add("discarded", done(writing("hello"), &[Action::Discard]));
    add("a priority for a reply", done(writing("hello"), &[Action::HandOverPriority]));
    add("nothing to resolve", done(writing(""), &[Action::SendAndResolve]));
    add("a priority for a note", done(opened(), &[Action::Note, Action::HandOverPriority]));
    let mut note = done(opened(), &[Action::Note]);
    takeover::app::noting::insert(&mut note, &raw("for us"));
    add("a note discarded", done(note, &[Action::Discard]));
    add("nothing searched", done(opened(), &[Action::SearchNext]));
    add("searching the thread", done(opened(), &[Action::Search]));
    add("searching the list", done(inbox(), &[Action::Search]));
    let mut resolved = inbox();
    sample::open(&mut resolved, "omar");
    let _ = acts::take_over(&mut resolved, &id("omar"), &mut Vec::new());
    add("no bot", resolved);
    let mut prefix = opened();
    prefix.overlays.prefix = keymap.rows().iter().find(|row| row.keys.second.is_some()).map(|row| row.keys.first);
    add("a prefix", prefix);
    for state in states() {
        for text in ["", "and more"] {
            let mut model = writing(text);
            sending::submit(&mut model, &id("june"), raw("A label."), 0, <_>::default(), &mut Vec::new());
            model.outbox.entries.last_mut().unwrap().state = state.clone();
            add(&format!("reply {state:?}"), model);
        }
        let mut model = opened();
        let work = outbox::Work::Change { change: Wish::Priority(Priority::Low), from: None };
        let step = outbox::Step { work, text: raw(""), cursor: 0 };
        sending::submit_act(&mut model, &id("june"), vec![step], &<_>::default(), &mut Vec::new());
        model.outbox.entries.last_mut().unwrap().state = state.clone();
        add(&format!("change {state:?}"), model);
    }
    for status in [Status::BotActive, Status::Resolved, Status::Closed, Status::Archived] {
        let mut model = writing("");
        sending::submit(&mut model, &id("june"), raw("A label."), 0, <_>::default(), &mut Vec::new());
        let problem = problem(Remedy::FixTheInput, Some(422), None, Reached::Refused);
        model.outbox.entries.last_mut().unwrap().state = State::Refused { problem };
        model.inbox.rows.get_mut(&id("june")).unwrap().conversation.status = status;
        add("refused for its status", done(model, &[Action::Send]));
    }
    let problems = [
        problem(Remedy::SignInAgain, Some(403), Some("api_key_paused"), Reached::Refused),
        problem(Remedy::TryLater, Some(503), None, Reached::Unknown),
        problem(Remedy::NotThere, Some(404), None, Reached::Refused),
    ];
    for problem in problems {
        let mut model = inbox();
        model.link.problem = Some(problem.clone());
        add("list unread", model);
        let mut model = opened();
        model.threads.held.get_mut(&id("june")).unwrap().problem = Some(problem.clone());
        add("thread unread", model);
        let mut model = inbox();
        sample::open(&mut model, "zoe");
        sample::read(&mut model, "zoe", Vec::new());
        model.threads.held.get_mut(&id("zoe")).unwrap().problem = Some(problem);
        add("empty thread unread", model);
    }
    let late = sample::message("june", 9, Role::User, None, "14:09", "never mind");
    let mut stopped = writing("");
    sending::submit(&mut stopped, &id("june"), raw("A label."), 0, <_>::default(), &mut Vec::new());
    sample::read(&mut stopped, "june", vec![late]);
    add("held with news", stopped);
    scenes
}

/// What stands on a scene's screens, word by word, without punctuation. A word that was cut is none.
fn words_of(model: &mut Model, (columns, rows): (u16, u16)) -> (String, Vec<String>) {
    let text = draw(model, &Theme::of(true, false), columns, rows).text();
    let words = text.split_whitespace().map(|word| word.trim_matches([',', ';', ':', '.']).to_owned());
    let words = words.filter(|word| word.chars().any(|char| char.is_alphanumeric() || char == '^')).collect();
    (text, words)
}

/// The words that are old keys, with the screen where they stand.
fn named(keymap: Keymap) -> Vec<(String, String, String)> {
    let old = old_keys();
    let mut found = Vec::new();
    for (name, mut model) in scenes(&Arc::new(keymap)) {
        for size in SIZES {
            let (text, words) = words_of(&mut model, size);
            let mut fresh = false;
            for (word, next) in words.iter().zip(words.iter().skip(1).map(String::as_str).chain([""])) {
                // Behind a new prefix stands the second key.
                let second = std::mem::replace(&mut fresh, ["F6", "F7", "F8"].contains(&word.as_str()));
                // The Esc that ends a prefix is fixed.
                let fixed = name == "a prefix";
                let mark = MARKS.iter().any(|(mark, behind)| word == mark && !behind.contains(&next));
                if !second && !fixed && !mark && old.contains(word) {
                    found.push((name.clone(), word.clone(), text.clone()));
                }
            }
        }
    }
    found
}

#[test]
fn after_a_rebinding_no_sentence_and_no_hint_names_an_old_key() {
    let found = named(rebound(false));
    let told: Vec<String> = found.iter().map(|(name, word, text)| format!("{name}: {word}\n{text}")).collect();
    assert!(told.is_empty(), "{}", told.join("\n\n"));
}

#[test]
fn an_act_without_a_key_leaves_it_out_of_the_sentence() {
    let found = named(rebound(true));
    let told: Vec<String> = found.iter().map(|(name, word, text)| format!("{name}: {word}\n{text}")).collect();
    assert!(told.is_empty(), "{}", told.join("\n\n"));
    for (name, mut model) in scenes(&Arc::new(rebound(true))) {
        let (text, _) = words_of(&mut model, SIZES[0]);
        for torn in [", ,", ". ,", "; ;", ". .", "press :", "; outside,  ", "()"] {
            assert!(!text.contains(torn), "{name}: {torn:?}\n{text}");
        }
    }
}

#[test]
fn by_default_the_same_screens_name_the_keys_that_could_go_stale() {
    let found = named(Keymap::clone(&Keymap::defaults()));
    let words: BTreeSet<&str> = found.iter().map(|(_, word, _)| word.as_str()).collect();
    for key in ["^S", "Up", "R", "Esc", "gq", "u", "n", "e", "o", "p", "^_", "w", "r", "b", "Enter"] {
        assert!(words.contains(key), "no screen names {key}: {words:?}");
    }
}
