use mediary_schema::JobId;

use super::Event;

/// A preview as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The job that is to answer it, or is at it; none if nobody waits for an answer.
    pub under_way: Option<JobId>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        self.under_way = match event {
            Event::Requested { job_id, .. } => Some(*job_id),
            Event::Found { .. } | Event::Failed { .. } => None,
        };
    }
}
