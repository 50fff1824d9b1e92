//! Long work as stories of several streams: what opens, ends, cancels, holds and loses a job, with
//! what that means to the concern whose work it is.
//!
//! To add a kind of work: one arm in `given_up`.

pub mod download;
pub mod playlist;
#[cfg(test)]
mod tests;

use mediary_events::{
    job::{self, Job, Outcome},
    reservation::{self, Reservation},
};
use mediary_schema::{
    AttemptId, FailureClass, JobId, ReservationId,
    job::{Failure, JobState, ResourceUse, RetryPolicy, Work},
};

use crate::gate::{Refusal, Transaction};

/// Opens a job, or joins the one that is open for the same work (PL-26). Answers the job that does it.
pub fn open(
    story: &mut Transaction<'_>,
    job_id: JobId,
    work: &Work,
    retry: RetryPolicy,
) -> Result<JobId, Refusal> {
    let key = work.key();
    let name = ReservationId::from_key(&key).uuid();
    if let Some(holder) = story.state::<Reservation>(name)?.holder {
        return Ok(JobId::from_uuid(holder));
    }
    story.entail::<Reservation>(name, reservation::Command::Take { key, holder: job_id.uuid() })?;
    story.entail::<Job>(job_id.uuid(), job::Command::Queue { work: work.clone(), retry })?;
    Ok(job_id)
}

/// The job that is open for this work, if there is one.
pub fn open_job(story: &mut Transaction<'_>, work_key: &str) -> Result<Option<JobId>, Refusal> {
    let name = ReservationId::from_key(work_key).uuid();
    Ok(story.state::<Reservation>(name)?.holder.map(JobId::from_uuid))
}

/// Refuses the story unless the attempt has the job, now and when it is appended (PL-21).
pub fn fence(story: &mut Transaction<'_>, job_id: JobId, attempt_id: AttemptId) -> Result<(), Refusal> {
    if story.state::<Job>(job_id.uuid())?.is_attempt(attempt_id) {
        Ok(())
    } else {
        Err(job::Rejection::StaleAttempt { attempt_id }.into())
    }
}

/// Ends an attempt. A success is told by the concern's own `finish`, which adds its facts.
pub fn end(
    story: &mut Transaction<'_>,
    job_id: JobId,
    attempt_id: AttemptId,
    outcome: Outcome,
    resources: ResourceUse,
) -> Result<(), Refusal> {
    let failure = match &outcome {
        Outcome::Failed { failure, .. } => Some(failure.clone()),
        Outcome::Succeeded | Outcome::Stopped => None,
    };
    step(story, job_id, job::Command::End { attempt_id, outcome, resources }, failure)
}

/// Tells that an attempt's worker went away, and whether the attempt had got further before.
pub fn lose(
    story: &mut Transaction<'_>,
    job_id: JobId,
    attempt_id: AttemptId,
    progressed: bool,
) -> Result<(), Refusal> {
    let failure = Failure::new(FailureClass::WorkerLost, "the worker went away in the middle");
    step(story, job_id, job::Command::Lose { attempt_id, progressed }, Some(failure))
}

/// Ends a job for good; a running attempt is asked to stop first.
pub fn cancel(story: &mut Transaction<'_>, job_id: JobId) -> Result<(), Refusal> {
    story.essential();
    authorised(story, job_id, job::Command::Cancel)
}

/// Holds a job; a running attempt is asked to stop first, and what it did is kept.
pub fn pause(story: &mut Transaction<'_>, job_id: JobId) -> Result<(), Refusal> {
    authorised(story, job_id, job::Command::Pause)
}

/// Puts a held job back into the queue.
pub fn resume(story: &mut Transaction<'_>, job_id: JobId) -> Result<(), Refusal> {
    authorised(story, job_id, job::Command::Resume)
}

fn authorised(story: &mut Transaction<'_>, job_id: JobId, command: job::Command) -> Result<(), Refusal> {
    let before = story.state::<Job>(job_id.uuid())?.state;
    story.execute::<Job>(job_id.uuid(), command)?;
    settle(story, job_id, before, None)
}

fn step(
    story: &mut Transaction<'_>,
    job_id: JobId,
    command: job::Command,
    failure: Option<Failure>,
) -> Result<(), Refusal> {
    story.essential();
    let before = story.state::<Job>(job_id.uuid())?.state;
    story.entail::<Job>(job_id.uuid(), command)?;
    settle(story, job_id, before, failure)
}

/// What a job's end entails, in the same append: its key is free, and its concern knows.
fn settle(
    story: &mut Transaction<'_>,
    job_id: JobId,
    before: Option<JobState>,
    failure: Option<Failure>,
) -> Result<(), Refusal> {
    let job = story.state::<Job>(job_id.uuid())?;
    let (Some(work), Some(state)) = (job.work.clone(), job.state) else { return Ok(()) };
    if !state.is_terminal() || before == Some(state) {
        return Ok(());
    }
    let name = ReservationId::from_key(&work.key()).uuid();
    story.entail::<Reservation>(name, reservation::Command::Release { holder: job_id.uuid() })?;
    let failure = match state {
        JobState::Failed => failure,
        JobState::Queued
        | JobState::Leased
        | JobState::Running
        | JobState::Paused
        | JobState::Succeeded
        | JobState::Cancelled => None,
    };
    if state == JobState::Succeeded { Ok(()) } else { given_up(story, job_id, &work, failure) }
}

/// Tells the concern that its work was given up: with the failure, or without one if a person ended it.
fn given_up(
    story: &mut Transaction<'_>,
    job_id: JobId,
    work: &Work,
    failure: Option<Failure>,
) -> Result<(), Refusal> {
    match work {
        Work::Refresh(work) => playlist::given_up(story, job_id, work, failure),
        Work::Download(work) => download::given_up(story, job_id, work, failure),
    }
}
