//! What may be asked about notices: a form for each command.

use mediary_schema::{
    NotificationId, Several,
    account::Permission,
    notification::{QuietHours, Rule, Severity},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, is_default, schema_of};

/// What may be asked about notices.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// They were read.
    #[serde(rename = "notification.read")]
    Read(Which),
    /// They are not to be seen any more.
    #[serde(rename = "notification.dismiss")]
    Dismiss(Which),
    /// Something follows from an event from now on.
    #[serde(rename = "notification.add_rule")]
    AddRule(AddRule),
    /// It follows no more.
    #[serde(rename = "notification.remove_rule")]
    RemoveRule(RemoveRule),
    /// A standard rule is what it was from the beginning.
    #[serde(rename = "notification.restore_rule")]
    RestoreRule(RestoreRule),
    /// Notices are sent there from now on.
    #[serde(rename = "notification.add_channel")]
    AddChannel(AddChannel),
    /// Nothing is sent there any more.
    #[serde(rename = "notification.remove_channel")]
    RemoveChannel(WhichChannel),
    /// Nothing is sent there until it goes on.
    #[serde(rename = "notification.pause_channel")]
    PauseChannel(WhichChannel),
    /// Notices are sent there again.
    #[serde(rename = "notification.resume_channel")]
    ResumeChannel(WhichChannel),
    /// Something is sent there once, to see whether it arrives.
    #[serde(rename = "notification.test_channel")]
    TestChannel(WhichChannel),
}

/// Which notices; for whoever asks, and for nobody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Which {
    /// These; all that there are by now if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_ids: Option<Several<NotificationId>>,
}

/// Has something follow from an event from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddRule {
    /// What people call it; one of a kind within its project.
    pub name: String,
    /// What follows from what.
    pub rule: Rule,
    /// Whether it takes the place of the rule of this name; otherwise that is refused.
    #[serde(default, skip_serializing_if = "is_default")]
    pub replace: bool,
}

/// Has it follow no more. What was told by it stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveRule {
    /// What people call it.
    pub name: String,
}

/// Lets a standard rule be what it is without anybody having changed or removed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreRule {
    /// What it is called.
    pub name: String,
}

/// Sends notices there from now on. The address comes beside the command, as a secret does: over HTTP, by the one mutation
/// that takes it, and in no other way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddChannel {
    /// What people call it; one of a kind within its project.
    pub name: String,
    /// What matters less is not sent there, unless a rule names it.
    pub from: Severity,
    /// When nothing is sent there but what is urgent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietHours>,
    /// What a title becomes there: a template, in which stand `title`, `body`, `severity` and `link`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What a body becomes there: a template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Whether it takes the place of the channel of this name; otherwise that is refused.
    #[serde(default, skip_serializing_if = "is_default")]
    pub replace: bool,
}

/// Which channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichChannel {
    /// What people call it.
    pub name: String,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("notification.read", Permission::NOTICE, schema_of::<Which>),
        CommandKind::new("notification.dismiss", Permission::NOTICE, schema_of::<Which>),
        CommandKind::new("notification.add_rule", Permission::NOTIFY, schema_of::<AddRule>),
        CommandKind::new("notification.remove_rule", Permission::NOTIFY, schema_of::<RemoveRule>),
        CommandKind::new("notification.restore_rule", Permission::NOTIFY, schema_of::<RestoreRule>),
        CommandKind::new("notification.add_channel", Permission::SECRET, schema_of::<AddChannel>)
            .not_over_nats(),
        CommandKind::new("notification.remove_channel", Permission::SECRET, schema_of::<WhichChannel>),
        CommandKind::new("notification.pause_channel", Permission::NOTIFY, schema_of::<WhichChannel>),
        CommandKind::new("notification.resume_channel", Permission::NOTIFY, schema_of::<WhichChannel>),
        CommandKind::new("notification.test_channel", Permission::NOTIFY, schema_of::<WhichChannel>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Read(_) => "notification.read",
            Self::Dismiss(_) => "notification.dismiss",
            Self::AddRule(_) => "notification.add_rule",
            Self::RemoveRule(_) => "notification.remove_rule",
            Self::RestoreRule(_) => "notification.restore_rule",
            Self::AddChannel(_) => "notification.add_channel",
            Self::RemoveChannel(_) => "notification.remove_channel",
            Self::PauseChannel(_) => "notification.pause_channel",
            Self::ResumeChannel(_) => "notification.resume_channel",
            Self::TestChannel(_) => "notification.test_channel",
        }
    }
}
