//! What a view shows, as one number: the same for the same rows, in whatever order they were written.

use blake3::Hasher;
use mediary_log::Hash;
use rusqlite::{Connection, types::ValueRef};

use crate::compare::{columns, key, tables};

/// What all views show at a position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The last event that is in it.
    pub position: u64,
    /// BLAKE3 of the views' names, versions and hashes.
    pub hash: Hash,
    /// Each view, by its name.
    pub views: Vec<ViewState>,
}

/// What one view shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ViewState {
    /// Its name.
    pub name: &'static str,
    /// The version of its fold and tables: another one has other rows.
    pub version: u32,
    /// How many rows its tables have together.
    pub rows: u64,
    /// BLAKE3 of its tables, with their columns and rows.
    pub hash: Hash,
}

/// What is hashed first, so that no hash of something else is one of this.
const STATE: &str = "mediary replay 1: state";
const VIEW: &str = "mediary replay 1: view";

impl State {
    pub(super) fn of(position: u64, views: Vec<ViewState>) -> Self {
        let mut hasher = Hasher::new_derive_key(STATE);
        for view in &views {
            text(&mut hasher, view.name);
            hasher.update(&view.version.to_be_bytes()).update(&view.hash);
        }
        Self { position, hash: *hasher.finalize().as_bytes(), views }
    }
}

impl ViewState {
    /// Reads all rows. A table comes with its name, the names of its columns, and its rows in the order of what they are
    /// known by; each value with its kind and length in front.
    pub(crate) fn of(name: &'static str, version: u32, rows: &Connection) -> rusqlite::Result<Self> {
        let (mut hasher, mut count) = (Hasher::new_derive_key(VIEW), 0);
        for table in tables(rows)? {
            let columns = columns(rows, &table)?;
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let known_by = key(&columns);
            let order = if known_by.is_empty() { names.join(", ") } else { known_by.join(", ") };
            text(&mut hasher, &table);
            length(&mut hasher, names.len());
            for name in &names {
                text(&mut hasher, name);
            }
            let mut select =
                rows.prepare(&format!("SELECT {} FROM main.{table} ORDER BY {order}", names.join(", ")))?;
            let mut found = select.query([])?;
            while let Some(row) = found.next()? {
                hasher.update(b"r");
                for column in 0..names.len() {
                    value(&mut hasher, row.get_ref(column)?);
                }
                count += 1;
            }
            hasher.update(b"e");
        }
        Ok(Self { name, version, rows: count, hash: *hasher.finalize().as_bytes() })
    }
}

fn value(hasher: &mut Hasher, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => {
            hasher.update(b"n");
        }
        ValueRef::Integer(number) => {
            hasher.update(b"i").update(&number.to_be_bytes());
        }
        ValueRef::Real(number) => {
            hasher.update(b"f").update(&number.to_bits().to_be_bytes());
        }
        ValueRef::Text(bytes) => {
            hasher.update(b"t");
            length(hasher, bytes.len());
            hasher.update(bytes);
        }
        ValueRef::Blob(bytes) => {
            hasher.update(b"b");
            length(hasher, bytes.len());
            hasher.update(bytes);
        }
    }
}

fn text(hasher: &mut Hasher, text: &str) {
    length(hasher, text.len());
    hasher.update(text.as_bytes());
}

fn length(hasher: &mut Hasher, length: usize) {
    hasher.update(&(length as u64).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(statements: &str) -> ViewState {
        let rows = Connection::open_in_memory().unwrap();
        rows.execute_batch(statements).unwrap();
        ViewState::of("job", 1, &rows).unwrap()
    }

    const TABLES: &str = "CREATE TABLE job (id BLOB NOT NULL UNIQUE, state TEXT, tag TEXT);
        CREATE TABLE loose (a TEXT, b TEXT); CREATE TABLE checkpoint (position INTEGER);";

    #[test]
    fn the_same_rows_are_the_same_number_in_whatever_order_they_were_written() {
        let one = "INSERT INTO job VALUES (x'02', 'ended', NULL), (x'01', 'queued', 'a');
            INSERT INTO loose VALUES ('b', 'a'), ('a', 'b');";
        let other = "INSERT INTO loose VALUES ('a', 'b'), ('b', 'a'); INSERT INTO checkpoint VALUES (7);
            INSERT INTO job VALUES (x'01', 'queued', 'a'), (x'02', 'ended', NULL);";
        let (one, other) = (of(&format!("{TABLES}{one}")), of(&format!("{TABLES}{other}")));
        assert_eq!(one, other);
        assert_eq!(one.rows, 4);
    }

    #[test]
    fn whatever_differs_makes_another_number() {
        let rows = [
            "",
            "INSERT INTO job VALUES (x'01', 'ab', 'c');",
            "INSERT INTO job VALUES (x'01', 'a', 'bc');",
            "INSERT INTO job VALUES (x'01', 'abc', '');",
            "INSERT INTO job VALUES (x'01', 'abc', NULL);",
            "INSERT INTO job VALUES ('1', 'ab', 'c');",
            "INSERT INTO loose VALUES ('ab', 'c');",
            "INSERT INTO loose VALUES ('ab', 'c'), ('ab', 'c');",
            "ALTER TABLE job RENAME COLUMN tag TO label;",
            "ALTER TABLE loose RENAME TO loosely;",
        ];
        let hashes: std::collections::BTreeSet<Hash> =
            rows.iter().map(|rows| of(&format!("{TABLES}{rows}")).hash).collect();
        assert_eq!(hashes.len(), rows.len());
    }
}
