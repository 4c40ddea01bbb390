//! The walls of the house: who may import whom, which outside names each room may not name, and how long a file may
//! be. The table is data, in `architecture/table.rs`; to move a wall, change it there and say why.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may end at what it cannot make")]

#[path = "architecture/paths.rs"]
mod paths;
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/table.rs"]
mod table;
#[path = "architecture/tokens.rs"]
mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rules::{Source, violations};
use table::{BANS, Ban, Door, MOST_LINES, May, ROWS, Rooms, What};

/// Every source file, with what its parents say of it.
fn house() -> std::io::Result<Vec<Source>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let inner = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                found.push(Source { path: inner, text: fs::read_to_string(&path)?, test_only: false, renamed: None });
            }
        }
    }
    let for_tests: BTreeMap<String, Vec<String>> = found.iter().flat_map(test_children).collect();
    for source in &mut found {
        let own = for_tests.iter().find(|(name, _)| {
            source.path == **name || source.path == format!("{name}.rs") || source.path.starts_with(&format!("{name}/"))
        });
        if let Some((name, module)) = own {
            source.test_only = true;
            source.renamed = (source.path == *name).then(|| module.clone());
        }
    }
    found.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(found)
}

/// Modules of this file that are compiled for tests alone and live in files of their own: the path without its ending
/// (or the whole path, where `#[path]` names a file beside this one), and the module.
fn test_children(source: &Source) -> Vec<(String, Vec<String>)> {
    let module = source.module();
    let folder = std::iter::once("src").chain(module.iter().map(String::as_str)).collect::<Vec<_>>().join("/");
    let beside = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    paths::test_files(&tokens::tokens(&source.text))
        .into_iter()
        .map(|child| {
            let path =
                child.beside.map_or_else(|| format!("{folder}/{}", child.name), |(file, _)| format!("{beside}/{file}"));
            (path, module.iter().cloned().chain([child.name]).collect())
        })
        .collect()
}

fn file(path: &str, text: &str) -> Source {
    Source { path: path.to_owned(), text: text.to_owned(), test_only: false, renamed: None }
}

fn in_room(room: &str, text: &str) -> Source {
    file(&format!("src/{room}/file.rs"), text)
}

