use mediary_schema::{job::WorkKind, setting::Limits};

use super::super::{Event, Setting};
use crate::testing::history;

fn samples() -> Vec<Event> {
    let per_kind = [(WorkKind::new("refresh"), 2), (WorkKind::new("download"), 2)].into();
    vec![Event::LimitsChanged { limits: Limits { per_kind, total: 4 } }]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Setting>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/setting/history"), &samples());
}
