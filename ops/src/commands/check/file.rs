//! Checks as a file, and as one line: what a command of the API is made of.
//!
//! In a file each `[[check]]` has a `name` and a `kind`; what every kind has is listed in [`COMMON`], all else is of the kind, as the
//! command `check.add` has it, or in the shorter words of [`shorter`].

use std::path::Path;

use mediary_actors::check::Said;
use mediary_events::check::ask::Add;
use mediary_schema::check::Probe;
use serde_json::{Map, Value, json};
use url::Url;

use crate::commands::{failure::Failure, schedule::seconds};

/// A check as a file or a line says it: the input of the API, but for the names of what it depends on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) input: Map<String, Value>,
    pub(crate) depends_on: Vec<String>,
}

/// What every kind of check has in a file.
const COMMON: [&str; 22] = [
    "name",
    "kind",
    "every",
    "cron",
    "zone",
    "jitter",
    "timeout",
    "grace",
    "thresholds",
    "fail_after",
    "fail_of",
    "clear_after",
    "severity",
    "repeat",
    "invert",
    "depends_on",
    "notify",
    "group",
    "tags",
    "links",
    "public",
    "maintenance",
];
/// What the thing itself is called, of kinds that have a `name` in the API: the name of the check if that is left out.
pub(super) const CALLED: [(&str, &str); 3] =
    [("dns", "domain"), ("domain", "domain"), ("process", "process")];
/// What an answer over HTTP has to be.
const OF_ANSWER: [&str; 6] = ["status", "body", "json", "headers", "latency_max_ms", "stays"];
/// Ports where such a thing is mostly found.
const TLS_PORT: u16 = 443;

/// Every check of a file.
pub(super) fn read(path: &Path) -> Result<Vec<Wanted>, Failure> {
    let text = std::fs::read_to_string(path).map_err(Failure::file("reading", path))?;
    parse(&text).map_err(|why| Failure::Usage {
        message: format!("{}: {why}", path.display()),
        advice: "`mediary check add --help` has an example",
    })
}

/// Every check that the text of a file of the server's folder says.
pub(super) fn understand(text: &str) -> Result<Vec<Said>, String> {
    let said = |Wanted { name, input, depends_on }: Wanted| {
        let add = mediary_api::check_of(input).map_err(|why| format!("{name:?}: {why}"))?;
        Ok(Said { add: Add { replace: true, ..add }, depends_on })
    };
    parse(text)?.into_iter().map(said).collect()
}

pub(super) fn parse(text: &str) -> Result<Vec<Wanted>, String> {
    let mut table: toml::Table = toml::from_str(text).map_err(|error| error.to_string())?;
    let checks = table.remove("check");
    if let Some(other) = table.keys().next() {
        return Err(format!("{other:?} is none of a file of checks, which has `[[check]]` and nothing else"));
    }
    let checks = match checks {
        Some(toml::Value::Array(checks)) if !checks.is_empty() => checks,
        _ => return Err("there is no `[[check]]` in it".to_owned()),
    };
    checks.into_iter().enumerate().map(|(at, check)| one(check).map_err(|why| named(at, &why))).collect()
}

fn named(at: usize, why: &str) -> String {
    format!("check {}: {why}", at + 1)
}

fn one(check: toml::Value) -> Result<Wanted, String> {
    match serde_json::to_value(check) {
        Ok(Value::Object(fields)) => of_fields(fields),
        _ => Err("it is no table".to_owned()),
    }
}

