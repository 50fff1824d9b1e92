//! Figures of the gate: what a small story costs beside a bare append of the same events.

use std::time::Duration;

use criterion::{Criterion, Throughput};
use mediary_benches::{
    figure::Figure,
    gate::{self, Compared},
    log,
    table::{self, line},
    world::{self, List},
};
use mediary_log::{Log, gate::Gate};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Stories of a figure in the table.
const STORIES: u32 = 5_000;

struct Bench {
    gate: Gate,
    bare: Log,
    runtime: Runtime,
    /// The next list: each comparison begins with one that the logs don't know.
    next: std::cell::Cell<u32>,
    directory: TempDir,
    _bare_directory: TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = || tempfile::tempdir().expect("there is a folder for temporary files");
        let (directory, bare_directory) = (folder(), folder());
        let gate = world::open(directory.path());
        let bare = log::open(bare_directory.path());
        let (runtime, next) = (mediary_benches::runtime(), std::cell::Cell::default());
        Self { gate, bare, runtime, next, directory, _bare_directory: bare_directory }
    }

    fn compare(&self, stories: u32) -> Compared {
        let list = List::new(self.next.get());
        self.next.set(self.next.get() + 1);
        let comparing = gate::compare(&self.gate, &self.bare, &list, stories);
        self.runtime.block_on(comparing).expect("both logs can be written")
    }
}

fn comparing(criterion: &mut Criterion) {
    let bench = Bench::new();
    let mut group = criterion.benchmark_group("gate");
    group.throughput(Throughput::Elements(1)).sample_size(10);
    let mut sample = |name: &str, took: fn(&Compared) -> Duration| {
        group.bench_function(name, |bencher| {
            bencher.iter_custom(|stories| took(&bench.compare(stories as u32)));
        });
    };
    sample("story", |compared| compared.stories.took);
    sample("bare-append", |compared| compared.bare.took);
    group.finish();
}

fn tables() {
    let bench = Bench::new();
    table::head();
    let mut bare = None;
    let stories = table::row("story of 3 events through the gate", bench.directory.path(), || {
        let compared = bench.compare(STORIES);
        bare = Some(compared.bare);
        compared.stories
    });
    let Some(bare) = bare else { return };
    table::memory_row("the same events, bare append, in turns with it", &bare);
    // A few slow syncs weigh more in a mean than all of the gate.
    let micros = |figure: &Figure| figure.percentile(50).unwrap_or_default().as_micros() as f64;
    let (story, append) = (micros(&stories), micros(&bare));
    line(&format!(
        "\nAt the median the gate adds {:.0} µs to an append of {append:.0} µs: {:.2} times its time.",
        story - append,
        story / append,
    ));
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    comparing(&mut criterion);
    criterion.final_summary();
    tables();
}
