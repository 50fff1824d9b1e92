//! Figures of subscriptions: from an append to 1, 100 and 1,000 subscribers, catching up with a log, from the log itself and
//! through GraphQL, and clients on websockets while the log grows.

#![recursion_limit = "256"]

use std::time::Duration;

use criterion::{Criterion, Throughput};
use mediary_benches::{
    figure::Figure,
    log,
    platform::Platform,
    socket::{Audience, Recorder, processor_time},
    subscription::{self, Edge},
    table::{self, line},
    world::{self, Size},
};
use mediary_log::{Log, gate::Gate};
use tempfile::TempDir;
use tokio::{runtime::Runtime, time::Instant};

const SUBSCRIBERS: [usize; 2] = [1, 100];
/// How many in the table, and how many events are told to each.
const TOLD: [(usize, u64); 3] = [(1, 2_000), (100, 2_000), (1_000, 500)];
/// About 5,000 events to catch up with while criterion samples, and 50,000 in the table.
const SAMPLED: Size = Size { lists: 1, entries_each: 2_500, kept_each: 277 };
const LARGE: Size = Size { lists: 5, entries_each: 5_000, kept_each: 555 };

/// How many clients follow a log, and how it grows.
struct Cell {
    name: &'static str,
    clients: usize,
    entries: u32,
    at_a_time: u32,
    every: Duration,
}

const CELLS: [Cell; 3] = [
    Cell {
        name: "100 clients, 100 events a second",
        clients: 100,
        entries: 1_000,
        at_a_time: 1,
        every: Duration::from_millis(10),
    },
    Cell {
        name: "1,000 clients, 20 events a second",
        clients: 1_000,
        entries: 200,
        at_a_time: 1,
        every: Duration::from_millis(50),
    },
    // As fast as a list is listed by yt-dlp and recorded, page by page.
    Cell {
        name: "100 clients while 5,000 entries are recorded",
        clients: 100,
        entries: 5_000,
        at_a_time: 50,
        every: Duration::from_millis(60),
    },
];

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
    for (subscribers, events) in TOLD {
        let live = Live::new();
        let name = format!("append until held by each of {subscribers}");
        table::row(&name, live.directory.path(), || live.tell(subscribers, events));
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

/// Prints what clients on websockets wait for an event, with what they and the server took of the processor meanwhile.
async fn sockets(cell: &Cell) {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let platform = Platform::start(folder.path(), None).await;
    let log = platform.log().clone();
    let mut recorder = Recorder::begin(&log).await.expect("the log can be written");
    let mut audience = Audience::gather(&platform, &log, cell.clients, cell.entries).await;
    let before = processor_time().expect("the system knows");
    let began = Instant::now();
    recorder.record(cell.entries, cell.at_a_time, cell.every).await.expect("the log can be written");
    let took = began.elapsed();
    let heard = audience.heard(|| began.elapsed()).await;
    let after = processor_time().expect("the system knows");
    let seconds = heard.took.as_secs_f64();
    let share = |before: Duration, after: Duration| after.saturating_sub(before).as_secs_f64() / seconds;
    let millis = |percent| heard.percentile(percent).unwrap_or_default().as_secs_f64() * 1_000.0;
    line(&format!(
        "| {} | {:.1} | {:.0} | {:.1} | {:.1} | {:.2} | {:.2} |",
        cell.name,
        took.as_secs_f64(),
        heard.per_second(),
        millis(50),
        millis(99),
        share(before.0, after.0),
        share(before.1, after.1),
    ));
    platform.stop().await;
}

fn main() {
    mediary::provide_tls();
    let mut criterion = Criterion::default().configure_from_args();
    telling(&mut criterion);
    catching_up(&mut criterion);
    criterion.final_summary();
    tables();
    line(
        "\n| on websockets | recorded in s | items per second | p50 ms | p99 ms | cores of the clients | of all else |",
    );
    line("|---|---|---|---|---|---|---|");
    let runtime = Runtime::new().expect("a runtime can be made");
    for cell in &CELLS {
        runtime.block_on(sockets(cell));
    }
}
