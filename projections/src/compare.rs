//! Two editions of a view beside each other, at one position: what is only in one of them, and what is otherwise.
//!
//! A table is compared if both have it and its rows are known by the same: by their `id`, else by their primary key. What
//! can't be compared is named, not passed over.

use std::cmp::Ordering;

use rusqlite::{Connection, types::Value};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{edition::Edition, sql};

/// Rows that are shown of what differs, of each kind.
const SAMPLES_MAX: usize = 5;
/// Characters of a value that are shown.
const VALUE_CHARACTERS_MAX: usize = 120;

/// What two editions of a view differ in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// The edition that served.
    pub old: Edition,
    /// The one that took its place.
    pub new: Edition,
    /// The position at which both were.
    pub position: u64,
    /// Rows that both have, alike or not.
    pub common_rows: u64,
    /// Rows that only the old one has.
    pub only_old: u64,
    /// Rows that only the new one has.
    pub only_new: u64,
    /// Rows that both have, with something else in them.
    pub different: u64,
    /// The first few of each.
    pub samples: Vec<Difference>,
    /// Tables and columns (`job.tag`) that only one of them has, or that can't be compared.
    pub uncompared: Vec<String>,
}

impl Comparison {
    /// Whether nothing that was compared differs.
    pub const fn is_same(&self) -> bool {
        self.only_old == 0 && self.only_new == 0 && self.different == 0
    }

    /// Whether the same fold made other rows of the same events: then one of both files is wrong.
    pub const fn is_defect(&self) -> bool {
        self.old.version == self.new.version && !self.is_same()
    }
}

/// A row that is not the same in both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Its table.
    pub table: String,
    /// By what it is known.
    pub row: String,
    /// Which of them has it.
    pub side: Side,
    /// What differs in it; nothing if only one has it.
    pub columns: Vec<Otherwise>,
}

/// Which edition has a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Only the old one.
    OnlyOld,
    /// Only the new one.
    OnlyNew,
    /// Both, with something else in it.
    Both,
}

/// A column of a row with its two values, cut where they are long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Otherwise {
    /// The column.
    pub name: String,
    /// What the old one has there; none for null.
    pub old: Option<String>,
    /// What the new one has there; none for null.
    pub new: Option<String>,
}

/// Compares what two connections see; both must stand at the position, and stay there meanwhile.
pub(crate) fn compare(
    (old, old_rows): (Edition, &Connection),
    (new, new_rows): (Edition, &Connection),
    position: u64,
) -> rusqlite::Result<Comparison> {
    let mut comparison = Comparison {
        old,
        new,
        position,
        common_rows: 0,
        only_old: 0,
        only_new: 0,
        different: 0,
        samples: Vec::new(),
        uncompared: Vec::new(),
    };
    let (old_tables, new_tables) = (tables(old_rows)?, tables(new_rows)?);
    let only_one = |one: &[String], other: &[String]| {
        one.iter().filter(|table| !other.contains(table)).cloned().collect::<Vec<_>>()
    };
    comparison.uncompared.extend(only_one(&old_tables, &new_tables));
    comparison.uncompared.extend(only_one(&new_tables, &old_tables));
    for table in old_tables.iter().filter(|table| new_tables.contains(table)) {
        let (old_columns, new_columns) = (columns(old_rows, table)?, columns(new_rows, table)?);
        match Plan::of(table, &old_columns, &new_columns, &mut comparison.uncompared) {
            Some(plan) => plan.compare(old_rows, new_rows, &mut comparison)?,
            None => comparison.uncompared.push(table.clone()),
        }
    }
    Ok(comparison)
}

fn tables(rows: &Connection) -> rusqlite::Result<Vec<String>> {
    let all = sql::tables(rows, "table")?;
    Ok(all.into_iter().filter(|table| table != "checkpoint").collect())
}

/// A column as its table declares it.
struct Column {
    name: String,
    /// Its place in the primary key, from 1; 0 if it is none of it.
    key: u32,
}

/// What is stored of a table: what SQLite computes follows from it.
fn columns(rows: &Connection, table: &str) -> rusqlite::Result<Vec<Column>> {
    rows.prepare("SELECT name, pk FROM pragma_table_info(?1, 'main') ORDER BY cid")?
        .query_map([table], |row| Ok(Column { name: row.get(0)?, key: row.get(1)? }))?
        .collect()
}

/// How a table is compared.
struct Plan<'a> {
    table: &'a str,
    /// By what a row is known.
    key: Vec<&'a str>,
    /// What both have besides.
    values: Vec<&'a str>,
}

