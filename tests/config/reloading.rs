//! A file that changed while the program runs: what is bad keeps what held before.

use std::time::Duration;

use takeover::app::keymap::Context;
use takeover::app::{Action, Key};
use takeover::config::{self, Config, Found};
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
    assert_eq!(found, takeover::app::keymap::Lookup::Act(Action::Previous));
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
