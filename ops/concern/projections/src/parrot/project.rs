use mediary_events::{
    codec::events_of,
    parrot::{Event, Parrot},
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
    struct Told of "parrot" {
        stays { project: Id, text: String, }
        changes { letters: Option<i64>, changed_at: i64, }
    }
}

impl Counted for Told {
    fn count(&self, tally: &mut Tally<'_>) {
        tally.add(self.project, COUNTED, "", 1);
    }
}

/// What a batch touches of parrots.
#[derive(Debug, Default)]
pub(super) struct Parrots {
    rows: Table<Told>,
}

impl Parrots {
    pub(super) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let stamp = Stamp::of(recorded);
        events_of::<Parrot>(recorded)?.into_iter().try_for_each(|event| self.fold(file, stamp, event))
    }

    pub(super) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.rows.write(file)
    }

    fn fold(&mut self, file: &Transaction<'_>, stamp: Stamp, event: Event) -> Result<(), ApplyError> {
        let Stamp { id, project, position, .. } = stamp;
        match event {
            Event::Told { text, .. } => {
                let changed_at = position;
                self.rows.insert(file, |key| Told { key, id, project, text, letters: None, changed_at })?;
            }
            Event::Repeated { letters } => {
                if let Some(row) = self.rows.change(file, id)? {
                    (row.letters, row.changed_at) = (Some(letters as i64), position);
                }
            }
            Event::Rewarded {} | Event::Failed {} => {}
        }
        Ok(())
    }
}
