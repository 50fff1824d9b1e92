use async_graphql::{Enum, ID, SimpleObject};

use crate::scalar::DateTime;

/// A machine that does long work.
#[derive(Debug, SimpleObject)]
pub(crate) struct Worker {
    /// `worker-…`.
    pub(super) id: ID,
    /// What it is made of, in the order of its start.
    pub(super) parts: Vec<Part>,
}

/// A part of a worker.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(name = "WorkerPart")]
pub struct Part {
    /// Its name; `workerResume` takes it.
    pub name: String,
    /// How it is.
    pub state: PartState,
    /// What went wrong last, if it does not run.
    pub reason: Option<String>,
    /// Since when it is so.
    pub since: DateTime,
}

/// How a part of a worker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "WorkerPartState")]
pub enum PartState {
    /// It is being started.
    Starting,
    /// It runs.
    Running,
    /// It failed, and is started again in a moment.
    Restarting,
    /// It failed too often, and waits for a person.
    Halted,
}
