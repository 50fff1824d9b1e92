//! What is asked of the writer, and its answer.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use bytes::Bytes;
use mediary_events::{
    Carried, Codec, CommandTag, Envelope, Extensions, Origin, Schema, StreamId, Subjects, is_word,
};
use mediary_schema::{CommandId, CorrelationId, EventId, PrincipalId, ProjectId, Timestamp};

use super::{error::AppendError, filter::Filter, payload};

/// The largest payload of an event; larger things are blobs by hash.
pub const PAYLOAD_BYTES_MAX: usize = 256 * 1024;

/// The largest payload that stands in for a sealed one: it lies in the envelope.
pub const STAND_IN_BYTES_MAX: usize = 16 * 1024;

/// The most events of one append: one transaction has to hold them.
pub const APPEND_EVENTS_MAX: usize = 10_000;

/// The most bytes of payload in one append.
pub const APPEND_BYTES_MAX: usize = 16 << 20;

/// Whether an append may use the space that is kept in reserve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// New work; refused when the disk is nearly full.
    Normal,
    /// What ends or cancels work; goes on into the reserve.
    Essential,
}

/// What a caller knows about a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Nothing.
    Any,
    /// It doesn't exist.
    NoStream,
    /// It is at this version.
    Exact(u64),
}

impl Expected {
    /// Whether a stream at this version is what was expected.
    pub const fn allows(self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::NoStream => version == 0,
            Self::Exact(expected) => version == expected,
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => formatter.write_str("at any version"),
            Self::NoStream => formatter.write_str("new"),
            Self::Exact(version) => write!(formatter, "at version {version}"),
        }
    }
}

/// Who wants it, and in which story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppendHeader {
    /// Whose it is.
    pub project: ProjectId,
    /// The person or schedule that started the story.
    pub principal: PrincipalId,
    /// From where the command came.
    pub origin: Origin,
    /// The command; with the principal it makes the append happen once.
    pub command_id: CommandId,
    /// What was asked; none where nobody asked.
    pub command: Option<CommandTag>,
    /// The whole story.
    pub correlation_id: CorrelationId,
    /// The direct cause, if it was an event.
    pub causation_id: Option<EventId>,
}

/// What an event gets when it is recorded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stamp {
    /// Where.
    pub(crate) position: u64,
    /// Its version in its stream.
    pub(crate) version: u64,
    /// Its id.
    pub(crate) id: EventId,
    /// When.
    pub(crate) at: Timestamp,
    /// The epoch of the log.
    pub(crate) epoch: u64,
    /// Its place in the append.
    pub(crate) append_index: u32,
    /// How many events the append has.
    pub(crate) append_len: u32,
    /// What the chain holds of its payload.
    pub(crate) digest: [u8; 32],
}

impl AppendHeader {
    /// The envelope of one of its events, and the payload that goes with it: the same for the log and for a dry run.
    pub(crate) fn envelope(&self, event: NewEvent, stamp: Stamp) -> (Envelope, Bytes) {
        let Stamp { position, version, id, at, epoch, append_index, append_len, digest } = stamp;
        let envelope = Envelope {
            position,
            stream: event.stream,
            version,
            id,
            name: event.name,
            schema: event.schema,
            at,
            epoch,
            project: self.project,
            principal: self.principal,
            origin: self.origin,
            command_id: self.command_id,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            append_index,
            append_len,
            codec: Codec::MessagePack,
            extensions: Extensions {
                seal: None,
                command: self.command.clone(),
                subjects: event.subjects,
                carried: event.personal.and_then(Personal::carried).into_iter().collect(),
            },
            digest,
        };
        (envelope, event.payload)
    }
}

/// An event that is not recorded yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The stream.
    pub stream: StreamId,
    /// The event's stored name within its concern.
    pub name: Cow<'static, str>,
    /// The version of the payload's form.
    pub schema: Schema,
    /// What it is about besides its stream.
    pub subjects: Subjects,
    /// The payload: `MessagePack` with field names.
    pub payload: Bytes,
    /// Whom it says something of, where that is to be sealed by his key.
    pub personal: Option<Personal>,
}

/// Whom an event says something of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personal {
    /// The person by whose key the payload is sealed.
    pub person: PrincipalId,
    /// What is read in its place without that key, in the form of the payload; none if nothing is left without it.
    pub stand_in: Option<Bytes>,
}

impl Personal {
    fn carried(self) -> Option<Carried> {
        self.stand_in.map(|bytes| Carried { tag: Carried::STAND_IN, bytes })
    }

