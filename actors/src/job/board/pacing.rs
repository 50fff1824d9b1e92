//! How often each site is asked, and when it may be asked again (LI-11).
//!
//! A run is a lease of a job that needs the site. Runs are counted from what is recorded and from nothing else, so that a
//! kill or a restart forgets none. In any hour, and in any 24 hours, there are no more than the budget says: they are
//! counted in small parts of an hour, and a part counts until all of it is over.

mod estimate;
mod runs;

use std::collections::{BTreeMap, BTreeSet};

use mediary_schema::{
    AttemptId, Timestamp,
    lane::Lane,
    site::{self, Learnt, RequestBudget},
};
use serde::{Deserialize, Serialize};

pub(super) use self::estimate::Held;
use self::runs::{DAY, HOUR, Runs};

/// Runs within an hour before which a refusal teaches nothing: it has another reason.
const LEARNT_FROM: u32 = 20;
/// How long what a refusal taught is believed, in microseconds: a week.
const BELIEVED_US: i64 = 7 * 24 * 3_600_000_000;

/// What each site was asked, and how often it may be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Pacing {
    /// Where nobody said anything; no part of what the log says.
    usual: RequestBudget,
    budgets: BTreeMap<String, RequestBudget>,
    sites: BTreeMap<String, Site>,
    /// Sites by the moment at which one more run may be begun, if they have such a moment.
    next: BTreeSet<(Timestamp, String)>,
    /// The day of the latest run of all.
    day: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Site {
    runs: Runs,
    learnt: Option<Learnt>,
    next_at: Option<Timestamp>,
}

/// Per hour and per day, and the pause.
type KeptBudget = (Option<u32>, Option<u32>, Option<u64>);

/// What is kept between two runs of the server: a form that leaves nothing out, as this is kept without names.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeptPacing {
    budgets: Vec<(String, KeptBudget)>,
    sites: Vec<(String, Runs, Option<Learnt>)>,
    day: i64,
}

impl Pacing {
    /// From now on this holds where nobody said anything.
    pub(super) fn set_usual(&mut self, usual: RequestBudget) {
        self.usual = usual;
        self.judge_all();
    }

    /// From now on a site is asked so often, or as usual. Whoever says so knows better than what was learnt.
    pub(super) fn set(&mut self, host: &str, budget: Option<RequestBudget>) {
        match budget {
            Some(budget) => self.budgets.insert(host.to_owned(), budget),
            None => self.budgets.remove(host),
        };
        if let Some(site) = self.sites.get_mut(host) {
            site.learnt = None;
        }
        self.judge(host);
    }

    /// A run was begun that needs these.
    pub(super) fn begun(&mut self, lanes: &[Lane], at: Timestamp, attempt_id: AttemptId) {
        let day = DAY.part(at);
        if day != self.day {
            self.day = day;
            self.sites.retain(|_, site| {
                let is_believed = site.learnt.is_some_and(|learnt| learnt.until > at);
                is_believed || !site.runs.are_over(at)
            });
            let Self { next, sites, .. } = self;
            next.retain(|(_, host)| sites.contains_key(host));
        }
        for host in hosts(lanes) {
            self.sites.entry(host.to_owned()).or_default().runs.begin(at, attempt_id);
            self.judge(host);
        }
    }

    /// A site said that it is asked too often: three quarters of what it was asked in the hour before are believed to be
    /// enough, for a while.
    pub(super) fn refused(&mut self, lane: &Lane, at: Timestamp) {
        let Lane::Host(host) = lane else { return };
        // At home nobody is a guest: whatever it refuses has another reason.
        if site::is_at_home(host) && !self.budgets.contains_key(host) {
            return;
        }
        let Some(site) = self.sites.get_mut(host) else { return };
        let count = site.runs.within(HOUR, at);
        if count < LEARNT_FROM {
            return;
        }
        let known = site.learnt.filter(|learnt| learnt.until > at).map(|learnt| learnt.per_hour);
        let per_hour = known.into_iter().chain([count * 3 / 4]).min().unwrap_or(count);
        let until = Timestamp::from_micros(at.as_micros() + BELIEVED_US);
        site.learnt = Some(Learnt { per_hour, until });
        self.judge(host);
    }

    /// The sites of which no run may be begun at this moment.
    pub(super) fn spent(&mut self, now: Timestamp) -> BTreeSet<Lane> {
        // Runs of a clock that was ahead are held against nobody for longer than they would have been.
        let ahead: Vec<String> = self
            .later(now)
            .filter(|(_, host)| self.sites.get(host).is_some_and(|site| site.runs.is_ahead(now)))
            .map(|(_, host)| host.clone())
            .collect();
        for host in ahead {
            if let Some(site) = self.sites.get_mut(&host) {
                site.runs.set_back(now);
            }
            self.judge(&host);
        }
        self.later(now).map(|(_, host)| Lane::Host(host.clone())).collect()
    }

