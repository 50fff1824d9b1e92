mod kind;
pub(super) mod log;
mod waiting;

use std::{collections::HashMap, sync::Arc};

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use mediary_log::signal::Subject;
use mediary_projections::{
    Snapshot, SqlResult, ViewHandle, Views,
    job::{self as view, JobRow, JobView},
};
use mediary_schema::{
    FailureClass, JobId, TemplateVersion,
    job::{Failure as FailureValue, JobState, Progress as ProgressValue, Work},
    lane::Lane,
    ticket::Wait,
};

pub(crate) use self::{
    kind::Kind,
    waiting::{WaitReason, Waiting},
};
use crate::{
    as_of::moment,
    choice::Choice,
    loader::{LookUp, look_up, look_up_beside},
    node::{Node, nodes_of},
    scalar::{DateTime, Long, Position},
    schema::{platform, read, scope},
};

/// Where a job is in its life. Succeeded, failed and cancelled are final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "JobState", name = "JobState")]
pub(crate) enum State {
    /// Waiting for a free worker, or for its time.
    Queued,
    /// Promised to a worker.
    Leased,
    /// Being worked on.
    Running,
    /// Held by a person; what was done so far is kept.
    Paused,
    /// Done.
    Succeeded,
    /// Given up.
    Failed,
    /// Ended by a person.
    Cancelled,
}

/// What is known of a failure.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Failure {
    /// The class: `network`, `private`, `not_found`, `disk_full`, …
    class: String,
    /// One sentence.
    message: String,
    /// What can be done next.
    advice: String,
    /// The exit code of the tool, if one ran to its end.
    exit_code: Option<i32>,
    /// The last lines of its output.
    output: Vec<String>,
    /// How much was seen before it failed: more than nothing is a partial result.
    partial: Long,
    #[graphql(skip)]
    is_not_yet: bool,
}

impl From<FailureValue> for Failure {
    fn from(failure: FailureValue) -> Self {
        let class: FailureClass = failure.class;
        let name = serde_json::to_value(class).ok().and_then(|name| name.as_str().map(str::to_owned));
        Self {
            class: name.unwrap_or_default(),
            message: failure.message,
            advice: class.advice().to_owned(),
            exit_code: failure.exit_code,
            output: failure.output,
            partial: Long(failure.partial),
            is_not_yet: class == FailureClass::NotYet,
        }
    }
}

/// How far a running attempt is.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Progress {
    /// What is being done.
    stage: String,
    /// Done so far, in `unit`.
    done: Long,
    /// In total, where it can be known.
    total: Option<Long>,
    /// `bytes` or `entries`.
    unit: String,
    /// From 0 to 100, where it can be known.
    percent: Option<f64>,
    /// Units per second.
    rate_per_second: Option<f64>,
    /// Seconds until the end, where it can be known.
    eta_seconds: Option<Long>,
}

impl From<ProgressValue> for Progress {
    fn from(progress: ProgressValue) -> Self {
        let percent = progress
            .total
            .filter(|total| *total > 0)
            .map(|total| (progress.done as f64 / total as f64 * 100.0).min(100.0));
        Self {
            stage: progress.stage,
            done: Long(progress.done),
            total: progress.total.map(Long),
            unit: progress.unit,
            percent,
            rate_per_second: progress.rate_per_second,
            eta_seconds: progress.eta_seconds.map(Long),
        }
    }
}

/// By which template a job was started, as it was then: a later version changes no job.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct JobTemplate {
    /// Its name.
    name: String,
    /// Which version of it, from 1.
    version: u32,
}

impl From<TemplateVersion> for JobTemplate {
    fn from(TemplateVersion { name, version }: TemplateVersion) -> Self {
        Self { name: name.into(), version }
    }
}

/// A piece of long work.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(complex)]
pub(crate) struct Job {
    /// `job-<uuid>`.
    id: ID,
    /// Its kind.
    kind: Kind,
    /// What it is called: the list's address, or the item's title.
    title: String,
    /// What it is done to, such as an item, and where it was asked for: a list and its row.
    subject_ids: Vec<ID>,
    /// Where it is.
    state: State,
    /// Whether its running attempt was asked to stop.
    stopping: bool,
    /// The current try.
    attempt_id: Option<ID>,
    /// How many tries there were.
    attempts: u32,
    /// Not tried again before this moment.
    retry_at: Option<DateTime>,
    /// What went wrong last.
    failure: Option<Failure>,
    /// How much it matters, from 0 to 9: the higher one is first, and whoever waits long overtakes.
    priority: u8,
    /// Not before this moment.
    at: Option<DateTime>,
    /// Not before this job was done.
    after: Option<ID>,
    /// What it was started together with.
    batch: Option<String>,
    /// Words by which it is found.
    tags: Vec<String>,
    /// The template that it was started by.
    template: Option<JobTemplate>,
    /// The story that it belongs to.
    story_id: ID,
    /// When it was queued.
    queued_at: DateTime,
    /// When it was begun.
    started_at: Option<DateTime>,
    /// When it ended.
    ended_at: Option<DateTime>,
    /// Processor time of its processes in milliseconds.
    cpu_ms: Long,
    /// The highest peak of memory of its processes in bytes.
    memory_peak_bytes: Long,
    /// The position of the last event that touched it.
    changed_at: Position,
    #[graphql(skip)]
    key: JobId,
    #[graphql(skip)]
    lanes: Vec<Lane>,
    #[graphql(skip)]
    after_key: Option<JobId>,
}

