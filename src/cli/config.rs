//! `takeover config`: whether the configuration fits, what holds and where it came from, where the files are. Never tells
//! a key.

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::config::{self, Config, Given, Origin, Place, Problem, SETTINGS, Shown, shown};
use crate::text::{fit, width};

use super::environment::Environment;
use super::{DONE, USAGE, printer};

/// The command's arguments.
#[derive(Args, Clone, Debug)]
pub(super) struct ConfigArgs {
    #[command(subcommand)]
    command: ConfigCommand,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum ConfigCommand {
    /// Every problem with file, line, column and what to do; ends with 2 if there is one.
    Check(Format),
    /// Every value with where it came from.
    Show(Format),
    /// Where the files are, and whether they are there.
    Path(Format),
    /// The defaults as an annotated file, to start one from.
    Defaults {
        /// Which file.
        #[arg(value_enum, default_value_t = Which::Config)]
        file: Which,
    },
}

/// How it is told.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Format {
    /// As JSON.
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Which {
    /// config.toml
    Config,
    /// keymap.toml
    Keymap,
    /// theme.toml
    Theme,
}

/// Runs the command.
pub(super) fn run(args: &ConfigArgs, given: &Given, environment: &Environment) -> ExitCode {
    let config = || config::load(given, &config::read);
    match args.command {
        ConfigCommand::Check(format) => check(&config(), format),
        ConfigCommand::Show(format) => show(&config(), environment.key.is_some(), format),
        ConfigCommand::Path(format) => path(&config(), given, format),
        ConfigCommand::Defaults { file } => {
            printer::say(&match file {
                Which::Config => config::annotated_config(),
                Which::Keymap => config::annotated_keymap(),
                Which::Theme => config::annotated_theme(),
            });
            ExitCode::from(DONE)
        }
    }
}

fn check(config: &Config, format: Format) -> ExitCode {
    if format.json {
        printer::say_json(&json!({ "problems": problems(config) }));
    } else if config.problems.is_empty() {
        printer::say("no problems");
    } else {
        let lines: Vec<String> = config.problems.iter().map(ToString::to_string).collect();
        printer::say(&lines.join("\n"));
    }
    ExitCode::from(if config.problems.is_empty() { DONE } else { USAGE })
}

fn problems(config: &Config) -> Vec<Value> {
    let problem = |problem: &Problem| {
        let place = match &problem.place {
            Place::File { path, line, column } => {
                json!({ "file": path.to_string_lossy(), "line": line, "column": column })
            }
            Place::Whole(path) => json!({ "file": path.to_string_lossy() }),
            Place::Variable(name) => json!({ "variable": name }),
            Place::Flag(name) => json!({ "flag": name }),
        };
        json!({
            "place": place,
            "what": problem.what,
            "advice": problem.advice,
            "setting": problem.setting,
            "stops": problem.stops,
        })
    };
    config.problems.iter().map(problem).collect()
}

fn show(config: &Config, key: bool, format: Format) -> ExitCode {
    let rows =
        SETTINGS.iter().map(|setting| (setting.name, setting.field.get(&config.values), config.origin(setting.name)));
    let key_origin = if key { "TAKEOVER_API_KEY" } else { "not set" };
    if format.json {
        let settings: Vec<Value> = rows
            .map(|(name, value, origin)| {
                let value = match value {
                    Shown::Toggle(toggle) => json!(toggle),
                    Shown::Text(text) => json!(text),
                    Shown::List(texts) => json!(texts),
                    Shown::Nothing => Value::Null,
                };
                json!({ "name": name, "value": value, "origin": from(origin) })
            })
            .collect();
        printer::say_json(&json!({ "settings": settings, "key": { "set": key }, "problems": problems(config) }));
        return ExitCode::from(DONE);
    }
    let mut table: Vec<[String; 3]> =
        rows.map(|(name, value, origin)| [name.to_owned(), words(value), origin.to_string()]).collect();
    table.push(["key".to_owned(), if key { "(not shown)" } else { "-" }.to_owned(), key_origin.to_owned()]);
    let mut text = columns(&table);
    if let Some(said) = config.said() {
        text = format!("{text}\n\n{said}");
    }
    printer::say(&text);
    ExitCode::from(DONE)
}

fn words(value: Shown) -> String {
    match value {
        Shown::Toggle(toggle) => toggle.to_string(),
        Shown::Text(text) => text,
        Shown::List(texts) if texts.is_empty() => "-".to_owned(),
        Shown::List(texts) => texts.join(", "),
        Shown::Nothing => "-".to_owned(),
    }
}

fn from(origin: &Origin) -> Value {
    match origin {
        Origin::Default => json!({ "kind": "default" }),
        Origin::File(path, line) => json!({ "kind": "file", "file": path.to_string_lossy(), "line": line }),
        Origin::Profile(name, path, line) => {
            json!({ "kind": "profile", "profile": name, "file": path.to_string_lossy(), "line": line })
        }
        Origin::Variable(name) => json!({ "kind": "variable", "variable": name }),
        Origin::Flag(name) => json!({ "kind": "flag", "flag": name }),
    }
}

fn path(config: &Config, given: &Given, format: Format) -> ExitCode {
    if format.json {
        let files: Vec<Value> = config
            .files
            .iter()
            .map(|file| json!({ "what": file.what, "file": file.path.to_string_lossy(), "there": file.there, "used": file.used }))
            .collect();
        let folder = given.folder.as_deref().map(|folder| folder.to_string_lossy());
        printer::say_json(&json!({ "folder": folder, "files": files }));
        return ExitCode::from(DONE);
    }
    if config.files.is_empty() {
        printer::say("no folder: neither XDG_CONFIG_HOME nor HOME is set, and --config names no file");
        return ExitCode::from(DONE);
    }
    let state = |there, used| match (there, used) {
        (false, _) => "not there",
        (true, true) => "used",
        (true, false) => "there, not used",
    };
    let rows = config.files.iter();
    let rows: Vec<_> =
        rows.map(|file| [file.what.to_owned(), state(file.there, file.used).to_owned(), shown(&file.path)]).collect();
    printer::say(&columns(&rows));
    ExitCode::from(DONE)
}

/// Rows with their columns in line, each value on one line.
pub(super) fn columns(rows: &[[String; 3]]) -> String {
    let plain: Vec<[String; 3]> = rows.iter().map(|row| row.clone().map(|cell| printer::line(&cell))).collect();
    let widest = |column: usize| {
        plain.iter().filter_map(|row| row.get(column)).map(|cell| width(cell).min(40)).max().unwrap_or(0)
    };
    let (first, second) = (widest(0), widest(1));
    let lines: Vec<String> = plain
        .iter()
        .map(|[one, two, three]| {
            // What is longer than its column pushes the rest away: nothing is cut.
            let pad = |cell: &str, cells: usize| {
                if width(cell) > cells { cell.to_owned() } else { fit(cell, cells) }
            };
            format!("{}  {}  {three}", pad(one, first), pad(two, second)).trim_end().to_owned()
        })
        .collect();
    lines.join("\n")
}
