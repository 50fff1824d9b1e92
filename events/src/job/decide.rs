use mediary_schema::{
    AttemptId,
    account::Permission,
    job::{Failure, JobState, NoTask, ResourceUse, StoppedAttempt},
    worker::WorkerLife,
};

use super::{Attempt, Command, Event, Outcome, State, Stop, backoff};
use crate::{ANY_THING, Concern, EventKind, Subjects};

/// The kernel part `job`.
#[derive(Debug)]
pub struct Job;

/// Workers that a job may lose in a row, without getting any further, before it is parked (PL-23). After the second it
/// waits, so that restarts of the server in a row meet it waiting and are not put to its account (ADR 0020).
const LOSSES_MAX: u32 = 3;

/// Why a command on a job is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// There is no such job.
    #[error("there is no such job")]
    NotFound,
    /// There is one already.
    #[error("the job exists already")]
    Exists,
    /// It has come to its end, which is final.
    #[error("the job has {state} and never comes back")]
    Ended {
        /// How it ended.
        state: JobState,
    },
    /// It is not in a state in which this can be asked.
    #[error("the job is {state}")]
    Unready {
        /// Where it is.
        state: JobState,
    },
    /// What it is to wait for has come to nothing.
    #[error("the job to wait for has {state}")]
    NothingToWaitFor {
        /// How that ended.
        state: JobState,
    },
    /// The attempt lost its lease.
    #[error("{attempt_id} no longer has the job")]
    StaleAttempt {
        /// The attempt that asked.
        attempt_id: AttemptId,
    },
    /// What it was to do was erased, or is of another program.
    #[error("{0}")]
    NoTask(#[from] NoTask),
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "JOB_NOT_FOUND",
            Self::Exists => "JOB_EXISTS",
            Self::Ended { .. } => "JOB_ENDED",
            Self::Unready { .. } => "JOB_UNREADY",
            Self::NothingToWaitFor { .. } => "JOB_NOTHING_TO_WAIT_FOR",
            Self::StaleAttempt { .. } => "JOB_STALE_ATTEMPT",
            Self::NoTask(_) => "JOB_WITHOUT_TASK",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::NotFound => Some("list the jobs with `mediary job list`".to_owned()),
            Self::Ended { state: JobState::Failed | JobState::Cancelled } => {
                Some("start it anew with `mediary job retry ID`".to_owned())
            }
            Self::NoTask(_) => Some("start the same work anew from the thing that it is for".to_owned()),
            Self::NothingToWaitFor { .. } => {
                Some("retry that job and wait for the new one, or leave `after` out".to_owned())
            }
            Self::Ended { .. } | Self::Exists | Self::Unready { .. } | Self::StaleAttempt { .. } => None,
        }
    }
}

/// What a worker's having it, or no longer, is about, besides what the work is done to.
const LEASE: &[&str] = &["attempt", "worker", ANY_THING];
/// What happens to a job is about the try under way, if there is one, and what the work is done to.
const TRY: &[&str] = &["attempt", ANY_THING];