impl From<JobRow> for Job {
    fn from(row: JobRow) -> Self {
        let state: JobState = row.state;
        let Work { kind, title, subjects, within, lanes, .. } = row.work;
        Self {
            id: ID(row.id.to_string()),
            kind: Choice(kind),
            title,
            subject_ids: subjects.iter().chain(&within).map(|subject| ID(subject.to_string())).collect(),
            state: state.into(),
            stopping: row.stopping,
            attempt_id: row.attempt_id.map(|id| ID(id.to_string())),
            attempts: row.attempts,
            retry_at: row.retry_at.map(DateTime),
            failure: row.failure.map(Failure::from),
            priority: row.ticket.priority.number(),
            at: row.ticket.at.map(DateTime),
            after: row.ticket.after.map(|id| ID(id.to_string())),
            batch: row.ticket.batch.map(|batch| batch.to_string()),
            template: row.ticket.template.map(JobTemplate::from),
            tags: row.ticket.tags.iter().map(ToString::to_string).collect(),
            story_id: ID(row.story.to_string()),
            queued_at: DateTime(row.queued_at),
            started_at: row.started_at.map(DateTime),
            ended_at: row.ended_at.map(DateTime),
            cpu_ms: Long(row.resources.cpu_ms),
            memory_peak_bytes: Long(row.resources.memory_peak_bytes),
            changed_at: Position(row.changed_at),
            key: row.id,
            lanes,
            after_key: row.ticket.after,
        }
    }
}

impl Job {
    /// The moment that it waits for, if what it is about was not there yet when it was asked for.
    fn moment(&self) -> Option<Waiting> {
        let failure = self.failure.as_ref().filter(|failure| failure.is_not_yet)?;
        let lane = self.lanes.first().map(Lane::name);
        let until = Some(self.retry_at?);
        Some(Waiting { lane, until, ..Waiting::new(WaitReason::NotYet, failure.message.clone()) })
    }

    pub(crate) async fn find(
        context: &Context<'_>,
        id: JobId,
        min_position: Option<Position>,
    ) -> Result<Option<Self>> {
        let row = read(context, Views::of::<JobView>, min_position, move |rows| view::job(rows, id)).await?;
        Ok(row.map(Self::from))
    }
}

#[ComplexObject]
impl Job {
    /// What it is done to and where it was asked for, as far as these are there.
    #[graphql(complexity = "SUBJECTS * child_complexity")]
    async fn subjects(&self, context: &Context<'_>) -> Result<Vec<Node>> {
        nodes_of(context, &self.subject_ids).await
    }

    /// The job that has to be done before it.
    async fn predecessor(&self, context: &Context<'_>) -> Result<Option<Job>> {
        let Some(id) = self.after_key else { return Ok(None) };
        Ok(look_up::<JobById>(context, id).await?.map(Job::from))
    }

    /// Why it is where it is, if it is open and not at work; none if nothing but a person's word holds it.
    async fn waits_for(&self, context: &Context<'_>) -> Option<Waiting> {
        if !matches!(self.state, State::Queued | State::Paused) {
            return None;
        }
        if let Some(moment) = moment(context) {
            moment.lacks("Job.waitsFor", "why a job waited is known of now alone");
            return None;
        }
        let queue = Arc::clone(&platform(context).queue);
        match look_up_beside::<Self, _, _, _>(context, self.key, |keys| queue.waits(keys)).await? {
            Wait::Retry(_) if self.moment().is_some() => self.moment(),
            wait => Some(Waiting::from(wait)),
        }
    }

    /// How far it is; none unless it runs and has told.
    async fn progress(&self, context: &Context<'_>) -> Option<Progress> {
        if let Some(moment) = moment(context) {
            moment.lacks("Job.progress", "how far a job was is told, and not recorded");
            return None;
        }
        let project = scope(context).ok()?.project()?;
        let subject = Subject { project, concern: "job", name: "progress", id: self.key.uuid() };
        let payload = platform(context).signals.latest(&subject)?;
        serde_json::from_value::<ProgressValue>(payload).ok().map(Progress::from)
    }
}

/// What a job is about is few things: a download, its item, its list and the row there.
const SUBJECTS: usize = 4;

/// A job by its id.
pub(crate) struct JobById;

impl LookUp for JobById {
    type Key = JobId;
    type Row = JobRow;

    fn view(views: &Views) -> &ViewHandle {
        views.of::<JobView>()
    }

    fn find(rows: &Snapshot<'_>, keys: &[JobId]) -> SqlResult<HashMap<JobId, JobRow>> {
        Ok(view::jobs_by_id(rows, keys)?.into_iter().map(|row| (row.id, row)).collect())
    }
}
