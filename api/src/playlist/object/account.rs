//! What became of every row of a list, and what is gone at its source.

use async_graphql::{
    Enum, OutputType, SimpleObject,
    connection::{Connection, ConnectionNameType, EdgeNameType},
};
use mediary_projections::{
    page::Page,
    playlist::{Cell, EntryRow, Here, Standing},
};

use super::Entry;
use crate::{
    connection::{Place, Total, edges},
    scalar::Long,
};

/// What became of a row that is in its list: each has exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Standing", name = "Standing")]
pub(crate) enum StandingName {
    /// Its file is in the library.
    Kept,
    /// A job is on it.
    Wanted,
    /// Nobody tries, for a reason.
    Skipped,
    /// It was tried and given up, or is lost.
    Failed,
}

/// Whether what is gone at the source is here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Here", name = "Here")]
pub(crate) enum HereName {
    /// Its file is in the library.
    Safe,
    /// It was kept, and is lost.
    Lost,
    /// It was never kept.
    NeverSaved,
}

/// What became of every row that is in a list: `listed` is `kept` and `wanted` and `skipped` and `failed`.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct PlaylistAccount {
    /// Rows that are in the list.
    listed: Long,
    /// Those whose file is in the library.
    kept: Long,
    /// Those that a job is on.
    wanted: Long,
    /// Those that nobody tries.
    skipped: Long,
    /// Those that were tried and given up, or are lost.
    failed: Long,
    /// The same numbers by reason; `accountEntries` shows the rows behind each.
    reasons: Vec<AccountReason>,
}

/// How many rows have one standing for one reason.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct AccountReason {
    /// What became of them.
    standing: StandingName,
    /// Why. Skipped: `not_wanted`, `archived`, `cancelled`, the rule of `keepFilter` that skips it (`duration>=1m`), or who may see
    /// it (`private`, `deleted`, …). Failed: `lost`, or the class of the failure. Kept and wanted have none.
    reason: Option<String>,
    /// How many rows.
    count: Long,
}

impl From<Vec<Cell>> for PlaylistAccount {
    fn from(cells: Vec<Cell>) -> Self {
        let all = |of: Option<Standing>| {
            let counted = cells.iter().filter(|cell| of.is_none_or(|standing| cell.standing == standing));
            Long(counted.map(|cell| cell.count).sum())
        };
        Self {
            listed: all(None),
            kept: all(Some(Standing::Kept)),
            wanted: all(Some(Standing::Wanted)),
            skipped: all(Some(Standing::Skipped)),
            failed: all(Some(Standing::Failed)),
            reasons: cells
                .iter()
                .map(|Cell { standing, reason, count }| AccountReason {
                    standing: (*standing).into(),
                    reason: reason.clone(),
                    count: Long(*count),
                })
                .collect(),
        }
    }
}

/// What an edge says of a row that can't be had at its source any more.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub(crate) struct OfGone {
    /// Whether it is here.
    here: HereName,
}

/// Rows that can't be had at their source any more, with what it says of them: `status`, `availability`.
pub(crate) type Gone = Connection<Place, Entry, Total, OfGone, GoneNames, GoneNames>;

/// What these are called.
#[derive(Debug)]
pub(crate) struct GoneNames;

impl ConnectionNameType for GoneNames {
    fn type_name<T: OutputType>() -> String {
        "GoneEntryConnection".to_owned()
    }
}

impl EdgeNameType for GoneNames {
    fn type_name<T: OutputType>() -> String {
        "GoneEntryEdge".to_owned()
    }
}

pub(super) fn gone(page: Page<(EntryRow, Here)>) -> Gone {
    let total = Total::of(&page);
    edges(page, total, |(row, here)| (Entry::from(row), OfGone { here: here.into() }))
}
