use mediary_events::{Concern as _, delivery::Delivery};
use mediary_log::Recorded;
use rusqlite::Transaction;

use super::project::Deliveries;
use crate::{
    counted::counted,
    view::{ApplyError, View},
};

/// Deliveries.
#[derive(Debug, Default)]
pub struct DeliveryView {
    deliveries: Deliveries,
}

impl View for DeliveryView {
    const NAME: &'static str = "delivery";
    const VERSION: u32 = 1;
    const SERVES_FROM: u32 = 1;
    const CONCERNS: &'static [&'static str] = &[Delivery::NAME];
    const TABLES: &'static str = concat!(
        counted!(),
        "
        CREATE TABLE delivery (
            key INTEGER PRIMARY KEY,
            id BLOB NOT NULL UNIQUE,
            project BLOB NOT NULL,
            channel TEXT NOT NULL,
            message TEXT NOT NULL,
            title TEXT NOT NULL,
            queued_at INTEGER NOT NULL,
            state TEXT NOT NULL,
            due_at INTEGER,
            tries INTEGER NOT NULL,
            reason TEXT,
            ended_at INTEGER,
            changed_at INTEGER NOT NULL
        ) STRICT;"
    );
    const INDEXES: &'static str = "
        CREATE INDEX delivery_project ON delivery (project, key);
        CREATE INDEX delivery_state ON delivery (project, state, key);
        CREATE INDEX delivery_channel ON delivery (project, channel, key);";

    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError> {
        self.deliveries.apply(file, recorded)
    }

    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError> {
        Ok(self.deliveries.write(file)?)
    }
}
