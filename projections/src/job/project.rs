use mediary_events::{
    codec::events_of,
    job::{Event, Job},
};
use mediary_log::{Envelope, Recorded};
use mediary_schema::{
    AttemptId, Timestamp,
    job::{Failure, JobState, ResourceUse, Work},
};
use rusqlite::{Transaction, params};

use crate::{
    runner::{project, stamp},
    sql::to_json,
    view::ApplyError,
};

pub(super) fn apply(transaction: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
    events_of::<Job>(recorded)?.into_iter().try_for_each(|event| fold(transaction, recorded, event))
}

fn fold(transaction: &Transaction<'_>, recorded: &Recorded, event: Event) -> Result<(), ApplyError> {
    let (position, at) = stamp(recorded);
    let fold = Fold {
        transaction,
        project: project(recorded),
        id: *recorded.envelope.stream.uuid.as_bytes(),
        position,
        at,
    };
    match event {
        Event::Queued { work, .. } => fold.queue(&work, &recorded.envelope),
        Event::Leased { attempt_id, .. } => fold.lease(attempt_id),
        Event::Started { .. } => fold
            .set("state = ?3, started_at = coalesce(started_at, ?4)", params![JobState::Running.name(), at]),
        Event::AttemptFailed { failure, resources, retry_at, .. } => {
            fold.used(resources)?;
            fold.set(
                "state = ?3, attempt_id = NULL, stopping = 0, failure = ?4, retry_at = ?5",
                params![JobState::Queued.name(), to_json(&failure)?, retry_at.as_micros()],
            )
        }
        Event::AttemptLost { retry_at, .. } => {
            fold.back(JobState::Queued)?;
            fold.set("retry_at = ?3", params![retry_at.map(Timestamp::as_micros)])
        }
        Event::LeaseReturned { .. } => fold.back(JobState::Queued),
        Event::AttemptStopped { resources, .. } => {
            fold.used(resources)?;
            fold.back(JobState::Queued)
        }
        Event::Parked { .. } => fold.back(JobState::Paused),
        Event::Paused { attempt } => {
            fold.used(attempt.and_then(|attempt| attempt.resources).unwrap_or_default())?;
            fold.back(JobState::Paused)
        }
        Event::CancelRequested { .. } | Event::PauseRequested { .. } => fold.set("stopping = 1", params![]),
        Event::Resumed {} => fold.set("state = ?3, retry_at = NULL", params![JobState::Queued.name()]),
        Event::Succeeded { resources, .. } => fold.end(JobState::Succeeded, None, Some(resources)),
        Event::Failed { failure, resources, .. } => {
            fold.end(JobState::Failed, Some(&failure), Some(resources))
        }
        Event::Cancelled { attempt } => {
            fold.end(JobState::Cancelled, None, attempt.and_then(|attempt| attempt.resources))
        }
    }
}

/// One event being folded into the row of one job.
struct Fold<'a> {
    transaction: &'a Transaction<'a>,
    project: [u8; 16],
    id: [u8; 16],
    position: i64,
    at: i64,
}

impl Fold<'_> {
    fn queue(&self, work: &Work, envelope: &Envelope) -> Result<(), ApplyError> {
        let (playlist_id, item_id) = match work {
            Work::Refresh(work) => (Some(*work.playlist_id.uuid().as_bytes()), None),
            Work::Download(work) => (
                work.entry.map(|entry| *entry.playlist_id.uuid().as_bytes()),
                Some(*work.item_id.uuid().as_bytes()),
            ),
            Work::Verify(_) => (None, None),
        };
        self.transaction
            .prepare_cached(
                "INSERT INTO job (id, work, kind, playlist_id, item_id, state, principal, story, queued_at,
                     changed_at, project)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            )?
            .execute(params![
                self.id,
                to_json(work)?,
                work.kind().name(),
                playlist_id,
                item_id,
                JobState::Queued.name(),
                envelope.principal.uuid().as_bytes(),
                envelope.correlation_id.uuid().as_bytes(),
                self.at,
                self.position,
                self.project,
            ])?;
        Ok(())
    }

    fn lease(&self, attempt_id: AttemptId) -> Result<(), ApplyError> {
        let attempt = *attempt_id.uuid().as_bytes();
        self.transaction
            .prepare_cached("INSERT OR IGNORE INTO attempt (id, project, job_id) VALUES (?1, ?2, ?3)")?
            .execute(params![attempt, self.project, self.id])?;
        self.set(
            "state = ?3, attempt_id = ?4, attempts = attempts + 1, retry_at = NULL",
            params![JobState::Leased.name(), attempt],
        )
    }

    /// Sets columns; `?1` and `?2` are taken.
    fn set(&self, columns: &str, values: &[&dyn rusqlite::ToSql]) -> Result<(), ApplyError> {
        let sql = format!("UPDATE job SET {columns}, changed_at = ?2 WHERE id = ?1");
        let mut all: Vec<&dyn rusqlite::ToSql> = vec![&self.id, &self.position];
        all.extend(values);
        self.transaction.prepare_cached(&sql)?.execute(all.as_slice())?;
        Ok(())
    }

    fn back(&self, state: JobState) -> Result<(), ApplyError> {
        self.set("state = ?3, attempt_id = NULL, stopping = 0", params![state.name()])
    }

    /// Adds what an attempt used: processor time adds up, memory is the highest peak.
    fn used(&self, resources: ResourceUse) -> Result<(), ApplyError> {
        self.set(
            "cpu_ms = cpu_ms + ?3, memory_peak_bytes = max(memory_peak_bytes, ?4)",
            params![resources.cpu_ms as i64, resources.memory_peak_bytes as i64],
        )
    }

    fn end(
        &self,
        state: JobState,
        failure: Option<&Failure>,
        resources: Option<ResourceUse>,
    ) -> Result<(), ApplyError> {
        self.used(resources.unwrap_or_default())?;
        let failure = failure.map(to_json).transpose()?;
        self.set(
            "state = ?3, attempt_id = NULL, stopping = 0, retry_at = NULL, ended_at = ?4, failure = ?5",
            params![state.name(), self.at, failure],
        )
    }
}
