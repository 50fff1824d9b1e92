mod progress;

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use futures::Stream;
use mediary_projections::{
    Views,
    job::{self as view, JobRow, JobView},
};
use mediary_schema::JobId;

use self::progress::{JobProgressChange, Wanted, progress};
use super::{Job, Kind};
use crate::{
    changes::{Watched, changes, named},
    error::parse_id,
    scalar::Position,
};

#[derive(Debug, Default)]
pub(crate) struct JobSubscription;

/// Jobs as they are at a position: first all that changed after the position asked for, then each
/// change. A slow client gets the latest state and fewer of them.
#[derive(Debug, SimpleObject)]
pub(crate) struct JobChange {
    /// The position that this shows: what to ask for after a break.
    position: Position,
    /// What changed.
    jobs: Vec<Job>,
}

fn watched() -> Watched<JobRow> {
    Watched {
        view: Views::of::<JobView>,
        table: "job",
        of: None,
        changed: Box::new(view::changed_jobs),
        at: |row| row.changed_at,
        id: |row| row.id.uuid(),
    }
}

fn wanted(kinds: Option<Vec<Kind>>, story_id: Option<ID>) -> Result<Wanted> {
    let kinds = kinds.map(|kinds| kinds.into_iter().map(|kind| kind.0).collect());
    Ok(Wanted { kinds, story: story_id.map(|id| parse_id(&id)).transpose()? })
}

#[Subscription]
#[expect(clippy::unused_async, reason = "the form that the macro asks for")]
impl JobSubscription {
    /// Jobs, now and whenever one changes.
    async fn job_changes(
        &self,
        context: &Context<'_>,
        #[graphql(
            default_with = "Some(Position(0))",
            desc = "The last position that the client has; 0 for everything."
        )]
        after: Option<Position>,
        #[graphql(desc = "Only these jobs; at most 500.")] ids: Option<Vec<ID>>,
        #[graphql(desc = "Only work of these kinds.")] kinds: Option<Vec<Kind>>,
        #[graphql(desc = "Only what came of this story.")] story_id: Option<ID>,
    ) -> Result<impl Stream<Item = Result<JobChange>>> {
        let ids = named(ids, |id: JobId| id.uuid())?;
        let wanted = wanted(kinds, story_id)?;
        let wants = move |row: &JobRow| wanted.has(row);
        changes(context, watched(), after, ids, wants, |position, rows| JobChange {
            position,
            jobs: rows.into_iter().map(Job::from).collect(),
        })
    }

    /// How far jobs are that run, now and whenever one tells, at most four times a second.
    async fn job_progress(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only of these jobs; at most 500.")] ids: Option<Vec<ID>>,
        #[graphql(desc = "Only of work of these kinds.")] kinds: Option<Vec<Kind>>,
        #[graphql(desc = "Only of what came of this story.")] story_id: Option<ID>,
    ) -> Result<impl Stream<Item = Result<JobProgressChange>>> {
        let ids = named(ids, |id: JobId| id.uuid())?;
        progress(context, ids, wanted(kinds, story_id)?)
    }
}
