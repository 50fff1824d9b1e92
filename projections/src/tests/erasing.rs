//! What was erased from the log is in no view.

use mediary_log::{Filter, Read};

use super::{
    bench::{Bench, dump},
    story::{entry_count, follow, look, reach},
};
use crate::playlist::PlaylistView;

/// Whether a view's tables say a text anywhere.
fn says(bench: &Bench, text: &str) -> bool {
    format!("{:?}", dump::<PlaylistView>(bench.folder())).contains(text)
}

// Core B14.
// invariant: L-24
#[tokio::test]
async fn a_view_is_made_anew_without_what_was_erased_and_keeps_the_rest() {
    let bench = Bench::new();
    let view = bench.view::<PlaylistView>(bench.folder());
    bench.tell(follow).await;
    reach(&view, bench.tell(look(1, 0..3)).await).await;
    assert!(says(&bench, "About 1") && says(&bench, "About 2"));
    let added = Read::forward(1).filter(Filter::kinds(["playlist.entry_added"]));
    let events = bench.log().read(&added).unwrap();
    let named = |event: &&mediary_log::Recorded| {
        event.payload_json().unwrap().is_some_and(|payload| payload["title"] == "About 1")
    };
    let erased = events.iter().find(named).unwrap().position();
    reach(&view, bench.erase(&[erased]).await).await;
    assert!(!says(&bench, "About 1") && says(&bench, "About 2"));
    assert_eq!(entry_count(&view).await, Some(3), "the row is still there");
    view.stop();
    // A view that was begun later has nothing to forget.
    let view = bench.view::<PlaylistView>(bench.folder());
    assert_eq!(view.status().position, bench.log().head().position);
    view.stop();
}
