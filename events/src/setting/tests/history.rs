use mediary_schema::setting::Limits;

use super::super::{Event, Setting};
use crate::testing::history;

fn samples() -> Vec<Event> {
    vec![Event::LimitsChanged { limits: Limits::default() }]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Setting>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/setting/history"), &samples());
}