impl Concern for Job {
    const NAME: &'static str = "job";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("queued", 1, 0).says("It waits for a worker.").about(&["job", ANY_THING]),
        EventKind::new("prioritised", 1, 0)
            .says("A person said anew how much it matters.")
            .about(&[ANY_THING]),
        EventKind::new("stranded", 1, 0)
            .says(
                "The job that it was to wait for came to nothing: it is held until a person resumes \
                 it.",
            )
            .about(&["job", ANY_THING]),
        EventKind::new("leased", 1, 0).says("It is promised to a worker.").about(LEASE),
        EventKind::new("started", 1, 0).says("It is being worked on.").about(TRY),
        EventKind::new("slot_returned", 1, 0)
            .says("It is at work without a slot: what is left of it needs none, nor its hosts.")
            .about(TRY),
        EventKind::new("attempt_failed", 1, 0)
            .says("An attempt failed, and there will be another.")
            .about(TRY),
        EventKind::new("attempt_lost", 1, 0)
            .says("An attempt's worker went away; it is back in the queue.")
            .about(LEASE),
        EventKind::new("lease_returned", 1, 0)
            .says("Nobody took the lease up; it is back in the queue.")
            .about(LEASE),
        EventKind::new("attempt_stopped", 1, 0)
            .says("An attempt stopped because the server did; it is back in the queue.")
            .about(TRY),
        EventKind::new("parked", 1, 0)
            .says("It lost its worker too often, and is held until a person resumes it.")
            .about(LEASE),
        EventKind::new("cancel_requested", 1, 0).says("A person wants a running job to end.").about(TRY),
        EventKind::new("pause_requested", 1, 0).says("A person wants a running job to be held.").about(TRY),
        EventKind::new("paused", 1, 0).says("It is held; what was done so far is kept.").about(TRY),
        EventKind::new("resumed", 1, 0).says("It is back in the queue.").about(&[ANY_THING]),
        EventKind::new("succeeded", 1, 0).says("It is done.").about(TRY),
        EventKind::new("failed", 1, 0).says("It was given up.").about(TRY),
        EventKind::new("cancelled", 1, 0).says("A person ended it.").about(TRY),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Cancel | Command::Pause | Command::Resume | Command::Prioritise { .. } => {
                Permission::OPERATE
            }
            Command::Queue { .. }
            | Command::Strand { .. }
            | Command::Lease { .. }
            | Command::Start { .. }
            | Command::ReturnSlot { .. }
            | Command::End { .. }
            | Command::GiveBack { .. }
            | Command::Lose { .. } => Permission::PERFORM,
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        let Some(now) = state.state else {
            return match command {
                Command::Queue { work, retry, ticket } => Ok(vec![Event::Queued { work, retry, ticket }]),
                Command::Strand { .. }
                | Command::Prioritise { .. }
                | Command::Lease { .. }
                | Command::Start { .. }
                | Command::ReturnSlot { .. }
                | Command::End { .. }
                | Command::GiveBack { .. }
                | Command::Lose { .. }
                | Command::Cancel
                | Command::Pause
                | Command::Resume => Err(Rejection::NotFound),
            };
        };
        match command {
            Command::Queue { .. } => Err(Rejection::Exists),
            Command::Prioritise { .. } if now.is_terminal() => Err(Rejection::Ended { state: now }),
            Command::Prioritise { priority } => Ok(if state.ticket.priority == priority {
                vec![]
            } else {
                vec![Event::Prioritised { priority }]
            }),
            Command::Strand { after, state: ended } => {
                // Resumed, cancelled or held by a person meanwhile: then it waits for that person.
                let waits = now == JobState::Queued && state.after == Some(after);
                Ok(if waits { vec![Event::Stranded { after, state: ended }] } else { vec![] })
            }
            Command::Lease { attempt_id, worker, until } => match now {
                JobState::Queued => {
                    let WorkerLife { worker_id, incarnation_id } = worker;
                    Ok(vec![Event::Leased { attempt_id, worker_id, incarnation_id, until }])
                }
                JobState::Leased | JobState::Running if state.is_attempt(attempt_id) => Ok(vec![]),
                JobState::Leased
                | JobState::Running
                | JobState::Paused
                | JobState::Succeeded
                | JobState::Failed
                | JobState::Cancelled => Err(Rejection::Unready { state: now }),
            },
            Command::Start { attempt_id } => {
                fence(state, attempt_id)?;
                Ok(if now == JobState::Leased { vec![Event::Started { attempt_id }] } else { vec![] })
            }
            Command::ReturnSlot { attempt_id } => {
                let attempt = fence(state, attempt_id)?;
                let has_one = now == JobState::Running && attempt.has_slot;
                Ok(if has_one { vec![Event::SlotReturned { attempt_id }] } else { vec![] })
            }
            Command::End { attempt_id, outcome, resources } => {
                let attempt = fence(state, attempt_id)?;
                Ok(vec![end(state, attempt, outcome, resources)])
            }
            Command::GiveBack { attempt_id } => {
                let attempt = fence(state, attempt_id)?;
                // Begun meanwhile: it ends by itself.
                Ok(if now == JobState::Leased { vec![give_back(attempt)] } else { vec![] })
            }
            // What never began says nothing about the job.
            Command::Lose { attempt_id, .. } if now == JobState::Leased => {
                Ok(vec![give_back(fence(state, attempt_id)?)])
            }
            Command::Lose { attempt_id, progressed, at, dice } => {
                let attempt = fence(state, attempt_id)?;
                let worker_id = attempt.worker.worker_id;
                let losses = if progressed { 0 } else { state.losses + 1 };
                let retry_at =
                    || backoff::wait_after_losses(state.retry, losses, dice).map(|wait| at.after(wait));
                Ok(vec![match asked(attempt, None, None) {
                    // Whoever asked for the end gets it: the processes are gone with the worker.
                    Some(event) => event,
                    None if losses >= LOSSES_MAX => Event::Parked { attempt_id, worker_id, losses },
                    None => Event::AttemptLost { attempt_id, worker_id, progressed, retry_at: retry_at() },
                }])
            }
            Command::Cancel => match (now, state.attempt) {
                (JobState::Cancelled, _) => Ok(vec![]),
                (JobState::Succeeded | JobState::Failed, _) => Err(Rejection::Ended { state: now }),
                (JobState::Leased | JobState::Running, Some(attempt)) => {
                    Ok(if attempt.stop == Some(Stop::Cancel) {
                        vec![]
                    } else {
                        vec![Event::CancelRequested { attempt_id: attempt.id }]
                    })
                }
                (JobState::Queued | JobState::Paused | JobState::Leased | JobState::Running, _) => {
                    Ok(vec![Event::Cancelled { attempt: None }])
                }
            },
            Command::Pause => match (now, state.attempt) {
                (JobState::Paused, _) => Ok(vec![]),
                (JobState::Succeeded | JobState::Failed | JobState::Cancelled, _) => {
                    Err(Rejection::Ended { state: now })
                }
                (JobState::Leased | JobState::Running, Some(attempt)) => Ok(match attempt.stop {
                    // A cancel under way is stronger than a pause.
                    Some(Stop::Cancel | Stop::Pause) => vec![],
                    None => vec![Event::PauseRequested { attempt_id: attempt.id }],
                }),
                (JobState::Queued | JobState::Leased | JobState::Running, _) => {
                    Ok(vec![Event::Paused { attempt: None }])
                }
            },
            Command::Resume => match now {
                JobState::Paused => Ok(vec![Event::Resumed {}]),
                // Waiting for its time or another job counts as held, too: resuming is "try now".
                JobState::Queued if state.not_before.is_some() || state.after.is_some() => {
                    Ok(vec![Event::Resumed {}])
                }
                JobState::Queued => Ok(vec![]),
                JobState::Leased | JobState::Running => {
                    match state.attempt.and_then(|attempt| attempt.stop) {
                        // The dying run must be gone first, or two would run at once.
                        Some(Stop::Pause | Stop::Cancel) => Err(Rejection::Unready { state: now }),
                        None => Ok(vec![]),
                    }
                }
                JobState::Succeeded | JobState::Failed | JobState::Cancelled => {
                    Err(Rejection::Ended { state: now })
                }
            },
        }
    }

    fn subjects(before: &State, event: &Event) -> Subjects {
        event.subjects(before)
    }

    fn redact(event: &Event) -> Option<Event> {
        Some(event.redacted())
    }

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}

