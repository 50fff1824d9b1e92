//! An attempt as seen from the platform: behind its port stands the clerk.

use std::{
    fmt,
    fs::File,
    io,
    path::{Component, Path},
    sync::Arc,
};

use futures::{FutureExt as _, future::BoxFuture};
use mediary_events::job::{Command, Job};
use mediary_schema::{
    FailureClass, FileId,
    job::{Failure, Progress, ResourceUse},
};
use serde_json::Value;
use tokio::sync::Mutex;

use super::{Attempt, Begun, Clerk};
use crate::workspace::{Craft, Finish, Hands, Outcome, Port, Space, Unable};

/// How an attempt ended that nobody has recorded yet.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Unfinished {
    /// It failed.
    Failed(Failure, ResourceUse),
    /// It was stopped, or lost its job.
    Stopped(ResourceUse),
}

/// The platform's side of one attempt.
struct Here<C: Clerk> {
    clerk: C,
    attempt: Attempt,
    task: C::Task,
    memory: Mutex<C::Memory>,
}

/// Has the work of an attempt done; answers its end if that is not recorded yet.
pub(super) async fn perform<C: Clerk>(hands: &dyn Hands, clerk: &C, attempt: &Attempt) -> Option<Unfinished> {
    let task = match attempt.work.task() {
        Ok(task) => task,
        Err(error) => {
            let failure = Failure::new(FailureClass::Unknown, error.to_string());
            return Some(Unfinished::Failed(Failure { for_good: true, ..failure }, ResourceUse::default()));
        }
    };
    let (clerk, memory) = (clerk.clone(), Mutex::new(C::Memory::default()));
    let here = Arc::new(Here { clerk, attempt: attempt.clone(), task, memory });
    match here.clerk.begin(attempt, &here.task).await {
        Ok(Begun::Recorded) => return None,
        Ok(Begun::ToDo) => {}
        Err(unable) => return Some(unfinished(attempt, unable, ResourceUse::default())),
    }
    let (folder, assignment) = (attempt.staging.clone(), attempt.assignment.clone());
    let space = Space::new(attempt.job_id, folder, assignment, Arc::clone(&here) as _);
    here.finish(hands.work(space, &attempt.work).await).await
}

/// What fails after it was asked to stop has stopped.
fn unfinished(attempt: &Attempt, unable: Unable, used: ResourceUse) -> Unfinished {
    match unable {
        Unable::Failed(failure) if !attempt.assignment.stop().is_cancelled() => {
            Unfinished::Failed(failure, used)
        }
        Unable::Failed(_) | Unable::Lost => Unfinished::Stopped(used),
    }
}

impl<C: Clerk> Here<C> {
    async fn finish(&self, Finish { outcome, used }: Finish) -> Option<Unfinished> {
        let product = match outcome {
            Outcome::Done(product) => product,
            Outcome::Failed(failure) => return Some(Unfinished::Failed(failure, used)),
            Outcome::Stopped => return Some(Unfinished::Stopped(used)),
        };
        let recorded = match serde_json::from_value(product) {
            Ok(product) => {
                let mut memory = self.memory.lock().await;
                self.clerk.finish(&self.attempt, &self.task, &mut memory, product, used).await
            }
            Err(error) => Err(Unable::unknown(error)),
        };
        recorded.err().map(|unable| unfinished(&self.attempt, unable, used))
    }

    async fn answer(&self, question: Value) -> Result<Value, Unable> {
        let question: <C::Task as Craft>::Question =
            serde_json::from_value(question).map_err(Unable::unknown)?;
        let mut memory = self.memory.lock().await;
        let answer = self.clerk.answer(&self.attempt, &self.task, &mut memory, question).await?;
        serde_json::to_value(answer).map_err(Unable::unknown)
    }

    async fn tell_of_slot(&self) {
        let Attempt { job_id, attempt_id, gate, .. } = &self.attempt;
        let command = Command::ReturnSlot { attempt_id: *attempt_id };
        // It keeps the slot until its end then, and nothing is lost by that.
        if let Err(refusal) = gate.execute::<Job>(self.attempt.caller("slot"), job_id.uuid(), command).await {
            tracing::debug!(%job_id, %refusal, "a slot is not returned");
        }
    }

    /// What is handed over stands in the job's folder, and nowhere else.
    async fn take(&self, way: &str) -> Result<(), Unable> {
        let is_below = Path::new(way).components().all(|part| matches!(part, Component::Normal(_)));
        let path = self.attempt.staging.join(way);
        let is_file =
            tokio::task::spawn_blocking(move || path.symlink_metadata().map(|facts| facts.is_file()));
        match is_file.await.map_err(io::Error::other).flatten() {
            Ok(true) if is_below => Ok(()),
            Ok(_) => Err(Unable::unknown("what was handed over is no file of the job's folder")),
            Err(error) => Err(Unable::storage("what was handed over can't be found", &error)),
        }
    }
}

impl<C: Clerk> Port for Here<C> {
    fn input(&self, file_id: FileId) -> BoxFuture<'_, Result<File, Unable>> {
        self.clerk.open(&self.attempt, &self.task, file_id).boxed()
    }

    fn reserve(&self) -> BoxFuture<'_, Result<(), Unable>> {
        self.clerk.reserve(&self.attempt, &self.task).boxed()
    }

    fn output<'a>(&'a self, way: &'a str) -> BoxFuture<'a, Result<(), Unable>> {
        self.take(way).boxed()
    }

    fn ask(&self, question: Value) -> BoxFuture<'_, Result<Value, Unable>> {
        self.answer(question).boxed()
    }

    fn return_slot(&self) -> BoxFuture<'_, ()> {
        self.tell_of_slot().boxed()
    }

    fn progress(&self, progress: &Progress) {
        self.attempt.progress(progress);
    }
}

impl<C: Clerk> fmt::Debug for Here<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Here").field("attempt_id", &self.attempt.attempt_id).finish_non_exhaustive()
    }
}
