//! Between events and stored bytes.
//!
//! A payload is the body of the event's variant as MessagePack with field names and human-readable
//! ids and times, so that it can be understood without this code. The variant's name is not in it:
//! that is the envelope's `name`.

use std::{error::Error, io, marker::PhantomData};

use serde::{
    Deserialize as _, Serialize as _,
    de::{DeserializeOwned, DeserializeSeed, IgnoredAny},
};

use crate::{Concern, EventKind, Recorded, Schema, Stored};

/// More steps than any event takes to be lifted: a circle ends here.
const LIFTS_MAX: usize = 256;

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
        source: Box<dyn Error + Send + Sync>,
    },
}

impl DecodeError {
    /// Whether a newer program would read it.
    pub const fn is_newer(&self) -> bool {
        matches!(self, Self::Unknown { .. })
    }
}

/// How a stored name and major version stand to what is known today.
enum Standing {
    /// They are of today.
    Current,
    /// They can be lifted.
    Older,
    /// They are newer.
    Unknown,
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

/// Decodes a stored event of a concern: as one, or as what an older one was lifted to, which may be several or none.
///
/// A minor version only adds what can be left out, so every minor of the known major is read; a higher major is
/// unknown.
pub fn decode<C: Concern>(name: &str, schema: Schema, payload: &[u8]) -> Result<Vec<C::Event>, DecodeError> {
    let malformed = |source: Box<dyn Error + Send + Sync>| DecodeError::Malformed {
        concern: C::NAME,
        name: name.to_owned(),
        schema,
        source,
    };
    match standing::<C>(name, schema.major) {
        Standing::Unknown => Err(DecodeError::Unknown { concern: C::NAME, name: name.to_owned(), schema }),
        Standing::Current => {
            let tagged = join_variant(name, payload);
            let event = read_whole(&tagged).map_err(|error| malformed(error.into()))?;
            Ok(vec![event])
        }
        Standing::Older => {
            let payload = to_json(payload).map_err(|error| malformed(error.into()))?;
            let stored = Stored { name: name.to_owned().into(), major: schema.major, payload };
            lift::<C>(stored).map_err(malformed)
        }
    }
}

fn lift<C: Concern>(stored: Stored) -> Result<Vec<C::Event>, Box<dyn Error + Send + Sync>> {
    let (mut waiting, mut events) = (vec![stored], Vec::new());
    for _ in 0..LIFTS_MAX {
        let Some(stored) = waiting.pop() else { return Ok(events) };
        match standing::<C>(&stored.name, stored.major) {
            Standing::Current => {
                let tagged = [(stored.name.into_owned(), stored.payload)].into_iter().collect();
                events.push(serde_json::from_value(serde_json::Value::Object(tagged))?);
            }
            Standing::Older => waiting.extend(C::upcast(stored).into_iter().rev()),
            Standing::Unknown => {
                let Stored { name, major, .. } = stored;
                return Err(format!("it is lifted to {name} v{major}, which is unknown").into());
            }
        }
    }
    Err("it is lifted without an end".into())
}

fn standing<C: Concern>(name: &str, major: u8) -> Standing {
    if let Some(kind) = kind::<C>(name) {
        return match major.cmp(&kind.schema.major) {
            std::cmp::Ordering::Less => Standing::Older,
            std::cmp::Ordering::Equal => Standing::Current,
            std::cmp::Ordering::Greater => Standing::Unknown,
        };
    }
    let is_retired = C::RETIRED.iter().any(|kind| kind.name == name && major <= kind.schema.major);
    if is_retired { Standing::Older } else { Standing::Unknown }
}

/// The events that a recorded one is to this program: none if it is of another concern, was erased, or is unknown.
///
/// An unknown one is counted and passed over: a newer program knows what it means (PL-07). Whoever remembers what
/// came of it remembers with [`Passed`](crate::Passed) that something was passed; whoever decides takes
/// [`decided_on`].
pub fn events_of<C: Concern>(recorded: &Recorded) -> Result<Vec<C::Event>, DecodeError> {
    match decided_on::<C>(recorded) {
        Err(DecodeError::Unknown { .. }) => {
            metrics::counter!("mediary_unknown_events_total").increment(1);
            Ok(Vec::new())
        }
        events => events,
    }
}

/// [`events_of`] for whoever decides: an unknown event is an error, since it may be what forbids it.
///
/// Of one that was erased it is what stands in for it.
pub fn decided_on<C: Concern>(recorded: &Recorded) -> Result<Vec<C::Event>, DecodeError> {
    let envelope = &recorded.envelope;
    match recorded.payload.as_ref().or(recorded.replacement.as_ref()) {
        Some(payload) if envelope.stream.category == C::NAME => {
            decode::<C>(&envelope.name, envelope.schema, payload)
        }
        Some(_) | None => Ok(Vec::new()),
    }
}

/// Whether a recorded event has more to say than this program reads of it: an unknown name or version, or a higher minor.
pub fn says_more<C: Concern>(recorded: &Recorded) -> bool {
    let envelope = &recorded.envelope;
    let known = C::EVENTS.iter().chain(C::RETIRED).find(|kind| kind.name == envelope.name);
    envelope.stream.category == C::NAME && known.is_none_or(|kind| envelope.schema > kind.schema)
}

/// What stands in for an event of this concern once it is erased, as a payload in JSON of the form that was recorded;
/// none where the concern has nothing, or doesn't write that form any more.
pub fn redacted<C: Concern>(recorded: &Recorded) -> Result<Option<serde_json::Value>, DecodeError> {
    let Ok([event]) = <[C::Event; 1]>::try_from(events_of::<C>(recorded)?) else { return Ok(None) };
    let Some(encoded) = C::redact(&event).map(|event| encode::<C>(&event)) else { return Ok(None) };
    let envelope = &recorded.envelope;
    let is_same_form =
        encoded.kind.name == envelope.name && encoded.kind.schema.major == envelope.schema.major;
    Ok(is_same_form.then(|| to_json(&encoded.payload).expect("what was encoded just now is read")))
}

/// A payload as JSON, without knowing its type: payloads are written with field names and in their human-readable form,
/// so JSON says the same.
pub fn to_json(payload: &[u8]) -> Result<serde_json::Value, PayloadError> {
    read_whole(payload).map_err(PayloadError)
}

/// The answer to a payload that JSON can't express.
#[derive(Debug, thiserror::Error)]
#[error("the payload is not MessagePack that JSON can express")]
pub struct PayloadError(#[source] rmp_serde::decode::Error);

/// Reads a payload in a way that knows no type of it.
pub(crate) fn read_with<'p, S: DeserializeSeed<'p>>(
    payload: &'p [u8],
    seed: S,
) -> Result<S::Value, PayloadError> {
    read_whole_with(payload, seed).map_err(PayloadError)
}

/// Reads a value that is all there is: what follows it was written by nobody who wrote events.
fn read_whole<T: DeserializeOwned>(payload: &[u8]) -> Result<T, rmp_serde::decode::Error> {
    read_whole_with(payload, PhantomData)
}

fn read_whole_with<'p, S: DeserializeSeed<'p>>(
    payload: &'p [u8],
    seed: S,
) -> Result<S::Value, rmp_serde::decode::Error> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(payload).with_human_readable();
    let value = seed.deserialize(&mut deserializer)?;
    // Asking for one more is the only way to learn where the reader stands.
    match IgnoredAny::deserialize(&mut deserializer) {
        Err(rmp_serde::decode::Error::InvalidMarkerRead(error))
            if error.kind() == io::ErrorKind::UnexpectedEof =>
        {
            Ok(value)
        }
        Ok(_) | Err(_) => Err(serde::de::Error::custom("bytes follow its end")),
    }
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

#[cfg(test)]
mod tests {
    use super::{DecodeError, decode, encode, to_json};
    use crate::testing::note::{Event, Ink, Note};

    // core E9.
    #[test]
    fn what_follows_a_payload_makes_it_no_payload() {
        let event = Event::Written { text: "a".to_owned(), pinned: None, ink: Ink::Blue };
        let encoded = encode::<Note>(&event);
        let (name, schema) = (encoded.kind.name, encoded.kind.schema);
        assert_eq!(decode::<Note>(name, schema, &encoded.payload).unwrap(), [event]);
        to_json(&encoded.payload).unwrap();
        // Another value, half of one, and what is none.
        for rest in [&[0x80][..], &[0xd9], &[0xc1]] {
            let payload = [encoded.payload.as_slice(), rest].concat();
            let refused = decode::<Note>(name, schema, &payload);
            assert!(matches!(refused, Err(DecodeError::Malformed { .. })), "{rest:x?}: {refused:?}");
            to_json(&payload).unwrap_err();
        }
    }
}
