//! Figures of one long list: what a page of it takes while it grows to 200,000 rows, what folding it takes, memory, and
//! what comparing it takes with what a look sees of it.

use std::path::Path;

use criterion::{Criterion, Throughput};
use mediary_benches::{
    comparing::{Known, Seen},
    feed::memory_peak_bytes,
    figure::Figure,
    list::{Growing, Growth},
    table::{self, line},
    world,
};
use tempfile::TempDir;

/// Rows that the list grows to.
const ROWS: u32 = 200_000;
/// Rows of each of the first and the last figure.
const SHOWN: u32 = 10_000;
/// Rows of the list that is compared, in the table.
const COMPARED: u32 = 100_000;
/// Rows of a list while criterion samples.
const SAMPLED: u32 = 5_000;

fn folder() -> TempDir {
    tempfile::tempdir().expect("there is a folder for temporary files")
}

fn sampling(criterion: &mut Criterion) {
    let directory = folder();
    let gate = world::open(directory.path());
    let mut list = Growing::begin(&gate, 0).expect("the stories are told in order");
    list.grow(SAMPLED, Growth::Behind).expect("the stories are told in order");
    let mut group = criterion.benchmark_group("list");
    group.throughput(Throughput::Elements(u64::from(SAMPLED))).sample_size(10);
    group.bench_function("fold", |bencher| {
        bencher.iter(|| list.fold_anew().expect("the log can be read"));
    });
    let known = Known::with(SAMPLED);
    for (name, seen) in Seen::ALL {
        group.bench_function(format!("compare, {name}"), |bencher| {
            bencher.iter_custom(|times| (0..times).map(|_| known.compare(seen).1.took).sum());
        });
    }
    group.finish();
}

/// Grows a list, and answers how much longer a page took at its end than at its beginning.
fn grow(growing: &mut Growing<'_>, growth: Growth, place: &str, directory: &Path) -> f64 {
    let mut page = |rows| growing.grow(rows, growth).expect("the stories are told in order");
    let first = table::row(&format!("a page, the first {SHOWN} rows, {place}"), directory, || page(SHOWN));
    page(ROWS - SHOWN);
    let last = table::row(&format!("a page, the last {SHOWN} of {ROWS}, {place}"), directory, || page(ROWS));
    let micros = |figure: &Figure| figure.percentile(50).unwrap_or_default().as_micros() as f64;
    micros(&last) / micros(&first)
}

fn tables() {
    let directory = folder();
    let gate = world::open(directory.path());
    let mut list = Growing::begin(&gate, 0).expect("the stories are told in order");
    table::head();
    let behind = grow(&mut list, Growth::Behind, "one behind the other", directory.path());
    let peak = memory_peak_bytes();
    let missed = "a page of absences, the last row first";
    table::row(missed, directory.path(), || list.miss(SHOWN).expect("the stories are told in order"));
    let mut other = Growing::begin(&gate, 1).expect("the stories are told in order");
    let in_front = grow(&mut other, Growth::InFront, "each in front", directory.path());
    let (_, folded) = list.fold_anew().expect("the log can be read");
    table::memory_row("an event of the first list, folded by a gate that has just been made", &folded);
    let known = Known::with(COMPARED);
    for (name, seen) in Seen::ALL {
        let (_, compared) = known.compare(seen);
        table::memory_row(&format!("a row of {COMPARED}, compared: {name}"), &compared);
    }
    line(&format!(
        "\nAt the end a page takes {behind:.2} times as long as at the beginning, and {in_front:.2} times if each row comes \
         to the front; {} MiB of memory at most while the first list grew. Folding all of it took {:.2} s.",
        peak >> 20,
        folded.took.as_secs_f64(),
    ));
}

fn main() {
    // Before anything else takes memory.
    tables();
    let mut criterion = Criterion::default().configure_from_args();
    sampling(&mut criterion);
    criterion.final_summary();
}