#[test]
fn the_house_keeps_its_walls() {
    let house = house().unwrap();
    let found: Vec<String> = house.iter().flat_map(violations).collect();
    assert!(found.is_empty(), "{} broken rules:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_room_of_the_house_is_seen_and_has_a_row() {
    let house = house().unwrap();
    let lib = house.iter().find(|source| source.path == "src/lib.rs").unwrap();
    let found = tokens::tokens(&lib.text);
    let declared: BTreeSet<String> =
        found.windows(2).filter(|pair| pair[0].is_word("mod")).map(|pair| pair[1].text.clone()).collect();
    let seen: BTreeSet<String> =
        house.iter().map(Source::room).filter(|room| !matches!(room.as_str(), "lib" | "main")).collect();
    assert_eq!(declared, seen, "lib.rs declares one set of rooms, src holds another");
    assert!(seen.len() >= 17, "only {} rooms were read", seen.len());
    let rows: BTreeSet<&str> = ROWS.iter().map(|row| row.room).collect();
    assert_eq!(rows.len(), ROWS.len(), "a room has two rows");
    assert!(seen.iter().all(|room| rows.contains(room.as_str())));
}

#[test]
fn each_door_that_the_table_lacks_is_shut_in_every_way_of_naming_it() {
    for row in ROWS {
        let May::Only(doors) = row.may else { continue };
        for other in
            ROWS.iter().map(|row| row.room).filter(|room| *room != row.room && !matches!(*room, "lib" | "main"))
        {
            let known = doors.iter().any(|door| match *door {
                Door::Whole(name) | Door::Part(name, _) | Door::Except(name, _) => name == other,
            });
            let ways = [
                format!("use crate::{other}::Thing;"),
                format!("use crate::{{{}, {other}::{{inner::Thing}}}};", row.room),
                format!("use super::super::{other}::Thing;"),
                format!("fn f() {{ let x = crate::{other}::thing(); }}"),
                format!("mod inner {{ use super::super::super::{other}::Thing; }}"),
                format!("#[cfg(test)]\nmod tests {{ use crate::{other}::Thing; }}"),
            ];
            for way in ways {
                let found = violations(&in_room(row.room, &way));
                let whole = doors.iter().any(|door| matches!(*door, Door::Whole(name) if name == other));
                let except = doors.iter().any(|door| matches!(*door, Door::Except(name, _) if name == other));
                assert_eq!(found.is_empty(), whole || except, "{} with {way}: {found:?}", row.room);
                if !known {
                    assert_eq!(found.len(), 1, "{} with {way}: {found:?}", row.room);
                }
            }
        }
    }
}

#[test]
fn a_narrow_door_opens_to_its_names_alone() {
    let open = ["use crate::app::{Event, effect::Effect};", "fn f(_: crate::app::event::Event) {}"];
    let shut = [
        "use crate::app::model::Model;",
        "use crate::app::*;",
        "use crate::app;",
        "use crate::app as core;",
        "use crate::app::{self, Event};",
        "use super::super::app::update;",
    ];
    for way in open {
        assert_eq!(violations(&in_room("effects", way)), Vec::<String>::new(), "{way}");
    }
    for way in shut {
        assert_eq!(violations(&in_room("effects", way)).len(), 1, "{way}");
    }
    assert!(violations(&in_room("sandbox", "use crate::wire::signature::sign;")).is_empty());
    for way in ["use crate::wire::rest::Message;", "use crate::wire;", "use crate::wire::*;", "use crate::wire as w;"] {
        assert_eq!(violations(&in_room("sandbox", way)).len(), 1, "{way}");
    }
}

#[test]
fn the_root_is_no_way_around() {
    for way in [
        "use crate::*;",
        "use crate as root;",
        "use crate::{self as root};",
        "use super::super::super::x;",
        "crate::made_up!();",
    ] {
        assert_eq!(violations(&in_room("ui", way)).len(), 1, "{way}");
    }
    assert_eq!(violations(&file("src/clock.rs", "use super::*;")).len(), 1);
    assert_eq!(violations(&file("src/clock.rs", "use super::random::Random;")).len(), 1);
    assert_eq!(violations(&file("src/clock.rs", "mod tests { use super::*; }")), Vec::<String>::new());
}

#[test]
fn a_room_without_a_row_is_named() {
    assert_eq!(violations(&in_room("cellar", "fn f() {}")).len(), 1);
}

#[test]
fn each_ban_finds_its_planted_violation_where_it_holds_and_nowhere_else() {
    for ban in BANS {
        for row in ROWS {
            let own = violations(&in_room(row.room, ban.planted)).iter().any(|line| line.ends_with(ban.why));
            let shared = BANS.iter().any(|other| other.why == ban.why && holds(other, row.room) && same(other, ban));
            assert_eq!(own, shared, "{} in {}", ban.planted, row.room);
        }
    }
}

/// Whether the planted text of `ban` breaks `other` as well: the same name, or a longer one that it holds.
fn same(other: &Ban, ban: &Ban) -> bool {
    match (&other.what, &ban.what) {
        (What::Path(left), What::Path(right)) => {
            left == right || (ban.planted.contains(" as s;") && left.first() == Some(&"std"))
        }
        (What::Call(left), What::Call(right))
        | (What::Letters(left), What::Letters(right))
        | (What::Macro(left), What::Macro(right)) => left == right,
        (What::Tokens(left), What::Tokens(right)) => left == right,
        _ => false,
    }
}

fn holds(ban: &Ban, room: &str) -> bool {
    match ban.rooms {
        Rooms::In(rooms) => rooms.contains(&room),
        Rooms::NotIn(rooms) => !rooms.contains(&room),
        Rooms::NotInFile(_) | Rooms::Everywhere => true,
    }
}

#[test]
fn one_file_may_start_a_child_and_its_neighbours_may_not() {
    let starts = "fn f() { std::process::Command::new(name); }";
    assert_eq!(violations(&file("src/effects/children.rs", starts)), Vec::<String>::new());
    for shut in ["src/effects/links.rs", "src/effects/mod.rs", "src/cli/children.rs"] {
        assert_eq!(violations(&file(shut, starts)).len(), 1, "{shut}");
    }
}

#[test]
fn comments_strings_and_likenesses_break_nothing() {
    let innocent = r##"
        //! Never names tokio::spawn or crate::store. println! is for others.
        /* std::fs::read(); /* crate::api::Client */ use reqwest; */
        const HELP: &str = "use crate::store::Store; tokio::spawn(x); println!(\"y\"); Instant::now()";
        const RAW: &str = r#"danger_accept_invalid_certs(true) "crate::api" std::env::var"#;
        fn now(model: &Model) -> Now { let now = model.now; seconds(now, standard::fs, my::tokio, self.tokio) }
        fn quote() -> char { '"' }
        use std::{fmt, collections::HashMap as Map};
        use super::super::domain::Id;
    "##;
    assert_eq!(violations(&in_room("app", innocent)), Vec::<String>::new());
}

#[test]
fn tests_at_the_end_may_print_but_not_climb_walls() {
    let printing = "fn f() {}\n#[cfg(test)]\nmod tests { #[test] fn g() { println!(\"x\"); } }\n";
    assert_eq!(violations(&in_room("ui", printing)), Vec::<String>::new());
    let climbing = "fn f() {}\n#[cfg(test)]\nmod tests { use crate::store::Store; }\n";
    assert_eq!(violations(&in_room("ui", climbing)).len(), 1);
}

#[test]
fn a_long_file_is_found_and_its_tests_are_not_counted() {
    let code = "// a line\n".repeat(MOST_LINES);
    let tests = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "    // a line\n".repeat(MOST_LINES));
    assert_eq!(violations(&in_room("ui", &format!("{code}{tests}"))), Vec::<String>::new());
    assert_eq!(violations(&in_room("ui", &format!("{code}// one more\n{tests}"))).len(), 1);
    assert_eq!(violations(&in_room("ui", &format!("{code}{tests}fn after() {{}}\n"))).len(), 1);
    let apart = Source { test_only: true, ..in_room("ui", &code.repeat(2)) };
    assert_eq!(violations(&apart), Vec::<String>::new());
}

