//! A backup of Uptime Kuma: `monitorList` of the JSON that its settings export, as of version 1.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use url::Url;

use super::{Found, is, number, seconds, text};

/// The statuses that it takes unless said otherwise; those that we take are these and redirects.
const USUAL: &str = "200-299";
/// The most statuses that a check names.
const STATUSES_MAX: usize = 64;
/// Records that a check asks for.
const RECORDS: [&str; 6] = ["A", "AAAA", "CNAME", "MX", "NS", "TXT"];
/// What a monitor may have that has a secret in it.
const SECRETS: [&str; 6] = ["headers", "basic_auth_user", "basic_auth_pass", "body", "authMethod", "tlsKey"];

/// Every monitor of a backup; none if it is no backup.
pub(super) fn read(json: &Value) -> Option<Found> {
    let monitors: Vec<&Value> = match json.get("monitorList")? {
        Value::Array(list) => list.iter().collect(),
        Value::Object(map) => map.values().collect(),
        _ => return None,
    };
    let groups: BTreeMap<u64, &str> = monitors
        .iter()
        .filter(|monitor| text(monitor, "type") == Some("group"))
        .filter_map(|monitor| Some((number(monitor, "id")?, text(monitor, "name")?)))
        .collect();
    let mut found = Found::default();
    for monitor in monitors {
        let name = text(monitor, "name").unwrap_or_default();
        if text(monitor, "type") == Some("group") {
            continue;
        }
        match probe(monitor) {
            Ok(mut fields) => {
                common(monitor, name, &groups, &mut fields);
                let is_paused = !is(monitor, "active");
                if is(monitor, "expiryNotification") {
                    found.checks.extend(certificate(monitor, name, is_paused));
                }
                found.checks.push(super::Taken { fields, is_paused, monitor: number(monitor, "id") });
            }
            Err(why) => found.leave(name, why),
        }
    }
    let channels = json.get("notificationList").and_then(Value::as_array).into_iter().flatten();
    for channel in channels {
        let name = text(channel, "name").unwrap_or_default();
        found.leave(name, "it has secrets: add it by `mediary notification channel add`");
    }
    let times = json.get("maintenanceList").and_then(Value::as_array).into_iter().flatten();
    for time in times {
        let name = text(time, "name").unwrap_or_default();
        found.leave(name, "a time of maintenance: add it to the checks that it is of");
    }
    Some(found)
}

fn common(monitor: &Value, name: &str, groups: &BTreeMap<u64, &str>, fields: &mut Map<String, Value>) {
    let mut set = |key: &str, value: Value| {
        fields.insert(key.to_owned(), value);
    };
    set("name", name.trim().into());
    if let Some(interval) = number(monitor, "interval") {
        set("every", seconds(interval).into());
    }
    if let Some(timeout) = number(monitor, "timeout").filter(|timeout| *timeout > 0) {
        set("timeout", seconds(timeout).into());
    }
    if let Some(retries) = number(monitor, "maxretries").filter(|retries| *retries > 0) {
        set("fail_after", (retries + 1).into());
    }
    if is(monitor, "upsideDown") {
        set("invert", true.into());
    }
    if let Some(group) = number(monitor, "parent").and_then(|parent| groups.get(&parent)) {
        set("group", (*group).into());
    }
    let tags: Vec<&str> = monitor
        .get("tags")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|tag| text(tag, "name"))
        .collect();
    if !tags.is_empty() {
        set("tags", json!(tags));
    }
}

