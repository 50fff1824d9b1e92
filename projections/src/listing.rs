//! Lists: which rows of a table are asked for, in which order, and a page of them.
//!
//! Guarantees: whichever conditions are asked for together, one of them, or the order, is the index along which rows are
//! read, and nothing is sorted but what a search found: what is asked for besides is looked at row by row. Rows that stay where they are in a list
//! are neither left out nor shown twice by the pages of it, whatever changes in between.

use std::{borrow::Cow, hash::Hash};

use rusqlite::{Row, Transaction, params_from_iter, types::Value};

use crate::{
    page::{Cursor, End, Page, PageRequest, Rank},
    search::{self, Sought},
    sql,
};

/// What the rows of a list are sorted by. Those that are alike in it come in the order of their keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    /// What cursors call it.
    name: &'static str,
    /// The column; none is the key itself.
    column: Option<&'static str>,
    is_text: bool,
}

impl By {
    /// By the keys: in the order in which rows came to be.
    pub(crate) const KEY: Self = Self { name: "key", column: None, is_text: false };
    /// By the position of the last event that touched each.
    pub(crate) const CHANGED: Self = Self::number("changed", "changed_at");
    /// By their numbers, from 1: of what is made for the answer, and has no keys.
    pub const NUMBER: Self = Self { name: "number", column: None, is_text: false };

    /// By a number.
    pub(crate) const fn number(name: &'static str, column: &'static str) -> Self {
        Self { name, column: Some(column), is_text: false }
    }

    /// By a text.
    pub(crate) const fn text(name: &'static str, column: &'static str) -> Self {
        Self { name, column: Some(column), is_text: true }
    }

    /// The place of a row in the order of the keys.
    pub(crate) fn place(self, key: i64) -> Cursor {
        Cursor { by: self.name.to_owned(), rank: Rank::Number(key), key }
    }

    /// Whether a cursor is a place in this order.
    pub(crate) fn has(self, cursor: &Cursor) -> bool {
        cursor.by == self.name && self.is_text == matches!(cursor.rank, Rank::Text(_))
    }

    /// Some place in this order.
    #[cfg(test)]
    pub(crate) fn place_of_test(self) -> Cursor {
        let rank = if self.is_text { Rank::Text("m".to_owned()) } else { Rank::Number(9) };
        Cursor { by: self.name.to_owned(), rank, key: 9 }
    }
}

/// What rows of a kind can be sorted by: each has an index.
pub trait OrderField: Copy + Eq + Hash + Send + 'static {
    /// How a list of them is sorted if nothing is said.
    const DEFAULT: Order<Self>;

    /// What it is in the view.
    fn by(self) -> By;
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Order<Field> {
    /// By what it is sorted.
    pub field: Field,
    /// Whether the largest, the last, the newest comes first.
    pub descending: bool,
}

impl<Field: OrderField> Default for Order<Field> {
    fn default() -> Self {
        Field::DEFAULT
    }
}

