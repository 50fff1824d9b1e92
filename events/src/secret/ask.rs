//! What may be asked about secrets: a form for each command. None has a place for a value.

use mediary_schema::{SecretId, account::Permission};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::asked::{Asked, CommandKind, schema_of};

/// What may be asked about secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "arguments")]
pub enum Ask {
    /// Keep a value under a name.
    #[serde(rename = "secret.set")]
    Set(Set),
    /// Wrap all keys by a new one.
    #[serde(rename = "secret.rotate")]
    Rotate(Rotate),
    /// Keep it no longer.
    #[serde(rename = "secret.delete")]
    Delete(Delete),
}

/// Keeps a value under a name, in place of the one before. The value comes beside the command: over HTTP, by the one
/// mutation that takes it, and in no other way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// What people call it; one of a kind within its project.
    pub name: String,
}

/// Makes a new master key, and wraps all data keys of the installation by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotate {}

/// Destroys a value and the key that it was sealed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delete {
    /// The secret.
    pub secret_id: SecretId,
}

impl Asked for Ask {
    const COMMANDS: &'static [CommandKind] = &[
        CommandKind::new("secret.set", Permission::SECRET, schema_of::<Set>).not_over_nats(),
        CommandKind::new("secret.rotate", Permission::ADMINISTER, schema_of::<Rotate>).not_over_nats(),
        CommandKind::new("secret.delete", Permission::SECRET, schema_of::<Delete>),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Set(_) => "secret.set",
            Self::Rotate(_) => "secret.rotate",
            Self::Delete(_) => "secret.delete",
        }
    }
}
