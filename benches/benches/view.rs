//! Figures of views: rebuilding those of playlists and jobs beside bare inserts of the same rows, and a
//! page of 50 from 100,000 rows.

use std::time::Duration;

use criterion::{Criterion, Throughput};
use mediary_benches::{
    figure::Figure,
    platform::Platform,
    rest,
    table::{self, line},
    view::{self, Rebuilt},
    world::{self, List, Size},
};
use mediary_log::gate::Gate;
use mediary_projections::{
    Snapshot,
    job::{JobFilter, JobView, jobs},
    playlist::{EntryFilter, PlaylistView, entries},
    view::View,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// About 5,000 events to fold while criterion samples, and 50,000 and 500,000 in the table.
const SAMPLED: Size = Size { lists: 1, entries_each: 2_500, kept_each: 277 };
const LARGE: Size = Size { lists: 5, entries_each: 5_000, kept_each: 555 };
const HUGE: Size = Size { lists: 50, entries_each: 5_000, kept_each: 555 };
/// The argument that asks for the rebuilding alone, with `ops/bench view -- rebuild`.
const IS_REBUILD: &str = "rebuild";
/// Rebuildings of a figure; the median counts.
const REBUILDS: usize = 3;
/// The rows that pages are taken from, of each kind.
const ROWS: u32 = 100_000;
/// Rows while criterion samples.
const ROWS_SAMPLED: u32 = 5_000;
/// Pages of a figure in the table.
const PAGES: usize = 500;

struct Bench {
    gate: Gate,
    runtime: Runtime,
    _directory: TempDir,
}

impl Bench {
    fn new() -> Self {
        let directory = folder();
        let gate = world::open(directory.path());
        Self { gate, runtime: mediary_benches::runtime(), _directory: directory }
    }

    fn with(size: Size) -> Self {
        let bench = Self::new();
        world::tell(&bench.gate, size).expect("the stories are told in order");
        bench
    }

    /// One list with so many rows, each of which is wished for.
    fn with_rows(rows: u32) -> Self {
        let bench = Self::with(Size { lists: 1, entries_each: rows, kept_each: 0 });
        world::queue(&bench.gate, &List::new(0), rows).expect("the stories are told in order");
        bench
    }

    fn events(&self) -> u64 {
        self.gate.log().head().position
    }

    fn rebuild<V: View>(&self, directory: &TempDir) -> Rebuilt {
        let rebuilding = view::rebuild::<V>(self.gate.log(), directory.path());
        self.runtime.block_on(rebuilding).expect("a view can be made")
    }

    fn time_of_rebuilds<V: View>(&self, times: u64) -> Duration {
        (0..times).map(|_| self.rebuild::<V>(&folder()).events.took).sum()
    }

    fn pages_of_entries(&self, playlists: &Rebuilt, pages: usize) -> Figure {
        let list = List::new(0).id;
        let of_list = move |rows: &Snapshot<'_>, page: &_| entries(rows, list, &EntryFilter::default(), page);
        self.runtime.block_on(view::pages(&playlists.view, pages, of_list))
    }

    fn pages_of_jobs(&self, built: &Rebuilt, pages: usize) -> Figure {
        let all = |rows: &Snapshot<'_>, page: &_| jobs(rows, &JobFilter::default(), page);
        self.runtime.block_on(view::pages(&built.view, pages, all))
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("there is a folder for temporary files")
}

fn rebuilding(criterion: &mut Criterion) {
    let bench = Bench::with(SAMPLED);
    let mut group = criterion.benchmark_group("view/rebuild");
    group.throughput(Throughput::Elements(bench.events())).sample_size(10);
    // Without the making and the removing of folders.
    group.bench_function("playlist", |bencher| {
        bencher.iter_custom(|times| bench.time_of_rebuilds::<PlaylistView>(times));
    });
    group.bench_function("job", |bencher| {
        bencher.iter_custom(|times| bench.time_of_rebuilds::<JobView>(times));
    });
    group.finish();
}

fn paging(criterion: &mut Criterion) {
    let bench = Bench::with_rows(ROWS_SAMPLED);
    let directory = folder();
    let playlists = bench.rebuild::<PlaylistView>(&directory);
    let built = bench.rebuild::<JobView>(&directory);
    let mut group = criterion.benchmark_group("view/page");
    group.throughput(Throughput::Elements(1)).sample_size(10);
    group.bench_function("entries", |bencher| {
        bencher.iter_custom(|pages| bench.pages_of_entries(&playlists, pages as usize).took);
    });
    group.bench_function("jobs", |bencher| {
        bencher.iter_custom(|pages| bench.pages_of_jobs(&built, pages as usize).took);
    });
    group.finish();
}

/// A rebuild beside the bare inserts and the reading, in turns: a disk changes its speed within minutes.
fn rebuild_row<V: View>(bench: &Bench) {
    let turns: Vec<_> = (0..REBUILDS).map(|_| rebuild_turn::<V>(bench)).collect();
    let median = |of: fn(&Turn) -> Duration| {
        let mut each: Vec<_> = turns.iter().map(of).collect();
        each.sort();
        each[REBUILDS / 2].as_secs_f64()
    };
    let (rebuilt, inserted) = (median(|turn| turn.rebuilt), median(|turn| turn.inserted));
    let rows = turns[0].rows as f64;
    line(&format!(
        "| {} | {:.0} | {rows} | {:.0} | {:.0} | {:.2} | {:.2} |",
        V::NAME,
        bench.events() as f64 / rebuilt,
        rows / rebuilt,
        rows / inserted,
        inserted / rebuilt,
        median(|turn| turn.read) / rebuilt,
    ));
}

/// How long a rebuild took, and what it consists of.
struct Turn {
    rows: usize,
    rebuilt: Duration,
    inserted: Duration,
    read: Duration,
}

fn rebuild_turn<V: View>(bench: &Bench) -> Turn {
    let (folded, bare) = (folder(), folder());
    let rebuilt = bench.rebuild::<V>(&folded);
    let tables = view::tables(&rebuilt.view);
    let rows = tables.iter().map(|table| table.rows.len()).sum::<usize>();
    let inserted = view::insert::<V>(bare.path(), &tables).expect("rows can be inserted");
    let read = bench.runtime.block_on(view::read::<V>(bench.gate.log()));
    Turn { rows, rebuilt: rebuilt.events.took, inserted: inserted.took, read: read.took }
}

fn rebuilds(size: Size) {
    let bench = Bench::with(size);
    line(&format!("\nRebuilding from a log of {} events, the median of {REBUILDS}:\n", bench.events()));
    line(
        "| view | events per second | rows | rows per second | bare inserts per second | ratio | of that, reading alone |",
    );
    line("|---|---|---|---|---|---|---|");
    rebuild_row::<PlaylistView>(&bench);
    rebuild_row::<JobView>(&bench);
}

fn tables() {
    let bench = Bench::with_rows(ROWS);
    let directory = folder();
    table::head();
    let playlists = bench.rebuild::<PlaylistView>(&directory);
    let pages = bench.pages_of_entries(&playlists, PAGES);
    table::memory_row(&format!("page of 50 entries of {ROWS}"), &pages);
    let built = bench.rebuild::<JobView>(&directory);
    let pages = bench.pages_of_jobs(&built, PAGES);
    table::memory_row(&format!("page of 50 jobs of {ROWS}"), &pages);
}

/// What a table of entries shows of each.
const ENTRIES: &str = "query($after: String) { playlists(first: 1) { nodes {
    entries(first: 50, after: $after) {
        nodes { id title url durationMs publishedAt availability status download { id } }
        pageInfo { hasNextPage endCursor }
    }
} } }";
/// What a table of jobs shows of each.
const JOBS: &str = "query($after: String) { jobs(first: 50, after: $after) {
    nodes { id kind title state priority attempts queuedAt endedAt waitsFor { __typename } }
    pageInfo { hasNextPage endCursor }
} }";

