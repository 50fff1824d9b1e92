use std::collections::BTreeSet;

use mediary_schema::DataKeyId;

use super::Event;

/// What the log says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// How many epochs have begun.
    pub epochs: u64,
    /// Where payloads were erased.
    pub erased: BTreeSet<u64>,
    /// The keys of persons that were destroyed.
    pub shredded: BTreeSet<DataKeyId>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Opened { .. } => self.epochs += 1,
            Event::Erased { positions, .. } => self.erased.extend(positions),
            Event::Shredded { data_key_ids, .. } => self.shredded.extend(data_key_ids),
        }
    }
}
