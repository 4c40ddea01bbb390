//! Measures terminal programs from the outside, each in a real pty: how long from a key to its paint, how many bytes,
//! how much of the processor and the memory, what it costs at rest, and whether the terminal is given back.
//!
//! Programs of one run take turns key by key with a raw-mode echo, the floor, so that ratios hold on a busy machine.
//! Times are from just before the key is written. *Change* is the first visible change (the cursor's row moved),
//! *paint* the last one before 15 ms of silence. The reader is the same for all of them, so some 0.1 ms of every
//! figure is its own and the pty's.
//!
//! ```sh
//! cargo bench --bench pty                                  # floor, plain ratatui, takeover with 10,000 conversations
//! cargo bench --bench pty -- --only echo,list --keys 200
//! cargo bench --bench pty -- --only echo,cmd --cmd 'less /etc/services' --ready '#' --page ' '
//! ```
//!
//! The binary starts itself again as the floor, as the plain list, and as the holder of each terminal.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench reports on the standard streams")]

mod floor_echo;
mod floor_list;
mod hold;
mod measure;
mod platform;
mod process;
mod program;
mod report;
mod screen;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use measure::{Figures, Plan, Scenario, Step};

/// Whatever went wrong, in words.
type Failure = Box<dyn Error + Send + Sync>;

