//! What reads texts of others, as a fuzzer calls it: it takes any bytes, and panics where something does not hold.

use rusqlite::Connection;

use crate::search::{self, Sought, Texts};

const NAMED: Texts = Texts::stay("named", &["name"]);

thread_local! {
    static FILE: Connection = file().expect("SQLite makes a table in memory");
}

fn file() -> rusqlite::Result<Connection> {
    let file = Connection::open_in_memory()?;
    search::prepare(&file)?;
    file.execute_batch(
        "CREATE TABLE named (key INTEGER PRIMARY KEY, project BLOB NOT NULL, name TEXT) STRICT",
    )?;
    search::make(&file, &[NAMED])?;
    Ok(file)
}

/// What somebody looks for is never refused, and finds what is called so.
pub fn search(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Sought::Words(words) = Sought::of(Some(&text)) else { return };
    let found = FILE.with(|file| find(file, &text, words)).expect("no text is refused");
    assert_eq!(found, 1, "{text:?} finds itself");
}

fn find(file: &Connection, name: &str, words: String) -> rusqlite::Result<i64> {
    let named = file.unchecked_transaction()?;
    search::keep(&named, &[NAMED], |file| {
        file.prepare_cached("INSERT INTO named VALUES (1, x'', ?1)")?.execute([name]).map(drop)
    })?;
    let count = format!("SELECT count(*) FROM {}", search::found("named"));
    let found =
        named.prepare_cached(&count)?.query_row(search::found_by(words, 0..=i64::MAX), |row| row.get(0))?;
    named.rollback()?;
    Ok(found)
}
