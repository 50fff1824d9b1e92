//! What a scope may see of a view's file: on its connection each table is hidden behind the rows of one project, and a table
//! whose rows have an `owner` behind those of one person.
//!
//! A query names `job` and finds a temporary view of that name, which stands in front of the table. So no query
//! has a condition on the project, and none can forget it. A table without a `project` can't be read at all.

use mediary_schema::{PrincipalId, ProjectId};
use rusqlite::Connection;

use crate::{search, sql};

/// Tables that are about the file, not about what is in it.
const OF_THE_FILE: &str = "checkpoint";

/// Whose rows are seen.
const OF_PROJECT: &str = "project = (SELECT project FROM temp.scope WHERE only = 0)";
const OF_OWNER: &str = "owner = (SELECT owner FROM temp.scope WHERE only = 0)";

/// Hides every table behind the rows of a project and a person; none is chosen yet.
pub(crate) fn hide(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "CREATE TEMP TABLE scope (
             only INTEGER PRIMARY KEY CHECK (only = 0), project BLOB NOT NULL, owner BLOB NOT NULL
         ) STRICT;",
    )?;
    for table in sql::tables(connection, "table")?.iter().filter(|table| *table != OF_THE_FILE) {
        let is_of_owner = sql::has_column(connection, table, "owner")?;
        let of_owner = if is_of_owner { format!(" AND {OF_OWNER}") } else { String::new() };
        connection.execute_batch(&format!(
            "CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE {OF_PROJECT}{of_owner};"
        ))?;
    }
    // An index of words doesn't say whose a row is; its table does.
    for (index, table) in search::indexes(connection)? {
        connection.execute_batch(&format!(
            "CREATE TEMP VIEW {index} AS SELECT its.rowid AS rowid, its.{index} AS {index}
             FROM main.{index} AS its CROSS JOIN main.{table} AS whose ON whose.key = its.rowid
             WHERE whose.{OF_PROJECT};"
        ))?;
    }
    Ok(())
}

/// Chooses whose rows are seen from now on.
pub(crate) fn choose(
    connection: &Connection,
    project: ProjectId,
    owner: PrincipalId,
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached("INSERT OR REPLACE INTO temp.scope VALUES (0, ?1, ?2)")?;
    insert.execute([project.uuid().as_bytes(), owner.uuid().as_bytes()])?;
    Ok(())
}
