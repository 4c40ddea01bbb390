//! Arguments before the environment before the profile before the file before the defaults, and every value knows.

use std::path::PathBuf;
use std::time::Duration;

use takeover::app::settings::{Advance, Settings};
use takeover::config::{self, Found, Given, Origin, SETTINGS, Values};

use crate::{FOLDER, Files, given, load, told, value};

const FILE: &str = "theme = \"light\"\nbase_url = \"https://file.example/v1\"\n[profile.work]\ntheme = \"dark\"\n\
                    base_url = \"https://profile.example/v1\"\n";

#[test]
fn each_layer_goes_before_the_ones_below_it_and_says_so() {
    let path = PathBuf::from(FOLDER).join("config.toml");
    let files = Files::of(&[("config.toml", FILE)]);
    let mut given = given();
    let expect = |given: &Given, value_now: &str, origin: Origin| {
        let config = files.load(given);
        assert_eq!(told(&config), [""; 0]);
        assert_eq!(value(&config, "base_url"), crate::text(value_now));
        assert_eq!(*config.origin("base_url"), origin);
    };
    expect(&given, "https://file.example/v1", Origin::File(path.clone(), 2));
    given.variables.push(("default_profile", "work".to_owned()));
    expect(&given, "https://profile.example/v1", Origin::Profile("work".to_owned(), path, 5));
    given.variables.push(("base_url", "https://variable.example/v1".to_owned()));
    expect(&given, "https://variable.example/v1", Origin::Variable("TAKEOVER_BASE_URL"));
    given.flags.push(("base_url", "https://flag.example/v1".to_owned()));
    expect(&given, "https://flag.example/v1", Origin::Flag("--base-url"));
    let config = load(&[]);
    assert_eq!(*config.origin("base_url"), Origin::Default);
}

#[test]
fn every_setting_can_come_from_a_file_a_profile_and_a_variable() {
    for setting in SETTINGS.iter().filter(|setting| setting.name != "default_profile") {
        let (written, plain) = match setting.field {
            config::Field::Toggle(of) => {
                let now = !*of(&mut Values::default());
                (now.to_string(), now.to_string())
            }
            config::Field::Time { .. } => ("\"7s\"".to_owned(), "7s".to_owned()),
            config::Field::Word { words, .. } => {
                let last = words().last().copied().unwrap();
                (format!("\"{last}\""), last.to_owned())
            }
            config::Field::Text { .. } if setting.name == "base_url" => {
                ("\"https://x.example/v1\"".to_owned(), "https://x.example/v1".to_owned())
            }
            config::Field::Text { .. } => ("\"other\"".to_owned(), "other".to_owned()),
            config::Field::List { .. } => ("[\"greek\"]".to_owned(), "greek".to_owned()),
        };
        let unchanged = setting.field.get(&Values::default());
        let files = Files::of(&[("config.toml", &format!("{} = {written}\n", setting.name)), ("other", "")]);
        let from_file = files.load(&given());
        assert_eq!(told(&from_file), [""; 0], "{}", setting.name);
        let new = setting.field.get(&from_file.values);
        assert_ne!(new, unchanged, "{}", setting.name);
        let files = Files::of(&[
            ("config.toml", &format!("default_profile = \"p\"\n[profile.p]\n{} = {written}\n", setting.name)),
            ("other", ""),
        ]);
        assert_eq!(setting.field.get(&files.load(&given()).values), new, "{}", setting.name);
        let given = Given { variables: vec![(setting.name, plain)], ..given() };
        let from_variable = Files::of(&[("other", "")]).load(&given);
        assert_eq!(setting.field.get(&from_variable.values), new, "{}", setting.name);
        assert_eq!(*from_variable.origin(setting.name), Origin::Variable(setting.variable));
    }
}

#[test]
fn what_the_core_reads_is_what_was_set() {
    let config = load(&[(
        "config.toml",
        "hold = 0\ncolleague_waits = \"1h\"\nclaim_on_reply = false\nnote_signature = false\nenter_sends = true\n\
         advance = \"stay\"\nascii = true\nme = \"ada\"\nlangmap = \"russian\"\n",
    )]);
    assert_eq!(told(&config), [""; 0]);
    let settings = &config.values.settings;
    assert_eq!((settings.hold, settings.colleague_waits), (Duration::ZERO, Duration::from_secs(3_600)));
    assert!(!settings.claim_on_reply && !settings.note_signature && settings.enter_sends && settings.ascii);
    assert_eq!(settings.advance, Advance::Stay);
    assert_eq!(settings.me.as_ref().unwrap().as_str(), "ada");
    assert!(settings.langmap.latin(takeover::app::Key::char('о')).is_some());
}

#[test]
fn a_bad_value_leaves_the_one_below_it() {
    let files =
        Files::of(&[("config.toml", "hold = \"3s\"\ndefault_profile = \"p\"\n[profile.p]\nhold = \"3 days\"\n")]);
    let given = Given { variables: vec![("hold", "soon".to_owned())], ..given() };
    let config = files.load(&given);
    assert_eq!(config.values.settings.hold, Duration::from_secs(3));
    assert_eq!(told(&config).len(), 2);
    assert!(config.stops().is_none());
}

#[test]
fn the_annotated_files_are_the_defaults() {
    let assets = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/");
    for (name, made) in [
        ("config", config::annotated_config()),
        ("keymap", config::annotated_keymap()),
        ("theme", config::annotated_theme()),
    ] {
        let held = std::fs::read_to_string(format!("{assets}{name}.toml")).unwrap();
        assert!(held == made, "not up to date: cargo run -- config defaults {name} > assets/{name}.toml");
    }
    // Every commented line of them, taken as it stands.
    let uncommented = |text: &str| -> String {
        text.lines()
            .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line))
            .fold(String::new(), |all, line| all + line + "\n")
    };
    let plain = uncommented(&config::annotated_config());
    let plain = plain.replace("default_profile = \"work\"\n", "").replace("me = \"usr_0123\"\n", "");
    let config = load(&[
        ("config.toml", &plain),
        ("keymap.toml", &uncommented(&config::annotated_keymap())),
        ("theme.toml", &uncommented(&config::annotated_theme())),
    ]);
    assert_eq!(told(&config), [""; 0]);
    for setting in SETTINGS {
        let default = setting.field.get(&Values::default());
        assert_eq!(setting.field.get(&config.values), default, "{}", setting.name);
        let said = *config.origin(setting.name) != Origin::Default;
        assert_eq!(said, default != config::Shown::Nothing, "{}", setting.name);
    }
    assert!(config.values.settings.keymap == Settings::default().keymap, "a copy of the default keys changes nothing");
    assert_eq!(config.theme, takeover::ui::Theme::default());
    let whole = load(&[("config.toml", &uncommented(&config::annotated_config()))]);
    assert_eq!(told(&whole), [""; 0], "the examples fit too");
}

#[test]
fn a_file_that_an_argument_names_brings_its_folder_along() {
    let mut files = Files::of(&[("config.toml", "hold = 1"), ("keymap.toml", "[list]\n\"X\" = \"quit\"\n")]);
    let path = PathBuf::from("/elsewhere/mine.toml");
    files.held.insert(path.clone(), Found::Text { bytes: b"hold = 4".to_vec(), shared: None });
    let config = files.load(&Given { file: Some(path), ..given() });
    assert_eq!(config.values.settings.hold, Duration::from_secs(4));
    assert_eq!(config.values.settings.keymap, Settings::default().keymap);
    let config = files.load(&Given { file: Some(PathBuf::from("/elsewhere/none.toml")), ..given() });
    assert!(config.stops().is_some());
}
