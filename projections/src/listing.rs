//! Lists: which rows of a table are asked for, in which order, and a page of them.
//!
//! Guarantees: whichever conditions are asked for together, one thing leads, along which rows are read: the order, what narrows
//! most, or the words that are searched for; what is asked for besides is looked at row by row. Nothing is sorted but what a
//! search found. Rows that stay where they are in a list
//! are neither left out nor shown twice by the pages of it, whatever changes in between.

mod select;

use std::{borrow::Cow, hash::Hash, ops::RangeInclusive};

use rusqlite::{Row, Transaction, types::Value};
#[cfg(test)]
pub(crate) use select::SMALL_MAX;
pub(crate) use select::{Select, keys_of_few};

use crate::{
    counted,
    page::{Cursor, Page, PageRequest, Rank},
    search::{self, Sought},
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
    only: Vec<&'static str>,
    /// Which number of rows is kept; none if none is of all that is asked for.
    number: Option<Number>,
}

/// What is counted by whoever writes rows.
#[derive(Debug, Default)]
struct Number {
    what: Option<String>,
    state: Option<String>,
}

/// What rows are read along; an index that fits less would have to be sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Lead {
    /// The order.
    Order,
    /// The condition that narrows most, or else the keys.
    Condition,
    /// The words, of rows between these keys.
    Words(RangeInclusive<i64>),
}

impl Listing {
    /// Every row of a table, by its columns.
    pub(crate) fn of<F: OrderField>(table: &'static str, columns: &'static str, order: Order<F>) -> Self {
        let (by, descending) = (order.field.by(), order.descending);
        let (among, equal, only, since) = (Vec::new(), Vec::new(), Vec::new(), None);
        let (sought, number) = (Sought::Anything, Some(Number::default()));
        Self { table, columns, by, descending, sought, among, equal, since, only, number }
    }

    /// What all of them are in the numbers.
    pub(crate) fn counted(mut self, what: &str, state: Option<&str>) -> Self {
        self.number = Some(Number { what: Some(what.to_owned()), state: state.map(str::to_owned) });
        self
    }

    /// Only those that have the words of a text, if there is one.
    pub(crate) fn search(&mut self, text: Option<&str>) {
        self.sought = Sought::of(text);
        if self.sought != Sought::Anything {
            self.number = None;
        }
    }

    /// Only those whose keys a query answers, in their order, as its column `place`.
    pub(crate) fn among(&mut self, query: &'static str, values: impl IntoIterator<Item = Value>) {
        self.among.push((query, values.into_iter().collect()));
        self.number = None;
    }

