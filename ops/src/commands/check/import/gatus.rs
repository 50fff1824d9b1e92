//! Endpoints of Gatus: `endpoints` and `external-endpoints` of its configuration.

use serde_json::{Map, Value, json};
use url::Url;

use super::{Found, seconds, text};

/// How often it looks unless said otherwise, in seconds.
const EVERY_S: u64 = 60;
/// How many looks have to fail, and to be well, unless an alert says otherwise.
const FAIL_AFTER: u64 = 3;
const CLEAR_AFTER: u64 = 2;
/// Conditions that hold whenever a check is well.
const IMPLIED: [&str; 5] =
    ["[CONNECTED] == true", "[DNS_RCODE] == NOERROR", "[STATUS] < 400", "[STATUS] < 300", "[STATUS] <= 299"];

/// Every endpoint of a configuration; none if it is none.
pub(super) fn read(yaml: &Value) -> Option<Found> {
    let list = |key: &str| yaml.get(key).and_then(Value::as_array);
    let (endpoints, external) = (list("endpoints"), list("external-endpoints"));
    endpoints.or(external)?;
    let mut found = Found::default();
    let maintenance = maintenance(yaml, &mut found);
    for endpoint in endpoints.into_iter().flatten() {
        let name = text(endpoint, "name").unwrap_or_default();
        match probe(endpoint) {
            Ok(mut fields) => {
                common(endpoint, name, &mut fields);
                fields.extend(maintenance.clone());
                conditions(endpoint, name, &mut fields, &mut found);
                found.take(Value::Object(fields), is_paused(endpoint));
            }
            Err(why) => found.leave(name, why),
        }
        alerts(endpoint, name, &mut found);
    }
    for endpoint in external.into_iter().flatten() {
        let name = text(endpoint, "name").unwrap_or_default();
        let mut fields = Map::from_iter([("kind".to_owned(), json!("push"))]);
        common(endpoint, name, &mut fields);
        fields.extend(maintenance.clone());
        let every =
            endpoint.get("heartbeat").and_then(|heartbeat| text(heartbeat, "interval")).and_then(duration);
        if let Some(every) = every {
            fields.insert("every".to_owned(), seconds(every).into());
        } else {
            fields.insert("every".to_owned(), "1d".into());
            found.leave(name, "it does not say how often it reports: once a day is taken");
        }
        found.take(Value::Object(fields), is_paused(endpoint));
        alerts(endpoint, name, &mut found);
    }
    Some(found)
}

fn common(endpoint: &Value, name: &str, fields: &mut Map<String, Value>) {
    let mut set = |key: &str, value: Value| {
        fields.insert(key.to_owned(), value);
    };
    set("name", name.trim().into());
    set("every", seconds(text(endpoint, "interval").and_then(duration).unwrap_or(EVERY_S)).into());
    if let Some(group) = text(endpoint, "group") {
        set("group", group.into());
    }
    if let Some(timeout) =
        endpoint.get("client").and_then(|client| text(client, "timeout")).and_then(duration)
    {
        set("timeout", seconds(timeout.max(1)).into());
    }
    let alert = endpoint.get("alerts").and_then(Value::as_array).and_then(|alerts| alerts.first());
    if let Some(alert) = alert {
        let of = |key: &str, usual: u64| alert.get(key).and_then(Value::as_u64).unwrap_or(usual);
        set("fail_after", of("failure-threshold", FAIL_AFTER).into());
        set("clear_after", of("success-threshold", CLEAR_AFTER).into());
    }
}

/// When nobody is told of any of them, as a field of each.
fn maintenance(yaml: &Value, found: &mut Found) -> Option<(String, Value)> {
    let said = yaml.get("maintenance")?;
    if said.get("enabled") == Some(&json!(false)) {
        return None;
    }
    let start = text(said, "start").and_then(|start| start.split_once(':'));
    let start = start.and_then(|(hour, minute)| hour.parse::<u8>().ok().zip(minute.parse::<u8>().ok()));
    let (Some((hour, minute)), Some(lasts)) = (start, text(said, "duration").and_then(duration)) else {
        found.leave("maintenance", "it does not say when it begins, or how long it lasts");
        return None;
    };
    let days: Vec<&str> =
        said.get("every").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let numbers: Vec<String> =
        days.iter().filter_map(|day| weekday(day)).map(|day| day.to_string()).collect();
    let days = if numbers.is_empty() { "*".to_owned() } else { numbers.join(",") };
    let zone = text(said, "timezone").unwrap_or("UTC");
    let times =
        json!([{ "cron": format!("{minute} {hour} * * {days}"), "zone": zone, "for": seconds(lasts) }]);
    Some(("maintenance".to_owned(), times))
}

