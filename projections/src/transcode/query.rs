use mediary_schema::{
    FileId, JobId, PlanId, Timestamp,
    job::Failure,
    transcode::{Proof, Recipe, TranscodeId},
};
use rusqlite::{Row, Transaction};

use crate::{
    listing::{By, Listing, Order, OrderField},
    named::Called,
    page::{Page, PageRequest},
    rows::{Word, Words},
    sql,
};

/// Transcodes, by what the file is called of which they are made.
pub const CALLED: Called = Called::new("transcode", "id", "title", "profile");

/// Where the making of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TranscodeState {
    /// A job is on it.
    Wanted,
    /// It was made, and is proved.
    Made,
    /// There was nothing to do.
    Fit,
    /// It came out larger, and was not kept.
    Larger,
    /// It was given up.
    Failed,
    /// A person ended it.
    Cancelled,
}

impl TranscodeState {
    const ALL: [Self; 6] = [Self::Wanted, Self::Made, Self::Fit, Self::Larger, Self::Failed, Self::Cancelled];
}

impl Words for TranscodeState {
    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    fn word(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Made => "made",
            Self::Fit => "fit",
            Self::Larger => "larger",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// The making of a file of another one.
#[derive(Debug, Clone, PartialEq)]
pub struct TranscodeRow {
    /// Its id.
    pub id: TranscodeId,
    /// Of which file.
    pub file_id: FileId,
    /// What that is called.
    pub title: String,
    /// The name of the profile.
    pub profile: String,
    /// Where it is.
    pub state: TranscodeState,
    /// The job that did or does it.
    pub job_id: JobId,
    /// What was made, once it is.
    pub result_id: Option<FileId>,
    /// How large what it was made of was.
    pub source_bytes: Option<u64>,
    /// How large it is, or came out.
    pub result_bytes: Option<u64>,
    /// What became of each stream.
    pub recipe: Option<Recipe>,
    /// What was compared.
    pub proof: Option<Proof>,
    /// The arguments of the encoder.
    pub arguments: Vec<String>,
    /// Why it was given up, if it was.
    pub failure: Option<Failure>,
    /// Whether it is to have the place of what it is made of.
    pub is_replacing: bool,
    /// By which plan it gets that, once it is made.
    pub plan_id: Option<PlanId>,
    /// When it was wanted first.
    pub requested_at: Timestamp,
    /// The position of the last event that touched it.
    pub changed_at: u64,
}

/// What they are in the numbers.
pub(super) const COUNTED: &str = "transcode";

const COLUMNS: &str =
    "id, file_id, title, profile, state, job_id, result_id, source_bytes, result_bytes, recipe, proof,
    arguments, failure, is_replacing, plan_id, requested_at, changed_at";

fn transcode_row(row: &Row<'_>) -> rusqlite::Result<TranscodeRow> {
    let state: Word<_> = row.get("state")?;
    let bytes =
        |name: &str| Ok::<_, rusqlite::Error>(row.get::<_, Option<i64>>(name)?.map(i64::cast_unsigned));
    Ok(TranscodeRow {
        id: TranscodeId::from_uuid(sql::uuid(row, "id")?),
        file_id: FileId::from_uuid(sql::uuid(row, "file_id")?),
        title: row.get("title")?,
        profile: row.get("profile")?,
        state: state.0,
        job_id: JobId::from_uuid(sql::uuid(row, "job_id")?),
        result_id: sql::uuid_opt(row, "result_id")?.map(FileId::from_uuid),
        source_bytes: bytes("source_bytes")?,
        result_bytes: bytes("result_bytes")?,
        recipe: sql::json_opt(row, "recipe")?,
        proof: sql::json_opt(row, "proof")?,
        arguments: sql::json_opt(row, "arguments")?.unwrap_or_default(),
        failure: sql::json_opt(row, "failure")?,
        is_replacing: row.get("is_replacing")?,
        plan_id: sql::uuid_opt(row, "plan_id")?.map(PlanId::from_uuid),
        requested_at: Timestamp::from_micros(row.get("requested_at")?),
        changed_at: row.get::<_, i64>("changed_at")?.cast_unsigned(),
    })
}

/// What transcodes can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TranscodeField {
    /// When they were wanted first.
    RequestedAt,
    /// When something of them changed last.
    ChangedAt,
}

impl OrderField for TranscodeField {
    const DEFAULT: Order<Self> = Order { field: Self::RequestedAt, descending: true };

    fn by(self) -> By {
        match self {
            Self::RequestedAt => By::KEY,
            Self::ChangedAt => By::CHANGED,
        }
    }
}

/// Which transcodes are asked for, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TranscodeFilter {
    /// The order.
    pub order: Order<TranscodeField>,
    /// Made of this file.
    pub file_id: Option<FileId>,
    /// In this state.
    pub state: Option<TranscodeState>,
}

/// Transcodes, newest first unless said otherwise.
pub fn transcodes(
    transaction: &Transaction<'_>,
    filter: &TranscodeFilter,
    request: &PageRequest,
) -> rusqlite::Result<Page<TranscodeRow>> {
    let TranscodeFilter { order, file_id, state } = filter;
    let mut list = Listing::of("transcode", COLUMNS, *order).counted(COUNTED, None);
    list.equal("file_id", file_id.map(|id| id.uuid().as_bytes().to_vec()));
    list.state("state", state.map(Words::word));
    list.page(transaction, request, transcode_row)
}

/// A transcode, if anybody ever wanted it.
pub fn transcode(transaction: &Transaction<'_>, id: TranscodeId) -> rusqlite::Result<Option<TranscodeRow>> {
    Ok(transcodes_by_id(transaction, &[id])?.pop())
}

/// Transcodes by their ids, in no order; those that are not there are left out.
pub fn transcodes_by_id(
    transaction: &Transaction<'_>,
    ids: &[TranscodeId],
) -> rusqlite::Result<Vec<TranscodeRow>> {
    let select = format!("SELECT {COLUMNS} FROM transcode WHERE id");
    sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), transcode_row)
}
