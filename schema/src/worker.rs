//! Values of the kernel part `worker`: a machine that does long work.

use serde::{Deserialize, Serialize};

use crate::job::WorkKind;

/// What a worker can do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Offer {
    /// Kinds of work whose tools are there.
    pub kinds: Vec<WorkKind>,
}
