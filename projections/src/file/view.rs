use mediary_events::{Concern as _, file::File};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Files;
use crate::{
    changed::Changed,
    counted::counted,
    search::Texts,
    view::{ApplyError, View},
};

/// Files.
#[derive(Debug, Default)]
pub struct FileView {
    files: Files,
}

impl View for FileView {
    const NAME: &'static str = "file";
    const VERSION: u32 = 11;
    // None before this one knows what lies beside a file.
    const SERVES_FROM: u32 = 11;
    const CONCERNS: &'static [&'static str] = &[File::NAME];
    const TABLES: &'static str = concat!(
        counted!(),
        "
        CREATE TABLE file (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            root BLOB NOT NULL,
            path TEXT NOT NULL,
            state TEXT NOT NULL,
            replaced_by BLOB,
            plan_id BLOB,
            kept_until INTEGER,
            verified TEXT NOT NULL,
            sidecars TEXT NOT NULL DEFAULT '[]',
            missing TEXT NOT NULL DEFAULT '[]',
            item_id BLOB,
            recorded_at INTEGER NOT NULL,
            reached_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL
        ) STRICT;"
    );
    const INDEXES: &'static str = "
        CREATE INDEX file_project ON file (project, key);
        CREATE INDEX file_root ON file (project, root, key);
        CREATE INDEX file_state ON file (project, state, key);
        CREATE INDEX file_item ON file (project, item_id, key) WHERE item_id IS NOT NULL;
        CREATE INDEX file_reached ON file (project, reached_at);
        CREATE INDEX file_path ON file (project, path);
        CREATE INDEX file_changed ON file (project, changed_at);";
    const TEXTS: &'static [Texts] = &[Texts::change("file", &["path"])];

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.files.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.files.write(file)?)
    }

    fn changed(&mut self) -> Option<Vec<Changed>> {
        Some(self.files.changed())
    }
}
