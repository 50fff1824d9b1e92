use std::{sync::Arc, time::Duration};

use mediary_events::codec::DecodeError;
use mediary_schema::{account::Permission, capability::Capability};
use tokio::task::JoinError;

use crate::log;

/// Why a command was not carried out. Nothing was appended, unless it says that this is unknown.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Refusal {
    /// The concern refuses it.
    #[error("{0}")]
    Rejected(Arc<dyn mediary_events::Rejection>),
    /// The caller may not ask for it.
    #[error("the credential does not allow this (it needs the permission {permission})")]
    Forbidden {
        /// What would be needed.
        permission: Permission,
    },
    /// The installation does not offer it to anybody.
    #[error("this server does not offer {capability}")]
    NotOffered {
        /// What would be needed.
        capability: Capability,
    },
    /// The thing is another project's, which is all the same as if it weren't there.
    #[error("there is no such thing in this project")]
    Strange,
    /// Too much waits to be written.
    #[error("too many commands are waiting to be written")]
    Overloaded {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The disk of the data folder is full; ends and cancels still fit.
    #[error("the disk of the data folder is full ({free_bytes} bytes free, {needed_bytes} needed)")]
    StorageFull {
        /// What is left.
        free_bytes: u64,
        /// What new work needs.
        needed_bytes: u64,
    },
    /// More is asked for at once than one event can say.
    #[error("the command asks for too much at once")]
    TooLarge,
    /// Others were faster too many times in a row.
    #[error("others changed the same things {attempts} times in a row")]
    Contended {
        /// How often it was tried.
        attempts: u32,
    },
    /// The command's id is that of another command, which was accepted.
    #[error("another command was accepted under this id")]
    Reused,
    /// What the caller wanted not to have moved has moved.
    #[error("what must not have moved was recorded at {}", listed(positions))]
    Moved {
        /// Where; the first hundred.
        positions: Vec<u64>,
    },
    /// The caller has seen what is not there.
    #[error("position {position} is beyond the head of the log, which is {head}")]
    BeyondHead {
        /// The position.
        position: u64,
        /// The newest.
        head: u64,
    },
    /// What an index says was recorded is not there.
    #[error("what a command recorded at {position} can't be read")]
    Lost {
        /// Where it should be.
        position: u64,
    },
    /// The log's chain is broken, and nothing is put on top of it.
    #[error("the log is damaged, and nothing is recorded until that is mended")]
    Broken(#[source] Arc<log::Damage>),
    /// The server stops.
    #[error("the server is stopping")]
    Stopping,
    /// The log could not be read or written.
    #[error("the log failed")]
    Log(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// A stored event could not be understood.
    #[error("a stored event can't be read")]
    Decode(#[source] Arc<DecodeError>),
}

impl Refusal {
    /// A stable code in `SCREAMING_SNAKE_CASE`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rejected(rejection) => rejection.code(),
            Self::Forbidden { .. } => "FORBIDDEN",
            Self::NotOffered { .. } => "NOT_OFFERED",
            Self::Strange => "NOT_FOUND",
            Self::Overloaded { .. } => "OVERLOADED",
            Self::StorageFull { .. } => "STORAGE_FULL",
            Self::TooLarge => "COMMAND_TOO_LARGE",
            Self::Contended { .. } => "CONTENDED",
            Self::Reused => "COMMAND_ID_REUSED",
            Self::Moved { .. } => "MOVED",
            Self::BeyondHead { .. } => "POSITION_BEYOND_HEAD",
            Self::Broken(damage) => damage.code(),
            Self::Stopping => "STOPPING",
            Self::Decode(error) if error.is_newer() => "NEWER_EVENT",
            Self::Lost { .. } | Self::Log(_) | Self::Decode(_) => "INTERNAL",
        }
    }

    /// What a person can do next, where there is something.
    pub fn advice(&self) -> Option<String> {
        match self {
            Self::Rejected(rejection) => rejection.advice(),
            Self::Forbidden { .. } => Some(
                "use a token of a higher role; `mediary token create NAME --role ROLE` makes one".to_owned(),
            ),
            Self::Strange | Self::NotOffered { .. } => None,
            Self::StorageFull { .. } => {
                Some("make room on the disk of the data folder; nothing was lost".to_owned())
            }
            Self::Reused => Some("give every command an id of its own; a UUIDv7 is one".to_owned()),
            Self::Moved { .. } => Some("look at what was recorded, and decide again".to_owned()),
            Self::BeyondHead { .. } => {
                Some("the log may have been restored from a backup: read it anew from the start".to_owned())
            }
            Self::Broken(damage) => Some(damage.advice().to_owned()),
            Self::TooLarge => Some("ask for less at once, such as fewer entries".to_owned()),
            Self::Overloaded { .. } | Self::Contended { .. } | Self::Stopping => {
                Some("ask again in a moment".to_owned())
            }
            Self::Decode(error) if error.is_newer() => Some(
                "start the newest Mediary on this folder: nothing is decided on what is not understood"
                    .to_owned(),
            ),
            Self::Lost { .. } | Self::Log(_) | Self::Decode(_) => {
                Some("look at the server's log, and run `mediary doctor`".to_owned())
            }
        }
    }

    /// Whether it rests on the states that the story read.
    pub(super) const fn is_of_states(&self) -> bool {
        matches!(self, Self::Rejected(_))
    }

    /// Where what must not have moved was recorded.
    pub fn moved(&self) -> &[u64] {
        if let Self::Moved { positions } = self { positions } else { &[] }
    }

    /// Whether the same command may succeed a moment later.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Overloaded { .. } | Self::StorageFull { .. } | Self::Contended { .. } | Self::Stopping => {
                true
            }
            Self::Rejected(_)
            | Self::Forbidden { .. }
            | Self::NotOffered { .. }
            | Self::Strange
            | Self::TooLarge
            | Self::Reused
            | Self::Moved { .. }
            | Self::BeyondHead { .. }
            | Self::Broken(_)
            | Self::Lost { .. }
            | Self::Log(_)
            | Self::Decode(_) => false,
        }
    }
}

fn listed(positions: &[u64]) -> String {
    positions.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
}

impl<R: mediary_events::Rejection> From<R> for Refusal {
    fn from(rejection: R) -> Self {
        Self::Rejected(Arc::new(rejection))
    }
}

impl Refusal {
    /// The log could not be read.
    pub fn reading(error: log::ReadError) -> Self {
        match error {
            log::ReadError::Closed => Self::Stopping,
            error => Self::Log(Arc::new(error)),
        }
    }

    /// A story that was not told to its end: the runtime stops, or it panicked, which asking again doesn't mend.
    pub fn unfinished(error: JoinError) -> Self {
        if error.is_panic() { Self::Log(Arc::new(error)) } else { Self::Stopping }
    }

    pub(super) fn decoding(error: DecodeError) -> Self {
        Self::Decode(Arc::new(error))
    }
}
