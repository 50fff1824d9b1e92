use mediary_events::{Concern as _, secret::Secret};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Secrets;
use crate::{
    counted::counted,
    view::{ApplyError, View},
};

/// Secrets.
#[derive(Debug, Default)]
pub struct SecretView {
    secrets: Secrets,
}

impl View for SecretView {
    const NAME: &'static str = "secret";
    const VERSION: u32 = 1;
    const SERVES_FROM: u32 = 1;
    const CONCERNS: &'static [&'static str] = &[Secret::NAME];
    const TABLES: &'static str = concat!(
        counted!(),
        "
        CREATE TABLE secret (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            name TEXT NOT NULL,
            is_removed INTEGER NOT NULL,
            set_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT;"
    );
    const INDEXES: &'static str = "
        CREATE INDEX secret_project ON secret (project, is_removed, key);
        CREATE INDEX secret_name ON secret (project, name);";

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.secrets.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.secrets.write(file)?)
    }
}
