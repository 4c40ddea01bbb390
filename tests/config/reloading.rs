//! A file that changed while the program runs: what is bad keeps what held before.

use std::time::Duration;

use takeover::app::keymap::Context;
use takeover::app::{self, Action, Effect, Event, Key, Model, Settings, Stamped};
use takeover::config::{self, Config, Found};
use takeover::domain::UserId;
use takeover::text::RawText;
use takeover::ui::Theme;

use crate::{FOLDER, Files, given, text, told, value};

const CONFIG: &str = "hold = 5\nenter_sends = true\ndefault_profile = \"p\"\n[profile.p]\nadvance = \"stay\"\n";
const KEYS: &str = "[list]\n\"<c-n>\" = \"next\"\n";
const LOOK: &str = "accent = \"green\"\n";

fn before() -> (Files, Config) {
    let files = Files::of(&[("config.toml", CONFIG), ("keymap.toml", KEYS), ("theme.toml", LOOK)]);
    let config = files.load(&given());
    assert_eq!(told(&config), [""; 0]);
    (files, config)
}

fn reload(old: &Config, files: &Files) -> Config {
    config::reload(old, &given(), &|path| files.read(path))
}

#[test]
fn what_fits_counts_and_what_does_not_keeps_what_held() {
    let (mut files, old) = before();
    files.put(
        "config.toml",
        b"hold = \"soon\"\nenter_sends = false\ndefault_profile = \"p\"\n[profile.p]\nadvance = \"list\"\n",
    );
    let new = reload(&old, &files);
    assert_eq!(new.problems.len(), 1);
    assert_eq!(new.values.settings.hold, Duration::from_secs(5));
    assert!(!new.values.settings.enter_sends);
    assert_eq!(value(&new, "advance"), text("list"));
}

#[test]
fn lines_that_are_lost_to_damage_keep_what_held() {
    let (mut files, old) = before();
    for damaged in ["hold = \"9s\nenter_sends = false\n[profile.p]\n", "hold = 9\n[profile.p\nadvance = \"list\"\n"] {
        files.put("config.toml", damaged.as_bytes());
        let new = reload(&old, &files);
        assert!(!new.problems.is_empty());
        assert_eq!(value(&new, "advance"), text("stay"), "{damaged:?}");
        assert_eq!(new.values.profile.as_deref(), Some("p"));
    }
    files.held.insert(format!("{FOLDER}/config.toml").into(), Found::Unreadable("gone mad".to_owned()));
    let new = reload(&old, &files);
    assert_eq!(new.values.settings.hold, Duration::from_secs(5));
    assert!(new.values.settings.enter_sends);
}

#[test]
fn a_line_that_was_taken_out_goes_back_to_the_default() {
    let (mut files, old) = before();
    files.put("config.toml", b"[profile.p]\n");
    let new = reload(&old, &files);
    assert_eq!(told(&new), [""; 0]);
    assert_eq!(new.values.settings.hold, Duration::from_secs(2));
}

#[test]
fn keys_and_looks_with_a_mistake_stay_as_they_were() {
    let (mut files, old) = before();
    files.put("keymap.toml", b"[list]\n\"<c-p>\" = \"previous\"\n\"x\" = \"nxt\"\n");
    files.put("theme.toml", b"accent = \"gren\"\n");
    let new = reload(&old, &files);
    assert_eq!(new.problems.len(), 2);
    assert_eq!(new.values.settings.keymap, old.values.settings.keymap);
    assert_eq!(new.theme, old.theme);
    files.put("keymap.toml", b"[list]\n\"<c-p>\" = \"previous\"\n");
    files.put("theme.toml", b"accent = \"blue\"\n");
    let new = reload(&old, &files);
    let keymap = &new.values.settings.keymap;
    let found = keymap.look_up(Context::List, None, Key::control('p'));
    assert_eq!(found, app::keymap::Lookup::Act(Action::Previous));
    assert_ne!(new.theme, old.theme);
    assert_ne!(new.theme, Theme::default());
}

#[test]
fn the_profile_stays_while_the_program_runs() {
    let (mut files, old) = before();
    files.put("config.toml", b"default_profile = \"q\"\n[profile.p]\nhold = 1\n[profile.q]\nhold = 3\n");
    let new = reload(&old, &files);
    assert_eq!(new.values.profile.as_deref(), Some("p"));
    assert_eq!(new.values.settings.hold, Duration::from_secs(1));
}

/// What the core does with the configuration as it was read again.
fn take(model: &mut Model, config: &Config) {
    let first = config.first_place().map(RawText::new);
    let settings = Box::new(config.values.settings.clone());
    event(model, Event::Reloaded { settings, problems: config.problems.len(), first });
}

fn event(model: &mut Model, event: Event) -> Vec<Effect> {
    let step = model.step + 1;
    app::update(model, Stamped { at: model.now, step, event })
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    event(model, Event::KeysPressed(Key::parse_all(keys).unwrap()))
}

fn said(model: &Model) -> String {
    let notice = model.notices.latest.as_ref().unwrap();
    format!("{} {}", notice.words, notice.outside.as_ref().map_or("", RawText::as_raw))
}

#[test]
fn a_person_reads_it_again_by_a_key_and_new_keys_work_at_once() {
    let (mut files, old) = before();
    let mut model = Model::new(Settings { me: UserId::parse("ada"), demo: true, ..old.values.settings.clone() });
    assert!(press(&mut model, "gc").contains(&Effect::Reload));
    files.put("keymap.toml", b"[panes]\n\"<f5>\" = \"reload\"\n");
    files.put("config.toml", b"hold = 7\nabsolute_times = true\n[profile.p]\n");
    let new = reload(&old, &files);
    take(&mut model, &new);
    assert_eq!(said(&model), "the configuration was read again ");
    assert!(press(&mut model, "<f5>").contains(&Effect::Reload));
    assert_eq!(model.settings.hold, Duration::from_secs(7));
    assert!(model.settings.absolute_times);
    assert_eq!((&model.settings.me, model.settings.demo), (&UserId::parse("ada"), true), "whose session it is stays");
}

#[test]
fn a_bad_line_keeps_the_keys_that_were_and_is_said_with_its_place() {
    let (mut files, old) = before();
    let mut model = Model::new(old.values.settings.clone());
    let keymap = std::sync::Arc::clone(&model.settings.keymap);
    files.put("keymap.toml", b"[list]\n\"<f5>\" = \"refresh\"\n\"<f6>\" = \"refrehs\"\n");
    let new = reload(&old, &files);
    take(&mut model, &new);
    assert_eq!(said(&model), "read again but for 1 problem, see takeover config check: keymap.toml:3:10");
    assert_eq!(model.settings.keymap, keymap);
    files.put("config.toml", b"hold = 99\nhodl = 1\nenter_sends = true\n[profile.p]\n");
    take(&mut model, &reload(&new, &files));
    let words = said(&model);
    assert!(words.starts_with("read again but for 3 problems") && words.ends_with("config.toml:1:8"), "{words}");
    assert_eq!(model.settings.keymap, keymap);
}

#[test]
fn a_prefix_that_waits_does_not_wait_for_keys_that_are_gone() {
    let (mut files, old) = before();
    let mut model = Model::new(old.values.settings.clone());
    press(&mut model, "g");
    assert!(model.overlays.prefix.is_some());
    files.put("keymap.toml", b"");
    take(&mut model, &reload(&old, &files));
    assert!(model.overlays.prefix.is_none());
}
