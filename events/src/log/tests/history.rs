use mediary_schema::log::OpenReason;

use super::{super::Logs, erased, opened, shredded};
use crate::testing::{history, samples};

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    let host = samples::identities().host("4a1b0f2c8d6e4c3b9a7f5e1d2c3b4a59");
    let samples = [
        opened(OpenReason::Start, Some(host)),
        opened(OpenReason::ClockStep, None),
        opened(OpenReason::Restore, Some(host)),
        erased(&[3, 7]),
        shredded(1),
    ];
    history::<Logs>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/log/history"), &samples);
}
