//! The run: every program at once, each in its own terminal, taking turns key by key.

use std::time::Duration;

use crate::Failure;
use crate::process::{Usage, usage};
use crate::program::{Answer, Ending, Program, now};

/// A program and how it is driven.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) command: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
    /// Text that is on the screen once it is ready; empty: anything.
    pub(crate) ready: String,
    /// What is done before measuring.
    pub(crate) prepare: Vec<Step>,
    pub(crate) key: String,
    pub(crate) page: Option<String>,
    pub(crate) quit: String,
    /// Whether `--check` holds it to giving the terminal back.
    pub(crate) ours: bool,
}

/// One unmeasured step.
pub(crate) enum Step {
    /// Types, and waits until the screen rests.
    Keys(String),
    /// Types it again and again until the screen's middle stays as it is, three times running.
    UntilStill(String),
}

/// How long, how often, how large.
pub(crate) struct Plan {
    pub(crate) rounds: usize,
    pub(crate) keys: usize,
    pub(crate) idle: Duration,
    pub(crate) columns: u16,
    pub(crate) rows: u16,
    pub(crate) show: bool,
}

/// What was seen of one program, over all rounds.
#[derive(Default)]
pub(crate) struct Figures {
    /// From start to the ready text, and to the first byte.
    pub(crate) ready: Vec<Duration>,
    pub(crate) first_byte: Vec<Duration>,
    pub(crate) keys: Vec<Answer>,
    pub(crate) pages: Vec<Answer>,
    /// Medians of each round, for ratios within it.
    pub(crate) round_change: Vec<Duration>,
    pub(crate) round_paint: Vec<Duration>,
    pub(crate) cpu_per_key: Vec<Duration>,
    pub(crate) memory: Vec<Usage>,
    pub(crate) idle: Vec<Idle>,
    pub(crate) quit: Option<Ending>,
    pub(crate) terminated: Option<Ending>,
}

/// What a program costs that nobody touches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Idle {
    /// Of one processor.
    pub(crate) cpu_percent: f64,
    pub(crate) wakeups_per_second: f64,
    pub(crate) bytes_per_second: f64,
}

/// Without output for this long, a program has answered.
const QUIET: Duration = Duration::from_millis(15);
/// A key that is not answered within this time is missed.
const MISSED: Duration = Duration::from_secs(1);
const START: Duration = Duration::from_secs(60);
const REST: Duration = Duration::from_millis(400);

/// Measures them all. The order turns round every other round.
pub(crate) fn run(scenarios: &[Scenario], plan: &Plan) -> Result<Vec<Figures>, Failure> {
    let mut figures: Vec<Figures> = scenarios.iter().map(|_| Figures::default()).collect();
    for round in 0..plan.rounds {
        let mut programs = Vec::new();
        for (scenario, figures) in scenarios.iter().zip(&mut figures) {
            programs.push(start(scenario, plan, Some(figures))?);
        }
        keys(scenarios, plan, round, &mut programs, &mut figures)?;
        pages(scenarios, plan, round, &mut programs, &mut figures)?;
        idle(plan, &mut programs, &mut figures);
        for ((scenario, program), figures) in scenarios.iter().zip(programs).zip(&mut figures) {
            if plan.show && round + 1 == plan.rounds {
                println!("-- {}\n{}", scenario.name, program.screen.text());
            }
            figures.memory.push(usage(program.pid));
            figures.quit = Some(program.quit(&scenario.quit));
        }
    }
    for (scenario, figures) in scenarios.iter().zip(&mut figures) {
        figures.terminated = Some(start(scenario, plan, None)?.terminate());
    }
    Ok(figures)
}

fn start(scenario: &Scenario, plan: &Plan, figures: Option<&mut Figures>) -> Result<Program, Failure> {
    let mut program = Program::start(&scenario.command, &scenario.environment, plan.columns, plan.rows)?;
    let started = program.started;
    let answer = program.read(started, START, Duration::from_millis(150), Some(&scenario.ready));
    let Some(ready) = answer.seen else {
        let screen = program.screen.text();
        let ended = if program.has_ended() { ", and ended" } else { "" };
        return Err(format!("{} never showed “{}”{ended}; its screen:\n{screen}", scenario.name, scenario.ready).into());
    };
    let Some(figures) = figures else { return Ok(program) };
    figures.ready.push(ready);
    figures.first_byte.extend(answer.first);
    for step in &scenario.prepare {
        match step {
            Step::Keys(keys) => {
                program.send(keys)?;
                program.read(now(), REST, REST, None);
            }
            Step::UntilStill(keys) => until_still(&mut program, keys)?,
        }
    }
    Ok(program)
}

