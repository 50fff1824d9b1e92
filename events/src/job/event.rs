use mediary_schema::{
    AttemptId, IncarnationId, JobId, Priority, Ticket, Timestamp, WorkerId,
    job::{Failure, JobState, ResourceUse, RetryPolicy, StoppedAttempt, Work},
};
use serde::{Deserialize, Serialize};

use super::State;
use crate::{SUBJECTS_MAX, Subject, Subjects, asked::is_default};

/// What can have happened to a job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// It waits for a worker.
    #[serde(rename = "queued")]
    Queued {
        /// What is to be done, with all that it needs.
        work: Work,
        /// How often and how soon it is tried again.
        retry: RetryPolicy,
        /// When its turn comes.
        #[serde(default, skip_serializing_if = "is_default")]
        ticket: Ticket,
    },
    /// A person said anew how much it matters.
    #[serde(rename = "prioritised")]
    Prioritised {
        /// How much.
        priority: Priority,
    },
    /// The job that it was to wait for came to nothing: it is held until a person resumes it.
    #[serde(rename = "stranded")]
    Stranded {
        /// What it waited for.
        after: JobId,
        /// How that ended.
        state: JobState,
    },
    /// It is promised to a worker.
    #[serde(rename = "leased")]
    Leased {
        /// The attempt that this begins.
        attempt_id: AttemptId,
        /// Who runs it.
        worker_id: WorkerId,
        /// In which of its lives: a lease that was taken up ends with it.
        incarnation_id: IncarnationId,
        /// When it is given back if the worker has not begun by then.
        until: Timestamp,
    },
    /// It is being worked on.
    #[serde(rename = "started")]
    Started {
        /// The attempt.
        attempt_id: AttemptId,
    },
    /// It is at work without a slot: what is left of it needs none, nor its hosts.
    #[serde(rename = "slot_returned")]
    SlotReturned {
        /// The attempt, which goes on.
        attempt_id: AttemptId,
    },
    /// An attempt failed, and there will be another.
    #[serde(rename = "attempt_failed")]
    AttemptFailed {
        /// The attempt.
        attempt_id: AttemptId,
        /// What went wrong.
        failure: Failure,
        /// What its processes used.
        resources: ResourceUse,
        /// Not tried again before this moment.
        retry_at: Timestamp,
    },
    /// An attempt's worker went away; it is back in the queue.
    #[serde(rename = "attempt_lost")]
    AttemptLost {
        /// The attempt.
        attempt_id: AttemptId,
        /// The worker that it had.
        worker_id: WorkerId,
        /// Whether it had got further before: then the job is not to blame.
        progressed: bool,
        /// Not tried again before this moment, if it has to wait.
        retry_at: Option<Timestamp>,
    },
    /// Nobody took the lease up; it is back in the queue.
    #[serde(rename = "lease_returned")]
    LeaseReturned {
        /// The attempt that never began.
        attempt_id: AttemptId,
        /// The worker that had the lease.
        worker_id: WorkerId,
    },
    /// An attempt stopped because the server did; it is back in the queue.
    #[serde(rename = "attempt_stopped")]
    AttemptStopped {
        /// The attempt.
        attempt_id: AttemptId,
        /// What its processes used.
        resources: ResourceUse,
    },
    /// It lost its worker too often, and is held until a person resumes it.
    #[serde(rename = "parked")]
    Parked {
        /// The last attempt.
        attempt_id: AttemptId,
        /// The worker that went away last.
        worker_id: WorkerId,
        /// How many it lost in a row.
        losses: u32,
    },
    /// A person wants a running job to end.
    #[serde(rename = "cancel_requested")]
    CancelRequested {
        /// The attempt that is to stop.
        attempt_id: AttemptId,
    },
    /// A person wants a running job to be held.
    #[serde(rename = "pause_requested")]
    PauseRequested {
        /// The attempt that is to stop.
        attempt_id: AttemptId,
    },
    /// It is held; what was done so far is kept.
    #[serde(rename = "paused")]
    Paused {
        /// The attempt that stopped for it, if there was one.
        attempt: Option<StoppedAttempt>,
    },
    /// It is back in the queue.
    #[serde(rename = "resumed")]
    Resumed {},
    /// It is done.
    #[serde(rename = "succeeded")]
    Succeeded {
        /// The attempt that did it.
        attempt_id: AttemptId,
        /// What its processes used.
        resources: ResourceUse,
        /// Bytes of files that are kept since.
        #[serde(default, skip_serializing_if = "is_default")]
        kept_bytes: u64,
    },
    /// It was given up.
    #[serde(rename = "failed")]
    Failed {
        /// The last attempt.
        attempt_id: AttemptId,
        /// What went wrong.
        failure: Failure,
        /// What its processes used.
        resources: ResourceUse,
        /// How often it was tried in all, also before a person resumed it.
        tries: u32,
    },
    /// A person ended it.
    #[serde(rename = "cancelled")]
    Cancelled {
        /// The attempt that stopped for it, if there was one.
        attempt: Option<StoppedAttempt>,
    },
}

