use mediary_schema::{Timestamp, delivery::Message, job::Failure};
use serde::{Deserialize, Serialize};

use crate::Subjects;

/// What can have happened to a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// It is to be sent.
    #[serde(rename = "queued")]
    Queued {
        /// To which channel.
        channel: String,
        /// What.
        message: Message,
        /// Not before this moment.
        at: Timestamp,
    },
    /// It is about to be sent.
    #[serde(rename = "begun")]
    Begun {},
    /// The channel has taken it.
    #[serde(rename = "completed")]
    Completed {},
    /// It surely was not taken.
    #[serde(rename = "failed")]
    Failed {
        /// Why.
        failure: Failure,
        /// When it is tried again; none if it isn't.
        again_at: Option<Timestamp>,
    },
    /// Nobody knows whether it was taken.
    #[serde(rename = "doubted")]
    Doubted {
        /// Why.
        reason: String,
    },
    /// Its channel is paused: it is not sent, unless a person wants that.
    #[serde(rename = "skipped")]
    Skipped {},
    /// A person wants it sent again.
    #[serde(rename = "retried")]
    Retried {
        /// Not before this moment.
        at: Timestamp,
    },
}

impl Event {
    pub(super) fn subjects(&self) -> Subjects {
        match self {
            Self::Queued { message, .. } => Subjects::of([message.notification_id.map(Into::into)]),
            Self::Begun {}
            | Self::Completed {}
            | Self::Failed { .. }
            | Self::Doubted { .. }
            | Self::Skipped {}
            | Self::Retried { .. } => Subjects::none(),
        }
    }

    /// The same without words of people and of servers.
    pub(super) fn redacted(&self) -> Self {
        match self.clone() {
            Self::Queued { channel, message, at } => {
                Self::Queued { channel, message: message.redacted(), at }
            }
            Self::Failed { failure, again_at } => Self::Failed { failure: failure.redacted(), again_at },
            Self::Doubted { .. } => Self::Doubted { reason: String::new() },
            event @ (Self::Begun {} | Self::Completed {} | Self::Skipped {} | Self::Retried { .. }) => event,
        }
    }
}
