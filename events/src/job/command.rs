use mediary_schema::{
    AttemptId, JobId, Priority, Ticket, Timestamp,
    job::{Failure, JobState, ResourceUse, RetryPolicy, Work},
    worker::WorkerLife,
};

/// What may be asked of a job.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Put it into the queue.
    Queue {
        /// What is to be done.
        work: Work,
        /// How often and how soon it is tried again.
        retry: RetryPolicy,
        /// When its turn comes.
        ticket: Ticket,
    },
    /// Let it matter so much from now on.
    Prioritise {
        /// How much.
        priority: Priority,
    },
    /// What it waits for came to nothing.
    Strand {
        /// What it waits for.
        after: JobId,
        /// How that ended.
        state: JobState,
    },
    /// Promise it to a worker.
    Lease {
        /// The attempt that this begins.
        attempt_id: AttemptId,
        /// Who runs it.
        worker: WorkerLife,
        /// When it is given back if the worker has not begun by then.
        until: Timestamp,
    },
    /// The worker has begun.
    Start {
        /// The attempt.
        attempt_id: AttemptId,
    },
    /// What is left of the attempt needs neither its slot nor its hosts.
    ReturnSlot {
        /// The attempt.
        attempt_id: AttemptId,
    },
    /// The worker has ended, its processes are gone.
    End {
        /// The attempt.
        attempt_id: AttemptId,
        /// How it went.
        outcome: Outcome,
        /// What its processes used.
        resources: ResourceUse,
    },
    /// Nobody has begun in time.
    GiveBack {
        /// The attempt.
        attempt_id: AttemptId,
    },
    /// The worker went away in the middle.
    Lose {
        /// The attempt.
        attempt_id: AttemptId,
        /// Whether it had got further before: then the job is not to blame.
        progressed: bool,
        /// When that is told: waits are counted from here.
        at: Timestamp,
        /// A random number, the dice of the jitter.
        dice: u32,
    },
    /// End it for good.
    Cancel,
    /// Hold it and keep what was done so far.
    Pause,
    /// Put a held job back into the queue.
    Resume,
}

/// How an attempt went.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The work is done.
    Succeeded {
        /// Bytes of files that are kept since.
        kept_bytes: u64,
    },
    /// It failed; whether it is tried again follows from the class and the tries so far.
    Failed {
        /// What went wrong.
        failure: Failure,
        /// When it did: waits are counted from here.
        at: Timestamp,
        /// A random number, the dice of the full jitter.
        dice: u32,
    },
    /// It stopped because it was asked to (cancel, pause), or because the server stops.
    Stopped,
}

impl Outcome {
    /// The same, no longer than an event may hold it.
    #[must_use]
    pub fn bounded(self) -> Self {
        match self {
            Self::Failed { failure, at, dice } => Self::Failed { failure: failure.bounded(), at, dice },
            Self::Succeeded { .. } | Self::Stopped => self,
        }
    }
}
