//! Things by what people call them: the beginning of an id, a name, an address, or that they are the newest.

use rusqlite::{Row, params};
use uuid::Uuid;

use crate::{Snapshot, sql};

/// A thing with what people call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its id without the kind.
    pub uuid: Uuid,
    /// Its title or path, if it has one.
    pub name: Option<String>,
    /// Its address, if it has one.
    pub address: Option<String>,
}

/// The columns by which the rows of a table are called.
#[derive(Debug, Clone, Copy)]
pub struct Called {
    table: &'static str,
    id: &'static str,
    name: &'static str,
    address: &'static str,
    /// Which of them are there to be called.
    condition: &'static str,
}

impl Called {
    /// The rows of a table, by the column of its ids, of its names and of its addresses; `NULL` where there are none.
    pub(crate) const fn new(
        table: &'static str,
        id: &'static str,
        name: &'static str,
        address: &'static str,
    ) -> Self {
        Self { table, id, name, address, condition: "1" }
    }

    /// Only those that fit a condition: what was removed is called by nobody.
    pub(crate) const fn only(self, condition: &'static str) -> Self {
        Self { condition, ..self }
    }

    /// The newest row.
    pub fn last(&self, rows: &Snapshot<'_>) -> rusqlite::Result<Vec<Named>> {
        self.find(rows, "?1 = ?1", &"", 1)
    }

    /// Rows that are called exactly so, in whichever case.
    pub fn exactly(&self, rows: &Snapshot<'_>, text: &str, limit: u32) -> rusqlite::Result<Vec<Named>> {
        let Self { name, address, .. } = self;
        self.find(rows, &format!("{name} = ?1 COLLATE NOCASE OR {address} = ?1"), &text, limit)
    }

    /// Rows whose id begins so: hex digits, dashes left out.
    pub fn by_prefix(&self, rows: &Snapshot<'_>, digits: &str, limit: u32) -> rusqlite::Result<Vec<Named>> {
        let Some((first, last)) = range(digits) else { return Ok(Vec::new()) };
        let Self { id, .. } = self;
        // Both ends in one parameter, so that every search has the same form.
        let ends = [first, last].concat();
        self.find(rows, &format!("{id} BETWEEN substr(?1, 1, 16) AND substr(?1, 17, 16)"), &ends, limit)
    }

    /// Rows whose name has the text in it, in whichever case.
    pub fn containing(&self, rows: &Snapshot<'_>, text: &str, limit: u32) -> rusqlite::Result<Vec<Named>> {
        self.find(rows, &sql::has(self.name, "?1"), &sql::containing(text), limit)
    }

    /// Rows that fit a condition, the newest first.
    fn find(
        &self,
        rows: &Snapshot<'_>,
        condition: &str,
        value: &dyn rusqlite::ToSql,
        limit: u32,
    ) -> rusqlite::Result<Vec<Named>> {
        let Self { table, id, name, address, condition: of_all } = self;
        let query = format!(
            "SELECT {id} AS id, {name} AS name, {address} AS address FROM {table}
             WHERE ({condition}) AND {of_all} ORDER BY key DESC LIMIT ?2"
        );
        rows.prepare_cached(&query)?.query_map(params![value, limit], named)?.collect()
    }
}

fn named(row: &Row<'_>) -> rusqlite::Result<Named> {
    Ok(Named { uuid: sql::uuid(row, "id")?, name: row.get("name")?, address: row.get("address")? })
}

/// The first and the last id that begin with these digits; none if they are no digits.
fn range(digits: &str) -> Option<([u8; 16], [u8; 16])> {
    const DIGITS: usize = 32;
    if digits.is_empty() || digits.len() > DIGITS {
        return None;
    }
    let end = |fill: &str| {
        let whole = digits.to_owned() + &fill.repeat(DIGITS - digits.len());
        // `from_str_radix` takes a sign, too.
        let is_hex = whole.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex.then(|| u128::from_str_radix(&whole, 16).ok()).flatten().map(u128::to_be_bytes)
    };
    Some((end("0")?, end("f")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_span_the_ids_that_begin_so() {
        assert_eq!(
            range("0189"),
            Some((0x0189_u128 << 112, (0x018a_u128 << 112) - 1))
                .map(|(first, last)| { (first.to_be_bytes(), last.to_be_bytes()) })
        );
        for no_digits in ["", "+1", "xyz", "0189-", &"0".repeat(33)] {
            assert_eq!(range(no_digits), None, "{no_digits}");
        }
    }
}
