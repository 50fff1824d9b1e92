//! The rules of turn as simply as they can be said: filter, sort, take the first.

mod budgets;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use mediary_events::job::Event;
use mediary_log::work::REGISTRY;
use mediary_schema::{
    JobId, Priority, Ticket, Timestamp,
    job::WorkKind,
    lane::Lane,
    setting::{Limits, QuotaOf},
};

use self::budgets::{Budgets, day, start_of};
use super::super::board::Flow;

/// An open job.
#[derive(Debug, Clone)]
pub(super) struct ModelJob {
    pub(super) flow: Flow,
    pub(super) turn: u64,
    pub(super) after: Option<JobId>,
    pub(super) not_before: Option<Timestamp>,
    pub(super) is_leased: bool,
    pub(super) is_paused: bool,
    pub(super) is_begun: bool,
    /// When the lease is given back, as long as nobody has begun.
    pub(super) until: Option<Timestamp>,
}

/// What ages as one.
type Class = (WorkKind, Priority);

impl ModelJob {
    const fn class(&self) -> Class {
        (self.flow.kind, self.flow.priority)
    }

    fn needs_one_of(&self, lanes: &BTreeSet<Lane>) -> bool {
        self.flow.lanes.iter().any(|lane| lanes.contains(lane))
    }

    fn alone(&self) -> impl Iterator<Item = Lane> {
        self.flow.lanes.iter().filter(|lane| lane.is_exclusive()).cloned()
    }
}

/// A board without any order of its own.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) now: Timestamp,
    pub(super) jobs: BTreeMap<JobId, ModelJob>,
    /// Jobs that are held since what they waited for came to nothing, and whether that is told.
    pub(super) stranded: BTreeMap<JobId, bool>,
    /// Jobs that have returned their slot since they were leased last.
    slotless: BTreeSet<JobId>,
    pub(super) limits: Limits,
    pub(super) halted: BTreeSet<WorkKind>,
    pub(super) held: BTreeSet<Lane>,
    pub(super) budgets: Budgets,
    /// Quotas of which the day left nothing when it was looked at last.
    were_over: BTreeSet<QuotaOf>,
    /// How far each flow is ahead, and each class; what is never forgotten here.
    tags: BTreeMap<Flow, u64>,
    class_tags: BTreeMap<Class, u64>,
    waits_since: BTreeMap<Class, Timestamp>,
    started: BTreeMap<WorkKind, u64>,
    /// What could start when it was looked at last, and when that was.
    had_turns: BTreeSet<Flow>,
    looked_at: Timestamp,
}

impl Model {
    pub(super) fn queue(&mut self, job_id: JobId, position: u64, flow: &Flow, ticket: &Ticket) {
        let job = ModelJob {
            flow: flow.clone(),
            turn: position,
            after: ticket.after.filter(|after| self.jobs.contains_key(after)),
            not_before: ticket.at.filter(|at| *at > self.now),
            is_leased: false,
            is_paused: false,
            is_begun: false,
            until: None,
        };
        self.jobs.insert(job_id, job);
    }

    pub(super) fn fold(&mut self, job_id: JobId, position: u64, event: &Event) {
        let Some(job) = self.jobs.get_mut(&job_id) else { return };
        match event {
            Event::Leased { until, .. } => {
                let class = job.class();
                let (tag, of_flow) = (
                    self.class_tags.entry(class).or_default(),
                    self.tags.entry(job.flow.clone()).or_default(),
                );
                *tag = (*tag).max(*of_flow);
                *of_flow = *tag + 1;
                self.started.insert(job.flow.kind, position);
                self.waits_since.insert(class, self.now);
                (job.is_leased, job.until, job.not_before, job.after) = (true, Some(*until), None, None);
                self.slotless.remove(&job_id);
                if !std::mem::replace(&mut job.is_begun, true) {
                    for of in job.flow.owner.quotas() {
                        self.budgets.begin(of, self.now);
                    }
                }
                self.stranded.remove(&job_id);
            }
            Event::Started { .. } => job.until = None,
            Event::SlotReturned { .. } => {
                self.slotless.insert(job_id);
            }
            Event::Prioritised { priority } => job.flow.priority = *priority,
            Event::AttemptFailed { retry_at, .. } => {
                (job.is_leased, job.until, job.not_before) = (false, None, Some(*retry_at));
            }
            Event::LeaseReturned { .. } | Event::AttemptStopped { .. } => {
                (job.is_leased, job.until) = (false, None);
            }
            Event::Paused { .. } | Event::Parked { .. } => {
                (job.is_leased, job.until, job.is_paused, job.after) = (false, None, true, None);
                self.stranded.remove(&job_id);
            }
            Event::Stranded { .. } => {
                self.stranded.insert(job_id, true);
            }
            Event::Resumed {} => {
                (job.is_paused, job.not_before, job.after) = (false, None, None);
                self.stranded.remove(&job_id);
            }
            Event::Succeeded { kept_bytes, .. } => {
                for of in job.flow.owner.quotas() {
                    self.budgets.keep(of, self.now, *kept_bytes);
                }
                self.end(job_id, true);
            }
            Event::Failed { .. } | Event::Cancelled { .. } => self.end(job_id, false),
            _ => {}
        }
    }