impl Event {
    /// The try that it is of, if it is of one.
    fn attempt(&self) -> Option<AttemptId> {
        match self {
            Self::Leased { attempt_id, .. }
            | Self::Started { attempt_id }
            | Self::SlotReturned { attempt_id }
            | Self::AttemptFailed { attempt_id, .. }
            | Self::AttemptLost { attempt_id, .. }
            | Self::LeaseReturned { attempt_id, .. }
            | Self::AttemptStopped { attempt_id, .. }
            | Self::Parked { attempt_id, .. }
            | Self::CancelRequested { attempt_id }
            | Self::PauseRequested { attempt_id }
            | Self::Succeeded { attempt_id, .. }
            | Self::Failed { attempt_id, .. } => Some(*attempt_id),
            Self::Paused { attempt } | Self::Cancelled { attempt } => {
                attempt.as_ref().map(|attempt| attempt.attempt_id)
            }
            Self::Queued { .. } | Self::Prioritised { .. } | Self::Stranded { .. } | Self::Resumed {} => None,
        }
    }

    /// The worker that got or lost it, if one did.
    const fn worker(&self) -> Option<WorkerId> {
        match self {
            Self::Leased { worker_id, .. }
            | Self::AttemptLost { worker_id, .. }
            | Self::LeaseReturned { worker_id, .. }
            | Self::Parked { worker_id, .. } => Some(*worker_id),
            Self::Queued { .. }
            | Self::Prioritised { .. }
            | Self::Stranded { .. }
            | Self::Started { .. }
            | Self::SlotReturned { .. }
            | Self::AttemptFailed { .. }
            | Self::AttemptStopped { .. }
            | Self::CancelRequested { .. }
            | Self::PauseRequested { .. }
            | Self::Paused { .. }
            | Self::Resumed {}
            | Self::Succeeded { .. }
            | Self::Failed { .. }
            | Self::Cancelled { .. } => None,
        }
    }

    /// What it is about: the try under way, and what the work is done to; the first one names where it was asked for,
    /// too.
    pub(super) fn subjects(&self, before: &State) -> Subjects {
        let (work, within, waited_for) = match self {
            Self::Queued { work, ticket, .. } => (Some(work), work.within.as_slice(), ticket.after),
            Self::Stranded { after, .. } => (before.work.as_ref(), [].as_slice(), Some(*after)),
            _ => (before.work.as_ref(), [].as_slice(), None),
        };
        let things = work.map_or([].as_slice(), |work| &work.subjects).iter().chain(within).cloned();
        let told = [
            self.attempt().map(Subject::from),
            self.worker().map(Subject::from),
            waited_for.map(Subject::from),
        ];
        // What doesn't fit is named by the work itself.
        Subjects::try_new(told.into_iter().flatten().chain(things).take(SUBJECTS_MAX)).unwrap_or_default()
    }
}

impl Event {
    /// The same without addresses, titles and what tools said.
    pub(super) fn redacted(&self) -> Self {
        let mut event = self.clone();
        match &mut event {
            Self::Queued { work, ticket, .. } => (*work, *ticket) = (work.redacted(), ticket.redacted()),
            Self::AttemptFailed { failure, .. } | Self::Failed { failure, .. } => {
                *failure = failure.redacted();
            }
            Self::Paused { attempt } | Self::Cancelled { attempt } => {
                if let Some(StoppedAttempt { failure: Some(failure), .. }) = attempt {
                    *failure = failure.redacted();
                }
            }
            Self::Prioritised { .. }
            | Self::Stranded { .. }
            | Self::Leased { .. }
            | Self::Started { .. }
            | Self::SlotReturned { .. }
            | Self::AttemptLost { .. }
            | Self::LeaseReturned { .. }
            | Self::AttemptStopped { .. }
            | Self::Parked { .. }
            | Self::CancelRequested { .. }
            | Self::PauseRequested { .. }
            | Self::Resumed {}
            | Self::Succeeded { .. } => {}
        }
        event
    }
}
