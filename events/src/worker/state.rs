use std::collections::BTreeMap;

use mediary_schema::worker::Offer;

use super::Event;

/// What a worker can do now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The epoch in which it began last; zero if it never did.
    pub epoch: u64,
    /// What it can do.
    pub offer: Offer,
    /// Concerns that are halted, with the reason.
    pub halted: BTreeMap<String, String>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Joined { epoch, offer } => {
                self.epoch = *epoch;
                self.offer = offer.clone();
                // A new start is a new chance.
                self.halted.clear();
            }
            Event::ConcernHalted { concern, reason } => {
                self.halted.insert(concern.clone(), reason.clone());
            }
            Event::ConcernResumed { concern } => {
                self.halted.remove(concern);
            }
        }
    }
}
