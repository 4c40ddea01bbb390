//! Every kind of mistake, with its place, what is wrong and what to do; and which of them keep the program from starting.

use std::path::{Path, PathBuf};

use takeover::config::{self, Found, Given, LIMIT};

use crate::{FOLDER, Files, given, load, told};

#[test]
fn every_mistake_in_the_settings_has_a_line_a_column_and_a_way_out() {
    for (text, wanted) in [
        ("hodl = 2", "config.toml:1:1: no setting is called “hodl”; did you mean hold?"),
        ("\n  xyzzy = 2", "config.toml:2:3: no setting is called “xyzzy”; takeover config show lists the settings"),
        ("[holds]\na = 1", "config.toml:1:2: no setting is called “holds”; did you mean hold?"),
        ("ascii = \"yes\"", "config.toml:1:9: ascii takes true or false, not text;"),
        ("ascii = 1979-05-27", "config.toml:1:9: ascii takes true or false, not a date;"),
        ("hold = 2.5", "config.toml:1:8: hold takes a time from 0s to 1m, such as \"2s\" or \"10m\", not a fraction;"),
        (
            "hold = 61",
            "config.toml:1:8: hold takes a time from 0s to 1m, such as \"2s\" or \"10m\", not 61s; the nearest is \"1m\"",
        ),
        ("hold = -1", "config.toml:1:8: hold takes a time"),
        ("hold = 99999999999999999999", "config.toml:1:8: hold takes a time"),
        (
            "hold = \"2 weeks\"",
            "config.toml:1:8: hold takes a time from 0s to 1m, such as \"2s\" or \"10m\", not “2 weeks”; write a number with ms, s, m or h",
        ),
        (
            "advance = \"nxt\"",
            "config.toml:1:11: advance takes next, previous, stay or list, not “nxt”; did you mean next?",
        ),
        ("me = \"a b\"", "config.toml:1:6: me takes a user id of the team's members;"),
        (
            "langmap = [\"russian\", \"klingon\"]",
            "config.toml:1:23: langmap does not know “klingon”: it takes russian, greek, arabic or hebrew, or two characters",
        ),
        (
            "langmap = [\"russian\", 1]",
            "config.toml:1:23: langmap takes texts, not a number; write each in quotation marks",
        ),
        (
            "hold = 1\nascii = true\nhold = 2",
            "config.toml:3:1: “hold” stands here a second time, first on line 1; the first one counts: take one of them out",
        ),
        ("hold 1", "config.toml:1:"),
        ("hold = 1\n[profile.a\nhold = 2", "config.toml:2:"),
        (
            "profile = \"work\"",
            "config.toml:1:1: profile holds the tables [profile.NAME], not text; the one to use is default_profile = \"NAME\"",
        ),
        ("profile.a = 1", "config.toml:1:9: profile “a” is a table, not a number; write [profile.NAME]"),
        (
            "[profile.a]\ndefault_profile = \"a\"",
            "config.toml:2:1: default_profile stands above all tables, not in a profile; move it to the top of the file",
        ),
        ("[profile.a]\nhold = \"x\"", "config.toml:2:8: hold takes a time"),
        ("keymap = \"mine.toml\"", "config.toml:1:1: there is no file “mine.toml”; the default keys hold"),
        ("keymap = \"\"", "config.toml:1:10: keymap takes the name of a file;"),
    ] {
        let config = load(&[("config.toml", text)]);
        let told = told(&config);
        assert_eq!(told.len(), 1, "{text:?}: {told:?}");
        assert!(told[0].starts_with(wanted), "{text:?}:\n{}\n{wanted}", told[0]);
        assert!(config.stops().is_none(), "{text:?}");
    }
}

