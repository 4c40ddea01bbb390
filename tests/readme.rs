//! README says what is true: its key tables are those of the program, its commands exist.

#![expect(clippy::unwrap_used, reason = "a test may end at what it cannot read")]

use std::fmt::Write as _;

use takeover::app::keymap::{Context, help_of};

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

fn table(context: Context) -> String {
    let mut table = String::from("| key | does |\n|---|---|\n");
    for (keys, action) in help_of(context) {
        let keys: Vec<String> = keys.split("  ").map(|keys| keys.replace('|', "\\|")).collect();
        writeln!(table, "| `{}` | {} |", keys.join("` `"), action.help()).unwrap();
    }
    table
}

#[test]
fn the_key_tables_are_those_of_the_program() {
    let readme = readme();
    for context in [Context::List, Context::Thread, Context::Composer] {
        let wanted = table(context);
        assert!(readme.contains(&wanted), "README lacks this table of {context:?}:\n{wanted}");
    }
}

#[test]
fn the_two_commands_stand_in_it() {
    let readme = readme();
    for command in ["cargo run --release -- demo", "tests/all"] {
        assert!(readme.contains(command), "{command}");
    }
}

#[test]
fn it_names_every_full_size_run() {
    let soak = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/soak")).unwrap();
    let readme = readme();
    let names = soak.lines().filter(|line| line.contains(" | ")).filter_map(|line| line.split('|').next());
    for name in names.map(str::trim).filter(|name| !name.is_empty() && !name.starts_with('#')) {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
}
