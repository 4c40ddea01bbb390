//! The outbox machine over generated histories of acts, faults and answers: each text is delivered exactly once, or
//! named to the person. One number makes a history; a failure prints it, the fewest acts that still fail, and what
//! happened.
//!
//! `TAKEOVER_HISTORIES` sets how many; `TAKEOVER_SEED` runs one again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may end at what it cannot make")]

#[path = "outbox_histories/chance.rs"]
mod chance;
#[path = "outbox_histories/history.rs"]
mod history;
#[path = "outbox_histories/oracle.rs"]
mod oracle;
#[path = "outbox_histories/plants.rs"]
mod plants;
#[path = "outbox_histories/platform.rs"]
mod platform;
#[path = "outbox_histories/sim.rs"]
mod sim;
#[path = "outbox_histories/weather.rs"]
mod weather;

use history::{SWITCHES_SEED, acts, alone, run, shrink, switches};
use plants::Plant;

/// How many histories `cargo test` runs.
const USUAL: u64 = 2_000;
/// A planted fault must be found within so many.
const FOUND_WITHIN: u64 = 3_000;

#[expect(clippy::disallowed_methods, reason = "a test is told its size from outside")]
fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

fn fail(seed: u64, fault: &str) -> ! {
    let all = acts(seed);
    let fewest = shrink(seed, &all, None, fault);
    let again = run(seed, &fewest, None, true);
    panic!(
        "seed {seed}: {fault}\n\nThe fewest acts that fail so:\n{fewest:#?}\n\n{}\n\nTAKEOVER_SEED={seed} runs it again.",
        again.trace.join("\n")
    );
}

#[test]
fn each_text_is_delivered_exactly_once_or_named_to_the_person() {
    if let Some(seed) = from_environment("TAKEOVER_SEED") {
        if let Some(fault) = run(seed, &acts(seed), None, true).fault {
            fail(seed, &fault);
        }
        return;
    }
    let histories = from_environment("TAKEOVER_HISTORIES").unwrap_or(USUAL);
    let (mut submitted, mut delivered, mut steps) = (0, 0, 0);
    for seed in 0..histories {
        let told = run(seed, &acts(seed), None, false);
        if let Some(fault) = told.fault {
            fail(seed, &fault);
        }
        submitted += told.submitted;
        delivered += told.delivered;
        steps += told.steps;
    }
    println!("{histories} histories, {steps} events, {submitted} replies, {delivered} delivered");
    assert!(
        delivered * 3 > submitted,
        "only {delivered} of {submitted} replies were delivered: the histories show little"
    );
}

#[test]
fn each_planted_fault_is_found() {
    for (plant, says) in Plant::ALL {
        let found = (0..FOUND_WITHIN).find(|seed| {
            let fault = run(*seed, &acts(*seed), Some(plant), false).fault;
            fault.is_some_and(|fault| fault.contains(says))
        });
        let seed = found.unwrap_or_else(|| panic!("{plant:?} was not found in {FOUND_WITHIN} histories"));
        println!("{plant:?}: seed {seed}, {says}");
    }
}

#[test]
fn where_nobody_else_acts_every_reply_goes_out_without_a_stop() {
    for seed in 0..300 {
        let told = run(seed, &alone(seed), None, false);
        if told.fault.is_some() || told.delivered < told.submitted || told.stops > 0 {
            let again = run(seed, &alone(seed), None, true);
            let (delivered, submitted) = (told.delivered, told.submitted);
            panic!("seed {seed}: {:?}, {delivered} of {submitted} delivered\n{}", told.fault, again.trace.join("\n"));
        }
    }
}

#[test]
fn switches_at_random_while_writing_bring_no_text_into_another_conversation() {
    let count = from_environment("TAKEOVER_SWITCHES").unwrap_or(2_000);
    let told = run(SWITCHES_SEED, &switches(count), None, false);
    assert_eq!(told.fault, None);
    let few = usize::try_from(count).unwrap() / 20;
    assert!(told.submitted > few && told.delivered > few, "{} sent, {} delivered", told.submitted, told.delivered);
}
