use mediary_schema::{EventId, NotificationId, PrincipalId, Subject, Timestamp, notification::Severity};
use rusqlite::{Row, Transaction, params, types::Value};

use crate::{
    listing::{By, Listing, Order, OrderField},
    named::Called,
    page::{Page, PageRequest},
    rows::{Id, Word, Words},
    sql,
};

/// Notices, by their titles.
pub const CALLED: Called = Called::new("notification", "id", "title", "NULL");

/// What is told of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotificationRow {
    /// Its id.
    pub id: NotificationId,
    /// The thing.
    pub subject: Subject,
    /// What of it, if several things can be said of it at once.
    pub topic: Option<String>,
    /// By which rule.
    pub rule: String,
    /// Because of which event.
    pub cause: EventId,
    /// How much it matters.
    pub severity: Severity,
    /// In one line.
    pub title: String,
    /// What else is to be said.
    pub body: Option<String>,
    /// When it was said last.
    pub raised_at: Timestamp,
    /// When it was over, if it is.
    pub resolved_at: Option<Timestamp>,
    /// Where it was said last.
    raised_position: u64,
    /// Up to where each who did something with it has read and dismissed.
    marks: Vec<(PrincipalId, u64, u64)>,
}

impl NotificationRow {
    /// Whether somebody read it since it was said last.
    pub fn is_read_by(&self, principal: PrincipalId) -> bool {
        let of_him =
            |(who, read, _): &(PrincipalId, u64, u64)| *who == principal && *read > self.raised_position;
        self.marks.iter().any(of_him)
    }

    /// Whether somebody does not want to see it any more.
    pub fn is_dismissed_by(&self, principal: PrincipalId) -> bool {
        let of_him =
            |(who, _, gone): &(PrincipalId, u64, u64)| *who == principal && *gone > self.raised_position;
        self.marks.iter().any(of_him)
    }
}

/// How it stands with a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// It is so.
    Open,
    /// It is over.
    Resolved,
}

impl Shown {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Resolved => "resolved",
        }
    }
}

impl Words for Shown {
    fn word(self) -> &'static str {
        self.name()
    }

    fn of_word(word: &str) -> Option<Self> {
        [Self::Open, Self::Resolved].into_iter().find(|shown| shown.name() == word)
    }
}

impl Words for Severity {
    fn word(self) -> &'static str {
        self.name()
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == word)
    }
}

/// What notices are in the numbers.
pub(super) const COUNTED: &str = "notification";
/// A mark on this one is on all that were told before it.
pub(super) const ALL: Id = [0; 16];

const COLUMNS: &str =
    "id, subject, topic, rule, cause, severity, title, body, raised_at, raised_position, resolved_at,
    (SELECT group_concat(hex(mark.principal) || ' ' || mark.read_position || ' ' || mark.dismissed_position)
     FROM notification_mark AS mark WHERE mark.notification IN (notification.id, zeroblob(16))) AS marks";

/// Those that somebody has not dismissed.
const NOT_DISMISSED: &str = "SELECT told.key AS place FROM notification AS told WHERE NOT EXISTS (
    SELECT 1 FROM notification_mark AS mark WHERE mark.notification IN (told.id, zeroblob(16))
        AND mark.principal = ? AND mark.dismissed_position > told.raised_position)";

fn notification_row(row: &Row<'_>) -> rusqlite::Result<NotificationRow> {
    let malformed = |column: &str| {
        let column = row.as_ref().column_index(column).unwrap_or_default();
        rusqlite::Error::InvalidColumnType(column, "text".to_owned(), rusqlite::types::Type::Text)
    };
    let subject: String = row.get("subject")?;
    let marks: Option<String> = row.get("marks")?;
    let marks = marks.iter().flat_map(|marks| marks.split(',')).map(mark_of);
    Ok(NotificationRow {
        id: NotificationId::from_uuid(sql::uuid(row, "id")?),
        subject: subject.parse().map_err(|_| malformed("subject"))?,
        topic: row.get("topic")?,
        rule: row.get("rule")?,
        cause: EventId::from_uuid(sql::uuid(row, "cause")?),
        severity: row.get::<_, Word<_>>("severity")?.0,
        title: row.get("title")?,
        body: row.get("body")?,
        raised_at: Timestamp::from_micros(row.get("raised_at")?),
        resolved_at: row.get::<_, Option<i64>>("resolved_at")?.map(Timestamp::from_micros),
        raised_position: row.get::<_, i64>("raised_position")? as u64,
        marks: marks.collect::<Option<_>>().ok_or_else(|| malformed("marks"))?,
    })
}