/// The number that cron has for a day of the week.
fn weekday(day: &str) -> Option<usize> {
    const DAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
    DAYS.iter().position(|known| known.eq_ignore_ascii_case(day))
}

fn alerts(endpoint: &Value, name: &str, found: &mut Found) {
    if endpoint.get("alerts").and_then(Value::as_array).is_some_and(|alerts| !alerts.is_empty()) {
        found.leave(name, "whom it tells: add channels by `mediary notification channel add`");
    }
}

/// What it looks at, in the words of our files; why that can't be, otherwise.
fn probe(endpoint: &Value) -> Result<Map<String, Value>, String> {
    let said = text(endpoint, "url").ok_or("it has no address")?;
    let has = |key: &str| endpoint.get(key).is_some_and(|value| !value.is_null());
    if let Some(dns) = endpoint.get("dns") {
        let name = text(dns, "query-name").ok_or("it asks for no name")?.trim_end_matches('.');
        let record = text(dns, "query-type").unwrap_or("A");
        return object(json!({ "kind": "dns", "domain": name, "record": record, "server": said }));
    }
    let of_client = |key: &str| endpoint.get("client").is_some_and(|client| client.get(key).is_some());
    if of_client("oauth2") || of_client("tls") {
        return Err("it signs in, which may be secret".to_owned());
    }
    if endpoint.get("client").is_some_and(|client| client.get("insecure") == Some(&json!(true))) {
        return Err("it takes any certificate, which no check does".to_owned());
    }
    if has("headers") || has("body") || has("ssh") || has("oauth2") || has("graphql") {
        return Err("it sends headers, a body or a login, which may be secret".to_owned());
    }
    if text(endpoint, "method").is_some_and(|method| method != "GET") {
        return Err("it sends something, and a check only asks".to_owned());
    }
    let url = Url::parse(said).map_err(|_| "its address is none".to_owned())?;
    let host = || url.host_str().map(str::to_owned).ok_or_else(|| "its address has no host".to_owned());
    let port = || url.port().ok_or_else(|| "its address has no port".to_owned());
    match url.scheme() {
        "http" | "https" => object(json!({ "kind": "http", "url": said })),
        "tcp" => object(json!({ "kind": "tcp", "host": host()?, "port": port()? })),
        "icmp" => object(json!({ "kind": "ping", "host": host()? })),
        "tls" => object(json!({ "kind": "tls", "host": host()?, "port": port()? })),
        other => Err(format!("there is no kind of check for {other}://")),
    }
}

fn object(value: Value) -> Result<Map<String, Value>, String> {
    match value {
        Value::Object(fields) => Ok(fields),
        _ => Err("it is no endpoint".to_owned()),
    }
}

/// What it expects; a condition that no check can have is left out by its words.
/// Whether it is looked at no more there.
fn is_paused(endpoint: &Value) -> bool {
    endpoint.get("enabled") == Some(&json!(false))
}

fn conditions(endpoint: &Value, name: &str, fields: &mut Map<String, Value>, found: &mut Found) {
    for condition in
        endpoint.get("conditions").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    {
        let condition = condition.split_whitespace().collect::<Vec<_>>().join(" ");
        if IMPLIED.contains(&condition.as_str()) {
            continue;
        }
        if expected(&condition, fields) || beside(&condition, name, is_paused(endpoint), fields, found) {
            continue;
        }
        found.leave(name, format!("the condition {condition}"));
    }
    let said = endpoint.get("conditions").map(Value::to_string).unwrap_or_default();
    if fields.get("kind") == Some(&json!("http")) && !said.contains("[STATUS]") {
        found.leave(name, "any status was well there: here one from 200 to 399 is");
    }
}

