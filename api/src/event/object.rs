use async_graphql::{Enum, ID, Json, SimpleObject};
use mediary_events::told;
use mediary_log::{OriginKind, Recorded};
use mediary_schema::TokenId;
use uuid::Uuid;

use super::change::Change;
use crate::scalar::{DateTime, Position};

/// From where a command came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Origin")]
pub(crate) enum OriginName {
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
    /// A remote worker.
    Worker,
    /// A rule that a person made.
    Rule,
    /// An import.
    Import,
    /// A plan that was confirmed.
    Plan,
    /// One that a newer version recorded.
    Other,
}

impl From<OriginKind> for OriginName {
    fn from(kind: OriginKind) -> Self {
        match kind {
            OriginKind::Page => Self::Page,
            OriginKind::Cli => Self::Cli,
            OriginKind::Nats => Self::Nats,
            OriginKind::Bot => Self::Bot,
            OriginKind::Schedule => Self::Schedule,
            OriginKind::Reaction => Self::Reaction,
            OriginKind::Actor => Self::Actor,
            OriginKind::Webhook => Self::Webhook,
            OriginKind::Worker => Self::Worker,
            OriginKind::Rule => Self::Rule,
            OriginKind::Import => Self::Import,
            OriginKind::Plan => Self::Plan,
            OriginKind::Other(_) => Self::Other,
        }
    }
}

/// A fact, as it is recorded.
#[derive(Debug, Clone, SimpleObject)]
pub(crate) struct Event {
    /// `event-<uuid>`.
    id: ID,
    /// The place in the log.
    position: Position,
    /// The stream: `<concern>-<uuid>`.
    stream: String,
    /// What it is about besides its stream: `item-<uuid>`, `job-<uuid>`, …
    subjects: Vec<ID>,
    /// The place in the stream, from 1.
    version: Position,
    /// The full name: `playlist.refresh_completed`.
    kind: String,
    /// The version of the payload's form: major and minor, as in `1.0`.
    schema: String,
    /// When it was recorded.
    at: DateTime,
    /// Whose it is.
    project: ID,
    /// The person or schedule that started the story.
    principal: ID,
    /// From where the command came.
    origin: OriginName,
    /// By which of them: the token of a person or program, otherwise the attempt or reaction.
    origin_id: Option<ID>,
    /// The command.
    command_id: ID,
    /// The whole story.
    story_id: ID,
    /// The direct cause, if it was an event.
    causation_id: Option<ID>,
    /// What happened; none once it was erased.
    payload: Option<Json<serde_json::Value>>,
    /// What it changed of its thing; only `history` tells it, if asked to.
    changes: Option<Vec<Change>>,
}

impl Event {
    /// The event, with what it changed of its thing.
    pub(super) fn with_changes(recorded: &Recorded, changes: Option<Vec<Change>>) -> Self {
        Self { changes, ..Self::from(recorded) }
    }
}

impl From<&Recorded> for Event {
    fn from(recorded: &Recorded) -> Self {
        let envelope = &recorded.envelope;
        Self {
            id: ID(envelope.id.to_string()),
            position: Position(envelope.position),
            stream: envelope.stream.to_string(),
            subjects: envelope.extensions.subjects.as_slice().iter().map(|id| ID(id.to_string())).collect(),
            version: Position(envelope.version),
            kind: envelope.kind(),
            schema: envelope.schema.to_string(),
            at: DateTime(envelope.at),
            project: ID(envelope.project.to_string()),
            principal: ID(envelope.principal.to_string()),
            origin: envelope.origin.kind.into(),
            origin_id: origin_id(envelope.origin.kind, envelope.origin.id),
            command_id: ID(envelope.command_id.to_string()),
            story_id: ID(envelope.correlation_id.to_string()),
            causation_id: envelope.causation_id.map(|id| ID(id.to_string())),
            payload: payload(recorded).map(Json),
            changes: None,
        }
    }
}

fn origin_id(kind: OriginKind, id: Uuid) -> Option<ID> {
    let is_person = matches!(kind, OriginKind::Page | OriginKind::Cli | OriginKind::Nats | OriginKind::Bot);
    let text = if is_person { TokenId::from_uuid(id).to_string() } else { id.to_string() };
    (!id.is_nil()).then_some(ID(text))
}

/// The payload as JSON, without what opens something; one that can't be read is left out and said so in the server's log.
pub(crate) fn payload(recorded: &Recorded) -> Option<serde_json::Value> {
    let bytes = recorded.payload.as_ref()?;
    match mediary_events::codec::to_json(bytes) {
        Ok(value) => Some(told(value)),
        Err(error) => {
            tracing::error!(position = recorded.envelope.position, %error, "a payload can't be read");
            None
        }
    }
}
