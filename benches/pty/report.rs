//! The tables.

use std::fmt::Display;
use std::time::Duration;

use crate::measure::{Figures, Plan, Scenario, median, quantile};
use crate::program::Answer;

/// Prints what was measured. Ratios are to the first program of the run.
pub(crate) fn print(scenarios: &[Scenario], figures: &[Figures], plan: &Plan) {
    println!(
        "\n{}x{}, {} rounds of {} keys, times in ms; change: first visible change, paint: last before {} ms of silence",
        plan.columns, plan.rows, plan.rounds, plan.keys, 15
    );
    let first = figures.first();
    let plain =
        scenarios.iter().zip(figures).find(|(scenario, _)| scenario.name == "plain ratatui").map(|(_, own)| own);
    let mut keys =
        vec![row(["program", "change", "p95", "x floor", "x plain", "paint", "p95", "x floor", "bytes", "CPU"])];
    let mut rest = vec![row([
        "program",
        "page",
        "bytes",
        "first byte",
        "ready",
        "RSS MiB",
        "own MiB",
        "idle CPU %",
        "wakeups/s",
        "B/s",
    ])];
    for (scenario, own) in scenarios.iter().zip(figures) {
        keys.push(vec![
            scenario.name.to_owned(),
            ms(median(own.keys.iter().filter_map(|answer| answer.change))),
            ms(quantile(own.keys.iter().filter_map(|answer| answer.change), 0.95)),
            ratio(&own.round_change, first.map(|first| &first.round_change)),
            ratio(&own.round_change, plain.map(|plain| &plain.round_change)),
            ms(median(own.keys.iter().filter_map(|answer| answer.paint))),
            ms(quantile(own.keys.iter().filter_map(|answer| answer.paint), 0.95)),
            ratio(&own.round_paint, first.map(|first| &first.round_paint)),
            bytes(&own.keys),
            ms(median(own.cpu_per_key.iter().copied())),
        ]);
        let idle = |pick: fn(&crate::measure::Idle) -> f64, places: usize| {
            median(own.idle.iter().map(pick)).map_or_else(|| "-".to_owned(), |value| format!("{value:.places$}"))
        };
        let memory = |pick: fn(&crate::process::Usage) -> u64| {
            median(own.memory.iter().map(pick)).map_or_else(|| "-".to_owned(), mebibytes)
        };
        rest.push(vec![
            scenario.name.to_owned(),
            ms(median(own.pages.iter().filter_map(|answer| answer.paint))),
            bytes(&own.pages),
            ms(median(own.first_byte.iter().copied())),
            ms(median(own.ready.iter().copied())),
            memory(|usage| usage.resident),
            memory(|usage| usage.anonymous),
            idle(|idle| idle.cpu_percent, 3),
            idle(|idle| idle.wakeups_per_second, 2),
            idle(|idle| idle.bytes_per_second, 1),
        ]);
    }
    table(&keys);
    table(&rest);
    let mut ends = vec![row(["program", "keys missed", "on its quit key", "on SIGTERM"])];
    for (scenario, own) in scenarios.iter().zip(figures) {
        let missed = own.keys.iter().chain(&own.pages).filter(|answer| answer.paint.is_none()).count();
        let said = |ending: Option<&dyn Display>| ending.map_or_else(|| "-".to_owned(), |ending| format!("{ending}"));
        ends.push(vec![
            scenario.name.to_owned(),
            format!("{missed} of {}", own.keys.len() + own.pages.len()),
            said(own.quit.as_ref().map(|ending| ending as &dyn Display)),
            said(own.terminated.as_ref().map(|ending| ending as &dyn Display)),
        ]);
    }
    table(&ends);
}

fn row<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

fn ms(time: Option<Duration>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| format!("{:.2}", time.as_secs_f64() * 1_000.0))
}

fn bytes(answers: &[Answer]) -> String {
    median(answers.iter().map(|answer| answer.bytes)).map_or_else(|| "-".to_owned(), |bytes| bytes.to_string())
}

/// Tenths, without a detour over floating point.
fn mebibytes(kibibytes: u64) -> String {
    let tenths = (kibibytes * 10 + 512) / 1_024;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The median over rounds of the ratio within each round.
fn ratio(own: &[Duration], other: Option<&Vec<Duration>>) -> String {
    let rounds = own.iter().zip(other.into_iter().flatten());
    let ratios =
        rounds.filter(|(_, other)| !other.is_zero()).map(|(own, other)| own.as_secs_f64() / other.as_secs_f64());
    median(ratios).map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"))
}

fn table(rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns)
        .map(|column| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0))
        .collect();
    println!();
    for (at, row) in rows.iter().enumerate() {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect();
        println!("| {} |", cells.join(" | "));
        if at == 0 {
            let lines: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
            println!("| {} |", lines.join(" | "));
        }
    }
}