#[test]
fn every_mistake_in_the_keys_names_the_lines_that_clash() {
    for (text, wanted) in [
        ("[lists]\nx = \"next\"", "keymap.toml:1:2: no table of keys is called “lists”; did you mean list?"),
        ("list = 1", "keymap.toml:1:1: list is a table of keys, not a number; write [list], then a key a line"),
        ("[list]\n\"<c-\" = \"next\"", "keymap.toml:2:1: “<c-” is no key, and no two keys;"),
        ("[list]\nxyz = \"next\"", "keymap.toml:2:1: “xyz” is no key, and no two keys;"),
        ("[list]\nx = \"nxt\"", "keymap.toml:2:5: nothing is called “nxt”; did you mean next?"),
        ("[list]\nx = true", "keymap.toml:2:5: a key takes the name of what it does, not true or false;"),
        (
            "[list]\n\"<c-n>\" = \"next\"\n[panes]\n\"<c-n>\" = \"previous\"",
            "keymap.toml:4:1: ^N in the list would have two meanings: previous, and next on line 2; take one of the lines out",
        ),
        (
            "[list]\n\"<tab>\" = \"next\"\n\"<c-i>\" = \"previous\"",
            "keymap.toml:3:1: Tab in the list would have two meanings: previous, and next on line 2;",
        ),
        (
            "[list]\n\"<c-n>\" = \"next\"\n\"<c-n>x\" = \"last\"",
            "keymap.toml:3:1: ^N x in the list would be hidden behind ^N: last here, next by line 2; take one of the lines out",
        ),
        (
            "[list]\njx = \"next\"",
            "keymap.toml:2:1: jx in the list would be hidden behind j: next here, next by a default; unbind it first: \"j\" = \"none\"",
        ),
        (
            "[list]\nq = \"none\"",
            "keymap.toml:2:1: q is the key of quit in the list, which must keep one; give quit another key first",
        ),
        ("[composer]\na = \"send\"", "keymap.toml:2:1: a is text in the composer;"),
        (
            "[composer]\n\"<c-g>\" = \"reply\"",
            "keymap.toml:2:1: reply does not work in the composer; it works in: list, thread or sidebar",
        ),
        ("[list]\n\"<c-c>\" = \"next\"", "keymap.toml:2:1: ^C can't be given away:"),
    ] {
        let told = told(&load(&[("keymap.toml", text)]));
        assert_eq!(told.len(), 1, "{text:?}: {told:?}");
        assert!(told[0].starts_with(wanted), "{text:?}:\n{}\n{wanted}", told[0]);
    }
}

#[test]
fn two_files_with_a_mistake_each_are_both_named() {
    let told = told(&load(&[("config.toml", "a1 = 1"), ("keymap.toml", "b1 = 1"), ("theme.toml", "c1 = 1")]));
    let files: Vec<_> = told.iter().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(files, ["config.toml", "keymap.toml", "theme.toml"], "{told:?}");
}

#[test]
fn one_bad_line_takes_nothing_with_it() {
    let config = load(&[(
        "config.toml",
        "\u{FEFF}\"$schema\" = \"x\"\r\nhold = 9\r\nadvance = next\r\nhodl = 1\r\nenter_sends = true\r\n",
    )]);
    assert_eq!(config.values.settings.hold.as_secs(), 9);
    assert!(config.values.settings.enter_sends);
    assert_eq!(config.problems.len(), 2, "{:?}", told(&config));
    let said = config.said().unwrap();
    assert_eq!(said, "2 problems in the configuration, the first at config.toml:3:11; takeover config check tells");
}

#[test]
fn a_key_in_a_file_is_refused_and_never_repeated() {
    for line in [
        "api_key = \"aw_live_0123\"",
        "API-KEY = \"aw_live_0123\"",
        "token = \"aw_live_0123\"",
        "aw_live_0123 = 1",
        "me = \"aw_live_0123 \"",
        "hold = \"awo_live_0123\"",
        "theme = \"aw_live_0123\"",
    ] {
        for text in [line.to_owned(), format!("[profile.a]\n{line}")] {
            let config = load(&[("config.toml", &text)]);
            let told = told(&config).join("\n");
            assert!(!told.is_empty() && !told.contains("live_0123"), "{told}");
        }
    }
    assert!(told(&load(&[("config.toml", "api_key = \"x\"")]))[0].contains("TAKEOVER_API_KEY"));
}

/// Whether the program starts, and where requests would go.
fn starts(files: &Files, given: &Given) -> (bool, String) {
    let config = files.load(given);
    (config.stops().is_none(), config.values.base_url)
}

