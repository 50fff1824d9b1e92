//! Figures of subscriptions: from an append to 1 and to 100 subscribers, and catching up with a log, from
//! the log itself and through GraphQL.

use criterion::{Criterion, Throughput};
use mediary_benches::{
    figure::Figure,
    log,
    subscription::{self, Edge},
    table::{self, line},
    world::{self, Size},
};
use mediary_log::{Log, gate::Gate};
use tempfile::TempDir;
use tokio::runtime::Runtime;

const SUBSCRIBERS: [usize; 2] = [1, 100];
/// Events told to each subscriber in the table.
const TOLD: u64 = 2_000;
/// About 5,000 events to catch up with while criterion samples, and 50,000 in the table.
const SAMPLED: Size = Size { lists: 1, entries_each: 2_500, kept_each: 277 };
const LARGE: Size = Size { lists: 5, entries_each: 5_000, kept_each: 555 };

struct Live {
    directory: TempDir,
    log: Log,
    runtime: Runtime,
}

impl Live {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("there is a folder for temporary files");
        let log = log::open(directory.path());
        Self { directory, log, runtime: mediary_benches::runtime() }
    }

    fn tell(&self, subscribers: usize, events: u64) -> Figure {
        self.runtime.block_on(subscription::tell(&self.log, subscribers, events))
    }
}

/// A log with a past, and the edge before it.
struct Past {
    gate: Gate,
    edge: Edge,
    runtime: Runtime,
    _directory: TempDir,
}

impl Past {
    fn new(size: Size) -> Self {
        let directory = tempfile::tempdir().expect("there is a folder for temporary files");
        let gate = world::open(directory.path());
        world::tell(&gate, size).expect("the stories are told in order");
        let runtime = mediary_benches::runtime();
        let edge = runtime.block_on(Edge::start(&gate, directory.path())).expect("views can be made");
        Self { gate, edge, runtime, _directory: directory }
    }

    fn bare(&self) -> Figure {
        self.runtime.block_on(subscription::catch_up(self.gate.log()))
    }

    fn graphql(&self) -> Figure {
        self.runtime.block_on(self.edge.catch_up())
    }
}

impl Drop for Past {
    fn drop(&mut self) {
        self.edge.stop();
    }
}

fn telling(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("subscription/tell");
    group.sample_size(10);
    for subscribers in SUBSCRIBERS {
        let live = Live::new();
        group.throughput(Throughput::Elements(1));
        group.bench_function(format!("subscribers-{subscribers}"), |bencher| {
            bencher.iter_custom(|events| live.tell(subscribers, events).took);
        });
    }
    group.finish();
}

fn catching_up(criterion: &mut Criterion) {
    let past = Past::new(SAMPLED);
    let events = past.gate.log().head().position;
    let mut group = criterion.benchmark_group("subscription/catch-up");
    group.throughput(Throughput::Elements(events)).sample_size(10);
    group.bench_function("log", |bencher| bencher.iter(|| assert_eq!(past.bare().count, events)));
    group.bench_function("graphql", |bencher| bencher.iter(|| assert_eq!(past.graphql().count, events)));
    group.finish();
}

fn tables() {
    table::head();
    for subscribers in SUBSCRIBERS {
        let live = Live::new();
        let name = format!("append until held by each of {subscribers}");
        table::row(&name, live.directory.path(), || live.tell(subscribers, TOLD));
    }
    let past = Past::new(LARGE);
    let (bare, graphql) = (past.bare(), past.graphql());
    table::memory_row("catch up, batches of 1000 events", &bare);
    table::memory_row("catch up, GraphQL items as JSON text", &graphql);
    let item = graphql.took / graphql.count as u32;
    line(&format!(
        "\n{} events. A GraphQL item costs {:.1} µs, {:.1} times an event of a bare subscription.",
        graphql.count,
        item.as_nanos() as f64 / 1_000.0,
        bare.per_second() / graphql.per_second(),
    ));
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    telling(&mut criterion);
    catching_up(&mut criterion);
    criterion.final_summary();
    tables();
}