#[test]
fn files_of_tests_are_known_by_their_parents() {
    let names = |path: &str, text: &str| -> Vec<String> {
        test_children(&file(path, text))
            .into_iter()
            .map(|(path, module)| format!("{path} {}", module.join("::")))
            .collect()
    };
    let parent = "mod view;\n#[cfg(test)]\nmod tests;\n";
    assert_eq!(names("src/ui/mod.rs", parent), ["src/ui/tests ui::tests"]);
    assert_eq!(names("src/ui/row.rs", parent), ["src/ui/row/tests ui::row::tests"]);
    assert_eq!(names("src/lib.rs", parent), ["src/tests tests"]);
    let beside = "#[cfg(test)]\n#[path = \"row_tests.rs\"]\nmod tests;\n";
    assert_eq!(names("src/ui/row.rs", beside), ["src/ui/row_tests.rs ui::row::tests"]);
}

#[test]
fn a_path_attribute_is_for_tests_in_the_same_folder_alone() {
    let fine = "#[cfg(test)]\n#[path = \"row_tests.rs\"]\nmod tests;\n";
    assert_eq!(violations(&in_room("ui", fine)), Vec::<String>::new());
    for shut in ["#[path = \"row_tests.rs\"]\nmod tests;", "#[cfg(test)]\n#[path = \"../store/x.rs\"]\nmod tests;"] {
        assert_eq!(violations(&in_room("ui", shut)).len(), 1, "{shut}");
    }
    let inside = Source {
        renamed: Some(["ui", "row", "tests"].map(str::to_owned).to_vec()),
        ..file("src/ui/row_tests.rs", "use super::super::theme::Theme; use super::super::super::app::Model;")
    };
    assert_eq!(violations(&inside), Vec::<String>::new());
}
