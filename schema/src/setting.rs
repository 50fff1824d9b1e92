//! Values of the kernel part `setting`: what people change while it runs (PL-91).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::job::WorkKind;

/// How much runs at once (PL-26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Attempts of one kind at once.
    pub per_kind: BTreeMap<WorkKind, u32>,
    /// Attempts in total at once.
    pub total: u32,
}

impl Default for Limits {
    /// Two of each kind, four in total (DL-14).
    fn default() -> Self {
        Self { per_kind: [(WorkKind::Refresh, 2), (WorkKind::Download, 2)].into(), total: 4 }
    }
}

impl Limits {
    /// Attempts of this kind that may run at once.
    pub fn of(&self, kind: WorkKind) -> u32 {
        let unless_set = match kind {
            WorkKind::Refresh | WorkKind::Download => 2,
            // Two that read one disk at the same time are slower than one after the other.
            WorkKind::Verify => 1,
        };
        self.per_kind.get(&kind).copied().unwrap_or(unless_set)
    }
}
