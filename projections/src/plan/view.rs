use mediary_events::{Concern as _, plan::Plan};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Plans;
use crate::{
    counted::counted,
    view::{ApplyError, View},
};

/// Plans, and what becomes of each of their files.
#[derive(Debug, Default)]
pub struct PlanView {
    plans: Plans,
}

impl View for PlanView {
    const NAME: &'static str = "plan";
    const VERSION: u32 = 3;
    // The one before doesn't say which downloads end.
    const SERVES_FROM: u32 = 3;
    const CONCERNS: &'static [&'static str] = &[Plan::NAME];
    const TABLES: &'static str = concat!(
        counted!(),
        "
        CREATE TABLE plan (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            goal TEXT NOT NULL,
            playlist_id BLOB,
            file_count INTEGER NOT NULL,
            size_bytes INTEGER NOT NULL,
            spared_count INTEGER NOT NULL,
            ended_job_count INTEGER NOT NULL,
            made_at INTEGER NOT NULL,
            state TEXT NOT NULL,
            left_count INTEGER NOT NULL,
            job_id BLOB,
            failure TEXT,
            changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE plan_file (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            plan_id BLOB NOT NULL,
            file_id BLOB NOT NULL,
            version INTEGER NOT NULL,
            root BLOB,
            path TEXT,
            new_path TEXT,
            sidecar_count INTEGER NOT NULL,
            size_bytes INTEGER,
            blake3 TEXT,
            touch TEXT NOT NULL,
            reason TEXT,
            changed_at INTEGER NOT NULL
        ) STRICT;"
    );
    const INDEXES: &'static str = "
        CREATE INDEX plan_project ON plan (project, key);
        CREATE INDEX plan_state ON plan (project, state, key);
        CREATE INDEX plan_file_plan ON plan_file (project, plan_id, key);
        CREATE INDEX plan_file_touch ON plan_file (project, plan_id, touch, key);";

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.plans.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.plans.write(file)?)
    }
}
