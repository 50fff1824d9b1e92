use std::{path::PathBuf, time::Duration};

use mediary_log::{
    Origin, OriginKind, Recorded,
    gate::{Caller, Gate, Refusal, Transaction},
    signal::{Signal, SignalHub, Subject},
};
use mediary_schema::{
    AttemptId, JobId, ProjectId,
    job::{Progress, Work},
};

use crate::{process::Assignment, staging::Staging};

/// One try at a job: all that the platform's side of it needs to know and to tell.
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "the attempt's id is called so everywhere")]
pub struct Attempt {
    /// The job.
    pub job_id: JobId,
    /// The fence.
    pub attempt_id: AttemptId,
    /// What is to be done.
    pub(super) work: Work,
    /// The lease: the cause of everything that the attempt appends.
    pub lease: Recorded,
    /// The folder of the job's unfinished work.
    pub staging: PathBuf,
    /// The folders of all unfinished work.
    pub folders: Staging,
    /// What its child processes are run for: it stops them, and knows what they used.
    pub assignment: Assignment,
    /// The gate.
    pub gate: Gate,
    /// Where progress is told.
    pub signals: SignalHub,
}

impl Attempt {
    /// The caller of a step of this attempt.
    pub fn caller(&self, step: &str) -> Caller {
        let origin = Origin { kind: OriginKind::Actor, id: self.attempt_id.uuid() };
        Caller::because_of(&self.gate.identities(), &self.lease, origin, step)
    }

    /// Appends what has happened, however long the log has no room for it.
    pub async fn record<T, F>(&self, step: &str, story: F) -> Result<T, Refusal>
    where
        T: Send + 'static,
        F: Fn(&mut Transaction<'_>) -> Result<T, Refusal> + Clone + Send + 'static,
    {
        until_accepted(&self.gate, self.caller(step), story).await
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

/// The wait between two tries to append what must not be lost.
const APPEND_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// Appends what has happened, however long the log has no room for it.
pub(super) async fn until_accepted<T, F>(gate: &Gate, caller: Caller, story: F) -> Result<T, Refusal>
where
    T: Send + 'static,
    F: Fn(&mut Transaction<'_>) -> Result<T, Refusal> + Clone + Send + 'static,
{
    loop {
        match gate.transact(caller, story.clone()).await {
            Ok(receipt) => return Ok(receipt.value),
            Err(Refusal::Stopping) => return Err(Refusal::Stopping),
            Err(refusal) if refusal.is_retryable() => {
                tracing::warn!(%refusal, "what an attempt did waits to be written");
                tokio::time::sleep(APPEND_AGAIN_AFTER).await;
            }
            Err(refusal) => return Err(refusal),
        }
    }
}

/// Where the progress of a job is told.
pub fn progress_of(project: ProjectId, job_id: JobId) -> Subject {
    Subject { project, concern: "job", name: "progress", id: job_id.uuid() }
}
