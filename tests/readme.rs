//! README says what is true: its key tables are those of the program, its commands exist.

#![expect(clippy::unwrap_used, reason = "a test may end at what it cannot read")]

use std::fmt::Write as _;

use takeover::app::keymap::{BINDINGS, Context, written};

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

/// The actions of some contexts in the table's order, each once, with all its keys.
fn table(contexts: &[Context]) -> String {
    let mut rows: Vec<(Vec<String>, &str)> = Vec::new();
    for binding in BINDINGS.iter().filter(|binding| contexts.iter().any(|context| binding.contexts.contains(context))) {
        let (keys, help) = (format!("`{}`", written(binding.keys).replace('|', "\\|")), binding.action.help());
        match rows.iter_mut().find(|(_, held)| *held == help) {
            Some((held, _)) if !held.contains(&keys) => held.push(keys),
            Some(_) => {}
            None => rows.push((vec![keys], help)),
        }
    }
    let mut table = String::from("| key | does |\n|---|---|\n");
    for (keys, help) in rows {
        writeln!(table, "| {} | {help} |", keys.join(" ")).unwrap();
    }
    table
}

#[test]
fn the_key_tables_are_those_of_the_program() {
    let readme = readme();
    for contexts in [&[Context::List, Context::Thread, Context::Sidebar][..], &[Context::Composer], &[Context::Prompt]]
    {
        let wanted = table(contexts);
        assert!(readme.contains(&wanted), "README lacks this table of {contexts:?}:\n{wanted}");
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
    let table = soak.split("table='").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    for name in table.lines().filter_map(|line| line.split('|').next()).map(str::trim).filter(|name| !name.is_empty()) {
        assert!(readme.contains(&format!("`{name}`")), "{name}");
    }
}
