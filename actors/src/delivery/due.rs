//! What is to be sent, and when: a fold of what is recorded of deliveries.

use std::collections::{BTreeMap, BTreeSet};

use mediary_events::{
    Concern as _, Recorded, codec,
    delivery::{Delivery, Event},
    log::{Event as LogEvent, Logs},
};
use mediary_log::{Filter, Log, ReadError};
use mediary_schema::{DeliveryId, ProjectId, Timestamp, log::OpenReason};

/// A delivery that is not at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Open {
    project: ProjectId,
    channel: String,
    /// When it is due; none while it is being sent, or until a person wants it sent.
    at: Option<Timestamp>,
    /// Whether it waited when a backup was written that was restored since: what happened in between is not recorded.
    is_of_a_backup: bool,
}

/// Which deliveries are due when.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// Up to here the log was read.
    position: u64,
    open: BTreeMap<DeliveryId, Open>,
    order: BTreeSet<(Timestamp, DeliveryId)>,
    /// Those that are being sent, by what is recorded.
    begun: BTreeSet<DeliveryId>,
}

impl Due {
    /// Reads on to the head of the log. Blocks.
    pub(super) fn read_on(&mut self, log: &Log) -> Result<(), ReadError> {
        let filter = Filter::categories([Delivery::NAME, Logs::NAME]);
        self.position = log.read_on(self.position, filter, |recorded| {
            self.take(recorded);
            Ok(())
        })?;
        Ok(())
    }

    fn take(&mut self, recorded: &Recorded) {
        let envelope = &recorded.envelope;
        self.position = envelope.position;
        if envelope.stream.category == Logs::NAME {
            if is_restored(recorded) {
                self.open.values_mut().for_each(|open| open.is_of_a_backup = open.at.is_some());
            }
            return;
        }
        let (id, project) = (DeliveryId::from_uuid(envelope.stream.uuid), envelope.project);
        let events = match codec::decided_on::<Delivery>(recorded) {
            Ok(events) => events,
            Err(error) => {
                tracing::error!(delivery_id = %id, %error, "a delivery can't be read, and is left alone");
                self.forget(id);
                return;
            }
        };
        for event in events {
            match event {
                Event::Queued { channel, at, .. } => {
                    self.open.insert(id, Open { project, channel, at: None, is_of_a_backup: false });
                    self.wait(id, Some(at));
                }
                Event::Begun {} => {
                    self.wait(id, None);
                    self.begun.insert(id);
                }
                Event::Failed { again_at, .. } => self.wait(id, again_at),
                Event::Retried { at } => self.wait(id, Some(at)),
                // It may be wanted again.
                Event::Doubted { .. } | Event::Skipped {} => self.wait(id, None),
                Event::Completed {} => self.forget(id),
            }
        }
    }

    /// From now on it waits for this moment, or for nothing.
    fn wait(&mut self, id: DeliveryId, at: Option<Timestamp>) {
        self.begun.remove(&id);
        let Some(open) = self.open.get_mut(&id) else { return };
        open.is_of_a_backup = false;
        if let Some(before) = std::mem::replace(&mut open.at, at) {
            self.order.remove(&(before, id));
        }
        self.order.extend(at.map(|at| (at, id)));
    }

    fn forget(&mut self, id: DeliveryId) {
        self.wait(id, None);
        self.open.remove(&id);
    }

    /// Those that are being sent, by what is recorded.
    pub(super) fn begun(&self) -> Vec<(DeliveryId, ProjectId)> {
        let project = |id: &DeliveryId| Some((*id, self.open.get(id)?.project));
        self.begun.iter().filter_map(project).collect()
    }

    /// Those that waited when a backup was written that was restored since.
    pub(super) fn of_a_backup(&self) -> Vec<(DeliveryId, ProjectId)> {
        let open = self.open.iter().filter(|(_, open)| open.is_of_a_backup);
        open.map(|(id, open)| (*id, open.project)).collect()
    }

    /// What is due, at most so many, with its channel; those first that wait longest.
    pub(super) fn due(&self, now: Timestamp, limit: usize) -> Vec<(DeliveryId, ProjectId, String)> {
        let over = self.order.iter().take_while(|(moment, _)| *moment <= now);
        let due = |(_, id): &(Timestamp, DeliveryId)| {
            let open = self.open.get(id)?;
            Some((*id, open.project, open.channel.clone()))
        };
        over.filter_map(due).take(limit).collect()
    }

    /// When the next one is due.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.order.first().map(|(moment, _)| *moment)
    }
}

/// Whether an event of the log says that it came from a backup.
fn is_restored(recorded: &Recorded) -> bool {
    let events = codec::decided_on::<Logs>(recorded).unwrap_or_default();
    events.iter().any(|event| matches!(event, LogEvent::Opened { reason: OpenReason::Restore, .. }))
}
