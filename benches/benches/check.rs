//! Figures of checks: how late looks are of a thousand each second of which one hangs, and what ten thousand cost, or a
//! hundred thousand, of which none is due.

use std::{path::Path, time::Duration};

use mediary_benches::{
    check,
    rest::{self, Served},
    table::{head, line, memory_row},
    telemetry::Store,
    world,
};

/// Checks that are looked at each second.
const EACH_SECOND: usize = 999;
/// For how long.
const DURING: Duration = Duration::from_mins(1);
/// Checks that are looked at once a day, by sizes; those of a tenth with `ops/bench check -- short`.
const DAILY: [usize; 2] = [10_000, 100_000];
const DAY_S: u32 = 86_400;
/// Checks each minute whose ninety days are kept, with `ops/bench check -- days`.
const EACH_MINUTE: u64 = 1_000;
/// Days that these are looked at.
const DAYS: u64 = 90;
/// Pages of a check that are read.
const PAGES: usize = 200;
/// Points of a graph, one for each pixel.
const WIDTH: u64 = 1_000;
/// How long a server has to come to rest before it is looked at.
const SETTLES: Duration = Duration::from_secs(20);

fn main() {
    mediary::provide_tls();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some(rest::SERVE) {
        let folder = arguments.next().expect("it is said where");
        runtime.block_on(rest::serve(Path::new(&folder), 0)).expect("it serves until it is told to stop");
        return;
    }
    let is_short = std::env::args().any(|argument| argument == "short");
    let during = if is_short { DURING / 10 } else { DURING };
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    if std::env::args().any(|argument| argument == "days") {
        return runtime.block_on(days(folder.path(), if is_short { EACH_MINUTE / 20 } else { EACH_MINUTE }));
    }
    let punctual = runtime.block_on(check::punctual(folder.path(), EACH_SECOND, during));
    let late = |percent| punctual.percentile(percent).as_millis();
    line("\n| checks each second, one more hangs | looks | late by ms, p50 | p99 | most | wanted |");
    line("|---|---|---|---|---|---|");
    line(&format!(
        "| {} for {} s | {} | {} | {} | {} | 1000 |",
        punctual.checks,
        during.as_secs(),
        punctual.looks,
        late(50),
        late(99),
        late(100)
    ));

    line(
        "\n| checks once a day | added per second | ready after ms | part of a core over the time | memory MiB | wanted |",
    );
    line("|---|---|---|---|---|---|");
    for count in DAILY {
        let count = if is_short { count / 10 } else { count };
        runtime.block_on(daily(count, during));
    }
}

/// What so many checks come to that are looked at each minute of ninety days, kept as by default.
async fn days(folder: &Path, checks: u64) {
    let store = Store::open(folder);
    let taken = store.tell_checks(checks, 0..DAYS * 24 * 60, Duration::from_mins(1)).await;
    let mib = store.size_bytes() >> 20;
    line("\n| checks each minute | days | samples | taken per second | store MiB | wanted |");
    line("|---|---|---|---|---|---|");
    line(&format!("| {checks} | {DAYS} | {} | {:.0} | {mib} | 300 MB |", taken.count, taken.per_second()));
    head();
    let pages = store.pages(PAGES, DAYS, WIDTH).await;
    memory_row(
        "what the page of a check shows of them: its days, and a graph of 1,000 points (wanted: 200 ms)",
        &pages,
    );
    store.stop();
}

/// A server with so many checks, measured for so long.
async fn daily(count: usize, during: Duration) {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let program = std::env::current_exe().expect("a program knows itself");
    // It makes the folder as it wants it.
    Served::start(&program, folder.path()).await.stop().await;
    let per_second = {
        let gate = world::open(&rest::data(folder.path()));
        let begun = tokio::time::Instant::now();
        check::fill(&gate, folder.path(), count, DAY_S).await;
        count as f64 / begun.elapsed().as_secs_f64()
    };
    // It builds the views.
    let first = Served::start(&program, folder.path()).await;
    tokio::time::sleep(SETTLES).await;
    first.stop().await;
    let served = Served::start(&program, folder.path()).await;
    tokio::time::sleep(SETTLES).await;
    let before = check::busy(served.pid()).expect("it is there");
    tokio::time::sleep(during).await;
    let busy = check::busy(served.pid()).expect("it is there").saturating_sub(before);
    let memory = rest::memory_bytes(served.pid()).expect("it is there") >> 20;
    line(&format!(
        "| {count} | {per_second:.0} | {} | {:.4} | {memory} | 0.01, 150 MiB |",
        served.ready_after.as_millis(),
        busy.as_secs_f64() / during.as_secs_f64()
    ));
    served.stop().await;
}
