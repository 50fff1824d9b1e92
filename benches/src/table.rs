//! The tables for `benches/RESULTS.md`, printed behind the samples of criterion.
//!
//! Before and after each figure the disk is probed by itself, since one disk can be forty times slower
//! within minutes: a figure of something that waits for the disk means something only beside its probe.

use std::path::Path;

use crate::{disk, figure::Figure};

/// Syncs of one probe.
const PROBES: u64 = 500;

/// Prints the head of the table that [`row`] and [`memory_row`] belong to.
pub fn head() {
    line("\n| work | per second | p50 µs | p99 µs | fdatasync per second before / after | ratio |");
    line("|---|---|---|---|---|---|");
}

/// Measures work that waits for the disk of a folder and prints it beside what the disk can do.
///
/// # Panics
/// If the disk can't be probed.
pub fn row(name: &str, directory: &Path, work: impl FnOnce() -> Figure) -> Figure {
    let probe = || disk::probe(directory, PROBES).expect("the disk can be probed").per_second();
    let before = probe();
    let figure = work();
    let after = probe();
    let ratio = figure.per_second() / before.midpoint(after);
    line(&format!("{}| {before:.0} / {after:.0} | {ratio:.2} |", cells(name, &figure)));
    figure
}

/// Prints work that the disk has no part in: it reads from memory and the page cache.
pub fn memory_row(name: &str, figure: &Figure) {
    line(&format!("{}| | |", cells(name, figure)));
}

/// Prints a line of the report.
#[expect(clippy::print_stdout, reason = "the table is the output of a benchmark")]
pub fn line(text: &str) {
    println!("{text}");
}

fn cells(name: &str, figure: &Figure) -> String {
    let micros = |percent| match figure.percentile(percent) {
        Some(time) => format!("{} ", time.as_micros()),
        None => String::new(),
    };
    format!("| {name} | {:.0} | {}| {}", figure.per_second(), micros(50), micros(99))
}
