use mediary_events::{
    codec::events_of,
    job::{Event, Job},
};
use mediary_log::{Envelope, Recorded};
use mediary_schema::{
    AttemptId, Ticket, Timestamp,
    job::{Failure, JobState, ResourceUse, Work},
};
use rusqlite::{Transaction, params};

use crate::{
    changed::Changed,
    counted::{Counted, Tally},
    reached::Reached,
    rows::{Id, Table, Word, Words, row},
    sql::to_json,
    view::{ApplyError, Stamp},
};

row! {
    struct Task of "job" {
        stays {
            project: Id,
            work: String,
            kind: String,
            ticket: Option<String>,
            batch: Option<String>,
            principal: Id,
            story: Id,
            queued_at: i64,
            reached_at: i64,
        }
        changes {
            state: Word<JobState>,
            priority: u8,
            stopping: bool,
            attempt_id: Option<Id>,
            attempts: u32,
            retry_at: Option<i64>,
            failure: Option<String>,
            started_at: Option<i64>,
            ended_at: Option<i64>,
            cpu_ms: i64,
            memory_peak_bytes: i64,
            changed_at: i64,
        }
    }
}

impl Words for JobState {
    fn word(self) -> &'static str {
        self.name()
    }

    fn of_word(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Counted for Task {
    fn count(&self, tally: &mut Tally<'_>) {
        tally.add(self.project, self.kind.clone(), self.state.0.word(), 1);
    }
}

impl Task {
    /// Nobody is on it.
    fn back(&mut self, state: JobState) {
        (self.state, self.attempt_id, self.stopping) = (Word(state), None, false);
    }

    /// Adds what an attempt used: processor time adds up, memory is the highest peak.
    fn used(&mut self, resources: Option<ResourceUse>) {
        let ResourceUse { cpu_ms, memory_peak_bytes } = resources.unwrap_or_default();
        self.cpu_ms += cpu_ms as i64;
        self.memory_peak_bytes = self.memory_peak_bytes.max(memory_peak_bytes as i64);
    }
}

/// What a batch touches of jobs.
#[derive(Debug, Default)]
pub(super) struct Jobs {
    rows: Table<Task>,
    reached: Reached<Task>,
}

impl Jobs {
    pub(super) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let Self { rows, reached } = self;
        let mut fold = Fold { rows, reached, file, stamp: Stamp::of(recorded) };
        events_of::<Job>(recorded)?.into_iter().try_for_each(|event| fold.fold(event, &recorded.envelope))
    }

    pub(super) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.rows.write(file)
    }

    pub(super) fn changed(&mut self) -> Vec<Changed> {
        self.rows.changed()
    }
}

/// One event being folded into the row of one job.
struct Fold<'a> {
    rows: &'a mut Table<Task>,
    reached: &'a mut Reached<Task>,
    file: &'a Transaction<'a>,
    stamp: Stamp,
}

