use mediary_schema::{
    AttemptId, JobId, Retry, Ticket, Timestamp,
    job::{JobState, RetryPolicy, Work},
    worker::WorkerLife,
};

use super::Event;

/// The current try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Its id: the fence.
    pub id: AttemptId,
    /// Who runs it.
    pub worker: WorkerLife,
    /// What it was asked to do meanwhile.
    pub stop: Option<Stop>,
    /// Whether it counts among those that run at once, and has its hosts.
    pub has_slot: bool,
}

/// Why a running attempt is to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The job is to end.
    Cancel,
    /// The job is to be held.
    Pause,
}

/// Where a job is in its life.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(clippy::struct_field_names, reason = "a job's state is what everybody calls it")]
pub struct State {
    /// What is to be done; none if there is no such job.
    pub work: Option<Work>,
    /// Where it is; none if there is no such job.
    pub state: Option<JobState>,
    /// The current try, if it is leased or running.
    pub attempt: Option<Attempt>,
    /// How often and how soon it is tried again.
    pub retry: RetryPolicy,
    /// When its turn was to come, as it was asked for.
    pub ticket: Ticket,
    /// The job that it waits for, unless a person or a lease said otherwise since.
    pub after: Option<JobId>,
    /// Tries that failed by a transient fault.
    pub failures: u32,
    /// Tries that came to nothing because the source or the disk said "later" or "not yet".
    pub blocks: u32,
    /// Workers that it lost in a row without getting any further.
    pub losses: u32,
    /// Tries that failed or were lost, in its whole life.
    pub tries: u32,
    /// Not tried before this moment.
    pub not_before: Option<Timestamp>,
    /// Whether it waits for something that is not there yet, such as the end of a broadcast.
    pub awaits: bool,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Queued { work, retry, ticket } => {
                self.work = Some(work.clone());
                self.retry = *retry;
                (self.not_before, self.after) = (ticket.at, ticket.after);
                self.ticket = ticket.clone();
                self.state = Some(JobState::Queued);
            }
            Event::Prioritised { priority } => self.ticket.priority = *priority,
            Event::Leased { attempt_id, worker_id, incarnation_id, .. } => {
                let worker = WorkerLife { worker_id: *worker_id, incarnation_id: *incarnation_id };
                self.attempt = Some(Attempt { id: *attempt_id, worker, stop: None, has_slot: true });
                (self.awaits, self.after) = (false, None);
                self.state = Some(JobState::Leased);
            }
            Event::Started { .. } => self.state = Some(JobState::Running),
            Event::SlotReturned { .. } => {
                if let Some(attempt) = &mut self.attempt {
                    attempt.has_slot = false;
                }
            }
            Event::AttemptFailed { failure, retry_at, .. } => {
                match failure.class.retry() {
                    Retry::Blocked | Retry::Awaited => self.blocks += 1,
                    Retry::Transient | Retry::Permanent | Retry::WorkerLost => self.failures += 1,
                }
                self.awaits = failure.class.retry() == Retry::Awaited;
                // It had a worker until its own end: no loss is in a row with the next one.
                self.losses = 0;
                // There was nothing to try.
                self.tries += u32::from(!self.awaits);
                self.not_before = Some(*retry_at);
                self.back_to(JobState::Queued);
            }
            Event::AttemptLost { progressed, retry_at, .. } => {
                self.losses = if *progressed { 0 } else { self.losses + 1 };
                self.tries += 1;
                self.not_before = *retry_at;
                self.back_to(JobState::Queued);
            }
            Event::LeaseReturned { .. } => self.back_to(JobState::Queued),
            Event::AttemptStopped { .. } => {
                self.losses = 0;
                self.back_to(JobState::Queued);
            }
            Event::Parked { losses, .. } => {
                self.losses = *losses;
                self.tries += 1;
                self.back_to(JobState::Paused);
            }
            Event::CancelRequested { .. } => self.stop(Stop::Cancel),
            Event::PauseRequested { .. } => self.stop(Stop::Pause),
            Event::Paused { .. } => {
                self.after = None;
                self.back_to(JobState::Paused);
            }
            Event::Stranded { .. } => self.back_to(JobState::Paused),
            Event::Resumed {} => {
                // A person has looked at it: the counters begin anew.
                (self.failures, self.blocks, self.losses, self.not_before) = (0, 0, 0, None);
                (self.awaits, self.after) = (false, None);
                self.state = Some(JobState::Queued);
            }
            Event::Succeeded { .. } => self.back_to(JobState::Succeeded),
            Event::Failed { .. } => self.back_to(JobState::Failed),
            Event::Cancelled { .. } => self.back_to(JobState::Cancelled),
        }
    }

    /// Whether this attempt has the lease.
    pub fn is_attempt(&self, attempt_id: AttemptId) -> bool {
        self.attempt.is_some_and(|attempt| attempt.id == attempt_id)
    }

    /// Whether the job has come to its end.
    pub fn is_terminal(&self) -> bool {
        self.state.is_some_and(JobState::is_terminal)
    }

    /// Whether it is held since the job that it waited for came to nothing.
    pub fn is_stranded(&self) -> bool {
        self.state == Some(JobState::Paused) && self.after.is_some()
    }

    fn back_to(&mut self, state: JobState) {
        self.attempt = None;
        self.state = Some(state);
    }

    fn stop(&mut self, stop: Stop) {
        if let Some(attempt) = &mut self.attempt {
            attempt.stop = Some(stop);
        }
    }
}
