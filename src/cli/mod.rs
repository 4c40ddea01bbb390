//! The commands, one file each. Reads arguments and the environment, wires the rooms, and turns ends into exit codes.

mod config;
mod configuration;
mod demo;
mod environment;
mod inbox;
mod keys;
mod printer;
mod record;
mod replay;
pub mod sandbox;

use std::ffi::OsString;
use std::future::Future;
use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::runtime::{End, RunError};
use environment::Environment;

/// Everything was done.
const DONE: u8 = 0;
/// Something failed; the message says what.
const FAILED: u8 = 1;
/// The arguments, the environment or the configuration do not fit.
const USAGE: u8 = 2;
/// There is no key.
const NO_KEY: u8 = 3;
/// A fault of our own: what a panic in the main thread ends with by itself.
const FAULT: u8 = 101;

/// A terminal inbox for people who answer a chatbot's visitors.
#[derive(Debug, Parser)]
#[command(name = "takeover", version, about, disable_help_subcommand = true)]
struct Arguments {
    #[command(flatten)]
    configuration: configuration::ConfigurationArgs,
    #[command(flatten)]
    inbox: inbox::InboxArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// A busy inbox on this machine: nothing to configure, nothing left behind.
    Demo(demo::DemoArgs),
    /// The configuration: whether it fits, what holds and where it came from, where the files are.
    Config(config::ConfigArgs),
    /// The keys as they stand.
    Keys(keys::KeysArgs),
    /// Play a recorded session back and print the screen it ends with.
    Replay(replay::ReplayArgs),
    /// The platform's API on this machine, for tests and for trying things out.
    Sandbox(sandbox::SandboxArgs),
}

/// Runs the command that the arguments name.
#[must_use]
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let wanted = !error.use_stderr();
            let words = error.render().to_string();
            if wanted {
                printer::say(&words);
                return ExitCode::from(DONE);
            }
            printer::complain(&words);
            return ExitCode::from(USAGE);
        }
    };
    let environment = Environment::read();
    let given = arguments.configuration.given(&arguments.inbox, &environment);
    match arguments.command {
        None => inbox::run(&given, &arguments.inbox.record, &environment),
        Some(Command::Demo(args)) => demo::run(&args, &given, &environment),
        Some(Command::Config(args)) => config::run(&args, &given, &environment),
        Some(Command::Keys(args)) => keys::run(&args, &given),
        Some(Command::Replay(args)) => replay::run(&args),
        Some(Command::Sandbox(args)) => run_sandbox(&args),
    }
}

fn run_sandbox(args: &sandbox::SandboxArgs) -> ExitCode {
    match in_background(sandbox::run(args, io::stdout().lock())) {
        Ok(Ok(())) => ExitCode::from(DONE),
        Ok(Err(error)) => failed(&error.to_string()),
        Err(error) => failed(&error.to_string()),
    }
}

/// Runs on a runtime of its own: two threads for what happens beside the loop.
fn in_background<F: Future>(future: F) -> io::Result<F::Output> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let output = runtime.block_on(future);
    runtime.shutdown_background();
    Ok(output)
}

fn failed(words: &str) -> ExitCode {
    printer::complain(&format!("takeover: {words}"));
    ExitCode::from(FAILED)
}

fn usage(words: &str) -> ExitCode {
    printer::complain(&format!("takeover: {words}"));
    ExitCode::from(USAGE)
}

/// What the end of the loop is to the shell.
fn ended(end: Result<End, RunError>) -> ExitCode {
    match end {
        Ok(End::Quit) => ExitCode::from(DONE),
        Ok(End::Signal(number)) => ExitCode::from(u8::try_from(128 + number).unwrap_or(FAILED)),
        // 128 + SIGHUP: the terminal went away.
        Ok(End::TerminalGone) => ExitCode::from(129),
        Ok(End::Panic) => ExitCode::from(FAULT),
        Err(RunError::NotTerminal(error)) => {
            printer::complain(&error.to_string());
            ExitCode::from(USAGE)
        }
        Err(error @ RunError::Io(_)) => failed(&error.to_string()),
    }
}
