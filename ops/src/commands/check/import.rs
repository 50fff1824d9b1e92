//! Checks of other monitors: what of them is taken, what is not and why, before anything is done.
//!
//! Every file is read to checks in the words of our own files ([`super::file`]), which decide whether they can be. Nothing secret is
//! taken: a monitor that needs a password or a header to look is named, and left out.

mod beats;
mod gatus;
mod healthchecks;
mod kuma;

use std::{collections::BTreeSet, path::PathBuf};

use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value, json};
use url::Url;

use self::beats::{Database, Tried};
use super::{
    ADD, LIST,
    file::{self, Wanted},
};
use crate::{
    client::{Client, DryRun, Error},
    commands::{failure::Failure, given, intent::Certainty, page, playlist::input},
    output::{Output, Table, clean},
};

/// What another monitor looks at.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The database of Uptime Kuma (kuma.db) or a backup of it (JSON), endpoints of Gatus (YAML), or the checks of a project of Healthchecks as its API tells them (JSON).
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    certainty: Certainty,
}

/// What a file of another monitor comes to.
#[derive(Debug, Default, PartialEq)]
struct Found {
    checks: Vec<Taken>,
    left_out: Vec<LeftOut>,
}

/// A check of it.
#[derive(Debug, PartialEq)]
struct Taken {
    /// In the words of our files.
    fields: Map<String, Value>,
    is_paused: bool,
    /// What the database of the other monitor calls it.
    monitor: Option<u64>,
}

/// What is not taken.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct LeftOut {
    /// What it is called there; a check that is taken without it, or one that is not taken at all.
    name: String,
    why: String,
}

/// One check as it is shown.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    name: String,
    kind: String,
    is_paused: bool,
    /// Whether it was added.
    is_added: bool,
    /// What its rule makes of what was found there, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    tried: Option<Tried>,
}

/// What can be added.
struct Planned {
    wanted: Wanted,
    is_paused: bool,
    monitor: Option<u64>,
}

/// What is shown of all.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    checks: Vec<Row>,
    left_out: Vec<LeftOut>,
}

impl Found {
    fn take(&mut self, fields: Value, is_paused: bool) {
        if let Value::Object(fields) = fields {
            self.checks.push(Taken { fields, is_paused, monitor: None });
        }
    }

    fn leave(&mut self, name: &str, why: impl Into<String>) {
        self.left_out.push(LeftOut { name: name.to_owned(), why: why.into() });
    }
}

pub(super) async fn run(wanted: Import, client: &Client, output: &mut Output) -> Result<(), Failure> {
    let Import { file, certainty: Certainty { intent, yes } } = wanted;
    let unread = |why: String| Failure::Usage {
        message: format!("{}: {why}", file.display()),
        advice: "it is a database or a backup of Uptime Kuma, endpoints of Gatus, or what the API of Healthchecks tells of a project's checks",
    };
    let database = Database::open(&file).map_err(unread)?;
    let found = match &database {
        Some(database) => kuma::read(&database.backup().map_err(unread)?).unwrap_or_default(),
        None => read(&given::text_of(&file)?).map_err(unread)?,
    };
    let there = page::all(client, &LIST, json!({}), None).await?;
    let names: BTreeSet<String> = there.into_iter().map(|check| check.name).collect();
    let (wanted, mut left_out) = plan(found, names);
    let is_done = yes && !intent.dry_run;
    // Whatever the server would refuse is left out of the plan already.
    let client = if is_done { client.clone() } else { client.dry() };
    let (mut checks, mut plan) = (Vec::new(), None::<DryRun>);
    for Planned { wanted, is_paused, monitor } in wanted {
        let (name, kind) = (wanted.name.clone(), kind_of(&wanted));
        let rule = mediary_api::check_of(wanted.input.clone()).map(|add| add.definition).ok();
        let beats = database.as_ref().zip(monitor).zip(rule);
        let tried = beats.map(|((database, monitor), rule)| database.tried(monitor, &rule));
        let tried = tried.transpose().map_err(unread)?;
        let is_added = match add(wanted, is_paused, &client).await {
            Ok(Some(why)) => {
                left_out.push(LeftOut { name, why });
                continue;
            }
            Err(Failure::Client(Error::DryRun(next))) => {
                plan = Some(DryRun::joined(plan, *next));
                false
            }
            added => added.map(|_| true)?,
        };
        checks.push(Row { name, kind, is_paused, is_added, tried });
    }
    // What a schedule would do is asked so: it is told what that records.
    if let Some(plan) = plan.filter(|_| is_done) {
        return Err(Error::DryRun(Box::new(plan)).into());
    }
    output.show(&Told { checks, left_out }, table)?;
    if is_done || intent.dry_run {
        Ok(())
    } else {
        Err(Failure::Unapplied { advice: "`--yes` does it".to_owned() })
    }
}

