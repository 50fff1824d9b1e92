use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Json, Object, Result};
use mediary_events::{codec::PayloadError, told, write_told};
use mediary_log::{Envelope, OriginKind, Recorded};
use mediary_schema::{ScheduleId, TokenId, account::Permission};
use uuid::Uuid;

use super::{
    change::Change,
    explain::Finder,
    query::blocking,
    rendering::Rendered,
    why::{lost_fault, said},
};
use crate::{
    scalar::{DateTime, Position},
    schema::reader,
};

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

/// A fact, as it is recorded. What nobody asks for is not made.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    recorded: Arc<Recorded>,
    changes: Option<Vec<Change>>,
}

impl Event {
    /// An event that whoever asked has read for himself.
    pub(super) fn read(recorded: Recorded) -> Self {
        Self::told(Arc::new(recorded))
    }

    /// The event, with what it changed of its thing.
    pub(super) fn with_changes(recorded: Recorded, changes: Vec<Change>) -> Self {
        Self { changes: Some(changes), ..Self::read(recorded) }
    }

    /// An event that every subscriber is told.
    pub(super) const fn told(recorded: Arc<Recorded>) -> Self {
        Self { recorded, changes: None }
    }

    fn envelope(&self) -> &Envelope {
        &self.recorded.envelope
    }
}

/// A fact, as it is recorded.
#[Object]
impl Event {
    /// `event-<uuid>`.
    async fn id(&self) -> ID {
        ID(self.envelope().id.to_string())
    }

    /// The place in the log.
    async fn position(&self) -> Position {
        Position(self.envelope().position)
    }

    /// The stream: `<concern>-<uuid>`.
    async fn stream(&self) -> String {
        self.envelope().stream.to_string()
    }

    /// What it is about besides its stream: `item-<uuid>`, `job-<uuid>`, …
    async fn subjects(&self) -> Vec<ID> {
        self.envelope().extensions.subjects.as_slice().iter().map(|id| ID(id.to_string())).collect()
    }

    /// The place in the stream, from 1.
    async fn version(&self) -> Position {
        Position(self.envelope().version)
    }

    /// The full name: `playlist.refresh_completed`.
    async fn kind(&self) -> String {
        self.envelope().kind()
    }

    /// The version of the payload's form: major and minor, as in `1.0`.
    async fn schema(&self) -> String {
        self.envelope().schema.to_string()
    }

    /// When it was recorded.
    async fn at(&self) -> DateTime {
        DateTime(self.envelope().at)
    }

    /// Whose it is.
    async fn project(&self) -> ID {
        ID(self.envelope().project.to_string())
    }

    /// The person or program that started the story; of what a schedule does, whoever added or resumed it.
    async fn principal(&self) -> ID {
        ID(self.envelope().principal.to_string())
    }

    /// From where the command came.
    async fn origin(&self) -> OriginName {
        self.envelope().origin.kind.into()
    }

    /// By which of them: the token of a person or program (`token-<uuid>`), the schedule (`schedule-<uuid>`), otherwise the
    /// attempt or reaction.
    async fn origin_id(&self) -> Option<ID> {
        let origin = &self.envelope().origin;
        origin_id(origin.kind, origin.id)
    }

    /// The command.
    async fn command_id(&self) -> ID {
        ID(self.envelope().command_id.to_string())
    }

    /// The whole story.
    async fn story_id(&self) -> ID {
        ID(self.envelope().correlation_id.to_string())
    }

    /// The direct cause, if it was an event.
    async fn causation_id(&self) -> Option<ID> {
        self.envelope().causation_id.map(|id| ID(id.to_string()))
    }

    /// What happened; none once it was erased.
    async fn payload(&self) -> Option<Json<Rendered>> {
        let rendered = Rendered::of(|text| write_payload(&self.recorded, text));
        self.recorded.payload.is_some().then_some(Json(rendered))
    }

    /// What happened in words: who, and what he did, as whoever asks may know it. A sentence without its full stop.
    #[graphql(complexity = 3)]
    async fn says(&self, context: &Context<'_>) -> Result<String> {
        let finder = Finder::of(context, reader(context, Permission::READ)?);
        let recorded = Arc::clone(&self.recorded);
        let said = blocking(move || said(&finder, &recorded)).await?;
        said.map_err(|lost| lost_fault(&lost))
    }

    /// What it changed of its thing; only `history` tells it, if asked to.
    async fn changes(&self) -> Option<&[Change]> {
        self.changes.as_deref()
    }
}

pub(super) fn origin_id(kind: OriginKind, id: Uuid) -> Option<ID> {
    let text = match kind {
        OriginKind::Page | OriginKind::Cli | OriginKind::Nats => TokenId::from_uuid(id).to_string(),
        OriginKind::Schedule => ScheduleId::from_uuid(id).to_string(),
        _ => id.to_string(),
    };
    (!id.is_nil()).then_some(ID(text))
}

/// Writes the payload as JSON, as [`payload`] has it; null if there is none.
pub(super) fn write_payload(recorded: &Recorded, text: &mut Vec<u8>) {
    let begin = text.len();
    let written = recorded.payload.as_ref().map(|bytes| write_told(bytes, text));
    if let Some(Err(error)) = &written {
        unreadable(recorded, error);
    }
    if !matches!(written, Some(Ok(()))) {
        text.truncate(begin);
        text.extend_from_slice(b"null");
    }
}

/// The payload as JSON, without what opens something; one that can't be read is left out and said so in the server's log.
pub(crate) fn payload(recorded: &Recorded) -> Option<serde_json::Value> {
    let bytes = recorded.payload.as_ref()?;
    match mediary_events::codec::to_json(bytes) {
        Ok(value) => Some(told(value)),
        Err(error) => {
            unreadable(recorded, &error);
            None
        }
    }
}

fn unreadable(recorded: &Recorded, error: &PayloadError) {
    tracing::error!(position = recorded.envelope.position, %error, "a payload can't be read");
}
