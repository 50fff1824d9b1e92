//! What is told of which events.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::answers::notification::{NotificationCondition, NotificationRule};

/// What follows from an event. It is whole: what is left out is not said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    event: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    about: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    topic: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    severity: Option<Severity>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    resolve: bool,
    /// Where it is sent, by the names of channels; to those that want as much, if none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    channels: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    when: Vec<Condition>,
}

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Severity {
    Info,
    Warning,
    Error,
    Urgent,
}

/// What must be so of a field of an event: one of several words, a greater number, or that it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    field: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    one_of: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    greater: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    present: Option<bool>,
}

impl Severity {
    /// By its name in GraphQL.
    pub(super) fn named(word: &str) -> Self {
        match word {
            "WARNING" => Self::Warning,
            "ERROR" => Self::Error,
            "URGENT" => Self::Urgent,
            _ => Self::Info,
        }
    }

    /// Its name in GraphQL.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
            Self::Urgent => "URGENT",
        }
    }
}

impl From<NotificationCondition> for Condition {
    fn from(condition: NotificationCondition) -> Self {
        let NotificationCondition { field, one_of, greater, present } = condition;
        Self { field, one_of, greater, present }
    }
}

impl From<NotificationRule> for Rule {
    fn from(rule: NotificationRule) -> Self {
        let NotificationRule { event, when, about, topic, resolves, severity, title, body, channels, .. } =
            rule;
        let severity = severity.as_deref().map(Severity::named);
        let when = when.into_iter().map(Condition::from).collect();
        Self { event, about, topic, severity, title, body, resolve: resolves, channels, when }
    }
}

impl Rule {
    /// The same, with what is meant where nothing is said.
    pub(super) fn whole(mut self) -> Self {
        if self.title.is_some() {
            self.severity.get_or_insert(Severity::Info);
        }
        self
    }

    /// As the API takes it, or why it makes no sense.
    pub(super) fn input(&self) -> Result<Value, &'static str> {
        let Self { event, about, topic, severity, title, body, resolve, channels, when } = self;
        let then = match (title, resolve) {
            (Some(title), false) => {
                let severity = severity.unwrap_or(Severity::Info).name();
                json!({ "raise": { "severity": severity, "title": title, "body": body, "channels": channels } })
            }
            (None, true) if body.is_none() && severity.is_none() && channels.is_empty() => {
                json!({ "resolve": true })
            }
            (None, true) => return Err("what is over has no `body`, `severity` or `channels`"),
            _ => return Err("it is either `title = \"…\"` or `resolve = true`"),
        };
        let when: Result<Vec<Value>, &str> = when.iter().map(Condition::input).collect();
        Ok(json!({ "event": event, "when": when?, "about": about, "topic": topic, "then": then }))
    }
}

impl Condition {
    fn input(&self) -> Result<Value, &'static str> {
        let Self { field, one_of, greater, present } = self;
        let is = match (one_of.as_slice(), greater, present) {
            ([], None, Some(present)) => json!({ "present": present }),
            ([], Some(greater), None) => json!({ "greater": greater }),
            ([one], None, None) => json!({ "equals": one }),
            ([_, ..], None, None) => json!({ "oneOf": one_of }),
            _ => return Err("a condition is one of `one_of = [\"…\"]`, `greater = N` and `present = true`"),
        };
        Ok(json!({ "field": field, "is": is }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Rule {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_rule_tells_something_or_says_that_it_is_over() {
        let tells =
            rule("event = 'a.b'\ntitle = 'x'\nchannels = ['phone']\n[[when]]\nfield = 'f'\none_of = ['1']")
                .whole();
        let raise = json!({ "severity": "INFO", "title": "x", "body": null, "channels": ["phone"] });
        let when = json!([{ "field": "f", "is": { "equals": "1" } }]);
        let expected =
            json!({ "event": "a.b", "when": when, "about": null, "topic": null, "then": { "raise": raise } });
        assert_eq!(tells.input(), Ok(expected));
        assert_eq!(
            rule("event = 'a.b'\nresolve = true").input().unwrap()["then"],
            json!({ "resolve": true })
        );
        let there = rule("event = 'a.b'\nabout = 'c'\ntitle = 'x'\n[[when]]\nfield = 'f'\npresent = false")
            .input()
            .unwrap();
        assert_eq!((&there["about"], &there["when"][0]["is"]), (&json!("c"), &json!({ "present": false })));
        for text in [
            "event = 'a.b'",
            "event = 'a.b'\ntitle = 'x'\nresolve = true",
            "event = 'a.b'\nresolve = true\nbody = 'x'",
            "event = 'a.b'\ntitle = 'x'\n[[when]]\nfield = 'f'",
            "event = 'a.b'\ntitle = 'x'\n[[when]]\nfield = 'f'\none_of = ['1']\ngreater = 2",
            "event = 'a.b'\ntitle = 'x'\n[[when]]\nfield = 'f'\ngreater = 2\npresent = true",
        ] {
            assert!(rule(text).input().is_err(), "{text}");
        }
    }
}
