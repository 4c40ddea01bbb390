//! Text that leaves for the clipboard, in the bytes that a terminal gets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::desk::{Desk, quit};
use crate::pty::Pty;

#[test]
fn a_copy_is_one_sequence_for_the_clipboard_and_the_screen_says_which_way_it_went() {
    let desk = Desk::new();
    let id = desk.waiting("June Park", 900.0);
    let encoded = STANDARD.encode(&id);
    for (tmux, times, said) in [(false, 1, "copied by the terminal (OSC 52)"), (true, 2, "copied through tmux")] {
        let mut command = desk.command();
        command.args(["--me", &desk.member(0)]);
        command.env_remove("TMUX");
        if tmux {
            command.env("TMUX", "/tmp/tmux,1,0");
        }
        let pty = Pty::start(command, (120, 40));
        pty.wait_for_text("June Park");
        pty.send("y");
        pty.wait_for_text("copies the id");
        pty.send("i");
        pty.wait_for_text(said);
        pty.wait_for_bytes(format!("]52;c;{encoded}\x07").as_bytes(), times);
        quit(&pty);
    }
}
