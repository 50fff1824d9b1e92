use mediary_schema::{EventId, reaction::Trouble};
use uuid::Uuid;

use super::super::{Event, Reaction};
use crate::testing::history;

fn samples() -> Vec<Event> {
    let cause = EventId::from_uuid(Uuid::from_u128(0x0193_5d2e_0000_7000_8000_0000_0000_0024));
    let stream = "playlist-8fcd009e-fb73-5ecc-8661-83409ffd6f10".to_owned();
    let (position, steps) = (36, 64);
    vec![
        Event::Enabled { name: "downloads-requested-to-request".to_owned(), after: 3 },
        Event::Advanced { cause, position, steps },
        Event::Handled { cause, position, steps: 67 },
        Event::Parked {
            cause,
            position,
            stream: stream.clone(),
            trouble: Trouble::new("EVENT_UNREADABLE", "read", "malformed payload"),
        },
        Event::Deferred { cause, position: 40, stream },
        Event::RetryRequested { cause },
        Event::Skipped { cause, reason: "the list is gone".to_owned() },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Reaction>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/reaction/history"), &samples());
}
