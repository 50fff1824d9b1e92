//! Full text: which rows have the words that somebody looks for.
//!
//! Guarantees: what rows are called is indexed in the transaction that changes the rows, whoever folds them; a rebuild makes
//! the index last, in one go. What is looked for is words and never an expression, so that no text is refused. On a
//! reader's connection the index has the rows of one project, as tables have.
//!
//! A word is what is between blanks. Each has to be there, in whichever order and case, with or without its accents;
//! of the last one, unless it is said before, the beginning is enough. What is no letter and no digit only ends a part of a word, whose parts have
//! to follow each other: `AC/DC` finds `ac-dc`, an address finds itself. In a script that is written without blanks
//! each letter is a part.
//!
//! To make a table searchable: a [`Texts`] in its view, `Listing::search` in its query.

use std::{borrow::Cow, collections::HashSet, ops::RangeInclusive};

use rusqlite::{
    Connection, Transaction,
    functions::{Context, FunctionFlags},
    types,
};
use serde_json::Value;
use unicode_normalization::char::is_combining_mark;

use crate::sql;

/// What rows of a table are called: the columns in which that is.
///
/// The index has no copy of them. So a row is taken out of it by what it was called: that is noted, where it can change,
/// until the rows of a batch are all written, and everything is indexed at once. A trigger would be slower by far: behind each
/// statement that has one, SQLite writes out what the index has in memory.
#[derive(Debug, Clone, Copy)]
pub struct Texts {
    table: &'static str,
    columns: &'static [&'static str],
    /// What makes words of a column.
    function: &'static str,
    is_changing: bool,
}

impl Texts {
    /// Columns that never change.
    pub(crate) const fn stay(table: &'static str, columns: &'static [&'static str]) -> Self {
        Self { table, columns, function: "words", is_changing: false }
    }

    /// Columns that change.
    pub(crate) const fn change(table: &'static str, columns: &'static [&'static str]) -> Self {
        Self { is_changing: true, ..Self::stay(table, columns) }
    }

    /// A column with work, which never changes.
    pub(crate) const fn of_work(table: &'static str, columns: &'static [&'static str]) -> Self {
        Self { function: "words_of_work", ..Self::stay(table, columns) }
    }

    /// The columns one behind the other, each as it is written by a function.
    fn columns(&self, each: impl Fn(&str) -> String) -> String {
        self.columns.iter().map(|column| each(column)).collect::<Vec<_>>().join(", ")
    }

    fn names(&self) -> String {
        self.columns(str::to_owned)
    }

    fn words(&self) -> String {
        self.columns(|column| format!("{}({column})", self.function))
    }

    fn make(&self, file: &Connection) -> rusqlite::Result<()> {
        let Self { table, is_changing, .. } = self;
        let (names, words) = (self.names(), self.words());
        file.execute_batch(&format!(
            "CREATE VIRTUAL TABLE {table}{SUFFIX} USING fts5 ({names}, content = '', columnsize = 0,
                 tokenize = 'unicode61 remove_diacritics 2');
             INSERT INTO {table}{SUFFIX} (rowid, {names}) SELECT key, {words} FROM {table};"
        ))?;
        if !is_changing {
            return Ok(());
        }
        let (types, old) =
            (self.columns(|column| format!("{column} TEXT")), self.columns(|column| format!("old.{column}")));
        let differs: Vec<String> =
            self.columns.iter().map(|column| format!("old.{column} IS NOT new.{column}")).collect();
        file.execute_batch(&format!(
            "CREATE TABLE {table}_before (key INTEGER PRIMARY KEY, project BLOB NOT NULL, {types}) STRICT;
             CREATE TRIGGER {table}_renamed AFTER UPDATE ON {table} WHEN {} BEGIN
                 INSERT OR IGNORE INTO {table}_before VALUES (old.key, old.project, {old});
             END;",
            differs.join(" OR ")
        ))
    }

    fn newest(&self, file: &Connection) -> rusqlite::Result<i64> {
        let newest = format!("SELECT coalesce(max(key), 0) FROM {}", self.table);
        file.prepare_cached(&newest)?.query_row([], |row| row.get(0))
    }

    /// Indexes the rows behind a key, and those that are called otherwise than before.
    fn index(&self, file: &Connection, indexed: i64) -> rusqlite::Result<()> {
        let Self { table, is_changing, .. } = self;
        let (names, words) = (self.names(), self.words());
        let insert =
            format!("INSERT INTO {table}{SUFFIX} (rowid, {names}) SELECT key, {words} FROM {table} WHERE");
        let is_renamed = format!("SELECT EXISTS (SELECT 1 FROM {table}_before)");
        if *is_changing && file.prepare_cached(&is_renamed)?.query_row([], |row| row.get(0))? {
            // What was new in this batch and has another name by now was never indexed by the first.
            let delete = format!(
                "INSERT INTO {table}{SUFFIX} ({table}{SUFFIX}, rowid, {names})
                 SELECT 'delete', key, {words} FROM {table}_before WHERE key <= ?1"
            );
            file.prepare_cached(&delete)?.execute([indexed])?;
            let insert = format!("{insert} key IN (SELECT key FROM {table}_before WHERE key <= ?1)");
            file.prepare_cached(&insert)?.execute([indexed])?;
            file.prepare_cached(&format!("DELETE FROM {table}_before"))?.execute([])?;
        }
        if self.newest(file)? > indexed {
            file.prepare_cached(&format!("{insert} key > ?1"))?.execute([indexed])?;
        }
        Ok(())
    }
}

/// What the names of these indexes end with; before it is the table.
const SUFFIX: &str = "_text";

/// Makes the indexes of what is in a file.
pub fn make(file: &Connection, texts: &[Texts]) -> rusqlite::Result<()> {
    texts.iter().try_for_each(|texts| texts.make(file))
}

/// Changes rows, and their indexes with them.
pub fn keep<E: From<rusqlite::Error>>(
    file: &Transaction<'_>,
    texts: &[Texts],
    change: impl FnOnce(&Transaction<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let indexed: Vec<i64> = texts.iter().map(|texts| texts.newest(file)).collect::<Result<_, _>>()?;
    change(file)?;
    for (texts, indexed) in texts.iter().zip(indexed) {
        texts.index(file, indexed)?;
    }
    Ok(())
}

/// The indexes of words in a file, each with its table.
pub(crate) fn indexes(file: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let names = sql::tables(file, "virtual")?;
    let of_table = |name: String| name.strip_suffix(SUFFIX).map(str::to_owned).map(|table| (name, table));
    Ok(names.into_iter().filter_map(of_table).collect())
}

/// The rows of a table that have words, of those between two keys, by their keys as `place`; marks stand for the words and
/// for the keys.
pub(crate) fn found(table: &str) -> String {
    format!(
        "(SELECT rowid AS place FROM {table}{SUFFIX}
          WHERE {table}{SUFFIX} MATCH ? AND rowid BETWEEN ? AND ?) AS found"
    )
}

/// The values of the marks of [`found`].
pub(crate) fn found_by(words: String, keys: RangeInclusive<i64>) -> [types::Value; 3] {
    let (least, most) = keys.into_inner();
    [types::Value::Text(words), types::Value::Integer(least), types::Value::Integer(most)]
}

/// Lets a connection write what is indexed: gives it the functions that make words.
pub fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("words", 1, flags, |call: &Context<'_>| {
        Ok(call.get_raw(0).as_str_or_null()?.map(|text| apart(text).into_owned()))
    })?;
    connection.create_scalar_function("words_of_work", 1, flags, |call: &Context<'_>| {
        let work = serde_json::from_str(call.get_raw(0).as_str()?)
            .map_err(|error| rusqlite::Error::UserFunctionError(Box::new(error)))?;
        let mut texts = Vec::new();
        called(&work, &mut texts);
        Ok(apart(&texts.join("\n")).into_owned())
    })
}

