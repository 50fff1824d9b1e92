//! Stories of jobs: what opens, ends, cancels, holds and loses one, with what that means to the concern whose
//! work it is.

use mediary_events::{
    codec,
    job::{self, Ask, Job, Outcome, ask},
    reservation::{self, Reservation},
};
use mediary_schema::{
    AttemptId, FailureClass, ItemId, JobId, Several, Ticket, Timestamp,
    account::Permission,
    job::{Failure, JobState, ResourceUse, RetryPolicy, Work},
    lane::Hold,
};
use serde::Serialize;
use uuid::Uuid;

use crate::gate::{Entry, Fanout, Refusal, Refused, Story, Transaction, decode};
use mediary_events::{Asked as _, Concern as _};

/// Jobs, to everybody else.
pub(crate) const ENTRY: Entry = Entry {
    name: Job::NAME,
    events: Job::EVENTS,
    retired: Job::RETIRED,
    redact: codec::redacted::<Job>,
    commands: Ask::COMMANDS,
    decode: decode::<Ask>,
    read: Permission::READ,
    fanout: Fanout::Whole,
    work: &[],
};

/// What became of each job that was asked for, in the order asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// One for each.
    pub results: Vec<JobTold>,
}

/// What became of one job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JobTold {
    /// The job that was asked for.
    pub id: JobId,
    /// The job that shows what came of it: the same, or after a retry the one that does the work.
    pub job_id: Option<JobId>,
    /// Why it was not done, if it was not.
    pub user_error: Option<Refused>,
}

impl Story for Ask {
    type Told = Told;

    fn tell(&self, story: &mut Transaction<'_>) -> Result<Told, Refusal> {
        match self {
            Self::Cancel(asked) => each(story, &asked.job_ids, |story, id| cancel(story, id).map(|()| id)),
            Self::Pause(asked) => each(story, &asked.job_ids, |story, id| pause(story, id).map(|()| id)),
            Self::Resume(asked) => each(story, &asked.job_ids, |story, id| resume(story, id).map(|()| id)),
            Self::Set(ask::Set { job_ids, priority }) => each(story, job_ids, |story, id| {
                story.execute::<Job>(id.uuid(), job::Command::Prioritise { priority: *priority })?;
                Ok(id)
            }),
            Self::Retry(asked) => {
                let ticket = asked.ticket.as_ref().map(|asked| ticket(story, asked)).transpose()?;
                each(story, &asked.job_ids, |story, id| retry(story, id, ticket.clone()))
            }
        }
    }
}

