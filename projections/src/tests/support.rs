//! A log to be told stories, and rows folded from it.

use std::path::Path;

use mediary_events::{
    Concern,
    gate::{Gate, Refusal, Transaction},
    log::{Read, Recorded},
    testing,
};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::view::{ApplyError, View};

/// A log in a folder that goes away with it, and a gate before it.
pub(crate) struct Bench {
    gate: Gate,
    _folder: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        Self { gate: testing::gate(folder.path()).unwrap(), _folder: folder }
    }

    /// Lets the platform carry out a story as one append.
    pub(crate) fn story<T>(&self, story: impl Fn(&mut Transaction<'_>) -> Result<T, Refusal>) -> T {
        self.gate.transact_blocking(&testing::platform(), &story).unwrap().value
    }

    /// Lets the platform carry out one command.
    pub(crate) fn command<C: Concern>(&self, uuid: uuid::Uuid, command: &C::Command) {
        self.story(|story| story.execute::<C>(uuid, command.clone()));
    }

    /// Everything that is in the log.
    pub(crate) fn recorded(&self) -> Vec<Recorded> {
        self.gate.log().read(&Read::forward(1).limit(usize::MAX)).unwrap()
    }

    /// The rows of a view of everything that is in the log.
    pub(crate) fn rows<V: View>(&self) -> Rows {
        let mut rows = Rows::new::<V>();
        rows.fold::<V>(&self.recorded()).unwrap();
        rows
    }
}

/// The tables of one view, in memory.
pub(crate) struct Rows(Connection);

impl Rows {
    pub(crate) fn new<V: View>() -> Self {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(V::TABLES).unwrap();
        Self(connection)
    }

    /// Folds events in one transaction.
    pub(crate) fn fold<V: View>(&mut self, events: &[Recorded]) -> Result<(), ApplyError> {
        let transaction = self.0.transaction().unwrap();
        for recorded in events {
            V::apply(&transaction, recorded)?;
        }
        transaction.commit().unwrap();
        Ok(())
    }

    /// Answers a query.
    pub(crate) fn read<T>(
        &mut self,
        query: impl FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<T>,
    ) -> T {
        query(&self.0.transaction().unwrap()).unwrap()
    }
}
