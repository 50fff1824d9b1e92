//! The reading end of a view: a few connections to the edition that serves, shared.
//!
//! Guarantees: each answer is of one edition and one moment of it. Another edition takes its place between two answers:
//! who reads meanwhile reads on where he began.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use mediary_schema::{ProjectId, scope::Scope};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction};

use crate::{
    edition::Edition,
    scoped,
    writing::{BUSY_TIMEOUT, CACHE_KIB},
};

/// Idle connections for reading that are kept.
const READERS_IDLE_MAX: usize = 4;

/// Why a query could not be answered.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// SQLite refused.
    #[error("the view {view} can't be read")]
    Sqlite {
        /// The view.
        view: &'static str,
        /// What it says.
        source: rusqlite::Error,
    },
    /// The view has not reached the position in time.
    #[error("the view {view} is at {at} and has not reached {wanted} yet")]
    Behind {
        /// The view.
        view: &'static str,
        /// Where it is.
        at: u64,
        /// Where it was wanted.
        wanted: u64,
    },
    /// The view has read everything, and still makes what it is asked by.
    #[error("the view {view} has read all up to {at}, and its indexes are being made")]
    Unindexed {
        /// The view.
        view: &'static str,
        /// Where it is.
        at: u64,
    },
    /// The edition that serves meanwhile is of an older version, and doesn't have what is asked for.
    #[error(
        "version {edition} of the view {view} serves until the one of this program is built, and can't answer this"
    )]
    Unlike {
        /// The view.
        view: &'static str,
        /// The edition that serves.
        edition: Edition,
        /// What it lacks.
        source: rusqlite::Error,
    },
    /// The view as it was at a position is being built.
    #[error("the view {view} is being built as of {wanted}, and is at {at}")]
    Building {
        /// The view.
        view: &'static str,
        /// Where the build is.
        at: u64,
        /// As of which position it is wanted.
        wanted: u64,
    },
    /// So many views are being built as they were that no further one is begun.
    #[error("too much of the past is asked for at once: the view {view} is not built as it was")]
    Busy {
        /// The view.
        view: &'static str,
    },
    /// The view as it was takes more room than is given to the past.
    #[error("the view {view} as of {position} is larger than may be kept of the past")]
    PastTooLarge {
        /// The view.
        view: &'static str,
        /// As of which position it is wanted.
        position: u64,
    },
    /// The query itself is at fault.
    #[error("a query of the view {view} panicked")]
    Panicked {
        /// The view.
        view: &'static str,
    },
    /// The view stopped at an event that it can't fold or read.
    #[error("the view {view} has stopped: {reason}")]
    Stopped {
        /// The view.
        view: &'static str,
        /// A stable code: the log's, if it is the log that can't be read.
        code: &'static str,
        /// At which event, and why.
        reason: String,
    },
    /// The server stops.
    #[error("the server is stopping")]
    Stopping,
}

/// The reading end: a few connections, shared.
#[derive(Debug, Clone)]
pub(crate) struct Readers {
    view: &'static str,
    directory: Arc<Path>,
    /// The version that queries are made for.
    version: u32,
    idle: Arc<Mutex<Idle>>,
    #[cfg(feature = "testing")]
    pub(crate) statements: crate::testing::Statements,
}

/// Connections that wait for the next query.
#[derive(Debug)]
struct Idle {
    /// How often another file took the place of the one that is read.
    generation: u64,
    /// What is read.
    edition: Edition,
    /// Those that see one project at a time.
    scoped: Vec<Connection>,
    /// Those that see all.
    whole: Vec<Connection>,
}

impl Idle {
    const fn new(generation: u64, edition: Edition) -> Self {
        Self { generation, edition, scoped: Vec::new(), whole: Vec::new() }
    }

    const fn of(&mut self, project: Option<ProjectId>) -> &mut Vec<Connection> {
        match project {
            Some(_) => &mut self.scoped,
            None => &mut self.whole,
        }
    }
}

impl Readers {
    pub(crate) fn new(view: &'static str, version: u32, directory: &Path, edition: Edition) -> Self {
        Self {
            view,
            directory: directory.into(),
            version,
            idle: Arc::new(Mutex::new(Idle::new(0, edition))),
            #[cfg(feature = "testing")]
            statements: crate::testing::Statements::default(),
        }
    }

    /// Answers a query from one snapshot of what a scope may see, with the position that it shows. Blocks.
    pub(crate) fn read<T>(
        &self,
        scope: Scope,
        query: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<(T, u64), QueryError> {
        let failed = |source| QueryError::Sqlite { view: self.view, source };
        let project = scope.project();
        let (idle, generation, edition) = {
            let mut waiting = self.lock();
            (waiting.of(project).pop(), waiting.generation, waiting.edition)
        };
        let mut connection = match idle {
            Some(connection) => connection,
            None => self.connect(edition, project).map_err(failed)?,
        };
        if let Some(project) = project {
            scoped::choose(&connection, project, scope.principal()).map_err(failed)?;
        }
        let transaction = connection.transaction().map_err(failed)?;
        let answer = query(&transaction).map_err(|source| self.refused(edition, source))?;
        let position: i64 = transaction
            .prepare_cached("SELECT position FROM checkpoint")
            .and_then(|mut select| select.query_row([], |row| row.get(0)))
            .map_err(failed)?;
        drop(transaction);
        let mut waiting = self.lock();
        let is_current = waiting.generation == generation;
        let idle = waiting.of(project);
        if is_current && idle.len() < READERS_IDLE_MAX {
            idle.push(connection);
        }
        Ok((answer, position as u64))
    }

    /// Why a query failed: of a file of an older version, perhaps for what that doesn't have.
    fn refused(&self, edition: Edition, source: rusqlite::Error) -> QueryError {
        let view = self.view;
        // SQLite has no code of its own for a table or a column that isn't there; values of another kind have none.
        let is_lacking = matches!(source.sqlite_error_code(), None | Some(ErrorCode::Unknown));
        if edition.version != self.version && is_lacking {
            QueryError::Unlike { view, edition, source }
        } else {
            QueryError::Sqlite { view, source }
        }
    }

    /// Lets go of every connection that waits, and of those in use once they are free: from now on this edition is read,
    /// which may be the same one, made anew.
    pub(crate) fn turn_to(&self, edition: Edition) {
        let mut waiting = self.lock();
        *waiting = Idle::new(waiting.generation + 1, edition);
    }

    /// How often another file took the place of the one that is read.
    pub(crate) fn generation(&self) -> u64 {
        self.lock().generation
    }

    fn connect(&self, edition: Edition, project: Option<ProjectId>) -> rusqlite::Result<Connection> {
        let connection = connect(&edition.path(self.view, &self.directory))?;
        if project.is_some() {
            connection.pragma_update(None, "temp_store", "memory")?;
            scoped::hide(&connection)?;
        }
        #[cfg(feature = "testing")]
        let connection = self.statements.of(connection);
        Ok(connection)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection to a file that changes nothing in it.
pub(crate) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}
