//! Figures of the queue: jobs opened beside a bare append of the same events, the next one chosen of very many, and a
//! start after a clean stop.

use criterion::{Criterion, Throughput};
use mediary_benches::{
    log, queue,
    table::{self, line},
    world::{self, List},
};
use mediary_log::{Log, gate::Gate};
use tempfile::TempDir;

/// Jobs in the queue while criterion samples, and in the two tables.
const SAMPLED: u32 = 2_000;
const MANY: u32 = 100_000;
const VERY_MANY: u32 = 1_000_000;
/// The argument that asks for the larger table, which takes minutes: `ops/bench queue -- million`.
const WANTS_VERY_MANY: &str = "million";
/// Choices and starts of a figure.
const CHOICES: u32 = 2_000;
const STARTS: u32 = 5;

struct Bench {
    gate: Gate,
    bare: Log,
    directory: TempDir,
    _bare_directory: TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = || tempfile::tempdir().expect("there is a folder for temporary files");
        let (directory, bare_directory) = (folder(), folder());
        let gate = world::open(directory.path());
        let bare = log::open(bare_directory.path());
        Self { gate, bare, directory, _bare_directory: bare_directory }
    }

    fn fill(&self, jobs: u32) -> queue::Queued {
        queue::fill(&self.gate, &self.bare, &List::new(0), jobs).expect("both logs can be written")
    }
}

fn choosing(criterion: &mut Criterion) {
    let bench = Bench::new();
    bench.fill(SAMPLED);
    let mut group = criterion.benchmark_group("queue");
    group.throughput(Throughput::Elements(1)).sample_size(10);
    group.bench_function("choose", |bencher| {
        bencher.iter_custom(|times| {
            queue::choose(&bench.gate, times as u32).expect("there are enough jobs").took
        });
    });
    group.finish();
}

fn tables(jobs: u32) {
    let bench = Bench::new();
    table::head();
    let mut bare = None;
    let stories = table::row(&format!("{jobs} jobs queued, 50 an append"), bench.directory.path(), || {
        let queued = bench.fill(jobs);
        bare = Some(queued.bare);
        queued.stories
    });
    let Some(bare) = bare else { return };
    table::memory_row("the same events, bare append, in turns with it", &bare);
    let chosen = queue::choose(&bench.gate, CHOICES).expect("there are enough jobs");
    table::memory_row(&format!("what happened read, next of {jobs} jobs chosen"), &chosen);
    let started = queue::restart(bench.gate.log(), STARTS).expect("the log can be read");
    table::memory_row(&format!("the board of {jobs} jobs after a clean stop"), &started);
    line(&format!("\nQueued at {:.2} of a bare append.", stories.per_second() / bare.per_second()));
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    choosing(&mut criterion);
    criterion.final_summary();
    tables(MANY);
    if std::env::args().any(|argument| argument == WANTS_VERY_MANY) {
        tables(VERY_MANY);
    }
}