    fn end(&mut self, ended: JobId, well: bool) {
        self.jobs.remove(&ended);
        self.stranded.remove(&ended);
        for (job_id, job) in self.jobs.iter_mut().filter(|(_, job)| job.after == Some(ended)) {
            job.after = None;
            if !well {
                self.stranded.insert(*job_id, false);
            }
        }
    }

    fn rests(&self, job_id: JobId, job: &ModelJob) -> bool {
        job.is_leased || job.is_paused || job.after.is_some() || self.stranded.contains_key(&job_id)
    }

    /// Jobs of which is to be told that what they waited for came to nothing.
    pub(super) fn untold(&self) -> Vec<JobId> {
        self.stranded.iter().filter(|(_, told)| !**told).map(|(job_id, _)| *job_id).collect()
    }

    /// Leases that nobody took up in time.
    pub(super) fn expired(&self) -> Vec<JobId> {
        let mut over: Vec<_> = self.jobs.iter().filter_map(|(id, job)| Some((job.until?, *id))).collect();
        over.retain(|(until, _)| *until <= self.now);
        over.sort_unstable();
        over.into_iter().map(|(_, job_id)| job_id).collect()
    }

    /// When the first job is due that waits for its moment.
    pub(super) fn due(&self) -> Option<Timestamp> {
        let waiting = self.jobs.iter().filter(|(job_id, job)| !self.rests(**job_id, job));
        let due = waiting.filter_map(|(_, job)| job.not_before.filter(|moment| *moment > self.now)).min();
        let has_work = |of: &QuotaOf| self.jobs.values().any(|job| job.flow.owner.quotas().contains(of));
        let is_over = self.budgets.all().filter(has_work).any(|of| self.budgets.of_day(of, self.now) == 0);
        due.into_iter().chain(is_over.then(|| start_of(day(self.now) + 1))).min()
    }

    /// How many more jobs of this owner may be begun, beside those at work.
    fn room(&self, of: QuotaOf) -> u32 {
        let at_work = self.jobs.values().filter(|job| job.is_leased && job.flow.owner.quotas().contains(&of));
        self.budgets.room(of, self.now, at_work.count() as u32)
    }

    /// What could start now, were there no limits.
    fn waiting(&self) -> Vec<(JobId, ModelJob)> {
        let at_work = self.jobs.values().filter(|job| job.is_leased);
        let taken: BTreeSet<Lane> = at_work.flat_map(ModelJob::alone).collect();
        let over: BTreeSet<QuotaOf> = self.budgets.all().filter(|of| self.room(*of) == 0).collect();
        self.jobs
            .iter()
            .filter(|(job_id, job)| !self.rests(**job_id, job))
            .filter(|(_, job)| job.not_before.is_none_or(|moment| moment <= self.now))
            .filter(|(_, job)| !job.needs_one_of(&self.held) && !job.needs_one_of(&taken))
            .filter(|(_, job)| !job.flow.owner.quotas().iter().any(|of| over.contains(of)))
            .map(|(job_id, job)| (*job_id, job.clone()))
            .collect()
    }

