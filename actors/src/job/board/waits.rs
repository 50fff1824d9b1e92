//! Why an open job is where it is.

use std::collections::{BTreeMap, BTreeSet};

use mediary_schema::{
    JobId, Timestamp,
    job::WorkKind,
    lane::{Lane, Load, Use},
    setting::{QuotaOf, QuotaUse},
    site::Pace,
    ticket::Wait,
};

use super::{Board, Place, pacing::Held};
use crate::resource::Resources;

/// Places that are counted for each kind of work: what is further behind waits long, whichever its number is.
const PLACES_MAX: usize = 1_000;

impl Board {
    /// What each of these jobs waits for; those that are not open, at work, or held by a person are left out.
    pub fn waits(&mut self, job_ids: &[JobId], now: Timestamp) -> BTreeMap<JobId, Wait> {
        self.pass_to(now);
        self.look_at_sites(now);
        let mut waits = BTreeMap::new();
        let mut turns: BTreeMap<WorkKind, BTreeSet<JobId>> = BTreeMap::new();
        for job_id in job_ids.iter().copied() {
            match self.wait(job_id, now) {
                Some(Wait::Turn { .. }) => {
                    let kind = self.jobs.get(&job_id).and_then(|job| self.flows.kind(job.flow));
                    if let Some(kind) = kind {
                        turns.entry(kind).or_default().insert(job_id);
                    }
                }
                Some(wait) => {
                    waits.insert(job_id, wait);
                }
                None => {}
            }
        }
        for (kind, asked) in turns {
            waits.extend(self.places(kind, asked, now));
        }
        waits
    }

    /// How often a site is asked, and what that means for what waits for it.
    pub(in crate::job) fn pace(&self, lane: &Lane, now: Timestamp) -> Option<Pace> {
        let until = self.lanes.of(lane).and_then(|hold| hold.until).filter(|until| *until > now);
        let held = match until {
            _ if self.lanes.is_paused(lane) => Held::Unknown,
            Some(until) => Held::Until(until),
            None => Held::Not,
        };
        self.pacing.pace(lane, self.flows.ready_count(lane), held, now)
    }

    /// Every lane that open work needs, that is held, or that is in use.
    pub fn lanes(&self, resources: &Resources, now: Timestamp) -> Vec<Load> {
        let (loads, in_use) = (self.flows.loads(), resources.uses());
        let conditions = self.lanes.holds.iter().map(|hold| &hold.lane);
        let needed = loads.keys().copied();
        let lanes: BTreeSet<&Lane> =
            needed.chain(conditions).chain(&self.lanes.paused).chain(in_use.keys()).collect();
        let load = |lane: &Lane| {
            let (at_work, waiting) = loads.get(lane).copied().unwrap_or_default();
            let (hold, is_paused) = (self.lanes.of(lane).cloned(), self.lanes.is_paused(lane));
            let units = resources.budgets().of(lane).units;
            let used = in_use.get(lane).cloned();
            let used = used.unwrap_or(Use { units, holders: Vec::new(), waiting: 0 });
            let pace = self.pace(lane, now);
            Load { lane: lane.clone(), hold, is_paused, at_work, waiting, used, pace }
        };
        lanes.into_iter().map(load).collect()
    }

    /// How much of whose work there is, and was on this day.
    pub fn quota_uses(&mut self, of: &[QuotaOf], now: Timestamp) -> BTreeMap<QuotaOf, QuotaUse> {
        self.pass_to(now);
        of.iter().map(|of| (*of, self.flows.quota_use(*of))).collect()
    }

    /// What a job waits for, as far as that is no matter of its turn.
    fn wait(&self, job_id: JobId, now: Timestamp) -> Option<Wait> {
        let job = self.jobs.get(&job_id)?;
        let flow = self.flows.flow(job.flow)?;
        let by_lane = || {
            let paused = flow.lanes.iter().find(|lane| self.lanes.is_paused(lane)).cloned();
            let held = || flow.lanes.iter().find_map(|lane| self.lanes.of(lane)).cloned();
            paused.map(Wait::LanePaused).or_else(|| held().map(Wait::Held))
        };
        Some(match job.place {
            Place::Leased | Place::Held => return None,
            Place::Later(moment) => Wait::NotBefore(moment),
            Place::After(job_id, _) => Wait::After { job_id },
            Place::Stranded(job_id, state) => Wait::Stranded { job_id, state },
            Place::Parked(losses) => Wait::Parked { losses },
            // What holds it tells more than when it is tried again if nothing does.
            Place::Again(moment) => by_lane().unwrap_or(Wait::Retry(moment)),
            Place::Ready => by_lane().unwrap_or_else(|| match flow.kind {
                kind if self.is_halted(kind) => Wait::Halted(kind),
                _ => match self.flows.over_quota(flow) {
                    Some(over) => Wait::Quota(over),
                    None => {
                        self.over_budget(&flow.lanes, now).unwrap_or(Wait::Turn { place: None, lane: None })
                    }
                },
            }),
        })
    }

    /// The site that may not be asked yet, if there is one among these.
    fn over_budget(&self, lanes: &[Lane], now: Timestamp) -> Option<Wait> {
        let over = |lane: &Lane| {
            self.pacing.next_at(lane, now).map(|until| Wait::Budget { lane: lane.clone(), until })
        };
        lanes.iter().find_map(over)
    }

    /// The places of jobs that wait for their turn, among those of their kind that need the same as they do.
    fn places(&self, kind: WorkKind, mut asked: BTreeSet<JobId>, now: Timestamp) -> Vec<(JobId, Wait)> {
        let mut places = Vec::with_capacity(asked.len());
        let mut counted: BTreeMap<Option<&Lane>, u32> = BTreeMap::new();
        for (job_id, flow) in self.flows.order(kind, now).take(PLACES_MAX) {
            let lanes = self.flows.flow(flow).map(|flow| flow.lanes.as_slice()).unwrap_or_default();
            for lane in lanes {
                *counted.entry(Some(lane)).or_insert(0) += 1;
            }
            *counted.entry(None).or_insert(0) += 1;
            if asked.remove(&job_id) {
                let lane = lanes.first();
                let place = counted.get(&lane).copied();
                places.push((job_id, Wait::Turn { place, lane: lane.cloned() }));
            }
            if asked.is_empty() {
                return places;
            }
        }
        // Behind all that was counted, or not to start as long as another has what only one can have.
        places.extend(asked.into_iter().map(|job_id| {
            let flow = self.jobs.get(&job_id).and_then(|job| self.flows.flow(job.flow));
            let lane = flow.and_then(|flow| flow.lanes.first().cloned());
            (job_id, Wait::Turn { place: None, lane })
        }));
        places
    }
}
