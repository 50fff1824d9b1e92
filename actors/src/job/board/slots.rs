//! Who is at work, and who of them has a slot: what counts among those that run at once, and has its hosts.
//!
//! A job has one from its lease on, and returns it when what is left of it needs none
//! ([ADR 0035](../../../../docs/adr/0035-who-only-waits-for-a-proof-returns-his-slot.md)). To its quotas and to the lanes
//! that are one job's alone it is at work until its end.

use mediary_schema::lane::Lane;

use super::flows::{FlowId, Flows, OfKind, alone};

/// Jobs of one kind that may go on without a slot: as many files as one process proves together. Who is more than that
/// counts as if he had kept his.
pub(in crate::job) const SLOTLESS_MAX: u32 = crate::ffmpeg::FILES_MAX;

impl OfKind {
    /// Jobs that count among those that run at once.
    pub(super) fn in_slots(&self) -> u32 {
        self.at_work.saturating_sub(self.slotless.min(SLOTLESS_MAX))
    }
}

impl Flows {
    /// A job is at work: from now on, or since before this board was made of what was kept.
    pub(super) fn has_started(&mut self, id: FlowId, has_slot: bool) {
        let Some(waiting) = self.all.get_mut(&id) else { return };
        waiting.at_work += 1;
        self.kinds.entry(waiting.flow.kind).or_default().at_work += 1;
        let (owner, alone): (_, Vec<Lane>) = (waiting.flow.owner, alone(&waiting.flow).cloned().collect());
        for lane in alone {
            let had = self.taken.entry(lane.clone()).or_insert(0);
            *had += 1;
            if *had == 1 {
                self.block_lane(&lane, true);
            }
        }
        self.occupy(owner, true);
        if !has_slot {
            self.return_slot(id);
        }
    }

    /// A job at work has returned its slot.
    pub(super) fn return_slot(&mut self, id: FlowId) {
        let Some(waiting) = self.all.get_mut(&id) else { return };
        waiting.slotless += 1;
        self.kinds.entry(waiting.flow.kind).or_default().slotless += 1;
    }

    /// A job that has started is no longer at work.
    pub(super) fn stop(&mut self, id: FlowId, has_slot: bool) {
        let Some(waiting) = self.all.get_mut(&id) else { return };
        let slotless = u32::from(!has_slot);
        waiting.at_work = waiting.at_work.saturating_sub(1);
        waiting.slotless = waiting.slotless.saturating_sub(slotless);
        let kind = self.kinds.entry(waiting.flow.kind).or_default();
        kind.at_work = kind.at_work.saturating_sub(1);
        kind.slotless = kind.slotless.saturating_sub(slotless);
        let (owner, alone): (_, Vec<Lane>) = (waiting.flow.owner, alone(&waiting.flow).cloned().collect());
        for lane in alone {
            let Some(had) = self.taken.get_mut(&lane) else { continue };
            *had = had.saturating_sub(1);
            if *had == 0 {
                self.taken.remove(&lane);
                self.block_lane(&lane, false);
            }
        }
        self.occupy(owner, false);
    }
}
