use std::collections::BTreeMap;

use mediary_schema::watch::WatchId;

use super::{Added, Event};

/// The watches of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// Those that there are.
    pub watches: BTreeMap<WatchId, Known>,
}

/// A watch as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// What is taken, and by whom.
    pub added: Added,
    /// Why nothing is, if that is so.
    pub stopped: Option<String>,
}

impl State {
    pub(super) fn evolve(&mut self, event: &Event) {
        match event {
            Event::Added { watch_id, added } => {
                self.watches.insert(*watch_id, Known { added: Added::clone(added), stopped: None });
            }
            Event::Stopped { watch_id, reason } => {
                if let Some(known) = self.watches.get_mut(watch_id) {
                    known.stopped = Some(reason.clone());
                }
            }
            Event::Removed { watch_id } => {
                self.watches.remove(watch_id);
            }
        }
    }
}
