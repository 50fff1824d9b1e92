//! What is stored with every event, for ever: opaque ids and numbers only.

use std::{borrow::Cow, fmt, str::FromStr};

use mediary_schema::{CommandId, CorrelationId, EventId, PrincipalId, ProjectId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest stored name of a concern or an event.
pub const NAME_BYTES_MAX: usize = 64;

/// The category of a stream: the stored name of a concern. Lower-case ASCII letters, digits and `_`.
pub type Category = Cow<'static, str>;

/// A stream: one thing's history. Its text form is `<category>-<uuid>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    /// The stored name of the concern.
    pub category: Category,
    /// The id of the thing.
    pub uuid: Uuid,
}

impl StreamId {
    /// The stream of a thing of a concern.
    pub fn new(category: impl Into<Category>, uuid: Uuid) -> Self {
        Self { category: category.into(), uuid }
    }
}

impl fmt::Display for StreamId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.category, self.uuid)
    }
}

/// The answer to a text that is not a stream.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a stream such as playlist-01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct ParseStreamError {
    text: String,
}

impl FromStr for StreamId {
    type Err = ParseStreamError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ParseStreamError { text: text.to_owned() };
        let (category, uuid) = text.split_once('-').ok_or_else(refused)?;
        if !is_word(category) {
            return Err(refused());
        }
        let uuid = Uuid::parse_str(uuid).map_err(|_| refused())?;
        Ok(Self::new(category.to_owned(), uuid))
    }
}

/// Whether a text can be a stored name: lower-case ASCII letters, digits and `_`.
pub fn is_word(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (1..=NAME_BYTES_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

/// From where a command came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum OriginKind {
    /// The page.
    Page = 1,
    /// The command line.
    Cli = 2,
    /// A NATS request.
    Nats = 3,
    /// A chat bot.
    Bot = 4,
    /// A schedule.
    Schedule = 5,
    /// A reaction to an event.
    Reaction = 6,
    /// An actor doing work.
    Actor = 7,
}

impl OriginKind {
    /// The origin with this stored number.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            1 => Some(Self::Page),
            2 => Some(Self::Cli),
            3 => Some(Self::Nats),
            4 => Some(Self::Bot),
            5 => Some(Self::Schedule),
            6 => Some(Self::Reaction),
            7 => Some(Self::Actor),
            _ => None,
        }
    }
}

/// From where a command came, with the session or token it came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The kind of entrance.
    pub kind: OriginKind,
    /// The session, token, attempt or reaction; nil if there is none.
    pub id: Uuid,
}

/// Everything about an event but its payload, as the writer stamps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The place in the log: gapless from 1.
    pub position: u64,
    /// The stream.
    pub stream: StreamId,
    /// The place in the stream: gapless from 1.
    pub version: u64,
    /// The event's own id, a UUIDv7.
    pub id: EventId,
    /// The event's stored name within its concern (`refresh_completed`).
    pub name: Cow<'static, str>,
    /// The version of the payload's form, from 1.
    pub schema: u16,
    /// When it was recorded; never before the event in front of it.
    pub at: Timestamp,
    /// The how-manyeth opening of the log recorded it, from 1.
    pub epoch: u64,
    /// Whose it is.
    pub project: ProjectId,
    /// The person or schedule that started the story.
    pub principal: PrincipalId,
    /// From where the command came.
    pub origin: Origin,
    /// The command.
    pub command_id: CommandId,
    /// The whole story.
    pub correlation_id: CorrelationId,
    /// The direct cause, if it was an event.
    pub causation_id: Option<EventId>,
    /// The place among the events of one append, from 0.
    pub append_index: u32,
    /// How many events were one append.
    pub append_len: u32,
    /// How the payload is stored.
    pub codec: Codec,
    /// BLAKE3 over the salt and the uncompressed payload.
    pub digest: [u8; 32],
}

impl Envelope {
    /// The full stored name: `playlist.refresh_completed`.
    pub fn kind(&self) -> String {
        format!("{}.{}", self.stream.category, self.name)
    }
}

/// How a payload is stored. Values are for ever; others are reserved (see `docs/log-format.md`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Codec {
    /// MessagePack with field names, human-readable forms of ids and times.
    MessagePack = 1,
}

/// An event as read from the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// All but the payload.
    pub envelope: Envelope,
    /// The payload; none once it was erased.
    pub payload: Option<bytes::Bytes>,
}

impl Recorded {
    /// The place in the log.
    pub const fn position(&self) -> u64 {
        self.envelope.position
    }

    /// The payload as JSON; none once it was erased.
    ///
    /// Payloads are written with field names and in their human-readable form, so JSON says the same.
    pub fn payload_json(&self) -> Result<Option<serde_json::Value>, PayloadError> {
        self.payload.as_deref().map(payload_json).transpose()
    }
}

/// The answer to a payload that JSON can't express.
#[derive(Debug, thiserror::Error)]
#[error("the payload is not MessagePack that JSON can express")]
pub struct PayloadError(#[source] rmp_serde::decode::Error);

/// A payload as JSON.
pub fn payload_json(payload: &[u8]) -> Result<serde_json::Value, PayloadError> {
    let mut rest = payload;
    let value = rmp_serde::from_read(&mut rest).map_err(PayloadError)?;
    if rest.is_empty() {
        Ok(value)
    } else {
        Err(PayloadError(serde::de::Error::custom("bytes follow its end")))
    }
}
