use mediary_events::{
    codec::events_of,
    file::{Event, File},
};
use mediary_log::Recorded;
use mediary_schema::file::FileState;
use rusqlite::Transaction;

use super::query::COUNTED;
use crate::{
    changed::Changed,
    counted::{Counted, Tally},
    reached::Reached,
    rows::{Id, Table, Word, Words, row},
    sql::to_json,
    view::{ApplyError, Stamp},
};

row! {
    struct Known of "file" {
        stays {
            project: Id,
            root: Id,
            verified: String,
            item_id: Option<Id>,
            recorded_at: i64,
            reached_at: i64,
        }
        changes {
            path: String,
            sidecars: String,
            missing: String,
            state: Word<FileState>,
            replaced_by: Option<Id>,
            plan_id: Option<Id>,
            kept_until: Option<i64>,
            changed_at: i64,
        }
    }
}

impl Counted for Known {
    fn count(&self, tally: &mut Tally<'_>) {
        tally.add(self.project, COUNTED, self.state.0.word(), 1);
    }
}

impl Words for FileState {
    fn word(self) -> &'static str {
        self.name()
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == word)
    }
}

/// Nothing lies beside it, as JSON.
const NONE: &str = "[]";

/// What a batch touches of files.
#[derive(Debug, Default)]
pub(super) struct Files {
    rows: Table<Known>,
    reached: Reached<Known>,
}

impl Files {
    pub(super) fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        let stamp = Stamp::of(recorded);
        events_of::<File>(recorded)?.into_iter().try_for_each(|event| self.fold(file, stamp, event))
    }

    pub(super) fn write(&mut self, file: &Transaction<'_>) -> rusqlite::Result<()> {
        self.rows.write(file)
    }

    pub(super) fn changed(&mut self) -> Vec<Changed> {
        self.rows.changed()
    }

    fn fold(&mut self, file: &Transaction<'_>, stamp: Stamp, event: Event) -> Result<(), ApplyError> {
        let Stamp { id, project, position, at } = stamp;
        let (mut moved, mut replaced_by, mut trashed) = (None, None, None);
        let state = match event {
            Event::Recorded { root, path, verified, made, .. } => {
                let (root, verified) = (*root.uuid().as_bytes(), to_json(&verified)?);
                let item_id = made.map(|made| *made.item_id.uuid().as_bytes());
                let state = Word(FileState::Present);
                let reached_at = self.reached.by(file, at)?;
                self.rows.insert(file, |key| Known {
                    key,
                    id,
                    project,
                    root,
                    path,
                    sidecars: NONE.to_owned(),
                    missing: NONE.to_owned(),
                    verified,
                    item_id,
                    recorded_at: at,
                    reached_at,
                    state,
                    replaced_by: None,
                    plan_id: None,
                    kept_until: None,
                    changed_at: position,
                })?;
                return Ok(());
            }
            Event::Found { .. } => FileState::Present,
            Event::Moved { path, .. } => {
                moved = Some(path);
                FileState::Present
            }
            Event::Accompanied { sidecars, missing } => {
                let (sidecars, missing) = (to_json(&sidecars)?, to_json(&missing)?);
                if let Some(row) = self.rows.change(file, id)? {
                    (row.sidecars, row.missing, row.changed_at) = (sidecars, missing, position);
                }
                return Ok(());
            }
            Event::Changed { .. } => FileState::Changed,
            Event::Lost {} => FileState::Lost,
            Event::Trashed { lease } => {
                trashed = Some(lease);
                FileState::Trashed
            }
            Event::Restored { state, .. } => state,
            Event::Purged {} => FileState::Purged,
            Event::Replaced { by, .. } => {
                replaced_by = by.map(|by| *by.uuid().as_bytes());
                FileState::Replaced
            }
        };
        if let Some(row) = self.rows.change(file, id)? {
            (row.state, row.replaced_by, row.changed_at) = (Word(state), replaced_by, position);
            row.plan_id = trashed.map(|lease| *lease.plan_id.uuid().as_bytes());
            row.kept_until = trashed.map(|lease| lease.kept_until.as_micros());
            if let Some(path) = moved {
                row.path = path;
            }
        }
        Ok(())
    }
}
