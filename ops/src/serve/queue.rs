//! What requests learn of the queue, from the one board of the server.

use std::{collections::HashMap, sync::Arc};

use futures::future::{BoxFuture, FutureExt as _};
use mediary_actors::job::Desk;
use mediary_schema::{Clock, JobId, lane::Load, ticket::Wait};

/// The queue as its board has it.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    pub(super) desk: Arc<Desk>,
    pub(super) clock: Clock,
}

impl mediary_api::Queue for Queue {
    fn waits(&self, job_ids: Vec<JobId>) -> BoxFuture<'static, HashMap<JobId, Wait>> {
        let Self { desk, clock } = self.clone();
        let asked = async move { desk.waits(job_ids, clock.now()).await };
        asked.map(|answer| told(answer).into_iter().collect()).boxed()
    }

    fn lanes(&self) -> BoxFuture<'static, Vec<Load>> {
        let desk = Arc::clone(&self.desk);
        async move { told(desk.lanes().await) }.boxed()
    }
}

/// Nothing, if the log can't be read: whoever gives jobs out says so where it matters.
fn told<T: Default, E: std::fmt::Display>(answer: Result<T, E>) -> T {
    answer.unwrap_or_else(|error| {
        tracing::warn!(%error, "the queue can't be looked at");
        T::default()
    })
}
