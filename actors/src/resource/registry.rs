//! Who has what of each resource, and who waits.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mediary_schema::{
    AttemptId, JobId,
    job::WorkKind,
    lane::{Holder, Lane, Share, Use},
};
use tokio::sync::oneshot;

use super::{Budget, Budgets, Caller, Leased, Leasing, Left, Permit};

/// The one registry of a server. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Resources {
    budgets: Budgets,
    within: Arc<Mutex<Within>>,
}

#[derive(Debug, Default)]
struct Within {
    /// Those that are in use or waited for.
    resources: BTreeMap<Lane, Resource>,
    /// The next number of those that stand in line, and of permits.
    next_id: u64,
    bell: Bell,
}

/// Rings the dispatcher.
#[derive(Default)]
struct Bell(Option<Box<dyn Fn() + Send>>);

impl fmt::Debug for Bell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Bell")
    }
}

/// One resource. What has a number was asked for in its order.
#[derive(Debug, Default)]
struct Resource {
    leases: BTreeMap<AttemptId, Lease>,
    permits: BTreeMap<u64, Caller>,
    line: BTreeMap<u64, Waiting>,
    /// Where the next lease stands in the line, if there is to be one.
    lease_turn: Option<u64>,
}

#[derive(Debug)]
struct Lease {
    job_id: JobId,
    kind: WorkKind,
    /// The permit that uses its unit, if one does.
    rider: Option<(u64, Caller)>,
}

#[derive(Debug)]
struct Waiting {
    caller: Caller,
    ready: oneshot::Sender<()>,
}

/// Whether the turn is that of the next lease.
type IsLeaseDue = bool;

impl Resource {
    fn used(&self) -> u32 {
        u32::try_from(self.leases.len() + self.permits.len()).unwrap_or(u32::MAX)
    }

    /// How many more leases there may be.
    fn left(&self, budget: Budget) -> u32 {
        let leases = u32::try_from(self.leases.len()).unwrap_or(u32::MAX);
        budget.units.saturating_sub(self.used()).min(budget.leases_max.saturating_sub(leases))
    }

    fn is_idle(&self) -> bool {
        self.leases.is_empty() && self.permits.is_empty() && self.line.is_empty() && self.lease_turn.is_none()
    }

    /// Gives what is free to who is first in line.
    fn serve(&mut self, budget: Budget) -> IsLeaseDue {
        while self.used() < budget.units {
            let next = self.line.first_key_value().map(|(id, _)| *id);
            let is_before = |turn: u64| next.is_none_or(|next| turn < next);
            // As long as there are too many leases for one more, others need not wait for it.
            if self.lease_turn.is_some_and(is_before) && self.left(budget) > 0 {
                return true;
            }
            let Some((id, waiting)) = self.line.pop_first() else { return false };
            self.permits.insert(id, waiting.caller);
            // Whoever gave up gives it back by that.
            waiting.ready.send(()).ok();
        }
        false
    }

    /// Takes a unit that its own lease has; none if it has no lease, or that is in use.
    fn ride(&mut self, id: u64, caller: Caller) -> Option<()> {
        let lease = self.leases.get_mut(&caller.attempt_id?)?;
        lease.rider.is_none().then(|| lease.rider = Some((id, caller)))
    }

    /// A permit, or a place in the line, is given up.
    fn give_back(&mut self, id: u64) {
        if self.permits.remove(&id).is_some() || self.line.remove(&id).is_some() {
            return;
        }
        let ridden = |lease: &&mut Lease| lease.rider.is_some_and(|(rider, _)| rider == id);
        let Some(lease) = self.leases.values_mut().find(ridden) else { return };
        let attempt_id = lease.rider.take().and_then(|(_, caller)| caller.attempt_id);
        // What the same attempt waits for can use it next.
        let next = self.line.iter().find(|(_, waiting)| waiting.caller.attempt_id == attempt_id);
        if let Some(id) = next.map(|(id, _)| *id)
            && let Some(waiting) = self.line.remove(&id)
        {
            lease.rider = Some((id, waiting.caller));
            waiting.ready.send(()).ok();
        }
    }

    /// The lease is over; what uses its unit still goes on as a permit.
    fn end(&mut self, attempt_id: AttemptId) {
        let ended = self.leases.remove(&attempt_id);
        self.permits.extend(ended.and_then(|lease| lease.rider));
    }
}

impl Resources {
    /// Of which there is so much.
    pub fn new(budgets: Budgets) -> Self {
        Self { budgets, within: Arc::default() }
    }

    /// How much there is of each.
    pub const fn budgets(&self) -> Budgets {
        self.budgets
    }

    /// Waits for a unit, after all who asked before. Who stops waiting has given up its place.
    pub async fn permit(&self, lane: Lane, caller: Caller) -> Permit {
        let (permit, ready) = self.ask(lane, caller);
        if let Some(ready) = ready {
            // Nobody takes it out of the line without an answer.
            ready.await.ok();
        }
        permit
    }

    /// A unit at once, or a place in the line with whoever calls it up.
    fn ask(&self, lane: Lane, caller: Caller) -> (Permit, Option<oneshot::Receiver<()>>) {
        let budget = self.budgets.of(&lane);
        let mut within = self.lock();
        let id = within.number();
        let resource = within.resources.entry(lane.clone()).or_default();
        let mut waits = None;
        if resource.ride(id, caller).is_none() {
            let (ready, answer) = oneshot::channel();
            resource.line.insert(id, Waiting { caller, ready });
            resource.serve(budget);
            waits = resource.line.contains_key(&id).then_some(answer);
        }
        (Permit::new(self.clone(), lane, id), waits)
    }

