//! Bytes of all kinds in every file: nothing panics, nobody is locked in or out, and nothing of it reaches a sentence raw.

use proptest::prelude::*;
use takeover::app::keymap::NEEDED;
use takeover::config::{self, Config, Given, Place, SETTINGS};
use takeover::text::is_forbidden;

use crate::{Files, given, load};

/// What holds whatever stands in the files.
fn assert_fit(config: &Config, keys_only: bool) {
    for problem in &config.problems {
        let told = problem.to_string();
        assert!(!told.chars().any(is_forbidden), "{told:?}");
        assert!(!problem.what.is_empty() && !problem.advice.is_empty(), "{told}");
        if let Place::File { line, column, .. } = &problem.place {
            assert!(*line >= 1 && *column >= 1);
        }
    }
    assert!(!config.said().unwrap_or_default().chars().any(is_forbidden));
    for (context, action) in NEEDED {
        assert!(config.values.settings.keymap.key_of(*context, *action).is_some());
    }
    let hold = config.values.settings.hold.as_secs();
    assert!(hold <= 60, "{hold}");
    assert!(takeover::http::BaseUrl::parse(&config.values.base_url).is_ok());
    // Keys and looks never keep anyone out.
    assert!(!keys_only || config.stops().is_none(), "{:?}", config.stops());
    // What is told as a value goes through the one printer, so it may be anything; telling it must not fail.
    for setting in SETTINGS {
        let _ = setting.field.get(&config.values);
    }
}

fn in_every_file(bytes: &[u8]) {
    for name in ["config.toml", "keymap.toml", "theme.toml"] {
        let mut files = Files::default();
        files.put(name, bytes);
        let config = files.load(&given());
        assert_fit(&config, name != "config.toml");
        let old =
            load(&[("config.toml", "hold = 5\nadvance = \"stay\""), ("keymap.toml", "[list]\n\"<c-n>\" = \"next\"")]);
        let new = config::reload(&old, &given(), &|path| files.read(path));
        assert_fit(&new, false);
    }
}

/// Files as people write them, to be damaged.
fn whole_files() -> Vec<String> {
    let plain = |text: String| {
        text.lines()
            .map(|line| line.strip_prefix('#').unwrap_or(line))
            .fold(String::new(), |all, line| all + line + "\n")
    };
    vec![
        plain(config::annotated_config()),
        plain(config::annotated_keymap()),
        plain(config::annotated_theme()),
        "hold = \"\"\"\n2s\"\"\"\nlangmap = [\n  \"russian\",\n  \"йq\",\n]\n[profile.\"a b\"]\nme = 'x'\n".to_owned(),
        "[list]\n\"<c-n>\" = \"next\"\n[panes]\n\"x\" = \"none\"\n".to_owned(),
    ]
}

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("\u{1b}[2J".to_owned()),
        Just("\u{1b}]52;c;cm0=\u{7}".to_owned()),
        Just("\u{9b}31m".to_owned()),
        Just("\u{202e}txt.exe\u{2066}".to_owned()),
        Just("\u{e0061}\u{200b}\u{2028}".to_owned()),
        Just("“ quoted ” \"".to_owned()),
        Just("<".repeat(300)),
        Just("c-".repeat(5_000)),
        Just("[".repeat(2_000)),
        Just("a.".repeat(2_000)),
        Just("e\u{301}".repeat(500)),
        any::<String>(),
    ]
}

/// One text as a TOML string, every character escaped that must be.
fn string(text: &str) -> String {
    let escaped: String = text
        .chars()
        .map(|char| if char.is_ascii_alphanumeric() { char.to_string() } else { format!("\\U{:08X}", u32::from(char)) })
        .collect();
    format!("\"{escaped}\"")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_at_all(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        in_every_file(&bytes);
    }

    #[test]
    fn characters_that_toml_is_made_of(text in "[\\[\\]\\{\\}\"'=#.,a-c0-9 \\n\\\\_-]{0,200}") {
        in_every_file(text.as_bytes());
    }

    #[test]
    fn whole_files_with_damage(
        which in 0_usize..5,
        cuts in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>(), 0_u8..3), 1..8),
    ) {
        let mut bytes = whole_files()[which].clone().into_bytes();
        for (at, byte, how) in cuts {
            if bytes.is_empty() { break; }
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => { bytes.remove(at); }
                _ => bytes.insert(at, byte),
            }
        }
        in_every_file(&bytes);
    }

    #[test]
    fn hostile_text_as_every_name_and_value(name in hostile(), text in hostile()) {
        let (name, text) = (string(&name), string(&text));
        in_every_file(format!("{name} = {text}\n").as_bytes());
        in_every_file(format!("[profile.{name}]\n{name} = {text}\n").as_bytes());
        in_every_file(format!("[list]\n{name} = {text}\n\"x\" = {text}\n{name} = 1\n[{name}]\n[{name}]\n").as_bytes());
        let all: String = SETTINGS.iter().map(|setting| format!("{} = {text}\n", setting.name)).collect();
        in_every_file(all.as_bytes());
        let roles: String = takeover::ui::theme::ROLES.iter().map(|role| format!("{} = {text}\n", role.name)).collect();
        in_every_file(roles.as_bytes());
    }

    #[test]
    fn hostile_text_in_the_environment_and_the_arguments(text in hostile()) {
        for setting in SETTINGS {
            let pair = vec![(setting.name, text.clone())];
            assert_fit(&Files::default().load(&Given { variables: pair.clone(), ..given() }), false);
            assert_fit(&Files::default().load(&Given { flags: pair, ..given() }), false);
        }
    }
}

#[test]
fn a_large_damaged_file_does_not_keep_the_start_waiting_for_ever() {
    for line in ["x = [\n", "[a\n", "= \n", "\"\"\"\n", "a.b.c = 1\n", "a = {\n"] {
        let text = line.repeat(config::LIMIT / line.len());
        let config = load(&[("config.toml", &text)]);
        assert_fit(&config, false);
        assert!(!config.problems.is_empty() && config.problems.len() <= 21, "{line:?}: {}", config.problems.len());
    }
}
