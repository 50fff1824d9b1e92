use mediary_schema::collection::CollectionKind;

use super::{
    super::{Collection, Event},
    added, created, file, id, item, list, moved,
};
use crate::testing::history;

fn samples() -> Vec<Event> {
    vec![
        list(),
        created(CollectionKind::Favourites),
        Event::Renamed { name: "Rails".to_owned() },
        added(1, file(7), 0),
        added(2, item(8), 1 << 40),
        moved(1, 1 << 41),
        moved(2, -5),
        Event::EntryRemoved { entry_id: id(1) },
        Event::EntryRemoved { entry_id: id(2) },
        Event::Deleted {},
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Collection>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/collection/history"), &samples());
}