/// What it looks at, in the words of our files; why that can't be, otherwise.
fn probe(monitor: &Value) -> Result<Map<String, Value>, String> {
    let kind = text(monitor, "type").unwrap_or_default();
    let host = || text(monitor, "hostname").ok_or("it has no host");
    let fields = match kind {
        "http" | "keyword" | "json-query" => return http(monitor, kind),
        "port" => {
            json!({ "kind": "tcp", "host": host()?, "port": number(monitor, "port").ok_or("it has no port")? })
        }
        "ping" => json!({ "kind": "ping", "host": host()? }),
        "dns" => {
            let record = text(monitor, "dns_resolve_type").unwrap_or("A");
            if !RECORDS.contains(&record) {
                return Err(format!("records {record} are asked for by no check"));
            }
            let mut fields = json!({ "kind": "dns", "domain": host()?, "record": record });
            if let Some(server) = text(monitor, "dns_resolve_server") {
                fields["server"] = server.into();
            }
            fields
        }
        "docker" => {
            json!({ "kind": "docker", "container": text(monitor, "docker_container").ok_or("it has no container")? })
        }
        "push" => json!({ "kind": "push" }),
        other => return Err(format!("there is no kind of check for {other:?}")),
    };
    match fields {
        Value::Object(fields) => Ok(fields),
        _ => Err("it is no monitor".to_owned()),
    }
}

fn http(monitor: &Value, kind: &str) -> Result<Map<String, Value>, String> {
    let url = text(monitor, "url").ok_or("it has no address")?;
    if text(monitor, "method").is_some_and(|method| method != "GET") {
        return Err("it sends something, and a check only asks".to_owned());
    }
    if SECRETS.iter().any(|key| text(monitor, key).is_some_and(|value| !matches!(value.trim(), "{}" | "[]")))
    {
        return Err("it sends headers or a password, which may be secret".to_owned());
    }
    if is(monitor, "ignoreTls") {
        return Err("it takes any certificate, which no check does".to_owned());
    }
    if is(monitor, "invertKeyword") {
        return Err("it wants words not to be there, which no check can want".to_owned());
    }
    let mut fields = Map::from_iter([("kind".to_owned(), json!("http")), ("url".to_owned(), json!(url))]);
    if let Some(statuses) = statuses(monitor)? {
        fields.insert("status".to_owned(), json!(statuses));
    }
    if number(monitor, "maxredirects") == Some(0) {
        fields.insert("stays".to_owned(), true.into());
    }
    if kind == "keyword" {
        fields.insert("body".to_owned(), text(monitor, "keyword").ok_or("it has no keyword")?.into());
    }
    if kind == "json-query" {
        let path = text(monitor, "jsonPath").ok_or("it has no path")?;
        let pointer = pointer(path).ok_or_else(|| format!("the path {path:?} is more than a place"))?;
        let equals = text(monitor, "expectedValue");
        fields.insert("json".to_owned(), json!({ "pointer": pointer, "equals": equals }));
    }
    Ok(fields)
}

/// The statuses that are well; none if they are the usual ones.
fn statuses(monitor: &Value) -> Result<Option<Vec<u16>>, String> {
    let said = monitor.get("accepted_statuscodes").and_then(Value::as_array).cloned().unwrap_or_default();
    let said: Vec<&str> = said.iter().filter_map(Value::as_str).collect();
    if said.is_empty() || said == [USUAL] {
        return Ok(None);
    }
    let mut all = Vec::new();
    for range in said {
        let (from, to) = range.split_once('-').unwrap_or((range, range));
        let parsed = from.trim().parse::<u16>().ok().zip(to.trim().parse::<u16>().ok());
        let (from, to) = parsed.ok_or_else(|| format!("the statuses {range:?} are none"))?;
        all.extend((from..=to).take(STATUSES_MAX + 1));
    }
    if all.len() > STATUSES_MAX {
        return Err(format!("more than {STATUSES_MAX} statuses would be well"));
    }
    Ok(Some(all))
}

/// A path such as `$.status.db` as a JSON Pointer; none of what is more than a place.
fn pointer(path: &str) -> Option<String> {
    let path = path.strip_prefix("$.").unwrap_or(path);
    let is_plain =
        |step: &str| !step.is_empty() && step.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    let steps: Vec<&str> = path.split('.').collect();
    steps.iter().all(|step| is_plain(step)).then(|| format!("/{}", steps.join("/")))
}

