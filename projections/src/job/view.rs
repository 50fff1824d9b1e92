use mediary_events::{Concern as _, job::Job};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Jobs;
use crate::{
    counted::counted,
    view::{ApplyError, View},
};

/// Jobs.
#[derive(Debug, Default)]
pub struct JobView {
    jobs: Jobs,
}

impl View for JobView {
    const NAME: &'static str = "job";
    const VERSION: u32 = 3;
    const SERVES_FROM: u32 = 3;
    const CONCERNS: &'static [&'static str] = &[Job::NAME];
    const TABLES: &'static str = concat!(
        counted!(),
        "
        CREATE TABLE job (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            work TEXT NOT NULL,
            kind TEXT NOT NULL,
            playlist_id BLOB,
            item_id BLOB,
            state TEXT NOT NULL,
            stopping INTEGER NOT NULL DEFAULT 0,
            attempt_id BLOB,
            attempts INTEGER NOT NULL DEFAULT 0,
            retry_at INTEGER,
            failure TEXT,
            principal BLOB NOT NULL,
            story BLOB NOT NULL,
            queued_at INTEGER NOT NULL,
            started_at INTEGER,
            ended_at INTEGER,
            cpu_ms INTEGER NOT NULL DEFAULT 0,
            memory_peak_bytes INTEGER NOT NULL DEFAULT 0,
            changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE attempt (
            id BLOB PRIMARY KEY,
            project BLOB NOT NULL,
            job_id BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;"
    );
    const INDEXES: &'static str = "
        CREATE INDEX job_project ON job (project, key);
        CREATE INDEX job_state ON job (project, state, key);
        CREATE INDEX job_playlist ON job (project, playlist_id, key);
        CREATE INDEX job_item ON job (project, item_id, key);
        CREATE INDEX job_story ON job (project, story, key);
        CREATE INDEX job_changed ON job (project, changed_at);";

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.jobs.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.jobs.write(file)?)
    }
}
