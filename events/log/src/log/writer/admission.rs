//! Who is let into a batch.

use std::sync::Arc;

use super::{Writer, answer};
use crate::log::{
    append::{Append, Urgency},
    error::{AppendError, FatalError},
    metric,
    queue::Request,
    space::{Room, Shortage, estimate_bytes},
};

impl Writer {
    /// Refuses what must not be put on a broken chain, and what might not fit on the disk.
    pub(super) fn admit(&mut self, batch: Vec<Request>) -> Result<Vec<Request>, FatalError> {
        if let Some(damage) = self.store.breaks().found() {
            for request in batch {
                metric::refused("damaged");
                answer(request.reply, Err(AppendError::Broken(Arc::clone(&damage))));
            }
            return Ok(Vec::new());
        }
        let mut room = self.room_for(&batch)?;
        let mut admitted = Vec::with_capacity(batch.len());
        for request in batch {
            match room.take(request.append.urgency, needed_bytes(&request.append)) {
                Ok(()) => admitted.push(request),
                Err(Shortage { free_bytes, needed_bytes }) => {
                    metric::refused("storage_full");
                    answer(request.reply, Err(AppendError::StorageFull { free_bytes, needed_bytes }));
                }
            }
        }
        Ok(admitted)
    }

    /// The room for a batch. What the index still owes the disk is written first where it would keep somebody out.
    fn room_for(&mut self, batch: &[Request]) -> Result<Room, FatalError> {
        let of = |urgency| {
            let appends = batch.iter().map(|request| &request.append);
            appends.filter(|append| append.urgency == urgency).map(needed_bytes).sum::<u64>()
        };
        let (essential_bytes, normal_bytes) = (of(Urgency::Essential), of(Urgency::Normal));
        let owed_bytes = self.index.owed_bytes();
        if owed_bytes > 0 && self.space.is_tight(essential_bytes + normal_bytes, owed_bytes) {
            self.settle_now()?;
        }
        Ok(self.space.room(essential_bytes, self.index.owed_bytes()))
    }
}

fn needed_bytes(append: &Append) -> u64 {
    let payload_bytes = append.events.iter().map(|event| event.payload.len()).sum();
    estimate_bytes(append.events.len(), payload_bytes)
}
