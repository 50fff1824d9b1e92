use mediary_schema::{
    CheckId, IncidentId, RunId, Timestamp,
    check::{Definition, Reason, Verdict},
    notification::Severity,
};
use rusqlite::{Row, Transaction, params, types::Value};

use crate::{
    listing::{By, Listing, Order, OrderField},
    named::Called,
    page::{Page, PageRequest},
    rows::{Word, Words},
    sql,
};

/// The most that everybody is shown of anything.
const PUBLIC_MAX: usize = 500;

/// Checks that are there, by their names.
pub const CALLED: Called = Called::new("checked", "id", "name", "NULL").only(IS_THERE);

/// A check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRow {
    /// Its id.
    pub id: CheckId,
    /// What people call it.
    pub name: String,
    /// What is looked at, how and when.
    pub definition: Definition,
    /// The file of the server's folder of checks that it is said in; none if it is said by command.
    pub file: Option<String>,
    /// Whether it waits to be resumed.
    pub is_paused: bool,
    /// What was found last.
    pub state: Verdict,
    /// Why nobody can say, if so.
    pub reason: Option<Reason>,
    /// What was seen when that turned.
    pub message: Option<String>,
    /// Since when it is so; none if nobody has looked yet.
    pub since: Option<Timestamp>,
    /// The look that somebody wants and that is not over.
    pub requested: Option<RunId>,
    /// What is wrong, if anything is.
    pub incident: Option<IncidentId>,
    /// The check of which that is a consequence, if it is one.
    pub behind: Option<CheckId>,
    /// Whether somebody knows of it.
    pub is_acknowledged: bool,
    /// Until when nobody is told.
    pub snoozed_until: Option<Timestamp>,
}

/// That a check was found to be another thing than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TurnRow {
    /// The check.
    pub check_id: CheckId,
    /// What it said from then on.
    pub state: Verdict,
    /// Why nobody could say, if so.
    pub reason: Option<Reason>,
    /// What was seen.
    pub message: String,
    /// When.
    pub at: Timestamp,
    /// By which look.
    pub run_id: Option<RunId>,
}

/// What is wrong with a check, or was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentRow {
    /// Its id.
    pub id: IncidentId,
    /// The check.
    pub check_id: CheckId,
    /// How much it matters.
    pub severity: Severity,
    /// What was seen when it began.
    pub message: String,
    /// When that was.
    pub opened_at: Timestamp,
    /// When it was over, if it is.
    pub closed_at: Option<Timestamp>,
    /// The check of which it is a consequence, if it is one.
    pub behind: Option<CheckId>,
    /// Whether somebody knows of it.
    pub is_acknowledged: bool,
    /// What he had to say.
    pub note: Option<String>,
}

impl Words for Verdict {
    fn word(self) -> &'static str {
        self.name()
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::of_name(word)
    }
}

impl Words for Reason {
    fn word(self) -> &'static str {
        self.name()
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::of_name(word)
    }
}

/// Which checks are there.
const IS_THERE: &str = "is_removed = 0";

/// What they are in the numbers.
pub(super) const COUNTED: &str = "check";
pub(super) const COUNTED_TURNS: &str = "turn";
pub(super) const COUNTED_INCIDENTS: &str = "incident";

const COLUMNS: &str =
    "id, name, definition, file, is_paused, state, reason, message, since, requested, incident, behind,
    is_acknowledged, snoozed_until";
const TURN_COLUMNS: &str = "check_id, state, reason, message, seen_at, run_id";
const INCIDENT_COLUMNS: &str =
    "id, check_id, severity, message, opened_at, closed_at, behind, is_acknowledged, note";

fn moment(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_micros))
}

fn word<W: Words>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<W>> {
    Ok(row.get::<_, Option<Word<W>>>(column)?.map(|Word(word)| word))
}

