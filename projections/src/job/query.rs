use mediary_schema::{
    AttemptId, CorrelationId, JobId, Label, PrincipalId, Priority, Subject, Ticket, Timestamp,
    job::{Failure, JobState, ResourceUse, Work, WorkKind},
};
use rusqlite::{OptionalExtension as _, Row, Transaction, params, types::Value};

use crate::{
    listing::{By, Listing, Order, OrderField},
    named::Called,
    page::{Page, PageRequest},
    rows::Word,
    sql,
};

/// Jobs, by id only.
pub const CALLED: Called = Called::new("job", "id", "NULL", "NULL");

/// A job.
#[derive(Debug, Clone, PartialEq)]
pub struct JobRow {
    /// Its id.
    pub id: JobId,
    /// What is to be done.
    pub work: Work,
    /// When its turn was to come, and under which names it is found.
    pub ticket: Ticket,
    /// Where it is.
    pub state: JobState,
    /// Whether a running attempt was asked to stop.
    pub stopping: bool,
    /// The current try.
    pub attempt_id: Option<AttemptId>,
    /// How many tries there were.
    pub attempts: u32,
    /// Not tried again before this moment.
    pub retry_at: Option<Timestamp>,
    /// What went wrong last.
    pub failure: Option<Failure>,
    /// Who started it.
    pub principal: PrincipalId,
    /// The story that it belongs to.
    pub story: CorrelationId,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When it was begun.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// What its processes used.
    pub resources: ResourceUse,
    /// The position of the last event that touched it.
    pub changed_at: u64,
}

const COLUMNS: &str =
    "id, work, ticket, priority, state, stopping, attempt_id, attempts, retry_at, failure, principal,
    story, queued_at, started_at, ended_at, cpu_ms, memory_peak_bytes, changed_at";

fn job_row(row: &Row<'_>) -> rusqlite::Result<JobRow> {
    let priority = Priority::try_from(row.get::<_, i64>("priority")?).unwrap_or_default();
    let moment = |column: &str| row.get::<_, Option<i64>>(column).map(|at| at.map(Timestamp::from_micros));
    Ok(JobRow {
        id: JobId::from_uuid(sql::uuid(row, "id")?),
        work: sql::json(row, "work")?,
        ticket: Ticket { priority, ..sql::json_opt(row, "ticket")?.unwrap_or_default() },
        state: row.get::<_, Word<_>>("state")?.0,
        stopping: row.get("stopping")?,
        attempt_id: sql::uuid_opt(row, "attempt_id")?.map(AttemptId::from_uuid),
        attempts: row.get("attempts")?,
        retry_at: moment("retry_at")?,
        failure: sql::json_opt(row, "failure")?,
        principal: PrincipalId::from_uuid(sql::uuid(row, "principal")?),
        story: CorrelationId::from_uuid(sql::uuid(row, "story")?),
        queued_at: Timestamp::from_micros(row.get("queued_at")?),
        started_at: moment("started_at")?,
        ended_at: moment("ended_at")?,
        resources: ResourceUse {
            cpu_ms: row.get::<_, i64>("cpu_ms")? as u64,
            memory_peak_bytes: row.get::<_, i64>("memory_peak_bytes")? as u64,
        },
        changed_at: row.get::<_, i64>("changed_at")? as u64,
    })
}

/// What jobs can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobField {
    /// When they were queued.
    QueuedAt,
    /// When something of them changed last.
    ChangedAt,
}

impl OrderField for JobField {
    const DEFAULT: Order<Self> = Order { field: Self::QueuedAt, descending: true };

    fn by(self) -> By {
        match self {
            Self::QueuedAt => By::KEY,
            Self::ChangedAt => By::CHANGED,
        }
    }
}

/// Which jobs are asked for, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JobFilter {
    /// The order.
    pub order: Order<JobField>,
    /// Of this kind.
    pub kind: Option<WorkKind>,
    /// Started as part of this batch.
    pub batch: Option<Label>,
    /// With this tag.
    pub tag: Option<Label>,
    /// With these words in a title, an address or a folder of its work.
    pub search: Option<String>,
    /// In this state.
    pub state: Option<JobState>,
    /// Done to this thing, or asked for in it.
    pub subject: Option<Subject>,
    /// Of this story.
    pub story: Option<CorrelationId>,
    /// Queued at this moment or later.
    pub since: Option<Timestamp>,
}

