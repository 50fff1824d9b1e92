//! Work for views: folding a whole log anew, the bare inserts below that, and pages of rows.

use std::{path::Path, time::Duration};

use mediary_log::{Filter, Log, alarm::Alarms};
use mediary_projections::{
    Snapshot, SqlResult, StartError, ViewHandle,
    page::{Page, PageRequest},
    search,
    view::View,
};
use mediary_schema::scope::Scope;
use rusqlite::{Connection, params_from_iter, types::Value};
use tokio::time::{Instant, timeout};

use crate::figure::Figure;

/// Rows of one transaction of bare inserts: as many as events of one transaction of a view.
const BATCH: usize = 16_384;
/// Memory for pages of a connection, in KiB (negative for SQLite), as a view that is behind has it.
const CACHE_KIB: i64 = -65_536;
/// Pages of the write-ahead log between two checkpoints, as a view that is behind has them.
const CHECKPOINT_PAGES: i64 = 16_384;
/// How long a fold may take before something must be wrong.
const FOLD_MAX: Duration = Duration::from_mins(10);

/// A view that was built anew.
#[derive(Debug)]
pub struct Rebuilt {
    /// The view.
    pub view: ViewHandle,
    /// The events of the log and the time until the view showed the last one.
    pub events: Figure,
}

/// Builds a view of the log in a fresh folder.
pub async fn rebuild<V: View>(log: &Log, directory: &Path) -> Result<Rebuilt, StartError> {
    let head = log.head().position;
    let began = Instant::now();
    let view = ViewHandle::start::<V>(log, &Alarms::system(log.clock().clone()), directory)?;
    caught_up(&view, head).await;
    Ok(Rebuilt { view, events: Figure::new(head, began.elapsed(), Vec::new()) })
}

/// Waits until a view has folded the log up to a position.
///
/// # Panics
/// If the view stops, or does not get there.
pub async fn caught_up(view: &ViewHandle, position: u64) {
    let mut status = view.watch();
    let reached = status.wait_for(|status| status.position >= position || status.fault.is_some());
    let reached = timeout(FOLD_MAX, reached).await.expect("a view gets to the end of its log");
    let status = reached.expect("a view runs until it is stopped");
    assert_eq!(status.fault, None, "every event can be folded");
}

/// Reads the events that a view folds, in batches as large as its own, and does nothing with them: what a rebuild would
/// save if another view had read them for it.
///
/// # Panics
/// If the log can't be read.
pub async fn read<V: View>(log: &Log) -> Figure {
    let head = log.head().position;
    let filter = Filter::categories(V::CONCERNS.iter().copied().map(str::to_owned));
    let mut events = log.subscribe(1, filter).report_skipped(usize::try_from(head).unwrap_or(usize::MAX));
    let began = Instant::now();
    while events.next_position() <= head {
        events.next_batch(BATCH).await.expect("the log can be read");
    }
    Figure::new(head, began.elapsed(), Vec::new())
}

/// The rows of one table, as SQLite keeps them.
#[derive(Debug)]
pub struct Table {
    name: String,
    /// The rows, each with all its columns.
    pub rows: Vec<Vec<Value>>,
}

/// Every row of a view but its numbers, table by table in the order of their making.
///
/// # Panics
/// If the view can't be read.
pub fn tables(view: &ViewHandle) -> Vec<Table> {
    view.read_blocking(Scope::of_platform(), |snapshot| {
        let names: Vec<String> = snapshot
            .prepare(
                "SELECT name FROM sqlite_schema WHERE name NOT IN ('checkpoint', 'counted') AND name IN (
                     SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table')
                 ORDER BY rowid",
            )?
            .query_map([], |row| row.get(0))?
            .collect::<SqlResult<_>>()?;
        names.into_iter().map(|name| table(snapshot, name)).collect()
    })
    .expect("the view can be read")
}

fn table(snapshot: &Snapshot<'_>, name: String) -> SqlResult<Table> {
    // What SQLite computes of the others is not inserted, and not among the columns that it lists.
    let names: Vec<String> = snapshot
        .prepare("SELECT name FROM pragma_table_info(?1, 'main')")?
        .query_map([&name], |row| row.get(0))?
        .collect::<SqlResult<_>>()?;
    let columns = names.len();
    let mut select = snapshot.prepare(&format!("SELECT {} FROM {name}", names.join(", ")))?;
    let rows = select
        .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?
        .collect::<SqlResult<_>>()?;
    Ok(Table { name, rows })
}

