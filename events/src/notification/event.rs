use mediary_schema::{
    EventId, PrincipalId,
    notification::{Channel, Notice, Rule},
};
use serde::{Deserialize, Serialize};

use crate::Subjects;

/// What can have happened to what is told of a thing, to all that somebody is told, or to the rules of a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Something is told of the thing, in place of what was told of it before.
    #[serde(rename = "raised")]
    Raised {
        /// What.
        notice: Notice,
    },
    /// It is over.
    #[serde(rename = "resolved")]
    Resolved {
        /// Because of which event.
        cause: EventId,
    },
    /// Somebody read it.
    #[serde(rename = "read")]
    Read {
        /// Who.
        principal: PrincipalId,
    },
    /// Somebody does not want to see it any more.
    #[serde(rename = "dismissed")]
    Dismissed {
        /// Who.
        principal: PrincipalId,
    },
    /// Somebody read all that was recorded before this.
    #[serde(rename = "all_read")]
    AllRead {
        /// Who.
        principal: PrincipalId,
    },
    /// Somebody does not want to see any more what was recorded before this.
    #[serde(rename = "all_dismissed")]
    AllDismissed {
        /// Who.
        principal: PrincipalId,
    },
    /// From now on something follows from an event.
    #[serde(rename = "rule_added")]
    RuleAdded {
        /// What people call it.
        name: String,
        /// What follows from what.
        rule: Rule,
    },
    /// It follows no more.
    #[serde(rename = "rule_removed")]
    RuleRemoved {
        /// What people called it.
        name: String,
    },
    /// A standard rule is what it is without anybody having changed or removed it.
    #[serde(rename = "rule_restored")]
    RuleRestored {
        /// What it is called.
        name: String,
    },
    /// From now on notices are sent there.
    #[serde(rename = "channel_added")]
    ChannelAdded {
        /// What people call it.
        name: String,
        /// Where that is.
        channel: Channel,
    },
    /// Nothing is sent there any more.
    #[serde(rename = "channel_removed")]
    ChannelRemoved {
        /// What people called it.
        name: String,
    },
    /// Nothing is sent there until it goes on: what would be is skipped.
    #[serde(rename = "channel_paused")]
    ChannelPaused {
        /// What people call it.
        name: String,
    },
    /// Notices are sent there again, those that are raised from now on.
    #[serde(rename = "channel_resumed")]
    ChannelResumed {
        /// What people call it.
        name: String,
    },
}

impl Event {
    pub(super) fn subjects(&self) -> Subjects {
        match self {
            Self::Raised { notice } => Subjects::of([Some(notice.subject.clone())]),
            Self::Resolved { .. }
            | Self::Read { .. }
            | Self::Dismissed { .. }
            | Self::AllRead { .. }
            | Self::AllDismissed { .. }
            | Self::RuleAdded { .. }
            | Self::RuleRemoved { .. }
            | Self::RuleRestored { .. }
            | Self::ChannelRemoved { .. }
            | Self::ChannelPaused { .. }
            | Self::ChannelResumed { .. } => Subjects::none(),
            Self::ChannelAdded { channel, .. } => Subjects::of([Some(channel.secret_id.into())]),
        }
    }

    /// The same without words of people.
    pub(super) fn redacted(&self) -> Self {
        match self {
            Self::Raised { notice } => Self::Raised { notice: notice.redacted() },
            Self::RuleAdded { name, rule } => Self::RuleAdded { name: name.clone(), rule: rule.redacted() },
            Self::ChannelAdded { name, channel } => {
                Self::ChannelAdded { name: name.clone(), channel: channel.redacted() }
            }
            Self::Resolved { .. }
            | Self::Read { .. }
            | Self::Dismissed { .. }
            | Self::AllRead { .. }
            | Self::AllDismissed { .. }
            | Self::RuleRemoved { .. }
            | Self::RuleRestored { .. }
            | Self::ChannelRemoved { .. }
            | Self::ChannelPaused { .. }
            | Self::ChannelResumed { .. } => self.clone(),
        }
    }
}