/// One of the marks that a query has put into a text.
fn mark_of(text: &str) -> Option<(PrincipalId, u64, u64)> {
    let mut parts = text.split(' ');
    let principal = PrincipalId::from_uuid(uuid::Uuid::parse_str(parts.next()?).ok()?);
    Some((principal, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// What notices can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotificationField {
    /// When they were said last.
    RaisedAt,
    /// Their titles.
    Title,
}

impl OrderField for NotificationField {
    const DEFAULT: Order<Self> = Order { field: Self::RaisedAt, descending: true };

    fn by(self) -> By {
        match self {
            Self::RaisedAt => By::KEY,
            Self::Title => By::text("title", "title"),
        }
    }
}

/// Which notices are asked for, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NotificationFilter {
    /// The order.
    pub order: Order<NotificationField>,
    /// Those that this one has not dismissed.
    pub not_dismissed_by: Option<PrincipalId>,
    /// Those that are over, or those that are not.
    pub resolved: Option<bool>,
    /// Told by this rule.
    pub rule: Option<String>,
    /// Told of this thing.
    pub subject: Option<Subject>,
}

impl NotificationFilter {
    fn listing(&self) -> Listing {
        let Self { order, not_dismissed_by, resolved, rule, subject } = self;
        let mut list = Listing::of("notification", COLUMNS, *order).counted(COUNTED, None);
        list.equal("subject", subject.as_ref().map(ToString::to_string));
        list.equal("rule", rule.clone());
        let state = resolved.map(|resolved| if resolved { Shown::Resolved } else { Shown::Open });
        list.state("state", state.map(Shown::name));
        if let Some(principal) = not_dismissed_by {
            list.among(NOT_DISMISSED, [Value::Blob(principal.uuid().as_bytes().to_vec())]);
        }
        list
    }
}

/// Notices, what was said last first unless said otherwise.
pub fn notifications(
    transaction: &Transaction<'_>,
    filter: &NotificationFilter,
    request: &PageRequest,
) -> rusqlite::Result<Page<NotificationRow>> {
    filter.listing().page(transaction, request, notification_row)
}

/// A notice.
pub fn notification(
    transaction: &Transaction<'_>,
    id: NotificationId,
) -> rusqlite::Result<Option<NotificationRow>> {
    Ok(notifications_by_id(transaction, &[id])?.pop())
}

/// Notices by their ids, in no order; those that are not there are left out.
pub fn notifications_by_id(
    transaction: &Transaction<'_>,
    ids: &[NotificationId],
) -> rusqlite::Result<Vec<NotificationRow>> {
    let select = format!("SELECT {COLUMNS} FROM notification WHERE id");
    sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), notification_row)
}

/// What somebody is told by one rule, and has not dismissed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// The rule.
    pub rule: String,
    /// How many of it there are that are not over.
    pub count: u64,
    /// What was said last.
    pub latest: NotificationId,
    /// When.
    pub raised_at: Timestamp,
}

/// What somebody is told that is not over, by the rules that say it; what was said last first.
pub fn groups(transaction: &Transaction<'_>, principal: PrincipalId) -> rusqlite::Result<Vec<GroupRow>> {
    // Bare columns are those of the row with the highest key: SQLite says so of a single max().
    let select = format!(
        "SELECT rule, count(*) AS number, max(key) AS last, id, raised_at FROM notification
         WHERE state = 'open' AND key IN ({NOT_DISMISSED}) GROUP BY rule ORDER BY last DESC"
    );
    transaction
        .prepare_cached(&select)?
        .query_map(params![principal.uuid().as_bytes()], |row| {
            Ok(GroupRow {
                rule: row.get("rule")?,
                count: row.get::<_, i64>("number")? as u64,
                latest: NotificationId::from_uuid(sql::uuid(row, "id")?),
                raised_at: Timestamp::from_micros(row.get("raised_at")?),
            })
        })?
        .collect()
}
