//! What is done again and again. Lists and secrets stand in it as people name them, since each installation has ids of its own.

use std::collections::BTreeMap;

use mediary_events::Subject;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::timing::{Span, timing};
use crate::answers::schedule as answers;

/// A command that is given again and again. It is whole: what is left out is not said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Schedule {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    every: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cron: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    jitter: Option<Span>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) paused: bool,
    command: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    arguments: Map<String, Value>,
}

/// What stands in place of the id of a list: its address.
const FOLLOW: &str = "follow";
/// What stands in place of the id of a secret: its name.
const SECRET: &str = "secret";

/// Things by their ids, and back.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Addresses of lists.
    pub(super) lists: BTreeMap<String, String>,
    /// Ids of lists by further addresses: other spellings, and lists that will be followed.
    pub(super) aliases: BTreeMap<String, String>,
    /// Names of secrets.
    pub(super) secrets: BTreeMap<String, String>,
}

/// The id of what is called so.
fn id_of<'a>(names: &'a BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    names.iter().find(|(_, known)| *known == name).map(|(id, _)| id.as_str())
}

impl Names {
    /// The id of a list.
    pub(super) fn list(&self, url: &str) -> Option<&str> {
        self.aliases.get(url).map(String::as_str).or_else(|| id_of(&self.lists, url))
    }

    /// The id of a secret.
    pub(super) fn secret(&self, name: &str) -> Option<&str> {
        id_of(&self.secrets, name)
    }
}

/// What of a command can't be said elsewhere, or isn't there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unknown(pub(super) &'static str, pub(super) String);

impl Schedule {
    /// One that there is; the id that it names if that is of this installation alone.
    pub(super) fn of(schedule: &answers::Schedule, names: &Names) -> Result<Self, Unknown> {
        let arguments = match told(&schedule.command.arguments, names)? {
            Value::Object(arguments) => arguments,
            _ => Map::new(),
        };
        let span = |seconds: i64| u32::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Span);
        Ok(Self {
            every: schedule.every_seconds.and_then(span),
            cron: schedule.cron.clone(),
            zone: schedule.zone.clone(),
            jitter: span(schedule.jitter_seconds),
            paused: schedule.is_paused,
            command: schedule.command.name.clone(),
            arguments,
        })
    }

    /// The same, with what is meant where nothing is said.
    pub(super) fn whole(mut self) -> Self {
        if self.cron.is_some() {
            self.zone.get_or_insert_with(|| super::timing::ZONE.to_owned());
        }
        self.jitter = self.jitter.filter(|Span(seconds)| *seconds > 0);
        self
    }

    /// Whether they do the same at the same moments.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        Self { paused: other.paused, ..self.clone() } == *other
    }

    /// Whether what the file says makes sense by itself.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let timing = timing(self.every, self.cron.as_deref(), self.zone.as_deref())?;
        timing.map(drop).ok_or("it says no moments: `every = \"2h\"` or `cron = \"30 2 * * *\"`")
    }

    /// The addresses of the lists that it names.
    pub(super) fn lists(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.arguments.values().for_each(|value| named(value, FOLLOW, &mut found));
        found
    }

    /// The names of the secrets that it names.
    pub(super) fn secrets(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.arguments.values().for_each(|value| named(value, SECRET, &mut found));
        found
    }

    /// As the API takes it.
    pub(super) fn input(&self, name: &str, names: &Names) -> Result<Value, Unknown> {
        let timing = timing(self.every, self.cron.as_deref(), self.zone.as_deref()).unwrap_or_default();
        let arguments = meant(&Value::Object(self.arguments.clone()), names)?;
        let jitter = self.jitter.map_or(0, |Span(seconds)| seconds);
        Ok(json!({ "name": name, "timing": timing, "jitterSeconds": jitter, "replace": true,
            "command": { "name": self.command, "arguments": arguments } }))
    }
}

