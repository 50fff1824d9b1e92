use mediary_schema::{
    FileId, ItemId, PlanId, RootId, Timestamp,
    file::{FileState, Verified},
    layout::{MissingSidecar, Sidecar},
    plan::Lease,
};
use rusqlite::{Row, Transaction, params};

use crate::{
    listing::{By, Listing, Order, OrderField},
    named::Called,
    page::{Page, PageRequest},
    rows::{Word, Words},
    sql,
};

/// Files, by path.
pub const CALLED: Called = Called::new("file", "id", "path", "NULL");

/// A file in the library.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRow {
    /// Its id.
    pub id: FileId,
    /// Below which folder it lies.
    pub root: RootId,
    /// How it stands with its bytes.
    pub state: FileState,
    /// The kept file that has its place for good, if one has.
    pub replaced_by: Option<FileId>,
    /// By which plan it is in the trash, and until when it stays there.
    pub lease: Option<Lease>,
    /// The path below its folder, with `/` between folders.
    pub path: String,
    /// What it is known by.
    pub verified: Verified,
    /// What lies beside it.
    pub sidecars: Vec<Sidecar>,
    /// What was to lie beside it, too, and is not there.
    pub missing: Vec<MissingSidecar>,
    /// The item that it keeps, if it came from a source.
    pub item_id: Option<ItemId>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// The position of the last event that touched it.
    pub changed_at: u64,
}

const COLUMNS: &str = "id, root, state, replaced_by, plan_id, kept_until, path, verified, sidecars, missing, item_id, recorded_at, changed_at";

fn file_row(row: &Row<'_>) -> rusqlite::Result<FileRow> {
    let state: Word<_> = row.get("state")?;
    let plan_id = sql::uuid_opt(row, "plan_id")?.map(PlanId::from_uuid);
    let kept_until = row.get::<_, Option<i64>>("kept_until")?.map(Timestamp::from_micros);
    Ok(FileRow {
        id: FileId::from_uuid(sql::uuid(row, "id")?),
        root: RootId::from_uuid(sql::uuid(row, "root")?),
        state: state.0,
        replaced_by: sql::uuid_opt(row, "replaced_by")?.map(FileId::from_uuid),
        lease: plan_id.zip(kept_until).map(|(plan_id, kept_until)| Lease { plan_id, kept_until }),
        path: row.get("path")?,
        verified: sql::json(row, "verified")?,
        sidecars: sql::json(row, "sidecars")?,
        missing: sql::json(row, "missing")?,
        item_id: sql::uuid_opt(row, "item_id")?.map(ItemId::from_uuid),
        recorded_at: Timestamp::from_micros(row.get("recorded_at")?),
        changed_at: row.get::<_, i64>("changed_at")? as u64,
    })
}

/// What they are in the numbers.
pub(super) const COUNTED: &str = "file";

/// What files can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileField {
    /// When they were recorded.
    RecordedAt,
    /// When something of them changed last.
    ChangedAt,
    /// Their paths.
    Path,
}

impl OrderField for FileField {
    const DEFAULT: Order<Self> = Order { field: Self::RecordedAt, descending: true };

    fn by(self) -> By {
        match self {
            Self::RecordedAt => By::KEY,
            Self::ChangedAt => By::CHANGED,
            Self::Path => By::text("path", "path"),
        }
    }
}

/// Which files are asked for, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileFilter {
    /// The order.
    pub order: Order<FileField>,
    /// Below this root.
    pub root: Option<RootId>,
    /// That keep this item.
    pub item_id: Option<ItemId>,
    /// In this state.
    pub state: Option<FileState>,
    /// Recorded at this moment or later.
    pub since: Option<Timestamp>,
    /// With these words in the path.
    pub search: Option<String>,
}

impl FileFilter {
    fn listing(&self) -> Listing {
        let Self { order, root, item_id, state, since, search } = self;
        let mut list = Listing::of("file", COLUMNS, *order).counted(COUNTED, None);
        list.equal("item_id", item_id.map(|id| id.uuid().as_bytes().to_vec()));
        list.equal("root", root.map(|id| id.uuid().as_bytes().to_vec()));
        list.state("state", state.map(Words::word));
        list.since("recorded_at", since.map(Timestamp::as_micros));
        list.search(search.as_deref());
        list
    }
}

/// Files, newest first unless said otherwise.
pub fn files(
    transaction: &Transaction<'_>,
    filter: &FileFilter,
    request: &PageRequest,
) -> rusqlite::Result<Page<FileRow>> {
    filter.listing().page(transaction, request, file_row)
}

/// One file.
pub fn file(transaction: &Transaction<'_>, id: FileId) -> rusqlite::Result<Option<FileRow>> {
    Ok(files_by_id(transaction, &[id])?.pop())
}

/// Files by their ids, in no order; those that are not there are left out.
pub fn files_by_id(transaction: &Transaction<'_>, ids: &[FileId]) -> rusqlite::Result<Vec<FileRow>> {
    let select = format!("SELECT {COLUMNS} FROM file WHERE id");
    sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), file_row)
}

/// Files with this path below their roots, in no order: of several roots, or of one and what had its place before.
pub fn files_by_path(transaction: &Transaction<'_>, path: &str) -> rusqlite::Result<Vec<FileRow>> {
    transaction
        .prepare_cached(&format!("SELECT {COLUMNS} FROM file WHERE path = ?1"))?
        .query_map([path], file_row)?
        .collect()
}

/// Files that were touched after a position, in that order.
pub fn changed_files(
    transaction: &Transaction<'_>,
    after: u64,
    limit: u32,
) -> rusqlite::Result<Vec<FileRow>> {
    transaction
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM file WHERE changed_at > ?1 ORDER BY changed_at LIMIT ?2"
        ))?
        .query_map(params![after as i64, limit], file_row)?
        .collect()
}
