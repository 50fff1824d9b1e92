//! Values of the kernel part `setting`: what people change while it runs (PL-91).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::job::WorkKind;

/// How much runs at once (PL-26).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Attempts of one kind at once, where that is set.
    pub per_kind: BTreeMap<WorkKind, u32>,
    /// Attempts in total at once.
    pub total: u32,
}

impl Default for Limits {
    /// Four in total (DL-14), and of each kind what it says itself.
    fn default() -> Self {
        Self { per_kind: BTreeMap::new(), total: 4 }
    }
}
