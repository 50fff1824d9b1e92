use std::{io, sync::Arc};

use mediary_events::job::{Command, Job};
use mediary_log::gate::Refusal;
use mediary_schema::job::{Failure, ResourceUse};
use ractor::{Actor, ActorProcessingErr, ActorRef};

use super::{
    Attempt, Clerk,
    ending::record,
    here::{Unfinished, perform},
};
use crate::{process::storage_class, workspace::Hands};

/// The life of one attempt. Its end is told to the performer by supervision.
pub(super) struct AttemptActor<C> {
    pub(super) clerk: C,
    pub(super) hands: Arc<dyn Hands>,
}

impl<C: Clerk> Actor for AttemptActor<C> {
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
        let unfinished = match begin(attempt).await {
            Ok(()) => perform(&*self.hands, &self.clerk, attempt).await,
            Err(failure) => Some(Unfinished::Failed(failure, ResourceUse::default())),
        };
        if let Some(unfinished) = unfinished {
            record(attempt, unfinished).await?;
        }
        myself.stop(None);
        Ok(())
    }
}

/// Makes the folder of an attempt's work.
async fn begin(attempt: &Attempt) -> Result<(), Failure> {
    let (folders, job_id, attempt_id) = (attempt.folders.clone(), attempt.job_id, attempt.attempt_id);
    let made = tokio::task::spawn_blocking(move || folders.begin(job_id, attempt_id)).await;
    made.map_err(io::Error::other).flatten().map_err(|error| {
        Failure::new(storage_class(&error), format!("the folder for unfinished work can't be made: {error}"))
    })
}
