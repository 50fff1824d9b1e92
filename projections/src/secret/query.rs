use mediary_schema::{SecretId, Timestamp};
use rusqlite::{Row, Transaction};

use crate::{
    listing::{By, Listing, Order, OrderField},
    named::Called,
    page::{Page, PageRequest},
    sql,
};

/// Secrets that are there, by their names.
pub const CALLED: Called = Called::new("secret", "id", "name", "NULL").only(IS_THERE);

/// A secret, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretRow {
    /// Its id.
    pub id: SecretId,
    /// What people call it.
    pub name: String,
    /// When its value was set last.
    pub set_at: Timestamp,
}

/// Which secrets are there.
const IS_THERE: &str = "is_removed = 0";

/// What they are in the numbers.
pub(super) const COUNTED: &str = "secret";

const COLUMNS: &str = "id, name, set_at";

fn secret_row(row: &Row<'_>) -> rusqlite::Result<SecretRow> {
    Ok(SecretRow {
        id: SecretId::from_uuid(sql::uuid(row, "id")?),
        name: row.get("name")?,
        set_at: Timestamp::from_micros(row.get("set_at")?),
    })
}

/// What secrets can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretField {
    /// When they were set first.
    AddedAt,
    /// Their names.
    Name,
}

impl OrderField for SecretField {
    const DEFAULT: Order<Self> = Order { field: Self::Name, descending: false };

    fn by(self) -> By {
        match self {
            Self::AddedAt => By::KEY,
            Self::Name => By::text("name", "name"),
        }
    }
}

/// Secrets that are there, by their names unless said otherwise.
pub fn secrets(
    transaction: &Transaction<'_>,
    order: Order<SecretField>,
    request: &PageRequest,
) -> rusqlite::Result<Page<SecretRow>> {
    let mut list = Listing::of("secret", COLUMNS, order).counted(COUNTED, None);
    list.only(IS_THERE);
    list.page(transaction, request, secret_row)
}

/// A secret that is there.
pub fn secret(transaction: &Transaction<'_>, id: SecretId) -> rusqlite::Result<Option<SecretRow>> {
    Ok(secrets_by_id(transaction, &[id])?.pop())
}

/// Secrets by their ids, in no order; those that are not there are left out.
pub fn secrets_by_id(transaction: &Transaction<'_>, ids: &[SecretId]) -> rusqlite::Result<Vec<SecretRow>> {
    let select = format!("SELECT {COLUMNS} FROM secret WHERE {IS_THERE} AND id");
    sql::by_ids(transaction, &select, ids.iter().map(|id| id.uuid()), secret_row)
}
