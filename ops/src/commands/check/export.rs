//! Checks as a file that says them: what `check add FILE` and the folder of checks read.

use std::collections::BTreeMap;

use clap::Args;
use mediary_schema::check::Definition;
use serde_json::{Map, Value, json};

use super::{KIND, file::CALLED};
use crate::{
    answers::check::{CheckThreshold as ExportCheckThreshold, ExportCheck, export},
    client::{Client, Document},
    commands::{failure::Failure, named, page},
    output::Output,
};

/// Which checks.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// Only these, each by its name, its id or the first digits of it; all if none is said.
    #[arg(value_name = "CHECK")]
    checks: Vec<String>,
}

pub(crate) const EXPORT: Document<export::Answer> = Document::repeatable(include_str!("export.graphql"));

pub(super) async fn run(
    Export { checks }: Export,
    client: &Client,
    output: &mut Output,
) -> Result<(), Failure> {
    let mut wanted = Vec::new();
    for check in checks {
        wanted.push(named::id(client, KIND, &check).await?);
    }
    let all: Vec<ExportCheck> = page::all(client, &EXPORT, json!({}), None).await?;
    let names: BTreeMap<String, String> =
        all.iter().map(|check| (check.id.clone(), check.name.clone())).collect();
    let is_wanted = |check: &&ExportCheck| wanted.is_empty() || wanted.contains(&check.id);
    let said: Vec<Said> = all.iter().filter(is_wanted).map(|check| said(check, &names)).collect();
    let fields: Vec<&Map<String, Value>> = said.iter().map(|said| &said.fields).collect();
    Ok(output.show(&fields, |_| said.iter().map(Said::text).collect::<Vec<_>>().join("\n"))?)
}

/// A check in the words of a file.
pub(crate) struct Said {
    pub(crate) fields: Map<String, Value>,
    /// What no file says.
    pub(crate) is_paused: bool,
}

/// What stands first.
const FIRST: [&str; 2] = ["name", "kind"];

impl Said {
    fn text(&self) -> String {
        let mut lines = vec!["[[check]]".to_owned()];
        if self.is_paused {
            lines.push("# It is paused, which no file says.".to_owned());
        }
        let behind = self.fields.keys().map(String::as_str).filter(|key| !FIRST.contains(key));
        for key in FIRST.into_iter().chain(behind) {
            // What TOML has no word for, nothing, is left out of the fields.
            if let Some(Ok(value)) = self.fields.get(key).map(toml::Value::try_from) {
                lines.push(format!("{key} = {value}"));
            }
        }
        lines.join("\n") + "\n"
    }
}

