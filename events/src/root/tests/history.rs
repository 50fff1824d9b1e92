use mediary_schema::root::{RootId, RootKind};

use super::super::{Event, Root};
use crate::testing::{history, samples};

fn samples() -> Vec<Event> {
    let folder = |path: &str| path.parse().unwrap();
    let root_id = RootId::from_uuid(samples::uuid(11));
    let added = |root_id, kind, name: &str, path| Event::Added {
        root_id,
        kind,
        name: name.to_owned(),
        folder: folder(path),
    };
    vec![
        added(RootId::LIBRARY, RootKind::Library, "library", "/srv/mediary/library"),
        added(root_id, RootKind::Watch, "Incoming", "/srv/media/Incoming"),
        Event::Moved { root_id: RootId::LIBRARY, folder: folder("/mnt/tank/media") },
        Event::WentAway { root_id },
        Event::CameBack { root_id },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Root>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/root/history"), &samples());
}