/// Which rows of a table are asked for.
#[derive(Debug)]
pub(crate) struct Listing {
    table: &'static str,
    columns: &'static str,
    by: By,
    descending: bool,
    /// The words that rows are searched for.
    sought: Sought,
    /// Rows whose keys are in the answer to a query, as its column `place`, in their order.
    among: Vec<(&'static str, Vec<Value>)>,
    /// Rows that have a value in a column which has an index with the key behind it.
    equal: Vec<(&'static str, Value)>,
    /// Rows with this moment or a later one in a column.
    since: Option<(&'static str, i64)>,
    /// Conditions that no index answers.
    besides: Vec<(String, Vec<Value>)>,
}

impl Listing {
    /// Every row of a table, by its columns.
    pub(crate) fn of<F: OrderField>(table: &'static str, columns: &'static str, order: Order<F>) -> Self {
        let (by, descending) = (order.field.by(), order.descending);
        let (among, equal, besides) = (Vec::new(), Vec::new(), Vec::new());
        let sought = Sought::Anything;
        Self { table, columns, by, descending, sought, among, equal, since: None, besides }
    }

    /// Only those that have the words of a text, if there is one. What is found is the least there is, and leads.
    pub(crate) fn search(&mut self, text: Option<&str>) {
        self.sought = Sought::of(text);
    }

    /// Only those whose keys a query answers, in their order, as its column `place`.
    pub(crate) fn among(&mut self, query: &'static str, values: impl IntoIterator<Item = Value>) {
        self.among.push((query, values.into_iter().collect()));
    }

    /// Only those with a value in a column that has an index, with the key behind it. What narrows most is to be said first.
    pub(crate) fn equal(&mut self, column: &'static str, value: Option<impl Into<Value>>) {
        self.equal.extend(value.map(|value| (column, value.into())));
    }

    /// Only those that fit a condition, which no index answers.
    pub(crate) fn besides(&mut self, condition: impl Into<String>, values: impl IntoIterator<Item = Value>) {
        self.besides.push((condition.into(), values.into_iter().collect()));
    }

    /// Only those with this moment or a later one in a column, which has an index and is nearly in the order of the keys.
    /// Clocks are set back, so the column has the last word.
    pub(crate) fn since(&mut self, column: &'static str, moment: Option<i64>) {
        self.since = moment.map(|moment| (column, moment));
    }

    /// How it is asked in an order.
    fn select(&self, by: By) -> Select<'_> {
        let Self { table, columns, descending, .. } = *self;
        let (mut conditions, mut values) = (Vec::<Cow<'_, str>>::new(), Vec::new());
        let (mut from, mut key) = (Cow::Borrowed(table), Cow::Owned(format!("{table}.key")));
        let mut among = self.among.iter();
        // One thing leads, and all else is kept from leading by a plus: an index that fits less would have to be sorted.
        let mut is_led = by.column.is_some();
        let mut is_in_another_order = is_led;
        match &self.sought {
            Sought::Anything => {}
            Sought::Nothing => conditions.push("0".into()),
            Sought::Words(words) => {
                from = format!("{} CROSS JOIN {table} ON {table}.key = found.place", search::found(table))
                    .into();
                key = Cow::Borrowed("found.place");
                values.push(Value::Text(words.clone()));
                (is_led, is_in_another_order) = (true, true);
            }
        }
        if !is_led && let Some((query, of_query)) = among.next() {
            from = format!("({query}) AS found CROSS JOIN {table} ON {table}.key = found.place").into();
            key = Cow::Borrowed("found.place");
            values.extend(of_query.iter().cloned());
            (is_led, is_in_another_order) = (true, true);
        }
        for (column, value) in &self.equal {
            let plus = if is_led { "+" } else { "" };
            conditions.push(format!("{plus}{table}.{column} = ?").into());
            values.push(value.clone());
            is_led = true;
        }
        if let Some((column, moment)) = self.since {
            let plus = if is_in_another_order { "+" } else { "" };
            conditions.push(
                format!(
                    "+{table}.{column} >= ? AND {plus}{table}.key >= (SELECT coalesce(min(key), {}) FROM {table} WHERE {column} >= ?)",
                    i64::MAX
                )
                .into(),
            );
            values.extend([Value::Integer(moment), Value::Integer(moment)]);
        }
        for (query, of_query) in among {
            conditions.push(format!("+{table}.key IN ({query})").into());
            values.extend(of_query.iter().cloned());
        }
        for (condition, of_condition) in &self.besides {
            conditions.push(condition.as_str().into());
            values.extend(of_condition.iter().cloned());
        }
        let rank = by.column.map_or_else(|| key.clone(), |column| format!("{table}.{column}").into());
        Select { columns, from, conditions, values, by, rank, key, descending }
    }

    /// A page of it; how many rows there are in all is asked if it is to be said.
    pub(crate) fn page<T>(
        &self,
        rows: &Transaction<'_>,
        request: &PageRequest,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        total: impl FnOnce() -> rusqlite::Result<u64>,
    ) -> rusqlite::Result<Page<T>> {
        self.select(self.by).page(rows, request, read, total)
    }

    /// How many rows there are, each looked at; in which order, nobody asks, so that what narrows most leads.
    pub(crate) fn count(&self, rows: &Transaction<'_>) -> rusqlite::Result<u64> {
        self.select(By::KEY).count(rows)
    }
}

/// A list as it is asked for in SQL.
#[derive(Debug)]
pub(crate) struct Select<'a> {
    pub(crate) columns: &'a str,
    pub(crate) from: Cow<'a, str>,
    /// Each with a mark for every value, in their order.
    pub(crate) conditions: Vec<Cow<'a, str>>,
    pub(crate) values: Vec<Value>,
    pub(crate) by: By,
    /// What it is sorted by, and by what then.
    pub(crate) rank: Cow<'a, str>,
    pub(crate) key: Cow<'a, str>,
    pub(crate) descending: bool,
}

impl Select<'_> {
    pub(crate) fn page<T>(
        &self,
        rows: &Transaction<'_>,
        request: &PageRequest,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
        total: impl FnOnce() -> rusqlite::Result<u64>,
    ) -> rusqlite::Result<Page<T>> {
        let Self { columns, from, by, rank, key, .. } = self;
        let (mut conditions, mut values) = (self.conditions.clone(), self.values.clone());
        let (behind, in_front) = if self.descending { ("<", ">") } else { (">", "<") };
        for (cursor, side) in [(&request.after, behind), (&request.before, in_front)] {
            let Some(Cursor { rank: of_cursor, key: key_of_cursor, .. }) = cursor.clone() else { continue };
            if by.column.is_some() {
                // The first of the two is the one that an index can answer in any case.
                conditions.push(format!("{rank} {side}= ? AND ({rank}, {key}) {side} (?, ?)").into());
                values.extend([of_cursor.clone().into(), of_cursor.into()]);
            } else {
                conditions.push(format!("{key} {side} ?").into());
            }
            values.push(Value::Integer(key_of_cursor));
        }
        values.push(Value::Integer(request.limit()));
        let is_upwards = self.descending == (request.end == End::Back);
        let upwards = if is_upwards { "ASC" } else { "DESC" };
        let order = match by.column {
            Some(_) => format!("{rank} {upwards}, {key} {upwards}"),
            None => format!("{key} {upwards}"),
        };
        let statement = format!(
            "SELECT {rank} AS place_rank, {key} AS place_key, {columns} FROM {from}{} ORDER BY {order} LIMIT ?",
            where_all(&conditions)
        );
        let cursor = |row: &Row<'_>| {
            let (rank, key) = (row.get("place_rank")?, row.get("place_key")?);
            Ok::<_, rusqlite::Error>(Cursor { by: by.name.to_owned(), rank, key })
        };
        let found = rows
            .prepare_cached(&statement)?
            .query_map(params_from_iter(values), |row| Ok((cursor(row)?, read(row)?)))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        Page::new(found, request, total)
    }

    pub(crate) fn count(&self, rows: &Transaction<'_>) -> rusqlite::Result<u64> {
        let statement = format!("SELECT count(*) FROM {}{}", self.from, where_all(&self.conditions));
        sql::count(rows, &statement, params_from_iter(&self.values))
    }
}

fn where_all(conditions: &[Cow<'_, str>]) -> String {
    if conditions.is_empty() { String::new() } else { format!(" WHERE {}", conditions.join(" AND ")) }
}