/// What a file says of it: what is as it is anyway is left out.
pub(crate) fn said(check: &ExportCheck, names: &BTreeMap<String, String>) -> Said {
    let mut fields = Map::new();
    let mut set = |key: &str, value: Value| fields.insert(key.to_owned(), value);
    set("name", check.name.clone().into());
    set("kind", check.kind.clone().into());
    for (key, value) in looked_at(&check.kind, &check.probe) {
        set(&key, value);
    }
    for (key, value) in timing(check.cron.as_ref(), check.zone.as_ref(), check.every_seconds) {
        set(key, value);
    }
    let times = [
        (
            if check.kind == "push" { "grace" } else { "timeout" },
            Some(check.timeout_seconds)
                .filter(|seconds| *seconds != i64::from(Definition::TIMEOUT_SECONDS_USUAL)),
        ),
        ("jitter", Some(check.jitter_seconds).filter(|seconds| *seconds > 0)),
        ("repeat", check.repeat_seconds),
    ];
    for (key, seconds) in times {
        if let Some(seconds) = seconds {
            set(key, lasts(seconds).into());
        }
    }
    let counts = [
        ("fail_after", check.fail_after, 1),
        ("fail_of", check.fail_of, check.fail_after),
        ("clear_after", check.clear_after, 1),
    ];
    for (key, count, usual) in counts {
        if count != usual {
            set(key, count.into());
        }
    }
    if check.severity != "ERROR" {
        set("severity", check.severity.to_lowercase().into());
    }
    for (key, is_so) in [("invert", check.is_inverted), ("public", check.is_public)] {
        if is_so {
            set(key, true.into());
        }
    }
    if let Some(group) = &check.group {
        set("group", group.clone().into());
    }
    let depends_on = check.depends_on.iter().filter_map(|id| names.get(id).cloned()).collect();
    for (key, words) in
        [("depends_on", depends_on), ("notify", check.channels.clone()), ("tags", check.tags.clone())]
    {
        if !words.is_empty() {
            set(key, words.into());
        }
    }
    if !check.links.is_empty() {
        let links = check.links.iter().map(|link| (link.name.clone(), link.url.clone().into()));
        set("links", Value::Object(links.collect()));
    }
    if !check.thresholds.is_empty() {
        let of = |threshold: &ExportCheckThreshold| {
            let mut said = Map::from_iter([("value".to_owned(), threshold.value.clone().into())]);
            for (key, bound) in [("min", threshold.min), ("max", threshold.max)] {
                said.extend(bound.map(|bound| (key.to_owned(), bound.into())));
            }
            Value::Object(said)
        };
        set("thresholds", check.thresholds.iter().map(of).collect());
    }
    if !check.maintenance.is_empty() {
        let times = check.maintenance.iter().map(|time| {
            let mut said: Map<String, Value> =
                timing(time.cron.as_ref(), time.zone.as_ref(), time.every_seconds)
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect();
            said.insert("for".to_owned(), lasts(time.seconds).into());
            Value::Object(said)
        });
        set("maintenance", times.collect());
    }
    Said { fields, is_paused: check.is_paused }
}

/// What is looked at, in the words of a file: what a file makes of it is this again.
fn looked_at(kind: &str, probe: &Value) -> Map<String, Value> {
    let Some(of_kind) = probe.get(kind).and_then(Value::as_object) else { return Map::new() };
    let called = CALLED.iter().find(|(of, _)| *of == kind).map(|(_, key)| *key);
    let mut said = Map::new();
    for (key, value) in of_kind {
        let (key, value) = match (key.as_str(), value) {
            (_, Value::Null) => continue,
            ("name", name) => (called.unwrap_or("name"), name.clone()),
            ("expect", Value::Object(expect)) if kind == "http" => {
                said.extend(expect.iter().map(|(key, value)| (key.clone(), value.clone())));
                continue;
            }
            ("age_max_seconds", seconds) => ("max_age", format!("{seconds}s").into()),
            (key, value) => (key, value.clone()),
        };
        said.insert(key.to_owned(), value);
    }
    said
}

/// `every`, or `cron` with its zone.
fn timing(
    cron: Option<&String>,
    zone: Option<&String>,
    every_seconds: Option<i64>,
) -> Vec<(&'static str, Value)> {
    let text = |key, text: Option<&String>| text.map(|text| (key, Value::from(text.clone())));
    let every = every_seconds.map(|seconds| ("every", lasts(seconds).into()));
    [every, text("cron", cron), text("zone", zone)].into_iter().flatten().collect()
}

/// Seconds as a file says them, in the longest unit that they are a whole number of.
fn lasts(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
    let whole = units.into_iter().find(|(length, _)| seconds > 0 && seconds % length == 0);
    whole.map_or_else(|| format!("{seconds}s"), |(length, unit)| format!("{}{unit}", seconds / length))
}

#[cfg(test)]
mod tests {
    use super::{super::file, *};

