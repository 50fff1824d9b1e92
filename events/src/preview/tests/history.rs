use mediary_schema::preview::{Found, FoundKind};

use super::{
    super::{Event, Preview},
    asked, failed, found, found_little, found_tabs, what,
};
use crate::testing::{history, samples};

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    let single = Found { kind: FoundKind::Single, ..what() };
    let single = Event::Found { job_id: samples::JOB, found: single };
    let samples = [asked(), found(), found_little(), single, found_tabs(), failed()];
    history::<Preview>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/preview/history"), &samples);
}