    /// The area of an envelope has to hold it.
    fn check(&self) -> Result<(), AppendError> {
        let Some(stand_in) = &self.stand_in else { return Ok(()) };
        if stand_in.len() > STAND_IN_BYTES_MAX {
            let (size_bytes, max_bytes) = (stand_in.len(), STAND_IN_BYTES_MAX);
            return Err(AppendError::PayloadTooLarge { size_bytes, max_bytes });
        }
        payload::check(stand_in).map_err(|fault| AppendError::Malformed { detail: fault.to_string() })
    }
}

/// Events that are recorded together or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// Who wants it.
    pub header: AppendHeader,
    /// Whether it may use the reserve.
    pub urgency: Urgency,
    /// What the caller knows about streams, also about such as get no event.
    pub expected: Vec<(StreamId, Expected)>,
    /// What must not have been recorded in between.
    pub only_if: Vec<OnlyIf>,
    /// The events; at least one.
    pub events: Vec<NewEvent>,
}

/// A boundary that a caller draws: nothing that the filter lets through was recorded after the position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlyIf {
    /// What must not have moved.
    pub filter: Filter,
    /// Since when.
    pub after: u64,
}

/// Where events were recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The position of the first.
    pub first_position: u64,
    /// The position of the last.
    pub last_position: u64,
    /// Each stream with its version after this append, in the order of first appearance.
    pub versions: Vec<(StreamId, u64)>,
    /// Whether the command had been recorded before and this is the answer of then.
    pub repeated: bool,
}

/// The versions of streams, in the order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Versions {
    places: BTreeMap<StreamId, usize>,
    list: Vec<(StreamId, u64)>,
}

impl Versions {
    pub(super) fn set(&mut self, stream: &StreamId, version: u64) {
        if let Some(place) = self.places.get(stream) {
            self.list[*place].1 = version;
            return;
        }
        self.places.insert(stream.clone(), self.list.len());
        self.list.push((stream.clone(), version));
    }

    pub(super) fn into_list(self) -> Vec<(StreamId, u64)> {
        self.list
    }
}

impl Append {
    /// The weight in the queue: payloads, and a fixed part per event for envelope and indices.
    pub(super) fn weight_bytes(&self) -> usize {
        const ENVELOPE: usize = 256;
        self.events.iter().map(|event| event.payload.len() + ENVELOPE).sum()
    }

    /// Refuses what could never be written, before it waits in the queue.
    pub(crate) fn check(&self) -> Result<(), AppendError> {
        let malformed = |detail: String| Err(AppendError::Malformed { detail });
        if self.events.is_empty() {
            return malformed("it has no events".to_owned());
        }
        if self.events.len() > APPEND_EVENTS_MAX {
            return malformed(format!("{} events are more than {APPEND_EVENTS_MAX}", self.events.len()));
        }
        if let Some(command) =
            self.header.command.as_ref().filter(|command| !CommandTag::is_name(&command.name))
        {
            return malformed(format!("{:?} is not the stored name of a command", command.name));
        }
        for event in &self.events {
            event.check()?;
        }
        let total: usize = self.events.iter().map(|event| event.payload.len()).sum();
        if total > APPEND_BYTES_MAX {
            return malformed(format!("{total} bytes of payload are more than {APPEND_BYTES_MAX}"));
        }
        Ok(())
    }
}

impl NewEvent {
    /// An event that is about nothing but its stream and says something of nobody.
    pub fn new(stream: StreamId, name: impl Into<Cow<'static, str>>, schema: Schema, payload: Bytes) -> Self {
        let (name, subjects) = (name.into(), Subjects::none());
        Self { stream, name, schema, subjects, payload, personal: None }
    }

    fn check(&self) -> Result<(), AppendError> {
        for word in [self.stream.category.as_ref(), self.name.as_ref()] {
            if !is_word(word) {
                return Err(AppendError::Malformed { detail: format!("{word:?} is not a stored name") });
            }
        }
        if self.schema.major == 0 {
            return Err(AppendError::Malformed { detail: "payload versions count from 1".to_owned() });
        }
        if self.payload.len() > PAYLOAD_BYTES_MAX {
            return Err(AppendError::PayloadTooLarge {
                size_bytes: self.payload.len(),
                max_bytes: PAYLOAD_BYTES_MAX,
            });
        }
        self.personal.as_ref().map_or(Ok(()), Personal::check)?;
        // What is recorded stays: a payload that no proof would accept must not get so far.
        payload::check(&self.payload).map_err(|fault| AppendError::Malformed { detail: fault.to_string() })
    }
}