    fn check(more: Value) -> ExportCheck {
        let mut all = json!({
            "id": "check-1", "name": "it", "kind": "ping", "probe": { "ping": { "host": "nas" } }, "cron": null, "zone": null,
            "everySeconds": 60, "jitterSeconds": 0, "timeoutSeconds": 30, "isInverted": false, "thresholds": [], "failAfter": 1, "failOf": 1,
            "clearAfter": 1, "severity": "ERROR", "channels": [], "repeatSeconds": null, "maintenance": [], "dependsOn": [],
            "group": null, "tags": [], "links": [], "isPublic": false, "isPaused": false, "file": null,
        });
        if let (Value::Object(all), Value::Object(more)) = (&mut all, more) {
            all.extend(more);
        }
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn only_what_is_otherwise_is_said() {
        let text = said(&check(json!({})), &BTreeMap::new()).text();
        assert_eq!(text, "[[check]]\nname = \"it\"\nkind = \"ping\"\nevery = \"1m\"\nhost = \"nas\"\n");
    }

    // What is exported is read as what it was.
    #[test]
    fn what_is_exported_says_the_same() {
        let names = BTreeMap::from([("check-2".to_owned(), "switch \"A\"".to_owned())]);
        let whole = check(json!({
            "everySeconds": null, "cron": "0 3 * * *", "zone": "Europe/Berlin", "jitterSeconds": 90, "timeoutSeconds": 7_200,
            "isInverted": true, "failAfter": 2, "failOf": 3, "clearAfter": 4, "severity": "URGENT", "channels": ["mail"],
            "thresholds": [{ "value": "latency", "min": null, "max": 0.5 }],
            "repeatSeconds": 3_600, "dependsOn": ["check-2"], "group": "Home", "tags": ["night"], "isPublic": true, "isPaused": true,
            "links": [{ "name": "What to do", "url": "https://example.org/x" }],
            "maintenance": [{ "cron": null, "zone": null, "everySeconds": 86_400, "seconds": 5_400 }],
        }));
        let text = said(&whole, &names).text();
        assert!(text.contains("# It is paused") && text.contains("timeout = \"2h\""), "{text}");
        let read = file::parse(&text).unwrap().remove(0);
        assert_eq!(read.depends_on, ["switch \"A\""]);
        assert_eq!(
            Value::Object(read.input),
            json!({
                "name": "it", "timing": { "cron": { "expression": "0 3 * * *", "zone": "Europe/Berlin" } }, "jitterSeconds": 90,
                "thresholds": [{ "value": "latency", "max": 0.5 }], "timeoutSeconds": 7_200, "isInverted": true, "failAfter": 2, "failOf": 3, "clearAfter": 4, "severity": "URGENT",
                "channels": ["mail"], "repeatSeconds": 3_600, "group": "Home", "tags": ["night"], "isPublic": true,
                "links": [{ "name": "What to do", "url": "https://example.org/x" }],
                "maintenance": [{ "timing": { "everySeconds": 86_400 }, "seconds": 5_400 }],
                "probe": { "ping": { "host": "nas" } },
            })
        );
    }

    #[test]
    fn every_kind_is_read_as_it_was_exported() {
        for probe in [
            json!({ "command": { "argv": ["a", "b c"], "secrets": { "TOKEN": "backup" } } }),
            json!({ "http": { "url": "https://a.example/", "expect": { "status": [200], "body": "x\"y", "stays": true,
                "json": { "pointer": "/a", "equals": "b" }, "headers": { "server": "nginx" }, "latency_max_ms": 9 } } }),
            json!({ "http": { "url": "https://a.example/" } }),
            json!({ "tcp": { "host": "nas", "port": 22 } }),
            json!({ "tls": { "host": "nas", "port": 8443, "days_min": 7 } }),
            json!({ "dns": { "name": "a.example", "record": "AAAA", "expect": ["::1"], "server": "192.0.2.1" } }),
            json!({ "domain": { "name": "a.example", "days_min": 9 } }),
            json!({ "disk": { "path": "/srv", "free_min_bytes": 5 } }),
            json!({ "process": { "name": "nginx", "count_min": 2 } }),
            json!({ "file_age": { "path": "/srv", "age_max_seconds": 90 } }),
            json!({ "nats": { "url": "nats://nas:4222" } }),
            json!({ "docker": { "container": "web", "socket": "/run/docker.sock" } }),
            json!({ "events": { "event": "download.completed", "age_max_seconds": 86_400 } }),
            json!({ "push": {} }),
        ] {
            let kind = probe.as_object().unwrap().keys().next().unwrap().clone();
            let text = said(&check(json!({ "kind": kind, "probe": probe })), &BTreeMap::new()).text();
            let read = file::parse(&text).unwrap_or_else(|why| panic!("{why}: {text}"));
            assert_eq!(read[0].input["probe"], probe, "{text}");
        }
    }
}
