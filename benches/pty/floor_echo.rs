//! The floor: a program that writes back each byte it reads in raw mode. Nothing that draws can be faster.

use rustix::stdio::{stdin, stdout};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use crate::Failure;

/// The argument that starts this mode.
pub(crate) const MODE: &str = "__echo";
/// What it shows once it listens.
pub(crate) const READY: &str = "ready";

/// Echoes until Ctrl-D or the end of its input.
pub(crate) fn run() -> Result<(), Failure> {
    let before = tcgetattr(stdin())?;
    let mut raw = before.clone();
    raw.make_raw();
    tcsetattr(stdin(), OptionalActions::Now, &raw)?;
    write(b"\x1b[2J\x1b[Hready\r\n")?;
    let mut bytes = [0; 256];
    loop {
        let count = rustix::io::read(stdin(), &mut bytes)?;
        let read = bytes.get(..count).unwrap_or_default();
        if matches!(read.first(), None | Some(4)) {
            break;
        }
        write(read)?;
    }
    tcsetattr(stdin(), OptionalActions::Now, &before)?;
    Ok(())
}

fn write(mut bytes: &[u8]) -> Result<(), Failure> {
    while !bytes.is_empty() {
        let count = rustix::io::write(stdout(), bytes)?;
        bytes = bytes.get(count..).unwrap_or_default();
    }
    Ok(())
}