/// What people know a piece of work by: the titles, addresses and folders in it.
fn called<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(text) if ["title", "url", "folder"].contains(&name.as_str()) => {
                        texts.push(text);
                    }
                    _ => called(field, texts),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| called(value, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A text with blanks around each letter of a script that is written without: there every letter may begin a word, and SQLite
/// would take all up to the next sign for one.
fn apart(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_written_without_blanks) {
        return Cow::Borrowed(text);
    }
    let mut spaced = String::with_capacity(text.len() * 2);
    for letter in text.chars() {
        if is_written_without_blanks(letter) {
            spaced.extend([' ', letter, ' ']);
        } else {
            spaced.push(letter);
        }
    }
    Cow::Owned(spaced)
}

/// Whether a letter is of a script whose words are not set apart: Thai, Lao, Burmese, Khmer, kana, Han.
const fn is_written_without_blanks(letter: char) -> bool {
    matches!(
        letter,
        '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{3040}'..='\u{30ff}'
            | '\u{31f0}'..='\u{31ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff66}'..='\u{ff9d}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

/// Whether a letter or a digit makes a word by itself, also to SQLite: its tables are older than ours, and what only stands
/// above or around a letter is none to it.
fn is_of_words(letter: char) -> bool {
    let is_none_to_sqlite = matches!(
        letter,
        // Vowels that were marks once: New Tai Lue, Vedic.
        '\u{19b0}'..='\u{19c0}' | '\u{19c8}'..='\u{19c9}' | '\u{1cf2}'..='\u{1cf3}'
        // Letters in circles and squares, which are signs.
            | '\u{24b6}'..='\u{24e9}'
            | '\u{1f130}'..='\u{1f149}'
            | '\u{1f150}'..='\u{1f169}'
            | '\u{1f170}'..='\u{1f189}'
    );
    letter.is_alphanumeric() && !is_combining_mark(letter) && !is_none_to_sqlite
}

/// What a list is searched for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Sought {
    /// Nothing was said: all rows.
    #[default]
    Anything,
    /// Something that is no word: no row has it.
    Nothing,
    /// These words, as SQLite is asked for them.
    Words(String),
}

impl Sought {
    pub(crate) fn of(text: Option<&str>) -> Self {
        // SQLite takes the expression up to the first zero.
        let is_blank = |letter: char| letter.is_whitespace() || letter == '\0';
        let words = || text.unwrap_or_default().split(is_blank).filter(|word| !word.is_empty());
        if words().next().is_none() {
            return Self::Anything;
        }
        let words = words().filter(|word| word.chars().any(is_of_words));
        let mut quoted: Vec<String> =
            words.map(|word| format!("\"{}\"", apart(word).replace('"', " "))).collect();
        let Some(last) = quoted.pop() else { return Self::Nothing };
        // Each is looked for once, however often it was said.
        let mut said = HashSet::new();
        quoted.retain(|word| said.insert(word.to_lowercase()));
        if !said.contains(&last.to_lowercase()) {
            quoted.push(last + "*");
        }
        Self::Words(quoted.join(" "))
    }
}

#[cfg(test)]
mod tests;
