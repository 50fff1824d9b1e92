//! What is stored with every event, for ever: opaque ids and numbers only.

use std::{borrow::Cow, fmt, str::FromStr};

use mediary_schema::{
    CommandId, CorrelationId, EventId, PrincipalId, ProjectId, Subject, Timestamp, is_word,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::{
    Extensions,
    codec::{self, PayloadError},
};

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

impl From<StreamId> for Subject {
    /// The thing whose history the stream is.
    fn from(stream: StreamId) -> Self {
        Self { kind: stream.category, id: stream.uuid }
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

/// The version of a payload's form. A higher minor only adds what can be left out; a higher major is another form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Schema {
    /// Who doesn't know it can't read the payload; from 1.
    pub major: u8,
    /// Every minor of a known major can be read; from 0.
    pub minor: u8,
}

impl Schema {
    /// A version.
    pub const fn new(major: u8, minor: u8) -> Self {
        Self { major, minor }
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.major, self.minor)
    }
}

/// The answer to a text that is not a version such as `1.0`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a version such as 1.0")]
pub struct ParseSchemaError(String);

impl FromStr for Schema {
    type Err = ParseSchemaError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text
            .split_once('.')
            .and_then(|(major, minor)| Some(Self::new(major.parse().ok()?, minor.parse().ok()?)));
        parsed.filter(|schema| schema.to_string() == text).ok_or_else(|| ParseSchemaError(text.to_owned()))
    }
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// From where a command came. Nothing is decided by it, so one that a newer program wrote can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OriginKind {
    /// The page.
    Page,
    /// The command line.
    Cli,
    /// A NATS request.
    Nats,
    /// A chat bot.
    Bot,
    /// A schedule.
    Schedule,
    /// A reaction to an event.
    Reaction,
    /// An actor doing work.
    Actor,
    /// A call from outside.
    Webhook,
    /// A remote worker; nothing writes it yet.
    Worker,
    /// A rule that a person made; nothing writes it yet.
    Rule,
    /// An import; nothing writes it yet.
    Import,
    /// A plan that was confirmed; nothing writes it yet.
    Plan,
    /// One that this program has no word for. Only [`Self::from_byte`] makes it.
    Other(u8),
}

impl OriginKind {
    const WORDS: [(Self, &'static str); 12] = [
        (Self::Page, "page"),
        (Self::Cli, "cli"),
        (Self::Nats, "nats"),
        (Self::Bot, "bot"),
        (Self::Schedule, "schedule"),
        (Self::Reaction, "reaction"),
        (Self::Actor, "actor"),
        (Self::Webhook, "webhook"),
        (Self::Worker, "worker"),
        (Self::Rule, "rule"),
        (Self::Import, "import"),
        (Self::Plan, "plan"),
    ];

    /// The origin with this stored number, from 1.
    pub fn from_byte(byte: u8) -> Option<Self> {
        let index = usize::from(byte.checked_sub(1)?);
        Some(Self::WORDS.get(index).map_or(Self::Other(byte), |(kind, _)| *kind))
    }

    /// Its stored number.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Page => 1,
            Self::Cli => 2,
            Self::Nats => 3,
            Self::Bot => 4,
            Self::Schedule => 5,
            Self::Reaction => 6,
            Self::Actor => 7,
            Self::Webhook => 8,
            Self::Worker => 9,
            Self::Rule => 10,
            Self::Import => 11,
            Self::Plan => 12,
            Self::Other(byte) => byte,
        }
    }
}

impl fmt::Display for OriginKind {
    /// The word, or `origin_13` for one without a word.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Self::WORDS.iter().find(|(kind, _)| kind == self) {
            Some((_, word)) => formatter.write_str(word),
            None => write!(formatter, "origin_{}", self.byte()),
        }
    }
}

/// The answer to a text that is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not an origin such as cli or origin_13")]
pub struct ParseOriginError(String);

impl FromStr for OriginKind {
    type Err = ParseOriginError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::WORDS.iter().find(|(_, word)| *word == text).map(|(kind, _)| *kind);
        let numbered = || text.strip_prefix("origin_")?.parse().ok().and_then(Self::from_byte);
        let parsed = named.or_else(numbered).filter(|kind| kind.to_string() == text);
        parsed.ok_or_else(|| ParseOriginError(text.to_owned()))
    }
}

impl Serialize for OriginKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OriginKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// From where a command came, with the session or token it came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The kind of entrance.
    pub kind: OriginKind,
    /// The session, token, attempt, reaction or guest of a bot; nil if there is none.
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
    /// The version of the payload's form.
    pub schema: Schema,
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
    /// What it carries beyond these fields.
    pub extensions: Extensions,
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
    /// What folds take instead of a payload that was erased, where there is something.
    pub replacement: Option<bytes::Bytes>,
}

impl Recorded {
    /// The place in the log.
    pub const fn position(&self) -> u64 {
        self.envelope.position
    }

    /// The payload as JSON; none once it was erased.
    pub fn payload_json(&self) -> Result<Option<serde_json::Value>, PayloadError> {
        self.payload.as_deref().map(codec::to_json).transpose()
    }
}
