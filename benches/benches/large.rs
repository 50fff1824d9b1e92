//! Figures of a log that is large: how it comes about, what it takes, reading, opening and proving it, and its views.
//!
//! `ops/bench large` has a hundred thousand events, `ops/bench large -- ten-million` ten millions: that takes an hour and some
//! 15 GB where temporary files lie.

use std::path::Path;

use mediary_benches::{
    figure::Figure,
    large, log, subscription,
    table::{self, line},
    view,
    world::{self, List, Size},
};
use mediary_log::gate::Gate;
use mediary_projections::{
    Snapshot,
    job::JobView,
    playlist::{EntryFilter, PlaylistView, entries},
    view::View,
};
use tokio::runtime::Runtime;

/// Lists of 5,000 rows, of which some are kept: ten thousand events each.
const fn lists(lists: u32) -> Size {
    Size { lists, entries_each: 5_000, kept_each: 555 }
}

/// The argument that asks for all of it.
const WANTS_ALL: &str = "ten-million";
const SMALL: Size = lists(10);
const ALL: Size = lists(1_000);
/// Pages of a figure.
const PAGES: usize = 200;

fn main() {
    let size = if std::env::args().any(|argument| argument == WANTS_ALL) { ALL } else { SMALL };
    let directory = tempfile::tempdir().expect("there is a folder for temporary files");
    let runtime = mediary_benches::runtime();
    table::head();
    let gate = world::open(directory.path());
    let told = table::row("events as they come about, 50 an append", directory.path(), || {
        large::tell(&gate, size).expect("the stories are told in order")
    });
    let events = told.count;
    let bytes_each = gate.log().size_bytes() / events;
    row("read, pages of 1000 events", &log::scan(gate.log()).expect("the log can be read"));
    row("caught up with, batches of 1000 events", &runtime.block_on(subscription::catch_up(gate.log())));
    let views = tempfile::tempdir().expect("there is a folder for temporary files");
    rebuilt::<JobView>(&runtime, &gate, views.path()).view.stop();
    let playlists = rebuilt::<PlaylistView>(&runtime, &gate, views.path());
    let list = List::new(0).id;
    let of_list = move |rows: &Snapshot<'_>, page: &_| entries(rows, list, &EntryFilter::default(), page);
    row("page of 50 entries", &runtime.block_on(view::pages(&playlists.view, PAGES, of_list)));
    playlists.view.stop();
    let opened = runtime.block_on(async {
        gate.log().clone().close().await;
        large::open(directory.path(), STARTS).await
    });
    row("opened after a clean stop", &opened);
    row("proved, as `log verify` does it", &large::prove(directory.path()).expect("it is whole"));
    line(&format!("\n{events} events take {bytes_each} bytes each on the disk."));
}

/// Openings of a figure.
const STARTS: usize = 5;

fn row(name: &str, figure: &Figure) {
    table::memory_row(name, figure);
}

fn rebuilt<V: View>(runtime: &Runtime, gate: &Gate, directory: &Path) -> view::Rebuilt {
    let rebuilt = runtime.block_on(view::rebuild::<V>(gate.log(), directory)).expect("a view can be made");
    row(&format!("the view {} made anew", V::NAME), &rebuilt.events);
    rebuilt
}
