//! Between events and stored bytes.
//!
//! A payload is the body of the event's variant as MessagePack with field names and human-readable
//! ids and times, so that it can be understood without this code. The variant's name is not in it:
//! that is the envelope's `name`.

use serde::Serialize as _;

use crate::{Concern, EventKind, Recorded, Schema};

/// An event ready to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// The stored name and version.
    pub kind: EventKind,
    /// The payload.
    pub payload: Vec<u8>,
}

/// Why stored bytes are not an event of the concern.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// A name, or a newer version of one, that this program does not know. Readers pass it on raw.
    #[error("unknown event {concern}.{name} v{schema}")]
    Unknown {
        /// The concern.
        concern: &'static str,
        /// The stored name.
        name: String,
        /// The stored version.
        schema: Schema,
    },
    /// A known name with a payload that does not have its form.
    #[error("malformed payload of {concern}.{name} v{schema}")]
    Malformed {
        /// The concern.
        concern: &'static str,
        /// The stored name.
        name: String,
        /// The stored version.
        schema: Schema,
        /// What is wrong with it.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// Encodes an event of a concern.
pub fn encode<C: Concern>(event: &C::Event) -> Encoded {
    let mut tagged = Vec::with_capacity(256);
    let mut serializer = rmp_serde::Serializer::new(&mut tagged).with_struct_map().with_human_readable();
    event.serialize(&mut serializer).expect("events are plain data and a Vec takes every byte");
    // A struct variant is `{name: {fields}}`: one byte of map header, the name, the body.
    let (name, body) = split_variant(&tagged).expect("every event is an enum of struct variants");
    let kind = kind::<C>(name).expect("every event's serde name is in Concern::EVENTS; a test holds it");
    Encoded { kind, payload: body.to_vec() }
}

/// Decodes a stored event of a concern, lifting older versions.
///
/// A minor version only adds what can be left out, so every minor of the known major is read; a higher major is
/// unknown.
pub fn decode<C: Concern>(name: &str, schema: Schema, payload: &[u8]) -> Result<C::Event, DecodeError> {
    let unknown = || DecodeError::Unknown { concern: C::NAME, name: name.to_owned(), schema };
    let kind = kind::<C>(name).ok_or_else(unknown)?;
    let malformed = |source: Box<dyn std::error::Error + Send + Sync>| DecodeError::Malformed {
        concern: C::NAME,
        name: name.to_owned(),
        schema,
        source,
    };
    match schema.major.cmp(&kind.schema.major) {
        std::cmp::Ordering::Greater => Err(unknown()),
        std::cmp::Ordering::Equal => {
            let tagged = join_variant(name, payload);
            let mut deserializer = rmp_serde::Deserializer::from_read_ref(&tagged).with_human_readable();
            serde::Deserialize::deserialize(&mut deserializer).map_err(|error| malformed(error.into()))
        }
        std::cmp::Ordering::Less => {
            let mut value = to_json(payload).map_err(|error| malformed(error.into()))?;
            for major in schema.major..kind.schema.major {
                value = C::upcast(name, major, value);
            }
            let tagged = serde_json::Value::Object([(name.to_owned(), value)].into_iter().collect());
            serde_json::from_value(tagged).map_err(|error| malformed(error.into()))
        }
    }
}

/// The event, if it is one of this concern that this program knows and that was not erased.
///
/// An unknown one is counted and passed over: a newer program knows what it means (PL-07).
pub fn event_of<C: Concern>(recorded: &Recorded) -> Result<Option<C::Event>, DecodeError> {
    let envelope = &recorded.envelope;
    if envelope.stream.category != C::NAME {
        return Ok(None);
    }
    let Some(payload) = &recorded.payload else { return Ok(None) };
    match decode::<C>(&envelope.name, envelope.schema, payload) {
        Ok(event) => Ok(Some(event)),
        Err(DecodeError::Unknown { .. }) => {
            metrics::counter!("mediary_unknown_events_total").increment(1);
            Ok(None)
        }
        Err(error @ DecodeError::Malformed { .. }) => Err(error),
    }
}

/// A payload as JSON, without knowing its type.
pub fn to_json(payload: &[u8]) -> Result<serde_json::Value, rmp_serde::decode::Error> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(payload).with_human_readable();
    serde::Deserialize::deserialize(&mut deserializer)
}

fn kind<C: Concern>(name: &str) -> Option<EventKind> {
    C::EVENTS.iter().find(|kind| kind.name == name).copied()
}

const FIXMAP_ONE: u8 = 0x81;
const FIXSTR: u8 = 0xa0;
const FIXSTR_LEN_MAX: usize = 31;
const STR8: u8 = 0xd9;

fn split_variant(tagged: &[u8]) -> Option<(&str, &[u8])> {
    let (&header, rest) = tagged.split_first()?;
    let (&marker, rest) = rest.split_first()?;
    if header != FIXMAP_ONE {
        return None;
    }
    let (len, rest) = match marker {
        FIXSTR..=0xbf => (usize::from(marker - FIXSTR), rest),
        STR8 => {
            let (&len, rest) = rest.split_first()?;
            (usize::from(len), rest)
        }
        _ => return None,
    };
    let (name, body) = rest.split_at_checked(len)?;
    Some((std::str::from_utf8(name).ok()?, body))
}

fn join_variant(name: &str, body: &[u8]) -> Vec<u8> {
    let mut tagged = Vec::with_capacity(name.len() + body.len() + 3);
    tagged.push(FIXMAP_ONE);
    if name.len() <= FIXSTR_LEN_MAX {
        tagged.push(FIXSTR | name.len() as u8);
    } else {
        tagged.extend([STR8, name.len() as u8]);
    }
    tagged.extend(name.as_bytes());
    tagged.extend(body);
    tagged
}
