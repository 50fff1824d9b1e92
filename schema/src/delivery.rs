//! Values of the kernel part `delivery`: what is sent of notices, and what became of it.

use serde::{Deserialize, Serialize};

use crate::{NotificationId, id::ids, notification::Severity};

ids! {
    /// One message to one channel: derived from the event that led to it and the channel, or from the command that asked for it.
    DeliveryId = "delivery";
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The notice; none if it is a test.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_id: Option<NotificationId>,
    /// How much it matters.
    pub severity: Severity,
    /// In one line.
    pub title: String,
    /// What else is to be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Where the thing is shown: a path on the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl Message {
    /// The same without words of people.
    #[must_use]
    pub fn redacted(&self) -> Self {
        Self { title: String::new(), body: None, ..self.clone() }
    }
}

/// How it stands with a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// It waits for its moment.
    Queued,
    /// It is being sent.
    Sending,
    /// The channel has taken it.
    Sent,
    /// The channel does not take it, and it is not tried again by itself.
    Failed,
    /// Nobody knows whether the channel has taken it: it is not sent again unless somebody wants that.
    Unsure,
    /// Its channel was paused: it is not sent unless somebody wants that.
    Skipped,
}

impl DeliveryState {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Queued, Self::Sending, Self::Sent, Self::Failed, Self::Unsure, Self::Skipped];

    /// Its stored name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unsure => "unsure",
            Self::Skipped => "skipped",
        }
    }
}
