use mediary_schema::{
    FileId, JobId, PlanId, PlaylistId, RootId, Timestamp,
    job::Failure,
    plan::{LeftFor, PlanState, SparedFor},
};
use rusqlite::{Row, Transaction};

use crate::{
    listing::{By, Listing, Order, OrderField},
    named::Called,
    page::{Page, PageRequest},
    rows::{Word, Words},
    sql,
};

/// Plans, by what they are for.
pub const CALLED: Called = Called::new("plan", "id", "goal", "NULL");

/// A plan.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanRow {
    /// Its id.
    pub id: PlanId,
    /// What it is for: the name of a [`mediary_schema::plan::Goal`].
    pub goal: String,
    /// The list that it is about, if it is about one.
    pub playlist_id: Option<PlaylistId>,
    /// How far it is.
    pub state: PlanState,
    /// How many files it touches.
    pub file_count: u64,
    /// How many bytes they have.
    pub size_bytes: u64,
    /// How many files that were named stay where they are.
    pub spared_count: u64,
    /// How many jobs of downloads that had not ended end with it.
    pub ended_job_count: u64,
    /// How many of its files were not touched when it was carried out or taken back.
    pub left_count: u64,
    /// The job that is at it, or was last.
    pub job_id: Option<JobId>,
    /// Why that came to nothing, if it did.
    pub failure: Option<Failure>,
    /// When it was made.
    pub made_at: Timestamp,
    /// The position of the last event that touched it.
    pub changed_at: u64,
}

/// What becomes of a file of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touch {
    /// It is moved.
    Planned,
    /// It was named, and stays where it is.
    Spared,
    /// It was to be moved, and could not be.
    Left,
}

impl Words for Touch {
    fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Spared => "spared",
            Self::Left => "left",
        }
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::Planned, Self::Spared, Self::Left].into_iter().find(|touch| touch.word() == word)
    }
}

/// A file of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// The file.
    pub file_id: FileId,
    /// What becomes of it.
    pub touch: Touch,
    /// Why it stays where it is, if it was spared.
    pub spared: Option<SparedFor>,
    /// Why it was not touched, if it was left.
    pub left: Option<LeftFor>,
    /// The version of its stream that this was planned for; 0 if it stays where it is.
    pub version: u64,
    /// The root below which it lies, if it is moved.
    pub root: Option<RootId>,
    /// The path below that.
    pub path: Option<String>,
    /// The path below the root that it gets, if it is renamed.
    pub new_path: Option<String>,
    /// How many files lie beside it and go with it.
    pub sidecar_count: u64,
    /// How many bytes it has.
    pub size_bytes: Option<u64>,
    /// BLAKE3 of its bytes, as it was recorded.
    pub blake3: Option<String>,
}

/// What they are in the numbers.
pub(super) const COUNTED: &str = "plan";

const COLUMNS: &str = "id, goal, playlist_id, state, file_count, size_bytes, spared_count, ended_job_count, left_count, job_id, \
                       failure, made_at, changed_at";
const STEP_COLUMNS: &str =
    "file_id, touch, reason, version, root, path, new_path, sidecar_count, size_bytes, blake3";

fn plan_row(row: &Row<'_>) -> rusqlite::Result<PlanRow> {
    let count = |column: &str| row.get::<_, i64>(column).map(|count| count as u64);
    let state: Word<_> = row.get("state")?;
    Ok(PlanRow {
        id: PlanId::from_uuid(sql::uuid(row, "id")?),
        goal: row.get("goal")?,
        playlist_id: sql::uuid_opt(row, "playlist_id")?.map(PlaylistId::from_uuid),
        state: state.0,
        file_count: count("file_count")?,
        size_bytes: count("size_bytes")?,
        spared_count: count("spared_count")?,
        ended_job_count: count("ended_job_count")?,
        left_count: count("left_count")?,
        job_id: sql::uuid_opt(row, "job_id")?.map(JobId::from_uuid),
        failure: sql::json_opt(row, "failure")?,
        made_at: Timestamp::from_micros(row.get("made_at")?),
        changed_at: count("changed_at")?,
    })
}

fn step_row(row: &Row<'_>) -> rusqlite::Result<StepRow> {
    let Word(touch) = row.get("touch")?;
    Ok(StepRow {
        file_id: FileId::from_uuid(sql::uuid(row, "file_id")?),
        touch,
        spared: if touch == Touch::Spared { sql::json_opt(row, "reason")? } else { None },
        left: if touch == Touch::Left { sql::json_opt(row, "reason")? } else { None },
        version: row.get::<_, i64>("version")? as u64,
        root: sql::uuid_opt(row, "root")?.map(RootId::from_uuid),
        path: row.get("path")?,
        new_path: row.get("new_path")?,
        sidecar_count: row.get::<_, i64>("sidecar_count")? as u64,
        size_bytes: row.get::<_, Option<i64>>("size_bytes")?.map(|bytes| bytes as u64),
        blake3: row.get("blake3")?,
    })
}

/// What plans can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlanField {
    /// When they were made.
    MadeAt,
}

impl OrderField for PlanField {
    const DEFAULT: Order<Self> = Order { field: Self::MadeAt, descending: true };

    fn by(self) -> By {
        match self {
            Self::MadeAt => By::KEY,
        }
    }
}

/// What files of a plan can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepField {
    /// As they are named in it.
    Place,
}

impl OrderField for StepField {
    const DEFAULT: Order<Self> = Order { field: Self::Place, descending: false };

    fn by(self) -> By {
        match self {
            Self::Place => By::KEY,
        }
    }
}

/// Plans, newest first unless said otherwise: all, or those in a state.
pub fn plans(
    transaction: &Transaction<'_>,
    order: Order<PlanField>,
    state: Option<PlanState>,
    request: &PageRequest,
) -> rusqlite::Result<Page<PlanRow>> {
    let mut list = Listing::of("plan", COLUMNS, order).counted(COUNTED, None);
    list.state("state", state.map(Words::word));
    list.page(transaction, request, plan_row)
}

/// One plan.
pub fn plan(transaction: &Transaction<'_>, id: PlanId) -> rusqlite::Result<Option<PlanRow>> {
    Ok(plans_by_id(transaction, &[id])?.pop())
}

/// Plans by their ids, in no order; those that are not there are left out.
pub fn plans_by_id(transaction: &Transaction<'_>, ids: &[PlanId]) -> rusqlite::Result<Vec<PlanRow>> {
    let select = format!("SELECT {COLUMNS} FROM plan WHERE id");
    sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), plan_row)
}

/// Which files of a plan are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepFilter {
    /// The plan.
    pub plan_id: PlanId,
    /// Only those of which this becomes.
    pub touch: Option<Touch>,
}

/// Files of a plan, as they are named in it.
pub fn steps(
    transaction: &Transaction<'_>,
    StepFilter { plan_id, touch }: StepFilter,
    request: &PageRequest,
) -> rusqlite::Result<Page<StepRow>> {
    let mut list = Listing::of("plan_file", STEP_COLUMNS, Order::<StepField>::default());
    list.equal("plan_id", Some(plan_id.uuid().as_bytes().to_vec()));
    list.equal("touch", touch.map(|touch| touch.word().to_owned()));
    list.page(transaction, request, step_row)
}
