use mediary_schema::{AttemptId, lane::Lane};

use super::Resources;

/// Who asks for a permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The name of the part that asks, as `lane list` shows it.
    pub name: &'static str,
    /// The attempt that it asks for, if it is for one.
    pub attempt_id: Option<AttemptId>,
}

/// A unit of a resource, or a place in the line for one, until it is dropped.
#[derive(Debug)]
#[must_use = "what is dropped is given back"]
pub struct Permit {
    resources: Resources,
    lane: Lane,
    id: u64,
}

impl Permit {
    pub(super) const fn new(resources: Resources, lane: Lane, id: u64) -> Self {
        Self { resources, lane, id }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.resources.give_back(&self.lane, self.id);
    }
}
