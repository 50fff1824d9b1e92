//! What is open for whom: every job that has not come to its end, in the order of its turn.
//!
//! One event, and one choice of a job, take time with the logarithm of how many jobs there are; what is
//! leased, waits for its moment or may start is kept in order and never looked for.

mod ageing;
mod budgets;
mod flows;
mod fold;
mod kept;
mod pacing;
mod slots;
mod turns;
mod waits;

use std::collections::{BTreeMap, BTreeSet};

use mediary_events::lane;
use mediary_log::{Log, Passed, ReadError};
use mediary_schema::{
    AttemptId, JobId, ProjectId, Timestamp, WorkerId,
    job::{JobState, WorkKind},
    lane::{Hold, Lane, Reason},
    setting::Limits,
    site::RequestBudget,
};
use serde::{Deserialize, Serialize};

pub(super) use self::fold::Told;
#[cfg(test)]
pub(super) use self::{budgets::Owner, flows::Flow, slots::SLOTLESS_MAX};
use self::{
    flows::{FlowId, Flows},
    pacing::Pacing,
};
use crate::resource::{Leased, Left};

/// Who has a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Lease {
    attempt_id: AttemptId,
    worker_id: WorkerId,
    /// When it is given back, as long as nobody has begun.
    until: Option<Timestamp>,
    /// Whether it counts among those that run at once, and has its hosts.
    has_slot: bool,
}

/// Where an open job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Place {
    /// It may start.
    Ready,
    /// Not before this moment, which a person asked for.
    Later(Timestamp),
    /// Not tried again before this moment.
    Again(Timestamp),
    /// Not before this job is done, and then not before this moment.
    After(JobId, Timestamp),
    /// A person has to say so first: this job, which it was to wait for, came to nothing.
    Stranded(JobId, JobState),
    /// A person has to say so first: it lost so many workers in a row.
    Parked(u32),
    /// Somebody has it.
    Leased,
    /// A person has to say so first.
    Held,
}

/// A job that has not come to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct OpenJob {
    flow: FlowId,
    /// The position at which it was queued.
    turn: u64,
    place: Place,
    /// Whether it was at work before.
    is_begun: bool,
}

/// Every job that has not come to its end, the limits, and which concerns are halted: the fold that
/// dispatcher and performers share. Its size depends on open jobs only, and their work is in the log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Board {
    /// The position that it shows.
    pub(super) position: u64,
    /// What it passed without understanding it.
    passed: Passed,
    jobs: BTreeMap<JobId, OpenJob>,
    leases: BTreeMap<JobId, Lease>,
    /// Leases that nobody has taken up yet, by their end.
    untaken: BTreeSet<(Timestamp, JobId)>,
    /// Jobs that wait for their moment.
    later: BTreeSet<(Timestamp, JobId)>,
    /// Jobs that wait for another, by that one.
    behind: BTreeSet<(JobId, JobId)>,
    /// Jobs of which nobody has told yet that what they wait for came to nothing.
    stranded: BTreeSet<JobId>,
    flows: Flows,
    /// How much runs at once.
    pub(super) limits: Limits,
    /// Kinds whose performer is halted.
    pub(super) halted: Vec<String>,
    /// Lanes that are held.
    pub(super) lanes: lane::State,
    /// How often each site is asked.
    pacing: Pacing,
    /// Resources of which nothing was left when it was asked last: no part of what the log says.
    full: BTreeSet<Lane>,
    /// Sites that may not be asked now: as of the last look.
    spent: BTreeSet<Lane>,
}

impl Board {
    /// The board as of now, for a single look. Blocks.
    pub fn current(log: &Log) -> Result<Self, ReadError> {
        let mut board = Self::restore(log);
        board.read_on(log).map(|()| board)
    }

    /// How often a site is asked of which nobody said anything.
    #[must_use]
    pub fn with_usual_budget(mut self, usual: RequestBudget) -> Self {
        self.pacing.set_usual(usual);
        self
    }

    /// Reads on to the head of the log. Blocks.
    pub fn read_on(&mut self, log: &Log) -> Result<(), ReadError> {
        self.catch_up(log, |_| {})
    }

    /// Keeps it, so that the next start reads only what comes after it. Blocks for an fsync.
    pub fn keep(&self, log: &Log) {
        if let Some(kept) = self.to_kept() {
            Self::save(log, &kept);
        }
    }

    /// Attempts of this worker that have a job of this kind.
    pub fn attempts(&self, kind: WorkKind, worker_id: WorkerId) -> impl Iterator<Item = (JobId, AttemptId)> {
        let leases = self.leases.iter().filter(move |(_, lease)| lease.worker_id == worker_id);
        leases
            .filter(move |(job_id, _)| {
                self.jobs.get(job_id).and_then(|job| self.flows.kind(job.flow)) == Some(kind)
            })
            .map(|(job_id, lease)| (*job_id, lease.attempt_id))
    }

