use mediary_events::{Concern as _, schedule::Schedule};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Schedules;
use crate::{
    counted::counted,
    view::{ApplyError, View},
};

/// Schedules.
#[derive(Debug, Default)]
pub struct ScheduleView {
    schedules: Schedules,
}

impl View for ScheduleView {
    const NAME: &'static str = "schedule";
    const VERSION: u32 = 1;
    const SERVES_FROM: u32 = 1;
    const CONCERNS: &'static [&'static str] = &[Schedule::NAME];
    const TABLES: &'static str = concat!(
        counted!(),
        "
        CREATE TABLE schedule (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            name TEXT NOT NULL,
            is_removed INTEGER NOT NULL,
            is_paused INTEGER NOT NULL,
            rhythm TEXT NOT NULL,
            command TEXT NOT NULL,
            arguments TEXT NOT NULL,
            since INTEGER NOT NULL,
            next_at INTEGER,
            last_at INTEGER,
            missed_since INTEGER,
            refused TEXT,
            changed_at INTEGER NOT NULL
        ) STRICT;"
    );
    const INDEXES: &'static str = "
        CREATE INDEX schedule_project ON schedule (project, is_removed, key);
        CREATE INDEX schedule_name ON schedule (project, name);
        CREATE INDEX schedule_next ON schedule (project, next_at);";

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.schedules.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.schedules.write(file)?)
    }
}