/// What a text of any of them says; what is wrong with it if it is none.
fn read(text: &str) -> Result<Found, String> {
    if let Ok(json) = serde_json::from_str::<Value>(text) {
        return kuma::read(&json)
            .or_else(|| healthchecks::read(&json))
            .ok_or_else(|| "it is of no monitor that is known".to_owned());
    }
    // Its own words would show lines of the file, and with them what is secret there.
    let yaml: Value = serde_saphyr::from_str(text).map_err(|_| "it is neither JSON nor YAML".to_owned())?;
    gatus::read(&yaml).ok_or_else(|| "it is of no monitor that is known".to_owned())
}

/// What can be added, and all that is left out: what is called as something that is there stays as it is there.
fn plan(found: Found, mut names: BTreeSet<String>) -> (Vec<Planned>, Vec<LeftOut>) {
    let Found { checks, mut left_out } = found;
    let mut wanted = Vec::new();
    for Taken { fields, is_paused, monitor } in checks {
        let name = fields.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        if let Some(why) = fields.get("url").and_then(Value::as_str).and_then(secret_in) {
            left_out.push(LeftOut { name, why: why.to_owned() });
            continue;
        }
        match file::of_fields(fields) {
            Ok(_) if !names.insert(name.clone()) => {
                left_out.push(LeftOut { name, why: "there is a check of this name".to_owned() });
            }
            Ok(check) => wanted.push(Planned { wanted: check, is_paused, monitor }),
            Err(why) => left_out.push(LeftOut { name, why }),
        }
    }
    (wanted, left_out)
}

/// What stands before a value that opens something.
const OPENS: [&str; 6] = ["key", "token", "secret", "pass", "auth", "sig"];

/// Letters and digits in a row that nobody reads as a word.
const KEY_CHARS_MIN: usize = 20;

/// Whether a part of a path looks as keys do: long, of letters and digits.
fn is_key(part: &str) -> bool {
    let has = |is: fn(char) -> bool| part.contains(is);
    part.len() >= KEY_CHARS_MIN
        && part.chars().all(|character| character.is_ascii_alphanumeric())
        && has(|character| character.is_ascii_digit())
        && has(|character| character.is_ascii_alphabetic())
}

/// Why an address is not taken that would be read by everybody who reads the check.
fn secret_in(url: &str) -> Option<&'static str> {
    if url.contains("${") {
        return Some("its address has a variable in it, which only that monitor knows");
    }
    let address = Url::parse(url).ok()?;
    let opens = |name: &str| OPENS.iter().any(|word| name.to_lowercase().contains(word));
    let has_secret = address.password().is_some() || !address.username().is_empty();
    let has_key = address.path_segments().into_iter().flatten().any(is_key);
    (has_secret || has_key || address.query_pairs().any(|(name, _)| opens(&name)))
        .then_some("its address has what may be secret, and everybody who reads the check would read it")
}

fn kind_of(wanted: &Wanted) -> String {
    let probe = wanted.input.get("probe").and_then(Value::as_object);
    probe.and_then(|probe| probe.keys().next().cloned()).unwrap_or_default()
}

