//! What may be asked about reactions: a form for each command.

use mediary_schema::{EventId, Several, account::Permission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, schema_of};

/// What may be asked about reactions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Try parked events again.
    #[serde(rename = "reaction.retry")]
    Retry(Retry),
    /// Never handle an event that waits.
    #[serde(rename = "reaction.skip")]
    Skip(Skip),
}

/// Tries parked events again. Each still waits until it is handled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// The stored name of the reaction.
    pub reaction: String,
    /// The events.
    pub event_ids: Several<EventId>,
}

/// Never handles an event that waits; those behind it in its stream go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// The stored name of the reaction.
    pub reaction: String,
    /// The event.
    pub event_id: EventId,
    /// Why; it is recorded.
    pub reason: String,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("reaction.retry", Permission::OPERATE, schema_of::<Retry>),
        CommandKind::new("reaction.skip", Permission::OPERATE, schema_of::<Skip>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Retry(_) => "reaction.retry",
            Self::Skip(_) => "reaction.skip",
        }
    }
}
