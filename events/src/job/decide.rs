use mediary_schema::{AttemptId, account::Permission, job::JobState};

use super::{Command, Event, Outcome, State, Stop, backoff};
use crate::{Concern, EventKind, Subjects};

/// The kernel part `job`.
#[derive(Debug)]
pub struct Job;

/// Workers that a job may lose in a row, without getting any further, before it is parked (PL-23).
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
    /// The attempt lost its lease.
    #[error("{attempt_id} no longer has the job")]
    StaleAttempt {
        /// The attempt that asked.
        attempt_id: AttemptId,
    },
}

impl crate::Rejection for Rejection {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "JOB_NOT_FOUND",
            Self::Exists => "JOB_EXISTS",
            Self::Ended { .. } => "JOB_ENDED",
            Self::Unready { .. } => "JOB_UNREADY",
            Self::StaleAttempt { .. } => "JOB_STALE_ATTEMPT",
        }
    }

    fn advice(&self) -> Option<String> {
        match self {
            Self::NotFound => Some("list the jobs with `mediary job list`".to_owned()),
            Self::Ended { state: JobState::Failed | JobState::Cancelled } => {
                Some("start it anew with `mediary job retry ID`".to_owned())
            }
            Self::Ended { .. } | Self::Exists | Self::Unready { .. } | Self::StaleAttempt { .. } => None,
        }
    }
}

/// What happens to a job is about the try under way, if there is one, and what the work is for.
const TRY: &[&str] = &["attempt", "download", "item", "playlist"];

impl Concern for Job {
    const NAME: &'static str = "job";
    const EVENTS: &'static [EventKind] = &[
        EventKind::new("queued", 1, 0).about(&["download", "entry", "item", "playlist"]),
        EventKind::new("leased", 1, 0).about(&["attempt", "download", "item", "playlist", "worker"]),
        EventKind::new("started", 1, 0).about(TRY),
        EventKind::new("attempt_failed", 1, 0).about(TRY),
        EventKind::new("attempt_lost", 1, 0).about(TRY),
        EventKind::new("lease_returned", 1, 0).about(TRY),
        EventKind::new("attempt_stopped", 1, 0).about(TRY),
        EventKind::new("parked", 1, 0).about(TRY),
        EventKind::new("cancel_requested", 1, 0).about(TRY),
        EventKind::new("pause_requested", 1, 0).about(TRY),
        EventKind::new("paused", 1, 0).about(TRY),
        EventKind::new("resumed", 1, 0).about(&["download", "item", "playlist"]),
        EventKind::new("succeeded", 1, 0).about(TRY),
        EventKind::new("failed", 1, 0).about(TRY),
        EventKind::new("cancelled", 1, 0).about(TRY),
    ];

    type Command = Command;
    type Event = Event;
    type State = State;
    type Rejection = Rejection;

    fn permission(command: &Command) -> Permission {
        match command {
            Command::Cancel | Command::Pause | Command::Resume => Permission::Operate,
            Command::Queue { work, .. } => Permission::Perform(Some(work.kind())),
            Command::Lease { .. } | Command::Start { .. } | Command::End { .. } | Command::Lose { .. } => {
                Permission::Perform(None)
            }
        }
    }

    fn decide(state: &State, command: Command) -> Result<Vec<Event>, Rejection> {
        let Some(now) = state.state else {
            return match command {
                Command::Queue { work, retry } => Ok(vec![Event::Queued { work, retry }]),
                Command::Lease { .. }
                | Command::Start { .. }
                | Command::End { .. }
                | Command::Lose { .. }
                | Command::Cancel
                | Command::Pause
                | Command::Resume => Err(Rejection::NotFound),
            };
        };
        match command {
            Command::Queue { .. } => Err(Rejection::Exists),
            Command::Lease { attempt_id, worker_id } => match now {
                JobState::Queued => Ok(vec![Event::Leased { attempt_id, worker_id }]),
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
            Command::End { attempt_id, outcome, resources } => {
                let stop = fence(state, attempt_id)?;
                Ok(vec![end(state, attempt_id, stop, outcome, resources)])
            }
            Command::Lose { attempt_id, progressed } => {
                let stop = fence(state, attempt_id)?;
                let losses = if progressed { 0 } else { state.losses + 1 };
                Ok(vec![match stop {
                    // Whoever asked for the end gets it: the processes are gone with the worker.
                    Some(Stop::Cancel) => Event::Cancelled {},
                    Some(Stop::Pause) => Event::Paused {},
                    // What never began says nothing about the job.
                    None if now == JobState::Leased => Event::LeaseReturned { attempt_id },
                    None if losses >= LOSSES_MAX => Event::Parked { attempt_id, losses },
                    None => Event::AttemptLost { attempt_id, progressed },
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
                    Ok(vec![Event::Cancelled {}])
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
                (JobState::Queued | JobState::Leased | JobState::Running, _) => Ok(vec![Event::Paused {}]),
            },
            Command::Resume => match now {
                JobState::Paused => Ok(vec![Event::Resumed {}]),
                // Waiting for its time counts as held, too: resuming is "try now".
                JobState::Queued if state.not_before.is_some() => Ok(vec![Event::Resumed {}]),
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

    fn evolve(state: &mut State, event: &Event) {
        state.evolve(event);
    }
}

/// Refuses whatever a dead attempt asks; otherwise says what the attempt was asked to do.
fn fence(state: &State, attempt_id: AttemptId) -> Result<Option<Stop>, Rejection> {
    match state.attempt {
        Some(attempt) if attempt.id == attempt_id => Ok(attempt.stop),
        Some(_) | None => Err(Rejection::StaleAttempt { attempt_id }),
    }
}

fn end(
    state: &State,
    attempt_id: AttemptId,
    stop: Option<Stop>,
    outcome: Outcome,
    resources: mediary_schema::job::ResourceUse,
) -> Event {
    match (outcome, stop) {
        // Done is done, even if somebody asked for the end a moment before.
        (Outcome::Succeeded, _) => Event::Succeeded { attempt_id, resources },
        (Outcome::Failed { .. } | Outcome::Stopped, Some(Stop::Cancel)) => Event::Cancelled {},
        (Outcome::Failed { .. } | Outcome::Stopped, Some(Stop::Pause)) => Event::Paused {},
        (Outcome::Stopped, None) => Event::AttemptStopped { attempt_id, resources },
        (Outcome::Failed { failure, at, dice }, None) => {
            if let Some(wait) = backoff::wait(state.retry, &failure, state.failures, state.blocks, dice) {
                Event::AttemptFailed { attempt_id, failure, resources, retry_at: at.after(wait) }
            } else {
                let tries = state.failures + state.blocks + 1;
                Event::Failed { attempt_id, failure, resources, tries }
            }
        }
    }
}
