//! What work took, as the log tells it: how long each try worked, and what its programs used.

use std::collections::BTreeMap;

use mediary_events::{Recorded, job::Event};
use mediary_schema::{
    AttemptId, Timestamp,
    job::{ResourceUse, StoppedAttempt},
    telemetry::{Metric, Sample},
};

/// The tries that are at work, as far as their beginning was seen.
#[derive(Debug, Default)]
pub(super) struct Tries {
    begun: BTreeMap<AttemptId, Timestamp>,
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct End {
    /// When it began, if that was seen.
    begun: Option<Timestamp>,
    at: Timestamp,
    /// What its programs used, if that is known.
    used: Option<ResourceUse>,
    /// Bytes of files that it kept.
    kept_bytes: u64,
    /// Whether the job is done by it.
    pub(super) is_done: bool,
}

impl Tries {
    /// Whether something is at work.
    pub(super) fn are_any(&self) -> bool {
        !self.begun.is_empty()
    }

    /// Takes in an event of a job; answers the end of a try, if it is one.
    pub(super) fn take(&mut self, event: &Event, at: Timestamp) -> Option<End> {
        let (attempt_id, used, kept_bytes) = match event {
            Event::Started { attempt_id } => {
                self.begun.insert(*attempt_id, at);
                return None;
            }
            Event::Succeeded { attempt_id, resources, kept_bytes } => {
                (attempt_id, Some(*resources), *kept_bytes)
            }
            Event::Failed { attempt_id, resources, .. }
            | Event::AttemptFailed { attempt_id, resources, .. }
            | Event::AttemptStopped { attempt_id, resources } => (attempt_id, Some(*resources), 0),
            Event::Paused { attempt: Some(StoppedAttempt { attempt_id, resources, .. }) }
            | Event::Cancelled { attempt: Some(StoppedAttempt { attempt_id, resources, .. }) } => {
                (attempt_id, *resources, 0)
            }
            // When it went away nobody knows, nor what it had done by then.
            Event::AttemptLost { attempt_id, .. } | Event::Parked { attempt_id, .. } => {
                self.begun.remove(attempt_id);
                return None;
            }
            Event::Queued { .. }
            | Event::Prioritised { .. }
            | Event::Stranded { .. }
            | Event::Leased { .. }
            | Event::SlotReturned { .. }
            | Event::LeaseReturned { .. }
            | Event::CancelRequested { .. }
            | Event::PauseRequested { .. }
            | Event::Resumed {}
            | Event::Paused { attempt: None }
            | Event::Cancelled { attempt: None } => return None,
        };
        let is_done = matches!(event, Event::Succeeded { .. });
        Some(End { begun: self.begun.remove(attempt_id), at, used, kept_bytes, is_done })
    }
}

impl End {
    /// What there is to tell of it; `queued_at` is when its job was asked for, where it is done.
    pub(super) fn samples(&self, event: &Recorded, kind: &str, queued_at: Option<Timestamp>) -> Vec<Sample> {
        let Self { begun, at, used, kept_bytes, .. } = *self;
        let sample = |metric, value| Sample {
            project: event.envelope.project,
            subject: kind.to_owned().into(),
            ..Sample::of_installation(metric, at, value)
        };
        let worked = begun.map(|begun| at.since(begun).as_secs_f64());
        let rate =
            worked.filter(|worked| *worked > 0.0 && kept_bytes > 0).map(|worked| kept_bytes as f64 / worked);
        // A try without programs of its own used none.
        let used = used.filter(|used| *used != ResourceUse::default());
        [
            (&Metric::ATTEMPT_DURATION, worked),
            (&Metric::ATTEMPT_CPU, used.map(|used| used.cpu_ms as f64 / 1_000.0)),
            (&Metric::ATTEMPT_MEMORY_PEAK, used.map(|used| used.memory_peak_bytes as f64)),
            (&Metric::ATTEMPT_RATE, rate),
            (&Metric::JOB_DURATION, queued_at.map(|queued_at| at.since(queued_at).as_secs_f64())),
        ]
        .into_iter()
        .filter_map(|(metric, value)| Some(sample(metric, value?)))
        .collect()
    }
}
