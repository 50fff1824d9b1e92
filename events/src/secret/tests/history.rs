use super::{
    super::{Event, Secret},
    key, master, set,
};
use crate::testing::history;

fn samples() -> Vec<Event> {
    vec![set(1, 2), Event::Deleted { data_key_id: key(1) }, Event::Rotated { master_key_id: master(3) }]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Secret>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/secret/history"), &samples());
}
