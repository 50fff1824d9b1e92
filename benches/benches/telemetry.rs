//! Figures of the store of samples: taken in beside bare inserts of the same rows, a year of one series by hours, what a
//! thousand checks each minute take on the disk.

use std::time::Duration;

use mediary_benches::{
    table::{self, line},
    telemetry::{self, Store},
};

/// Series of the figures: a thousand checks.
const SERIES: u64 = 1_000;
/// Samples of each while it is measured how many are taken: ten hours of one a minute.
const ROUNDS: u64 = 600;
/// Days of the store whose size is told, with `ops/bench telemetry -- days`.
const DAYS: u64 = 17;
/// Hours of the series that is read.
const YEAR: u64 = 366 * 24;
/// Readings of a figure.
const READINGS: usize = 500;

fn main() {
    let is_long = std::env::args().any(|argument| argument == "days");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    table::head();
    let at = |name: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir(&path).expect("a folder can be made");
        path
    };
    let rows = SERIES * ROUNDS;
    let name = format!("{rows} samples of {SERIES} series, kept and made into blocks");
    let store = Store::open(&at("many"));
    let minute = Duration::from_mins(1);
    let taken = table::row(&name, folder.path(), || runtime.block_on(store.tell(SERIES, 0..ROUNDS, minute)));
    store.stop();
    let bare = table::row("the same rows, bare inserts in as large batches", folder.path(), || {
        telemetry::bare(&at("bare"), rows)
    });
    line(&format!("\n{:.2} of bare inserts.", taken.per_second() / bare.per_second()));

    let store = Store::open(&at("year"));
    runtime.block_on(store.tell(1, 0..YEAR, Duration::from_hours(1)));
    table::head();
    let (read, points) = runtime.block_on(store.years(READINGS));
    table::memory_row(&format!("a year of a series by hours, {points} points in four answers"), &read);
    let overview = runtime.block_on(store.overviews(READINGS, 1_000));
    table::memory_row("the same in 1,000 points, one a pixel", &overview);
    store.stop();

    if is_long {
        let store = Store::open(&at("days"));
        runtime.block_on(store.tell(SERIES, 0..DAYS * 24 * 60, minute));
        let size = store.size_bytes() >> 20;
        line(&format!(
            "\n{SERIES} series with a sample a minute, {DAYS} days told, kept as by default: {size} MiB."
        ));
        let overview = runtime.block_on(store.overviews(READINGS, 90));
        table::head();
        table::memory_row("one of them from the first to the last in 90 points", &overview);
        store.stop();
    }
}
