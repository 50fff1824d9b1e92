use mediary_schema::{IncarnationId, job::WorkKind, worker::Offer};
use uuid::Uuid;

use super::super::{Event, Worker};
use crate::testing::history;

fn samples() -> Vec<Event> {
    let part = "download".to_owned();
    let reason = "5 attempts in a row ended by a panic: index out of bounds".to_owned();
    let incarnation_id = IncarnationId::from_uuid(Uuid::from_u128(0x0193_5d2e_0000_7000_8000_0000_0000_0012));
    vec![
        Event::Joined {
            incarnation_id,
            offer: Offer { kinds: ["refresh", "download", "verify"].map(WorkKind::new).to_vec() },
        },
        Event::PartHalted { part: part.clone(), reason },
        Event::PartResumed { part },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Worker>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/worker/history"), &samples());
}
