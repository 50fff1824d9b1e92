//! A payload as it is told to people and programs: without what opens something.

use std::borrow::Cow;

use mediary_schema::redact;
use serde_json::Value;

/// The same without the passwords, keys and signatures of the addresses in it.
///
/// The log keeps them, since what is fetched again is fetched as given; whoever is told of an event learns what
/// happened, and not how to get in.
#[must_use]
pub fn told(payload: Value) -> Value {
    match payload {
        Value::String(text) => match redact::text(&text) {
            Cow::Borrowed(_) => Value::String(text),
            Cow::Owned(clean) => Value::String(clean),
        },
        Value::Array(items) => items.into_iter().map(told).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, told(value))).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_)) => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::told;

    // invariant: S-1
    #[test]
    fn what_opens_something_is_not_told() {
        let payload =
            json!({ "work": [{ "url": "https://u:p@a.example/feed?auth=s3cret&page=2", "size": 7 }] });
        let clean = json!({ "work": [{ "url": "https://***@a.example/feed?auth=***&page=2", "size": 7 }] });
        assert_eq!(told(payload), clean);
    }
}
