//! `takeover keys`: the keys as they stand, with what a person changed.

use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use crate::app::keymap::Context;
use crate::config::{self, Given};

use super::config::{Format, columns};
use super::{DONE, printer};

/// The command's arguments.
#[derive(Args, Clone, Debug)]
pub(super) struct KeysArgs {
    #[command(flatten)]
    format: Format,
}

/// Runs the command.
pub(super) fn run(args: &KeysArgs, given: &Given) -> ExitCode {
    let config = config::load(given, &config::read);
    let settings = &config.values.settings;
    let keymap = if settings.enter_sends { settings.keymap.sending_by_enter() } else { (*settings.keymap).clone() };
    if args.format.json {
        let rows = keymap.rows().iter().map(|bound| {
            json!({
                "context": bound.context.name(),
                "keys": bound.keys.spelled(),
                "action": bound.action.name(),
                "does": bound.action.help(),
            })
        });
        printer::say_json(&json!({ "keys": rows.collect::<Vec<Value>>() }));
    } else {
        let tables = Context::ALL.map(|context| {
            let rows = keymap.help_of(context).into_iter();
            let rows: Vec<_> = rows.map(|(keys, action)| [keys, action.name(), action.help().to_owned()]).collect();
            format!("{}\n\n{}", context.name(), columns(&rows))
        });
        printer::say(&tables.join("\n\n"));
    }
    if let Some(words) = config.said() {
        printer::complain(&format!("takeover: {words}"));
    }
    ExitCode::from(DONE)
}