    /// Whoever has a turn anew begins where the others are, and waits from then on.
    fn notice(&mut self, waiting: &[(JobId, ModelJob)]) {
        let have_turns: BTreeSet<Flow> = waiting.iter().map(|(_, job)| job.flow.clone()).collect();
        let had_turns = std::mem::replace(&mut self.had_turns, have_turns.clone());
        let had_classes: BTreeSet<Class> = had_turns.iter().map(|flow| (flow.kind, flow.priority)).collect();
        for flow in have_turns.difference(&had_turns) {
            let tag = self.class_tags.get(&(flow.kind, flow.priority)).copied().unwrap_or_default();
            let of_flow = self.tags.entry(flow.clone()).or_default();
            *of_flow = (*of_flow).max(tag);
        }
        for class in have_turns.iter().map(|flow| (flow.kind, flow.priority)) {
            if !had_classes.contains(&class) {
                let of_class = waiting.iter().filter(|(_, job)| job.class() == class);
                // Since it was due, or a new day left something for it.
                let new_day = start_of(day(self.looked_at) + 1);
                let since = of_class.map(|(_, job)| {
                    let due = job.not_before.filter(|moment| *moment > self.looked_at);
                    let was_over = job.flow.owner.quotas().iter().any(|of| self.were_over.contains(of));
                    let left = Some(new_day).filter(|new_day| was_over && *new_day <= self.now);
                    due.into_iter().chain(left).max().unwrap_or(self.now)
                });
                self.waits_since.extend(since.min().map(|since| (class, since)));
            }
        }
        self.looked_at = self.now;
        let over = self.budgets.all().filter(|of| self.budgets.of_day(*of, self.now) == 0);
        self.were_over = over.collect();
    }

    /// What may start now, in its order.
    pub(super) fn ready(&mut self) -> Vec<JobId> {
        let mut waiting = self.waiting();
        self.notice(&waiting);
        waiting.retain(|(_, job)| !self.halted.contains(&job.flow.kind));
        let (mut tags, mut started) = (self.tags.clone(), self.started.clone());
        let (mut since, mut at_work) = (self.waits_since.clone(), BTreeMap::new());
        let mut slotless = BTreeMap::new();
        for (job_id, job) in self.jobs.iter().filter(|(_, job)| job.is_leased) {
            let of_kind = slotless.entry(job.flow.kind).or_insert(0);
            let is_slotless = self.slotless.contains(job_id);
            *of_kind += u32::from(is_slotless);
            // Eight of a kind count no longer.
            if !is_slotless || *of_kind > 8 {
                *at_work.entry(job.flow.kind).or_insert(0) += 1;
            }
        }
        let mut ready = Vec::new();
        let mut begun: BTreeMap<QuotaOf, u32> = BTreeMap::new();
        for step in 0.. {
            let of_kind = |kind| at_work.get(&kind).copied().unwrap_or(0);
            let may = |(_, job): &&(JobId, ModelJob)| {
                of_kind(job.flow.kind) < REGISTRY.at_once(&self.limits, job.flow.kind)
            };
            let order = |(_, job): &&(JobId, ModelJob)| {
                let (kind, priority) = job.class();
                let kind_since = started.get(&kind).copied().unwrap_or(0);
                let class_since = since.get(&job.class()).copied().unwrap_or_default();
                // Ten minutes are worth one priority.
                let steps = self.now.since(class_since).as_secs() / 600;
                let level = (u64::from(priority.number()) + steps).min(9);
                let by_kind = (of_kind(kind), kind_since, kind);
                let by_class = (Reverse(level), class_since, Reverse(priority));
                (by_kind, by_class, tags.get(&job.flow).copied().unwrap_or(0), job.turn)
            };
            if at_work.values().sum::<u32>() >= self.limits.total {
                break;
            }
            let Some((job_id, job)) = waiting.iter().filter(may).min_by_key(order).cloned() else { break };
            let alone: BTreeSet<Lane> = job.alone().collect();
            waiting.retain(|(waits, other)| *waits != job_id && !other.needs_one_of(&alone));
            *tags.entry(job.flow.clone()).or_default() += 1;
            *at_work.entry(job.flow.kind).or_insert(0) += 1;
            started.insert(job.flow.kind, u64::MAX / 2 + step);
            since.insert(job.class(), self.now);
            for of in job.flow.owner.quotas() {
                *begun.entry(of).or_default() += 1;
            }
            let is_full = |(of, begun): (&QuotaOf, &u32)| (*begun >= self.room(*of)).then_some(*of);
            let full: BTreeSet<QuotaOf> = begun.iter().filter_map(is_full).collect();
            waiting.retain(|(_, other)| !other.flow.owner.quotas().iter().any(|of| full.contains(of)));
            ready.push(job_id);
        }
        ready
    }
}