impl Fold<'_> {
    fn fold(&mut self, event: Event, envelope: &Envelope) -> Result<(), ApplyError> {
        let at = self.stamp.at;
        match event {
            Event::Queued { work, ticket, .. } => self.queue(&work, &ticket, envelope),
            Event::Prioritised { priority } => self.change(|job| job.priority = priority.number()),
            Event::Stranded { .. } => self.change(|job| job.back(JobState::Paused)),
            Event::Leased { attempt_id, .. } => self.lease(attempt_id),
            Event::Started { .. } => self.change(|job| {
                job.state = Word(JobState::Running);
                job.started_at = job.started_at.or(Some(at));
            }),
            // It runs on.
            Event::SlotReturned { .. } => Ok(()),
            Event::AttemptFailed { failure, resources, retry_at, .. } => {
                let failure = to_json(&failure)?;
                self.change(|job| {
                    job.used(Some(resources));
                    job.back(JobState::Queued);
                    job.failure = Some(failure);
                    job.retry_at = Some(retry_at.as_micros());
                })
            }
            Event::AttemptLost { retry_at, .. } => self.change(|job| {
                job.back(JobState::Queued);
                job.retry_at = retry_at.map(Timestamp::as_micros);
            }),
            Event::LeaseReturned { .. } => self.change(|job| job.back(JobState::Queued)),
            Event::AttemptStopped { resources, .. } => self.change(|job| {
                job.used(Some(resources));
                job.back(JobState::Queued);
            }),
            Event::Parked { .. } => self.change(|job| job.back(JobState::Paused)),
            Event::Paused { attempt } => self.change(|job| {
                job.used(attempt.and_then(|attempt| attempt.resources));
                job.back(JobState::Paused);
            }),
            Event::CancelRequested { .. } | Event::PauseRequested { .. } => {
                self.change(|job| job.stopping = true)
            }
            Event::Resumed {} => {
                self.change(|job| (job.state, job.retry_at) = (Word(JobState::Queued), None))
            }
            Event::Succeeded { resources, .. } => self.end(JobState::Succeeded, None, Some(resources)),
            Event::Failed { failure, resources, .. } => {
                self.end(JobState::Failed, Some(&failure), Some(resources))
            }
            Event::Cancelled { attempt } => {
                self.end(JobState::Cancelled, None, attempt.and_then(|attempt| attempt.resources))
            }
        }
    }

    fn queue(&mut self, work: &Work, ticket: &Ticket, envelope: &Envelope) -> Result<(), ApplyError> {
        let Stamp { id, project, position, at } = self.stamp;
        let (kind, told) = (work.kind.to_string(), to_json(work)?);
        let of_ticket = (*ticket != Ticket::default()).then(|| to_json(ticket)).transpose()?;
        let reached_at = self.reached.by(self.file, at)?;
        let key = self.rows.insert(self.file, |key| Task {
            key,
            id,
            project,
            work: told,
            kind,
            ticket: of_ticket,
            batch: ticket.batch.as_ref().map(ToString::to_string),
            principal: *envelope.principal.uuid().as_bytes(),
            story: *envelope.correlation_id.uuid().as_bytes(),
            queued_at: at,
            reached_at,
            state: Word(JobState::Queued),
            priority: ticket.priority.number(),
            stopping: false,
            attempt_id: None,
            attempts: 0,
            retry_at: None,
            failure: None,
            started_at: None,
            ended_at: None,
            cpu_ms: 0,
            memory_peak_bytes: 0,
            changed_at: position,
        })?;
        // Never touched again, as the attempts below: nothing to be gained by keeping them in memory.
        let mut link = self.file.prepare_cached(
            "INSERT OR IGNORE INTO job_subject (project, kind, subject, job) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for subject in work.subjects.iter().chain(&work.within) {
            link.execute(params![project, subject.kind, subject.id.as_bytes(), key])?;
        }
        let mut tag_it =
            self.file.prepare_cached("INSERT OR IGNORE INTO tag (project, tag, key) VALUES (?1, ?2, ?3)")?;
        for tag in &ticket.tags {
            tag_it.execute(params![project, tag.as_str(), key])?;
        }
        Ok(())
    }

    fn lease(&mut self, attempt_id: AttemptId) -> Result<(), ApplyError> {
        let attempt: Id = *attempt_id.uuid().as_bytes();
        // Never touched again: nothing to be gained by keeping it in memory.
        self.file
            .prepare_cached("INSERT OR IGNORE INTO attempt (id, project, job_id) VALUES (?1, ?2, ?3)")?
            .execute(params![attempt, self.stamp.project, self.stamp.id])?;
        self.change(|job| {
            (job.state, job.attempt_id, job.retry_at) = (Word(JobState::Leased), Some(attempt), None);
            job.attempts += 1;
        })
    }

    fn end(
        &mut self,
        state: JobState,
        failure: Option<&Failure>,
        resources: Option<ResourceUse>,
    ) -> Result<(), ApplyError> {
        let (failure, at) = (failure.map(to_json).transpose()?, self.stamp.at);
        self.change(|job| {
            job.used(resources);
            job.back(state);
            (job.retry_at, job.ended_at, job.failure) = (None, Some(at), failure);
        })
    }

    /// Changes the job, if it is known.
    fn change(&mut self, change: impl FnOnce(&mut Task)) -> Result<(), ApplyError> {
        if let Some(job) = self.rows.change(self.file, self.stamp.id)? {
            change(job);
            job.changed_at = self.stamp.position;
        }
        Ok(())
    }
}
