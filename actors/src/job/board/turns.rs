//! Whose turn it is: the order in which jobs start, as it would be if each start were told at this moment.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap, btree_set},
    iter::Peekable,
};

use mediary_log::work::REGISTRY;
use mediary_schema::{
    JobId, Priority, Timestamp,
    job::WorkKind,
    lane::Lane,
    setting::{Limits, QuotaOf},
};

use super::{
    ageing::level,
    budgets::Budgets,
    flows::{Flow, FlowId, Flows, OfClass, OfKind, Rank, Waiting},
};

impl Flows {
    /// The jobs to start, in this order: within the limits, of kinds that are offered.
    pub(super) fn choose(
        &self,
        limits: &Limits,
        now: Timestamp,
        offers: impl Fn(WorkKind) -> bool,
        left: &dyn Fn(&Lane) -> u32,
    ) -> Vec<JobId> {
        let room = self.room(limits);
        let offered = self.kinds.iter().filter(|(kind, _)| offers(**kind));
        let kinds =
            offered.map(|(kind, of_kind)| Turns::new(of_kind, REGISTRY.at_once(limits, *kind))).collect();
        let taken = Some(Taken { left, lanes: BTreeMap::new(), quotas: BTreeMap::new() });
        let order = Order { flows: &self.all, budgets: &self.budgets, kinds, now, started: 0, taken };
        order.take(room as usize).map(|(job_id, _)| job_id).collect()
    }

    /// How many more jobs may be at work.
    pub(super) fn room(&self, limits: &Limits) -> u32 {
        limits.total.saturating_sub(self.kinds.values().map(OfKind::in_slots).sum())
    }

    /// Whether one more of a kind may be at work.
    pub(super) fn has_room(&self, limits: &Limits, kind: WorkKind) -> bool {
        let in_slots = self.kinds.get(&kind).map(OfKind::in_slots).unwrap_or_default();
        in_slots < REGISTRY.at_once(limits, kind)
    }

    /// Which of these lanes somebody waits for who could start if he had it, and all of those that he needs: of kinds that
    /// may start.
    pub(super) fn wanting(
        &self,
        full: &BTreeSet<Lane>,
        may_start: impl Fn(WorkKind) -> bool,
    ) -> BTreeSet<Lane> {
        let waits = |id: &FlowId| {
            self.all.get(id).is_some_and(|Waiting { flow, held, jobs, .. }| {
                let lacks = flow.lanes.iter().filter(|lane| full.contains(lane)).count();
                !jobs.is_empty() && *held as usize == lacks && may_start(flow.kind)
            })
        };
        // Whoever has one of them alone ends by an event.
        let free = |lane: &&Lane| !self.taken.contains_key(lane);
        let waited_for = |lane: &&Lane| self.needing.get(lane).is_some_and(|ids| ids.iter().any(waits));
        full.iter().filter(free).filter(waited_for).cloned().collect()
    }

    /// The jobs of a kind that could start, in the order in which they do if nothing more comes.
    pub(super) fn order(&self, kind: WorkKind, now: Timestamp) -> impl Iterator<Item = (JobId, FlowId)> {
        let kinds = self.kinds.get(&kind).map(|of_kind| Turns::new(of_kind, u32::MAX));
        let kinds = kinds.into_iter().collect();
        Order { flows: &self.all, budgets: &self.budgets, kinds, now, started: 0, taken: None }
    }
}

/// Turns after turns.
struct Order<'a> {
    flows: &'a BTreeMap<FlowId, Waiting>,
    budgets: &'a Budgets,
    kinds: Vec<Turns<'a>>,
    now: Timestamp,
    started: u64,
    /// What is taken by what was chosen, if that matters.
    taken: Option<Taken<'a>>,
}

/// What is taken by what was chosen.
struct Taken<'a> {
    /// What was left of a resource before.
    left: &'a dyn Fn(&Lane) -> u32,
    /// How much of a resource.
    lanes: BTreeMap<&'a Lane, u32>,
    /// How much of a quota.
    quotas: BTreeMap<QuotaOf, u32>,
}

