use std::collections::BTreeMap;

use mediary_schema::setting::{Limits, Quota, QuotaOf};

use super::Event;

/// The settings as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// How much runs at once.
    pub limits: Limits,
    /// How much of whose work there may be, where that is limited.
    pub quotas: BTreeMap<QuotaOf, Quota>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::LimitsChanged { limits } => self.limits = limits.clone(),
            Event::QuotaChanged { of, quota } if quota.limits_something() => {
                self.quotas.insert(*of, *quota);
            }
            Event::QuotaChanged { of, .. } => {
                self.quotas.remove(of);
            }
        }
    }
}