/// The certificate that it looks at beside the address.
fn certificate(monitor: &Value, name: &str, is_paused: bool) -> Option<super::Taken> {
    let url = Url::parse(text(monitor, "url")?).ok().filter(|url| url.scheme() == "https")?;
    let fields = json!({
        "name": format!("{} certificate", name.trim()), "kind": "tls", "host": url.host_str()?,
        "port": url.port().unwrap_or(443), "every": "1d",
    });
    match fields {
        Value::Object(fields) => Some(super::Taken { fields, is_paused, monitor: None }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(monitors: &Value) -> Found {
        read(&json!({ "version": "1.23.11", "notificationList": [{ "name": "Mail" }], "monitorList": monitors })).unwrap()
    }

    fn fields(monitor: &Value) -> Value {
        let found = found(&json!([monitor]));
        assert_eq!(found.left_out.len(), 1, "only the channel: {:?}", found.left_out);
        Value::Object(found.checks[0].fields.clone())
    }

    #[test]
    fn monitors_are_read_as_they_look() {
        let site = json!({
            "id": 2, "name": " Site ", "type": "keyword", "url": "https://example.org/", "method": "GET", "keyword": "welcome",
            "interval": 60, "timeout": 48, "maxretries": 2, "upsideDown": false, "active": 1, "maxredirects": 0,
            "accepted_statuscodes": ["200", "301-302"], "headers": "{}", "tags": [{ "name": "web" }],
        });
        assert_eq!(
            fields(&site),
            json!({
                "name": "Site", "kind": "http", "url": "https://example.org/", "status": [200, 301, 302], "stays": true,
                "body": "welcome", "every": "60s", "timeout": "48s", "fail_after": 3, "tags": ["web"],
            })
        );
        let json = json!({ "name": "API", "type": "json-query", "url": "https://a.example", "jsonPath": "$.status.db", "expectedValue": "up", "active": true });
        assert_eq!(fields(&json)["json"], json!({ "pointer": "/status/db", "equals": "up" }));
        let port = json!({ "name": "ssh", "type": "port", "hostname": "nas", "port": "22", "active": true, "upsideDown": true });
        assert_eq!(
            fields(&port),
            json!({ "name": "ssh", "kind": "tcp", "host": "nas", "port": 22, "invert": true })
        );
    }

    #[test]
    fn a_group_is_a_group_and_a_certificate_is_a_check_of_its_own() {
        let found = found(&json!({
            "1": { "id": 1, "name": "Home", "type": "group", "active": 1 },
            "2": { "id": 2, "name": "NAS", "type": "http", "url": "https://nas.example:8443/", "parent": 1, "active": 0, "expiryNotification": true },
        }));
        let [certificate, site] = &found.checks[..] else { panic!("{found:?}") };
        assert_eq!(site.fields["group"], json!("Home"));
        assert_eq!((&certificate.fields["kind"], &certificate.fields["port"]), (&json!("tls"), &json!(8443)));
        assert!(site.is_paused && certificate.is_paused);
    }

    #[test]
    fn what_can_not_be_taken_says_why_and_shows_nothing_secret() {
        let found = found(&json!([
            { "name": "post", "type": "http", "url": "https://a.example", "method": "POST", "active": 1 },
            { "name": "auth", "type": "http", "url": "https://a.example", "basic_auth_user": "me", "basic_auth_pass": "hidden-word", "active": 1 },
            { "name": "game", "type": "steam", "hostname": "a.example", "active": 1 },
            { "name": "query", "type": "json-query", "url": "https://a.example", "jsonPath": "$sum(a)", "active": 1 },
        ]));
        assert_eq!(found.checks, []);
        let whys: Vec<&str> = found.left_out.iter().map(|left| left.why.as_str()).collect();
        for (why, wanted) in
            whys.iter().zip(["only asks", "secret", "steam", "more than a place", "channel add"])
        {
            assert!(why.contains(wanted), "{why}");
        }
        assert!(!format!("{found:?}").contains("hidden-word"));
    }
}
