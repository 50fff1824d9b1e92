use mediary_schema::{job::WorkKind, worker::Offer};

use super::super::{Event, Worker};
use crate::testing::history;

fn samples() -> Vec<Event> {
    let concern = "download".to_owned();
    let reason = "5 attempts in a row ended by a panic: index out of bounds".to_owned();
    vec![
        Event::Joined { epoch: 12, offer: Offer { kinds: WorkKind::ALL.to_vec() } },
        Event::ConcernHalted { concern: concern.clone(), reason },
        Event::ConcernResumed { concern },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Worker>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/worker/history"), &samples());
}
