use std::io;

use mediary_events::job::{Command, Job};
use mediary_log::gate::Refusal;
use mediary_schema::{
    FailureClass,
    job::{Failure, ResourceUse},
};
use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{Attempt, Effect, Ending, ending::record};
use crate::process::storage_class;

/// The life of one attempt. Its end is told to the performer by supervision.
pub(super) struct AttemptActor<E>(pub(super) E);

impl<E: Effect> Actor for AttemptActor<E> {
    type Msg = ();
    type State = Attempt;
    type Arguments = Attempt;

    async fn pre_start(&self, myself: ActorRef<()>, attempt: Attempt) -> Result<Attempt, ActorProcessingErr> {
        myself.cast(())?;
        Ok(attempt)
    }

    // The long work is awaited here and not in the performer; it is stopped by its token.
    async fn handle(
        &self,
        myself: ActorRef<()>,
        (): (),
        attempt: &mut Attempt,
    ) -> Result<(), ActorProcessingErr> {
        let start = Command::Start { attempt_id: attempt.attempt_id };
        match attempt.gate.execute::<Job>(attempt.caller("start"), attempt.job_id.uuid(), start).await {
            Ok(_) => {}
            Err(Refusal::Rejected(rejection)) => {
                tracing::debug!(attempt_id = %attempt.attempt_id, %rejection, "the lease is gone");
                myself.stop(None);
                return Ok(());
            }
            // The next start tells that it is lost.
            Err(Refusal::Stopping) => {
                myself.stop(None);
                return Ok(());
            }
            // Even with no room for its start the attempt may go on: its end fits into the reserve.
            Err(refusal) => {
                tracing::warn!(attempt_id = %attempt.attempt_id, %refusal, "the start is not recorded");
            }
        }
        let ending = match begin::<E>(attempt).await {
            Ok(task) => self.0.perform(attempt.clone(), task).await,
            Err(failure) => Ending::Failed(failure, ResourceUse::default()),
        };
        record(attempt, ending).await?;
        myself.stop(None);
        Ok(())
    }
}

/// Reads the task of an attempt, and makes the folder of its work.
async fn begin<E: Effect>(attempt: &Attempt) -> Result<E::Task, Failure> {
    let task = attempt.work.task().map_err(|error| Failure {
        for_good: true,
        ..Failure::new(FailureClass::Unknown, error.to_string())
    })?;
    let (folders, job_id, attempt_id) = (attempt.folders.clone(), attempt.job_id, attempt.attempt_id);
    let made = tokio::task::spawn_blocking(move || folders.begin(job_id, attempt_id)).await;
    made.map_err(io::Error::other).flatten().map_err(|error| {
        Failure::new(storage_class(&error), format!("the folder for unfinished work can't be made: {error}"))
    })?;
    Ok(task)
}
