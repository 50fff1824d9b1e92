//! What may be asked about the log: a form for each command.

use mediary_schema::{PrincipalId, account::Permission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, schema_of};

/// What may be asked about the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Erase what events say.
    #[serde(rename = "log.erase")]
    Erase(Erase),
    /// Destroy the keys by which what belongs to a person is sealed.
    #[serde(rename = "log.shred")]
    Shred(Shred),
}

/// Erases what events say, for ever. That they were there stays, and that they were erased is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Erase {
    /// The positions of the events; at most 200.
    pub positions: Vec<u64>,
    /// On which ground, for whoever verifies the log later. It can't be erased itself.
    pub reason: String,
}

/// Destroys the keys by which what belongs to a person is sealed: it is unreadable from then on, here and in every bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Shred {
    /// The person.
    #[schemars(with = "String")]
    pub principal_id: PrincipalId,
    /// On which ground, for whoever verifies the log later. It can't be erased itself.
    pub reason: String,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("log.erase", Permission::ADMINISTER, schema_of::<Erase>),
        CommandKind::new("log.shred", Permission::ADMINISTER, schema_of::<Shred>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Erase(_) => "log.erase",
            Self::Shred(_) => "log.shred",
        }
    }
}
