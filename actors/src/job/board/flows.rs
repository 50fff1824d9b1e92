//! Who waits with whom: one queue for each flow, the flows of one priority as a class, the classes of one kind.
//!
//! A flow is what can wait for each other: work of one kind and priority that needs the same and comes of the same list.
//! Within a flow it is first come, first served. Between the flows of a class it is start-time fair queueing: each start
//! puts a flow one behind, a flow that comes anew begins where the others are, and who is the least ahead is next. So a
//! single item waits for one start of each other flow at most, however long their queues are. Between classes priority
//! decides, with age ([`super::ageing`]). Between kinds, the one with the least at work is next, and of equals the one
//! that waits for the longest since its last start.

use std::collections::{BTreeMap, BTreeSet};

use mediary_schema::{
    JobId, Priority, Subject, Ticket, Timestamp,
    job::{Work, WorkKind},
    lane::Lane,
};
use serde::{Deserialize, Serialize};

use super::budgets::{Budgets, Owner, end_of_day};

/// Work that takes turns with other work as one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(in crate::job) struct Flow {
    /// Its kind.
    pub(in crate::job) kind: WorkKind,
    /// How much it matters.
    pub(in crate::job) priority: Priority,
    /// Whose it is.
    pub(in crate::job) owner: Owner,
    /// What it shares with other work.
    pub(in crate::job) lanes: Vec<Lane>,
    /// The list of which it is a part, if very much of that was asked for at once.
    pub(in crate::job) list: Option<Subject>,
}

impl Flow {
    /// The flow of a piece of work.
    pub(in crate::job) fn of_work(work: &Work, ticket: &Ticket, owner: Owner) -> Self {
        let list = work.within.first().filter(|_| ticket.bulk).cloned();
        Self { kind: work.kind, priority: ticket.priority, owner, lanes: work.lanes.clone(), list }
    }
}

/// Names a flow within one board, as long as it has an open job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FlowId(u32);

/// What decides between the flows of a class: how far it is ahead, then whose first job came first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    pub(super) tag: u64,
    pub(super) turn: u64,
    pub(super) flow: FlowId,
}

/// One flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) flow: Flow,
    /// Starts that it had, and those that it missed while there was nothing to start.
    tag: u64,
    /// Jobs that have not come to their end.
    pub(super) open: u32,
    /// Jobs that are leased.
    pub(super) at_work: u32,
    /// How many of them have returned their slot.
    pub(super) slotless: u32,
    /// Lanes of its own that are held or that somebody has for himself, and quotas of its own that leave nothing.
    pub(super) held: u32,
    /// Jobs that may start, by their turn.
    pub(super) jobs: BTreeMap<u64, JobId>,
}

impl Waiting {
    /// Its rank among those that may start now, if it may.
    fn rank(&self, flow: FlowId) -> Option<Rank> {
        let (turn, _) = self.jobs.first_key_value().filter(|_| self.held == 0)?;
        Some(Rank { tag: self.tag, turn: *turn, flow })
    }
}

/// The flows of one kind and priority.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct OfClass {
    /// The tag of the latest start: where a flow begins that comes anew.
    tag: u64,
    /// Since when it could start and did not.
    pub(super) waits_since: Timestamp,
    /// Flows with a job that may start now.
    pub(super) ready: BTreeSet<Rank>,
    /// Flows without any job that are still ahead of where a new one begins.
    ahead: BTreeSet<(u64, FlowId)>,
}

/// The classes of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct OfKind {
    /// The position of the latest start.
    pub(super) started_at: u64,
    /// Jobs that are leased.
    pub(super) at_work: u32,
    /// How many of them have returned their slot.
    pub(super) slotless: u32,
    pub(super) classes: BTreeMap<Priority, OfClass>,
}

/// What is kept of a class between two runs.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct KeptClass {
    kind: WorkKind,
    priority: Priority,
    tag: u64,
    waits_since: Timestamp,
    started_at: u64,
}

/// Every flow.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Flows {
    pub(super) all: BTreeMap<FlowId, Waiting>,
    ids: BTreeMap<Flow, FlowId>,
    next_id: u32,
    pub(super) kinds: BTreeMap<WorkKind, OfKind>,
    /// The moment of what happens to them.
    now: Timestamp,
    held: BTreeSet<Lane>,
    /// Lanes for one job at a time, with how many have them.
    pub(super) taken: BTreeMap<Lane, u32>,
    /// Who needs a lane.
    pub(super) needing: BTreeMap<Lane, BTreeSet<FlowId>>,
    /// What is left of quotas.
    pub(super) budgets: Budgets,
}

