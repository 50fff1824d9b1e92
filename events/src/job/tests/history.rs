use mediary_schema::{
    Priority, TemplateVersion, Ticket,
    job::{JobState, RetryPolicy, StoppedAttempt},
    worker::WorkerLife,
};

use super::super::{Event, Job};
use crate::testing::{NOW, history, samples};

fn samples() -> Vec<Event> {
    let (attempt_id, resources) = (samples::ATTEMPT, samples::resources());
    let WorkerLife { worker_id, incarnation_id } = samples::WORKER_LIFE;
    let stopped =
        StoppedAttempt { attempt_id, resources: Some(resources), failure: Some(samples::failure()) };
    let queued = |ticket| Event::Queued { work: samples::work(), retry: RetryPolicy::default(), ticket };
    let label = |text: &str| text.parse().unwrap();
    let ticket = Ticket {
        priority: Priority::HIGHEST,
        at: Some(NOW),
        after: Some(samples::JOB),
        batch: Some(label("night run")),
        tags: vec![label("concerts"), label("to watch")],
        template: Some(TemplateVersion { name: "night run".parse().unwrap(), version: 3 }),
        bulk: true,
    };
    vec![
        queued(Ticket::default()),
        queued(ticket),
        Event::Prioritised { priority: Priority::LOWEST },
        Event::Stranded { after: samples::JOB, state: JobState::Failed },
        Event::Leased { attempt_id, worker_id, incarnation_id, until: NOW },
        Event::Started { attempt_id },
        Event::SlotReturned { attempt_id },
        Event::AttemptFailed { attempt_id, failure: samples::failure(), resources, retry_at: NOW },
        Event::AttemptLost { attempt_id, worker_id, progressed: true, retry_at: Some(NOW) },
        Event::LeaseReturned { attempt_id, worker_id },
        Event::AttemptStopped { attempt_id, resources },
        Event::Parked { attempt_id, worker_id, losses: 3 },
        Event::CancelRequested { attempt_id },
        Event::PauseRequested { attempt_id },
        Event::Paused { attempt: Some(stopped.clone()) },
        Event::Resumed {},
        Event::Succeeded { attempt_id, resources, kept_bytes: 0 },
        Event::Succeeded { attempt_id, resources, kept_bytes: 5_368_709_120 },
        Event::Failed { attempt_id, failure: samples::failure(), resources, tries: 3 },
        Event::Cancelled { attempt: Some(stopped) },
    ]
}

// PL-07.
// invariant: L-13
#[test]
fn every_form_ever_written_is_read() {
    history::<Job>(concat!(env!("CARGO_MANIFEST_DIR"), "/src/job/history"), &samples());
}
