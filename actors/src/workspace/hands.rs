use std::fmt;

use futures::{FutureExt as _, future::BoxFuture};
use mediary_schema::{
    FailureClass,
    job::{Failure, Work},
};

use super::{Effect, Ending, Finish, Space, Workspace};

/// Who does the work of attempts, known by data alone: an [`Effect`] of this process, or whoever passes the work on to
/// that of another one.
pub trait Hands: fmt::Debug + Send + Sync {
    /// Does the work of one attempt, until it is done, fails, or is asked to stop.
    fn work<'a>(&'a self, space: Space, work: &'a Work) -> BoxFuture<'a, Finish>;
}

impl<E: Effect> Hands for E {
    fn work<'a>(&'a self, space: Space, work: &'a Work) -> BoxFuture<'a, Finish> {
        async move {
            let assignment = space.assignment().clone();
            let ending = match work.task::<E::Task>() {
                Ok(task) => self.perform(Workspace::new(space), task).await,
                Err(error) => Ending::Failed(Failure {
                    for_good: true,
                    ..Failure::new(FailureClass::Unknown, error.to_string())
                }),
            };
            Finish::of(ending, assignment.used(), assignment.stop().is_cancelled())
        }
        .boxed()
    }
}
