//! Figures of the log: append with 1, 8 and 64 producers, scan, append to subscriber.
//!
//! Before and after each figure the disk is probed by itself (a page written and synced), since one disk
//! can be forty times slower within minutes: a figure means something only beside its probe. After the
//! samples of criterion the last lines are the table for `benches/RESULTS.md`.

use std::{path::Path, time::Duration};

use criterion::{Criterion, Throughput};
use mediary_benches::log::{self, Figure};
use mediary_events::log::Log;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

const PRODUCERS: [usize; 3] = [1, 8, 64];
/// Appends of a figure in the table, over all producers.
const APPENDS: u64 = 20_000;
/// Events in the log that is scanned.
const SCANNED: u64 = 100_000;
/// Syncs of one probe.
const PROBES: u64 = 500;

struct Bench {
    directory: TempDir,
    log: Log,
    runtime: Runtime,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("there is a folder for temporary files");
        let log = log::open(directory.path());
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
        Self { directory, log, runtime }
    }

    fn append(&self, producers: usize, appends_each: u64) -> Figure {
        let appending = log::append(&self.log, producers, appends_each);
        self.runtime.block_on(appending).expect("the log can be written")
    }
}

fn appending(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("log/append");
    group.throughput(Throughput::Elements(1)).sample_size(10);
    for producers in PRODUCERS {
        let bench = Bench::new();
        group.bench_function(format!("producers-{producers}"), |bencher| {
            bencher.iter_custom(|iterations| {
                let each = iterations.div_ceil(producers as u64);
                let figure = bench.append(producers, each);
                // Criterion wants the time of exactly so many.
                figure.took.mul_f64(iterations as f64 / figure.count as f64)
            });
        });
    }
    group.finish();
}

fn scanning(criterion: &mut Criterion) {
    let bench = Bench::new();
    bench.append(64, 10_000 / 64);
    let events = bench.log.head().position;
    let mut group = criterion.benchmark_group("log/scan");
    group.throughput(Throughput::Elements(events)).sample_size(10);
    group.bench_function("pages-of-1000", |bencher| {
        bencher.iter(|| {
            let figure = log::scan(&bench.log).expect("the log can be read");
            assert_eq!(figure.count, events);
        });
    });
    group.finish();
}

#[expect(clippy::print_stdout, reason = "the table is the output of this program")]
fn row(name: &str, directory: &Path, work: impl FnOnce() -> Figure) {
    let probe = || log::probe(directory, PROBES).expect("the disk can be probed").per_second();
    let before = probe();
    let figure = work();
    let after = probe();
    let disk = before.midpoint(after);
    let micros = |time: Duration| time.as_micros();
    println!(
        "| {name} | {:.0} | {} | {} | {:.0} / {:.0} | {:.2} |",
        figure.per_second(),
        micros(figure.percentile(50)),
        micros(figure.percentile(99)),
        before,
        after,
        figure.per_second() / disk,
    );
}

#[expect(clippy::print_stdout, reason = "the table is the output of this program")]
fn table() {
    println!("\n| work | per second | p50 µs | p99 µs | fdatasync per second before / after | ratio |");
    println!("|---|---|---|---|---|---|");
    for producers in PRODUCERS {
        let bench = Bench::new();
        let name = format!("append, 1 event, {producers} producers");
        row(&name, bench.directory.path(), || bench.append(producers, APPENDS / producers as u64));
    }
    let bench = Bench::new();
    row("append to subscriber", bench.directory.path(), || {
        bench.runtime.block_on(log::follow(&bench.log, APPENDS / 10))
    });
    bench.append(64, SCANNED / 64);
    let scanned = log::scan(&bench.log).expect("the log can be read");
    // Read from memory and the page cache: the disk has no part in it.
    println!("| scan, pages of 1000 events | {:.0} | | | | |", scanned.per_second());
    let events = bench.log.head().position;
    let bytes = bench.log.size_bytes();
    println!(
        "\n{events} events of {} bytes take {} bytes each on the disk.",
        log::PAYLOAD_BYTES,
        bytes / events
    );
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    appending(&mut criterion);
    scanning(&mut criterion);
    criterion.final_summary();
    table();
}
