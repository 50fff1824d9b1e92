use mediary_schema::{
    ScheduleId, Timestamp,
    schedule::{NotDone, Rhythm, ScheduledCommand},
};
use rusqlite::{Row, Transaction};

use crate::{
    listing::{By, Listing, Order, OrderField},
    named::Called,
    page::{Page, PageRequest},
    sql,
};

/// Schedules that are there, by their names.
pub const CALLED: Called = Called::new("schedule", "id", "name", "NULL").only(IS_THERE);

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    /// Its id.
    pub id: ScheduleId,
    /// What people call it.
    pub name: String,
    /// Whether it waits to be resumed.
    pub is_paused: bool,
    /// At which moments.
    pub rhythm: Rhythm,
    /// What is done.
    pub command: ScheduledCommand,
    /// When it comes next, if it does.
    pub next_run_at: Option<Timestamp>,
    /// What came of it last.
    pub last_run: Option<LastRun>,
}

/// What came of a schedule the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRun {
    /// When.
    pub at: Timestamp,
    /// The first moment that was missed, if it made up for some.
    pub missed_since: Option<Timestamp>,
    /// Why nothing was done; none if it was.
    pub not_done: Option<NotDone>,
}

/// Which schedules are there.
const IS_THERE: &str = "is_removed = 0";

/// What they are in the numbers.
pub(super) const COUNTED: &str = "schedule";

const COLUMNS: &str =
    "id, name, is_paused, rhythm, command, arguments, since, last_at, missed_since, refused";

fn schedule_row(row: &Row<'_>) -> rusqlite::Result<ScheduleRow> {
    let moment = |column: &str| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_micros))
    };
    let last_run = moment("last_at")?.map(|at| -> rusqlite::Result<LastRun> {
        let (missed_since, not_done) = (moment("missed_since")?, sql::json_opt(row, "refused")?);
        Ok(LastRun { at, missed_since, not_done })
    });
    let (id, is_paused) = (ScheduleId::from_uuid(sql::uuid(row, "id")?), row.get("is_paused")?);
    let rhythm: Rhythm = sql::json(row, "rhythm")?;
    let since = Timestamp::from_micros(row.get("since")?);
    Ok(ScheduleRow {
        id,
        name: row.get("name")?,
        is_paused,
        next_run_at: if is_paused { None } else { rhythm.next(since, id) },
        rhythm,
        command: ScheduledCommand { name: row.get("command")?, arguments: sql::json(row, "arguments")? },
        last_run: last_run.transpose()?,
    })
}

/// What schedules can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScheduleField {
    /// When they were added.
    AddedAt,
    /// Their names.
    Name,
}

impl OrderField for ScheduleField {
    const DEFAULT: Order<Self> = Order { field: Self::Name, descending: false };

    fn by(self) -> By {
        match self {
            Self::AddedAt => By::KEY,
            Self::Name => By::text("name", "name"),
        }
    }
}

/// Schedules that are there, by their names unless said otherwise.
pub fn schedules(
    transaction: &Transaction<'_>,
    order: Order<ScheduleField>,
    request: &PageRequest,
) -> rusqlite::Result<Page<ScheduleRow>> {
    let mut list = Listing::of("schedule", COLUMNS, order).counted(COUNTED, None);
    list.only(IS_THERE);
    list.page(transaction, request, schedule_row)
}

/// A schedule that is there.
pub fn schedule(transaction: &Transaction<'_>, id: ScheduleId) -> rusqlite::Result<Option<ScheduleRow>> {
    Ok(schedules_by_id(transaction, &[id])?.pop())
}

/// Schedules by their ids, in no order; those that are not there are left out.
pub fn schedules_by_id(
    transaction: &Transaction<'_>,
    ids: &[ScheduleId],
) -> rusqlite::Result<Vec<ScheduleRow>> {
    let select = format!("SELECT {COLUMNS} FROM schedule WHERE {IS_THERE} AND id");
    sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), schedule_row)
}
