use mediary_schema::{
    transcode::Replace,
    watch::{Watch, Which},
};

use super::{
    super::{Event, Watches},
    added, by, id, stopped, watch,
};
use crate::testing::history;

fn samples() -> Vec<Event> {
    let names = vec!["*.mkv".to_owned()];
    let which = Which { names, bytes_min: Some(1), bytes_max: Some(2), depth_max: Some(3), settle_s: 4 };
    let replace = Some(Replace { allow_links: true });
    vec![
        added(1, by(1, Watch { which, replace, ..watch("in") })),
        added(2, by(1, watch(""))),
        stopped(1),
        Event::Removed { watch_id: id(1) },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Watches>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/watch/history"), &samples());
}
