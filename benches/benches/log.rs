//! Figures of the log: append with 1, 8 and 64 producers, scan.

use criterion::{Criterion, Throughput};
use mediary_benches::{
    bare::Bare,
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

    fn append_batches(&self, appends: u64, events: usize) -> Figure {
        let appending = log::append_batches(&self.log, appends, events);
        self.runtime.block_on(appending).expect("the log can be written")
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

/// Rounds in which the log and the bare storage take turns, so that they have the same disk: many and short, since a disk
/// of a virtual machine changes within seconds.
const ROUNDS: usize = 21;
/// Events of a turn.
const TURN_EVENTS: u64 = 3_200;

/// The log beside its own tables in bare redb, for the same producers, and without any: what numbering, chain and digests
/// cost, and what waking and answering.
fn beside_bare_storage() {
    line(
        "\n| work | log, events per second | the same tables for the same producers | ratio | for none | ratio |",
    );
    line("|---|---|---|---|---|---|");
    for (name, producers, events) in
        [("1 producer", 1, 1), ("64 producers", 64, 1), ("batches of 100", 1, 100)]
    {
        let (bench, directory) = (Bench::new(), tempfile::tempdir().expect("there is a folder for files"));
        let mut bare = Bare::make(directory.path()).expect("a fresh folder can be used");
        let mut totals: [Total; 3] = std::array::from_fn(|_| Total::default());
        let mut ratios = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            let turn = if producers == 1 && events == 1 { TURN_EVENTS / 4 } else { TURN_EVENTS };
            let appended = match events {
                1 => bench.append(producers, turn / producers as u64),
                _ => bench.append_batches(turn / events, events as usize),
            };
            let each = turn / events / producers as u64;
            let (same, served) =
                bench.runtime.block_on(bare.append_for(producers, each, events, log::STREAMS));
            bare = same;
            let together = events.max(producers as u64);
            let stored = bare.append(turn / together, together, log::STREAMS).expect("the storage takes it");
            for (ratios, theirs) in ratios.iter_mut().zip([&served, &stored]) {
                ratios.push(appended.per_second() / theirs.per_second());
            }
            for (total, figure) in totals.iter_mut().zip([&appended, &served, &stored]) {
                total.add(figure);
            }
        }
        let [ours, served, stored] = totals.map(|total| total.per_second());
        let [beside_served, beside_stored] = ratios.map(|mut ratios| {
            ratios.sort_by(f64::total_cmp);
            ratios[ROUNDS / 2]
        });
        line(&format!(
            "| {name} | {ours:.0} | {served:.0} | {beside_served:.2} | {stored:.0} | {beside_stored:.2} |"
        ));
    }
}

/// Figures of several turns.
#[derive(Default)]
struct Total {
    count: u64,
    seconds: f64,
}

impl Total {
    fn add(&mut self, figure: &Figure) {
        self.count += figure.count;
        self.seconds += figure.count as f64 / figure.per_second();
    }

    fn per_second(&self) -> f64 {
        self.count as f64 / self.seconds
    }
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
    beside_bare_storage();
}
