//! Values of the kernel part `worker`: a machine that does long work.

use serde::{Deserialize, Serialize};

use crate::{IncarnationId, WorkerId, job::WorkKind};

/// A worker in one of its lives: what it had leased in another is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkerLife {
    /// The worker.
    pub worker_id: WorkerId,
    /// Its life, from one start to its end.
    pub incarnation_id: IncarnationId,
}

/// What a worker can do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Offer {
    /// Kinds of work whose tools are there.
    pub kinds: Vec<WorkKind>,
}