    /// The one who gives jobs out, and how to ring him.
    pub fn leasing(&self, bell: impl Fn() + Send + 'static) -> Leasing {
        self.lock().bell = Bell(Some(Box::new(bell)));
        Leasing::new(self.clone())
    }

    /// What is in use or waited for.
    pub fn uses(&self) -> BTreeMap<Lane, Use> {
        let within = self.lock();
        let leases = within.resources.values().flat_map(|resource| &resource.leases);
        let jobs: BTreeMap<AttemptId, JobId> = leases.map(|(id, lease)| (*id, lease.job_id)).collect();
        let of = |resource: &Resource| {
            let lease = |lease: &Lease| Holder {
                share: Share::Lease,
                name: lease.kind.name().to_owned(),
                job_id: Some(lease.job_id),
            };
            let permit = |caller: &Caller| Holder {
                share: Share::Permit,
                name: caller.name.to_owned(),
                job_id: caller.attempt_id.and_then(|attempt_id| jobs.get(&attempt_id)).copied(),
            };
            let leases = resource.leases.values().map(lease);
            leases.chain(resource.permits.values().map(permit)).collect::<Vec<Holder>>()
        };
        let used = |(lane, resource): (&Lane, &Resource)| {
            let (units, holders) = (self.budgets.of(lane).units, of(resource));
            (lane.clone(), Use { units, holders, waiting: resource.line.len() as u64 })
        };
        within.resources.iter().map(used).collect()
    }

    pub(super) fn give_back(&self, lane: &Lane, id: u64) {
        self.change(lane, |resource| resource.give_back(id));
    }

    pub(super) fn left(&self) -> Left {
        let within = self.lock();
        let left =
            |(lane, resource): (&Lane, &Resource)| (lane.clone(), resource.left(self.budgets.of(lane)));
        Left::new(self.budgets, within.resources.iter().map(left).collect())
    }

    pub(super) fn agree(&self, leased: impl IntoIterator<Item = Leased>) {
        let mut within = self.lock();
        let mut current: BTreeMap<Lane, BTreeSet<AttemptId>> = BTreeMap::new();
        for Leased { attempt_id, job_id, kind, lanes } in leased {
            for lane in lanes {
                let resource = within.resources.entry(lane.clone()).or_default();
                resource.leases.entry(attempt_id).or_insert(Lease { job_id, kind, rider: None });
                current.entry(lane).or_default().insert(attempt_id);
            }
        }
        for (lane, resource) in &mut within.resources {
            let is_over = |id: &&AttemptId| current.get(lane).is_none_or(|leases| !leases.contains(id));
            let over: Vec<_> = resource.leases.keys().filter(is_over).copied().collect();
            for attempt_id in over {
                resource.end(attempt_id);
            }
            // Who asks is the one who would be rung.
            resource.serve(self.budgets.of(lane));
        }
        within.forget_idle();
    }

    pub(super) fn lease(&self, leased: Leased) -> Result<(), Lane> {
        let Leased { attempt_id, job_id, kind, lanes } = leased;
        let mut within = self.lock();
        let left = |lane: &&Lane| {
            let budget = self.budgets.of(lane);
            within.resources.get(*lane).map_or(budget.leases_max, |resource| resource.left(budget))
        };
        if let Some(full) = lanes.iter().find(|lane| left(lane) == 0) {
            return Err(full.clone());
        }
        for lane in lanes {
            let resource = within.resources.entry(lane).or_default();
            resource.leases.insert(attempt_id, Lease { job_id, kind, rider: None });
            // Whoever wants another one stands in line anew.
            resource.lease_turn = None;
        }
        Ok(())
    }

    pub(super) fn want(&self, lanes: &BTreeSet<Lane>) {
        let mut within = self.lock();
        for lane in lanes {
            let turn = within.number();
            within.resources.entry(lane.clone()).or_default().lease_turn.get_or_insert(turn);
        }
        let mut is_due = false;
        for (lane, resource) in &mut within.resources {
            if !lanes.contains(lane) {
                resource.lease_turn = None;
            }
            is_due |= resource.serve(self.budgets.of(lane));
        }
        within.forget_idle();
        within.ring_if(is_due);
    }

    fn change(&self, lane: &Lane, change: impl FnOnce(&mut Resource)) {
        let mut within = self.lock();
        let Some(resource) = within.resources.get_mut(lane) else { return };
        change(resource);
        let is_due = resource.serve(self.budgets.of(lane));
        if resource.is_idle() {
            within.resources.remove(lane);
        }
        within.ring_if(is_due);
    }

    fn lock(&self) -> MutexGuard<'_, Within> {
        self.within.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Resources {
    fn default() -> Self {
        Self::new(Budgets::default())
    }
}

impl Within {
    const fn number(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn forget_idle(&mut self) {
        self.resources.retain(|_, resource| !resource.is_idle());
    }

    fn ring_if(&self, is_due: IsLeaseDue) {
        if let Some(bell) = self.bell.0.as_ref().filter(|_| is_due) {
            bell();
        }
    }
}
