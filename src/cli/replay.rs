//! `takeover replay`: a recorded session once more, without a terminal and without a network.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;

use crate::runtime::replay;
use crate::terminal::install_panic_hook;
use crate::text::to_json;

use super::{DONE, FAILED, failed, printer};

/// Replay's arguments.
#[derive(Args, Clone, Debug)]
pub(super) struct ReplayArgs {
    /// A file that `--record` wrote.
    file: PathBuf,
    /// Stop after this many events [default: all].
    #[arg(long, value_name = "N")]
    at: Option<usize>,
    /// The events' names as JSON, in place of the screen.
    #[arg(long)]
    json: bool,
}

/// Plays a record back and prints the screen that it ends with, or its events.
pub(super) fn run(args: &ReplayArgs) -> ExitCode {
    let shown = args.file.display();
    let file = match File::open(&args.file) {
        Ok(file) => file,
        Err(error) => return failed(&format!("the record {shown} cannot be read: {error}")),
    };
    // A fault in the core is told by its place alone: what it says may quote a visitor.
    install_panic_hook(|| {});
    let replayed = match replay(BufReader::new(file), args.at) {
        Ok(replayed) => replayed,
        Err(error) => return failed(&format!("{shown}, {error}")),
    };
    if args.json {
        let events: Vec<_> =
            replayed.events.iter().map(|(step, name)| json!({ "step": step, "event": name })).collect();
        match to_json(&json!({ "events": events })) {
            Ok(line) => printer::say(&line),
            Err(error) => return failed(&error.to_string()),
        }
    } else {
        printer::say(&replayed.screen.join("\n"));
    }
    match replayed.cut_off {
        None => ExitCode::from(DONE),
        Some(line) => {
            let words = "the record ends in the middle of this line; what stands before it was played";
            printer::complain(&format!("takeover: {shown}, line {line}: {words}"));
            ExitCode::from(FAILED)
        }
    }
}
