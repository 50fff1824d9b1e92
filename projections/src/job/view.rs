use mediary_events::{Concern as _, job::Job};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Jobs;
use crate::{
    counted::counted,
    search::Texts,
    view::{ApplyError, View},
};

/// Jobs.
#[derive(Debug, Default)]
pub struct JobView {
    jobs: Jobs,
}

impl View for JobView {
    const NAME: &'static str = "job";
    const VERSION: u32 = 7;
    // Those before have the same rows, are slower to ask and can't be searched.
    const SERVES_FROM: u32 = 5;
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
            ticket TEXT,
            batch TEXT,
            priority INTEGER NOT NULL,
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
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE job_subject (
            project BLOB NOT NULL,
            kind TEXT NOT NULL,
            subject BLOB NOT NULL,
            job INTEGER NOT NULL,
            PRIMARY KEY (project, kind, subject, job)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE tag (
            project BLOB NOT NULL,
            tag TEXT NOT NULL,
            key INTEGER NOT NULL,
            PRIMARY KEY (project, tag, key)
        ) STRICT, WITHOUT ROWID;"
    );
    const INDEXES: &'static str = "
        CREATE INDEX attempt_job ON attempt (project, job_id, id);
        CREATE INDEX job_project ON job (project, key);
        CREATE INDEX job_state ON job (project, state, key);
        CREATE INDEX job_story ON job (project, story, key);
        CREATE INDEX job_kind ON job (project, kind, key);
        CREATE INDEX job_batch ON job (project, batch, key) WHERE batch IS NOT NULL;
        CREATE INDEX job_queued ON job (project, queued_at);
        CREATE INDEX job_changed ON job (project, changed_at);";
    const TEXTS: &'static [Texts] = &[Texts::of_work("job", &["work"])];

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.jobs.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.jobs.write(file)?)
    }
}