/// Adds one, which waits if it is paused there; answers why not, if it is refused.
async fn add(wanted: Wanted, is_paused: bool, client: &Client) -> Result<Option<String>, Failure> {
    let mut asked = wanted.input;
    asked.insert("isPaused".to_owned(), is_paused.into());
    let outcome = client.act(&ADD, input(Value::Object(asked))).await?;
    Ok(outcome.user_errors.first().map(|error| error.message.clone()))
}

fn table(told: &Told) -> String {
    let is_tried = told.checks.iter().any(|row| row.tried.is_some());
    let columns = ["name", "kind", "is", "beats", "told there", "by its rule"];
    let mut checks = Table::new(if is_tried { &columns } else { &columns[..3] });
    for Row { name, kind, is_paused, is_added, tried } in &told.checks {
        let is = match (is_added, is_paused) {
            (true, true) => "added, paused",
            (true, false) => "added",
            (false, true) => "would be added, paused",
            (false, false) => "would be added",
        };
        let own = [clean(name), kind.clone(), is.to_owned()];
        let tried = tried.as_ref().map_or_else(|| ["-"; 3].map(str::to_owned), Tried::columns);
        checks.row(own.into_iter().chain(tried.into_iter().filter(|_| is_tried)));
    }
    let mut left_out = Table::new(&["left out", "why"]);
    for LeftOut { name, why } in &told.left_out {
        left_out.row([clean(name), clean(why)]);
    }
    let checks = checks.text("nothing of it can be taken");
    if told.left_out.is_empty() {
        checks
    } else {
        format!("{checks}\n\n{}", left_out.text("nothing is left out"))
    }
}

/// A text of a field.
fn text<'a>(of: &'a Value, key: &str) -> Option<&'a str> {
    of.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

/// A number of a field, which some write as a text.
fn number(of: &Value, key: &str) -> Option<u64> {
    let value = of.get(key)?;
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// What is true there, as `true` or as 1.
fn is(of: &Value, key: &str) -> bool {
    of.get(key).is_some_and(|value| value.as_bool() == Some(true) || value.as_u64() == Some(1))
}

/// A time as our files have it.
fn seconds(seconds: u64) -> String {
    format!("{seconds}s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_as_something_that_is_there_is_left_out() {
        let mut found = Found::default();
        for name in ["nas", "site", "site"] {
            found.take(json!({ "name": name, "kind": "ping", "host": "nas" }), false);
        }
        found.take(json!({ "name": "odd", "kind": "ping" }), false);
        let (wanted, left_out) = plan(found, ["nas".to_owned()].into());
        assert_eq!(wanted.iter().map(|planned| planned.wanted.name.as_str()).collect::<Vec<_>>(), ["site"]);
        assert_eq!(
            left_out.iter().map(|left| left.name.as_str()).collect::<Vec<_>>(),
            ["nas", "site", "odd"]
        );
    }

    #[test]
    fn an_address_that_may_be_secret_is_left_out_and_not_shown() {
        let mut found = Found::default();
        for (name, url) in [
            ("a", "https://a.example/?api_key=hidden-word"),
            ("b", "https://${HOST}/"),
            ("c", "https://a.example/?page=2"),
            ("d", "https://hooks.example/services/T0/hiddenword9hiddenword9"),
            ("e", "https://a.example/2026/a-long-title-of-many-words-and-7-more"),
        ] {
            found.take(json!({ "name": name, "kind": "http", "url": url }), false);
        }
        let (wanted, left_out) = plan(found, BTreeSet::new());
        assert_eq!(wanted.iter().map(|planned| planned.wanted.name.as_str()).collect::<Vec<_>>(), ["c", "e"]);
        assert!(left_out.len() == 3 && !format!("{left_out:?}").contains("hidden"), "{left_out:?}");
        assert!(!read("a: b\n  token: hidden-word\n c: [").unwrap_err().contains("hidden-word"));
    }

    #[test]
    fn a_file_of_no_monitor_is_refused() {
        assert!(read("{}").is_err());
        assert!(read("a: b").is_err());
        assert!(read("a: [").is_err());
    }
}