/// Inserts rows into the same tables with the same indexes and settings, and does nothing else: the
/// limit of a fold that ends with these rows.
pub fn insert<V: View>(directory: &Path, tables: &[Table]) -> SqlResult<Figure> {
    let mut connection = Connection::open(directory.join("bare.sqlite"))?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
    search::prepare(&connection)?;
    connection.execute_batch(V::TABLES)?;
    connection.execute_batch(V::INDEXES)?;
    search::make(&connection, V::TEXTS)?;
    let mut count = 0;
    let began = Instant::now();
    for Table { name, rows } in tables {
        for batch in rows.chunks(BATCH) {
            count += insert_batch::<V>(&mut connection, name, batch)?;
        }
    }
    Ok(Figure::new(count, began.elapsed(), Vec::new()))
}

fn insert_batch<V: View>(connection: &mut Connection, table: &str, rows: &[Vec<Value>]) -> SqlResult<u64> {
    let transaction = connection.transaction()?;
    let mut count = 0;
    search::keep(&transaction, V::TEXTS, |transaction| {
        for row in rows {
            let marks = vec!["?"; row.len()].join(", ");
            let sql = format!("INSERT INTO {table} VALUES ({marks})");
            count += transaction.prepare_cached(&sql)?.execute(params_from_iter(row))? as u64;
        }
        SqlResult::Ok(())
    })?;
    transaction.commit()?;
    Ok(count)
}

/// Asks a view for so many pages of 50 with how many rows there are in all, one behind the other, and for the front again
/// behind the last.
///
/// # Panics
/// If the view can't be read, or a page is empty.
pub async fn pages<Row: Send + 'static>(
    view: &ViewHandle,
    pages: usize,
    query: impl Fn(&Snapshot<'_>, &PageRequest) -> SqlResult<Page<Row>> + Copy + Send + 'static,
) -> Figure {
    const PAGE_ROWS: u32 = 50;
    let mut request = PageRequest::front(PAGE_ROWS).counted();
    let mut latencies = Vec::new();
    for _ in 0..pages {
        let (asked, part) = (Instant::now(), request.clone());
        let page =
            view.read(Scope::of_test(), move |rows| query(rows, &part)).await.expect("the view can be read");
        latencies.push(asked.elapsed());
        assert!(!page.rows.is_empty(), "there is a row behind every cursor that a page answers");
        request.after = page.rows.last().map(|(cursor, _)| cursor.clone()).filter(|_| page.has_next);
    }
    Figure::of_pieces(latencies)
}

#[cfg(test)]
mod tests {
    use mediary_projections::{
        job::{JobFilter, JobView, jobs},
        playlist::{EntryFilter, PlaylistView, entries},
    };

    use super::*;
    use crate::world::{self, Size};

    const SIZE: Size = Size { lists: 2, entries_each: 120, kept_each: 60 };

    fn rows(tables: &[Table]) -> usize {
        tables.iter().map(|table| table.rows.len()).sum()
    }

    #[test]
    fn views_are_rebuilt_and_give_pages() {
        let directory = tempfile::tempdir().unwrap();
        let gate = world::open(directory.path());
        let list = world::tell(&gate, SIZE).unwrap()[0];
        let (log, runtime) = (gate.log(), crate::runtime());

        let playlists = runtime.block_on(rebuild::<PlaylistView>(log, directory.path())).unwrap();
        assert_eq!(playlists.events.count, log.head().position);
        let playlist_tables = tables(&playlists.view);
        // The lists, their entries, and how it stands with the keeping of each.
        assert_eq!(rows(&playlist_tables), 2 + 2 * 120 + 2 * 60);
        let bare = insert::<PlaylistView>(tempfile::tempdir().unwrap().path(), &playlist_tables).unwrap();
        assert_eq!(bare.count, 2 + 2 * 120 + 2 * 60);

        let built = runtime.block_on(rebuild::<JobView>(log, directory.path())).unwrap();
        let job_tables = tables(&built.view);
        // Each job has one attempt, in a table of its own; a refresh is of a list, and a download of a download, an
        // item, a list and its row.
        let expected = 2 * (2 + 2 * 60) + (2 + 2 * 60 * 4);
        assert_eq!(rows(&job_tables), expected);
        let bare = insert::<JobView>(tempfile::tempdir().unwrap().path(), &job_tables).unwrap();
        assert_eq!(bare.count, expected as u64);

        assert_eq!(runtime.block_on(read::<JobView>(log)).count, log.head().position);

        let of_list = move |rows: &Snapshot<'_>, page: &_| entries(rows, list, &EntryFilter::default(), page);
        assert_eq!(runtime.block_on(pages(&playlists.view, 4, of_list)).count, 4);
        let all = |rows: &Snapshot<'_>, page: &_| jobs(rows, &JobFilter::default(), page);
        let asked = runtime.block_on(pages(&built.view, 4, all));
        assert_eq!(asked.count, 4);
        assert!(!asked.percentile(99).unwrap().is_zero());
    }
}
