//! Values of the kernel part `notification`: what people are told, and by which rules (CH-11, UI-06).

mod address;
mod channel;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::{
    address::{AddressRefused, Credential, Encryption, Mail, Target},
    channel::{Channel, QuietHours, Service},
};
use crate::{
    DeliveryId, EventId, Identities, PrincipalId, ProjectId, Subject,
    account::{Permission, Role},
    id::ids,
};

ids! {
    /// What is told of a thing: derived from the project, the thing and the topic, so that a later word replaces the earlier.
    NotificationId = "notification";
}

impl Permission {
    /// Have read, or dismissed, what one is told; others are told it all the same.
    pub const NOTICE: Self = Self::within_project("notice", Role::Viewer, "to dismiss notices");
    /// Say what people are told, and where.
    pub const NOTIFY: Self = Self::within_project("notify", Role::Editor, "to say what is notified");
}

impl Identities {
    /// What is told of a thing: one per project, thing and topic, so that a later word is about the same.
    pub fn notification(&self, project: ProjectId, subject: &Subject, topic: Option<&str>) -> NotificationId {
        let (project, subject) = (project.uuid(), subject.to_string());
        let mut parts = vec![project.as_bytes().as_slice(), subject.as_bytes()];
        parts.extend(topic.map(str::as_bytes));
        NotificationId::from_uuid(self.derive("mediary 2 notification", &parts))
    }

    /// What is sent to a channel because of an event: one per event, notice and channel.
    pub fn delivery(&self, cause: EventId, notification: NotificationId, channel: &str) -> DeliveryId {
        let (cause, notification) = (cause.uuid(), notification.uuid());
        let parts = [cause.as_bytes().as_slice(), notification.as_bytes(), channel.as_bytes()];
        DeliveryId::from_uuid(self.derive("mediary 2 delivery", &parts))
    }

    /// What somebody has to do with all that is told: one per project and principal.
    pub fn notified(&self, project: ProjectId, principal: PrincipalId) -> NotificationId {
        let parts = [project.uuid().as_bytes().as_slice(), principal.uuid().as_bytes()].map(<[u8]>::to_vec);
        NotificationId::from_uuid(self.derive("mediary 2 notified", &[&parts[0], &parts[1]]))
    }
}

/// How much it matters, in this order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing is to be done.
    #[default]
    Info,
    /// Somebody should look at it some time.
    Warning,
    /// Something was not done that should have been.
    Error,
    /// It can't wait, not even until the morning.
    Urgent,
}

impl Severity {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Info, Self::Warning, Self::Error, Self::Urgent];

    /// Its stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Urgent => "urgent",
        }
    }
}

/// What follows from an event: data, which says nothing that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The stored name of the event, such as `download.failed`.
    pub event: String,
    /// What must be so of it; all of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
    /// Of which thing it is told, by its kind, such as `playlist`, if that is another one than the one that it happened to;
    /// of an event that names no thing of that kind nothing follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// What of the thing it is about, if several things can be said of it at once: a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// What follows.
    pub then: Then,
}

impl Rule {
    /// Conditions of one rule.
    pub const CONDITIONS_MAX: usize = 8;
    /// The longest template, in bytes.
    pub const TEMPLATE_BYTES_MAX: usize = 1_024;

    /// Every template of it.
    pub fn templates(&self) -> impl Iterator<Item = &str> {
        let (title, body) = match &self.then {
            Then::Raise(Wording { title, body, .. }) => (Some(title), body.as_ref()),
            Then::Resolve {} => (None, None),
        };
        [self.topic.as_ref(), title, body].into_iter().flatten().map(String::as_str)
    }

    /// The same without words of people.
    #[must_use]
    pub fn redacted(&self) -> Self {
        let then = match &self.then {
            Then::Raise(wording) => {
                Then::Raise(Wording { title: String::new(), body: None, ..wording.clone() })
            }
            Then::Resolve {} => Then::Resolve {},
        };
        Self { then, ..self.clone() }
    }
}

/// What must be so of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Which field of its payload; a dot leads into one: `failure.class`.
    pub field: String,
    /// What that must be.
    pub is: Test,
}

/// What a field must be. Texts, numbers and yes or no are compared as they are written in JSON, texts without their quotes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// This.
    Equals(String),
    /// One of these.
    OneOf(Vec<String>),
    /// A number that is greater than this one.
    Greater(u64),
    /// There at all, whatever it is: neither left out nor null. Or, if false, not there.
    Present(bool),
}

/// What follows from an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// Something is told of the thing, in place of what was told of it before.
    Raise(Wording),
    /// What was told of the thing is over: all of it, or that of the topic.
    Resolve {},
}

/// What is told: templates, in which stand `it` (what the thing is called), `event` and the fields of the payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Wording {
    /// How much it matters.
    #[serde(default)]
    pub severity: Severity,
    /// In one line.
    pub title: String,
    /// What else is to be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Channels that it is sent to, however little it matters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
}

/// What is told of a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// The thing.
    pub subject: Subject,
    /// What of it, if several things can be said of it at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// By which rule.
    pub rule: String,
    /// Because of which event.
    pub cause: EventId,
    /// How much it matters.
    pub severity: Severity,
    /// In one line.
    pub title: String,
    /// What else is to be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl Notice {
    /// The longest title, in bytes.
    pub const TITLE_BYTES_MAX: usize = 256;
    /// The longest body, in bytes.
    pub const BODY_BYTES_MAX: usize = 2_048;

    /// The same without words of people.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self { topic: None, title: String::new(), body: None, ..self.clone() }
    }
}
