//! Figures of the log: append with 1, 8 and 64 producers, scan.

use criterion::{Criterion, Throughput};
use mediary_benches::{
    figure::Figure,
    log,
    table::{self, line},
};
use mediary_log::Log;
use tempfile::TempDir;
use tokio::runtime::Runtime;

const PRODUCERS: [usize; 3] = [1, 8, 64];
/// Appends of a figure in the table, over all producers.
const APPENDS: u64 = 20_000;
/// Events in the log that is scanned.
const SCANNED: u64 = 100_000;

struct Bench {
    directory: TempDir,
    log: Log,
    runtime: Runtime,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("there is a folder for temporary files");
        let log = log::open(directory.path());
        Self { directory, log, runtime: mediary_benches::runtime() }
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
                bench.append(producers, each).time_of(iterations)
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

fn tables() {
    table::head();
    for producers in PRODUCERS {
        let bench = Bench::new();
        let name = format!("append, 1 event, {producers} producers");
        table::row(&name, bench.directory.path(), || bench.append(producers, APPENDS / producers as u64));
    }
    let bench = Bench::new();
    bench.append(64, SCANNED / 64);
    let scanned = log::scan(&bench.log).expect("the log can be read");
    table::memory_row("scan, pages of 1000 events", &scanned);
    let events = bench.log.head().position;
    let bytes_each = bench.log.size_bytes() / events;
    let payload_bytes = log::PAYLOAD_BYTES;
    line(&format!("\n{events} events of {payload_bytes} bytes take {bytes_each} bytes each on the disk."));
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    appending(&mut criterion);
    scanning(&mut criterion);
    criterion.final_summary();
    tables();
}
