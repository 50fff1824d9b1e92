use std::collections::BTreeMap;

use mediary_schema::{
    layout::Layout,
    setting::{Limits, Quota, QuotaOf, TrashSettings},
    site::SiteSettings,
};

use super::Event;

/// The settings as they are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// How much runs at once.
    pub limits: Limits,
    /// How much of whose work there may be, where that is limited.
    pub quotas: BTreeMap<QuotaOf, Quota>,
    /// What holds for which site, where that is not what holds for any other.
    pub sites: BTreeMap<String, SiteSettings>,
    /// How long what is deleted can be had back, and how much of it there may be.
    pub trash: TrashSettings,
    /// How files of the library are named, and what lies beside them.
    pub layout: Layout,
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
            Event::SiteChanged { site, settings } if settings.sets_something() => {
                self.sites.insert(site.clone(), *settings);
            }
            Event::SiteChanged { site, .. } => {
                self.sites.remove(site);
            }
            Event::TrashChanged { trash } => self.trash = *trash,
            Event::LayoutChanged { layout } => self.layout = layout.clone(),
        }
    }
}
