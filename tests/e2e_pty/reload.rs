//! The configuration read again by a key, in the program itself.

use std::collections::HashSet;

use crate::desk::Desk;
use crate::pty::Pty;

/// The backgrounds that are on the screen.
fn backgrounds(screen: &vt100::Screen) -> HashSet<String> {
    let (rows, columns) = screen.size();
    let cells = (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)));
    cells.filter_map(|(row, column)| screen.cell(row, column)).map(|cell| format!("{:?}", cell.bgcolor())).collect()
}

#[test]
fn new_keys_and_a_new_look_hold_at_once_and_a_bad_file_keeps_the_old_ones() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("takeover");
    std::fs::create_dir(&folder).unwrap();
    let put = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    let desk = Desk::new();
    desk.waiting("June Park", 12_600.0);
    let mut command = desk.command();
    command.env("XDG_CONFIG_HOME", home.path());
    command.args(["--me", &desk.member(0)]);
    let pty = Pty::start(command, (120, 40));
    pty.wait_for_text("June Park");
    let before = backgrounds(&pty.screen());
    put("keymap.toml", "[panes]\n\"<f5>\" = \"reload\"\n\"Z\" = \"help\"\n\"gc\" = \"none\"\n");
    put("theme.toml", "selection = \"black on #ffd700\"\n");
    pty.send("gc");
    pty.wait_for_text("the configuration was read again");
    pty.wait_for("another look", |screen| backgrounds(screen) != before);
    let look = backgrounds(&pty.screen());
    pty.send("Z");
    pty.wait_for_text("keys that work here");
    pty.send("\x1b");
    pty.wait_for("the help gone", |screen| !screen.contents().contains("Esc closes"));
    // F5, with a line that is wrong in each file.
    put("keymap.toml", "[panes]\n\"<f5>\" = \"reload\"\n\"Z\" = \"hlep\"\n");
    put("theme.toml", "selection = \"blakc\"\n");
    pty.send("\x1b[15~");
    pty.wait_for_text("read again but for 2 problems, see takeover config check");
    pty.send("Z");
    pty.wait_for_text("keys that work here");
    pty.send("\x1b");
    pty.wait_for("the help gone", |screen| !screen.contents().contains("Esc closes"));
    assert_eq!(backgrounds(&pty.screen()), look);
    pty.send("q");
    assert!(pty.wait_end().success());
}
