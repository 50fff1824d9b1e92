use mediary_events::{
    codec::events_of,
    secret::{Event, Secret},
};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::query::COUNTED;
use crate::{
    counted::{Counted, Tally},
    rows::{Id, Table, row},
    view::{ApplyError, Stamp},
};

row! {
    struct Known of "secret" {
        stays { project: Id, name: String, }
        changes { is_removed: bool, set_at: i64, changed_at: i64, }
    }
}

impl Counted for Known {
    fn count(&self, tally: &mut Tally<'_>) {
        if !self.is_removed {
            tally.add(self.project, COUNTED, "", 1);
        }
    }
}

/// What a batch touches of secrets.
#[derive(Debug, Default)]
pub(super) struct Secrets {
    rows: Table<Known>,
}

impl Secrets {
    pub(super) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let stamp = Stamp::of(recorded);
        events_of::<Secret>(recorded)?.into_iter().try_for_each(|event| self.fold(file, stamp, event))
    }

    pub(super) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.rows.write(file)
    }

    fn fold(&mut self, file: &Transaction<'_>, stamp: Stamp, event: Event) -> Result<(), ApplyError> {
        let Stamp { id, project, position, at } = stamp;
        match event {
            Event::Set { name, .. } => {
                let changed_at = position;
                let make = |key| Known { key, id, project, name, is_removed: false, set_at: at, changed_at };
                match self.rows.change(file, id)? {
                    Some(row) if !row.is_removed => (row.set_at, row.changed_at) = (at, position),
                    // One that was deleted is there anew, and the newest.
                    _ => self.rows.replace(file, id, make)?,
                }
            }
            Event::Deleted { .. } => {
                if let Some(row) = self.rows.change(file, id)? {
                    (row.is_removed, row.changed_at) = (true, position);
                }
            }
            // Of the vault as a whole, which is in no list.
            Event::Rotated { .. } => {}
        }
        Ok(())
    }
}
