use mediary_events::{Concern as _, transcode::Transcode};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Transcodes;
use crate::{
    counted::counted,
    view::{ApplyError, View},
};

/// Transcodes.
#[derive(Debug, Default)]
pub struct TranscodeView {
    transcodes: Transcodes,
}

impl View for TranscodeView {
    const NAME: &'static str = "transcode";
    const VERSION: u32 = 2;
    const SERVES_FROM: u32 = 2;
    const CONCERNS: &'static [&'static str] = &[Transcode::NAME];
    const TABLES: &'static str = concat!(
        counted!(),
        "
        CREATE TABLE transcode (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            file_id BLOB NOT NULL,
            profile TEXT NOT NULL,
            requested_at INTEGER NOT NULL,
            title TEXT NOT NULL,
            state TEXT NOT NULL,
            job_id BLOB NOT NULL,
            result_id BLOB,
            source_bytes INTEGER,
            result_bytes INTEGER,
            recipe TEXT,
            proof TEXT,
            arguments TEXT,
            failure TEXT,
            is_replacing INTEGER NOT NULL,
            plan_id BLOB,
            changed_at INTEGER NOT NULL
        ) STRICT;"
    );
    const INDEXES: &'static str = "
        CREATE INDEX transcode_project ON transcode (project, key);
        CREATE INDEX transcode_state ON transcode (project, state, key);
        CREATE INDEX transcode_file ON transcode (project, file_id, key);
        CREATE INDEX transcode_changed ON transcode (project, changed_at);";

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.transcodes.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.transcodes.write(file)?)
    }
}
