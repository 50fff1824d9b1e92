use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use mediary_projections::{
    Snapshot, Views,
    job::{self as view, JobField, JobFilter, JobView},
    listing::{Order, OrderField as _},
};
use mediary_schema::{CorrelationId, JobId, account::Permission, job::Output};

use super::{
    Job,
    mutation::label,
    object::{
        Kind, State,
        log::{JobLog, JobLogPiece, NoPlace, Place},
    },
};
use crate::{
    as_of::{moment, now_only},
    connection::{self, Nodes, Of, Part},
    error::{fault, parse_id},
    event,
    scalar::{DateTime, Long, Position},
    schema::{platform, read},
    session::session,
    sorting::{OrderBy, order},
};

const VIEW: Of = Views::of::<JobView>;
/// Attempts whose output is one answer: more than a job has that is not ended by hand again and again.
const LOG_ATTEMPTS_MAX: u32 = 50;
/// Bytes of output in one answer.
const LOG_BYTES_MAX: usize = 256 << 10;
/// Less room than a line takes has room for none.
const LOG_LINE_BYTES: usize = 8 << 10;

#[derive(Debug, Default)]
pub(crate) struct JobQuery;

/// What jobs can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "JobField", name = "JobOrderField")]
pub(crate) enum OrderName {
    /// When they were queued.
    QueuedAt,
    /// When something of them changed last.
    ChangedAt,
}

/// Which jobs are asked for.
#[derive(Debug, Default, InputObject)]
pub(crate) struct JobFilterInput {
    /// Of this kind.
    kind: Option<Kind>,
    /// In this state.
    state: Option<State>,
    /// Done to this thing, or asked for in it: an item, a list, a row of it.
    subject_id: Option<ID>,
    /// Of this story.
    story_id: Option<ID>,
    /// Queued at this moment or later.
    since: Option<DateTime>,
    /// Started as part of this batch.
    batch: Option<String>,
    /// With this tag.
    tag: Option<String>,
    /// With each of these words in a title, an address or a folder of its work, of the last one the beginning, in whichever case and order.
    search: Option<String>,
}

impl JobFilterInput {
    fn parse(self, order: Order<JobField>) -> Result<JobFilter> {
        let Self { kind, state, subject_id, story_id, since, batch, tag, search } = self;
        Ok(JobFilter {
            order,
            kind: kind.map(|kind| kind.0),
            state: state.map(Into::into),
            batch: batch.as_deref().map(label).transpose()?,
            tag: tag.as_deref().map(label).transpose()?,
            search: connection::search(search)?,
            subject: subject_id.map(|id| parse_id(&id)).transpose()?,
            story: story_id.map(|id| parse_id(&id)).transpose()?,
            since: since.map(|moment| moment.0),
        })
    }
}

/// Everything that was started under one name, in numbers.
#[derive(Debug, SimpleObject)]
pub(crate) struct Batch {
    /// Its name.
    name: String,
    /// Its jobs so far.
    job_count: Long,
    /// Those that are done.
    succeeded_count: Long,
    /// Those that failed or were cancelled.
    given_up_count: Long,
}

/// Everything that came of one act, in numbers.
#[derive(Debug, SimpleObject)]
pub(crate) struct Story {
    /// `story-<uuid>`.
    id: ID,
    /// Its jobs so far.
    job_count: Long,
    /// Those that are done.
    succeeded_count: Long,
    /// Those that failed or were cancelled.
    given_up_count: Long,
    /// Whether nothing more will come of it: every job has ended, and every reaction has reacted. None of the past.
    settled: Option<bool>,
}

