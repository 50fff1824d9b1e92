use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use mediary_events::worker::{Ask, ask};

use crate::asking::{self, Done, Terms};

#[derive(Debug, Default)]
pub(crate) struct WorkerMutation;

/// What to start again.
#[derive(Debug, InputObject)]
pub(crate) struct WorkerResumeInput {
    /// The part that is halted, such as a kind of work: `refresh` or `download`.
    part: String,
    #[graphql(flatten)]
    terms: Terms,
}

/// What came of it.
#[derive(Debug, SimpleObject)]
pub(crate) struct WorkerPayload {
    #[graphql(flatten)]
    done: Done,
}

#[Object]
impl WorkerMutation {
    /// Starts a part again that was halted because it failed too often.
    async fn worker_resume(&self, context: &Context<'_>, input: WorkerResumeInput) -> Result<WorkerPayload> {
        let asked = Ask::Resume(ask::Resume { part: input.part });
        let (_, done) = asking::ask(context, input.terms, asked).await?;
        Ok(WorkerPayload { done })
    }
}