impl JobFilter {
    fn listing(&self) -> Listing {
        let Self { order, kind, batch, tag, search, state, subject, story, since } = self;
        let mut list = Listing::of("job", COLUMNS, *order);
        if let Some(subject) = subject {
            let of_subject = "SELECT job AS place FROM job_subject WHERE kind = ? AND subject = ?";
            let id = Value::Blob(subject.id.as_bytes().to_vec());
            list.among(of_subject, [Value::Text(subject.kind.to_string()), id]);
        }
        if let Some(tag) = tag {
            list.among("SELECT key AS place FROM tag WHERE tag = ?", [Value::Text(tag.to_string())]);
        }
        list.equal("story", story.map(|story| story.uuid().as_bytes().to_vec()));
        list.equal("batch", batch.as_ref().map(ToString::to_string));
        list.state("state", state.map(JobState::name));
        list.kind("kind", kind.as_ref().map(WorkKind::name));
        list.since("queued_at", since.map(Timestamp::as_micros));
        list.search(search.as_deref());
        list
    }
}

/// Jobs, newest first unless said otherwise.
pub fn jobs(
    transaction: &Transaction<'_>,
    filter: &JobFilter,
    request: &PageRequest,
) -> rusqlite::Result<Page<JobRow>> {
    filter.listing().page(transaction, request, job_row)
}

/// One job.
pub fn job(transaction: &Transaction<'_>, id: JobId) -> rusqlite::Result<Option<JobRow>> {
    Ok(jobs_by_id(transaction, &[id])?.pop())
}

/// Jobs by their ids, in no order; those that are not there are left out.
pub fn jobs_by_id(transaction: &Transaction<'_>, ids: &[JobId]) -> rusqlite::Result<Vec<JobRow>> {
    let select = format!("SELECT {COLUMNS} FROM job WHERE id");
    sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), job_row)
}

/// The job that an attempt is one of.
pub fn job_of_attempt(transaction: &Transaction<'_>, id: AttemptId) -> rusqlite::Result<Option<JobId>> {
    transaction
        .prepare_cached("SELECT job_id FROM attempt WHERE id = ?1")?
        .query_row([id.uuid().as_bytes()], |row| sql::uuid(row, "job_id").map(JobId::from_uuid))
        .optional()
}

/// The attempts of a job, the first one first, from one of them on; at most so many.
pub fn attempts(
    transaction: &Transaction<'_>,
    id: JobId,
    from: Option<AttemptId>,
    limit: u32,
) -> rusqlite::Result<Vec<AttemptId>> {
    let from = from.map_or([0; 16], |from| *from.uuid().as_bytes());
    transaction
        .prepare_cached("SELECT id FROM attempt WHERE job_id = ?1 AND id >= ?2 ORDER BY id LIMIT ?3")?
        .query_map(params![id.uuid().as_bytes(), from, limit], |row| sql::uuid(row, "id"))?
        .map(|row| row.map(AttemptId::from_uuid))
        .collect()
}

/// Jobs that were touched after a position, in that order.
pub fn changed_jobs(transaction: &Transaction<'_>, after: u64, limit: u32) -> rusqlite::Result<Vec<JobRow>> {
    transaction
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM job WHERE changed_at > ?1 ORDER BY changed_at LIMIT ?2"
        ))?
        .query_map(params![after as i64, limit], job_row)?
        .collect()
}

/// How many jobs there are of each kind and state.
pub fn counts(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<(String, JobState, u64)>> {
    transaction
        .prepare_cached("SELECT what, state, sum(number) FROM counted GROUP BY what, state")?
        .query_map([], |row| {
            let Word(state) = row.get(1)?;
            Ok((row.get(0)?, state, row.get::<_, i64>(2)? as u64))
        })?
        .collect()
}

/// How many jobs of a story are open, how many there are, and the last position that touched one of them.
pub fn story(transaction: &Transaction<'_>, story: CorrelationId) -> rusqlite::Result<StoryRow> {
    numbers(transaction, "story = ?1", story.uuid().as_bytes())
}

/// The jobs of a batch in the same numbers.
pub fn batch(transaction: &Transaction<'_>, batch: &Label) -> rusqlite::Result<StoryRow> {
    numbers(transaction, "batch = ?1", batch.as_str())
}

fn numbers(
    transaction: &Transaction<'_>,
    condition: &str,
    value: impl rusqlite::ToSql,
) -> rusqlite::Result<StoryRow> {
    transaction
        .prepare_cached(&format!(
            "SELECT count(*),
                 coalesce(sum(state IN ('succeeded')), 0), coalesce(sum(state IN ('failed', 'cancelled')), 0),
                 coalesce(max(changed_at), 0)
             FROM job WHERE {condition}",
        ))?
        .query_row([value], |row| {
            let number = |index| row.get::<_, i64>(index).map(|number| number as u64);
            Ok(StoryRow {
                jobs: number(0)?,
                succeeded: number(1)?,
                given_up: number(2)?,
                changed_at: number(3)?,
            })
        })
}

/// The jobs of a story or a batch, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoryRow {
    /// All of them.
    pub jobs: u64,
    /// Those that are done.
    pub succeeded: u64,
    /// Those that failed or were cancelled.
    pub given_up: u64,
    /// The position of the last event that touched one of them.
    pub changed_at: u64,
}
