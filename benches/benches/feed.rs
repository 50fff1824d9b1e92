//! Figures of feeds: looks at unchanged ones, the reading of long ones, and what that takes of memory.

use mediary_benches::{
    feed::{self, Publisher},
    table::{self, line},
};

/// Unchanged feeds that are looked at.
const FEEDS: u32 = 200;
/// Entries of each of them.
const ENTRIES_EACH: u32 = 50;
/// Looks at once: what a server does unless told otherwise.
const AT_ONCE: usize = 2;
/// Entries of a long feed.
const LONG: u32 = 5_000;
/// Entries of a feed of some 50 MB.
const HUGE: u32 = 40_000;

fn main() {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    mediary_benches::runtime().block_on(async {
        let publisher = Publisher::start().await;
        let sources = feed::sources(folder.path()).await;
        let urls: Vec<_> = (0..FEEDS).map(|name| publisher.url(ENTRIES_EACH, name)).collect();
        table::head();
        let (first, _) = feed::look_at_all(&sources, &urls, AT_ONCE).await;
        table::memory_row("first look at a feed of 50 entries", &first);
        let (again, _) = feed::look_at_all(&sources, &urls, AT_ONCE).await;
        table::memory_row("look at an unchanged feed of 50 entries", &again);
        let (long, rows) = feed::look_at_all(&sources, &[publisher.url(LONG, 0)], 1).await;
        line(&format!(
            "\n{FEEDS} unchanged feeds in {:.2} s, without a child process.",
            again.took.as_secs_f64()
        ));
        line(&format!("A feed of {rows} entries is read in {:.2} s.", long.took.as_secs_f64()));
        // The publisher holds its answer in the same process: what the reader takes is what comes on top of it.
        let before = feed::memory_peak_bytes();
        let (huge, rows) = feed::look_at_all(&sources, &[publisher.url(HUGE, 0)], 1).await;
        let more = (feed::memory_peak_bytes() - before) >> 20;
        let took = huge.took.as_secs_f64();
        line(&format!(
            "A feed of {rows} entries in {took:.2} s; it and its publisher took {more} MiB more memory."
        ));
    });
}
