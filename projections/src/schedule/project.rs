use mediary_events::{
    codec::events_of,
    schedule::{Event, Schedule},
};
use mediary_log::Recorded;
use mediary_schema::Timestamp;
use rusqlite::Transaction;

use super::query::COUNTED;
use crate::{
    counted::{Counted, Tally},
    rows::{Id, Table, row},
    sql::to_json,
    view::{ApplyError, Stamp},
};

row! {
    struct Known of "schedule" {
        stays { project: Id, name: String, }
        changes {
            is_removed: bool,
            is_paused: bool,
            rhythm: String,
            command: String,
            arguments: String,
            since: i64,
            last_at: Option<i64>,
            missed_since: Option<i64>,
            refused: Option<String>,
            changed_at: i64,
        }
    }
}

impl Counted for Known {
    fn count(&self, tally: &mut Tally<'_>) {
        if !self.is_removed {
            tally.add(self.project, COUNTED, "", 1);
        }
    }
}

/// What a batch touches of schedules.
#[derive(Debug, Default)]
pub(super) struct Schedules {
    rows: Table<Known>,
}

impl Schedules {
    pub(super) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let stamp = Stamp::of(recorded);
        events_of::<Schedule>(recorded)?.into_iter().try_for_each(|event| self.fold(file, stamp, event))
    }

    pub(super) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.rows.write(file)
    }

    fn fold(&mut self, file: &Transaction<'_>, stamp: Stamp, event: Event) -> Result<(), ApplyError> {
        let Stamp { id, project, position, at } = stamp;
        if let Event::Added { name, rhythm, command, since, .. } = event {
            let (rhythm, arguments) = (to_json(&rhythm)?, to_json(&command.arguments)?);
            let make = |key| Known {
                key,
                id,
                project,
                name,
                is_removed: false,
                is_paused: false,
                rhythm,
                command: command.name,
                arguments,
                since: since.as_micros(),
                last_at: None,
                missed_since: None,
                refused: None,
                changed_at: position,
            };
            match self.rows.change(file, id)? {
                Some(row) if !row.is_removed => *row = make(row.key),
                // One that was removed is there anew, and the newest.
                _ => self.rows.replace(file, id, make)?,
            }
            return Ok(());
        }
        let Some(row) = self.rows.change(file, id)? else { return Ok(()) };
        match event {
            Event::Added { .. } => {}
            Event::Paused {} => row.is_paused = true,
            Event::Resumed { since, .. } => (row.is_paused, row.since) = (false, since.as_micros()),
            Event::Fired { moment, missed_since, not_done } => {
                row.since = moment.map_or(row.since, Timestamp::as_micros);
                row.last_at = Some(at);
                row.missed_since = missed_since.map(Timestamp::as_micros);
                row.refused = not_done.as_ref().map(to_json).transpose()?;
            }
            Event::Removed {} => row.is_removed = true,
        }
        row.changed_at = position;
        Ok(())
    }
}
