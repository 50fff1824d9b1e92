use mediary_schema::parrot::ParrotId;
use rusqlite::{Row, Transaction};

use crate::{
    counted,
    listing::{By, Listing, Order, OrderField},
    named::Called,
    page::{Page, PageRequest},
    sql,
};

/// Parrots, by what they were told.
pub const CALLED: Called = Called::new("parrot", "id", "text", "NULL");

/// A parrot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParrotRow {
    /// Its id.
    pub id: ParrotId,
    /// What it was told.
    pub text: String,
    /// How many letters that has, once it was repeated.
    pub letters: Option<u64>,
}

/// What they are in the numbers.
pub(super) const COUNTED: &str = "parrot";

const COLUMNS: &str = "id, text, letters";

fn parrot_row(row: &Row<'_>) -> rusqlite::Result<ParrotRow> {
    Ok(ParrotRow {
        id: ParrotId::from_uuid(sql::uuid(row, "id")?),
        text: row.get("text")?,
        letters: row.get::<_, Option<i64>>("letters")?.map(|letters| letters as u64),
    })
}

/// What parrots can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ParrotField {
    /// When they were told.
    ToldAt,
}

impl OrderField for ParrotField {
    const DEFAULT: Order<Self> = Order { field: Self::ToldAt, descending: true };

    fn by(self) -> By {
        match self {
            Self::ToldAt => By::KEY,
        }
    }
}

/// Parrots, newest first unless said otherwise.
pub fn parrots(
    transaction: &Transaction<'_>,
    order: Order<ParrotField>,
    request: &PageRequest,
) -> rusqlite::Result<Page<ParrotRow>> {
    let list = Listing::of("parrot", COLUMNS, order);
    list.page(transaction, request, parrot_row, || counted::number(transaction, Some(COUNTED), None))
}