fn check_row(row: &Row<'_>) -> rusqlite::Result<CheckRow> {
    Ok(CheckRow {
        id: CheckId::from_uuid(sql::uuid(row, "id")?),
        name: row.get("name")?,
        definition: sql::json(row, "definition")?,
        file: row.get("file")?,
        is_paused: row.get("is_paused")?,
        state: row.get::<_, Word<_>>("state")?.0,
        reason: word(row, "reason")?,
        message: row.get("message")?,
        since: moment(row, "since")?,
        requested: sql::uuid_opt(row, "requested")?.map(RunId::from_uuid),
        incident: sql::uuid_opt(row, "incident")?.map(IncidentId::from_uuid),
        behind: sql::uuid_opt(row, "behind")?.map(CheckId::from_uuid),
        is_acknowledged: row.get("is_acknowledged")?,
        snoozed_until: moment(row, "snoozed_until")?,
    })
}

fn turn_row(row: &Row<'_>) -> rusqlite::Result<TurnRow> {
    Ok(TurnRow {
        check_id: CheckId::from_uuid(sql::uuid(row, "check_id")?),
        state: row.get::<_, Word<_>>("state")?.0,
        reason: word(row, "reason")?,
        message: row.get("message")?,
        at: Timestamp::from_micros(row.get("seen_at")?),
        run_id: sql::uuid_opt(row, "run_id")?.map(RunId::from_uuid),
    })
}

fn incident_row(row: &Row<'_>) -> rusqlite::Result<IncidentRow> {
    Ok(IncidentRow {
        id: IncidentId::from_uuid(sql::uuid(row, "id")?),
        check_id: CheckId::from_uuid(sql::uuid(row, "check_id")?),
        severity: row.get::<_, Word<_>>("severity")?.0,
        message: row.get("message")?,
        opened_at: Timestamp::from_micros(row.get("opened_at")?),
        closed_at: moment(row, "closed_at")?,
        behind: sql::uuid_opt(row, "behind")?.map(CheckId::from_uuid),
        is_acknowledged: row.get("is_acknowledged")?,
        note: row.get("note")?,
    })
}

/// What checks can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckField {
    /// When they were defined first.
    DefinedAt,
    /// Their names.
    Name,
}

impl OrderField for CheckField {
    const DEFAULT: Order<Self> = Order { field: Self::Name, descending: false };

    fn by(self) -> By {
        match self {
            Self::DefinedAt => By::KEY,
            Self::Name => By::text("name", "name"),
        }
    }
}

/// What turns can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TurnField {
    /// When they were recorded.
    RecordedAt,
}

impl OrderField for TurnField {
    const DEFAULT: Order<Self> = Order { field: Self::RecordedAt, descending: true };

    fn by(self) -> By {
        match self {
            Self::RecordedAt => By::KEY,
        }
    }
}

/// What incidents can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IncidentField {
    /// When they began.
    OpenedAt,
}

impl OrderField for IncidentField {
    const DEFAULT: Order<Self> = Order { field: Self::OpenedAt, descending: true };

    fn by(self) -> By {
        match self {
            Self::OpenedAt => By::KEY,
        }
    }
}

/// Which checks are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct CheckFilter {
    /// In which order.
    pub order: Order<CheckField>,
    /// Only those that were found so.
    pub state: Option<Verdict>,
    /// Only those of this kind.
    pub kind: Option<String>,
    /// Only those that have these words in their names, targets or tags.
    pub search: Option<String>,
}

/// Checks that are there, by their names unless said otherwise.
pub fn checks(
    transaction: &Transaction<'_>,
    filter: &CheckFilter,
    request: &PageRequest,
) -> rusqlite::Result<Page<CheckRow>> {
    let CheckFilter { order, state, kind, search } = filter;
    let mut list = Listing::of("checked", COLUMNS, *order).counted(COUNTED, None);
    list.state("state", state.map(Verdict::name));
    list.equal("kind", kind.clone());
    list.only(IS_THERE);
    list.search(search.as_deref());
    list.page(transaction, request, check_row)
}

/// A check that is there.
pub fn check(transaction: &Transaction<'_>, id: CheckId) -> rusqlite::Result<Option<CheckRow>> {
    Ok(checks_by_id(transaction, &[id])?.pop())
}

