use super::super::{Event, Parrot};
use crate::testing::{history, samples};

fn samples() -> Vec<Event> {
    vec![
        Event::Told { job_id: samples::JOB, text: "hello".to_owned() },
        Event::Repeated { letters: 5 },
        Event::Rewarded {},
        Event::Failed {},
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Parrot>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/parrot/history"), &samples());
}
