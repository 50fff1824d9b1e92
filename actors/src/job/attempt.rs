use std::path::PathBuf;

use mediary_events::{
    gate::{Caller, Gate},
    log::{Origin, OriginKind, Recorded},
    signal::{Signal, SignalHub, Subject},
};
use mediary_schema::{
    AttemptId, JobId, ProjectId,
    job::{Failure, Progress, ResourceUse, Work, WorkKind},
};
use tokio_util::sync::CancellationToken;

/// What a concern does to the world for one kind of work.
pub trait Effect: Clone + Send + Sync + 'static {
    /// The kind of work that it does.
    const KIND: WorkKind;

    /// Does the work of one attempt, until it is done, fails, or is asked to stop.
    ///
    /// What came of it is recorded by the effect itself, in the same append as the end of the job, and is
    /// [`Ending::Recorded`]; any other end is recorded by the performer. When this returns no
    /// process of the attempt is left.
    fn perform(&self, attempt: Attempt) -> impl Future<Output = Ending> + Send;
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    /// The effect has appended what came of it.
    Recorded,
    /// It failed.
    Failed(Failure, ResourceUse),
    /// It stopped because it was asked to.
    Stopped(ResourceUse),
}

/// One try at a job: everything that an effect needs to know and to tell.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The job.
    pub job_id: JobId,
    /// The fence.
    pub attempt_id: AttemptId,
    /// What is to be done.
    pub work: Work,
    /// The lease: the cause of everything that the attempt appends.
    pub lease: Recorded,
    /// The folder of the job's unfinished work.
    pub staging: PathBuf,
    /// Where all output of the attempt's processes goes.
    pub output: PathBuf,
    /// Asks the attempt to stop.
    pub stop: CancellationToken,
    /// The gate.
    pub gate: Gate,
    /// Where progress is told.
    pub signals: SignalHub,
}

impl Attempt {
    /// The caller of a step of this attempt.
    pub fn caller(&self, step: &str) -> Caller {
        let origin = Origin { kind: OriginKind::Actor, id: self.attempt_id.uuid() };
        Caller::because_of(&self.lease, origin, step)
    }

    /// Tells how far it is.
    pub fn progress(&self, progress: &Progress) {
        match serde_json::to_value(progress) {
            Ok(payload) => self.signals.publish(Signal { subject: self.subject(), payload }),
            Err(error) => tracing::warn!(%error, "progress can't be told"),
        }
    }

    pub(super) fn subject(&self) -> Subject {
        progress_of(self.lease.envelope.project, self.job_id)
    }
}

/// Where the progress of a job is told.
pub fn progress_of(project: ProjectId, job_id: JobId) -> Subject {
    Subject { project, concern: "job", name: "progress", id: job_id.uuid() }
}
