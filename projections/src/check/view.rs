use mediary_events::{Concern as _, check::Check};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Checks;
use crate::{
    counted::counted,
    search::Texts,
    view::{ApplyError, View},
};

/// Checks.
#[derive(Debug, Default)]
pub struct CheckView {
    checks: Checks,
}

impl View for CheckView {
    const NAME: &'static str = "check";
    const VERSION: u32 = 3;
    const SERVES_FROM: u32 = 1;
    const CONCERNS: &'static [&'static str] = &[Check::NAME];
    const TEXTS: &'static [Texts] = &[Texts::change("checked", &["name", "target", "tags"])];
    // CHECK is a word of SQL.
    const TABLES: &'static str = concat!(
        counted!(),
        "
        CREATE TABLE checked (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            name TEXT NOT NULL,
            is_removed INTEGER NOT NULL,
            is_paused INTEGER NOT NULL,
            is_public INTEGER NOT NULL,
            kind TEXT NOT NULL,
            target TEXT NOT NULL,
            tags TEXT NOT NULL,
            definition TEXT NOT NULL,
            file TEXT,
            state TEXT NOT NULL,
            reason TEXT,
            message TEXT,
            since INTEGER,
            requested BLOB,
            incident BLOB,
            behind BLOB,
            is_acknowledged INTEGER NOT NULL,
            snoozed_until INTEGER,
            changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE check_turn (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            check_id BLOB NOT NULL,
            state TEXT NOT NULL,
            reason TEXT,
            message TEXT NOT NULL,
            seen_at INTEGER NOT NULL,
            run_id BLOB,
            changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE check_incident (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            check_id BLOB NOT NULL,
            severity TEXT NOT NULL,
            opened_at INTEGER NOT NULL,
            message TEXT NOT NULL,
            behind BLOB,
            is_acknowledged INTEGER NOT NULL,
            note TEXT,
            closed_at INTEGER,
            changed_at INTEGER NOT NULL
        ) STRICT;"
    );
    const INDEXES: &'static str = "
        CREATE INDEX checked_project ON checked (project, key);
        CREATE INDEX checked_state ON checked (project, state, key);
        CREATE INDEX checked_kind ON checked (project, kind, key);
        CREATE INDEX checked_name ON checked (project, name);
        CREATE INDEX checked_public ON checked (project, name) WHERE is_public AND NOT is_removed;
        CREATE INDEX check_turn_project ON check_turn (project, key);
        CREATE INDEX check_turn_check ON check_turn (project, check_id, key);
        CREATE INDEX check_incident_project ON check_incident (project, key);
        CREATE INDEX check_incident_check ON check_incident (project, check_id, key);";

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.checks.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.checks.write(file)?)
    }
}
