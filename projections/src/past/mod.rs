//! Views as they were at a position of the past, each built in a scratch folder when it is first asked for.
//!
//! Guarantees: what is answered is what the view showed when the log ended there, without what was erased since; one is
//! built at a time, once for all who ask for it; what is there is bounded in number, bytes and time, and nothing of it
//! outlives a server that stops in good order, or the next start of one that doesn't.

mod build;
mod keep;

use std::{path::Path, time::Duration};

use mediary_log::Log;
use mediary_schema::scope::Scope;
use rusqlite::Transaction;
use tokio::{sync::watch, time::timeout};

pub(crate) use self::{
    build::{Plan, Stage, Way, way},
    keep::{Kept, Pasts},
};
use crate::{
    handle::{ViewHandle, WAIT_MAX},
    readers::QueryError,
    spawn,
};

/// What the log says of others is read as often as it changes while a view is built; more often than that nobody erases.
const TRIES_MAX: u32 = 5;

impl ViewHandle {
    /// Answers a query from the view as it was at a position of the log.
    ///
    /// It waits for the view to be built as long as any query waits for a position, and says how far that is after that:
    /// whoever asks again then meets the same build.
    pub async fn read_as_of<T: Send + 'static>(
        &self,
        position: u64,
        scope: Scope,
        query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, QueryError> {
        let past = self.past(position).await?;
        let name = self.name;
        match spawn::blocking(move || past.readers.read(scope, query)).await {
            Ok(read) => read.map(|(answer, _)| answer),
            Err(error) if error.is_panic() => Err(QueryError::Panicked { view: name }),
            Err(_) => Err(QueryError::Stopping),
        }
    }

    /// [`Self::read_as_of`] for threads that may block.
    pub fn read_as_of_blocking<T>(
        &self,
        position: u64,
        scope: Scope,
        query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, QueryError> {
        let past = self.pasts.runtime().block_on(self.past(position))?;
        past.readers.read(scope, query).map(|(answer, _)| answer)
    }

    /// The view as it was at a position, once it is built.
    async fn past(&self, position: u64) -> Result<Kept, QueryError> {
        // Its log is told of no erasure any more.
        if let Some(kept) = self.stands_at(position) {
            return Ok(kept);
        }
        for _ in 0..TRIES_MAX {
            let mut stage = self.pasts.ask(self.name, self.way, position)?;
            let built = timeout(WAIT_MAX, settled(&mut stage)).await;
            let kept = match built {
                Ok(Stage::Built(kept)) => kept,
                Ok(Stage::Failed(fault)) => {
                    return Err(QueryError::Stopped {
                        view: self.name,
                        code: fault.code,
                        reason: fault.reason,
                    });
                }
                Ok(Stage::TooLarge) => return Err(QueryError::PastTooLarge { view: self.name, position }),
                Ok(Stage::Crowded) => return Err(QueryError::Busy { view: self.name }),
                Ok(Stage::Gone) => return Err(QueryError::Stopping),
                Ok(Stage::At(at)) => {
                    return Err(QueryError::Building { view: self.name, at, wanted: position });
                }
                Err(_) => {
                    let at = if let Stage::At(at) = *stage.borrow() { at } else { 0 };
                    return Err(QueryError::Building { view: self.name, at, wanted: position });
                }
            };
            let (pasts, begun) = (self.pasts.clone(), kept.begun);
            let is_clean = spawn::blocking(move || {
                let is_clean = pasts.is_clean(begun);
                if !is_clean {
                    // Something was erased since: what was built before shows it.
                    pasts.forget_what_was_erased();
                }
                is_clean
            });
            if is_clean.await.map_err(|_| QueryError::Stopping)? {
                return Ok(kept);
            }
        }
        Err(QueryError::Building { view: self.name, at: 0, wanted: position })
    }
}

/// The stage at which a build comes to its end.
async fn settled(stage: &mut watch::Receiver<Stage>) -> Stage {
    match stage.wait_for(|stage| !matches!(stage, Stage::At(_))).await {
        Ok(stage) => stage.clone(),
        Err(_) => Stage::Gone,
    }
}

/// How much of the past is kept.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Views as they were that are kept at once.
    pub(crate) files_max: usize,
    /// What they take on the disk together.
    pub(crate) bytes_max: u64,
    /// For how long one is kept that nobody asks for.
    pub(crate) kept_for: Duration,
    /// Builds that wait for their turn.
    pub(crate) waiting_max: usize,
}

impl Limits {
    /// A page asks for four views at most, and a person compares a few moments.
    pub(crate) const USUAL: Self =
        Self { files_max: 32, bytes_max: 4 << 30, kept_for: Duration::from_mins(15), waiting_max: 16 };
}

impl Pasts {
    /// Those of the views below a folder, of which nothing is there yet. Must be called on a runtime.
    pub(crate) fn start(log: &Log, views: &Path) -> Self {
        Self::new(log, views.join("past"), Limits::USUAL)
    }
}
