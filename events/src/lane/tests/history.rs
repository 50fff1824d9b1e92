use mediary_schema::lane::{Hold, Lane, Reason};

use super::super::{Event, Lanes};
use crate::testing::{NOW, history, samples};

fn samples() -> Vec<Event> {
    let hold = Hold {
        lane: Lane::LibraryDisk,
        reason: Reason::NoRoom { bytes: 5_368_709_120 },
        until: None,
        job_id: samples::JOB,
    };
    let asked = Hold {
        lane: Lane::Host("www.youtube.com".to_owned()),
        reason: Reason::RateLimit,
        until: Some(NOW),
        job_id: samples::JOB,
    };
    vec![
        Event::Held { hold },
        Event::Held { hold: asked },
        Event::Released { lane: Lane::Host("www.youtube.com".to_owned()) },
        Event::Paused { lane: Lane::Drive("sr0".to_owned()) },
        Event::Resumed { lane: Lane::Drive("sr0".to_owned()) },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Lanes>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lane/history"), &samples());
}