impl Flows {
    /// What happens from here on happens at this moment. It never goes back.
    pub(super) fn pass_to(&mut self, now: Timestamp) {
        let renewal = end_of_day(self.now);
        if renewal <= now {
            self.now = renewal;
            self.renew();
        }
        self.now = self.now.max(now);
    }

    /// The moment of the last thing that happened to them.
    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// A job was opened; answers in which flow.
    pub(super) fn open(&mut self, flow: &Flow) -> FlowId {
        let id = self.known(flow);
        if let Some(waiting) = self.all.get_mut(&id) {
            waiting.open += 1;
            class_of(&mut self.kinds, flow).ahead.remove(&(waiting.tag, id));
        }
        id
    }

    /// A job that is not ready has come to its end.
    pub(super) fn close(&mut self, id: FlowId) {
        let Some(waiting) = self.all.get_mut(&id) else { return };
        waiting.open = waiting.open.saturating_sub(1);
        if waiting.open == 0 {
            class_of(&mut self.kinds, &waiting.flow).ahead.insert((waiting.tag, id));
            self.forget(id);
        }
    }

    /// A flow.
    pub(super) fn flow(&self, id: FlowId) -> Option<&Flow> {
        self.all.get(&id).map(|waiting| &waiting.flow)
    }

    /// The kind of a flow.
    pub(super) fn kind(&self, id: FlowId) -> Option<WorkKind> {
        self.flow(id).map(|flow| flow.kind)
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
        let now = self.now;
        self.change(id, |waiting, class| {
            waiting.jobs.remove(&turn);
            class.tag = class.tag.max(waiting.tag);
            waiting.tag = class.tag + 1;
            class.waits_since = now;
        });
        if let Some(kind) = self.kind(id).and_then(|kind| self.kinds.get_mut(&kind)) {
            kind.started_at = position;
        }
        self.has_started(id, true);
        self.forget(id);
    }

    /// Whoever needs one of these lanes does not start; everybody else may.
    ///
    /// Takes time with the flows that need what has changed, not with their jobs.
    pub(super) fn hold(&mut self, lanes: impl IntoIterator<Item = Lane>) {
        let held: BTreeSet<Lane> = lanes.into_iter().collect();
        let before = std::mem::replace(&mut self.held, held);
        // First whom it lets go: a class of which one may start after all, and now another instead, waits on.
        let (free, blocked) = (&before - &self.held, &self.held - &before);
        for (lane, is_blocked) in
            free.iter().map(|lane| (lane, false)).chain(blocked.iter().map(|lane| (lane, true)))
        {
            self.block_lane(lane, is_blocked);
        }
    }

    /// How many jobs at work need each lane still, and how many others that are open.
    pub(super) fn loads(&self) -> BTreeMap<&Lane, (u64, u64)> {
        let mut loads = BTreeMap::new();
        for (lane, ids) in &self.needing {
            let (mut at_work, mut waiting) = (0, 0);
            for flow in ids.iter().filter_map(|id| self.all.get(id)) {
                let done = if lane.is_host() { flow.slotless } else { 0 };
                at_work += u64::from(flow.at_work.saturating_sub(done));
                waiting += u64::from(flow.open.saturating_sub(flow.at_work));
            }
            loads.insert(lane, (at_work, waiting));
        }
        loads
    }

    /// How many jobs that need a lane may start, whatever holds that.
    pub(super) fn ready_count(&self, lane: &Lane) -> u64 {
        let flows = self.needing.get(lane).into_iter().flatten().filter_map(|id| self.all.get(id));
        flows.map(|flow| flow.jobs.len() as u64).sum()
    }

    /// One reason more, or less, not to start what needs a lane.
    pub(super) fn block_lane(&mut self, lane: &Lane, is_blocked: bool) {
        self.block(self.needing.get(lane).cloned().unwrap_or_default(), is_blocked);
    }

    /// One reason more, or less, not to start these.
    pub(super) fn block(&mut self, ids: BTreeSet<FlowId>, is_blocked: bool) {
        for id in ids {
            self.change(id, |waiting, _| {
                waiting.held = if is_blocked { waiting.held + 1 } else { waiting.held.saturating_sub(1) };
            });
        }
    }

