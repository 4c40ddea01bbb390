//! The process's edge: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Whatever this process ever writes is for its user alone (security, S28).
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    takeover::cli::run(std::env::args_os())
}
