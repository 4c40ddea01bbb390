//! A walk over key and context: in no keymap, default or a person's, has a key two meanings, hides one behind a prefix,
//! takes a character from the text, or leaves somebody without a way on.

use proptest::prelude::*;
use takeover::app::keymap::{BINDINGS, Context, Keymap, Lookup, NEEDED};

use crate::{load, told};

fn assert_sound(keymap: &Keymap) {
    for context in Context::ALL {
        let here: Vec<_> = keymap.rows().iter().filter(|bound| bound.context == context).collect();
        for (at, one) in here.iter().enumerate() {
            for other in here.iter().skip(at + 1) {
                assert_ne!(one.keys, other.keys, "two meanings in {context:?}: {one:?} {other:?}");
                assert!(!one.keys.hides(other.keys), "hidden in {context:?}: {one:?} {other:?}");
            }
            // Pressed, it does what the table says.
            match one.keys.second {
                None => assert_eq!(keymap.look_up(context, None, one.keys.first), Lookup::Act(one.action)),
                Some(second) => {
                    assert_eq!(keymap.look_up(context, None, one.keys.first), Lookup::Prefix, "{one:?}");
                    let found = keymap.look_up(context, Some(one.keys.first), second);
                    assert_eq!(found, Lookup::Act(one.action));
                }
            }
            assert!(!context.is_text() || one.keys.first.typed().is_none(), "{one:?}");
            let works = |binding: &takeover::app::keymap::Binding| {
                binding.action == one.action && binding.contexts.contains(&context)
            };
            assert!(BINDINGS.iter().any(works), "{one:?} does not work there");
        }
    }
    for (context, action) in NEEDED {
        assert!(keymap.key_of(*context, *action).is_some(), "{action:?} has no key in {context:?}");
    }
}

#[test]
fn the_defaults_are_sound() {
    assert_sound(&Keymap::default());
    assert_sound(&Keymap::default().sending_by_enter());
}

#[test]
fn a_table_for_all_panes_counts_where_its_act_works() {
    let config = load(&[("keymap.toml", "[panes]\n\"<c-n>\" = \"page-down\"\n\"v\" = \"none\"\n")]);
    assert_eq!(told(&config), [""; 0]);
    let keymap = &config.values.settings.keymap;
    let key = takeover::app::Key::control('n');
    assert_ne!(keymap.look_up(Context::List, None, key), Lookup::Nothing);
    assert_ne!(keymap.look_up(Context::Thread, None, key), Lookup::Nothing);
    assert_eq!(keymap.look_up(Context::Sidebar, None, key), Lookup::Nothing);
    assert_eq!(keymap.look_up(Context::Sidebar, None, takeover::app::Key::char('v')), Lookup::Nothing);
}

#[test]
fn a_keymap_that_would_lock_somebody_in_keeps_the_ways_on() {
    let mut text = String::new();
    for context in Context::ALL {
        text.push_str(&format!("[{}]\n", context.name()));
        for bound in Keymap::default().rows().iter().filter(|bound| bound.context == context) {
            text.push_str(&format!(
                "\"{}\" = \"none\"\n",
                bound.keys.spelled().replace('\\', "\\\\").replace('"', "\\\"")
            ));
        }
    }
    let config = load(&[("keymap.toml", &text)]);
    assert_sound(&config.values.settings.keymap);
    assert!(told(&config).iter().all(|line| line.contains("must keep one")), "{:?}", told(&config));
}

/// Keys that people bind, and those of the defaults.
fn any_keys() -> impl Strategy<Value = String> {
    let defaults: Vec<String> = BINDINGS.iter().map(|binding| binding.keys.to_owned()).collect();
    let own = [
        "x", "X", "g", "gx", "gg", "<c-x>", "<c-x>x", "<c-n>", "<c-i>", "<esc>", "<esc>x", "<enter>", "jx", "<f5>",
        "<a-x>", "<c-c>", "<c-z>", "zz", "z",
    ];
    prop_oneof![proptest::sample::select(defaults), proptest::sample::select(own.to_vec()).prop_map(str::to_owned),]
}

fn any_action() -> impl Strategy<Value = String> {
    let mut names: Vec<String> = BINDINGS.iter().map(|binding| binding.action.name()).collect();
    names.push("none".to_owned());
    names.push(String::new());
    proptest::sample::select(names)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_person_writes_what_is_accepted_is_sound(
        lines in proptest::collection::vec((0_usize..5, any_keys(), any_action()), 0..40),
    ) {
        let mut text = String::new();
        for (at, name) in ["list", "thread", "sidebar", "composer", "panes"].iter().enumerate() {
            text.push_str(&format!("[{name}]\n"));
            let mut keys: Vec<_> = lines.iter().filter(|(table, ..)| *table == at).collect();
            keys.sort();
            keys.dedup_by(|one, other| one.1 == other.1);
            for (_, keys, action) in keys {
                text.push_str(&format!("\"{keys}\" = \"{action}\"\n"));
            }
        }
        let config = load(&[("keymap.toml", &text)]);
        assert_sound(&config.values.settings.keymap);
        assert_sound(&config.values.settings.keymap.sending_by_enter());
        // What is not in force was said, each with its line.
        for line in told(&config) {
            prop_assert!(line.starts_with("keymap.toml:"), "{line}");
        }
    }
}
