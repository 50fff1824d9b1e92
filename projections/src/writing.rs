//! The connection by which a file of a view is written: in which form, at which pace, and when it is on the disk.

use std::path::Path;

use rusqlite::Connection;

use crate::{search, store::BEHIND_MIN};

/// Memory for pages of one connection, in KiB (negative for SQLite): reading is from the system's cache anyway.
pub(crate) const CACHE_KIB: i64 = -1_024;
/// The same for a view that is behind: the index of ids has no order, and what it touches next may be any page of it.
const CACHE_BEHIND_KIB: i64 = -65_536;
/// Pages of the write-ahead log that are moved into the file, with two syncs.
const CHECKPOINT_PAGES: i64 = 1_000;
/// The same for a view that is behind: a page that every batch writes is moved once, not each time.
const CHECKPOINT_BEHIND_PAGES: i64 = 16_384;
/// A view that lacks more events than these is in a hurry: it takes memory and disk for speed. A large list has all of them behind on a slow
/// machine, for a moment that is over before it pays.
const IN_A_HURRY_MIN: u64 = 65_536;
/// What is left of the write-ahead log's file when it begins again from its front.
const JOURNAL_BYTES_MAX: i64 = 8 << 20;
/// How long a reader waits for a checkpoint of the write-ahead log.
pub(crate) const BUSY_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);

/// Puts off every sync until the file is settled; whoever finds it before after another start of the machine throws it away.
pub(crate) fn pay_later(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", "off")
}

/// Has a file written in the form that fits it: what is not built is read by nobody, and what is not settled has a sync to
/// come.
pub(crate) fn prepare(connection: &Connection, is_built: bool, is_settled: bool) -> rusqlite::Result<()> {
    if !is_settled {
        pay_later(connection)?;
    }
    if is_built || is_settled { write_ahead(connection) } else { write_in_place(connection) }
}

/// Has pages written in their place, with what they were before beside them: nobody reads meanwhile, and nothing is written
/// twice. Whoever is killed in the middle takes back what he had begun.
pub(crate) fn write_in_place(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "truncate")
}

/// Has pages written into a log of their own first: whoever reads meanwhile sees what was there before.
pub(crate) fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "journal_mode", "wal")
}

/// Whether a view is in a hurry that lacks so many events: once it is, until it isn't behind any more.
pub(crate) const fn is_in_a_hurry(was: bool, lag: u64) -> bool {
    lag > if was { BEHIND_MIN } else { IN_A_HURRY_MIN }
}

/// Trades memory and disk for speed, or gives both back.
pub(crate) fn pace(connection: &Connection, in_hurry: bool) -> rusqlite::Result<()> {
    let (cache, pages) =
        if in_hurry { (CACHE_BEHIND_KIB, CHECKPOINT_BEHIND_PAGES) } else { (CACHE_KIB, CHECKPOINT_PAGES) };
    connection.pragma_update(None, "cache_size", cache)?;
    connection.pragma_update(None, "wal_autocheckpoint", pages)?;
    if !in_hurry {
        connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE); PRAGMA shrink_memory;")?;
    }
    Ok(())
}

/// A connection to a file, which is made if it is not there.
pub(crate) fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    // What a power cut takes is folded again from the log.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    connection.pragma_update(None, "journal_size_limit", JOURNAL_BYTES_MAX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    search::prepare(&connection)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_that_is_a_little_behind_is_not_in_a_hurry() {
        assert!(!is_in_a_hurry(false, 20_000));
        assert!(is_in_a_hurry(false, 1_000_000));
        assert!(is_in_a_hurry(true, 20_000) && !is_in_a_hurry(true, BEHIND_MIN), "until it has caught up");
    }
}
