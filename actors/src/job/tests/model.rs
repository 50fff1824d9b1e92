//! The rules of turn as simply as they can be said: filter, sort, take the first.

use std::collections::{BTreeMap, BTreeSet};

use mediary_events::job::Event;
use mediary_log::work::REGISTRY;
use mediary_schema::{JobId, Timestamp, job::WorkKind, lane::Lane, setting::Limits};

use super::super::board::Flow;

/// An open job.
#[derive(Debug, Clone)]
pub(super) struct ModelJob {
    pub(super) flow: Flow,
    pub(super) turn: u64,
    pub(super) not_before: Option<Timestamp>,
    pub(super) is_leased: bool,
    pub(super) is_paused: bool,
    /// When the lease is given back, as long as nobody has begun.
    pub(super) until: Option<Timestamp>,
}

/// A board without any order of its own.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) now: Timestamp,
    pub(super) jobs: BTreeMap<JobId, ModelJob>,
    pub(super) limits: Limits,
    pub(super) halted: BTreeSet<WorkKind>,
    pub(super) held: BTreeSet<Lane>,
    /// How far each flow is ahead, and each kind; what is never forgotten here.
    tags: BTreeMap<Flow, u64>,
    kinds: BTreeMap<WorkKind, (u64, u64)>,
    had_turns: BTreeSet<Flow>,
}

impl Model {
    pub(super) fn fold(&mut self, job_id: JobId, position: u64, event: &Event) {
        if let Event::Queued { work, .. } = event {
            let job = ModelJob {
                flow: Flow::of_work(work),
                turn: position,
                not_before: None,
                is_leased: false,
                is_paused: false,
                until: None,
            };
            self.jobs.insert(job_id, job);
        }
        let Some(job) = self.jobs.get_mut(&job_id) else { return };
        match event {
            Event::Leased { until, .. } => {
                let (tag, started_at) = self.kinds.entry(job.flow.kind).or_default();
                let of_flow = self.tags.entry(job.flow.clone()).or_default();
                (*tag, *started_at) = ((*tag).max(*of_flow), position);
                *of_flow = *tag + 1;
                (job.is_leased, job.until, job.not_before) = (true, Some(*until), None);
            }
            Event::Started { .. } => job.until = None,
            Event::AttemptFailed { retry_at, .. } => {
                (job.is_leased, job.until, job.not_before) = (false, None, Some(*retry_at));
            }
            Event::LeaseReturned { .. } | Event::AttemptStopped { .. } => {
                (job.is_leased, job.until) = (false, None);
            }
            Event::Paused { .. } => (job.is_leased, job.until, job.is_paused) = (false, None, true),
            Event::Resumed {} => (job.is_paused, job.not_before) = (false, None),
            Event::Succeeded { .. } => {
                self.jobs.remove(&job_id);
            }
            _ => {}
        }
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
        let waiting = self.jobs.values().filter(|job| !job.is_leased && !job.is_paused);
        waiting.filter_map(|job| job.not_before.filter(|moment| *moment > self.now)).min()
    }

    /// What may start now, in its order.
    pub(super) fn ready(&mut self) -> Vec<JobId> {
        let mut waiting: Vec<(JobId, ModelJob)> = self
            .jobs
            .iter()
            .filter(|(_, job)| !job.is_leased && !job.is_paused)
            .filter(|(_, job)| job.not_before.is_none_or(|moment| moment <= self.now))
            .filter(|(_, job)| !job.flow.lanes.iter().any(|lane| self.held.contains(lane)))
            .map(|(job_id, job)| (*job_id, job.clone()))
            .collect();
        // Whoever has a turn anew begins where the others are.
        let have_turns: BTreeSet<Flow> = waiting.iter().map(|(_, job)| job.flow.clone()).collect();
        for flow in have_turns.difference(&self.had_turns) {
            let (tag, _) = self.kinds.get(&flow.kind).copied().unwrap_or_default();
            let of_flow = self.tags.entry(flow.clone()).or_default();
            *of_flow = (*of_flow).max(tag);
        }
        self.had_turns = have_turns;

        waiting.retain(|(_, job)| !self.halted.contains(&job.flow.kind));
        let (mut tags, mut started, mut at_work) = (self.tags.clone(), BTreeMap::new(), BTreeMap::new());
        for (kind, (_, started_at)) in &self.kinds {
            started.insert(*kind, *started_at);
        }
        for job in self.jobs.values().filter(|job| job.is_leased) {
            *at_work.entry(job.flow.kind).or_insert(0) += 1;
        }
        let mut ready = Vec::new();
        for step in 0.. {
            let of_kind = |kind| at_work.get(&kind).copied().unwrap_or(0);
            let may = |(_, job): &&(JobId, ModelJob)| {
                of_kind(job.flow.kind) < REGISTRY.at_once(&self.limits, job.flow.kind)
            };
            let order = |(_, job): &&(JobId, ModelJob)| {
                let kind = job.flow.kind;
                let since = started.get(&kind).copied().unwrap_or(0);
                (of_kind(kind), since, kind, tags.get(&job.flow).copied().unwrap_or(0), job.turn)
            };
            if at_work.values().sum::<u32>() >= self.limits.total {
                break;
            }
            let Some((job_id, job)) = waiting.iter().filter(may).min_by_key(order).cloned() else { break };
            waiting.retain(|(waits, _)| *waits != job_id);
            *tags.entry(job.flow.clone()).or_default() += 1;
            *at_work.entry(job.flow.kind).or_insert(0) += 1;
            started.insert(job.flow.kind, u64::MAX / 2 + step);
            ready.push(job_id);
        }
        ready
    }
}
