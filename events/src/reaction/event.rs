use mediary_schema::{EventId, reaction::Trouble};
use serde::{Deserialize, Serialize};

use crate::{StreamId, Subject, Subjects};

/// What can have happened to a reaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// It reacts from here on.
    #[serde(rename = "enabled")]
    Enabled {
        /// Its stored name.
        name: String,
        /// It reacts to what comes after this position.
        after: u64,
    },
    /// Some of what follows from a cause is done, in this append; more is to come.
    #[serde(rename = "advanced")]
    Advanced {
        /// The event.
        cause: EventId,
        /// Its position.
        position: u64,
        /// Steps that are done in all.
        steps: u32,
    },
    /// All that follows from a cause is done.
    #[serde(rename = "handled")]
    Handled {
        /// The event.
        cause: EventId,
        /// Its position.
        position: u64,
        /// How many steps it came to; zero if nothing followed.
        steps: u32,
    },
    /// A cause can't be handled, and waits for a person.
    #[serde(rename = "parked")]
    Parked {
        /// The event.
        cause: EventId,
        /// Its position.
        position: u64,
        /// Its stream.
        stream: String,
        /// Why not.
        trouble: Trouble,
    },
    /// A cause waits behind one of its stream.
    #[serde(rename = "deferred")]
    Deferred {
        /// The event.
        cause: EventId,
        /// Its position.
        position: u64,
        /// Its stream.
        stream: String,
    },
    /// A parked cause is to be tried again. It still waits, until it is handled.
    #[serde(rename = "retry_requested")]
    RetryRequested {
        /// The event.
        cause: EventId,
    },
    /// A waiting cause is never handled.
    #[serde(rename = "skipped")]
    Skipped {
        /// The event.
        cause: EventId,
        /// Why.
        reason: String,
    },
}

impl Event {
    pub(super) fn subjects(&self) -> Subjects {
        match self {
            Self::Enabled { .. } => Subjects::none(),
            Self::Advanced { cause, .. }
            | Self::Handled { cause, .. }
            | Self::RetryRequested { cause }
            | Self::Skipped { cause, .. } => Subjects::of([Some((*cause).into())]),
            Self::Parked { cause, stream, .. } | Self::Deferred { cause, stream, .. } => {
                let thing = stream.parse::<StreamId>().ok().map(Subject::from);
                Subjects::of([Some((*cause).into()), thing])
            }
        }
    }
}