impl<'a> Plan<'a> {
    fn of(
        table: &'a str,
        old: &'a [Column],
        new: &'a [Column],
        uncompared: &mut Vec<String>,
    ) -> Option<Self> {
        let (old_key, new_key) = (key(old), key(new));
        if old_key.is_empty() || old_key != new_key {
            return None;
        }
        let has = |columns: &[Column], name: &str| columns.iter().any(|column| column.name == name);
        let only_old = old.iter().filter(|column| !has(new, &column.name));
        let only_new = new.iter().filter(|column| !has(old, &column.name));
        uncompared.extend(only_old.chain(only_new).map(|column| format!("{table}.{}", column.name)));
        let is_common = |name: &&str| has(new, name) && !old_key.contains(name);
        let values = old.iter().map(|column| column.name.as_str()).filter(is_common).collect();
        Some(Self { table, key: old_key, values })
    }

    /// Walks along both in the order of what rows are known by.
    fn compare(&self, old: &Connection, new: &Connection, found: &mut Comparison) -> rusqlite::Result<()> {
        let names: Vec<&str> = self.key.iter().chain(&self.values).copied().collect();
        let sql =
            format!("SELECT {} FROM main.{} ORDER BY {}", names.join(", "), self.table, self.key.join(", "));
        let (mut old, mut new) = (old.prepare(&sql)?, new.prepare(&sql)?);
        let (mut old, mut new) = (old.query([])?, new.query([])?);
        let next = |rows: &mut rusqlite::Rows<'_>| -> rusqlite::Result<Option<Vec<Value>>> {
            let Some(row) = rows.next()? else { return Ok(None) };
            (0..names.len()).map(|column| row.get(column)).collect::<rusqlite::Result<_>>().map(Some)
        };
        let (mut old_row, mut new_row) = (next(&mut old)?, next(&mut new)?);
        loop {
            let side = match (&old_row, &new_row) {
                (None, None) => return Ok(()),
                (Some(_), None) => Side::OnlyOld,
                (None, Some(_)) => Side::OnlyNew,
                (Some(of_old), Some(of_new)) => match self.order(of_old, of_new) {
                    Ordering::Less => Side::OnlyOld,
                    Ordering::Greater => Side::OnlyNew,
                    Ordering::Equal => Side::Both,
                },
            };
            self.take(side, old_row.as_deref(), new_row.as_deref(), found);
            if side != Side::OnlyNew {
                old_row = next(&mut old)?;
            }
            if side != Side::OnlyOld {
                new_row = next(&mut new)?;
            }
        }
    }

    fn order(&self, old: &[Value], new: &[Value]) -> Ordering {
        let keys = old.iter().zip(new).take(self.key.len());
        keys.map(|(old, new)| order(old, new)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    fn take(&self, side: Side, old: Option<&[Value]>, new: Option<&[Value]>, found: &mut Comparison) {
        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
        let number = match side {
            Side::OnlyOld => &mut found.only_old,
            Side::OnlyNew => &mut found.only_new,
            Side::Both => {
                found.common_rows += 1;
                if old == new {
                    return;
                }
                &mut found.different
            }
        };
        *number += 1;
        if *number as usize > SAMPLES_MAX {
            return;
        }
        let columns = if side == Side::Both { self.otherwise(old, new) } else { Vec::new() };
        let known = if side == Side::OnlyNew { new } else { old };
        let row: Vec<String> = known.iter().take(self.key.len()).filter_map(text).collect();
        let table = self.table.to_owned();
        found.samples.push(Difference { table, row: row.join(" "), side, columns });
    }

    fn otherwise(&self, old: &[Value], new: &[Value]) -> Vec<Otherwise> {
        let values = old.iter().zip(new).skip(self.key.len());
        let both = self.values.iter().zip(values).filter(|(_, (old, new))| old != new);
        both.map(|(name, (old, new))| Otherwise { name: (*name).to_owned(), old: text(old), new: text(new) })
            .collect()
    }
}

/// By what rows of a table are known: by their id, which every build gives them, else by their primary key.
fn key(columns: &[Column]) -> Vec<&str> {
    if columns.iter().any(|column| column.name == "id") {
        return vec!["id"];
    }
    let mut key: Vec<&Column> = columns.iter().filter(|column| column.key > 0).collect();
    key.sort_by_key(|column| column.key);
    key.into_iter().map(|column| column.name.as_str()).collect()
}

/// The order in which SQLite has values: null, numbers, texts, blobs.
fn order(left: &Value, right: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Integer(_) | Value::Real(_) => 1,
        Value::Text(_) => 2,
        Value::Blob(_) => 3,
    };
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => left.cmp(right),
        (Value::Text(left), Value::Text(right)) => left.as_bytes().cmp(right.as_bytes()),
        (Value::Blob(left), Value::Blob(right)) => left.cmp(right),
        (Value::Real(left), Value::Real(right)) => left.total_cmp(right),
        _ => rank(left).cmp(&rank(right)),
    }
}

