use mediary_events::{Concern as _, parrot::Parrot};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Parrots;
use crate::{
    counted::counted,
    view::{ApplyError, View},
};

/// Parrots.
#[derive(Debug, Default)]
pub struct ParrotView {
    parrots: Parrots,
}

impl View for ParrotView {
    const NAME: &'static str = "parrot";
    const VERSION: u32 = 1;
    const SERVES_FROM: u32 = 1;
    const CONCERNS: &'static [&'static str] = &[Parrot::NAME];
    const TABLES: &'static str = concat!(
        counted!(),
        "
        CREATE TABLE parrot (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            text TEXT NOT NULL,
            letters INTEGER,
            changed_at INTEGER NOT NULL
        ) STRICT;"
    );
    const INDEXES: &'static str = "
        CREATE INDEX parrot_project ON parrot (project, key);
        CREATE INDEX parrot_changed ON parrot (project, changed_at);";

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.parrots.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.parrots.write(file)?)
    }
}
