use super::super::{Event, File};
use crate::testing::{history, samples};

fn samples() -> Vec<Event> {
    vec![Event::Recorded {
        path: "Open movies/Big Buck Bunny 60fps 4K [aqz-KE-bpKQ].mp4".to_owned(),
        verified: samples::verified(),
        made: Some(samples::made()),
    }]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<File>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/file/history"), &samples());
}