    /// Whether a job has not come to its end.
    pub(super) fn is_open(&self, job_id: JobId) -> bool {
        self.jobs.contains_key(&job_id)
    }

    /// How many jobs have not come to their end.
    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    /// Where in the log the open jobs of a project were queued, the newest first.
    pub(super) fn queued_at(&self, project: ProjectId) -> Vec<u64> {
        let is_of =
            |job: &&OpenJob| self.flows.flow(job.flow).is_some_and(|flow| flow.owner.project == project);
        let mut found: Vec<u64> = self.jobs.values().filter(is_of).map(|job| job.turn).collect();
        found.sort_unstable_by(|one, other| other.cmp(one));
        found
    }

    /// Leases that nobody took up in time; and when the next one ends that nobody has taken up yet.
    pub(super) fn expired(&self, now: Timestamp) -> (Vec<(JobId, AttemptId)>, Option<Timestamp>) {
        let over = self.untaken.iter().take_while(|(until, _)| *until <= now);
        let attempt = |job_id: &JobId| Some((*job_id, self.leases.get(job_id)?.attempt_id));
        let expired: Vec<_> = over.filter_map(|(_, job_id)| attempt(job_id)).collect();
        let next = self.untaken.iter().find(|(until, _)| *until > now);
        (expired, next.map(|(until, _)| *until))
    }

    /// When a hold ends, as far as the board knows.
    pub(super) fn end_of(&self, hold: &Hold, now: Timestamp) -> Ends {
        match (hold.reason, hold.until) {
            (_, Some(until)) if until > now => Ends::At(until),
            (Reason::NoRoom { .. } | Reason::LibraryAway | Reason::TrashFull { .. }, None)
                if !self.is_open(hold.job_id) =>
            {
                Ends::Now
            }
            (Reason::NoRoom { bytes }, None) => Ends::WithRoom(bytes),
            (Reason::LibraryAway, None) => Ends::WithLibrary,
            (Reason::TrashFull { bytes }, None) => Ends::WithRoomInTrash(bytes),
            (_, Some(_)) | (Reason::RateLimit | Reason::BotCheck, None) => Ends::Now,
        }
    }

    /// The jobs that may be leased now, in their turn, within the limits; and when to look again if
    /// one waits for its time.
    pub fn ready(
        &mut self,
        offered: &[WorkKind],
        left: &Left,
        now: Timestamp,
    ) -> (Vec<JobId>, Option<Timestamp>) {
        self.pass_to(now);
        self.full = left.full().cloned().collect();
        self.look_at_sites(now);
        let is_offered = |kind| offered.contains(&kind) && !self.is_halted(kind);
        let left_of = |lane: &Lane| left.of(lane).min(self.pacing.left(lane, now));
        let ready = self.flows.choose(&self.limits, now, is_offered, &left_of);
        let due = self.later.first().map(|(moment, _)| *moment);
        (ready, [due, self.flows.renewal(), self.asked_again_at(now)].into_iter().flatten().min())
    }

    /// Finds out which sites may not be asked at this moment.
    fn look_at_sites(&mut self, now: Timestamp) {
        self.spent = self.pacing.spent(now);
        self.show_holds();
    }

    /// When the first site may be asked again that something waits for.
    fn asked_again_at(&self, now: Timestamp) -> Option<Timestamp> {
        let waited_for = self.spent.iter().filter(|lane| self.flows.ready_count(lane) > 0);
        waited_for.filter_map(|lane| self.pacing.next_at(lane, now)).min()
    }

    /// Of which resources somebody waits for a unit, who could start with it.
    pub(super) fn wanted(&self, offered: &[WorkKind]) -> BTreeSet<Lane> {
        if self.full.is_empty() || self.flows.room(&self.limits) == 0 {
            return BTreeSet::new();
        }
        let is_held = |lane: &Lane| {
            self.lanes.of(lane).is_some() || self.lanes.is_paused(lane) || self.spent.contains(lane)
        };
        let full = self.full.iter().filter(|lane| !is_held(lane)).cloned().collect();
        let may_start = |kind| {
            offered.contains(&kind) && !self.is_halted(kind) && self.flows.has_room(&self.limits, kind)
        };
        self.flows.wanting(&full, may_start)
    }

    /// What is leased, with what it has by that.
    pub(super) fn leased(&self) -> Vec<Leased> {
        let leased = |(job_id, lease): (&JobId, &Lease)| {
            let mut leased = self.lease_of(*job_id, lease.attempt_id)?;
            leased.lanes.retain(|lane| lease.has_slot || !lane.is_host());
            Some(leased)
        };
        self.leases.iter().filter_map(leased).collect()
    }

