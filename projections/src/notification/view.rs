use mediary_events::{Concern as _, notification::Notification};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Notices;
use crate::{
    counted::counted,
    view::{ApplyError, View},
};

/// Notices, and what people did with them.
#[derive(Debug, Default)]
pub struct NotificationView {
    notices: Notices,
}

impl View for NotificationView {
    const NAME: &'static str = "notification";
    const VERSION: u32 = 1;
    const SERVES_FROM: u32 = 1;
    const CONCERNS: &'static [&'static str] = &[Notification::NAME];
    // A mark on no notice is one on all that were told before it.
    const TABLES: &'static str = concat!(
        counted!(),
        "
        CREATE TABLE notification (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            subject TEXT NOT NULL,
            topic TEXT,
            rule TEXT NOT NULL,
            cause BLOB NOT NULL,
            severity TEXT NOT NULL,
            title TEXT NOT NULL,
            body TEXT,
            raised_at INTEGER NOT NULL,
            raised_position INTEGER NOT NULL,
            state TEXT NOT NULL,
            resolved_at INTEGER,
            changed_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE notification_mark (
            project BLOB NOT NULL,
            notification BLOB NOT NULL,
            principal BLOB NOT NULL,
            read_position INTEGER NOT NULL,
            dismissed_position INTEGER NOT NULL,
            PRIMARY KEY (notification, principal)
        ) STRICT, WITHOUT ROWID;"
    );
    const INDEXES: &'static str = "
        CREATE INDEX notification_project ON notification (project, key);
        CREATE INDEX notification_state ON notification (project, state, key);
        CREATE INDEX notification_rule ON notification (project, rule, key);
        CREATE INDEX notification_subject ON notification (project, subject, key);
        CREATE INDEX notification_title ON notification (project, title);";

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.notices.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.notices.write(file)?)
    }
}
