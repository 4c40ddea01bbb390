//! How long text takes on its way to the screen: made safe, measured, wrapped, cut. From a short line to a paste of a
//! megabyte, in the scripts that visitors write.

#![expect(missing_docs, reason = "criterion's macros make public functions without any")]

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use takeover::text::{RawText, sanitize, truncate, width, wrap};

/// A thread pane at 120 columns.
const PANE: usize = 57;

/// Name and text of every kind, at every size.
fn samples() -> Vec<(String, String)> {
    let kinds = [
        ("ascii", "Hi, my parcel arrived damaged and I'd like to send it back, please.\n"),
        ("cjk", "荷物が壊れて届いたので、返品したいのですが、どうすればいいですか。\n"),
        ("emoji", "thanks 👍🏽 see you 👩‍👩‍👧‍👦 tomorrow 🇩🇪 at ten ☎️ or later 😀😀\n"),
        ("hostile", "a\u{1b}[31m\u{202e}b\u{200b}\u{7f}\u{9b}c\te\u{301}\u{301}\u{301}\r\n"),
    ];
    let sizes = [("1 kB", 1_000), ("20 kB", 20_000), ("1 MB", 1_000_000)];
    let mut samples = Vec::new();
    for (kind, line) in kinds {
        for (size, bytes) in sizes {
            samples.push((format!("{kind}, {size}"), line.repeat(bytes / line.len())));
        }
    }
    samples
}

fn text(criterion: &mut Criterion) {
    let samples = samples();
    let mut group = criterion.benchmark_group("sanitize");
    for (name, text) in &samples {
        let raw = RawText::new(text.as_str());
        group.throughput(Throughput::Bytes(bytes(text)));
        group.bench_with_input(BenchmarkId::from_parameter(name), &raw, |bencher, raw| {
            bencher.iter(|| sanitize(black_box(raw)));
        });
    }
    group.finish();

    // The rest works on what sanitize gives, as it does on the way to the screen.
    let safe: Vec<_> = samples.iter().map(|(name, text)| (name, sanitize(&RawText::new(text.as_str())))).collect();
    let mut group = criterion.benchmark_group("width");
    for (name, text) in &safe {
        group.throughput(Throughput::Bytes(bytes(text.as_str())));
        group.bench_with_input(BenchmarkId::from_parameter(name), text, |bencher, text| {
            bencher.iter(|| width(black_box(text.as_str())));
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("wrap");
    for (name, text) in &safe {
        group.throughput(Throughput::Bytes(bytes(text.as_str())));
        group.bench_with_input(BenchmarkId::from_parameter(name), text, |bencher, text| {
            bencher.iter(|| wrap(black_box(text.as_str()), PANE));
        });
    }
    group.finish();
    // What is cut away must not cost: the same for a kilobyte and a megabyte.
    let mut group = criterion.benchmark_group("truncate");
    for (name, text) in &safe {
        group.bench_with_input(BenchmarkId::from_parameter(name), text, |bencher, text| {
            bencher.iter(|| truncate(black_box(text.as_str()), PANE).text.len());
        });
    }
    group.finish();
}

fn bytes(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

criterion_group!(benches, text);
criterion_main!(benches);
