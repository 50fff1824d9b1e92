use mediary_schema::{
    ScheduleId, Timestamp,
    schedule::{NotDone, Rhythm, ScheduledCommand},
};
use rusqlite::{OptionalExtension as _, Row, Transaction, params};
use serde::de::DeserializeOwned;

use crate::{
    counted,
    listing::{By, Listing, Order, OrderField},
    named::Called,
    page::{Page, PageRequest},
    sql,
};

/// Schedules, by their names.
pub const CALLED: Called = Called::new("schedule", "id", "name", "NULL");

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

/// What they are in the numbers.
pub(super) const COUNTED: &str = "schedule";

const COLUMNS: &str =
    "id, name, is_paused, rhythm, command, arguments, next_at, last_at, missed_since, refused";

fn schedule_row(row: &Row<'_>) -> rusqlite::Result<ScheduleRow> {
    let moment = |column: &str| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_micros))
    };
    let refused: Option<String> = row.get("refused")?;
    let last_run = moment("last_at")?.map(|at| -> rusqlite::Result<LastRun> {
        let not_done = refused.as_deref().map(value).transpose()?;
        Ok(LastRun { at, missed_since: moment("missed_since")?, not_done })
    });
    Ok(ScheduleRow {
        id: ScheduleId::from_uuid(sql::uuid(row, "id")?),
        name: row.get("name")?,
        is_paused: row.get("is_paused")?,
        rhythm: value(&row.get::<_, String>("rhythm")?)?,
        command: ScheduledCommand {
            name: row.get("command")?,
            arguments: value(&row.get::<_, String>("arguments")?)?,
        },
        next_run_at: moment("next_at")?,
        last_run: last_run.transpose()?,
    })
}

fn value<T: DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    let wrong =
        |error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error));
    serde_json::from_str(text).map_err(wrong)
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
    let mut list = Listing::of("schedule", COLUMNS, order);
    list.besides("is_removed = 0", []);
    list.page(transaction, request, schedule_row, || counted::number(transaction, Some(COUNTED), None))
}

/// A schedule that is there.
pub fn schedule(transaction: &Transaction<'_>, id: ScheduleId) -> rusqlite::Result<Option<ScheduleRow>> {
    transaction
        .prepare_cached(&format!("SELECT {COLUMNS} FROM schedule WHERE id = ?1 AND is_removed = 0"))?
        .query_row(params![id.uuid().as_bytes()], schedule_row)
        .optional()
}