/// The checks that everybody may see, by their names.
pub fn public_checks(transaction: &Transaction<'_>) -> rusqlite::Result<Vec<CheckRow>> {
    let select = format!(
        "SELECT {COLUMNS} FROM checked WHERE is_public AND {IS_THERE} ORDER BY name LIMIT {PUBLIC_MAX}"
    );
    let mut found = transaction.prepare_cached(&select)?;
    found.query_map([], check_row)?.collect()
}

/// What is wrong with a check, and what was and ended since; the newest first.
pub fn incidents_since(
    transaction: &Transaction<'_>,
    check_id: CheckId,
    since: Timestamp,
) -> rusqlite::Result<Vec<IncidentRow>> {
    let select = format!(
        "SELECT {INCIDENT_COLUMNS} FROM check_incident
         WHERE check_id = ?1 AND (closed_at IS NULL OR closed_at >= ?2) ORDER BY key DESC LIMIT {PUBLIC_MAX}"
    );
    let mut found = transaction.prepare_cached(&select)?;
    let check = check_id.uuid();
    found.query_map(params![check.as_bytes().as_slice(), since.as_micros()], incident_row)?.collect()
}

/// Checks by their ids, in no order; those that are not there are left out.
pub fn checks_by_id(transaction: &Transaction<'_>, ids: &[CheckId]) -> rusqlite::Result<Vec<CheckRow>> {
    let select = format!("SELECT {COLUMNS} FROM checked WHERE {IS_THERE} AND id");
    sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), check_row)
}

/// Whenever a check, or any, was found to be another thing than before; the newest first.
pub fn turns(
    transaction: &Transaction<'_>,
    check_id: Option<CheckId>,
    request: &PageRequest,
) -> rusqlite::Result<Page<TurnRow>> {
    let mut list = Listing::of("check_turn", TURN_COLUMNS, TurnField::DEFAULT).counted(COUNTED_TURNS, None);
    list.equal("check_id", check_id.map(blob));
    list.page(transaction, request, turn_row)
}

/// What a check was found to be in a while, whenever that turned, the oldest first; before them what it was when that began.
pub fn turns_between(
    transaction: &Transaction<'_>,
    check_id: CheckId,
    since: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<Vec<(Timestamp, Verdict)>> {
    let mut found = transaction.prepare_cached(
        "SELECT seen_at, state FROM check_turn WHERE check_id = ?1 AND seen_at < ?3 AND seen_at >= coalesce(
             (SELECT max(seen_at) FROM check_turn WHERE check_id = ?1 AND seen_at < ?2), ?2)
         ORDER BY seen_at, key",
    )?;
    let turn =
        |row: &Row<'_>| Ok((Timestamp::from_micros(row.get("seen_at")?), row.get::<_, Word<_>>("state")?.0));
    let check = check_id.uuid();
    found
        .query_map(params![check.as_bytes().as_slice(), since.as_micros(), until.as_micros()], turn)?
        .collect()
}

/// How often something began to be wrong in a while that was no consequence of another check's.
pub fn alerts_told(
    transaction: &Transaction<'_>,
    check_id: CheckId,
    since: Timestamp,
    until: Timestamp,
) -> rusqlite::Result<u64> {
    let mut found = transaction.prepare_cached(
        "SELECT count(*) FROM check_incident
         WHERE check_id = ?1 AND opened_at >= ?2 AND opened_at < ?3 AND behind IS NULL",
    )?;
    let check = check_id.uuid();
    found
        .query_row(params![check.as_bytes().as_slice(), since.as_micros(), until.as_micros()], |row| {
            row.get::<_, i64>(0)
        })
        .map(i64::cast_unsigned)
}

/// What was wrong with a check, or with any; the newest first.
pub fn incidents(
    transaction: &Transaction<'_>,
    check_id: Option<CheckId>,
    request: &PageRequest,
) -> rusqlite::Result<Page<IncidentRow>> {
    let order = IncidentField::DEFAULT;
    let mut list = Listing::of("check_incident", INCIDENT_COLUMNS, order).counted(COUNTED_INCIDENTS, None);
    list.equal("check_id", check_id.map(blob));
    list.page(transaction, request, incident_row)
}

fn blob(id: CheckId) -> Value {
    Value::Blob(id.uuid().as_bytes().to_vec())
}