#[test]
fn where_the_key_goes_and_whose_settings_these_are_is_never_guessed() {
    let flag = Given { flags: vec![("base_url", "https://flag.example/v1".to_owned())], ..given() };
    for text in [
        "base_url = \"http://evil.example\"",
        "base_url = 1",
        "base_url = \"https://x.example/v1",
        "base_url",
        "base_url = \"https://user@x.example/\"",
    ] {
        let files = Files::of(&[("config.toml", text)]);
        assert!(!starts(&files, &given()).0, "{text:?}");
        assert_eq!(starts(&files, &flag), (true, "https://flag.example/v1".to_owned()), "{text:?}");
    }
    for text in [
        "default_profile = \"work\"",
        "default_profile = \"wrok\"\n[profile.work]\n",
        "default_profile = work\n[profile.work]\n",
    ] {
        assert!(!starts(&Files::of(&[("config.toml", text)]), &given()).0, "{text:?}");
    }
    // The lines of a profile whose head can't be read are nobody's.
    let files = Files::of(&[("config.toml", "hold = 1\n[profile.work\nbase_url = \"https://work.example/v1\"\n")]);
    assert!(!starts(&files, &given()).0);
    // A commented line names nothing.
    assert!(starts(&Files::of(&[("config.toml", "#base_url = 1\noops\n")]), &given()).0);
    for bad in [("base_url", "ftp://x"), ("theme", "pink"), ("default_profile", "none"), ("me", "a b")] {
        assert!(!starts(&Files::default(), &Given { flags: vec![(bad.0, bad.1.to_owned())], ..given() }).0, "{bad:?}");
    }
    assert!(!starts(&Files::default(), &Given { variables: vec![("base_url", "\u{FFFD}".to_owned())], ..given() }).0);
    assert!(starts(&Files::default(), &Given { variables: vec![("theme", "pink".to_owned())], ..given() }).0);
}

#[test]
fn a_file_that_others_can_write_does_not_say_where_the_key_goes_s27() {
    let path = Path::new(FOLDER).join("config.toml");
    let mut files = Files::default();
    let bytes = b"hold = 5\nbase_url = \"https://x.example/v1\"\n".to_vec();
    files.held.insert(path, Found::Text { bytes, shared: Some("others can write the file".to_owned()) });
    let config = files.load(&given());
    assert_eq!(config.values.settings.hold.as_secs(), 5);
    assert_eq!(config.values.base_url, config::Values::default().base_url);
    assert!(config.stops().is_some());
    assert_eq!(
        told(&config),
        ["config.toml:2:1: base_url is taken only from a file that nobody else can write; others can write the file"]
    );
}

#[test]
fn a_file_that_cannot_be_read_is_said_and_where_the_key_goes_is_not_guessed() {
    let mut files = Files::default();
    for name in ["config.toml", "keymap.toml", "theme.toml"] {
        files.held.insert(Path::new(FOLDER).join(name), Found::Unreadable("it is larger than 1 MiB".to_owned()));
    }
    let config = files.load(&given());
    let told = told(&config);
    for name in ["config.toml", "keymap.toml", "theme.toml"] {
        assert!(
            told.iter().any(|line| line.starts_with(&format!("{name}: it can't be read: “it is larger than 1 MiB”"))),
            "{told:?}"
        );
    }
    assert!(config.stops().is_some());
    files.held.remove(&Path::new(FOLDER).join("config.toml"));
    assert!(files.load(&given()).stops().is_none(), "bad keys and looks keep nobody out");
}

#[test]
fn files_on_a_disk_are_read_up_to_their_limit_and_never_from_the_working_directory() {
    let home = tempfile::tempdir().unwrap();
    let folder = config::folder(None, Some(home.path())).unwrap();
    std::fs::create_dir_all(&folder).unwrap();
    let given = Given { folder: Some(folder.clone()), ..Given::default() };
    std::fs::write(folder.join("config.toml"), "hold = 7").unwrap();
    assert_eq!(config::load(&given, &config::read).values.settings.hold.as_secs(), 7);
    std::fs::write(folder.join("config.toml"), vec![b'#'; LIMIT + 1]).unwrap();
    let told = config::load(&given, &config::read).problems[0].to_string();
    assert!(told.contains("larger than 1 MiB"), "{told}");
    let asked = std::cell::RefCell::new(Vec::<PathBuf>::new());
    let _ = config::load(&Given::default(), &|path| {
        asked.borrow_mut().push(path.to_path_buf());
        Found::Missing
    });
    assert!(asked.borrow().is_empty(), "without a folder nothing is read: {asked:?}");
}