fn until_still(program: &mut Program, keys: &str) -> Result<(), Failure> {
    let deadline = now() + Duration::from_secs(180);
    let mut still = 0;
    while still < 3 && now() < deadline {
        let before = program.screen.body();
        program.send(keys)?;
        program.read(now(), REST, REST, None);
        still = if program.screen.body() == before { still + 1 } else { 0 };
    }
    Ok(())
}

/// The order of one round.
fn turns(count: usize, round: usize) -> Vec<usize> {
    if round.is_multiple_of(2) { (0..count).collect() } else { (0..count).rev().collect() }
}

fn keys(
    scenarios: &[Scenario],
    plan: &Plan,
    round: usize,
    programs: &mut [Program],
    figures: &mut [Figures],
) -> Result<(), Failure> {
    let before: Vec<Duration> = programs.iter().map(|program| usage(program.pid).cpu).collect();
    let from: Vec<usize> = figures.iter().map(|figures| figures.keys.len()).collect();
    for turn in 0..plan.keys {
        for at in turns(programs.len(), round) {
            let (Some(scenario), Some(program), Some(figures)) =
                (scenarios.get(at), programs.get_mut(at), figures.get_mut(at))
            else {
                continue;
            };
            figures.keys.push(press(program, &scenario.key, turn)?);
        }
    }
    for (((program, figures), before), from) in programs.iter().zip(figures).zip(before).zip(from) {
        let spent = usage(program.pid).cpu.saturating_sub(before);
        figures.cpu_per_key.push(spent / u32::try_from(plan.keys).unwrap_or(u32::MAX));
        let own = figures.keys.get(from..).unwrap_or_default();
        figures.round_change.extend(median(own.iter().filter_map(|answer| answer.change)));
        figures.round_paint.extend(median(own.iter().filter_map(|answer| answer.paint)));
    }
    Ok(())
}

fn pages(
    scenarios: &[Scenario],
    plan: &Plan,
    round: usize,
    programs: &mut [Program],
    figures: &mut [Figures],
) -> Result<(), Failure> {
    for turn in 0..plan.keys.div_ceil(4) {
        for at in turns(programs.len(), round) {
            let (Some(scenario), Some(program), Some(figures)) =
                (scenarios.get(at), programs.get_mut(at), figures.get_mut(at))
            else {
                continue;
            };
            if let Some(page) = &scenario.page {
                figures.pages.push(press(program, page, turn)?);
            }
        }
    }
    Ok(())
}

/// One key. The pause before it is never the same, so as not to lock on to a program's tick.
fn press(program: &mut Program, keys: &str, turn: usize) -> Result<Answer, Failure> {
    let pause = Duration::from_micros(u64::try_from(turn.wrapping_mul(7_919) % 20_000).unwrap_or_default());
    program.read(now(), pause, Duration::from_millis(2), None);
    let from = now();
    program.send(keys)?;
    Ok(program.read(from, MISSED, QUIET, None))
}

/// All of them left alone for the same time.
fn idle(plan: &Plan, programs: &mut [Program], figures: &mut [Figures]) {
    let moment = Duration::from_millis(50);
    for program in programs.iter_mut() {
        program.read(now(), REST, REST, None);
    }
    let before: Vec<(Usage, usize)> = programs.iter().map(|program| (usage(program.pid), program.total)).collect();
    let from = now();
    while from.elapsed() < plan.idle {
        for program in programs.iter_mut() {
            program.read(now(), moment, moment, None);
        }
    }
    let seconds = from.elapsed().as_secs_f64();
    for ((program, figures), (before, total)) in programs.iter().zip(figures).zip(before) {
        let after = usage(program.pid);
        let bytes = u32::try_from(program.total - total).unwrap_or(u32::MAX);
        let wakeups = u32::try_from(after.wakeups.saturating_sub(before.wakeups)).unwrap_or(u32::MAX);
        figures.idle.push(Idle {
            cpu_percent: after.cpu.saturating_sub(before.cpu).as_secs_f64() * 100.0 / seconds,
            wakeups_per_second: f64::from(wakeups) / seconds,
            bytes_per_second: f64::from(bytes) / seconds,
        });
    }
}

/// The middle one.
pub(crate) fn median<T: PartialOrd>(values: impl Iterator<Item = T>) -> Option<T> {
    quantile(values, 0.5)
}

/// The value below which this part of them lies.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index within a list that fits in memory"
)]
pub(crate) fn quantile<T: PartialOrd>(values: impl Iterator<Item = T>, part: f64) -> Option<T> {
    let mut sorted: Vec<T> = values.collect();
    sorted.sort_by(|left, right| left.partial_cmp(right).unwrap_or(std::cmp::Ordering::Equal));
    let at = ((sorted.len() as f64 * part) as usize).min(sorted.len().checked_sub(1)?);
    sorted.into_iter().nth(at)
}