/// A value without ids of this installation. What is null is not said: TOML has no word for it.
fn told(value: &Value, names: &Names) -> Result<Value, Unknown> {
    Ok(match value {
        Value::String(text) if text.parse::<Subject>().is_ok() => {
            match (names.lists.get(text), names.secrets.get(text)) {
                (Some(url), _) => json!({ FOLLOW: url }),
                (None, Some(name)) => json!({ SECRET: name }),
                (None, None) => return Err(Unknown("thing", text.clone())),
            }
        }
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| told(item, names)).collect::<Result<_, _>>()?)
        }
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let fields = fields.map(|(name, value)| Ok((name.clone(), told(value, names)?)));
            Value::Object(fields.collect::<Result<_, _>>()?)
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

/// The text under the one field of a thing that is named so.
fn name_in<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    let fields = value.as_object().filter(|fields| fields.len() == 1)?;
    fields.get(field)?.as_str()
}

/// A value with the ids of this installation.
fn meant(value: &Value, names: &Names) -> Result<Value, Unknown> {
    if let Some(url) = name_in(value, FOLLOW) {
        let id = names.list(url).ok_or_else(|| Unknown("list", url.to_owned()))?;
        return Ok(id.into());
    }
    if let Some(name) = name_in(value, SECRET) {
        let id = names.secret(name).ok_or_else(|| Unknown("secret", name.to_owned()))?;
        return Ok(id.into());
    }
    Ok(match value {
        Value::Array(items) => {
            Value::Array(items.iter().map(|item| meant(item, names)).collect::<Result<_, _>>()?)
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| Ok((name.clone(), meant(value, names)?)));
            Value::Object(fields.collect::<Result<_, _>>()?)
        }
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    })
}

fn named<'a>(value: &'a Value, field: &str, found: &mut Vec<&'a str>) {
    if let Some(name) = name_in(value, field) {
        found.push(name);
        return;
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| named(item, field, found)),
        Value::Object(fields) => fields.values().for_each(|value| named(value, field, found)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "playlist-01890a5d-ac96-774b-bcce-b302099a8057";
    const SECRET_ID: &str = "secret-01890a5d-ac96-774b-bcce-b302099a8057";
    const OTHER: &str = "file-01890a5d-ac96-774b-bcce-b302099a8057";

    fn names() -> Names {
        Names {
            lists: BTreeMap::from([(LIST.to_owned(), "https://example.org/".to_owned())]),
            aliases: BTreeMap::new(),
            secrets: BTreeMap::from([(SECRET_ID.to_owned(), "tube".to_owned())]),
        }
    }

    #[test]
    fn what_has_a_name_is_told_by_it_and_found_again() {
        let arguments = json!({ "a": [LIST, 1, "text"], "b": { "c": SECRET_ID, "d": null } });
        let said = told(&arguments, &names()).unwrap();
        let expected = json!({ "a": [{ "follow": "https://example.org/" }, 1, "text"], "b": { "c": { "secret": "tube" } } });
        assert_eq!(said, expected);
        let again = json!({ "a": [LIST, 1, "text"], "b": { "c": SECRET_ID } });
        assert_eq!(meant(&said, &names()), Ok(again));
        assert_eq!(told(&json!([OTHER]), &names()), Err(Unknown("thing", OTHER.to_owned())));
        assert_eq!(meant(&said, &Names::default()), Err(Unknown("list", "https://example.org/".to_owned())));
    }

    #[test]
    fn what_it_names_is_known_before_it_is_added() {
        let text = "command = 'x'\nevery = '1h'\n[arguments]\na = [{ follow = 'u' }]\nb = { secret = 's' }";
        let schedule: Schedule = toml::from_str(text).unwrap();
        assert_eq!((schedule.lists(), schedule.secrets()), (vec!["u"], vec!["s"]));
        assert_eq!(schedule.check(), Ok(()));
        let never: Schedule = toml::from_str("command = 'x'").unwrap();
        assert!(never.check().is_err());
    }
}
