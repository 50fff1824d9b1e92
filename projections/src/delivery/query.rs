use mediary_schema::{
    DeliveryId, Timestamp,
    delivery::{DeliveryState, Message},
};
use rusqlite::{Row, Transaction};

use crate::{
    listing::{By, Listing, Order, OrderField},
    named::Called,
    page::{Page, PageRequest},
    rows::{Word, Words},
    sql,
};

/// Deliveries, by what they say.
pub const CALLED: Called = Called::new("delivery", "id", "title", "NULL");

/// A delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Its id.
    pub id: DeliveryId,
    /// To which channel.
    pub channel: String,
    /// What is sent.
    pub message: Message,
    /// How it stands with it.
    pub state: DeliveryState,
    /// When it was queued.
    pub queued_at: Timestamp,
    /// When it is tried, if it is.
    pub due_at: Option<Timestamp>,
    /// How often it was tried.
    pub tries: u32,
    /// Why it was not taken, or nobody knows.
    pub reason: Option<String>,
    /// When it came to its end, if it did.
    pub ended_at: Option<Timestamp>,
}

impl Words for DeliveryState {
    fn word(self) -> &'static str {
        self.name()
    }

    fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == word)
    }
}

/// What deliveries are in the numbers.
pub(super) const COUNTED: &str = "delivery";

const COLUMNS: &str = "id, channel, message, state, queued_at, due_at, tries, reason, ended_at";

fn delivery_row(row: &Row<'_>) -> rusqlite::Result<DeliveryRow> {
    let moment = |column: &str| row.get::<_, Option<i64>>(column).map(|at| at.map(Timestamp::from_micros));
    Ok(DeliveryRow {
        id: DeliveryId::from_uuid(sql::uuid(row, "id")?),
        channel: row.get("channel")?,
        message: sql::json(row, "message")?,
        state: row.get::<_, Word<_>>("state")?.0,
        queued_at: Timestamp::from_micros(row.get("queued_at")?),
        due_at: moment("due_at")?,
        tries: row.get("tries")?,
        reason: row.get("reason")?,
        ended_at: moment("ended_at")?,
    })
}

/// What deliveries can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeliveryField {
    /// When they were queued.
    QueuedAt,
}

impl OrderField for DeliveryField {
    const DEFAULT: Order<Self> = Order { field: Self::QueuedAt, descending: true };

    fn by(self) -> By {
        match self {
            Self::QueuedAt => By::KEY,
        }
    }
}

/// Which deliveries are asked for, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeliveryFilter {
    /// The order.
    pub order: Order<DeliveryField>,
    /// Those that stand so.
    pub state: Option<DeliveryState>,
    /// Those to this channel.
    pub channel: Option<String>,
}

/// Deliveries, newest first unless said otherwise.
pub fn deliveries(
    transaction: &Transaction<'_>,
    filter: &DeliveryFilter,
    request: &PageRequest,
) -> rusqlite::Result<Page<DeliveryRow>> {
    let DeliveryFilter { order, state, channel } = filter;
    let mut list = Listing::of("delivery", COLUMNS, *order).counted(COUNTED, None);
    list.state("state", state.map(DeliveryState::name));
    list.equal("channel", channel.clone());
    list.page(transaction, request, delivery_row)
}

/// A delivery.
pub fn delivery(transaction: &Transaction<'_>, id: DeliveryId) -> rusqlite::Result<Option<DeliveryRow>> {
    Ok(deliveries_by_id(transaction, &[id])?.pop())
}

/// Deliveries by their ids, in no order; those that are not there are left out.
pub fn deliveries_by_id(
    transaction: &Transaction<'_>,
    ids: &[DeliveryId],
) -> rusqlite::Result<Vec<DeliveryRow>> {
    let select = format!("SELECT {COLUMNS} FROM delivery WHERE id");
    sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), delivery_row)
}