#[Object]
#[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
impl JobQuery {
    /// Jobs, newest first unless said otherwise.
    #[graphql(complexity = "connection::cost(first, last, child_complexity)")]
    async fn jobs(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        last: Option<u32>,
        before: Option<String>,
        order_by: Option<OrderBy<OrderName>>,
        filter: Option<JobFilterInput>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Job>> {
        let filter = filter.unwrap_or_default().parse(order(order_by))?;
        let part = (Part { first, last, after, before }, filter.order.field.by());
        let query = move |rows: &Snapshot<'_>, request: &_| view::jobs(rows, &filter, request);
        connection::page(context, VIEW, part, min_position, query).await
    }

    /// One job.
    async fn job(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Option<Job>> {
        connection::one(context, VIEW, &id, min_position, view::job).await
    }

    /// What the programs of a job's attempts wrote, from the beginning or behind a cursor: of a running one up to now. None
    /// if there is no such job.
    async fn job_log(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "The `endCursor` up to which the client has it.")] after: Option<String>,
    ) -> Result<Option<JobLog>> {
        now_only(context, "what the programs of a job had written by then is not recorded")?;
        let job_id: JobId = parse_id(&id)?;
        let place: Option<Place> = after
            .map(|text| text.parse())
            .transpose()
            .map_err(|error: NoPlace| fault(&error.to_string(), "BAD_CURSOR", false))?;
        let from = place.map(|place| place.attempt_id);
        let query = move |rows: &Snapshot<'_>| {
            Ok((view::job(rows, job_id)?, view::attempts(rows, job_id, from, LOG_ATTEMPTS_MAX)?))
        };
        let (Some(job), attempts) = read(context, VIEW, None, query).await? else { return Ok(None) };
        let mut log = JobLog {
            pieces: Vec::new(),
            end_cursor: place.map(|place| place.to_string()),
            has_more: attempts.len() as u32 == LOG_ATTEMPTS_MAX,
            open: !job.state.is_terminal(),
        };
        let mut room = LOG_BYTES_MAX;
        for attempt_id in attempts {
            let behind = place.filter(|place| place.attempt_id == attempt_id).map_or(0, |place| place.behind);
            let read = platform(context).outputs.read(attempt_id, behind, room).await;
            let output = read.unwrap_or_else(|| Output { next: behind, ..Output::default() });
            log.end_cursor = Some(Place { attempt_id, behind: output.next }.to_string());
            if output.text.is_empty() {
                continue;
            }
            room = room.saturating_sub(output.text.len());
            let (attempt_id, left_out) = (ID(attempt_id.to_string()), Long(output.left_out));
            log.pieces.push(JobLogPiece { attempt_id, left_out, text: output.text });
            if room < LOG_LINE_BYTES {
                log.has_more = true;
                break;
            }
        }
        Ok(Some(log))
    }

    /// How far everything is that was started under one name; none if nothing was.
    async fn batch(
        &self,
        context: &Context<'_>,
        name: String,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Option<Batch>> {
        let batch = label(&name)?;
        let query = move |rows: &Snapshot<'_>| view::batch(rows, &batch);
        let row = read(context, VIEW, min_position, query).await?;
        Ok((row.jobs > 0).then_some(Batch {
            name,
            job_count: Long(row.jobs),
            succeeded_count: Long(row.succeeded),
            given_up_count: Long(row.given_up),
        }))
    }

    /// How far everything is that came of one act; none if no act has this story.
    async fn story(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "The position that the act answered.")] min_position: Option<Position>,
    ) -> Result<Option<Story>> {
        session(context, Permission::READ)?;
        let platform = platform(context);
        let story: CorrelationId = parse_id(&id)?;
        let query = move |rows: &Snapshot<'_>| view::story(rows, story);
        let row = read(context, VIEW, min_position, query).await?;
        if row.jobs == 0 && !event::is_known(context, story).await? {
            return Ok(None);
        }
        let told = row.changed_at.max(min_position.unwrap_or_default().0);
        let reacted = *platform.reacted.borrow() >= told;
        let all_ended = row.succeeded + row.given_up == row.jobs;
        let moment = moment(context);
        if let Some(moment) = moment {
            moment.lacks("Story.settled", "what reactions passed without a word is not recorded");
        }
        // A reaction may have opened jobs that the row read above does not show yet.
        let settled = match moment {
            Some(_) => None,
            None if reacted && all_ended => {
                let head = Position(platform.gate.log().head().position);
                Some(read(context, VIEW, Some(head), query).await? == row)
            }
            None => Some(false),
        };
        Ok(Some(Story {
            id,
            job_count: Long(row.jobs),
            succeeded_count: Long(row.succeeded),
            given_up_count: Long(row.given_up),
            settled,
        }))
    }
}
