use mediary_schema::{PlanId, layout::Described};

use super::super::{Download, Event};
use crate::testing::{NOW, history, samples};

fn samples() -> Vec<Event> {
    let job_id = samples::JOB;
    vec![
        Event::Requested { job_id, item: Box::new(samples::item()) },
        Event::Completed { job_id, file_id: samples::file_id(), described: Described::default() },
        Event::Completed {
            job_id,
            file_id: samples::file_id(),
            described: Described {
                title: Some("Big Buck Bunny".to_owned()),
                uploader: Some("Blender".to_owned()),
                published_at: Some(NOW),
            },
        },
        Event::FileReplaced { file_id: samples::file_id(), plan_id: PlanId::from_uuid(samples::uuid(14)) },
        Event::Failed { job_id, failure: samples::failure() },
        Event::Cancelled { job_id },
        Event::Archived { item_id: samples::item_id(), source: samples::source() },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Download>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/download/history"), &samples());
}
