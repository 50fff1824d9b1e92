use super::super::{Commands, Event};
use crate::testing::history;

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    let samples = [Event::Accepted {}];
    history::<Commands>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/command/history"), &samples);
}
