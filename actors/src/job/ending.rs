//! What is told and done when attempts and jobs are over.

use std::io;

use mediary_events::job::{Job, Outcome};
use mediary_log::{
    Origin, OriginKind,
    gate::{Caller, Gate, LongWork as _, Refusal, Transaction},
    work,
};
use mediary_schema::{AttemptId, JobId, job::JobState};
use ractor::ActorProcessingErr;

use super::{
    Attempt, Clerk, attempt::until_accepted, desk::Done, here::Unfinished, performer::PerformerArguments,
};
use crate::staging::Staging;

/// Appends the end of an attempt that its clerk has not appended.
pub(super) async fn record(attempt: &Attempt, unfinished: Unfinished) -> Result<(), ActorProcessingErr> {
    let (outcome, resources) = match unfinished {
        Unfinished::Stopped(resources) => (Outcome::Stopped, resources),
        Unfinished::Failed(failure, resources) => {
            let at = attempt.gate.clock().now();
            (Outcome::Failed { failure, at, dice: dice(&attempt.gate) }, resources)
        }
    };
    let (job_id, attempt_id) = (attempt.job_id, attempt.attempt_id);
    let story =
        move |story: &mut Transaction<'_>| work::end(story, job_id, attempt_id, outcome.clone(), resources);
    settled(attempt.record("end", story).await)
}

/// Tells that an attempt is lost.
pub(super) async fn lose(
    PerformerArguments { gate, staging, .. }: &PerformerArguments,
    job_id: JobId,
    attempt_id: AttemptId,
) -> Result<(), ActorProcessingErr> {
    let origin = Origin { kind: OriginKind::Actor, id: attempt_id.uuid() };
    let folders = staging.clone();
    let progressed = tokio::task::spawn_blocking(move || folders.has_progressed(job_id, attempt_id)).await?;
    let caller = Caller::platform(origin, gate.ids());
    let noticed = (gate.clock().now(), dice(gate));
    let story = move |story: &mut Transaction<'_>| work::lose(story, job_id, attempt_id, progressed, noticed);
    settled(until_accepted(gate, caller, story).await)
}

/// A dead attempt has nothing to say, and a server that stops is told at its next start.
fn settled(recorded: Result<(), Refusal>) -> Result<(), ActorProcessingErr> {
    match recorded {
        Ok(()) | Err(Refusal::Stopping) => Ok(()),
        Err(Refusal::Rejected(rejection)) => {
            tracing::debug!(%rejection, "a late message of a dead attempt is refused");
            Ok(())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// The random bits of a new id are the dice of the backoff's jitter.
fn dice(gate: &Gate) -> u32 {
    let (_, low) = gate.ids().next().as_u64_pair();
    low as u32
}

/// Removes the folder of a job that is over, and what it left elsewhere.
pub(super) async fn tidy<C: Clerk>(clerk: &C, staging: &Staging, job_id: JobId, done: Done) {
    let (clerk, staging) = (clerk.clone(), staging.clone());
    let removed = tokio::task::spawn_blocking(move || {
        let folder = staging.of(job_id);
        if !done {
            clerk.take_back(job_id, &folder);
        }
        clerk.clear(job_id, &folder);
        staging.remove(job_id)
    })
    .await;
    if let Err(error) = removed.map_err(io::Error::other).flatten() {
        tracing::warn!(%job_id, %error, "can't remove the folder of a job that is over");
    }
}

/// Removes folders of jobs of this kind that ended when nobody looked. Those of other kinds lie beside them, and only their clerks know
/// what they left elsewhere.
pub(super) async fn remove_abandoned<C: Clerk>(
    clerk: &C,
    PerformerArguments { gate, staging, desk, .. }: &PerformerArguments,
) -> Result<(), ActorProcessingErr> {
    let folders = staging.clone();
    let folders = match tokio::task::spawn_blocking(move || folders.jobs()).await? {
        Ok(folders) => folders,
        Err(error) => {
            tracing::warn!(%error, "can't look for folders of jobs that are over");
            return Ok(());
        }
    };
    let abandoned = desk.ask(move |board| {
        folders.into_iter().filter(|job_id| !board.is_open(*job_id)).collect::<Vec<JobId>>()
    });
    for job_id in abandoned.await? {
        let job = gate.state::<Job>(job_id.uuid()).await?;
        if job.work.is_none_or(|work| work.kind == C::Task::KIND) {
            tidy(clerk, staging, job_id, job.state == Some(JobState::Succeeded)).await;
        }
    }
    Ok(())
}
