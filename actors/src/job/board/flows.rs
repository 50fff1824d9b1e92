//! Whose turn it is: one queue for each flow, and a fair turn between flows and kinds of work.
//!
//! A flow is what can wait for each other: work of one kind that needs the same and comes of the same list. Within a
//! flow it is first come, first served. Between the flows of a kind it is start-time fair queueing: each start puts a
//! flow one behind, a flow that comes anew begins where the others are, and who is the least ahead is next. So a single
//! item waits for one start of each other flow at most, however long their queues are. Between kinds, the one with the
//! least at work is next, and of equals the one that waits for the longest since its last start.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, btree_set},
    iter::Peekable,
};

use mediary_log::work::REGISTRY;
use mediary_schema::{
    JobId, Subject,
    job::{Work, WorkKind},
    lane::Lane,
    setting::Limits,
};
use serde::{Deserialize, Serialize};

/// Work that takes turns with other work as one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::job) struct Flow {
    /// Its kind.
    pub(in crate::job) kind: WorkKind,
    /// What it shares with other work.
    pub(in crate::job) lanes: Vec<Lane>,
    /// The list of which it is a part.
    pub(in crate::job) list: Option<Subject>,
}

impl Flow {
    /// The flow of a piece of work.
    pub(in crate::job) fn of_work(work: &Work) -> Self {
        Self { kind: work.kind, lanes: work.lanes.clone(), list: work.within.first().cloned() }
    }
}

/// Names a flow within one board, as long as it has an open job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FlowId(u32);

/// What decides between the flows of a kind: how far it is ahead, then whose first job came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    tag: u64,
    turn: u64,
    flow: FlowId,
}

/// One flow.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Waiting {
    flow: Flow,
    /// Starts that it had, and those that it missed while there was nothing to start.
    tag: u64,
    /// Jobs that have not come to their end.
    open: u32,
    /// Lanes of its own that are held.
    held: u32,
    /// Jobs that may start, by their turn.
    jobs: BTreeMap<u64, JobId>,
}

impl Waiting {
    /// Its rank among those that may start now, if it may.
    fn rank(&self, flow: FlowId) -> Option<Rank> {
        let (turn, _) = self.jobs.first_key_value().filter(|_| self.held == 0)?;
        Some(Rank { tag: self.tag, turn: *turn, flow })
    }
}

/// The flows of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct OfKind {
    /// The tag of the latest start: where a flow begins that comes anew.
    tag: u64,
    /// The position of the latest start.
    started_at: u64,
    /// Jobs that are leased.
    at_work: u32,
    /// Flows with a job that may start now.
    ready: BTreeSet<Rank>,
    /// Flows without any job that are still ahead of where a new one begins.
    ahead: BTreeSet<(u64, FlowId)>,
}

/// What is kept of a kind between two runs.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct KeptKind {
    kind: WorkKind,
    tag: u64,
    started_at: u64,
}

/// Every flow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Flows {
    all: BTreeMap<FlowId, Waiting>,
    ids: BTreeMap<Flow, FlowId>,
    next_id: u32,
    kinds: BTreeMap<WorkKind, OfKind>,
    held: BTreeSet<Lane>,
    /// Who needs a lane.
    needing: BTreeMap<Lane, BTreeSet<FlowId>>,
}

impl Flows {
    /// A job was opened; answers in which flow.
    pub(super) fn open(&mut self, flow: &Flow) -> FlowId {
        let id = self.known(flow);
        if let Some(waiting) = self.all.get_mut(&id) {
            waiting.open += 1;
            let kind = self.kinds.entry(flow.kind).or_default();
            kind.ahead.remove(&(waiting.tag, id));
        }
        id
    }

    /// A job that is not ready has come to its end.
    pub(super) fn close(&mut self, id: FlowId) {
        let Some(waiting) = self.all.get_mut(&id) else { return };
        waiting.open = waiting.open.saturating_sub(1);
        if waiting.open == 0 {
            let kind = self.kinds.entry(waiting.flow.kind).or_default();
            kind.ahead.insert((waiting.tag, id));
            self.forget(waiting_kind(&self.all, id));
        }
    }

    /// The kind of a flow.
    pub(super) fn kind(&self, id: FlowId) -> Option<WorkKind> {
        waiting_kind(&self.all, id)
    }