/// What to measure, and how long.
#[derive(Debug, Parser)]
#[command(about = "Measures terminal programs from the outside, in a real pty")]
struct Options {
    /// Times that every program is started and measured.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Keys in a round; a quarter as many pages.
    #[arg(long, default_value_t = 80)]
    keys: usize,
    /// Seconds at rest in a round.
    #[arg(long, default_value_t = 10.0)]
    idle: f64,
    /// Columns and rows.
    #[arg(long, default_value = "120x40", value_parser = size)]
    size: (u16, u16),
    /// Programs, with commas: echo, list, takeover, cmd.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Conversations that the sandbox makes up, and rows of the plain list.
    #[arg(long, default_value_t = 10_000)]
    conversations: usize,
    /// Messages in each of them.
    #[arg(long, default_value_t = 20)]
    messages: usize,
    /// Keys that bring takeover to the list that is measured; then its end is asked for until nothing more comes.
    #[arg(long, default_value = "ga")]
    view: String,
    /// Any other program, as a shell would start it.
    #[arg(long)]
    cmd: Option<String>,
    /// Text that says that --cmd is ready.
    #[arg(long, default_value = "")]
    ready: String,
    /// The key measured in --cmd.
    #[arg(long, default_value = "j")]
    key: String,
    /// The page key measured in --cmd.
    #[arg(long)]
    page: Option<String>,
    /// The keys that end --cmd.
    #[arg(long, default_value = "q")]
    quit: String,
    /// Fails unless takeover (or --cmd) got ready, answered every key, and gave the terminal back.
    #[arg(long)]
    check: bool,
    /// Prints every program's last screen.
    #[arg(long)]
    show: bool,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

fn size(text: &str) -> Result<(u16, u16), String> {
    let (columns, rows) = text.split_once('x').ok_or("wanted: columns x rows, as 120x40")?;
    let number = |text: &str| text.parse().map_err(|error| format!("{text}: {error}"));
    Ok((number(columns)?, number(rows)?))
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (mode, rest) = arguments.split_first().map_or(("", &[][..]), |(mode, rest)| (mode.as_str(), rest));
    let ended = match mode {
        hold::MODE => hold::run(rest),
        floor_echo::MODE => floor_echo::run(),
        floor_list::MODE => floor_list::run(rest),
        _ => run(&Options::parse()),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pty bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    let wanted = |name: &str| match options.only.as_slice() {
        [] => name != "cmd" || options.cmd.is_some(),
        only => only.iter().any(|own| own == name),
    };
    let folder = tempfile::tempdir()?;
    let platform = if wanted("takeover") {
        Some(platform::Platform::start(options.conversations, options.messages)?)
    } else {
        None
    };
    let myself = std::env::current_exe()?;

    let mut scenarios = Vec::new();
    if wanted("echo") {
        scenarios.push(echo(&myself));
    }
    if wanted("list") {
        let rows = platform.as_ref().map_or_else(|| Ok(platform::made_up()), platform::Platform::rows)?;
        let file = folder.path().join("rows.json");
        std::fs::write(&file, serde_json::to_vec(&rows)?)?;
        scenarios.push(list(&myself, &file, options.conversations));
    }
    if let Some(platform) = &platform {
        scenarios.push(takeover(platform, folder.path(), &options.view));
    }
    if wanted("cmd") {
        let command = options.cmd.as_deref().ok_or("--only cmd wants --cmd")?;
        scenarios.push(command_line(command, options));
    }
    if scenarios.is_empty() {
        return Err("nothing to measure: --only takes echo, list, takeover, cmd".into());
    }

    let plan = Plan {
        rounds: options.rounds.max(1),
        keys: options.keys.max(1),
        idle: Duration::try_from_secs_f64(options.idle)?,
        columns: options.size.0,
        rows: options.size.1,
        show: options.show,
    };
    let figures = measure::run(&scenarios, &plan)?;
    report::print(&scenarios, &figures, &plan);
    if options.check { check(&scenarios, &figures) } else { Ok(()) }
}

fn words(program: &Path, rest: &[&str]) -> Vec<String> {
    std::iter::once(program.to_string_lossy().into_owned()).chain(rest.iter().map(|&word| word.to_owned())).collect()
}

fn echo(myself: &Path) -> Scenario {
    Scenario {
        name: "echo (floor)",
        command: words(myself, &[floor_echo::MODE]),
        environment: Vec::new(),
        ready: floor_echo::READY.to_owned(),
        prepare: Vec::new(),
        key: "j".to_owned(),
        page: None,
        quit: "\u{4}".to_owned(),
        ours: false,
    }
}

fn list(myself: &Path, file: &Path, rows: usize) -> Scenario {
    Scenario {
        name: "plain ratatui",
        command: words(myself, &[floor_list::MODE, &file.to_string_lossy(), &rows.to_string()]),
        environment: Vec::new(),
        ready: floor_list::READY.to_owned(),
        prepare: Vec::new(),
        key: "j".to_owned(),
        page: Some("\u{1b}[6~".to_owned()),
        quit: "q".to_owned(),
        ours: false,
    }
}

fn takeover(platform: &platform::Platform, home: &Path, view: &str) -> Scenario {
    let inside = |name: &str| home.join(name).to_string_lossy().into_owned();
    let environment = [
        ("TAKEOVER_API_KEY", platform.api_key.clone()),
        ("HOME", inside("home")),
        ("XDG_CONFIG_HOME", inside("home/config")),
        ("XDG_DATA_HOME", inside("home/data")),
        ("XDG_STATE_HOME", inside("home/state")),
        ("XDG_CACHE_HOME", inside("home/cache")),
        ("XDG_RUNTIME_DIR", inside("home/run")),
    ];
    Scenario {
        name: "takeover",
        command: words(&PathBuf::from(env!("CARGO_BIN_EXE_takeover")), &["--base-url", &platform.base_url]),
        environment: environment.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        ready: "Waiting".to_owned(),
        prepare: vec![
            // The first start asks who one is: the first member will do. Otherwise this opens a row and goes back.
            Step::Keys("\r".to_owned()),
            Step::Keys("\u{1b}".to_owned()),
            Step::Keys(view.to_owned()),
            Step::UntilStill("G".to_owned()),
            Step::Keys("gg".to_owned()),
        ],
        key: "j".to_owned(),
        page: Some("\u{1b}[6~".to_owned()),
        quit: "q".to_owned(),
        ours: true,
    }
}

fn command_line(command: &str, options: &Options) -> Scenario {
    Scenario {
        name: "command",
        command: vec!["/bin/sh".to_owned(), "-c".to_owned(), format!("exec {command}")],
        environment: Vec::new(),
        ready: options.ready.clone(),
        prepare: Vec::new(),
        key: options.key.clone(),
        page: options.page.clone(),
        quit: options.quit.clone(),
        ours: true,
    }
}

/// What has to hold on any machine, however slow.
fn check(scenarios: &[Scenario], figures: &[Figures]) -> Result<(), Failure> {
    let mut wrong = Vec::new();
    for (scenario, figures) in scenarios.iter().zip(figures) {
        let missed = figures.keys.iter().filter(|answer| answer.paint.is_none()).count();
        if missed > 0 {
            wrong.push(format!("{}: {missed} of {} keys were not answered", scenario.name, figures.keys.len()));
        }
        if scenario.ours {
            for (way, ending) in [("on its quit key", &figures.quit), ("on SIGTERM", &figures.terminated)] {
                match ending {
                    Some(ending) if ending.restored() => {}
                    Some(ending) => wrong.push(format!("{} {way}: {ending}", scenario.name)),
                    None => wrong.push(format!("{} {way}: not seen", scenario.name)),
                }
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("; ").into()) }
}
