//! Checks of a project of Healthchecks, as `GET /api/v3/checks/` tells them (its documentation, "Management API").

use serde_json::{Value, json};

use super::{Found, number, seconds, text};

/// What reports there reports here: a crontab changes its host name only.
pub(super) fn read(json: &Value) -> Option<Found> {
    let checks = json.get("checks").and_then(Value::as_array)?;
    let mut found = Found::default();
    for check in checks {
        // Old ones have no slug; a report is sent by it.
        let Some(name) = text(check, "slug").or_else(|| text(check, "name")) else {
            found.leave("", "it has no name");
            continue;
        };
        let mut fields = json!({ "name": name, "kind": "push" });
        match (text(check, "schedule"), number(check, "timeout")) {
            (Some(schedule), _) => {
                fields["cron"] = schedule.into();
                fields["zone"] = text(check, "tz").unwrap_or("UTC").into();
            }
            (None, Some(every)) => fields["every"] = seconds(every).into(),
            (None, None) => {
                found.leave(name, "it says neither how often it reports nor when");
                continue;
            }
        }
        if let Some(grace) = number(check, "grace") {
            fields["grace"] = seconds(grace).into();
        }
        let tags: Vec<&str> = text(check, "tags").unwrap_or_default().split_whitespace().collect();
        if !tags.is_empty() {
            fields["tags"] = json!(tags);
        }
        found.take(fields, text(check, "status") == Some("paused"));
        if text(check, "channels").is_some() {
            found.leave(name, "whom it tells: add channels by `mediary notification channel add`");
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reports_there_reports_here() {
        let project = json!({ "checks": [
            { "name": "Backup", "slug": "backup", "tags": "prod nas", "grace": 900, "timeout": 3600, "status": "up", "channels": "1f" },
            { "name": "Night", "slug": "night", "grace": 60, "schedule": "0 3 * * *", "tz": "Europe/Berlin", "status": "paused" },
        ] });
        let found = read(&project).unwrap();
        assert_eq!(
            Value::Object(found.checks[0].fields.clone()),
            json!({ "name": "backup", "kind": "push", "every": "3600s", "grace": "900s", "tags": ["prod", "nas"] })
        );
        assert_eq!(
            Value::Object(found.checks[1].fields.clone()),
            json!({ "name": "night", "kind": "push", "cron": "0 3 * * *", "zone": "Europe/Berlin", "grace": "60s" })
        );
        assert_eq!((found.checks[0].is_paused, found.checks[1].is_paused), (false, true));
        assert_eq!(found.left_out.len(), 1);
    }
}
