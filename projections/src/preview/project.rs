use mediary_events::{
    codec::events_of,
    preview::{Event, Preview},
};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::query::{COUNTED, PreviewState};
use crate::{
    counted::{Counted, Tally},
    rows::{Id, Table, Word, row},
    sql::to_json,
    view::{ApplyError, Stamp},
};

row! {
    struct Known of "preview" {
        stays { project: Id, }
        changes {
            url: String,
            job: Id,
            state: Word<PreviewState>,
            found: Option<String>,
            title: Option<String>,
            requested_at: i64,
            changed_at: i64,
        }
    }
}

impl Counted for Known {
    fn count(&self, tally: &mut Tally<'_>) {
        tally.add(self.project, COUNTED, "", 1);
    }
}

/// What a batch touches of previews.
#[derive(Debug, Default)]
pub(super) struct Previews {
    rows: Table<Known>,
}

impl Previews {
    pub(super) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let stamp = Stamp::of(recorded);
        events_of::<Preview>(recorded)?.into_iter().try_for_each(|event| self.fold(file, stamp, event))
    }

    pub(super) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.rows.write(file)
    }

    fn fold(&mut self, file: &Transaction<'_>, stamp: Stamp, event: Event) -> Result<(), ApplyError> {
        let Stamp { id, project, position, at } = stamp;
        match event {
            Event::Requested { job_id, url } => {
                // What was found there before stands until there is something newer.
                let before = self.rows.find(file, id)?.map(|row| (row.found.clone(), row.title.clone()));
                let (found, title) = before.unwrap_or_default();
                // It is the newest again.
                self.rows.replace(file, id, |key| Known {
                    key,
                    id,
                    project,
                    url,
                    job: *job_id.uuid().as_bytes(),
                    state: Word(PreviewState::Requested),
                    found,
                    title,
                    requested_at: at,
                    changed_at: position,
                })?;
            }
            Event::Found { found, .. } => {
                if let Some(row) = self.rows.change(file, id)? {
                    (row.state, row.changed_at) = (Word(PreviewState::Found), position);
                    row.found = Some(to_json(&found)?);
                    row.title = found.title;
                }
            }
            Event::Failed { .. } => {
                if let Some(row) = self.rows.change(file, id)? {
                    (row.state, row.changed_at) = (Word(PreviewState::Failed), position);
                }
            }
        }
        Ok(())
    }
}
