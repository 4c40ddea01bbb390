//! Holds a terminal, as a shell would: the leader of the session, so that the terminal outlives the program in it and
//! can be looked at afterwards. Tells the bench over a socket when the program starts and how it ended.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use crate::Failure;

/// The argument that starts this mode: then the socket, the program and its arguments.
pub(crate) const MODE: &str = "__hold";

/// Runs the program, reports it, and stays until the bench hangs up.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    let [socket, program, rest @ ..] = arguments else { return Err("hold: wants a socket and a program".into()) };
    let mut bench = UnixStream::connect(socket)?;
    bench.write_all(b"starting\n")?;
    let mut child = Command::new(program).args(rest).spawn()?;
    writeln!(bench, "started {}", child.id())?;
    let status = child.wait()?;
    match status.signal() {
        Some(signal) => writeln!(bench, "ended signal {signal}")?,
        None => writeln!(bench, "ended {}", status.code().unwrap_or_default())?,
    }
    bench.read_to_end(&mut Vec::new())?;
    Ok(())
}