/// Takes a condition that is one of the check itself.
fn expected(condition: &str, fields: &mut Map<String, Value>) -> bool {
    let Some((what, value)) = condition.split_once(" == ") else {
        let limit = condition.strip_prefix("[RESPONSE_TIME] < ").and_then(|limit| limit.parse::<u64>().ok());
        let is_http = fields.get("kind") == Some(&json!("http"));
        return limit.filter(|_| is_http).is_some_and(|limit| set(fields, "latency_max_ms", limit.into()));
    };
    match (fields.get("kind").and_then(Value::as_str), what) {
        (Some("http"), "[STATUS]") => {
            let list = value.strip_prefix("any(").and_then(|list| list.strip_suffix(')')).unwrap_or(value);
            let statuses: Option<Vec<u16>> =
                list.split(',').map(|status| status.trim().parse().ok()).collect();
            statuses.is_some_and(|statuses| set(fields, "status", json!(statuses)))
        }
        (Some("http"), "[BODY]") => {
            let words = value.strip_prefix("pat(*").and_then(|words| words.strip_suffix("*)"));
            words.filter(|words| !words.contains('*')).is_some_and(|words| set(fields, "body", words.into()))
        }
        (Some("http"), what) => {
            let path = what.strip_prefix("[BODY].").filter(|path| !path.contains(['[', '(']));
            let is_plain = !value.contains(['(', '*']);
            path.filter(|_| is_plain).is_some_and(|path| {
                let pointer = format!("/{}", path.replace('.', "/"));
                set(fields, "json", json!({ "pointer": pointer, "equals": value }))
            })
        }
        (Some("dns"), "[BODY]") => set(fields, "expect", json!([value])),
        _ => false,
    }
}

/// Sets what is not set yet.
fn set(fields: &mut Map<String, Value>, key: &str, value: Value) -> bool {
    let is_free = !fields.contains_key(key);
    if is_free {
        fields.insert(key.to_owned(), value);
    }
    is_free
}

/// Takes a condition that is a check of its own here: that of a certificate, or of a domain.
fn beside(
    condition: &str,
    name: &str,
    is_paused: bool,
    fields: &mut Map<String, Value>,
    found: &mut Found,
) -> bool {
    let (kind, limit) = match condition.split_once(" > ") {
        Some(("[CERTIFICATE_EXPIRATION]", limit)) => ("tls", limit),
        Some(("[DOMAIN_EXPIRATION]", limit)) => ("domain", limit),
        _ => return false,
    };
    let Some(days) = duration(limit).map(|seconds| seconds.div_ceil(86_400)) else { return false };
    if fields.get("kind") == Some(&json!(kind)) {
        return set(fields, "days_min", days.into());
    }
    let url = fields.get("url").and_then(Value::as_str).and_then(|url| Url::parse(url).ok());
    let Some((host, port)) =
        url.and_then(|url| Some((url.host_str()?.to_owned(), url.port().unwrap_or(443))))
    else {
        return false;
    };
    let of = match kind {
        "tls" => json!({ "kind": kind, "host": host, "port": port }),
        _ => json!({ "kind": kind, "domain": host }),
    };
    let Value::Object(mut of) = of else { return false };
    let word = if kind == "tls" { "certificate" } else { "domain" };
    of.extend([
        ("name".to_owned(), json!(format!("{} {word}", name.trim()))),
        ("days_min".to_owned(), json!(days)),
        ("every".to_owned(), json!("1d")),
    ]);
    found.take(Value::Object(of), is_paused);
    true
}

