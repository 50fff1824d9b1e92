use mediary_events::{Concern as _, preview::Preview};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Previews;
use crate::{
    counted::counted,
    view::{ApplyError, View},
};

/// Looks at addresses: of each the last one.
#[derive(Debug, Default)]
pub struct PreviewView {
    previews: Previews,
}

impl View for PreviewView {
    const NAME: &'static str = "preview";
    const VERSION: u32 = 1;
    const SERVES_FROM: u32 = 1;
    const CONCERNS: &'static [&'static str] = &[Preview::NAME];
    const TABLES: &'static str = concat!(
        counted!(),
        "
        CREATE TABLE preview (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            url TEXT NOT NULL,
            job BLOB NOT NULL,
            state TEXT NOT NULL,
            found TEXT,
            title TEXT,
            requested_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT;"
    );
    const INDEXES: &'static str = "
        CREATE INDEX preview_project ON preview (project, key);
        CREATE INDEX preview_changed ON preview (project, changed_at);";

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.previews.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.previews.write(file)?)
    }
}
