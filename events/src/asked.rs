//! What may be asked, as data: a name that is stored, a permission, and a form that every door carries.
//!
//! A concern's `Command` is what its decider understands; an `Ask` is what a person, a program, a schedule or a
//! reaction may say. One ask may lead to commands of several concerns: that is its story, told by the gate.

use std::fmt;

pub use mediary_schema::is_default;
use mediary_schema::{account::Permission, capability::Capability};
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// One thing that may be asked.
#[derive(Debug, Clone, Copy)]
pub struct CommandKind {
    /// The stored name (`playlist.follow`); never renamed.
    pub name: &'static str,
    /// What the caller must be allowed to do.
    pub permission: Permission,
    /// What the installation must offer, if it is about that.
    pub needs: Option<Capability>,
    /// Whether NATS carries it, and schedules give it: not if its answer is a secret, which only whoever asks may read.
    pub over_nats: bool,
    /// The JSON Schema of its arguments.
    pub schema: fn() -> Value,
}

impl CommandKind {
    /// A kind that every door carries, and schedules give.
    pub const fn new(name: &'static str, permission: Permission, schema: fn() -> Value) -> Self {
        Self { name, permission, needs: None, over_nats: true, schema }
    }

    /// The same, where the installation offers something.
    #[must_use]
    pub const fn needs(self, capability: Capability) -> Self {
        Self { needs: Some(capability), ..self }
    }

    /// The same, but for NATS and for schedules.
    #[must_use]
    pub const fn not_over_nats(self) -> Self {
        Self { over_nats: false, ..self }
    }
}

/// What may be asked of one concern: an enum with adjacent tags `command` and `arguments`.
pub trait Asked:
    fmt::Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Every kind, in the order of the enum.
    const COMMANDS: &'static [CommandKind];

    /// The stored name of this one.
    fn name(&self) -> &'static str;

    /// The kind of this one.
    fn kind(&self) -> &'static CommandKind {
        let name = self.name();
        Self::COMMANDS.iter().find(|kind| kind.name == name).expect("every name is one of the kinds")
    }
}

/// The JSON Schema of a command's arguments, whole in itself.
pub fn schema_of<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Why a name and its arguments are no command.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskError {
    /// Nothing of this name may be asked.
    #[error("{name:?} is not a command")]
    Unknown {
        /// The name.
        name: String,
    },
    /// The arguments are not those of the command.
    #[error("{name} can't be understood: {reason}")]
    Malformed {
        /// The name of the command.
        name: &'static str,
        /// What is wrong, for people.
        reason: String,
    },
    /// The condition can't be understood.
    #[error("the condition can't be understood: {reason}")]
    Condition {
        /// What is wrong, for people.
        reason: String,
    },
    /// A secret came by a way that keeps what it carries.
    #[error("{name} was sent with a secret, which is not taken this way")]
    Secret {
        /// The name of the command.
        name: &'static str,
    },
}

impl crate::Rejection for AskError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "UNKNOWN_COMMAND",
            Self::Malformed { .. } => "BAD_COMMAND",
            Self::Condition { .. } => "BAD_CONDITION",
            Self::Secret { .. } => "SECRET_NOT_TAKEN",
        }
    }

    fn advice(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { .. } => "the commands are listed in `schema/contracts/commands`".to_owned(),
            Self::Malformed { name, .. } => format!("its form is `schema/contracts/commands/{name}.json`"),
            Self::Condition { .. } => {
                "name streams, subjects or types, and the position after which nothing of them may be recorded"
                    .to_owned()
            }
            Self::Secret { .. } => "send it over HTTP or with `mediary`".to_owned(),
        })
    }
}