impl<'a> Taken<'a> {
    /// Takes what a job of a flow needs; false if that is not to be had beside what was chosen before.
    fn take(&mut self, flow: &'a Flow, budgets: &Budgets) -> bool {
        let quotas = flow.owner.quotas();
        let used = |of: &QuotaOf| self.quotas.get(of).copied().unwrap_or_default();
        let taken = |lane| self.lanes.get(lane).copied().unwrap_or_default();
        let fits = flow.lanes.iter().all(|lane| taken(lane) < (self.left)(lane))
            && quotas.iter().all(|of| used(of) < budgets.room(*of));
        if fits {
            for lane in &flow.lanes {
                *self.lanes.entry(lane).or_default() += 1;
            }
            for of in quotas {
                *self.quotas.entry(of).or_default() += 1;
            }
        }
        fits
    }
}

impl Iterator for Order<'_> {
    type Item = (JobId, FlowId);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let next = self.kinds.iter_mut().filter_map(|turns| Some((turns.precedence()?, turns)));
            let (_, turns) = next.min_by_key(|(precedence, _)| *precedence)?;
            let rank = turns.next(self.now)?;
            let waiting = self.flows.get(&rank.flow)?;
            if self.taken.as_mut().is_some_and(|taken| !taken.take(&waiting.flow, self.budgets)) {
                // Not while another has it.
                continue;
            }
            self.started += 1;
            // Later than whatever has a position.
            turns.start(u64::MAX / 2 + self.started, rank, waiting, self.now);
            return waiting.jobs.get(&rank.turn).map(|job_id| (*job_id, rank.flow));
        }
    }
}

/// The turns of one kind.
struct Turns<'a> {
    started_at: u64,
    at_work: u32,
    limit: u32,
    classes: Vec<OfPriority<'a>>,
}

impl<'a> Turns<'a> {
    fn new(kind: &'a OfKind, limit: u32) -> Self {
        let classes = kind.classes.iter().map(|(priority, class)| OfPriority::new(*priority, class));
        let classes = classes.collect();
        Self { started_at: kind.started_at, at_work: kind.in_slots(), limit, classes }
    }

    /// What decides between kinds, if there is something to start.
    fn precedence(&mut self) -> Option<(u32, u64)> {
        let has_next = self.classes.iter_mut().any(|class| class.peek().is_some());
        (has_next && self.at_work < self.limit).then_some((self.at_work, self.started_at))
    }

    /// Takes what is next out of its class.
    fn next(&mut self, now: Timestamp) -> Option<Rank> {
        let classes = self.classes.iter_mut().filter_map(|class| class.peek().map(|_| class));
        let first = classes.min_by_key(|class| class.precedence(now))?;
        first.pop()
    }

    /// Starts what was taken out, at this moment.
    fn start(&mut self, started_at: u64, rank: Rank, waiting: &Waiting, now: Timestamp) {
        (self.started_at, self.at_work) = (started_at, self.at_work + 1);
        let of_priority = self.classes.iter_mut().find(|class| class.priority == waiting.flow.priority);
        let Some(class) = of_priority else { return };
        class.waits_since = now;
        if let Some((turn, _)) = waiting.jobs.range(rank.turn + 1..).next() {
            class.touched.push(Reverse(Rank { tag: rank.tag + 1, turn: *turn, flow: rank.flow }));
        }
    }
}

/// The turns of one class.
struct OfPriority<'a> {
    priority: Priority,
    waits_since: Timestamp,
    /// Flows of which nothing is chosen yet.
    untouched: Peekable<btree_set::Iter<'a, Rank>>,
    /// The others, with what is next.
    touched: BinaryHeap<Reverse<Rank>>,
}

impl<'a> OfPriority<'a> {
    fn new(priority: Priority, class: &'a OfClass) -> Self {
        let (untouched, touched) = (class.ready.iter().peekable(), BinaryHeap::new());
        Self { priority, waits_since: class.waits_since, untouched, touched }
    }

    /// What decides between classes: what counts most, then what waits for the longest.
    fn precedence(&self, now: Timestamp) -> (Reverse<u8>, Timestamp, Reverse<Priority>) {
        let level = level(self.priority, now.since(self.waits_since));
        (Reverse(level), self.waits_since, Reverse(self.priority))
    }

    fn peek(&mut self) -> Option<Rank> {
        let untouched = self.untouched.peek().map(|rank| **rank);
        let touched = self.touched.peek().map(|rank| rank.0);
        [untouched, touched].into_iter().flatten().min()
    }

    fn pop(&mut self) -> Option<Rank> {
        let next = self.peek()?;
        if self.untouched.peek() == Some(&&next) {
            self.untouched.next();
        } else {
            self.touched.pop();
        }
        Some(next)
    }
}