    /// What a job has if it is leased for this attempt.
    pub(super) fn lease_of(&self, job_id: JobId, attempt_id: AttemptId) -> Option<Leased> {
        let flow = self.flows.flow(self.jobs.get(&job_id)?.flow)?;
        Some(Leased { attempt_id, job_id, kind: flow.kind, lanes: flow.lanes.clone() })
    }

    /// Jobs of which is to be told that what they wait for came to nothing, each with that job; at most so many.
    pub(super) fn stranded(&self, limit: usize) -> Vec<(JobId, JobId)> {
        let after = |job_id: &JobId| match self.jobs.get(job_id)?.place {
            Place::Stranded(after, _) => Some((*job_id, after)),
            _ => None,
        };
        self.stranded.iter().filter_map(after).take(limit).collect()
    }

    fn is_halted(&self, kind: WorkKind) -> bool {
        self.halted.iter().any(|halted| halted == kind.name())
    }

    /// Lets jobs start whose moment has come.
    fn pass_to(&mut self, now: Timestamp) {
        while let Some((moment, job_id)) = self.later.first().copied().filter(|(moment, _)| *moment <= now) {
            self.flows.pass_to(moment);
            self.move_to(job_id, Place::Ready);
        }
        self.flows.pass_to(now);
    }

    /// What waits for a job that is over may start, or is stranded if that one came to nothing.
    fn let_go(&mut self, after: JobId, ended: JobState) {
        let least = JobId::from_uuid(uuid::Uuid::nil());
        let behind: Vec<JobId> = self
            .behind
            .range((after, least)..)
            .take_while(|(before, _)| *before == after)
            .map(|(_, job_id)| *job_id)
            .collect();
        for job_id in behind {
            let Some(Place::After(_, moment)) = self.jobs.get(&job_id).map(|job| job.place) else { continue };
            let done = if moment > self.flows.now() { Place::Later(moment) } else { Place::Ready };
            self.move_to(
                job_id,
                if ended == JobState::Succeeded { done } else { Place::Stranded(after, ended) },
            );
        }
    }

    /// Takes a job from where it is to another place; what is leased is told by [`Self::promise`] besides.
    fn move_to(&mut self, job_id: JobId, to: Place) {
        let Some(job) = self.jobs.get_mut(&job_id) else { return };
        let from = std::mem::replace(&mut job.place, to);
        if from == to && to != Place::Leased {
            return;
        }
        let (flow, turn) = (job.flow, job.turn);
        match from {
            Place::Ready => self.flows.take(flow, turn),
            Place::Later(moment) | Place::Again(moment) => {
                self.later.remove(&(moment, job_id));
            }
            Place::After(after, _) => {
                self.behind.remove(&(after, job_id));
            }
            Place::Stranded(..) => {
                self.stranded.remove(&job_id);
            }
            Place::Leased => {
                self.begun(job_id);
                let has_slot = self.leases.remove(&job_id).is_none_or(|lease| lease.has_slot);
                self.flows.stop(flow, has_slot);
            }
            Place::Held | Place::Parked(_) => {}
        }
        match to {
            Place::Ready => self.flows.put(flow, turn, job_id),
            Place::Later(moment) | Place::Again(moment) => {
                self.later.insert((moment, job_id));
            }
            Place::After(after, _) => {
                self.behind.insert((after, job_id));
            }
            Place::Stranded(..) => {
                self.stranded.insert(job_id);
            }
            Place::Leased | Place::Held | Place::Parked(_) => {}
        }
    }

    fn promise(&mut self, job_id: JobId, lease: Lease) {
        self.untaken.extend(lease.until.map(|until| (until, job_id)));
        self.leases.insert(job_id, lease);
    }

    /// What is at work is so without a slot from now on.
    fn return_slot(&mut self, job_id: JobId) {
        let Some(flow) = self.jobs.get(&job_id).map(|job| job.flow) else { return };
        let Some(lease) = self.leases.get_mut(&job_id).filter(|lease| lease.has_slot) else { return };
        lease.has_slot = false;
        self.flows.return_slot(flow);
    }

    /// The lease has no end of its own any more.
    fn begun(&mut self, job_id: JobId) {
        let until = self.leases.get_mut(&job_id).and_then(|lease| lease.until.take());
        if let Some(until) = until {
            self.untaken.remove(&(until, job_id));
        }
    }

    fn show_holds(&mut self) {
        let held = self.lanes.holds.iter().map(|hold| &hold.lane);
        self.flows.hold(held.chain(&self.lanes.paused).chain(&self.full).chain(&self.spent).cloned());
    }
}

/// What the end of a hold depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// It is over: its time has come, or nobody waits for it any more.
    Now,
    /// At this moment.
    At(Timestamp),
    /// When so many bytes are free.
    WithRoom(u64),
    /// When the library is there.
    WithLibrary,
    /// When so many bytes may come into the trash.
    WithRoomInTrash(u64),
}
