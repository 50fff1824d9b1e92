use async_graphql::{Context, Result, SimpleObject, Subscription};
use futures::Stream;
use mediary_projections::job as view;

use super::Job;
use crate::{
    event::{changes, within_log},
    scalar::Position,
    schema::{platform, scope},
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
    ) -> Result<impl Stream<Item = Result<JobChange>>> {
        let scope = scope(context)?;
        let after = after.unwrap_or_default();
        within_log(context, after)?;
        let handle = platform(context).views.job.clone();
        Ok(changes(handle, scope, after.0, view::changed_jobs, |position, rows| JobChange {
            position: Position(position),
            jobs: rows.into_iter().map(Job::from).collect(),
        }))
    }
}