    /// Only those with a value in a column that has an index, with the key behind it. What narrows most is to be said first.
    pub(crate) fn equal(&mut self, column: &'static str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.equal.push((column, value.into()));
            self.number = None;
        }
    }

    /// Only those of a kind, by the column that has such an index, too: of each there is a number.
    pub(crate) fn kind(&mut self, column: &'static str, kind: Option<&str>) {
        self.numbered(column, kind, |number| &mut number.what);
    }

    /// Only those in a state, by the column that has such an index, too: of each there is a number.
    pub(crate) fn state(&mut self, column: &'static str, state: Option<&str>) {
        self.numbered(column, state, |number| &mut number.state);
    }

    fn numbered(
        &mut self,
        column: &'static str,
        value: Option<&str>,
        of: impl FnOnce(&mut Number) -> &mut Option<String>,
    ) {
        let Some(value) = value else { return };
        self.equal.push((column, Value::Text(value.to_owned())));
        if let Some(number) = &mut self.number {
            *of(number) = Some(value.to_owned());
        }
    }

    /// Only those that fit a condition, which no index answers, and by which they are counted.
    pub(crate) fn only(&mut self, condition: &'static str) {
        self.only.push(condition);
    }

    /// Only those with this moment or a later one in a column, which each row has from its beginning on; its table notes what
    /// is [`reached`](crate::reached).
    pub(crate) fn since(&mut self, column: &'static str, moment: Option<i64>) {
        if let Some(moment) = moment {
            self.since = Some((column, moment));
            self.number = None;
        }
    }

    /// What leads.
    fn lead(&self, by: By, rows: &Transaction<'_>) -> rusqlite::Result<Lead> {
        if !matches!(self.sought, Sought::Words(_)) {
            return Ok(if by.column.is_some() { Lead::Order } else { Lead::Condition });
        }
        Ok(Lead::Words(self.keys(rows)?))
    }

    /// Between which keys all of it is: known where what narrows most leaves few rows.
    fn keys(&self, rows: &Transaction<'_>) -> rusqlite::Result<RangeInclusive<i64>> {
        let Self { table, only, .. } = self;
        let (key, from, conditions, values) = match (self.among.first(), self.equal.first()) {
            (Some((query, values)), _) => {
                ("place".to_owned(), format!("({query})"), Vec::new(), values.clone())
            }
            (None, Some((column, value))) => {
                let mut conditions: Vec<Cow<'_, str>> = only.iter().copied().map(Cow::Borrowed).collect();
                conditions.push(format!("{table}.{column} = ?").into());
                (format!("{table}.key"), (*table).to_owned(), conditions, vec![value.clone()])
            }
            (None, None) => return Ok(select::EVERY_KEY),
        };
        keys_of_few(rows, &key, &from, &conditions, values)
    }

    /// How it is asked in an order.
    fn select(&self, by: By, lead: &Lead) -> Select<'_> {
        let Self { table, columns, descending, .. } = *self;
        let (mut conditions, mut values) = (Vec::<Cow<'_, str>>::new(), Vec::new());
        let (mut from, mut key) = (Cow::Borrowed(table), Cow::Owned(format!("{table}.key")));
        let mut among = self.among.iter();
        let beside = |query: &str| format!("{query} CROSS JOIN {table} ON {table}.key = found.place").into();
        // All else is kept from leading by a plus.
        let mut is_led = *lead != Lead::Condition;
        let mut is_key_led = is_led;
        if let (Lead::Words(keys), Sought::Words(words)) = (lead, &self.sought) {
            (from, key) = (beside(&search::found(table)), Cow::Borrowed("found.place"));
            values.extend(search::found_by(words.clone(), keys.clone()));
        }
        if *lead == Lead::Condition
            && let Some((query, of_query)) = among.next()
        {
            (from, key) = (beside(&format!("({query}) AS found")), Cow::Borrowed("found.place"));
            values.extend(of_query.iter().cloned());
            (is_led, is_key_led) = (true, true);
        }
        for (column, value) in &self.equal {
            let plus = if is_led { "+" } else { "" };
            conditions.push(format!("{plus}{table}.{column} = ?").into());
            values.push(value.clone());
            is_led = true;
        }
        if let Some((column, moment)) = self.since {
            let plus = if is_key_led { "+" } else { "" };
            // Behind the first that is late enough others may be too early, where a clock was set back.
            conditions.push(
                format!(
                    "+{table}.{column} >= ? AND {plus}{table}.key >= coalesce((SELECT key FROM {table}
                     WHERE reached_at >= ? ORDER BY reached_at, key LIMIT 1), {})",
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
        conditions.extend(self.only.iter().copied().map(Cow::Borrowed));
        if self.sought == Sought::Nothing {
            conditions.push("0".into());
        }
        // What leads is sorted, rather than that all is read in its order.
        let plus = if *lead == Lead::Order { "" } else { "+" };
        let rank = by.column.map_or_else(|| key.clone(), |column| format!("{plus}{table}.{column}").into());
        Select { columns, from, conditions, values, by, place: rank.clone(), rank, key, descending }
    }

    /// A page of it, with how many rows there are in all if that is to be said.
    pub(crate) fn page<T>(
        &self,
        rows: &Transaction<'_>,
        request: &PageRequest,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Page<T>> {
        let select = self.select(self.by, &self.lead(self.by, rows)?);
        select.page(rows, request, read, || self.count(rows))
    }

    /// How many rows there are: known, if nothing is asked for but what is counted. Else each is looked at; in which order,
    /// nobody asks, so that what narrows most leads.
    fn count(&self, rows: &Transaction<'_>) -> rusqlite::Result<u64> {
        match &self.number {
            Some(Number { what, state }) => counted::number(rows, what.as_deref(), state.as_deref()),
            None => self.select(By::KEY, &self.lead(By::KEY, rows)?).count(rows),
        }
    }
}
