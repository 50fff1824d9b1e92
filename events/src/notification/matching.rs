//! Whether an event is one that a rule is about: fields of its payload, compared as they are written.

use std::borrow::Cow;

use mediary_schema::notification::{Condition, Rule, Test};
use serde_json::Value;

/// Whether all that a rule asks for is so of an event: of this full name, with this payload.
pub fn is_so(rule: &Rule, event: &str, payload: &Value) -> bool {
    rule.event == event && rule.when.iter().all(|condition| holds(condition, payload))
}

/// The field of a payload at a path with dots.
pub fn value_at<'p>(payload: &'p Value, path: &str) -> Option<&'p Value> {
    path.split('.').try_fold(payload, |value, step| value.get(step))
}

/// What a field must be; one that is not there is nothing of that.
fn holds(Condition { field, is }: &Condition, payload: &Value) -> bool {
    let value = value_at(payload, field).unwrap_or(&Value::Null);
    match is {
        Test::Present(wanted) => *wanted != value.is_null(),
        Test::Equals(wanted) => text(value).is_some_and(|text| text == *wanted),
        Test::OneOf(wanted) => text(value).is_some_and(|text| wanted.iter().any(|one| *one == text)),
        Test::Greater(than) => match (value.as_u64(), value.as_f64()) {
            (Some(number), _) => number > *than,
            (None, Some(number)) => number > *than as f64,
            (None, None) => false,
        },
    }
}

/// A value as people write it; none of what has parts.
fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string().into()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
