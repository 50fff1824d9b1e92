use super::super::{Event, Reservation};
use crate::testing::{history, samples};

fn samples() -> Vec<Event> {
    let holder = samples::JOB;
    vec![Event::Taken { key: format!("list/{}", samples::playlist_id()), holder }, Event::Released { holder }]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Reservation>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/reservation/history"), &samples());
}
