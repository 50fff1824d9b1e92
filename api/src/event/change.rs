use std::collections::HashMap;

use async_graphql::{Json, SimpleObject};
use mediary_log::Recorded;
use serde_json::Value;

use super::object::payload;

/// Fields that say of which row a change is, not what changed.
const ROWS: [&str; 1] = ["entry_id"];

/// What an event changed of a thing.
#[derive(Debug, Clone, PartialEq, SimpleObject)]
pub(crate) struct Change {
    /// The field of the payload.
    field: String,
    /// The row of the thing that it is of, such as an entry of a playlist.
    row: Option<String>,
    /// What was said of it before, if anything was.
    before: Option<Json<Value>>,
    /// What is said of it now.
    after: Json<Value>,
}

/// What is known of a thing, from one event to the next.
#[derive(Debug, Default)]
pub(super) struct Known {
    values: HashMap<(Option<String>, String), Value>,
}

impl Known {
    /// Takes the next event of the thing in, and names what it says that wasn't so before.
    pub(super) fn take(&mut self, recorded: &Recorded) -> Vec<Change> {
        let Some(Value::Object(fields)) = payload(recorded) else { return Vec::new() };
        let row = ROWS.iter().find_map(|row| fields.get(*row)?.as_str()).map(str::to_owned);
        let mut changes = Vec::new();
        for (field, after) in fields.into_iter().filter(|(field, _)| !ROWS.contains(&field.as_str())) {
            let before = self.values.insert((row.clone(), field.clone()), after.clone());
            let was_null = before.as_ref().is_none_or(Value::is_null);
            if before.as_ref() != Some(&after) && !(was_null && after.is_null()) {
                changes.push(Change {
                    field,
                    row: row.clone(),
                    before: before.map(Json),
                    after: Json(after),
                });
            }
        }
        changes
    }
}