    /// What is to be kept: each flow with its tag, by ascending ids, and each class.
    pub(super) fn kept(&self) -> (Vec<(FlowId, &Flow, u64)>, Vec<KeptClass>) {
        let flows = self.all.iter().map(|(id, waiting)| (*id, &waiting.flow, waiting.tag));
        let classes = self.kinds.iter().flat_map(|(kind, of_kind)| {
            of_kind.classes.iter().map(|(priority, class)| KeptClass {
                kind: *kind,
                priority: *priority,
                tag: class.tag,
                waits_since: class.waits_since,
                started_at: of_kind.started_at,
            })
        });
        (flows.collect(), classes.collect())
    }

    /// Takes in a flow that was kept, before any of its jobs.
    pub(super) fn restore(&mut self, flow: &Flow, tag: u64) -> FlowId {
        let id = self.known(flow);
        if let Some(waiting) = self.all.get_mut(&id) {
            waiting.tag = tag;
            class_of(&mut self.kinds, flow).ahead.insert((tag, id));
        }
        id
    }

    /// Takes in how far the classes were, after all of their flows and jobs.
    pub(super) fn restore_classes(&mut self, classes: &[KeptClass]) {
        for kept in classes {
            let kind = self.kinds.entry(kept.kind).or_default();
            kind.started_at = kept.started_at;
            let class = kind.classes.entry(kept.priority).or_default();
            (class.tag, class.waits_since) = (kept.tag, kept.waits_since);
        }
        let ids: Vec<FlowId> = self.all.keys().copied().collect();
        for id in ids {
            self.forget(id);
        }
    }

    fn known(&mut self, flow: &Flow) -> FlowId {
        if let Some(id) = self.ids.get(flow) {
            return *id;
        }
        let id = FlowId(self.next_id);
        self.next_id += 1;
        let held = flow.lanes.iter().filter(|lane| self.held.contains(lane)).count();
        let taken = alone(flow).filter(|lane| self.taken.contains_key(lane)).count();
        let held = u32::try_from(held + taken).unwrap_or(u32::MAX) + self.budgets.count_over(flow);
        self.budgets.know(flow, id);
        for lane in &flow.lanes {
            self.needing.entry(lane.clone()).or_default().insert(id);
        }
        self.ids.insert(flow.clone(), id);
        let (flow, jobs) = (flow.clone(), BTreeMap::new());
        self.all.insert(id, Waiting { flow, tag: 0, open: 0, at_work: 0, slotless: 0, held, jobs });
        id
    }

    /// Changes a flow, and with it its rank.
    fn change(&mut self, id: FlowId, change: impl FnOnce(&mut Waiting, &mut OfClass)) {
        let Some(waiting) = self.all.get_mut(&id) else { return };
        let class = class_of(&mut self.kinds, &waiting.flow);
        let was_idle = class.ready.is_empty();
        let before = waiting.rank(id);
        if let Some(rank) = before {
            class.ready.remove(&rank);
        }
        change(waiting, class);
        if before.is_none() {
            // What had nothing to start saved nothing up.
            waiting.tag = waiting.tag.max(class.tag);
        }
        class.ready.extend(waiting.rank(id));
        if was_idle && !class.ready.is_empty() {
            class.waits_since = self.now;
        }
    }

    /// Forgets the flows of a class that have no job and are no further than a new one would be.
    fn forget(&mut self, of_class: FlowId) {
        let Some(flow) = self.flow(of_class).cloned() else { return };
        loop {
            let class = class_of(&mut self.kinds, &flow);
            let Some((_, id)) = class.ahead.first().copied().filter(|(tag, _)| *tag <= class.tag) else {
                return;
            };
            class.ahead.pop_first();
            let Some(Waiting { flow, .. }) = self.all.remove(&id) else { continue };
            self.ids.remove(&flow);
            self.budgets.forget(&flow, id);
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

/// The lanes of a flow that one job has for itself.
pub(super) fn alone(flow: &Flow) -> impl Iterator<Item = &Lane> {
    flow.lanes.iter().filter(|lane| lane.is_exclusive())
}

fn class_of<'a>(kinds: &'a mut BTreeMap<WorkKind, OfKind>, flow: &Flow) -> &'a mut OfClass {
    kinds.entry(flow.kind).or_default().classes.entry(flow.priority).or_default()
}
