use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use mediary_projections::{
    Snapshot, Views,
    job::{self as view, JobFilter, JobView},
};
use mediary_schema::{CorrelationId, account::Permission};

use super::{Job, object::State};
use crate::{
    connection::{self, Nodes, Of},
    error::parse_id,
    event,
    scalar::{DateTime, Long, Position},
    schema::{platform, read},
    session::session,
};

const VIEW: Of = Views::of::<JobView>;

#[derive(Debug, Default)]
pub(crate) struct JobQuery;

/// Which jobs are asked for.
#[derive(Debug, Default, InputObject)]
pub(crate) struct JobFilterInput {
    /// In this state.
    state: Option<State>,
    /// Done to this thing, or asked for in it: an item, a list, a row of it.
    subject_id: Option<ID>,
    /// Of this story.
    story_id: Option<ID>,
    /// Queued at this moment or later.
    since: Option<DateTime>,
}

impl JobFilterInput {
    fn parse(self) -> Result<JobFilter> {
        let Self { state, subject_id, story_id, since } = self;
        Ok(JobFilter {
            state: state.map(Into::into),
            subject: subject_id.map(|id| parse_id(&id)).transpose()?,
            story: story_id.map(|id| parse_id(&id)).transpose()?,
            since: since.map(|moment| moment.0),
        })
    }
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
    /// Whether nothing more will come of it: every job has ended, and every reaction has reacted.
    settled: bool,
}

#[Object]
impl JobQuery {
    /// Jobs, newest first.
    #[graphql(complexity = "connection::cost(first, child_complexity)")]
    async fn jobs(
        &self,
        context: &Context<'_>,
        first: Option<u32>,
        after: Option<String>,
        filter: Option<JobFilterInput>,
        #[graphql(desc = "Answer once this position is shown.")] min_position: Option<Position>,
    ) -> Result<Nodes<Job>> {
        let filter = filter.unwrap_or_default().parse()?;
        let query = move |rows: &Snapshot<'_>, request| view::jobs(rows, &filter, request);
        connection::page(context, VIEW, (first, after), min_position, query).await
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
        // A reaction may have opened jobs that the row read above does not show yet.
        let settled = reacted && all_ended && {
            let head = Position(platform.gate.log().head().position);
            read(context, VIEW, Some(head), query).await? == row
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