/// A duration of Go such as `1h30m` or `500ms`, in whole seconds.
fn duration(text: &str) -> Option<u64> {
    let (mut rest, mut seconds) = (text.trim(), 0.0);
    while !rest.is_empty() {
        let end = rest.find(|letter: char| letter.is_alphabetic())?;
        let (number, behind) = rest.split_at(end);
        let unit_end = behind.find(|letter: char| letter.is_ascii_digit()).unwrap_or(behind.len());
        let (unit, next) = behind.split_at(unit_end);
        let of_unit = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3_600.0,
            _ => return None,
        };
        seconds += number.parse::<f64>().ok()? * of_unit;
        rest = next;
    }
    (seconds > 0.0).then(|| (seconds.ceil()) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIGURATION: &str = r#"
endpoints:
  - name: website
    group: core
    url: "https://example.org/health"
    interval: 5m
    client:
      timeout: 10s
    conditions:
      - "[STATUS] == any(200, 204)"
      - "[BODY].status.db == UP"
      - "[RESPONSE_TIME] < 500"
      - "[CERTIFICATE_EXPIRATION] > 48h"
      - "[DOMAIN_EXPIRATION] > 720h"
      - "[BODY].list[0] == has(x)"
    alerts:
      - type: slack
        failure-threshold: 5
  - name: nas
    url: "icmp://10.0.0.2"
    enabled: false
    conditions:
      - "[CONNECTED] == true"
  - name: name
    url: "1.1.1.1"
    dns:
      query-name: "example.org."
      query-type: "A"
    conditions:
      - "[BODY] == 93.184.216.34"
  - name: login
    url: "https://example.org"
    headers:
      Authorization: "Bearer hidden-word"
external-endpoints:
  - name: backup
    group: core
    token: "hidden-word"
    heartbeat:
      interval: 24h
"#;

    #[test]
    fn what_is_looked_at_no_more_there_is_looked_at_no_more_here_with_all_that_belongs_to_it() {
        let endpoint = json!({
            "name": "old", "url": "https://example.org", "enabled": false,
            "conditions": ["[CERTIFICATE_EXPIRATION] > 48h", "[DOMAIN_EXPIRATION] > 720h"],
        });
        let found = read(&json!({ "endpoints": [endpoint] })).unwrap();
        assert_eq!(found.checks.iter().map(|taken| taken.is_paused).collect::<Vec<_>>(), [true; 3]);
    }

    #[test]
    fn endpoints_are_read_as_they_look() {
        let found = read(&serde_saphyr::from_str(CONFIGURATION).unwrap()).unwrap();
        let fields: Vec<Value> =
            found.checks.iter().map(|taken| Value::Object(taken.fields.clone())).collect();
        assert_eq!(
            fields,
            [
                json!({ "name": "website certificate", "kind": "tls", "host": "example.org", "port": 443, "days_min": 2, "every": "1d" }),
                json!({ "name": "website domain", "kind": "domain", "domain": "example.org", "days_min": 30, "every": "1d" }),
                json!({
                    "name": "website", "kind": "http", "url": "https://example.org/health", "every": "300s", "group": "core",
                    "timeout": "10s", "fail_after": 5, "clear_after": 2, "status": [200, 204],
                    "json": { "pointer": "/status/db", "equals": "UP" }, "latency_max_ms": 500,
                }),
                json!({ "name": "nas", "kind": "ping", "host": "10.0.0.2", "every": "60s" }),
                json!({ "name": "name", "kind": "dns", "domain": "example.org", "record": "A", "server": "1.1.1.1", "every": "60s", "expect": ["93.184.216.34"] }),
                json!({ "name": "backup", "kind": "push", "every": "86400s", "group": "core" }),
            ]
        );
        assert!(found.checks[3].is_paused);
        let left: Vec<(&str, &str)> =
            found.left_out.iter().map(|left| (left.name.as_str(), left.why.as_str())).collect();
        assert_eq!(left.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["website", "website", "login"]);
        assert!(left[0].1.contains("[BODY].list[0] == has(x)"), "{left:?}");
        assert!(!format!("{found:?}").contains("hidden-word"));
        for taken in found.checks {
            super::super::file::of_fields(taken.fields).unwrap();
        }
    }

    #[test]
    fn a_time_of_maintenance_is_one_of_each_check() {
        let of = |maintenance: &str| {
            let text = format!("endpoints:\n  - name: a\n    url: icmp://a.example\n{maintenance}");
            read(&serde_saphyr::from_str(&text).unwrap()).unwrap()
        };
        let found = of(
            "maintenance:\n  start: \"23:30\"\n  duration: 1h\n  timezone: Europe/Berlin\n  every: [Monday, Thursday]",
        );
        assert_eq!(
            found.checks[0].fields["maintenance"],
            json!([{ "cron": "30 23 * * 1,4", "zone": "Europe/Berlin", "for": "3600s" }])
        );
        let daily = of("maintenance:\n  start: \"01:00\"\n  duration: 90m");
        assert_eq!(
            daily.checks[0].fields["maintenance"],
            json!([{ "cron": "0 1 * * *", "zone": "UTC", "for": "5400s" }])
        );
        assert!(
            of("maintenance:\n  enabled: false\n  start: \"01:00\"\n  duration: 1h").checks[0]
                .fields
                .get("maintenance")
                .is_none()
        );
        assert!(of("maintenance:\n  start: soon").left_out[0].why.contains("when it begins"));
    }

    #[test]
    fn durations_are_those_of_go() {
        assert_eq!(
            ["5m", "1h30m", "500ms", "48h", "1x", ""].map(duration),
            [Some(300), Some(5_400), Some(1), Some(172_800), None, None]
        );
    }
}
