//! What became of every row of a list (LI-14), and what is gone at its source (LI-04).

use mediary_schema::PlaylistId;
use rusqlite::{Row, Transaction, params_from_iter, types::Value};

use super::{
    entries::{Conditions, OF_PLAYLIST, OfList, Picked, id_of_list, of_list},
    row::{EntryRow, entry_row},
};
use crate::{
    listing::Order,
    page::{Page, PageRequest},
};

/// What became of a row that is in its list: each has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Its file is in the library.
    Kept,
    /// A job is on it.
    Wanted,
    /// Nobody tries, for a reason.
    Skipped,
    /// It was tried and given up, or is lost.
    Failed,
}

impl Standing {
    /// Every standing, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Kept, Self::Wanted, Self::Skipped, Self::Failed];

    /// The name in the API and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Wanted => "wanted",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}

/// How many rows have one standing for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What became of them.
    pub standing: Standing,
    /// Why: skipped because `not_wanted`, `archived`, `deleted`, `cancelled`, by the rule that skips it (`duration>=1m`), or for who may
    /// see it (`private`, …); failed because `lost`, or by the class of the failure.
    pub reason: Option<String>,
    /// How many.
    pub count: u64,
}

/// Whether what is gone at the source is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here {
    /// Its file is in the library.
    Safe,
    /// It was kept, and is lost or was deleted.
    Lost,
    /// It was never kept.
    NeverSaved,
}

impl Here {
    /// Every case.
    pub const ALL: [Self; 3] = [Self::Safe, Self::Lost, Self::NeverSaved];

    /// The name in the API and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Lost => "lost",
            Self::NeverSaved => "never_saved",
        }
    }
}

/// The standing of a row and its reason, as `standing/reason`: by the download of its item that tells most.
const CELL: &str = "coalesce(
    (SELECT CASE download.state WHEN 'wanted' THEN 'wanted' WHEN 'kept' THEN 'kept'
            WHEN 'archived' THEN 'skipped/archived' WHEN 'deleted' THEN 'skipped/deleted' WHEN 'lost' THEN 'failed/lost'
            WHEN 'failed' THEN 'failed/' || coalesce(json_extract(download.failure, '$.class'), 'unknown')
            ELSE 'skipped/cancelled' END
     FROM download WHERE download.item_id = entry.item_id ORDER BY download.standing DESC, download.key DESC LIMIT 1),
    iif(entry.availability <> '\"available\"', 'skipped/' || trim(entry.availability, '\"'),
        'skipped/' || coalesce(iif(playlist.keeping IS NULL, NULL, entry.skipped_by), 'not_wanted')))";

/// Whether an item is here, as the name of a [`Here`].
const HERE: &str = "CASE
    WHEN EXISTS (SELECT 1 FROM download WHERE download.item_id = entry.item_id
                 AND (download.state = 'kept' OR (download.state = 'wanted' AND download.otherwise = 'kept')))
        THEN 'safe'
    WHEN EXISTS (SELECT 1 FROM download WHERE download.item_id = entry.item_id
                 AND (download.state IN ('lost', 'deleted')
                      OR (download.state = 'wanted' AND download.otherwise IN ('lost', 'deleted'))))
        THEN 'lost'
    ELSE 'never_saved' END";

/// Rows that can't be had at the source any more, unless another row of the list still has the item.
const GONE: &str = "(entry.status <> 'present' OR entry.availability <> '\"available\"') AND NOT EXISTS (
    SELECT 1 FROM entry AS twin WHERE twin.playlist_key = entry.playlist_key AND twin.item_id = entry.item_id
        AND twin.status = 'present' AND twin.availability = '\"available\"')";

/// What became of every row that is in the list: the counts add up to how many there are.
pub fn account(transaction: &Transaction<'_>, playlist_id: PlaylistId) -> rusqlite::Result<Vec<Cell>> {
    let OfList { condition, .. } = of_list(playlist_id);
    let mut cells: Vec<Cell> = transaction
        .prepare_cached(&format!(
            "SELECT {CELL} AS cell, count(*) AS rows FROM {OF_PLAYLIST}
             WHERE {condition} AND entry.status = 'present' GROUP BY cell ORDER BY rows DESC, cell"
        ))?
        .query_map(params_from_iter(id_of_list(playlist_id)), |row| {
            let cell: String = row.get("cell")?;
            let (standing, reason) = match cell.split_once('/') {
                Some((standing, reason)) => (standing, Some(reason.to_owned())),
                None => (cell.as_str(), None),
            };
            let standing = Standing::ALL.into_iter().find(|known| known.name() == standing);
            let count = row.get::<_, i64>("rows")? as u64;
            Ok(Cell { standing: standing.unwrap_or(Standing::Failed), reason, count })
        })?
        .collect::<rusqlite::Result<_>>()?;
    cells.sort_by_key(|cell| Standing::ALL.iter().position(|known| *known == cell.standing));
    Ok(cells)
}

/// The rows behind a number of the account, in the list's order: those of a standing, or of one reason of it.
pub fn account_entries(
    transaction: &Transaction<'_>,
    playlist_id: PlaylistId,
    standing: Standing,
    reason: Option<&str>,
    request: &PageRequest,
) -> rusqlite::Result<Page<EntryRow>> {
    // A reason may have the sign in it.
    let (cell, fits) = match reason {
        Some(reason) => (format!("{}/{reason}", standing.name()), format!("{CELL} = ?")),
        None => (standing.name().to_owned(), format!("instr({CELL} || '/', ? || '/') = 1")),
    };
    let mut conditions = Conditions::default();
    conditions.add("entry.status = 'present'", []);
    conditions.add(fits, [Value::Text(cell)]);
    let rows = Picked { list: playlist_id, order: Order::default(), conditions, told: "NULL" };
    rows.page(transaction, request, entry_row, |list| list.count(transaction))
}

/// Rows that are gone at the source, in the list's order, each with whether it is here: all, or those of one case.
pub fn gone(
    transaction: &Transaction<'_>,
    playlist_id: PlaylistId,
    here: Option<Here>,
    request: &PageRequest,
) -> rusqlite::Result<Page<(EntryRow, Here)>> {
    let mut conditions = Conditions::default();
    conditions.add(GONE, []);
    if let Some(here) = here {
        conditions.add(format!("{HERE} = ?"), [Value::Text(here.name().to_owned())]);
    }
    let rows = Picked { list: playlist_id, order: Order::default(), conditions, told: HERE };
    let read = |row: &Row<'_>| {
        let told: String = row.get("told")?;
        let here = Here::ALL.into_iter().find(|known| known.name() == told).unwrap_or(Here::NeverSaved);
        Ok((entry_row(row)?, here))
    };
    rows.page(transaction, request, read, |list| list.count(transaction))
}
