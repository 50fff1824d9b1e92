use mediary_events::{
    codec::events_of,
    delivery::{Delivery, Event},
};
use mediary_log::Recorded;
use mediary_schema::{Timestamp, delivery::DeliveryState};
use rusqlite::Transaction;

use super::query::COUNTED;
use crate::{
    counted::{Counted, Tally},
    rows::{Id, Table, Word, row},
    sql::to_json,
    view::{ApplyError, Stamp},
};

row! {
    struct Known of "delivery" {
        stays { project: Id, channel: String, message: String, title: String, queued_at: i64, }
        changes {
            state: Word<DeliveryState>,
            due_at: Option<i64>,
            tries: i64,
            reason: Option<String>,
            ended_at: Option<i64>,
            changed_at: i64,
        }
    }
}

/// Why a message was skipped.
const PAUSED: &str = "the channel was paused";

impl Counted for Known {
    fn count(&self, tally: &mut Tally<'_>) {
        let Word(state) = self.state;
        tally.add(self.project, COUNTED, state.name(), 1);
    }
}

/// What a batch touches of deliveries.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    rows: Table<Known>,
}

impl Deliveries {
    pub(super) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let stamp = Stamp::of(recorded);
        events_of::<Delivery>(recorded)?.into_iter().try_for_each(|event| self.fold(file, stamp, event))
    }

    pub(super) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.rows.write(file)
    }

    fn fold(&mut self, file: &Transaction<'_>, stamp: Stamp, event: Event) -> Result<(), ApplyError> {
        let Stamp { id, project, position, at } = stamp;
        if let Event::Queued { channel, message, at: due } = event {
            let json = to_json(&message)?;
            self.rows.insert(file, |key| Known {
                key,
                id,
                project,
                channel,
                message: json,
                title: message.title,
                queued_at: at,
                state: Word(DeliveryState::Queued),
                due_at: Some(due.as_micros()),
                tries: 0,
                reason: None,
                ended_at: None,
                changed_at: position,
            })?;
            return Ok(());
        }
        let Some(row) = self.rows.change(file, id)? else { return Ok(()) };
        row.changed_at = position;
        let (state, due, reason) = match event {
            Event::Queued { .. } => return Ok(()),
            Event::Begun {} => {
                row.tries += 1;
                (DeliveryState::Sending, None, row.reason.take())
            }
            Event::Completed {} => (DeliveryState::Sent, None, None),
            Event::Failed { failure, again_at } => {
                let state = if again_at.is_some() { DeliveryState::Queued } else { DeliveryState::Failed };
                (state, again_at, Some(failure.message))
            }
            Event::Doubted { reason } => (DeliveryState::Unsure, None, Some(reason)),
            Event::Skipped {} => (DeliveryState::Skipped, None, Some(PAUSED.to_owned())),
            Event::Retried { at } => (DeliveryState::Queued, Some(at), row.reason.take()),
        };
        (row.state, row.due_at, row.reason) = (Word(state), due.map(Timestamp::as_micros), reason);
        let is_over = !matches!(state, DeliveryState::Queued | DeliveryState::Sending);
        row.ended_at = is_over.then_some(at);
        Ok(())
    }
}
