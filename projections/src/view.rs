//! What a view is: a fold of recorded events into rows.

use mediary_events::{Schema, codec};
use mediary_log::{Recorded, work::REGISTRY};
use rusqlite::Transaction;

/// A fold of recorded events into the rows of one SQLite file.
///
/// Each row has a `changed_at`: the position of the last event that touched it, indexed, so that
/// whoever comes back with a position gets what changed after it. Rows are never deleted.
pub trait View: 'static {
    /// The name of the file; never two views of one name.
    const NAME: &'static str;
    /// Raised whenever the fold or the tables change: then it is rebuilt in a file of its own.
    const VERSION: u32;
    /// The tables and indexes.
    const TABLES: &'static str;

    /// The newest form of an event that this program knows: a view that passed more than that is built anew by one
    /// that knows more.
    fn knows(concern: &str, name: &str) -> Option<Schema> {
        REGISTRY.knows(concern, name)
    }

    /// Folds one event. The same event is never folded twice into the same file.
    fn apply(transaction: &Transaction<'_>, recorded: &Recorded) -> Result<(), ApplyError>;
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
}
