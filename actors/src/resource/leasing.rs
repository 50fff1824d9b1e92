//! The dispatcher's side: which leases there are, what is left for more, and a place in the line.

use std::collections::{BTreeMap, BTreeSet};

use mediary_schema::{AttemptId, JobId, job::WorkKind, lane::Lane};

use super::{Budgets, Resources};

/// A job that is leased, and what it has by that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leased {
    /// The attempt.
    pub attempt_id: AttemptId,
    /// Its job.
    pub job_id: JobId,
    /// What kind of work it is.
    pub kind: WorkKind,
    /// What it needs.
    pub lanes: Vec<Lane>,
}

/// How many more jobs may be leased, as far as resources go.
#[derive(Debug, Clone, Default)]
pub struct Left {
    budgets: Budgets,
    /// Of what is in use; all of the others is left.
    in_use: BTreeMap<Lane, u32>,
}

impl Left {
    pub(super) const fn new(budgets: Budgets, in_use: BTreeMap<Lane, u32>) -> Self {
        Self { budgets, in_use }
    }

    /// How many more that need this.
    pub fn of(&self, lane: &Lane) -> u32 {
        self.in_use.get(lane).copied().unwrap_or_else(|| self.budgets.of(lane).leases_max)
    }

    /// What none more may have.
    pub fn full(&self) -> impl Iterator<Item = &Lane> {
        self.in_use.iter().filter(|(_, left)| **left == 0).map(|(lane, _)| lane)
    }
}

/// Who gives jobs out: one at a time. Dropped, its places in the lines go with it; leases stay, for they are facts.
#[derive(Debug)]
pub struct Leasing {
    resources: Resources,
}

impl Leasing {
    pub(super) const fn new(resources: Resources) -> Self {
        Self { resources }
    }

    /// These jobs are leased and have this, and no others.
    pub fn agree(&self, leased: impl IntoIterator<Item = Leased>) {
        self.resources.agree(leased);
    }

    /// What is left now.
    pub fn left(&self) -> Left {
        self.resources.left()
    }

    /// Takes what a job needs, before its lease is recorded: all of it, or nothing; fails with what can't be had. A
    /// lease that comes to nothing is given back by the next [`Self::agree`].
    pub fn lease(&self, leased: Leased) -> Result<(), Lane> {
        self.resources.lease(leased)
    }

    /// Stands in line for these and for no others: it is rung when one may be leased.
    pub fn want(&self, lanes: &BTreeSet<Lane>) {
        self.resources.want(lanes);
    }
}

impl Drop for Leasing {
    fn drop(&mut self) {
        self.resources.want(&BTreeSet::new());
    }
}