    /// A job may start.
    pub(super) fn put(&mut self, id: FlowId, turn: u64, job_id: JobId) {
        self.change(id, |waiting, _| {
            waiting.jobs.insert(turn, job_id);
        });
    }

    /// A job may not start any more.
    pub(super) fn take(&mut self, id: FlowId, turn: u64) {
        self.change(id, |waiting, _| {
            waiting.jobs.remove(&turn);
        });
    }

    /// A job has started.
    pub(super) fn start(&mut self, id: FlowId, turn: u64, position: u64) {
        self.change(id, |waiting, kind| {
            waiting.jobs.remove(&turn);
            kind.tag = kind.tag.max(waiting.tag);
            waiting.tag = kind.tag + 1;
            kind.started_at = position;
            kind.at_work += 1;
        });
        let kind = self.kind(id);
        self.forget(kind);
    }

    /// A job is started that was started before this board was made of what was kept.
    pub(super) fn has_started(&mut self, id: FlowId) {
        self.change(id, |_, kind| kind.at_work += 1);
    }

    /// A job that has started is no longer at work.
    pub(super) fn stop(&mut self, id: FlowId) {
        self.change(id, |_, kind| kind.at_work = kind.at_work.saturating_sub(1));
    }

    /// Whoever needs one of these lanes does not start; everybody else may.
    ///
    /// Takes time with the flows that need what has changed, not with their jobs.
    pub(super) fn hold(&mut self, lanes: impl IntoIterator<Item = Lane>) {
        let held: BTreeSet<Lane> = lanes.into_iter().collect();
        let before = std::mem::replace(&mut self.held, held);
        let changed: Vec<Lane> = before.symmetric_difference(&self.held).cloned().collect();
        for lane in changed {
            let is_held = self.held.contains(&lane);
            for id in self.needing.get(&lane).cloned().unwrap_or_default() {
                self.change(id, |waiting, _| {
                    waiting.held = if is_held { waiting.held + 1 } else { waiting.held.saturating_sub(1) };
                });
            }
        }
    }

    /// The jobs to start, in this order: within the limits, of kinds that are offered.
    pub(super) fn choose(&self, limits: &Limits, offers: impl Fn(WorkKind) -> bool) -> Vec<JobId> {
        let at_work: u32 = self.kinds.values().map(|kind| kind.at_work).sum();
        let room = limits.total.saturating_sub(at_work);
        let offered = self.kinds.iter().filter(|(kind, _)| offers(**kind));
        let mut turns: Vec<Turns<'_>> = offered
            .map(|(kind, of_kind)| Turns::new(&self.all, of_kind, REGISTRY.at_once(limits, *kind)))
            .collect();
        let mut chosen = Vec::new();
        for started in 0..room {
            let next = turns.iter_mut().filter_map(|turns| Some((turns.precedence()?, turns)));
            let Some((_, turns)) = next.min_by_key(|(precedence, _)| *precedence) else { break };
            // Later than whatever has a position.
            chosen.extend(turns.start(u64::MAX - u64::from(room - started)));
        }
        chosen
    }

    /// What is to be kept: each flow with its tag, by ascending ids, and each kind.
    pub(super) fn kept(&self) -> (Vec<(FlowId, &Flow, u64)>, Vec<KeptKind>) {
        let flows = self.all.iter().map(|(id, waiting)| (*id, &waiting.flow, waiting.tag));
        let kept = |(kind, of_kind): (&WorkKind, &OfKind)| KeptKind {
            kind: *kind,
            tag: of_kind.tag,
            started_at: of_kind.started_at,
        };
        (flows.collect(), self.kinds.iter().map(kept).collect())
    }

    /// Takes in a flow that was kept, before any of its jobs.
    pub(super) fn restore(&mut self, flow: &Flow, tag: u64) -> FlowId {
        let id = self.known(flow);
        if let Some(waiting) = self.all.get_mut(&id) {
            waiting.tag = tag;
            self.kinds.entry(flow.kind).or_default().ahead.insert((tag, id));
        }
        id
    }

    /// Takes in how far the kinds were, after all of their flows and jobs.
    pub(super) fn restore_kinds(&mut self, kinds: &[KeptKind]) {
        for kept in kinds {
            let kind = self.kinds.entry(kept.kind).or_default();
            (kind.tag, kind.started_at) = (kept.tag, kept.started_at);
            self.forget(Some(kept.kind));
        }
    }