/// A value for people; none for null.
fn text(value: &Value) -> Option<String> {
    let cut = |text: &str| text.chars().take(VALUE_CHARACTERS_MAX).collect();
    match value {
        Value::Null => None,
        Value::Integer(number) => Some(number.to_string()),
        Value::Real(number) => Some(number.to_string()),
        Value::Text(text) => Some(cut(text)),
        Value::Blob(bytes) => Some(match Uuid::from_slice(bytes) {
            Ok(uuid) => uuid.to_string(),
            Err(_) => format!("{} bytes", bytes.len()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDITIONS: (Edition, Edition) = (Edition::first(1), Edition { version: 1, build: 1 });

    fn of(old: &str, new: &str) -> Comparison {
        let open = |statements: &str| {
            let connection = Connection::open_in_memory().unwrap();
            connection.execute_batch(statements).unwrap();
            connection
        };
        compare((EDITIONS.0, &open(old)), (EDITIONS.1, &open(new)), 7).unwrap()
    }

    const TABLES: &str = "
        CREATE TABLE job (key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, state TEXT, tag TEXT);
        CREATE TABLE counted (what TEXT, state TEXT, number INTEGER, PRIMARY KEY (what, state)) WITHOUT ROWID;
        CREATE TABLE checkpoint (only INTEGER);";

    #[test]
    fn what_is_the_same_is_the_same_in_whatever_order_it_was_written() {
        let one = "INSERT INTO job VALUES (1, x'02', 'ended', NULL), (2, x'01', 'queued', 'a');
            INSERT INTO counted VALUES ('a', 'b', 1), ('a', 'a', 2);";
        let other = "INSERT INTO job VALUES (2, x'01', 'queued', 'a'), (1, x'02', 'ended', NULL);
            INSERT INTO counted VALUES ('a', 'a', 2), ('a', 'b', 1); INSERT INTO checkpoint VALUES (1);";
        let found = of(&format!("{TABLES}{one}"), &format!("{TABLES}{other}"));
        assert!(found.is_same() && !found.is_defect(), "{found:?}");
        assert_eq!((found.common_rows, found.samples, found.uncompared), (4, vec![], vec![]));
    }

    #[test]
    fn what_differs_is_counted_and_shown() {
        let id = |number: u8| format!("x'{number:032x}'");
        let old = format!(
            "INSERT INTO job VALUES (1, {}, 'queued', 'a'), (2, {}, 'ended', 'b'); INSERT INTO counted VALUES ('a', 'a', 2);",
            id(1),
            id(2)
        );
        let new = format!(
            "INSERT INTO job VALUES (1, {}, 'queued', NULL), (2, {}, 'ended', 'b'); INSERT INTO counted VALUES ('a', 'b', 2);",
            id(1),
            id(3)
        );
        let found = of(&format!("{TABLES}{old}"), &format!("{TABLES}{new}"));
        assert_eq!((found.only_old, found.only_new, found.different, found.common_rows), (2, 2, 1, 1));
        assert!(found.is_defect());
        let tag = Otherwise { name: "tag".to_owned(), old: Some("a".to_owned()), new: None };
        let row = Uuid::from_u128(1).to_string();
        let different = Difference { table: "job".to_owned(), row, side: Side::Both, columns: vec![tag] };
        assert!(found.samples.contains(&different), "{found:#?}");
        let lost = found.samples.iter().find(|sample| sample.side == Side::OnlyOld).unwrap();
        assert_eq!((lost.table.as_str(), lost.row.as_str()), ("counted", "a a"));
    }

    #[test]
    fn what_only_one_has_is_named_and_the_rest_compared() {
        let old = "CREATE TABLE job (id BLOB PRIMARY KEY, state TEXT, gone TEXT); CREATE TABLE left (a INTEGER PRIMARY KEY);
            CREATE TABLE other (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO job VALUES (x'01', 'a', 'x');";
        let new = "CREATE TABLE job (id BLOB PRIMARY KEY, tag TEXT, state TEXT); CREATE TABLE right (a INTEGER PRIMARY KEY);
            CREATE TABLE other (a INTEGER, b TEXT PRIMARY KEY); INSERT INTO job VALUES (x'01', 'y', 'a');";
        let found = of(old, new);
        assert_eq!(found.uncompared, ["left", "right", "job.gone", "job.tag", "other"]);
        assert!(found.is_same() && found.common_rows == 1, "{found:?}");
    }

    #[test]
    fn of_many_differences_a_few_are_shown() {
        let rows = |state: &str| -> String {
            let row = |number| format!("({number}, {number}, '{state}', NULL)");
            format!("INSERT INTO job VALUES {};", (0..40).map(row).collect::<Vec<_>>().join(", "))
        };
        let found = of(&format!("{TABLES}{}", rows("a")), &format!("{TABLES}{}", rows("b")));
        assert_eq!((found.different, found.samples.len()), (40, SAMPLES_MAX));
    }
}
