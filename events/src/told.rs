//! A payload as it is told to people and programs: without what opens something.

use std::{borrow::Cow, fmt};

use mediary_schema::redact;
use serde::{
    Serialize,
    de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use crate::codec::{self, PayloadError};

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

/// Writes a stored payload as JSON as it is told, behind what is there; what can't be read leaves a beginning.
///
/// It says what [`told`] makes of [`to_json`](codec::to_json), in the order in which it was recorded, and builds nothing
/// in between: whoever follows the log asks for it with every event.
pub fn write_told(payload: &[u8], out: &mut Vec<u8>) -> Result<(), PayloadError> {
    codec::read_with(payload, Telling(out))
}

/// Writes the value that is read.
struct Telling<'o>(&'o mut Vec<u8>);

impl<'de> DeserializeSeed<'de> for Telling<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Telling<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("what JSON can say")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        write(self.0, &value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        write(self.0, &value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        write(self.0, &value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        write(self.0, &value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        write(self.0, &*redact::text(value))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        write(self.0, &())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self(out) = self;
        out.push(b'[');
        let begin = out.len();
        while let Some(()) = items.next_element_seed(Telling(&mut *out))? {
            out.push(b',');
        }
        close(out, begin, b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        let Self(out) = self;
        out.push(b'{');
        let begin = out.len();
        while let Some(()) = fields.next_key_seed(Naming(&mut *out))? {
            out.push(b':');
            fields.next_value_seed(Telling(&mut *out))?;
            out.push(b',');
        }
        close(out, begin, b'}');
        Ok(())
    }
}

/// Writes the name that is read.
struct Naming<'o>(&'o mut Vec<u8>);

impl<'de> DeserializeSeed<'de> for Naming<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Naming<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<(), E> {
        write(self.0, name)
    }
}

/// Ends what has begun there, in place of the comma behind the last that is in it.
fn close(out: &mut Vec<u8>, begin: usize, end: u8) {
    if out.len() > begin {
        out.pop();
    }
    out.push(end);
}

fn write<E: Error>(out: &mut Vec<u8>, value: &(impl Serialize + ?Sized)) -> Result<(), E> {
    serde_json::to_writer(out, value).map_err(E::custom)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{told, write_told};
    use crate::codec::to_json;

    fn written(payload: &[u8]) -> Option<Value> {
        let mut text = b"before".to_vec();
        write_told(payload, &mut text).ok()?;
        Some(serde_json::from_slice(text.strip_prefix(b"before")?).unwrap())
    }

    // invariant: S-1
    #[test]
    fn what_opens_something_is_not_told() {
        let payload =
            json!({ "work": [{ "url": "https://u:p@a.example/feed?auth=s3cret&page=2", "size": 7 }] });
        let clean = json!({ "work": [{ "url": "https://***@a.example/feed?auth=***&page=2", "size": 7 }] });
        assert_eq!(written(&rmp_serde::to_vec(&payload).unwrap()), Some(clean.clone()));
        assert_eq!(told(payload), clean);
    }

    #[test]
    fn what_is_written_says_what_is_told() {
        let payload = json!({
            "text": "\u{1}\"\\/\n é😀", "none": null, "list": [], "map": {}, "flags": [true, false],
            "numbers": [0, -1, u64::MAX, i64::MIN, 1.5, -0.0], "nested": { "a": [[{ "b": [1, [2]] }]] },
        });
        assert_eq!(written(&rmp_serde::to_vec(&payload).unwrap()), Some(told(payload)));
        for bad in [b"".as_slice(), b"\xc1", b"\xc0\xc0", b"\xc4\x01a", b"\x81\x01\x01", b"\xa2\xff\xfe"] {
            assert_eq!(written(bad), None, "{bad:02x?}");
        }
    }

    proptest! {
        #[test]
        fn bytes_are_written_if_they_are_json(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            prop_assert_eq!(write_told(&bytes, &mut Vec::new()).is_ok(), to_json(&bytes).is_ok());
        }
    }
}
