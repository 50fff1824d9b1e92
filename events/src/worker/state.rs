use std::collections::BTreeMap;

use mediary_schema::{IncarnationId, worker::Offer};

use super::Event;

/// What a worker can do now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Its life that began last; none if it never did.
    pub incarnation_id: Option<IncarnationId>,
    /// What it can do.
    pub offer: Offer,
    /// Parts that are halted, with the reason.
    pub halted: BTreeMap<String, String>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Joined { incarnation_id, offer } => {
                self.incarnation_id = Some(*incarnation_id);
                self.offer = offer.clone();
                // A new start is a new chance.
                self.halted.clear();
            }
            Event::PartHalted { part, reason } => {
                self.halted.insert(part.clone(), reason.clone());
            }
            Event::PartResumed { part } => {
                self.halted.remove(part);
            }
        }
    }
}
