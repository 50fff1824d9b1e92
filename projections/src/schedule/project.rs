use mediary_events::{
    codec::events_of,
    schedule::{Event, Schedule},
};
use mediary_log::Recorded;
use mediary_schema::{ScheduleId, Timestamp, schedule::Rhythm};
use rusqlite::Transaction;
use serde::Serialize;
use uuid::Uuid;

use super::query::COUNTED;
use crate::{
    counted::{Counted, Tally},
    rows::{Id, Table, row},
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
            next_at: Option<i64>,
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

impl Known {
    /// Finds anew when it comes next.
    fn look_ahead(&mut self) {
        let id = ScheduleId::from_uuid(Uuid::from_bytes(self.id));
        let rhythm: Option<Rhythm> = serde_json::from_str(&self.rhythm).ok();
        let comes = rhythm.filter(|_| !self.is_removed && !self.is_paused);
        let next = comes.and_then(|rhythm| rhythm.next(Timestamp::from_micros(self.since), id));
        self.next_at = next.map(Timestamp::as_micros);
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
            let (rhythm, arguments) = (json(&rhythm), json(&command.arguments));
            let (is_removed, is_paused, since) = (false, false, since.as_micros());
            let make = |key| {
                let name = name.into();
                let command = command.name;
                let (next_at, last_at, missed_since, refused, changed_at) =
                    (None, None, None, None, position);
                let mut row = Known {
                    key,
                    id,
                    project,
                    name,
                    is_removed,
                    is_paused,
                    rhythm,
                    command,
                    arguments,
                    since,
                    next_at,
                    last_at,
                    missed_since,
                    refused,
                    changed_at,
                };
                row.look_ahead();
                row
            };
            // One that was removed is there again, as new.
            match self.rows.change(file, id)? {
                Some(row) => *row = make(row.key),
                None => {
                    self.rows.insert(file, make)?;
                }
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
                row.refused = not_done.map(|not_done| json(&not_done));
            }
            Event::Removed {} => row.is_removed = true,
        }
        row.changed_at = position;
        row.look_ahead();
        Ok(())
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("it is JSON")
}
