use mediary_schema::job::{RetryPolicy, Work};

use super::super::{Event, Job};
use crate::testing::{NOW, history, samples};

fn samples() -> Vec<Event> {
    let (attempt_id, resources) = (samples::ATTEMPT, samples::resources());
    let queued = |work| Event::Queued { work, retry: RetryPolicy::default() };
    // What ends an attempt without naming it is about the one under way.
    let leased = Event::Leased { attempt_id, worker_id: samples::WORKER };
    vec![
        queued(Work::Refresh(samples::refresh())),
        queued(Work::Download(Box::new(samples::item()))),
        Event::Started { attempt_id },
        Event::AttemptFailed { attempt_id, failure: samples::failure(), resources, retry_at: NOW },
        Event::AttemptLost { attempt_id, progressed: true },
        Event::LeaseReturned { attempt_id },
        Event::AttemptStopped { attempt_id, resources },
        Event::Parked { attempt_id, losses: 3 },
        Event::CancelRequested { attempt_id },
        Event::PauseRequested { attempt_id },
        leased.clone(),
        Event::Paused {},
        Event::Resumed {},
        Event::Succeeded { attempt_id, resources },
        Event::Failed { attempt_id, failure: samples::failure(), resources, tries: 3 },
        leased,
        Event::Cancelled {},
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Job>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/job/history"), &samples());
}
