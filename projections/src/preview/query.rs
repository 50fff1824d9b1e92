use mediary_schema::{
    JobId, Timestamp,
    preview::{Found, PreviewId},
};
use rusqlite::{Row, Transaction};

use crate::{
    listing::{By, Listing, Order, OrderField},
    named::Called,
    page::{Page, PageRequest},
    rows::{Word, Words},
    sql,
};

/// Previews, by what is there and by the address.
pub const CALLED: Called = Called::new("preview", "id", "title", "url");

/// The last preview of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewRow {
    /// Its id.
    pub id: PreviewId,
    /// The address.
    pub url: String,
    /// The job that looks or looked.
    pub job: JobId,
    /// How far it is.
    pub state: PreviewState,
    /// What was found there last, also while it is looked at anew and after it could not be.
    pub found: Option<Found>,
    /// When somebody asked.
    pub requested_at: Timestamp,
}

/// How far a preview is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PreviewState {
    /// Its job waits, or is at it.
    Requested,
    /// It is known what is there.
    Found,
    /// It could not be looked at: the job says why.
    Failed,
}

impl Words for PreviewState {
    fn of_word(word: &str) -> Option<Self> {
        [Self::Requested, Self::Found, Self::Failed].into_iter().find(|state| state.word() == word)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Found => "found",
            Self::Failed => "failed",
        }
    }
}

/// What they are in the numbers.
pub(super) const COUNTED: &str = "preview";

const COLUMNS: &str = "id, url, job, state, found, requested_at";

fn preview_row(row: &Row<'_>) -> rusqlite::Result<PreviewRow> {
    let Word(state) = row.get("state")?;
    Ok(PreviewRow {
        id: PreviewId::from_uuid(sql::uuid(row, "id")?),
        url: row.get("url")?,
        job: JobId::from_uuid(sql::uuid(row, "job")?),
        state,
        found: sql::json_opt(row, "found")?,
        requested_at: Timestamp::from_micros(row.get("requested_at")?),
    })
}

/// What previews can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PreviewField {
    /// When somebody asked last.
    RequestedAt,
}

impl OrderField for PreviewField {
    const DEFAULT: Order<Self> = Order { field: Self::RequestedAt, descending: true };

    fn by(self) -> By {
        match self {
            Self::RequestedAt => By::KEY,
        }
    }
}

/// Previews, newest first unless said otherwise.
pub fn previews(
    transaction: &Transaction<'_>,
    order: Order<PreviewField>,
    request: &PageRequest,
) -> rusqlite::Result<Page<PreviewRow>> {
    let list = Listing::of("preview", COLUMNS, order).counted(COUNTED, None);
    list.page(transaction, request, preview_row)
}

/// The last preview of an address.
pub fn preview(transaction: &Transaction<'_>, id: PreviewId) -> rusqlite::Result<Option<PreviewRow>> {
    Ok(previews_by_id(transaction, &[id])?.pop())
}

/// Previews by their ids, in no order; those that are not there are left out.
pub fn previews_by_id(transaction: &Transaction<'_>, ids: &[PreviewId]) -> rusqlite::Result<Vec<PreviewRow>> {
    let select = format!("SELECT {COLUMNS} FROM preview WHERE id");
    sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), preview_row)
}
