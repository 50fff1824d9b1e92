//! What each quota leaves: how much of whose work is at work, and what of it this day has used up.
//!
//! A quota blocks the flows of whose work it is, as a lane does that can't be had. A day is one of UTC: with its end all
//! that it used up is there again.

use std::collections::{BTreeMap, BTreeSet};

use mediary_schema::{
    PrincipalId, ProjectId, Timestamp,
    setting::{OverQuota, Quota, QuotaOf, QuotaUse, Reached},
};
use serde::{Deserialize, Serialize};

use super::flows::{Flow, FlowId, Flows};

/// Whose work it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::job) struct Owner {
    /// The project.
    pub(in crate::job) project: ProjectId,
    /// Whoever started it.
    pub(in crate::job) principal: PrincipalId,
}

impl Owner {
    /// The quotas that it is under, if there are such.
    pub(in crate::job) const fn quotas(self) -> [QuotaOf; 2] {
        [QuotaOf::Project(self.project), QuotaOf::Principal(self.principal)]
    }
}

/// What a day has used up so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Used {
    jobs: u32,
    bytes: u64,
}

/// Every quota, and how much of it is used up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Budgets {
    quotas: BTreeMap<QuotaOf, Quota>,
    at_work: BTreeMap<QuotaOf, u32>,
    used: BTreeMap<QuotaOf, Used>,
    over: BTreeSet<QuotaOf>,
    /// Whose work a flow is.
    flows: BTreeMap<QuotaOf, BTreeSet<FlowId>>,
}

/// At once, jobs and bytes per day: a form that leaves nothing out, as this is kept without names.
type KeptQuota = (Option<u32>, Option<u32>, Option<u64>);

/// What is kept of them between two runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptBudgets {
    quotas: Vec<(QuotaOf, KeptQuota)>,
    used: Vec<(QuotaOf, Used)>,
}

impl Budgets {
    /// How many more jobs may be begun now.
    pub(super) fn room(&self, of: QuotaOf) -> u32 {
        let Some(Quota { at_once, jobs_per_day, bytes_per_day }) = self.quotas.get(&of) else {
            return u32::MAX;
        };
        let used = self.used.get(&of).copied().unwrap_or_default();
        if bytes_per_day.is_some_and(|bytes| used.bytes >= bytes) {
            return 0;
        }
        let at_work = self.at_work.get(&of).copied().unwrap_or_default();
        let left = [
            at_once.map(|most| most.saturating_sub(at_work)),
            jobs_per_day.map(|most| most.saturating_sub(used.jobs)),
        ];
        left.into_iter().flatten().min().unwrap_or(u32::MAX)
    }

    /// What of a quota is used up, if it leaves nothing: first what lasts longest.
    fn reached(&self, of: QuotaOf) -> Option<Reached> {
        let Quota { at_once, jobs_per_day, bytes_per_day } = *self.quotas.get(&of)?;
        let used = self.used.get(&of).copied().unwrap_or_default();
        let at_work = self.at_work.get(&of).copied().unwrap_or_default();
        let bytes = bytes_per_day.filter(|most| used.bytes >= *most).map(Reached::BytesPerDay);
        let jobs = || jobs_per_day.filter(|most| used.jobs >= *most).map(Reached::JobsPerDay);
        let at_once = || at_once.filter(|most| at_work >= *most).map(Reached::AtOnce);
        bytes.or_else(jobs).or_else(at_once)
    }

    /// How many quotas of a flow leave nothing.
    pub(super) fn count_over(&self, flow: &Flow) -> u32 {
        flow.owner.quotas().iter().map(|of| u32::from(self.over.contains(of))).sum()
    }

    /// A flow has come to be.
    pub(super) fn know(&mut self, flow: &Flow, id: FlowId) {
        for of in flow.owner.quotas() {
            self.flows.entry(of).or_default().insert(id);
        }
    }

    /// A flow is no more.
    pub(super) fn forget(&mut self, flow: &Flow, id: FlowId) {
        for of in flow.owner.quotas() {
            if let Some(flows) = self.flows.get_mut(&of) {
                flows.remove(&id);
                if flows.is_empty() {
                    self.flows.remove(&of);
                }
            }
        }
    }

    pub(super) fn kept(&self) -> KeptBudgets {
        KeptBudgets {
            quotas: self
                .quotas
                .iter()
                .map(|(of, quota)| (*of, (quota.at_once, quota.jobs_per_day, quota.bytes_per_day)))
                .collect(),
            used: self.used.iter().map(|(of, used)| (*of, *used)).collect(),
        }
    }
}