/// Does the same with each of several jobs; what is refused for one is done for the others.
fn each(
    story: &mut Transaction<'_>,
    ids: &Several<JobId>,
    act: impl Fn(&mut Transaction<'_>, JobId) -> Result<JobId, Refusal>,
) -> Result<Told, Refusal> {
    let mut results = Vec::with_capacity(ids.as_slice().len());
    for id in ids.iter().copied() {
        let (job_id, user_error) = match story.part(|story| act(story, id)) {
            Ok(job_id) => (Some(job_id), None),
            Err(refusal @ Refusal::Rejected(_)) => (None, Some(Refused::from(&refusal))),
            Err(other) => return Err(other),
        };
        results.push(JobTold { id, job_id, user_error });
    }
    Ok(Told { results })
}

/// Does the work of an ended job again, as a new job with this ticket or the ended one's. Answers the job that does it.
pub fn retry(story: &mut Transaction<'_>, job_id: JobId, ticket: Option<Ticket>) -> Result<JobId, Refusal> {
    let state = story.state::<Job>(job_id.uuid())?;
    let (Some(work), Some(now)) = (state.work.clone(), state.state) else {
        return Err(job::Rejection::NotFound.into());
    };
    if !now.is_terminal() {
        return Err(job::Rejection::Unready { state: now }.into());
    }
    let ticket = ticket.unwrap_or_else(|| state.ticket.again());
    let new = story.identities().job(story.caller().command_id, &format!("retry/{job_id}"));
    story.take_ticket(ticket);
    match story.registry().work(work.kind) {
        Some(kind) => (kind.retry)(story, new, &work),
        None => Err(job::Rejection::NotFound.into()),
    }
}

/// Opens a job, or joins the one that is open for the same work (PL-26). Answers the job that does it.
pub fn open(
    story: &mut Transaction<'_>,
    job_id: JobId,
    work: &Work,
    retry: RetryPolicy,
) -> Result<JobId, Refusal> {
    let key = work.key.clone();
    let name = reservation(story, &key);
    if let Some(holder) = story.state::<Reservation>(name)?.holder {
        join(story, holder)?;
        return Ok(holder);
    }
    story.entail::<Reservation>(name, reservation::Command::Take { key, holder: job_id })?;
    let ticket = story.ticket().clone();
    let before = match ticket.after {
        Some(after) => story.state::<Job>(after.uuid())?.state.map(|state| (after, state)),
        None => None,
    };
    story.entail::<Job>(job_id.uuid(), job::Command::Queue { work: work.clone(), retry, ticket })?;
    // It came to nothing between the wish and this: what was acknowledged is not lost for it.
    if let Some((after, state @ (JobState::Failed | JobState::Cancelled))) = before {
        story.entail::<Job>(job_id.uuid(), job::Command::Strand { after, state })?;
    }
    Ok(job_id)
}

/// Joins an open job: from now on it matters as much as it does to whoever joins. If he wants it now, it waits no longer for
/// a moment or another job, or since that came to nothing; who names another moment or job has it as it was asked for
/// first. What else it waits for stays, and so does a pause.
pub(super) fn join(story: &mut Transaction<'_>, job_id: JobId) -> Result<(), Refusal> {
    let Ticket { priority, at, after, .. } = story.ticket().clone();
    story.has_joined(job_id);
    let now = story.now();
    let job = story.state::<Job>(job_id.uuid())?;
    let matters_more = job.ticket.priority < priority && !job.is_terminal();
    let waits_for_moment = job.not_before == job.ticket.at && job.not_before > Some(now);
    let waits_as_asked = match job.state {
        Some(JobState::Queued) => job.tries == 0 && (job.after.is_some() || waits_for_moment),
        Some(JobState::Paused) => job.is_stranded(),
        _ => false,
    };
    let is_sooner = waits_as_asked && at.is_none() && after.is_none();
    if matters_more {
        story.entail::<Job>(job_id.uuid(), job::Command::Prioritise { priority })?;
    }
    if is_sooner {
        story.entail::<Job>(job_id.uuid(), job::Command::Resume)?;
    }
    Ok(())
}

/// The ticket of jobs that a command opens. Refused if what they are to wait for is no job, or came to nothing.
pub(super) fn ticket(story: &mut Transaction<'_>, asked: &ask::Ticket) -> Result<Ticket, Refusal> {
    let template = asked.template.as_ref().map(|name| super::template::find(story, name)).transpose()?;
    let ticket = asked.of_job(template)?;
    let Some(after) = ticket.after else { return Ok(ticket) };
    // Told again for its answer, it finds that job as it was at the time.
    match story.state::<Job>(after.uuid())?.state {
        None => Err(job::Rejection::NotFound.into()),
        Some(state @ (JobState::Failed | JobState::Cancelled)) => {
            Err(job::Rejection::NothingToWaitFor { state }.into())
        }
        Some(_) => Ok(ticket),
    }
}

/// Takes the ticket of what a command starts, for all jobs that it opens itself.
pub(super) fn take_ticket(story: &mut Transaction<'_>, asked: &ask::Ticket) -> Result<(), Refusal> {
    let ticket = ticket(story, asked)?;
    story.take_ticket(ticket);
    Ok(())
}

/// Holds a job whose predecessor came to nothing.
pub fn strand(story: &mut Transaction<'_>, job_id: JobId, after: JobId) -> Result<(), Refusal> {
    story.essential();
    let Some(state) = story.state::<Job>(after.uuid())?.state else { return Ok(()) };
    match state {
        JobState::Failed | JobState::Cancelled => {
            story.entail::<Job>(job_id.uuid(), job::Command::Strand { after, state })
        }
        JobState::Queued | JobState::Leased | JobState::Running | JobState::Paused | JobState::Succeeded => {
            Ok(())
        }
    }
}

/// The claim on a name.
fn reservation(story: &Transaction<'_>, key: &str) -> Uuid {
    story.identities().reservation(story.caller().project, key).uuid()
}

/// The job that is open for this work, if there is one.
pub fn open_job(story: &mut Transaction<'_>, work_key: &str) -> Result<Option<JobId>, Refusal> {
    let name = reservation(story, work_key);
    Ok(story.state::<Reservation>(name)?.holder)
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
    let outcome = outcome.bounded();
    let failure = match &outcome {
        Outcome::Failed { failure, .. } => Some(failure.clone()),
        Outcome::Succeeded { .. } | Outcome::Stopped => None,
    };
    step(story, job_id, job::Command::End { attempt_id, outcome, resources }, failure.clone())?;
    match failure {
        Some(failure) => wait(story, job_id, &failure),
        None => Ok(()),
    }
}

/// Holds what all work like this waits for, if that is what the attempt met and the job goes on.
fn wait(story: &mut Transaction<'_>, job_id: JobId, failure: &Failure) -> Result<(), Refusal> {
    let job = story.state::<Job>(job_id.uuid())?;
    let (Some(work), Some(JobState::Queued)) = (&job.work, job.state) else { return Ok(()) };
    match Hold::of_failure(job_id, &work.lanes, failure, job.not_before) {
        Some(hold) => super::lane::hold(story, hold),
        None => Ok(()),
    }
}

/// Tells that an attempt's worker went away, whether the attempt had got further before, and when it was noticed
/// (with the dice of the wait).
pub fn lose(
    story: &mut Transaction<'_>,
    job_id: JobId,
    attempt_id: AttemptId,
    progressed: bool,
    (at, dice): (Timestamp, u32),
) -> Result<(), Refusal> {
    let failure = Failure::new(FailureClass::WorkerLost, "the worker went away in the middle");
    step(story, job_id, job::Command::Lose { attempt_id, progressed, at, dice }, Some(failure))
}

/// Gives a lease back that nobody took up.
pub fn give_back(story: &mut Transaction<'_>, job_id: JobId, attempt_id: AttemptId) -> Result<(), Refusal> {
    step(story, job_id, job::Command::GiveBack { attempt_id }, None)
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

/// Lets whatever waits for the moment of an item go on: a refresh has seen that it is there.
pub fn moment_came(story: &mut Transaction<'_>, item_id: ItemId) -> Result<(), Refusal> {
    for uuid in story.about::<Job>(&item_id.into())? {
        go_on(story, JobId::from_uuid(uuid))?;
    }
    Ok(())
}

/// Asks at once for what waits for its moment; anything else stays as it is.
pub(super) fn go_on(story: &mut Transaction<'_>, job_id: JobId) -> Result<(), Refusal> {
    let job = story.state::<Job>(job_id.uuid())?;
    if job.awaits && job.state == Some(JobState::Queued) {
        step(story, job_id, job::Command::Resume, None)?;
    }
    Ok(())
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
    let name = reservation(story, &work.key);
    story.entail::<Reservation>(name, reservation::Command::Release { holder: job_id })?;
    let failure = failure.filter(|_| state == JobState::Failed);
    match story.registry().work(work.kind) {
        Some(kind) if state != JobState::Succeeded => (kind.given_up)(story, job_id, &work, failure),
        Some(_) | None => Ok(()),
    }
}
