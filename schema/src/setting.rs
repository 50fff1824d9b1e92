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
        Self { per_kind: WorkKind::ALL.into_iter().map(|kind| (kind, 2)).collect(), total: 4 }
    }
}

impl Limits {
    /// Attempts of this kind that may run at once.
    pub fn of(&self, kind: WorkKind) -> u32 {
        self.per_kind.get(&kind).copied().unwrap_or(2)
    }
}
