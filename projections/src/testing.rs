//! What tests of other crates see of a view: the statements that it ran for those who asked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{
    Connection,
    trace::{TraceEvent, TraceEventCodes},
};

use crate::ViewHandle;

/// Statements in the order in which they were begun, from the first time that somebody asked for them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Statements(Arc<Mutex<Option<Vec<String>>>>);

impl Statements {
    /// The connection, of which is noted from now on what it runs.
    pub(crate) fn of(&self, mut connection: Connection) -> Connection {
        let statements = self.clone();
        let note = move |event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(statement, _) = event
                && let Some(noted) = statements.lock().as_mut()
            {
                noted.push(statement.sql().to_string());
            }
        };
        let listens = connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note));
        listens.expect("SQLite takes a callback for what it runs");
        connection
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a statement is what an index of words asks of its own tables, not what anybody asked.
pub(crate) fn is_of_an_index(sql: &str) -> bool {
    sql.contains(" FROM 'main'.'")
}

impl ViewHandle {
    /// The queries that were run since the last call, but for those by which a view knows its own place and scope.
    pub fn statements(&self) -> Vec<String> {
        let noted = self.readers.statements.lock().replace(Vec::new()).unwrap_or_default();
        let is_query = |sql: &String| {
            let is_of_the_file = ["checkpoint", "pragma_table_list"].iter().any(|name| sql.contains(name));
            sql.starts_with("SELECT") && !is_of_the_file && !is_of_an_index(sql)
        };
        noted.into_iter().filter(is_query).collect()
    }
}