    /// How many more runs may be begun at this moment.
    pub(super) fn left(&self, lane: &Lane, now: Timestamp) -> u32 {
        let Lane::Host(host) = lane else { return u32::MAX };
        let Some(site) = self.sites.get(host) else { return self.budget(host, now).at_first() };
        if site.next_at.is_some_and(|next| next > now) {
            return 0;
        }
        let Limits { per_hour, per_day, budget } = self.budget(host, now);
        let of =
            |limit: Option<u32>, window| limit.map(|most| most.saturating_sub(site.runs.within(window, now)));
        let one = budget.pause_ms.filter(|pause| *pause > 0).map(|_| 1);
        [of(per_hour, HOUR), of(per_day, DAY), one].into_iter().flatten().min().unwrap_or(u32::MAX)
    }

    /// When a site may be asked again, if it may not be now.
    pub(super) fn next_at(&self, lane: &Lane, now: Timestamp) -> Option<Timestamp> {
        let Lane::Host(host) = lane else { return None };
        self.sites.get(host)?.next_at.filter(|next| *next > now)
    }

    pub(super) fn kept(&self) -> KeptPacing {
        let budget = |(host, budget): (&String, &RequestBudget)| {
            (host.clone(), (budget.per_hour, budget.per_day, budget.pause_ms))
        };
        let site = |(host, site): (&String, &Site)| (host.clone(), site.runs.clone(), site.learnt);
        KeptPacing {
            budgets: self.budgets.iter().map(budget).collect(),
            sites: self.sites.iter().map(site).collect(),
            day: self.day,
        }
    }

    pub(super) fn restore(kept: KeptPacing) -> Self {
        let budget =
            |(host, (per_hour, per_day, pause_ms))| (host, RequestBudget { per_hour, per_day, pause_ms });
        let site = |(host, runs, learnt)| (host, Site { runs, learnt, next_at: None });
        let mut pacing = Self {
            budgets: kept.budgets.into_iter().map(budget).collect(),
            sites: kept.sites.into_iter().map(site).collect(),
            day: kept.day,
            ..Self::default()
        };
        pacing.judge_all();
        pacing
    }

    fn later(&self, now: Timestamp) -> impl Iterator<Item = &(Timestamp, String)> {
        let first = Timestamp::from_micros(now.as_micros() + 1);
        self.next.range((first, String::new())..)
    }

    fn budget(&self, host: &str, now: Timestamp) -> Limits {
        let set = self.budgets.get(host).copied();
        let budget = set.unwrap_or_else(|| self.usual.unless_at_home(host));
        let learnt = self.sites.get(host).and_then(|site| site.learnt).filter(|learnt| learnt.until > now);
        let per_hour = budget.per_hour.into_iter().chain(learnt.map(|learnt| learnt.per_hour)).min();
        Limits { per_hour, per_day: budget.per_day, budget }
    }

    fn judge_all(&mut self) {
        let hosts: Vec<String> = self.sites.keys().cloned().collect();
        for host in hosts {
            self.judge(&host);
        }
    }

    /// Works out when a site may be asked again.
    fn judge(&mut self, host: &str) {
        let Some(site) = self.sites.get(host) else { return };
        let next_at = site.runs.next_at(&self.budget(host, site.runs.latest()));
        let Some(site) = self.sites.get_mut(host) else { return };
        if let Some(before) = std::mem::replace(&mut site.next_at, next_at) {
            self.next.remove(&(before, host.to_owned()));
        }
        self.next.extend(next_at.map(|next| (next, host.to_owned())));
    }
}

/// What holds for a site now.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// The budget's, or what was learnt if that is less.
    per_hour: Option<u32>,
    per_day: Option<u32>,
    budget: RequestBudget,
}

impl Limits {
    /// How many may be begun of a site that was never asked.
    fn at_first(&self) -> u32 {
        let one = self.budget.pause_ms.filter(|pause| *pause > 0).map(|_| 1);
        [self.per_hour, self.per_day, one].into_iter().flatten().min().unwrap_or(u32::MAX)
    }
}

fn hosts(lanes: &[Lane]) -> impl Iterator<Item = &str> {
    lanes.iter().filter_map(|lane| match lane {
        Lane::Host(host) => Some(host.as_str()),
        Lane::LibraryDisk | Lane::Trash | Lane::Drive(_) | Lane::Encoder(_) => None,
    })
}
