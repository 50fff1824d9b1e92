//! The database of Uptime Kuma (`kuma.db`): its monitors as a backup has them, and what it found of each, beat by beat.
//!
//! Source: its tables `monitor`, `heartbeat`, `tag`, `monitor_tag` and `notification`, as of version 1.23 and 2; times are UTC. It is only read.

use std::{fs::File, io::Read as _, path::Path};

use mediary_schema::{
    Timestamp,
    check::{Alert, Definition, Verdict},
};
use rusqlite::{Connection, OpenFlags, Row, types::ValueRef};
use serde::Serialize;
use serde_json::{Map, Value, json};

/// What such a file begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// Columns that a backup calls otherwise.
const CALLED: [(&str, &str); 9] = [
    ("accepted_statuscodes_json", "accepted_statuscodes"),
    ("auth_method", "authMethod"),
    ("expected_value", "expectedValue"),
    ("expiry_notification", "expiryNotification"),
    ("ignore_tls", "ignoreTls"),
    ("invert_keyword", "invertKeyword"),
    ("json_path", "jsonPath"),
    ("tls_key", "tlsKey"),
    ("upside_down", "upsideDown"),
];

/// The database.
pub(super) struct Database(Connection);

/// What was found of a monitor there, and what a rule makes of it.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tried {
    /// Beats that say how it was; those of maintenance don't.
    beat_count: usize,
    /// When the first was.
    since: Option<Timestamp>,
    /// When the last was.
    until: Option<Timestamp>,
    /// How often somebody was told there that it is down.
    told_count: usize,
    /// How often somebody would have been told by the rule that is taken.
    alert_count: usize,
}

impl Tried {
    pub(super) fn columns(&self) -> [String; 3] {
        [self.beat_count, self.told_count, self.alert_count].map(|count| count.to_string())
    }
}

impl Database {
    /// The database that a file is; none if it is another thing.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, String> {
        let mut first = [0; MAGIC.len()];
        // What can't be read is said by whoever reads it as a text.
        let is_database =
            File::open(path).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == MAGIC;
        if !is_database {
            return Ok(None);
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Connection::open_with_flags(path, flags)
            .map(|opened| Some(Self(opened)))
            .map_err(|error| unread(&error))
    }

    /// What it would write as a backup of its monitors.
    pub(super) fn backup(&self) -> Result<Value, String> {
        self.monitors().map_err(|error| unread(&error))
    }

    fn monitors(&self) -> Result<Value, rusqlite::Error> {
        let mut monitors = self.rows("SELECT * FROM monitor ORDER BY id")?;
        let tags = self.rows(
            "SELECT monitor_tag.monitor_id, tag.name FROM monitor_tag JOIN tag ON tag.id = monitor_tag.tag_id
             ORDER BY monitor_tag.id",
        )?;
        for monitor in &mut monitors {
            let own = tags.iter().filter(|tag| tag.get("monitor_id") == monitor.get("id"));
            let own: Vec<Value> = own.map(|tag| json!({ "name": tag.get("name") })).collect();
            monitor.insert("tags".to_owned(), own.into());
        }
        let channels = self.rows("SELECT name FROM notification ORDER BY id")?;
        // Databases of long ago have none.
        let times =
            self.rows("SELECT title AS name FROM maintenance WHERE active ORDER BY id").unwrap_or_default();
        Ok(json!({ "monitorList": monitors, "notificationList": channels, "maintenanceList": times }))
    }

    fn rows(&self, query: &str) -> Result<Vec<Map<String, Value>>, rusqlite::Error> {
        let mut rows = self.0.prepare(query)?;
        let names: Vec<String> = rows.column_names().map(str::to_owned).collect();
        let row = |row: &Row<'_>| {
            let column = |(place, name): (usize, &String)| {
                let called =
                    CALLED.iter().find(|(column, _)| column == name).map_or(&**name, |(_, called)| *called);
                Ok((called.to_owned(), value(row.get_ref(place)?, name.ends_with("_json"))))
            };
            names.iter().enumerate().map(column).collect()
        };
        rows.query_map([], row)?.collect()
    }

    /// What a rule makes of the beats of a monitor.
    pub(super) fn tried(&self, monitor: u64, rule: &Definition) -> Result<Tried, String> {
        self.beats_of(monitor, rule).map_err(|error| unread(&error))
    }

    fn beats_of(&self, monitor: u64, rule: &Definition) -> Result<Tried, rusqlite::Error> {
        let mut rows = self.0.prepare_cached(
            "SELECT time, status, important FROM heartbeat WHERE monitor_id = ?1 ORDER BY time, id",
        )?;
        let beat = |row: &Row<'_>| {
            let (time, status, important): (String, i64, bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((format!("{}Z", time.replacen(' ', "T", 1)).parse::<Timestamp>().ok(), status, important))
        };
        let (mut looks, mut told_count) = (Vec::new(), 0);
        for found in rows.query_map([monitor.cast_signed()], beat)? {
            let (Some(at), status, is_important) = found? else { continue };
            let verdict = match status {
                DOWN | PENDING => Verdict::Failing,
                UP => Verdict::Ok,
                // Nobody looked.
                _ => continue,
            };
            told_count += usize::from(status == DOWN && is_important);
            looks.push((at, verdict));
        }
        let alerts: Vec<Alert> = rule.backtest(looks.iter().copied());
        Ok(Tried {
            beat_count: looks.len(),
            since: looks.first().map(|(at, _)| *at),
            until: looks.last().map(|(at, _)| *at),
            told_count,
            alert_count: alerts.len(),
        })
    }
}

fn unread(error: &rusqlite::Error) -> String {
    format!("it is no database of Uptime Kuma: {error}")
}

/// States of a beat, as its column `status` has them; 3 is maintenance.
const DOWN: i64 = 0;
const UP: i64 = 1;
/// It failed, and is tried again before anybody is told.
const PENDING: i64 = 2;

fn value(value: ValueRef<'_>, is_json: bool) -> Value {
    match value {
        ValueRef::Null | ValueRef::Blob(_) => Value::Null,
        ValueRef::Integer(number) => number.into(),
        // Seconds that may be parts of seconds: a check has whole ones.
        ValueRef::Real(number) => (number.ceil() as i64).into(),
        ValueRef::Text(text) => {
            let text = String::from_utf8_lossy(text);
            let json = if is_json { serde_json::from_str(&text).ok() } else { None };
            json.unwrap_or_else(|| text.into_owned().into())
        }
    }
}