/// The same pages by HTTP from a whole server: a list of so many entries, all of which were kept.
async fn by_http() {
    let folder = folder();
    // It makes the folder as it wants it.
    Platform::start(folder.path(), None).await.stop().await;
    // The gate waits for the disk, and holds up nobody here.
    tokio::task::block_in_place(|| {
        let gate = world::open(&rest::data(folder.path()));
        let size = Size { lists: 1, entries_each: ROWS, kept_each: ROWS };
        world::tell(&gate, size).expect("the stories are told in order");
    });
    let platform = Platform::start(folder.path(), None).await;
    platform.caught_up().await;
    let pages = platform.pages(ENTRIES, "/playlists/nodes/0/entries", PAGES).await;
    table::memory_row(&format!("the same page of entries of {ROWS} by HTTP"), &pages);
    let pages = platform.pages(JOBS, "/jobs", PAGES).await;
    table::memory_row(&format!("the same page of jobs of {ROWS} by HTTP"), &pages);
    platform.stop().await;
}

fn main() {
    mediary::provide_tls();
    if std::env::args().any(|argument| argument == IS_REBUILD) {
        return [LARGE, HUGE].into_iter().for_each(rebuilds);
    }
    let mut criterion = Criterion::default().configure_from_args();
    rebuilding(&mut criterion);
    paging(&mut criterion);
    criterion.final_summary();
    [LARGE, HUGE].into_iter().for_each(rebuilds);
    tables();
    // As the server runs: with as many threads as there are cores.
    Runtime::new().expect("a runtime can be made").block_on(by_http());
}
