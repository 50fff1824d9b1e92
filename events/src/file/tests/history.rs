use mediary_schema::file::Root;

use super::super::{Event, File};
use crate::testing::{history, samples};

fn samples() -> Vec<Event> {
    let made = |root| Event::Recorded {
        root,
        path: "Open movies/Big Buck Bunny 60fps 4K [aqz-KE-bpKQ].mp4".to_owned(),
        verified: Box::new(samples::verified()),
        made: Some(samples::made()),
    };
    vec![
        made(Root::Library),
        made(Root::WatchFolder(samples::uuid(9))),
        Event::Found {},
        Event::Changed { size_bytes: 108_724_300 },
        Event::Lost {},
        Event::Trashed {},
        Event::Replaced { by: samples::file_id() },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<File>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/file/history"), &samples());
}
