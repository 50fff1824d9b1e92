//! What may be asked about addresses: a form for each command.

use mediary_schema::account::Permission;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    asked::{Asked, CommandKind, is_default, schema_of},
    job::ask::Ticket,
};

/// What may be asked about addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Find out what is at an address.
    #[serde(rename = "preview.start")]
    Start(Start),
}

/// Looks at an address, as a job: what it is, how it is called, how much there is. Nothing is followed or fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The address; http or https.
    pub url: String,
    /// When its turn comes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub ticket: Ticket,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] =
        &[CommandKind::new("preview.start", Permission::FOLLOW, schema_of::<Start>)];

    fn name(&self) -> &'static str {
        match self {
            Self::Start(_) => "preview.start",
        }
    }
}