    fn known(&mut self, flow: &Flow) -> FlowId {
        if let Some(id) = self.ids.get(flow) {
            return *id;
        }
        let id = FlowId(self.next_id);
        self.next_id += 1;
        let held = flow.lanes.iter().filter(|lane| self.held.contains(lane)).count();
        let held = u32::try_from(held).unwrap_or(u32::MAX);
        for lane in &flow.lanes {
            self.needing.entry(lane.clone()).or_default().insert(id);
        }
        self.ids.insert(flow.clone(), id);
        self.all.insert(id, Waiting { flow: flow.clone(), tag: 0, open: 0, held, jobs: BTreeMap::new() });
        id
    }

    /// Changes a flow, and with it its rank.
    fn change(&mut self, id: FlowId, change: impl FnOnce(&mut Waiting, &mut OfKind)) {
        let Some(waiting) = self.all.get_mut(&id) else { return };
        let kind = self.kinds.entry(waiting.flow.kind).or_default();
        let before = waiting.rank(id);
        if let Some(rank) = before {
            kind.ready.remove(&rank);
        }
        change(waiting, kind);
        if before.is_none() {
            // What had nothing to start saved nothing up.
            waiting.tag = waiting.tag.max(kind.tag);
        }
        kind.ready.extend(waiting.rank(id));
    }

    /// Forgets flows of a kind that have no job and are no further than a new one would be.
    fn forget(&mut self, kind: Option<WorkKind>) {
        let Some(of_kind) = kind.and_then(|kind| self.kinds.get_mut(&kind)) else { return };
        while let Some((_, id)) = of_kind.ahead.first().copied().filter(|(tag, _)| *tag <= of_kind.tag) {
            of_kind.ahead.pop_first();
            let Some(Waiting { flow, .. }) = self.all.remove(&id) else { continue };
            self.ids.remove(&flow);
            for lane in &flow.lanes {
                if let Some(needing) = self.needing.get_mut(lane) {
                    needing.remove(&id);
                    if needing.is_empty() {
                        self.needing.remove(lane);
                    }
                }
            }
        }
    }
}

fn waiting_kind(flows: &BTreeMap<FlowId, Waiting>, id: FlowId) -> Option<WorkKind> {
    flows.get(&id).map(|waiting| waiting.flow.kind)
}

/// The turns of one kind as they would be if what is chosen were started.
struct Turns<'a> {
    flows: &'a BTreeMap<FlowId, Waiting>,
    started_at: u64,
    at_work: u32,
    limit: u32,
    /// Flows of which nothing is chosen yet.
    untouched: Peekable<btree_set::Iter<'a, Rank>>,
    /// The others, with what is next.
    touched: BinaryHeap<Reverse<Rank>>,
}

impl<'a> Turns<'a> {
    fn new(flows: &'a BTreeMap<FlowId, Waiting>, kind: &'a OfKind, limit: u32) -> Self {
        let OfKind { started_at, at_work, ready, .. } = kind;
        let (untouched, touched) = (ready.iter().peekable(), BinaryHeap::new());
        Self { flows, started_at: *started_at, at_work: *at_work, limit, untouched, touched }
    }

    /// What decides between kinds, if there is something to start.
    fn precedence(&mut self) -> Option<(u32, u64)> {
        let has_next = self.untouched.peek().is_some() || !self.touched.is_empty();
        (has_next && self.at_work < self.limit).then_some((self.at_work, self.started_at))
    }

    /// Starts what is next, at this moment.
    fn start(&mut self, started_at: u64) -> Option<JobId> {
        let untouched = self.untouched.peek().map(|rank| **rank);
        let touched = self.touched.peek().map(|rank| rank.0);
        let next = [untouched, touched].into_iter().flatten().min()?;
        if untouched == Some(next) {
            self.untouched.next();
        } else {
            self.touched.pop();
        }
        let jobs = &self.flows.get(&next.flow)?.jobs;
        if let Some((turn, _)) = jobs.range(next.turn + 1..).next() {
            self.touched.push(Reverse(Rank { tag: next.tag + 1, turn: *turn, flow: next.flow }));
        }
        (self.started_at, self.at_work) = (started_at, self.at_work + 1);
        jobs.get(&next.turn).copied()
    }
}
