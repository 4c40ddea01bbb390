//! README says what is true: its key tables are those of the program, its commands exist.

#![expect(clippy::unwrap_used, reason = "a test may end at what it cannot read")]

use std::fmt::Write as _;

use takeover::app::keymap::{BINDINGS, Context, written};
use takeover::config::{SETTINGS, Shown, Values};
use takeover::sandbox::{Command, Switches};

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
fn the_table_of_settings_is_that_of_the_program() {
    let mut wanted = String::from("| setting | variable, argument | default | does |\n|---|---|---|---|\n");
    for setting in SETTINGS {
        let default = match setting.field.get(&Values::default()) {
            Shown::Toggle(toggle) => format!("`{toggle}`"),
            Shown::Text(text) => format!("`{text}`"),
            Shown::List(_) | Shown::Nothing => "–".to_owned(),
        };
        let flag = setting.flag.map(|flag| format!(", `{flag}`")).unwrap_or_default();
        let help = setting.help.trim_end_matches('.');
        writeln!(wanted, "| `{}` | `{}`{flag} | {default} | {help} |", setting.name, setting.variable).unwrap();
    }
    assert!(readme().contains(&wanted), "README lacks this table:\n{wanted}");
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

/// The words in backticks of an error that lists what was expected.
fn expected(error: &str) -> Vec<String> {
    let list = error.split("expected one of").nth(1).unwrap();
    list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn it_names_every_switch_and_every_command_of_the_sandbox_and_no_other() {
    let readme = readme();
    let chapter = readme.split("## The sandbox").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let commands = expected(&serde_json::from_str::<Command>("{\"?\":{}}").unwrap_err().to_string());
    assert!(commands.len() > 20);
    for (head, names) in [("| commands |", commands), ("| switches |", Switches::names())] {
        let table = chapter.split(head).nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap();
        let cells = table.lines().skip(2).filter_map(|row| row.split('|').nth(1));
        let told: Vec<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
        for name in &names {
            assert!(told.contains(&name.as_str()), "README's table of {head} lacks `{name}`");
        }
        for name in told {
            assert!(names.iter().any(|held| held == name), "README's table of {head} names `{name}`, which is none");
        }
    }
}

#[test]
fn every_command_that_it_shows_is_one_that_the_sandbox_takes() {
    let readme = readme();
    let chapter = readme.split("## The sandbox").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    let quoted = chapter.split(['`', '\'']).filter(|text| text.starts_with("{\"") && !text.contains('…'));
    let commands: Vec<&str> = quoted.collect();
    assert!(commands.len() > 8, "{commands:?}");
    for command in commands {
        let read: Result<Command, _> = serde_json::from_str(command);
        assert!(read.is_ok(), "{command}: {read:?}");
    }
}