/// Refuses whatever a dead attempt asks; otherwise answers the attempt, with what it was asked to do.
fn fence(state: &State, attempt_id: AttemptId) -> Result<Attempt, Rejection> {
    match state.attempt {
        Some(attempt) if attempt.id == attempt_id => Ok(attempt),
        Some(_) | None => Err(Rejection::StaleAttempt { attempt_id }),
    }
}

/// What a person asked of the attempt before it ended, as it is now.
fn asked(attempt: Attempt, resources: Option<ResourceUse>, failure: Option<Failure>) -> Option<Event> {
    let stopped = Some(StoppedAttempt { attempt_id: attempt.id, resources, failure });
    attempt.stop.map(|stop| match stop {
        Stop::Cancel => Event::Cancelled { attempt: stopped },
        Stop::Pause => Event::Paused { attempt: stopped },
    })
}

fn give_back(attempt: Attempt) -> Event {
    let returned = Event::LeaseReturned { attempt_id: attempt.id, worker_id: attempt.worker.worker_id };
    asked(attempt, None, None).unwrap_or(returned)
}

fn end(state: &State, attempt: Attempt, outcome: Outcome, resources: ResourceUse) -> Event {
    let attempt_id = attempt.id;
    match outcome {
        // Done is done, even if somebody asked for the end a moment before.
        Outcome::Succeeded { kept_bytes } => Event::Succeeded { attempt_id, resources, kept_bytes },
        Outcome::Stopped => {
            asked(attempt, Some(resources), None).unwrap_or(Event::AttemptStopped { attempt_id, resources })
        }
        Outcome::Failed { failure, at, dice } => {
            if let Some(event) = asked(attempt, Some(resources), Some(failure.clone())) {
                event
            } else if let Some(wait) =
                backoff::wait(state.retry, &failure, state.failures, state.blocks, dice)
            {
                Event::AttemptFailed { attempt_id, failure, resources, retry_at: at.after(wait) }
            } else {
                Event::Failed { attempt_id, failure, resources, tries: state.tries + 1 }
            }
        }
    }
}
