use rusqlite::Connection;

use super::*;
use crate::counted::{Tally, counted};

row! {
    struct Thing of "thing" {
        stays { name: String, }
        changes { weight: i64, colour: Option<String>, changed_at: i64, }
    }
}

impl Counted for Thing {
    fn count(&self, tally: &mut Tally<'_>) {
        let colour = if self.colour.is_some() { "coloured" } else { "plain" };
        tally.add([1; 16], "thing", colour, 1);
        tally.add([1; 16], "weight", colour, self.weight);
    }
}

const TABLE: &str = "CREATE TABLE thing (key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, name TEXT NOT NULL,
    weight INTEGER NOT NULL, colour TEXT, changed_at INTEGER NOT NULL) STRICT;
    CREATE TABLE told (what TEXT NOT NULL);
    CREATE TRIGGER added AFTER INSERT ON thing BEGIN INSERT INTO told VALUES ('new ' || new.name); END;
    CREATE TRIGGER changed AFTER UPDATE ON thing BEGIN INSERT INTO told VALUES ('changed ' || new.name); END;";

fn thing(key: i64, name: &str) -> Thing {
    Thing { key, id: id(name), name: name.to_owned(), weight: 0, colour: None, changed_at: key }
}

fn id(name: &str) -> Id {
    let mut id = [0; 16];
    id[..name.len()].copy_from_slice(name.as_bytes());
    id
}

fn batch(file: &mut Connection, work: impl FnOnce(&Transaction<'_>, &mut Table<Thing>)) {
    let transaction = file.transaction().unwrap();
    let mut things = Table::default();
    work(&transaction, &mut things);
    things.write(&transaction).unwrap();
    transaction.commit().unwrap();
}

#[test]
fn a_row_is_written_once_however_often_a_batch_touches_it() {
    let mut file = Connection::open_in_memory().unwrap();
    file.execute_batch(TABLE).unwrap();
    file.execute_batch(counted!()).unwrap();
    let add = |file: &Transaction<'_>, things: &mut Table<Thing>, name: &str| {
        things.insert(file, |key| thing(key, name)).unwrap();
    };
    batch(&mut file, |file, things| {
        add(file, things, "a");
        add(file, things, "b");
        for _ in 0..3 {
            things.change(file, id("a")).unwrap().unwrap().weight += 1;
        }
    });
    batch(&mut file, |file, things| {
        add(file, things, "c");
        assert_eq!(things.find(file, id("a")).unwrap().unwrap().weight, 3);
        for changed_at in 7..=9 {
            let b = things.change(file, id("b")).unwrap().unwrap();
            (b.colour, b.changed_at) = (Some("red".to_owned()), changed_at);
        }
        assert!(things.change(file, id("never")).unwrap().is_none());
        assert!(things.is_new(id("c")) && !things.is_new(id("b")));
        things.write(file).unwrap();
        let changed: Vec<_> = things.changed().iter().map(|row| (*row.id.as_bytes(), row.position)).collect();
        assert_eq!(changed, [(id("b"), 9), (id("c"), 3)]);
        assert!(things.changed().is_empty());
    });
    let all = |sql: &str| -> Vec<String> {
        let mut select = file.prepare(sql).unwrap();
        select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(all("SELECT what FROM told ORDER BY rowid"), ["new a", "new b", "changed b", "new c"]);
    let rows = all("SELECT key || name || weight || coalesce(colour, '-') FROM thing ORDER BY key");
    assert_eq!(rows, ["1a3-", "2b0red", "3c0-"]);
    // What is none has no row.
    let numbers = all("SELECT what || state || number FROM counted ORDER BY what, state");
    assert_eq!(numbers, ["thingcoloured1", "thingplain2", "weightplain3"]);
}

#[test]
fn what_is_there_is_not_added_again() {
    let mut file = Connection::open_in_memory().unwrap();
    file.execute_batch(TABLE).unwrap();
    file.execute_batch(counted!()).unwrap();
    batch(&mut file, |file, things| {
        things.insert(file, |key| thing(key, "a")).unwrap();
        let again = things.insert(file, |key| thing(key, "a"));
        assert!(matches!(again, Err(RowError::Known)), "{again:?}");
    });
    let transaction = file.transaction().unwrap();
    let mut things = Table::default();
    things.insert(&transaction, |key| thing(key, "a")).unwrap();
    things.write(&transaction).unwrap_err();
}
