//! What a view is: a fold of recorded events into rows.
//!
//! A value of a view holds what one batch of events touches: [`View::apply`] folds each event into it, [`View::write`]
//! writes it.

use mediary_events::{Schema, codec};
use mediary_log::{Recorded, work::REGISTRY};
use rusqlite::Transaction;

use crate::{
    rows::{Id, RowError},
    search::Texts,
};

/// A fold of recorded events into the rows of one SQLite file.
///
/// Each row has a `changed_at`: the position of the last event that touched it, indexed, so that
/// whoever comes back with a position gets what changed after it. Rows are never deleted.
pub trait View: Default + 'static {
    /// The name of the file; never two views of one name.
    const NAME: &'static str;
    /// Raised whenever the fold or the tables change: then it is rebuilt in a file of its own.
    const VERSION: u32;
    /// The oldest version whose rows the queries of this program still take for what they are. Such a file serves until
    /// this version is built; a query that names a column which it doesn't have says so. A version whose rows mean
    /// something else is not to serve, whatever its columns are called: then this is [`Self::VERSION`].
    const SERVES_FROM: u32;
    /// The tables, and the indexes that the fold itself asks.
    const TABLES: &'static str;
    /// The indexes that only queries ask: a rebuild makes them last, each in one go.
    const INDEXES: &'static str;
    /// What rows are called, to be searched for words: indexed with those that only queries ask.
    const TEXTS: &'static [Texts] = &[];
    /// The concerns whose events it folds: it is told of no others. Part of the fold, as to [`Self::VERSION`].
    const CONCERNS: &'static [&'static str];

    /// The newest form of an event that this program knows: a view that passed more than that is built anew by one
    /// that knows more.
    fn knows(concern: &str, name: &str) -> Option<Schema> {
        REGISTRY.knows(concern, name)
    }

    /// Folds one event. The same event is never folded twice into the same file.
    fn apply(&mut self, file: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError>;

    /// Writes what the events changed and is in memory still.
    fn write(&mut self, file: &Transaction<'_>) -> Result<(), ApplyError>;
}

/// What an event says of itself on the rows that it touches.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    /// Of its stream, without the kind.
    pub(crate) id: Id,
    /// Whose its rows are.
    pub(crate) project: Id,
    pub(crate) position: i64,
    pub(crate) at: i64,
}

impl Stamp {
    pub(crate) fn of(recorded: &Recorded) -> Self {
        let envelope = &recorded.envelope;
        Self {
            id: *envelope.stream.uuid.as_bytes(),
            project: *envelope.project.uuid().as_bytes(),
            position: envelope.position as i64,
            at: envelope.at.as_micros(),
        }
    }
}

/// Why an event could not be folded; the view stops there and says so.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// SQLite refused.
    #[error("the view's file refuses the event")]
    Sqlite(#[from] rusqlite::Error),
    /// The payload is not what its name says.
    #[error("the event can't be read")]
    Decode(#[from] codec::DecodeError),
    /// A value could not be written as JSON.
    #[error("a value can't be written as JSON")]
    Json(#[from] serde_json::Error),
    /// Something is told to be new that is known.
    #[error("what it adds is there already")]
    Known,
}

impl From<RowError> for ApplyError {
    fn from(error: RowError) -> Self {
        match error {
            RowError::Sqlite(error) => Self::Sqlite(error),
            RowError::Known => Self::Known,
        }
    }
}
