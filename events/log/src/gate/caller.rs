use mediary_schema::{
    CommandId, CorrelationId, EventId, IdSource, Identities, PrincipalId, ProjectId,
    account::{Permission, Rights},
    scope::Scope,
};

use crate::log::{AppendHeader, Origin, OriginKind, Recorded};

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Authority {
    /// A person or program with a credential.
    Role(Rights),
    /// The platform itself: actors, reactions, recovery.
    Platform,
}

impl Authority {
    /// Whether it includes the permission within a project.
    pub fn allows_in(self, project: ProjectId, permission: Permission) -> bool {
        match self {
            Self::Role(rights) => rights.allows_in(project, permission),
            Self::Platform => true,
        }
    }
}

/// Who asks, from where, and as part of which story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The person or schedule that started the story.
    pub principal: PrincipalId,
    /// Whose it is.
    pub project: ProjectId,
    /// What may be asked.
    pub authority: Authority,
    /// From where it comes.
    pub origin: Origin,
    /// The command as its sender names it.
    pub command_id: CommandId,
    /// The story.
    pub correlation_id: CorrelationId,
    /// The direct cause, if it was an event.
    pub causation_id: Option<EventId>,
}

impl Caller {
    /// A person or program at an entrance: a new story.
    pub fn person(
        principal: PrincipalId,
        rights: impl Into<Rights>,
        origin: Origin,
        command_id: CommandId,
        ids: &IdSource,
    ) -> Self {
        Self {
            principal,
            project: ProjectId::HOME,
            authority: Authority::Role(rights.into()),
            origin,
            command_id,
            correlation_id: CorrelationId::from_uuid(ids.next()),
            causation_id: None,
        }
    }

    /// The same caller within a project.
    #[must_use]
    pub const fn within(self, project: ProjectId) -> Self {
        Self { project, ..self }
    }

    /// The platform by itself, without a cause in the log: recovery at start.
    pub fn platform(origin: Origin, ids: &IdSource) -> Self {
        Self {
            principal: PrincipalId::PLATFORM,
            project: ProjectId::HOME,
            authority: Authority::Platform,
            origin,
            command_id: CommandId::from_uuid(ids.next()),
            correlation_id: CorrelationId::from_uuid(ids.next()),
            causation_id: None,
        }
    }

    /// The platform because of an event: the story and its person go on, and the command's id follows
    /// from the cause and the step, so that a repeat is the same command.
    pub fn because_of(identities: &Identities, cause: &Recorded, origin: Origin, step: &str) -> Self {
        let envelope = &cause.envelope;
        Self {
            principal: envelope.principal,
            project: envelope.project,
            authority: Authority::Platform,
            origin,
            command_id: identities.command(envelope.id, step),
            correlation_id: envelope.correlation_id,
            causation_id: Some(envelope.id),
        }
    }

    /// What it may see of the log; none for the platform, which sees all of it.
    pub(super) fn scope(&self) -> Option<Scope> {
        match self.authority {
            Authority::Role(rights) => Some(Scope::of_session(self.project, self.principal, rights)),
            Authority::Platform => None,
        }
    }

    /// Whether its command is remembered also if it needs no event. An actor's isn't: its attempt is fenced, and
    /// it says the same again until that is accepted.
    pub(super) fn is_remembered(&self) -> bool {
        self.origin.kind != OriginKind::Actor
    }

    pub(crate) fn header(&self) -> AppendHeader {
        AppendHeader {
            project: self.project,
            principal: self.principal,
            origin: self.origin,
            command_id: self.command_id,
            command: None,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
        }
    }
}