impl Flows {
    /// From now on there may be so much of somebody's work.
    pub(super) fn set_quota(&mut self, of: QuotaOf, quota: Quota) {
        if quota.limits_something() {
            self.budgets.quotas.insert(of, quota);
        } else {
            self.budgets.quotas.remove(&of);
        }
        self.judge(of);
    }

    /// Takes in what was kept, before any flow.
    pub(super) fn restore_budgets(&mut self, kept: &KeptBudgets) {
        self.budgets.used = kept.used.iter().copied().collect();
        for (of, (at_once, jobs_per_day, bytes_per_day)) in kept.quotas.iter().copied() {
            self.set_quota(of, Quota { at_once, jobs_per_day, bytes_per_day });
        }
    }

    /// A job of somebody is at work, or no longer.
    pub(super) fn occupy(&mut self, owner: Owner, is_at_work: bool) {
        for of in owner.quotas() {
            let at_work = self.budgets.at_work.entry(of).or_default();
            *at_work = if is_at_work { *at_work + 1 } else { at_work.saturating_sub(1) };
            if *at_work == 0 {
                self.budgets.at_work.remove(&of);
            }
            self.judge(of);
        }
    }

    /// So many jobs of somebody were begun that had not been, and so many bytes were kept.
    pub(super) fn use_up(&mut self, owner: Owner, jobs: u32, bytes: u64) {
        for of in owner.quotas() {
            let used = self.budgets.used.entry(of).or_default();
            used.jobs = used.jobs.saturating_add(jobs);
            used.bytes = used.bytes.saturating_add(bytes);
            self.judge(of);
        }
    }

    /// A day has ended, and with it what it used up.
    pub(super) fn renew(&mut self) {
        self.budgets.used.clear();
        for of in self.budgets.over.clone() {
            self.judge(of);
        }
    }

    /// How much of somebody's work there is, and was on this day.
    pub(super) fn quota_use(&self, of: QuotaOf) -> QuotaUse {
        let Used { jobs, bytes } = self.budgets.used.get(&of).copied().unwrap_or_default();
        let at_work = self.budgets.at_work.get(&of).copied().unwrap_or_default();
        let until = end_of_day(self.now());
        let since = Timestamp::from_micros(until.as_micros() - DAY_US);
        QuotaUse { at_work, jobs, bytes, since, until }
    }

    /// When what this day used up is there again, if somebody waits for that.
    pub(super) fn renewal(&self) -> Option<Timestamp> {
        let has_work = |id: &FlowId| self.all.get(id).is_some_and(|waiting| waiting.open > 0);
        let of = |of: &QuotaOf| self.budgets.flows.get(of).is_some_and(|ids| ids.iter().any(has_work));
        let waiting = self.budgets.over.iter().filter(|over| of(over));
        let mut reached = waiting.filter_map(|of| self.budgets.reached(*of));
        let waits = reached.any(|reached| !matches!(reached, Reached::AtOnce(_)));
        waits.then(|| end_of_day(self.now()))
    }

    /// The quota that leaves nothing for a flow, if one does.
    pub(super) fn over_quota(&self, flow: &Flow) -> Option<OverQuota> {
        let reached = flow.owner.quotas().into_iter().find_map(|of| Some((of, self.budgets.reached(of)?)));
        reached.map(|(of, reached)| {
            let until = (!matches!(reached, Reached::AtOnce(_))).then(|| end_of_day(self.now()));
            OverQuota { of, reached, until }
        })
    }

    /// Blocks the flows of a quota that leaves nothing, and those of one that leaves something no longer.
    fn judge(&mut self, of: QuotaOf) {
        let is_over = self.budgets.reached(of).is_some();
        let was_over = if is_over { !self.budgets.over.insert(of) } else { self.budgets.over.remove(&of) };
        if is_over != was_over {
            let ids = self.budgets.flows.get(&of).cloned().unwrap_or_default();
            self.block(ids, is_over);
        }
    }
}

const DAY_US: i64 = 24 * 60 * 60 * 1_000_000;

/// The first moment of the next day.
pub(super) fn end_of_day(moment: Timestamp) -> Timestamp {
    Timestamp::from_micros((moment.as_micros().div_euclid(DAY_US) + 1) * DAY_US)
}