/// A check of what one table of a file says.
pub(crate) fn of_fields(mut fields: Map<String, Value>) -> Result<Wanted, String> {
    let text = |fields: &mut Map<String, Value>, key: &str| match fields.remove(key) {
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{key}` is a text")),
        None => Ok(None),
    };
    let name = text(&mut fields, "name")?.ok_or("it has no `name`")?;
    let of_it = |why: String| format!("{name:?}: {why}");
    let kind = text(&mut fields, "kind")?.ok_or_else(|| of_it("it has no `kind`".to_owned()))?;
    if !Probe::KINDS.contains(&kind.as_str()) {
        return Err(of_it(format!("{kind:?} is no kind; it is one of {}", Probe::KINDS.join(", "))));
    }
    let mut input = Map::new();
    input.insert("name".to_owned(), name.clone().into());
    if let Some(timing) = timing(&mut fields).map_err(of_it)? {
        input.insert("timing".to_owned(), timing);
    }
    for (key, field) in [
        ("timeout", "timeoutSeconds"),
        ("grace", "timeoutSeconds"),
        ("jitter", "jitterSeconds"),
        ("repeat", "repeatSeconds"),
    ] {
        if let Some(how_long) = text(&mut fields, key).map_err(of_it)? {
            input.insert(field.to_owned(), seconds(&how_long).map_err(of_it)?.into());
        }
    }
    for (key, field) in [
        ("thresholds", "thresholds"),
        ("fail_after", "failAfter"),
        ("fail_of", "failOf"),
        ("clear_after", "clearAfter"),
        ("invert", "isInverted"),
        ("notify", "channels"),
        ("group", "group"),
        ("public", "isPublic"),
        ("tags", "tags"),
    ] {
        if let Some(value) = fields.remove(key) {
            input.insert(field.to_owned(), value);
        }
    }
    if let Some(severity) = text(&mut fields, "severity").map_err(of_it)? {
        input.insert("severity".to_owned(), severity.to_uppercase().into());
    }
    if let Some(Value::Object(links)) = fields.remove("links") {
        let links = links.into_iter().map(|(name, url)| json!({ "name": name, "url": url }));
        input.insert("links".to_owned(), links.collect());
    }
    if let Some(times) = fields.remove("maintenance") {
        input.insert("maintenance".to_owned(), maintenance(times).map_err(of_it)?);
    }
    let depends_on = match fields.remove("depends_on") {
        None => Vec::new(),
        Some(names) => {
            serde_json::from_value(names).map_err(|_| of_it("`depends_on` is a list of names".to_owned()))?
        }
    };
    if let Some(left) = fields.keys().find(|key| COMMON.contains(&key.as_str())) {
        return Err(of_it(format!("`{left}` is said together with what it excludes")));
    }
    let probe = shorter(&kind, &name, fields).map_err(of_it)?;
    // Refused here, with the name, in place of at the server, without.
    serde_json::from_value::<Probe>(probe.clone()).map_err(|error| of_it(error.to_string()))?;
    input.insert("probe".to_owned(), probe);
    Ok(Wanted { name, input, depends_on })
}

fn timing(fields: &mut Map<String, Value>) -> Result<Option<Value>, String> {
    let zone = fields.remove("zone").unwrap_or_else(|| "UTC".into());
    Ok(match (fields.remove("every"), fields.remove("cron")) {
        (Some(Value::String(every)), None) => Some(json!({ "everySeconds": seconds(&every)? })),
        (None, Some(Value::String(cron))) => Some(json!({ "cron": { "expression": cron, "zone": zone } })),
        (None, None) => None,
        (Some(_), Some(_)) => return Err("say `every` or `cron`, not both".to_owned()),
        _ => {
            return Err(
                "`every` is a time such as \"5m\", `cron` an expression such as \"0 3 * * *\"".to_owned()
            );
        }
    })
}

/// Times of maintenance: each with `every` or `cron`, and `for`.
fn maintenance(times: Value) -> Result<Value, String> {
    let refused = || "`maintenance` is a list of tables with `cron` or `every`, and `for`".to_owned();
    let times: Vec<Map<String, Value>> = serde_json::from_value(times).map_err(|_| refused())?;
    let one = |mut time: Map<String, Value>| {
        let timing = timing(&mut time)?.ok_or_else(refused)?;
        let lasts =
            time.remove("for").as_ref().and_then(Value::as_str).map(seconds).ok_or_else(refused)??;
        if time.is_empty() { Ok(json!({ "timing": timing, "seconds": lasts })) } else { Err(refused()) }
    };
    times.into_iter().map(one).collect()
}

/// What is looked at, in the words of the API: some have shorter ones in a file.
fn shorter(kind: &str, name: &str, mut fields: Map<String, Value>) -> Result<Value, String> {
    // The check itself is called `name` in a file.
    if let Some((_, key)) = CALLED.iter().find(|(of, _)| *of == kind) {
        let called = fields.remove(*key).unwrap_or_else(|| name.into());
        fields.insert("name".to_owned(), called);
    }
    let mut expect = Map::new();
    for key in OF_ANSWER {
        if kind == "http"
            && let Some(value) = fields.remove(key)
        {
            let value = if key == "status" && !value.is_array() { json!([value]) } else { value };
            expect.insert(key.to_owned(), value);
        }
    }
    if !expect.is_empty() {
        fields.insert("expect".to_owned(), expect.into());
    }
    if let Some(Value::String(age)) = fields.remove("max_age") {
        fields.insert("age_max_seconds".to_owned(), seconds(&age)?.into());
    }
    let usual = |fields: &mut Map<String, Value>, key: &str, value: Value| {
        fields.entry(key.to_owned()).or_insert(value);
    };
    match kind {
        "tls" => {
            usual(&mut fields, "port", TLS_PORT.into());
            usual(&mut fields, "days_min", 14.into());
        }
        "domain" => usual(&mut fields, "days_min", 30.into()),
        "dns" => usual(&mut fields, "record", "A".into()),
        "process" => usual(&mut fields, "count_min", 1.into()),
        "docker" => usual(&mut fields, "socket", "/var/run/docker.sock".into()),
        "disk" if !fields.contains_key("free_min_bytes") => usual(&mut fields, "free_min_percent", 10.into()),
        _ => {}
    }
    Ok(json!({ kind: fields }))
}

/// A check of an address, with what that says guessed.
pub(super) fn of_url(text: &str, name: Option<String>) -> Result<Wanted, Failure> {
    let refused = |why: &str| Failure::Usage {
        message: format!("{text:?} {why}"),
        advice: "it is an address such as https://example.org, tcp://nas:22, tls://example.org, ping://nas, \
                 dns://example.org, nats://nas:4222",
    };
    let url = Url::parse(text).map_err(|_| refused("is no address"))?;
    let host =
        url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| refused("has no host"))?.to_owned();
    let port = url.port();
    let probe = match url.scheme() {
        "http" | "https" => json!({ "http": { "url": text } }),
        "tcp" => {
            let port = port.ok_or_else(|| refused("has no port"))?;
            json!({ "tcp": { "host": host, "port": port } })
        }
        "tls" => json!({ "tls": { "host": host, "port": port.unwrap_or(TLS_PORT), "days_min": 14 } }),
        "ping" => json!({ "ping": { "host": host } }),
        "dns" => json!({ "dns": { "name": host, "record": "A" } }),
        "nats" => json!({ "nats": { "url": text } }),
        _ => return Err(refused("is of no kind that is known")),
    };
    let name = name.unwrap_or_else(|| match port {
        Some(port) => format!("{host}:{port}"),
        None => host,
    });
    let mut input = Map::new();
    input.insert("name".to_owned(), name.clone().into());
    input.insert("probe".to_owned(), probe);
    Ok(Wanted { name, input, depends_on: Vec::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    // The form of a file, fixed in issue 10.
    #[test]
    fn a_file_is_read_as_it_is_written() {
        let text = r#"
            [[check]]
            name = "backup"
            kind = "command"
            argv = ["/usr/local/bin/check-backup", "--days", "1"]
            every = "5m"
            timeout = "30s"
            fail_after = 2
            fail_of = 3
            invert = false
            depends_on = ["nas"]
            notify = ["mail"]
            repeat = "1h"
            maintenance = [{ cron = "30 1 * * *", zone = "Europe/Berlin", for = "2h" }]

            [[check]]
            name = "site"
            kind = "http"
            url = "https://example.org/health"
            cron = "0 3 * * *"
            zone = "Europe/Berlin"
            status = 204
            body = "welcome"
        "#;
        let checks = parse(text).unwrap();
        assert_eq!(checks[0].depends_on, ["nas"]);
        assert_eq!(
            Value::Object(checks[0].input.clone()),
            json!({
                "name": "backup", "timing": { "everySeconds": 300 }, "timeoutSeconds": 30, "failAfter": 2, "failOf": 3,
                "isInverted": false, "channels": ["mail"],
                "repeatSeconds": 3_600,
                "maintenance": [{
                    "timing": { "cron": { "expression": "30 1 * * *", "zone": "Europe/Berlin" } }, "seconds": 7_200,
                }],
                "probe": { "command": { "argv": ["/usr/local/bin/check-backup", "--days", "1"] } },
            })
        );
        assert_eq!(
            Value::Object(checks[1].input.clone()),
            json!({
                "name": "site", "timing": { "cron": { "expression": "0 3 * * *", "zone": "Europe/Berlin" } },
                "probe": { "http": { "url": "https://example.org/health", "expect": { "status": [204], "body": "welcome" } } },
            })
        );
    }

    #[test]
    fn what_is_wrong_in_a_file_says_where() {
        let refused = |text: &str| parse(text).unwrap_err();
        assert!(refused("a = ").contains("line 1"), "{}", refused("a = "));
        assert!(refused("").contains("no `[[check]]`"));
        assert!(refused("[[checks]]\nname = 'a'").contains("\"checks\""));
        assert!(refused("[[check]]\nkind = 'ping'").contains("check 1: it has no `name`"));
        assert!(refused("[[check]]\nname = 'a'\nkind = 'pong'").contains("one of command, http"));
        assert!(refused("[[check]]\nname = 'a'\nkind = 'ping'\nhots = 'b'").contains("unknown field `hots`"));
        let both = "[[check]]\nname = 'a'\nkind = 'ping'\nhost = 'b'\nevery = '1m'\ncron = '* * * * *'";
        assert!(refused(both).contains("not both"));
    }

    // Each kind can be said in a file, with as little as it needs.
    #[test]
    fn every_kind_can_be_said_in_a_file() {
        let of = |kind: &str, more: &str| {
            let text = format!("[[check]]\nname = \"it\"\nkind = \"{kind}\"\n{more}");
            parse(&text).unwrap_or_else(|why| panic!("{kind}: {why}"))[0].input["probe"].clone()
        };
        for (kind, more) in [
            ("command", "argv = ['true']"),
            ("http", "url = 'https://example.org'"),
            ("tcp", "host = 'nas'\nport = 22"),
            ("tls", "host = 'example.org'"),
            ("dns", "domain = 'example.org'"),
            ("domain", "domain = 'example.org'"),
            ("ping", "host = 'nas'"),
            ("disk", "path = '/srv'"),
            ("process", "process = 'nginx'"),
            ("file_age", "path = '/srv/backup'\nmax_age = '1d'"),
            ("nats", "url = 'nats://nas:4222'"),
            ("docker", "container = 'web'"),
            ("events", "event = 'download.completed'\nmax_age = '7d'"),
            ("push", "every = '1d'\ngrace = '1h'"),
        ] {
            let probe: Probe = serde_json::from_value(of(kind, more)).unwrap();
            assert_eq!((probe.kind(), probe.check()), (kind, Ok(())));
        }
        assert_eq!(of("process", "")["process"]["name"], json!("it"), "the check is called as the program");
        assert_eq!(of("dns", "domain = 'example.org'")["dns"]["name"], json!("example.org"));
    }

    #[test]
    fn an_address_is_a_check() {
        let of = |text: &str| {
            let Wanted { name, input, .. } = of_url(text, None).unwrap();
            (name, input["probe"].clone())
        };
        let site = ("example.org".to_owned(), json!({ "http": { "url": "https://example.org/x" } }));
        assert_eq!(of("https://example.org/x"), site);
        assert_eq!(of("tcp://nas:22").1, json!({ "tcp": { "host": "nas", "port": 22 } }));
        assert_eq!(of("tcp://nas:22").0, "nas:22");
        assert_eq!(of("ping://10.0.0.1").1, json!({ "ping": { "host": "10.0.0.1" } }));
        for text in ["example.org", "gopher://example.org", "tcp://nas", "https://"] {
            assert!(of_url(text, None).is_err(), "{text}");
        }
    }
}
